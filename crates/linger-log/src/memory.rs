//! The log without a disk: the same answers, gone when the process ends. It owns its records and knows no files; it is
//! the port's plainest statement, and what tests and trial runs use.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;

use crate::limits::{STREAMS_MAX, check, too_many_streams};
use crate::{Append, Fault, Log, Position, ReadError, Stale, StreamName};

/// A log in memory. Nothing survives the process.
#[derive(Debug, Default)]
pub struct MemoryLog {
    streams: RwLock<BTreeMap<StreamName, Stream>>,
}

#[derive(Debug)]
struct Stream {
    epoch: u32,
    records: Vec<Bytes>,
}

impl Stream {
    fn tail(&self) -> Position {
        Position { epoch: self.epoch, offset: self.records.len() as u64 }
    }
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Log for MemoryLog {
    fn create(&self, stream: &StreamName, epoch: u32) -> Result<Position, Fault> {
        let mut streams = self.streams.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = streams.get(stream) {
            return Ok(known.tail());
        }
        if streams.len() >= STREAMS_MAX {
            return Err(too_many_streams());
        }
        let records = Vec::new();
        streams.insert(stream.clone(), Stream { epoch, records });
        Ok(Position::start(epoch))
    }

    fn append(&self, batch: Vec<Append>) -> Result<Vec<Result<Position, Stale>>, Fault> {
        check(&batch)?;
        let mut streams = self.streams.write().unwrap_or_else(PoisonError::into_inner);
        let answers = batch.into_iter().map(|append| {
            let Some(stream) = streams.get_mut(&append.stream) else {
                let actual = Position::start(0);
                return Err(Stale { actual });
            };
            if stream.tail() != append.expected {
                let actual = stream.tail();
                return Err(Stale { actual });
            }
            stream.records.extend(append.records);
            Ok(stream.tail())
        });
        Ok(answers.collect())
    }

    fn read(
        &self,
        stream: &StreamName,
        from: Position,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.get(stream).ok_or(ReadError::NoStream)?;
        let tail = stream.tail();
        if from.epoch != tail.epoch {
            return Err(ReadError::OtherEpoch { actual: tail });
        }
        let start = usize::try_from(from.offset).map_err(|_| ReadError::Beyond { tail })?;
        let rest = stream.records.get(start..).ok_or(ReadError::Beyond { tail })?;
        let mut records: Vec<Bytes> = Vec::new();
        let mut bytes = 0;
        for record in rest.iter().take(records_max) {
            bytes += record.len();
            if bytes > bytes_max && !records.is_empty() {
                break;
            }
            records.push(record.clone());
        }
        Ok(records)
    }

    fn tail(&self, stream: &StreamName) -> Option<Position> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.get(stream).map(Stream::tail)
    }

    fn streams(&self) -> Vec<StreamName> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.keys().cloned().collect()
    }
}
