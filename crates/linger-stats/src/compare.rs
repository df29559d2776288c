//! Two arms side by side: shares and means from sums, their differences with intervals. It does not know what the arms
//! are or how units came into them; a unit is whatever was drawn into an arm, and counts once.

use crate::{Unknown, Z95, student};
use std::ops::AddAssign;

/// A range of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How much one group lies above another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The first group's figure less the second group's.
    pub estimate: f64,
    /// The 95 % interval.
    pub ci95: Interval,
}

/// The share that leaves: `events / at_risk`, people leaving per person at risk in the time they were counted over.
///
/// [`Unknown::NothingObserved`] with nobody at risk, [`Unknown::MoreThanAll`] when more left than were there.
pub fn hazard(events: u64, at_risk: u64) -> Result<f64, Unknown> {
    Shares { trials: at_risk, hits: events }.share()
}

/// Trials and hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// How often it could have happened.
    pub trials: u64,
    /// How often it did.
    pub hits: u64,
}

impl Shares {
    /// Counts one trial.
    pub fn add(&mut self, hit: bool) {
        self.trials += 1;
        self.hits += u64::from(hit);
    }

    /// The share of hits.
    ///
    /// [`Unknown::NothingObserved`] without trials, [`Unknown::MoreThanAll`] with more hits than trials.
    pub fn share(&self) -> Result<f64, Unknown> {
        match (self.trials, self.hits) {
            (0, _) => Err(Unknown::NothingObserved),
            (trials, hits) if hits > trials => Err(Unknown::MoreThanAll),
            (trials, hits) => Ok(hits as f64 / trials as f64),
        }
    }

    /// Wilson's score interval of the share, without continuity correction (E. B. Wilson 1927).
    ///
    /// The errors of [`Shares::share`].
    pub fn ci95(&self) -> Result<Interval, Unknown> {
        let (share, n, zz) = (self.share()?, self.trials as f64, Z95 * Z95);
        let middle = (share + zz / (2.0 * n)) / (1.0 + zz / n);
        let width = Z95 / (1.0 + zz / n) * (share * (1.0 - share) / n + zz / (4.0 * n * n)).sqrt();
        Ok(Interval { low: (middle - width).max(0.0), high: (middle + width).min(1.0) })
    }

    /// The difference `self - other` of two shares, with Newcombe's interval from two Wilson intervals (R. G. Newcombe
    /// 1998, "Interval estimation for the difference between independent proportions", method 10).
    ///
    /// The errors of [`Shares::share`], for either group.
    pub fn minus(&self, other: &Shares) -> Result<Difference, Unknown> {
        let (a, b) = (self.share()?, other.share()?);
        let (of_a, of_b) = (self.ci95()?, other.ci95()?);
        let estimate = a - b;
        Ok(Difference {
            estimate,
            ci95: Interval {
                low: estimate - (a - of_a.low).hypot(of_b.high - b),
                high: estimate + (of_a.high - a).hypot(b - of_b.low),
            },
        })
    }
}

impl AddAssign<&Shares> for Shares {
    fn add_assign(&mut self, other: &Shares) {
        self.trials += other.trials;
        self.hits += other.hits;
    }
}

/// Count, sum and sum of squares of whole numbers, exactly: adding is the same in any order, and the variance does not
/// drown in rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    n: u64,
    sum: i128,
    squares: u128,
}

impl Moments {
    /// Takes one figure in.
    pub fn add(&mut self, figure: i64) {
        self.n += 1;
        self.sum += i128::from(figure);
        // A square of an i64 is below 2^126: some thousand of the largest ones would be needed to reach the end.
        self.squares = self.squares.saturating_add(u128::from(figure.unsigned_abs()).pow(2));
    }

    /// How many figures were taken in.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their mean; [`Unknown::NothingObserved`] without any.
    pub fn mean(&self) -> Result<f64, Unknown> {
        if self.n == 0 { Err(Unknown::NothingObserved) } else { Ok(self.sum as f64 / self.n as f64) }
    }

    /// Their unbiased variance.
    ///
    /// [`Unknown::TooFew`] below two figures, [`Unknown::TooLarge`] when the sums leave 128 bits.
    pub fn variance(&self) -> Result<f64, Unknown> {
        if self.n < 2 {
            return Err(Unknown::TooFew { have: self.n, need: 2 });
        }
        let n = u128::from(self.n);
        let of_squares = self.squares.checked_mul(n).ok_or(Unknown::TooLarge)?;
        let of_sum = self.sum.unsigned_abs().checked_mul(self.sum.unsigned_abs()).ok_or(Unknown::TooLarge)?;
        let spread = of_squares.checked_sub(of_sum).ok_or(Unknown::TooLarge)?;
        Ok(spread as f64 / (self.n as f64 * (self.n - 1) as f64))
    }

    /// The difference `self - other` of two means with Welch's interval: unequal variances, degrees of freedom after
    /// Satterthwaite (B. L. Welch 1947).
    ///
    /// [`Unknown::TooFew`] when a group has fewer than two figures, [`Unknown::NoSpread`] when neither varies.
    pub fn minus(&self, other: &Moments) -> Result<Difference, Unknown> {
        let of_a = self.variance()? / self.n as f64;
        let of_b = other.variance()? / other.n as f64;
        let together = of_a + of_b;
        if together <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        let freedom =
            together * together / (of_a * of_a / (self.n - 1) as f64 + of_b * of_b / (other.n - 1) as f64);
        let width = student::two_sided_quantile(0.05, freedom) * together.sqrt();
        let estimate = self.mean()? - other.mean()?;
        Ok(Difference { estimate, ci95: Interval { low: estimate - width, high: estimate + width } })
    }
}

impl AddAssign<&Moments> for Moments {
    fn add_assign(&mut self, other: &Moments) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
    }
}
