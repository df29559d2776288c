//! One alarm over one series: what is usual, how far off a period is, and when that is worth saying. It does not know
//! where periods come from.

use super::rule::{AlarmRule, Every, Side};
use crate::segment::Calendar;
use linger_stats::{median, spread_around};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Weeks of the same weekday and hour that are needed before anything is judged.
const MATCHED_MIN: usize = 3;
/// Distances that are needed before a z means anything.
const DISTANCES_MIN: usize = 10;
/// Distances that are remembered: four weeks of hours.
const DISTANCES_MAX: usize = 672;
/// A series that never moves still has this relative spread: no fall of a millionth is an alarm of z 1000.
const SPREAD_MIN: f64 = 0.005;

/// A figure of one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The beginning of the period, ms since 1970.
    pub at_ms: i64,
    /// The figure.
    pub value: f64,
    /// People behind it.
    pub people: u64,
    /// The period is over and its figure will not change.
    pub finished: bool,
}

/// What an alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentKind {
    /// Off the baseline, by every measure of the rule.
    Off,
    /// Sliding slowly.
    Drift,
    /// Back.
    Clear,
}

/// A moment at which an alarm speaks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The beginning of the period that decided it, ms since 1970.
    pub at_ms: i64,
    /// What it says.
    pub kind: MomentKind,
    /// The figure.
    pub value: f64,
    /// What was usual.
    pub baseline: f64,
    /// How far off, as a share of the baseline; below zero for less.
    pub change: f64,
    /// How far off, in robust standard deviations.
    pub z: f64,
    /// People behind the figure.
    pub people: u64,
}

/// An alarm that looks on, period by period.
#[derive(Clone, Debug)]
pub struct Watch {
    rule: AlarmRule,
    calendar: Calendar,
    /// The last weeks of each weekday and hour.
    matched: BTreeMap<(u8, u8), VecDeque<f64>>,
    distances: VecDeque<f64>,
    /// Periods on end that are off, or back.
    run: u8,
    off: bool,
    slid: f64,
    sliding: bool,
    last_ms: i64,
}

impl Watch {
    /// An alarm that has seen nothing; `calendar` is the shop's.
    pub fn new(rule: AlarmRule, calendar: Calendar) -> Watch {
        Watch {
            rule,
            calendar,
            matched: BTreeMap::new(),
            distances: VecDeque::new(),
            run: 0,
            off: false,
            slid: 0.0,
            sliding: false,
            last_ms: i64::MIN,
        }
    }

    /// Whether it stands at alarm.
    pub fn is_off(&self) -> bool {
        self.off || self.sliding
    }

    /// Takes in the next period. Periods that are unfinished, out of order or no number are passed over.
    pub fn step(&mut self, point: &Point) -> Option<Moment> {
        if !point.finished || point.at_ms <= self.last_ms || !point.value.is_finite() {
            return None;
        }
        self.last_ms = point.at_ms;
        let (weekday, hour) = self.calendar.weekday_hour(point.at_ms);
        let slot = (weekday, if self.rule.every == Every::Hour { hour } else { 0 });
        let usual = self.matched.entry(slot).or_default();
        let ready = usual.len() >= MATCHED_MIN;
        let baseline = median(usual.make_contiguous()).ok();
        usual.push_back(point.value);
        if usual.len() > usize::from(self.rule.weeks) {
            usual.pop_front();
        }
        let baseline = baseline.filter(|it| ready && *it > 0.0)?;
        let change = point.value / baseline - 1.0;
        // The middle of distances from what is usual is known: none.
        let spread = spread_around(0.0, self.distances.make_contiguous()).ok();
        let spread = spread.filter(|_| self.distances.len() >= DISTANCES_MIN);
        self.distances.push_back(change);
        if self.distances.len() > DISTANCES_MAX {
            self.distances.pop_front();
        }
        let z = change / spread?.max(SPREAD_MIN);
        let kind = self.judge(change, z, point.people)?;
        let (value, people) = (point.value, point.people);
        Some(Moment { at_ms: point.at_ms, kind, value, baseline, change, z, people })
    }

    fn judge(&mut self, change: f64, z: f64, people: u64) -> Option<MomentKind> {
        if people < self.rule.people_min {
            // Too few to say anything, either way.
            return None;
        }
        let towards = if self.rule.side == Side::Fall { -1.0 } else { 1.0 };
        let (bad, far) = (change * towards, z * towards);
        let turned = if self.off {
            bad < self.rule.change_min / 2.0
        } else {
            bad >= self.rule.change_min && far >= self.rule.z_min
        };
        self.run = if turned { self.run + 1 } else { 0 };
        if turned && self.run >= self.rule.periods {
            self.off = !self.off;
            self.run = 0;
            self.slid = 0.0;
            self.sliding = false;
            return Some(if self.off { MomentKind::Off } else { MomentKind::Clear });
        }
        let drift = self.rule.drift?;
        // One wild period may not be the whole slide.
        self.slid = (self.slid + far.clamp(-3.0, 3.0) - drift.slack).max(0.0);
        if !self.sliding && !self.off && self.slid >= drift.limit {
            self.sliding = true;
            return Some(MomentKind::Drift);
        }
        if self.sliding && self.slid == 0.0 {
            self.sliding = false;
            return Some(MomentKind::Clear);
        }
        None
    }
}
