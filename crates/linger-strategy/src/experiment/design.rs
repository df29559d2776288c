//! An experiment as people write it down: what is believed, who is drawn into which arm, what is measured, and what it
//! should be able to show. It does not know whether it runs, nor what came of it.

use super::{Experiment, MetricDesign, Range, Schedule, Slot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most arms.
const ARMS_MAX: usize = 20;
/// Most metrics.
const METRICS_MAX: usize = 10;
/// Most steps of a rollout.
const STEPS_MAX: usize = 10;
/// Bytes of an arm's value as JSON.
const VALUE_BYTES_MAX: usize = 4_096;
/// Bytes of a hypothesis.
const HYPOTHESIS_BYTES_MAX: usize = 1_000;

/// An experiment as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// What is believed, and why.
    pub hypothesis: String,
    /// The flag whose value the arms set; the experiment's key when empty.
    #[serde(default)]
    pub flag: String,
    /// What is drawn.
    pub unit: Unit,
    /// Where its flag is served; nowhere where rules alone are its arms.
    #[serde(default = "in_rooms")]
    pub places: Vec<Place>,
    /// The arms; the first one is what is there today, and what the others are compared with.
    pub arms: Vec<ArmDesign>,
    /// The programme it is part of; empty for none.
    #[serde(default)]
    pub programme: String,
    /// Its place in a layer, so that it never meets others there.
    #[serde(default)]
    pub slot: Option<SlotDesign>,
    /// The share of units that this experiment leaves alone, whatever its arms.
    #[serde(default)]
    pub hold_out: f64,
    /// The share of all units that takes part now.
    #[serde(default = "everybody")]
    pub coverage: f64,
    /// The shares that a gradual rollout goes through, rising.
    #[serde(default)]
    pub steps: Vec<f64>,
    /// What is measured; exactly one is primary, the others are guardrails.
    pub metrics: Vec<MetricDesign>,
    /// What it should be able to show.
    #[serde(default)]
    pub detect: Detect,
    /// How rooms are switched; only for rooms.
    #[serde(default)]
    pub switch: Option<Switch>,
}

/// What is drawn into an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One viewer: only for what others cannot see.
    Viewer,
    /// A host, with all their rooms.
    Host,
    /// A shop: a source of events.
    Shop,
    /// A room for a stretch of time, and then perhaps the other way.
    Room,
}

impl Unit {
    /// Its word in designs.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Viewer => "viewer",
            Unit::Host => "host",
            Unit::Shop => "shop",
            Unit::Room => "room",
        }
    }
}

/// Where a flag is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// To viewers' pages and embedded rooms.
    Rooms,
    /// To shops' servers.
    Servers,
    /// To shops' pages, where anybody can read it.
    Pages,
}

/// An arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmDesign {
    /// Its name: 1 to 64 of a-z, 0-9, `-` and `_`.
    pub key: String,
    /// How much of those who take part, in proportion to the others.
    #[serde(default = "one")]
    pub weight: f64,
    /// What the flag is in this arm: of the same type in all of them.
    pub value: Value,
}

/// A part of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotDesign {
    /// The layer.
    pub layer: String,
    /// Its first bucket, 0 to 1.
    pub from: f64,
    /// Its end.
    pub to: f64,
}

/// What an experiment should be able to show, settled before the first look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// The smallest effect worth knowing, as a share of the first arm's figure.
    #[serde(default = "five_in_a_hundred")]
    pub effect: f64,
    /// The chance of a claim where nothing has an effect.
    #[serde(default = "five_in_a_hundred")]
    pub alpha: f64,
    /// The chance of seeing an effect of that size.
    #[serde(default = "four_of_five")]
    pub power: f64,
    /// Units of all arms that were planned; 0 when nobody planned.
    #[serde(default)]
    pub units: u64,
    /// Whether it is looked at once, when the planned units are there, and not while it runs.
    #[serde(default)]
    pub once: bool,
}

/// How rooms are switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// A stretch lasts at least so long, s.
    pub stretch_s_min: u32,
    /// And at most so long, s.
    pub stretch_s_max: u32,
    /// After a switch nothing is counted for so long, s.
    pub burn_in_s: u32,
}

/// A field that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDesign {
    /// Its path, such as `arms[1].weight`.
    pub field: String,
    /// What it must be.
    pub wants: &'static str,
}

