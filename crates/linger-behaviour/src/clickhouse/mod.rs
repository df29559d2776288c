//! Questions in the SQL of ClickHouse, for who keeps facts there: one statement for each question, and the
//! reading of what it finds. It does not know how statements are sent, nor how facts came to that engine.
//!
//! The table has the columns of a segment's table: `person` (`UInt64`), `at` (`DateTime64(3)`), `name`
//! (`String`), the texts (`Nullable(String)`) and numbers (`Nullable(Int64)`) under their names, and `seq`, a
//! number that rises in the order of arrival. Ties need it: among facts of one person and one time, it says
//! which came first. Of one person no two facts may have the same `at` and `seq`. Names and texts may be
//! `LowCardinality`, and texts empty instead of `NULL`; person, time and name must not be `Nullable`.
//!
//! The statement counts, by group, cohort, step or period, and those counts are put into the same sums that
//! a [fold](Question::fold) makes. All that comes after counting is therefore one and the same: groups that
//! are not told apart, figures of few people, unfinished periods, medians, curves, and the refusal of too
//! many values.
//!
//! - Periods are sent as their beginnings, so that days of 23 and 25 hours are those of this crate's time
//!   zones.
//! - The order in a person's facts is made by sorting arrays by (`at`, `seq`); what depends on it is
//!   followed by `arrayFold` with the rules of the native engine, not by `windowFunnel` or `sequenceMatch`,
//!   which know no optional step and no order of arrival, and report no times.
//! - All facts of a person that matter are held in memory at once, unlike in the native engine.
//! - Ordered funnels in which one fact can meet several steps look at all sets of steps that facts of one
//!   time can serve: up to `2^n` of them where that many facts of one time meet `n` steps.
//!
//! The statement means what it says under the settings that ClickHouse has by default. Conditions with many
//! long values may need a larger `max_query_size`.
//!
//! ```
//! use linger_behaviour::{Question, clickhouse};
//!
//! let question: Question = serde_json::from_str(r#"{
//!     "ask": "trend",
//!     "scope": {"from_ms": 0, "to_ms": 86400000, "zone": "UTC", "min_people": 1},
//!     "what": {"event": "order.paid"},
//!     "period": "day"
//! }"#)?;
//! let compiled = clickhouse::sql(&question, "facts")?;
//! assert!(compiled.text().contains("name = 'order.paid'"));
//! // What it finds, as JSONCompactEachRow: everybody, the first day, 3 facts of 2 people.
//! let answer = compiled.answer("[null, 0, 3, 2, \"0\"]")?;
//! # let linger_behaviour::Answer::Trend(answer) = answer else { unreachable!() };
//! assert_eq!(answer.groups[0].figures[0].people, Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod facts;
mod funnel;
mod life_cycle;
mod paths;
mod retention;
mod rows;
mod sequence;
mod stickiness;
mod survival;
mod trend;

use crate::{Answer, Question, Wrong};

pub use rows::Unread;

/// A question as a statement.
#[derive(Clone, Debug)]
pub struct Compiled {
    question: Question,
    text: String,
}

/// The statement that finds what a question asks, after checking the question. `table` is where the facts
/// are: a name, or anything else that may follow `FROM`. It becomes part of the statement as it is, so it
/// must not come from outside; all that stands in the question may.
pub fn sql(question: &Question, table: &str) -> Result<Compiled, Wrong> {
    question.check()?;
    let text = match question {
        Question::Retention(it) => retention::text(it, table),
        Question::Funnel(it) => funnel::text(it, table),
        Question::Sequence(it) => sequence::text(it, table),
        Question::Paths(it) => paths::text(it, table),
        Question::Stickiness(it) => stickiness::text(it, table),
        Question::LifeCycle(it) => life_cycle::text(it, table),
        Question::Survival(it) => survival::text(it, table),
        Question::Trend(it) => trend::text(it, table),
    };
    Ok(Compiled { question: question.clone(), text })
}

impl Compiled {
    /// The `SELECT`, without a `FORMAT` clause or a semicolon. Its rows come in no order.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The answer, from the rows that the statement found, as `FORMAT JSONCompactEachRow` writes them: one
    /// JSON array a line. Whole numbers may be quoted or not.
    pub fn answer(&self, rows: &str) -> Result<Answer, Unread> {
        match &self.question {
            Question::Retention(it) => retention::answer(it, rows),
            Question::Funnel(it) => funnel::answer(it, rows),
            Question::Sequence(it) => sequence::answer(it, rows),
            Question::Paths(it) => paths::answer(it, rows),
            Question::Stickiness(it) => stickiness::answer(it, rows),
            Question::LifeCycle(it) => life_cycle::answer(it, rows),
            Question::Survival(it) => survival::answer(it, rows),
            Question::Trend(it) => trend::answer(it, rows),
        }
    }
}
