//! Effects where people come in clusters: viewers of one room, of one stretch of time, of one host. It does not know which.
//!
//! People who share a host, a chat and a shelf behave alike, so what counts is how clusters differ. A cluster gives one
//! row of sums, and the delta method over clusters is the cluster-robust variance "CR1", with G / (G - 1) for its small
//! number (J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb 2023, "Cluster-robust inference: a guide to empirical practice").
//! Where whole clusters are drawn into arms, [`Metric::of`] each arm and [`Level::minus`](crate::Level::minus) do the same
//! with the degrees of freedom of Welch.

use crate::sums::quadratic;
use crate::{Effect, Level, Lifetimes, Metric, Sums, Unknown};

/// The effect of an arm whose people sit in the same clusters as those of the other arm. Each unit of `clusters` is a
/// cluster with the sums of both arms in it, such as `[treated_sum, treated_people, other_sum, other_people]`, and the two
/// metrics pick the arms: `Metric::ratio([1, 0, 0, 0], [0, 1, 0, 0])` and its twin. Degrees of freedom are clusters less
/// one.
///
/// The errors of [`Metric::of`]; [`Unknown::NoSpread`] when clusters do not differ.
pub fn effect_within_clusters<const K: usize>(
    clusters: &Sums<K>,
    treated: &Metric<K>,
    held_out: &Metric<K>,
) -> Result<Effect, Unknown> {
    let (means, covariances) = (clusters.means(), clusters.covariances()?);
    let (up, down) = (treated.gradient(&means)?, held_out.gradient(&means)?);
    let gradient: [f64; K] = std::array::from_fn(|it| up[it] - down[it]);
    let g = clusters.units() as f64;
    let estimate = treated.value(&means)? - held_out.value(&means)?;
    Effect::new(estimate, quadratic(&gradient, &covariances) / g, g - 1.0, clusters.units())
}

/// The mean lifetime of an arm cut off at `horizon_s`, in seconds, where stays come in clusters: the spread is what it
/// moves when one cluster is left out (the jackknife, "CR3").
///
/// [`Unknown::TooFew`] below two clusters; the errors of the restricted mean, also for any part without one cluster.
pub fn restricted_mean_of_clusters(clusters: &[Lifetimes], horizon_s: u32) -> Result<Level, Unknown> {
    let g = clusters.len() as u64;
    if g < 2 {
        return Err(Unknown::TooFew { have: g, need: 2 });
    }
    let mut all = Lifetimes::default();
    clusters.iter().for_each(|it| all += it);
    let value = all.kaplan_meier()?.restricted_mean_s(horizon_s)?.mean_s;
    let without: Vec<f64> = clusters
        .iter()
        .map(|it| Ok(all.without(it).kaplan_meier()?.restricted_mean_s(horizon_s)?.mean_s))
        .collect::<Result<_, Unknown>>()?;
    let n = g as f64;
    let middle = without.iter().sum::<f64>() / n;
    let moved: f64 = without.iter().map(|it| (it - middle) * (it - middle)).sum();
    Ok(Level { value, squared_error: (n - 1.0) / n * moved, freedom: n - 1.0, units: g, unadjusted: value })
}
