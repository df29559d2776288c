//! What a show looks like from its log: curves by the second, retention, questions, orders, picture quality, and how the
//! two arms of the loop compare.
//!
//! [`Live`] folds the log. Once a second (or whenever somebody wants to see) [`Live::tick`] hands out a [`Step`]: what
//! changed, in sums. A [`Snapshot`] is the sum of all steps so far and enough to draw everything from scratch; applying
//! the next step to it gives the next snapshot, so that a screen needs one snapshot and then only steps.
//! [`Snapshot::summary`] is the only definition of each headline figure: the live screen and a report over an old log
//! both call it.
//!
//! [`review`] looks back at whole shows: where people left beyond what was to be expected, and the likely causes.
//!
//! It does not know how events are stored, or how anything is drawn or put into JSON; it reads no clock.
//!
//! # The seconds of a show
//!
//! Second 0 is the second of the first picture, arrival, comment, like, question, draw or order, whichever is first:
//! what is set up the day before does not count. A `WentLive` that comes more than [`NEW_SHOW_MS`] after the host ended
//! the show, or after [`SHOW_S_MAX`], begins a new show: curves begin anew, people who are still here count as arriving
//! in its second 0 and questions of the show before are forgotten. The comparison of the arms goes on over all shows of
//! the room.
//!
//! # Bounds
//!
//! A show has at most [`SHOW_S_MAX`] seconds; whatever happens later in it is counted in its last second, so totals stay
//! right while curves end. Beyond [`PEOPLE_MAX`] different people or running stays, further ones are not counted; beyond
//! [`SEGMENTS_MAX`] things on stage, further ones are only counted ([`Snapshot::segments_missed`]).
//!
//! Invariant: a clock that goes backwards moves nothing backwards. An entry that claims to be earlier than one before it
//! counts as happening at the same time as that one.

mod aftermath;
mod arms;
mod comparison;
mod live;
mod pulse;
pub mod review;
mod second;
mod segment;
mod show;
mod snapshot;
mod source;
mod step;
mod summary;

pub use aftermath::{AFTERMATH_S, Aftermath};
pub use arms::{ANSWER_S, Arms, HAZARD_WINDOW_S};
pub use comparison::{ArmSums, Comparison, OCCASIONS_MIN};
pub use live::{Live, PEOPLE_MAX};
pub use second::{Second, Takings};
pub use segment::{Segment, SegmentKind};
pub use show::{NEW_SHOW_MS, SHOW_S_MAX, begins_show};
pub use snapshot::{CurvePoint, SEGMENTS_MAX, Snapshot};
pub use source::{OTHER as SOURCE_OTHER, SOURCES_MAX};
pub use step::{Ended, SegmentChange, Step};
pub use summary::{Summary, WATCH_HORIZON_S};
