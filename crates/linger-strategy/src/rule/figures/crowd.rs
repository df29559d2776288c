//! People of one kind: who is here, who came and went, what they said. It does not know of which kind they are.

use crate::rule::window::Series;
use linger_protocol::Millis;

#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub here: u32,
    settled_at: Millis,
    person_ms: Series,
    pub joins: Series,
    pub leaves: Series,
    pub comments: Series,
    pub orders: Series,
    base: Base,
}

/// What the sums were when the show began.
#[derive(Clone, Copy, Debug, Default)]
struct Base {
    person_ms: u64,
    leaves: u64,
    comments: u64,
}

impl Crowd {
    pub fn at(now: Millis, second: i64, here: u32) -> Crowd {
        let series = || Series::at(second);
        Crowd {
            here,
            settled_at: now,
            person_ms: series(),
            joins: series(),
            leaves: series(),
            comments: series(),
            orders: series(),
            base: Base::default(),
        }
    }

    /// Counts the time that people were here up to now: before the number of people changes, and at the end of a second.
    pub fn settle(&mut self, now: Millis) {
        self.person_ms.add(u64::from(self.here) * now.since(self.settled_at));
        self.settled_at = self.settled_at.max(now);
    }

    pub fn roll(&mut self, now: Millis, second: i64) {
        self.settle(now);
        for series in
            [&mut self.person_ms, &mut self.joins, &mut self.leaves, &mut self.comments, &mut self.orders]
        {
            series.roll(second);
        }
    }

    pub fn come(&mut self, now: Millis) {
        self.settle(now);
        self.here += 1;
        self.joins.add(1);
    }

    /// Somebody is here no longer; `seen` when it was their own doing.
    pub fn go(&mut self, now: Millis, seen: bool) {
        self.settle(now);
        self.here = self.here.saturating_sub(1);
        self.leaves.add(u64::from(seen));
    }

    /// The count of people is lost: nobody is known to be here, and nobody was seen to leave.
    pub fn lose(&mut self) {
        self.here = 0;
    }

    /// From here on the usual is counted anew.
    pub fn begin_show(&mut self, now: Millis) {
        self.settle(now);
        self.base = Base {
            person_ms: self.person_ms.total(),
            leaves: self.leaves.total(),
            comments: self.comments.total(),
        };
    }

    /// Milliseconds people were here, added over people, up to now.
    pub fn person_ms(&self, now: Millis) -> u64 {
        self.person_ms.total() + u64::from(self.here) * now.since(self.settled_at)
    }

    pub fn person_ms_series(&self) -> &Series {
        &self.person_ms
    }

    /// People who left per person and minute, from the beginning of the show to the window.
    pub fn hazard_before(&self, window_s: u32) -> f64 {
        let left = self.leaves.before(window_s).saturating_sub(self.base.leaves);
        super::ratio(left * 60_000, self.person_ms.before(window_s).saturating_sub(self.base.person_ms))
    }

    /// Comments from the beginning of the show to the window.
    pub fn comments_before(&self, window_s: u32) -> u64 {
        self.comments.before(window_s).saturating_sub(self.base.comments)
    }

    pub fn is_quiet(&self) -> bool {
        [&self.joins, &self.leaves, &self.comments, &self.orders, &self.person_ms]
            .into_iter()
            .all(|it| it.within(crate::rule::window::WINDOW_MAX_S) == 0)
    }
}
