//! Lines of people who wait for units, served in order. It does not know how units come free: it looks whether they are.

use super::{
    Sales,
    cart::{self, Placing},
    lot,
    opening::open_offer,
    price,
};
use crate::{
    Room,
    bounds::{ORDERS_MAX, SERVED_AT_ONCE, WAITING_MAX},
};
use linger_protocol::{
    Cart, CartLine, Event, ItemId, Limits, Millis, OrderId, PersonId, Refusal, SaleEvent, SaleMode, WaitEnd,
    Wanted,
};
use std::collections::BTreeMap;

/// People in order of entry, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Queue {
    /// The number of the next one.
    pub(crate) next: u64,
    pub(crate) people: BTreeMap<u64, (PersonId, Wanted)>,
    pub(crate) places: BTreeMap<PersonId, u64>,
    /// How many want how many: what is the least that serves anybody?
    pub(crate) sizes: BTreeMap<u32, u32>,
}

/// Somebody in a line, as they see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The order they will have.
    pub order: OrderId,
    /// How many they want.
    pub units: u32,
    /// People before them.
    pub ahead: u32,
}

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    pub(crate) fn smallest(&self) -> Option<u32> {
        self.sizes.keys().next().copied()
    }

    pub(crate) fn of(&self, person: PersonId) -> Option<&Wanted> {
        self.places.get(&person).and_then(|place| self.people.get(place)).map(|(_, wanted)| wanted)
    }

    pub(crate) fn waiting(&self, person: PersonId) -> Option<Waiting> {
        let place = self.places.get(&person)?;
        let wanted = self.of(person)?;
        let ahead = u32::try_from(self.people.range(..place).count()).unwrap_or(u32::MAX);
        Some(Waiting { order: wanted.order, units: wanted.units, ahead })
    }

    pub(crate) fn persons(&self) -> impl Iterator<Item = PersonId> {
        self.people.values().map(|(person, _)| *person)
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = OrderId> {
        self.people.values().map(|(_, wanted)| wanted.order)
    }

    pub(crate) fn push(&mut self, person: PersonId, wanted: Wanted) {
        assert!(self.places.insert(person, self.next).is_none(), "somebody stands in a line twice");
        *self.sizes.entry(wanted.units).or_default() += 1;
        self.people.insert(self.next, (person, wanted));
        self.next += 1;
    }

    pub(crate) fn remove(&mut self, person: PersonId) -> OrderId {
        let place = self.places.remove(&person).expect("who leaves a line had stood in it");
        let (_, wanted) = self.people.remove(&place).expect("every place in a line is somebody's");
        let size = self.sizes.get_mut(&wanted.units).expect("every size in a line is counted");
        *size -= 1;
        if *size == 0 {
            self.sizes.remove(&wanted.units);
        }
        wanted.order
    }
}

pub(super) fn decide_join(
    room: &Room,
    now: Millis,
    person: PersonId,
    item: ItemId,
    wanted: &Wanted,
) -> Result<Vec<SaleEvent>, Refusal> {
    if known(room, person, item, wanted)? {
        return Ok(vec![]);
    }
    let offer = open_offer(room, now, item)?;
    lot::check_served(offer)?;
    if offer.is_some_and(|it| it.terms.mode == SaleMode::FirstPaid) {
        return Err(Refusal::NoWaiting);
    }
    let queue = room.sales.queues.get(&item);
    if queue.is_some_and(|it| it.of(person).is_some()) {
        return Err(Refusal::AlreadyWaiting);
    }
    let wanted = checked(room, person, item, wanted)?;
    if queue.is_some_and(|it| it.len() >= WAITING_MAX) {
        return Err(Refusal::QueueFull);
    }
    Ok(vec![SaleEvent::WaitJoined { item, person, wanted }])
}

