//! Items and the facts they become. It does not know the network.

use super::*;

const NOW: i64 = 1_700_000_000_000;

fn ground() -> Ground<'static> {
    Ground {
        received_ms: NOW,
        sent_ms: None,
        context: None,
        source: "web",
        currency: None,
        trusted: true,
        keeps_personal: false,
    }
}

fn meant_on(ground: &Ground<'_>, json: &str) -> Result<Meant, Unfit> {
    let told = Told::segment(Raw::read(json).unwrap(), None)?;
    meaning(&told, ground, &mut |_, _| {})
}

fn meant(json: &str) -> Meant {
    meant_on(&ground(), json).unwrap()
}

fn refused(json: &str) -> (&'static str, &'static str) {
    let unfit = meant_on(&ground(), json).unwrap_err();
    (unfit.code, unfit.field)
}

#[test]
fn a_completed_order_is_a_paid_one_with_its_exact_amount_and_its_name_as_told() {
    let meant = meant(
        r#"{"type":"track","event":"Order Completed","userId":"ann","messageId":"m1","properties":{
            "order_id":"o-7","total":19.99,"revenue":"15.50","currency":"cny","coupon":"tea","email":"a@b.example"}}"#,
    );
    let fact = &meant.incoming.fact;
    assert_eq!((&*fact.name, fact.class), (touch::ORDER_PAID, Class::Commerce));
    assert_eq!(fact.number(Number::AmountMinor), Some(1_999));
    assert_eq!((fact.text(Text::Currency), fact.text(Text::Order)), (Some("CNY"), Some("o-7")));
    assert_eq!(fact.text(Text::Source), Some("web"));
    let props = r#"{"told_as":"Order Completed","coupon":"tea","revenue":"15.50"}"#;
    assert_eq!(fact.props.as_deref(), Some(props));
    assert_eq!(meant.withheld, [Box::from("email")]);
    assert_eq!(meant.message.as_deref(), Some("m1"));
    assert_eq!(meant.incoming.who, Who::known("ann"));
}

#[test]
fn an_amount_without_a_currency_stays_as_told_unless_the_key_has_one() {
    let json = r#"{"type":"track","event":"Order Completed","userId":"a","properties":{"total":1200}}"#;
    let without = meant(json);
    assert_eq!(without.incoming.fact.number(Number::AmountMinor), None);
    assert_eq!(without.noted, ["no-currency"]);
    assert!(without.incoming.fact.props.unwrap().contains("\"total\":1200"));
    let with = meant_on(&Ground { currency: Some(*b"JPY"), ..ground() }, json).unwrap();
    assert_eq!(with.incoming.fact.number(Number::AmountMinor), Some(1_200));
    assert!(with.noted.is_empty());
}

#[test]
fn a_property_that_does_not_fit_its_column_is_kept_as_it_was_told() {
    let meant = meant(
        r#"{"type":"track","event":"rated","userId":"a","properties":
            {"score":4.5,"category":{"a":1},"quantity":"3","page":null,"item":12,"product_id":"x"}}"#,
    );
    let fact = &meant.incoming.fact;
    assert_eq!((fact.number(Number::Units), fact.text(Text::Item)), (Some(3), Some("12")));
    assert_eq!((fact.number(Number::Score), fact.text(Text::Category)), (None, None));
    let props = r#"{"score":4.5,"category":{"a":1},"product_id":"x"}"#;
    assert_eq!(fact.props.as_deref(), Some(props));
}

