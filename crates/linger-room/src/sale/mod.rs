//! Sales beyond the simplest: terms of their own, carts, waiting lists, shuffles, stock that comes and goes. It does not
//! know payments, parcels or what a coupon takes off.
//!
//! # How a price is decided
//!
//! The room alone says what something costs; everybody else asks it ([`Room::quote`]). The unit price is the lowest of the
//! price of the step that the item has come to, of the price that enough buyers unlocked and of the price of a flash. What
//! campaigns take off comes after it, in the order that [`crate::coupon`] states.
//!
//! # Who gets the units
//!
//! - *First come*: units are held for whoever orders. When none are left, people wait in a line; what comes free goes to
//!   the first in it whom it suffices, before anybody else can order it.
//! - *Shuffle*: people put themselves on a list until the bell. Then the list is frozen, the seed that was committed to
//!   becomes public, and the shuffled list becomes the waiting line ([`lot`]).
//! - *First paid*: an order holds nothing. Whoever's money comes first gets the units; later money goes back.

mod cart;
pub mod lot;
mod opening;
mod price;
mod wait;

pub(crate) use cart::decide_order;
use cart::{Placing, decide_place};
pub(crate) use price::unit_price;
pub use price::{PriceWhy, Quote, QuoteLine};
pub use wait::Waiting;
pub(crate) use wait::{Queue, serve};

use crate::{
    Room, care, coupon,
    deadlines::{Deadlines, Due},
    orders::{OrderState, Orders},
    shelf::Shelf,
    wishes,
};
use linger_protocol::{
    Actor, Event, ItemId, Millis, Money, OrderId, PaymentId, PersonId, Refusal, SaleAct, SaleEvent, SaleMode,
    SaleTerms, ShippingFee, TransferId,
};
use lot::{Lot, LotProof};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sales {
    /// Sales on terms of their own so far.
    pub(crate) last: u32,
    pub(crate) offers: BTreeMap<ItemId, Offer>,
    pub(crate) flashes: BTreeMap<ItemId, Flash>,
    pub(crate) shipping: Option<ShippingFee>,
    /// Who waits for what; never an empty line.
    pub(crate) queues: BTreeMap<ItemId, Queue>,
    /// The orders that they will have, or that those on the lists of shuffles will have.
    pub(crate) waits: BTreeMap<OrderId, ItemId>,
    /// Lines of unpaid orders whose price fell: it counts once they are paid.
    pub(crate) promised: BTreeMap<(OrderId, ItemId), Money>,
    /// Units that came from the shop, positive, or went back to it.
    pub(crate) transfers: BTreeMap<TransferId, (ItemId, i64)>,
    /// The last shuffles, by their sale.
    pub(crate) proofs: BTreeMap<u32, LotProof>,
}

/// A sale on terms of its own, while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The how-manyeth of the room.
    pub sale: u32,
    /// Its terms.
    pub terms: SaleTerms,
    /// Whether the lower price for all is reached.
    pub unlocked: bool,
    /// Who bought, as long as that decides about a price.
    pub(crate) buyers: BTreeSet<PersonId>,
    /// Orders whose price may still fall.
    pub(crate) orders: BTreeSet<OrderId>,
    /// Orders that got the first buyers' gift.
    pub(crate) gifts: BTreeSet<OrderId>,
    /// How far its shuffle has come, if it is one.
    pub(crate) lot: Option<Lot>,
}

impl Offer {
    /// People who bought so far, as long as that decides about a price.
    pub fn buyers(&self) -> usize {
        self.buyers.len()
    }

    /// First buyers' gifts given so far.
    pub fn gifts(&self) -> usize {
        self.gifts.len()
    }

    /// People on the list of its shuffle, while there is one.
    pub fn enlisted(&self) -> usize {
        self.lot.as_ref().map_or(0, |lot| lot.queue().len())
    }

    /// Whether this person is on the list of its shuffle.
    pub fn is_enlisted(&self, person: PersonId) -> bool {
        self.lot.as_ref().is_some_and(|lot| lot.queue().of(person).is_some())
    }

    /// Whether its units go out now: nobody waits for a bell, and orders hold them.
    fn serves(&self) -> bool {
        match self.terms.mode {
            SaleMode::FirstCome => true,
            SaleMode::Shuffle { .. } => self.lot.is_none(),
            SaleMode::FirstPaid => false,
        }
    }
}

/// A lower price for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flash {
    /// Price of one.
    pub price: Money,
    /// Until when.
    pub until: Millis,
}

