//! An append-only, checksummed log of many streams, with group commit. It owns ordered bytes, positions and their
//! durability; it does not know the name of any event, who reads, or what a record means. It is synchronous and uses
//! plain threads.
//!
//! # Use
//! [`Log`] is the port. [`MemoryLog`] keeps it without a disk, [`DiskLog`] with one, and one conformance suite holds
//! both to the same answers. A stream has a name and stands at a [`Position`] `{epoch, offset}`. An [`Append`] names
//! the position its writer believes in, and is refused ([`Stale`]) if the stream stands elsewhere: whoever owns a room
//! is found out by this comparison, whatever anybody else believes.
//!
//! ```
//! use linger_log::{Append, Log, MemoryLog, Position, StreamName};
//!
//! let log = MemoryLog::new();
//! let stream = StreamName::new("room-1")?;
//! let expected = log.create(&stream, 7)?;
//! let records = vec!["opened".into(), "seated".into()];
//! let answers = log.append(vec![Append { stream: stream.clone(), expected, records }])?;
//! assert_eq!(answers, [Ok(Position { epoch: 7, offset: 2 })]);
//! assert_eq!(log.read(&stream, expected, 100, 4096)?.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it promises
//! Invariant: what `append` or `create` answered is durable. It survives a crash of the process, the system or the
//! power, on a disk that keeps what it says it synced.
//!
//! Invariant: a reader of an open log sees only what is durable.
//!
//! Invariant: an append is whole or absent. All that one sync makes durable, which is at least one whole call of
//! `append` with all its streams, is one *frame*; after a crash the log ends with the last whole frame.
//!
//! Invariant: damage is told, never skipped. A record is handed out only if its checksum is right.
//!
//! A call that ended in a [`Fault`] is not acknowledged. In the open log nothing of it will ever be read. After a new
//! opening it may turn out to be there, whole, because the disk may have taken what it said it had not: a writer that
//! met a fault reads its stream again before it goes on.
//!
//! # Faults
//! - *Disk full* ([`Cause::DiskFull`], `retry` is true): nothing is needed but space. Each further append tries again
//!   by itself. As segments are prepared with all their bytes, this shows when a new one is made, not in the middle.
//! - *Any other failed write or sync*: the log refuses to append ([`Cause::Refusing`]) until [`Log::recover`], which
//!   overwrites and syncs what the failed write may have left, or until it is opened again. Reading goes on.
//! - *Failing to make the next segment* for another reason leaves the log as it was; an append tries again.
//! - *Limits* are faults by name and change nothing: [`RECORD_BYTES_MAX`], [`BATCH_BYTES_MAX`],
//!   [`BATCH_RECORDS_MAX`], [`STREAMS_MAX`], and a stream's name.
//!
//! # Group commit
//! A call that finds nobody committing leads: it writes and syncs for all who wait, up to 16 MiB. Those who come
//! meanwhile wait and share the next write and sync. All streams share the segment files, so one sync covers any
//! number of rooms.
//!
//! # Files
//! A folder holds `0000000001.segment`, `0000000002.segment` and so on. Each is filled with zeros and synced before it
//! gets its name, because syncing into allocated, zero-filled space is several times faster and its delay steadier; a
//! thread prepares the next one ahead. `*.note` files tell where records lie in finished segments; they are derived
//! and may be deleted. `*.tmp` files are unfinished and are swept away. `*.damaged-N` files hold what was set aside.
//! The folder is locked (`flock` on the folder itself) while the log is open.
//!
//! All numbers are little-endian; all checksums are CRC-32C, and those of frame heads and records begin with the
//! checksum of the log's random id, so that neither another log's bytes nor a hostile record can pass for a frame.
//!
//! | segment head, 64 bytes | |
//! |---|---|
//! | 0 | `LINGERLG` |
//! | 8, 12 | format version (1), segment number, 4 bytes each |
//! | 16 | id of the log, 16 bytes |
//! | 32 | zeros |
//! | 60 | checksum of all before |
//!
//! | frame, from byte 64 on, each at a multiple of 8 | |
//! |---|---|
//! | 0, 4, 8 | `LFRM`, bytes of the body, number of records, 4 bytes each |
//! | 12 | checksum of the body |
//! | 16 | number of the frame in the log, 8 bytes |
//! | 24 | checksum of the head of the frame before |
//! | 28 | checksum of the head up to here |
//! | 32 | the body: records without gaps |
//! | then | the *mark*: the head's checksum again; then zeros to a multiple of 8 |
//!
//! | record | |
//! |---|---|
//! | 0 | bytes of the payload, 4 bytes |
//! | 4 | checksum of all that follows |
//! | 8, 12 | id of the stream, its epoch, 4 bytes each |
//! | 16 | offset in the stream, 8 bytes |
//! | 24 | the payload |
//!
//! Stream 0 is the log's own directory. Its records are a kind (1: made, 2: got a new epoch), an id, an epoch and, for
//! 1, a name.
//!
//! # Opening
//! Finished segments are taken in from their notes, and read in full where there is no good note or `check_all` asks.
//! The last one is read in full. Where no whole frame follows, the rest is one of three things:
//!
//! - *Nothing*: zeros.
//! - *A torn tail*: a frame that was being written, and so never acknowledged. There is at most one, since the next is
//!   written only after a sync. It is overwritten with zeros, so that none of it can be met again.
//! - *Damage*: whole frames or used segments follow; or the frame has its head, its mark and no empty sector, so that
//!   it was once complete, and yet its checksum is wrong. Opening refuses, naming segment and byte. With
//!   `accept_damage` everything before is kept, the damaged segment is copied and later ones renamed beside the log,
//!   and every stream gets the next epoch, so that clients who saw more learn that their past is gone.
//!
//! Damage to the head or the mark of the very last frame cannot be told from a torn tail.
//!
//! Before the log opens, the last frame is written once more and synced, and so are zeros after it as far as any frame
//! could have reached: what was read may come from the system's memory without ever having reached the disk, and after
//! a failed sync the system no longer knows that it has not.
//!
//! Assumed of the disk: a sector of 512 bytes is written whole or not at all, and a sync that succeeds is true.
//! [`SimDisk`] is such a disk with all its accidents; the tests crash it at every step.
//!
//! # Forgetting
//! A log keeps everything until its writers let go: [`DiskLog::forget_before`] says up to where a stream is not needed,
//! and removes the finished segments at the front that hold nothing else. How everything stood where the rest begins
//! is first written to `forgotten.base`, which the rest cannot be read without: the number of the first segment kept,
//! the log's id, the chain, and each stream's name, epoch and number of records so far. A crash in between leaves files
//! before that segment, which the next opening removes. Offsets do not change; reading before the first record that is
//! left answers [`ReadError::Forgotten`]. [`DiskLog::roll`] finishes the open segment, for whoever must be sure that
//! something is gone.
//!
//! # Memory
//! Four bytes a record, and some forty for each stream in each segment it appears in.

