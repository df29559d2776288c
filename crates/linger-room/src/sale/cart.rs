//! A cart that becomes an order, all of it or nothing. It does not know what it costs: the quote says so.

use super::{
    lot,
    opening::open_offer,
    price::{self, Quote, confirmed},
};
use crate::{
    Room,
    bounds::{ORDERS_MAX, ORDERS_PER_PERSON_MAX, SEALED_BYTES_MAX},
};
use linger_protocol::{
    Cart, CartLine, CartOrder, Delivery, Event, ItemId, Limits, Millis, Money, OrderId, PersonId, Refusal,
    SaleEvent,
};

/// What is asked for.
pub(super) struct Placing<'a> {
    pub(super) order: OrderId,
    pub(super) person: PersonId,
    pub(super) cart: &'a Cart,
    /// What the buyer was told it costs; none where they take it as it is.
    pub(super) expected: Option<Money>,
    pub(super) delivery: &'a Delivery,
}

/// An order of one item. At the price of its sale and with nothing more, as most are in a rush, nothing of a cart is looked at.
pub(crate) fn decide_order(
    room: &Room,
    now: Millis,
    person: PersonId,
    (order, item, units): (OrderId, ItemId, u32),
) -> Result<Vec<Event>, Refusal> {
    if !room.sales.is_plain(item) || !room.coupons.automatic.is_empty() {
        let (cart, delivery) = (Cart::of(item, units), Delivery::default());
        return decide_place(
            room,
            now,
            &Placing { order, person, cart: &cart, expected: None, delivery: &delivery },
        );
    }
    if room.is_gift(order) || room.sales.waits.contains_key(&order) {
        return Err(Refusal::OrderIdTaken);
    }
    room.orders.decide_place(&room.shelf, now, person, (order, item, units))
}

pub(super) fn decide_place(room: &Room, now: Millis, placing: &Placing<'_>) -> Result<Vec<Event>, Refusal> {
    if let Some(known) = room.orders.orders.get(&placing.order) {
        let same = known.person == placing.person && known.is_of(placing.cart);
        // The same answer as the first time: the order, whatever became of it.
        return if same { Ok(vec![]) } else { Err(Refusal::OrderIdTaken) };
    }
    if room.is_gift(placing.order) || room.sales.waits.contains_key(&placing.order) {
        return Err(Refusal::OrderIdTaken);
    }
    price::check_form(placing.cart)?;
    check_delivery(placing.delivery)?;
    for line in &placing.cart.lines {
        lot::check_served(open_offer(room, now, line.item)?)?;
        check_limits(room, placing.person, line, placing.delivery)?;
        if line.units > room.shelf.line(line.item)?.left() || room.sales.is_owed(&room.shelf, line.item) {
            return Err(Refusal::SoldOut);
        }
    }
    check_room(room, placing.person)?;
    let quote = price::quote(room, now, placing.person, placing.cart)?;
    if placing.expected.is_some_and(|expected| expected != quote.total) {
        return Err(Refusal::PriceChanged);
    }
    Ok(vec![held(room, now, placing, quote)])
}

/// The event of a cart that everything is there for.
pub(super) fn held(room: &Room, now: Millis, placing: &Placing<'_>, quote: Quote) -> Event {
    let lines = quote.order_lines();
    Event::Sale(SaleEvent::CartHeld(Box::new(CartOrder {
        order: placing.order,
        person: placing.person,
        gifts: u32::try_from(quote.gifts.len()).unwrap_or(u32::MAX),
        lines,
        shipping: quote.shipping.minor,
        cuts: quote.cuts,
        first: quote.first,
        amount: quote.total,
        until: now.plus(quote.hold_ms),
        holds: quote.holds,
        delivery: confirmed(room, placing.cart, placing.delivery),
    })))
}

pub(super) fn check_delivery(delivery: &Delivery) -> Result<(), Refusal> {
    if delivery.confirmed.len() > Limits::CART_LINES_MAX {
        return Err(Refusal::BadCart);
    }
    if delivery.to.as_ref().is_some_and(|it| it.body.len() > SEALED_BYTES_MAX) {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

/// Whether one person, or one address, may have so many more.
pub(super) fn check_limits(
    room: &Room,
    person: PersonId,
    line: &CartLine,
    delivery: &Delivery,
) -> Result<(), Refusal> {
    let sale = room.sale(line.item).ok_or(Refusal::NotOnSale)?;
    if room.taken(line.item, person).saturating_add(line.units) > sale.per_person {
        return Err(Refusal::OverPersonLimit);
    }
    let most = room.sales.offers.get(&line.item).and_then(|it| it.terms.per_household);
    if let Some(most) = most
        && room.orders.of_household(line.item, delivery.household).saturating_add(line.units) > most
    {
        return Err(Refusal::OverHouseholdLimit);
    }
    Ok(())
}

/// Whether the room takes one more order of this person.
pub(super) fn check_room(room: &Room, person: PersonId) -> Result<(), Refusal> {
    let placed = room.orders.placed.get(&person).copied().unwrap_or(0);
    if room.orders.orders.len() >= ORDERS_MAX || placed >= ORDERS_PER_PERSON_MAX {
        return Err(Refusal::RoomFull);
    }
    Ok(())
}
