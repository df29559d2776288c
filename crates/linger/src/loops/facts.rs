//! What a room's log says of people, as facts: who came, stayed how long, joined in, ordered, paid. One entry after
//! another, always the same facts with the same ids. It does not know how the log is read or where facts go.
//!
//! What the log knows only as sums, looks at cards and likes, is told by the edge where it arrives with its person.

mod care;
mod drawn;
mod sale;
mod seat;

use jiff::{Timestamp, tz::TimeZone};
use linger_behaviour::{Class, Fact, Number, Text, touch};
use linger_events::{Incoming, Who};
use linger_log::Position;
use linger_protocol::{
    ActivityEvent, ActivityId, Answered, Arrival, ClubEvent, Entry, Event, ItemId, LeaveReason, Millis,
    Money, OrderId, PersonId, QuestionId, RefundReason, RoomId, SessionId, TalkEvent,
};
use linger_strategy::kpi::ANSWERED;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

/// On which day, of the shop's zone, somebody was last seen to come; shared by all rooms.
#[derive(Clone)]
pub struct Visits {
    zone: TimeZone,
    last_day: Arc<Mutex<HashMap<PersonId, i32>>>,
}

impl Visits {
    /// Nobody has come yet; days are those of this zone.
    pub fn new(zone: TimeZone) -> Visits {
        Visits { zone, last_day: Arc::default() }
    }

    /// Somebody comes; the day, in days since 1970, when that is a later one than any before.
    fn come(&self, person: PersonId, at: Millis) -> Option<i32> {
        let at = Timestamp::from_millisecond(at.0).ok()?;
        let offset_s = i64::from(self.zone.to_offset(at).seconds());
        let day = i32::try_from((at.as_second() + offset_s).div_euclid(86_400)).ok()?;
        let mut last_day = self.last_day.lock().unwrap_or_else(|it| it.into_inner());
        let before = last_day.insert(person, day);
        // A log that is read anew, or another room that is read later, does not turn days back.
        match before {
            Some(before) if before > day => {
                last_day.insert(person, before);
                None
            }
            Some(before) if before < day => Some(day),
            _ => None,
        }
    }
}

/// Open questions, and people who ask the same one, that are remembered; further ones are not told of.
const QUESTIONS_MAX: usize = 10_000;
const ASKERS_MAX: usize = 1_000;

/// A stay that is running.
struct Stay {
    person: PersonId,
    since: Millis,
    source: Box<str>,
}

/// An order, as far as later entries name it alone.
struct Ordered {
    person: PersonId,
    item: ItemId,
    units: u32,
    amount: Money,
}

/// The facts of one room.
pub struct RoomFacts {
    room: RoomId,
    host: Box<str>,
    visits: Visits,
    stays: BTreeMap<SessionId, Stay>,
    /// Where those who are here came from, and how many stays of theirs are running.
    sources: HashMap<PersonId, (Box<str>, u32)>,
    orders: HashMap<OrderId, Ordered>,
    returns: HashMap<(OrderId, Box<str>), (Money, RefundReason)>,
    /// Who sent a gift that is not paid yet.
    givers: HashMap<OrderId, PersonId>,
    categories: HashMap<ItemId, Box<str>>,
    /// Who waits for an answer, by the open questions.
    askers: BTreeMap<QuestionId, Vec<PersonId>>,
    /// Activities that run: what is played, and by whom so far.
    games: HashMap<ActivityId, (&'static str, HashSet<PersonId>)>,
    seats: seat::SeatBook,
    care: care::CareBook,
}

impl RoomFacts {
    /// Of a room whose log is read from the beginning.
    pub fn new(room: RoomId, visits: Visits) -> RoomFacts {
        RoomFacts {
            room,
            host: "".into(),
            visits,
            stays: BTreeMap::new(),
            sources: HashMap::new(),
            orders: HashMap::new(),
            returns: HashMap::new(),
            givers: HashMap::new(),
            categories: HashMap::new(),
            askers: BTreeMap::new(),
            games: HashMap::new(),
            seats: seat::SeatBook::default(),
            care: care::CareBook::default(),
        }
    }

    /// What kind of product an item is; none of an item is told that was never said.
    pub fn categorise(&mut self, item: ItemId, category: &str) {
        self.categories.insert(item, category.into());
    }

