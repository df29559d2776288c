//! What another policy would have earned, from decisions whose chances were logged. It does not know what was chosen.
//!
//! Sources: D. G. Horvitz and D. J. Thompson 1952 (IPS); A. Swaminathan and T. Joachims 2015 (self-normalised); M. Dudík,
//! J. Langford and L. Li 2011 (doubly robust); L. Kish 1965 (effective sample). Sums are of real numbers here, because
//! weights are: parts add up to rounding, not to the last bit.

use crate::{Level, Unknown};
use std::ops::AddAssign;

/// A decision that was made, and what the other policy and a model say of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The chance with which what was chosen was chosen; above 0.
    pub logged: f64,
    /// The chance with which the other policy would choose the same.
    pub other: f64,
    /// What came of it.
    pub reward: f64,
    /// What a model expected of what was chosen; 0 without a model.
    pub expected: f64,
    /// What the model expects on average of the other policy's choices here; 0 without a model. The model must not have
    /// seen this decision.
    pub expected_of_other: f64,
}

/// Sums over decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OffPolicy {
    n: u64,
    weight: f64,
    weight_squares: f64,
    weighted: f64,
    weighted_squares: f64,
    weight_weighted: f64,
    robust: f64,
    robust_squares: f64,
}

impl OffPolicy {
    /// Takes in a decision; one whose chances are not chances, or with a figure that is no number, is none, and `false`
    /// says so.
    pub fn add(&mut self, decision: &Decision) -> bool {
        let Decision { logged, other, reward, expected, expected_of_other } = *decision;
        let chances = logged > 0.0 && logged <= 1.0 && (0.0..=1.0).contains(&other);
        if !chances || ![reward, expected, expected_of_other].iter().all(|it| it.is_finite()) {
            return false;
        }
        let weight = other / logged;
        let weighted = weight * reward;
        let robust = expected_of_other + weight * (reward - expected);
        self.n += 1;
        self.weight += weight;
        self.weight_squares += weight * weight;
        self.weighted += weighted;
        self.weighted_squares += weighted * weighted;
        self.weight_weighted += weight * weighted;
        self.robust += robust;
        self.robust_squares += robust * robust;
        true
    }

    /// How many decisions the weighted ones are worth: `(sum w)^2 / sum w^2`. Far fewer than were made means that the other
    /// policy is not like the one that was logged, and nothing of it is known.
    pub fn effective(&self) -> f64 {
        if self.weight_squares > 0.0 { self.weight * self.weight / self.weight_squares } else { 0.0 }
    }

    /// Mean reward of the other policy, by inverse propensities: unbiased, and wild when chances were small.
    ///
    /// [`Unknown::TooFew`] below two decisions.
    pub fn inverse_propensity(&self) -> Result<Level, Unknown> {
        self.mean(self.weighted, self.weighted_squares)
    }

    /// The same divided by the mean weight: a little biased, much calmer.
    ///
    /// [`Unknown::TooFew`] below two decisions, [`Unknown::ZeroBase`] when the other policy would have made none of them.
    pub fn self_normalised(&self) -> Result<Level, Unknown> {
        let n = self.checked_n()?;
        if self.weight <= 0.0 {
            return Err(Unknown::ZeroBase);
        }
        let value = self.weighted / self.weight;
        let squares =
            self.weighted_squares - 2.0 * value * self.weight_weighted + value * value * self.weight_squares;
        let squared_error = squares.max(0.0) / (self.weight * self.weight) * n / (n - 1.0);
        Ok(Level { value, squared_error, freedom: n - 1.0, units: self.n, unadjusted: value })
    }

    /// The model's expectation, put right by inverse propensities where it was wrong: unbiased when either the chances or
    /// the model are right.
    ///
    /// [`Unknown::TooFew`] below two decisions.
    pub fn doubly_robust(&self) -> Result<Level, Unknown> {
        self.mean(self.robust, self.robust_squares)
    }

    fn mean(&self, sum: f64, squares: f64) -> Result<Level, Unknown> {
        let n = self.checked_n()?;
        let mean = sum / n;
        Ok(Level::of_units(mean, (squares - n * mean * mean).max(0.0) / (n - 1.0), self.n))
    }

    fn checked_n(&self) -> Result<f64, Unknown> {
        if self.n < 2 { Err(Unknown::TooFew { have: self.n, need: 2 }) } else { Ok(self.n as f64) }
    }
}

impl AddAssign<&OffPolicy> for OffPolicy {
    fn add_assign(&mut self, other: &OffPolicy) {
        self.n += other.n;
        self.weight += other.weight;
        self.weight_squares += other.weight_squares;
        self.weighted += other.weighted;
        self.weighted_squares += other.weighted_squares;
        self.weight_weighted += other.weight_weighted;
        self.robust += other.robust;
        self.robust_squares += other.robust_squares;
    }
}
