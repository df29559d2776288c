//! What is asked of the proving ground, and the product's own designs for it. It does not know how shows are lived.

use crate::{
    causes::Causes,
    evening::World,
    stage::{BEGIN, CAMPAIGN, COUPON_MINOR},
};
use linger_strategy::{
    experiment::{Asked, Design, Holdouts, Span, Status},
    rule::Rule,
};
use serde_json::{Value, json};
use std::fmt;

/// The experiment's key.
pub const KEY: &str = "ground";
/// Draws of each show, where rooms are switched: they have to be made before the show is lived.
pub const DRAWS: usize = 4;
/// The product tells at most so many rooms apart in a report, one of which is none.
const ROOMS_MAX: usize = 499;
/// Most shows, people at a time, minutes and experiments.
const SHOWS_MAX: usize = 5_000;
const PEOPLE_MAX: f64 = 2_000.0;
const MINUTES: (u32, u32) = (20, 360);
const REPEAT_MAX: usize = 20_000;
/// Minutes that people spend in all shows together, about, at most: the facts of all of them are held in memory.
const WATCHED_MIN_MAX: f64 = 6_000_000.0;

/// How arms are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Hosts: the rules act in all they do, or in nothing.
    Host,
    /// Rooms that are switched from one stretch of time to the next.
    Switchback,
    /// Viewers, for a rule that only they see.
    Viewer,
}

impl Plan {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Plan::Host => "host",
            Plan::Switchback => "switchback",
            Plan::Viewer => "viewer",
        }
    }

    /// The plan of this name.
    pub fn of(name: &str) -> Option<Plan> {
        [Plan::Host, Plan::Switchback, Plan::Viewer].into_iter().find(|it| it.name() == name)
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How arms are drawn.
    pub plan: Plan,
    /// The seed of everything.
    pub seed: u64,
    /// Shows that are lived through in both worlds: what is true is true of them.
    pub shows: usize,
    /// Shows, each of a host of its own, that one experiment sees.
    pub hosts: usize,
    /// How long a show is, min.
    pub minutes: u32,
    /// How many people are there at a time, about.
    pub people: f64,
    /// What makes them leave.
    pub causes: Causes,
    /// The rules that act.
    pub rules: Vec<Rule>,
    /// Experiments.
    pub repeat: usize,
    /// Shows in which each rule acts alone; 0 leaves it out.
    pub alone: usize,
    /// Threads.
    pub threads: usize,
}

/// Something that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAsk {
    /// Its name.
    pub field: &'static str,
    /// What it has to be.
    pub wants: String,
}

impl fmt::Display for BadAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} expected", self.field, self.wants)
    }
}

impl std::error::Error for BadAsk {}

impl Ask {
    /// Names the first thing that cannot be.
    pub fn check(&self) -> Result<(), BadAsk> {
        let most = if self.plan == Plan::Switchback { ROOMS_MAX / DRAWS } else { SHOWS_MAX };
        let need =
            |holds: bool, field, wants: String| if holds { Ok(()) } else { Err(BadAsk { field, wants }) };
        let within = |field, value: usize, least: usize, most: usize| {
            need((least..=most).contains(&value), field, format!("{least} to {most}"))
        };
        within("shows", self.shows, 2, most)?;
        within("hosts", self.hosts, 2, self.shows)?;
        within("minutes", self.minutes as usize, MINUTES.0 as usize, MINUTES.1 as usize)?;
        let people = (5.0..=PEOPLE_MAX).contains(&self.people);
        need(people, "people", format!("5 to {PEOPLE_MAX}"))?;
        let watched_min = self.shows as f64 * self.people * f64::from(self.minutes);
        let wants = format!("{WATCHED_MIN_MAX} at most when multiplied by people and minutes");
        need(watched_min <= WATCHED_MIN_MAX, "shows", wants)?;
        within("repeat", self.repeat, 1, REPEAT_MAX)?;
        within("alone", self.alone, 0, self.shows)?;
        within("threads", self.threads, 1, 256)?;
        need(!self.rules.is_empty(), "rules", "a rule at least".to_owned())
    }

    /// The world that is asked for.
    pub fn world(&self) -> World {
        World::new(self.causes.clone(), self.rules.clone(), self.minutes * 60, self.people)
    }

    /// The experiment as an operator would write it.
    pub fn design(&self) -> Design {
        let left = |take: &str| json!({"event": "room.left", "take": take});
        let median = json!({"key": "median-watch", "primary": true,
            "is": {"kind": "quantile", "of": left("seconds"), "level": 0.5}});
        let mean = json!({"key": "mean-watch", "is": {"kind": "mean", "of": [left("seconds")]}});
        let leaving = |primary: bool| json!({"key": "leaving", "primary": primary, "wanted": "less", "is": {"kind": "hazard"}});
        let (unit, metrics) = match self.plan {
            Plan::Host => ("host", json!([median, mean, leaving(false)])),
            Plan::Switchback => ("room", json!([leaving(true)])),
            Plan::Viewer => ("viewer", json!([median, mean])),
        };
        let mut design = json!({
            "hypothesis": "The rules make people stay longer.",
            "unit": unit,
            "arms": [{"key": "without", "value": false}, {"key": "with", "value": true}],
            "metrics": metrics,
            // It is looked at once, when the shows that were planned are over.
            "detect": {"once": true, "units": self.units_planned()},
        });
        if self.plan == Plan::Switchback {
            design["switch"] = json!({"stretch_s_min": 600, "stretch_s_max": 900, "burn_in_s": 120});
        }
        serde_json::from_value(design).expect("it is a design")
    }

    /// How many units there are at least once the planned shows are over.
    fn units_planned(&self) -> usize {
        match self.plan {
            Plan::Host => self.hosts,
            Plan::Switchback => self.hosts * (self.minutes / 15).max(1) as usize,
            Plan::Viewer => self.hosts,
        }
    }

    /// What the product is asked for when the shows are over.
    pub fn report(&self, version: u32) -> Asked {
        let to_ms = BEGIN.0 + i64::from(self.minutes) * 60_000 + 60_000;
        Asked {
            key: KEY.to_owned(),
            version,
            design: self.design(),
            status: Status::Running,
            killed: false,
            spans: vec![Span { from_ms: BEGIN.0, to_ms, coverage: 1.0 }],
            holdouts: Holdouts::default(),
            holdings: vec![],
            now_ms: to_ms,
        }
    }
}

/// A rule that one viewer sees and nobody else: a coupon for who stays for a minute. No ready rule is of this kind.
pub fn coupon_rule() -> Rule {
    let rule: Value = json!({
        "code": "stay-coupon", "name": "Coupon for staying", "on": true, "scope": {"of": "viewer"}, "window_s": 60,
        "when": {"cel": "stay_s >= 45.0"},
        "do": {"act": "grant-benefit", "campaign": CAMPAIGN, "worth_minor": COUPON_MINOR},
        "cool_down_s": 3600, "hold_out": 0.0,
        "budget": {"times": 1000, "times_per_viewer": 1, "money": {"minor": 1000 * COUPON_MINOR, "currency": "CNY"}},
    });
    Rule::read(&rule).expect("it is a rule")
}
