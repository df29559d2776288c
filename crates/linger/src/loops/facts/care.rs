//! What comes after the sale, of people: each step of a parcel, a return, a ticket or a rating is a fact of its own, so that
//! what it does to their coming back can be asked. It does not know other events.

use super::{RoomFacts, Telling};
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_protocol::{
    CareEvent, ItemId, Millis, Money, OrderId, OwedReason, PersonId, RefundId, ReturnId, ReturnReason,
    TicketId,
};
use std::collections::HashMap;

/// A parcel is on its way, or waits to be picked up.
pub const SHIPPED: &str = "order.shipped";
/// A parcel was handed over; `DurationMs` says how long after it was shipped.
pub const DELIVERED: &str = "order.delivered";
/// A paid order was given up.
pub const CANCELLED: &str = "order.cancelled";
/// A return went on; `Outcome` says to what: `approved`, `sent`, `received`, `rejected`, `withdrawn` or `lapsed`.
pub const RETURN_MOVED: &str = "return.moved";
/// Somebody of the shop answered a ticket for the first time; `DurationMs` says after how long.
pub const TICKET_ANSWERED: &str = "ticket.answered";
/// A ticket was solved; `DurationMs` says how long after it was opened.
pub const TICKET_SOLVED: &str = "ticket.solved";
/// A promise about a ticket was broken; `Outcome` says which: `answer` or `solution`.
pub const TICKET_ESCALATED: &str = "ticket.escalated";

/// What later entries name alone. The room bounds all of it by its orders and tickets.
#[derive(Default)]
pub(super) struct CareBook {
    shipped: HashMap<(OrderId, linger_protocol::ParcelId), Millis>,
    returns: HashMap<ReturnId, OrderId>,
    refunds: HashMap<RefundId, (OrderId, Money, OwedReason)>,
    tickets: HashMap<TicketId, Opened>,
}

struct Opened {
    person: PersonId,
    at: Millis,
    answered: bool,
}

impl RoomFacts {
    pub(super) fn tell_care(&mut self, telling: &mut Telling, event: &CareEvent) {
        let at = telling.entry_at;
        let since = |then: Millis| i64::try_from(at.since(then)).unwrap_or(i64::MAX);
        match event {
            CareEvent::Shipped { order, parcel, .. } => {
                self.care.shipped.insert((*order, *parcel), at);
                self.tell_step(telling, *order, SHIPPED, |fact| fact);
            }
            CareEvent::Delivered { order, parcel, .. } => {
                let took = self.care.shipped.remove(&(*order, *parcel)).map_or(0, since);
                self.tell_step(telling, *order, DELIVERED, |fact| fact.with_number(Number::DurationMs, took));
            }
            CareEvent::PaidCancelled { order } => self.tell_step(telling, *order, CANCELLED, |fact| fact),
            CareEvent::ReturnAsked { returning, order, reason, .. } => {
                self.care.returns.insert(*returning, *order);
                let outcome = return_code(*reason);
                self.tell_step(telling, *order, touch::AFTER_SALES, |fact| fact.with(Text::Outcome, outcome));
            }
            CareEvent::Rated { person, order, item, stars, .. } => {
                self.tell(telling, *person, touch::RATED, |fact| rated(fact, *order, *item, *stars));
            }
            CareEvent::RefundOwed { refund, order, amount, reason, .. } => {
                self.care.refunds.insert(refund.clone(), (*order, *amount, *reason));
            }
            CareEvent::RefundDone { refund } => {
                if let Some((order, amount, reason)) = self.care.refunds.remove(refund) {
                    self.tell_step(telling, order, touch::ORDER_REFUNDED, |fact| {
                        let fact = fact.with(Text::Currency, amount.currency.as_str());
                        fact.with(Text::Outcome, reason.as_str())
                            .with_number(Number::AmountMinor, amount.minor)
                    });
                }
            }
            _ => {
                self.tell_return(telling, event);
                self.tell_ticket(telling, event);
            }
        }
    }

