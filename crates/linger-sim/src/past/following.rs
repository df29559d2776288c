//! Who comes back, over the evenings of one room: everybody who ever came, and how strongly each is drawn. It does not
//! know what happens in an evening.
//!
//! The law is chosen so that what a shop would measure looks like the field: of those who are new, about 30 % come the
//! next evening, 12 % on the seventh day and 6 % on the thirtieth. Trade figures for live commerce put the seventh day
//! at 12 % and the thirtieth below 20 %; that return falls as a power of the days gone by, and that a few people make
//! up most visits, are the usual shapes. Nothing here is a result.

use super::audience::SOURCES;
use crate::dice::Dice;
use linger_protocol::PersonId;

/// The chance to come on the day after the first one, for somebody who is drawn like most.
const NEXT_DAY: f64 = 0.38;
/// By which power of the days gone by it falls.
const FADES: f64 = 0.53;
/// How much people differ: the standard deviation of the logarithm of what draws them.
const DIFFER: f64 = 0.9;
/// Nobody comes for certain.
const CHANCE_MAX: f64 = 0.92;

#[derive(Clone, Copy, Debug)]
struct Follower {
    person: PersonId,
    first_day: i64,
    /// Through which source they came first, as a place in [`SOURCES`].
    source: usize,
    pull: f64,
}

/// Everybody who came to any evening.
#[derive(Debug)]
pub struct Following {
    dice: Dice,
    people: Vec<Follower>,
    base: u64,
}

impl Following {
    /// Nobody yet; the same seed makes the same people.
    pub fn new(seed: u64) -> Following {
        let mut dice = Dice::of(seed, "following");
        let base = (dice.bits() >> 22) << 20;
        Following { dice, people: Vec::new(), base }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody came yet.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Those who come back on a day, with the source of this visit, in the order in which they will.
    pub(super) fn due(&mut self, day: i64) -> Vec<(PersonId, usize)> {
        let mut due = Vec::new();
        for follower in &self.people {
            let gone = (day - follower.first_day) as f64;
            if gone < 1.0 {
                continue;
            }
            let chance = (NEXT_DAY * follower.pull * gone.powf(-FADES)).min(CHANCE_MAX);
            if self.dice.chance(chance) {
                // Most of those who know the way come by themselves; some are found again where they were first.
                let source = if self.dice.chance(0.6) { SOURCES.len() - 1 } else { follower.source };
                due.push((follower.person, source));
            }
        }
        for last in (1..due.len()).rev() {
            due.swap(last, self.dice.below(last + 1));
        }
        due
    }

    /// Somebody comes for the first time, through a source.
    pub(super) fn meet(&mut self, day: i64, source: usize) -> PersonId {
        let person = PersonId(self.base + self.people.len() as u64 + 1);
        // The mean of what draws people is that of their source: the median of a lognormal lies below its mean.
        let pull = SOURCES[source].pull * self.dice.lognormal((-DIFFER * DIFFER / 2.0).exp(), DIFFER);
        self.people.push(Follower { person, first_day: day, source, pull });
        person
    }
}
