//! The log on disk, put together: opening, and the port's five calls. The parts know the rest: `format` the bytes,
//! `index` where records lie, `desk` who waits, `plan` and `writer` how a commit happens, `spare` the next segment,
//! `sealed` notes about finished ones, `scan` and `recovery` opening, `read` reading back, `verify` checking, `forget`
//! removing what nobody needs, and `base` where the log begins after that.

mod base;
mod desk;
mod forget;
mod format;
mod index;
mod plan;
mod read;
mod recovery;
mod scan;
mod sealed;
mod spare;
mod verify;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;

use crate::files::{Files, RealFiles};
use crate::limits::check;
use crate::{Append, Cause, Damage, Fault, Log, Position, ReadError, Stale, StreamName};

use desk::{Answer, Ask, Desk};
use format::{Chain, RECORD_HEAD, SEGMENT_HEAD, SegmentHead};
use index::Index;
use recovery::{Folder, Found};
use spare::{Maker, Spare};
use writer::{Open, Writer};

pub use verify::{VerifyReport, verify, verify_on};

/// How many places one look into the index copies out.
const PLACES_MAX: usize = 8192;
/// More than the record of a stream's making takes.
const CREATE_BYTES: usize = 128;
/// The smallest and largest segments allowed, in bytes.
const SEGMENT_BYTES: std::ops::RangeInclusive<u64> = 4 << 10..=1 << 30;
/// The file that says that new epochs are due: damage was accepted, or a backup was put back.
const MARKER: &str = "new-epochs-due";

/// Makes the next opening of a log give every stream a new epoch. For a log that was put back from a backup: a reader
/// that knows more than the backup must not go on at a position that now means something else.
///
/// # Errors
/// [`Fault`] if the folder cannot be written to.
pub fn renew_at_next_opening(dir: impl AsRef<Path>) -> Result<(), Fault> {
    spare::put(&RealFiles, dir.as_ref(), MARKER, b"")
        .map_err(|error| Fault::io(format!("writing {MARKER}"), &error))
}

/// Settings of a log on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskConfig {
    /// The size segments are prepared with, from 4 KiB to 1 GiB. A change holds for segments made later.
    pub segment_bytes: u64,
    /// Prepare the next segment on a thread of its own, so that appends do not wait for it. Without it an append
    /// waits whenever a segment is full, and one segment less is on the disk.
    pub prepare_ahead: bool,
    /// Open in spite of damage: everything before it is kept, the rest is set aside in files beside the log, and every
    /// stream gets a new epoch.
    pub accept_damage: bool,
    /// Read all segments when opening, not only those that have no note.
    pub check_all: bool,
}

impl Default for DiskConfig {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, prepare_ahead: true, accept_damage: false, check_all: false }
    }
}

/// What opening found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Records of all streams.
    pub records: u64,
    /// Streams.
    pub streams: usize,
    /// Segments anything was written to.
    pub segments: u32,
    /// Bytes of an unfinished frame that were cut from the end. They were never acknowledged.
    pub torn_bytes: u64,
    /// The first damage, if it was accepted.
    pub damage: Option<Damage>,
    /// The files that hold what was set aside for it.
    pub set_aside: Vec<String>,
    /// Whether all streams got new epochs, because damage was accepted now or by an interrupted opening before.
    pub renewed: bool,
}

/// A log in a folder. The folder is locked while it is open. See the crate's manual for what it promises.
pub struct DiskLog {
    desk: Desk,
    writer: Mutex<Writer>,
    index: Arc<RwLock<Index>>,
    seed: u32,
    id: [u8; 16],
    files: Arc<dyn Files>,
    dir: PathBuf,
    /// Held while segments are removed.
    forgetting: Mutex<()>,
    /// Dropped last, after the writer's thread has ended.
    _lock: Box<dyn Send + Sync>,
}

impl DiskLog {
    /// Opens the log of a folder, or begins one there.
    ///
    /// # Errors
    /// [`Fault`] if the folder is in use, cannot be read or written, holds another format version, or is damaged.
    pub fn open(dir: impl AsRef<Path>, config: DiskConfig) -> Result<(Self, Recovered), Fault> {
        Self::open_on(Arc::new(RealFiles), dir, config)
    }

