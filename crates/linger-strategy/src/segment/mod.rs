//! Segments: who belongs where, by what they did, what is known of them and how they score; kept up to date fact by fact.
//! It does not know how facts are stored, who listens to a person entering or leaving, or what time it is.
//!
//! # Days
//! Everything here happens on calendar days of the shop's own zone. "Within 7 days" is today and the six days before.
//! A fact dated later than today counts from its own day on.
//!
//! # State
//! All conditions on the same event with the same filter share one counter. A person has, for each counter that ever
//! saw them, the first and the last day, a count that stops where no condition can tell more, and the days inside the
//! longest window: one bit a day where only "whether" is asked, day and count where "how often" is. All of it adds up
//! in any order, so late facts and joined people need no replay.
//!
//! Invariant: state kept fact by fact is the state built from the whole history, at any day, in whatever order the facts
//! came and however people were joined.

mod backfill;
mod calendar;
mod compile;
mod condition;
mod days;
mod engine;
mod evaluate;
mod marks;
mod person;
mod ready;
mod spec;
mod touched;

pub use backfill::Backfill;
pub(crate) use calendar::epoch_day;
pub use calendar::{Calendar, UnknownZone};
pub use condition::{
    CONDITIONS_MAX, Condition, ContentTier, CountOf, DAYS_MAX, Filter, SegmentDef, Stage, StageRule,
};
pub use engine::{Change, Engine, EngineFigures, Mark};
pub use marks::Marks;
pub use ready::{ReadySegment, ready_segments};
pub use spec::{BadSegment, SEGMENTS_MAX, Spec};

/// The name of the fact that somebody entered a segment; `Outcome` is the segment's id.
pub const ENTERED: &str = "segment.entered";
/// The name of the fact that somebody left one.
pub const LEFT: &str = "segment.left";
