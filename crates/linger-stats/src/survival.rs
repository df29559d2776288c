//! The Kaplan–Meier curve, its median and its restricted mean. It does not know where the lifetimes came from.
//!
//! Sources: E. L. Kaplan and P. Meier (1958), "Nonparametric estimation from incomplete observations"; Greenwood's
//! variance and the log-log interval after J. D. Kalbfleisch and R. L. Prentice (1980), as `lifelines` computes them;
//! restricted mean and its variance after J. P. Klein and M. L. Moeschberger (2003), section 4.5.

use crate::lifetimes::RiskSet;
use crate::{Difference, Interval, Lifetimes, Unknown, Z95};

/// A step of the curve, at an age at which somebody left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Age in seconds.
    pub age_s: u32,
    /// How many were there and observed just before.
    pub at_risk: u64,
    /// How many of them left at this age.
    pub events: u64,
    /// The estimated share that stays longer than this age.
    pub survival: f64,
    /// Greenwood's variance of `survival`; 0 once everybody has left, where the formula has no value.
    pub greenwood_variance: f64,
    /// The 95 % log-log interval of `survival`; `(0, 0)` once everybody has left, as in `lifelines`.
    pub ci95: Interval,
}

/// An estimated survival function: 1 from age 0 on, falling at each of its points.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    points: Vec<Point>,
    followed_s: u32,
    stays: u64,
}

/// The mean of a lifetime that is cut off at a horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMean {
    /// The horizon in seconds.
    pub horizon_s: u32,
    /// The mean of min(lifetime, horizon) in seconds: the area under the curve.
    pub mean_s: f64,
    /// The estimator's standard error in seconds.
    pub standard_error_s: f64,
}

impl Survival {
    pub(crate) fn from_risk_sets(
        stays: u64,
        sets: impl Iterator<Item = RiskSet>,
    ) -> Result<Survival, Unknown> {
        if stays == 0 {
            return Err(Unknown::NothingObserved);
        }
        let mut points = Vec::new();
        let (mut survival, mut greenwood, mut followed_s) = (1.0, 0.0, 0);
        for (age_s, RiskSet { at_risk, left }) in (0u32..).zip(sets) {
            followed_s = age_s;
            if left > 0 {
                let stay = at_risk - left;
                survival *= stay as f64 / at_risk as f64;
                if stay > 0 {
                    greenwood += left as f64 / (at_risk as f64 * stay as f64);
                }
                points.push(Point {
                    age_s,
                    at_risk,
                    events: left,
                    survival,
                    greenwood_variance: survival * survival * greenwood,
                    ci95: log_log(survival, greenwood),
                });
            }
        }
        Ok(Survival { points, followed_s, stays })
    }

    /// The steps, by age.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The highest age at which somebody was observed, in seconds.
    pub fn followed_s(&self) -> u32 {
        self.followed_s
    }

    /// How many stays the curve was estimated from.
    pub fn stays(&self) -> u64 {
        self.stays
    }

    /// The step in force at an age; `None` before the first, where survival is 1.
    pub fn point_at(&self, age_s: u32) -> Option<&Point> {
        let after = self.points.partition_point(|point| point.age_s <= age_s);
        self.points[..after].last()
    }

    /// The estimated share that stays longer than `age_s`.
    ///
    /// [`Unknown::BeyondObservation`] at ages that nobody was observed at, unless everybody had left before.
    pub fn at(&self, age_s: u32) -> Result<f64, Unknown> {
        let survival = self.point_at(age_s).map_or(1.0, |point| point.survival);
        if age_s > self.followed_s && survival > 0.0 {
            return Err(Unknown::BeyondObservation { followed_s: self.followed_s });
        }
        Ok(survival)
    }

    /// The first age by which half have left, in seconds; `None` while more than half stay.
    pub fn median_s(&self) -> Option<u32> {
        // A product of shares that is exactly a half may come out a few bits above it.
        self.points.iter().find(|point| point.survival <= 0.5 + 1e-12).map(|point| point.age_s)
    }

    /// The mean of the lifetime cut off at `horizon_s`.
    ///
    /// [`Unknown::BeyondObservation`] when the curve is not known up to there.
    pub fn restricted_mean_s(&self, horizon_s: u32) -> Result<RestrictedMean, Unknown> {
        self.at(horizon_s)?;
        let within = &self.points[..self.points.partition_point(|point| point.age_s < horizon_s)];
        // From the horizon backwards: the area to the right of a point is what its events could have been.
        let (mut area, mut variance, mut right) = (0.0, 0.0, horizon_s);
        for point in within.iter().rev() {
            area += point.survival * f64::from(right - point.age_s);
            right = point.age_s;
            let stay = point.at_risk - point.events;
            if stay > 0 {
                variance += area * area * point.events as f64 / (point.at_risk as f64 * stay as f64);
            }
        }
        area += f64::from(right);
        Ok(RestrictedMean { horizon_s, mean_s: area, standard_error_s: variance.sqrt() })
    }
}

/// The exponential Greenwood interval: symmetric for log(-log S), so that it never leaves 0 to 1.
fn log_log(survival: f64, greenwood: f64) -> Interval {
    if survival <= 0.0 {
        return Interval { low: 0.0, high: 0.0 };
    }
    let log = survival.ln();
    let width = Z95 * greenwood.sqrt() / log;
    Interval { low: (-((-log).ln() - width).exp()).exp(), high: (-((-log).ln() + width).exp()).exp() }
}

/// The difference `a - b` of two restricted means in seconds, with a normal interval (standard errors add up in
/// squares, the two groups being independent).
///
/// The errors of [`Survival::restricted_mean_s`]; [`Unknown::NoSpread`] when nobody left before the horizon.
pub fn difference_of_restricted_means(
    a: &Lifetimes,
    b: &Lifetimes,
    horizon_s: u32,
) -> Result<Difference, Unknown> {
    let a = a.kaplan_meier()?.restricted_mean_s(horizon_s)?;
    let b = b.kaplan_meier()?.restricted_mean_s(horizon_s)?;
    let estimate = a.mean_s - b.mean_s;
    let width = Z95 * a.standard_error_s.hypot(b.standard_error_s);
    if width <= 0.0 {
        return Err(Unknown::NoSpread);
    }
    Ok(Difference { estimate, ci95: Interval { low: estimate - width, high: estimate + width } })
}
