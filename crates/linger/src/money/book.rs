//! What rooms' logs say of payments. It does not know how logs are read, or what providers say.

use linger_outlet::{Answer, Back, Booked};
use linger_protocol::{
    CareEvent, Entry, Event, Millis, Money, OrderId, PaymentId, RefundId, RoomId, SaleEvent, TalkEvent,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The payments of one room.
#[derive(Debug, Default)]
struct Book {
    /// What orders and gifts cost that nobody has paid yet.
    open: BTreeMap<OrderId, Money>,
    payments: BTreeMap<PaymentId, Booked>,
    /// What has to go back, whole payments and parts.
    due: BTreeMap<RefundId, (PaymentId, Money)>,
}

impl Book {
    fn fold(&mut self, entry: &Entry) {
        match &entry.event {
            Event::UnitsHeld { order, amount, .. }
            | Event::Talk(TalkEvent::GiftSent { order, amount, .. }) => {
                self.open.insert(*order, *amount);
            }
            Event::Sale(SaleEvent::CartHeld(cart)) => {
                self.open.insert(cart.order, cart.amount);
            }
            Event::OrderLapsed { order }
            | Event::OrderCancelled { order }
            | Event::Talk(TalkEvent::GiftLapsed { order }) => {
                self.open.remove(order);
            }
            Event::OrderPaid { order, payment }
            | Event::Talk(TalkEvent::GiftGiven { order, payment, .. }) => {
                if let Some(amount) = self.open.remove(order) {
                    self.answer(entry.at, *order, payment, Answer::Kept(amount));
                }
            }
            Event::RefundDue { order, payment, amount, .. } => {
                self.answer(entry.at, *order, payment, Answer::Due(*amount));
                self.due.insert(RefundId::whole(payment), (payment.clone(), *amount));
            }
            Event::RefundSettled { payment, .. } => {
                if let Some(booked) = self.payments.get_mut(payment) {
                    booked.answer = Answer::GaveBack(booked.answer.amount());
                }
                self.due.remove(&RefundId::whole(payment));
            }
            Event::Care(CareEvent::RefundOwed { refund, payment, amount, .. }) => {
                if let Some(booked) = self.payments.get_mut(payment) {
                    booked.parts_minor = booked.parts_minor.saturating_add(amount.minor);
                }
                self.due.insert(refund.clone(), (payment.clone(), *amount));
            }
            Event::Care(CareEvent::RefundDone { refund } | CareEvent::RefundFailed { refund }) => {
                self.due.remove(refund);
            }
            _ => {}
        }
    }

    fn answer(&mut self, at: Millis, order: OrderId, payment: &PaymentId, answer: Answer) {
        self.payments.insert(payment.clone(), Booked { order, at, parts_minor: 0, answer });
    }
}

/// The books of all rooms. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Books(Arc<Mutex<BTreeMap<RoomId, Book>>>);

impl Books {
    fn all(&self) -> MutexGuard<'_, BTreeMap<RoomId, Book>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in entries of a room, each once and in their order.
    pub fn fold(&self, room: &RoomId, entries: &[Entry]) {
        let mut all = self.all();
        let book = all.entry(room.clone()).or_default();
        entries.iter().for_each(|entry| book.fold(entry));
    }

    /// A payment as a room has it.
    pub fn payment(&self, room: &RoomId, payment: &PaymentId) -> Option<Booked> {
        self.all().get(room)?.payments.get(payment).cloned()
    }

    /// What a room owes.
    pub fn due(&self, room: &RoomId) -> Vec<Back> {
        let all = self.all();
        let Some(book) = all.get(room) else { return vec![] };
        let back = |(refund, (payment, amount)): (&RefundId, &(PaymentId, Money))| {
            let order = book.payments.get(payment)?.order;
            let (room, payment, refund) = (room.clone(), payment.clone(), refund.clone());
            Some(Back { room, order, payment, refund, amount: *amount })
        };
        book.due.iter().filter_map(back).collect()
    }

    /// Payments that rooms answered since then, and those that have to go back, however old.
    pub fn since(&self, since: Millis) -> Vec<(RoomId, PaymentId)> {
        let all = self.all();
        let of = |(room, book): (&RoomId, &Book)| {
            let wanted = |(payment, booked): &(&PaymentId, &Booked)| {
                booked.at >= since || book.due.values().any(|(due, _)| due == *payment)
            };
            let named = |(payment, _): (&PaymentId, &Booked)| (room.clone(), payment.clone());
            book.payments.iter().filter(wanted).map(named).collect::<Vec<_>>()
        };
        all.iter().flat_map(of).collect()
    }
}