    fn tell_return(&mut self, telling: &mut Telling, event: &CareEvent) {
        let (returning, outcome) = match event {
            CareEvent::ReturnApproved { returning, .. } => (returning, "approved"),
            CareEvent::ReturnSent { returning, .. } => (returning, "sent"),
            CareEvent::ReturnReceived { returning, .. } => (returning, "received"),
            CareEvent::ReturnRejected { returning, .. } => (returning, "rejected"),
            CareEvent::ReturnWithdrawn { returning } => (returning, "withdrawn"),
            CareEvent::ReturnLapsed { returning } => (returning, "lapsed"),
            _ => return,
        };
        if let Some(order) = self.care.returns.get(returning).copied() {
            self.tell_step(telling, order, RETURN_MOVED, |fact| fact.with(Text::Outcome, outcome));
        }
    }

    fn tell_ticket(&mut self, telling: &mut Telling, event: &CareEvent) {
        let at = telling.entry_at;
        let since = |then: Millis| i64::try_from(at.since(then)).unwrap_or(i64::MAX);
        let care = |fact: Fact| Fact { class: Class::Commerce, ..fact };
        match event {
            CareEvent::TicketOpened { ticket, person, topic, .. } => {
                self.care.tickets.insert(*ticket, Opened { person: *person, at, answered: false });
                let outcome = format!("ticket-{}", topic.as_str());
                self.tell(telling, *person, touch::AFTER_SALES, |fact| {
                    care(fact).with(Text::Outcome, &outcome)
                });
            }
            CareEvent::TicketSaid { ticket, staff: true, .. } => {
                let Some(it) = self.care.tickets.get_mut(ticket).filter(|it| !it.answered) else { return };
                it.answered = true;
                let (person, took) = (it.person, since(it.at));
                self.tell(telling, person, TICKET_ANSWERED, |fact| {
                    care(fact).with_number(Number::DurationMs, took)
                });
            }
            CareEvent::TicketSolved { ticket } => {
                let Some(it) = self.care.tickets.get(ticket) else { return };
                let (person, took) = (it.person, since(it.at));
                self.tell(telling, person, TICKET_SOLVED, |fact| {
                    care(fact).with_number(Number::DurationMs, took)
                });
            }
            CareEvent::TicketEscalated { ticket, level } => {
                let Some(it) = self.care.tickets.get(ticket) else { return };
                let (person, outcome) = (it.person, if *level == 1 { "answer" } else { "solution" });
                self.tell(telling, person, TICKET_ESCALATED, |fact| care(fact).with(Text::Outcome, outcome));
            }
            _ => {}
        }
    }

    /// A step of an order: of its item, and no amount, so that sums of what was paid stay right.
    fn tell_step(&self, telling: &mut Telling, order: OrderId, name: &str, with: impl FnOnce(Fact) -> Fact) {
        self.tell_order(telling, order, name, |mut fact| {
            fact.numbers[Number::AmountMinor.index()] = None;
            fact.numbers[Number::Units.index()] = None;
            with(fact)
        });
    }
}

fn rated(fact: Fact, order: OrderId, item: ItemId, stars: u8) -> Fact {
    let fact = Fact { class: Class::Commerce, ..fact };
    let fact = fact.with(Text::Order, &order.to_string()).with(Text::Item, &item.to_string());
    fact.with_number(Number::Score, stars.into())
}

fn return_code(reason: ReturnReason) -> &'static str {
    match reason {
        ReturnReason::NoReason => "return-no-reason",
        ReturnReason::Faulty => "return-faulty",
        ReturnReason::WrongItem => "return-wrong-item",
        ReturnReason::NotAsDescribed => "return-not-as-described",
        ReturnReason::Late => "return-late",
        ReturnReason::Other => "return-other",
    }
}
