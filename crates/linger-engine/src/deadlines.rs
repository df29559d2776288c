//! When which room wants to be woken. It does not know why.

use linger_protocol::{Millis, RoomId};
use std::collections::{BTreeMap, BTreeSet};

/// Rooms by the time at which they want to hear that time passed.
#[derive(Default)]
pub(crate) struct Deadlines {
    ordered: BTreeSet<(Millis, RoomId)>,
    of_room: BTreeMap<RoomId, Millis>,
}

impl Deadlines {
    pub(crate) fn set(&mut self, room: &RoomId, at: Option<Millis>) {
        if self.of_room.get(room).copied() == at {
            return;
        }
        if let Some(old) = self.of_room.remove(room) {
            self.ordered.remove(&(old, room.clone()));
        }
        if let Some(at) = at {
            self.of_room.insert(room.clone(), at);
            self.ordered.insert((at, room.clone()));
        }
    }

    pub(crate) fn next(&self) -> Option<Millis> {
        self.ordered.first().map(|(at, _)| *at)
    }

    /// Takes out the rooms that are due.
    pub(crate) fn take_due(&mut self, now: Millis) -> Vec<RoomId> {
        let mut due = vec![];
        while self.next().is_some_and(|at| at <= now) {
            if let Some((_, room)) = self.ordered.pop_first() {
                self.of_room.remove(&room);
                due.push(room);
            }
        }
        due
    }
}
