//! An auditor who keeps books of their own, from what went in and what came out alone. They share no line with the room:
//! sums are counted here again, in another way, and every account is gone through where the room keeps an index.

use crate::{
    audit_activity::Games, audit_care::Care, audit_club::Books, audit_rundown::Stagehand, audit_seat::Seat,
    audit_show::Show, audit_talk::Talk, day::Input,
};
use linger_protocol::*;
use linger_room::Room;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Auditor {
    items: BTreeMap<ItemId, Account>,
    orders: BTreeMap<OrderId, Bought>,
    payments_made: BTreeSet<PaymentId>,
    payments_answered: BTreeSet<PaymentId>,
    back_due: BTreeMap<PaymentId, OrderId>,
    back_settled: BTreeSet<PaymentId>,
    here: i64,
    likes: u64,
    followers: BTreeSet<PersonId>,
    live: bool,
    opened: bool,
    pinned: Option<ItemId>,
    /// Who wishes to have what explained.
    wishes: BTreeMap<ItemId, BTreeSet<PersonId>>,
    show: Show,
    games: Games,
    seat: Seat,
    club: Books,
    stagehand: Stagehand,
    talk: Talk,
    care: Care,
}

/// An item's account. The room counts units with and without sign checks; here they are signed and may show a debt.
#[derive(Clone, Debug, Default)]
struct Account {
    units: i64,
    terms: Option<(Money, u32, u64)>,
}

#[derive(Clone, Debug)]
struct Bought {
    person: PersonId,
    item: ItemId,
    units: i64,
    amount: Money,
    until: Millis,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Held,
    Paid,
    Lapsed,
    Cancelled,
}

type Answer = Result<Vec<Event>, Refusal>;

impl Auditor {
    /// Looks at one input, the room's answer and the room after it.
    pub fn see(&mut self, now: Millis, input: &Input, answer: &Answer, room: &Room) {
        let events = answer.as_deref().unwrap_or(&[]);
        self.check_answer(now, input, answer);
        for (place, event) in events.iter().enumerate() {
            self.book(now, event);
            self.talk.book_comment(event, place.checked_sub(1).map(|it| &events[it]));
        }
        self.check_payment(input, events);
        self.seat.see(now, input, answer, room);
        self.club.see(now, input, answer, room);
        self.stagehand.see(now, input, events, room);
        self.care.see(now, input, answer, room);
        if matches!(input, Input::Tell(Report::TimePassed)) && self.opened {
            self.check_nothing_is_due(now, room);
        }
        self.check_room(room);
    }

    /// The end of the day: all money is accounted for and nothing is pending.
    pub fn close(&self, room: &Room) {
        assert_eq!(self.payments_made, self.payments_answered, "money was made or lost");
        assert!(self.orders.values().all(|it| it.fate != Fate::Held), "an order is held for ever");
        assert!(self.back_due.is_empty(), "money that had to go back is still here");
        let paid = self.orders.values().filter(|it| it.fate == Fate::Paid).count();
        let paid = paid + self.talk.given();
        assert_eq!(
            paid + self.back_settled.len(),
            self.payments_made.len(),
            "each payment pays one order or goes back"
        );
        assert_eq!(room.refunds_due().count(), 0);
        assert_eq!(room.wakes_at(), None, "something is pending for ever");
        for (id, it) in &self.orders {
            let order = room.order(*id).expect("an order is never forgotten");
            let units = i64::from(order.lines[0].units);
            assert_eq!((order.person, order.lines[0].item, units), (it.person, it.item, it.units));
        }
        self.show.close(room);
        self.games.close(room);
        self.seat.close();
        self.club.close(room);
        self.stagehand.close();
        self.talk.close(room);
        self.care.close(room);
    }

    fn held(&self, item: ItemId, fate: Fate) -> i64 {
        self.orders.values().filter(|it| it.item == item && it.fate == fate).map(|it| it.units).sum()
    }

    /// Held for orders, and for what comes instead of something.
    fn held_now(&self, item: ItemId) -> i64 {
        self.held(item, Fate::Held) + self.care.held(item)
    }

    /// Paid, with what happened after the sale.
    fn sold(&self, item: ItemId) -> i64 {
        self.held(item, Fate::Paid) + self.care.sold_more(item)
    }

    fn left(&self, item: ItemId) -> i64 {
        let units = self.items.get(&item).map_or(0, |it| it.units);
        units - self.held_now(item) - self.sold(item)
    }

    fn of_person(&self, item: ItemId, person: PersonId) -> i64 {
        let counts = |it: &&Bought| {
            it.item == item && it.person == person && matches!(it.fate, Fate::Held | Fate::Paid)
        };
        let paid_and_held: i64 = self.orders.values().filter(counts).map(|it| it.units).sum();
        paid_and_held + self.care.of_person_more(item, person)
    }

