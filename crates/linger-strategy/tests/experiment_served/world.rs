//! A made-up shop whose truth is known. It knows no report.

use linger_behaviour::{Fact, Number, PersonKey, Table, Text, touch};
use linger_stats::Chance;
use linger_strategy::experiment::{
    Asked, Assignment, Design, EXPOSED, Holding, Holdouts, Report, ReportFold, Span, Status, shown,
};
use serde_json::{Value, json};

pub const DAY: i64 = 86_400_000;
pub const BEGIN: i64 = 1_700_000_000_000;

/// A design for viewers, with something else in it.
pub fn design(more: Value) -> Design {
    let mut all = json!({
        "hypothesis": "A warm hello makes people stay.",
        "unit": "viewer",
        "arms": [{"key": "plain", "value": "hello"}, {"key": "warm", "value": "welcome"}],
        "metrics": [
            {"key": "orders", "primary": true, "is": {"kind": "mean", "of": [{"event": "order.paid"}]}},
            {"key": "leaving", "wanted": "less", "is": {"kind": "hazard"}},
        ],
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

pub fn asked(design: Design, days: i64) -> Asked {
    Asked {
        key: "hello".to_owned(),
        version: 1,
        design,
        status: Status::Running,
        killed: false,
        spans: vec![Span { from_ms: BEGIN, to_ms: BEGIN + days * DAY, coverage: 1.0 }],
        holdouts: Holdouts::default(),
        holdings: vec![],
        now_ms: BEGIN + days * DAY,
    }
}

pub fn holding(of: &str) -> Holding {
    Holding { of: of.to_owned(), phase: 0 }
}

/// The report of what is in the table.
pub fn report(table: &Table, asked: Asked) -> Report {
    let mut fold = ReportFold::new(asked, table.names());
    table.fold(&mut fold);
    fold.finish()
}

pub struct World {
    pub table: Table,
    pub chance: Chance,
}

/// What the treated arm changes: how much more is bought, and how much faster people leave.
#[derive(Clone, Copy)]
pub struct Truth {
    pub buys: f64,
    pub leaves: f64,
}

pub const NOTHING: Truth = Truth { buys: 1.0, leaves: 1.0 };

impl World {
    pub fn new(seed: u64) -> World {
        World { table: Table::new("UTC").unwrap(), chance: Chance::of(seed) }
    }

    pub fn tell(&mut self, person: u64, at_ms: i64, name: &str, with: impl FnOnce(Fact) -> Fact) {
        let fact = Fact { person: PersonKey(person), at_ms, name: name.into(), ..Fact::default() };
        self.table.push(&with(fact)).unwrap();
    }

    pub fn show(&mut self, person: u64, at_ms: i64, outcome: &str) {
        self.tell(person, at_ms, EXPOSED, |it| it.with(Text::Outcome, outcome));
    }

    /// A Poisson number with a small mean.
    pub fn times(&mut self, mean: f64) -> u32 {
        let (mut product, end, mut n) = (1.0, (-mean).exp(), 0);
        loop {
            product *= self.chance.unit();
            if product <= end {
                return n;
            }
            n += 1;
        }
    }

    /// A stay of some seconds, with its facts.
    pub fn stay(&mut self, person: u64, from_ms: i64, seconds: f64, with: impl Fn(Fact) -> Fact) {
        let lasted_ms = (seconds * 1_000.0) as i64;
        self.tell(person, from_ms, touch::ENTERED, &with);
        self.tell(person, from_ms + lasted_ms, touch::LEFT, |it| {
            with(it).with(Text::Outcome, "left").with_number(Number::DurationMs, lasted_ms)
        });
    }

    /// Viewers with a habit of their own, which shows before and after they are shown an arm.
    pub fn viewers(&mut self, n: u64, design: &Design, truth: Truth) {
        let draw = design.draw("hello", 1, true);
        for person in 1..=n {
            let name = format!("room:{person:016x}");
            let Assignment::Arm(arm) = draw.assign(&name, &Holdouts::default()) else { continue };
            let habit = self.chance.gamma(1.0);
            let shown_ms = BEGIN + (self.chance.unit() * 2.0 * DAY as f64) as i64;
            for _ in 0..self.times(habit * 3.0) {
                let at = shown_ms - (self.chance.unit() * 10.0 * DAY as f64) as i64 - 60_000;
                self.tell(person, at, touch::ORDER_PAID, |it| it);
            }
            self.show(person, shown_ms, &shown("hello", 1, &design.arms[arm].key));
            let (buys, leaves) = if arm == 1 { (truth.buys, truth.leaves) } else { (1.0, 1.0) };
            let seconds = -self.chance.unit().ln() * 300.0 / leaves;
            self.stay(person, shown_ms, seconds, |it| it);
            for _ in 0..self.times(habit * 3.0 * buys) {
                let at = shown_ms + (self.chance.unit() * 3.0 * DAY as f64) as i64;
                self.tell(person, at, touch::ORDER_PAID, |it| it);
            }
        }
    }
}
