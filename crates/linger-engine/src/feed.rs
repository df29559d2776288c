//! Reading a room: first the log, then what becomes durable, without a gap and without a double. It does not know who
//! reads or how fast: a reader that lags reads from the log again.

use crate::recover::stream_of;
use linger_log::{Log, Position, ReadError};
use linger_protocol::{Entry, RoomId};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Entries of one room that became durable together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The position before the first of them.
    pub from: Position,
    /// The entries.
    pub entries: Arc<[Entry]>,
}

impl Batch {
    /// The position after the last of them.
    pub fn to(&self) -> Position {
        Position { epoch: self.from.epoch, offset: self.from.offset + self.entries.len() as u64 }
    }
}

/// Why nothing more can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedEnd {
    /// That position belongs to another history, or to a future that never came.
    #[error("that position is not of this history")]
    OtherHistory,
    /// The log could not be read.
    #[error("the log could not be read: {0}")]
    Unreadable(String),
    /// The engine stopped.
    #[error("stopped")]
    Stopped,
}

const PAGE_ENTRIES: usize = 4_096;
const PAGE_BYTES: usize = 4 << 20;

/// A reader of one room.
pub struct Feed {
    log: Arc<dyn Log>,
    room: RoomId,
    next: Position,
    live: Receiver<Arc<Batch>>,
    /// Read from the log and not handed out yet.
    page: VecDeque<Arc<Batch>>,
    behind: bool,
}

impl Feed {
    pub(crate) fn new(log: Arc<dyn Log>, room: RoomId, from: Position, live: Receiver<Arc<Batch>>) -> Feed {
        Feed { log, room, next: from, live, page: VecDeque::new(), behind: true }
    }

    /// The position up to which everything was handed out.
    pub fn position(&self) -> Position {
        self.next
    }

    /// Goes on from a later position; what lies between is not handed out.
    pub fn skip_to(&mut self, position: Position) {
        if position > self.next {
            self.next = position;
            self.page.clear();
            self.behind = true;
        }
    }

    /// Whether there is, right now, still something older in the log to be read.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// The next entries. Waits when there are none yet. Safe to be dropped while waiting.
    pub async fn next(&mut self) -> Result<Arc<Batch>, FeedEnd> {
        loop {
            if let Some(batch) = self.page.pop_front() {
                self.next = batch.to();
                return Ok(batch);
            }
            if self.behind {
                self.read_on().await?;
                continue;
            }
            match self.live.recv().await {
                Ok(batch) => {
                    if let Some(batch) = self.fit(batch) {
                        self.next = batch.to();
                        return Ok(batch);
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return Err(FeedEnd::Stopped),
            }
        }
    }

    async fn read_on(&mut self) -> Result<(), FeedEnd> {
        let entries = read_page(self.log.clone(), self.room.clone(), self.next, PAGE_ENTRIES).await?;
        if entries.is_empty() {
            self.behind = false;
            return Ok(());
        }
        self.page.push_back(Arc::new(Batch { from: self.next, entries: entries.into() }));
        Ok(())
    }

    /// What of a live batch is new to this reader.
    fn fit(&mut self, batch: Arc<Batch>) -> Option<Arc<Batch>> {
        if batch.from == self.next {
            return Some(batch);
        }
        if batch.from.epoch != self.next.epoch || batch.from.offset > self.next.offset {
            self.behind = true;
            return None;
        }
        if batch.to().offset <= self.next.offset {
            return None;
        }
        let skip = usize::try_from(self.next.offset - batch.from.offset).unwrap_or(usize::MAX);
        Some(Arc::new(Batch { from: self.next, entries: batch.entries.get(skip..)?.into() }))
    }
}

pub(crate) async fn read_page(
    log: Arc<dyn Log>,
    room: RoomId,
    from: Position,
    entries_max: usize,
) -> Result<Vec<Entry>, FeedEnd> {
    let read = tokio::task::spawn_blocking(move || {
        let records =
            log.read(&stream_of(&room), from, entries_max, PAGE_BYTES).map_err(|error| match error {
                ReadError::OtherEpoch { .. } | ReadError::Beyond { .. } => FeedEnd::OtherHistory,
                other => FeedEnd::Unreadable(other.to_string()),
            })?;
        records
            .iter()
            .map(|record| Entry::from_bytes(record).map_err(|error| FeedEnd::Unreadable(error.to_string())))
            .collect()
    });
    read.await.map_err(|_| FeedEnd::Stopped)?
}
