//! How many events a second one core takes in with a hundred rules at work in one room, and what it costs to rebuild. It
//! knows no host and no disk.
//!
//! `cargo run --release -p linger-strategy --example rules_speed`
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a measurement")]

use linger_protocol::{
    Actor, Arrival, CardTouch, Cause, CommentId, Departure, Entry, Event, Item, ItemId, KeyId, LeaveReason,
    Millis, Money, OrderId, PersonId, Quality, Role, RoomId, Sealed, SessionId,
};
use linger_strategy::rule::{Evaluator, Rule, ready};
use serde_json::json;
use std::fs;

const EVENTS: u64 = 4_000_000;
/// Events in a second of the room's time: what a flood looks like.
const A_SECOND: u64 = 20_000;

/// Seconds this thread has had a processor: what others do on the machine does not count.
fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// A hundred rules: the ready ones, and others of every scope and shape with other numbers.
fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> =
        ready::all(ready::Tongue::English).into_iter().map(|it| Rule { on: true, ..it }).collect();
    let shapes = [
        ("room", "comments_per_min > {}.0 && here >= 500.0"),
        ("room", "leave_hazard > {}.5 * leave_hazard_usual && leaves >= 50.0"),
        ("room", "likes_per_min / math.greatest(here, 1.0) > {}.0 || orders_per_min > {}00.0"),
        ("room", "stall_share > 0.{} && here >= 100.0"),
        ("segment", "dwell_s < 0.{} * dwell_usual_s && segment_s >= 60.0"),
        ("segment", "stock_share <= 0.0{} && orders_per_min >= 20.0"),
        ("source", "joins >= {}00.0 && source_age_s <= 300.0"),
        ("viewer", "stay_s >= {}00.0 && viewer_comments >= 5.0"),
        ("room", "host_silence_s >= {}00.0"),
        ("room", "clicks_per_min > {}0.0 && open_questions >= 3.0"),
    ];
    let mut n = 0_usize;
    while rules.len() < 100 {
        let (scope, when) = shapes[n % shapes.len()];
        let when = when.replace("{}", &(1 + n / shapes.len()).to_string());
        let (window_s, hold_s) = ([15, 30, 60, 120, 300][n % 5], [0, 5, 20][n % 3]);
        let written = json!({
            "code": format!("speed-{n}"), "name": "Speed", "on": true, "scope": { "of": scope },
            "window_s": window_s, "when": { "cel": when }, "hold_s": hold_s,
            "do": { "act": "prompt-host", "text": "Look" }, "cool_down_s": 60, "budget": { "times": 1000 },
            "hold_out": 0.2,
        });
        rules.push(Rule::read(&written).unwrap_or_else(|it| panic!("{it:?}")));
        n += 1;
    }
    rules
}

struct World {
    seed: u64,
    people: u64,
    here: Vec<u64>,
    comments: u64,
    orders: u128,
}

impl World {
    fn dice(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn somebody(&mut self) -> PersonId {
        let place = self.dice(self.here.len() as u64) as usize;
        PersonId(self.here[place])
    }

    fn arrival(&mut self) -> Event {
        self.people += 1;
        self.here.push(self.people);
        let source = ["feed", "share", "direct", "search"][self.dice(4) as usize].to_owned();
        let (session, person) = (SessionId(self.people), PersonId(self.people));
        let arrived = vec![Arrival { session, person, source, brought_by: None }];
        Event::PresenceChanged { arrived, left: vec![], here: self.here.len() as u32 }
    }

    fn event(&mut self) -> Event {
        match self.dice(100) {
            0..20 if self.here.len() < 50_000 => self.arrival(),
            0..20 => {
                let place = self.dice(self.here.len() as u64) as usize;
                let session = SessionId(self.here.swap_remove(place));
                let left = vec![Departure { session, reason: LeaveReason::Left }];
                Event::PresenceChanged { arrived: vec![], left, here: self.here.len() as u32 }
            }
            20..60 => {
                self.comments += 1;
                Event::CommentMade {
                    comment: CommentId(self.comments),
                    person: self.somebody(),
                    role: Role::Viewer,
                    spoken: Sealed { key: KeyId(0), body: vec![].into() },
                    question: None,
                    answers: None,
                    lane: None,
                    reply_to: None,
                    mentions: None,
                    image: None,
                }
            }
            60..75 => Event::LikesGathered { likes: 30, people: 20, total: 0 },
            75..88 => {
                let touches = vec![CardTouch { item: ItemId(1), seen: 5, clicked: 1 }];
                Event::CardsTouched { touches }
            }
            88..94 => Event::QualityGathered {
                quality: Quality { viewers: 10, stalled_ms: 40, watched_ms: 10_000, ..Quality::default() },
            },
            _ => {
                self.orders += 1;
                let (order, person) = (OrderId(self.orders), self.somebody());
                let amount = Money::new(1_000, linger_protocol::Currency::CNY);
                Event::UnitsHeld { order, person, item: ItemId(1), units: 1, amount, until: Millis(0) }
            }
        }
    }
}

fn main() {
    let room = RoomId::new("tea").unwrap();
    let mut evaluator = Evaluator::trying(&room, rules());
    let mut world = World { seed: 1, people: 0, here: vec![], comments: 0, orders: 0 };
    let at = |n: u64| Millis(i64::try_from(1_700_000_000_000 + n * 1_000 / A_SECOND).unwrap());
    let cause = Cause::Asked { by: Actor::HOUSE, intent: None };
    let amount = Money::new(1_000, linger_protocol::Currency::CNY);
    for event in [
        Event::WentLive,
        Event::ItemListed { item: Item::new(ItemId(1), "Cup", amount, "house") },
        Event::StockSet { item: ItemId(1), units: 10_000_000 },
        Event::CardPinned { item: ItemId(1) },
    ] {
        evaluator.fold(&Entry { at: at(0), cause, event });
    }
    // A room with people in it, before anything is measured.
    while world.here.len() < 20_000 {
        let event = world.arrival();
        evaluator.fold(&Entry { at: at(0), cause, event });
    }
    let (mut spent, mut found, mut slowest) = (0.0, 0_usize, 0.0_f64);
    for batch in 0..EVENTS / A_SECOND {
        let entries: Vec<Entry> = (0..A_SECOND)
            .map(|n| Entry { at: at(batch * A_SECOND + n), cause, event: world.event() })
            .collect();
        let begun = cpu_s();
        for entry in &entries {
            found += evaluator.fold(entry).len();
        }
        let took = cpu_s() - begun;
        spent += took;
        slowest = slowest.max(took);
    }
    println!(
        "{} rules, {} people here: {:.2} M events/s on one core ({:.0} ns each); {:.1} ms for the slowest {} of them; {found} findings",
        evaluator.rules().count(),
        world.here.len(),
        EVENTS as f64 / spent / 1e6,
        spent / EVENTS as f64 * 1e9,
        slowest * 1e3,
        A_SECOND,
    );
}
