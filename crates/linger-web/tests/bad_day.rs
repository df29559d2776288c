//! A bad day for a shop, through the doors: each thing that goes wrong has one outcome, and a code that has a sentence in both
//! languages. The table of all of them is in `docs/after-sales.md`.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use house::{Door, Said, Who};
use linger_protocol::{
    Act, Actor, Currency, Item, ItemId, Money, OrderId, PaymentId, Report, Request, Role, RoomId,
};
use serde_json::{Value, json};

const ORDER: &str = "00112233445566778899aabbccddeeff";
const PARCEL: &str = "0000000000000000000000000000000a";
const REFUND: &str = "0000000000000000000000000000000b";

/// A room with ten cups at 10.00.
async fn open() -> (Door, Who, Who) {
    let door = Door::open().await;
    let room = door.room("tea").await;
    let price = Money::new(1_000, Currency::CNY);
    for act in [
        Act::ListItem { item: Item::new(ItemId(1), "Cup", price, "House") },
        Act::SetStock { item: ItemId(1), units: 10 },
        Act::OpenSale { item: ItemId(1), price, per_person: 5, hold_ms: 60_000 },
    ] {
        door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
    }
    let (ann, ops) = (door.guest("tea").await, door.signed_in(Role::Operator).await);
    (door, ann, ops)
}

async fn ask(door: &Door, who: &Who, act: Value) -> Said {
    door.post("/api/rooms/tea/ask", who, act).await
}

fn place(order: &str, units: i64) -> Value {
    json!({"kind": "place-order", "order": order, "item": 1, "units": units})
}

fn cart(lines: Value, expected_minor: i64) -> Value {
    json!({"kind": "sale", "do": "place-cart", "order": ORDER, "lines": lines, "expected_minor": expected_minor})
}

async fn left(door: &Door) -> u64 {
    door.get("/api/rooms/tea", &Who::default()).await.json()["shelf"][0]["left"].as_u64().unwrap()
}

