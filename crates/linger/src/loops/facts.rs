//! What a room's log says of people, as facts: who came, stayed how long, joined in, ordered, paid. One entry after
//! another, always the same facts with the same ids. It does not know how the log is read or where facts go.
//!
//! What the log knows only as sums, looks at cards and likes, is told by the edge where it arrives with its person.

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
            Event::Club(event) => self.take_part(&mut telling, event),
            Event::UnitsHeld { order, person, item, units, amount, .. } => {
                let ordered = Ordered { person: *person, item: *item, units: *units, amount: *amount };
                self.orders.insert(*order, ordered);
                self.tell_order(&mut telling, *order, touch::ORDER_PLACED, |fact| fact);
            }
            Event::OrderPaid { order, .. } => {
                self.tell_order(&mut telling, *order, touch::ORDER_PAID, |fact| fact);
            }
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
mod tests {
    use super::*;
    use linger_protocol::{Cause, CommentId, Currency, Departure, KeyId, PaymentId, Role, Sealed};

    const DAY: i64 = 86_400_000;

    struct Log {
        facts: RoomFacts,
        offset: u64,
    }

    impl Log {
        fn new() -> Log {
            let visits = Visits::new(TimeZone::get("Asia/Shanghai").unwrap());
            let mut log = Log { facts: RoomFacts::new(RoomId::new("tea").unwrap(), visits), offset: 0 };
            log.happens(
                0,
                Event::RoomOpened { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() },
            );
            log
        }

        fn happens(&mut self, at: i64, event: Event) -> Vec<Fact> {
            let at_position = Position { epoch: 1, offset: self.offset };
            self.offset += 1;
            let entry = Entry { at: Millis(at), cause: Cause::Reported, event };
            self.facts.fold(at_position, &entry).into_iter().map(|it| it.fact).collect()
        }

        fn come(&mut self, at: i64, session: u64, person: u64) -> Vec<Fact> {
            let arrival = Arrival {
                session: SessionId(session),
                person: PersonId(person),
                source: "share".into(),
                brought_by: None,
            };
            self.happens(at, Event::PresenceChanged { arrived: vec![arrival], left: vec![], here: 1 })
        }

        fn go(&mut self, at: i64, session: u64) -> Vec<Fact> {
            let left = vec![Departure { session: SessionId(session), reason: LeaveReason::Left }];
            self.happens(at, Event::PresenceChanged { arrived: vec![], left, here: 0 })
        }
    }

    fn names(facts: &[Fact]) -> Vec<&str> {
        facts.iter().map(|fact| &*fact.name).collect()
    }

    #[test]
    fn a_gift_counts_once_it_is_paid_and_a_lapsed_one_never() {
        let mut log = Log::new();
        let order = OrderId(7);
        let sent = || TalkEvent::GiftSent {
            order,
            person: PersonId(42),
            role: Role::Viewer,
            gift: linger_protocol::GiftId::new("flower").unwrap(),
            count: 3,
            amount: Money::new(300, Currency::CNY),
            until: Millis(300_000),
            giver: Sealed { key: KeyId(1), body: vec![].into() },
            words: None,
        };
        let given = || TalkEvent::GiftGiven {
            order,
            payment: PaymentId::new("p1").unwrap(),
            combo: 3,
            combo_until: Millis(16_000),
        };
        assert!(log.happens(1_000, Event::Talk(sent())).is_empty());
        let told = log.happens(2_000, Event::Talk(given()));
        assert_eq!(names(&told), [touch::INTERACTED]);
        assert_eq!(told[0].text(Text::Outcome), Some("gift"));
        log.happens(3_000, Event::Talk(sent()));
        log.happens(4_000, Event::Talk(TalkEvent::GiftLapsed { order }));
        assert!(log.happens(5_000, Event::Talk(given())).is_empty());
    }

