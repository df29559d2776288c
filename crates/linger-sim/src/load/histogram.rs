//! Counts of durations in buckets that grow with their value: 64 to a doubling, so any percentile is within 1.6 %.
//!
//! Many threads add at once. It does not know what the durations are of.

use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

const STEPS: u64 = 64;
/// Microseconds beyond the last bucket count as the last: about 18 minutes.
const BUCKETS: usize = 26 * STEPS as usize;

/// A histogram of microseconds.
#[derive(Debug)]
pub struct Histogram {
    buckets: Box<[AtomicU64]>,
    most: AtomicU64,
}

/// Percentiles of durations, in ms; all 0 when there were none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Delays {
    /// How many.
    pub count: u64,
    /// Half were shorter.
    pub p50_ms: f64,
    /// 99 of 100 were shorter.
    pub p99_ms: f64,
    /// 999 of 1,000 were shorter.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(), most: AtomicU64::new(0) }
    }
}

impl Histogram {
    /// Adds a duration.
    pub fn add(&self, us: u64) {
        self.buckets[bucket(us)].fetch_add(1, Ordering::Relaxed);
        self.most.fetch_max(us, Ordering::Relaxed);
    }

    /// The percentiles so far.
    pub fn delays(&self) -> Delays {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let count: u64 = counts.iter().sum();
        let max_us = self.most.load(Ordering::Relaxed);
        let at = |share: f64| {
            let wanted = (share * count as f64).ceil().max(1.0) as u64;
            let mut seen = 0;
            let place = counts.iter().position(|n| {
                seen += n;
                seen >= wanted
            });
            place.map_or(0.0, |place| middle(place).min(max_us as f64) / 1_000.0)
        };
        Delays {
            count,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: max_us as f64 / 1_000.0,
        }
    }
}

/// Values below 64 have a bucket each; above, 64 buckets a doubling.
fn bucket(us: u64) -> usize {
    if us < STEPS {
        return us as usize;
    }
    let doubling = u64::from(us.ilog2()) - 6;
    let step = (us >> doubling) - STEPS;
    ((((doubling + 1) * STEPS) + step) as usize).min(BUCKETS - 1)
}

fn middle(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket as f64;
    }
    let doubling = bucket / STEPS - 1;
    (STEPS + bucket % STEPS) as f64 * (1u64 << doubling) as f64 + (1u64 << doubling) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_two_percent() {
        let histogram = Histogram::default();
        (1..=100_000u64).for_each(|us| histogram.add(us));
        let delays = histogram.delays();
        assert_eq!((delays.count, delays.max_ms), (100_000, 100.0));
        for (is, should) in [(delays.p50_ms, 50.0), (delays.p99_ms, 99.0), (delays.p999_ms, 99.9)] {
            assert!((is / should - 1.0f64).abs() < 0.02, "{is} for {should}");
        }
    }

    #[test]
    fn every_value_has_a_bucket_and_buckets_do_not_overlap() {
        let mut last = 0;
        for us in (0..200_000).chain([1 << 30, u64::MAX]) {
            let place = bucket(us);
            assert!(place >= last && place <= last + 1 || us >= 1 << 30, "{us}");
            last = place;
        }
        assert_eq!(Histogram::default().delays(), Delays::default());
    }
}
