//! What comes after the sale: parcels, returns, refunds, tickets and ratings. It does not know how a parcel travels, how
//! money goes back, or a single word of what people write.
//!
//! # Rules that everybody can read
//!
//! - What was paid for an order is at every moment in one of three places: with the goods it was paid for (and what
//!   delivery cost), in a return that is under way, or owed back. Nothing is in two, so no sum of refunds can be more than
//!   was paid. A return takes its share when it is asked for and gives it back when it comes to nothing.
//! - What rule an item had when its order was paid holds for that order. An exception holds only when the buyer confirmed
//!   it for this very purchase, and never when something is wrong with the goods.
//! - The days of a return without a reason begin on the day after delivery, of the last parcel with that item.
//! - Every return comes to an end by itself: silence of the shop is consent, silence of the buyer is a lapse, and what was
//!   sent counts as received after a while.
//! - When the price of an item falls for all while units of it are in a return, who keeps them after all is owed the
//!   difference as if the return had never been.
//! - A ticket is escalated once for each promise that was broken.

mod clock;
mod goods;
mod joint;
mod ratings;
mod refunds;
mod returns;
mod shipping;
mod tickets;

pub use goods::{Goods, OrderCare, Parcel};
pub use ratings::{Rating, RatingSummary};
pub use refunds::{Owed, OwedState};
pub use returns::{Return, ReturnState};
pub use tickets::{Ticket, TicketLine};

pub(crate) use ratings::Ratings;
pub(crate) use refunds::{fallen, fallen_unpaid, note_failed, note_given};
pub(crate) use shipping::note_delivered;
pub(crate) use tickets::Tickets;

use crate::{
    Order, OrderState, Room,
    bounds::CARE_SEALED_BYTES_MAX,
    deadlines::{Deadlines, Due},
    orders::Orders,
    shelf::Shelf,
    text::{at_most, bounded},
};
use linger_protocol::{
    Actor, CareAct, CareEvent, CarePolicy, Event, ItemId, Limits, Millis, Money, OrderId, OrderStage,
    PersonId, RefundId, Refusal, ReturnException, ReturnId, Role, Sealed, Spoken, TicketId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Something after the sale that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CareDue {
    /// A return goes on.
    Return(ReturnId),
    /// A promise about a ticket is broken.
    Ticket(TicketId),
}

/// All that comes after the sale.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Care {
    pub(crate) policy: CarePolicy,
    /// Exceptions that were confirmed for orders not paid yet.
    pub(crate) confirmed: BTreeMap<(OrderId, ItemId), ReturnException>,
    /// Prices that fell for all while units of an order were in a return: they count for what stays with its buyer after all.
    pub(crate) fell: BTreeMap<(OrderId, ItemId), Money>,
    /// Every order that was ever paid.
    pub(crate) orders: BTreeMap<OrderId, OrderCare>,
    /// Orders of which something is still to be shipped, in the order in which they were paid.
    pub(crate) to_ship: BTreeSet<(u64, OrderId)>,
    pub(crate) returns: BTreeMap<ReturnId, Return>,
    pub(crate) refunds: BTreeMap<RefundId, Owed>,
    /// Refunds whose money has not gone back yet.
    pub(crate) owed: BTreeSet<RefundId>,
    pub(crate) tickets: Tickets,
    pub(crate) ratings: Ratings,
}

type Decided = Result<Vec<Event>, Refusal>;

pub(crate) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::SetPolicy(policy) => decide_policy(room, policy),
        CareAct::ConfirmException { order, item } => decide_confirm(room, by.person, *order, *item),
        CareAct::Ship { .. }
        | CareAct::Deliver { .. }
        | CareAct::HandOver { .. }
        | CareAct::CancelPaid { .. } => shipping::decide(room, now, by, act),
        CareAct::AskReturn { .. }
        | CareAct::ApproveReturn { .. }
        | CareAct::RejectReturn { .. }
        | CareAct::WithdrawReturn { .. }
        | CareAct::SendReturn { .. }
        | CareAct::ReceiveReturn { .. } => returns::decide(room, now, by, act),
        CareAct::ClaimPrice { .. } | CareAct::GiveBack { .. } | CareAct::SettleRefund { .. } => {
            refunds::decide(room, now, by, act)
        }
        CareAct::OpenTicket { .. }
        | CareAct::SayTicket { .. }
        | CareAct::AssignTicket { .. }
        | CareAct::SolveTicket { .. }
        | CareAct::ReopenTicket { .. } => tickets::decide(room, now, by, act),
        CareAct::Rate { .. } | CareAct::HideRating { .. } => ratings::decide(room, now, by, act),
    }
}

fn decide_policy(room: &Room, policy: &CarePolicy) -> Decided {
    if !policy.is_sound() {
        return Err(Refusal::BadPolicy);
    }
    Ok(if room.care.policy == *policy { vec![] } else { one(CareEvent::PolicySet(*policy)) })
}

