//! Remembers every fact that was ever imported, by its id, so that importing again, or an overlapping export, or going on
//! after a crash counts nothing twice, however long ago it was. It does not know what a fact says.
//!
//! Ids lie sorted in files, of which only every 128th id is in memory, and the newest in a journal. Before facts are
//! handed to the store their ids are made durable in the journal as meant; when the store has them, that is noted too. A
//! crash in between leaves the last batch in doubt, and for those ids, and no others, the store is asked.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use super::ImportFault;

/// Bytes of an entry: the id, and a digest of what was told under it.
const ENTRY: usize = 24;
/// Every so many entries, an id is kept in memory.
const STRIDE: usize = 128;
/// How many entries wait in memory before they are written to a file.
const FRESH_MAX: usize = 1 << 20;

const MEANT: u8 = 1;
const DONE: u8 = 2;
const DOUBTED: u8 = 3;

type Entry = (u128, u64);

/// What the ledger says of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// Never imported.
    No,
    /// Imported, with content of this digest.
    Yes(u64),
    /// Meant to be imported when a crash came; only the store knows.
    InDoubt,
}

/// The ids of all that was imported into one data folder.
pub struct Ledger {
    dir: PathBuf,
    runs: Vec<Run>,
    fresh: HashMap<u128, u64>,
    doubted: HashMap<u128, u64>,
    journal: Option<File>,
    next: u64,
    fresh_max: usize,
    _lock: Option<File>,
}

struct Run {
    path: PathBuf,
    file: File,
    entries: usize,
    every: Vec<u128>,
}

fn fault(doing: &str) -> impl Fn(io::Error) -> ImportFault + '_ {
    move |error| ImportFault::general(format!("{doing}: {error}"))
}

impl Ledger {
    /// Opens the ledger of a folder for writing; one that is not there is made.
    ///
    /// # Errors
    /// Another import holds it, or it cannot be read or written.
    pub fn open(dir: &Path) -> Result<Ledger, ImportFault> {
        fs::create_dir_all(dir).map_err(fault("making the folder of imports"))?;
        let lock = OpenOptions::new().create(true).append(true).open(dir.join("lock"));
        let lock = lock.map_err(fault("opening the lock of imports"))?;
        if lock.try_lock().is_err() {
            return Err(ImportFault::general(
                "another import into the same data folder is running; wait for its end",
            ));
        }
        let mut ledger = Ledger::read(dir)?;
        ledger._lock = Some(lock);
        ledger.settle()?;
        Ok(ledger)
    }

