//! Which arm of an experiment a unit is in: the same answer every time, from its name alone, on any machine and in an outside
//! shop's own page. It does not know what the arms do.
//!
//! Viewers, hosts and shops are bucketed by name ([`Experiment`]); what everybody in a room sees is switched over time
//! ([`Schedule`]). Nothing is stored: who is in an arm follows from the experiment's words.
//!
//! A [`Draw`] is all that it takes to tell: one for pages, shops and rules. A [`Design`] is what people write; a [`Life`] says what may be done with it; a [`Report`] says what came of it, from the
//! facts of those who were shown an arm.

mod bucket;
mod design;
mod draw;
mod life;
mod metric;
mod report;
mod schedule;
mod trial;

pub use bucket::{Range, bucket, choose, ranges};
pub use design::{ArmDesign, BadDesign, Design, Detect, Place, SlotDesign, Switch, Unit, is_name};
pub use draw::{Draw, Given, Nameless, RoomDraw, Units, room_viewer};
pub use life::{Life, Move, NotNow, Status};
pub use metric::{Measure, MetricDesign, Take, Term, Way};
pub use report::{
    ArmFigures, ArmReport, Asked, Between, EffectTold, Ends, Holding, HoldingReport, MetricReport, Report,
    ReportFold, Saying, Span,
};
pub use schedule::{Schedule, Stretch};
pub use trial::{Assignment, Experiment, HeldOutBy, Holdout, Holdouts, Out, Slice, Slot};

/// Somebody was shown an arm, or is left alone by a holdout; `Outcome` says which: see [`shown`].
pub const EXPOSED: &str = "experiment.exposed";
/// The arm of those whom an experiment itself leaves alone.
pub const HELD_OUT: &str = "held-out";
/// Those whom a holdout leaves alone, and those who are measured like them.
pub const HELD: &str = "held";
/// See [`HELD`].
pub const MEASURED: &str = "measured";
/// Names that no arm may have.
const RESERVED: [&str; 3] = [HELD_OUT, HELD, MEASURED];

/// The `Outcome` of the fact that somebody was shown an arm of a version of an experiment.
pub fn shown(key: &str, version: u32, arm: &str) -> String {
    format!("{key}/{version}/{arm}")
}

/// The same for a holdout: `everything`, or `programme/NAME`. No key has a `~`.
pub fn held(of: &str, phase: u32, slice: &str) -> String {
    format!("~{of}/{phase}/{slice}")
}
