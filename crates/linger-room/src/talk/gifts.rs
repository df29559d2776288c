//! Paid gifts. It does not know which gifts there are or what they cost: the price comes with the request.
//!
//! A gift is a payable like an order: sent, then given once it is paid, or lapsed. Every payment for it is answered
//! exactly once, by [`TalkEvent::GiftGiven`] or by [`Event::RefundDue`]; only what is given is shown to anybody else.

use crate::{
    Room,
    bounds::{COMBO_MS, COMBOS_KEPT, GIFT_HOLD_MS, GIFTS_MAX, GIFTS_WAITING_PER_PERSON, SEALED_BYTES_MAX},
    deadlines::{Deadlines, Due},
    text::bounded,
};
use linger_protocol::{
    Actor, CommentId, Event, GiftId, Lane, Limits, Millis, Money, OrderId, PaymentId, PersonId, RefundReason,
    Refusal, Role, Sealed, Spoken, TalkEvent,
};
use std::collections::BTreeMap;

/// A gift as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Who gives.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Which gift.
    pub gift: GiftId,
    /// How many.
    pub count: u32,
    /// What is to be paid for all of them.
    pub amount: Money,
    /// Until when.
    pub until: Millis,
    /// Words that wait to be said with it.
    pub words: Option<Sealed>,
    /// For which side of a PK.
    pub side: u8,
    /// How far it has come.
    pub state: GiftState,
}

/// How far a gift has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GiftState {
    /// It waits for a payment.
    Waiting,
    /// This payment paid it.
    Given(PaymentId),
    /// Nobody paid in time.
    Lapsed,
}

/// What is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) order: OrderId,
    pub(crate) gift: &'a GiftId,
    pub(crate) count: u32,
    pub(crate) price: Money,
    pub(crate) side: Option<u8>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gifts {
    pub(crate) gifts: BTreeMap<OrderId, Gift>,
    /// Gifts of a person that wait for a payment.
    pub(crate) waiting: BTreeMap<PersonId, u32>,
    /// How many of a kind somebody gave in one go, and until when the go lasts.
    pub(crate) combos: BTreeMap<(PersonId, GiftId), (u32, Millis)>,
}

pub(crate) fn decide_send(
    room: &Room,
    now: Millis,
    by: Actor,
    wanted: &Wanted<'_>,
    giver: &Sealed,
    words: Option<&Spoken>,
) -> Result<Vec<Event>, Refusal> {
    let gifts = &room.talk.gifts;
    let Wanted { order, gift, count, price, side } = *wanted;
    if let Some(known) = gifts.gifts.get(&order) {
        let same = known.person == by.person && known.gift == *gift && known.count == count;
        return if same { Ok(vec![]) } else { Err(Refusal::OrderIdTaken) };
    }
    if room.order(order).is_some() || room.sales.waits.contains_key(&order) {
        return Err(Refusal::OrderIdTaken);
    }
    if room.host() == Some(by.person) {
        return Err(Refusal::NotAllowed);
    }
    if !(1..=Limits::GIFT_COUNT_MAX).contains(&count) {
        return Err(Refusal::BadQuantity);
    }
    if side.is_some_and(|side| side > 1) {
        return Err(Refusal::BadOption);
    }
    let amount = price.times(count).ok_or(Refusal::BadAmount)?;
    if !(1..=Limits::PRICE_MINOR_MAX).contains(&amount.minor) {
        return Err(Refusal::BadAmount);
    }
    if let Some(words) = words {
        bounded(&words.plain, Limits::COMMENT_CHARS)?;
        if room.is_muted(now, by.person) {
            return Err(Refusal::Muted);
        }
    }
    let sealed = words.map(|words| words.sealed.clone());
    if sealed.iter().chain([giver]).any(|it| it.body.len() > SEALED_BYTES_MAX) {
        return Err(Refusal::TextTooLong);
    }
    if gifts.waiting.get(&by.person).is_some_and(|it| *it >= GIFTS_WAITING_PER_PERSON) {
        return Err(Refusal::GiftsUnpaid);
    }
    if gifts.gifts.len() >= GIFTS_MAX {
        return Err(Refusal::RoomFull);
    }
    Ok(vec![Event::Talk(TalkEvent::GiftSent {
        order,
        person: by.person,
        role: by.role,
        gift: gift.clone(),
        count,
        amount,
        until: now.plus(GIFT_HOLD_MS),
        giver: giver.clone(),
        words: sealed,
        side,
    })])
}