    /// Reads the ledger of a folder and changes nothing; one that is not there is empty.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(dir: &Path) -> Result<Ledger, ImportFault> {
        let mut ledger = Ledger {
            dir: dir.to_owned(),
            runs: vec![],
            fresh: HashMap::new(),
            doubted: HashMap::new(),
            journal: None,
            next: 1,
            fresh_max: FRESH_MAX,
            _lock: None,
        };
        let doing = fault("reading the ledger of imports");
        let mut paths: Vec<PathBuf> = match fs::read_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ledger),
            listed => listed.and_then(|it| it.map(|it| it.map(|it| it.path())).collect()).map_err(&doing)?,
        };
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
            if let Some(number) = name.strip_prefix("ids-").and_then(|it| it.parse::<u64>().ok()) {
                ledger.next = ledger.next.max(number + 1);
                ledger.runs.push(Run::open(path).map_err(&doing)?);
            }
        }
        ledger.replay().map_err(&doing)?;
        Ok(ledger)
    }

    /// Whether nothing was ever imported.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.fresh.is_empty() && self.doubted.is_empty()
    }

    /// Looks an id up.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn entered(&self, id: u128) -> Result<Entered, ImportFault> {
        if let Some(content) = self.fresh.get(&id) {
            return Ok(Entered::Yes(*content));
        }
        for run in self.runs.iter().rev() {
            if let Some(content) = run.find(id).map_err(fault("reading the ledger of imports"))? {
                return Ok(Entered::Yes(content));
            }
        }
        Ok(if self.doubted.contains_key(&id) { Entered::InDoubt } else { Entered::No })
    }

    /// Makes durable that these are about to be handed to the store.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn mean(&mut self, entries: &[Entry]) -> Result<(), ImportFault> {
        self.note(MEANT, entries, true)
    }

    /// Notes that the store has them.
    ///
    /// # Errors
    /// The journal or a new file cannot be written.
    pub fn done(&mut self, entries: &[Entry]) -> Result<(), ImportFault> {
        // Not synced: if it is lost, the batch is in doubt, and the store will say.
        self.note(DONE, &[], false)?;
        for (id, content) in entries {
            self.doubted.remove(id);
            self.fresh.insert(*id, *content);
        }
        if self.fresh.len() >= self.fresh_max { self.settle() } else { Ok(()) }
    }

    /// Writes what waits into a file, so that the next opening is quick.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn settle(&mut self) -> Result<(), ImportFault> {
        let doing = fault("writing the ledger of imports");
        if !self.fresh.is_empty() {
            let mut entries: Vec<Entry> = self.fresh.iter().map(|(id, content)| (*id, *content)).collect();
            entries.sort_unstable();
            let run = self.write(entries.into_iter().map(Ok)).map_err(&doing)?;
            self.runs.push(run);
        }
        let mut doubted: Vec<Entry> = self.doubted.iter().map(|(id, content)| (*id, *content)).collect();
        doubted.sort_unstable();
        let path = self.dir.join("journal");
        let new = self.dir.join("journal.new");
        let renewed = || -> io::Result<File> {
            let mut file = File::create(&new)?;
            if !doubted.is_empty() {
                file.write_all(&record(DOUBTED, &doubted))?;
            }
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.dir)?.sync_all()?;
            OpenOptions::new().append(true).open(&path)
        };
        self.journal = Some(renewed().map_err(&doing)?);
        self.fresh.clear();
        self.merge().map_err(doing)
    }

    fn note(&mut self, kind: u8, entries: &[Entry], sync: bool) -> Result<(), ImportFault> {
        let Some(journal) = &mut self.journal else {
            return Err(ImportFault::general("the ledger of imports was opened for reading only"));
        };
        let written = journal
            .write_all(&record(kind, entries))
            .and_then(|()| if sync { journal.sync_data() } else { Ok(()) });
        written.map_err(fault("writing the journal of imports"))
    }

    /// Reads the journal; a record that is cut off at the end was never acted upon.
    fn replay(&mut self) -> io::Result<()> {
        let bytes = match fs::read(self.dir.join("journal")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read?,
        };
        let mut rest = &bytes[..];
        let mut meant: Vec<Entry> = vec![];
        while let Some((kind, entries, after)) = parse(rest) {
            rest = after;
            match kind {
                DOUBTED => self.doubted.extend(entries),
                // A batch is only meant when the one before is done.
                _ => {
                    for (id, content) in std::mem::take(&mut meant) {
                        self.doubted.remove(&id);
                        self.fresh.insert(id, content);
                    }
                    meant = entries;
                }
            }
        }
        self.doubted.extend(meant);
        Ok(())
    }

    fn write(&mut self, entries: impl Iterator<Item = io::Result<Entry>>) -> io::Result<Run> {
        let path = self.dir.join(format!("ids-{:08}", self.next));
        self.next += 1;
        let new = self.dir.join("ids.new");
        let mut file = BufWriter::new(File::create(&new)?);
        for entry in entries {
            file.write_all(&bytes_of(entry?))?;
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(&self.dir)?.sync_all()?;
        Run::open(path)
    }

    /// Keeps the number of files small: two of which the older is not four times as large become one.
    fn merge(&mut self) -> io::Result<()> {
        while let [.., older, newer] = &self.runs[..]
            && older.entries / 4 < newer.entries
        {
            let (newer, older) = (newer.entries()?.peekable(), older.entries()?.peekable());
            let run = self.write(Merged { older, newer })?;
            for old in self.runs.split_off(self.runs.len() - 2) {
                fs::remove_file(old.path)?;
            }
            self.runs.push(run);
        }
        Ok(())
    }
}

impl Run {
    fn open(path: PathBuf) -> io::Result<Run> {
        let file = File::open(&path)?;
        let entries = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX) / ENTRY;
        let mut run = Run { path, file, entries, every: Vec::with_capacity(entries / STRIDE + 1) };
        let mut bytes = [0; 16];
        for place in (0..entries).step_by(STRIDE) {
            run.file.read_exact_at(&mut bytes, (place * ENTRY) as u64)?;
            run.every.push(u128::from_be_bytes(bytes));
        }
        Ok(run)
    }

    fn find(&self, id: u128) -> io::Result<Option<u64>> {
        let Some(block) = self.every.partition_point(|it| *it <= id).checked_sub(1) else { return Ok(None) };
        let first = block * STRIDE;
        let count = STRIDE.min(self.entries - first);
        let mut bytes = [0; STRIDE * ENTRY];
        let bytes = &mut bytes[..count * ENTRY];
        self.file.read_exact_at(bytes, (first * ENTRY) as u64)?;
        let found = bytes.chunks_exact(ENTRY).map(entry_of).find(|(it, _)| *it == id);
        Ok(found.map(|(_, content)| content))
    }

    fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>> + use<>> {
        let mut reader = BufReader::with_capacity(256 << 10, File::open(&self.path)?);
        let mut bytes = [0; ENTRY];
        Ok((0..self.entries).map(move |_| reader.read_exact(&mut bytes).map(|()| entry_of(&bytes))))
    }
}

/// Two sorted files as one; of an id in both, what was told first counts.
struct Merged<A: Iterator, B: Iterator> {
    older: std::iter::Peekable<A>,
    newer: std::iter::Peekable<B>,
}

