//! What comes after the sale as the screens of a room see it: stock that moves, money that goes back, and who is told that
//! something changed. Everything else about it is asked for when somebody looks. It does not know texts.

use super::{Hub, fold::Fold, layer::Layers};
use crate::wire::WireEvent;
use linger_protocol::{
    CareEvent, ItemId, Millis, OrderId, OrderLine, ParcelId, PersonId, RefundId, ReturnId, TicketId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Default)]
pub(super) struct CareFold {
    returns: HashMap<ReturnId, Coming>,
    refunds: HashMap<RefundId, (OrderId, i64)>,
    /// What is owed of an order, and what went back, minor units.
    money: HashMap<OrderId, (i64, i64)>,
    tickets: HashMap<TicketId, (PersonId, Option<OrderId>)>,
    about: HashMap<OrderId, Vec<TicketId>>,
    under_way: UnderWay,
}

/// Orders with parcels that are not with their buyers yet.
#[derive(Default)]
struct UnderWay {
    parcels: HashMap<OrderId, BTreeMap<ParcelId, Millis>>,
    /// By when the first of these parcels was sent.
    sent: BTreeSet<(Millis, OrderId)>,
}

impl UnderWay {
    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut BTreeMap<ParcelId, Millis>)) {
        let parcels = self.parcels.entry(order).or_default();
        if let Some(first) = parcels.values().min() {
            self.sent.remove(&(*first, order));
        }
        change(parcels);
        match parcels.values().min() {
            Some(first) => {
                self.sent.insert((*first, order));
            }
            None => {
                self.parcels.remove(&order);
            }
        }
    }
}

struct Coming {
    order: OrderId,
    lines: Vec<OrderLine>,
    exchange: Option<ItemId>,
}

impl CareFold {
    /// What is owed of an order after the sale, and what went back, minor units.
    pub(super) fn money(&self, order: OrderId) -> (i64, i64) {
        self.money.get(&order).copied().unwrap_or((0, 0))
    }

    pub(super) fn tickets_about(&self, order: OrderId) -> Vec<TicketId> {
        self.about.get(&order).cloned().unwrap_or_default()
    }

    pub(super) fn under_way(&self, from: Millis) -> impl Iterator<Item = (Millis, OrderId)> {
        self.under_way.sent.range((from, OrderId(0))..).copied()
    }

    fn order_of(&self, event: &CareEvent) -> Option<OrderId> {
        match event {
            CareEvent::ExceptionConfirmed { order, .. }
            | CareEvent::Shipped { order, .. }
            | CareEvent::Delivered { order, .. }
            | CareEvent::PaidCancelled { order }
            | CareEvent::ReturnAsked { order, .. }
            | CareEvent::RefundOwed { order, .. }
            | CareEvent::Rated { order, .. }
            | CareEvent::RatingHidden { order, .. } => Some(*order),
            CareEvent::ReturnApproved { returning, .. }
            | CareEvent::ReturnRejected { returning, .. }
            | CareEvent::ReturnWithdrawn { returning }
            | CareEvent::ReturnLapsed { returning }
            | CareEvent::ReturnSent { returning, .. }
            | CareEvent::ReturnReceived { returning, .. } => self.returns.get(returning).map(|it| it.order),
            CareEvent::RefundDone { refund } | CareEvent::RefundFailed { refund } => {
                self.refunds.get(refund).map(|it| it.0)
            }
            _ => ticket_of(event).and_then(|ticket| self.tickets.get(&ticket)?.1),
        }
    }
}

fn ticket_of(event: &CareEvent) -> Option<TicketId> {
    match event {
        CareEvent::TicketOpened { ticket, .. }
        | CareEvent::TicketAutoAnswered { ticket, .. }
        | CareEvent::TicketSaid { ticket, .. }
        | CareEvent::TicketAssigned { ticket, .. }
        | CareEvent::TicketSolved { ticket }
        | CareEvent::TicketReopened { ticket, .. }
        | CareEvent::TicketEscalated { ticket, .. } => Some(*ticket),
        _ => None,
    }
}

