//! Questions that ClickHouse answers: what is sent to it, and that nothing it does harms the house. A small server
//! stands in for it; that statements mean what they say is held elsewhere, by the engine itself.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use house::{BEGIN, Door, Who};
use linger_protocol::Role;
use linger_web::ClickHouse;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const DAY: i64 = 86_400_000;
const ASK: &str = "/api/questions?engine=clickhouse";

/// What the server does with a statement.
#[derive(Clone, Copy)]
enum Does {
    Say(StatusCode, &'static str),
    Flood,
    Hang,
}

/// A request as it came.
type Heard = (Method, Uri, HeaderMap, String);

#[derive(Clone)]
struct StandIn {
    does: Does,
    heard: Arc<Mutex<Vec<Heard>>>,
}

async fn hear(
    State(it): State<StandIn>,
    method: Method,
    uri: Uri,
    heads: HeaderMap,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    it.heard.lock().unwrap().push((method, uri, heads, String::from_utf8(body.to_vec()).unwrap()));
    match it.does {
        Does::Say(status, text) => (status, text.into()),
        Does::Flood => (StatusCode::OK, b"[null, 0, 3, 2, \"0\"]\n".repeat(10_000)),
        Does::Hang => std::future::pending().await,
    }
}

/// A house that asks a server which does this, and somebody who may ask.
async fn house(does: Does) -> (Door, Who, StandIn) {
    let server = StandIn { does, heard: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://reader:hunter2@{}/", listener.local_addr().unwrap());
    let app = Router::new().fallback(hear).with_state(server.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let clickhouse = ClickHouse::new(url.parse().unwrap(), "shop.facts").unwrap();
    let clickhouse = ClickHouse { answer_max: Duration::from_secs(1), bytes_max: 64 << 10, ..clickhouse };
    let door = Door::tuned(|config| config.clickhouse = Some(clickhouse)).await;
    let operator = door.signed_in(Role::Operator).await;
    (door, operator, server)
}

fn trend(min_people: u32) -> Value {
    let scope =
        json!({"from_ms": BEGIN.0 - DAY, "to_ms": BEGIN.0 + DAY, "zone": "UTC", "min_people": min_people});
    json!({"ask": "trend", "scope": scope, "what": {"event": "order.paid"}, "period": "day"})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_goes_out_with_its_limits_and_its_rows_become_the_answer() {
    let (door, operator, server) = house(Does::Say(StatusCode::OK, "[null, 0, 3, 2, \"0\"]\n")).await;
    let said = door.post(ASK, &operator, trend(1)).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    assert_eq!(said.json()["answer"], "trend");
    assert!(said.text.contains("\"people\":2"), "{}", said.text);
    let heard = server.heard.lock().unwrap();
    let [(method, uri, heads, statement)] = &heard[..] else { panic!("one statement") };
    assert_eq!(method, Method::POST);
    let query = uri.query().unwrap();
    for setting in ["max_execution_time=15", "wait_end_of_query=1"] {
        assert!(query.split('&').any(|it| it == setting), "{query}");
    }
    assert!(!uri.to_string().contains("hunter2"));
    assert_eq!(heads["authorization"], "Basic cmVhZGVyOmh1bnRlcjI=");
    let question = serde_json::from_value(trend(1)).unwrap();
    let compiled = linger_behaviour::clickhouse::sql(&question, "shop.facts").unwrap();
    assert_eq!(*statement, format!("{}\nFORMAT JSONCompactEachRow", compiled.text()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_engine_the_house_answers_itself_and_without_a_server_it_says_so() {
    let (door, operator, server) = house(Does::Say(StatusCode::OK, "")).await;
    assert_eq!(door.post("/api/questions", &operator, trend(1)).await.status.as_u16(), 200);
    let said = door.post("/api/questions?engine=abacus", &operator, trend(1)).await;
    assert_eq!(said.refusal(), (400, "bad-field".to_owned()));
    assert!(server.heard.lock().unwrap().is_empty());
    let bare = Door::open().await;
    let operator = bare.signed_in(Role::Operator).await;
    assert_eq!(bare.post(ASK, &operator, trend(1)).await.refusal(), (409, "no-clickhouse".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_ask_for_groups_here_too() {
    let (door, _, server) = house(Does::Say(StatusCode::OK, "")).await;
    let host = door.signed_in(Role::Host).await;
    assert_eq!(door.post(ASK, &host, trend(1)).await.json()["field"], "scope.min_people");
    assert!(server.heard.lock().unwrap().is_empty());
    assert_eq!(door.post(ASK, &host, trend(5)).await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_there_is_one_refusal_in_bounded_time_that_repeats_nothing() {
    let secret = "Code: 62. DB::Exception: SECRET";
    let all = [
        Does::Say(StatusCode::INTERNAL_SERVER_ERROR, secret),
        Does::Say(StatusCode::FORBIDDEN, secret),
        Does::Say(StatusCode::TEMPORARY_REDIRECT, secret),
        Does::Say(StatusCode::OK, secret),
        Does::Say(StatusCode::OK, "[null, 0, \"SECRET\", 2, \"0\"]"),
        Does::Flood,
        Does::Hang,
    ];
    for does in all {
        let (door, operator, _) = house(does).await;
        let begun = Instant::now();
        let said = door.post(ASK, &operator, trend(1)).await;
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(!said.text.contains("SECRET"), "{}", said.text);
        assert_eq!(said.refusal(), (503, "clickhouse-failed".to_owned()));
    }
}
