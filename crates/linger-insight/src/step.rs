//! What changed since the last look, in sums. It does not know the state it is added to.

use crate::second::row_of;
use crate::{Second, Segment, SegmentKind};
use linger_protocol::Millis;
use linger_stats::Histogram;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Stays (or open questions) that ended together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ended {
    /// The second they began in.
    pub began_s: u32,
    /// The second they ended in.
    pub at_s: u32,
    /// Whether their end was seen; if not, they are censored at `at_s`.
    pub seen: bool,
}

/// A change on stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentChange {
    /// Something is there; a mark is over already.
    Begun(Segment),
    /// The last thing of this kind is there no longer.
    Over {
        /// What.
        kind: SegmentKind,
        /// Last second.
        to_s: u32,
    },
}

/// What changed. Steps of shards that hold different people add up with `+=`; a snapshot takes a step in by
/// [`Snapshot::apply`](crate::Snapshot::apply).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// A new show began then: everything before it is to be set to nothing first.
    pub begins: Option<Millis>,
    /// The second up to which everything is told.
    pub until_s: u32,
    /// The seconds in which something happened, in order. A second may come again in a later step, with what was not
    /// told yet.
    pub seconds: Vec<Second>,
    /// Stays that ended, and how many alike.
    pub ended: BTreeMap<Ended, u32>,
    /// Questions that were answered, and how many alike.
    pub answered: BTreeMap<Ended, u32>,
    /// Changes on stage, in order.
    pub segments: Vec<SegmentChange>,
    /// People who came for the first time.
    pub people_came: u32,
    /// People who came and did something for the first time: commented, followed, entered a draw or ordered.
    pub people_acted: u32,
    /// Times to first frame, in ms.
    pub first_frame_ms: Histogram,
}

impl Step {
    /// Whether nothing changed but the time.
    pub fn is_quiet(&self) -> bool {
        *self == Step { until_s: self.until_s, ..Step::default() }
    }

    pub(crate) fn row(&mut self, second: u32) -> &mut Second {
        row_of(&mut self.seconds, second)
    }
}

impl AddAssign<&Step> for Step {
    fn add_assign(&mut self, other: &Step) {
        self.begins = self.begins.or(other.begins);
        self.until_s = self.until_s.max(other.until_s);
        other.seconds.iter().for_each(|row| self.row(row.second).add(row));
        for (ended, count) in &other.ended {
            *self.ended.entry(*ended).or_default() += count;
        }
        for (answered, count) in &other.answered {
            *self.answered.entry(*answered).or_default() += count;
        }
        self.segments.extend_from_slice(&other.segments);
        self.people_came += other.people_came;
        self.people_acted += other.people_acted;
        self.first_frame_ms += &other.first_frame_ms;
    }
}
