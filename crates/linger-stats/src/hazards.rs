//! Who leaves faster: the log-rank test and the hazard ratio of two arms. It does not know what was done to them.
//!
//! Both take stays to be independent of each other. Where they are not, because viewers share a room, compare leaves per
//! second watched over clusters ([`Metric::ratio`](crate::Metric::ratio)) or restricted means of clusters.
//!
//! Sources: N. Mantel 1966; D. R. Cox 1972, for one covariate that is an arm, with ties after B. Efron 1977, as
//! `lifelines` computes them.

use crate::lifetimes::RiskSet;
use crate::{Effect, Lifetimes, Unknown, normal};

/// What the log-rank test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The statistic, chi-squared with one degree of freedom when both arms leave alike.
    pub chi_squared: f64,
    /// The chance of one at least as large then.
    pub p_value: f64,
}

/// Whether two arms leave alike over all ages.
///
/// [`Unknown::NoSpread`] when nobody left while both arms were observed.
pub fn log_rank(a: &Lifetimes, b: &Lifetimes) -> Result<LogRank, Unknown> {
    let (mut beyond, mut variance) = (0.0, 0.0);
    for Moment { n1, d1, n, d, .. } in moments(a, b) {
        beyond += d1 - d * n1 / n;
        if n > 1.0 {
            variance += d * (n1 / n) * (1.0 - n1 / n) * (n - d) / (n - 1.0);
        }
    }
    if variance <= 0.0 {
        return Err(Unknown::NoSpread);
    }
    let chi_squared = beyond * beyond / variance;
    Ok(LogRank { chi_squared, p_value: normal::two_sided_tail(chi_squared.sqrt()) })
}

/// The logarithm of how many times faster `a` leaves than `b` at the same age, taken to be the same at all ages (Cox).
/// Its `units` are leaves.
///
/// [`Unknown::TooFew`] when nobody of an arm was seen to leave, [`Unknown::NoSpread`] when nobody left while both arms were
/// observed, or only ever people of one arm.
pub fn log_hazard_ratio(a: &Lifetimes, b: &Lifetimes) -> Result<Effect, Unknown> {
    let fewest = a.ended().min(b.ended());
    if fewest == 0 {
        return Err(Unknown::TooFew { have: 0, need: 1 });
    }
    let moments: Vec<Moment> = moments(a, b).collect();
    let mut log_ratio = 0.0_f64;
    for _ in 0..100 {
        let (slope, curvature) = score(&moments, log_ratio);
        if curvature <= 0.0 {
            break;
        }
        // A step of more than a factor e would overshoot far from the top.
        let step = (slope / curvature).clamp(-1.0, 1.0);
        log_ratio += step;
        if step.abs() < 1e-12 {
            let (_, curvature) = score(&moments, log_ratio);
            return Effect::new(log_ratio, 1.0 / curvature, f64::INFINITY, a.ended() + b.ended());
        }
    }
    // Wherever both could leave it was always the same arm that did: there is no top to climb to.
    Err(Unknown::NoSpread)
}

/// An age at which somebody left: at risk and leaving, in the first arm and in both.
struct Moment {
    n1: f64,
    d1: f64,
    n: f64,
    d: f64,
    left: u64,
}

fn moments<'a>(a: &'a Lifetimes, b: &'a Lifetimes) -> impl Iterator<Item = Moment> + 'a {
    let (mut of_a, mut of_b) = (a.risk_sets(), b.risk_sets());
    std::iter::from_fn(move || match (of_a.next(), of_b.next()) {
        (None, None) => None,
        (a, b) => Some((a.unwrap_or_default(), b.unwrap_or_default())),
    })
    .filter(|(a, b): &(RiskSet, RiskSet)| a.left + b.left > 0)
    .map(|(a, b)| Moment {
        n1: a.at_risk as f64,
        d1: a.left as f64,
        n: (a.at_risk + b.at_risk) as f64,
        d: (a.left + b.left) as f64,
        left: a.left + b.left,
    })
}

/// Slope and negative curvature of Efron's log-likelihood.
fn score(moments: &[Moment], log_ratio: f64) -> (f64, f64) {
    let ratio = log_ratio.exp();
    let (mut slope, mut curvature) = (0.0, 0.0);
    for Moment { n1, d1, n, d, left } in moments {
        slope += d1;
        for place in 0..*left {
            let gone = place as f64 / d;
            let first = (n1 - gone * d1) * ratio;
            let share = first / (first + (n - n1) - gone * (d - d1));
            slope -= share;
            curvature += share * (1.0 - share);
        }
    }
    (slope, curvature)
}
