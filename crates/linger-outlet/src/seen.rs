//! Which webhook ids came lately. It does not know what was in them.

use std::collections::{HashSet, VecDeque};

/// A window of the last so many ids.
///
/// It spares work, it does not decide: it forgets at a restart and when it is full, so what a notice leads to must be
/// harmless when it comes twice. Put an id in only once its consequence is durable; else a notice whose first delivery
/// failed half way would be passed over when it comes again.
#[derive(Debug)]
pub struct SeenIds {
    ids_max: usize,
    known: HashSet<Box<str>>,
    order: VecDeque<Box<str>>,
}

impl SeenIds {
    /// A window of `ids_max` ids, one at least.
    pub fn new(ids_max: usize) -> SeenIds {
        SeenIds { ids_max: ids_max.max(1), known: HashSet::new(), order: VecDeque::new() }
    }

    /// Whether this id came lately.
    pub fn contains(&self, id: &str) -> bool {
        self.known.contains(id)
    }

    /// Keeps an id and lets the oldest go when there are too many; false when it was there before.
    pub fn insert(&mut self, id: &str) -> bool {
        if !self.known.insert(id.into()) {
            return false;
        }
        self.order.push_back(id.into());
        if self.order.len() > self.ids_max
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_knows_the_last_ids_and_no_others() {
        let mut seen = SeenIds::new(2);
        assert!(seen.insert("a"));
        assert!(!seen.insert("a"));
        assert!(seen.insert("b"));
        assert!(seen.insert("c"));
        assert!(!seen.contains("a"));
        assert!(seen.contains("b") && seen.contains("c"));
        assert_eq!((seen.known.len(), seen.order.len()), (2, 2));
    }
}
