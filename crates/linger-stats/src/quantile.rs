//! Quantiles of figures that come in units: a viewer's many waits, an order's value. It does not know what the figures are.
//!
//! Source: the delta method for quantiles with clusters (Deng, Knoblich and Lu 2018, section 4), the density at the quantile
//! from the width of its own interval, as `gbstats` does it.

use crate::{Level, Metric, Sums, Unknown, Z95};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Figures of units, some of which have many. It keeps every figure: whoever fills it sets a bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    figures: Vec<(i64, u64)>,
}

impl Sample {
    /// Takes in a figure of the unit with this number.
    pub fn add(&mut self, unit: u64, figure: i64) {
        self.figures.push((figure, unit));
    }

    /// Takes in the figures of other units: their numbers come after `first`, so that nobody is taken for one of ours.
    pub fn add_all_after(&mut self, other: &Sample, first: u64) {
        self.figures
            .extend(other.figures.iter().map(|(figure, unit)| (*figure, first.saturating_add(*unit))));
    }

    /// The figure that a share `level` (above 0, below 1) of all figures does not exceed, by nearest rank. Its `units` are
    /// units, and its error counts each unit's figures as going together.
    ///
    /// [`Unknown::TooFew`] when an interval of it would leave the sample, or with one unit; [`Unknown::NoSpread`] when all
    /// figures around it are equal.
    pub fn quantile(&self, level: f64) -> Result<Level, Unknown> {
        let n = self.figures.len() as f64;
        let have = self.figures.len() as u64;
        let need = (Z95 * Z95 * (level / (1.0 - level)).max((1.0 - level) / level)).floor() as u64 + 1;
        if have < need || !(0.0..1.0).contains(&level) {
            return Err(Unknown::TooFew { have, need });
        }
        let mut sorted: Vec<i64> = self.figures.iter().map(|(figure, _)| *figure).collect();
        sorted.sort_unstable();
        let at = |share: f64| {
            let rank = ((share * n - 1e-9).ceil() as usize).clamp(1, sorted.len());
            sorted[rank - 1]
        };
        let cut = at(level);
        let around = Z95 * (level * (1.0 - level) / n).sqrt();
        let width = (at(level + around) as f64 - at(level - around) as f64) / (2.0 * Z95);
        if width <= 0.0 {
            return Err(Unknown::NoSpread);
        }
        let share = self.share_up_to(cut)?;
        let alone = level * (1.0 - level) / n;
        // The same density as for independent figures; only the count below the cut varies as units do.
        let squared_error = width * width * (n - 1.0) / n * share.squared_error / alone;
        Ok(Level { value: cut as f64, squared_error, unadjusted: cut as f64, ..share })
    }

    /// Which share of the figures is at most `cut`, over units.
    fn share_up_to(&self, cut: i64) -> Result<Level, Unknown> {
        let mut by_unit: BTreeMap<u64, [i64; 2]> = BTreeMap::new();
        for (figure, unit) in &self.figures {
            let counts = by_unit.entry(*unit).or_default();
            counts[0] += i64::from(*figure <= cut);
            counts[1] += 1;
        }
        let mut sums = Sums::default();
        by_unit.into_values().for_each(|counts| sums.add(counts));
        Metric::ratio([1.0, 0.0], [0.0, 1.0]).of(&sums)
    }
}

impl AddAssign<&Sample> for Sample {
    fn add_assign(&mut self, other: &Sample) {
        self.figures.extend_from_slice(&other.figures);
    }
}