    /// Whether an order was refused for a true reason, and granted only where there was none.
    fn check_answer(&self, now: Millis, input: &Input, answer: &Answer) {
        let Input::Ask(Request { by, act }) = input else { return };
        if !act.allowed(by.role) {
            assert_eq!(answer, &Err(Refusal::NotAllowed), "{act:?}");
            return;
        }
        let Act::PlaceOrder { order, item, units } = act else {
            self.show.check_answer(now, by, act, answer);
            self.talk.check_say(by, act, answer);
            return;
        };
        if let Some(it) = self.orders.get(order) {
            let same = it.person == by.person && it.item == *item && it.units == i64::from(*units);
            let expected = if same { Ok(vec![]) } else { Err(Refusal::OrderIdTaken) };
            assert_eq!(answer, &expected, "asking twice");
            return;
        }
        if self.talk.is_gift(*order) {
            assert_eq!(answer, &Err(Refusal::OrderIdTaken), "the name of a gift");
            return;
        }
        let account = self.items.get(item);
        let terms = account.and_then(|it| it.terms);
        let expected = match terms {
            _ if !self.opened => Some(Refusal::NoSuchRoom),
            _ if account.is_none() => Some(Refusal::NoSuchItem),
            None => Some(Refusal::NotOnSale),
            Some(_) if *units == 0 => Some(Refusal::BadQuantity),
            Some((_, most, _)) if self.of_person(*item, by.person) + i64::from(*units) > i64::from(most) => {
                Some(Refusal::OverPersonLimit)
            }
            Some(_) if i64::from(*units) > self.left(*item) => Some(Refusal::SoldOut),
            Some(_) => None,
        };
        assert_eq!(answer.as_ref().err(), expected.as_ref(), "{act:?}");
        if let (Ok(events), Some((price, _, hold_ms))) = (answer, terms) {
            let amount = Money::new(price.minor * i64::from(*units), price.currency);
            let until = Millis(now.0 + hold_ms as i64);
            let (order, item, units) = (*order, *item, *units);
            let held = Event::UnitsHeld { order, person: by.person, item, units, amount, until };
            assert_eq!(events, &vec![held]);
        }
    }

    fn check_payment(&mut self, input: &Input, events: &[Event]) {
        let Input::Tell(Report::PaymentArrived { payment, .. }) = input else { return };
        let answers = events.iter().filter(|it| match it {
            Event::OrderPaid { payment: it, .. }
            | Event::RefundDue { payment: it, .. }
            | Event::Talk(TalkEvent::GiftGiven { payment: it, .. }) => it == payment,
            _ => false,
        });
        let fresh = self.payments_made.insert(payment.clone());
        assert_eq!(answers.count(), usize::from(fresh), "{payment} is answered once, and only once");
    }

    fn check_nothing_is_due(&self, now: Millis, room: &Room) {
        assert!(room.wakes_at().is_none_or(|at| at > now), "time passed, and something is still due");
        let late = self.orders.iter().find(|(_, it)| it.fate == Fate::Held && it.until <= now);
        assert!(late.is_none(), "{late:?} is held beyond its time");
        self.show.check_nothing_is_due(now);
        self.games.check_nothing_is_due(now);
        self.talk.check_nothing_is_due(now);
    }

    fn check_room(&self, room: &Room) {
        assert_eq!(i64::from(room.here()), self.here);
        self.talk.check_room(room);
        assert_eq!(room.likes(), self.likes);
        assert_eq!(room.followers(), self.followers.len());
        assert_eq!((room.is_live(), room.is_open(), room.pinned()), (self.live, self.opened, self.pinned));
        for (item, account) in &self.items {
            let stock = room.stock(*item).expect("a listed item");
            let (held, sold) = (self.held_now(*item), self.sold(*item));
            assert!(held >= 0 && sold >= 0 && self.left(*item) >= 0, "{item} is oversold");
            assert_eq!(i64::from(stock.units), account.units, "units of {item}");
            assert_eq!(i64::from(stock.held), held, "held of {item}");
            assert_eq!(i64::from(stock.sold), sold, "sold of {item}");
            assert_eq!(i64::from(stock.left), self.left(*item), "left of {item}");
            assert_eq!(stock.on_sale, account.terms.is_some());
        }
        assert!(room.refunds_due().map(|(payment, _)| payment).eq(self.back_due.keys()));
    }

