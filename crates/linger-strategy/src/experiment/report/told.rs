//! What a report says, as values that pages make sentences of. It does not know how any of it is reckoned.

use super::super::Status;
use linger_stats::{Interval, Unknown, Verdict};
use serde::Serialize;

/// What came of one version of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The experiment.
    pub key: String,
    /// The version that is judged; every version is judged by itself.
    pub version: u32,
    /// Whether it runs.
    pub status: Status,
    /// When this version began, ms since 1970; none when it never did.
    pub from_ms: Option<i64>,
    /// Up to when it was counted.
    pub to_ms: i64,
    /// The answer.
    pub verdict: Saying,
    /// What has to be known beside the answer, as codes.
    pub notes: Vec<&'static str>,
    /// What is counted: `people`, `hosts`, `shops` or `stretches`.
    pub counted: &'static str,
    /// The arms in their order.
    pub arms: Vec<ArmReport>,
    /// Units that the experiment itself leaves alone.
    pub held_out: u64,
    /// People who were shown several arms: they count in none.
    pub crossed: u64,
    /// The chance of such sizes of arms if the draw works; below 0.001 something is broken.
    pub sample_ratio: Option<f64>,
    /// Each metric.
    pub metrics: Vec<MetricReport>,
    /// Those whom a holdout leaves alone, beside as many who are measured.
    pub holdings: Vec<HoldingReport>,
}

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmReport {
    /// Its name.
    pub key: String,
    /// Its share among those who take part.
    pub share: f64,
    /// Units that were counted.
    pub units: u64,
    /// People in them.
    pub people: u64,
}

/// One metric of all arms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricReport {
    /// Its name.
    pub key: String,
    /// Whether the experiment is about it.
    pub primary: bool,
    /// `mean`, `ratio`, `quantile` or `hazard`.
    pub kind: &'static str,
    /// The figure of each arm; none where there is none.
    pub arms: Vec<Option<ArmFigures>>,
    /// Every other arm compared with the first.
    pub against: Vec<Between>,
    /// What becomes of the effect with time, where that can be told: `steady`, `wearing-off`, `growing`.
    pub course: Option<&'static str>,
}

/// A figure of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ArmFigures {
    /// The figure.
    pub value: f64,
    /// The ends of its 95 % interval.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

/// An arm beside the first one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Between {
    /// The arm.
    pub arm: String,
    /// Whether the effect is a share of the first arm's figure; else it is in the metric's own unit.
    pub relative: bool,
    /// The effect, if there is a figure.
    pub effect: Option<EffectTold>,
    /// Whether what was known of people before made it more exact.
    pub adjusted: bool,
    /// What it says.
    pub verdict: Saying,
}

/// An effect with its intervals and chances.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EffectTold {
    /// How far the arm lies above the first one.
    pub estimate: f64,
    /// The interval for one look at a time fixed beforehand.
    pub once: Ends,
    /// The interval that holds however often it is looked at.
    pub always: Ends,
    /// The chance of such an effect if there were none, at one look.
    pub p_once: f64,
    /// The same, however often it is looked at.
    pub p_always: f64,
    /// The one that is judged by, put right for all comparisons of the experiment (Holm).
    pub p_together: f64,
}

/// The ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ends {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// A holdout: those left alone beside those measured, by the primary metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HoldingReport {
    /// `everything`, or the programme.
    pub of: String,
    /// People left alone.
    pub held: u64,
    /// People measured.
    pub measured: u64,
    /// What those measured have more, so far.
    pub uplift: Between,
}

/// A code with its figures; the sentence stands in `web/messages`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Saying {
    /// Which sentence.
    pub code: &'static str,
    /// The arm it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// The metric it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Units there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub have: Option<u64>,
    /// Units there have to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<u64>,
    /// The smallest effect that would have been seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_have_seen: Option<f64>,
    /// A chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
}

impl Saying {
    pub(super) fn of(code: &'static str) -> Saying {
        Saying { code, ..Saying::default() }
    }
}

impl From<Interval> for Ends {
    fn from(it: Interval) -> Ends {
        Ends { low: it.low, high: it.high }
    }
}

impl From<Verdict> for Saying {
    fn from(verdict: Verdict) -> Saying {
        match verdict {
            Verdict::Better => Saying::of("better"),
            Verdict::Worse => Saying::of("worse"),
            Verdict::NoDetectableEffect { would_have_seen } => {
                Saying { would_have_seen: Some(would_have_seen), ..Saying::of("no-effect") }
            }
            Verdict::NotEnoughUnits { have, need } => {
                Saying { have: Some(have), need: Some(need), ..Saying::of("too-early") }
            }
            Verdict::BrokenAssignment { chance } => {
                Saying { chance: Some(chance), ..Saying::of("broken-assignment") }
            }
            Verdict::NoFigure(unknown) => Saying::of(match unknown {
                Unknown::NothingObserved => "nothing-observed",
                Unknown::NoSpread => "no-spread",
                Unknown::ZeroBase => "zero-base",
                Unknown::TooFew { .. }
                | Unknown::MoreThanAll
                | Unknown::TooLarge
                | Unknown::BeyondObservation { .. }
                | Unknown::NeverAtRisk => "no-figure",
            }),
        }
    }
}
