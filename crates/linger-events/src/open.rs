//! Opening: from the files of a folder to the state in memory, and what an interruption left to do. It does not append.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use linger_behaviour::PersonKey;
use linger_log::{DiskConfig, DiskLog, Files, Log, Position, ReadError, RealFiles, StreamName};

use crate::append::Intake;
use crate::change::Upkeep;
use crate::dedupe::Dedupe;
use crate::disk::{Disk, Gate};
use crate::flush::{IDS, IDS_IS, PEOPLE, PEOPLE_IS, WORDS, WORDS_IS, decode_ids};
use crate::keeper::Bell;
use crate::manifest::{MANIFEST, Manifest};
use crate::people::People;
use crate::record;
use crate::segment;
use crate::state::State;
use crate::store::{Inner, Task};
use crate::tail::Tail;
use crate::view::{Piece, View};
use crate::words::{WordSet, Words};
use crate::{Cause, Config, EventStore, StoreFault};

/// The folders within the store's own.
const LOG: &str = "log";
pub(crate) const SEGMENTS: &str = "segments";
/// How many records of the log are read at a time, and how many bytes.
const READ_RECORDS: usize = 4096;
const READ_BYTES: usize = 8 << 20;

/// What opening found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Facts in files.
    pub facts: u64,
    /// Facts that were in the log alone.
    pub replayed: u64,
    /// Bytes of a write that was never acknowledged, and were cut off.
    pub torn_bytes: u64,
    /// Files left over by an interruption, which were removed.
    pub swept: u64,
}

/// The outside, as far as a store needs it.
pub(crate) struct Outside {
    pub files: Arc<dyn Files>,
    pub gate: Option<Gate>,
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Whether the log prepares its next file on a thread of its own.
    pub prepare_ahead: bool,
}

impl Default for Outside {
    fn default() -> Outside {
        let clock = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        Outside { files: Arc::new(RealFiles), gate: None, clock: Arc::new(clock), prepare_ahead: true }
    }
}

impl EventStore {
    /// Opens the store of a folder, or begins one there.
    ///
    /// # Errors
    /// [`StoreFault`] when a setting cannot be used, when the folder is in use, cannot be read or written, was written
    /// by another version, or is damaged.
    pub fn open(config: Config) -> Result<(EventStore, Found), StoreFault> {
        EventStore::open_on(config, Outside::default())
    }

    pub(crate) fn open_on(config: Config, outside: Outside) -> Result<(EventStore, Found), StoreFault> {
        config.check()?;
        let disk = Disk::new(config.dir.clone(), outside.gate.clone());
        let segments = Disk::new(config.dir.join(SEGMENTS), outside.gate);
        disk.make()?;
        // The log locks its folder, and with that the store.
        let (segment_bytes, prepare_ahead) = (config.log_segment_bytes, outside.prepare_ahead);
        let log = DiskConfig { segment_bytes, prepare_ahead, ..DiskConfig::default() };
        let (log, recovered) = DiskLog::open_on(outside.files, config.dir.join(LOG), log)?;
        let stream =
            StreamName::new("facts").map_err(|_| StoreFault::damaged("opening the log", "its name"))?;
        let start = log.create(&stream, 1)?;
        segments.make()?;
        let manifest = match Manifest::read(&disk)? {
            Some(manifest) => manifest,
            None => begin(&disk, &segments, &config, start)?,
        };
        check(&manifest, &config)?;
        let mut found = Found { torn_bytes: recovered.torn_bytes, ..Found::default() };
        found.swept = sweep(&disk, &segments, &manifest)?;
        let words = read_words(&disk, &manifest)?;
        let mut state = read_state(&disk, &segments, &manifest, &config)?;
        found.facts = manifest.segments.iter().map(|listed| listed.meta.facts).sum();
        replay(&log, &stream, &mut state)?;
        found.replayed = state.tail.facts as u64;
        let inner = Inner {
            config,
            intake: Intake::new(log, stream, state, outside.clock),
            closed: AtomicBool::new(false),
            bell: Arc::new(Bell::default()),
            next: AtomicU64::new(manifest.next),
            disk,
            segments,
            rewriting: Mutex::default(),
            upkeep: Mutex::new(Upkeep { manifest, written: Instant::now(), leftovers: Vec::new() }),
            words: Mutex::new(words),
            trouble: Mutex::default(),
            latest: Mutex::default(),
        };
        inner.forget(&inner.upkeep())?;
        // If this fails, for example because the disk is full, what is to be erased stays hidden, and upkeep tries again.
        if let Err(fault) = inner.note(Task::Rewrite, inner.finish_erasing().map(|_| ())) {
            tracing::warn!(%fault, "an erasure is not finished yet");
        }
        Ok((EventStore::start(inner)?, found))
    }
}

