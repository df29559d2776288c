//! How fast folds pass over people in memory, on one thread. It does not know how people are read from disk.
//!
//! `cargo run --release -p linger-behaviour --example speed`
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use linger_behaviour::{
    AnyFold, Brackets, Breakdown, Clock, Cohort, Condition, Count, Fact, Fold, Funnel, Head, Number, Order,
    Pattern, Period, PersonKey, Question, Retention, Run, Scope, Sequence, Start, Step, Stickiness, Table,
    Text, What,
};
use std::{sync::OnceLock, time::Instant};

const PEOPLE: usize = 200_000;
const DAYS: i64 = 60;
const DAY_MS: i64 = 86_400_000;
/// 2026-03-01T00:00Z.
const BEGIN: i64 = 1_772_323_200_000;
const NAMES: [&str; 8] = [
    "room.entered",
    "card.clicked",
    "order.paid",
    "room.left",
    "card.seen",
    "room.interacted",
    "page.viewed",
    "cart.added",
];

/// A sequence that is the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// People one after the other; how many facts somebody has is heavy-tailed.
struct Crowd {
    at_ms: Vec<i64>,
    name: Vec<u32>,
    source: Vec<u32>,
    units: Vec<i64>,
    ends: Vec<usize>,
    bounds: Vec<(i64, i64)>,
    masks: Vec<u64>,
    seen: Vec<u64>,
}

impl Crowd {
    fn gather() -> Crowd {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut crowd = Crowd {
            at_ms: vec![],
            name: vec![],
            source: vec![],
            units: vec![],
            ends: vec![],
            bounds: vec![],
            masks: vec![],
            seen: vec![],
        };
        for _ in 0..PEOPLE {
            let facts = 20 + 4_000 / (1 + dice.below(100));
            let mut times: Vec<_> =
                (0..facts).map(|_| BEGIN + dice.below((DAYS * DAY_MS) as u64) as i64).collect();
            times.sort_unstable();
            crowd.bounds.push((times[0], times[times.len() - 1]));
            let (mut mask, mut seen) = (0, 0);
            for at_ms in times {
                let name = 1 + dice.below(8) as u32;
                crowd.at_ms.push(at_ms);
                crowd.name.push(name);
                crowd.source.push(1 + dice.below(4) as u32);
                crowd.units.push(dice.below(100) as i64);
                mask |= 1 << ((at_ms - BEGIN) / DAY_MS);
                seen |= 1 << name;
            }
            crowd.ends.push(crowd.at_ms.len());
            crowd.masks.push(mask);
            crowd.seen.push(seen);
        }
        crowd
    }

    fn runs(&self, fold: &mut AnyFold) {
        let mut from = 0;
        for (person, end) in (0..).zip(&self.ends) {
            let mut run = Run {
                person: PersonKey(person),
                at_ms: &self.at_ms[from..*end],
                name: &self.name[from..*end],
                texts: [&[]; Text::COUNT],
                numbers: [&[]; Number::COUNT],
            };
            run.texts[Text::Source.index()] = &self.source[from..*end];
            run.numbers[Number::Units.index()] = &self.units[from..*end];
            fold.run(&run);
            from = *end;
        }
    }

    fn heads(&self, fold: &mut AnyFold) {
        let mut from = 0;
        for (person, end) in self.ends.iter().enumerate() {
            let head = Head {
                person: PersonKey(person as u64),
                first_ms: self.bounds[person].0,
                last_ms: self.bounds[person].1,
                facts: (*end - from) as u64,
                names: self.seen[person],
                days: &self.masks[person..=person],
                day0: (BEGIN / DAY_MS) as i32,
            };
            fold.head(&head);
            from = *end;
        }
    }
}

/// Seconds that this process ran on a processor, so that a busy machine does not count; without a kernel that tells,
/// seconds of the clock.
fn cpu_s() -> f64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let ran_ns = told.and_then(|it| it.split(' ').next()?.parse::<u64>().ok());
    ran_ns.map_or_else(|| BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64(), |it| it as f64 / 1e9)
}

