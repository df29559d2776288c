//! Money of a paid order that goes back: whole or in part, each part under a name of its own. It does not know how money
//! moves.
//!
//! Invariant: what is owed of an order is taken from where it stood (the goods, the delivery, a return) in the same event,
//! so that no cent is owed twice and never more than was paid.

use super::{Care, CareEvent, Decided, Return, clock, joint, one, own, paid};
use crate::{Order, OrderState, Room, bounds::REFUNDS_PER_ORDER_MAX};
use linger_protocol::{
    Actor, CareAct, Event, ItemId, Millis, Money, OrderId, OrderLine, OwedReason, PaymentId, RefundId,
    Refusal, ReturnId,
};

/// Money of a paid order that has to go back, or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The order.
    pub order: OrderId,
    /// The payment it is part of.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: OwedReason,
    /// How far it has come.
    pub state: OwedState,
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwedState {
    /// The provider is to give it back.
    Owed,
    /// The provider cannot: somebody has to look.
    Failed,
    /// It went back.
    Done,
}

/// Digits of an id that a person's device makes; the house's own have a dash in them.
const DEVICE_DIGITS: usize = 32;

pub(super) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::ClaimPrice { order, item } => decide_claim(room, now, by, *order, *item),
        CareAct::GiveBack { refund, order, item, amount } => {
            decide_give_back(room, refund, *order, *item, *amount)
        }
        CareAct::SettleRefund { refund } => {
            room.refund(refund).ok_or(Refusal::NoSuchRefund)?;
            Ok(note_given(room, refund))
        }
        _ => unreachable!("not about refunds"),
    }
}

/// The difference between what stands with the kept units and what they would cost now. Whoever has had it asks for nothing
/// more by asking again.
fn decide_claim(room: &Room, now: Millis, by: Actor, order: OrderId, item: ItemId) -> Decided {
    let care = own(room, by.person, order)?;
    let goods = care.goods.get(&item).ok_or(Refusal::NoSuchItem)?;
    let days = room.care.policy.guarantee_days;
    let placed = joint::placed_by(room, order).filter(|_| days > 0).ok_or(Refusal::GuaranteeOver)?;
    if now >= clock::days_after(placed, days) {
        return Err(Refusal::GuaranteeOver);
    }
    let price = joint::price_now(room, now, item).filter(|it| it.currency == care.paid.currency);
    let price = price.and_then(|it| it.times(goods.kept())).ok_or(Refusal::NotCheaper)?;
    let less = goods.money_minor - price.minor;
    let reason = OwedReason::Guarantee { item };
    if less <= 0 {
        let had = care.refunds.iter().any(|id| room.refund(id).is_some_and(|it| it.reason == reason));
        return if had { Ok(vec![]) } else { Err(Refusal::NotCheaper) };
    }
    if care.refunds.len() >= REFUNDS_PER_ORDER_MAX {
        return Err(Refusal::RoomFull);
    }
    Ok(owed(room, order, nth_id(room, "price", order), less, reason))
}

fn decide_give_back(room: &Room, refund: &RefundId, order: OrderId, item: ItemId, amount: Money) -> Decided {
    let care = paid(room, order)?;
    let reason = OwedReason::ByHand { item };
    if let Some(known) = room.refund(refund) {
        let same = known.order == order && known.amount == amount && known.reason == reason;
        return if same { Ok(vec![]) } else { Err(Refusal::RefundIdTaken) };
    }
    let digits = refund.as_str().bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    if refund.as_str().len() != DEVICE_DIGITS || !digits {
        return Err(Refusal::RefundIdTaken);
    }
    let goods = care.goods.get(&item).ok_or(Refusal::NoSuchItem)?;
    if amount.currency != care.paid.currency || amount.minor <= 0 {
        return Err(Refusal::BadAmount);
    }
    if amount.minor > goods.money_minor {
        return Err(Refusal::RefundTooLarge);
    }
    if care.refunds.len() >= REFUNDS_PER_ORDER_MAX {
        return Err(Refusal::RoomFull);
    }
    Ok(owed(room, order, refund.clone(), amount.minor, reason))
}

/// The event that owes `minor` of what paid the order; none when that is nothing.
pub(super) fn owed(
    room: &Room,
    order: OrderId,
    refund: RefundId,
    minor: i64,
    reason: OwedReason,
) -> Vec<Event> {
    match room.order(order).map(|it| (&it.state, it.amount)) {
        Some((OrderState::Paid(payment), paid)) if minor > 0 => {
            let amount = Money::new(minor, paid.currency);
            one(CareEvent::RefundOwed { refund, order, payment: payment.clone(), amount, reason })
        }
        _ => vec![],
    }
}

/// What the buyer of an order that is being paid is owed, because the price of a line fell while it was not.
pub(crate) fn fallen_unpaid(
    placed: &Order,
    (order, payment): (OrderId, &PaymentId),
    line: &OrderLine,
    price: Money,
) -> Option<Event> {
    fell(placed, (order, payment), line.item, line.amount.minor - price.times(line.units)?.minor)
}

/// What the buyer of a paid order is owed, because the price of what they kept of an item fell.
pub(crate) fn fallen(room: &Room, order: OrderId, item: ItemId, price: Money) -> Option<Event> {
    let placed = room.order(order)?;
    let OrderState::Paid(payment) = &placed.state else { return None };
    let goods = room.care(order)?.goods.get(&item)?;
    fell(placed, (order, payment), item, goods.money_minor - price.times(goods.kept())?.minor)
}

