//! How far apart two arms are and how surely that is known: intervals and chances for one look and for as many looks as
//! anybody likes. It does not know what was measured nor how units were drawn.
//!
//! Sources: Welch's test (B. L. Welch 1947); relative effects by the delta method and asymptotic confidence sequences as
//! in `gbstats` 0.8 after I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, "Time-uniform central limit
//! theory and asymptotic confidence sequences" (arXiv 2103.06476v7), equations 9, 155 and 161.

use crate::{Difference, Interval, Unknown, normal, student};

/// One arm's figure with how surely it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The figure.
    pub value: f64,
    /// Its squared standard error.
    pub squared_error: f64,
    /// Degrees of freedom of the standard error.
    pub freedom: f64,
    /// Units it rests on; clusters, where units come in clusters.
    pub units: u64,
    /// The figure before any adjustment: what effects in per cent are relative to.
    pub unadjusted: f64,
}

/// How far the first arm lies above the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The difference, or a share of the second arm's figure when it is relative.
    pub estimate: f64,
    /// Its standard error; above zero.
    pub standard_error: f64,
    /// Degrees of freedom; infinite when the normal distribution is meant.
    pub freedom: f64,
    /// Units of both arms together.
    pub units: u64,
}

/// How often an experiment is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Once, at a time fixed beforehand.
    Once,
    /// At any time and as often as anybody likes, stopping when it pleases. Intervals are wider for it, least at
    /// `tuned_for` units; [`TUNED_FOR`] unless something better is known. The number is fixed before the first look.
    Always {
        /// Units of both arms together (clusters, where they come in clusters) at which the interval is narrowest compared
        /// with one look.
        tuned_for: u64,
    },
}

/// The tuning of GrowthBook, the default.
pub const TUNED_FOR: u64 = 5_000;

impl Level {
    /// A mean of `units` units with this variance between them.
    pub(crate) fn of_units(value: f64, variance: f64, units: u64) -> Level {
        let n = units as f64;
        Level { value, squared_error: variance / n, freedom: n - 1.0, units, unadjusted: value }
    }

    /// The two-sided interval at one look, by Student's t.
    pub fn interval(&self, alpha: f64) -> Interval {
        let half = student::two_sided_quantile(alpha, self.freedom.max(1.0)) * self.squared_error.sqrt();
        Interval { low: self.value - half, high: self.value + half }
    }

    /// The effect `self - other` of two arms that share no unit, with the degrees of freedom of Welch and Satterthwaite.
    ///
    /// [`Unknown::NoSpread`] when neither arm varies.
    pub fn minus(&self, other: &Level) -> Result<Effect, Unknown> {
        self.apart(other, self.value - other.value, self.squared_error + other.squared_error)
    }

    /// The effect as a share of the other arm's figure: 0.1 is ten per cent more.
    ///
    /// [`Unknown::ZeroBase`] when that figure is zero, [`Unknown::NoSpread`] when neither arm varies.
    pub fn relative_to(&self, other: &Level) -> Result<Effect, Unknown> {
        let base = other.unadjusted;
        if base == 0.0 {
            return Err(Unknown::ZeroBase);
        }
        let ratio = self.unadjusted / base;
        let squared_error = (self.squared_error + ratio * ratio * other.squared_error) / (base * base);
        self.apart(other, (self.value - other.value) / base, squared_error)
    }

    fn apart(&self, other: &Level, estimate: f64, squared_error: f64) -> Result<Effect, Unknown> {
        let (a, b) = (self.squared_error, other.squared_error);
        if a + b <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        // Without spread an arm takes no part in the sum, however few its units are.
        let part = |error: f64, freedom: f64| if error > 0.0 { error * error / freedom } else { 0.0 };
        let freedom = (a + b) * (a + b) / (part(a, self.freedom) + part(b, other.freedom));
        if freedom.is_nan() || freedom < 1.0 {
            return Err(Unknown::TooFew { have: self.units.min(other.units), need: 2 });
        }
        let units = self.units + other.units;
        Ok(Effect { estimate, standard_error: squared_error.sqrt(), freedom, units })
    }
}

impl Effect {
    /// An effect from its squared standard error; [`Unknown::NoSpread`] when that is zero.
    pub(crate) fn new(
        estimate: f64,
        squared_error: f64,
        freedom: f64,
        units: u64,
    ) -> Result<Effect, Unknown> {
        if squared_error.is_nan() || squared_error <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        Ok(Effect { estimate, standard_error: squared_error.sqrt(), freedom, units })
    }

    /// The two-sided interval that misses the truth with chance `alpha` (above 0, below 1): at one look, or at any.
    pub fn interval(&self, alpha: f64, looks: Looks) -> Interval {
        let half = self.half_width(alpha, looks);
        Interval { low: self.estimate - half, high: self.estimate + half }
    }

    /// The chance of an effect at least as far from zero if there were none. With [`Looks::Always`] it holds at any time: it
    /// is below `alpha` exactly when zero is outside the interval of that `alpha`, whose tuning it shares.
    pub fn p_value(&self, alpha: f64, looks: Looks) -> f64 {
        let z = self.estimate.abs() / self.standard_error;
        match looks {
            Looks::Once => student::two_sided_tail(z, self.freedom),
            Looks::Always { tuned_for } => {
                let spread = rho_squared(alpha, tuned_for);
                let grown = self.units as f64 * spread + 1.0;
                let evidence = self.units as f64 * spread * z * z / (2.0 * grown);
                (grown.sqrt() * (-evidence).exp()).min(1.0)
            }
        }
    }

    /// The effect that would have been told from zero with chance `power` (0.8 is usual): what "no detectable effect"
    /// leaves possible.
    pub fn smallest_seen(&self, alpha: f64, power: f64, looks: Looks) -> f64 {
        // A power of a half or less is reached by the interval's own width.
        let beyond = if power > 0.5 { normal::two_sided_quantile(2.0 * (1.0 - power)) } else { 0.0 };
        self.half_width(alpha, looks) + beyond * self.standard_error
    }

    /// The same as a [`Difference`] for one look, at 95 %.
    pub fn difference(&self) -> Difference {
        Difference { estimate: self.estimate, ci95: self.interval(0.05, Looks::Once) }
    }

    fn half_width(&self, alpha: f64, looks: Looks) -> f64 {
        self.standard_error
            * match looks {
                Looks::Once => student::two_sided_quantile(alpha, self.freedom),
                Looks::Always { tuned_for } => {
                    let n = self.units as f64;
                    let spread = rho_squared(alpha, tuned_for);
                    let grown = n * spread + 1.0;
                    (2.0 * grown * (grown.sqrt() / alpha).ln() / (n * spread)).sqrt()
                }
            }
    }
}

/// The square of the paper's rho: where the sequence is narrowest.
fn rho_squared(alpha: f64, tuned_for: u64) -> f64 {
    tuning(alpha) / tuned_for.max(1) as f64
}

/// The square of rho times the units that it is tuned for.
pub(crate) fn tuning(alpha: f64) -> f64 {
    let log = -2.0 * alpha.ln();
    log + (log + 1.0).ln()
}
