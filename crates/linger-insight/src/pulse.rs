//! The room's leaving over the last minute, at any moment of it. It does not know what happened besides.

use crate::HAZARD_WINDOW_S;
use linger_protocol::Millis;
use std::collections::VecDeque;

/// Sums from the beginning of observation up to a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// People who left.
    pub left: u64,
    /// Milliseconds people were there, added over people.
    pub person_ms: u64,
}

/// Who is here as a step function of time, with its integral, as far back as a window reaches.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    marks: VecDeque<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    at: Millis,
    here: u32,
    sums: Reading,
}

impl Pulse {
    /// From `at` on, `here` people are there, after `left` of them left.
    pub fn change(&mut self, at: Millis, left: u64, here: u32) {
        let mut sums = self.at(at);
        sums.left += left;
        self.marks.push_back(Mark { at, here, sums });
        // The newest mark that is older than a window is still needed: it was in force when the window began.
        let is_old = |mark: &Mark| at.since(mark.at) >= u64::from(HAZARD_WINDOW_S) * 1_000;
        while self.marks.get(1).is_some_and(is_old) {
            self.marks.pop_front();
        }
    }

    /// The sums up to a moment, changes at that very moment included; zero before the first change.
    pub fn at(&self, moment: Millis) -> Reading {
        let after = self.marks.partition_point(|mark| mark.at <= moment);
        let Some(mark) = after.checked_sub(1).and_then(|at| self.marks.get(at)) else {
            return Reading::default();
        };
        let since = u64::from(mark.here).saturating_mul(moment.since(mark.at));
        Reading { left: mark.sums.left, person_ms: mark.sums.person_ms.saturating_add(since) }
    }

    /// The count was lost: nothing before is comparable with what comes.
    pub fn forget(&mut self) {
        self.marks.clear();
    }
}

impl Reading {
    /// What was added since an earlier reading.
    pub fn since(self, earlier: Reading) -> Reading {
        Reading {
            left: self.left.saturating_sub(earlier.left),
            person_ms: self.person_ms.saturating_sub(earlier.person_ms),
        }
    }

    /// People leaving per million people and second; `None` when nobody was there.
    pub fn hazard_ppm(self) -> Option<i64> {
        let scaled = u128::from(self.left) * 1_000_000_000;
        scaled.checked_div(u128::from(self.person_ms)).and_then(|ppm| i64::try_from(ppm).ok())
    }
}
