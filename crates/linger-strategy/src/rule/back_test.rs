//! A rule on a log that is over: when it would have spoken. It does not know what would have come of it: a show in which it
//! had spoken would have gone on otherwise.

use super::{
    evaluator::{Evaluator, Finding},
    spec::Rule,
};
use linger_protocol::{Entry, Millis, RoomId};

/// Shows that are told of.
const SHOWS_MAX: usize = 1_000;
/// Moments that are told.
const MOMENTS_MAX: usize = 1_000;

/// One show of a room, and what a rule would have done in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Show {
    /// When it began.
    pub began: Millis,
    /// When the host ended it; none when the log does not say so.
    pub ended: Option<Millis>,
    /// When the rule would have spoken, in order; 1,000 at most.
    pub moments: Vec<Moment>,
}

/// A moment at which a rule would have spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Seconds since the show began.
    pub show_s: u32,
    /// What it would have proposed, or why not.
    pub finding: Finding,
}

/// Tries a rule, whether it is on or not, on the log of a room: what it would have done, show by show. Everything that it
/// proposes counts as done for its budget.
pub fn back_test(room: &RoomId, rule: &Rule, log: impl IntoIterator<Item = Entry>) -> Vec<Show> {
    let mut test = BackTest::new(room, rule);
    log.into_iter().for_each(|entry| test.fold(&entry));
    test.shows
}

/// A trial that reads a log piece by piece.
#[derive(Debug)]
pub struct BackTest {
    evaluator: Evaluator,
    shows: Vec<Show>,
}

impl BackTest {
    /// A trial that has read nothing.
    pub fn new(room: &RoomId, rule: &Rule) -> BackTest {
        let rule = Rule { on: true, rooms: vec![], ..rule.clone() };
        BackTest { evaluator: Evaluator::trying(room, vec![rule]), shows: vec![] }
    }

    /// Reads the next entry.
    pub fn fold(&mut self, entry: &Entry) {
        let found = self.evaluator.fold(entry);
        if let Some((began, ended)) = self.evaluator.show() {
            match self.shows.last_mut().filter(|it| it.began == began) {
                Some(show) => show.ended = ended,
                None => self.shows.push(Show { began, ended, moments: vec![] }),
            }
            if self.shows.len() > SHOWS_MAX {
                self.shows.remove(0);
            }
        }
        // What was found up to an entry belongs to the show before the one that may begin with it.
        for finding in found {
            let of = self.shows.iter_mut().rev().find(|it| it.began <= finding.intent.at);
            if let Some(show) = of.filter(|it| it.moments.len() < MOMENTS_MAX) {
                let show_s = finding.intent.at.since(show.began) / 1_000;
                show.moments.push(Moment { show_s: u32::try_from(show_s).unwrap_or(u32::MAX), finding });
            }
        }
    }

    /// The shows so far, oldest first; the last 1,000.
    pub fn shows(&self) -> &[Show] {
        &self.shows
    }

    /// How many shows there were, those that are not told included.
    pub fn shows_in_all(&self) -> u32 {
        self.evaluator.shows()
    }
}