mod disk;
mod fault;
mod files;
mod limits;
mod memory;
mod name;
mod position;
mod simdisk;

use std::sync::Arc;

use bytes::Bytes;

pub use disk::{DiskConfig, DiskLog, Recovered, VerifyReport, renew_at_next_opening, verify, verify_on};
pub use fault::{Cause, Damage, Fault, ReadError, Stale};
pub use files::{Files, LogFile, RealFiles};
pub use limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX, STREAMS_MAX};
pub use memory::MemoryLog;
pub use name::{BadName, NAME_BYTES_MAX, StreamName};
pub use position::{BadPosition, Position};
pub use simdisk::{SimDisk, SimFault};

/// Records to add to one stream, if it stands where the caller believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The stream.
    pub stream: StreamName,
    /// Where the caller believes it stands.
    pub expected: Position,
    /// What to add. None at all only asks whether the belief is right.
    pub records: Vec<Bytes>,
}

/// An append-only log of many streams. See the crate's manual for what it promises.
pub trait Log: Send + Sync + 'static {
    /// Makes the stream if it is new, with the epoch given; returns where it stands. A stream that exists keeps its
    /// own epoch.
    ///
    /// # Errors
    /// [`Fault`] if there are too many streams, or if the stream could not be made durable.
    fn create(&self, stream: &StreamName, epoch: u32) -> Result<Position, Fault>;

    /// Compares and appends a whole batch, and returns only when everything accepted is durable.
    ///
    /// There is one answer for each append, in order: the new position, or where the stream stands instead (`0:0` if
    /// there is none). An append is whole or not there at all, and stale ones do not hold up the others. Later appends
    /// of a batch see the earlier ones.
    ///
    /// # Errors
    /// [`Fault`] if a limit is passed, and then nothing was written; or if writing or syncing failed, and then nothing
    /// of the batch is acknowledged and nothing of it will be read from this log. After a failed write the log refuses
    /// to append until [`Log::recover`] or a new opening. A full disk (`retry` is true) needs neither: each further
    /// append tries again by itself. After a *new opening* the unacknowledged batch may turn out to be there, whole:
    /// the disk may have taken it although it said otherwise.
    fn append(&self, batch: Vec<Append>) -> Result<Vec<Result<Position, Stale>>, Fault>;

    /// Reads records of a stream from a position on: at most `records_max`, and at most `bytes_max` bytes of them
    /// except that one record is always given if there is one. At the end of the stream there are none.
    ///
    /// # Errors
    /// [`ReadError`] if there is no such stream, the position belongs to another history or lies beyond the end, or
    /// the stored bytes cannot be read or are damaged.
    fn read(
        &self,
        stream: &StreamName,
        from: Position,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Bytes>, ReadError>;

    /// Where a stream stands, if it exists.
    fn tail(&self, stream: &StreamName) -> Option<Position>;

    /// All streams, sorted by name.
    fn streams(&self) -> Vec<StreamName>;

    /// Makes a log append again after a failed write, by clearing away what that write may have left.
    ///
    /// # Errors
    /// [`Fault`] if that fails too.
    fn recover(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl<L: Log + ?Sized> Log for Arc<L> {
    fn create(&self, stream: &StreamName, epoch: u32) -> Result<Position, Fault> {
        (**self).create(stream, epoch)
    }

    fn append(&self, batch: Vec<Append>) -> Result<Vec<Result<Position, Stale>>, Fault> {
        (**self).append(batch)
    }

    fn read(
        &self,
        stream: &StreamName,
        from: Position,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        (**self).read(stream, from, records_max, bytes_max)
    }

    fn tail(&self, stream: &StreamName) -> Option<Position> {
        (**self).tail(stream)
    }

    fn streams(&self) -> Vec<StreamName> {
        (**self).streams()
    }

    fn recover(&self) -> Result<(), Fault> {
        (**self).recover()
    }
}
