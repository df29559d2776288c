//! How much one connection and one address may do, and the end of the house.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use linger_protocol::Role;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_warned_and_then_cut() {
    let open = Open::new(Door::open().await).await;
    let text = |n: u32| Message::text(json!({"t": "ping", "n": n}).to_string());
    let kinds: [&dyn Fn(u32) -> Message; 4] =
        [&text, &|_| Message::text("nonsense"), &|_| Message::binary(vec![0; 8]), &|n| {
            Message::Ping(n.to_be_bytes().to_vec().into())
        }];
    for (kind, message) in kinds.into_iter().enumerate() {
        let (_, mut line) = open.guest().await;
        // Sixty at once are let through and a hundred more forgiven; a slow machine lets some more through meanwhile.
        for n in 0..400 {
            line.throw(message(n)).await;
        }
        assert_eq!(line.ended().await, Some(("flood".to_owned(), None)), "{kind}");
        let count = |what: &dyn Fn(&&serde_json::Value) -> bool| line.seen.iter().filter(what).count();
        let warned = count(&|it| it["t"] == "fault" && it["code"] == "too-many");
        assert_eq!(warned, 100, "{kind}");
        let pongs = count(&|it| it["t"] == "pong");
        assert!(kind > 0 || (60..300).contains(&pongs), "{pongs} answered");
    }
    let (_, mut other) = open.guest().await;
    other.tell(json!({"t": "ping", "n": 1})).await;
    other.kind("pong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_above_the_limit_are_refused_with_the_time_to_wait() {
    let open = Open::new(Door::tuned(|config| config.asks_per_second = 1).await).await;
    let (_, mut line) = open.guest().await;
    let mut refused = None;
    for n in 0..20 {
        let answer = line.ask(json!({"kind": "say", "text": format!("number {n}")})).await;
        if answer["done"].is_null() {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("twenty asks at once were let through");
    assert_eq!(refused["refusal"], "too-many");
    assert!(refused["retry_ms"].as_u64().is_some_and(|ms| (1..=1_000).contains(&ms)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_sockets_and_no_more() {
    let open = Open::new(Door::tuned(|config| config.sockets_per_address_max = 2).await).await;
    let ((_, first), (_, _second)) = (open.guest().await, open.guest().await);
    let third = async || Line::knock(open.at, "tea", &Who::default()).await;
    let response = third().await.err().expect("a third socket was let in");
    assert_eq!(response.status().as_u16(), 429);
    assert_eq!(response.headers()["retry-after"], "5");
    first.broken().await;
    assert!(third().await.is_ok(), "the place of one that went is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_so_many_sockets_and_no_more() {
    let open = Open::new(Door::tuned(|config| config.sockets_per_room_max = 1).await).await;
    open.door.room("cups").await;
    let (_, _line) = open.guest().await;
    let full = Line::knock(open.at, "tea", &Who::default()).await.err().expect("a second socket was let in");
    assert_eq!(full.status().as_u16(), 429);
    assert!(Line::knock(open.at, "cups", &Who::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_when_the_house_stops_is_told_when_to_come_back() {
    let open = Open::new(Door::open().await).await;
    let ((who, mut line), (_, mut other)) = (open.guest().await, open.guest().await);
    let seat = open.seat(Role::Host).await;
    let (mut staff, _) = Line::join(open.at, "tea", &seat, json!({"quiet": true, "insight": true})).await;
    open.door.say("tea", &who, "the last word").await;
    line.comment("the last word").await;
    open.door.house.begin_stop();
    for line in [&mut line, &mut other, &mut staff] {
        assert_eq!(line.ended().await, Some(("stopping".to_owned(), Some(1_000))));
        assert_eq!(line.comments(), [(1, "the last word".to_owned())], "what was said before comes before");
    }
    let closed = Line::knock(open.at, "tea", &Who::default()).await.err().expect("a door that is open");
    assert_eq!(closed.status().as_u16(), 503);
}
