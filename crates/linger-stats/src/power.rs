//! How many units an experiment needs, and how long that takes. It does not know who will come.
//!
//! Sources: the power of the two-sided normal test (as `statsmodels`' `NormalIndPower`); the design effect of clusters of
//! uneven size after S. M. Eldridge, D. Ashby and S. Kerry 2006; for somebody who looks all the time the chance that the
//! statistic has left the confidence sequence of [`Looks::Always`](crate::Looks::Always), whose edge is known, by the integral
//! equation of `crossing.rs`.

use crate::{Unknown, crossing::crossed, effect::tuning, normal};

/// Steps in which the chance of having left a band is added up; twice as many change a plan by less than one per cent.
const STEPS: usize = 160;

/// What it takes when somebody looks all the time, and stops when something is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WhenLooking {
    /// Units of both arms together until the effect is found with the planned power. The sequence is to be tuned for them.
    pub units: u64,
    /// Units until it is found in half of all cases.
    pub half: u64,
}

/// An experiment that is being planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The variance of the figure between units, the same in both arms; `p (1 - p)` for a share.
    pub variance: f64,
    /// Which share of the units is treated, above 0 and below 1.
    pub treated: f64,
    /// The chance of a claim where nothing has an effect, 0.05 as a rule.
    pub alpha: f64,
    /// The chance of a claim where the effect is the one planned for, 0.8 as a rule; below 1.
    pub power: f64,
}

impl Plan {
    /// The chance that so many units of both arms together show this effect.
    pub fn power_of(&self, effect: f64, units: f64) -> f64 {
        let z = effect.abs() / self.standard_error(units);
        let needed = normal::two_sided_quantile(self.alpha);
        normal::below(z - needed) + normal::below(-z - needed)
    }

    /// Fewest units of both arms together that show this effect with the planned power.
    ///
    /// [`Unknown::NoSpread`] without a variance, [`Unknown::ZeroBase`] for an effect of zero, which no number shows.
    pub fn units_for(&self, effect: f64) -> Result<u64, Unknown> {
        if effect == 0.0 {
            return Err(Unknown::ZeroBase);
        }
        if self.variance <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        let (mut few, mut many) = (0.0, 1.0);
        while self.power_of(effect, many) < self.power {
            few = many;
            many *= 2.0;
            if many > 1e18 {
                return Err(Unknown::TooLarge);
            }
        }
        for _ in 0..200 {
            let middle = 0.5 * (few + many);
            if self.power_of(effect, middle) < self.power { few = middle } else { many = middle }
        }
        // A number that is whole but for rounding is that number.
        Ok((many - 1e-6).ceil() as u64)
    }

    /// Units of both arms together until somebody who looks all the time finds this effect. Both grow with the inverse square of
    /// the effect, as for one look: an effect of one standard error a unit says all.
    ///
    /// [`Unknown::NoSpread`] without a variance, [`Unknown::ZeroBase`] for an effect of zero, which no number shows.
    pub fn units_when_looking(&self, effect: f64) -> Result<WhenLooking, Unknown> {
        if effect == 0.0 {
            return Err(Unknown::ZeroBase);
        }
        if self.variance <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        // Time runs as the square of rho times units, so that the edge is the same for all plans of one alpha, and the
        // units that it is tuned for are there at `until`.
        let (until, log) = (tuning(self.alpha), -2.0 * self.alpha.ln());
        let edge = |at: f64| {
            let more = (at + 1.0).ln() + log;
            let level = ((at + 1.0) * more).sqrt();
            (level, (more + 1.0) / (2.0 * level))
        };
        let found = |drift: f64| crossed(drift, until, STEPS, edge);
        let by_then = |drift: f64| found(drift).last().copied().unwrap_or(0.0);
        let (mut low, mut high) = (0.0, 1.0);
        while by_then(high) < self.power {
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..24 {
            let middle = 0.5 * (low + high);
            if by_then(middle) < self.power { low = middle } else { high = middle }
        }
        let per_unit = effect.abs() / self.standard_error(1.0);
        let units = until * (high / per_unit) * (high / per_unit);
        if units > 1e18 {
            return Err(Unknown::TooLarge);
        }
        let chances = found(high);
        let place = chances.iter().position(|it| *it >= 0.5).unwrap_or(STEPS - 1);
        let before = place.checked_sub(1).map_or(0.0, |it| chances[it]);
        let part = (0.5 - before) / (chances[place] - before);
        let half = units * (place as f64 + part) / STEPS as f64;
        Ok(WhenLooking { units: units.ceil() as u64, half: half.ceil() as u64 })
    }

    /// The smallest effect that so many units of both arms together show with the planned power.
    ///
    /// [`Unknown::TooFew`] below two units.
    pub fn smallest_effect(&self, units: u64) -> Result<f64, Unknown> {
        if units < 2 {
            return Err(Unknown::TooFew { have: units, need: 2 });
        }
        let error = self.standard_error(units as f64);
        let (mut low, mut high) = (0.0, 100.0 * error);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if self.power_of(middle, units as f64) < self.power { low = middle } else { high = middle }
        }
        Ok(high)
    }

    fn standard_error(&self, units: f64) -> f64 {
        (self.variance / units / (self.treated * (1.0 - self.treated))).sqrt()
    }
}

/// How many times more people are needed when they come in clusters of this mean size, with this standard deviation of the
/// size as a share of its mean, and this correlation of two people of one cluster (0 to 1).
pub fn design_effect(size: f64, size_variation: f64, correlation: f64) -> f64 {
    1.0 + ((size_variation * size_variation + 1.0) * size - 1.0).max(0.0) * correlation
}

/// How many days pass until so many units were there, when each day brings this many that were not there before;
/// `None` when they never are.
pub fn days_for(units: u64, new_by_day: &[u64]) -> Option<u32> {
    let mut there = 0_u64;
    (1_u32..).zip(new_by_day).find_map(|(day, new)| {
        there = there.saturating_add(*new);
        (there >= units).then_some(day)
    })
}
