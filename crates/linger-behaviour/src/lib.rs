//! What people do over days: the words for it, the questions that can be asked of it, and the answers.
//!
//! A [`Fact`] is one thing one person did. Facts come to this crate sorted by person and time, one [`Run`] for each
//! person, so that every question is one linear pass with little state ([`Fold`]); folds over parts of the people add up.
//!
//! A [`Question`] is read from JSON, [checked](Question::check), turned into a [fold](Question::fold), handed everybody, and
//! [finished](AnyFold::finish) as an [`Answer`]. [`Table`] does all that over facts in memory.
//!
//! ```
//! use linger_behaviour::{Answer, Fact, PersonKey, Question, Table};
//!
//! let mut table = Table::new("Asia/Shanghai")?;
//! for (person, at_ms, name) in [(1, 1_000, "cart.added"), (1, 9_000, "order.paid"), (2, 4_000, "cart.added")] {
//!     table.push(&Fact { person: PersonKey(person), at_ms, name: name.into(), ..Fact::default() })?;
//! }
//! let question: Question = serde_json::from_str(r#"{
//!     "ask": "funnel",
//!     "scope": {"from_ms": 0, "to_ms": 60000, "zone": "Asia/Shanghai", "min_people": 1},
//!     "steps": [{"what": {"event": "cart.added"}}, {"what": {"event": "order.paid"}}],
//!     "window_s": 3600
//! }"#)?;
//! let Answer::Funnel(answer) = table.ask(&question)? else { unreachable!() };
//! let people: Vec<_> = answer.groups[0].steps.iter().map(|step| step.people.unwrap()).collect();
//! assert_eq!(people, [2, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What all questions mean alike
//!
//! - *In the range* is `from_ms <= t < to_ms`. `to_ms` is "now" as well: what ends later is marked unfinished.
//! - A fact that does not pass the scope's filters does not exist, for any part of a question.
//! - *Run order* is by time, then by arrival. Only sequences, strict funnels and paths look at the order of arrival; for
//!   all else, facts of equal time are interchangeable.
//! - Periods are those of the calendar of the shop's zone, with days of 23 and 25 hours; weeks begin on Monday.
//! - Texts are told apart byte for byte. A text that is absent, and one that is empty, are the same.
//! - People count once. A group smaller than `min_people` is not shown; see [`answer`].
//! - A breakdown with more different values than can be held exactly is refused by name; nothing is ever approximate but
//!   medians of long times, whose error is stated ([`answer::Spread`]).
//!
//! Each question's own meaning stands at its type, in words that can be said in SQL; `tests/oracle` says the same again
//! as plain definitions, and holds the engine to them.
//!
//! # The people behind a figure
//!
//! A [`Cell`] names a figure of an answer; [`Question::members`] is the fold that finds its people, by asking the
//! question of each person alone. [`MembersFold::has`] asks about one person, for whoever keeps a list while facts arrive.
//!
//! # Other engines
//!
//! [`clickhouse`] says any question in the SQL of ClickHouse, and reads what that finds back as the same [`Answer`].
//!
//! It does not know how facts are stored, read or drawn, and reads no clock.
//!
//! Invariant: within a run, times never fall; facts of equal time stand in the order of their arrival.

pub mod answer;
pub mod band;
mod calendar;
pub mod clickhouse;
pub mod customers;
mod fact;
mod fold;
pub mod question;
mod run;
mod table;
mod words;

pub use answer::{Answer, Group, When};
pub use band::Band;
pub use fact::{Class, Fact, Number, PersonKey, Text, touch};
pub use fold::{AnyFold, MembersFold};
pub use question::{
    Brackets, Breakdown, Cell, Clock, Cohort, Condition, Count, Direction, Funnel, LifeCycle, Of, Order,
    Paths, Pattern, Period, Question, Retention, Scope, Sequence, Stage, Start, Stays, Step, Stickiness,
    Survival, Trend, What, Wrong,
};
pub use run::{Columns, Fold, Head, Marks, NO_TEXT, NONE, Names, Need, Run};
pub use table::Table;
