//! Facts as they become durable: for rules that follow them, for figures, and for whoever wants to see whether theirs
//! arrive. It does not know where they came from.

use linger_behaviour::Fact;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::sync::broadcast;

/// Batches that a rule may lag before it misses some, and is told how many.
const BATCHES_KEPT: usize = 1_024;
/// Facts that can be looked at as the newest.
const NEWEST_KEPT: usize = 200;
/// Facts of one batch that can be among them.
const NEWEST_OF_BATCH: usize = 20;

/// The newest facts, and those who follow them; cheap to clone.
#[derive(Clone)]
pub(crate) struct LiveFacts {
    batches: broadcast::Sender<Arc<Vec<Fact>>>,
    newest: Arc<Mutex<VecDeque<Fact>>>,
}

impl Default for LiveFacts {
    fn default() -> LiveFacts {
        LiveFacts { batches: broadcast::channel(BATCHES_KEPT).0, newest: Arc::default() }
    }
}

impl LiveFacts {
    /// Takes in a batch. Called where facts become durable: it waits for nobody.
    pub(crate) fn take(&self, facts: &Arc<Vec<Fact>>) {
        if self.batches.receiver_count() > 0 {
            // Nobody listening any more is no fault.
            let _ = self.batches.send(facts.clone());
        }
        let mut newest = self.newest.lock().unwrap_or_else(|it| it.into_inner());
        for fact in facts.iter().skip(facts.len().saturating_sub(NEWEST_OF_BATCH)) {
            if newest.len() == NEWEST_KEPT {
                newest.pop_front();
            }
            newest.push_back(fact.clone());
        }
    }

    /// Every batch from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<Vec<Fact>>> {
        self.batches.subscribe()
    }

    /// The newest facts, the newest first. When many arrive at once they are a sample.
    pub(crate) fn newest(&self) -> Vec<Fact> {
        let newest = self.newest.lock().unwrap_or_else(|it| it.into_inner());
        newest.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(names: std::ops::Range<u32>) -> Arc<Vec<Fact>> {
        let named = |n: u32| Fact { name: n.to_string().into(), ..Fact::default() };
        Arc::new(names.map(named).collect())
    }

    #[test]
    fn the_newest_are_kept_and_whoever_follows_gets_all() {
        let live = LiveFacts::default();
        live.take(&facts(0..5));
        let mut follower = live.follow();
        for from in 1..40 {
            live.take(&facts(from * 100..from * 100 + 30));
        }
        assert_eq!(follower.try_recv().unwrap().len(), 30);
        let newest = live.newest();
        assert_eq!(newest.len(), NEWEST_KEPT);
        assert_eq!(&*newest[0].name, "3929");
    }
}