/// Whether this was asked for before, by the same person in the same way; somebody else's id is refused.
pub(super) fn known(room: &Room, person: PersonId, item: ItemId, wanted: &Wanted) -> Result<bool, Refusal> {
    let order = wanted.order;
    if let Some(known) = room.orders.orders.get(&order) {
        let same = known.person == person && known.is_of(&Cart::of(item, wanted.units));
        return if same { Ok(true) } else { Err(Refusal::OrderIdTaken) };
    }
    let Some(of) = room.sales.waits.get(&order) else {
        return if room.is_gift(order) { Err(Refusal::OrderIdTaken) } else { Ok(false) };
    };
    let lot = room.sales.offers.get(of).and_then(|it| it.lot.as_ref());
    let queue = lot.map(lot::Lot::queue).or(room.sales.queues.get(of));
    let same = *of == item
        && queue.and_then(|it| it.of(person)).is_some_and(|it| it.order == order && it.units == wanted.units);
    if same { Ok(true) } else { Err(Refusal::OrderIdTaken) }
}

/// What is wanted, if one person may have it.
pub(super) fn checked(
    room: &Room,
    person: PersonId,
    item: ItemId,
    wanted: &Wanted,
) -> Result<Wanted, Refusal> {
    cart::check_delivery(&wanted.delivery)?;
    if !(1..=Limits::ORDER_UNITS_MAX).contains(&wanted.units) {
        return Err(Refusal::BadQuantity);
    }
    let cart = Cart::of(item, wanted.units);
    cart::check_limits(room, person, &cart.lines[0], &wanted.delivery)?;
    let delivery = price::confirmed(room, &cart, &wanted.delivery);
    Ok(Wanted { delivery, ..wanted.clone() })
}

pub(super) fn decide_leave(sales: &Sales, person: PersonId, item: ItemId) -> Result<Vec<SaleEvent>, Refusal> {
    let lot = sales.offers.get(&item).and_then(|it| it.lot.as_ref());
    let queue = lot.map(lot::Lot::queue).or(sales.queues.get(&item));
    if queue.is_none_or(|it| it.of(person).is_none()) {
        return Err(Refusal::NotWaiting);
    }
    if lot.is_some_and(|it| !it.is_open()) {
        return Err(Refusal::ListClosed);
    }
    Ok(vec![SaleEvent::WaitLeft { item, person, end: WaitEnd::Left }])
}

/// Units that came free go to those who wait. Every call serves, or sends away, at least one of those who are owed
/// something; what one gets may change what the next one pays, so that they are served one by one where it does.
pub(crate) fn serve(room: &Room, now: Millis) -> Vec<Event> {
    let owed = room.sales.queues.iter().find(|(item, _)| room.sales.is_owed(&room.shelf, **item));
    let Some((item, queue)) = owed else { return vec![] };
    let offer = room.sales.offers.get(item).map(|it| &it.terms);
    let is_plain = room.coupons.automatic.is_empty()
        && offer.is_none_or(|it| it.steps.is_empty() && it.gift.is_none() && it.per_household.is_none());
    let orders_left = ORDERS_MAX.saturating_sub(room.orders.orders.len());
    let most = if is_plain { SERVED_AT_ONCE.min(orders_left.max(1)) } else { 1 };
    let mut left = room.shelf.lines[item].left();
    let mut events = vec![];
    for (person, wanted) in queue.people.values() {
        if events.len() >= most || left == 0 {
            break;
        }
        if wanted.units > left {
            continue;
        }
        let event = served(room, now, *item, *person, wanted);
        if !matches!(event, Event::Sale(SaleEvent::WaitLeft { .. })) {
            left -= wanted.units;
        }
        events.push(event);
    }
    events
}

fn served(room: &Room, now: Millis, item: ItemId, person: PersonId, wanted: &Wanted) -> Event {
    let cart = Cart::of(item, wanted.units);
    let line = CartLine { item, units: wanted.units };
    let quote = cart::check_limits(room, person, &line, &wanted.delivery)
        .and_then(|()| cart::check_room(room, person))
        .and_then(|()| price::quote(room, now, person, &cart));
    match quote {
        Ok(quote) => {
            let delivery = &wanted.delivery;
            let placing = Placing { order: wanted.order, person, cart: &cart, expected: None, delivery };
            cart::held(room, now, &placing, quote)
        }
        Err(Refusal::OverPersonLimit | Refusal::OverHouseholdLimit) => {
            Event::Sale(SaleEvent::WaitLeft { item, person, end: WaitEnd::OverLimit })
        }
        Err(_) => Event::Sale(SaleEvent::WaitLeft { item, person, end: WaitEnd::RoomFull }),
    }
}
