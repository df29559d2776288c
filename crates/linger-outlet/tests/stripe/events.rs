//! What Stripe posts: signed, twice, old, in any order, about others.

use crate::{
    HOUSE, NOW,
    fake::{Fake, SECRET, sign},
    paid, room, stripe, yuan,
};
use linger_outlet::*;
use linger_protocol::{Millis, OrderId, RefundId};
use serde_json::json;

const SECONDS: i64 = NOW.0 / 1_000;

fn heard(stripe: &Stripe, (header, body): &(String, String), now: Millis) -> Result<Told, NoticeError> {
    stripe.verify_notice(&[("Stripe-Signature", header)], body.as_bytes(), now)
}

#[tokio::test]
async fn money_that_came_is_told_by_the_event_itself() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 7).await;
    let calls = fake.books().calls.len();
    let event = Fake::event("evt_1", "payment_intent.succeeded", &fake.intent(payment.as_str()), SECONDS);
    let paid = Notice::Paid { room: room(), order: OrderId(7), payment, amount: yuan(1_999) };
    let told = Told { id: "evt_1".into(), news: News::Says(paid) };
    assert_eq!(heard(&stripe, &event, NOW), Ok(told.clone()));
    assert_eq!(heard(&stripe, &event, NOW), Ok(told), "the same id when it is repeated");
    assert_eq!(fake.books().calls.len(), calls, "nothing had to be asked");
}

#[tokio::test]
async fn of_refunds_only_how_they_stand_now_is_believed() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 7).await;
    stripe.refund(crate::back(7, &payment, "a", 500)).await.unwrap();
    let refund = fake.books().refunds[0].clone();
    let charge =
        json!({"id": "ch_1", "object": "charge", "payment_intent": payment.as_str(), "refunded": false});
    let expanded = json!({"id": "re_1", "object": "refund", "payment_intent": {"id": payment.as_str()}});
    for (kind, object) in [
        ("charge.refunded", &charge),
        ("charge.refund.updated", &refund),
        ("refund.created", &refund),
        ("refund.updated", &expanded),
        ("refund.failed", &refund),
    ] {
        let told = heard(&stripe, &Fake::event("evt_2", kind, object, SECONDS), NOW).unwrap();
        assert_eq!(told.news, News::Changed(payment.clone()), "{kind}");
    }
    // It had succeeded, and failed later; whichever event comes last, it has failed.
    let (room, order, id) = (room(), OrderId(7), RefundId::new("a").unwrap());
    let notices = async || stripe.look(&payment).await.unwrap().unwrap().notices();
    let refunded =
        Notice::Refunded { room: room.clone(), order, payment: payment.clone(), refund: id.clone() };
    assert_eq!(notices().await[1..], [refunded]);
    fake.set_refund(refund["id"].as_str().unwrap(), "failed");
    let failed = Notice::RefundFailed { room, order, payment: payment.clone(), refund: id };
    assert_eq!(notices().await[1..], [failed]);
}

#[tokio::test]
async fn what_is_unknown_or_of_somebody_else_says_nothing() {
    let fake = Fake::open().await;
    let (ours, other) = (stripe(&fake, HOUSE, None), stripe(&fake, "ffeeddccbbaa9988", None));
    let payment = paid(&fake, &other, 7).await;
    let theirs = fake.intent(payment.as_str());
    let invoice = json!({"id": "in_1"});
    let loose = json!({"id": "re_1", "object": "refund", "payment_intent": null});
    for (kind, object) in [
        ("payment_intent.succeeded", &theirs),
        ("payment_intent.payment_failed", &theirs),
        ("payment_intent.canceled", &theirs),
        ("invoice.paid", &invoice),
        ("refund.updated", &loose),
        ("some.event.of.next.year", &invoice),
    ] {
        let told = heard(&ours, &Fake::event("evt_3", kind, object, SECONDS), NOW).unwrap();
        assert_eq!(told.news, News::Nothing, "{kind}");
    }
    assert_eq!(ours.look(&payment).await, Ok(None), "another house's payment is none of ours");
}

#[tokio::test]
async fn nothing_is_believed_that_is_not_signed_just_now() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 7).await;
    let intent = fake.intent(payment.as_str());
    let event = Fake::event("evt_1", "payment_intent.succeeded", &intent, SECONDS);
    let (header, body) = &event;
    let dearer = (header.clone(), body.replace("1999", "9999"));
    assert_eq!(heard(&stripe, &dearer, NOW), Err(NoticeError::BadSignature));
    let others = (sign("whsec_of_somebody_else", SECONDS, body), body.clone());
    assert_eq!(heard(&stripe, &others, NOW), Err(NoticeError::BadSignature));
    let week = Millis(NOW.0 + 7 * 86_400_000);
    assert_eq!(heard(&stripe, &event, week), Err(NoticeError::Stale), "a week old");
    assert!(heard(&stripe, &event, Millis(NOW.0 + 300_000)).is_ok());
    let told = stripe.verify_notice(&[], body.as_bytes(), NOW);
    assert_eq!(told, Err(NoticeError::BadHeader { header: "stripe-signature" }));
    // Signed, and still no event.
    for body in
        ["", "{}", "[]", r#"{"id":"evt 1","type":"x","data":{"object":{}}}"#, r#"{"id":"evt_1","type":"x"}"#]
    {
        let signed = (sign(SECRET, SECONDS, body), body.to_owned());
        assert_eq!(heard(&stripe, &signed, NOW), Err(NoticeError::BadBody), "{body}");
    }
    let large = vec![b' '; STRIPE_NOTICE_BYTES_MAX + 1];
    let told = stripe.verify_notice(&[("stripe-signature", header)], &large, NOW);
    assert_eq!(told, Err(NoticeError::TooLarge { bytes_max: STRIPE_NOTICE_BYTES_MAX }));
}
