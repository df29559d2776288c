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
    CampaignId, Cart, CartLine, CartOrder, Cut, Delivery, Event, ItemId, Limits, Millis, Money, OrderId,
    OrderLine, PaymentId, PersonId, RefundReason, Refusal, ReturnException, ReturnRule,
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
    /// What it is beyond one line at the price of its sale.
    pub terms: Option<Box<OrderTerms>>,
}

/// What an order is beyond one line at the price of its sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTerms {
    /// How many of the last lines are gifts.
    pub gifts: u32,
    /// What shipping costs, in minor units.
    pub shipping: i64,
    /// What campaigns took off, in the order in which they did.
    pub cuts: Vec<Cut>,
    /// The items whose first buyers' gift is among the gifts.
    pub first: Vec<ItemId>,
    /// Whether its units are held until it is paid.
    pub holds: bool,
    /// Where it goes, and what its buyer confirmed.
    pub delivery: Delivery,
    /// Whether its coupons came back after it did.
    pub given_back: bool,
}

impl Order {
    /// The lines that were asked for, without gifts.
    pub fn bought(&self) -> &[OrderLine] {
        let gifts = self.terms.as_ref().map_or(0, |it| it.gifts as usize);
        &self.lines[..self.lines.len() - gifts]
    }

    /// The exception of an item under `rule`, where its buyer confirmed it with the cart.
    pub(crate) fn confirmed(&self, item: ItemId, rule: ReturnRule) -> Option<ReturnException> {
        let said = self.terms.as_ref().is_some_and(|it| it.delivery.confirmed.contains(&item));
        match rule {
            ReturnRule::Excepted { why } if said => Some(why),
            _ => None,
        }
    }

    /// Whether its units are held, as long as it is not paid.
    pub fn holds(&self) -> bool {
        self.terms.as_ref().is_none_or(|it| it.holds)
    }

    /// Whether it came of this cart.
    pub(crate) fn is_of(&self, cart: &Cart) -> bool {
        let line = |it: &OrderLine| CartLine { item: it.item, units: it.units };
        let cuts = self.terms.iter().flat_map(|it| &it.cuts);
        let mut used: Vec<&CampaignId> = cuts.filter(|it| it.owned).map(|it| &it.campaign).collect();
        let mut wanted: Vec<&CampaignId> = cart.coupons.iter().collect();
        used.sort_unstable();
        wanted.sort_unstable();
        self.bought().iter().map(line).eq(cart.lines.iter().copied()) && used == wanted
    }
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
    /// The same by an address, where it is known.
    pub(crate) households: BTreeMap<(ItemId, u64), u32>,
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
            let same = known.person == person && known.is_of(&Cart::of(item, units));
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
        shelf: &Shelf,
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
            OrderState::Held if !known.holds() && !shelf.has(&known.lines) => {
                vec![back(RefundReason::SoldOut)]
            }
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
                    terms: None,
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
                let holds = it.holds();
                for line in &it.lines {
                    if holds {
                        shelf.sell(line.item, line.units);
                    } else {
                        shelf.sell_free(line.item, line.units);
                    }
                }
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

    /// Units of an order are its buyer's no longer: the limits count them no more.
    pub(crate) fn came_back(&mut self, order: OrderId, item: ItemId, units: u32) {
        if units == 0 {
            return;
        }
        let (person, household) = self.whose(order);
        less(&mut self.taken, (item, person), units);
        if household != 0 {
            less(&mut self.households, (item, household), units);
        }
    }

    /// More units are an order's buyer's.
    pub(crate) fn went_out(&mut self, order: OrderId, item: ItemId, units: u32) {
        let (person, household) = self.whose(order);
        *self.taken.entry((item, person)).or_default() += units;
        if household != 0 {
            *self.households.entry((item, household)).or_default() += units;
        }
    }

    /// The buyer of an order, and the address it goes to.
    fn whose(&self, order: OrderId) -> (PersonId, u64) {
        let it = &self.orders[&order];
        (it.person, it.terms.as_ref().map_or(0, |it| it.delivery.household))
    }

    fn give_back(&mut self, order: OrderId, state: OrderState, shelf: &mut Shelf, deadlines: &mut Deadlines) {
        let it = self.close(order, state, deadlines);
        if it.holds() {
            it.lines.iter().for_each(|line| shelf.release(line.item, line.units));
        }
        for OrderLine { item, units, .. } in it.bought().to_vec() {
            self.came_back(order, item, units);
        }
    }

    /// Units held and paid of an item for one address; zero where the address is not known.
    pub(crate) fn of_household(&self, item: ItemId, household: u64) -> u32 {
        self.households.get(&(item, household)).copied().unwrap_or(0)
    }

    /// An order of several lines, or on terms of its own.
    pub(crate) fn apply_cart(&mut self, shelf: &mut Shelf, deadlines: &mut Deadlines, cart: &CartOrder) {
        let terms = OrderTerms {
            gifts: cart.gifts,
            shipping: cart.shipping,
            cuts: cart.cuts.clone(),
            first: cart.first.clone(),
            holds: cart.holds,
            delivery: cart.delivery.clone(),
            given_back: false,
        };
        let held = Order {
            person: cart.person,
            lines: cart.lines.clone(),
            amount: cart.amount,
            until: cart.until,
            state: OrderState::Held,
            terms: Some(Box::new(terms)),
        };
        if cart.holds {
            held.lines.iter().for_each(|line| shelf.hold(line.item, line.units));
        }
        let bought = held.bought().to_vec();
        assert!(self.orders.insert(cart.order, held).is_none(), "an order was placed twice");
        for OrderLine { item, units, .. } in bought {
            self.went_out(cart.order, item, units);
        }
        *self.placed.entry(cart.person).or_default() += 1;
        deadlines.set(cart.until, Due::Hold(cart.order));
    }
}

fn less<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K, units: u32) {
    let taken = counts.get_mut(&key).expect("who held units had taken some");
    *taken = taken.checked_sub(units).expect("more units came back than were taken");
    if *taken == 0 {
        counts.remove(&key);
    }
}
