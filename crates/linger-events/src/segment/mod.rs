//! Segments: what is on disk of one partition's facts, by person and time. Each is two files. The *table* is Parquet,
//! which other engines read, and is the truth; the *hot file* beside it has what questions pass over, laid out for one
//! linear pass, and is made anew from the table when it is missing or broken.
//!
//! It does not know the store around it, nor any question.
//!
//! Invariant: a segment never changes. Facts stand by person, then time, then arrival; a person's facts of equal time
//! keep their order through every merge of segments that are given oldest first.

mod days;
mod dictionary;
mod hot;
mod local;
mod merge;
mod scan;
mod table;
mod table_read;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use linger_behaviour::{Fact, PersonKey};
use serde::{Deserialize, Serialize};

use crate::StoreFault;

pub use dictionary::Dictionary;
pub(crate) use merge::merge;
pub(crate) use scan::{TailPart, scan};

/// What is known of a segment without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Its number, which no other segment has.
    pub id: u64,
    /// The partition of all its persons.
    pub partition: u16,
    /// How many facts.
    pub facts: u64,
    /// How many persons.
    pub persons: u64,
    /// The time of the earliest fact, ms since 1970.
    pub first_ms: i64,
    /// The time of the latest.
    pub last_ms: i64,
    /// The size of its files.
    pub bytes: u64,
}

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    hot: hot::Hot,
    table: table_read::Table,
}

/// The names of a segment's files: the table, then the hot file.
pub(crate) fn names(id: u64) -> [String; 2] {
    [format!("{id:010}.parquet"), format!("{id:010}.hot")]
}

/// Writes facts of one partition as a segment and syncs it. Day masks count days in `zone`.
///
/// # Errors
/// [`StoreFault`] when a file cannot be written; what was written of it is removed.
pub(crate) fn write(
    dir: &Path,
    id: u64,
    partition: u16,
    mut facts: Vec<&Fact>,
    zone: &str,
) -> Result<Meta, StoreFault> {
    facts.sort_by_cached_key(|fact| (fact.person, fact.at_ms));
    let mut writer = Writer::new(dir, id, partition, zone)?;
    let written = facts.iter().try_for_each(|fact| writer.push(fact));
    match written {
        Ok(()) => writer.finish(),
        Err(fault) => {
            writer.discard();
            Err(fault)
        }
    }
}

/// Opens a segment; its hot file is made anew when it is missing or does not belong to the table.
///
/// # Errors
/// [`StoreFault`] when the table is damaged or missing, or a file cannot be read.
pub(crate) fn open(dir: &Path, meta: &Meta, zone: &str) -> Result<Segment, StoreFault> {
    let [table_name, hot_name] = names(meta.id);
    let table = table_read::Table::open(&dir.join(&table_name), &table_name)?;
    let path = dir.join(&hot_name);
    let found = hot::Hot::open(&path, &hot_name).and_then(|hot| {
        let fits = hot.facts() == meta.facts && table.facts() == meta.facts;
        if fits { Ok(hot) } else { Err(StoreFault::damaged(format!("opening {hot_name}"), &hot_name)) }
    });
    let hot = match found {
        Ok(hot) => hot,
        Err(fault) => {
            tracing::warn!(%fault, segment = meta.id, "made anew from the table");
            remake(&table, &path, &hot_name, zone)?;
            hot::Hot::open(&path, &hot_name)?
        }
    };
    if hot.facts() != meta.facts {
        return Err(StoreFault::damaged(format!("opening {table_name}"), table_name));
    }
    Ok(Segment { hot, table })
}

/// Makes the hot file of a table.
fn remake(table: &table_read::Table, path: &Path, name: &str, zone: &str) -> Result<(), StoreFault> {
    let aside = path.with_extension("hot-new");
    let mut hot = hot::HotWriter::create(&aside, name, zone)?;
    let mut local = local::Local::default();
    table.for_each(&mut |fact| {
        let codes = local.codes(fact);
        hot.push(fact, &codes)
    })?;
    hot.finish(&local)?;
    fs::rename(&aside, path)
        .and_then(|()| sync_dir(path))
        .map_err(|error| StoreFault::io(format!("writing {name}"), &error))
}