/// What of a sale falls due. At one moment in this order: the list closes, the lower price ends, the sale does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SaleDue {
    Bell(ItemId),
    Flash(ItemId),
    Close(ItemId),
}

pub(crate) fn decide(room: &Room, now: Millis, by: Actor, act: &SaleAct) -> Result<Vec<Event>, Refusal> {
    let events = match act {
        SaleAct::Open { item, terms } => opening::decide_open(room, now, *item, terms)?,
        SaleAct::Flash { item, price, lasts_ms } => {
            opening::decide_flash(room, now, *item, *price, *lasts_ms)?
        }
        SaleAct::SetShipping { shipping } => opening::decide_shipping(&room.sales, shipping)?,
        SaleAct::PlaceCart { order, cart, expected, delivery } => {
            let placing =
                Placing { order: *order, person: by.person, cart, expected: Some(*expected), delivery };
            return decide_place(room, now, &placing);
        }
        SaleAct::JoinWait { item, wanted } => wait::decide_join(room, now, by.person, *item, wanted)?,
        SaleAct::Enlist { item, wanted } => lot::decide_enlist(room, now, by.person, *item, wanted)?,
        SaleAct::LeaveWait { item } => wait::decide_leave(&room.sales, by.person, *item)?,
        SaleAct::Allot { transfer, item, units } => opening::decide_allot(room, transfer, *item, *units)?,
        SaleAct::GiveBack { transfer, item, units } => {
            opening::decide_give_back(room, transfer, *item, *units)?
        }
        SaleAct::Coupon(act) => coupon::decide(room, now, by.person, act)?,
        SaleAct::AskExplain { item } => wishes::decide(room, by.person, *item)?,
    };
    Ok(events.into_iter().map(Event::Sale).collect())
}

/// What falls due.
pub(crate) fn fell_due(sales: &Sales, due: SaleDue) -> Event {
    match due {
        SaleDue::Bell(item) => Event::Sale(lot::frozen(sales, item)),
        SaleDue::Flash(item) => Event::Sale(SaleEvent::FlashEnded { item }),
        SaleDue::Close(item) => Event::SaleClosed { item },
    }
}

/// What follows from an order being paid: its price fell while it was not, or it is the one that lets prices fall. Who paid
/// more is owed the difference.
pub(crate) fn after_paid(room: &Room, order: OrderId, payment: &PaymentId) -> Vec<Event> {
    let sales = &room.sales;
    let Some(paid) = room.orders.orders.get(&order).filter(|it| it.terms.is_some()) else { return vec![] };
    let mut events = vec![];
    for line in paid.bought() {
        if let Some(price) = sales.promised.get(&(order, line.item)) {
            events.extend(care::fallen_unpaid(paid, (order, payment), line, *price));
        }
        let Some((offer, unlock)) = sales.offers.get(&line.item).and_then(|it| Some((it, it.terms.unlock?)))
        else {
            continue;
        };
        let buyers = offer.buyers.len() + usize::from(!offer.buyers.contains(&paid.person));
        if offer.orders.contains(&order) && buyers >= unlock.buyers as usize {
            events.push(Event::Sale(SaleEvent::Unlocked { item: line.item }));
            events.extend(care::fallen_unpaid(paid, (order, payment), line, unlock.price));
            let others = offer.orders.iter().filter(|it| **it != order);
            events.extend(others.filter_map(|it| care::fallen(room, *it, line.item, unlock.price)));
        }
    }
    events
}

impl Sales {
    /// Whether an order of this item needs no more than price, limit and stock.
    pub(crate) fn is_plain(&self, item: ItemId) -> bool {
        self.shipping.is_none()
            && !self.offers.contains_key(&item)
            && !self.flashes.contains_key(&item)
            && !self.queues.contains_key(&item)
    }

    /// Whether units came free for somebody who waits: nobody else gets them.
    pub(crate) fn is_owed(&self, shelf: &Shelf, item: ItemId) -> bool {
        let Some(smallest) = self.queues.get(&item).and_then(Queue::smallest) else { return false };
        let serves = self.offers.get(&item).is_none_or(Offer::serves);
        serves && shelf.lines.get(&item).is_some_and(|line| line.sale.is_some() && line.left() >= smallest)
    }

    /// Whether anybody who waits can be served.
    pub(crate) fn owes(&self, shelf: &Shelf) -> bool {
        self.queues.keys().any(|item| self.is_owed(shelf, *item))
    }

