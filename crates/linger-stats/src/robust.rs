//! Figures that a few wild values cannot move. It does not know of what.
//!
//! Source: the median absolute deviation with the factor 1.4826 that makes it a standard deviation for normal data
//! (F. R. Hampel 1974).

use crate::Unknown;

/// Standard deviations in a median absolute deviation of normal data.
const MAD_TO_SD: f64 = 1.4826;

/// The median; of an even number of values the mean of the middle two. Values must be numbers.
///
/// [`Unknown::NothingObserved`] without values.
pub fn median(values: &[f64]) -> Result<f64, Unknown> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => Err(Unknown::NothingObserved),
        n if n % 2 == 1 => Ok(sorted[half]),
        _ => Ok(0.5 * (sorted[half - 1] + sorted[half])),
    }
}

/// How far values lie from a middle that is known: the median distance, in standard deviations of normal data.
///
/// [`Unknown::NothingObserved`] without values.
pub fn spread_around(middle: f64, values: &[f64]) -> Result<f64, Unknown> {
    let apart: Vec<f64> = values.iter().map(|it| (it - middle).abs()).collect();
    Ok(MAD_TO_SD * median(&apart)?)
}