/// The exception as it stands now is what is confirmed; an item that is not excepted needs no word.
fn decide_confirm(room: &Room, person: PersonId, order: OrderId, item: ItemId) -> Decided {
    let placed = room.order(order).filter(|it| it.person == person).ok_or(Refusal::NoSuchOrder)?;
    if !placed.lines.iter().any(|line| line.item == item) {
        return Err(Refusal::NoSuchItem);
    }
    if joint::confirmed(room, order, item).is_some() {
        return Ok(vec![]);
    }
    if placed.state != OrderState::Held {
        return Err(Refusal::OrderClosed);
    }
    Ok(match joint::exception(&room.shelf.line(item)?.item) {
        Some(why) => one(CareEvent::ExceptionConfirmed { order, item, why }),
        None => vec![],
    })
}

/// What fell due.
pub(crate) fn fell_due(room: &Room, now: Millis, due: CareDue) -> Vec<Event> {
    match due {
        CareDue::Return(returning) => returns::fell_due(room, now, returning),
        CareDue::Ticket(ticket) => tickets::fell_due(room, now, ticket),
    }
}

/// A paid order of `person`, which was not given up since.
fn own(room: &Room, person: PersonId, order: OrderId) -> Result<&OrderCare, Refusal> {
    room.order(order).filter(|it| it.person == person).ok_or(Refusal::NoSuchOrder)?;
    paid(room, order)
}

/// A paid order, which was not given up since.
fn paid(room: &Room, order: OrderId) -> Result<&OrderCare, Refusal> {
    let placed = room.order(order).ok_or(Refusal::NoSuchOrder)?;
    match room.care.orders.get(&order) {
        Some(it) if it.cancelled => Err(Refusal::OrderClosed),
        Some(it) => Ok(it),
        None if placed.state == OrderState::Held => Err(Refusal::OrderNotPaid),
        None => Err(Refusal::OrderClosed),
    }
}

fn one(event: CareEvent) -> Vec<Event> {
    vec![Event::Care(event)]
}

/// What goes into the log of a text within its bounds.
fn sealed(text: &Spoken) -> Result<Sealed, Refusal> {
    bounded(&text.plain, Limits::CARE_CHARS)?;
    if text.sealed.body.len() > CARE_SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    Ok(text.sealed.clone())
}

fn carriage(carrier: &str, tracking: &str) -> Result<(String, String), Refusal> {
    at_most(tracking, Limits::TRACKING_CHARS)?;
    Ok((bounded(carrier, Limits::CARRIER_CHARS)?.to_owned(), tracking.trim().to_owned()))
}

/// Whether this is somebody of the shop who may look after everybody's orders.
fn is_staff(by: Actor) -> bool {
    by.role >= Role::Moderator
}

/// What the care of an order changes besides itself.
pub(crate) struct Around<'a> {
    pub(crate) orders: &'a mut Orders,
    pub(crate) shelf: &'a mut Shelf,
    pub(crate) deadlines: &'a mut Deadlines,
}

impl Care {
    pub(crate) fn apply(&mut self, mut around: Around<'_>, event: &CareEvent) {
        match event {
            CareEvent::PolicySet(policy) => self.policy = *policy,
            CareEvent::ExceptionConfirmed { order, item, why } => {
                self.confirmed.insert((*order, *item), *why);
            }
            CareEvent::Shipped { .. } | CareEvent::Delivered { .. } | CareEvent::PaidCancelled { .. } => {
                self.apply_shipping(&mut around, event);
            }
            CareEvent::ReturnAsked { .. }
            | CareEvent::ReturnApproved { .. }
            | CareEvent::ReturnRejected { .. }
            | CareEvent::ReturnWithdrawn { .. }
            | CareEvent::ReturnLapsed { .. }
            | CareEvent::ReturnSent { .. }
            | CareEvent::ReturnReceived { .. } => self.apply_return(&mut around, event),
            CareEvent::RefundOwed { .. } | CareEvent::RefundDone { .. } | CareEvent::RefundFailed { .. } => {
                self.apply_refund(event);
            }
            CareEvent::TicketOpened { .. }
            | CareEvent::TicketAutoAnswered { .. }
            | CareEvent::TicketSaid { .. }
            | CareEvent::TicketAssigned { .. }
            | CareEvent::TicketSolved { .. }
            | CareEvent::TicketReopened { .. }
            | CareEvent::TicketEscalated { .. } => self.tickets.apply(around.deadlines, event),
            CareEvent::Rated { .. } | CareEvent::RatingHidden { .. } => self.ratings.apply(event),
        }
    }

    /// An order ended unpaid: what was confirmed for it is of no use any more.
    pub(crate) fn apply_unpaid(&mut self, order: OrderId, placed: &Order) {
        for line in &placed.lines {
            self.confirmed.remove(&(order, line.item));
        }
    }

    fn due(deadlines: &mut Deadlines, at: Millis, due: CareDue) {
        deadlines.set(at, Due::Care(due));
    }

    fn over(deadlines: &mut Deadlines, at: Millis, due: CareDue) {
        deadlines.clear(at, Due::Care(due));
    }
}

