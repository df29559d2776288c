//! Opening: from the files of a folder to the state in memory, and what an interruption left to do. It does not append.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use linger_log::{DiskConfig, DiskLog, Files, Log, Position, ReadError, RealFiles, StreamName};

use crate::append::Intake;
use crate::dedupe::Dedupe;
use crate::disk::{Disk, Gate};
use crate::people::People;
use crate::record;
use crate::state::State;
use crate::store::Inner;
use crate::tail::Tail;
use crate::{Config, EventStore, StoreFault};

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
}

/// The outside, as far as a store needs it.
pub(crate) struct Outside {
    pub files: Arc<dyn Files>,
    pub gate: Option<Gate>,
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}

impl Default for Outside {
    fn default() -> Outside {
        let clock = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        Outside { files: Arc::new(RealFiles), gate: None, clock: Arc::new(clock) }
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
        let disk = Disk::new(config.dir.clone(), outside.gate);
        disk.make()?;
        let log = DiskConfig { segment_bytes: config.log_segment_bytes, ..DiskConfig::default() };
        let (log, recovered) = DiskLog::open_on(outside.files, config.dir.join("log"), log)?;
        let stream =
            StreamName::new("facts").map_err(|_| StoreFault::damaged("opening the log", "its name"))?;
        log.create(&stream, 1)?;
        let mut state = State {
            people: People::default(),
            dedupe: Dedupe::new(config.dedupe_h, config.dedupe_ids_max),
            tail: Tail::default(),
            position: Position::start(1),
            now_ms: 0,
            erasing: BTreeSet::new(),
        };
        replay(&log, &stream, &mut state)?;
        let found = Found { facts: 0, replayed: state.tail.facts as u64, torn_bytes: recovered.torn_bytes };
        let intake = Intake::new(log, stream, state, outside.clock);
        let inner = Inner { config, intake, closed: AtomicBool::new(false) };
        Ok((EventStore { inner: Arc::new(inner) }, found))
    }
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
