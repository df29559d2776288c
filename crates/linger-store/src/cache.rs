//! Keys of persons that were used lately, ready for use. It does not know where they come from.
//!
//! Two generations: when the young one is full it becomes the old one, and what the old one held is dropped. A key that
//! is used moves to the young one. Nothing is sorted or counted on the way.

use crate::keys::Key;
use linger_protocol::{KeyId, PersonId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A person's key, ready for use.
#[derive(Debug)]
pub(crate) struct PersonKey {
    pub(crate) id: KeyId,
    pub(crate) person: PersonId,
    pub(crate) key: Key,
}

/// At most twice `generation_max` keys.
pub(crate) struct Cache {
    generation_max: usize,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    people: HashMap<PersonId, Arc<PersonKey>>,
    /// None: destroyed, or never was.
    keys: HashMap<KeyId, Option<Arc<PersonKey>>>,
}

impl Cache {
    pub(crate) fn new(keys_max: usize) -> Cache {
        Cache { generation_max: (keys_max / 2).max(1), generations: Mutex::default() }
    }

    pub(crate) fn of_person(&self, person: PersonId) -> Option<Arc<PersonKey>> {
        let mut generations = self.lock();
        if let Some(key) = generations.young.people.get(&person) {
            return Some(key.clone());
        }
        let key = generations.old.people.get(&person)?.clone();
        self.keep(&mut generations, &key);
        Some(key)
    }

    /// `None` when nothing is known, `Some(None)` when the key is known to be gone.
    pub(crate) fn by_id(&self, id: KeyId) -> Option<Option<Arc<PersonKey>>> {
        let mut generations = self.lock();
        if let Some(key) = generations.young.keys.get(&id) {
            return Some(key.clone());
        }
        let key = generations.old.keys.get(&id)?.clone();
        match &key {
            Some(key) => self.keep(&mut generations, key),
            None => self.keep_gone(&mut generations, id),
        }
        Some(key)
    }

    pub(crate) fn put(&self, key: &Arc<PersonKey>) {
        self.keep(&mut self.lock(), key);
    }

    pub(crate) fn put_gone(&self, id: KeyId) {
        self.keep_gone(&mut self.lock(), id);
    }

    /// Drops whatever is known of a person's keys.
    pub(crate) fn forget(&self, person: PersonId) {
        let Generations { young, old } = &mut *self.lock();
        for generation in [young, old] {
            // Both maps of a generation always hold the same keys, so the one names what leaves the other.
            if let Some(key) = generation.people.remove(&person) {
                generation.keys.remove(&key.id);
            }
        }
    }

    fn keep(&self, generations: &mut Generations, key: &Arc<PersonKey>) {
        self.make_room(generations);
        generations.young.people.insert(key.person, key.clone());
        generations.young.keys.insert(key.id, Some(key.clone()));
    }

    fn keep_gone(&self, generations: &mut Generations, id: KeyId) {
        self.make_room(generations);
        generations.young.keys.insert(id, None);
    }

    fn make_room(&self, generations: &mut Generations) {
        if generations.young.keys.len() >= self.generation_max {
            generations.old = std::mem::take(&mut generations.young);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // The maps are whole between any two statements, so a panic elsewhere spoils nothing.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
