//! Sets of small numbers as bits, and counters that add up whole sets at once. It does not know what the numbers mean.

use crate::question::{BRACKETS_MAX, PERIODS_MAX};

/// A set of brackets.
pub(crate) type Marks = [u64; BRACKETS_MAX.div_ceil(64)];

/// A set of periods.
#[derive(Clone, Debug)]
pub(crate) struct Periods([u64; Periods::WORDS]);

impl Default for Periods {
    fn default() -> Periods {
        Periods([0; Periods::WORDS])
    }
}

impl Periods {
    /// Enough for all periods, with a word to spare for shifting.
    const WORDS: usize = PERIODS_MAX.div_ceil(64) + 2;

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline]
    pub(crate) fn set(&mut self, period: usize) {
        self.0[period / 64] |= 1 << (period % 64);
    }

    /// Sets or clears one.
    #[inline]
    pub(crate) fn put(&mut self, period: usize, on: bool) {
        let bit = 1 << (period % 64);
        let word = &mut self.0[period / 64];
        *word = if on { *word | bit } else { *word & !bit };
    }

    pub(crate) fn has(&self, period: usize) -> bool {
        self.0[period / 64] >> (period % 64) & 1 == 1
    }

    /// Sets the periods of a word's bits, the lowest being `base`, which may be negative; those at `len` or above not.
    #[inline]
    pub(crate) fn set_word(&mut self, base: i64, bits: u64, len: usize) {
        if base <= -64 || base >= len as i64 {
            return;
        }
        let (base, bits) = if base < 0 { (0, bits >> -base) } else { (base as usize, bits) };
        let bits = if len - base < 64 { bits & ((1 << (len - base)) - 1) } else { bits };
        let (word, shift) = (base / 64, base % 64);
        self.0[word] |= bits << shift;
        if shift > 0 {
            self.0[word + 1] |= bits >> (64 - shift);
        }
    }

    pub(crate) fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|it| *it != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    pub(crate) fn last(&self) -> Option<usize> {
        let word = self.0.iter().rposition(|it| *it != 0)?;
        Some(word * 64 + 63 - self.0[word].leading_zeros() as usize)
    }

    /// All, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }

    /// Whether any lies in `from..to`.
    pub(crate) fn any_within(&self, from: usize, to: usize) -> bool {
        let to = to.min(Periods::WORDS * 64);
        (from..to).step_by(64).any(|at| {
            let width = (to - at).min(64);
            let mask = if width < 64 { (1 << width) - 1 } else { u64::MAX };
            self.shifted(at) & mask != 0
        })
    }

    /// 64 of them from `from` on, as bits.
    #[inline]
    pub(crate) fn shifted(&self, from: usize) -> u64 {
        let (word, shift) = (from / 64, from % 64);
        let low = self.0.get(word).copied().unwrap_or(0) >> shift;
        let high = self.0.get(word + 1).copied().unwrap_or(0);
        if shift > 0 { low | high << (64 - shift) } else { low }
    }
}

/// Sets the lowest `count` marks.
pub(crate) fn mark_first(marks: &mut Marks, count: usize) {
    for (nth, word) in marks.iter_mut().enumerate() {
        *word = match count.saturating_sub(nth * 64) {
            0 => 0,
            few if few < 64 => (1 << few) - 1,
            _ => u64::MAX,
        };
    }
}

/// How often each mark was set. A set is added in a few steps, however many marks it has: marks are counted in binary,
/// one plane of bits for each digit, and carried into whole numbers before the planes overflow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    planes: Vec<[u64; 8]>,
    pending: u8,
    totals: Vec<u64>,
}

impl Counters {
    /// Counters that stand at these.
    pub(crate) fn of(totals: Vec<u64>) -> Counters {
        Counters { planes: vec![[0; 8]; totals.len().div_ceil(64)], pending: 0, totals }
    }

    /// Adds a set of marks below `len`.
    #[inline]
    pub(crate) fn add_marks(&mut self, marks: &Marks, len: usize) {
        if self.totals.len() < len {
            self.planes.resize(len.div_ceil(64), [0; 8]);
            self.totals.resize(len, 0);
        }
        for (planes, word) in self.planes.iter_mut().zip(marks) {
            let mut carry = *word;
            for plane in planes {
                if carry == 0 {
                    break;
                }
                (*plane, carry) = (*plane ^ carry, *plane & carry);
            }
        }
        self.pending += 1;
        if self.pending == u8::MAX {
            self.settle();
        }
    }

    #[cold]
    fn settle(&mut self) {
        for (mark, total) in self.totals.iter_mut().enumerate() {
            *total += pending(&self.planes, mark);
        }
        self.planes.fill([0; 8]);
        self.pending = 0;
    }

    /// How often a mark was set.
    pub(crate) fn get(&self, mark: usize) -> u64 {
        self.totals.get(mark).map_or(0, |total| total + pending(&self.planes, mark))
    }

    pub(crate) fn add(&mut self, mut other: Counters) {
        other.settle();
        if self.totals.len() < other.totals.len() {
            self.planes.resize(other.planes.len(), [0; 8]);
            self.totals.resize(other.totals.len(), 0);
        }
        self.totals.iter_mut().zip(&other.totals).for_each(|(mine, theirs)| *mine += theirs);
    }
}

fn pending(planes: &[[u64; 8]], mark: usize) -> u64 {
    let digits = &planes[mark / 64];
    digits.iter().enumerate().map(|(digit, plane)| (plane >> (mark % 64) & 1) << digit).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_count_every_mark_of_every_set() {
        let mut counters = Counters::default();
        let mut halves = [Counters::default(), Counters::default()];
        let mut expected = [0u64; 400];
        for nth in 0..2_000u64 {
            let mut marks = Marks::default();
            for (mark, count) in expected.iter_mut().enumerate() {
                if (nth * 31 + mark as u64 * 17) % 7 < nth % 5 {
                    marks[mark / 64] |= 1 << (mark % 64);
                    *count += 1;
                }
            }
            counters.add_marks(&marks, 400);
            halves[(nth % 3 == 0) as usize].add_marks(&marks, 400);
        }
        let [mut sum, other] = halves;
        sum.add(other);
        for (mark, count) in expected.into_iter().enumerate() {
            assert_eq!((counters.get(mark), sum.get(mark)), (count, count), "mark {mark}");
        }
    }

    #[test]
    fn a_word_of_days_is_set_where_it_belongs() {
        for base in -70i64..140 {
            let mut periods = Periods::default();
            let bits = 0x8000_0000_1000_0005u64;
            periods.set_word(base, bits, 100);
            let expected = (0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| base + bit);
            let expected: Vec<_> =
                expected.filter(|it| (0..100).contains(it)).map(|it| it as usize).collect();
            assert_eq!(periods.iter().collect::<Vec<_>>(), expected, "base {base}");
            assert_eq!(
                (periods.first(), periods.last()),
                (expected.first().copied(), expected.last().copied())
            );
            for from in 0..100 {
                let within = expected.iter().any(|it| (from..from + 70).contains(it));
                assert_eq!(periods.any_within(from, from + 70), within);
            }
        }
    }
}
