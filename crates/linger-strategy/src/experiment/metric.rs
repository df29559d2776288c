//! What is measured in an experiment: sums over facts of a unit, a ratio of two of them, a quantile, or how quickly people
//! leave. It does not know arms.

use linger_stats::Wanted;
use serde::{Deserialize, Serialize};

/// Terms of one sum.
const TERMS_MAX: usize = 8;

/// Something that is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricDesign {
    /// Its name.
    pub key: String,
    /// Whether the experiment is about it; the others are guardrails.
    #[serde(default)]
    pub primary: bool,
    /// Which way is good.
    #[serde(default)]
    pub wanted: Way,
    /// How it is reckoned.
    pub is: Measure,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// More is better.
    #[default]
    More,
    /// Less is better.
    Less,
}

impl From<Way> for Wanted {
    fn from(way: Way) -> Wanted {
        match way {
            Way::More => Wanted::More,
            Way::Less => Wanted::Less,
        }
    }
}

/// How a metric is reckoned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// A sum for each person, and the mean of it.
    Mean {
        /// What is added up; with `less`, taken off.
        of: Vec<Term>,
    },
    /// One sum divided by another, such as money for each order.
    Ratio {
        /// Above the line.
        of: Vec<Term>,
        /// Below it.
        over: Vec<Term>,
    },
    /// The figure that a share of all facts does not exceed, such as the median wait.
    Quantile {
        /// The figure of each fact.
        of: Term,
        /// The share: 0.01 to 0.99.
        level: f64,
    },
    /// How quickly people leave: leaves for the time they are there, and for viewers the hazard of their first stay.
    Hazard,
}

/// What one kind of fact adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The event.
    pub event: String,
    /// Only with this outcome; any when empty.
    #[serde(default)]
    pub outcome: String,
    /// What of it counts.
    #[serde(default)]
    pub take: Take,
    /// The currency of amounts, ISO 4217: amounts of others are left out.
    #[serde(default)]
    pub currency: String,
    /// Whether it is taken off: coupons, refunds.
    #[serde(default)]
    pub less: bool,
}

/// What of a fact counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// Whether it happened at all.
    Once,
    /// How often.
    #[default]
    Count,
    /// Its amount, in minor units. Its sign does not matter: `less` says which way it counts.
    Amount,
    /// Its pieces.
    Units,
    /// Its rating.
    Score,
    /// Its length, s.
    Seconds,
}

impl MetricDesign {
    pub(super) fn check(&self, of_stretches: bool) -> Result<(), &'static str> {
        match &self.is {
            Measure::Mean { of } => check_sum(of),
            Measure::Ratio { of, over } => check_sum(of).and_then(|()| check_sum(over)),
            Measure::Quantile { .. } if of_stretches => Err("no quantile where rooms are switched"),
            Measure::Quantile { level, .. } if !(0.01..=0.99).contains(level) => {
                Err("a level of 0.01 to 0.99")
            }
            Measure::Quantile { of, .. } if matches!(of.take, Take::Once | Take::Count) || of.less => {
                Err("a figure of each fact: amount, units, score or seconds")
            }
            Measure::Quantile { of, .. } => check_term(of),
            Measure::Hazard => Ok(()),
        }
    }

    /// Every term, for whoever looks up names.
    pub(super) fn terms(&self) -> impl Iterator<Item = &Term> {
        let (one, other): (&[Term], &[Term]) = match &self.is {
            Measure::Mean { of } => (of, &[]),
            Measure::Ratio { of, over } => (of, over),
            Measure::Quantile { of, .. } => (std::slice::from_ref(of), &[]),
            Measure::Hazard => (&[], &[]),
        };
        one.iter().chain(other)
    }
}

fn check_sum(terms: &[Term]) -> Result<(), &'static str> {
    if !(1..=TERMS_MAX).contains(&terms.len()) {
        return Err("1 to 8 terms");
    }
    terms.iter().try_for_each(check_term)
}

fn check_term(term: &Term) -> Result<(), &'static str> {
    let plain = |it: &str, most: usize| it.len() <= most && !it.chars().any(char::is_control);
    if term.event.is_empty() || !plain(&term.event, 128) {
        return Err("an event's name of 1 to 128 bytes");
    }
    if !plain(&term.outcome, 256) {
        return Err("an outcome of at most 256 bytes");
    }
    let currency = term.currency.len() == 3 && term.currency.bytes().all(|b| b.is_ascii_uppercase());
    if term.take == Take::Amount && !currency {
        return Err("the currency of amounts, such as CNY");
    }
    Ok(())
}
