//! Talking: bad messages and what becomes of them, answers that hold, one order for all.

use crate::house::{Door, line::Open};
use futures_util::future::join_all;
use linger_log::Position;
use linger_protocol::{CommentId, Event, RoomId};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_is_answered_by_code_and_field_and_the_connection_goes_on() {
    let open = Open::new(Door::open().await).await;
    let (_, mut line) = open.guest().await;
    let text = |message: Value| Message::text(message.to_string());
    let ask = |act: Value| text(json!({"t": "ask", "id": 1, "act": act}));
    for (message, code, field) in [
        (Message::text("{"), "not-json", None),
        (Message::text("\u{0}"), "not-json", None),
        (Message::text(format!("{{\"n\":{}", "[".repeat(4_000))), "not-json", None),
        (Message::text("[]"), "bad-field", Some("t")),
        (Message::binary(b"{}".to_vec()), "not-json", None),
        (text(json!({})), "bad-field", Some("t")),
        (text(json!({"t": "dance"})), "bad-field", None),
        (text(json!({"t": "ping", "n": 1, "colour": 2})), "bad-field", Some("colour")),
        (text(json!({"t": "ping", "n": -1})), "bad-field", None),
        (text(json!({"t": "likes"})), "bad-field", Some("n")),
        (text(json!({"t": "seen", "item": "1"})), "bad-field", None),
        (text(json!({"t": "quality", "told": {"smell": 1}})), "bad-field", Some("smell")),
        (text(json!({"t": "ask", "id": 1})), "bad-field", Some("act")),
        (ask(json!({"kind": "say"})), "bad-field", Some("text")),
        (ask(json!({"kind": "say", "text": "a", "shout": true})), "bad-field", Some("shout")),
        (ask(json!({"kind": "dance"})), "bad-field", None),
        (ask(json!({"kind": "place-order", "order": "1", "item": 1, "units": -1})), "bad-field", None),
        (text(json!({"t": "hello"})), "bad-hello", None),
    ] {
        line.send(message.clone()).await;
        let fault = line.kind("fault").await;
        assert_eq!((fault["code"].as_str(), fault["field"].as_str()), (Some(code), field), "{message:?}");
    }
    let answer = line.ask(json!({"kind": "say", "text": "still here"})).await;
    assert_eq!(answer["done"]["comment"], 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_says_stands_in_the_log_by_then() {
    let open = Open::new(Door::open().await).await;
    let room = RoomId::new("tea").unwrap();
    let (_, mut line) = open.guest().await;
    for n in 1..=5_u64 {
        let answer = line.ask(json!({"kind": "say", "text": format!("number {n}")})).await;
        assert_eq!(answer["done"]["comment"], n, "{answer}");
        let told: Position = answer["done"]["position"].as_str().unwrap().parse().unwrap();
        let log = open.door.engine.read(&room, Position::start(told.epoch), 1_000).await.unwrap();
        let upto = &log[..usize::try_from(told.offset).unwrap()];
        let stands = upto
            .iter()
            .any(|entry| matches!(entry.event, Event::CommentMade { comment: CommentId(id), .. } if id == n));
        assert!(stands, "comment {n} is not among {upto:?}");
    }
    let refused = line.ask(json!({"kind": "say", "text": "  "})).await;
    assert_eq!((refused["refusal"].as_str(), refused["done"].is_null()), (Some("text-empty"), true));
    let refused = line.ask(json!({"kind": "pin-card", "item": 1})).await;
    assert_eq!(refused["refusal"], "not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sockets_see_all_comments_in_the_same_order() {
    let open = Open::new(Door::open().await).await;
    let ((_, mut first), (_, mut second)) = (open.guest().await, open.guest().await);
    let writers = join_all((0..4).map(|_| open.door.guest("tea"))).await;
    let write = async |name: usize| {
        for n in 0..25 {
            open.door.say("tea", &writers[name], &format!("{name} says {n}")).await;
        }
    };
    join_all((0..4).map(write)).await;
    open.door.say("tea", &writers[0], "the end").await;
    first.comment("the end").await;
    second.comment("the end").await;
    let numbers: Vec<u64> = first.comments().iter().map(|(id, _)| *id).collect();
    assert_eq!(numbers, (1..=101).collect::<Vec<u64>>());
    assert_eq!(first.comments(), second.comments());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pong_brings_back_what_the_ping_said() {
    let open = Open::new(Door::open().await).await;
    let (_, mut line) = open.guest().await;
    line.tell(json!({"t": "ping", "n": 4_294_967_295_u32})).await;
    assert_eq!(line.kind("pong").await["n"], 4_294_967_295_u32);
}
