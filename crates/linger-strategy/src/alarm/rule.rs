//! What an alarm watches and when it speaks, as operators write it. It does not know any figure.

use crate::kpi::Kpi;
use linger_behaviour::Question;
use serde::{Deserialize, Serialize};

/// A rule that is not taken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("alarm: {field} {problem}")]
pub struct BadRule {
    /// What in it.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// An alarm as it is written and kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmRule {
    /// What it is called: 1 to 64 bytes on one line.
    pub name: Box<str>,
    /// What it watches.
    pub figure: Figure,
    /// How often the figure comes.
    #[serde(default)]
    pub every: Every,
    /// In which direction trouble lies.
    #[serde(default)]
    pub side: Side,
    /// By what share of the baseline at least: 0.01 to 1.
    #[serde(default = "change_min")]
    pub change_min: f64,
    /// At what robust z at least: 1 to 20.
    #[serde(default = "z_min")]
    pub z_min: f64,
    /// Among how many people at least.
    #[serde(default = "people_min")]
    pub people_min: u64,
    /// For how many periods on end: 1 to 48.
    #[serde(default = "periods")]
    pub periods: u8,
    /// How many weeks back the baseline reaches: 3 to 26.
    #[serde(default = "weeks")]
    pub weeks: u8,
    /// Also speak of a slow slide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

fn change_min() -> f64 {
    0.10
}
fn z_min() -> f64 {
    3.0
}
fn people_min() -> u64 {
    50
}
fn periods() -> u8 {
    2
}
fn weeks() -> u8 {
    8
}

/// What is watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Figure {
    /// One of the eight indicators, day by day.
    Kpi {
        /// Which.
        kpi: Kpi,
    },
    /// A figure of a question, day by day, of everybody.
    Question {
        /// The question.
        question: Box<Question>,
        /// Which of its figures: `people`, `events`, `sum`; of a retention `bracket:N`, of a funnel `step:N`.
        figure: Box<str>,
    },
    /// A number that a query gives: one row for each period, in order, with its beginning (ms since 1970), the value
    /// and the people behind it.
    Sql {
        /// The query.
        sql: Box<str>,
    },
}

/// How often a figure comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each hour, against the same hour of the same weekday.
    Hour,
    /// Each day, against the same weekday.
    #[default]
    Day,
}

/// In which direction trouble lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A fall is trouble.
    #[default]
    Fall,
    /// A rise is trouble.
    Rise,
}

/// When a slow slide is spoken of, in robust standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What each period may lie off without adding up: half the slide that should be found.
    pub slack: f64,
    /// Where the sum speaks.
    pub limit: f64,
}

impl AlarmRule {
    /// A rule with the usual bounds.
    pub fn usual(name: &str, figure: Figure) -> AlarmRule {
        AlarmRule {
            name: name.into(),
            figure,
            every: Every::Day,
            side: Side::Fall,
            change_min: change_min(),
            z_min: z_min(),
            people_min: people_min(),
            periods: periods(),
            weeks: weeks(),
            drift: None,
        }
    }

    /// Whether it is within its bounds.
    pub fn check(&self) -> Result<(), BadRule> {
        let wrong = |field, problem| Err(BadRule { field, problem });
        if self.name.is_empty() || self.name.len() > 64 || self.name.chars().any(char::is_control) {
            return wrong("name", "must be 1 to 64 bytes on one line");
        }
        if !(0.01..=1.0).contains(&self.change_min) {
            return wrong("change_min", "must be 0.01 to 1");
        }
        if !(1.0..=20.0).contains(&self.z_min) {
            return wrong("z_min", "must be 1 to 20");
        }
        if !(1..=48).contains(&self.periods) {
            return wrong("periods", "must be 1 to 48");
        }
        if !(3..=26).contains(&self.weeks) {
            return wrong("weeks", "must be 3 to 26");
        }
        if let Some(drift) = self.drift {
            let fits = (0.1..=5.0).contains(&drift.slack) && (1.0..=50.0).contains(&drift.limit);
            if !fits {
                return wrong("drift", "must have a slack of 0.1 to 5 and a limit of 1 to 50");
            }
        }
        match &self.figure {
            Figure::Kpi { .. } if self.every == Every::Hour => wrong("every", "must be day for an indicator"),
            Figure::Question { question, .. } if question.check().is_err() => wrong("figure", "has a bad question"),
            Figure::Question { question, figure } if !super::series::names_a_figure(question, figure) => {
                wrong("figure", "names no figure of this question")
            }
            Figure::Sql { sql } if sql.is_empty() || sql.len() > 8_192 => wrong("figure", "must have a query of 8 KiB at most"),
            _ => Ok(()),
        }
    }
}
