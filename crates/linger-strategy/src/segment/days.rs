//! The days on which something happened to one person, packed. It does not know what happened.

/// What a counter remembers of single days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing: no condition has a window.
    Off,
    /// Whether, for so many days: 64 or 192.
    Bits(u16),
    /// How often, for so many days.
    Counts(u16),
}

/// Days packed backwards from the last one; where that is, the holder knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    Off,
    /// Bit i is the day i before the last.
    Bits(u64),
    /// The same over three words.
    Long(Box<[u64; 3]>),
    /// Day and count, by day.
    Counts(Vec<(i32, u32)>),
}

impl Days {
    pub(super) fn new(shape: Shape) -> Days {
        match shape {
            Shape::Off => Days::Off,
            Shape::Bits(span) if span <= 64 => Days::Bits(0),
            Shape::Bits(_) => Days::Long(Box::default()),
            Shape::Counts(_) => Days::Counts(Vec::new()),
        }
    }

    /// Adds `n` to a day when the last day so far was `last` (`None` before the first); days out of the span are
    /// dropped. Says whether anything changed. Counts stop at `cap`.
    pub(super) fn add(&mut self, shape: Shape, last: Option<i32>, day: i32, n: u32, cap: u32) -> bool {
        let newest = last.map_or(day, |last| last.max(day));
        let moved = last.map_or(0, |last| newest.abs_diff(last));
        let back = newest.abs_diff(day);
        match self {
            Days::Off => false,
            Days::Bits(bits) => {
                let before = *bits;
                *bits = bits.checked_shl(moved).unwrap_or(0) | 1u64.checked_shl(back).unwrap_or(0);
                moved > 0 || *bits != before
            }
            Days::Long(words) => {
                let before = **words;
                shift(words, moved);
                if let Some(word) = words.get_mut(back as usize / 64) {
                    *word |= 1 << (back % 64);
                }
                moved > 0 || **words != before
            }
            Days::Counts(days) => {
                let Shape::Counts(span) = shape else { return false };
                if back >= u32::from(span) {
                    return false;
                }
                let at = days.partition_point(|(it, _)| *it < day);
                let changed = match days.get_mut(at).filter(|(it, _)| *it == day) {
                    Some((_, count)) => {
                        let before = *count;
                        *count = count.saturating_add(n).min(cap);
                        *count != before
                    }
                    None => {
                        days.insert(at, (day, n.min(cap)));
                        true
                    }
                };
                let old = days.partition_point(|(it, _)| i64::from(*it) <= i64::from(newest) - i64::from(span));
                days.drain(..old);
                changed
            }
        }
    }

    /// How many days are remembered.
    pub(super) fn len(&self) -> u32 {
        match self {
            Days::Off => 0,
            Days::Bits(bits) => bits.count_ones(),
            Days::Long(words) => words.iter().map(|it| it.count_ones()).sum(),
            Days::Counts(days) => u32::try_from(days.len()).unwrap_or(u32::MAX),
        }
    }

    /// Every remembered day with its count, oldest first.
    pub(super) fn each(&self, last: i32) -> impl Iterator<Item = (i32, u32)> + '_ {
        let words: &[u64] = match self {
            Days::Bits(bits) => std::slice::from_ref(bits),
            Days::Long(words) => &words[..],
            _ => &[],
        };
        let counts: &[(i32, u32)] = if let Days::Counts(days) = self { days } else { &[] };
        let width = i32::try_from(words.len() * 64).unwrap_or(0);
        let bits = (0..width).rev().filter(|i| words[*i as usize / 64] >> (i % 64) & 1 == 1);
        bits.map(move |i| (last.saturating_sub(i), 1)).chain(counts.iter().copied())
    }

    /// How many days, and how often in all, among `window` days ending with `today`.
    pub(super) fn within(&self, last: i32, today: i32, window: u16) -> (u32, u32) {
        // Of the bits, those in the window are the lowest of this many.
        let low = i64::from(window) - (i64::from(today) - i64::from(last));
        match self {
            Days::Off => (0, 0),
            Days::Bits(bits) => {
                let n = (bits & mask(low)).count_ones();
                (n, n)
            }
            Days::Long(words) => {
                let n = (0i64..).zip(words.iter()).map(|(i, word)| (word & mask(low - 64 * i)).count_ones()).sum();
                (n, n)
            }
            Days::Counts(days) => {
                let from = days.partition_point(|(day, _)| i64::from(*day) <= i64::from(today) - i64::from(window));
                let sum = days[from..].iter().fold(0u32, |sum, (_, n)| sum.saturating_add(*n));
                (u32::try_from(days.len() - from).unwrap_or(u32::MAX), sum)
            }
        }
    }

    /// The oldest day among `window` days ending with `today`: the one that leaves the window next.
    pub(super) fn oldest_within(&self, last: i32, today: i32, window: u16) -> Option<i32> {
        let low = i64::from(window) - (i64::from(today) - i64::from(last));
        let highest = |word: u64, base: i32| (word != 0).then(|| last - base - (63 - word.leading_zeros().cast_signed()));
        match self {
            Days::Off => None,
            Days::Bits(bits) => highest(bits & mask(low), 0),
            Days::Long(words) => [2, 1, 0].into_iter().find_map(|i: i32| {
                highest(words[i as usize] & mask(low - 64 * i64::from(i)), 64 * i)
            }),
            Days::Counts(days) => {
                let from = days.partition_point(|(day, _)| i64::from(*day) <= i64::from(today) - i64::from(window));
                days.get(from).map(|(day, _)| *day)
            }
        }
    }

    /// Bytes beside the value itself.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Days::Off | Days::Bits(_) => 0,
            Days::Long(_) => size_of::<[u64; 3]>(),
            Days::Counts(days) => days.capacity() * size_of::<(i32, u32)>(),
        }
    }
}

/// The lowest `n` bits; none below 0, all from 64 on.
fn mask(n: i64) -> u64 {
    match n {
        ..=0 => 0,
        64.. => u64::MAX,
        n => (1 << n) - 1,
    }
}

fn shift(words: &mut [u64; 3], by: u32) {
    if by >= 192 {
        *words = [0; 3];
        return;
    }
    for _ in 0..by / 64 {
        *words = [0, words[0], words[1]];
    }
    let rest = by % 64;
    if rest > 0 {
        let carry = |from: u64| from >> (64 - rest);
        *words = [
            words[0] << rest,
            words[1] << rest | carry(words[0]),
            words[2] << rest | carry(words[1]),
        ];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_long_bits_and_counts_tell_the_same_days() {
        let mut seed = 7u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for span in [64u16, 180] {
            let shapes = [Shape::Bits(span), Shape::Counts(span)];
            let mut both = shapes.map(Days::new);
            let mut told = std::collections::BTreeSet::new();
            let mut last: Option<i32> = None;
            for _ in 0..400 {
                let day = i32::try_from(next(300)).unwrap();
                for (days, shape) in both.iter_mut().zip(shapes) {
                    days.add(shape, last, day, 1, 9);
                }
                told.insert(day);
                last = Some(last.map_or(day, |last| last.max(day)));
                let newest = last.unwrap();
                for window in [1, 7, 63, 64, span] {
                    let today = newest + i32::try_from(next(80)).unwrap();
                    let inside = || told.iter().filter(|it| **it > today - i32::from(window));
                    for days in &both {
                        assert_eq!(days.within(newest, today, window).0 as usize, inside().count());
                        assert_eq!(days.oldest_within(newest, today, window), inside().next().copied());
                    }
                }
            }
        }
    }
}
