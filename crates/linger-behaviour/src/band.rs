//! People side by side as they lie on disk, with the places of a few names as bits: enough to settle most people without
//! their facts being decoded. It does not know any question.

use std::ops::Range;

/// People side by side. Rows are those of the block they lie in; a person's stand together, by time.
#[derive(Clone, Copy, Debug)]
pub struct Band<'a> {
    /// The place of the first of them, as [`Fold::band`](crate::Fold::band) tells places.
    pub place: u32,
    /// Who.
    pub persons: &'a [u64],
    /// When the first fact of each was, ms since 1970.
    pub first_ms: &'a [i64],
    /// When the last one was.
    pub last_ms: &'a [i64],
    /// Where the rows of each begin; one more, where those of the last end.
    pub starts: &'a [u32],
    /// For each name that was asked for, a bit for every row: the lowest bit of the first word for row 0.
    pub marks: &'a [Vec<u64>],
    /// Ms since the row before, when asked for; of a person's first row, without meaning.
    pub gaps: &'a [u32],
}

impl<'a> Band<'a> {
    /// Some of them.
    pub fn part(&self, people: Range<usize>) -> Band<'a> {
        Band {
            place: self.place + people.start as u32,
            persons: &self.persons[people.clone()],
            first_ms: &self.first_ms[people.clone()],
            last_ms: &self.last_ms[people.clone()],
            starts: &self.starts[people.start..=people.end],
            ..*self
        }
    }

    /// The rows of somebody.
    #[inline(always)]
    pub fn rows(&self, person: usize) -> Range<usize> {
        self.starts[person] as usize..self.starts[person + 1] as usize
    }

    /// The first of some rows that has a name.
    #[inline(always)]
    pub fn first(&self, name: usize, rows: Range<usize>) -> Option<usize> {
        if rows.is_empty() {
            return None;
        }
        let words = &self.marks[name][rows.start / 64..rows.end.div_ceil(64)];
        let mut bits = words[0] & u64::MAX << (rows.start % 64);
        let mut at = 0;
        while bits == 0 {
            at += 1;
            bits = *words.get(at)?;
        }
        let row = (rows.start / 64 + at) * 64 + bits.trailing_zeros() as usize;
        (row < rows.end).then_some(row)
    }

    /// The last of some rows that has a name.
    #[inline(always)]
    pub fn last(&self, name: usize, rows: Range<usize>) -> Option<usize> {
        if rows.is_empty() {
            return None;
        }
        let words = &self.marks[name][rows.start / 64..rows.end.div_ceil(64)];
        let mut at = words.len() - 1;
        let mut bits = words[at] & u64::MAX >> (63 - (rows.end - 1) % 64);
        while bits == 0 {
            at = at.checked_sub(1)?;
            bits = words[at];
        }
        let row = (rows.start / 64 + at) * 64 + 63 - bits.leading_zeros() as usize;
        (row >= rows.start).then_some(row)
    }

    /// The time from one row of a person to a later one, ms.
    #[inline(always)]
    pub fn between_ms(&self, from: usize, to: usize) -> i64 {
        self.gaps[from + 1..=to].iter().map(|gap| i64::from(*gap)).sum()
    }

    /// Whether a fact with any of the names is of the same time as the one before it.
    #[inline]
    pub fn has_ties(&self, rows: Range<usize>) -> bool {
        let later = rows.start + 1..rows.end.max(rows.start + 1);
        // Without an early way out, so that many gaps are looked at in one step.
        let any = self.gaps[later.clone()].iter().fold(false, |any, gap| any | (*gap == 0));
        let named = |row: usize| self.marks.iter().any(|words| words[row / 64] >> (row % 64) & 1 == 1);
        any && later.into_iter().any(|row| self.gaps[row] == 0 && named(row))
    }
}

/// Adds a bit for every row that has a value.
pub fn mark<T: Copy + PartialEq>(rows: &[T], value: T, marks: &mut [u64]) {
    let (whole, rest) = rows.as_chunks::<64>();
    for (word, chunk) in marks.iter_mut().zip(whole) {
        // Bits within bytes first, then bytes within the word: two loops that become few wide instructions.
        let mut bytes = [0u8; 64];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = if chunk[at] == value { 1 << (at % 8) } else { 0 };
        }
        for (at, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
            let byte = u64::from_le_bytes(*eight).wrapping_mul(0x0101_0101_0101_0101) >> 56;
            *word |= byte << (at * 8);
        }
    }
    for (at, row) in rest.iter().enumerate() {
        if *row == value {
            marks[whole.len()] |= 1 << at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_found_where_a_plain_search_finds_them(
            rows in prop::collection::vec(0u8..40, 1..400),
            (a, b) in (0usize..400, 0usize..400),
        ) {
            let mut words = vec![0; rows.len().div_ceil(64)];
            mark(&rows, 7, &mut words);
            let wide: Vec<u32> = rows.iter().map(|it| u32::from(*it)).collect();
            let mut same = vec![0; words.len()];
            mark(&wide, 7, &mut same);
            prop_assert_eq!(&words, &same);
            let within = a.min(b).min(rows.len())..a.max(b).min(rows.len());
            let gaps: Vec<u32> = rows.iter().map(|it| u32::from(*it)).collect();
            let band = Band {
                place: 0, persons: &[], first_ms: &[], last_ms: &[], starts: &[], marks: &[words], gaps: &gaps,
            };
            prop_assert_eq!(band.first(0, within.clone()), within.clone().find(|it| rows[*it] == 7));
            prop_assert_eq!(band.last(0, within.clone()), within.clone().rfind(|it| rows[*it] == 7));
        }
    }
}
