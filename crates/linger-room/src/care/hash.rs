//! What comes after the sale, as part of the number that a room is. It does not know what any of it means.

use super::Canonical;
use crate::care::{
    Care, Goods, OrderCare, Owed, OwedState, Parcel, Rating, RatingSummary, Ratings, Return, ReturnState,
    Ticket, TicketLine, Tickets,
};
use linger_protocol::{
    CarePolicy, ItemUnits, OrderStage, OwedReason, RefundId, ReturnException, ReturnReason, ServiceHours,
    TicketTopic, Way,
};
use sha2::Sha256;

canonical! {
    Care { policy, confirmed, fell, orders, to_ship, returns, refunds, owed, tickets, ratings }
    CarePolicy { instant, freight_by_shop, delivery_back, decide_days, send_days, receive_days, guarantee_days, answer_ms, solve_ms, hours, utc_offset_min, auto_answer }
    ServiceHours { from_min, to_min, days }
    OrderCare { nth, paid, goods, delivery_minor, owed_minor, parcels, returns, refunds, cancelled }
    Goods { rule, confirmed, bought, gifts, shipped, delivered, away, back, money_minor, delivered_at }
    Parcel { contents, way, at, delivered_at }
    ItemUnits { item, units }
    Return { person, order, lines, delivery_minor, reason, exchange, note, freight_by_shop, sent, why, refunded, state, until }
    Owed { order, payment, amount, reason, state }
    Tickets { known, open, open_of }
    Ticket { person, order, topic, lines, auto, assigned, answered, solved, level, answer_by, solve_by, due }
    TicketLine { line, person, staff, text, at }
    Ratings { known, in_order, all, summary }
    Rating { rating, person, stars, text, at, renewed, hidden, nth }
    RatingSummary { stars }
}

/// Words that are no more than their number.
macro_rules! words {
    ($($name:ident)*) => {$(
        impl Canonical for $name {
            fn feed(&self, to: &mut Sha256) {
                (*self as u8).feed(to);
            }
        }
    )*};
}

words! { OrderStage OwedState ReturnException ReturnReason ReturnState TicketTopic }

impl Canonical for RefundId {
    fn feed(&self, to: &mut Sha256) {
        self.as_str().feed(to);
    }
}

impl Canonical for [u32; 5] {
    fn feed(&self, to: &mut Sha256) {
        self.iter().for_each(|it| it.feed(to));
    }
}

impl Canonical for Way {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Way::Carrier { carrier, tracking } => {
                0u8.feed(to);
                carrier.feed(to);
                tracking.feed(to);
            }
            Way::PickUp { code } => {
                1u8.feed(to);
                code.feed(to);
            }
        }
    }
}

impl Canonical for OwedReason {
    fn feed(&self, to: &mut Sha256) {
        match self {
            OwedReason::Cancelled => 0u8.feed(to),
            OwedReason::Returned { returning } => (1u8, *returning).feed(to),
            OwedReason::PriceFell { item } => (2u8, *item).feed(to),
            OwedReason::Guarantee { item } => (3u8, *item).feed(to),
            OwedReason::ByHand { item } => (4u8, *item).feed(to),
        }
    }
}