    #[test]
    fn a_stay_is_told_with_where_it_came_from_and_how_long_it_was() {
        let mut log = Log::new();
        let came = log.come(1_000, 1, 42);
        assert_eq!(names(&came), [touch::ENTERED]);
        assert_eq!((came[0].text(Text::Source), came[0].text(Text::Host)), (Some("share"), Some("Li")));
        let went = log.go(61_000, 1);
        assert_eq!(names(&went), [touch::LEFT]);
        assert_eq!(went[0].number(Number::DurationMs), Some(60_000));
        assert_eq!((went[0].text(Text::Outcome), went[0].text(Text::Room)), (Some("left"), Some("tea")));
        assert!(log.go(62_000, 1).is_empty());
    }

    #[test]
    fn everybody_who_asked_is_told_of_once_when_their_question_is_answered() {
        let mut log = Log::new();
        let asks = |person| Event::CommentMade {
            comment: CommentId(person),
            person: PersonId(person),
            role: Role::Viewer,
            spoken: Sealed { key: KeyId(1), body: vec![].into() },
            question: Some(QuestionId(7)),
            answers: None,
            lane: None,
            reply_to: None,
            mentions: None,
            image: None,
        };
        for person in [42, 43, 42] {
            log.happens(1_000, asks(person));
        }
        let answered =
            Event::QuestionAnswered { question: QuestionId(7), how: Answered::OnAir, prompt: None };
        let told = log.happens(9_000, answered.clone());
        assert_eq!(names(&told), [ANSWERED, ANSWERED]);
        assert_eq!((told[0].at_ms, told[0].text(Text::Outcome)), (9_000, Some("on-air")));
        assert_ne!(told[0].id, told[1].id);
        assert!(log.happens(9_500, answered).is_empty());
    }

