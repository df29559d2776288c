//! What people do over days: the words for it, the questions that can be asked of it, and the answers.
//!
//! A [`Fact`] is one thing one person did. Facts come to this crate sorted by person and time, one [`Run`] for each
//! person, so that every question is one linear pass with little state ([`Fold`]); folds over parts of the people add up.
//!
//! It does not know how facts are stored, read or drawn, and reads no clock.
//!
//! Invariant: within a run, times never fall; facts of equal time stand in the order of their arrival.

pub mod answer;
mod calendar;
mod fact;
mod fold;
pub mod question;
mod run;
mod table;

pub use answer::{Answer, Group, When};
pub use fact::{Class, Fact, Number, PersonKey, Text, touch};
pub use fold::{AnyFold, MembersFold};
pub use question::{
    Brackets, Breakdown, Cell, Clock, Cohort, Condition, Count, Direction, Funnel, LifeCycle, Of, Order,
    Paths, Pattern, Period, Question, Retention, Scope, Sequence, Stage, Start, Stays, Step, Stickiness,
    Survival, Trend, What, Wrong,
};
pub use run::{Columns, Fold, Head, NO_TEXT, NONE, Names, Need, Run};
pub use table::Table;