    /// Takes in the entry after a position; gives its facts in order.
    pub fn fold(&mut self, at: Position, entry: &Entry) -> Vec<Incoming> {
        let mut telling = Telling { at, entry_at: entry.at, told: vec![] };
        match &entry.event {
            Event::RoomOpened { host_name, .. } => self.host = host_name.as_str().into(),
            Event::PresenceChanged { arrived, left, .. } => {
                arrived.iter().for_each(|arrival| self.arrive(&mut telling, arrival));
                for departure in left {
                    self.leave(&mut telling, departure.session, outcome(departure.reason), entry.at);
                }
            }
            Event::PresenceLost { last_seen } => {
                while let Some((session, _)) = self.stays.first_key_value() {
                    let session = *session;
                    self.leave(&mut telling, session, "lost", *last_seen);
                }
            }
            Event::CommentMade { person, question, .. } => {
                if let Some(question) = question {
                    self.ask(*question, *person);
                }
                let outcome = if question.is_some() { "question" } else { "comment" };
                self.tell(&mut telling, *person, touch::INTERACTED, |fact| fact.with(Text::Outcome, outcome));
            }
            Event::QuestionAnswered { question, how, .. } => {
                let outcome = match how {
                    Answered::Typed { .. } => "typed",
                    Answered::OnAir => "on-air",
                };
                for person in self.askers.remove(question).unwrap_or_default() {
                    self.tell(&mut telling, person, ANSWERED, |fact| fact.with(Text::Outcome, outcome));
                }
            }
            Event::Followed { person, .. } => {
                self.tell(&mut telling, *person, touch::INTERACTED, |fact| {
                    fact.with(Text::Outcome, "follow")
                });
            }
            Event::Talk(event) => self.fold_talk(&mut telling, event),
            Event::DrawEntered { person, .. } => {
                self.tell(&mut telling, *person, touch::INTERACTED, |fact| fact.with(Text::Outcome, "draw"));
            }
            Event::Activity(event) => self.take_activity(&mut telling, event),
            Event::Seat(event) => self.tell_seat(&mut telling, event),
            Event::Care(event) => self.tell_care(&mut telling, event),
            Event::Club(event) => self.take_part(&mut telling, event),
            Event::UnitsHeld { order, person, item, units, amount, .. } => {
                let ordered = Ordered { person: *person, item: *item, units: *units, amount: *amount };
                self.orders.insert(*order, ordered);
                self.tell_order(&mut telling, *order, touch::ORDER_PLACED, |fact| fact);
            }
            Event::OrderPaid { order, .. } => {
                self.tell_order(&mut telling, *order, touch::ORDER_PAID, |fact| fact);
            }
            Event::Sale(event) => self.tell_sale(&mut telling, event),
            Event::Rule(event) => self.tell_drawn(&mut telling, event),
            Event::RefundDue { order, payment, amount, reason } => {
                self.returns.insert((*order, payment.as_str().into()), (*amount, *reason));
            }
            Event::RefundSettled { order, payment } => {
                let due = self.returns.remove(&(*order, payment.as_str().into()));
                if let Some((amount, reason)) = due {
                    self.give_back(&mut telling, *order, amount, reason);
                }
            }
            _ => {}
        }
        telling.told
    }

    /// Taking part is told once for each activity and person, by the game; changing a vote is not taking part again.
    fn take_activity(&mut self, telling: &mut Telling, event: &ActivityEvent) {
        match event {
            ActivityEvent::Opened { activity, terms, .. } => {
                self.games.insert(*activity, (terms.game.code(), HashSet::new()));
            }
            ActivityEvent::Played { activity, person, .. } => {
                let Some((game, players)) = self.games.get_mut(activity) else { return };
                let game = *game;
                if players.insert(*person) {
                    self.tell(telling, *person, touch::INTERACTED, |fact| fact.with(Text::Outcome, game));
                }
            }
            ActivityEvent::Settled { activity, .. } => {
                self.games.remove(activity);
            }
            ActivityEvent::Stepped { .. } | ActivityEvent::Scored { .. } | ActivityEvent::Frozen { .. } => {}
        }
    }

    /// What somebody did in the fan club. What they earned by it is no act of theirs.
    fn take_part(&mut self, telling: &mut Telling, event: &ClubEvent) {
        let mut did = |person, outcome| {
            self.tell(telling, person, touch::INTERACTED, |fact| fact.with(Text::Outcome, outcome));
        };
        match event {
            ClubEvent::Joined { person, .. } => did(*person, "club"),
            ClubEvent::CheckedIn { person, .. } => did(*person, "check-in"),
            ClubEvent::Shared { person, .. } => did(*person, "share"),
            ClubEvent::Brought { by, .. } => did(*by, "brought"),
            ClubEvent::SprintJoined { people, .. } => people.iter().for_each(|person| did(*person, "sprint")),
            _ => {}
        }
    }

    /// Gifts count once they are paid; what they cost is no price of goods and stays out of the sums of orders.
    fn fold_talk(&mut self, telling: &mut Telling, event: &TalkEvent) {
        match event {
            TalkEvent::GiftSent { order, person, .. } => {
                self.givers.insert(*order, *person);
            }
            TalkEvent::GiftLapsed { order } => {
                self.givers.remove(order);
            }
            TalkEvent::GiftGiven { order, .. } => {
                if let Some(person) = self.givers.remove(order) {
                    self.tell(telling, person, touch::INTERACTED, |fact| fact.with(Text::Outcome, "gift"));
                }
            }
            TalkEvent::PhotoOffered { person, .. } => {
                self.tell(telling, *person, touch::INTERACTED, |fact| fact.with(Text::Outcome, "photo"));
            }
            _ => {}
        }
    }

