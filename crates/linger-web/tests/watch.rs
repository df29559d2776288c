//! Segments, the board, alarms and SQL through the door. It knows nothing of how any of them is reckoned.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Said, Who};
use linger_behaviour::{Fact, Number, Text, touch};
use linger_events::{Incoming, Who as By};
use linger_protocol::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DAY: i64 = 86_400_000;

/// A house with an operator.
async fn open() -> (Door, Who) {
    let door = Door::open().await;
    let operator = door.signed_in(Role::Operator).await;
    (door, operator)
}

async fn put(door: &Door, who: &Who, path: &str, body: Value) -> Said {
    door.call("PUT", path, who, Some(("application/json", body.to_string()))).await
}

fn told(door: &Door, person: &str, name: &str, days_ago: i64, n: u64) -> Incoming {
    let at_ms = door.now().0 - days_ago * DAY;
    let fact = Fact {
        at_ms,
        received_ms: door.now().0,
        name: name.into(),
        id: u128::from(n) + 1,
        ..Fact::default()
    };
    let fact = fact.with(Text::Source, "feed").with_number(Number::AmountMinor, 500);
    Incoming { who: By::known(person), fact, alias: None }
}

async fn append(door: &Door, batch: Vec<Incoming>) {
    let events = door.events.clone();
    tokio::task::spawn_blocking(move || events.append(batch)).await.unwrap().unwrap();
}

