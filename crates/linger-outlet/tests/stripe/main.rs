//! The Stripe-shaped provider against a server of the test's own that answers as Stripe documents.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod events;
mod fake;
mod refunds;

use axum::http::StatusCode;
use fake::{Fake, KEY, SECRET};
use linger_outlet::*;
use linger_protocol::{Currency, Millis, Money, OrderId, PaymentId, RefundId, RoomId};
use serde_json::json;

const HOUSE: &str = "00112233445566aa";
const NOW: Millis = Millis(1_700_000_000_000);

fn stripe(fake: &Fake, house: &str, page: Option<&str>) -> Stripe {
    Stripe::new(StripeConfig {
        url: fake.url.clone(),
        key: StripeKey::new(KEY).unwrap(),
        secrets: vec![StripeSecret::new(SECRET).unwrap()],
        public_url: "https://live.example.com/".parse().unwrap(),
        page: page.map(|it| it.parse().unwrap()),
        house: house.into(),
    })
    .unwrap()
}

fn room() -> RoomId {
    RoomId::new("summer-sale").unwrap()
}

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn charge(order: u128, amount: Money) -> Charge {
    Charge { room: room(), order: OrderId(order), amount }
}

fn back(order: u128, payment: &PaymentId, refund: &str, minor: i64) -> Back {
    let refund = RefundId::new(refund).unwrap();
    Back { room: room(), order: OrderId(order), payment: payment.clone(), refund, amount: yuan(minor) }
}

/// A payment of an order that is paid.
async fn paid(fake: &Fake, stripe: &Stripe, order: u128) -> PaymentId {
    let payment = stripe.start(charge(order, yuan(1_999)), "card").await.unwrap().payment;
    fake.pay(payment.as_str());
    payment
}

#[tokio::test]
async fn a_card_is_confirmed_in_the_buyers_browser_and_the_payment_says_whose_it_is() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let started = stripe.start(charge(7, yuan(1_999)), "card").await.unwrap();
    let secret = format!("{}_secret_abc", started.payment);
    assert_eq!(started.next, Next::Confirm(ClientSecret(secret.clone().into())));
    assert!(!format!("{started:?}").contains("secret_abc"), "{started:?}");
    let form = fake.books().form.clone();
    for (name, value) in [
        ("amount", "1999"),
        ("currency", "cny"),
        ("payment_method_types[]", "card"),
        ("metadata[linger_house]", HOUSE),
        ("metadata[linger_room]", "summer-sale"),
        ("metadata[linger_order]", "00000000000000000000000000000007"),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
    assert!(!form.contains_key("confirm"));
    // Again: the same payment; with another amount: a mistake.
    assert_eq!(stripe.start(charge(7, yuan(1_999)), "card").await.unwrap().payment, started.payment);
    assert_eq!(stripe.start(charge(7, yuan(5)), "card").await, Err(PayError::AmountDiffers));
    assert_eq!(fake.books().intents.len(), 1);
    // Once it is paid there is nothing left to do.
    fake.pay(started.payment.as_str());
    let again = stripe.start(charge(7, yuan(1_999)), "card").await.unwrap();
    assert_eq!(again, Started { payment: started.payment, next: Next::Done });
}

#[tokio::test]
async fn buyers_are_sent_to_where_they_go_on() {
    let fake = Fake::open().await;
    let plain = stripe(&fake, HOUSE, None);
    let started = plain.start(charge(1, yuan(1_999)), "alipay").await.unwrap();
    let address = format!("https://hooks.stripe.com/redirect/{}", started.payment);
    assert_eq!(started.next, Next::Visit(address.parse().unwrap()));
    let form = fake.books().form.clone();
    assert_eq!(form["return_url"], "https://live.example.com/r/summer-sale");
    assert_eq!((&*form["confirm"], &*form["payment_method_data[type]"]), ("true", "alipay"));
    // A shop's own page is told what it needs behind `#`, which no server sees.
    let paged = stripe(&fake, HOUSE, Some("https://shop.example.com/pay"));
    let started = paged.start(charge(2, yuan(1_999)), "card").await.unwrap();
    let Next::Visit(page) = started.next else { panic!("{started:?}") };
    assert_eq!((page.path(), page.query()), ("/pay", None));
    let told = url::form_urlencoded::parse(page.fragment().unwrap().as_bytes()).into_owned();
    let told: std::collections::BTreeMap<_, _> = told.collect();
    assert_eq!(told["payment_intent"], started.payment.as_str());
    assert_eq!(told["payment_intent_client_secret"], format!("{}_secret_abc", started.payment));
    assert_eq!(told["return_url"], "https://live.example.com/r/summer-sale");
}

