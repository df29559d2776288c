//! What holds for every answer: headers, bounds, errors as JSON, what other sites may read, and the health of the
//! house.

mod house;

use axum::{body::Body, http::Request};
use house::{Door, Who};
use linger_protocol::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_strict_headers() {
    let door = Door::open_at("https://shop.example/").await;
    for path in ["/", "/r/tea", "/api/rooms", "/api/nothing", "/assets/none.js", "/healthz"] {
        let said = door.get(path, &Who::default()).await;
        assert!(
            said.header("content-security-policy").contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
        assert_eq!(said.header("x-content-type-options"), "nosniff", "{path}");
        assert!(said.header("permissions-policy").contains("camera=(self)"), "{path}");
        assert_ne!(said.header("strict-transport-security"), "", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_in_the_form_that_was_asked_for() {
    let door = Door::open().await;
    let nobody = Who::default();
    assert_eq!(door.get("/api/nothing", &nobody).await.refusal(), (404, "not-found".to_owned()));
    assert_eq!(door.get("/whip/a/b/c", &nobody).await.refusal(), (404, "not-found".to_owned()));
    assert_eq!(
        door.call("PUT", "/api/rooms", &nobody, None).await.refusal(),
        (405, "no-such-method".to_owned())
    );
    assert_eq!(door.get("/nothing", &nobody).await.status.as_u16(), 404);
    // Pages have addresses; their files are no addresses, and nothing outside the folder is one.
    for path in
        ["/viewer.html", "/assets/../../Cargo.toml", "/%2e%2e/Cargo.toml", "/assets/%2e%2e/%2e%2e/Cargo.toml"]
    {
        assert_eq!(door.get(path, &nobody).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_bounded_and_the_catalogues_is_larger() {
    let door = Door::open().await;
    let large = format!("{{\"login\":\"{}\"}}", "x".repeat(70_000));
    let said = door.call("POST", "/api/sign-in", &Who::default(), Some(("application/json", large))).await;
    assert_eq!(said.refusal(), (413, "too-large".to_owned()));
    let operator = door.signed_in(Role::Operator).await;
    let product = |id: u32| {
        let price = json!({"minor": 100, "currency": "CNY"});
        json!({"id": id, "title": "Tea", "price": price, "seller": "Hill", "description": "x".repeat(1_000)})
    };
    let products: Vec<_> = (1..=200).map(product).collect();
    let said = door.post("/api/catalogue", &operator, json!({"products": products})).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let all = door.get("/api/catalogue?offset=198&limit=10", &operator).await.json();
    assert_eq!((all["products"].as_array().map(Vec::len), all["total"].as_u64()), (Some(2), Some(200)));
    for query in ["limit=0", "limit=501", "limit=x", "offset=-1"] {
        assert_eq!(
            door.get(&format!("/api/catalogue?{query}"), &operator).await.status.as_u16(),
            400,
            "{query}"
        );
    }
    let larger = format!("{{\"products\":[],\"x\":\"{}\"}}", "x".repeat(1 << 20));
    let said = door.call("POST", "/api/catalogue", &operator, Some(("application/json", larger))).await;
    assert_eq!(said.refusal(), (413, "too-large".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_may_come_in_by_token_and_never_by_cookie() {
    let door = Door::open().await;
    door.room("tea").await;
    let there = Who { origin: Some("https://elsewhere.example".to_owned()), ..Who::default() };
    let asked_first = door.call("OPTIONS", "/api/rooms/tea/ask", &there, None).await;
    assert_eq!(asked_first.status.as_u16(), 204);
    assert_eq!(asked_first.header("access-control-allow-origin"), "*");
    assert_eq!(
        asked_first.header("access-control-allow-headers"),
        "authorization, content-type, content-encoding, if-none-match, x-api-key"
    );
    let guest = door.post("/api/rooms/tea/guest", &there, json!({})).await;
    assert_eq!((guest.status.as_u16(), guest.header("access-control-allow-origin")), (200, "*"));
    for path in ["/api/me", "/api/staff", "/api/rooms/tea/insight", "/", "/metrics"] {
        for method in ["GET", "OPTIONS"] {
            let said = door.call(method, path, &there, None).await;
            assert_eq!(said.header("access-control-allow-origin"), "", "{method} {path}");
        }
    }
    for said in [&asked_first, &guest] {
        assert_eq!(said.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_travels_packed_to_those_who_can_unpack_it() {
    let door = Door::open().await;
    let ask = |encoding: &str| {
        Request::builder()
            .uri("/api/openapi.json")
            .header("accept-encoding", encoding)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(door.send(ask("gzip")).await.header("content-encoding"), "gzip");
    let plain = door.send(ask("identity")).await;
    assert_eq!((plain.header("content-encoding"), plain.json()["openapi"].as_str()), ("", Some("3.1.0")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_house_is_ready_until_it_stops_and_says_which_part_is_not() {
    let door = Door::open().await;
    let said = door.get("/readyz", &Who::default()).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let parts: Vec<_> =
        said.json()["parts"].as_array().unwrap().iter().map(|it| it["part"].clone()).collect();
    assert_eq!(parts, ["running", "engine", "rooms", "store", "disk", "media"]);
    door.house.begin_stop();
    door.store.close().await.unwrap();
    let said = door.get("/readyz", &Who::default()).await;
    assert_eq!(said.status.as_u16(), 503);
    let parts = said.json()["parts"].clone();
    let down: Vec<_> = parts
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["ok"] == false)
        .map(|it| it["part"].clone())
        .collect();
    assert!(down.contains(&json!("running")) && down.contains(&json!("store")), "{parts}");
    assert!(!down.contains(&json!("engine")) && !down.contains(&json!("media")), "{parts}");
    assert_eq!(door.get("/healthz", &Who::default()).await.status.as_u16(), 200);
}
