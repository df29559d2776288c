//! Effects with less noise, by what was known of each unit before the experiment. It does not know which period that was;
//! what is taken as known before must not be touched by the arm.
//!
//! Sources: A. Deng, Y. Xu, R. Kohavi and T. Walker 2013, "Improving the sensitivity of online controlled experiments by
//! utilizing pre-experiment data"; theta from both arms together as in `gbstats`; for ratios both the metric and what it
//! was before are linearised around their values (the delta method) and then adjusted in the same way.

use crate::sums::{bilinear, quadratic};
use crate::{Level, Metric, Sums, Unknown};

/// Both arms' figures after the adjustment, treated first: `metric` less what `before` explains of it. A metric and its
/// covariate may be nets or ratios.
///
/// The errors of [`Metric::of`]. Where nothing varied before, nothing is adjusted.
pub fn adjusted<const K: usize>(
    treated: &Sums<K>,
    held_out: &Sums<K>,
    metric: &Metric<K>,
    before: &Metric<K>,
) -> Result<[Level; 2], Unknown> {
    let mut both = *treated;
    both += held_out;
    let (means, covariances) = (both.means(), both.covariances()?);
    let (now, then) = (metric.gradient(&means)?, before.gradient(&means)?);
    let explained = quadratic(&then, &covariances);
    let theta = if explained > 0.0 { bilinear(&now, &covariances, &then) / explained } else { 0.0 };
    let usual = before.value(&means)?;
    let adjust = |arm: &Sums<K>| -> Result<Level, Unknown> {
        let (means, covariances) = (arm.means(), arm.covariances()?);
        let (now, then) = (metric.gradient(&means)?, before.gradient(&means)?);
        let unadjusted = metric.value(&means)?;
        let left: [f64; K] = std::array::from_fn(|it| now[it] - theta * then[it]);
        let value = unadjusted - theta * (before.value(&means)? - usual);
        Ok(Level { unadjusted, ..Level::of_units(value, quadratic(&left, &covariances), arm.units()) })
    };
    Ok([adjust(treated)?, adjust(held_out)?])
}
