//! Money that goes back through Stripe: in parts, once, never more than came.

use crate::{HOUSE, back, charge, fake::Fake, paid, stripe, yuan};
use linger_outlet::*;
use linger_protocol::{Currency, Millis, Money, PaymentId, RefundId};

#[tokio::test]
async fn a_payment_goes_back_in_parts_each_once_even_when_stripe_forgot_the_keys() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 1).await;
    stripe.refund(back(1, &payment, "a", 500)).await.unwrap();
    let form = fake.books().form.clone();
    assert_eq!((&*form["payment_intent"], &*form["amount"]), (payment.as_str(), "500"));
    assert_eq!((&*form["metadata[linger_refund]"], &*form["metadata[linger_house]"]), ("a", HOUSE));
    for _ in 0..2 {
        stripe.refund(back(1, &payment, "a", 500)).await.unwrap();
        stripe.refund(back(1, &payment, "b", 1_499)).await.unwrap();
        fake.forget_keys();
    }
    assert_eq!(fake.books().refunds.len(), 2);
    assert_eq!(stripe.refund(back(1, &payment, "a", 499)).await, Err(PayError::RefundDiffers));
    assert_eq!(stripe.refund(back(1, &payment, "c", 1)).await, Err(PayError::MoreThanPaid));
    let known = stripe.look(&payment).await.unwrap().unwrap();
    assert_eq!((known.paid, known.back_minor()), (Some(yuan(1_999)), 1_999));
}

#[tokio::test]
async fn a_line_that_breaks_between_refund_and_answer_gives_back_once() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 1).await;
    fake.books().breaks = true;
    let broken = stripe.refund(back(1, &payment, "a", 1_999)).await;
    assert!(matches!(broken, Err(PayError::Unavailable { retry: true, .. })), "{broken:?}");
    stripe.refund(back(1, &payment, "a", 1_999)).await.unwrap();
    assert_eq!(fake.books().refunds.len(), 1);
}

#[tokio::test]
async fn only_money_of_this_house_and_order_that_came_goes_back() {
    let fake = Fake::open().await;
    let ours = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &ours, 1).await;
    let unpaid = ours.start(charge(2, yuan(1_999)), "card").await.unwrap().payment;
    assert_eq!(ours.refund(back(2, &unpaid, "a", 1)).await, Err(PayError::NotPaid));
    assert_eq!(ours.refund(back(9, &payment, "a", 1)).await, Err(PayError::UnknownPayment));
    let nothing = PaymentId::new("pi_none").unwrap();
    assert_eq!(ours.refund(back(1, &nothing, "a", 1)).await, Err(PayError::UnknownPayment));
    let other = stripe(&fake, "ffeeddccbbaa9988", None);
    assert_eq!(other.refund(back(1, &payment, "a", 1)).await, Err(PayError::UnknownPayment));
    for amount in [yuan(0), yuan(-1), Money::new(1, Currency::USD)] {
        let asked = Back { amount, ..back(1, &payment, "a", 1) };
        assert_eq!(ours.refund(asked).await, Err(PayError::BadAmount));
    }
    assert_eq!(ours.refund(back(1, &payment, "a", 2_000)).await, Err(PayError::MoreThanPaid));
    assert_eq!(fake.books().refunds.len(), 0);
}

#[tokio::test]
async fn a_refund_that_failed_at_the_bank_is_no_refund_and_gives_room_for_another() {
    let fake = Fake::open().await;
    let stripe = stripe(&fake, HOUSE, None);
    let payment = paid(&fake, &stripe, 1).await;
    fake.books().refund_status = "failed";
    assert_eq!(stripe.refund(back(1, &payment, "a", 1_999)).await, Err(PayError::RefundFailed));
    assert_eq!(stripe.refund(back(1, &payment, "a", 1_999)).await, Err(PayError::RefundFailed));
    fake.books().refund_status = "pending";
    stripe.refund(back(1, &payment, "b", 1_999)).await.unwrap();
    let known = stripe.look(&payment).await.unwrap().unwrap();
    let states: Vec<_> = known.refunds.iter().map(|it| (it.refund.as_str(), it.state)).collect();
    assert_eq!(states, [("b", RefundState::Pending), ("a", RefundState::Failed)]);
}

#[tokio::test]
async fn all_paid_payments_of_this_house_are_listed_with_what_went_back() {
    let fake = Fake::open().await;
    let (ours, other) = (stripe(&fake, HOUSE, None), stripe(&fake, "ffeeddccbbaa9988", None));
    let mut expected = vec![];
    for order in 0..230 {
        expected.push(paid(&fake, &ours, order).await);
    }
    paid(&fake, &other, 1).await;
    ours.start(charge(900, yuan(1)), "card").await.unwrap();
    let desk = fake.give_back(expected[3].as_str(), 700);
    let (mut known, mut next) = (vec![], None::<Box<str>>);
    loop {
        let page = ours.known(Millis(0), next.as_deref()).await.unwrap();
        known.extend(page.payments);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    known.reverse();
    assert_eq!(known.iter().map(|it| &it.payment).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    let refund = RefundId::new(desk["id"].as_str().unwrap()).unwrap();
    assert_eq!(known[3].refunds, [KnownRefund { refund, minor: 700, state: RefundState::Done }]);
    assert_eq!(fake.books().calls.iter().filter(|it| **it == "GET /v1/refunds").count(), 1);
    let from = Millis(1_700_000_000_000 + 230_000);
    assert_eq!(ours.known(from, None).await.unwrap().payments.len(), 1);
}
