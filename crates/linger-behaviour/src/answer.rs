//! The answers. They do not know how they were found, nor how they are drawn.
//!
//! Figures of a group smaller than the question's `min_people` are absent, and the group is marked `hidden`. Groups
//! come largest first, the group that gathers all others (`rest`) last. Without a breakdown there is one group, and
//! with one the first group is still that of everybody, `value` absent.

use crate::{PersonKey, Stage};
use serde::{Deserialize, Serialize};

/// The answer to a [`Question`](crate::Question), of the same kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Who comes back.
    Retention(Retained),
    /// How far people get.
    Funnel(Funnelled),
    /// Who matched.
    Sequence(Matched),
    /// What came next or before.
    Paths(Pathways),
    /// Days active.
    Stickiness(Sticky),
    /// Stages of the life cycle.
    LifeCycle(Lives),
    /// How long people stay.
    Survival(Stayed),
    /// How much happened.
    Trend(Trended),
}

/// Which people, or facts, a part of an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The value of the breakdown, empty for those without one; absent for everybody.
    pub value: Option<String>,
    /// It gathers all groups that are not told apart.
    pub rest: bool,
    /// It is too small to be shown.
    pub hidden: bool,
}

/// A period of the calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Its name: `2026-03` for a month, the date of its (first) day for a day or week, `2026-03-29T14:00+08:00` for an hour.
    pub label: String,
    /// Its beginning, ms since 1970; it may lie before the range.
    pub from_ms: i64,
    /// It is not over at the end of the range.
    pub unfinished: bool,
}

/// The answer to a retention question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Retained {
    /// The edges of the brackets, one more than there are brackets.
    pub edges: Vec<u32>,
    /// For each group, its cohorts.
    pub groups: Vec<RetainedGroup>,
}

/// The cohorts of one group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RetainedGroup {
    /// Which.
    pub group: Group,
    /// The cohorts: every period of the range in order, or the values of the text, largest first, 200 at most.
    pub cohorts: Vec<CohortRow>,
}

/// A cohort.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CohortRow {
    /// The label of its period, or the value of its text.
    pub cohort: String,
    /// The beginning of its period, ms since 1970; absent for a cohort of a text.
    pub from_ms: Option<i64>,
    /// How many are in it; absent when too few to be shown.
    pub people: Option<u64>,
    /// Its own period is not over: more people may join.
    pub unfinished: bool,
    /// It is too small to be shown (and not empty).
    pub hidden: bool,
    /// One for each bracket.
    pub cells: Vec<Back>,
}

/// Those of a cohort who are back in a bracket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// How many; absent when hidden, or when the bracket has not begun for anybody of the cohort.
    pub people: Option<u64>,
    /// The bracket is not over for all of the cohort at the end of the range. On the calendar: bracket `[a, b)` of the
    /// cohort whose last anchor lies in period `p` is over when period `p + b - 1` is. Rolling: when the cohort's last anchor
    /// plus `b` periods is not after the range's end and the cohort's own period is over. "On or after" brackets are
    /// marked by the same rule, though later returns still add to them.
    pub unfinished: bool,
}

/// The answer to a funnel question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Funnelled {
    /// For each group, the steps.
    pub groups: Vec<FunnelledGroup>,
    /// People who start within `window_s` of the range's end may still go on.
    pub open_from_ms: i64,
}

/// The steps of one group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunnelledGroup {
    /// Which.
    pub group: Group,
    /// The steps, in the order of the question; absent figures when hidden.
    pub steps: Vec<Reached>,
}

/// Those who reached a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// How many.
    pub people: Option<u64>,
    /// How long it took them from the first step; absent for the first step, for steps in any order counted from the
    /// earliest fact used, and when nobody reached it.
    pub time: Option<Spread>,
}

/// How a length of time is spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half took at most so long, ms (nearest rank). Times up to 128 ms are exact; longer ones are given as the
    /// middle of a class of 1/64 of a doubling, so within 0.8 %.
    pub median_ms: i64,
    /// Nine of ten took at most so long, ms, the same way.
    pub p90_ms: i64,
    /// How many took from `from_ms` up to twice that (0 and 1 ms each by itself): the doublings that are not empty.
    pub doublings: Vec<(i64, u64)>,
}

/// The answer to a sequence question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// For each group, how many people matched up to each step; absent when hidden. The last is the whole pattern.
    pub groups: Vec<MatchedGroup>,
}

/// One group's matches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MatchedGroup {
    /// Which.
    pub group: Group,
    /// How many people matched up to each step; empty when hidden.
    pub people: Vec<u64>,
}

