//! Owns the deadlines of many sessions in one heap.
//!
//! It does not know what a deadline is for. A session may ask for a new deadline at every packet; only the earliest
//! one is kept, and a session that wakes too early is set again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use crate::slab::Key;

/// Deadlines are rounded up to this, so that a thousand sessions wake their loop hundreds of times a second and not
/// hundreds of thousands of times. Sessions need 5 ms or finer.
const TICK: Duration = Duration::from_millis(4);

/// The deadlines.
#[derive(Debug)]
pub(crate) struct Timers {
    epoch: Instant,
    heap: BinaryHeap<Reverse<(Instant, Key)>>,
}

impl Timers {
    pub(crate) fn new(now: Instant) -> Self {
        Timers { epoch: now, heap: BinaryHeap::new() }
    }

    /// Sets a session's deadline unless an earlier one is set; `set` is the session's own note of it.
    pub(crate) fn set(&mut self, key: Key, wakes_at: Instant, set: &mut Option<Instant>) {
        let since = wakes_at.saturating_duration_since(self.epoch).as_nanos();
        // A deadline centuries away means "never".
        let ticks = u32::try_from(since.div_ceil(TICK.as_nanos())).unwrap_or(u32::MAX);
        let at = self.epoch + TICK * ticks;
        if set.is_none_or(|earlier| at < earlier) {
            *set = Some(at);
            self.heap.push(Reverse((at, key)));
        }
    }

    /// The next session whose deadline has come, with the deadline. It counts only if it is the session's own note.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Instant, Key)> {
        let Reverse((at, _)) = *self.heap.peek()?;
        if at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(due)| due)
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slab::Slab;

    #[test]
    fn only_the_earliest_deadline_of_a_session_is_kept() {
        let start = Instant::now();
        let mut timers = Timers::new(start);
        let key = Slab::default().insert(());
        let mut set = None;
        for ms in [9, 30, 5, 6] {
            timers.set(key, start + Duration::from_millis(ms), &mut set);
        }
        assert_eq!(set, Some(start + Duration::from_millis(8)));
        assert_eq!(timers.next_at(), set);
        assert_eq!(timers.pop_due(start + Duration::from_millis(7)), None);
        assert_eq!(timers.pop_due(start + Duration::from_millis(8)), set.map(|at| (at, key)));
    }

    #[test]
    fn a_deadline_that_means_never_does_not_overflow() {
        let start = Instant::now();
        let mut set = None;
        let key = Slab::default().insert(());
        Timers::new(start).set(key, start + Duration::from_secs(3_600 * 24 * 365 * 50), &mut set);
        assert!(set.is_some());
    }
}
