//! Estimates from additive sums: how long people stay ([`Lifetimes`], [`Stays`], [`Survival`]), how spread out a
//! figure is ([`Histogram`]), and how two arms differ ([`Shares`], [`Moments`], [`Difference`]). Models of customers from
//! their purchases ([`BgNbd`], [`GammaGamma`]) and answers ([`Promoters`]); what a few wild values cannot move ([`median`],
//! [`spread_around`]) and exact limits of counts ([`poisson_ci95`]).
//!
//! Experiments: units are summed up for each arm ([`Sums`]), a [`Metric`] makes the arm's [`Level`] of them (a mean, a net,
//! a ratio), two levels make an [`Effect`], and an effect has intervals for one look or for many ([`Looks`]) and a
//! [`Verdict`]. Less noise by what was known before ([`adjusted`]); units in clusters ([`effect_within_clusters`],
//! [`level_of_clusters`], [`restricted_mean_of_clusters`]), stretches of time ([`Switchback`]), quantiles ([`Sample`]),
//! leaving faster ([`log_rank`], [`log_hazard_ratio`]), many comparisons ([`holm`], [`benjamini_hochberg`],
//! [`judge_together`]), wrong sizes of arms ([`sample_ratio`]), planning ([`Plan`]), wearing off ([`Novelty`]), and other
//! policies than the one that ran ([`OffPolicy`]). Which estimator and why: decision record 0018.
//!
//! It does not know events, rooms or clocks. Sums are of whole numbers, so that shards, rooms and days add up exactly and
//! in any order; models take what was observed of each customer. Everything that comes out is a frozen result or the
//! name of the reason why there is none ([`Unknown`]), never a number that is not one. Chance comes in as a seed
//! ([`Chance`]).
//!
//! Intervals are two-sided; those named `ci95` are at 95 % and meant for one look at a time fixed beforehand. Somebody who
//! watches such an interval move and stops when it pleases will be wrong more often than one time in twenty:
//! [`Looks::Always`] is for them.

mod bgnbd;
mod chance;
mod clusters;
mod compare;
mod crossing;
mod cuped;
mod effect;
mod gamma_gamma;
mod hazards;
mod histogram;
mod lifetimes;
mod minimum;
mod multiple;
mod normal;
mod novelty;
mod off_policy;
mod poisson;
mod power;
mod promoters;
mod quantile;
mod robust;
mod special;
mod student;
mod sums;
mod survival;
mod switchback;
mod unknown;
mod verdict;

pub use bgnbd::{BgNbd, DropOut, Purchases};
pub use chance::Chance;
pub use clusters::{
    effect_within_clusters, effect_within_many_clusters, level_of_clusters, restricted_mean_of_clusters,
};
pub use compare::{Difference, Interval, Moments, Shares, hazard};
pub use cuped::adjusted;
pub use effect::{Effect, Level, Looks, TUNED_FOR};
pub use gamma_gamma::{GammaGamma, Spending};
pub use hazards::{LogRank, log_hazard_ratio, log_rank};
pub use histogram::Histogram;
pub use lifetimes::{AGE_S_MAX, Lifetimes, Stays};
pub use multiple::{SAMPLE_RATIO_P, benjamini_hochberg, holm, sample_ratio};
pub use novelty::{Course, Novelty};
pub use off_policy::{Decision, OffPolicy};
pub use poisson::{poisson_ci95, poisson_max95};
pub use power::{Plan, WhenLooking, days_for, design_effect};
pub use promoters::{Promoters, Score};
pub use quantile::Sample;
pub use robust::{median, spread_around};
pub use sums::{Metric, Sums};
pub use survival::{Point, RestrictedMean, Survival, difference_of_restricted_means};
pub use switchback::{Block, Randomised, Switchback};
pub use unknown::Unknown;
pub use verdict::{Judged, Terms, Verdict, Wanted, judge_together};

/// The 97.5 % point of the standard normal distribution, to the last bit.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;
