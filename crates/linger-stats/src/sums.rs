//! Several figures of each unit as exact sums, and what can be computed from them: means, totals less costs, and ratios.
//! It does not know what a unit is: a viewer, or everything that a cluster of viewers did.
//!
//! Source: the delta method for ratios of sums over units (A. Deng, U. Knoblich and J. Lu 2018, "Applying the delta method
//! in metric analytics", section 3).

use crate::{Level, Shares, Unknown};
use std::ops::AddAssign;

/// Count, sums, squares and products of `K` whole figures of each unit. Adding is the same in any order, and variances do
/// not drown in rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums<const K: usize> {
    n: u64,
    sums: [i128; K],
    // Symmetric, and kept whole: it is small.
    products: [[i128; K]; K],
}

impl<const K: usize> Default for Sums<K> {
    fn default() -> Self {
        Sums { n: 0, sums: [0; K], products: [[0; K]; K] }
    }
}

impl<const K: usize> Sums<K> {
    /// Takes in one unit's figures. Sums beyond 128 bits stay at the end; variances of them are [`Unknown::TooLarge`].
    pub fn add(&mut self, figures: [i64; K]) {
        self.n += 1;
        for (row, a) in figures.into_iter().map(i128::from).enumerate() {
            self.sums[row] = self.sums[row].saturating_add(a);
            for (column, b) in figures.into_iter().map(i128::from).enumerate() {
                self.products[row][column] = self.products[row][column].saturating_add(a * b);
            }
        }
    }

    /// How many units were taken in.
    pub fn units(&self) -> u64 {
        self.n
    }

    /// The sums of the figures.
    pub fn totals(&self) -> [i128; K] {
        self.sums
    }

    pub(crate) fn means(&self) -> [f64; K] {
        self.sums.map(|it| it as f64 / self.n as f64)
    }

    /// The unbiased covariances between units.
    ///
    /// [`Unknown::TooFew`] below two units, [`Unknown::TooLarge`] when sums leave 128 bits.
    pub(crate) fn covariances(&self) -> Result<[[f64; K]; K], Unknown> {
        if self.n < 2 {
            return Err(Unknown::TooFew { have: self.n, need: 2 });
        }
        let pairs = self.n as f64 * (self.n - 1) as f64;
        let mut found = [[0.0; K]; K];
        for (row, found) in found.iter_mut().enumerate() {
            for (column, found) in found.iter_mut().enumerate() {
                let of_products =
                    self.products[row][column].checked_mul(i128::from(self.n)).ok_or(Unknown::TooLarge)?;
                let of_sums = self.sums[row].checked_mul(self.sums[column]).ok_or(Unknown::TooLarge)?;
                *found = of_products.checked_sub(of_sums).ok_or(Unknown::TooLarge)? as f64 / pairs;
            }
        }
        Ok(found)
    }
}

impl<const K: usize> AddAssign<&Sums<K>> for Sums<K> {
    fn add_assign(&mut self, other: &Sums<K>) {
        self.n += other.n;
        for row in 0..K {
            self.sums[row] = self.sums[row].saturating_add(other.sums[row]);
            for column in 0..K {
                self.products[row][column] =
                    self.products[row][column].saturating_add(other.products[row][column]);
            }
        }
    }
}

/// A figure that is computed from several sums. Weights make it net: revenue less coupons less refunds is
/// `[1.0, -1.0, -1.0]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric<const K: usize> {
    over: [f64; K],
    under: Option<[f64; K]>,
}

impl<const K: usize> Metric<K> {
    /// The mean per unit of a weighted sum of the figures.
    pub fn per_unit(weights: [f64; K]) -> Metric<K> {
        Metric { over: weights, under: None }
    }

    /// One weighted sum divided by another: revenue per order, leaves per second watched, or a mean per viewer when the
    /// units are clusters of viewers.
    pub fn ratio(over: [f64; K], under: [f64; K]) -> Metric<K> {
        Metric { over, under: Some(under) }
    }

    /// The metric of one arm.
    ///
    /// [`Unknown::TooFew`] below two units, [`Unknown::ZeroBase`] when the denominator is zero,
    /// [`Unknown::TooLarge`] when sums leave 128 bits.
    pub fn of(&self, sums: &Sums<K>) -> Result<Level, Unknown> {
        let covariances = sums.covariances()?;
        let means = sums.means();
        let value = self.value(&means)?;
        let spread = quadratic(&self.gradient(&means)?, &covariances);
        Ok(Level::of_units(value, spread, sums.n))
    }

    /// How much a row weighs: its denominator, or 1.
    pub(crate) fn weighs(&self, row: &[f64; K]) -> f64 {
        self.under.map_or(1.0, |under| dot(&under, row))
    }

    pub(crate) fn value(&self, means: &[f64; K]) -> Result<f64, Unknown> {
        let over = dot(&self.over, means);
        Ok(match self.under {
            None => over,
            Some(under) => over / nonzero(dot(&under, means))?,
        })
    }

    /// How the value moves with each mean.
    pub(crate) fn gradient(&self, means: &[f64; K]) -> Result<[f64; K], Unknown> {
        let Some(under) = self.under else { return Ok(self.over) };
        let below = nonzero(dot(&under, means))?;
        let ratio = dot(&self.over, means) / below;
        Ok(std::array::from_fn(|it| (self.over[it] - ratio * under[it]) / below))
    }
}

impl Shares {
    /// The share of hits as an arm's figure, with the binomial variance.
    ///
    /// The errors of [`Shares::share`].
    pub fn level(&self) -> Result<Level, Unknown> {
        let share = self.share()?;
        Ok(Level::of_units(share, share * (1.0 - share), self.trials))
    }
}

fn nonzero(value: f64) -> Result<f64, Unknown> {
    if value == 0.0 { Err(Unknown::ZeroBase) } else { Ok(value) }
}

pub(crate) fn dot<const K: usize>(a: &[f64; K], b: &[f64; K]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a' C b`.
pub(crate) fn bilinear<const K: usize>(a: &[f64; K], c: &[[f64; K]; K], b: &[f64; K]) -> f64 {
    a.iter().zip(c).map(|(a, row)| a * dot(row, b)).sum()
}

pub(crate) fn quadratic<const K: usize>(a: &[f64; K], c: &[[f64; K]; K]) -> f64 {
    // Rounding may leave a variance of nothing slightly below it.
    bilinear(a, c, a).max(0.0)
}
