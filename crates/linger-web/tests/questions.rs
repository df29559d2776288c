//! Questions over HTTP: from events that were told to figures, the people behind them, and their erasure.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{BEGIN, Door, Who};
use linger_behaviour::{Fact, PersonKey, touch};
use linger_events::{Identity, Incoming};
use linger_protocol::Role;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// Ten people saw a card; the first six of them ordered an hour later; the first two told who they are.
async fn evening() -> (Door, Who) {
    let door = Door::open().await;
    let operator = door.signed_in(Role::Operator).await;
    let fact = |n: u128, who: &str, at_ms: i64, name: &str| Incoming {
        who: linger_events::Who::known(who),
        fact: Fact { at_ms, received_ms: at_ms, name: name.into(), id: n, ..Fact::default() },
        alias: None,
    };
    let mut told = vec![];
    for n in 0..10u128 {
        let who = format!("p{n}");
        told.push(fact(n + 1, &who, BEGIN.0, touch::CARD_SEEN));
        if n < 6 {
            told.push(fact(n + 100, &who, BEGIN.0 + 3_600_000, touch::ORDER_PLACED));
        }
    }
    door.events.append(told).unwrap();
    (door, operator)
}

fn scope() -> Value {
    json!({"from_ms": BEGIN.0 - DAY, "to_ms": BEGIN.0 + DAY, "zone": "UTC", "min_people": 1})
}