    pub(crate) fn apply(
        &mut self,
        orders: &mut Orders,
        shelf: &mut Shelf,
        deadlines: &mut Deadlines,
        event: &SaleEvent,
    ) {
        match event {
            SaleEvent::Opened { item, sale, terms } => {
                shelf.open(*item, terms);
                self.apply_opened(deadlines, *item, *sale, terms);
            }
            SaleEvent::FlashOpened { item, price, until } => {
                self.end_flash(deadlines, *item);
                self.flashes.insert(*item, Flash { price: *price, until: *until });
                deadlines.set(*until, Due::Sale(SaleDue::Flash(*item)));
            }
            SaleEvent::FlashEnded { item } => self.end_flash(deadlines, *item),
            SaleEvent::ShippingSet { shipping } => self.shipping = Some(*shipping),
            SaleEvent::CartHeld(cart) => {
                orders.apply_cart(shelf, deadlines, cart);
                self.apply_held(cart.order, cart.person, orders, &cart.first);
            }
            SaleEvent::Unlocked { item } => self.apply_unlocked(*item, orders),
            SaleEvent::WaitJoined { item, person, wanted } => {
                self.waits.insert(wanted.order, *item);
                self.queues.entry(*item).or_default().push(*person, wanted.clone());
            }
            SaleEvent::Enlisted { item, person, wanted } => {
                self.waits.insert(wanted.order, *item);
                self.lot(*item).enlist(*person, wanted.clone());
            }
            SaleEvent::WaitLeft { item, person, .. } => {
                let order = match self.offers.get_mut(item).and_then(|it| it.lot.as_mut()) {
                    Some(lot) => lot.leave(*person),
                    None => self.leave(*item, *person),
                };
                self.waits.remove(&order).expect("who leaves had waited");
            }
            SaleEvent::ListFrozen { item, digest, people } => {
                if let SaleMode::Shuffle { bell, .. } = self.offer(*item).terms.mode {
                    deadlines.clear(bell, Due::Sale(SaleDue::Bell(*item)));
                }
                self.lot(*item).freeze(*people, *digest);
            }
            SaleEvent::ListShuffled { item, seed } => self.apply_shuffled(*item, seed),
            SaleEvent::Allotted { transfer, item, units } => {
                shelf.add(*item, *units);
                self.transfers.insert(transfer.clone(), (*item, i64::from(*units)));
            }
            SaleEvent::GaveBack { transfer, item, units } => {
                shelf.remove(*item, *units);
                self.transfers.insert(transfer.clone(), (*item, -i64::from(*units)));
            }
            // Heard by everybody, kept by nobody.
            SaleEvent::LookersCounted { .. } => {}
            SaleEvent::Coupon(_) | SaleEvent::ExplainAsked { .. } => {
                unreachable!("they have books of their own")
            }
        }
    }

    fn apply_opened(&mut self, deadlines: &mut Deadlines, item: ItemId, sale: u32, terms: &SaleTerms) {
        self.last = sale;
        if let Some(at) = terms.closes_at {
            deadlines.set(at, Due::Sale(SaleDue::Close(item)));
        }
        let lot = match terms.mode {
            SaleMode::Shuffle { bell, .. } => {
                deadlines.set(bell, Due::Sale(SaleDue::Bell(item)));
                Some(Lot::default())
            }
            _ => None,
        };
        let offer = Offer {
            sale,
            terms: terms.clone(),
            unlocked: false,
            buyers: BTreeSet::new(),
            orders: BTreeSet::new(),
            gifts: BTreeSet::new(),
            lot,
        };
        assert!(self.offers.insert(item, offer).is_none(), "terms changed while a sale was open");
    }

    /// An item is on sale no more: nobody waits for it, and nothing of its terms is left.
    pub(crate) fn apply_closed(&mut self, deadlines: &mut Deadlines, item: ItemId) {
        if let Some(queue) = self.queues.remove(&item) {
            self.forget(&queue);
        }
        self.end_flash(deadlines, item);
        let Some(offer) = self.offers.remove(&item) else { return };
        if let Some(at) = offer.terms.closes_at {
            deadlines.clear(at, Due::Sale(SaleDue::Close(item)));
        }
        let Some(lot) = offer.lot else { return };
        self.forget(lot.queue());
        if let (SaleMode::Shuffle { bell, .. }, true) = (&offer.terms.mode, lot.is_open()) {
            deadlines.clear(*bell, Due::Sale(SaleDue::Bell(item)));
        }
    }

