//! What bounds a rule: cool-down, budget, people, conflicts, hold. One promise each.

use super::script::{found, log_of, play, rule};
use expect_test::expect;
use linger_protocol::{Arm, Deed};
use serde_json::{Value, json};

const CROWD: &str = "
0:00  live
0:00  come 20 feed
0:00  list i1 Cup 1000
0:00  list i2 Pot 2000
0:00  stock i1 10
0:00  sale i1 1000
0:00  pin i1
";

fn with(code: &str, when: &str, action: Value) -> Value {
    json!({ "code": code, "when": { "cel": when }, "do": action })
}

fn pin(item: u64) -> Value {
    json!({ "act": "pin-card", "item": item })
}

fn patched(mut rule: Value, change: Value) -> Value {
    let Value::Object(change) = change else { panic!("a patch is an object") };
    rule.as_object_mut().unwrap().extend(change);
    rule
}

#[test]
fn a_rule_that_would_fire_with_every_tick_speaks_once_in_a_cool_down_and_never_beyond_its_budget() {
    // True and false by turns, second by second.
    let script = format!("{CROWD}1:00..20:00/2 come 1 feed\n1:01..20:01/2 go 1\n");
    let flips = patched(
        with("flips", "here > 20.0", json!({ "act": "prompt-host", "text": "Look" })),
        json!({ "cool_down_s": 60, "budget": { "times": 5 } }),
    );
    expect![[r#"
        1:00  flips  Prompt { text: "Look" }  [here 21]
        2:00  flips  Prompt { text: "Look" }  [here 21]
        3:00  flips  Prompt { text: "Look" }  [here 21]
        4:00  flips  Prompt { text: "Look" }  [here 21]
        5:00  flips  Prompt { text: "Look" }  [here 21]
        6:00  flips  passed over: rule-budget-spent  [here 21]
        7:00  flips  passed over: rule-budget-spent  [here 21]
        8:00  flips  passed over: rule-budget-spent  [here 21]
        9:00  flips  passed over: rule-budget-spent  [here 21]
        10:00  flips  passed over: rule-budget-spent  [here 21]
        11:00  flips  passed over: rule-budget-spent  [here 21]
        12:00  flips  passed over: rule-budget-spent  [here 21]
        13:00  flips  passed over: rule-budget-spent  [here 21]
        14:00  flips  passed over: rule-budget-spent  [here 21]
        15:00  flips  passed over: rule-budget-spent  [here 21]
        16:00  flips  passed over: rule-budget-spent  [here 21]
        17:00  flips  passed over: rule-budget-spent  [here 21]
        18:00  flips  passed over: rule-budget-spent  [here 21]
        19:00  flips  passed over: rule-budget-spent  [here 21]
        20:00  flips  passed over: rule-budget-spent  [here 21]
    "#]]
    .assert_eq(&play(vec![rule(flips)], &script));
}

#[test]
fn a_condition_that_stays_true_is_one_occasion() {
    let stays = with("stays", "here > 5.0", json!({ "act": "prompt-host", "text": "Look" }));
    expect![[r#"
        0:00  stays  Prompt { text: "Look" }  [here 20]
    "#]]
    .assert_eq(&play(vec![rule(stays)], &format!("{CROWD}1:00..30:00/5 say 1\n")));
}

#[test]
fn it_is_ready_again_when_until_says_so() {
    let rule = rule(patched(
        with("chatty", "comments_per_min > 20.0", json!({ "act": "prompt-host", "text": "Look" })),
        json!({ "until": { "cel": "comments_per_min < 5.0" }, "window_s": 30, "cool_down_s": 10 }),
    ));
    // The first lull is no end: it falls to ten a minute only.
    let script =
        format!("{CROWD}1:00..1:30/1 say 1\n1:31..2:30/6 say 1\n2:31..3:00/1 say 1\n5:00..5:30/1 say 1\n");
    expect![[r#"
        1:10  chatty  Prompt { text: "Look" }  [comments_per_min 22]
        5:10  chatty  Prompt { text: "Look" }  [comments_per_min 22]
    "#]]
    .assert_eq(&play(vec![rule], &script));
}

#[test]
fn a_condition_has_to_hold_as_long_as_the_rule_says() {
    let holds = patched(
        with("holds", "here > 25.0", json!({ "act": "prompt-host", "text": "Look" })),
        json!({ "hold_s": 20 }),
    );
    let script = format!("{CROWD}1:00 come 10 feed\n1:19.5 go 10\n2:00 come 10 feed\n3:00 time\n");
    expect![[r#"
        2:20  holds  Prompt { text: "Look" }  [here 30]
    "#]]
    .assert_eq(&play(vec![rule(holds)], &script));
}

#[test]
fn what_has_to_hold_is_not_forgotten_when_another_moment_comes_first() {
    // The second in which somebody has been here long enough wakes the rule once more before the time is over.
    let stays = patched(
        with("stays", "stay_s >= 30.0", json!({ "act": "prompt-host", "text": "Greet" })),
        json!({ "scope": { "of": "viewer" }, "hold_s": 5 }),
    );
    expect![[r#"
        0:35  stays  Prompt { text: "Greet" }  [stay_s 35]
    "#]]
    .assert_eq(&play(vec![rule(stays)], "0:00 live\n0:00 come 1 feed\n3:00 time\n"));
}

#[test]
fn what_was_due_while_the_show_was_off_is_looked_at_when_it_goes_on() {
    let crowd = with("crowd", "here > 15.0", json!({ "act": "prompt-host", "text": "Look" }));
    // It cools down to the end of the first minute, and nothing moves when the host comes back.
    let script = format!("{CROWD}0:10 go 10\n0:20 come 10 feed\n0:30 end\n2:00 live\n3:00 time\n");
    expect![[r#"
        0:00  crowd  Prompt { text: "Look" }  [here 20]
        2:00  crowd  Prompt { text: "Look" }  [here 20]
    "#]]
    .assert_eq(&play(vec![rule(crowd)], &script));
}

#[test]
fn too_few_people_mean_nothing() {
    let few = patched(
        with("few", "comments_per_min > 3.0", json!({ "act": "prompt-host", "text": "Look" })),
        json!({ "people_min": 25 }),
    );
    let script = format!("{CROWD}1:00..2:00/5 say 1\n1:30 come 5 feed\n");
    expect![[r#"
        1:30  few  Prompt { text: "Look" }  [comments_per_min 7]
    "#]]
    .assert_eq(&play(vec![rule(few)], &script));
}

#[test]
fn of_two_rules_that_undo_each_other_each_change_stands_for_a_cool_down() {
    let one =
        patched(with("one", "comments_per_min >= 6.0", pin(1)), json!({ "window_s": 10, "cool_down_s": 90 }));
    let two =
        patched(with("two", "comments_per_min < 6.0", pin(2)), json!({ "window_s": 10, "cool_down_s": 90 }));
    let script = format!("{CROWD}1:00..6:00/20 say 2\n");
    expect![[r#"
        0:00  two  PinCard { item: ItemId(2) }  [comments_per_min 0]
        1:00  one  passed over: rule-conflict  [comments_per_min 6]
        1:20  one  passed over: rule-conflict  [comments_per_min 6]
        1:30  two  PinCard { item: ItemId(2) }  [comments_per_min 0]
        1:40  one  passed over: rule-conflict  [comments_per_min 6]
        2:00  one  passed over: rule-conflict  [comments_per_min 6]
        2:20  one  passed over: rule-conflict  [comments_per_min 6]
        2:40  one  passed over: rule-conflict  [comments_per_min 6]
        3:00  two  PinCard { item: ItemId(2) }  [comments_per_min 0]
        3:00  one  passed over: rule-conflict  [comments_per_min 6]
        3:20  one  passed over: rule-conflict  [comments_per_min 6]
        3:40  one  passed over: rule-conflict  [comments_per_min 6]
        4:00  one  passed over: rule-conflict  [comments_per_min 6]
        4:20  one  passed over: rule-conflict  [comments_per_min 6]
        4:30  two  PinCard { item: ItemId(2) }  [comments_per_min 0]
        4:40  one  passed over: rule-conflict  [comments_per_min 6]
        5:00  one  passed over: rule-conflict  [comments_per_min 6]
        5:20  one  passed over: rule-conflict  [comments_per_min 6]
        5:40  one  passed over: rule-conflict  [comments_per_min 6]
        6:00  two  PinCard { item: ItemId(2) }  [comments_per_min 0]
        6:00  one  passed over: rule-conflict  [comments_per_min 6]
    "#]]
    .assert_eq(&play(vec![rule(two), rule(one)], &script));
}

#[test]
fn the_higher_priority_has_the_last_word() {
    let low = patched(with("low", "here > 10.0", pin(1)), json!({ "priority": 10 }));
    let high = patched(with("high", "here > 30.0", pin(2)), json!({ "priority": 90 }));
    let script =
        format!("{CROWD}1:00 come 15 feed\n1:05 go 20\n1:06 come 5 feed\n1:07 come 15 feed\n4:00 time\n");
    expect![[r#"
        0:00  low  PinCard { item: ItemId(1) }  [here 20]
        1:00  high  PinCard { item: ItemId(2) }  [here 35]
        2:00  high  PinCard { item: ItemId(2) }  [here 35]
    "#]]
    .assert_eq(&play(vec![rule(low), rule(high)], &script));
}

#[test]
fn in_one_moment_the_stated_order_decides() {
    let script = format!("{CROWD}1:00 come 15 feed\n3:30 time\n");
    let same = |code: &str, priority: u8| {
        rule(patched(with(code, "here > 30.0", pin(2)), json!({ "priority": priority })))
    };
    expect![[r#"
        1:00  b  PinCard { item: ItemId(2) }  [here 35]
        1:00  c  passed over: rule-conflict  [here 35]
        1:00  a  passed over: rule-conflict  [here 35]
        2:00  c  PinCard { item: ItemId(2) }  [here 35]
        3:00  a  PinCard { item: ItemId(2) }  [here 35]
    "#]]
    .assert_eq(&play(vec![same("c", 50), same("b", 50), same("a", 40)], &script));
}

fn flash(budget: Value) -> Value {
    patched(
        with(
            "flash",
            "comments_per_min >= 6.0",
            json!({ "act": "flash-price", "off_percent": 20, "lasts_s": 60 }),
        ),
        json!({ "window_s": 10, "cool_down_s": 30, "budget": budget }),
    )
}

#[test]
fn a_flash_price_is_charged_with_all_that_is_unsold_and_stops_at_the_last_cent() {
    let script = format!("{CROWD}0:30..6:00/30 say 2\n0:10 buy i1 2\n");
    // Ten units at two yuan off: twenty yuan each time, of fifty.
    let budget = json!({ "times": 10, "money": { "minor": 5_000, "currency": "CNY" } });
    expect![[r#"
        0:30  flash  FlashPrice { item: ItemId(1), price: Money { minor: 800, currency: Currency([67, 78, 89]) }, lasts_ms: 60000 }  [comments_per_min 6]
        1:00  flash  FlashPrice { item: ItemId(1), price: Money { minor: 800, currency: Currency([67, 78, 89]) }, lasts_ms: 60000 }  [comments_per_min 6]
        1:30  flash  passed over: rule-budget-spent  [comments_per_min 6]
        2:00  flash  passed over: rule-budget-spent  [comments_per_min 6]
        2:30  flash  passed over: rule-budget-spent  [comments_per_min 6]
        3:00  flash  passed over: rule-budget-spent  [comments_per_min 6]
        3:30  flash  passed over: rule-budget-spent  [comments_per_min 6]
        4:00  flash  passed over: rule-budget-spent  [comments_per_min 6]
        4:30  flash  passed over: rule-budget-spent  [comments_per_min 6]
        5:00  flash  passed over: rule-budget-spent  [comments_per_min 6]
        5:30  flash  passed over: rule-budget-spent  [comments_per_min 6]
        6:00  flash  passed over: rule-budget-spent  [comments_per_min 6]
    "#]].assert_eq(&play(vec![rule(flash(budget))], &script));
    // One cent more than the third needs.
    let enough = json!({ "times": 10, "money": { "minor": 6_000, "currency": "CNY" } });
    let log = log_of(&script);
    let done =
        found(vec![rule(flash(enough))], &log).into_iter().filter(|it| it.passed_over.is_none()).count();
    assert_eq!(done, 3);
}

#[test]
fn a_flash_price_without_a_sale_or_in_another_currency_is_passed_over() {
    let none = "0:00 live\n0:00 come 20 feed\n0:30 say 2\n1:00 time\n";
    let budget = json!({ "times": 10, "money": { "minor": 5_000, "currency": "CNY" } });
    expect![[r#"
        0:30  flash  passed over: not-on-sale  [comments_per_min 6]
    "#]]
    .assert_eq(&play(vec![rule(flash(budget))], none));
    let dollars = json!({ "times": 10, "money": { "minor": 5_000, "currency": "USD" } });
    let script = format!("{CROWD}0:30 say 2\n1:00 time\n");
    expect![[r#"
        0:30  flash  passed over: rule-currency  [comments_per_min 6]
    "#]]
    .assert_eq(&play(vec![rule(flash(dollars))], &script));
}

#[test]
fn each_viewer_has_a_cool_down_a_budget_and_an_arm_of_their_own() {
    let thanks = rule(json!({
        "code": "thanks", "scope": { "of": "viewer" },
        "when": { "cel": "stay_s >= 120.0 && viewer_comments >= 2.0" },
        "do": { "act": "grant-benefit", "campaign": "thanks", "worth_minor": 500 },
        "budget": {
            "times": 100, "money": { "minor": 2_000, "currency": "CNY" },
            "times_per_viewer": 1, "minor_per_viewer": 500,
        },
    }));
    let script = "
0:00  live
0:00  come 6 feed
0:10..0:40/5  say 2
2:30  come 1 feed
3:00  time
";
    let log = log_of(script);
    let found = found(vec![thanks.clone()], &log);
    let given: Vec<_> = found.iter().filter(|it| it.passed_over.is_none()).collect();
    // Twenty yuan are four coupons of five.
    assert_eq!(given.len(), 4, "{found:#?}");
    assert!(given.iter().all(|it| matches!(it.intent.proposed().unwrap().deed, Deed::Grant { .. })));
    assert!(found.iter().any(|it| it.passed_over.is_some()));
    let mut people: Vec<_> = given.iter().map(|it| it.intent.proposed().unwrap().person.unwrap()).collect();
    people.dedup();
    assert_eq!(people.len(), 4);

    let half = linger_strategy::rule::Rule { hold_out: 0.5, ..thanks };
    let arms = |from: &str| -> Vec<(u64, Arm)> {
        let log = log_of(&script.replace("0:10", from));
        let found = super::script::found(vec![half.clone()], &log);
        found.iter().map(|it| (it.intent.proposed().unwrap().person.unwrap().0, it.intent.arm)).collect()
    };
    let (one, other) = (arms("0:10"), arms("0:12"));
    for (person, arm) in &one {
        assert!(other.iter().all(|(who, it)| who != person || it == arm), "{person} changed arms");
    }
}

#[test]
fn a_cohort_is_looked_at_for_itself() {
    let loyal = rule(json!({
        "code": "loyal", "scope": { "of": "cohort", "cohort": "new" }, "people_min": 5,
        "when": { "cel": "leaves >= 3.0" },
        "do": { "act": "prompt-host", "text": "{leaves} new people left" },
    }));
    expect![[r#"
        1:03  loyal  Prompt { text: "3 new people left" }  [leaves 3]
    "#]]
    .assert_eq(&play(vec![loyal], &format!("{CROWD}1:00..1:03/1 go 1\n2:00 time\n")));
}
