//! Samples of everything that stands in the log about the time after the sale. They know no other event.

use crate::{asked, reported};
use linger_protocol::*;

#[test]
fn every_kind_of_care_event_has_a_sample() {
    let number = |entry: &Entry| match &entry.event {
        Event::Care(event) => number(event),
        other => panic!("nothing after the sale: {other:?}"),
    };
    let mut numbers: Vec<usize> = samples().iter().map(|(_, entry)| number(entry)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..24).collect::<Vec<_>>());
}

fn number(event: &CareEvent) -> usize {
    match event {
        CareEvent::PolicySet(_) => 0,
        CareEvent::ExceptionConfirmed { .. } => 1,
        CareEvent::Shipped { .. } => 2,
        CareEvent::Delivered { .. } => 3,
        CareEvent::PaidCancelled { .. } => 4,
        CareEvent::ReturnAsked { .. } => 5,
        CareEvent::ReturnApproved { .. } => 6,
        CareEvent::ReturnRejected { .. } => 7,
        CareEvent::ReturnWithdrawn { .. } => 8,
        CareEvent::ReturnLapsed { .. } => 9,
        CareEvent::ReturnSent { .. } => 10,
        CareEvent::ReturnReceived { .. } => 11,
        CareEvent::RefundOwed { .. } => 12,
        CareEvent::RefundDone { .. } => 13,
        CareEvent::RefundFailed { .. } => 14,
        CareEvent::TicketOpened { .. } => 15,
        CareEvent::TicketAutoAnswered { .. } => 16,
        CareEvent::TicketSaid { .. } => 17,
        CareEvent::TicketAssigned { .. } => 18,
        CareEvent::TicketSolved { .. } => 19,
        CareEvent::TicketReopened { .. } => 20,
        CareEvent::TicketEscalated { .. } => 21,
        CareEvent::Rated { .. } => 22,
        CareEvent::RatingHidden { .. } => 23,
    }
}

pub fn samples() -> Vec<(&'static str, Entry)> {
    let mut all = parcels();
    all.extend(returns());
    all.extend(refunds());
    all.extend(tickets());
    all.extend(ratings());
    all
}

const ANN: PersonId = PersonId(0x0123_4567_89ab_cdef);
const ORDER: OrderId = OrderId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
const PARCEL: ParcelId = ParcelId(0xffee_ddcc_bbaa_9988_7766_5544_3322_1100);
const RETURN: ReturnId = ReturnId(5);
const TICKET: TicketId = TicketId(6);
const ITEM: ItemId = ItemId(8);
const AT: Millis = Millis(1_700_000_000_000);
const UNTIL: Millis = Millis(1_700_600_000_000);

fn sealed() -> Sealed {
    Sealed { key: KeyId(9), body: vec![0xde, 0xad, 0xbe, 0xef].into() }
}

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn by(role: Role, event: CareEvent) -> Entry {
    asked(role, Event::Care(event))
}

fn parcels() -> Vec<(&'static str, Entry)> {
    let ops = |event| by(Role::Operator, event);
    let least = CarePolicy { auto_answer: false, delivery_back: false, ..CarePolicy::default() };
    let hours = Some(ServiceHours { from_min: 540, to_min: 1_080, days: 31 });
    let most = CarePolicy {
        instant: Some(cny(20_000)),
        freight_by_shop: true,
        guarantee_days: 30,
        hours,
        utc_offset_min: -480,
        ..CarePolicy::default()
    };
    let contents = || vec![ItemUnits { item: ITEM, units: 2 }, ItemUnits { item: ItemId(9), units: 1 }];
    let shipped =
        |way| CareEvent::Shipped { order: ORDER, parcel: PARCEL, contents: contents(), way, at: AT };
    let carrier = Way::Carrier { carrier: "顺丰".into(), tracking: "SF1234".into() };
    let why = ReturnException::Perishable;
    let confirmed = CareEvent::ExceptionConfirmed { order: ORDER, item: ITEM, why };
    let delivered = CareEvent::Delivered { order: ORDER, parcel: PARCEL, at: AT };
    vec![
        ("care-policy", ops(CareEvent::PolicySet(least))),
        ("care-policy-with-all", ops(CareEvent::PolicySet(most))),
        ("care-exception-confirmed", by(Role::Viewer, confirmed)),
        ("care-shipped", ops(shipped(carrier))),
        ("care-ready-for-pick-up", ops(shipped(Way::PickUp { code: "4711".into() }))),
        ("care-delivered", reported(Event::Care(delivered))),
        ("care-paid-cancelled", by(Role::Viewer, CareEvent::PaidCancelled { order: ORDER })),
    ]
}