/// What can be seen of it from outside.
impl Room {
    /// What the shop promises after the sale.
    pub fn care_policy(&self) -> &CarePolicy {
        &self.care.policy
    }

    /// What came of a paid order.
    pub fn care(&self, order: OrderId) -> Option<&OrderCare> {
        self.care.orders.get(&order)
    }

    /// How far an order has come, in one word.
    pub fn order_stage(&self, order: OrderId) -> Option<OrderStage> {
        let placed = self.order(order)?;
        Some(match (&placed.state, self.care(order)) {
            (OrderState::Held, _) => OrderStage::Unpaid,
            (OrderState::Lapsed, _) => OrderStage::Lapsed,
            (OrderState::Cancelled, _) => OrderStage::Cancelled,
            (OrderState::Paid(_), None) => OrderStage::Packing,
            (OrderState::Paid(_), Some(care)) => {
                let open =
                    care.returns.iter().any(|it| self.care.returns.get(it).is_some_and(Return::is_open));
                care.stage(open)
            }
        })
    }

    /// Whether the buyer confirmed for this purchase that the item does not come back without a reason, and why.
    pub fn exception_confirmed(&self, order: OrderId, item: ItemId) -> Option<ReturnException> {
        joint::confirmed(self, order, item)
    }

    /// Until when, exclusively, an item of an order can be brought back without a reason; none before it was delivered and
    /// where the buyer confirmed an exception.
    pub fn returnable_until(&self, order: OrderId, item: ItemId) -> Option<Millis> {
        let goods = self.care(order)?.goods.get(&item)?;
        if goods.confirmed.is_some() {
            return None;
        }
        goods.returnable_until(self.care.policy.utc_offset_min)
    }

    /// The exception that the buyer confirmed for this very purchase, paid or not.
    pub fn confirmed_exception(&self, order: OrderId, item: ItemId) -> Option<ReturnException> {
        joint::confirmed(self, order, item)
    }

    /// Paid orders of which something is still to be shipped, the first paid first.
    pub fn to_ship(&self) -> impl Iterator<Item = (OrderId, &OrderCare)> {
        self.care.to_ship.iter().filter_map(|(_, order)| Some((*order, self.care.orders.get(order)?)))
    }

    /// A return ever asked for.
    pub fn returning(&self, returning: ReturnId) -> Option<&Return> {
        self.care.returns.get(&returning)
    }

    /// Every return ever asked for, in order of their ids.
    pub fn returns(&self) -> impl Iterator<Item = (ReturnId, &Return)> {
        self.care.returns.iter().map(|(id, it)| (*id, it))
    }

    /// Returns that have not ended, by when they go on by themselves.
    pub fn open_returns(&self) -> impl Iterator<Item = (ReturnId, &Return)> {
        let pending = self.deadlines.pending.iter().filter_map(|(_, due)| match due {
            Due::Care(CareDue::Return(id)) => Some(*id),
            _ => None,
        });
        pending.filter_map(|id| Some((id, self.care.returns.get(&id)?)))
    }

    /// A refund of a paid order.
    pub fn refund(&self, refund: &RefundId) -> Option<&Owed> {
        self.care.refunds.get(refund)
    }

    /// Refunds of paid orders whose money has not gone back yet.
    pub fn refunds_owed(&self) -> impl Iterator<Item = (&RefundId, &Owed)> {
        self.care.owed.iter().filter_map(|id| Some((id, self.care.refunds.get(id)?)))
    }

    /// A ticket ever opened.
    pub fn ticket(&self, ticket: TicketId) -> Option<&Ticket> {
        self.care.tickets.known.get(&ticket)
    }

    /// Every ticket ever opened, in order of their ids.
    pub fn tickets(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        self.care.tickets.known.iter().map(|(id, it)| (*id, it))
    }

    /// Tickets that are not solved, by when they are to be.
    pub fn open_tickets(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        let tickets = &self.care.tickets;
        tickets.open.iter().filter_map(|(_, id)| Some((*id, tickets.known.get(id)?)))
    }

    /// The rating of an item in an order.
    pub fn rating(&self, order: OrderId, item: ItemId) -> Option<&Rating> {
        self.care.ratings.known.get(&(order, item))
    }

    /// The ratings of an item, hidden ones included, the newest first, each with its order.
    pub fn ratings(&self, item: ItemId) -> impl Iterator<Item = (OrderId, &Rating)> {
        self.care.ratings.of(item)
    }

    /// Every rating, hidden ones included, the newest first, each with its order and item.
    pub fn newest_ratings(&self) -> impl Iterator<Item = (OrderId, ItemId, &Rating)> {
        let ratings = &self.care.ratings;
        ratings.all.values().rev().filter_map(|key| Some((key.0, key.1, ratings.known.get(key)?)))
    }

    /// How an item was rated by those who have it; hidden ratings do not count.
    pub fn rating_summary(&self, item: ItemId) -> RatingSummary {
        self.care.ratings.summary.get(&item).copied().unwrap_or_default()
    }
}
