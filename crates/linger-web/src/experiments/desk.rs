//! The experiments that are served, kept in memory, and who is given what. It does not know routes or tables.

use super::exposures::Exposures;
use linger_protocol::{Millis, RoomId};
use linger_strategy::experiment::{
    Design, Draw, Given, Holdouts, Nameless, Place, Status, Stretch, Unit, Units,
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
    pub draw: Draw,
    /// The stretch that each room is in: to find it takes a step for each one before it.
    pub stretches: Mutex<HashMap<RoomId, Stretch>>,
}

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
        if self.draw.unit != Unit::Room {
            return self.draw.given(units, holdouts, now, &mut None);
        }
        let mut known = self.stretches.lock().unwrap_or_else(|it| it.into_inner());
        let mut held = units.room.and_then(|room| known.get(room)).copied();
        let given = self.draw.given(units, holdouts, now, &mut held);
        if let (Some(room), Some(held)) = (units.room, held) {
            known.insert(room.clone(), held);
        }
        given
    }
}