fn returns() -> Vec<(&'static str, Entry)> {
    let viewer = |event| by(Role::Viewer, event);
    let asked = |reason, exchange, note| CareEvent::ReturnAsked {
        returning: RETURN,
        order: ORDER,
        lines: vec![OrderLine { item: ITEM, units: 2, amount: cny(1_999) }],
        delivery_minor: 600,
        reason,
        exchange,
        note,
        until: UNTIL,
    };
    let approved = CareEvent::ReturnApproved { returning: RETURN, freight_by_shop: true, until: UNTIL };
    let rejected = CareEvent::ReturnRejected { returning: RETURN, why: sealed() };
    let sent = CareEvent::ReturnSent {
        returning: RETURN,
        carrier: "SF".into(),
        tracking: "SF-1".into(),
        until: UNTIL,
    };
    let received = |restock| CareEvent::ReturnReceived { returning: RETURN, restock };
    vec![
        ("care-return-asked", viewer(asked(ReturnReason::NoReason, None, None))),
        (
            "care-return-asked-in-exchange",
            viewer(asked(ReturnReason::Faulty, Some(ItemId(9)), Some(sealed()))),
        ),
        ("care-return-asked-wrong-item", viewer(asked(ReturnReason::WrongItem, None, None))),
        ("care-return-asked-not-as-described", viewer(asked(ReturnReason::NotAsDescribed, None, None))),
        ("care-return-asked-late", viewer(asked(ReturnReason::Late, None, None))),
        ("care-return-asked-other", viewer(asked(ReturnReason::Other, None, None))),
        ("care-return-approved", by(Role::Operator, approved)),
        ("care-return-rejected", by(Role::Operator, rejected)),
        ("care-return-withdrawn", viewer(CareEvent::ReturnWithdrawn { returning: RETURN })),
        ("care-return-lapsed", reported(Event::Care(CareEvent::ReturnLapsed { returning: RETURN }))),
        ("care-return-sent", viewer(sent)),
        ("care-return-received", by(Role::Operator, received(true))),
        ("care-return-received-not-restocked", reported(Event::Care(received(false)))),
    ]
}

fn refunds() -> Vec<(&'static str, Entry)> {
    let refund = || RefundId::new("return-1_A").expect("a refund's name");
    let owed = |reason| CareEvent::RefundOwed {
        refund: refund(),
        order: ORDER,
        payment: PaymentId::new("pay_A-1").expect("a payment's name"),
        amount: cny(2_599),
        reason,
    };
    let given_back = owed(OwedReason::ByHand { item: ITEM });
    vec![
        ("care-refund-owed-cancelled", by(Role::Viewer, owed(OwedReason::Cancelled))),
        ("care-refund-owed-returned", by(Role::Operator, owed(OwedReason::Returned { returning: RETURN }))),
        ("care-refund-owed-price-fell", reported(Event::Care(owed(OwedReason::PriceFell { item: ITEM })))),
        ("care-refund-owed-guarantee", by(Role::Viewer, owed(OwedReason::Guarantee { item: ITEM }))),
        ("care-refund-owed-by-hand", by(Role::Operator, given_back)),
        ("care-refund-done", reported(Event::Care(CareEvent::RefundDone { refund: refund() }))),
        ("care-refund-failed", reported(Event::Care(CareEvent::RefundFailed { refund: refund() }))),
    ]
}