    /// Whoever asks the same before it is answered is answered with them.
    fn ask(&mut self, question: QuestionId, person: PersonId) {
        if !self.askers.contains_key(&question) && self.askers.len() >= QUESTIONS_MAX {
            self.askers.pop_first();
        }
        let askers = self.askers.entry(question).or_default();
        if askers.len() < ASKERS_MAX && !askers.contains(&person) {
            askers.push(person);
        }
    }

    fn arrive(&mut self, telling: &mut Telling, arrival: &Arrival) {
        let Arrival { session, person, source, .. } = arrival;
        if person.is_staff() || *person == PersonId(0) {
            return;
        }
        let since = telling.entry_at;
        self.stays.insert(*session, Stay { person: *person, since, source: source.as_str().into() });
        let told = self.sources.entry(*person).or_insert_with(|| ("".into(), 0));
        *told = (source.as_str().into(), told.1 + 1);
        self.tell(telling, *person, touch::ENTERED, |fact| fact);
        if let Some(day) = self.visits.come(*person, since) {
            self.tell(telling, *person, touch::RETURNED, |fact| {
                // Whichever room they come to first that day: they come back once.
                Fact { id: linger_web::fact_id("visits", &format!("{person}/{day}")), ..fact }
            });
        }
    }

    fn leave(&mut self, telling: &mut Telling, session: SessionId, outcome: &str, at: Millis) {
        let Some(stay) = self.stays.remove(&session) else { return };
        let stayed_ms = i64::try_from(at.since(stay.since)).unwrap_or(i64::MAX);
        self.tell(telling, stay.person, touch::LEFT, |fact| {
            let fact = Fact { at_ms: at.0.max(stay.since.0), ..fact }.with(Text::Source, &stay.source);
            fact.with(Text::Outcome, outcome).with_number(Number::DurationMs, stayed_ms)
        });
        if let Some(told) = self.sources.get_mut(&stay.person) {
            told.1 -= 1;
            if told.1 == 0 {
                self.sources.remove(&stay.person);
            }
        }
    }

    /// Money that goes back was never taken for an order: it came too late, twice, or was another amount. So it is no
    /// amount of the fact, and sums of what was paid stay right; how much it was stands among the properties.
    fn give_back(&self, telling: &mut Telling, order: OrderId, amount: Money, reason: RefundReason) {
        let outcome = match reason {
            RefundReason::TooLate => "too-late",
            RefundReason::PaidTwice => "paid-twice",
            RefundReason::WrongAmount => "wrong-amount",
            RefundReason::UnknownOrder => "unknown-order",
            RefundReason::SoldOut => "sold-out",
        };
        self.tell_order(telling, order, touch::ORDER_REFUNDED, |fact| {
            let mut fact = fact.with(Text::Outcome, outcome);
            fact.numbers[Number::AmountMinor.index()] = None;
            fact.numbers[Number::Units.index()] = None;
            fact.props = Some(format!("{{\"returned_minor\":{}}}", amount.minor).into());
            fact
        });
    }

    fn tell_order(&self, telling: &mut Telling, order: OrderId, name: &str, with: impl FnOnce(Fact) -> Fact) {
        let Some(it) = self.orders.get(&order) else { return };
        self.tell(telling, it.person, name, |fact| {
            let mut fact = fact
                .with(Text::Order, &order.to_string())
                .with(Text::Item, &it.item.to_string())
                .with(Text::Currency, it.amount.currency.as_str())
                .with_number(Number::AmountMinor, it.amount.minor)
                .with_number(Number::Units, it.units.into());
            if let Some(category) = self.categories.get(&it.item).filter(|it| !it.is_empty()) {
                fact = fact.with(Text::Category, category);
            }
            with(Fact { class: Class::Commerce, ..fact })
        });
    }

    fn tell(&self, telling: &mut Telling, person: PersonId, name: &str, with: impl FnOnce(Fact) -> Fact) {
        if person.is_staff() || person == PersonId(0) {
            return;
        }
        let Position { epoch, offset } = telling.at;
        let id = format!("{}/{epoch}:{offset}/{}", self.room, telling.told.len());
        let fact = Fact {
            at_ms: telling.entry_at.0,
            name: name.into(),
            id: linger_web::fact_id("rooms", &id),
            ..Fact::default()
        };
        let mut fact = fact.with(Text::Room, self.room.as_str());
        if !self.host.is_empty() {
            fact = fact.with(Text::Host, &self.host);
        }
        if let Some((source, _)) = self.sources.get(&person) {
            fact = fact.with(Text::Source, source);
        }
        let who = Who::anonymous(&linger_web::room_person(person));
        telling.told.push(Incoming { who, fact: with(fact), alias: None });
    }
}

/// The facts of one entry, being told.
struct Telling {
    at: Position,
    entry_at: Millis,
    told: Vec<Incoming>,
}

fn outcome(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Left => "left",
        LeaveReason::Lost => "lost",
        LeaveReason::Sent => "sent",
    }
}

#[cfg(test)]
mod tests;
