//! Persons who moved into others after files were written: who they are now. It does not know why they moved.

use rustc_hash::{FxHashMap, FxHashSet};

/// Moves that some files do not know of, flat: nobody in it moves on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moves {
    into: FxHashMap<u64, u64>,
    targets: FxHashSet<u64>,
}

impl Moves {
    /// From moves in their order.
    pub fn new(moves: &[(u64, u64)]) -> Moves {
        let mut into = FxHashMap::default();
        // The last first: by then it is known where a target moved on to. Erased ones have left a 0.
        for &(from, to) in moves.iter().rev().filter(|(from, _)| *from != 0) {
            let end = into.get(&to).copied().unwrap_or(to);
            into.insert(from, end);
        }
        let targets = into.values().copied().collect();
        Moves { into, targets }
    }

    /// Whether nobody moved.
    pub fn is_empty(&self) -> bool {
        self.into.is_empty()
    }

    /// Who a person is now.
    pub fn now(&self, person: u64) -> u64 {
        self.into.get(&person).copied().unwrap_or(person)
    }

    /// Who moved, and who they are now, in the order of keys.
    pub fn all(&self) -> Vec<(u64, u64)> {
        let mut all: Vec<_> = self.into.iter().map(|(from, to)| (*from, *to)).collect();
        all.sort_unstable();
        all
    }

    /// Whether a person's facts may lie under more than one key.
    pub fn concern(&self, person: u64) -> bool {
        self.into.contains_key(&person) || self.targets.contains(&person)
    }

    /// The keys of everybody who is a person now, in order, and the person's own.
    pub fn keys_of(&self, person: u64) -> Vec<u64> {
        let mut keys = vec![person];
        if self.targets.contains(&person) {
            keys.extend(self.into.iter().filter(|(_, to)| **to == person).map(|(from, _)| *from));
        }
        keys.sort_unstable();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_end_where_they_end() {
        let moves = Moves::new(&[(1, 2), (0, 0), (2, 3), (4, 3), (3, 5)]);
        assert_eq!([1, 2, 3, 4, 5, 6].map(|person| moves.now(person)), [5, 5, 5, 5, 5, 6]);
        assert_eq!(moves.keys_of(5), [1, 2, 3, 4, 5]);
        assert_eq!(moves.all(), [(1, 5), (2, 5), (3, 5), (4, 5)]);
        assert_eq!(moves.keys_of(6), [6]);
        assert!(moves.concern(5) && moves.concern(1) && !moves.concern(6));
    }
}
