//! Each question by itself, with the exact meaning of its parts. It does not know how answers are found.
//!
//! "In the range" is `from_ms <= t < to_ms`. A fact that does not pass the scope's filters does not exist. "Run order" is
//! by time, then by arrival.

use super::{Breakdown, Period, Scope, What};
use crate::Text;
use serde::{Deserialize, Serialize};

/// Who comes back after a start, and when.
///
/// The *anchor* is a fact that meets `start`. A *return* is a fact that meets `back`, at or after the anchor's time and
/// before `to_ms`; the anchor itself is one if it meets `back`, so that everybody is back in bracket 0 when start and
/// return are the same. A return's *distance* is, on the calendar, its period's number less the anchor's; rolling,
/// the whole [`Period::rolling_ms`] since the anchor. With [`Count::On`] a person is back in bracket `[a, b)` if a
/// return has `a <= distance < b`; with [`Count::OnOrAfter`] if one has `a <= distance`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Over what.
    pub scope: Scope,
    /// What somebody starts with.
    pub start: What,
    /// Which of the starts are anchors.
    #[serde(default)]
    pub starts: Start,
    /// What counts as coming back.
    pub back: What,
    /// The length of a period, of cohorts as well as of brackets.
    pub period: Period,
    /// How distance is counted.
    #[serde(default)]
    pub clock: Clock,
    /// The brackets.
    pub brackets: Brackets,
    /// Whether a later return counts as well.
    #[serde(default)]
    pub count: Count,
    /// What makes a cohort.
    #[serde(default)]
    pub cohort: Cohort,
    /// By what cohorts are split further.
    #[serde(default)]
    pub breakdown: Option<Breakdown>,
}

/// Which facts that meet `start` are anchors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The first in the range: a person is in one cohort.
    #[default]
    First,
    /// The first ever, facts before the range included; who started before the range is in no cohort.
    FirstEver,
    /// The first in each period of the range: a person is in as many cohorts as periods in which they started. With
    /// [`Cohort::Text`] they are counted in their cohort once for each period.
    Recurring,
}

/// How distance is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// In periods of the calendar in the shop's zone.
    #[default]
    Calendar,
    /// In hours from the person's own anchor. Cohorts stay on the calendar.
    Rolling,
}

/// The brackets that distances fall into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brackets {
    /// So many brackets of one period each, from distance 0 on.
    Each(u32),
    /// Edges, rising: `[0, 1, 3, 7]` makes `[0,1)`, `[1,3)` and `[3,7)`.
    Edges(Vec<u32>),
}

impl Brackets {
    /// The edges, one more than there are brackets.
    pub fn edges(&self) -> Vec<u32> {
        match self {
            Brackets::Each(count) => (0..=*count).collect(),
            Brackets::Edges(edges) => edges.clone(),
        }
    }
}

/// Whether a return after the bracket counts for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Only returns in the bracket (N-day).
    #[default]
    On,
    /// Returns in the bracket or later (unbounded).
    OnOrAfter,
}

/// What makes a cohort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// The calendar period of the anchor.
    #[default]
    Period,
    /// The value of a text on the anchor, empty when it has none.
    Text(Text),
}

/// How far people get through steps.
///
/// A person has *reached* a step if there are facts in the range that meet the steps up to it, as `order` says, the last of
/// them at most `window_s` after the first. Each person counts once. The time to a step is `T - S`: `T` is the earliest
/// time at which the step was reached, `S` the latest start among the ways of reaching it at `T`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Funnel {
    /// Over what.
    pub scope: Scope,
    /// The steps, 2 to [`STEPS_MAX`](super::STEPS_MAX).
    pub steps: Vec<Step>,
    /// In which order.
    #[serde(default)]
    pub order: Order,
    /// The time from the first step's fact within which a step is reached, s, the bound included.
    pub window_s: u64,
    /// By what people are grouped.
    #[serde(default)]
    pub breakdown: Option<Breakdown>,
}

/// A step of a funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What has to be done.
    pub what: What,
    /// Whether later steps can be reached without it. The first and the last step are not optional.
    #[serde(default)]
    pub optional: bool,
}

impl Step {
    /// A step that has to be done.
    pub fn of(what: What) -> Step {
        Step { what, optional: false }
    }
}

/// In which order the steps of a funnel are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// One after the other, anything else in between: distinct facts with times that do not fall. Facts of equal
    /// time count in the order of the steps, however they arrived.
    #[default]
    Ordered,
    /// By facts that follow each other in run order with no other fact of that person, of any event, in between.
    Strict,
    /// As `strict`, but only facts that meet some step are looked at; others may lie in between.
    StrictListed,
    /// In any order. Step `k` is reached by facts that meet `k` different steps, whichever, not more than `window_s`
    /// apart; one fact may meet several steps.
    Any,
}

/// Who did a pattern of things.
///
/// A person matches up to step `k` if there are facts in the range, each later in run order than the one before, that
/// meet the steps `1..=k`, the gaps as each step says, and the last at most `window_s` after the first if that is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Over what.
    pub scope: Scope,
    /// The steps, 1 to [`STEPS_MAX`](super::STEPS_MAX).
    pub pattern: Vec<Pattern>,
    /// The time from the first to the last fact at most, s.
    #[serde(default)]
    pub window_s: Option<u64>,
    /// By what people are grouped.
    #[serde(default)]
    pub breakdown: Option<Breakdown>,
}

