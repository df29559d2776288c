//! What each key told of each event: fields, the types they had, how often. It does not know what is expected.

use crate::{fault::Fault, tables::Store};
use linger_protocol::Millis;
use sqlx::Row;

/// A field of an event that a key told; the empty field is the event itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventField {
    /// The key's number.
    pub key_id: u64,
    /// The name of the event.
    pub event: String,
    /// The name of the field.
    pub field: String,
    /// Bits of the types seen.
    pub types: u8,
    /// Bits of the types that are as expected.
    pub expected: u8,
    /// How often it was told.
    pub told: u64,
    /// When first.
    pub first_at: Millis,
    /// When last.
    pub last_at: Millis,
}

impl Store {
    /// Everything that is known.
    pub async fn event_fields(&self) -> Result<Vec<EventField>, Fault> {
        let read = async {
            let rows = sqlx::query("SELECT * FROM event_fields ORDER BY key_id, event, field")
                .fetch_all(self.readers())
                .await?;
            rows.iter()
                .map(|row| {
                    Ok(EventField {
                        key_id: row.try_get::<i64, _>("key_id")?.cast_unsigned(),
                        event: row.try_get("event")?,
                        field: row.try_get("field")?,
                        types: u8::try_from(row.try_get::<i64, _>("types")?).unwrap_or(0),
                        expected: u8::try_from(row.try_get::<i64, _>("expected")?).unwrap_or(0),
                        told: row.try_get::<i64, _>("told")?.cast_unsigned(),
                        first_at: Millis(row.try_get("first_at")?),
                        last_at: Millis(row.try_get("last_at")?),
                    })
                })
                .collect::<Result<Vec<_>, sqlx::Error>>()
        };
        read.await.map_err(Fault::db("read what events have"))
    }

    /// Keeps these as they are now, in place of what was kept of them before.
    pub async fn keep_event_fields(&self, fields: &[EventField]) -> Result<(), Fault> {
        let mut tx = self.begin("keep what events have").await?;
        for it in fields {
            sqlx::query(
                "INSERT OR REPLACE INTO event_fields \
                 (key_id, event, field, types, expected, told, first_at, last_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(it.key_id.cast_signed())
            .bind(&it.event)
            .bind(&it.field)
            .bind(i64::from(it.types))
            .bind(i64::from(it.expected))
            .bind(it.told.cast_signed())
            .bind(it.first_at.0)
            .bind(it.last_at.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        }
        tx.commit().await
    }

    /// How far a room's log has become events, as it was last said.
    pub async fn room_reader(&self, room: &str) -> Result<Option<String>, Fault> {
        let row = sqlx::query("SELECT position FROM room_readers WHERE room = $1")
            .bind(room)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(Fault::db("read how far a room is read"))
    }

    /// Says how far a room's log has become events.
    pub async fn set_room_reader(&self, room: &str, position: &str) -> Result<(), Fault> {
        let mut tx = self.begin("keep how far a room is read").await?;
        sqlx::query("INSERT OR REPLACE INTO room_readers (room, position) VALUES ($1, $2)")
            .bind(room)
            .bind(position)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }
}