impl Fold {
    pub(super) fn take_care(&mut self, event: &CareEvent) {
        match event {
            CareEvent::Shipped { order, parcel, at, .. } => {
                self.care.under_way.change(*order, |parcels| {
                    parcels.insert(*parcel, *at);
                });
            }
            CareEvent::Delivered { order, parcel, .. } => {
                self.care.under_way.change(*order, |parcels| {
                    parcels.remove(parcel);
                });
            }
            CareEvent::PaidCancelled { order } => {
                for line in self.lines_of(*order) {
                    self.place(line.item, |place| place.take(-i64::from(line.units)));
                }
            }
            CareEvent::ReturnAsked { returning, order, lines, exchange, .. } => {
                let coming = Coming { order: *order, lines: lines.clone(), exchange: *exchange };
                self.take_exchange(&coming, 1);
                self.care.returns.insert(*returning, coming);
            }
            CareEvent::ReturnRejected { returning, .. }
            | CareEvent::ReturnWithdrawn { returning }
            | CareEvent::ReturnLapsed { returning } => {
                if let Some(coming) = self.care.returns.remove(returning) {
                    self.take_exchange(&coming, -1);
                    self.care.returns.insert(*returning, coming);
                }
            }
            CareEvent::ReturnReceived { returning, restock: true } => {
                let lines = self.care.returns.get(returning).map(|it| it.lines.clone());
                for line in lines.unwrap_or_default() {
                    self.place(line.item, |place| place.take(-i64::from(line.units)));
                }
            }
            CareEvent::RefundOwed { refund, order, amount, .. } => {
                self.care.refunds.insert(refund.clone(), (*order, amount.minor));
                self.care.money.entry(*order).or_default().0 += amount.minor;
            }
            CareEvent::RefundDone { refund } => {
                if let Some((order, minor)) = self.care.refunds.get(refund) {
                    let money = self.care.money.entry(*order).or_default();
                    *money = (money.0 - minor, money.1 + minor);
                }
            }
            CareEvent::TicketOpened { ticket, person, order, .. } => {
                self.care.tickets.insert(*ticket, (*person, *order));
                if let Some(order) = order {
                    self.care.about.entry(*order).or_default().push(*ticket);
                }
            }
            _ => {}
        }
    }

    /// What comes instead is held, or free again.
    fn take_exchange(&mut self, coming: &Coming, sign: i64) {
        if let (Some(item), [line]) = (coming.exchange, &coming.lines[..]) {
            self.place(item, |place| place.take(sign * i64::from(line.units)));
        }
    }
}

impl Layers {
    /// Owner and staff are told that there is something new; everybody, what is left.
    pub(super) fn add_care(&mut self, fold: &Fold, event: &CareEvent) {
        let order = fold.care.order_of(event);
        let ticket = ticket_of(event);
        if let Some(order) = order {
            self.add_order(fold, order);
        }
        match event {
            CareEvent::ReturnAsked { returning, .. }
            | CareEvent::ReturnRejected { returning, .. }
            | CareEvent::ReturnWithdrawn { returning }
            | CareEvent::ReturnLapsed { returning }
            | CareEvent::ReturnReceived { returning, .. } => {
                if let Some(coming) = fold.care.returns.get(returning) {
                    let items = coming.lines.iter().map(|line| line.item).chain(coming.exchange);
                    items.for_each(|item| self.set_stock(item));
                }
            }
            _ => {}
        }
        let asker = ticket.and_then(|ticket| fold.care.tickets.get(&ticket)).map(|it| it.0);
        let owner = asker.or_else(|| order.and_then(|order| fold.owner(order)));
        let escalated = matches!(event, CareEvent::TicketEscalated { .. });
        let changed = WireEvent::Care {
            order: order.map(|it| it.to_string()),
            ticket: ticket.map(|it| it.to_string()),
            escalated,
        };
        if let Some(owner) = owner {
            self.tell(owner, changed.clone());
        }
        self.staff.push(changed);
    }
}

impl Hub {
    /// Orders of which a parcel is not with its buyer yet, from a moment of sending on, the first sent first.
    pub(crate) fn under_way(
        &self,
        from: Millis,
        comes: impl Fn(Millis, OrderId) -> bool,
        most: usize,
    ) -> Vec<(Millis, OrderId)> {
        let ring = self.ring();
        ring.fold.care.under_way(from).filter(|(at, id)| comes(*at, *id)).take(most).collect()
    }

    /// The tickets about an order, the oldest first.
    pub(crate) fn tickets_about(&self, order: OrderId) -> Vec<TicketId> {
        self.ring().fold.care.tickets_about(order)
    }
}