    #[test]
    fn taking_part_in_the_club_is_told_by_what_was_done() {
        let mut log = Log::new();
        let (person, by) = (PersonId(43), PersonId(42));
        let mut outcome = |event| {
            let told = log.happens(1_000, Event::Club(event));
            told.iter().map(|fact| fact.text(Text::Outcome).unwrap_or("").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(outcome(ClubEvent::CheckedIn { person, day: 1, streak: 1 }), ["check-in"]);
        assert_eq!(outcome(ClubEvent::Brought { person, session: SessionId(1), by }), ["brought"]);
        let people = vec![person, by];
        assert_eq!(outcome(ClubEvent::SprintJoined { sprint: 1, people }), ["sprint", "sprint"]);
        assert!(outcome(ClubEvent::LevelReached { person, level: 2 }).is_empty());
    }

    #[test]
    fn whoever_comes_on_a_later_day_of_the_shop_has_come_back() {
        let mut log = Log::new();
        // 15:59 and 16:01 UTC lie on two days in Shanghai.
        log.come(16 * 3_600_000 - 60_000, 1, 42);
        let same = log.come(16 * 3_600_000 - 1, 2, 42);
        assert_eq!(names(&same), [touch::ENTERED]);
        let later = log.come(16 * 3_600_000 + 60_000, 3, 42);
        assert_eq!(names(&later), [touch::ENTERED, touch::RETURNED]);
        assert_eq!(names(&log.come(3 * DAY, 4, 43)), [touch::ENTERED]);
    }

    #[test]
    fn a_server_that_was_away_ends_every_stay_when_it_was_last_seen() {
        let mut log = Log::new();
        log.come(0, 1, 42);
        log.come(1_000, 2, 43);
        let lost = log.happens(90_000, Event::PresenceLost { last_seen: Millis(5_000) });
        let stayed: Vec<_> = lost.iter().map(|fact| fact.number(Number::DurationMs).unwrap()).collect();
        assert_eq!(stayed, [5_000, 4_000]);
        assert!(lost.iter().all(|fact| fact.at_ms == 5_000 && fact.text(Text::Outcome) == Some("lost")));
    }

    #[test]
    fn an_order_is_told_when_placed_and_when_paid_and_money_that_came_too_late_is_no_sale() {
        let mut log = Log::new();
        log.facts.categorise(ItemId(7), "teapots");
        log.come(0, 1, 42);
        let (order, payment) = (OrderId(9), PaymentId::new("p1").unwrap());
        let amount = Money::new(5_800, Currency::CNY);
        let held = Event::UnitsHeld {
            order,
            person: PersonId(42),
            item: ItemId(7),
            units: 2,
            amount,
            until: Millis(300_000),
        };
        let placed = log.happens(1_000, held);
        assert_eq!(names(&placed), [touch::ORDER_PLACED]);
        let paid = log.happens(2_000, Event::OrderPaid { order, payment: payment.clone() });
        assert_eq!(paid[0].number(Number::AmountMinor), Some(5_800));
        assert_eq!((paid[0].text(Text::Category), paid[0].class), (Some("teapots"), Class::Commerce));
        let reason = RefundReason::PaidTwice;
        assert!(
            log.happens(3_000, Event::RefundDue { order, payment: payment.clone(), amount, reason })
                .is_empty()
        );
        let back = log.happens(4_000, Event::RefundSettled { order, payment });
        assert_eq!(names(&back), [touch::ORDER_REFUNDED]);
        assert_eq!(
            (back[0].number(Number::AmountMinor), back[0].text(Text::Outcome)),
            (None, Some("paid-twice"))
        );
    }

    #[test]
    fn coming_on_stage_is_told_with_how_long_somebody_waited_and_stood_there() {
        use linger_protocol::{CallEnd, CallOutcome, SeatEnd, SeatEvent, SeatEvent::*};
        let mut log = Log::new();
        let (person, key) = (PersonId(42), || Sealed { key: KeyId(1), body: vec![].into() });
        let mut happens = |at, event: SeatEvent| {
            let told = log.happens(at, Event::Seat(event));
            let told = told.iter().map(|fact| {
                let outcome = fact.text(Text::Outcome).unwrap_or_default().to_owned();
                (fact.name.to_string(), outcome, fact.number(Number::DurationMs))
            });
            told.collect::<Vec<_>>()
        };
        let one = |name: &str, outcome: &str, ms| vec![(name.to_owned(), outcome.to_owned(), ms)];
        let asked = happens(1_000, StageAsked { person, note: key(), priority: 0, place: 0 });
        assert_eq!(asked, one(touch::INTERACTED, "stage-asked", None));
        let invited = happens(31_000, Invited { person, until: Millis(61_000) });
        assert_eq!(invited, one("stage.invited", "", Some(30_000)));
        assert_eq!(happens(32_000, Seated { person, seat: 1 }), one(touch::INTERACTED, "stage", None));
        let left = happens(92_000, SeatEnded { person, end: SeatEnd::Gone });
        assert_eq!(left, one("stage.left", "", Some(60_000)));
        let call = CallAsked {
            person,
            topic: key(),
            item: Some(ItemId(7)),
            priority: 0,
            place: 0,
            until: Millis(990_000),
        };
        assert_eq!(happens(100_000, call), one(touch::INTERACTED, "call-asked", None));
        let taken = happens(105_000, CallTaken { person, by: PersonId::staff(1), until: Millis(990_000) });
        assert_eq!(taken, one("call.taken", "", Some(5_000)));
        let end = CallEnd::Done { outcome: CallOutcome::Helped };
        assert_eq!(happens(200_000, CallEnded { person, end }), one("call.ended", "done", None));
    }

    #[test]
    fn staff_are_no_customers_and_the_same_log_tells_the_same_ids() {
        let mut log = Log::new();
        assert!(log.come(0, 1, PersonId::staff(3).0).is_empty());
        let followed = |log: &mut Log| log.happens(5, Event::Followed { person: PersonId(42), followers: 1 });
        let (one, mut again) = (followed(&mut log), Log::new());
        again.come(0, 1, PersonId::staff(3).0);
        assert_eq!(one, followed(&mut again));
    }
}
