//! The fan club over real connections: members and their points, check-ins, links that bring somebody, the sprint.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use linger_protocol::Role;
use serde_json::{Value, json};

const DAY_MS: u64 = 86_400_000;

/// A house whose `tea` has a club.
async fn with_club() -> (Open, Who) {
    let open = Open::new(Door::open().await).await;
    let host = open.seat(Role::Host).await;
    let tasks = json!({"comment": 2, "check-in": 5, "brought": 20});
    let rules = json!({"kind": "club", "do": "set-club", "name": "Tea friends", "levels": [0, 4, 100],
        "tasks": tasks});
    open.door.ask("tea", &host, rules).await;
    (open, host)
}

fn club(act: &str) -> Value {
    json!({"kind": "club", "do": act})
}

/// All events of a kind in a message.
fn of<'a>(message: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = message["events"].as_array().map_or(&[][..], Vec::as_slice);
    events.iter().filter(|event| event["k"] == kind).collect()
}

/// Reads on until an event of a kind is so; gives it.
async fn until(line: &mut Line, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let message = line.until(kind, |it| of(it, kind).iter().any(|event| is_so(event))).await;
    of(&message, kind).into_iter().find(|event| is_so(event)).unwrap().clone()
}

/// The same, when it may have come already, before an answer.
async fn heard(line: &mut Line, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let came = line.seen.iter().flat_map(|message| of(message, kind)).find(|event| is_so(event)).cloned();
    match came {
        Some(event) => event,
        None => until(line, kind, is_so).await,
    }
}