/// A step of a sequence, and what may lie between it and the step before. The first step has no gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// What has to be done.
    pub then: What,
    /// At most so long after the step before, s, the bound included.
    #[serde(default)]
    pub within_s: Option<u64>,
    /// No fact that meets any of these lies, in run order, strictly between the step before and this one. At most 20.
    #[serde(default)]
    pub without: Vec<What>,
}

/// What people do after, or did before, their first anchor in the range.
///
/// Each person gives one path: the nodes of the facts in the range that follow the anchor (or go before it) in run
/// order, nearest first, at most `within_s` away. Facts without a node are passed over; equal nodes next to each other,
/// the anchor's included, count as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// Over what.
    pub scope: Scope,
    /// Where paths begin (or end).
    pub anchor: What,
    /// Which way.
    #[serde(default)]
    pub direction: Direction,
    /// How many levels beside the anchor, 1 to [`DEPTH_MAX`](super::DEPTH_MAX).
    pub depth: u32,
    /// How many nodes are told apart on each level, 1 to 50; the others are added up as `rest`.
    pub top: u32,
    /// What a node is: the value of this text, or the event's name when absent.
    #[serde(default)]
    pub node: Option<Text>,
    /// How far from the anchor, s.
    pub within_s: u64,
}

/// Which way paths are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What came next.
    #[default]
    After,
    /// What came before.
    Before,
}

/// On how many days of a week or month people are active. A day is active if a fact in the range meets `what`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stickiness {
    /// Over what.
    pub scope: Scope,
    /// What makes a day active.
    pub what: What,
    /// `week` or `month`, on the calendar.
    pub per: Period,
}

/// Who is new, returning, resurrected or dormant in each period of the calendar.
///
/// A person is active in a period if a fact in it, before `to_ms`, meets `what`; here the range begins with the whole
/// period that holds `from_ms`, and facts before it are history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeCycle {
    /// Over what.
    pub scope: Scope,
    /// What makes a person active.
    pub what: What,
    /// The length of a period.
    pub period: Period,
}

/// A stage of the life cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Active for the first time ever.
    New,
    /// Active, and in the period before as well.
    Returning,
    /// Active, not in the period before, but earlier.
    Resurrected,
    /// Not active, but in the period before.
    Dormant,
}

/// How long people stay: Kaplan–Meier over the age of a stay in whole seconds (cut off), a day at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// Over what.
    pub scope: Scope,
    /// What a stay is.
    pub stays: Stays,
    /// The restricted mean is given up to this age, s, 1 to 86,400.
    pub horizon_s: u32,
    /// By what stays are grouped.
    #[serde(default)]
    pub breakdown: Option<Breakdown>,
}

/// What a stay is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stays {
    /// A fact in the range that tells how long it was. It began `duration_ms` before the fact's time; when that is before
    /// `from_ms`, it is observed from `from_ms` on (truncation). It ended by leaving if its `outcome` is `left`, and is
    /// censored otherwise. Facts without a duration, or with a negative one, are passed over.
    Told {
        /// The fact, such as `room.left`.
        left: What,
    },
    /// From a fact that meets `enter` to the next that meets `leave`. One that still runs at `to_ms` is censored there; one
    /// that began before `from_ms` is observed from there on; one that ended before is not observed. Entering again
    /// while inside changes nothing; a fact that meets both leaves, then enters.
    Seen {
        /// Coming in.
        enter: What,
        /// Going out.
        leave: What,
    },
}

/// How much happens in each period of the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// Over what.
    pub scope: Scope,
    /// What is counted.
    pub what: What,
    /// The length of a period.
    pub period: Period,
    /// Of which number the sum is given; facts without it add nothing.
    #[serde(default)]
    pub sum: Option<crate::Number>,
    /// By what facts are grouped.
    #[serde(default)]
    pub breakdown: Option<Breakdown>,
}

/// A figure of an answer whose people are wanted. `group` is the breakdown's value; absent, all groups together.
/// Periods and cohorts are named as the answer names them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cell {
    /// A cohort, or those of it who are back in a bracket.
    Retention {
        /// The group.
        #[serde(default)]
        group: Option<String>,
        /// The cohort.
        cohort: String,
        /// The bracket's number from 0; absent, the whole cohort.
        #[serde(default)]
        bracket: Option<u32>,
    },
    /// Those who reached a step of a funnel, or who reached the step before that is not optional, but not this one.
    Funnel {
        /// The group.
        #[serde(default)]
        group: Option<String>,
        /// The step's number from 0.
        step: u32,
        /// Those who were lost before it.
        #[serde(default)]
        lost: bool,
    },
    /// Those who matched a sequence up to a step.
    Sequence {
        /// The group.
        #[serde(default)]
        group: Option<String>,
        /// The step's number from 0.
        step: u32,
    },
    /// Those whose path has a node at a level.
    Paths {
        /// The level, from 1.
        level: u32,
        /// The node.
        node: String,
    },
    /// Those who were active in a period, on so many days.
    Stickiness {
        /// The period.
        period: String,
        /// On how many days exactly; absent, on any.
        #[serde(default)]
        days: Option<u32>,
    },
    /// Those in a stage of the life cycle.
    LifeCycle {
        /// The period.
        period: String,
        /// The stage.
        stage: Stage,
    },
    /// Those whose stays were counted.
    Survival {
        /// The group.
        #[serde(default)]
        group: Option<String>,
    },
    /// Those who did it in a period.
    Trend {
        /// The group.
        #[serde(default)]
        group: Option<String>,
        /// The period.
        period: String,
    },
}
