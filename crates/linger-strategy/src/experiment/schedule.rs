//! When a room is switched: stretches of an evening, their drawn borders and arms, and how long after a border nothing is
//! counted. It does not know what is switched.
//!
//! Borders are drawn for each show, so that no arm always falls upon the same minute of a show or the turn of the hour
//! (R. Xiong, A. Chin and S. J. Taylor found that random borders lower the error of switchbacks); arms are drawn for each
//! stretch by itself, which is what makes redrawing them an exact test (`linger_stats::Switchback::randomised`).

use crate::BadConfig;
use crate::draw::{bits_of, unit};
use linger_protocol::{Millis, RoomId};

/// Shortest stretch, in seconds.
const STRETCH_S_MIN: u32 = 60;
/// Longest stretch, in seconds.
const STRETCH_S_MAX: u32 = 7 * 86_400;
/// Stretches of a show; after that many it stays as it is, and nothing is counted.
const STRETCHES_MAX: u32 = 20_000;

/// How rooms are switched.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The experiment.
    pub key: String,
    /// Counts how often it was begun: another phase draws anew.
    pub phase: u32,
    /// The seed of borders and arms.
    pub seed: u64,
    /// A stretch lasts at least so long, in seconds.
    pub stretch_s_min: u32,
    /// And at most so long, in seconds.
    pub stretch_s_max: u32,
    /// How long after a border the stretch before still works, and nothing is counted, in seconds.
    pub burn_in_s: u32,
    /// Which share of the stretches is treated, above 0 and below 1.
    pub treated: f64,
    /// The switch: off, nothing is treated or counted from now on.
    pub running: bool,
}

/// A stretch of a show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its number in the show, from 0.
    pub number: u32,
    /// Whether it is treated.
    pub treated: bool,
    /// Its beginning.
    pub begins: Millis,
    /// From when on it is counted.
    pub counts_from: Millis,
    /// Its end, excluded.
    pub ends: Millis,
}

impl Stretch {
    /// Whether what happens then is counted.
    pub fn counts(&self, at: Millis) -> bool {
        (self.counts_from..self.ends).contains(&at)
    }
}

impl Schedule {
    /// Names the first setting that cannot be.
    pub fn check(&self) -> Result<(), BadConfig> {
        let wrong = |field, wants| Err(BadConfig { field, wants });
        if self.key.is_empty() || self.key.len() > 100 {
            return wrong("key", "1 to 100 bytes");
        }
        if !(STRETCH_S_MIN..=STRETCH_S_MAX).contains(&self.stretch_s_min) {
            return wrong("stretch_s_min", "60 to 604800");
        }
        if !(self.stretch_s_min..=STRETCH_S_MAX).contains(&self.stretch_s_max) {
            return wrong("stretch_s_max", "the least length to 604800");
        }
        if self.burn_in_s >= self.stretch_s_min {
            return wrong("burn_in_s", "less than the least length");
        }
        if !(self.treated > 0.0 && self.treated < 1.0) {
            return wrong("treated", "above 0, below 1");
        }
        Ok(())
    }

    /// The stretches of the show that began at `began` in `room`, one after another, whether it runs or not: what was
    /// switched yesterday is judged today.
    pub fn stretches<'a>(&'a self, room: &'a RoomId, began: Millis) -> impl Iterator<Item = Stretch> + 'a {
        let mut begins = began;
        (0..STRETCHES_MAX).map(move |number| {
            // One draw for the border and another one for the arm: neither tells of the other.
            let draw = |what| unit(self.bits(what, room, began, number));
            let longer = f64::from(self.stretch_s_max - self.stretch_s_min) + 1.0;
            let length_s = u64::from(self.stretch_s_min) + (draw("length") * longer) as u64;
            let stretch = Stretch {
                number,
                treated: draw("arm") < self.treated,
                begins,
                counts_from: begins.plus(u64::from(self.burn_in_s) * 1_000),
                ends: begins.plus(length_s * 1_000),
            };
            begins = stretch.ends;
            stretch
        })
    }

    /// The stretch that a moment of the show lies in; none before its beginning, and none when switched off. It takes a step for each stretch before
    /// it, so keep it until it [`ends`](Stretch::ends).
    pub fn at(&self, room: &RoomId, began: Millis, now: Millis) -> Option<Stretch> {
        (self.running && now >= began).then(|| self.stretches(room, began).find(|it| now < it.ends)).flatten()
    }

    fn bits(&self, what: &str, room: &RoomId, began: Millis, number: u32) -> u64 {
        let began = u64::from_be_bytes(began.0.to_be_bytes());
        let numbers = [self.seed, u64::from(self.phase), began, u64::from(number)];
        bits_of(&["linger stretch", what, &self.key, room.as_str()], &numbers)
    }
}
