//! Lengths of time by size, for medians that add up. It does not know what took so long.

use crate::answer::Spread;

/// Counts of lengths of time, ms: each below 128 by itself, and every doubling above in 64 classes. Memory grows with the
/// classes that occur, so that many small groups cost little.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    // Counts of the lowest classes, found without searching; as many as take twice the memory of pairs at most.
    low: Vec<u64>,
    // Class and count of those above, by class.
    high: Vec<(u16, u64)>,
}

impl Times {
    pub(crate) fn note(&mut self, ms: i64) {
        self.note_many(ms, 1);
    }

    /// Notes as many lengths of the class of this one.
    pub(crate) fn note_many(&mut self, ms: i64, count: u64) {
        self.count(class_of(ms.max(0) as u64), count);
    }

    #[inline]
    fn count(&mut self, class: u16, more: u64) {
        match self.low.get_mut(usize::from(class)) {
            Some(count) => *count += more,
            None => self.count_high(class, more),
        }
    }

    fn count_high(&mut self, class: u16, more: u64) {
        match self.high.binary_search_by_key(&class, |it| it.0) {
            Ok(at) => self.high[at].1 += more,
            Err(at) => {
                self.high.insert(at, (class, more));
                let classes = self.high.last().map_or(0, |it| usize::from(it.0) + 1);
                let occur = self.low.iter().filter(|it| **it > 0).count() + self.high.len();
                if classes <= 4 * occur {
                    self.low.resize(classes, 0);
                    self.high.drain(..).for_each(|it| self.low[usize::from(it.0)] = it.1);
                }
            }
        }
    }

    /// Classes that occur and their counts, by class.
    fn counts(&self) -> impl Iterator<Item = (u16, u64)> {
        let low = (0..).zip(&self.low).map(|(class, count)| (class, *count));
        low.filter(|it| it.1 > 0).chain(self.high.iter().copied())
    }

    pub(crate) fn add(&mut self, other: &Times) {
        other.counts().for_each(|(class, count)| self.count(class, count));
    }

    pub(crate) fn spread(&self) -> Option<Spread> {
        let count: u64 = self.counts().map(|it| it.1).sum();
        let rank = |percent: u64| {
            let rank = (count * percent).div_ceil(100);
            let mut seen = 0;
            let class = self.counts().find(|it| {
                seen += it.1;
                seen >= rank
            });
            class.map_or(0, |it| middle_of(it.0))
        };
        let mut doublings: Vec<(i64, u64)> = vec![];
        for (class, count) in self.counts() {
            let least = least_of(class).0;
            let from = if least < 2 { least } else { 1 << least.ilog2() } as i64;
            match doublings.last_mut().filter(|it| it.0 == from) {
                Some(doubling) => doubling.1 += count,
                None => doublings.push((from, count)),
            }
        }
        (count > 0).then(|| Spread { median_ms: rank(50), p90_ms: rank(90), doublings })
    }
}

fn class_of(ms: u64) -> u16 {
    if ms < 128 {
        return ms as u16;
    }
    // 7 leading bits: the first is always set, the other 6 choose among 64 classes of this doubling.
    let shift = 57 - ms.leading_zeros();
    shift as u16 * 64 + (ms >> shift) as u16
}

/// The least length of a class, and how many share it.
fn least_of(class: u16) -> (u64, u64) {
    if class < 128 {
        return (u64::from(class), 1);
    }
    let shift = class / 64 - 1;
    (u64::from(class - shift * 64) << shift, 1 << shift)
}

fn middle_of(class: u16) -> i64 {
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
    fn counts_found_without_searching_are_the_same() {
        let mut times = Times::default();
        let mut twice = Times::default();
        (0..500).for_each(|ms| times.note(ms * ms));
        assert!(!times.low.is_empty() && times.high.is_empty());
        twice.note(5);
        twice.add(&times);
        twice.note_many(1 << 40, 2);
        assert!(twice.high.len() == 1 && twice.low.len() < 1_000);
        let spread = twice.spread().unwrap();
        assert_eq!(spread.doublings[..4], [(0, 1), (1, 1), (4, 2), (8, 1)]);
        assert_eq!(spread.doublings.iter().map(|it| it.1).sum::<u64>(), 503);
        assert_eq!(spread.doublings.last(), Some(&(1 << 40, 2)));
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
