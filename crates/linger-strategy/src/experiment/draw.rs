//! An experiment as it draws: who is in which arm at a moment, for viewers' pages, for shops and for rules alike. It does not
//! know what arms do, nor who asks.
//!
//! A draw goes as text into the log of every room whose rules name the experiment, so that whoever reads the log draws the
//! same. Invariant: what stood there once means the same for ever; whatever is new there makes an older program leave the
//! rule alone.

use super::{
    Assignment, Design, Experiment, HELD, HELD_OUT, HeldOutBy, Holdout, Holdouts, Range, Schedule, Slot,
    SlotDesign, Stretch, Switch, Unit,
};
use crate::draw::bits_of;
use linger_protocol::{Millis, PersonId, RoomId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An experiment as it draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: u32,
    /// What is drawn.
    pub unit: Unit,
    /// The names of its arms; the first one is what is there today.
    pub arms: Vec<String>,
    /// How viewers, hosts and shops are drawn, and whether it runs.
    pub experiment: Experiment,
    /// How rooms are switched, and since when; none before it first ran.
    pub switch: Option<(Schedule, Millis)>,
}

/// The names of those whom an arm may be drawn for; what is not known is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Units<'a> {
    /// The viewer.
    pub viewer: Option<&'a str>,
    /// The host.
    pub host: Option<&'a str>,
    /// The shop.
    pub shop: Option<&'a str>,
    /// The room.
    pub room: Option<&'a RoomId>,
}

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// An arm by its number, until a moment where rooms are switched.
    Arm(usize, Option<Millis>),
    /// Left alone.
    HeldOut(HeldOutBy),
    /// Not in it.
    Out,
}

/// Somebody of this kind is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nameless(pub Unit);

/// The name that somebody in a room is drawn by, and that their facts have.
pub fn room_viewer(person: PersonId) -> String {
    format!("room:{person}")
}

impl Draw {
    /// The draw of an experiment, and when this version of it first ran.
    pub fn of(key: &str, version: u32, running: bool, design: &Design, began: Option<Millis>) -> Draw {
        Draw {
            key: key.to_owned(),
            version,
            unit: design.unit,
            arms: design.arms.iter().map(|it| it.key.clone()).collect(),
            experiment: design.draw(key, version, running),
            switch: design.schedule(key, version, running).zip(began),
        }
    }

    /// Whether anybody is drawn now.
    pub fn runs(&self) -> bool {
        self.experiment.running
    }

    /// What somebody gets of it now. `held` is the stretch that the room was in when it was asked last: to find it anew takes
    /// a step for each one before it.
    ///
    /// # Errors
    /// [`Nameless`] when it draws units that nobody named.
    pub fn given(
        &self,
        units: &Units<'_>,
        holdouts: &Holdouts,
        now: Millis,
        held: &mut Option<Stretch>,
    ) -> Result<Given, Nameless> {
        let name = match self.unit {
            Unit::Viewer => units.viewer,
            Unit::Host => units.host,
            Unit::Shop => units.shop,
            Unit::Room => {
                let room = units.room.ok_or(Nameless(self.unit))?;
                let Some((schedule, began)) = self.switch.as_ref().filter(|_| self.runs()) else {
                    return Ok(Given::Out);
                };
                let same = held.filter(|it| (it.begins..it.ends).contains(&now));
                *held = same.or_else(|| schedule.at(room, *began, now));
                return Ok(held.map_or(Given::Out, |it| Given::Arm(usize::from(it.treated), Some(it.ends))));
            }
        };
        let name = name.filter(|it| !it.is_empty()).ok_or(Nameless(self.unit))?;
        Ok(match self.experiment.assign(name, holdouts) {
            Assignment::Arm(arm) => Given::Arm(arm, None),
            Assignment::HeldOut(by) => Given::HeldOut(by),
            Assignment::Out(_) => Given::Out,
        })
    }

    /// What the arm is called in the logs of rooms and in facts; none for who is not in it.
    pub fn word(&self, given: Given) -> Option<&str> {
        match given {
            Given::Arm(arm, _) => self.arms.get(arm).map(String::as_str),
            Given::HeldOut(HeldOutBy::Rule) => Some(HELD_OUT),
            Given::HeldOut(_) => Some(HELD),
            Given::Out => None,
        }
    }
}

/// A draw with the holdouts that it minds, as it stands in the log of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomDraw {
    /// The draw.
    pub draw: Draw,
    /// Who is left alone by everything, and by its programme.
    pub holdouts: Holdouts,
}

