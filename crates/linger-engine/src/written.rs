//! How large the batches are that go to the disk with one sync. It does not know what is in them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Batches are counted by how many entries they have at most: 1, 2, 4 and so on; the last count has those beyond.
pub const BATCH_BOUNDS: usize = 15;

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Written {
    entries: AtomicU64,
    counts: [AtomicU64; BATCH_BOUNDS + 1],
}

impl Written {
    pub(crate) fn add(&self, entries: usize) {
        if entries == 0 {
            return;
        }
        let place = (entries.next_power_of_two().ilog2() as usize).min(BATCH_BOUNDS);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.entries.fetch_add(entries as u64, Ordering::Relaxed);
    }

    /// Entries in all.
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    /// For each bound, as a number of entries, how many batches had so many at most and more than the bound before; no
    /// bound for the last.
    pub fn batches(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bound = |place: usize| (place < BATCH_BOUNDS).then(|| 1 << place);
        self.counts.iter().enumerate().map(move |(place, n)| (bound(place), n.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_counts_where_its_size_belongs() {
        let written = Written::default();
        for entries in [0, 1, 2, 3, 4, 5, 16_384, 16_385, 100_000] {
            written.add(entries);
        }
        let seen: Vec<_> = written.batches().filter(|(_, n)| *n > 0).collect();
        let wanted = [(Some(1), 1), (Some(2), 1), (Some(4), 2), (Some(8), 1), (Some(16_384), 1), (None, 2)];
        assert_eq!(seen, wanted);
        assert_eq!(written.entries(), 1 + 2 + 3 + 4 + 5 + 16_384 + 16_385 + 100_000);
    }
}
