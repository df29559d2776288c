//! Effects where people come in clusters: viewers of one room, of one stretch of time, of one host. It does not know which.
//!
//! People who share a host, a chat and a shelf behave alike, so what counts is how clusters differ. A cluster gives one
//! row of sums. With many clusters the delta method over them is the cluster-robust variance "CR1", with G / (G - 1) for
//! their number, and comes from additive sums. With few (below a hundred, or when some are much larger than others) it is
//! too bold; then the rows themselves are needed, and the spread is what leaving out one cluster after another does to the
//! figure: the jackknife, "CR3" (J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb 2023, "Cluster-robust inference: a guide to
//! empirical practice"; B. Efron and C. Stein 1981).
//!
//! Where some clusters are much larger than others there are fewer of them than it seems: degrees of freedom come from the
//! effective number (sum w)^2 / sum w^2 of their sizes (after A. V. Carter, K. T. Schnepel and D. G. Steigerwald 2017,
//! "Asymptotic behavior of a t-test robust to cluster heterogeneity", for figures that follow the size).

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
    let freedom = effective(clusters.iter().map(|row| metric.weighs(&row.map(|it| it as f64)))) - 1.0;
    Ok(Level { value, squared_error, freedom, units: clusters.len() as u64, unadjusted: value })
}

/// The effect of an arm whose people sit in the same clusters as those of the other arm, with the spread of leaving one
/// out. Each row is a cluster with the sums of both arms in it, such as `[treated_sum, treated_people, other_sum,
/// other_people]`, and the two metrics pick the arms: `Metric::ratio([1, 0, 0, 0], [0, 1, 0, 0])` and its twin.
///
/// The errors of [`level_of_clusters`]; [`Unknown::NoSpread`] when clusters do not differ.
pub fn effect_within_clusters<const K: usize>(
    clusters: &[[i64; K]],
    treated: &Metric<K>,
    held_out: &Metric<K>,
) -> Result<Effect, Unknown> {
    let value = |means: &[f64; K]| Ok(treated.value(means)? - held_out.value(means)?);
    let (estimate, squared_error) = left_out(clusters, value)?;
    let weights = clusters.iter().map(|row| {
        let row = row.map(|it| it as f64);
        treated.weighs(&row) + held_out.weighs(&row)
    });
    Effect::new(estimate, squared_error, effective(weights) - 1.0, clusters.len() as u64)
}

/// The same from sums over many clusters: degrees of freedom are clusters less one.
///
/// The errors of [`Metric::of`]; [`Unknown::NoSpread`] when clusters do not differ.
pub fn effect_within_many_clusters<const K: usize>(
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

/// How many equal clusters those of these sizes are worth; 2 at least.
fn effective(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), it| (sum + it, squares + it * it));
    if squares > 0.0 { (sum * sum / squares).max(2.0) } else { 2.0 }
}

/// A value, and its squared error by leaving out one cluster after another.
fn left_out<const K: usize>(
    clusters: &[[i64; K]],
    value: impl Fn(&[f64; K]) -> Result<f64, Unknown>,
) -> Result<(f64, f64), Unknown> {
    at_least_two(clusters.len())?;
    let mut totals = [0_i128; K];
    clusters.iter().for_each(|row| totals.iter_mut().zip(row).for_each(|(sum, it)| *sum += i128::from(*it)));
    let without =
        |row: &[i64; K]| value(&std::array::from_fn(|it| (totals[it] - i128::from(row[it])) as f64));
    let parts = clusters.iter().map(without).collect::<Result<Vec<f64>, Unknown>>()?;
    Ok((value(&totals.map(|it| it as f64))?, jackknife(&parts)))
}

/// The squared error of a figure from its values without one cluster each.
fn jackknife(without: &[f64]) -> f64 {
    let n = without.len() as f64;
    let middle = without.iter().sum::<f64>() / n;
    (n - 1.0) / n * without.iter().map(|it| (it - middle) * (it - middle)).sum::<f64>()
}

fn at_least_two(clusters: usize) -> Result<(), Unknown> {
    if clusters < 2 { Err(Unknown::TooFew { have: clusters as u64, need: 2 }) } else { Ok(()) }
}

/// The mean lifetime of an arm cut off at `horizon_s`, in seconds, where stays come in clusters, with the spread of leaving
/// one out.
///
/// [`Unknown::TooFew`] below two clusters; the errors of the restricted mean, also for any part without one cluster.
pub fn restricted_mean_of_clusters(clusters: &[Lifetimes], horizon_s: u32) -> Result<Level, Unknown> {
    at_least_two(clusters.len())?;
    let mut all = Lifetimes::default();
    clusters.iter().for_each(|it| all += it);
    let mean_s = |of: &Lifetimes| Ok(of.kaplan_meier()?.restricted_mean_s(horizon_s)?.mean_s);
    let without =
        clusters.iter().map(|it| mean_s(&all.without(it))).collect::<Result<Vec<f64>, Unknown>>()?;
    let (value, squared_error) = (mean_s(&all)?, jackknife(&without));
    let freedom = effective(clusters.iter().map(|it| it.stays() as f64)) - 1.0;
    Ok(Level { value, squared_error, freedom, units: clusters.len() as u64, unadjusted: value })
}
