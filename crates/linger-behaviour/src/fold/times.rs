//! Lengths of time by size, for medians that add up. It does not know what took so long.

use crate::answer::Spread;

/// Counts of lengths of time, ms: each below 128 by itself, and every doubling above in 64 classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Times {
    // By class; no zeros at the end.
    counts: Vec<u64>,
}

impl Times {
    pub(crate) fn note(&mut self, ms: i64) {
        let class = class_of(ms.max(0) as u64);
        if class >= self.counts.len() {
            self.counts.resize(class + 1, 0);
        }
        self.counts[class] += 1;
    }

    pub(crate) fn add(&mut self, other: &Times) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub(crate) fn spread(&self) -> Option<Spread> {
        let count: u64 = self.counts.iter().sum();
        let rank = |percent: u64| {
            let rank = (count * percent).div_ceil(100);
            let mut seen = 0;
            let class = self.counts.iter().position(|it| {
                seen += it;
                seen >= rank
            });
            class.map_or(0, middle_of)
        };
        let mut doublings: Vec<(i64, u64)> = vec![];
        for (class, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let least = least_of(class).0;
            let from = if least < 2 { least } else { 1 << least.ilog2() } as i64;
            match doublings.last_mut().filter(|it| it.0 == from) {
                Some(doubling) => doubling.1 += count,
                None => doublings.push((from, *count)),
            }
        }
        (count > 0).then(|| Spread { median_ms: rank(50), p90_ms: rank(90), doublings })
    }
}

fn class_of(ms: u64) -> usize {
    if ms < 128 {
        return ms as usize;
    }
    // 7 leading bits: the first is always set, the other 6 choose among 64 classes of this doubling.
    let shift = 57 - ms.leading_zeros();
    (shift as usize) * 64 + (ms >> shift) as usize
}

/// The least length of a class, and how many share it.
fn least_of(class: usize) -> (u64, u64) {
    if class < 128 {
        return (class as u64, 1);
    }
    let shift = class / 64 - 1;
    (((class - shift * 64) as u64) << shift, 1 << shift)
}

fn middle_of(class: usize) -> i64 {
    let (least, width) = least_of(class);
    (least + width / 2) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_falls_into_the_class_that_holds_it() {
        let edges = (1..40).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        for ms in edges.chain(0..5_000) {
            let (least, width) = least_of(class_of(ms));
            assert!(ms >= least && ms - least < width, "{ms} in {least}+{width}");
            assert!(width * 64 <= least.max(64), "{ms}: class too wide");
        }
    }

    #[test]
    fn the_median_is_the_nearest_rank() {
        let mut times = Times::default();
        [5, 1, 9, 100].into_iter().for_each(|ms| times.note(ms));
        let spread = times.spread().unwrap();
        assert_eq!((spread.median_ms, spread.p90_ms), (5, 100));
        assert_eq!(spread.doublings, [(1, 1), (4, 1), (8, 1), (64, 1)]);
    }
}
