//! A show of 45 minutes that a real room decides: a seeded crowd that comes, talks, orders and leaves, with moments at
//! planted times that rules should notice. The same seed gives the same log. It does not know any rule.

use linger_protocol::{
    Act, Actor, Arrival, Cause, Currency, Departure, Entry, Event, Item, ItemId, LeaveReason, Millis, Money,
    OrderId, PersonId, Quality, Report, Request, Role, SessionId, Spoken,
};
use linger_room::{Room, draw};

/// When the room's log begins.
pub const BEGIN: Millis = Millis(1_764_244_800_000);
const HOST: PersonId = PersonId(1 << 63 | 7);
/// Words that the room takes for questions, of different topics.
const QUESTIONS: [&str; 4] =
    ["how much is it?", "is there a larger size?", "when do you ship?", "is it safe for kids?"];

struct Stage {
    room: Room,
    now: Millis,
    log: Vec<Entry>,
    dice: u64,
    here: Vec<u64>,
    people: u64,
    orders: u128,
}

/// The log of the show with this seed.
pub fn log(seed: u64) -> Vec<Entry> {
    let mut stage = Stage {
        room: Room::default(),
        now: BEGIN,
        log: vec![],
        dice: seed ^ 0x9e37_79b9_7f4a_7c15,
        here: vec![],
        people: 0,
        orders: 0,
    };
    stage.set_up();
    for second in 0..2_700_u64 {
        stage.now = BEGIN.plus(60_000 + second * 1_000 + 137);
        stage.second(second);
    }
    stage.report(Report::MediaStopped { on_purpose: true });
    stage.log
}

impl Stage {
    fn roll(&mut self, below: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % below
    }

    fn keep(&mut self, cause: Cause, events: Vec<Event>) {
        for event in events {
            self.room.apply(&event);
            self.log.push(Entry { at: self.now, cause, event });
        }
    }

    fn ask(&mut self, by: Actor, act: Act) {
        // What a room refuses is none of the show's business.
        if let Ok(events) = self.room.decide(self.now, &Request { by, act }) {
            self.keep(Cause::Asked { by, intent: None }, events);
        }
    }

    fn host(&mut self, act: Act) {
        self.ask(Actor { person: HOST, role: Role::Host }, act);
    }

    fn report(&mut self, report: Report) {
        let events = self.room.note(self.now, &report);
        self.keep(Cause::Reported, events);
    }

    fn set_up(&mut self) {
        self.ask(Actor::HOUSE, Act::OpenRoom { title: "Tea".into(), host: HOST, host_name: "Lin".into() });
        for (item, units) in [(1, 40), (2, 45), (3, 45), (4, 45)] {
            let (item, price) = (ItemId(item), Money::new(9_900, Currency::CNY));
            let facts = Item::new(item, &format!("Tea {}", item.0), price, "house");
            self.ask(Actor::HOUSE, Act::ListItem { item: facts });
            self.ask(Actor::HOUSE, Act::SetStock { item, units });
            self.ask(Actor::HOUSE, Act::OpenSale { item, price, per_person: 2, hold_ms: 600_000 });
        }
    }

    fn second(&mut self, second: u64) {
        self.report(Report::TimePassed);
        if second == 0 {
            self.report(Report::MediaStarted);
        }
        // Every five minutes another card; the host falls silent from minute 20 to 25.
        if second % 300 == 10 {
            self.host(Act::PinCard { item: ItemId(second / 300 % 4 + 1) });
        }
        let silent = (1_200..1_500).contains(&second);
        if second % 40 == 20 && !silent {
            self.host(Act::say(Spoken::unsealed("welcome")));
        }
        if second == 240 {
            let commit = draw::commitment(&[7; 32]);
            self.host(Act::OpenDraw {
                keyword: "888".into(),
                prize: "tea".into(),
                winners: 1,
                lasts_ms: 30_000,
                commit,
                sealed_seed: vec![1],
            });
        }
        self.people_move(second);
        self.talk(second);
        self.trade(second);
        if second.is_multiple_of(5) {
            // A burst of stalls in minute 30.
            let stalled_ms = if (1_800..1_860).contains(&second) { 900 } else { self.roll(40) };
            let (viewers, watched_ms) = (5, 10_000);
            let quality = Quality { viewers, stalled_ms, watched_ms, ..Quality::default() };
            self.report(Report::QualityMeasured { quality });
        }
    }

    fn people_move(&mut self, second: u64) {
        let mut arrived = vec![];
        // A new source sends people in minute 10.
        let wave = (600..630).contains(&second);
        let come = u64::from(self.roll(if second < 300 { 2 } else { 6 }) == 0) + u64::from(wave);
        for _ in 0..come {
            self.people += 1;
            let source = if wave { "weibo" } else { ["feed", "share", "direct"][self.roll(3) as usize] };
            self.here.push(self.people);
            arrived.push(Arrival {
                session: SessionId(self.people),
                person: PersonId(self.people),
                source: source.to_owned(),
                brought_by: None,
            });
        }
        // Many leave in minute 15, and with the stalls.
        let rush = (915..960).contains(&second) || (1_800..1_830).contains(&second);
        let go = u64::from(self.roll(12) == 0) + if rush { 2 + self.roll(3) } else { 0 };
        let mut left = vec![];
        for _ in 0..go.min(self.here.len() as u64) {
            let place = self.roll(self.here.len() as u64) as usize;
            let session = SessionId(self.here.swap_remove(place));
            left.push(Departure { session, reason: LeaveReason::Left });
        }
        if !arrived.is_empty() || !left.is_empty() {
            self.report(Report::PeopleMoved { arrived, left });
        }
    }

    fn talk(&mut self, second: u64) {
        // Talk races in minute 35 and all but stops in minute 40.
        let words = match second {
            2_100..2_160 => 2 + self.roll(2),
            2_400..2_520 => u64::from(self.roll(40) == 0),
            _ => u64::from(self.roll(4) == 0),
        };
        for _ in 0..words {
            self.say("nice");
        }
        // Four ask the same in minute 5; it is answered two minutes later.
        if (300..304).contains(&second) || self.roll(90) == 0 {
            let place = if (300..304).contains(&second) { 0 } else { self.roll(4) as usize };
            self.say(QUESTIONS[place]);
        }
        if second % 120 == 59 {
            let open: Vec<_> = self.room.questions().map(|it| it.0).collect();
            open.into_iter().for_each(|question| self.host(Act::AnswerOnAir { question }));
        }
    }

    fn say(&mut self, words: &str) {
        if self.here.is_empty() {
            return;
        }
        let place = self.roll(self.here.len() as u64) as usize;
        let by = Actor::viewer(PersonId(self.here[place]));
        self.ask(by, Act::say(Spoken::unsealed(words)));
    }

    fn trade(&mut self, second: u64) {
        // The first item is nearly gone in the first minutes it is shown.
        let often = if second < 320 { 4 } else { 30 };
        if self.here.is_empty() || self.roll(often) != 0 {
            return;
        }
        let item = ItemId(second.saturating_sub(10) / 300 % 4 + 1);
        let place = self.roll(self.here.len() as u64) as usize;
        self.orders += 1;
        let by = Actor::viewer(PersonId(self.here[place]));
        self.ask(by, Act::PlaceOrder { order: OrderId(self.orders), item, units: 1 });
    }
}