fn tickets() -> Vec<(&'static str, Entry)> {
    let opened = |order, topic| {
        let (ticket, person, text) = (TICKET, ANN, sealed());
        let opened = CareEvent::TicketOpened {
            ticket,
            person,
            order,
            topic,
            text,
            at: AT,
            answer_by: UNTIL,
            solve_by: UNTIL,
        };
        by(Role::Viewer, opened)
    };
    let auto = |stage| by(Role::Viewer, CareEvent::TicketAutoAnswered { ticket: TICKET, stage });
    let said = |person, staff| CareEvent::TicketSaid {
        ticket: TICKET,
        line: 77,
        person,
        staff,
        text: sealed(),
        at: AT,
    };
    let assigned = |to| by(Role::Moderator, CareEvent::TicketAssigned { ticket: TICKET, to });
    let reopened = CareEvent::TicketReopened { ticket: TICKET, answer_by: AT, solve_by: UNTIL };
    let staff = PersonId(1 << 63 | 5);
    let mut all = vec![
        ("care-ticket-opened", opened(Some(ORDER), TicketTopic::Shipping)),
        ("care-ticket-opened-about-no-order", opened(None, TicketTopic::Other)),
        ("care-ticket-opened-return", opened(None, TicketTopic::Return)),
        ("care-ticket-opened-refund", opened(None, TicketTopic::Refund)),
        ("care-ticket-opened-product", opened(None, TicketTopic::Product)),
        ("care-ticket-opened-complaint", opened(None, TicketTopic::Complaint)),
        ("care-ticket-said", by(Role::Viewer, said(ANN, false))),
        ("care-ticket-said-by-staff", by(Role::Moderator, said(staff, true))),
        ("care-ticket-assigned", assigned(Some(staff))),
        ("care-ticket-assigned-to-nobody", assigned(None)),
        ("care-ticket-solved", by(Role::Moderator, CareEvent::TicketSolved { ticket: TICKET })),
        ("care-ticket-reopened", by(Role::Viewer, reopened)),
        (
            "care-ticket-escalated",
            reported(Event::Care(CareEvent::TicketEscalated { ticket: TICKET, level: 2 })),
        ),
        ("care-ticket-auto-answered-no-order", auto(None)),
    ];
    let stages = [
        ("care-ticket-auto-answered-unpaid", OrderStage::Unpaid),
        ("care-ticket-auto-answered-lapsed", OrderStage::Lapsed),
        ("care-ticket-auto-answered-cancelled", OrderStage::Cancelled),
        ("care-ticket-auto-answered-packing", OrderStage::Packing),
        ("care-ticket-auto-answered-on-the-way", OrderStage::OnTheWay),
        ("care-ticket-auto-answered-pick-up", OrderStage::PickUp),
        ("care-ticket-auto-answered-delivered", OrderStage::Delivered),
        ("care-ticket-auto-answered-returning", OrderStage::Returning),
        ("care-ticket-auto-answered-returned", OrderStage::Returned),
    ];
    all.extend(stages.map(|(name, stage)| (name, auto(Some(stage)))));
    all
}

fn ratings() -> Vec<(&'static str, Entry)> {
    let rated = |text| {
        let (rating, person, order, item) = (RatingId(7), ANN, ORDER, ITEM);
        by(Role::Viewer, CareEvent::Rated { rating, person, order, item, stars: 4, text, at: AT })
    };
    let hidden = CareEvent::RatingHidden { order: ORDER, item: ITEM, hidden: true };
    vec![
        ("care-rated", rated(None)),
        ("care-rated-in-words", rated(Some(sealed()))),
        ("care-rating-hidden", by(Role::Moderator, hidden)),
    ]
}
