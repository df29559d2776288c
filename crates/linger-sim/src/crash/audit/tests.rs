//! What the auditor finds, and what it lets pass.

use super::*;

const GOOD: &str = r#"
        {"position":"7:1","at":1,"by":"host","event":"room-opened"}
        {"position":"7:2","at":2,"by":"host","event":"stock-set","item":1,"units":2}
        {"position":"7:3","at":3,"by":"a","event":"comment-made","comment":1,"person":"a"}
        {"position":"7:4","at":3,"by":"a","event":"units-held","order":"o1","person":"a","item":1,"units":1}
        {"position":"7:5","at":4,"by":"b","event":"units-held","order":"o2","person":"b","item":1,"units":1}
        {"position":"7:6","at":5,"event":"order-paid","order":"o1","payment":"p1"}
        {"position":"7:7","at":6,"event":"order-lapsed","order":"o2"}
        {"position":"7:8","at":6,"event":"draw-opened","draw":1}
        {"position":"7:9","at":7,"event":"draw-entered","draw":1,"person":"a"}
        {"position":"7:10","at":8,"event":"draw-frozen","draw":1}
        {"position":"7:11","at":9,"event":"draw-revealed","draw":1}"#;

fn audit(lines: &str) -> Audit {
    let mut audit = Audit::default();
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| audit.read(line));
    audit
}

fn promises() -> Promises {
    let order = |person: &str| OrderPromise::of(person, 1, 1);
    Promises {
        comments: BTreeMap::from([(1, "a".to_owned())]),
        orders: BTreeMap::from([("o1".to_owned(), order("a")), ("o2".to_owned(), order("b"))]),
        paid: BTreeMap::from([("o1".to_owned(), "a".to_owned())]),
        entries: vec![(1, "a".to_owned())],
        draws: vec![1],
        position: (7, 12),
        ..Promises::default()
    }
}

#[test]
fn a_log_that_keeps_what_was_promised_is_found_good() {
    let audit = audit(GOOD);
    assert_eq!(audit.findings(&promises()), Findings::default());
    assert!(audit.knows_payment("p1") && !audit.knows_payment("p2"));
    assert_eq!((audit.left(1), audit.comment_last(), audit.lines()), (Some(1), 1, 11));
}

#[test]
fn whatever_is_missing_is_found_lost() {
    for (missing, lost) in [("comment-made", 1), ("draw-entered", 1), ("order-paid", 1), ("draw-opened", 1)] {
        let less: String =
            GOOD.lines().filter(|line| !line.contains(missing)).map(|line| format!("{line}\n")).collect();
        assert_eq!(audit(&less).findings(&promises()).lost, lost, "{missing}");
    }
    let short: String = GOOD.lines().take(4).map(|line| format!("{line}\n")).collect();
    // Two orders, one paid, one entry, one draw and the position.
    assert_eq!(audit(&short).findings(&promises()).lost, 6);
}

const RUSH: &str = r#"
        {"position":"7:12","event":"stock-set","item":2,"units":1}
        {"position":"7:13","event":"sale","coupon":"campaign-set","campaign":"off","uses_max":2,"budget_minor":90,"gives_back":true}
        {"position":"7:14","event":"sale","coupon":"claimed","campaign":"off","person":"a"}
        {"position":"7:15","event":"sale","sale":"enlisted","item":2,"person":"b","order":"o9"}
        {"position":"7:16","event":"sale","sale":"cart-held","order":"c1","person":"a","lines":[{"item":2,"units":1,"minor":60}],"cuts":[{"campaign":"off","off_minor":40,"owned":true}],"holds":true}
        {"position":"7:17","event":"order-lapsed","order":"c1"}
        {"position":"7:18","event":"sale","sale":"cart-held","order":"c2","person":"a","lines":[{"item":2,"units":1,"minor":60}],"cuts":[{"campaign":"off","off_minor":40,"owned":true}],"holds":true}"#;

#[test]
fn carts_coupons_and_lists_are_in_the_books() {
    let read = audit(&format!("{GOOD}\n{RUSH}"));
    let cart = OrderPromise::of("a", 2, 1);
    let mut promised = Promises {
        orders: BTreeMap::from([("c1".to_owned(), cart.clone()), ("c2".to_owned(), cart)]),
        claims: BTreeSet::from([("off".to_owned(), "a".to_owned())]),
        enlisted: BTreeMap::from([("o9".to_owned(), "b".to_owned())]),
        ..Promises::default()
    };
    assert_eq!(read.findings(&promised), Findings::default());
    assert_eq!((read.left(2), read.unpromised(&promised), read.units_taken()), (Some(0), 2, 2));
    promised.claims.insert(("off".to_owned(), "b".to_owned()));
    promised.enlisted.insert("o8".to_owned(), "b".to_owned());
    assert_eq!(read.findings(&promised).lost, 2);
}

#[test]
fn a_coupon_used_twice_a_coupon_too_many_and_a_budget_overspent_are_found_wrong() {
    let cart = |order: &str, off: i64| {
        format!(
            r#"{{"position":"7:19","event":"sale","sale":"cart-held","order":"{order}","person":"a","lines":[{{"item":1,"units":1,"minor":1}}],"cuts":[{{"campaign":"off","off_minor":{off},"owned":true}}],"holds":true}}"#
        )
    };
    let claimed = |person: &str| {
        format!(
            r#"{{"position":"7:19","event":"sale","coupon":"claimed","campaign":"off","person":"{person}"}}"#
        )
    };
    let more = |lines: &[String]| {
        audit(&format!("{GOOD}\n{RUSH}\n{}", lines.join("\n"))).findings(&Promises::default())
    };
    assert_eq!(more(&[cart("c3", 1)]).wrong, 1, "a has one coupon, and it is in c2");
    let twenty = |line: String| line.replace("7:19", "7:20");
    assert_eq!(
        more(&[claimed("a"), twenty(cart("c3", 51))]).wrong,
        1,
        "more was taken off than the budget has"
    );
    assert_eq!(more(&[claimed("b"), twenty(claimed("c"))]).wrong, 1, "there are two coupons");
    let lapsed = r#"{"position":"7:19","event":"order-lapsed","order":"c2"}"#.to_owned();
    assert_eq!(more(&[lapsed, twenty(cart("c3", 40))]).wrong, 0, "what lapsed gives its coupon back");
}

#[test]
fn a_unit_held_twice_is_found() {
    let third =
        r#"{"position":"7:12","at":9,"event":"units-held","order":"o3","person":"c","item":1,"units":2}"#;
    let found = audit(&format!("{GOOD}\n{third}")).findings(&promises());
    assert_eq!((found.lost, found.oversold, found.wrong), (0, 1, 0));
}

#[test]
fn what_must_never_be_is_found_wrong() {
    for line in [
        r#"{"position":"7:12","event":"comment-made","comment":3,"person":"a"}"#,
        r#"{"position":"7:12","event":"comment-made","comment":1,"person":"a"}"#,
        r#"{"position":"7:11","event":"live"}"#,
        r#"{"position":"7:12","event":"order-lapsed","order":"o1"}"#,
        r#"{"position":"7:12","event":"order-paid","order":"o1","payment":"p2"}"#,
        r#"{"position":"7:12","event":"draw-entered","draw":1,"person":"b"}"#,
        r#"{"position":"7:12","event":"draw-revealed","draw":1}"#,
        "garbage",
    ] {
        let found = audit(&format!("{GOOD}\n{line}")).findings(&Promises::default());
        assert_eq!(found.wrong, 1, "{line}: {:?}", found.described);
    }
}