/// The words of a [`RoomDraw`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    version: u32,
    runs: bool,
    unit: Unit,
    /// The names of the arms with their shares.
    arms: Vec<(String, f64)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    programme: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slot: Option<SlotDesign>,
    hold_out: f64,
    coverage: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    switch: Option<Switch>,
    /// When rooms began to be switched, ms since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<i64>,
    /// The holdout from everything, and the one from the programme: share and phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    everything: Option<(f64, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of_programme: Option<(f64, u32)>,
}

impl RoomDraw {
    /// A draw with those of the holdouts that it minds. Rooms that are switched mind none: everybody in them sees the same.
    pub fn new(draw: Draw, holdouts: &Holdouts) -> RoomDraw {
        let minds = draw.unit != Unit::Room;
        let own = holdouts.programmes.get_key_value(&draw.experiment.programme);
        let programmes = own.filter(|_| minds).map(|(name, it)| (name.clone(), it.clone()));
        let global = if minds { holdouts.global.clone() } else { Holdout::default() };
        RoomDraw { draw, holdouts: Holdouts { global, programmes: programmes.into_iter().collect() } }
    }

    /// Its words, of which [`RoomDraw::read`] makes the same again.
    pub fn words(&self) -> Value {
        let Draw { version, unit, arms, experiment, switch, .. } = &self.draw;
        let slot = experiment.slot.as_ref();
        let told = |it: &Holdout| (it.share > 0.0).then_some((it.share, it.phase));
        let switched = |(it, _): &(Schedule, Millis)| Switch {
            stretch_s_min: it.stretch_s_min,
            stretch_s_max: it.stretch_s_max,
            burn_in_s: it.burn_in_s,
        };
        let words = Words {
            version: *version,
            runs: experiment.running,
            unit: *unit,
            arms: arms.iter().cloned().zip(experiment.weights.iter().copied()).collect(),
            programme: experiment.programme.clone(),
            slot: slot.map(|it| SlotDesign { layer: it.layer.clone(), from: it.part.from, to: it.part.to }),
            hold_out: experiment.hold_out,
            coverage: experiment.coverage,
            switch: switch.as_ref().map(switched),
            began: switch.as_ref().map(|(_, began)| began.0),
            everything: told(&self.holdouts.global),
            of_programme: self.holdouts.programmes.get(&experiment.programme).and_then(told),
        };
        serde_json::to_value(words).expect("a draw has nothing that JSON cannot say")
    }

    /// Reads the draw of the experiment `key`; none when it is no draw.
    pub fn read(key: &str, words: &Value) -> Option<RoomDraw> {
        let it = Words::deserialize(words).ok()?;
        let (arms, weights): (Vec<String>, Vec<f64>) = it.arms.into_iter().unzip();
        let treated = weights.get(1).copied().unwrap_or(0.5);
        let slot = it.slot.map(|it| Slot { layer: it.layer, part: Range { from: it.from, to: it.to } });
        let experiment = Experiment {
            key: key.to_owned(),
            programme: it.programme,
            phase: it.version,
            slot,
            coverage: it.coverage,
            weights,
            hold_out: it.hold_out,
            running: it.runs,
        };
        let schedule = |switch: Switch| Schedule {
            key: key.to_owned(),
            phase: it.version,
            seed: 0,
            stretch_s_min: switch.stretch_s_min,
            stretch_s_max: switch.stretch_s_max,
            burn_in_s: switch.burn_in_s,
            treated,
            running: it.runs,
        };
        let switch = it.switch.map(schedule).zip(it.began.map(Millis));
        experiment.check().ok()?;
        if let Some((schedule, _)) = &switch {
            schedule.check().ok()?;
        }
        let holdout = |(share, phase): (f64, u32)| {
            let holdout = Holdout { share, phase };
            holdout.check().is_ok().then_some(holdout)
        };
        let mut holdouts = Holdouts::default();
        if let Some(told) = it.everything {
            holdouts.global = holdout(told)?;
        }
        if let Some(told) = it.of_programme {
            holdouts.programmes.insert(experiment.programme.clone(), holdout(told)?);
        }
        let draw = Draw { key: key.to_owned(), version: it.version, unit: it.unit, arms, experiment, switch };
        Some(RoomDraw { draw, holdouts })
    }

    /// A number that another draw does not have.
    pub fn mark(&self) -> u64 {
        bits_of(&["linger draw", &self.draw.key, &self.words().to_string()], &[])
    }
}