fn in_rooms() -> Vec<Place> {
    vec![Place::Rooms]
}

fn everybody() -> f64 {
    1.0
}

fn one() -> f64 {
    1.0
}

fn five_in_a_hundred() -> f64 {
    0.05
}

fn four_of_five() -> f64 {
    0.8
}

impl Default for Detect {
    fn default() -> Detect {
        Detect { effect: 0.05, alpha: 0.05, power: 0.8, units: 0, once: false }
    }
}

/// Whether a text is a name for keys, arms, layers and programmes.
pub fn is_name(text: &str) -> bool {
    let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(fit)
}

const NAME: &str = "1 to 64 of a-z, 0-9, - and _";

impl Design {
    /// Every field that is not as it must be.
    pub fn check(&self) -> Vec<BadDesign> {
        let mut bad = Check::default();
        let lines = |it: &str| it.chars().all(|c| !c.is_control() || c == '\n');
        let hypothesis = self.hypothesis.trim();
        bad.unless(
            !hypothesis.is_empty() && hypothesis.len() <= HYPOTHESIS_BYTES_MAX && lines(hypothesis),
            "hypothesis",
            "1 to 1000 bytes of text",
        );
        bad.unless(self.flag.is_empty() || is_name(&self.flag), "flag", NAME);
        bad.unless(self.programme.is_empty() || is_name(&self.programme), "programme", NAME);
        bad.unless(self.places.len() <= 3, "places", "rooms, servers, pages, or none for rules alone");
        bad.unless((0.0..=0.9).contains(&self.hold_out), "hold_out", "0 to 0.9");
        bad.unless((0.0..=1.0).contains(&self.coverage), "coverage", "0 to 1");
        self.check_arms(&mut bad);
        self.check_steps(&mut bad);
        self.check_metrics(&mut bad);
        self.check_detect(&mut bad);
        self.check_unit(&mut bad);
        if let Some(slot) = &self.slot {
            bad.unless(is_name(&slot.layer), "slot.layer", NAME);
            let fits = 0.0 <= slot.from && slot.from < slot.to && slot.to <= 1.0;
            bad.unless(fits, "slot.to", "0 to 1, and after its beginning");
        }
        bad.0
    }

    fn check_arms(&self, bad: &mut Check) {
        bad.unless((2..=ARMS_MAX).contains(&self.arms.len()), "arms", "2 to 20 arms");
        let kind = self.arms.first().map(|it| kind_of(&it.value));
        for (at, arm) in self.arms.iter().enumerate().take(ARMS_MAX) {
            let again = self.arms.iter().take(at).any(|it| it.key == arm.key);
            let key = is_name(&arm.key) && !again && !super::RESERVED.contains(&arm.key.as_str());
            bad.unless(
                key,
                &format!("arms[{at}].key"),
                "1 to 64 of a-z, 0-9, - and _, and unlike the others",
            );
            let weight = arm.weight > 0.0 && arm.weight <= 10_000.0;
            bad.unless(weight, &format!("arms[{at}].weight"), "above 0, at most 10000");
            let field = format!("arms[{at}].value");
            let same = kind_of(&arm.value).is_some() && Some(kind_of(&arm.value)) == kind;
            bad.unless(same, &field, "a boolean, string, number or object, the same in all arms");
            bad.unless(arm.value.to_string().len() <= VALUE_BYTES_MAX, &field, "at most 4096 bytes of JSON");
        }
    }

    fn check_steps(&self, bad: &mut Check) {
        let rising = self.steps.windows(2).all(|pair| pair[0] < pair[1]);
        let within = self.steps.iter().all(|it| *it > 0.0 && *it <= 1.0);
        bad.unless(rising && within && self.steps.len() <= STEPS_MAX, "steps", "at most 10, rising, up to 1");
    }

    fn check_metrics(&self, bad: &mut Check) {
        bad.unless((1..=METRICS_MAX).contains(&self.metrics.len()), "metrics", "1 to 10 metrics");
        let primary = self.metrics.iter().filter(|it| it.primary).count();
        bad.unless(primary == 1, "metrics", "exactly one that is primary");
        for (at, metric) in self.metrics.iter().enumerate().take(METRICS_MAX) {
            let again = self.metrics.iter().take(at).any(|it| it.key == metric.key);
            bad.unless(is_name(&metric.key) && !again, &format!("metrics[{at}].key"), NAME);
            if let Err(wants) = metric.check(self.unit == Unit::Room) {
                bad.unless(false, &format!("metrics[{at}].is"), wants);
            }
        }
    }

