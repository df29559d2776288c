//! Orders as their buyers and staff see them, folded from events. It does not know who is told.

use super::fold::{Fold, ORDERS_SHOWN};
use super::forms::money_wire;
use super::sale::{cuts_wire, lines_wire};
use crate::wire::{OrderState, OrderWire};
use linger_protocol::{
    CartOrder, CouponEvent, Cut, Item, ItemId, Millis, Money, OrderId, OrderLine, PersonId, SaleEvent,
};
use std::sync::Arc;

pub(super) struct Order {
    person: PersonId,
    lines: Vec<OrderLine>,
    /// Its items as they stood on the shelf when it was placed.
    listed: Vec<Arc<Item>>,
    /// What it is beyond one line at the price of its sale.
    cart: Option<Box<CartOrder>>,
    amount: Money,
    state: OrderState,
    at: Millis,
    until: Millis,
    pub(super) refund_due_minor: i64,
    pub(super) refunded_minor: i64,
}

impl Fold {
    pub(super) fn take_sale(&mut self, at: Millis, event: &SaleEvent) {
        self.sale.take(event);
        match event {
            SaleEvent::Opened { item, terms, .. } => {
                let sale = Some((terms.price, terms.per_person, terms.hold_ms));
                self.place(*item, |place| place.sale = sale);
            }
            SaleEvent::CartHeld(cart) => {
                let held = Order::held(cart.person, cart.lines.clone(), cart.amount, at, cart.until);
                self.take_held(cart.order, Order { cart: Some(cart.clone()), ..held });
            }
            SaleEvent::Allotted { item, units, .. } => self.place(*item, |place| place.units += units),
            SaleEvent::GaveBack { item, units, .. } => {
                self.place(*item, |place| place.units = place.units.saturating_sub(*units));
            }
            SaleEvent::Coupon(CouponEvent::GivenBack { order }) => {
                if let Some(it) = self.orders.get(order) {
                    self.sale.came_back(it.person, it.cuts());
                }
            }
            _ => {}
        }
    }

    pub(super) fn take_held(&mut self, order: OrderId, mut held: Order) {
        let on_shelf = |line: &OrderLine| self.shelf.iter().find(|place| place.item.id == line.item);
        held.listed = held.lines.iter().filter_map(|line| Some(on_shelf(line)?.item.clone())).collect();
        if held.holds() {
            self.take_units(&held.lines, true);
            self.hold_units(&held.lines, true);
        }
        self.orders_of.entry(held.person).or_default().push(order);
        self.orders.insert(order, held);
        self.newest_orders.push_back(order);
        if self.newest_orders.len() > ORDERS_SHOWN {
            self.newest_orders.pop_front();
        }
    }

    pub(super) fn take_paid(&mut self, order: OrderId) {
        let Some(it) = self.orders.get_mut(&order) else { return };
        it.state = OrderState::Paid;
        let (lines, holds) = (it.lines.clone(), it.holds());
        if it.cart.is_some() {
            self.sale.paid(order, it.person, &it.items());
        }
        if holds {
            self.hold_units(&lines, false);
        } else {
            self.take_units(&lines, true);
        }
    }

    fn hold_units(&mut self, lines: &[OrderLine], held: bool) {
        for line in lines {
            self.place(line.item, |place| {
                place.held =
                    if held { place.held + line.units } else { place.held.saturating_sub(line.units) };
            });
        }
    }

    fn take_units(&mut self, lines: &[OrderLine], taken: bool) {
        for line in lines {
            self.place(line.item, |place| {
                place.taken =
                    if taken { place.taken + line.units } else { place.taken.saturating_sub(line.units) };
            });
        }
    }

    pub(super) fn order(&mut self, order: OrderId, change: impl FnOnce(&mut Order)) {
        if let Some(order) = self.orders.get_mut(&order) {
            change(order);
        }
    }

    pub(super) fn give_back(&mut self, order: OrderId, state: OrderState) {
        let Some(it) = self.orders.get_mut(&order) else { return };
        it.state = state;
        let (lines, holds) = (it.lines.clone(), it.holds());
        if it.cart.is_some() {
            self.sale.ended(order, it.person, &it.items(), it.cuts());
        }
        if holds {
            self.take_units(&lines, false);
            self.hold_units(&lines, false);
        }
    }

    pub(crate) fn owner(&self, order: OrderId) -> Option<PersonId> {
        self.orders.get(&order).map(|order| order.person)
    }

    pub(crate) fn items_of(&self, order: OrderId) -> Vec<ItemId> {
        self.orders.get(&order).map(Order::items).unwrap_or_default()
    }

    /// What an order is of.
    pub(super) fn lines_of(&self, order: OrderId) -> Vec<OrderLine> {
        self.orders.get(&order).map(|it| it.lines.clone()).unwrap_or_default()
    }

    /// The items of an order as they stood on the shelf when it was placed.
    pub(super) fn listed(&self, order: OrderId) -> Vec<Arc<Item>> {
        self.orders.get(&order).map(|it| it.listed.clone()).unwrap_or_default()
    }

    /// The last orders of a person, the newest first.
    pub(super) fn orders_of(&self, person: PersonId) -> Vec<OrderWire> {
        let mine = self.orders_of.get(&person).into_iter().flatten().rev().take(ORDERS_SHOWN);
        mine.filter_map(|id| self.order_wire(*id)).collect()
    }

    pub(super) fn used_coupons(&self, order: OrderId) -> bool {
        self.orders.get(&order).is_some_and(|order| order.cuts().iter().any(|cut| cut.owned))
    }

    /// What of an item's sale goes beyond the shelf.
    pub(super) fn offer(&self, item: ItemId) -> Option<crate::wire::OfferWire> {
        let place = self.shelf.iter().find(|place| place.item.id == item)?;
        self.sale.offer(item, place.sale.map_or(0, |(price, ..)| price.minor), place.taken)
    }

    pub(crate) fn order_wire(&self, id: OrderId) -> Option<OrderWire> {
        let order = self.orders.get(&id)?;
        let (owed_minor, back_minor) = self.care.money(id);
        Some(OrderWire {
            order: id.to_string(),
            person: order.person.to_string(),
            item: order.lines.first().map_or(0, |line| line.item.0),
            units: order.lines.first().map_or(0, |line| line.units),
            lines: lines_wire(&order.lines, order.cart.as_ref().map_or(0, |cart| cart.gifts)),
            cuts: cuts_wire(order.cuts(), |campaign| self.sale.title(campaign)),
            shipping_minor: order.cart.as_ref().map_or(0, |cart| cart.shipping),
            holds: order.holds(),
            amount: money_wire(order.amount),
            state: order.state,
            at: order.at.0,
            until: order.until.0,
            refund_due_minor: order.refund_due_minor + owed_minor,
            refunded_minor: order.refunded_minor + back_minor,
        })
    }
}

impl Order {
    pub(super) fn held(
        person: PersonId,
        lines: Vec<OrderLine>,
        amount: Money,
        at: Millis,
        until: Millis,
    ) -> Order {
        let state = OrderState::Held;
        Order {
            person,
            lines,
            listed: vec![],
            cart: None,
            amount,
            state,
            at,
            until,
            refund_due_minor: 0,
            refunded_minor: 0,
        }
    }

    fn holds(&self) -> bool {
        self.cart.as_ref().is_none_or(|cart| cart.holds)
    }

    fn cuts(&self) -> &[Cut] {
        self.cart.as_ref().map_or(&[], |cart| &cart.cuts)
    }

    fn items(&self) -> Vec<ItemId> {
        self.lines.iter().map(|line| line.item).collect()
    }
}