async fn named(open: &Open, name: &str, by: Option<&str>) -> Who {
    let said = open.door.post("/api/rooms/tea/guest", &Who::default(), json!({"name": name, "by": by})).await;
    Who::bearer(said.json()["token"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_earns_and_only_they_hear_how_much_while_everybody_sees_the_level() {
    let (open, _) = with_club().await;
    let ann = named(&open, "Ann", None).await;
    let (mut hers, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    let (_, mut his) = open.guest().await;
    let rules = &welcome["view"]["club"]["rules"];
    assert_eq!((&rules["name"], &rules["levels"]), (&json!("Tea friends"), &json!([0, 4, 100])));
    assert_eq!(rules["tasks"][0], json!({"task": "comment", "points": 2, "per_day": 5}));
    let person = welcome["person"].as_str().unwrap();

    assert_eq!(hers.ask(club("join")).await["refusal"], Value::Null);
    until(&mut his, "club", |it| it["club"]["members"] == 1).await;
    for n in 1..=2 {
        open.door.say("tea", &ann, "hello").await;
        let mine = until(&mut hers, "you-club", |it| it["points"] == 2 * n).await;
        assert_eq!(mine["done"]["comment"], n);
    }
    let risen = until(&mut his, "club", |it| it["risen"][0]["level"] == 2).await;
    assert_eq!(risen["risen"][0], json!({"person": person, "name": "Ann", "level": 2}));
    assert_eq!(risen["badges"][person], 2);
    assert!(!his.written().contains("you-club"), "{}", his.written());

    let (_, newcomer) = (0, Line::join(open.at, "tea", &named(&open, "Cat", None).await, json!({})).await);
    assert_eq!(newcomer.1["view"]["club"]["badges"][person], 2);
    assert_eq!(newcomer.1["view"]["mine"]["club"]["points"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_in_twice_on_a_day_is_answered_kindly_and_counts_once() {
    let (open, _) = with_club().await;
    let (_, mut line) = open.guest().await;
    line.ask(club("join")).await;
    for (streak, points) in [(1, 5), (2, 10)] {
        let told = line.ask(club("check-in")).await;
        assert_eq!(told["refusal"], Value::Null, "{told}");
        let again = line.ask(club("check-in")).await;
        assert!(again["done"]["position"].is_string(), "{again}");
        let mine = heard(&mut line, "you-club", |it| it["streak"] == streak).await;
        assert_eq!(mine["points"], points);
        open.door.pass(DAY_MS);
    }
    // The day before yesterday was the last: the next one begins a row.
    open.door.pass(DAY_MS);
    line.ask(club("check-in")).await;
    assert_eq!(heard(&mut line, "you-club", |it| it["points"] == 15).await["streak"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_remembers_who_brought_somebody_who_stayed() {
    let (open, host) = with_club().await;
    let ann = named(&open, "Ann", None).await;
    let (mut hers, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    let (mut staff, _) = Line::join(open.at, "tea", &host, json!({"quiet": true})).await;
    let code = welcome["view"]["mine"]["club"]["code"].as_str().unwrap().to_owned();
    assert!(!code.contains(welcome["person"].as_str().unwrap()), "nobody reads a person from a link");
    hers.ask(club("join")).await;
    hers.ask(club("share")).await;
    hers.ask(club("share")).await;

    // Her own link, and one that nobody made, bring nobody.
    for (name, by) in [("Dan", "AAAAAAAAAAAAAAAAAAAAAA"), ("Eve", "no code at all")] {
        let who = named(&open, name, Some(by)).await;
        Line::join(open.at, "tea", &who, json!({})).await;
    }
    let token = ann.bearer.clone();
    let again = json!({"token": token, "by": code});
    let said = open.door.post("/api/rooms/tea/guest", &Who::default(), again).await;
    Line::join(open.at, "tea", &Who::bearer(said.json()["token"].as_str().unwrap()), json!({})).await;

    let bob = named(&open, "Bob", Some(&code)).await;
    let (mut his, _) = Line::join(open.at, "tea", &bob, json!({})).await;
    until(&mut staff, "presence", |it| it["here"].as_u64() >= Some(5)).await;
    open.door.pass(60_000);
    his.tell(json!({"t": "bye"})).await;
    let mine = until(&mut hers, "you-club", |it| it["brought"] == 1).await;
    assert_eq!((&mine["points"], &mine["done"]["brought"]), (&json!(20), &json!(1)));
    let told = until(&mut staff, "club", |it| it["staff"]["brought"] == 1).await;
    assert_eq!(told["staff"]["bringers"], json!([{"name": "Ann", "brought": 1}]));
    assert_eq!(told["staff"]["shares"], 1);
    assert!(!hers.written().contains("bringers"), "that is for staff");

    // He was brought once, and is known now: coming again counts for nobody.
    let (mut back, _) = Line::join(open.at, "tea", &bob, json!({})).await;
    until(&mut staff, "presence", |_| true).await;
    open.door.pass(60_000);
    back.tell(json!({"t": "bye"})).await;
    until(&mut staff, "presence", |_| true).await;
    let (_, welcome) = Line::join(open.at, "tea", &host, json!({"quiet": true})).await;
    assert_eq!(welcome["view"]["club"]["staff"]["brought"], 1);
    let public = open.door.get("/api/rooms/tea", &host).await.json();
    assert_eq!((&public["club"]["members"], &public["club"]["staff"]), (&json!(1), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sprint_counts_the_likes_of_all_and_who_gave_them() {
    let (open, host) = with_club().await;
    let (_, mut hers) = open.guest().await;
    let sprint = json!({"kind": "club", "do": "open-sprint", "goal": 30, "lasts_ms": 60_000,
        "reward": "a cup for all"});
    assert_eq!(hers.ask(sprint.clone()).await["refusal"], "not-allowed");
    open.door.ask("tea", &host, sprint.clone()).await;
    let opened = until(&mut hers, "club", |it| it["club"]["sprint"]["state"] == "running").await;
    assert_eq!(opened["club"]["sprint"]["from"], 0);
    let refused = open.door.post("/api/rooms/tea/ask", &host, sprint).await;
    assert_eq!(refused.refusal(), (409, "sprint-running".to_owned()));
    // The likes of a moment before the room's desk had heard of the sprint still count as likes.
    hers.tell(json!({"t": "likes", "n": 5})).await;
    until(&mut hers, "likes", |it| it["total"] == 5).await;
    hers.tell(json!({"t": "likes", "n": 25})).await;
    let ended = until(&mut hers, "club", |it| it["club"]["sprint"]["state"] == "reached").await;
    assert_eq!(
        (&ended["club"]["sprint"]["likes"], &ended["club"]["sprint"]["people"]),
        (&json!(30), &json!(1))
    );
    assert_eq!(ended["club"]["sprint"]["reward"], "a cup for all");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_club_cannot_do_is_refused_with_a_reason() {
    let open = Open::new(Door::open().await).await;
    let (_, mut line) = open.guest().await;
    for act in ["join", "check-in"] {
        assert_eq!(line.ask(club(act)).await["refusal"], "no-club");
    }
    assert_eq!(line.ask(club("leave")).await["refusal"], Value::Null);
    let host = open.seat(Role::Host).await;
    let odd = json!({"kind": "club", "do": "set-club", "name": "Tea", "levels": [0], "tasks": {"sing": 1}});
    assert_eq!(
        open.door.post("/api/rooms/tea/ask", &host, odd).await.refusal(),
        (400, "bad-field".to_owned())
    );
    let odd = json!({"kind": "club", "do": "set-club", "name": "Tea", "levels": [5], "tasks": {}});
    assert_eq!(
        open.door.post("/api/rooms/tea/ask", &host, odd).await.refusal(),
        (409, "bad-levels".to_owned())
    );
}
