//! Facts outside a store: written once, sorted, by somebody who has them all, and asked like a store's. It does not know
//! identities, senders, or any change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use linger_behaviour::{Fact, Fold};

use crate::parallel::fold_parts;
use crate::segment::{self, Dictionary, Meta, Segment, TailPart, Writer};
use crate::{AskFault, AskLimits, StoreFault};

/// What an archive consists of.
const LIST: &str = "archive.json";

/// Segments in a folder, one a partition.
#[derive(Debug)]
pub struct Archive {
    words: Dictionary,
    segments: Vec<Arc<Segment>>,
    metas: Vec<Meta>,
}

/// An archive that is being written, partition after partition.
pub struct ArchiveWriter {
    dir: PathBuf,
    zone: String,
    open: Option<Writer>,
    metas: Vec<Meta>,
}

impl ArchiveWriter {
    /// Begins an archive in a folder, which is made when it is not there. Day masks count days in `zone`.
    ///
    /// # Errors
    /// [`StoreFault`] when the folder cannot be made.
    pub fn create(dir: &Path, zone: &str) -> Result<ArchiveWriter, StoreFault> {
        fs::create_dir_all(dir).map_err(|error| StoreFault::io("making the archive's folder", &error))?;
        Ok(ArchiveWriter { dir: dir.to_owned(), zone: zone.to_owned(), open: None, metas: Vec::new() })
    }

    /// Adds the next fact of this partition: by person, then time.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be written.
    pub fn push(&mut self, fact: &Fact) -> Result<(), StoreFault> {
        let part = self.metas.len();
        let writer = match &mut self.open {
            Some(writer) => writer,
            None => self.open.insert(Writer::new(&self.dir, part as u64 + 1, part as u16, &self.zone)?),
        };
        writer.push(fact)
    }

    /// Ends this partition; the next fact begins another, with other people.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be written.
    pub fn end_partition(&mut self) -> Result<(), StoreFault> {
        if let Some(writer) = self.open.take() {
            self.metas.push(writer.finish()?);
        }
        Ok(())
    }

    /// Ends the archive and opens it.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be written or read.
    pub fn finish(mut self) -> Result<Archive, StoreFault> {
        self.end_partition()?;
        let doing = || format!("writing {LIST}");
        let list = serde_json::to_vec(&self.metas).map_err(|error| StoreFault::io(doing(), &error.into()))?;
        fs::write(self.dir.join(LIST), list).map_err(|error| StoreFault::io(doing(), &error))?;
        Archive::open(&self.dir, &self.zone)
    }
}

impl Archive {
    /// Opens an archive.
    ///
    /// # Errors
    /// [`StoreFault`] when a file is missing, damaged or cannot be read.
    pub fn open(dir: &Path, zone: &str) -> Result<Archive, StoreFault> {
        let doing = || format!("reading {LIST}");
        let list = fs::read(dir.join(LIST)).map_err(|error| StoreFault::io(doing(), &error))?;
        let metas: Vec<Meta> =
            serde_json::from_slice(&list).map_err(|_| StoreFault::damaged(doing(), LIST))?;
        let mut words = Dictionary::default();
        let mut segments = Vec::with_capacity(metas.len());
        for meta in &metas {
            let segment = segment::open(dir, meta, zone)?;
            segment.teach(&mut words);
            segments.push(Arc::new(segment));
        }
        Ok(Archive { words, segments, metas })
    }

    /// Folds everybody once, partitions beside each other.
    ///
    /// # Errors
    /// [`AskFault`] when it was stopped, needs more memory than it may hold, or a file cannot be read.
    pub fn fold<F: Fold>(&self, make: impl Fn() -> F + Sync, limits: &AskLimits) -> Result<F, AskFault> {
        fold_parts(self.segments.len(), limits, make, |part, fold| {
            segment::scan(&self.words, &self.segments[part..=part], &TailPart::default(), fold, limits)
        })
    }

    /// The dictionaries that codes in runs are looked up in.
    pub fn names(&self) -> &Dictionary {
        &self.words
    }

    /// How many facts it holds.
    pub fn facts(&self) -> u64 {
        self.metas.iter().map(|meta| meta.facts).sum()
    }

    /// How many persons.
    pub fn persons(&self) -> u64 {
        self.metas.iter().map(|meta| meta.persons).sum()
    }

    /// The size of its files, bytes.
    pub fn bytes(&self) -> u64 {
        self.metas.iter().map(|meta| meta.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_behaviour::{Columns, PersonKey, Run};

    #[derive(Default)]
    struct Count(u64);

    impl Fold for Count {
        fn columns(&self) -> Columns {
            Columns::none()
        }

        fn run(&mut self, run: &Run<'_>) {
            self.0 += run.at_ms.len() as u64 * run.person.0;
        }

        fn merge(&mut self, other: Count) {
            self.0 += other.0;
        }
    }

    #[test]
    fn an_archive_hands_over_everybody_of_every_partition_also_when_it_is_opened_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = ArchiveWriter::create(dir.path(), "UTC").unwrap();
        let mut expected = 0;
        for person in 1..=50u64 {
            for at_ms in 0..(person % 7) as i64 {
                let name = ["a", "b"][at_ms as usize % 2].into();
                let id = u128::from(person) << 64 | at_ms as u128;
                writer.push(&Fact { person: PersonKey(person), at_ms, name, id, ..Fact::default() }).unwrap();
                expected += person;
            }
            if person % 13 == 0 {
                writer.end_partition().unwrap();
            }
        }
        let written = writer.finish().unwrap();
        let limits = AskLimits { threads: 3, ..AskLimits::default() };
        assert_eq!(written.fold(Count::default, &limits).unwrap().0, expected);
        let opened = Archive::open(dir.path(), "UTC").unwrap();
        assert_eq!(opened.fold(Count::default, &limits).unwrap().0, expected);
        assert_eq!((opened.facts(), opened.persons()), (written.facts(), 43));
    }
}
