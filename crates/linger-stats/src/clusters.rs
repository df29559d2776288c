//! Effects where people come in clusters: viewers of one room, of one stretch of time, of one host. It does not know which.
//!
//! People who share a host, a chat and a shelf behave alike, so what counts is how clusters differ. A cluster gives one
//! row of sums. With many clusters the delta method over them is the cluster-robust variance "CR1", with G / (G - 1) for
//! their number, and comes from additive sums. With few (below some fifty, or when some are much larger than others) it is
//! too bold; then the rows themselves are needed, and the spread is what leaving out one cluster after another does to the
//! figure: the jackknife, "CR3" (J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb 2023, "Cluster-robust inference: a guide to
//! empirical practice"; B. Efron and C. Stein 1981).

use crate::sums::quadratic;
use crate::{Effect, Level, Lifetimes, Metric, Sums, Unknown};

/// The metric of an arm into which whole clusters were drawn, such as hosts, with the spread of leaving one out. Each row
/// is a cluster: `[sum, people]` with `Metric::ratio([1, 0], [0, 1])` is the mean over people.
///
/// [`Unknown::TooFew`] below two clusters; the errors of [`Metric::of`], also for any part without one cluster.
pub fn level_of_clusters<const K: usize>(
    clusters: &[[i64; K]],
    metric: &Metric<K>,
) -> Result<Level, Unknown> {
    let (value, squared_error) = left_out(clusters, |means| metric.value(means))?;
    let units = clusters.len() as u64;
    Ok(Level { value, squared_error, freedom: units as f64 - 1.0, units, unadjusted: value })
}

/// The same for arms that share clusters, as in [`effect_within_clusters`].
pub fn effect_within_few_clusters<const K: usize>(
    clusters: &[[i64; K]],
    treated: &Metric<K>,
    held_out: &Metric<K>,
) -> Result<Effect, Unknown> {
    let value = |means: &[f64; K]| Ok(treated.value(means)? - held_out.value(means)?);
    let (estimate, squared_error) = left_out(clusters, value)?;
    Effect::new(estimate, squared_error, clusters.len() as f64 - 1.0, clusters.len() as u64)
}

/// A value, and its squared error by leaving out one cluster after another.
fn left_out<const K: usize>(
    clusters: &[[i64; K]],
    value: impl Fn(&[f64; K]) -> Result<f64, Unknown>,
) -> Result<(f64, f64), Unknown> {
    let mut totals = [0_i128; K];
    clusters.iter().for_each(|row| totals.iter_mut().zip(row).for_each(|(sum, it)| *sum += i128::from(*it)));
    let without =
        |row: &[i64; K]| value(&std::array::from_fn(|it| (totals[it] - i128::from(row[it])) as f64));
    let parts = clusters.iter().map(without).collect::<Result<Vec<f64>, Unknown>>()?;
    Ok((value(&totals.map(|it| it as f64))?, jackknife(&parts)?))
}

/// The squared error of a figure from its values without one cluster each.
fn jackknife(without: &[f64]) -> Result<f64, Unknown> {
    let g = without.len() as u64;
    if g < 2 {
        return Err(Unknown::TooFew { have: g, need: 2 });
    }
    let n = g as f64;
    let middle = without.iter().sum::<f64>() / n;
    Ok((n - 1.0) / n * without.iter().map(|it| (it - middle) * (it - middle)).sum::<f64>())
}

/// The effect of an arm whose people sit in the same clusters as those of the other arm. Each unit of `clusters` is a
/// cluster with the sums of both arms in it, such as `[treated_sum, treated_people, other_sum, other_people]`, and the two
/// metrics pick the arms: `Metric::ratio([1, 0, 0, 0], [0, 1, 0, 0])` and its twin. Degrees of freedom are clusters less
/// one. From some fifty clusters on; below, [`effect_within_few_clusters`].
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

/// The mean lifetime of an arm cut off at `horizon_s`, in seconds, where stays come in clusters, with the spread of leaving
/// one out.
///
/// [`Unknown::TooFew`] below two clusters; the errors of the restricted mean, also for any part without one cluster.
pub fn restricted_mean_of_clusters(clusters: &[Lifetimes], horizon_s: u32) -> Result<Level, Unknown> {
    let mut all = Lifetimes::default();
    clusters.iter().for_each(|it| all += it);
    let mean_s = |of: &Lifetimes| Ok(of.kaplan_meier()?.restricted_mean_s(horizon_s)?.mean_s);
    let without =
        clusters.iter().map(|it| mean_s(&all.without(it))).collect::<Result<Vec<f64>, Unknown>>()?;
    let (value, squared_error) = (mean_s(&all)?, jackknife(&without)?);
    let units = clusters.len() as u64;
    Ok(Level { value, squared_error, freedom: units as f64 - 1.0, units, unadjusted: value })
}
