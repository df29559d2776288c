//! A view of the whole store at one moment: files, tail and identities. What comes later does not change it. It does
//! not know questions.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use linger_behaviour::{Fact, Fold, PersonKey};

use crate::gather::Gather;
use crate::moves::Moves;
use crate::parallel::fold_parts;
use crate::segment::{self, Dictionary, TailPart};
use crate::view::{View, partition_of};
use crate::{AskFault, AskLimits, StoreFault};

/// The store at one moment. A clone is the same.
#[derive(Clone)]
pub struct Snapshot(pub(crate) Arc<Seen>);

pub(crate) struct Seen {
    pub moment: Moment,
    pub dir: PathBuf,
    pub partitions: u16,
    pub view: Arc<View>,
    pub chunks: Vec<Arc<Vec<Fact>>>,
    pub words: Arc<Dictionary>,
    pub moves: Moves,
    /// Persons who are being erased, rising.
    pub hidden: Vec<u64>,
    /// The tail by partition, sorted when first wanted.
    pub tail: OnceLock<Vec<Vec<(u32, u32)>>>,
    pub parts: Vec<OnceLock<TailPart>>,
}

/// The whole store at one moment as Parquet, for an engine that reads it by itself, and what it has to know beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The files, those of older facts of a person first. All but the last may be replaced at any time: whoever opens them
    /// finds all, or asks a younger snapshot.
    pub files: Vec<PathBuf>,
    /// Who moved into whom after some of the files were written; nobody in it moves on.
    pub moves: Vec<(u64, u64)>,
    /// Persons who are being erased, as they stand in the files.
    pub hidden: Vec<u64>,
}

/// What changes whenever a snapshot would be another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Where the log stands.
    pub offset: u64,
    /// How often files have changed since the store was opened.
    pub changes: u64,
    pub moves: usize,
    pub erasing: usize,
}

impl Snapshot {
    /// Folds everybody once: each person's facts in one run, by time. Parts of the people are folded beside each other,
    /// each thread with a fold of its own, and these are added up.
    ///
    /// # Errors
    /// [`AskFault`] when it was stopped, needs more memory than it may hold, or a file cannot be read.
    pub fn fold<F: Fold>(&self, make: impl Fn() -> F + Sync, limits: &AskLimits) -> Result<F, AskFault> {
        let seen = &*self.0;
        let make = || Gather::new(make(), &seen.moves, &seen.hidden, limits);
        let folded = fold_parts(seen.view.parts.len(), limits, make, |part, fold| {
            let pieces = &seen.view.parts[part];
            let segments: Vec<_> = pieces.iter().map(|piece| Arc::clone(&piece.segment)).collect();
            let tail = seen.tail_part(part, limits)?;
            segment::scan(&seen.words, &segments, tail, fold, limits)?;
            fold.fault.take().map_or(Ok(()), Err)
        });
        folded?.finish()
    }

    /// The dictionaries that codes in runs are looked up in.
    pub fn names(&self) -> &Dictionary {
        &self.0.words
    }

    /// A person's facts by time: the latest ones, when there are more than `limit`.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be read.
    pub fn facts_of(&self, person: PersonKey, limit: usize) -> Result<Vec<Fact>, StoreFault> {
        let seen = &*self.0;
        let person = seen.moves.now(person.0);
        let mut facts = Vec::new();
        for key in seen.moves.keys_of(person) {
            if seen.hidden.binary_search(&key).is_ok() {
                continue;
            }
            let part = usize::from(partition_of(PersonKey(key), seen.partitions));
            for piece in &seen.view.parts[part] {
                facts.append(&mut piece.segment.facts_of(PersonKey(key))?);
            }
        }
        let tail = seen.chunks.iter().flat_map(|chunk| chunk.iter());
        facts.extend(tail.filter(|fact| seen.moves.now(fact.person.0) == person).cloned());
        facts.iter_mut().for_each(|fact| fact.person = PersonKey(person));
        facts.sort_by_key(|fact| fact.at_ms);
        facts.drain(..facts.len().saturating_sub(limit));
        Ok(facts)
    }

    /// All facts, of one file after another: with their persons as they are now, in no order that could be relied on.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be read; some facts have been told then.
    pub fn for_each_fact(&self, each: &mut dyn FnMut(&Fact)) -> Result<(), StoreFault> {
        let seen = &*self.0;
        let mut tell = |fact: &Fact| {
            if seen.hidden.binary_search(&fact.person.0).is_ok() {
                return;
            }
            match PersonKey(seen.moves.now(fact.person.0)) {
                person if person == fact.person => each(fact),
                person => each(&Fact { person, ..fact.clone() }),
            }
        };
        for piece in seen.view.pieces() {
            piece.segment.for_each(&mut tell)?;
        }
        seen.chunks.iter().flat_map(|chunk| chunk.iter()).for_each(tell);
        Ok(())
    }

    /// Everything as Parquet. What is in no file yet is written to one in `dir`, which the caller removes.
    ///
    /// # Errors
    /// [`StoreFault`] when that file cannot be written.
    pub fn tables(&self, dir: &Path) -> Result<Tables, StoreFault> {
        let seen = &*self.0;
        let mut files = self.parquet_files();
        let facts: Vec<&Fact> = seen.chunks.iter().flat_map(|chunk| chunk.iter()).collect();
        if !facts.is_empty() {
            let newest = seen.view.pieces().map(|piece| piece.listed.meta.id).max().unwrap_or_default();
            let meta = segment::write(dir, newest + 1, 0, facts, "UTC")?;
            files.extend(segment::names(meta.id).map(|name| dir.join(name)).into_iter().take(1));
        }
        Ok(Tables { files, moves: seen.moves.all(), hidden: seen.hidden.clone() })
    }

    /// The Parquet files, which hold all but the facts of the last minutes. They may be replaced at any time after this.
    pub fn parquet_files(&self) -> Vec<PathBuf> {
        let names = self.0.view.pieces().flat_map(|piece| segment::names(piece.listed.meta.id));
        names.filter(|name| name.ends_with(".parquet")).map(|name| self.0.dir.join(name)).collect()
    }
}

impl Seen {
    fn tail_part(&self, part: usize, limits: &AskLimits) -> Result<&TailPart, AskFault> {
        limits.check()?;
        let places = self.tail.get_or_init(|| self.tail_places());
        Ok(self.parts[part].get_or_init(|| {
            let facts = places[part].iter().map(|&(chunk, at)| {
                let fact = &self.chunks[chunk as usize][at as usize];
                Fact { person: PersonKey(self.moves.now(fact.person.0)), ..fact.clone() }
            });
            TailPart::new(facts.collect())
        }))
    }

    fn tail_places(&self) -> Vec<Vec<(u32, u32)>> {
        let mut places = vec![Vec::new(); usize::from(self.partitions)];
        for (chunk, facts) in self.chunks.iter().enumerate() {
            for (at, fact) in facts.iter().enumerate() {
                let person = PersonKey(self.moves.now(fact.person.0));
                places[usize::from(partition_of(person, self.partitions))].push((chunk as u32, at as u32));
            }
        }
        places
    }
}
