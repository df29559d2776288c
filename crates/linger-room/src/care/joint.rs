//! What other parts of the room know of an order that after-sales needs. It decides nothing.

use super::{OrderCare, Return};
use crate::{Room, sale::unit_price};
use linger_protocol::{
    CouponEvent, Event, Item, ItemId, Millis, Money, OrderId, ReturnException, ReturnRule, SaleEvent,
};

/// The exception that the buyer confirmed for this purchase, if one was.
pub(super) fn confirmed(room: &Room, order: OrderId, item: ItemId) -> Option<ReturnException> {
    let paid = room.care.orders.get(&order).and_then(|it| it.goods.get(&item)?.confirmed);
    let said = paid.or_else(|| room.care.confirmed.get(&(order, item)).copied());
    said.or_else(|| room.order(order)?.confirmed(item, room.item(item)?.returns.unwrap_or_default()))
}

/// What comes of an order's coupons when nothing of the order is left with its buyer.
pub(super) fn coupons(event: CouponEvent) -> Event {
    Event::Sale(SaleEvent::Coupon(event))
}

/// Whether nothing of the order is with its buyer once this return has arrived.
pub(super) fn is_last(room: &Room, known: &Return) -> bool {
    let coming = |item: &ItemId| {
        let lines = known.lines.iter().filter(|it| it.item == *item);
        lines.map(|it| it.units).sum::<u32>()
    };
    let all = |it: &OrderCare| it.goods.iter().all(|(item, it)| it.back + coming(item) == it.bought);
    known.exchange.is_none() && room.care(known.order).is_some_and(all)
}

/// The moment from which a guaranteed price counts: until then its units were held.
pub(super) fn placed_by(room: &Room, order: OrderId) -> Option<Millis> {
    room.order(order).map(|it| it.until)
}

/// What a unit of the item costs anybody now.
pub(super) fn price_now(room: &Room, now: Millis, item: ItemId) -> Option<Money> {
    let on_sale = unit_price(room, now, item).ok().map(|(price, _)| price);
    on_sale.or_else(|| room.item(item).map(|it| it.price))
}

/// Units of an item that nobody waits for.
pub(super) fn free(room: &Room, item: ItemId) -> u32 {
    let owed = room.sales.is_owed(&room.shelf, item);
    if owed { 0 } else { room.stock(item).map_or(0, |it| it.left) }
}

/// Whether one item can be given for the other: the same one, or another variant of the same product at the same price.
pub(super) fn is_variant(one: &Item, other: &Item) -> bool {
    one.id == other.id || one.product.is_some() && one.product == other.product && one.price == other.price
}

/// What is excepted of an item.
pub(super) fn exception(item: &Item) -> Option<ReturnException> {
    match item.returns {
        Some(ReturnRule::Excepted { why }) => Some(why),
        _ => None,
    }
}
