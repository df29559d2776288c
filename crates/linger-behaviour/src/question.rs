//! The questions that can be asked of what people did: typed, bounded, read from JSON. It does not know how they are
//! answered.

mod check;
mod kinds;
mod scope;

pub use check::Wrong;
pub use kinds::{
    Brackets, Cell, Clock, Cohort, Count, Direction, Funnel, LifeCycle, Order, Paths, Pattern, Retention,
    Sequence, Stage, Start, Stays, Step, Stickiness, Survival, Trend,
};
pub use scope::{Breakdown, Condition, Of, Period, Scope, What};

use serde::{Deserialize, Serialize};

/// Steps of a funnel or a sequence, at most.
pub const STEPS_MAX: usize = 20;
/// Brackets of a retention question, at most.
pub const BRACKETS_MAX: usize = 400;
/// Groups of a breakdown that are told apart in an answer, at most.
pub const GROUPS_MAX: u32 = 200;
/// Calendar periods that a range may touch, at most: a month of hours fits.
pub const PERIODS_MAX: usize = 800;
/// Conditions on one event, or on a whole question, at most.
pub const CONDITIONS_MAX: usize = 20;
/// Values of one condition, at most.
pub const VALUES_MAX: usize = 200;
/// Levels of a path question, at most.
pub const DEPTH_MAX: u32 = 6;
/// People that a person list names, at most.
pub const MEMBERS_MAX: usize = 10_000;

/// A question about what people did. In JSON, `ask` says which: `{"ask":"funnel","scope":{…},"steps":[…],…}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// Who comes back.
    Retention(Retention),
    /// How far people get through steps.
    Funnel(Funnel),
    /// Who did a pattern of things, with limits on what lies between.
    Sequence(Sequence),
    /// What people do next, or did before.
    Paths(Paths),
    /// On how many days people are active.
    Stickiness(Stickiness),
    /// Who is new, returning, back again, or gone quiet.
    LifeCycle(LifeCycle),
    /// How long people stay.
    Survival(Survival),
    /// How much happens in each period.
    Trend(Trend),
}

impl Question {
    /// What every question has: the range, the zone, the filters, the small-group bound.
    pub fn scope(&self) -> &Scope {
        match self {
            Question::Retention(it) => &it.scope,
            Question::Funnel(it) => &it.scope,
            Question::Sequence(it) => &it.scope,
            Question::Paths(it) => &it.scope,
            Question::Stickiness(it) => &it.scope,
            Question::LifeCycle(it) => &it.scope,
            Question::Survival(it) => &it.scope,
            Question::Trend(it) => &it.scope,
        }
    }

    /// The same, to be changed: a caller may raise the small-group bound or narrow the range.
    pub fn scope_mut(&mut self) -> &mut Scope {
        match self {
            Question::Retention(it) => &mut it.scope,
            Question::Funnel(it) => &mut it.scope,
            Question::Sequence(it) => &mut it.scope,
            Question::Paths(it) => &mut it.scope,
            Question::Stickiness(it) => &mut it.scope,
            Question::LifeCycle(it) => &mut it.scope,
            Question::Survival(it) => &mut it.scope,
            Question::Trend(it) => &mut it.scope,
        }
    }

    /// What it is broken down by, if the question can be and is.
    pub fn breakdown(&self) -> Option<&Breakdown> {
        match self {
            Question::Retention(it) => it.breakdown.as_ref(),
            Question::Funnel(it) => it.breakdown.as_ref(),
            Question::Sequence(it) => it.breakdown.as_ref(),
            Question::Survival(it) => it.breakdown.as_ref(),
            Question::Trend(it) => it.breakdown.as_ref(),
            Question::Paths(_) | Question::Stickiness(_) | Question::LifeCycle(_) => None,
        }
    }

    /// Whether it is within its bounds and makes sense. Everything else here takes a question that passed.
    pub fn check(&self) -> Result<(), Wrong> {
        check::question(self)
    }
}