impl<A, B> Iterator for Merged<A, B>
where
    A: Iterator<Item = io::Result<Entry>>,
    B: Iterator<Item = io::Result<Entry>>,
{
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let id = |it: Option<&io::Result<Entry>>| match it {
            None => None,
            Some(Err(_)) => Some(0),
            Some(Ok((id, _))) => Some(*id),
        };
        match (id(self.older.peek()), id(self.newer.peek())) {
            (Some(older), Some(newer)) if older == newer => {
                self.newer.next();
                self.older.next()
            }
            (Some(older), Some(newer)) if newer < older => self.newer.next(),
            (None, _) => self.newer.next(),
            (Some(_), _) => self.older.next(),
        }
    }
}

fn bytes_of((id, content): Entry) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    bytes[..16].copy_from_slice(&id.to_be_bytes());
    bytes[16..].copy_from_slice(&content.to_be_bytes());
    bytes
}

fn entry_of(bytes: &[u8]) -> Entry {
    let id = bytes[..16].iter().fold(0, |id, byte| id << 8 | u128::from(*byte));
    let content = bytes[16..ENTRY].iter().fold(0, |content, byte| content << 8 | u64::from(*byte));
    (id, content)
}

/// Kind, count, entries, checksum.
fn record(kind: u8, entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(9 + entries.len() * ENTRY);
    bytes.push(kind);
    bytes.extend((entries.len() as u32).to_le_bytes());
    entries.iter().for_each(|it| bytes.extend(bytes_of(*it)));
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

fn parse(bytes: &[u8]) -> Option<(u8, Vec<Entry>, &[u8])> {
    let count = u32::from_le_bytes(bytes.get(1..5)?.try_into().ok()?) as usize;
    let end = 5 + count.checked_mul(ENTRY)?;
    let sum = u32::from_le_bytes(bytes.get(end..end + 4)?.try_into().ok()?);
    let sound = crc32c::crc32c(&bytes[..end]) == sum;
    sound.then(|| (bytes[0], bytes[5..end].chunks_exact(ENTRY).map(entry_of).collect(), &bytes[end + 4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(range: std::ops::Range<u64>) -> Vec<Entry> {
        range.map(|it| (u128::from(it).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835), it)).collect()
    }

    #[test]
    fn what_was_done_is_known_after_any_number_of_files_and_openings() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..9 {
            let mut ledger = Ledger::open(dir.path()).unwrap();
            ledger.fresh_max = 300;
            for batch in entries(round * 1000..round * 1000 + 1000).chunks(100) {
                ledger.mean(batch).unwrap();
                ledger.done(batch).unwrap();
            }
        }
        let ledger = Ledger::read(dir.path()).unwrap();
        assert!(ledger.runs.len() < 8, "{} files", ledger.runs.len());
        for (id, content) in entries(0..9000) {
            assert_eq!(ledger.entered(id).unwrap(), Entered::Yes(content));
        }
        for (id, _) in entries(9000..9100) {
            assert_eq!(ledger.entered(id).unwrap(), Entered::No);
        }
    }

    #[test]
    fn only_the_last_batch_is_in_doubt_after_a_crash_and_stays_so_until_it_is_settled() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (entries(0..10), entries(10..20));
        let mut ledger = Ledger::open(dir.path()).unwrap();
        ledger.mean(&first).unwrap();
        ledger.done(&first).unwrap();
        ledger.mean(&second).unwrap();
        drop(ledger);
        for _ in 0..3 {
            let ledger = Ledger::open(dir.path()).unwrap();
            assert_eq!(ledger.entered(first[0].0).unwrap(), Entered::Yes(0));
            assert_eq!(ledger.entered(second[0].0).unwrap(), Entered::InDoubt);
        }
        let mut ledger = Ledger::open(dir.path()).unwrap();
        ledger.mean(&second).unwrap();
        ledger.done(&second).unwrap();
        assert_eq!(ledger.entered(second[0].0).unwrap(), Entered::Yes(10));
    }

    #[test]
    fn a_journal_cut_off_anywhere_forgets_nothing_that_was_done() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (entries(0..10), entries(10..20));
        let mut ledger = Ledger::open(dir.path()).unwrap();
        ledger.mean(&first).unwrap();
        ledger.done(&first).unwrap();
        let safe = fs::read(dir.path().join("journal")).unwrap().len();
        ledger.mean(&second).unwrap();
        drop(ledger);
        let whole = fs::read(dir.path().join("journal")).unwrap();
        for len in safe..=whole.len() {
            fs::write(dir.path().join("journal"), &whole[..len]).unwrap();
            let ledger = Ledger::read(dir.path()).unwrap();
            assert_eq!(ledger.entered(first[3].0).unwrap(), Entered::Yes(3));
            let expected = if len == whole.len() { Entered::InDoubt } else { Entered::No };
            assert_eq!(ledger.entered(second[3].0).unwrap(), expected, "cut off at {len}");
        }
    }

    #[test]
    fn two_imports_at_once_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let first = Ledger::open(dir.path()).unwrap();
        assert!(Ledger::open(dir.path()).is_err());
        drop(first);
        assert!(Ledger::open(dir.path()).is_ok());
    }
}