/// What a payment means that was not answered before; `None` when it is for no gift.
///
/// As with orders, one that comes at or after the end of the wait comes too late, whoever was quicker to say so.
pub(crate) fn note_payment(
    room: &Room,
    now: Millis,
    order: OrderId,
    payment: &PaymentId,
    amount: Money,
) -> Option<Vec<Event>> {
    let gift = room.talk.gifts.gifts.get(&order)?;
    let back = |reason| Event::RefundDue { order, payment: payment.clone(), amount, reason };
    Some(match &gift.state {
        GiftState::Waiting if now >= gift.until => {
            vec![Event::Talk(TalkEvent::GiftLapsed { order }), back(RefundReason::TooLate)]
        }
        GiftState::Waiting if amount != gift.amount => vec![back(RefundReason::WrongAmount)],
        GiftState::Waiting => given(room, now, order, payment, gift),
        GiftState::Given(_) => vec![back(RefundReason::PaidTwice)],
        GiftState::Lapsed => vec![back(RefundReason::TooLate)],
    })
}

/// The gift is given, and its words are said, unless the giver was muted in the meantime.
fn given(room: &Room, now: Millis, order: OrderId, payment: &PaymentId, gift: &Gift) -> Vec<Event> {
    let before = room.talk.gifts.combos.get(&(gift.person, gift.gift.clone()));
    let before = before.filter(|(_, until)| now < *until).map_or(0, |(combo, _)| *combo);
    let combo = before.saturating_add(gift.count);
    let combo_until = now.plus(COMBO_MS);
    let given = TalkEvent::GiftGiven { order, payment: payment.clone(), combo, combo_until };
    let words = gift.words.clone().filter(|_| !room.is_muted(now, gift.person));
    let says = words.map(|spoken| Event::CommentMade {
        comment: CommentId(room.chat.last.0 + 1),
        person: gift.person,
        role: gift.role,
        spoken,
        question: None,
        answers: None,
        lane: Some(Lane::Paid),
        reply_to: None,
        mentions: None,
        image: None,
    });
    [Event::Talk(given)].into_iter().chain(says).collect()
}

impl Gifts {
    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &TalkEvent) {
        match event {
            TalkEvent::GiftSent { order, person, role, gift, count, amount, until, words, side, .. } => {
                let sent = Gift {
                    person: *person,
                    role: *role,
                    gift: gift.clone(),
                    count: *count,
                    amount: *amount,
                    until: *until,
                    words: words.clone(),
                    side: side.unwrap_or(0),
                    state: GiftState::Waiting,
                };
                assert!(self.gifts.insert(*order, sent).is_none(), "a gift was sent twice");
                *self.waiting.entry(*person).or_default() += 1;
                deadlines.set(*until, Due::Gift(*order));
            }
            TalkEvent::GiftGiven { order, payment, combo, combo_until } => {
                let key = self.close(*order, GiftState::Given(payment.clone()), deadlines);
                self.combos.insert(key, (*combo, *combo_until));
                if self.combos.len() > COMBOS_KEPT {
                    self.forget_first_combo();
                }
            }
            TalkEvent::GiftLapsed { order } => {
                self.close(*order, GiftState::Lapsed, deadlines);
            }
            _ => unreachable!("not about gifts"),
        }
    }

    /// Ends the wait for a payment in `state`.
    fn close(&mut self, order: OrderId, state: GiftState, deadlines: &mut Deadlines) -> (PersonId, GiftId) {
        let it = self.gifts.get_mut(&order).expect("only a gift that was sent comes to an end");
        assert_eq!(it.state, GiftState::Waiting, "a gift came to an end twice");
        it.state = state;
        it.words = None;
        deadlines.clear(it.until, Due::Gift(order));
        let person = it.person;
        let key = (person, it.gift.clone());
        let waiting = self.waiting.get_mut(&person).expect("who sent a gift waits for it");
        *waiting -= 1;
        if *waiting == 0 {
            self.waiting.remove(&person);
        }
        key
    }

    /// A full list is a rare thing, so that looking through it costs less than keeping it ordered by time.
    fn forget_first_combo(&mut self) {
        let first = self.combos.iter().min_by_key(|(key, (_, until))| (*until, (*key).clone()));
        if let Some(key) = first.map(|(key, _)| key.clone()) {
            self.combos.remove(&key);
        }
    }
}