fn trend(event: &str) -> Value {
    json!({"ask": "trend", "scope": scope(), "what": {"event": event}, "period": "day"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_with_people_and_the_people_can_be_opened() {
    let (door, operator) = evening().await;
    let said = door.post("/api/questions", &operator, trend(touch::ORDER_PLACED)).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let answer = said.json();
    assert_eq!(answer["answer"], "trend");
    assert!(said.text.contains("\"people\":6"), "{}", said.text);
    let cell = json!({"of": "trend", "period": "2023-11-14"});
    let asked = json!({"question": trend(touch::ORDER_PLACED), "cell": cell, "limit": 2});
    let found = door.post("/api/questions/people", &operator, asked).await.json();
    assert_eq!((&found["count"], found["people"].as_array().unwrap().len()), (&json!(6), 2), "{found}");
    let person = found["people"][0].as_str().unwrap();
    let facts = door.get(&format!("/api/people/{person}/facts"), &operator).await.json();
    let names: Vec<_> = facts.as_array().unwrap().iter().map(|fact| fact["name"].clone()).collect();
    assert_eq!(names, [touch::CARD_SEEN, touch::ORDER_PLACED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_makes_no_sense_is_told_which_field_is_wrong_and_why() {
    let (door, operator) = evening().await;
    let mut question = trend("a");
    question["scope"]["zone"] = json!("Moon/Crater");
    let said = door.post("/api/questions", &operator, question).await;
    assert_eq!(said.refusal(), (400, "bad-question".to_owned()));
    assert_eq!(said.json()["field"], "scope.zone");
    assert!(!said.json()["why"].as_str().unwrap().contains("Moon"));
    let said = door.post("/api/questions", &operator, json!({"ask": "weather"})).await;
    assert_eq!(said.refusal(), (400, "bad-field".to_owned()));
    let asked = json!({"question": trend("a"), "cell": {"of": "survival"}});
    let said = door.post("/api/questions/people", &operator, asked).await;
    assert_eq!(said.refusal(), (400, "bad-question".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_sees_figures_of_groups_and_never_people() {
    let (door, _) = evening().await;
    let host = door.signed_in(Role::Host).await;
    let said = door.post("/api/questions", &host, trend(touch::CARD_SEEN)).await;
    assert_eq!(said.json()["field"], "scope.min_people");
    let mut question = trend(touch::CARD_SEEN);
    question["scope"]["min_people"] = json!(5);
    assert_eq!(door.post("/api/questions", &host, question).await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_a_table_too() {
    let (door, operator) = evening().await;
    let said = door.post("/api/questions/csv", &operator, trend(touch::ORDER_PLACED)).await;
    assert_eq!(said.header("content-type"), "text/csv; charset=utf-8");
    assert!(said.text.starts_with("answer,"), "{}", said.text);
    assert!(said.text.lines().count() > 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_to_ask_about_is_listed() {
    let (door, operator) = evening().await;
    let names = door.get("/api/events/names", &operator).await.json();
    assert_eq!(names, json!([touch::CARD_SEEN, touch::ORDER_PLACED]));
    let room = Incoming {
        who: linger_events::Who::known("p0"),
        fact: Fact { at_ms: BEGIN.0, id: 999, name: "x".into(), ..Fact::default() }
            .with(linger_behaviour::Text::Room, "tea"),
        alias: None,
    };
    door.events.append(vec![room]).unwrap();
    assert_eq!(door.get("/api/events/values?column=room", &operator).await.json(), json!(["tea"]));
    let bad = door.get("/api/events/values?column=colour", &operator).await;
    assert_eq!(bad.refusal(), (400, "bad-field".to_owned()));
    let figures = door.get("/api/events/figures", &operator).await.json();
    assert_eq!((&figures["facts"], &figures["persons"]), (&json!(17), &json!(10)));
    let newest = door.get("/api/events/recent", &operator).await.json();
    assert_eq!((&newest[0]["name"], &newest[0]["texts"]["room"]), (&json!("x"), &json!("tea")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_question_is_everybodys_until_it_is_forgotten() {
    let (door, operator) = evening().await;
    let to_save = json!({"name": "Orders", "question": trend(touch::ORDER_PLACED)});
    let kept = door.post("/api/saved-questions", &operator, to_save).await;
    assert_eq!(kept.status.as_u16(), 201, "{}", kept.text);
    let id = kept.json()["id"].as_u64().unwrap();
    let host = door.signed_in(Role::Host).await;
    let seen = door.get("/api/saved-questions", &host).await.json();
    let said = door.post("/api/questions", &operator, seen[0]["question"].clone()).await;
    assert_eq!(said.status.as_u16(), 200);
    let path = format!("/api/saved-questions/{id}");
    let change = json!({"name": "More orders", "question": trend("b")}).to_string();
    let changed = door.call("PUT", &path, &operator, Some(("application/json", change))).await;
    assert_eq!(changed.json()["name"], "More orders");
    assert_eq!(door.call("DELETE", &path, &operator, None).await.status.as_u16(), 200);
    assert_eq!(
        door.call("DELETE", &path, &operator, None).await.refusal(),
        (404, "no-such-question".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_in_no_answer() {
    let (door, operator) = evening().await;
    let admin = door.signed_in(Role::Admin).await;
    let erased = door.post("/api/events/erase", &admin, json!({"known": "p0"})).await;
    assert_eq!(erased.status.as_u16(), 200, "{}", erased.text);
    let said = door.post("/api/questions", &operator, trend(touch::ORDER_PLACED)).await;
    assert!(said.text.contains("\"people\":5"), "{}", said.text);
    assert_eq!(door.events.person(&Identity::Known("p0".into())), None);
    let again = door.post("/api/events/erase", &admin, json!({"known": "p0"})).await;
    assert_eq!(again.refusal(), (404, "no-such-person".to_owned()));
    assert_eq!(door.events.snapshot().facts_of(PersonKey(1), 10).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_somebody_of_a_room_reaches_their_events() {
    let (door, operator) = evening().await;
    let room_person = linger_web::room_person(linger_protocol::PersonId(42));
    let fact = Fact { at_ms: BEGIN.0, id: 77, name: touch::ENTERED.into(), ..Fact::default() };
    let came = Incoming { who: linger_events::Who::anonymous(&room_person), fact, alias: None };
    door.events.append(vec![came]).unwrap();
    let admin = door.signed_in(Role::Admin).await;
    let erased = door.post("/api/people/000000000000002a/erase", &admin, Value::Null).await;
    assert_eq!(erased.status.as_u16(), 200, "{}", erased.text);
    assert_eq!(door.events.person(&Identity::Anonymous(room_person.into())), None);
    let said = door.post("/api/questions", &operator, trend(touch::ENTERED)).await;
    assert!(!said.text.contains("\"people\":1"), "{}", said.text);
}
