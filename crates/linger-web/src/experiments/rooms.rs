//! What viewers of a room are given, and that they were given it. It does not know sockets.

use super::exposures::Where;
use crate::{
    house::{House, RoomDesk},
    track::room_person,
    wire::FlagWire,
};
use linger_events::Who;
use linger_protocol::PersonId;
use linger_strategy::experiment::{
    Given, HELD, HELD_OUT, HeldOutBy, Holdouts, MEASURED, Place, Slice, Status, Units, held, shown,
};
use std::collections::BTreeMap;

/// What a viewer's page was told last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    changed_at: i64,
    until: Option<i64>,
}

/// Flags by name.
pub(crate) type Flags = BTreeMap<String, FlagWire>;

impl Shown {
    /// The flags of a viewer now: those that an experiment sets for them, and nothing else. That they were shown is noted.
    pub(crate) fn open(
        house: &House,
        desk: &RoomDesk,
        person: PersonId,
        customer: Option<&str>,
    ) -> (Shown, Flags) {
        let served = house.experiments.served();
        let mut now_shown = Shown { changed_at: served.changed_at, until: None };
        let mut flags = Flags::new();
        let at = house.now();
        let name = room_person(person);
        let who = Who::anonymous(&name);
        // A customer is the same one in the shop's own pages, and so in the same arm.
        let unit = customer.unwrap_or(&name);
        let running = || {
            let in_rooms = served.all.iter().filter(|it| it.design.places.contains(&Place::Rooms));
            in_rooms.filter(|it| it.status == Status::Running)
        };
        let host = desk.hub.card().host_name;
        let place = Where { room: Some(&desk.room), host: &host, source: "" };
        let note = |outcome: &str| house.experiments.exposures.add(&who, outcome, place, at);
        note_holdouts(&served.holdouts, unit, &note);
        let units = Units { viewer: Some(unit), host: Some(&host), shop: None, room: Some(&desk.room) };
        for trial in running() {
            match trial.given(&units, &served.holdouts, at) {
                Ok(Given::Arm(arm, until)) => {
                    let Some(design) = trial.design.arms.get(arm) else { continue };
                    let until = until.map(|it| it.0);
                    now_shown.until = [now_shown.until, until].into_iter().flatten().min();
                    note(&shown(&trial.key, trial.version, &design.key));
                    flags.entry(trial.design.flag(&trial.key).to_owned()).or_insert_with(|| FlagWire {
                        value: design.value.clone(),
                        experiment: trial.key.clone(),
                        version: trial.version,
                        arm: design.key.clone(),
                    });
                }
                Ok(Given::HeldOut(HeldOutBy::Rule)) => note(&shown(&trial.key, trial.version, HELD_OUT)),
                Ok(Given::HeldOut(_) | Given::Out) | Err(_) => {}
            }
        }
        (now_shown, flags)
    }

    /// The flags anew, when they may be others by now.
    pub(crate) fn again(
        &mut self,
        house: &House,
        desk: &RoomDesk,
        person: PersonId,
        customer: Option<&str>,
    ) -> Option<Flags> {
        let turned = self.until.is_some_and(|until| house.now().0 >= until);
        if !turned && house.experiments.served().changed_at == self.changed_at {
            return None;
        }
        let (now_shown, flags) = Shown::open(house, desk, person, customer);
        *self = now_shown;
        Some(flags)
    }
}

/// Where the holdouts put somebody, noted for those whom they are judged by.
fn note_holdouts(holdouts: &Holdouts, unit: &str, note: &impl Fn(&str)) {
    let told = |of: &str, phase: u32, slice: Slice| match slice {
        Slice::Held => note(&held(of, phase, HELD)),
        Slice::Measured => note(&held(of, phase, MEASURED)),
        Slice::Rest => {}
    };
    if holdouts.global.share > 0.0 {
        told("everything", holdouts.global.phase, holdouts.everything(unit));
    }
    for (programme, holdout) in holdouts.programmes.iter().filter(|(_, it)| it.share > 0.0) {
        told(&format!("programme/{programme}"), holdout.phase, holdouts.programme(programme, unit));
    }
}