/// The answer to a path question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pathways {
    /// How many people have an anchor; absent when too few to be shown, and then all else is empty.
    pub people: Option<u64>,
    /// The levels, nearest to the anchor first.
    pub levels: Vec<Level>,
}

/// One level of paths.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The nodes, most people first (equal ones by name). Nodes of fewer than `min_people` people are in `rest`.
    pub nodes: Vec<Node>,
    /// People at nodes that are not told apart.
    pub rest: u64,
    /// From a node of the level before (the anchor, with the empty name, at the first) to one of this: the links
    /// between nodes that are told apart. What is missing from a node's people came from, or went to, `rest`.
    pub links: Vec<Link>,
    /// How many of those who were at the level before went no further within the question's limits.
    pub ended: u64,
}

/// A node of a level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The event's name or the text's value.
    pub name: String,
    /// How many people.
    pub people: u64,
}

/// A link between two levels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The node on the level nearer to the anchor.
    pub from: String,
    /// The node on this level.
    pub to: String,
    /// How many people; `min_people` or more.
    pub people: u64,
}

/// The answer to a stickiness question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sticky {
    /// For each period of the range.
    pub periods: Vec<StickyPeriod>,
}

/// One week or month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StickyPeriod {
    /// Which.
    pub when: When,
    /// How many were active at all; absent when too few to be shown.
    pub people: Option<u64>,
    /// How many were active on exactly 1, 2, 3… days, as many as the period has days; empty when hidden.
    pub days: Vec<u64>,
    /// People active on a day, on average over the days of the period that lie in the range at least in part.
    pub daily: Option<f64>,
    /// `daily` of `people`: 1 when everybody comes every day.
    pub ratio: Option<f64>,
}

/// The answer to a life cycle question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lives {
    /// For each period of the range.
    pub periods: Vec<LifePeriod>,
}

/// Stages in one period. Each figure is absent when it is above 0 and below `min_people`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LifePeriod {
    /// Which.
    pub when: When,
    /// Active for the first time.
    pub new: Option<u64>,
    /// Active again after the period before.
    pub returning: Option<u64>,
    /// Active again after a break.
    pub resurrected: Option<u64>,
    /// Quiet after the period before. While the period is unfinished these may still come.
    pub dormant: Option<u64>,
}

impl LifePeriod {
    /// The figure of a stage.
    pub fn stage(&self, stage: Stage) -> Option<u64> {
        match stage {
            Stage::New => self.new,
            Stage::Returning => self.returning,
            Stage::Resurrected => self.resurrected,
            Stage::Dormant => self.dormant,
        }
    }
}

/// The answer to a survival question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stayed {
    /// For each group.
    pub groups: Vec<StayedGroup>,
}

/// One group's stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StayedGroup {
    /// Which.
    pub group: Group,
    /// Distinct people; absent when hidden, and then all else is absent or empty.
    pub people: Option<u64>,
    /// Stays observed.
    pub stays: Option<u64>,
    /// Those seen to end by leaving.
    pub ended: Option<u64>,
    /// The first age by which half have left, s; absent while more than half stay.
    pub median_s: Option<u32>,
    /// The mean stay cut off at the horizon, s; absent when nobody was observed up to there.
    pub mean_s: Option<f64>,
    /// Its standard error, s.
    pub mean_error_s: Option<f64>,
    /// The curve: the share that stays longer than an age, with its 95 % interval. At most 400 of its steps, evenly
    /// chosen, the last among them.
    pub curve: Vec<CurvePoint>,
}

/// A point of a survival curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Age, s.
    pub age_s: u32,
    /// The share that stays longer.
    pub share: f64,
    /// Low end of the 95 % interval.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// How many were there just before.
    pub at_risk: u64,
}

/// The answer to a trend question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trended {
    /// The periods of the range.
    pub periods: Vec<When>,
    /// For each group, its figures.
    pub groups: Vec<TrendedGroup>,
}

/// One group's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrendedGroup {
    /// Which.
    pub group: Group,
    /// One for each period.
    pub figures: Vec<Figures>,
}

/// What happened in one period. All absent when done by fewer than `min_people` people, but by some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Facts.
    pub events: Option<u64>,
    /// Distinct people. In the group `rest` a person counts once for each of the groups gathered there that they are in.
    pub people: Option<u64>,
    /// The sum of the number asked for, if one was.
    pub sum: Option<i64>,
}

/// The people behind a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// Those with the least keys, as many as were asked for, by key.
    pub people: Vec<PersonKey>,
    /// How many there are in all; absent, and the list empty, when too few to be shown.
    pub count: Option<u64>,
}
