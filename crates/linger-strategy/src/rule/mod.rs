//! Rules as data: what somebody who runs the show writes down, tries on last night's log and switches on.
//!
//! A [`Rule`] says what it looks at (the room, the segment that is on, sources, cohorts, viewers, questions), when it acts
//! (a [`Condition`], as a form or in CEL, which mean the same), what it does, how often and at which price. [`Rule::read`]
//! names every field that cannot be. An [`Evaluator`] folds a room's log with the rules in it and tells what they found;
//! [`back_test()`] does the same with one rule on a log that is over. [`ready`] holds rules from the field.
//!
//! It does not know how an intent is carried out, and decides no budget: the room counts what was taken and refuses what
//! would be too much. What stands here of budgets spares the room proposals that it would refuse.
//!
//! # Outcomes that are stated
//!
//! - *Two rules that undo each other*: what one did stands for its cool-down, a minute at least, against every other that is
//!   not of higher priority (see `conflict`).
//! - *A rule that would fire with every tick*: it speaks once, and again only when its condition was not true in between
//!   (or `until` was) and its cool-down, of ten seconds at least, is over; never more often than its budget says.
//! - *A budget at its last cent claimed twice*: the room gives it once; the other is refused, and takes nothing.
//! - *A restart in the middle of a cool-down*: cool-downs are read from the log, so they go on.
//! - *A rule that is edited*: its cool-downs and what it took of its budget stay; whatever it waited for begins anew.
//! - *A figure that is unknown*: a comparison with it is not met.
//! - *An experiment that does not run*, is over, or is gone: a rule that names it rests. Nothing is found, noted or taken of its
//!   budget; when it runs again the rule begins anew, and its cool-downs go on.
//! - *Who is in no arm*, because a rollout has not come to them or their part of a layer is another's: the same, for them.
//! - *Holdouts that change while a rule waits or cools down*: they hold from the entry on that says so, and nothing begins anew.

pub mod action;
mod arms;
mod back_test;
pub mod cel;
mod conflict;
mod evaluator;
pub mod expr;
mod figures;
pub mod form;
mod ledger;
pub mod metric;
pub mod problem;
mod program;
mod range;
pub mod ready;
mod spec;
mod wheel;
mod window;

pub use action::Action;
pub use arms::{RoomRule, misfit};
pub use back_test::{BackTest, Moment, Show, back_test};
pub use evaluator::{Evaluator, Finding, Why};
pub use form::{Clause, Condition};
pub use metric::{Metric, ScopeKind};
pub use problem::Problem;
pub use program::{Program, Read};
pub use spec::{Amount, Budget, Cohort, Rule, Scope};
