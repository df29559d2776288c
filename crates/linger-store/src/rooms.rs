//! The directory of rooms: titles, hosts, who may send pictures in. It does not know what happens in a room.

use crate::{
    fault::{Fault, StoreError, check_name},
    tables::{Page, Store},
};
use linger_protocol::{Millis, PersonId, RoomId};
use sqlx::{Row, sqlite::SqliteRow};

const READ: &str = "read the rooms";
const TITLE_FORM: &str = "1 to 300 bytes on one line";

/// A room of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomEntry {
    /// Its name in addresses and in the log.
    pub room: RoomId,
    /// Its name for people.
    pub title: String,
    /// Whose show it is.
    pub host: PersonId,
    /// Since when it exists.
    pub created_at: Millis,
    /// Under which epoch its log is written.
    pub epoch: u64,
}

/// A room that shall be opened.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Its name in addresses and in the log.
    pub room: RoomId,
    /// 1 to 300 bytes, one line.
    pub title: String,
    /// Whose show it is.
    pub host: PersonId,
}

impl Store {
    /// Enters a room with epoch 1.
    pub async fn create_room(&self, new: NewRoom, now: Millis) -> Result<RoomEntry, StoreError> {
        check_name("title", &new.title, 300, TITLE_FORM)?;
        let mut tx = self.begin("enter a room").await?;
        let done = sqlx::query(
            "INSERT INTO rooms (room, title, host, created_at, epoch) VALUES ($1, $2, $3, $4, 1) \
             ON CONFLICT DO NOTHING",
        )
        .bind(new.room.as_str())
        .bind(&new.title)
        .bind(new.host.0.cast_signed())
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::RoomTaken).await;
        }
        tx.commit().await?;
        let NewRoom { room, title, host } = new;
        Ok(RoomEntry { room, title, host, created_at: now, epoch: 1 })
    }

    /// Looks a room up.
    pub async fn room(&self, room: &RoomId) -> Result<Option<RoomEntry>, Fault> {
        let row = sqlx::query("SELECT * FROM rooms WHERE room = $1")
            .bind(room.as_str())
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(room_of).transpose()).map_err(Fault::db(READ))
    }

    /// The rooms, newest first.
    pub async fn list_rooms(&self, page: Page) -> Result<Vec<RoomEntry>, Fault> {
        let rows = sqlx::query("SELECT * FROM rooms ORDER BY created_at DESC, room DESC LIMIT $1 OFFSET $2")
            .bind(page.take())
            .bind(page.skip())
            .fetch_all(self.readers())
            .await;
        rows.and_then(|rows| rows.iter().map(room_of).collect()).map_err(Fault::db(READ))
    }

    /// How many rooms there are.
    pub async fn room_count(&self) -> Result<u64, Fault> {
        let row = sqlx::query("SELECT COUNT(*) FROM rooms").fetch_one(self.readers()).await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db(READ))?;
        Ok(count.cast_unsigned())
    }

    /// Gives a room another title.
    pub async fn set_room_title(&self, room: &RoomId, title: &str) -> Result<(), StoreError> {
        check_name("title", title, 300, TITLE_FORM)?;
        let mut tx = self.begin("rename a room").await?;
        let done = sqlx::query("UPDATE rooms SET title = $2 WHERE room = $1")
            .bind(room.as_str())
            .bind(title)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "room" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Gives a room another host.
    pub async fn set_room_host(&self, room: &RoomId, host: PersonId) -> Result<(), StoreError> {
        let mut tx = self.begin("change the host of a room").await?;
        let done = sqlx::query("UPDATE rooms SET host = $2 WHERE room = $1")
            .bind(room.as_str())
            .bind(host.0.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "room" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Keeps the epoch of a room's log. An epoch never goes back: an older one changes nothing.
    pub async fn set_room_epoch(&self, room: &RoomId, epoch: u64) -> Result<(), StoreError> {
        let Ok(epoch) = i64::try_from(epoch) else {
            return Err(StoreError::Unfit { field: "epoch", form: "below 2^63" });
        };
        let mut tx = self.begin("keep the epoch of a room").await?;
        let done = sqlx::query(
            "UPDATE rooms SET epoch = CASE WHEN epoch < $2 THEN $2 ELSE epoch END WHERE room = $1",
        )
        .bind(room.as_str())
        .bind(epoch)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "room" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Keeps the SHA-256 of the key with which pictures may be sent in to a room, entered in the directory or not; the
    /// key before it opens nothing any more.
    pub async fn set_ingest_key(&self, room: &RoomId, key_hash: [u8; 32]) -> Result<(), Fault> {
        let mut tx = self.begin("keep an ingest key").await?;
        sqlx::query(
            "INSERT INTO ingest_keys (room, key_hash) VALUES ($1, $2) \
             ON CONFLICT (room) DO UPDATE SET key_hash = excluded.key_hash",
        )
        .bind(room.as_str())
        .bind(&key_hash[..])
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// The SHA-256 of a room's ingest key, where it has one. Compare it in constant time.
    pub async fn ingest_key(&self, room: &RoomId) -> Result<Option<[u8; 32]>, Fault> {
        let row = sqlx::query("SELECT key_hash FROM ingest_keys WHERE room = $1")
            .bind(room.as_str())
            .fetch_optional(self.readers())
            .await
            .map_err(Fault::db(READ))?;
        let Some(row) = row else { return Ok(None) };
        let kept: &[u8] = row.try_get(0).map_err(Fault::db(READ))?;
        kept.try_into().map(Some).map_err(|_| Fault::new(READ, false, "a key of another length"))
    }

    /// Takes a room's ingest key away; whether it had one.
    pub async fn remove_ingest_key(&self, room: &RoomId) -> Result<bool, Fault> {
        let mut tx = self.begin("remove an ingest key").await?;
        let done = sqlx::query("DELETE FROM ingest_keys WHERE room = $1")
            .bind(room.as_str())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

fn room_of(row: &SqliteRow) -> Result<RoomEntry, sqlx::Error> {
    let room: &str = row.try_get("room")?;
    Ok(RoomEntry {
        room: RoomId::new(room).map_err(|bad| sqlx::Error::Decode(bad.into()))?,
        title: row.try_get("title")?,
        host: PersonId(row.try_get::<i64, _>("host")?.cast_unsigned()),
        created_at: Millis(row.try_get("created_at")?),
        epoch: row.try_get::<i64, _>("epoch")?.cast_unsigned(),
    })
}
