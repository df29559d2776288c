//! Coming in: what the first message has to be, and whose token or cookie counts.

use crate::house::{
    Door, GUEST_TOKEN_MS, Who,
    line::{Line, Open},
};
use linger_protocol::Role;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

async fn turned_away(open: &Open, first: Message) -> Option<(String, Option<u64>)> {
    let mut line = Line::knock(open.at, "tea", &Who::default()).await.unwrap();
    line.send(first).await;
    let bye = line.ended().await;
    assert_eq!(line.seen.len(), 1, "nothing but the goodbye: {:?}", line.seen);
    bye
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_that_is_no_hello_is_told_so() {
    let open = Open::new(Door::open().await).await;
    for first in [
        Message::text("hello"),
        Message::text(""),
        Message::text("{\"t\":\"hello\""),
        Message::text(json!({"t": "ping", "n": 1}).to_string()),
        Message::text(json!({"t": "hello", "colour": "red"}).to_string()),
        Message::text(json!({"t": "hello", "token": 7}).to_string()),
        Message::text(json!(["hello"]).to_string()),
        Message::text(json!({"t": "hello"}).to_string()),
        Message::binary(json!({"t": "hello"}).to_string()),
        Message::binary(vec![0, 255, 128]),
    ] {
        let bye = turned_away(&open, first.clone()).await;
        assert_eq!(bye, Some(("bad-hello".to_owned(), None)), "{first:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_not_waited_for_longer_than_five_seconds() {
    let open = Open::new(Door::open().await).await;
    let mut line = Line::knock(open.at, "tea", &Who::default()).await.unwrap();
    assert_eq!(line.ended().await, Some(("bad-hello".to_owned(), None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_above_four_kilobytes_ends_the_connection_first_or_later() {
    let open = Open::new(Door::open().await).await;
    let (ping, large) = (json!({"t": "ping", "n": 1}).to_string(), || Message::text("x".repeat(5_000)));
    assert_eq!(turned_away(&open, large()).await, Some(("too-large".to_owned(), None)));
    let (_, mut line) = open.guest().await;
    // Exactly four kilobytes is not above.
    line.send(Message::text(ping.clone() + &" ".repeat(4_096 - ping.len()))).await;
    line.kind("pong").await;
    line.send(large()).await;
    assert_eq!(line.ended().await, Some(("too-large".to_owned(), None)));
    // Far above, nobody reads so far as to say it; the connection ends all the same.
    let (_, mut line) = open.guest().await;
    line.throw(Message::binary(vec![0; 1 << 20])).await;
    let bye = line.ended().await;
    assert!(bye.is_none_or(|(code, _)| code == "too-large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ended_is_forged_or_is_for_another_room_does_not_let_in() {
    let open = Open::new(Door::open().await).await;
    open.door.room("cups").await;
    let good = open.door.guest("tea").await.bearer.unwrap();
    let elsewhere = open.door.guest("cups").await.bearer.unwrap();
    let mut parts: Vec<&str> = good.split('.').collect();
    let of_another = elsewhere.split('.').nth(1).unwrap();
    parts[1] = of_another;
    let forged = parts.join(".");
    let turned_away = async |token: &str| {
        let mut line = Line::knock(open.at, "tea", &Who::default()).await.unwrap();
        line.hello(&Who::bearer(token), json!({})).await;
        line.ended().await
    };
    let expired = Some(("expired".to_owned(), None));
    for token in [elsewhere.as_str(), forged.as_str(), "", "a.b.c", &good[..good.len() - 4]] {
        assert_eq!(turned_away(token).await, expired, "{token}");
    }
    Line::join(open.at, "tea", &Who::bearer(&good), json!({})).await;
    open.door.pass(GUEST_TOKEN_MS);
    assert_eq!(turned_away(&good).await, expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_counts_only_from_a_page_of_ours() {
    let open = Open::new(Door::open().await).await;
    let seat = open.seat(Role::Operator).await;
    let (_, welcome) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    assert_eq!(welcome["role"], "operator");
    for origin in [Some("https://evil.example"), Some("null"), Some("http://127.0.0.1:9"), None] {
        let there = Who { origin: origin.map(str::to_owned), ..seat.clone() };
        let mut line = Line::knock(open.at, "tea", &there).await.unwrap();
        line.hello(&there, json!({})).await;
        assert_eq!(line.ended().await, Some(("bad-hello".to_owned(), None)), "{origin:?}");
    }
    // A page that embeds the room brings a token, whatever cookie its browser holds.
    let guest = open.door.guest("tea").await;
    let there = Who { origin: Some("https://elsewhere.example".to_owned()), ..seat.clone() };
    let mut line = Line::knock(open.at, "tea", &there).await.unwrap();
    line.hello(&guest, json!({})).await;
    assert_eq!(line.kind("welcome").await["role"], "viewer");
    // A cookie that nobody gave out.
    let forged = Who { cookie: Some(format!("linger_session={}", "f".repeat(43))), ..seat };
    let mut line = Line::knock(open.at, "tea", &forged).await.unwrap();
    line.hello(&forged, json!({})).await;
    assert_eq!(line.ended().await, Some(("expired".to_owned(), None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_not_there_has_no_socket() {
    let open = Open::new(Door::open().await).await;
    for room in ["nowhere", "No%20Room", "%ff"] {
        let response = Line::knock(open.at, room, &Who::default()).await.err().expect("a closed door");
        assert!([400, 404].contains(&response.status().as_u16()), "{room}: {}", response.status());
        assert_eq!(response.headers()["content-type"], "application/json", "{room}");
    }
    let said = open.door.get("/ws/rooms/tea", &Who::default()).await;
    assert_eq!((said.status.is_client_error(), said.code()), (true, "bad-request".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_who_are_shut_out_or_become_something_else_are_sent_away() {
    let check = std::time::Duration::from_millis(50);
    let open = Open::new(Door::tuned(|config| config.seat_check_every = check).await).await;
    let admin = open.seat(Role::Admin).await;
    let join = async |person| {
        let seat = Who { origin: admin.origin.clone(), ..open.door.seat(person).await };
        Line::join(open.at, "tea", &seat, json!({"quiet": true})).await.0
    };
    let change = async |person, change: serde_json::Value| {
        let body = Some(("application/json", change.to_string()));
        let said = open.door.call("PATCH", &format!("/api/staff/{person}"), &admin, body).await;
        assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    };
    let (disabled, demoted, kept) = (
        open.door.staff(Role::Host).await,
        open.door.staff(Role::Operator).await,
        open.door.staff(Role::Host).await,
    );
    let (mut first, mut second, mut third) = (join(disabled).await, join(demoted).await, join(kept).await);
    let (_, mut guest) = open.guest().await;
    change(disabled, json!({"active": false})).await;
    change(demoted, json!({"role": "moderator"})).await;
    let expired = Some(("expired".to_owned(), None));
    assert_eq!((first.ended().await, second.ended().await), (expired.clone(), expired.clone()));
    for line in [&mut third, &mut guest] {
        line.tell(json!({"t": "ping", "n": 3})).await;
        line.kind("pong").await;
    }
    open.door.store.revoke_sessions(kept, None).await.unwrap();
    assert_eq!(third.ended().await, expired);
}
