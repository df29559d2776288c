//! Which ids were told within the window, exactly. It does not know what they name, and reads no clock.
//!
//! One open-addressing table, cut into many small ones so that none ever takes long to grow, says for each id in which
//! *generation* it came: a stretch of time, or a share of the limit, whichever ends first. To let the oldest ids go is to
//! raise the number of the oldest generation that counts; their places are swept a small table at a time.

use std::collections::{HashMap, VecDeque};

use rustc_hash::FxBuildHasher;

const SHARDS: usize = 256;
/// A window is at least so many generations long, so that it ends within this share of itself.
const GENERATIONS: u64 = 24;

/// An id in eight-byte words, which makes an entry of the table a third smaller than a `u128` would.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Id([u64; 2]);

impl Id {
    fn new(id: u128) -> Id {
        Id([id as u64, (id >> 64) as u64])
    }

    fn shard(self) -> usize {
        // Senders' ids are digests, but nothing here relies on it.
        ((self.0[0] ^ self.0[1]).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
    }
}

struct Generation {
    begun_ms: i64,
    last_ms: i64,
    ids: usize,
}

/// The ids told within the window.
pub(crate) struct Dedupe {
    shards: Vec<HashMap<Id, u32, FxBuildHasher>>,
    generations: VecDeque<Generation>,
    /// The number of the first generation in the list; lower ones do not count any more.
    oldest: u32,
    /// The next table to sweep.
    sweep: usize,
    window_ms: i64,
    ids_max: usize,
    ids: usize,
    /// Whether ids were let go because of their number.
    shrunk: bool,
}

impl Dedupe {
    pub fn new(window_h: u32, ids_max: usize) -> Dedupe {
        Dedupe {
            shards: (0..SHARDS).map(|_| HashMap::default()).collect(),
            generations: VecDeque::new(),
            oldest: 0,
            sweep: SHARDS,
            window_ms: i64::from(window_h) * 3_600_000,
            ids_max,
            ids: 0,
            shrunk: false,
        }
    }

    /// Whether an id was told within the window.
    pub fn contains(&self, id: u128) -> bool {
        let id = Id::new(id);
        self.shards[id.shard()].get(&id).is_some_and(|&generation| generation >= self.oldest)
    }

    /// Lets go what is too old, and begins a new generation where one is due. Called before ids are added.
    pub fn turn(&mut self, now_ms: i64) {
        while let Some(first) = self.generations.front()
            && first.last_ms < now_ms.saturating_sub(self.window_ms)
        {
            self.drop_oldest();
        }
        let step_ms = self.window_ms / GENERATIONS as i64;
        let share = (self.ids_max as u64 / GENERATIONS).max(1) as usize;
        let due = self.generations.back().is_none_or(|it| now_ms - it.begun_ms >= step_ms || it.ids >= share);
        if due {
            self.generations.push_back(Generation { begun_ms: now_ms, last_ms: now_ms, ids: 0 });
        }
        self.sweep_one();
    }

    /// Notes an id as told now. [`Dedupe::turn`] has been called for this time.
    pub fn insert(&mut self, id: u128, now_ms: i64) {
        let number = self.oldest + self.generations.len().saturating_sub(1) as u32;
        let Some(newest) = self.generations.back_mut() else { return };
        newest.last_ms = newest.last_ms.max(now_ms);
        newest.ids += 1;
        self.ids += 1;
        let id = Id::new(id);
        self.shards[id.shard()].insert(id, number);
        if self.ids > self.ids_max && self.generations.len() > 1 {
            self.shrunk = true;
            self.drop_oldest();
        }
    }

    /// Forgets an id, as if it had never been told.
    pub fn remove(&mut self, id: u128) {
        let id = Id::new(id);
        self.shards[id.shard()].remove(&id);
    }

    /// The window in force: the one asked for, unless more ids came than may be kept.
    pub fn window_ms(&self, now_ms: i64) -> i64 {
        let begun = self.generations.front().map_or(now_ms, |it| it.begun_ms);
        if self.shrunk { (now_ms - begun).clamp(0, self.window_ms) } else { self.window_ms }
    }

    /// How many ids count.
    pub fn ids(&self) -> usize {
        self.ids
    }

    fn drop_oldest(&mut self) {
        if let Some(gone) = self.generations.pop_front() {
            self.ids -= gone.ids;
            self.oldest += 1;
            self.sweep = 0;
        }
    }

    fn sweep_one(&mut self) {
        if let Some(shard) = self.shards.get_mut(self.sweep) {
            let oldest = self.oldest;
            shard.retain(|_, generation| *generation >= oldest);
            self.sweep += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn told(dedupe: &mut Dedupe, id: u128, now_ms: i64) -> bool {
        dedupe.turn(now_ms);
        let told = dedupe.contains(id);
        if !told {
            dedupe.insert(id, now_ms);
        }
        told
    }

    #[test]
    fn an_id_counts_for_the_whole_window_and_not_much_longer() {
        let mut dedupe = Dedupe::new(24, 1_000_000);
        for hour in 0..100 {
            assert!(!told(&mut dedupe, hour as u128, hour * HOUR));
            for earlier in 0..hour {
                assert_eq!(dedupe.contains(earlier as u128), hour - earlier <= 24, "{earlier} at {hour}");
            }
        }
        assert_eq!(dedupe.window_ms(99 * HOUR), 24 * HOUR);
        assert_eq!(dedupe.ids(), 25);
    }

    #[test]
    fn when_more_come_than_may_be_kept_the_window_shrinks_and_says_so() {
        let mut dedupe = Dedupe::new(24, 24_000);
        for id in 0..100_000u128 {
            assert!(!told(&mut dedupe, id, id as i64));
        }
        assert!(dedupe.ids() <= 24_000);
        let window = dedupe.window_ms(99_999);
        assert!((22_000..=24_000).contains(&window), "{window}");
        for id in 100_000 - window as u128..100_000 {
            assert!(dedupe.contains(id), "{id} is within the window in force");
        }
        assert!(!dedupe.contains(0));
        let places: usize = dedupe.shards.iter().map(HashMap::len).sum();
        assert!(places < 60_000, "places are swept: {places}");
    }

    #[test]
    fn a_forgotten_id_may_be_told_again() {
        let mut dedupe = Dedupe::new(1, 1000);
        assert!(!told(&mut dedupe, 5, 0));
        assert!(told(&mut dedupe, 5, 0));
        dedupe.remove(5);
        assert!(!told(&mut dedupe, 5, 0));
    }
}