/// Refused with this code, for which people read a sentence in both languages.
fn refused(said: &Said, status: u16, code: &str) {
    assert_eq!(said.refusal(), (status, code.to_owned()), "{}", said.text);
    for language in
        [include_str!("../../../web/messages/en.json"), include_str!("../../../web/messages/zh.json")]
    {
        let messages: Value = serde_json::from_str(language).unwrap();
        let sentence = messages["code"][code].as_str().unwrap_or_default();
        assert!(sentence.chars().count() > 3, "{code} has no sentence");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_asked_twice_at_once_is_one_order_with_one_answer() {
    let (door, ann, _) = open().await;
    let (one, two) = tokio::join!(ask(&door, &ann, place(ORDER, 2)), ask(&door, &ann, place(ORDER, 2)));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert_eq!(one.json()["order"], two.json()["order"]);
    assert_eq!(left(&door).await, 8);
    refused(&ask(&door, &ann, place(ORDER, 3)).await, 409, "order-id-taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_id_that_somebody_else_has_is_refused_and_shows_nothing_of_theirs() {
    let (door, ann, _) = open().await;
    let bob = door.guest("tea").await;
    assert_eq!(ask(&door, &ann, place(ORDER, 1)).await.status, 200);
    let said = ask(&door, &bob, place(ORDER, 1)).await;
    refused(&said, 409, "order-id-taken");
    assert_eq!(said.json().as_object().unwrap().len(), 1, "{}", said.text);
    for path in ["", "/pages"] {
        refused(&door.get(&format!("/api/rooms/tea/orders/{ORDER}{path}"), &bob).await, 404, "no-such-order");
    }
    refused(&ask(&door, &bob, json!({"kind": "cancel-order", "order": ORDER})).await, 409, "no-such-order");
    assert_eq!(left(&door).await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_a_thousand_lines_is_none_and_holds_nothing() {
    let (door, ann, _) = open().await;
    let lines: Vec<Value> = (1..=1_000).map(|item| json!({"item": item, "units": 1})).collect();
    refused(&ask(&door, &ann, cart(json!(lines), 1_000)).await, 409, "bad-cart");
    let twice = json!([{"item": 1, "units": 1}, {"item": 1, "units": 1}]);
    refused(&ask(&door, &ann, cart(twice, 2_000)).await, 409, "bad-cart");
    assert_eq!(left(&door).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quantity_below_zero_or_beyond_all_bounds_is_refused_and_names_its_field() {
    let (door, ann, ops) = open().await;
    for units in [-1, 1 << 32, i64::MIN, i64::MAX] {
        let said = ask(&door, &ann, place(ORDER, units)).await;
        refused(&said, 400, "bad-field");
        refused(&ask(&door, &ann, cart(json!([{"item": 1, "units": units}]), 1_000)).await, 400, "bad-field");
    }
    for units in [0, 1_000, i64::from(u32::MAX)] {
        refused(&ask(&door, &ann, place(ORDER, units)).await, 409, "bad-quantity");
    }
    for units in [-1, i64::MIN, i64::MAX] {
        let stock = json!({"kind": "set-stock", "item": 1, "units": units});
        refused(&ask(&door, &ops, stock).await, 409, "bad-quantity");
    }
    assert_eq!(left(&door).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_coupon_claimed_by_two_at_once_is_one_persons() {
    let (door, ann, ops) = open().await;
    let bob = door.guest("tea").await;
    let now = door.now().0;
    let campaign = json!({
        "campaign": "last", "title": "Last", "what": {"kind": "amount", "off_minor": 100}, "from": now - 1,
        "until": now + 1_000_000, "uses_max": 1, "times": 1, "every": "ever", "stacks": "alone", "open_to": "claim",
    });
    let set = json!({"kind": "sale", "do": "set-campaign", "campaign": campaign});
    let said = ask(&door, &ops, set).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let claim = || json!({"kind": "sale", "do": "claim", "campaign": "last"});
    let (hers, his) = tokio::join!(ask(&door, &ann, claim()), ask(&door, &bob, claim()));
    let (won, lost) = if hers.status == 200 { (hers, his) } else { (his, hers) };
    assert_eq!(won.status, 200);
    refused(&lost, 409, "coupons-gone");
}

/// A notice of the sandbox about a payment, signed with `secret`, as old as `late_s`.
async fn notice(door: &Door, secret: u8, late_s: i64, minor: i64) -> Said {
    let data =
        json!({"room": "tea", "order": ORDER, "payment": "p1", "amount_minor": minor, "currency": "CNY"});
    let body = json!({"type": "payment.paid", "data": data}).to_string();
    let seconds = door.now().0 / 1_000 - late_s;
    let tag = sign(&Key::new(HMAC_SHA256, &[secret; 32]), format!("msg_1.{seconds}.{body}").as_bytes());
    let tag = base64::engine::general_purpose::STANDARD.encode(tag.as_ref());
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/payments/sandbox/notice")
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", format!("v1,{tag}"));
    door.send(request.body(body.into()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_with_a_wrong_signature_or_a_week_old_changes_nothing_and_one_replayed_pays_once() {
    let (door, ann, _) = open().await;
    assert_eq!(ask(&door, &ann, place(ORDER, 1)).await.status, 200);
    refused(&notice(&door, 8, 0, 1_000).await, 401, "bad-signature");
    refused(&notice(&door, 7, 7 * 86_400, 1_000).await, 401, "bad-signature");
    let state =
        async || door.get(&format!("/api/rooms/tea/orders/{ORDER}"), &ann).await.json()["state"].clone();
    assert_eq!(state().await, "held");
    for _ in 0..3 {
        assert_eq!(notice(&door, 7, 0, 1_000).await.status, 200);
    }
    assert_eq!(state().await, "paid");
    let due = |room: &linger_room::Room| (room.refunds_due().count(), room.refunds_owed().count());
    let due = door.engine.look(&RoomId::new("tea").unwrap(), due).await.unwrap();
    assert_eq!(due, Some((0, 0)), "money that was told three times came once");
}

async fn paid(door: &Door, ann: &Who) {
    assert_eq!(ask(door, ann, place(ORDER, 1)).await.status, 200);
    let (order, payment) = (ORDER.parse::<OrderId>().unwrap(), PaymentId::new("p1").unwrap());
    let report = Report::PaymentArrived { order, payment, amount: Money::new(1_000, Currency::CNY) };
    door.engine.report(&RoomId::new("tea").unwrap(), report).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_larger_than_the_payment_is_refused_and_none_goes_out() {
    let (door, ann, ops) = open().await;
    paid(&door, &ann).await;
    let refund = |refund: &str, minor: i64| json!({"kind": "care", "do": "give-back", "refund": refund, "order": ORDER, "item": 1, "amount_minor": minor});
    for minor in [1_001, i64::MAX] {
        refused(&ask(&door, &ops, refund(REFUND, minor)).await, 409, "refund-too-large");
    }
    for minor in [0, -1, i64::MIN] {
        refused(&ask(&door, &ops, refund(REFUND, minor)).await, 409, "bad-amount");
    }
    // In two parts it is no more than in one.
    assert_eq!(ask(&door, &ops, refund(REFUND, 600)).await.status, 200);
    refused(&ask(&door, &ops, refund(PARCEL, 401)).await, 409, "refund-too-large");
    let page = door.get(&format!("/api/rooms/tea/orders/{ORDER}"), &ops).await.json();
    assert_eq!(page["care"]["owed"]["minor"], 600, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_heard_that_the_units_are_held_asks_again_of_another_process_and_holds_them_once() {
    let (door, ann, _) = open().await;
    // The answer to this never arrives: the edge that held it is gone.
    drop(ask(&door, &ann, place(ORDER, 2)).await);
    let next = door.again().await;
    let said = ask(&next, &ann, place(ORDER, 2)).await;
    assert_eq!((said.status.as_u16(), said.json()["order"]["state"].clone()), (200, json!("held")));
    assert_eq!(left(&next).await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_changed_while_in_the_cart_is_told_and_nothing_is_held() {
    let (door, ann, ops) = open().await;
    let lines = json!([{"item": 1, "units": 2}]);
    let quoted = door.post("/api/rooms/tea/quote", &ann, json!({"lines": lines})).await.json();
    let expected = quoted["total"]["minor"].as_i64().unwrap();
    let dearer = json!({"kind": "sale", "do": "set-shipping", "fee_minor": 1});
    assert_eq!(ask(&door, &ops, dearer).await.status, 200);
    refused(&ask(&door, &ann, cart(lines.clone(), expected)).await, 409, "price-changed");
    assert_eq!(left(&door).await, 10);
    assert_eq!(ask(&door, &ann, cart(lines, expected + 1)).await.status, 200);
}
