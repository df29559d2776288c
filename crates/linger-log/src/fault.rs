//! What can go wrong, in words an operator can act on: faults of the outside, places of damage, and the two answers
//! a caller must handle (`Stale`, `ReadError`). It does not know how any of them comes about, and it never carries a
//! record's bytes.

use std::io;

use thiserror::Error;

use crate::Position;

/// The outside failed, or a limit was passed: what was being done, why it failed, and whether trying again can help.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{doing}: {cause}")]
pub struct Fault {
    /// What was being done, with the file's name where there is one.
    pub doing: String,
    /// Why it failed.
    pub cause: Cause,
    /// Whether the same call may succeed later without anybody touching the log: true for a full disk.
    pub retry: bool,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No space, or no quota, is left.
    #[error("the disk is full")]
    DiskFull,
    /// The operating system refused in some other way.
    #[error("the system answered: {message}")]
    Io {
        /// The kind of refusal.
        kind: io::ErrorKind,
        /// The system's own words.
        message: String,
    },
    /// The folder is locked by another opening of the log.
    #[error("the log is open elsewhere")]
    InUse,
    /// Bytes that were once durable are not what they were.
    #[error("{0}")]
    Damaged(Damage),
    /// The files were written by another version of the format.
    #[error("segment {segment} has format version {found}, and only {known} is known")]
    OtherVersion {
        /// The number of the segment.
        segment: u32,
        /// The version it says it has.
        found: u32,
        /// The version that can be read.
        known: u32,
    },
    /// A setting cannot be used.
    #[error("setting {field} must be {rule}")]
    BadConfig {
        /// The name of the setting.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// One record is larger than [`crate::RECORD_BYTES_MAX`].
    #[error("a record of {bytes} bytes is over the limit of {bytes_max}")]
    RecordTooLarge {
        /// The record's size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The records of one call are larger together than [`crate::BATCH_BYTES_MAX`].
    #[error("a batch of {bytes} bytes is over the limit of {bytes_max}")]
    BatchTooLarge {
        /// The batch's size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// One call holds more records than [`crate::BATCH_RECORDS_MAX`].
    #[error("a batch of {records} records is over the limit of {records_max}")]
    TooManyRecords {
        /// The number of records.
        records: usize,
        /// The limit.
        records_max: usize,
    },
    /// There are [`crate::STREAMS_MAX`] streams already.
    #[error("there are {streams_max} streams already, which is the limit")]
    TooManyStreams {
        /// The limit.
        streams_max: usize,
    },
    /// An earlier write or sync failed, and nobody has called `recover` since.
    #[error("the log refuses to append until it is recovered or reopened, because earlier: {earlier}")]
    Refusing {
        /// The fault that began it.
        earlier: String,
    },
}

impl Fault {
    /// A fault the operating system reported. A full disk, and nothing else, is worth trying again by itself.
    pub(crate) fn io(doing: impl Into<String>, error: &io::Error) -> Self {
        let cause = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::DiskFull,
            kind => Cause::Io { kind, message: error.to_string() },
        };
        let retry = cause == Cause::DiskFull;
        Self { doing: doing.into(), cause, retry }
    }

    /// A fault that stays until somebody changes something.
    pub(crate) fn lasting(doing: impl Into<String>, cause: Cause) -> Self {
        Self { doing: doing.into(), cause, retry: false }
    }

    /// The place of damage, if that is what this fault is about.
    #[must_use]
    pub fn damage(&self) -> Option<&Damage> {
        match &self.cause {
            Cause::Damaged(damage) => Some(damage),
            _ => None,
        }
    }
}

/// A place where stored bytes are not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("segment {segment}, byte {byte}: {what}")]
pub struct Damage {
    /// The number of the segment, which is also the name of its file.
    pub segment: u32,
    /// Where in the file the damaged part begins.
    pub byte: u64,
    /// What is wrong there.
    pub what: &'static str,
}

/// An append expected another position than the stream has; nothing of it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the stream stands at {actual}")]
pub struct Stale {
    /// Where the stream stands. `0:0` if there is no such stream.
    pub actual: Position,
}

/// Why a read gave no records.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no such stream.
    #[error("there is no such stream")]
    NoStream,
    /// The reader's history is not this stream's: it must begin again.
    #[error("the stream has another history and stands at {actual}")]
    OtherEpoch {
        /// Where the stream stands.
        actual: Position,
    },
    /// What the reader asks for has been forgotten.
    #[error("the stream's records before {first} are gone")]
    Forgotten {
        /// The first record that is there.
        first: Position,
    },
    /// The reader is past the end.
    #[error("the stream ends at {tail}")]
    Beyond {
        /// Where the stream ends.
        tail: Position,
    },
    /// The stored bytes are damaged; nothing was returned in their place.
    #[error("{0}")]
    Damaged(Damage),
    /// The outside failed.
    #[error("{0}")]
    Fault(Fault),
}