    /// [`DiskLog::open`] on a given file system.
    ///
    /// # Errors
    /// As [`DiskLog::open`].
    pub fn open_on(
        files: Arc<dyn Files>,
        dir: impl AsRef<Path>,
        config: DiskConfig,
    ) -> Result<(Self, Recovered), Fault> {
        if !SEGMENT_BYTES.contains(&config.segment_bytes) {
            let (field, rule) = ("segment_bytes", "from 4 KiB to 1 GiB");
            return Err(Fault::lasting("opening the log", Cause::BadConfig { field, rule }));
        }
        let dir = dir.as_ref();
        files.make_dir(dir).map_err(|error| Fault::io("making the log's folder", &error))?;
        let guard = lock(&*files, dir)?;
        let folder = Folder { files: &*files, dir, check_all: config.check_all, writable: true };
        folder.sweep()?;
        let mut recovered = Recovered::default();
        let found = find(&folder, &files, &config, &mut recovered)?;
        recovered.torn_bytes = found.torn_bytes;
        recovered.segments = found.open.number + 1 - found.index.first();
        let id = found.id;
        recovered.renewed = folder.is_marked()?;
        let mut writer = start(found, &files, dir, &config)?;
        if recovered.renewed {
            writer.renew_epochs()?;
            folder.unmark()?;
        }
        let index = Arc::clone(&writer.index);
        let log = Self {
            desk: Desk::default(),
            seed: writer.seed,
            id,
            writer: Mutex::new(writer),
            index,
            dir: dir.to_owned(),
            files,
            forgetting: Mutex::default(),
            _lock: guard,
        };
        recovered.records = log.index().records();
        recovered.streams = log.index().names().len();
        Ok((log, recovered))
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, asks: &[Ask]) -> Vec<Answer> {
        match self.writer.lock() {
            Ok(mut writer) => writer.commit(asks),
            Err(_) => asks.iter().map(|_| Answer::Failed(desk::broken())).collect(),
        }
    }
}

/// Reads the folder, as often as damage has to be set aside first.
fn find(
    folder: &Folder<'_>,
    files: &Arc<dyn Files>,
    config: &DiskConfig,
    recovered: &mut Recovered,
) -> Result<Found, Fault> {
    loop {
        let found = match folder.segments() {
            Ok(None) => return begin(files, folder.dir, config),
            Ok(Some(extent)) => folder.recover(&extent),
            Err(fault) => Err(fault),
        };
        match (found, config.accept_damage) {
            (Err(fault), true) => {
                let Some(damage) = fault.damage() else { return Err(fault) };
                recovered.set_aside.extend(folder.set_aside(damage)?);
                recovered.damage.get_or_insert_with(|| damage.clone());
            }
            (found, _) => return found,
        }
    }
}

/// Begins a new log.
fn begin(files: &Arc<dyn Files>, dir: &Path, config: &DiskConfig) -> Result<Found, Fault> {
    let id = files.fresh_id().map_err(|error| Fault::io("choosing the log's id", &error))?;
    let file = spare::make_first(&maker(id, files, dir, config))?;
    let mut index = Index::new();
    let end = SEGMENT_HEAD as u64;
    index.begin_segment(Arc::clone(&file), end, Chain::START);
    Ok(Found {
        id,
        seed: SegmentHead { id, number: 1 }.seed(),
        index,
        chain: Chain::START,
        open: Open { number: 1, file, end, capacity: config.segment_bytes },
        spare: None,
        torn_bytes: 0,
        unnoted: Vec::new(),
    })
}

