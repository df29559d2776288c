//! Which arm of an experiment a unit is in: the same answer every time, from its name alone, on any machine and in an outside
//! shop's own page. It does not know what the arms do, nor what came of them.
//!
//! Viewers, hosts and shops are bucketed by name ([`Experiment`]); what everybody in a room sees is switched over time
//! ([`Schedule`]). Nothing is stored: who is in an arm follows from the experiment's words.

mod bucket;
mod schedule;
mod trial;

pub use bucket::{Range, bucket, choose, ranges};
pub use schedule::{Schedule, Stretch};
pub use trial::{Assignment, Experiment, HeldOutBy, Holdout, Holdouts, Out, Slice, Slot};
