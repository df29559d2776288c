//! The net promoter score. It does not know who was asked.
//!
//! Source: F. F. Reichheld (2003), "The one number you need to grow"; the interval from the variance of a trinomial
//! difference.

use crate::{Interval, Unknown, Z95};
use std::ops::AddAssign;

/// Answers to "how likely would you recommend us", 0 to 10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promoters {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
}

/// A net promoter score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Promoters less detractors, in per cent of all: -100 to 100.
    pub score: f64,
    /// The 95 % interval.
    pub ci95: Interval,
    /// Answers.
    pub answers: u64,
}

impl Promoters {
    /// Counts an answer; those outside 0 to 10 are none, and `false` says so.
    pub fn add(&mut self, answer: i64) -> bool {
        match answer {
            0..=6 => self.detractors += 1,
            7 | 8 => self.passives += 1,
            9 | 10 => self.promoters += 1,
            _ => return false,
        }
        true
    }

    /// The score; [`Unknown::NothingObserved`] without answers.
    pub fn score(&self) -> Result<Score, Unknown> {
        let answers = self.promoters + self.passives + self.detractors;
        if answers == 0 {
            return Err(Unknown::NothingObserved);
        }
        let n = answers as f64;
        let (up, down) = (self.promoters as f64 / n, self.detractors as f64 / n);
        let net = up - down;
        let width = Z95 * ((up + down - net * net) / n).sqrt();
        let ci95 = Interval { low: 100.0 * (net - width).max(-1.0), high: 100.0 * (net + width).min(1.0) };
        Ok(Score { score: 100.0 * net, ci95, answers })
    }
}

impl AddAssign<&Promoters> for Promoters {
    fn add_assign(&mut self, other: &Promoters) {
        self.promoters += other.promoters;
        self.passives += other.passives;
        self.detractors += other.detractors;
    }
}