#[tokio::test]
async fn amounts_are_exact_in_every_kind_of_currency() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let mut order = 0;
    for (minor, currency, amount) in [(500, "JPY", "500"), (5_120, "KWD", "5120"), (5, "ISK", "500")] {
        order += 1;
        let money = Money::new(minor, Currency::new(currency).unwrap());
        let payment = stripe.start(charge(order, money), "card").await.unwrap().payment;
        assert_eq!(fake.books().form["amount"], amount, "{currency}");
        fake.pay(payment.as_str());
        assert_eq!(stripe.look(&payment).await.unwrap().unwrap().paid, Some(money));
    }
    let calls = fake.books().calls.len();
    for (minor, currency) in [(5_124, "KWD"), (500, "UGX"), (0, "CNY"), (-5, "CNY")] {
        let money = Money::new(minor, Currency::new(currency).unwrap());
        assert_eq!(
            stripe.start(charge(9, money), "card").await,
            Err(PayError::BadAmount),
            "{minor} {currency}"
        );
    }
    assert_eq!(fake.books().calls.len(), calls, "nothing was asked for");
}

#[tokio::test]
async fn what_stripe_refuses_is_told_apart_and_its_sentences_are_not_repeated() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let error = |kind: &str, code: &str, param: &str| json!({"error": {"type": kind, "code": code, "param": param, "message": "Anna's card"}});
    let mut order = 0;
    for (status, body, expected) in [
        (402, error("card_error", "card_declined", ""), Some(PayError::Declined)),
        (400, error("invalid_request_error", "amount_too_small", "amount"), Some(PayError::BadAmount)),
        (400, error("invalid_request_error", "", "payment_method_data[type]"), Some(PayError::UnknownMethod)),
        (401, error("invalid_request_error", "", ""), None),
        (429, error("invalid_request_error", "rate_limit", ""), None),
        (500, error("api_error", "", ""), None),
        (503, json!("a page of a proxy"), None),
    ] {
        order += 1;
        fake.books().refuses = Some((StatusCode::from_u16(status).unwrap(), body));
        let told = stripe.start(charge(order, yuan(1_999)), "card").await.unwrap_err();
        match (expected, told) {
            (Some(expected), told) => assert_eq!(told, expected),
            (None, PayError::Unavailable { retry, why, .. }) => {
                assert_eq!(retry, status >= 429, "{status}");
                assert!(why.contains(&status.to_string()) && !why.contains("Anna"), "{why}");
            }
            (None, told) => panic!("{status}: {told:?}"),
        }
        // A buyer who tries again gets another chance, though Stripe remembers what it answered.
        assert!(stripe.start(charge(order, yuan(1_999)), "card").await.is_ok(), "{status}");
    }
    for bad in ["", "Card", "card ", "a".repeat(33).as_str(), "card&confirm=true"] {
        assert_eq!(stripe.start(charge(99, yuan(1)), bad).await, Err(PayError::UnknownMethod), "{bad}");
    }
    assert_eq!(stripe.start(charge(99, yuan(1)), "pigeon").await, Err(PayError::UnknownMethod));
}

#[tokio::test]
async fn a_line_that_breaks_between_charge_and_answer_charges_once() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    fake.books().breaks = true;
    let broken = stripe.start(charge(1, yuan(1_999)), "card").await;
    assert!(matches!(broken, Err(PayError::Unavailable { retry: true, .. })), "{broken:?}");
    let payment = stripe.start(charge(1, yuan(1_999)), "card").await.unwrap().payment;
    assert_eq!(fake.books().intents.len(), 1);
    assert_eq!(fake.intent(payment.as_str())["id"], payment.as_str());
}

#[tokio::test]
async fn a_payment_that_came_to_nothing_is_begun_anew() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    for (order, method, status) in [(1, "card", "canceled"), (2, "alipay", "requires_payment_method")] {
        let first = stripe.start(charge(order, yuan(1_999)), method).await.unwrap().payment;
        fake.set_status(first.as_str(), status);
        let second = stripe.start(charge(order, yuan(1_999)), method).await.unwrap().payment;
        assert_ne!(first, second);
        assert_eq!(stripe.start(charge(order, yuan(1_999)), method).await.unwrap().payment, second);
    }
}

#[tokio::test]
async fn stripe_that_is_not_there_may_be_asked_again() {
    let fake = Fake::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut nowhere = fake.clone();
    nowhere.url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let told = stripe(&nowhere, HOUSE, None).start(charge(1, yuan(1)), "card").await.unwrap_err();
    assert!(matches!(&told, PayError::Unavailable { retry: true, .. }), "{told:?}");
    assert!(!told.to_string().contains(KEY), "{told}");
}
