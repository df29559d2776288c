//! Chances put right: for many comparisons at once, and for arms that are not as large as they were drawn. It does not know
//! what was compared.

use crate::{Unknown, special::gamma_above};

/// Chances of a family of comparisons, adjusted so that one wrong claim in the whole family is as rare as `alpha` (S. Holm
/// 1979). In the order given; what is not a number counts as 1.
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let m = chances.len();
    let mut at_least = 0.0_f64;
    adjusted(chances, (0..m).map(|place| (place, (m - place) as f64)), |raw| {
        at_least = at_least.max(raw);
        at_least
    })
}

/// Chances adjusted so that of the claims made at most a share of `alpha` is wrong in the long run (Y. Benjamini and Y.
/// Hochberg 1995), for comparisons that are independent or go together. In the order given.
pub fn benjamini_hochberg(chances: &[f64]) -> Vec<f64> {
    let m = chances.len();
    let mut at_most = f64::INFINITY;
    adjusted(chances, (0..m).rev().map(|place| (place, m as f64 / (place + 1) as f64)), |raw| {
        at_most = at_most.min(raw);
        at_most
    })
}

fn adjusted(
    chances: &[f64],
    steps: impl Iterator<Item = (usize, f64)>,
    mut along: impl FnMut(f64) -> f64,
) -> Vec<f64> {
    let chances: Vec<f64> = chances.iter().map(|it| if it.is_nan() { 1.0 } else { *it }).collect();
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut found = vec![1.0; chances.len()];
    for (place, factor) in steps {
        found[order[place]] = along(chances[order[place]] * factor).min(1.0);
    }
    found
}

/// Below this chance the arms are not as large as they were drawn, and no result is to be trusted (the threshold of
/// GrowthBook).
pub const SAMPLE_RATIO_P: f64 = 0.001;

/// The chance of arms at least as far from their `weights` as `observed` if the draw works: Pearson's chi-squared test.
/// Nobody may be in an arm of weight 0, or the chance is 0.
///
/// [`Unknown::NothingObserved`] without anybody, [`Unknown::TooFew`] below two arms with a weight.
pub fn sample_ratio(observed: &[u64], weights: &[f64]) -> Result<f64, Unknown> {
    let total: u64 = observed.iter().sum();
    if total == 0 {
        return Err(Unknown::NothingObserved);
    }
    let arms = || observed.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    let have = arms().count() as u64;
    if have < 2 {
        return Err(Unknown::TooFew { have, need: 2 });
    }
    if arms().map(|(seen, _)| *seen).sum::<u64>() < total {
        return Ok(0.0);
    }
    let weight: f64 = arms().map(|(_, weight)| weight).sum();
    let chi_squared: f64 = arms()
        .map(|(seen, share)| {
            let expected = share / weight * total as f64;
            (*seen as f64 - expected).powi(2) / expected
        })
        .sum();
    Ok(gamma_above(0.5 * (have - 1) as f64, 0.5 * chi_squared))
}