#[test]
fn surroundings_fill_columns_that_the_event_left_empty() {
    let context = r#"{"campaign":{"name":"autumn","source":"newsletter"},"page":{"path":"/tea"},
        "device":{"type":"phone"},"traits":{"age_band":"25-34","email":"x"},"ip":"192.0.2.1"}"#;
    let ground = Ground { context: Raw::read(context), ..ground() };
    let json = r#"{"type":"track","event":"Product Clicked","anonymousId":"d1","properties":{"product_id":"p"},
        "context":{"page":{"path":"/pots"}}}"#;
    let meant = meant_on(&ground, json).unwrap();
    let fact = &meant.incoming.fact;
    assert_eq!(&*fact.name, touch::CARD_CLICKED);
    let columns = [Text::Campaign, Text::Source, Text::Page, Text::Device, Text::AgeBand, Text::Item];
    let values = ["autumn", "newsletter", "/pots", "phone", "25-34", "p"];
    assert_eq!(columns.map(|column| fact.text(column).unwrap()), values);
    assert_eq!(fact.props.as_deref(), Some(r#"{"told_as":"Product Clicked"}"#));
}

#[test]
fn who_somebody_is_is_kept_without_what_is_personal() {
    let meant = meant(
        r#"{"type":"identify","userId":"ann","anonymousId":"d1","traits":
            {"name":"Ann","email":"a@b.example","city_tier":1,"region":"Zhejiang","plan":"gold"}}"#,
    );
    let fact = &meant.incoming.fact;
    assert_eq!((&*fact.name, fact.class), ("person.identified", Class::Profile));
    assert_eq!((fact.text(Text::CityTier), fact.text(Text::Region)), (Some("1"), Some("Zhejiang")));
    assert_eq!(fact.props.as_deref(), Some(r#"{"plan":"gold"}"#));
    assert_eq!(meant.withheld, ["name", "email"].map(Box::from));
    assert_eq!(meant.incoming.who, Who { anonymous: Some("d1".into()), known: Some("ann".into()) });
}

#[test]
fn pages_groups_and_former_identities_have_their_own_facts() {
    let page = meant(r#"{"type":"page","name":"Tea","anonymousId":"d","properties":{"path":"/tea"}}"#);
    assert_eq!(&*page.incoming.fact.name, "page.viewed");
    assert_eq!(page.incoming.fact.text(Text::Page), Some("/tea"));
    assert_eq!(page.incoming.fact.props.as_deref(), Some(r#"{"page_name":"Tea"}"#));
    let group = meant(r#"{"type":"group","groupId":"g1","userId":"a","traits":{"plan":"x"}}"#);
    assert_eq!(group.incoming.fact.props.as_deref(), Some(r#"{"plan":"x","group_id":"g1"}"#));
    let alias = meant(r#"{"type":"alias","previousId":"d1","userId":"ann"}"#);
    assert_eq!(alias.previous.as_deref(), Some("d1"));
}

#[test]
fn a_clock_is_put_right_by_the_item_or_by_the_batch() {
    let json = r#"{"type":"track","event":"e","userId":"a","timestamp":"1970-01-01T00:00:05.000Z"}"#;
    let ground = Ground { sent_ms: Some(7_000), ..ground() };
    assert_eq!(meant_on(&ground, json).unwrap().incoming.fact.at_ms, NOW - 2_000);
    assert_eq!(refused(json), ("time-before-2000", "timestamp"));
}

#[test]
fn what_is_wrong_is_told_by_name_and_field() {
    let long = "x".repeat(300);
    for (json, code, field) in [
        (r#"{"type":"track","userId":"a"}"#.to_owned(), "missing-field", "event"),
        (r#"{"type":"track","event":"e"}"#.to_owned(), "missing-field", "userId"),
        (format!(r#"{{"type":"track","event":"{long}","userId":"a"}}"#), "too-long", "event"),
        (format!(r#"{{"type":"track","event":"e","userId":"{long}"}}"#), "too-long", "userId"),
        (r#"{"type":"track","event":"a\u0007b","userId":"a"}"#.to_owned(), "bad-field", "event"),
        (r#"{"type":"alias","userId":"a"}"#.to_owned(), "missing-field", "previousId"),
        (
            format!(
                r#"{{"type":"track","event":"e","userId":"a","properties":{{"p":{}1{}}}}}"#,
                "[".repeat(40),
                "]".repeat(40)
            ),
            "too-deep",
            "properties",
        ),
    ] {
        assert_eq!(refused(&json), (code, field), "{json}");
    }
}

#[test]
fn a_key_that_anybody_can_read_may_not_tell_of_money_or_of_people_in_rooms() {
    let ground = Ground { trusted: false, ..ground() };
    let code = |json: &str| meant_on(&ground, json).map(|_| ()).map_err(|unfit| (unfit.code, unfit.field));
    for event in ["Order Completed", touch::ORDER_REFUNDED] {
        let json = format!(r#"{{"type":"track","event":"{event}","userId":"a"}}"#);
        assert_eq!(code(&json), Err(("not-allowed", "event")));
    }
    let json = r#"{"type":"track","event":"e","userId":"a","anonymousId":"room:0000000000000001"}"#;
    assert_eq!(code(json), Err(("not-allowed", "anonymousId")));
    assert_eq!(code(r#"{"type":"track","event":"Product Added","userId":"a"}"#), Ok(()));
}
