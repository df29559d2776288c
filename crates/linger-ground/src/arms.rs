//! Whom rules may act on: everybody, nobody, or whoever an experiment draws. It does not know what rules find.
//!
//! What is not to act is withheld as the product itself withholds: the room notes it, and it takes its part of the budget and
//! of the cool-down, as if it had been done.

use crate::stage::BEGIN;
use linger_protocol::{Arm, Intent, RoomId};
use linger_strategy::experiment::{Assignment, Experiment, Holdouts, Schedule, Stretch};

/// Which intents act.
#[derive(Clone, Debug)]
pub enum Arms {
    /// All of them.
    All,
    /// None.
    Nobody,
    /// Those of treated stretches of the room's time.
    Stretches(Vec<Stretch>),
    /// Those about viewers who are drawn into the second arm.
    Viewers(Box<Experiment>),
}

impl Arms {
    /// The stretches of a show of this length in a room.
    pub fn switched(schedule: &Schedule, room: &RoomId, length_s: u32) -> Arms {
        let end = BEGIN.plus(u64::from(length_s) * 1_000);
        Arms::Stretches(schedule.stretches(room, BEGIN).take_while(|it| it.begins < end).collect())
    }

    /// The arm of an intent.
    pub fn arm(&self, intent: &Intent) -> Arm {
        let acts = match self {
            Arms::All => true,
            Arms::Nobody => false,
            Arms::Stretches(stretches) => {
                let after = stretches.partition_point(|it| it.begins <= intent.at);
                after.checked_sub(1).is_some_and(|it| stretches[it].treated)
            }
            Arms::Viewers(draw) => {
                let person = intent.proposed().and_then(|it| it.person);
                person.is_some_and(|it| draw.assign(&viewer(it), &Holdouts::default()) == Assignment::Arm(1))
            }
        };
        if acts { Arm::Act } else { Arm::HoldOut }
    }
}

/// The name that a viewer is drawn by, as the server says it.
pub fn viewer(person: linger_protocol::PersonId) -> String {
    format!("room:{person}")
}
