//! Orders, and every payment that was ever reported. It does not know how money moves: it says which payment pays which
//! order and which has to go back.
//!
//! An order is a pending transfer of units: it is paid, lapses or is cancelled, once. Every payment is answered
//! exactly once, by [`Event::OrderPaid`] or by [`Event::RefundDue`].

use crate::{
    bounds::{ORDERS_MAX, ORDERS_PER_PERSON_MAX},
    deadlines::{Deadlines, Due},
    shelf::Shelf,
};
use linger_protocol::{
    Event, ItemId, Limits, Millis, Money, OrderId, OrderLine, PaymentId, PersonId, RefundReason, Refusal,
};
use std::collections::BTreeMap;

/// An order as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Whose.
    pub person: PersonId,
    /// Of what; never empty, each item once.
    pub lines: Vec<OrderLine>,
    /// What is to be paid for all of it.
    pub amount: Money,
    /// Until when the units are, or were, held.
    pub until: Millis,
    /// How far it has come.
    pub state: OrderState,
}

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Its units wait for a payment.
    Held,
    /// This payment paid it.
    Paid(PaymentId),
    /// Nobody paid in time.
    Lapsed,
    /// The buyer gave it up.
    Cancelled,
}

/// Money that has to go back and has not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The order the money was meant for.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Orders {
    pub(crate) orders: BTreeMap<OrderId, Order>,
    /// Units held and paid of an item by a person: what the person limit is about.
    pub(crate) taken: BTreeMap<(ItemId, PersonId), u32>,
    /// Orders ever placed by a person.
    pub(crate) placed: BTreeMap<PersonId, u32>,
    /// Every payment ever answered. Providers say things twice, at any distance: these are never forgotten.
    pub(crate) payments: BTreeMap<PaymentId, OrderId>,
    pub(crate) refunds_due: BTreeMap<PaymentId, Refund>,
}

impl Orders {
    pub(crate) fn decide_place(
        &self,
        shelf: &Shelf,
        now: Millis,
        person: PersonId,
        (order, item, units): (OrderId, ItemId, u32),
    ) -> Result<Vec<Event>, Refusal> {
        if let Some(known) = self.orders.get(&order) {
            let same = known.person == person
                && matches!(known.lines[..], [line] if line.item == item && line.units == units);
            // The same answer as the first time: the order, whatever became of it.
            return if same { Ok(vec![]) } else { Err(Refusal::OrderIdTaken) };
        }
        let line = shelf.line(item)?;
        let sale = line.sale.as_ref().ok_or(Refusal::NotOnSale)?;
        if !(1..=Limits::ORDER_UNITS_MAX).contains(&units) {
            return Err(Refusal::BadQuantity);
        }
        let taken = self.taken.get(&(item, person)).copied().unwrap_or(0);
        if taken.saturating_add(units) > sale.per_person {
            return Err(Refusal::OverPersonLimit);
        }
        if units > line.left() {
            return Err(Refusal::SoldOut);
        }
        let placed = self.placed.get(&person).copied().unwrap_or(0);
        if self.orders.len() >= ORDERS_MAX || placed >= ORDERS_PER_PERSON_MAX {
            return Err(Refusal::RoomFull);
        }
        let amount = sale.price.times(units).ok_or(Refusal::BadAmount)?;
        Ok(vec![Event::UnitsHeld { order, person, item, units, amount, until: now.plus(sale.hold_ms) }])
    }

    pub(crate) fn decide_cancel(&self, person: PersonId, order: OrderId) -> Result<Vec<Event>, Refusal> {
        match self.orders.get(&order).filter(|it| it.person == person).map(|it| &it.state) {
            None => Err(Refusal::NoSuchOrder),
            Some(OrderState::Held) => Ok(vec![Event::OrderCancelled { order }]),
            Some(OrderState::Cancelled) => Ok(vec![]),
            Some(OrderState::Paid(_) | OrderState::Lapsed) => Err(Refusal::OrderClosed),
        }
    }

    /// Whether nothing is to be answered: providers say things twice; and where no money came, there is nothing.
    pub(crate) fn needs_no_answer(&self, payment: &PaymentId, amount: Money) -> bool {
        self.payments.contains_key(payment) || amount.minor <= 0
    }

