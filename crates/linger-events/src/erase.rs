//! Removing a person for good: from memory at once, then from every file, and from the log. It does not know why.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use linger_behaviour::{Fact, PersonKey};
use rustc_hash::FxHashSet;

use crate::change::Change;
use crate::compact::Job;
use crate::flush::{IDS, IDS_IS, PEOPLE, PEOPLE_IS, WORDS, decode_ids, encode_ids};
use crate::manifest::Manifest;
use crate::people::journal_without;
use crate::store::Inner;
use crate::view::partition_of;
use crate::words::{Counts, Unused, WordSet, note_words};
use crate::{AskFault, AskLimits, EventStore, StoreFault};

/// What an erasure removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Facts in files.
    pub facts: u64,
    /// Segments that were rewritten.
    pub segments: u64,
}

impl EventStore {
    /// Removes a person, with everybody who was merged into them: their facts from memory, segments and log, their
    /// identities, the ids their facts came with, and texts in dictionaries that nobody else has. No answer counts them
    /// from the moment this begins. Their identities, if they come again, begin as somebody new.
    ///
    /// # Errors
    /// [`StoreFault`] when something could not be written or removed. The wish is durable then unless the log failed:
    /// [`EventStore::maintain`], which also runs in the background, and the next opening go on with it.
    pub fn erase(&self, person: PersonKey) -> Result<Erased, StoreFault> {
        self.inner.open()?;
        let _turn = self.inner.rewriting();
        self.inner.intake.erase(person)?;
        self.inner.finish_erasing()
    }
}

impl Inner {
    /// Does what erasures have left to do. The caller has the turn to rewrite segments.
    pub fn finish_erasing(&self) -> Result<Erased, StoreFault> {
        let keys: Vec<u64> = self.intake.state().erasing.iter().copied().collect();
        let mut erased = Erased::default();
        if keys.is_empty() && !self.upkeep().manifest.log_to_roll {
            return Ok(erased);
        }
        // What the log holds so far will lie in finished segments, which go once the tail is in files.
        self.intake.log.roll()?;
        self.flush(&mut self.upkeep())?;
        if !keys.is_empty() {
            erased = self.erase_from_files(&keys)?;
        }
        let mut up = self.upkeep();
        self.forget(&up)?;
        up.sweep()?;
        self.change(&mut up, |manifest, _| {
            manifest.log_to_roll = false;
            Ok(())
        })?;
        Ok(erased)
    }

    /// Rewrites every file that holds something of some persons, as one change.
    fn erase_from_files(&self, keys: &[u64]) -> Result<Erased, StoreFault> {
        let mut rewritten = Change::default();
        // The tail can be written out meanwhile: it holds nothing of theirs.
        let traces = match self.erase_from_segments(&mut rewritten, keys) {
            Ok(traces) => traces,
            Err(fault) => {
                self.discard(&rewritten);
                return Err(fault);
            }
        };
        let mut up = self.upkeep();
        let words = self.change(&mut up, |manifest, change| {
            *change = rewritten;
            self.erase_from_people(manifest, change, keys)?;
            self.erase_from_ids(manifest, change, &traces.ids)?;
            let words = self.erase_from_words(manifest, change, &traces.words)?;
            manifest.erasing.clear();
            manifest.log_to_roll = true;
            Ok(words)
        })?;
        if let Some((unused, counts)) = words {
            let mut words = self.words();
            words.forget(&unused);
            words.note_written(counts);
            drop(words);
            *self.latest() = None;
        }
        let mut state = self.intake.state();
        traces.ids.iter().for_each(|id| state.dedupe.remove(*id));
        keys.iter().for_each(|key| _ = state.erasing.remove(key));
        traces.words.iter().for_each(|word| _ = state.erased_words.remove(word));
        Ok(Erased { facts: traces.facts, segments: traces.segments })
    }

