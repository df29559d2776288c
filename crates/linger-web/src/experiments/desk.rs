//! The experiments that are served, kept in memory, and who is given what. It does not know routes or tables.

use super::exposures::Exposures;
use linger_protocol::{Millis, RoomId};
use linger_strategy::experiment::{
    Assignment, Design, Experiment, HeldOutBy, Holdouts, Place, Schedule, Status, Stretch, Unit,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
};

/// What the edge keeps of experiments.
#[derive(Default)]
pub(crate) struct Desk {
    served: RwLock<Arc<Served>>,
    /// One reads the tables anew at a time: an older state never takes the place of a newer one.
    pub(super) reading: tokio::sync::Mutex<()>,
    pub(super) exposures: Exposures,
}

/// All that is served at a moment.
#[derive(Default)]
pub(crate) struct Served {
    /// When the last of it was changed: another number says that somebody's flags may be others.
    pub(super) changed_at: i64,
    pub(super) all: Vec<Trial>,
    pub(super) holdouts: Holdouts,
}

/// One experiment that is served.
pub(super) struct Trial {
    pub key: String,
    pub version: u32,
    pub status: Status,
    pub design: Design,
    pub draw: Experiment,
    /// How rooms are switched, and since when.
    pub switch: Option<(Schedule, Millis)>,
    /// The stretch that each room is in: to find it takes a step for each one before it.
    pub stretches: Mutex<HashMap<RoomId, Stretch>>,
}

/// The names of those whom an arm may be drawn for; what is not known is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Units<'a> {
    pub viewer: Option<&'a str>,
    pub host: Option<&'a str>,
    pub shop: Option<&'a str>,
    pub room: Option<&'a RoomId>,
}

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// An arm by its number, until a moment where rooms are switched.
    Arm(usize, Option<Millis>),
    /// Left alone.
    HeldOut(HeldOutBy),
    /// Not in it.
    Out,
}

/// Somebody of this kind is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nameless(pub Unit);

impl Desk {
    pub(crate) fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(|it| it.into_inner()).clone()
    }

    pub(super) fn serve(&self, served: Served) {
        *self.served.write().unwrap_or_else(|it| it.into_inner()) = Arc::new(served);
    }
}

impl Served {
    /// Experiments of a flag in some place, those that run first.
    pub(super) fn of_flag<'a>(
        &'a self,
        flag: &'a str,
        places: &'a [Place],
    ) -> impl Iterator<Item = &'a Trial> {
        let of_flag = move |it: &&Trial| {
            it.design.flag(&it.key) == flag && it.design.places.iter().any(|place| places.contains(place))
        };
        let running = self.all.iter().filter(|it| it.status == Status::Running).filter(of_flag);
        running.chain(self.all.iter().filter(|it| it.status != Status::Running).filter(of_flag))
    }
}

impl Trial {
    /// What somebody gets of it now.
    ///
    /// # Errors
    /// [`Nameless`] when it draws units that nobody named.
    pub(super) fn given(
        &self,
        units: &Units<'_>,
        holdouts: &Holdouts,
        now: Millis,
    ) -> Result<Given, Nameless> {
        let unit = self.design.unit;
        let name = match unit {
            Unit::Viewer => units.viewer,
            Unit::Host => units.host,
            Unit::Shop => units.shop,
            Unit::Room => {
                let room = units.room.ok_or(Nameless(unit))?;
                return Ok(self
                    .stretch(room, now)
                    .map_or(Given::Out, |it| Given::Arm(usize::from(it.treated), Some(it.ends))));
            }
        };
        Ok(match self.draw.assign(name.filter(|it| !it.is_empty()).ok_or(Nameless(unit))?, holdouts) {
            Assignment::Arm(arm) => Given::Arm(arm, None),
            Assignment::HeldOut(by) => Given::HeldOut(by),
            Assignment::Out(_) => Given::Out,
        })
    }

    fn stretch(&self, room: &RoomId, now: Millis) -> Option<Stretch> {
        let (schedule, began) = self.switch.as_ref()?;
        let mut known = self.stretches.lock().unwrap_or_else(|it| it.into_inner());
        let held = known.get(room).filter(|it| (it.begins..it.ends).contains(&now)).copied();
        let found = held.or_else(|| schedule.at(room, *began, now))?;
        known.insert(room.clone(), found);
        Some(found)
    }
}
