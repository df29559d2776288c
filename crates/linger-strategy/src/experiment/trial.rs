//! Experiments whose units have names, their layers, and who is held out of everything. It does not know which units there
//! are.

use super::bucket::{Range, bucket, choose, ranges};
use crate::BadConfig;
use std::collections::BTreeMap;

/// Most arms of an experiment.
const ARMS_MAX: usize = 20;

/// An experiment over viewers, hosts or shops.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name, which is the seed of its draw.
    pub key: String,
    /// The programme it is part of, such as `coupons`; empty for none.
    pub programme: String,
    /// Counts how often it was begun: another phase draws anew, so that what people met before does not follow them.
    pub phase: u32,
    /// Its place in a layer, where experiments must not meet.
    pub slot: Option<Slot>,
    /// Which share of all units takes part, 0 to 1; it may only grow within a phase.
    pub coverage: f64,
    /// The share of each arm among those who take part; the first one is what is compared with.
    pub weights: Vec<f64>,
    /// Which share of units this very rule leaves alone, whatever its arms, 0 to 0.9.
    pub hold_out: f64,
    /// The switch: off, everybody is out at once.
    pub running: bool,
}

/// A part of a layer: its experiments share out the units, so that nobody is in two of them. Experiments of different
/// layers meet, independently of each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The layer's name.
    pub layer: String,
    /// The part, from 0 to 1; parts of one layer must not overlap.
    pub part: Range,
}

/// A share of units that is left alone over a long time, and as many that are measured like it without being left alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holdout {
    /// Its share, 0 to 0.5.
    pub share: f64,
    /// Counts how often it was drawn.
    pub phase: u32,
}

/// Where a holdout puts a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Left alone.
    Held,
    /// Treated like everybody, and compared with those left alone.
    Measured,
    /// Neither.
    Rest,
}

/// Who is left alone by everything, and by all of a programme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holdouts {
    /// From everything automatic.
    pub global: Holdout,
    /// From a programme, by its name.
    pub programmes: BTreeMap<String, Holdout>,
}

/// Where a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// In the arm with this number; counted in the experiment.
    Arm(usize),
    /// Left alone; counted in the holdout.
    HeldOut(HeldOutBy),
    /// Not in the experiment, and not counted.
    Out(Out),
}

/// What leaves a unit alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldOutBy {
    /// The holdout from everything.
    Everything,
    /// The holdout from the programme.
    Programme,
    /// The rule's own.
    Rule,
}

/// Why a unit is not in an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    /// It is switched off.
    NotRunning,
    /// The unit has no name.
    Nameless,
    /// Its bucket of the layer belongs to others.
    OtherSlot,
    /// The rollout has not come to it yet.
    NotCovered,
}

impl Experiment {
    /// Names the first setting that cannot be.
    pub fn check(&self) -> Result<(), BadConfig> {
        let wrong = |field, wants| Err(BadConfig { field, wants });
        if self.key.is_empty() || self.key.len() > 100 {
            return wrong("key", "1 to 100 bytes");
        }
        if !(0.0..=1.0).contains(&self.coverage) {
            return wrong("coverage", "0 to 1");
        }
        if !(2..=ARMS_MAX).contains(&self.weights.len()) {
            return wrong("weights", "2 to 20 arms");
        }
        let sum: f64 = self.weights.iter().sum();
        if self.weights.iter().any(|it| !(0.0..=1.0).contains(it)) || (sum - 1.0).abs() > 1e-6 {
            return wrong("weights", "0 to 1 each, 1 together");
        }
        if !(0.0..=0.9).contains(&self.hold_out) {
            return wrong("hold_out", "0 to 0.9");
        }
        match &self.slot {
            Some(Slot { part: Range { from, to }, .. }) if !(0.0 <= *from && from < to && *to <= 1.0) => {
                wrong("slot", "0 to 1, its end after its beginning")
            }
            _ => Ok(()),
        }
    }

    /// Where a unit is: the switch first, then holdouts from the widest to the narrowest, then layer, rollout and arm. Each
    /// of them draws by itself.
    pub fn assign(&self, unit: &str, holdouts: &Holdouts) -> Assignment {
        if !self.running {
            return Assignment::Out(Out::NotRunning);
        }
        if unit.is_empty() {
            return Assignment::Out(Out::Nameless);
        }
        if holdouts.everything(unit) == Slice::Held {
            return Assignment::HeldOut(HeldOutBy::Everything);
        }
        if holdouts.programme(&self.programme, unit) == Slice::Held {
            return Assignment::HeldOut(HeldOutBy::Programme);
        }
        if let Some(Slot { layer, part }) = &self.slot
            && !(part.from..part.to).contains(&bucket(&format!("layer/{layer}"), unit))
        {
            return Assignment::Out(Out::OtherSlot);
        }
        if bucket(&format!("rule/{}/{}", self.key, self.phase), unit) < self.hold_out {
            return Assignment::HeldOut(HeldOutBy::Rule);
        }
        let ranges = ranges(self.weights.len(), self.coverage, Some(&self.weights));
        choose(bucket(&self.seed(), unit), &ranges).map_or(Assignment::Out(Out::NotCovered), Assignment::Arm)
    }

    /// The seed of the arms, for shops that bucket by themselves with hash version 2.
    pub fn seed(&self) -> String {
        format!("{}/{}", self.key, self.phase)
    }
}

impl Holdout {
    /// Names what cannot be: the measured slice has to fit beside the one that is held.
    pub fn check(&self) -> Result<(), BadConfig> {
        match self.share {
            share if (0.0..=0.5).contains(&share) => Ok(()),
            _ => Err(BadConfig { field: "share", wants: "0 to 0.5" }),
        }
    }

    fn slice(&self, name: &str, unit: &str) -> Slice {
        match bucket(&format!("{name}/{}", self.phase), unit) {
            it if it < self.share => Slice::Held,
            it if it < 2.0 * self.share => Slice::Measured,
            _ => Slice::Rest,
        }
    }
}

impl Holdouts {
    /// Where the holdout from everything puts a unit.
    pub fn everything(&self, unit: &str) -> Slice {
        self.global.slice("everything", unit)
    }

    /// Where a programme's holdout puts a unit; programmes without one hold nobody out.
    pub fn programme(&self, programme: &str, unit: &str) -> Slice {
        let holdout = self.programmes.get(programme);
        holdout.map_or(Slice::Rest, |it| it.slice(&format!("programme/{programme}"), unit))
    }
}
