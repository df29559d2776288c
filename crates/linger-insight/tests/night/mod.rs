//! A seeded show for reviews: people come from several sources and leave at the rate of their age, unless a trouble makes
//! them. It does not know the code under test: only the words of the log.

use crate::evening::Draw;
use linger_protocol::{
    Actor, Answered, Arrival, CardTouch, Cause, CommentId, Departure, DrawId, Entry, Event, Item, ItemId,
    KeyId, LeaveReason, Millis, Money, OffReason, OrderId, PersonId, Quality, QuestionId, Role, Sealed,
    SessionId, Topic,
};

pub const BEGAN: Millis = Millis(1_790_000_000_000);
pub const SOURCES: [&str; 3] = ["feed", "share", "direct"];

/// What goes on in one second, and how it changes leaving.
#[derive(Clone, Default)]
pub struct Trouble {
    pub from_s: u32,
    pub to_s: u32,
    /// How many times likelier than usual people leave.
    pub leaving: f64,
    /// Only people from there; everybody when empty.
    pub source: &'static str,
    /// Of each second watched, this share is stalled.
    pub stalled: f64,
}

pub struct Night {
    pub log: Vec<Entry>,
    draw: Draw,
    here: Vec<(u64, usize, u32)>,
    sessions: u64,
    second: u32,
}

impl Night {
    pub fn new(seed: u64) -> Night {
        let mut night = Night { log: vec![], draw: Draw::new(seed), here: vec![], sessions: 0, second: 0 };
        night.tell(Event::WentLive);
        night
    }

    pub fn tell(&mut self, event: Event) {
        let cause = Cause::Asked { by: Actor::HOUSE, intent: None };
        self.log.push(Entry { at: BEGAN.plus(u64::from(self.second) * 1_000 + 10), cause, event });
    }

    pub fn people(&self) -> Vec<PersonId> {
        self.here.iter().map(|(id, _, _)| PersonId(*id)).collect()
    }

    /// Lets seconds pass up to `until_s`; each second `come` people in a hundred seconds' worth arrive.
    pub fn pass(&mut self, until_s: u32, come_per_100_s: u64, troubles: &[Trouble]) {
        while self.second < until_s {
            let whole = come_per_100_s / 100;
            let more = u64::from(self.draw.below(100) < come_per_100_s % 100);
            self.second(whole + more, troubles);
            self.second += 1;
        }
    }

    /// That many people come in this very second.
    pub fn burst(&mut self, people: u64) {
        self.second(people, &[]);
        self.second += 1;
    }

    fn second(&mut self, come: u64, troubles: &[Trouble]) {
        let now = self.second;
        let running: Vec<&Trouble> =
            troubles.iter().filter(|it| (it.from_s..=it.to_s).contains(&now)).collect();
        let mut arrived = vec![];
        for _ in 0..come {
            self.sessions += 1;
            let source = self.draw.below(SOURCES.len() as u64) as usize;
            self.here.push((self.sessions, source, now));
            arrived.push(Arrival {
                session: SessionId(self.sessions),
                person: PersonId(self.sessions),
                source: SOURCES[source].into(),
                brought_by: None,
            });
        }
        let mut left = vec![];
        let mut stay = vec![];
        for (id, source, began) in std::mem::take(&mut self.here) {
            let usual = match now - began {
                0..8 => 0.03,
                8..30 => 0.008,
                30..120 => 0.002,
                _ => 0.0008,
            };
            let factor: f64 = running
                .iter()
                .filter(|it| it.source.is_empty() || it.source == SOURCES[source])
                .map(|it| it.leaving)
                .product();
            if now > began && (self.draw.below(1_000_000) as f64) < usual * factor * 1e6 {
                left.push(Departure { session: SessionId(id), reason: LeaveReason::Left });
            } else {
                stay.push((id, source, began));
            }
        }
        self.here = stay;
        let here = self.here.len() as u32;
        if !arrived.is_empty() || !left.is_empty() {
            self.tell(Event::PresenceChanged { arrived, left, here });
        }
        let watched_ms = u64::from(here) * 1_000;
        let stalled = running.iter().map(|it| it.stalled).fold(0.002, f64::max);
        let stalled_ms = (watched_ms as f64 * stalled) as u64;
        let stalls = (stalled_ms / 900) as u32;
        self.tell(Event::QualityGathered {
            quality: Quality { viewers: here, stalls, stalled_ms, watched_ms, ..Quality::default() },
        });
    }

    pub fn ask(&mut self, question: u32) {
        self.tell(Event::QuestionOpened { question: QuestionId(question), topic: Topic(3), item: None });
        self.tell(Event::CommentMade {
            comment: CommentId(question.into()),
            person: PersonId(1),
            role: Role::Viewer,
            spoken: Sealed { key: KeyId(0), body: vec![].into() },
            question: Some(QuestionId(question)),
            answers: None,
            lane: None,
            reply_to: None,
            mentions: None,
            image: None,
        });
    }

    pub fn say_as_host(&mut self) {
        self.tell(Event::CommentMade {
            comment: CommentId(9_999),
            person: PersonId(0),
            role: Role::Host,
            spoken: Sealed { key: KeyId(0), body: vec![].into() },
            question: None,
            answers: None,
            lane: None,
            reply_to: None,
            mentions: None,
            image: None,
        });
    }

    pub fn answer(&mut self, question: u32) {
        let question = QuestionId(question);
        self.tell(Event::QuestionAnswered { question, how: Answered::OnAir, prompt: None });
    }

    pub fn list(&mut self, item: u64, units: u32) {
        let price = Money::new(9_900, linger_protocol::Currency::CNY);
        let facts = Item::new(ItemId(item), &format!("item {item}"), price, "shop");
        self.tell(Event::ItemListed { item: facts });
        self.tell(Event::StockSet { item: ItemId(item), units });
        self.tell(Event::SaleOpened { item: ItemId(item), price, per_person: 9, hold_ms: 60_000 });
    }

    pub fn order(&mut self, order: u128, item: u64) {
        self.tell(Event::UnitsHeld {
            order: OrderId(order),
            person: PersonId(1),
            item: ItemId(item),
            units: 1,
            amount: Money::new(9_900, linger_protocol::Currency::CNY),
            until: BEGAN.plus(9_000_000),
        });
    }

    pub fn click(&mut self, item: u64, clicked: u32) {
        let touches = vec![CardTouch { item: ItemId(item), seen: clicked, clicked }];
        self.tell(Event::CardsTouched { touches });
    }

    pub fn open_draw(&mut self, draw: u32) {
        self.tell(Event::DrawOpened {
            draw: DrawId(draw),
            keyword: "tea".into(),
            prize: "a pot".into(),
            winners: 1,
            closes_at: BEGAN,
            commit: [0; 32],
            sealed_seed: vec![].into(),
        });
    }

    /// People leave at once, whoever they are.
    pub fn send_off(&mut self, people: &[PersonId]) {
        let ids: Vec<u64> = people.iter().map(|it| it.0).collect();
        self.here.retain(|(id, _, _)| !ids.contains(id));
        let left = ids.iter().map(|id| Departure { session: SessionId(*id), reason: LeaveReason::Left });
        let event =
            Event::PresenceChanged { arrived: vec![], left: left.collect(), here: self.here.len() as u32 };
        self.tell(event);
    }

    pub fn end(&mut self) {
        self.tell(Event::WentOff { reason: OffReason::Ended });
    }
}
