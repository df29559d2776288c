//! What is wrong with a rule, by field. It does not know the sentences: `web/messages` has one for every code.

use std::fmt;

/// One thing that is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, such as `when.all.0.metric`.
    pub field: String,
    /// What is wrong with it.
    pub code: &'static str,
    /// The word, the number or the place that it is about; may be empty.
    pub about: String,
}

impl Problem {
    /// Something is wrong with `field`.
    pub fn new(field: impl Into<String>, code: &'static str, about: impl Into<String>) -> Problem {
        let mut about: String = about.into();
        // What came in from outside is told back, but never at length.
        if let Some((end, _)) = about.char_indices().nth(80) {
            about.truncate(end);
        }
        Problem { field: field.into(), code, about }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.code)?;
        if self.about.is_empty() { Ok(()) } else { write!(f, " ({})", self.about) }
    }
}

/// Every code, for tests that want all of them to have a sentence.
pub const CODES: &[&str] = &[
    MISSING,
    UNKNOWN_FIELD,
    BAD_VALUE,
    RANGE,
    TOO_LONG,
    METRIC_UNKNOWN,
    METRIC_SCOPE,
    DIVIDES,
    NEVER,
    ALWAYS,
    CEL,
    CEL_WORD,
    TOO_DEEP,
    SCOPE_ACTION,
    NEEDS_MONEY,
    NO_BUDGET,
    PLACE,
    QUESTION,
    NO_EXPERIMENT,
    EXPERIMENT_UNIT,
    EXPERIMENT_FLAG,
    EXPERIMENT_ARM,
    EXPERIMENT_OVER,
    EXPERIMENT_HOLD_OUT,
];

/// The field is missing.
pub const MISSING: &str = "rule-missing";
/// No such field.
pub const UNKNOWN_FIELD: &str = "rule-unknown-field";
/// Not a value of the right kind.
pub const BAD_VALUE: &str = "rule-bad-value";
/// Outside the bounds, which `about` names.
pub const RANGE: &str = "rule-range";
/// Too long.
pub const TOO_LONG: &str = "rule-too-long";
/// No such metric.
pub const METRIC_UNKNOWN: &str = "rule-metric-unknown";
/// The metric has no meaning in this scope.
pub const METRIC_SCOPE: &str = "rule-metric-scope";
/// It divides by what is, or may be, zero.
pub const DIVIDES: &str = "rule-divides-by-zero";
/// It can never be true.
pub const NEVER: &str = "rule-never-true";
/// It is always true.
pub const ALWAYS: &str = "rule-always-true";
/// It is not CEL.
pub const CEL: &str = "rule-not-cel";
/// It is CEL, and more of it than rules may use.
pub const CEL_WORD: &str = "rule-cel-word";
/// Too many parts, or too deep.
pub const TOO_DEEP: &str = "rule-too-deep";
/// The action does not go with the scope.
pub const SCOPE_ACTION: &str = "rule-scope-action";
/// What gives something away needs a budget of money.
pub const NEEDS_MONEY: &str = "rule-needs-money";
/// The budget for one viewer is larger than the whole.
pub const NO_BUDGET: &str = "rule-budget";
/// No such place to fill in a text.
pub const PLACE: &str = "rule-place";
/// A rule about questions has one form of condition: `askers >= n`.
pub const QUESTION: &str = "rule-question";
/// No such experiment.
pub const NO_EXPERIMENT: &str = "rule-no-experiment";
/// What the experiment draws does not fit what the rule looks at, or what others see of it.
pub const EXPERIMENT_UNIT: &str = "rule-experiment-unit";
/// An experiment over viewers sets a flag beside: whoever opens the room counts in it before the rule has an occasion.
pub const EXPERIMENT_FLAG: &str = "rule-experiment-flag";
/// The experiment has no such arm, or it is the one in which all is as it is today.
pub const EXPERIMENT_ARM: &str = "rule-experiment-arm";
/// The experiment is over.
pub const EXPERIMENT_OVER: &str = "rule-experiment-over";
/// Where an experiment draws the arms, the rule holds nothing out itself.
pub const EXPERIMENT_HOLD_OUT: &str = "rule-experiment-hold-out";