    fn book(&mut self, now: Millis, event: &Event) {
        match event {
            Event::RoomOpened { .. } => assert!(!std::mem::replace(&mut self.opened, true)),
            Event::WentLive => assert!(!std::mem::replace(&mut self.live, true)),
            Event::WentOff { reason } => {
                assert!(std::mem::replace(&mut self.live, false));
                if *reason == OffReason::Ended {
                    self.show.ended();
                }
            }
            Event::PresenceChanged { arrived, left, here } => {
                self.here = (self.here + arrived.len() as i64 - left.len() as i64).max(0);
                assert_eq!(i64::from(*here), self.here);
            }
            Event::PresenceLost { .. } => {
                assert!(self.here > 0, "nobody was lost");
                self.here = 0;
            }
            Event::LikesGathered { likes, people, total } => {
                self.likes += u64::from(*likes);
                assert_eq!(*total, self.likes);
                assert!(*likes > 0 && people <= likes);
            }
            Event::Followed { person, followers } => {
                assert!(self.followers.insert(*person));
                assert_eq!(*followers as usize, self.followers.len());
            }
            Event::Unfollowed { person, followers } => {
                assert!(self.followers.remove(person));
                assert_eq!(*followers as usize, self.followers.len());
            }
            Event::CardPinned { item } => {
                assert!(self.items.contains_key(item));
                self.wishes.remove(item);
                assert_eq!(self.pinned.replace(*item), None, "two cards at once");
            }
            Event::CardUnpinned { item } => assert_eq!(self.pinned.take(), Some(*item)),
            Event::CardsTouched { touches } => {
                assert!(touches.iter().all(|it| self.items.contains_key(&it.item)));
            }
            Event::Activity(event) => self.games.book(now, event),
            // In the books of their own.
            Event::Seat(_) => {}
            Event::Sale(SaleEvent::ExplainAsked { item, person }) => {
                assert!(self.wishes.entry(*item).or_default().insert(*person), "wished twice");
                assert_ne!(self.pinned, Some(*item), "what is shown is not wished for");
            }
            Event::Sale(SaleEvent::LookersCounted { lookers }) => {
                assert!(lookers.iter().all(|it| self.items.contains_key(&it.item)));
            }
            // The club has books of its own.
            Event::Announced { .. } | Event::QualityGathered { .. } | Event::Club(_) => {}
            // The run of show and what comes after the sale as well.
            Event::Rundown(_) | Event::Care(_) => {}
            Event::Talk(event) => {
                if let TalkEvent::GiftGiven { payment, .. } = event {
                    assert!(self.payments_answered.insert(payment.clone()), "{payment} is answered twice");
                }
                self.games.book_gift(now, event);
                self.talk.book(now, event);
            }
            _ if self.show.book(now, event) => {
                if let Event::CommentHidden { comment } = event {
                    self.talk.book_hidden(*comment);
                }
            }
            _ => self.book_sale(now, event),
        }
    }

    fn book_sale(&mut self, now: Millis, event: &Event) {
        match event {
            Event::ItemListed { item } => {
                self.items.entry(item.id).or_default();
            }
            Event::StockSet { item, units } => self.account(*item).units = i64::from(*units),
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                self.account(*item).terms = Some((*price, *per_person, *hold_ms));
            }
            Event::SaleClosed { item } => assert!(self.account(*item).terms.take().is_some()),
            Event::UnitsHeld { order, person, item, units, amount, until } => {
                let (person, item, amount, until) = (*person, *item, *amount, *until);
                let bought =
                    Bought { person, item, units: i64::from(*units), amount, until, fate: Fate::Held };
                assert!(self.orders.insert(*order, bought).is_none(), "an order was placed twice");
            }
            Event::OrderPaid { order, payment } => {
                let it = self.fate(*order, Fate::Paid);
                assert!(now < it.until, "paid after its time");
                assert!(self.payments_answered.insert(payment.clone()), "{payment} is answered twice");
            }
            Event::OrderLapsed { order } => {
                let it = self.fate(*order, Fate::Lapsed);
                assert!(now >= it.until, "lapsed before its time");
            }
            Event::OrderCancelled { order } => {
                self.fate(*order, Fate::Cancelled);
            }
            Event::RefundDue { order, payment, amount, reason } => {
                assert!(self.payments_answered.insert(payment.clone()), "{payment} is answered twice");
                self.back_due.insert(payment.clone(), *order);
                let known = self.orders.get(order);
                let sound = match reason {
                    reason if self.talk.is_gift(*order) => {
                        self.talk.sound(*order, *amount, *reason) == Some(true)
                    }
                    RefundReason::UnknownOrder => known.is_none(),
                    // Nothing is sold to whoever pays first here.
                    RefundReason::SoldOut => false,
                    RefundReason::PaidTwice => known.is_some_and(|it| it.fate == Fate::Paid),
                    RefundReason::WrongAmount => {
                        known.is_some_and(|it| it.fate == Fate::Held && it.amount != *amount)
                    }
                    RefundReason::TooLate => {
                        known.is_some_and(|it| matches!(it.fate, Fate::Lapsed | Fate::Cancelled))
                    }
                };
                assert!(sound, "{payment} goes back for a wrong reason: {reason:?} of {known:?}");
            }
            Event::RefundSettled { order, payment } => {
                assert_eq!(self.back_due.remove(payment), Some(*order), "money went back that was not due");
                assert!(self.back_settled.insert(payment.clone()), "money went back twice");
            }
            other => panic!("the auditor has no book for {other:?}"),
        }
    }

    fn account(&mut self, item: ItemId) -> &mut Account {
        self.items.get_mut(&item).expect("only listed items have an account")
    }

    fn fate(&mut self, order: OrderId, fate: Fate) -> &Bought {
        let it = self.orders.get_mut(&order).expect("an order that was placed");
        assert_eq!(it.fate, Fate::Held, "{order} came to an end twice");
        it.fate = fate;
        it
    }
}
