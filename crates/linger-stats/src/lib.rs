//! Estimates from additive sums: how long people stay ([`Lifetimes`], [`Stays`], [`Survival`]), how spread out a
//! figure is ([`Histogram`]), and how two arms differ ([`Shares`], [`Moments`], [`Difference`]). Models of customers from
//! their purchases ([`BgNbd`], [`GammaGamma`]) and answers ([`Promoters`]); what a few wild values cannot move ([`median`],
//! [`spread_around`]) and exact limits of counts ([`poisson_ci95`]).
//!
//! It does not know events, rooms or clocks. Sums are of whole numbers, so that shards, rooms and days add up exactly and
//! in any order; models take what was observed of each customer. Everything that comes out is a frozen result or the
//! name of the reason why there is none ([`Unknown`]), never a number that is not one.
//!
//! Intervals are two-sided, at 95 %, and meant for one look at a time fixed beforehand. Somebody who watches an
//! interval move and stops when it pleases will be wrong more often than one time in twenty.

mod bgnbd;
mod compare;
mod gamma_gamma;
mod histogram;
mod lifetimes;
mod minimum;
mod poisson;
mod promoters;
mod robust;
mod special;
mod student;
mod survival;
mod unknown;

pub use bgnbd::{BgNbd, DropOut, Purchases};
pub use compare::{Difference, Interval, Moments, Shares, hazard};
pub use gamma_gamma::{GammaGamma, Spending};
pub use histogram::Histogram;
pub use lifetimes::{AGE_S_MAX, Lifetimes, Stays};
pub use poisson::{poisson_ci95, poisson_max95};
pub use promoters::{Promoters, Score};
pub use robust::{median, spread_around};
pub use survival::{Point, RestrictedMean, Survival, difference_of_restricted_means};
pub use unknown::Unknown;

/// The 97.5 % point of the standard normal distribution, to the last bit.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;