    /// What a payment means that wants an answer. One noted at or after the end of a hold comes too late, even when nobody had yet said that time passed:
    /// the hold lapses first, then the money goes back. So the answer depends on the time alone, not on which of two
    /// reports was quicker.
    pub(crate) fn note_payment(
        &self,
        now: Millis,
        order: OrderId,
        payment: &PaymentId,
        amount: Money,
    ) -> Vec<Event> {
        let back = |reason| Event::RefundDue { order, payment: payment.clone(), amount, reason };
        let Some(known) = self.orders.get(&order) else {
            return vec![back(RefundReason::UnknownOrder)];
        };
        match &known.state {
            OrderState::Held if now >= known.until => {
                vec![Event::OrderLapsed { order }, back(RefundReason::TooLate)]
            }
            OrderState::Held if amount != known.amount => vec![back(RefundReason::WrongAmount)],
            OrderState::Held => vec![Event::OrderPaid { order, payment: payment.clone() }],
            OrderState::Paid(_) => vec![back(RefundReason::PaidTwice)],
            OrderState::Lapsed | OrderState::Cancelled => vec![back(RefundReason::TooLate)],
        }
    }

    pub(crate) fn note_refunded(&self, payment: &PaymentId) -> Vec<Event> {
        let due = self.refunds_due.get(payment);
        due.map(|due| Event::RefundSettled { order: due.order, payment: payment.clone() })
            .into_iter()
            .collect()
    }

    pub(crate) fn apply(&mut self, shelf: &mut Shelf, deadlines: &mut Deadlines, event: &Event) {
        match event {
            Event::UnitsHeld { order, person, item, units, amount, until } => {
                let held = Order {
                    person: *person,
                    lines: vec![OrderLine { item: *item, units: *units, amount: *amount }],
                    amount: *amount,
                    until: *until,
                    state: OrderState::Held,
                };
                assert!(self.orders.insert(*order, held).is_none(), "an order was placed twice");
                *self.taken.entry((*item, *person)).or_default() += units;
                *self.placed.entry(*person).or_default() += 1;
                shelf.hold(*item, *units);
                deadlines.set(*until, Due::Hold(*order));
            }
            Event::OrderPaid { order, payment } => {
                self.answer(payment, *order);
                let it = self.close(*order, OrderState::Paid(payment.clone()), deadlines);
                it.lines.iter().for_each(|line| shelf.sell(line.item, line.units));
            }
            Event::OrderLapsed { order } => {
                self.give_back(*order, OrderState::Lapsed, shelf, deadlines);
            }
            Event::OrderCancelled { order } => {
                self.give_back(*order, OrderState::Cancelled, shelf, deadlines);
            }
            Event::RefundDue { order, payment, amount, reason } => {
                self.answer(payment, *order);
                let refund = Refund { order: *order, amount: *amount, reason: *reason };
                self.refunds_due.insert(payment.clone(), refund);
            }
            Event::RefundSettled { payment, .. } => {
                assert!(self.refunds_due.remove(payment).is_some(), "money went back that was not due");
            }
            _ => unreachable!("not about orders"),
        }
    }

    pub(crate) fn answer(&mut self, payment: &PaymentId, order: OrderId) {
        let before = self.payments.insert(payment.clone(), order);
        assert!(before.is_none(), "a payment was answered twice");
    }

    /// Ends a hold in `state`.
    fn close(&mut self, order: OrderId, state: OrderState, deadlines: &mut Deadlines) -> &Order {
        let it = self.orders.get_mut(&order).expect("only an order that was placed comes to an end");
        assert_eq!(it.state, OrderState::Held, "an order came to an end twice");
        it.state = state;
        deadlines.clear(it.until, Due::Hold(order));
        it
    }

    /// Units of a paid order are its buyer's no longer: the person limit counts them no more.
    pub(crate) fn came_back(&mut self, order: OrderId, item: ItemId, units: u32) {
        let person = self.orders[&order].person;
        self.untake(item, person, units);
    }

    /// More units of a paid order are its buyer's.
    pub(crate) fn went_out(&mut self, order: OrderId, item: ItemId, units: u32) {
        let person = self.orders[&order].person;
        *self.taken.entry((item, person)).or_default() += units;
    }

    fn untake(&mut self, item: ItemId, person: PersonId, units: u32) {
        let taken = self.taken.get_mut(&(item, person)).expect("who held units had taken some");
        *taken = taken.checked_sub(units).expect("more units came back than were taken");
        if *taken == 0 {
            self.taken.remove(&(item, person));
        }
    }

    fn give_back(&mut self, order: OrderId, state: OrderState, shelf: &mut Shelf, deadlines: &mut Deadlines) {
        let it = self.close(order, state, deadlines);
        let (person, lines) = (it.person, it.lines.clone());
        for OrderLine { item, units, .. } in lines {
            shelf.release(item, units);
            self.untake(item, person, units);
        }
    }
}