fn start(found: Found, files: &Arc<dyn Files>, dir: &Path, config: &DiskConfig) -> Result<Writer, Fault> {
    let index = Arc::new(RwLock::new(found.index));
    let maker = maker(found.id, files, dir, config);
    let spare = Spare::start(maker, Arc::clone(&index), found.spare, config.prepare_ahead)
        .map_err(|error| Fault::io("starting the log's thread", &error))?;
    spare.want(found.open.number + 1);
    for number in found.unnoted {
        spare.seal(number);
    }
    Ok(Writer { seed: found.seed, index, spare, chain: found.chain, open: found.open, trouble: None })
}

fn maker(id: [u8; 16], files: &Arc<dyn Files>, dir: &Path, config: &DiskConfig) -> Maker {
    Maker { files: Arc::clone(files), dir: dir.to_owned(), id, segment_bytes: config.segment_bytes }
}

fn lock(files: &dyn Files, dir: &Path) -> Result<Box<dyn Send + Sync>, Fault> {
    files.lock(dir).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => Fault::lasting("locking the log's folder", Cause::InUse),
        _ => Fault::io("locking the log's folder", &error),
    })
}

impl Log for DiskLog {
    fn create(&self, stream: &StreamName, epoch: u32) -> Result<Position, Fault> {
        if let Some(tail) = self.tail(stream) {
            return Ok(tail);
        }
        let stream = stream.clone();
        match self.desk.ask(Ask::Create { stream, epoch }, CREATE_BYTES, |asks| self.commit(asks)) {
            Answer::Created(position) => Ok(position),
            Answer::Failed(fault) => Err(fault),
            Answer::Appended(_) => Err(desk::broken()),
        }
    }

    fn append(&self, batch: Vec<Append>) -> Result<Vec<Result<Position, Stale>>, Fault> {
        let heads: usize = batch.iter().map(|append| append.records.len() * RECORD_HEAD).sum();
        let bytes = check(&batch)? + heads;
        match self.desk.ask(Ask::Append(batch), bytes, |asks| self.commit(asks)) {
            Answer::Appended(answers) => Ok(answers),
            Answer::Failed(fault) => Err(fault),
            Answer::Created(_) => Err(desk::broken()),
        }
    }

    fn read(
        &self,
        stream: &StreamName,
        from: Position,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let id = self.index().id(stream).ok_or(ReadError::NoStream)?;
        let tail = self.index().tail(id).ok_or(ReadError::NoStream)?;
        if from.epoch != tail.epoch {
            return Err(ReadError::OtherEpoch { actual: tail });
        }
        if from.offset > tail.offset {
            return Err(ReadError::Beyond { tail });
        }
        let mut gathered = read::Gathered::default();
        while gathered.ends.len() < records_max {
            let offset = from.offset + gathered.ends.len() as u64;
            let wanted = read::Wanted { seed: self.seed, stream: id, offset, bytes_max };
            let places_max = PLACES_MAX.min(records_max - gathered.ends.len());
            let found = self.index().find(id, offset, places_max);
            let Some(found) = found else {
                let first = self.index().forgotten(id);
                if offset < first {
                    return Err(ReadError::Forgotten { first: Position { offset: first, ..tail } });
                }
                break;
            };
            if !read::gather(&found, wanted, &mut gathered)? {
                break;
            }
        }
        Ok(gathered.into_records())
    }

    fn tail(&self, stream: &StreamName) -> Option<Position> {
        let index = self.index();
        index.tail(index.id(stream)?)
    }

    fn streams(&self) -> Vec<StreamName> {
        let mut names = self.index().names().to_vec();
        names.sort_unstable();
        names
    }

    fn recover(&self) -> Result<(), Fault> {
        let writer = self.writer.lock();
        writer.map_err(|_| desk::broken()).and_then(|mut writer| writer.recover())
    }
}

fn segment_name(number: u32) -> String {
    format!("{number:010}.segment")
}

fn segment_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".segment")?.parse().ok()?;
    (number > 0 && segment_name(number) == name).then_some(number)
}

fn segment_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(segment_name(number))
}

fn temporary_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:010}.tmp"))
}

fn note_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".note")?.parse().ok()?;
    (note_name(number) == name).then_some(number)
}

fn note_name(number: u32) -> String {
    format!("{number:010}.note")
}

fn note_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(note_name(number))
}
