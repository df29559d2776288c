//! Rare events against what was expected of the same mix: counts, their exact intervals, and standardised ratios. It does
//! not know what happened.
//!
//! Sources: F. Garwood (1936), "Fiducial limits for the Poisson distribution"; indirect standardisation as in
//! N. E. Breslow and N. E. Day (1987), "Statistical methods in cancer research II", chapter 2.

use crate::{Interval, Unknown, special::gamma_quantile};

/// The exact 95 % interval of a Poisson mean of which `events` were seen.
pub fn poisson_ci95(events: u64) -> Interval {
    let n = events as f64;
    Interval {
        low: if events == 0 { 0.0 } else { gamma_quantile(n, 0.025) },
        high: gamma_quantile(n + 1.0, 0.975),
    }
}

/// People of one kind: how many were at risk here, how many events they had, and the hazard of the same kind elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// At risk here: people, or people times time in the unit of `hazard`.
    pub at_risk: f64,
    /// Events here.
    pub events: u64,
    /// Events per person at risk in the reference.
    pub hazard: f64,
}

/// Observed events beside those that the same mix of people would have had at the hazards of the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standardised {
    /// Events here.
    pub observed: u64,
    /// Events expected.
    pub expected: f64,
    /// Observed over expected: 1 when as many happened as who was there explains.
    pub ratio: f64,
    /// Its exact 95 % interval, taking the reference as known.
    pub ci95: Interval,
}

/// Standardises indirectly.
///
/// [`Unknown::NothingObserved`] when nothing is expected, [`Unknown::MoreThanAll`] when a figure is negative or no number.
pub fn standardise(strata: &[Stratum]) -> Result<Standardised, Unknown> {
    let sound = |it: &Stratum| {
        it.at_risk.is_finite() && it.at_risk >= 0.0 && it.hazard.is_finite() && it.hazard >= 0.0
    };
    if !strata.iter().all(sound) {
        return Err(Unknown::MoreThanAll);
    }
    let observed: u64 = strata.iter().map(|it| it.events).sum();
    let expected: f64 = strata.iter().map(|it| it.at_risk * it.hazard).sum();
    if expected <= 0.0 {
        return Err(Unknown::NothingObserved);
    }
    let ci = poisson_ci95(observed);
    Ok(Standardised {
        observed,
        expected,
        ratio: observed as f64 / expected,
        ci95: Interval { low: ci.low / expected, high: ci.high / expected },
    })
}