    fn forget(&mut self, queue: &Queue) {
        for order in queue.orders() {
            self.waits.remove(&order).expect("who stood in a line had waited");
        }
    }

    fn end_flash(&mut self, deadlines: &mut Deadlines, item: ItemId) {
        if let Some(flash) = self.flashes.remove(&item) {
            deadlines.clear(flash.until, Due::Sale(SaleDue::Flash(item)));
        }
    }

    fn apply_held(&mut self, order: OrderId, person: PersonId, orders: &Orders, first: &[ItemId]) {
        if let Some(item) = self.waits.remove(&order) {
            self.leave(item, person);
        }
        for line in orders.orders[&order].bought() {
            let Some(offer) = self.offers.get_mut(&line.item) else { continue };
            if offer.terms.unlock.is_some() && !offer.unlocked {
                offer.orders.insert(order);
            }
            if first.contains(&line.item) {
                offer.gifts.insert(order);
            }
        }
    }

    /// An order was paid: its buyer counts where that decides about a price.
    pub(crate) fn apply_paid(&mut self, order: OrderId, orders: &Orders) {
        let paid = &orders.orders[&order];
        if paid.terms.is_none() {
            return;
        }
        for line in paid.bought() {
            self.promised.remove(&(order, line.item));
            if let Some(offer) = self.offers.get_mut(&line.item).filter(|it| it.orders.contains(&order)) {
                offer.buyers.insert(paid.person);
            }
        }
    }

    /// An order came to nothing.
    pub(crate) fn apply_ended(&mut self, order: OrderId, orders: &Orders) {
        let ended = &orders.orders[&order];
        if ended.terms.is_none() {
            return;
        }
        for line in ended.bought() {
            self.promised.remove(&(order, line.item));
            if let Some(offer) = self.offers.get_mut(&line.item) {
                offer.orders.remove(&order);
                offer.gifts.remove(&order);
            }
        }
    }

    fn apply_unlocked(&mut self, item: ItemId, orders: &Orders) {
        let offer = self.offers.get_mut(&item).expect("only an open sale is unlocked");
        let unlock = offer.terms.unlock.expect("only what can be unlocked is");
        assert!(!std::mem::replace(&mut offer.unlocked, true), "a price was unlocked twice");
        offer.buyers.clear();
        for order in std::mem::take(&mut offer.orders) {
            if orders.orders[&order].state == OrderState::Held {
                self.promised.insert((order, item), unlock.price);
            }
        }
    }

    fn leave(&mut self, item: ItemId, person: PersonId) -> OrderId {
        let queue = self.queues.get_mut(&item).expect("who leaves a line had stood in it");
        let order = queue.remove(person);
        if queue.is_empty() {
            self.queues.remove(&item);
        }
        order
    }

    fn offer(&mut self, item: ItemId) -> &mut Offer {
        self.offers.get_mut(&item).expect("the sale is open")
    }

    fn lot(&mut self, item: ItemId) -> &mut Lot {
        self.offer(item).lot.as_mut().expect("the sale waits for its bell")
    }
}

impl Room {
    /// Whether this id is a gift's: orders and gifts share their ids.
    fn is_gift(&self, order: OrderId) -> bool {
        self.gift(order).is_some()
    }

    pub(crate) fn apply_sale(&mut self, event: &SaleEvent) {
        if let SaleEvent::Unlocked { item } = event {
            let offer = self.sales.offers.get(item).and_then(|it| Some((it, it.terms.unlock?)));
            let (offer, unlock) = offer.expect("only what can be unlocked is");
            self.care.apply_fell(*item, unlock.price, offer.orders.iter().copied());
        }
        match event {
            SaleEvent::Coupon(event) => self.coupons.apply(&mut self.orders.orders, event),
            SaleEvent::ExplainAsked { .. } => {}
            _ => self.sales.apply(&mut self.orders, &mut self.shelf, &mut self.deadlines, event),
        }
        if let SaleEvent::CartHeld(cart) = event {
            self.coupons.apply_used(cart.person, &cart.cuts);
        }
    }

    /// What an order's end means to sales and coupons.
    pub(crate) fn apply_order_ended(&mut self, event: &Event) {
        match event {
            Event::OrderPaid { order, .. } => self.sales.apply_paid(*order, &self.orders),
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                self.sales.apply_ended(*order, &self.orders);
                self.coupons.apply_unused(&self.orders.orders[order]);
            }
            _ => {}
        }
    }
}