fn main() {
    let mut names = Table::new("UTC").expect("a zone");
    for (name, source) in NAMES.into_iter().zip(["feed", "share", "direct", "search"].into_iter().cycle()) {
        let fact = Fact { at_ms: BEGIN, name: name.into(), ..Fact::default() };
        names.push(&fact.with(Text::Source, source)).expect("a time with a date");
    }
    let crowd = Crowd::gather();
    println!("{PEOPLE} people, {} facts", crowd.at_ms.len());
    for (label, question) in questions() {
        question.check().expect("a good question");
        let mut seconds = f64::MAX;
        for _ in 0..5 {
            let mut fold = question.fold(names.names(), "UTC");
            let began = cpu_s();
            if label.ends_with("heads") {
                crowd.heads(&mut fold)
            } else {
                crowd.runs(&mut fold)
            }
            seconds = seconds.min(cpu_s() - began);
            std::hint::black_box(fold.finish(names.names()).expect("an answer"));
        }
        let (facts, people) = (crowd.at_ms.len() as f64 / seconds / 1e6, PEOPLE as f64 / seconds / 1e6);
        println!("{label:<44} {:>8.2} ms {facts:>9.0} M facts/s {people:>7.1} M people/s", seconds * 1e3);
    }
}

fn questions() -> Vec<(&'static str, Question)> {
    let scope = || Scope {
        from_ms: BEGIN,
        to_ms: BEGIN + DAYS * DAY_MS,
        zone: "UTC".to_owned(),
        filters: vec![],
        min_people: 1,
    };
    let funnel = |events: &[&str], order: Order, breakdown: Option<Breakdown>| {
        let steps = events.iter().map(|it| Step::of(What::event(it))).collect();
        Question::Funnel(Funnel { scope: scope(), steps, order, window_s: 86_400, breakdown })
    };
    let retention = |start: What, back: What, starts: Start| {
        Question::Retention(Retention {
            scope: scope(),
            start,
            starts,
            back,
            period: Period::Day,
            clock: Clock::Calendar,
            brackets: Brackets::Each(60),
            count: Count::On,
            cohort: Cohort::Period,
            breakdown: None,
        })
    };
    let then = |event: &str| Pattern { then: What::event(event), within_s: Some(3_600), without: vec![] };
    let mut pattern = vec![then(NAMES[0]), then(NAMES[1]), then(NAMES[2])];
    pattern[0].within_s = None;
    pattern[2].without = vec![What::event(NAMES[3])];
    let priced = Condition::Between { number: Number::Units, min: Some(50), max: None };
    let mut filtered = funnel(&NAMES[..3], Order::Ordered, None);
    if let Question::Funnel(it) = &mut filtered {
        it.steps[2].what = What::event(NAMES[2]).when(priced);
    }
    vec![
        ("funnel, 3 steps ordered", funnel(&NAMES[..3], Order::Ordered, None)),
        ("funnel, 5 steps ordered", funnel(&NAMES[..5], Order::Ordered, None)),
        (
            "funnel, 3 steps that few finish",
            funnel(&["order.paid", "never", "order.paid"], Order::Ordered, None),
        ),
        (
            "funnel, 3 steps, by source",
            funnel(&NAMES[..3], Order::Ordered, Some(Breakdown::first_touch(Text::Source))),
        ),
        ("funnel, 3 steps, a condition on the last", filtered),
        ("funnel, 3 steps strict", funnel(&NAMES[..3], Order::Strict, None)),
        ("funnel, 3 steps in any order", funnel(&NAMES[..3], Order::Any, None)),
        (
            "sequence, 3 steps with gaps",
            Question::Sequence(Sequence { scope: scope(), pattern, window_s: None, breakdown: None }),
        ),
        ("retention, any, runs", retention(What::any(), What::any(), Start::First)),
        (
            "retention, paid then entered, runs",
            retention(What::event(NAMES[2]), What::event(NAMES[0]), Start::First),
        ),
        ("retention, recurring, runs", retention(What::any(), What::any(), Start::Recurring)),
        ("retention, any, heads", retention(What::any(), What::any(), Start::First)),
        ("retention, recurring, heads", retention(What::any(), What::any(), Start::Recurring)),
        (
            "stickiness, runs",
            Question::Stickiness(Stickiness { scope: scope(), what: What::any(), per: Period::Month }),
        ),
        (
            "stickiness, heads",
            Question::Stickiness(Stickiness { scope: scope(), what: What::any(), per: Period::Month }),
        ),
    ]
}