fn sync_dir(file: &Path) -> io::Result<()> {
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}

impl Segment {
    /// Adds its words to dictionaries that lack them.
    pub(crate) fn teach(&self, words: &mut Dictionary) {
        self.hot.teach(words);
    }

    /// Whether it has facts of a person.
    pub(crate) fn holds(&self, person: PersonKey) -> Result<bool, StoreFault> {
        Ok(self.hot.find(person)?.is_some())
    }

    /// A person's facts, whole, by time.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be read.
    pub(crate) fn facts_of(&self, person: PersonKey) -> Result<Vec<Fact>, StoreFault> {
        match self.hot.find(person)? {
            Some(rows) => self.table.rows(rows),
            None => Ok(Vec::new()),
        }
    }

    /// All facts, by person and time.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be read; some facts have been told then.
    pub(crate) fn for_each(&self, each: &mut dyn FnMut(&Fact)) -> Result<(), StoreFault> {
        self.table.for_each(&mut |fact| {
            each(fact);
            Ok(())
        })
    }
}

/// Writes a segment from facts that come by person and time. Memory is bounded by a row group and the distinct texts.
pub(crate) struct Writer {
    id: u64,
    partition: u16,
    paths: [PathBuf; 2],
    table: table::TableWriter,
    hot: hot::HotWriter,
    local: local::Local,
    persons: u64,
    facts: u64,
    /// Person and time of the last fact, and how many before it have the same.
    last: Option<(PersonKey, i64)>,
    ties: u32,
    /// The `seq` of facts that have no other of their time before them.
    seq: i64,
    first_ms: i64,
    last_ms: i64,
}

impl Writer {
    /// Begins a segment.
    pub fn new(dir: &Path, id: u64, partition: u16, zone: &str) -> Result<Writer, StoreFault> {
        let [table, hot] = names(id);
        let paths = [dir.join(&table), dir.join(&hot)];
        let seq = i64::try_from(u128::from(id) << 32)
            .map_err(|_| StoreFault::damaged(format!("writing {table}"), "the number of segments"))?;
        Ok(Writer {
            id,
            partition,
            table: table::TableWriter::create(&paths[0], &table)?,
            hot: hot::HotWriter::create(&paths[1], &hot, zone)?,
            paths,
            local: local::Local::default(),
            persons: 0,
            facts: 0,
            last: None,
            ties: 0,
            seq,
            first_ms: i64::MAX,
            last_ms: i64::MIN,
        })
    }

    /// Adds the next fact.
    pub fn push(&mut self, fact: &Fact) -> Result<(), StoreFault> {
        if self.last.is_none_or(|(person, _)| person != fact.person) {
            self.persons += 1;
        }
        let place = (fact.person, fact.at_ms);
        self.ties = if self.last == Some(place) { self.ties + 1 } else { 0 };
        self.last = Some(place);
        self.facts += 1;
        self.first_ms = self.first_ms.min(fact.at_ms);
        self.last_ms = self.last_ms.max(fact.at_ms);
        let codes = self.local.codes(fact);
        self.table.push(fact, self.seq + i64::from(self.ties), &codes, &self.local)?;
        self.hot.push(fact, &codes)
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.facts == 0
    }

    /// Finishes and syncs both files.
    pub fn finish(self) -> Result<Meta, StoreFault> {
        let Writer { id, partition, paths, table, hot, local, persons, facts, first_ms, last_ms, .. } = self;
        let finished = (|| -> Result<u64, StoreFault> {
            let bytes = table.finish(&local)? + hot.finish(&local)?;
            sync_dir(&paths[0]).map_err(|error| StoreFault::io("syncing the segments' folder", &error))?;
            Ok(bytes)
        })();
        match finished {
            Ok(bytes) => Ok(Meta { id, partition, facts, persons, first_ms, last_ms, bytes }),
            Err(fault) => {
                remove(&paths);
                Err(fault)
            }
        }
    }

    /// Gives up, and removes what was written.
    pub fn discard(self) {
        remove(&self.paths);
    }
}

/// What cannot be removed now is swept when the store is opened.
fn remove(paths: &[PathBuf; 2]) {
    for path in paths {
        _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests;