/// What the buyer is owed once this return ends with its goods in their hands, because the price of an item fell for all
/// while the return ran: the difference for all that they keep of it, less what they were given already.
pub(super) fn fallen_meanwhile(room: &Room, returning: ReturnId, known: &Return) -> Vec<Event> {
    let mut events = vec![];
    for line in &known.lines {
        let Some(price) = room.care.fell.get(&(known.order, line.item)) else { continue };
        let Some(goods) = room.care(known.order).and_then(|it| it.goods.get(&line.item)) else { continue };
        let kept = goods.kept().checked_add(line.units).and_then(|it| price.times(it));
        let minor = kept.map_or(0, |kept| goods.money_minor + line.amount.minor - kept.minor);
        let refund = id(&format!("kept-{returning}-{}", line.item));
        events.extend(owed(room, known.order, refund, minor, OwedReason::PriceFell { item: line.item }));
    }
    events
}

fn fell(placed: &Order, (order, payment): (OrderId, &PaymentId), item: ItemId, minor: i64) -> Option<Event> {
    let owed = CareEvent::RefundOwed {
        refund: id(&format!("fell-{order}-{item}")),
        order,
        payment: payment.clone(),
        amount: Money::new(minor, placed.amount.currency),
        reason: OwedReason::PriceFell { item },
    };
    (minor > 0).then_some(Event::Care(owed))
}

/// A name of the house's own.
pub(super) fn id(text: &str) -> RefundId {
    RefundId::new(text).expect("the house names refunds by letters, digits and dashes")
}

/// A name for the next refund of an order.
fn nth_id(room: &Room, why: &str, order: OrderId) -> RefundId {
    let before = room.care(order).map_or(0, |it| it.refunds.len());
    id(&format!("{why}-{order}-{}", before + 1))
}

/// Providers say things twice.
pub(crate) fn note_given(room: &Room, refund: &RefundId) -> Vec<Event> {
    let due = room.care.owed.contains(refund);
    if due { one(CareEvent::RefundDone { refund: refund.clone() }) } else { vec![] }
}

pub(crate) fn note_failed(room: &Room, refund: &RefundId) -> Vec<Event> {
    match room.refund(refund).map(|it| it.state) {
        Some(OwedState::Owed) => one(CareEvent::RefundFailed { refund: refund.clone() }),
        _ => vec![],
    }
}

impl Care {
    /// The price of an item fell for all who have these orders. What was with them has had its difference; what is in a
    /// return will have it if it stays theirs.
    pub(crate) fn apply_fell(&mut self, item: ItemId, price: Money, orders: impl Iterator<Item = OrderId>) {
        for order in orders {
            let goods = self.orders.get(&order).and_then(|it| it.goods.get(&item));
            if goods.is_some_and(|it| it.away > it.back) {
                self.fell.insert((order, item), price);
            }
        }
    }

    pub(super) fn apply_refund(&mut self, event: &CareEvent) {
        match event {
            CareEvent::RefundOwed { refund, order, payment, amount, reason } => {
                self.take_money(*order, amount.minor, *reason);
                let care = self.of(*order);
                care.owed_minor += amount.minor;
                care.refunds.push(refund.clone());
                assert!(
                    amount.minor > 0 && care.owed_minor <= care.paid.minor,
                    "more goes back than was paid"
                );
                let owed = Owed {
                    order: *order,
                    payment: payment.clone(),
                    amount: *amount,
                    reason: *reason,
                    state: OwedState::Owed,
                };
                assert!(self.refunds.insert(refund.clone(), owed).is_none(), "a refund is owed twice");
                self.owed.insert(refund.clone());
            }
            CareEvent::RefundDone { refund } => {
                assert!(self.owed.remove(refund), "money went back that was not owed");
                self.owing(refund).state = OwedState::Done;
            }
            CareEvent::RefundFailed { refund } => self.owing(refund).state = OwedState::Failed,
            _ => unreachable!("not about refunds"),
        }
    }

    fn owing(&mut self, refund: &RefundId) -> &mut Owed {
        self.refunds.get_mut(refund).expect("only what is owed can go back")
    }

    /// Takes what is owed from where it stood.
    fn take_money(&mut self, order: OrderId, minor: i64, reason: OwedReason) {
        match reason {
            OwedReason::Cancelled => {
                let care = self.of(order);
                assert_eq!(minor, care.left_minor(), "a cancelled order gives back all that is left");
                care.delivery_minor = 0;
                care.goods.values_mut().for_each(|it| it.money_minor = 0);
            }
            OwedReason::Returned { returning } => {
                let known = self.returns.get_mut(&returning).expect("a return that was asked for");
                assert!(!std::mem::replace(&mut known.refunded, true), "a return is paid for twice");
                assert_eq!(minor, known.minor(), "a return gives back its share");
            }
            OwedReason::PriceFell { item } | OwedReason::Guarantee { item } | OwedReason::ByHand { item } => {
                let goods = self.goods(order, item);
                goods.money_minor -= minor;
                assert!(goods.money_minor >= 0, "more goes back than stands with the goods");
            }
        }
    }
}
