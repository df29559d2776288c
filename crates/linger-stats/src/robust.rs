//! Figures that a few wild values cannot move, and when a series has left its usual level. It does not know which series.
//!
//! Sources: median absolute deviation with the factor 1.4826 that makes it a standard deviation for normal data
//! (F. R. Hampel 1974); tabular CUSUM after D. C. Montgomery, "Introduction to statistical quality control", chapter 9,
//! whose slack of 0.5 and limit of 5 give a false alarm about every 465 readings of normal data and find a shift of one
//! standard deviation after about ten; EWMA after S. W. Roberts (1959).

use crate::Unknown;

/// Standard deviations in a median absolute deviation of normal data.
const MAD_TO_SD: f64 = 1.4826;

/// The median; of an even number of values the mean of the middle two. Values must be numbers.
///
/// [`Unknown::NothingObserved`] without values.
pub fn median(values: &[f64]) -> Result<f64, Unknown> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => Err(Unknown::NothingObserved),
        n if n % 2 == 1 => Ok(sorted[half]),
        _ => Ok(0.5 * (sorted[half - 1] + sorted[half])),
    }
}

/// What is usual: a middle and a spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The median.
    pub median: f64,
    /// The median absolute deviation, in standard deviations of normal data: 1.4826 times as large.
    pub spread: f64,
    /// Over how many values.
    pub values: usize,
}

impl Usual {
    /// What is usual among values.
    ///
    /// [`Unknown::NothingObserved`] without values.
    pub fn of(values: &[f64]) -> Result<Usual, Unknown> {
        let middle = median(values)?;
        let apart: Vec<f64> = values.iter().map(|it| (it - middle).abs()).collect();
        Ok(Usual { median: middle, spread: MAD_TO_SD * median(&apart)?, values: values.len() })
    }

    /// What is usual at a place in the week: over the last `most` readings of the same weekday and hour.
    ///
    /// `readings` are pairs of an hour, counted from any Monday at midnight of the shop's own clock, and a value; rising.
    /// Readings at `hour` itself or later are passed over.
    ///
    /// [`Unknown::NothingObserved`] when there is none.
    pub fn of_same_hour(readings: &[(i64, f64)], hour: i64, most: usize) -> Result<Usual, Unknown> {
        const WEEK_H: i64 = 168;
        let matching = readings.iter().rev().filter(|(at, _)| *at < hour && (hour - at) % WEEK_H == 0);
        Usual::of(&matching.take(most).map(|(_, value)| *value).collect::<Vec<_>>())
    }

    /// How many spreads a value lies above the median; below it, negative.
    ///
    /// [`Unknown::NoSpread`] when more than half of all values were equal.
    pub fn z(&self, value: f64) -> Result<f64, Unknown> {
        if self.spread > 0.0 { Ok((value - self.median) / self.spread) } else { Err(Unknown::NoSpread) }
    }
}

/// Whether a series has left its level: sums of what lies beyond a slack, on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    slack: f64,
    limit: f64,
    above: f64,
    below: f64,
}

/// The side on which a series has left its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// It lies higher.
    Up,
    /// It lies lower.
    Down,
}

impl Default for Cusum {
    fn default() -> Cusum {
        Cusum::new(0.5, 5.0)
    }
}

impl Cusum {
    /// With a slack and a limit in standard deviations.
    pub fn new(slack: f64, limit: f64) -> Cusum {
        Cusum { slack, limit, above: 0.0, below: 0.0 }
    }

    /// Takes in the next reading, in standard deviations from its level, and says whether the limit is passed. Sums go on
    /// growing until [`Cusum::restart`].
    pub fn add(&mut self, z: f64) -> Option<Shift> {
        self.above = (self.above + z - self.slack).max(0.0);
        self.below = (self.below - z - self.slack).max(0.0);
        match () {
            () if self.above > self.limit => Some(Shift::Up),
            () if self.below > self.limit => Some(Shift::Down),
            () => None,
        }
    }

    /// Forgets all readings.
    pub fn restart(&mut self) {
        (self.above, self.below) = (0.0, 0.0);
    }

    /// The sums above and below.
    pub fn sums(&self) -> (f64, f64) {
        (self.above, self.below)
    }
}

/// A mean in which the past fades: each reading weighs `weight`, all before it the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ewma {
    weight: f64,
    mean: Option<f64>,
}

impl Ewma {
    /// With the weight of the newest reading, in (0, 1].
    pub fn new(weight: f64) -> Ewma {
        Ewma { weight: weight.clamp(f64::MIN_POSITIVE, 1.0), mean: None }
    }

    /// Takes in the next reading and says the mean.
    pub fn add(&mut self, value: f64) -> f64 {
        let mean = self.mean.map_or(value, |mean| mean + self.weight * (value - mean));
        self.mean = Some(mean);
        mean
    }

    /// The mean, if there was a reading.
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }
}
