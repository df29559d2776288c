//! Payments through Stripe from the buyer's tap to the room's answer: events twice, in disorder, late and wrong; and what
//! staff are told of differences.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

#[path = "../../linger-outlet/tests/stripe/fake.rs"]
mod fake;
mod house;

use fake::{Fake, KEY, SECRET, sign};
use house::{Door, Said, Who};
use linger_outlet::{Payments, Stripe, StripeConfig, StripeKey, StripeSecret};
use linger_protocol::{Role, RoomId};
use serde_json::{Value, json};
use std::sync::Arc;

const ORDER: &str = "00000000000000000000000000000009";
const HOLD_MS: u64 = 300_000;

/// A shop with a buyer, and Stripe.
struct Shop {
    door: Door,
    fake: Fake,
    buyer: Who,
}

impl Shop {
    async fn open() -> Shop {
        let fake = Fake::open().await;
        let stripe = Stripe::new(StripeConfig {
            url: fake.url.clone(),
            key: StripeKey::new(KEY).unwrap(),
            secrets: vec![StripeSecret::new(SECRET).unwrap()],
            public_url: "http://127.0.0.1:8080/".parse().unwrap(),
            page: None,
            house: "00112233445566aa".into(),
        });
        let door = Door::paid_by(vec![Arc::new(stripe.unwrap()) as Arc<dyn Payments>]).await;
        door.room("tea").await;
        let operator = door.signed_in(Role::Operator).await;
        let price = json!({"minor": 1_000, "currency": "CNY"});
        let product = json!({"id": 1, "title": "Cup", "price": price, "seller": "Hill"});
        door.post("/api/catalogue", &operator, json!({"products": [product]})).await;
        for act in [
            json!({"kind": "list-item", "item": 1}),
            json!({"kind": "set-stock", "item": 1, "units": 5}),
            json!({"kind": "open-sale", "item": 1, "per_person": 2, "hold_ms": HOLD_MS}),
        ] {
            door.ask("tea", &operator, act).await;
        }
        let buyer = door.guest("tea").await;
        door.ask("tea", &buyer, json!({"kind": "place-order", "order": ORDER, "item": 1, "units": 1})).await;
        Shop { door, fake, buyer }
    }

    async fn pay(&self, method: &str) -> Said {
        let path = format!("/api/rooms/tea/orders/{ORDER}/pay");
        self.door.post(&path, &self.buyer, json!({"method": method})).await
    }

    /// A payment that Stripe has taken.
    async fn paid(&self) -> String {
        let payment = self.pay("stripe:card").await.json()["payment"].as_str().unwrap().to_owned();
        self.fake.pay(&payment);
        payment
    }

    async fn hear(&self, (header, body): (String, String)) -> Said {
        let request = axum::http::Request::builder().method("POST").uri("/api/payments/stripe/notice");
        self.door.send(request.header("stripe-signature", header).body(body.into()).unwrap()).await
    }

    async fn event(&self, id: &str, kind: &str, object: &Value) -> u16 {
        self.hear(Fake::event(id, kind, object, self.door.now().0 / 1_000)).await.status.as_u16()
    }

    async fn state(&self) -> String {
        let order = self.door.get(&format!("/api/rooms/tea/orders/{ORDER}"), &self.buyer).await;
        order.json()["state"].as_str().unwrap().to_owned()
    }

    async fn due(&self) -> usize {
        let room = RoomId::new("tea").unwrap();
        self.door.engine.look(&room, |room| room.refunds_due().count()).await.unwrap().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_once_by_an_event_that_comes_twice() {
    let shop = Shop::open().await;
    let started = shop.pay("stripe:card").await;
    assert_eq!(started.status.as_u16(), 202, "{}", started.text);
    let payment = started.json()["payment"].as_str().unwrap().to_owned();
    assert_eq!(started.json()["client_secret"], json!(format!("{payment}_secret_abc")));
    let visit = shop.pay("stripe:alipay").await.json()["visit"].as_str().unwrap().to_owned();
    assert!(visit.starts_with("https://hooks.stripe.com/redirect/"), "{visit}");
    assert_eq!(shop.pay("stripe:pigeon").await.refusal(), (400, "bad-field".to_owned()));
    shop.fake.pay(&payment);
    let intent = shop.fake.intent(&payment);
    for id in ["evt_1", "evt_1", "evt_2"] {
        assert_eq!(shop.event(id, "payment_intent.succeeded", &intent).await, 200);
        assert_eq!(shop.state().await, "paid");
    }
    assert_eq!(shop.due().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_told_before_its_payment_leaves_both_known() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    shop.door.pass(HOLD_MS);
    // Too late, and given back in the dashboard already; the refund's event overtakes the payment's.
    let refund = shop.fake.give_back(&payment, 1_000);
    assert_eq!(shop.event("evt_1", "refund.updated", &refund).await, 200);
    assert_eq!((shop.state().await.as_str(), shop.due().await), ("lapsed", 1));
    assert_eq!(shop.event("evt_2", "payment_intent.succeeded", &shop.fake.intent(&payment)).await, 200);
    assert_eq!(shop.due().await, 1, "once");
    // A fetch for each event, and none for one that came before.
    let calls = shop.fake.books().calls.len();
    assert_eq!(shop.event("evt_1", "refund.updated", &refund).await, 200);
    assert_eq!(shop.fake.books().calls.len(), calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_wrong_old_or_strange_changes_nothing() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    let seconds = shop.door.now().0 / 1_000;
    let (header, body) =
        Fake::event("evt_1", "payment_intent.succeeded", &shop.fake.intent(&payment), seconds);
    let week = seconds - 7 * 86_400;
    let strange = Fake::event("evt_2", "customer.created", &json!({"id": "cus_1"}), seconds);
    for ((header, body), status, code) in [
        ((header.clone(), body.replace("1000", "1")), 401, "bad-signature"),
        ((String::new(), body.clone()), 401, "bad-signature"),
        ((sign("whsec_of_somebody_else", seconds, &body), body.clone()), 401, "bad-signature"),
        ((sign(SECRET, week, &body), body.clone()), 401, "bad-signature"),
        ((sign(SECRET, seconds, "{}"), "{}".to_owned()), 400, "bad-body"),
        ((header.clone(), " ".repeat(1 << 20)), 413, "too-large"),
        (strange, 200, ""),
    ] {
        let said = shop.hear((header, body)).await;
        assert_eq!(said.refusal(), (status, code.to_owned()));
    }
    assert_eq!(shop.state().await, "held");
    assert_eq!(shop.hear((header, body)).await.status.as_u16(), 200);
    assert_eq!(shop.state().await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_without_stripe_has_no_ear_for_it() {
    let door = Door::open().await;
    let said = door.get("/api/payments", &Who::default()).await;
    assert_eq!(said.json(), json!({"providers": ["sandbox"]}));
    let said = door.post("/api/payments/stripe/notice", &Who::default(), json!({})).await;
    assert_eq!(said.refusal(), (404, "no-such-provider".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_in_what_rooms_and_providers_differ() {
    let door = Door::open().await;
    let operator = door.signed_in(Role::Operator).await;
    let said = door.get("/api/payments/findings", &operator).await;
    assert_eq!((said.status.as_u16(), &said.json()["at"]), (200, &Value::Null));
    assert_eq!(said.json()["differences"], json!([]));
}