    fn erase_from_segments(&self, change: &mut Change, keys: &[u64]) -> Result<Traces, StoreFault> {
        let (view, words) = {
            let state = self.intake.state();
            (Arc::clone(&state.view), state.erased_words.clone())
        };
        let traces = RefCell::new(Traces { words, ..Traces::default() });
        let part = |key: &u64| partition_of(PersonKey(*key), self.config.partitions);
        for partition in keys.iter().map(part).collect::<BTreeSet<u16>>() {
            for piece in &view.parts[usize::from(partition)] {
                let there = keys.iter().map(|key| piece.segment.holds(PersonKey(*key)));
                if !there.collect::<Result<Vec<bool>, _>>()?.contains(&true) {
                    continue;
                }
                let gone = |fact: &Fact| {
                    let gone = keys.binary_search(&fact.person.0).is_ok();
                    if gone {
                        traces.borrow_mut().note(fact);
                    }
                    gone
                };
                let job = Job { partition, pieces: vec![Arc::clone(piece)] };
                self.rewrite(change, &job, &gone)?;
                traces.borrow_mut().segments += 1;
            }
        }
        Ok(traces.into_inner())
    }

    /// Writes dictionaries without the words that only the erased ones had, and tells these.
    fn erase_from_words(
        &self,
        manifest: &mut Manifest,
        change: &mut Change,
        words: &WordSet,
    ) -> Result<Option<(WordSet, Counts)>, StoreFault> {
        let snapshot = self.snapshot();
        let unused = Unused::new(words, snapshot.names());
        let limits = AskLimits { bytes_max: u64::MAX, ..AskLimits::default() };
        // The erased ones are hidden by now, so whoever still has a word is somebody else.
        let unused = snapshot.fold(|| unused.clone(), &limits).map_err(|fault| match fault {
            AskFault::Store(fault) => fault,
            other => StoreFault::damaged("looking for words nobody has", other.to_string()),
        });
        let unused = unused?.words();
        if unused.is_empty() {
            return Ok(None);
        }
        let (without, counts) = self.words().without(&unused);
        let name = format!("words-{:010}", self.fresh());
        self.disk.put_sealed(&name, WORDS, &without)?;
        change.old.append(&mut manifest.words);
        manifest.words.push(name);
        Ok(Some((unused, counts)))
    }

    fn erase_from_people(
        &self,
        manifest: &mut Manifest,
        change: &mut Change,
        keys: &[u64],
    ) -> Result<(), StoreFault> {
        let gone = |key: &u64| keys.binary_search(key).is_ok();
        for at in 0..manifest.people.len() {
            let old = manifest.people[at].clone();
            let journal = self.disk.read_sealed(&old, PEOPLE, PEOPLE_IS)?;
            let kept =
                journal_without(&journal, &gone).ok_or_else(|| StoreFault::damaged("erasing", &old))?;
            if kept != journal {
                let name = format!("people-{:010}", self.fresh());
                self.disk.put_sealed(&name, PEOPLE, &kept)?;
                manifest.people[at] = name;
                change.old.push(old);
            }
        }
        Ok(())
    }

    fn erase_from_ids(
        &self,
        manifest: &mut Manifest,
        change: &mut Change,
        ids: &FxHashSet<u128>,
    ) -> Result<(), StoreFault> {
        for at in 0..manifest.ids.len() {
            let old = manifest.ids[at].name.clone();
            let all = decode_ids(&self.disk.read_sealed(&old, IDS, IDS_IS)?)?;
            let kept: Vec<u128> = all.iter().copied().filter(|id| !ids.contains(id)).collect();
            if kept.len() < all.len() {
                let name = format!("ids-{:010}", self.fresh());
                self.disk.put_sealed(&name, IDS, &encode_ids(&kept))?;
                manifest.ids[at].name = name;
                manifest.ids[at].ids = kept.len() as u64;
                change.old.push(old);
            }
        }
        Ok(())
    }
}

/// What is found of erased persons while files are rewritten.
#[derive(Default)]
struct Traces {
    ids: FxHashSet<u128>,
    words: WordSet,
    facts: u64,
    segments: u64,
}

impl Traces {
    fn note(&mut self, fact: &Fact) {
        self.facts += 1;
        self.ids.insert(fact.id);
        note_words(fact, &mut self.words);
    }
}
