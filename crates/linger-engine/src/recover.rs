//! Rebuilding a room from its log. It does not know why the room was gone.

use linger_log::{Log, Position, StreamName};
use linger_protocol::{Entry, Millis, RoomId};
use linger_room::Room;

const PAGE_RECORDS: usize = 16_384;
const PAGE_BYTES: usize = 8 << 20;

/// A room as its log tells it.
#[derive(Debug)]
pub struct Rebuilt {
    /// The room.
    pub room: Room,
    /// Where its log stands.
    pub position: Position,
    /// When the last entry was decided.
    pub last_at: Millis,
}

/// The stream that holds a room's entries.
pub(crate) fn stream_of(room: &RoomId) -> StreamName {
    StreamName::new(room.as_str()).expect("a room id is a stream name")
}

/// Replays a room's whole log. The error says at which position it cannot be read.
pub fn rebuild(log: &dyn Log, room: &RoomId) -> Result<Rebuilt, String> {
    let stream = stream_of(room);
    let tail = log.tail(&stream).ok_or("no such stream")?;
    let mut rebuilt = Rebuilt {
        room: Room::default(),
        position: Position { epoch: tail.epoch, offset: 0 },
        last_at: Millis(0),
    };
    while rebuilt.position.offset < tail.offset {
        let records = log
            .read(&stream, rebuilt.position, PAGE_RECORDS, PAGE_BYTES)
            .map_err(|error| format!("at {}: {error}", rebuilt.position))?;
        if records.is_empty() {
            return Err(format!("at {}: the log ends before its tail {tail}", rebuilt.position));
        }
        for record in records {
            let entry =
                Entry::from_bytes(&record).map_err(|error| format!("at {}: {error}", rebuilt.position))?;
            rebuilt.room.apply(&entry.event);
            rebuilt.last_at = rebuilt.last_at.max(entry.at);
            rebuilt.position.offset += 1;
        }
    }
    Ok(rebuilt)
}