/// Asks until the answer is as wanted: what happens beside the door has no other end to wait for.
async fn until(door: &Door, who: &Who, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let said = door.get(path, who).await;
        assert_eq!(said.status.as_u16(), 200, "{}", said.text);
        if wanted(&said.json()) {
            return said.json();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{path}: {}", said.text);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_counts_who_was_there_before_it_and_who_comes_after() {
    let (door, operator) = open().await;
    append(&door, vec![told(&door, "ann", touch::ORDER_PAID, 1, 1)]).await;
    let when = json!({"if": "did", "event": "order.paid", "at_least": 1, "within_days": 7});
    let said = put(&door, &operator, "/api/segments/buyers", json!({"when": when})).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let people = |n: u64| move |it: &Value| it["segments"][0]["people"] == json!(n);
    until(&door, &operator, "/api/segments", people(1)).await;
    append(
        &door,
        vec![told(&door, "bob", touch::ORDER_PAID, 0, 2), told(&door, "eve", touch::ENTERED, 0, 3)],
    )
    .await;
    let list = until(&door, &operator, "/api/segments", people(2)).await;
    assert!(list["ready"].as_array().unwrap().len() > 10);
    // Those who are known by an id of the shop entered as a fact.
    let csv = door.get("/api/segments/buyers/members.csv", &operator).await;
    assert_eq!((csv.text.lines().count(), csv.text.contains("bob")), (3, false), "{}", csv.text);
    let admin = door.signed_in(Role::Admin).await;
    let csv = door.get("/api/segments/buyers/members.csv", &admin).await;
    assert!(csv.text.contains("\"bob\"") && csv.text.contains("\"ann\""), "{}", csv.text);
    let last = csv.text.lines().last().unwrap().split(',').next().unwrap().to_owned();
    let rest = door.get(&format!("/api/segments/buyers/members.csv?after={last}"), &operator).await;
    assert_eq!(rest.text.lines().count(), 1);
    // Whoever is listed can be looked at under the same key.
    let some = door.get("/api/segments/buyers/members", &operator).await.json();
    assert_eq!((some["count"].clone(), some["people"][1].clone()), (json!(2), json!(last)));
    let facts = door.get(&format!("/api/people/{last}/facts"), &operator).await.json();
    assert_eq!(facts[0]["name"], json!("order.paid"));
    let none = door.get("/api/segments/none/members", &operator).await;
    assert_eq!(none.refusal(), (404, "no-such-segment".to_owned()));
    // Whoever is erased is in no segment any more.
    let erased = door.post("/api/events/erase", &admin, json!({"known": "bob"})).await;
    assert_eq!(erased.status.as_u16(), 200, "{}", erased.text);
    until(&door, &operator, "/api/segments", people(1)).await;
    let gone = door.call("DELETE", "/api/segments/buyers", &operator, None).await;
    assert_eq!(gone.status.as_u16(), 200);
    let gone = door.call("DELETE", "/api/segments/buyers", &operator, None).await;
    assert_eq!(gone.refusal(), (404, "no-such-segment".to_owned()));
}

fn paid_by(door: &Door, who: By, n: u64) -> Incoming {
    Incoming { who, ..told(door, "", touch::ORDER_PAID, 1, n) }
}

/// How often a person entered and left a segment, as their facts tell it.
async fn told_of(door: &Door, who: &Who, person: &str, segment: &str) -> (usize, usize) {
    let facts = door.get(&format!("/api/people/{person}/facts"), who).await.json();
    let all = facts.as_array().unwrap();
    let times = |name: &str| {
        let of = |it: &&Value| it["name"] == json!(name) && it.to_string().contains(segment);
        all.iter().filter(of).count()
    };
    (times("segment.entered"), times("segment.left"))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_turn_out_to_be_one_are_counted_once_and_enter_once() {
    let (door, operator) = open().await;
    let device = |name: &str| By { anonymous: Some(name.into()), known: None };
    append(&door, vec![paid_by(&door, device("phone"), 1), paid_by(&door, device("desk"), 2)]).await;
    let times = |n: u32| json!({"when": {"if": "did", "event": "order.paid", "at_least": n}});
    put(&door, &operator, "/api/segments/bought", times(1)).await;
    put(&door, &operator, "/api/segments/twice", times(2)).await;
    let people = |once: u64, twice: u64| {
        move |it: &Value| {
            let of = |at: usize| it["segments"][at]["people"].clone();
            (of(0), of(1)) == (json!(once), json!(twice))
        }
    };
    until(&door, &operator, "/api/segments", people(2, 0)).await;
    // Ann signs in on both.
    let ann = |device: &str| By { anonymous: Some(device.into()), known: Some("ann".into()) };
    let came = |device: &str, n| Incoming { who: ann(device), ..told(&door, "", touch::ENTERED, 0, n) };
    append(&door, vec![came("phone", 3)]).await;
    append(&door, vec![came("desk", 4)]).await;
    until(&door, &operator, "/api/segments", people(1, 1)).await;
    let list = door.get("/api/segments/twice/members", &operator).await.json();
    let person = list["people"][0].as_str().unwrap().to_owned();
    let begun = Instant::now();
    while told_of(&door, &operator, &person, "twice").await != (1, 0) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::task::yield_now().await;
    }
    // What is built anew tells nothing that was told.
    put(&door, &operator, "/api/segments/zero", times(9)).await;
    until(&door, &operator, "/api/segments", |it| it["segments"][2]["people"] == json!(0)).await;
    until(&door, &operator, "/api/segments", people(1, 1)).await;
    assert_eq!(told_of(&door, &operator, &person, "twice").await, (1, 0));
    assert_eq!(told_of(&door, &operator, &person, "bought").await, (0, 0), "they were in it all along");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_over_scores_and_tags_hold_when_segments_are_built_anew() {
    let (door, operator) = open().await;
    // Of twenty buyers one buys five times.
    let orders = (0..20u64).map(|i| told(&door, &format!("p{i}"), touch::ORDER_PAID, 5, i));
    let more = (0..4i64).map(|i| told(&door, "p7", touch::ORDER_PAID, i, 100 + i.unsigned_abs()));
    append(&door, orders.chain(more).collect()).await;
    let when = json!({"if": "score", "score": "rfm_tier", "at_least": 4});
    put(&door, &operator, "/api/segments/diamonds", json!({"when": when})).await;
    let when = json!({"if": "tag", "tag": "vip"});
    put(&door, &operator, "/api/segments/vips", json!({"when": when})).await;
    let people = |tops: u64, vips: u64| {
        move |it: &Value| {
            let of = |at: usize| it["segments"][at]["people"].clone();
            (of(0), of(1)) == (json!(tops), json!(vips))
        }
    };
    until(&door, &operator, "/api/segments", people(1, 0)).await;
    let list = door.get("/api/segments/diamonds/members", &operator).await.json();
    let person = list["people"][0].as_str().unwrap().to_owned();
    let tag = json!({"tag": "vip", "person": person, "on": true});
    assert_eq!(door.post("/api/tags", &operator, tag).await.status.as_u16(), 200);
    until(&door, &operator, "/api/segments", people(1, 1)).await;
    let never = json!({"when": {"if": "did", "event": "never"}});
    put(&door, &operator, "/api/segments/zero", never).await;
    until(&door, &operator, "/api/segments", |it| it["segments"][2]["people"] == json!(0)).await;
    until(&door, &operator, "/api/segments", people(1, 1)).await;
    assert_eq!(told_of(&door, &operator, &person, "diamonds").await, (0, 0));
    let (entered, left) = told_of(&door, &operator, &person, "vips").await;
    assert_eq!((entered <= 1, left), (true, 0), "a tag that stays is not taken off");
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_that_cannot_be_meant_are_refused_by_field() {
    let (door, operator) = open().await;
    for (id, when, field) in [
        ("Big", json!({"if": "tag", "tag": "x"}), "segment"),
        ("big", json!({"if": "sometimes"}), "when"),
        ("big", json!("x"), "when"),
        ("big", json!({"if": "did", "event": "x", "within_days": 181}), "when.within_days"),
        ("big", json!({"if": "all", "of": []}), "when.of"),
    ] {
        let said = put(&door, &operator, &format!("/api/segments/{id}"), json!({"when": when})).await;
        assert_eq!(said.refusal(), (400, "bad-segment".to_owned()), "{}", said.text);
        assert_eq!(said.json()["field"], json!(field));
    }
    let deep = format!("{}{}{}", "{\"if\":\"not\",\"of\":".repeat(3_000), "{}", "}".repeat(3_000));
    let body = format!("{{\"when\":{deep}}}");
    let said = door.call("PUT", "/api/segments/deep", &operator, Some(("application/json", body))).await;
    assert_eq!(said.status.as_u16(), 400, "{}", said.text);
    let said = door.get("/api/segments/none/members.csv?after=1", &operator).await;
    assert_eq!(said.refusal(), (400, "bad-id".to_owned()));
    let tag = json!({"tag": "", "person": "0000000000000001", "on": true});
    assert_eq!(door.post("/api/tags", &operator, tag).await.refusal(), (400, "bad-field".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_reads_the_shops_own_history_against_its_own_aims() {
    let (door, operator) = open().await;
    let batch = (0..20u64).flat_map(|i| {
        let name = format!("p{i}");
        let mut facts = vec![told(&door, &name, touch::ENTERED, 5, i)];
        if i < 7 {
            facts.push(told(&door, &name, touch::ENTERED, 4, 100 + i));
        }
        facts
    });
    append(&door, batch.collect()).await;
    let aim = json!({"kpi": "d1_return", "aim": {"baseline": 0.36, "target": 0.5}});
    assert_eq!(put(&door, &operator, "/api/board", aim).await.status.as_u16(), 200);
    let said = door.get("/api/board", &operator).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let board = said.json();
    assert_eq!(board.as_array().unwrap().len(), 8);
    let first = &board[0];
    assert_eq!((&first["kpi"], &first["mood"]), (&json!("d1_return"), &json!("worse")), "{first}");
    assert!((first["value"].as_f64().unwrap() - 0.35).abs() < 1e-9, "{first}");
    for aim in [
        json!({"kpi": "luck", "aim": {"baseline": 0.1, "target": 0.2}}),
        json!({"kpi": "d1_return", "aim": {"baseline": 0.3, "target": 0.2}}),
        json!({"kpi": "d1_return", "aim": {"baseline": 0.3, "target": 2.0}}),
    ] {
        assert_eq!(put(&door, &operator, "/api/board", aim).await.refusal(), (400, "bad-field".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_kept_only_by_who_has_seen_what_it_would_have_done() {
    let (door, operator) = open().await;
    let rule = json!({"name": "return", "figure": {"of": "kpi", "kpi": "d1_return"}});
    let blind = door.post("/api/alarms", &operator, json!({"rule": rule, "seen": "1.2.3"})).await;
    assert_eq!(blind.refusal(), (409, "alarm-not-seen".to_owned()));
    let tried = door.post("/api/alarms/try", &operator, json!({"rule": rule})).await;
    assert_eq!(tried.status.as_u16(), 200, "{}", tried.text);
    let seen = tried.json()["seen"].clone();
    let mut other = rule.clone();
    other["change_min"] = json!(0.5);
    let changed = door.post("/api/alarms", &operator, json!({"rule": other, "seen": seen})).await;
    assert_eq!(changed.refusal(), (409, "alarm-not-seen".to_owned()));
    let made = door.post("/api/alarms", &operator, json!({"rule": rule, "seen": seen})).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let id = made.json()["id"].as_u64().unwrap();
    assert_eq!(door.get("/api/alarms", &operator).await.json()[0]["rule"]["z_min"], json!(3.0));
    assert_eq!(door.get("/api/alarms/moments", &operator).await.json(), json!([]));
    assert_eq!(door.get("/api/alarms/moments?newest=20", &operator).await.json(), json!([]));
    let said = door.get("/api/alarms/moments?newest=x", &operator).await;
    assert_eq!(said.refusal(), (400, "bad-id".to_owned()));
    door.pass(3_600_001);
    let operator = door.signed_in(Role::Operator).await;
    let late = door.post("/api/alarms", &operator, json!({"rule": rule, "seen": seen})).await;
    assert_eq!(late.refusal(), (409, "alarm-not-seen".to_owned()));
    let path = format!("/api/alarms/{id}");
    assert_eq!(door.call("DELETE", &path, &operator, None).await.status.as_u16(), 200);
    assert_eq!(
        door.call("DELETE", &path, &operator, None).await.refusal(),
        (404, "no-such-alarm".to_owned())
    );
    let bad = json!({"name": "x", "figure": {"of": "kpi", "kpi": "d1_return"}, "weeks": 1});
    let said = door.post("/api/alarms/try", &operator, json!({"rule": bad})).await;
    assert_eq!(
        (said.refusal(), &said.json()["field"]),
        ((400, "bad-alarm".to_owned()), &json!("rule.weeks"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_is_answered_from_summaries_and_says_what_is_wrong() {
    let (door, operator) = open().await;
    let begun = Instant::now();
    let said = loop {
        let said = door.post("/api/sql", &operator, json!({"sql": "SELECT count(*) AS n FROM daily"})).await;
        if said.status.as_u16() == 200 {
            break said;
        }
        assert_eq!(said.refusal(), (409, "no-summaries".to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::task::yield_now().await;
    };
    assert_eq!(said.json(), json!({"columns": ["n"], "rows": [[0]], "cut": false}));
    for sql in [
        "DELETE FROM daily",
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM daily",
        "SELECT * FROM pragma_database_list",
    ] {
        let said = door.post("/api/sql", &operator, json!({"sql": sql})).await;
        assert_eq!(said.refusal(), (400, "bad-sql".to_owned()), "{}", said.text);
        assert_eq!(said.json()["field"], json!("sql"));
    }
}