/// Writes the first manifest of a store, if there is no sign that there has been one.
fn begin(disk: &Disk, segments: &Disk, config: &Config, log: Position) -> Result<Manifest, StoreFault> {
    if log.offset > 0 || !segments.list()?.is_empty() || disk.list()?.iter().any(|name| is_own(name)) {
        let what = format!("{MANIFEST} is missing, so the store");
        return Err(StoreFault::damaged(format!("reading {MANIFEST}"), what));
    }
    let mut manifest = Manifest { log_epoch: log.epoch, ..Manifest::empty(config) };
    manifest.write(disk)?;
    Ok(manifest)
}

fn is_own(name: &str) -> bool {
    ["people-", "ids-", "words-"].iter().any(|kind| name.starts_with(kind))
}

fn check(manifest: &Manifest, config: &Config) -> Result<(), StoreFault> {
    if manifest.partitions == config.partitions {
        return Ok(());
    }
    let (field, rule) = ("partitions", "what it was when the folder was made");
    Err(StoreFault::lasting("opening the store of events", Cause::BadConfig { field, rule }))
}

/// Removes files the manifest does not name, which an interruption left.
fn sweep(disk: &Disk, segments: &Disk, manifest: &Manifest) -> Result<u64, StoreFault> {
    let mut swept = 0;
    for name in disk.list()? {
        if name.ends_with(".tmp") || is_own(&name) && !manifest.names(&name) {
            disk.remove(&name)?;
            swept += 1;
        }
    }
    let named: Vec<String> = manifest.segments.iter().flat_map(|it| segment::names(it.meta.id)).collect();
    for name in segments.list()? {
        // Somebody else's file, whose name does not begin with a number, is left alone.
        if name.starts_with(|first: char| first.is_ascii_digit()) && !named.contains(&name) {
            segments.remove(&name)?;
            swept += 1;
        }
    }
    Ok(swept)
}

fn read_words(disk: &Disk, manifest: &Manifest) -> Result<Words, StoreFault> {
    let mut words = Words::default();
    for name in &manifest.words {
        let journal = disk.read_sealed(name, WORDS, WORDS_IS)?;
        words.replay(&journal).ok_or_else(|| StoreFault::damaged("reading dictionaries", name))?;
    }
    Ok(words)
}

/// The state as the files tell it.
fn read_state(
    disk: &Disk,
    segments: &Disk,
    manifest: &Manifest,
    config: &Config,
) -> Result<State, StoreFault> {
    let mut people = People::default();
    for name in &manifest.people {
        let journal = disk.read_sealed(name, PEOPLE, PEOPLE_IS)?;
        people.replay(&journal).ok_or_else(|| StoreFault::damaged("reading identities", name))?;
    }
    people.reserve(manifest.last_person);
    for key in &manifest.erasing {
        people.erase(PersonKey(*key));
    }
    let mut dedupe = Dedupe::new(config.dedupe_h, config.dedupe_ids_max);
    for file in &manifest.ids {
        let ids = decode_ids(&disk.read_sealed(&file.name, IDS, IDS_IS)?)?;
        for id in ids {
            dedupe.turn(file.last_ms);
            dedupe.insert(id, file.last_ms);
        }
    }
    let mut view = View::new(config.partitions);
    for listed in &manifest.segments {
        let segment = Arc::new(segment::open(&segments.dir, &listed.meta, &config.zone)?);
        let piece = Piece { listed: listed.clone(), segment };
        let part = view.parts.get_mut(usize::from(listed.meta.partition));
        part.ok_or_else(|| StoreFault::damaged("opening segments", MANIFEST))?.push(Arc::new(piece));
    }
    view.in_order();
    Ok(State {
        tail_moves: people.moves().len() as u64,
        people,
        dedupe,
        tail: Tail::default(),
        position: Position { epoch: manifest.log_epoch, offset: manifest.log_offset },
        now_ms: manifest.now_ms,
        erasing: manifest.erasing.iter().copied().collect(),
        erased_words: WordSet::new(),
        view: Arc::new(view),
        changes: 0,
    })
}

/// Takes in what the log tells from the state's position on.
fn replay(log: &DiskLog, stream: &StreamName, state: &mut State) -> Result<(), StoreFault> {
    loop {
        let records =
            log.read(stream, state.position, READ_RECORDS, READ_BYTES).map_err(|error| match error {
                ReadError::Fault(fault) => fault.into(),
                other => StoreFault::damaged("reading the log of events", format!("the log ({other})")),
            })?;
        if records.is_empty() {
            return Ok(());
        }
        for record in records {
            state.replay(record::decode(&record)?);
        }
    }
}