    fn check_detect(&self, bad: &mut Check) {
        let Detect { effect, alpha, power, units, once } = self.detect;
        bad.unless(effect > 0.0 && effect <= 10.0, "detect.effect", "above 0, at most 10");
        bad.unless((0.001..=0.2).contains(&alpha), "detect.alpha", "0.001 to 0.2");
        bad.unless((0.5..=0.99).contains(&power), "detect.power", "0.5 to 0.99");
        bad.unless(units <= 1_000_000_000, "detect.units", "at most 1000000000");
        bad.unless(!once || units > 0, "detect.units", "how many are planned, when it is looked at once");
    }

    fn check_unit(&self, bad: &mut Check) {
        match (self.unit, &self.switch) {
            (Unit::Room, None) => bad.unless(false, "switch", "how rooms are switched"),
            (Unit::Room, Some(_)) => {
                bad.unless(self.arms.len() == 2, "arms", "2 arms when rooms are switched");
                let alone = self.slot.is_none() && self.hold_out == 0.0 && self.coverage == 1.0;
                bad.unless(alone && self.steps.is_empty(), "unit", "all rooms: no slot, hold-out or rollout");
                if let Some(schedule) = self.schedule("x", 1, true)
                    && let Err(wrong) = schedule.check()
                {
                    bad.unless(false, &format!("switch.{}", wrong.field), wrong.wants);
                }
            }
            (_, Some(_)) => bad.unless(false, "switch", "only for rooms"),
            (Unit::Shop, None) => {
                let fits = !self.places.is_empty() && !self.places.contains(&Place::Rooms);
                bad.unless(fits, "places", "servers or pages, for shops");
            }
            (Unit::Viewer | Unit::Host, None) => {}
        }
    }

    /// The flag of an experiment of this key.
    pub fn flag<'a>(&'a self, key: &'a str) -> &'a str {
        if self.flag.is_empty() { key } else { &self.flag }
    }

    /// The draw of an experiment over viewers, hosts or shops.
    pub fn draw(&self, key: &str, version: u32, running: bool) -> Experiment {
        let slot = self
            .slot
            .as_ref()
            .map(|it| Slot { layer: it.layer.clone(), part: Range { from: it.from, to: it.to } });
        Experiment {
            key: key.to_owned(),
            programme: self.programme.clone(),
            phase: version,
            slot,
            coverage: self.coverage,
            weights: self.shares(),
            hold_out: self.hold_out,
            running,
        }
    }

    /// The switching of rooms, where rooms are switched.
    pub fn schedule(&self, key: &str, version: u32, running: bool) -> Option<Schedule> {
        let switch = self.switch?;
        let shares = self.shares();
        Some(Schedule {
            key: key.to_owned(),
            phase: version,
            seed: 0,
            stretch_s_min: switch.stretch_s_min,
            stretch_s_max: switch.stretch_s_max,
            burn_in_s: switch.burn_in_s,
            treated: shares.get(1).copied().unwrap_or(0.5),
            running,
        })
    }

    /// The share of each arm among those who take part: 1 together.
    pub fn shares(&self) -> Vec<f64> {
        let sum: f64 = self.arms.iter().map(|it| it.weight).sum();
        self.arms.iter().map(|it| it.weight / sum).collect()
    }

    /// Whether somebody may be in another arm, or see something else in it, than under `before`: then it has to be drawn
    /// and judged anew. A rollout that grows moves nobody.
    pub fn is_another_than(&self, before: &Design) -> bool {
        let drawn = |it: &Design| (it.unit, it.arms.clone(), it.slot.clone(), it.hold_out, it.switch);
        drawn(self) != drawn(before) || self.programme != before.programme || self.flag != before.flag
    }
}

/// What a value is; nothing for what no flag can be.
fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some("boolean"),
        Value::String(_) => Some("string"),
        Value::Number(_) => Some("number"),
        Value::Object(_) => Some("object"),
        Value::Null | Value::Array(_) => None,
    }
}

#[derive(Default)]
struct Check(Vec<BadDesign>);

impl Check {
    fn unless(&mut self, fits: bool, field: &str, wants: &'static str) {
        if !fits {
            self.0.push(BadDesign { field: field.to_owned(), wants });
        }
    }
}
