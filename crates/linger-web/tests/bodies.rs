//! Bad bodies over HTTP: whatever comes is answered by status and code, names the field where one is to blame, and
//! changes nothing.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use base64::Engine as _;
use house::{Door, Said, Who};
use linger_protocol::{PersonId, Role};
use serde_json::{Value, json};

const ORDER: &str = "0123456789abcdef0123456789abcdef";

async fn ask(door: &Door, who: &Who, act: Value) -> Said {
    door.post("/api/rooms/tea/ask", who, act).await
}

/// A house with a room and one product on sale.
async fn shop() -> (Door, Who) {
    let door = Door::open().await;
    door.room("tea").await;
    let operator = door.signed_in(Role::Operator).await;
    let price = json!({"minor": 1_000, "currency": "CNY"});
    let product = json!({"id": 1, "title": "Cup", "price": price, "seller": "Hill"});
    let said = door.post("/api/catalogue", &operator, json!({"products": [product]})).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    door.ask("tea", &operator, json!({"kind": "list-item", "item": 1})).await;
    door.ask("tea", &operator, json!({"kind": "set-stock", "item": 1, "units": 5})).await;
    let sale = json!({"kind": "open-sale", "item": 1, "per_person": 2, "hold_ms": 300_000});
    door.ask("tea", &operator, sale).await;
    (door, operator)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_by_what_is_wrong_with_it() {
    let door = Door::open().await;
    door.room("tea").await;
    let guest = door.guest("tea").await;
    let deep = format!("{{\"kind\":\"say\",\"text\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let mebibyte = format!("{{\"kind\":\"say\",\"text\":\"{}\"}}", "x".repeat(1 << 20));
    let json = "application/json";
    for (kind, body, status, code) in [
        (json, "", 400, "not-json"),
        (json, "{", 400, "not-json"),
        (json, "say something", 400, "not-json"),
        (json, "{\"kind\":\"follow\"} and more", 400, "not-json"),
        (json, "\u{feff}{\"kind\":\"follow\"}", 400, "not-json"),
        (json, deep.as_str(), 400, "not-json"),
        (json, "null", 400, "bad-field"),
        (json, "{\"kind\":\"dance\"}", 400, "bad-field"),
        (json, "{\"kind\":\"say\",\"text\":\"a\",\"text\":\"b\"}", 400, "bad-field"),
        (json, &mebibyte, 413, "too-large"),
        ("text/plain", "{\"kind\":\"follow\"}", 415, "not-json"),
        ("application/x-www-form-urlencoded", "kind=follow", 415, "not-json"),
        ("application/sdp", "{\"kind\":\"follow\"}", 415, "not-json"),
        ("", "{\"kind\":\"follow\"}", 415, "not-json"),
    ] {
        let said = door.call("POST", "/api/rooms/tea/ask", &guest, Some((kind, body.to_owned()))).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{kind}: {body:.60}");
    }
    assert_eq!(ask(&door, &guest, json!({"kind": "say"})).await.json()["field"], "text");
    let more = ask(&door, &guest, json!({"kind": "say", "text": "a", "shout": 1})).await;
    assert_eq!(more.json()["field"], "shout");
    let view = door.get("/api/rooms/tea", &Who::default()).await.json();
    assert_eq!((&view["comments"], &view["followers"]), (&json!([]), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_answered_in_our_form() {
    let door = Door::open().await;
    door.room("tea").await;
    let guest = door.guest("tea").await;
    for (method, path, status, code) in [
        ("GET", "/api/rooms/nowhere", 404, "no-such-room"),
        ("GET", "/api/rooms/NO%20ROOM", 404, "no-such-room"),
        ("GET", "/api/rooms/%ff%fe", 400, "bad-request"),
        ("POST", "/api/rooms/nowhere/guest", 404, "no-such-room"),
        ("POST", "/api/rooms/nowhere/ask", 403, "wrong-room"),
        ("POST", "/api/rooms/%ff/ask", 400, "bad-request"),
        ("GET", "/api/rooms/tea/orders/none", 400, "bad-id"),
        ("GET", "/api/rooms/tea/draws/-1/proof", 400, "bad-id"),
        ("GET", "/api/rooms/tea/draws/1/proof", 404, "no-such-draw"),
        ("DELETE", "/media/none", 404, "no-such-session"),
        ("PUT", "/api/rooms/tea", 405, "no-such-method"),
    ] {
        let body = (method == "POST").then(|| ("application/json", json!({"kind": "follow"}).to_string()));
        let body = if path.ends_with("/guest") { Some(("application/json", "{}".to_owned())) } else { body };
        let said = door.call(method, path, &guest, body).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{method} {path}: {}", said.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quantities_and_amounts_that_cannot_be_are_refused() {
    let (door, operator) = shop().await;
    let guest = door.guest("tea").await;
    let sale = |price: i64, per_person: i64, hold_ms: i64| json!({"kind": "open-sale", "item": 1, "price_minor": price, "per_person": per_person, "hold_ms": hold_ms});
    for (who, act, status, code) in [
        (&operator, json!({"kind": "set-stock", "item": 1, "units": -1}), 409, "bad-quantity"),
        (&operator, json!({"kind": "set-stock", "item": 1, "units": i64::MIN}), 409, "bad-quantity"),
        (&operator, json!({"kind": "set-stock", "item": 1, "units": i64::MAX}), 409, "bad-quantity"),
        (&operator, json!({"kind": "set-stock", "item": 1, "units": 1.5}), 400, "bad-field"),
        (&operator, json!({"kind": "set-stock", "item": 2, "units": 1}), 409, "no-such-item"),
        (&operator, json!({"kind": "list-item", "item": 2}), 404, "no-such-item"),
        (&operator, sale(-1, 1, 60_000), 409, "bad-amount"),
        (&operator, sale(i64::MAX, 1, 60_000), 409, "bad-amount"),
        (&operator, sale(1_000, 0, 60_000), 409, "bad-quantity"),
        (&operator, sale(1_000, -1, 60_000), 400, "bad-field"),
        (&operator, sale(1_000, 1, 0), 409, "bad-duration"),
        (&guest, json!({"kind": "place-order", "order": ORDER, "item": 1, "units": 0}), 409, "bad-quantity"),
        (
            &guest,
            json!({"kind": "place-order", "order": ORDER, "item": 1, "units": 3}),
            409,
            "over-person-limit",
        ),
        (&guest, json!({"kind": "place-order", "order": "7", "item": 1, "units": 1}), 400, "bad-id"),
        (&guest, json!({"kind": "say", "text": "x".repeat(201)}), 409, "text-too-long"),
        (&guest, json!({"kind": "say", "text": "x".repeat(60_000)}), 409, "text-too-long"),
        (&guest, json!({"kind": "say", "text": "\u{202e}\n\u{0}"}), 409, "text-empty"),
        (&guest, json!({"kind": "set-stock", "item": 1, "units": 9}), 403, "not-allowed"),
    ] {
        let said = ask(&door, who, act.clone()).await;
        assert_eq!(
            said.refusal(),
            (status, code.to_owned()),
            "{}",
            act.to_string().split_at(60.min(act.to_string().len())).0
        );
    }
    let shelf = door.get("/api/rooms/tea", &Who::default()).await.json()["shelf"].clone();
    assert_eq!((&shelf[0]["units"], &shelf[0]["left"]), (&json!(5), &json!(5)), "{shelf}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_id_orders_once_and_for_one_person() {
    let (door, _) = shop().await;
    let (ann, bob) = (door.guest("tea").await, door.guest("tea").await);
    let order = |units: u32| json!({"kind": "place-order", "order": ORDER, "item": 1, "units": units});
    let first = door.ask("tea", &ann, order(2)).await;
    let again = door.ask("tea", &ann, order(2)).await;
    assert_eq!((&first["order"]["state"], &first["order"]), (&json!("held"), &again["order"]));
    assert_eq!(ask(&door, &ann, order(1)).await.refusal(), (409, "order-id-taken".to_owned()));
    assert_eq!(ask(&door, &bob, order(2)).await.refusal(), (409, "order-id-taken".to_owned()));
    let his = |path: &str| format!("/api/rooms/tea/orders/{ORDER}{path}");
    let none = (404, "no-such-order".to_owned());
    assert_eq!(door.get(&his(""), &bob).await.refusal(), none);
    assert_eq!(door.post(&his("/pay"), &bob, json!({"method": "now"})).await.refusal(), none);
    let cancel = json!({"kind": "cancel-order", "order": ORDER});
    assert_eq!(ask(&door, &bob, cancel.clone()).await.refusal(), (409, "no-such-order".to_owned()));
    let shelf = door.get(&his(""), &ann).await.json();
    assert_eq!((&shelf["state"], &shelf["units"]), (&json!("held"), &json!(2)), "{shelf}");
    for method in ["", "cash", &"x".repeat(65), "now; drop"] {
        let said = door.post(&his("/pay"), &ann, json!({"method": method})).await;
        assert_eq!(
            (said.refusal(), &said.json()["field"]),
            ((400, "bad-field".to_owned()), &json!("method"))
        );
    }
    door.ask("tea", &ann, cancel).await;
    let closed = door.post(&his("/pay"), &ann, json!({"method": "now"})).await;
    assert_eq!(closed.refusal(), (409, "order-closed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_makes_no_sense_is_told_so() {
    let door = Door::open().await;
    door.room("tea").await;
    let (guest, host) = (door.guest("tea").await, door.signed_in(Role::Host).await);
    let sdp = "application/sdp";
    let bare = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".to_owned();
    for (kind, body, status, code) in [
        (sdp, String::new(), 400, "bad-sdp"),
        (sdp, "nonsense".to_owned(), 400, "bad-sdp"),
        (sdp, "v=0\r\n".repeat(1_000), 400, "bad-sdp"),
        (sdp, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".to_owned(), 400, "bad-sdp"),
        (sdp, bare.clone(), 400, "bad-sdp"),
        (sdp, "x".repeat(1 << 20), 413, "too-large"),
        ("application/json", bare.clone(), 415, "not-sdp"),
        ("", bare, 415, "not-sdp"),
    ] {
        for (path, who) in [("/whep/tea", &guest), ("/whip/tea", &host)] {
            let said = door.call("POST", path, who, Some((kind, body.clone()))).await;
            assert_eq!(said.refusal(), (status, code.to_owned()), "{path} {kind}: {body:.40}");
        }
    }
    let nowhere = door.call("POST", "/whep/nowhere", &guest, Some((sdp, "v=0".to_owned()))).await;
    assert_eq!(nowhere.refusal(), (404, "no-such-room".to_owned()));
}

/// A notice with headers that are right for this body, signed with the secret of the house.
async fn notice(door: &Door, body: String, signed: bool, late_s: i64) -> Said {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let base64 = base64::engine::general_purpose::STANDARD;
    let seconds = door.now().0 / 1_000 - late_s;
    let tag = sign(&Key::new(HMAC_SHA256, &[7; 32]), format!("msg_1.{seconds}.{body}").as_bytes());
    let mut request = axum::http::Request::builder().method("POST").uri("/api/payments/sandbox/notice");
    if signed {
        request = request
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", format!("v1,{}", base64.encode(tag.as_ref())));
    }
    door.send(request.body(body.into()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_refused_by_what_is_wrong_with_it() {
    let door = Door::open().await;
    door.room("tea").await;
    let paid = |room: &str, minor: i64| {
        let data =
            json!({"room": room, "order": ORDER, "payment": "p1", "amount_minor": minor, "currency": "CNY"});
        json!({"type": "payment.paid", "data": data}).to_string()
    };
    for (body, signed, late_s, status, code) in [
        (paid("tea", 1_000), false, 0, 401, "bad-signature"),
        (paid("tea", 1_000), true, 301, 401, "bad-signature"),
        (paid("tea", 1_000), true, -301, 401, "bad-signature"),
        (paid("tea", 0), true, 0, 400, "bad-body"),
        ("nonsense".to_owned(), true, 0, 400, "bad-body"),
        (String::new(), true, 0, 400, "bad-body"),
        (" ".repeat(20_001), true, 0, 413, "too-large"),
        (" ".repeat(1 << 20), true, 0, 413, "too-large"),
    ] {
        let said = notice(&door, body.clone(), signed, late_s).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{body:.40}");
    }
    // Money for an order that is not there is taken note of, once, and is due to go back; so is a room that is not ours.
    for room in ["tea", "tea", "elsewhere"] {
        let said = notice(&door, paid(room, 1_000), true, 0).await;
        assert_eq!((said.status.as_u16(), said.json()), (200, json!({"ok": true})), "{room}");
    }
    let room = linger_protocol::RoomId::new("tea").unwrap();
    let due = door.engine.look(&room, |room| room.refunds_due().count()).await.unwrap();
    assert_eq!(due, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_opened_once_and_with_fields_that_fit() {
    let (door, operator) = shop().await;
    let room = |room: &str, title: &str, host: Option<PersonId>| {
        let mut new = json!({"room": room, "title": title, "host_name": "Li"});
        if let Some(host) = host {
            new["host"] = json!(host.to_string());
        }
        new
    };
    for (body, status, code, field) in [
        (room("tea", "Tea", None), 409, "room-is-open", None),
        (room("No Room", "Tea", None), 400, "bad-id", Some("room")),
        (room(&"x".repeat(65), "Tea", None), 400, "bad-id", Some("room")),
        (room("cups", &"x".repeat(121), None), 409, "text-too-long", None),
        (room("cups", "", None), 409, "text-empty", None),
        (room("cups", "Cups", Some(PersonId(77))), 400, "no-such-person", Some("host")),
        (json!({"room": "cups", "title": "Cups"}), 400, "bad-field", Some("host_name")),
    ] {
        let said = door.post("/api/rooms", &operator, body.clone()).await;
        let told = said.json();
        assert_eq!((said.refusal(), told["field"].as_str()), ((status, code.to_owned()), field), "{body}");
    }
    assert_eq!(door.get("/api/rooms/cups", &Who::default()).await.status.as_u16(), 404);
}
