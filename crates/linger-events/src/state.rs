//! What the store knows in memory, and how it changes with what comes in. It reads no file and no clock; the same
//! records in the same order leave the same state.

use std::collections::BTreeSet;
use std::sync::Arc;

use linger_behaviour::{Fact, PersonKey};
use linger_log::Position;

use crate::Outcome;
use crate::dedupe::Dedupe;
use crate::people::People;
use crate::record::{Keys, Meaning, Prepared};
use crate::tail::Tail;
use crate::view::View;
use crate::words::{WordSet, note_words};

/// Everything that appends change. It is locked for moments only.
pub(crate) struct State {
    pub people: People,
    pub dedupe: Dedupe,
    pub tail: Tail,
    /// Where the log stands after what has been taken in.
    pub position: Position,
    /// The store's time; it never falls.
    pub now_ms: i64,
    /// All keys of persons who are to be removed from files still.
    pub erasing: BTreeSet<u64>,
    /// Words of facts that were erased from the tail; dictionaries may have them.
    pub erased_words: WordSet,
    /// How many moves had happened when the oldest fact of the tail came.
    pub tail_moves: u64,
    /// What lies in files.
    pub view: Arc<View>,
    /// How often files have changed since the store was opened.
    pub changes: u64,
}

/// What one batch of a group will be: which of its items were told before.
pub(crate) struct Planned {
    pub batch: Prepared,
    /// Places of duplicates, rising.
    pub told: Vec<usize>,
}

impl Planned {
    pub fn keeps(&self, item: usize) -> bool {
        self.told.is_empty() || self.told.binary_search(&item).is_err()
    }
}

impl State {
    /// Finds out which items were told before, and notes the ids of the others as told.
    pub fn plan(&mut self, batch: Prepared) -> Planned {
        let mut told = Vec::new();
        for (item, fact) in batch.facts.iter().enumerate() {
            if self.dedupe.contains(fact.id) {
                told.push(item);
            } else {
                self.dedupe.insert(fact.id, self.now_ms);
            }
        }
        Planned { batch, told }
    }

    /// Takes back a plan that was not carried out.
    pub fn unplan(&mut self, planned: &Planned) {
        for (item, fact) in planned.batch.facts.iter().enumerate() {
            if planned.keeps(item) {
                self.dedupe.remove(fact.id);
            }
        }
    }

    /// Takes in a batch that is durable: one outcome for each item, and the facts that are new.
    pub fn carry_out(&mut self, planned: Planned) -> (Vec<Outcome>, Arc<Vec<Fact>>) {
        let Planned { batch: Prepared { keys, mut facts, .. }, told } = planned;
        let mut outcomes = Vec::with_capacity(facts.len());
        let mut told = told.into_iter().peekable();
        for (item, (keys, fact)) in keys.iter().zip(&mut facts).enumerate() {
            if told.next_if_eq(&item).is_some() {
                outcomes.push(Outcome::Duplicate(self.owner(keys)));
                // A person no fact has; sorted out below.
                fact.person = PersonKey(0);
            } else {
                fact.person = self.people.resolve(keys);
                outcomes.push(Outcome::Stored(fact.person));
            }
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Duplicate(_))) {
            facts.retain(|fact| fact.person != PersonKey(0));
        }
        let facts = Arc::new(facts);
        self.tail.push(Arc::clone(&facts));
        (outcomes, facts)
    }

    fn owner(&mut self, keys: &Keys) -> PersonKey {
        let known = keys.known.as_ref().map(|known| known.digest);
        let owner = known.and_then(|id| self.people.of_id(id));
        PersonKey(owner.or_else(|| keys.anonymous.and_then(|id| self.people.of_id(id))).unwrap_or(0))
    }

    /// Removes a person from memory; their facts in files are hidden until they are removed too. Tells all their keys.
    pub fn erase(&mut self, person: PersonKey) -> Vec<u64> {
        let keys = self.people.erase(person);
        self.erasing.extend(&keys);
        let gone = |fact: &Fact| keys.binary_search(&fact.person.0).is_ok();
        for fact in self.tail.remove(&gone) {
            self.dedupe.remove(fact.id);
            note_words(&fact, &mut self.erased_words);
        }
        keys
    }

    /// Takes in a record of the log when the store is opened.
    pub fn replay(&mut self, meaning: Meaning) {
        match meaning {
            Meaning::Facts { now_ms, items } => {
                self.now_ms = self.now_ms.max(now_ms);
                self.dedupe.turn(self.now_ms);
                let mut facts = Vec::with_capacity(items.len());
                for (keys, mut fact) in items {
                    self.dedupe.insert(fact.id, self.now_ms);
                    fact.person = self.people.resolve(&keys);
                    facts.push(fact);
                }
                self.tail.push(Arc::new(facts));
            }
            Meaning::Erasure(person) => _ = self.erase(person),
        }
        self.position.offset += 1;
    }
}
