//! Keys with which shops' own servers order for their customers. It does not know the keys, only their SHA-256, nor what is
//! ordered.

use crate::{
    fault::{Fault, StoreError, check_name},
    tables::Store,
};
use linger_protocol::{Millis, RoomId};
use sqlx::{Row, sqlite::SqliteRow};

/// How many gateway keys there may be that are not revoked.
pub const GATEWAY_KEYS_MAX: usize = 200;

/// A key, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayKey {
    /// Its number.
    pub id: u64,
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// The key's first letters.
    pub hint: String,
    /// What people call it.
    pub name: String,
    /// The one room it opens.
    pub room: RoomId,
    /// Whose customers it speaks for.
    pub shop: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used: Option<Millis>,
    /// Since when it does not count any more.
    pub revoked_at: Option<Millis>,
}

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewGatewayKey {
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// The key's first letters, at most 16.
    pub hint: String,
    /// 1 to 100 bytes on one line.
    pub name: String,
    /// The one room it opens.
    pub room: RoomId,
    /// 1 to 32 of a-z, 0-9 and `-`.
    pub shop: String,
}

impl Store {
    /// Keeps a key; gives its number.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::TooMany`] beyond [`GATEWAY_KEYS_MAX`].
    pub async fn make_gateway_key(&self, new: NewGatewayKey, now: Millis) -> Result<u64, StoreError> {
        check_name("name", &new.name, 100, "1 to 100 bytes on one line")?;
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&new.shop.len()) || !new.shop.bytes().all(fit) {
            return Err(StoreError::Unfit { field: "shop", form: "1 to 32 of a-z, 0-9 and '-'" });
        }
        let mut tx = self.begin("make a gateway key").await?;
        let row = sqlx::query("SELECT COUNT(*) FROM gateway_keys WHERE revoked_at IS NULL")
            .fetch_one(tx.conn())
            .await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        if usize::try_from(count).is_ok_and(|count| count >= GATEWAY_KEYS_MAX) {
            return tx.refuse(StoreError::TooMany { what: "gateway keys", max: GATEWAY_KEYS_MAX }).await;
        }
        let row = sqlx::query(
            "INSERT INTO gateway_keys (key_hash, hint, name, room, shop, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(&new.key_hash[..])
        .bind(&new.hint)
        .bind(&new.name)
        .bind(new.room.as_str())
        .bind(&new.shop)
        .bind(now.0)
        .fetch_one(tx.conn())
        .await;
        let id: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(id.cast_unsigned())
    }

    /// All keys by number, revoked ones of the last [`GATEWAY_KEYS_MAX`] too.
    pub async fn gateway_keys(&self) -> Result<Vec<GatewayKey>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM gateway_keys WHERE revoked_at IS NULL OR id IN \
             (SELECT id FROM gateway_keys WHERE revoked_at IS NOT NULL ORDER BY id DESC LIMIT $1) ORDER BY id",
        )
        .bind(i64::try_from(GATEWAY_KEYS_MAX).unwrap_or(i64::MAX))
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(key_of).collect()).map_err(Fault::db("read the gateway keys"))
    }

    /// From now on the key does not count any more. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this room never had one of this number.
    pub async fn revoke_gateway_key(&self, room: &RoomId, id: u64, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.begin("revoke a gateway key").await?;
        let done = sqlx::query(
            "UPDATE gateway_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE id = $1 AND room = $2",
        )
        .bind(id.cast_signed())
        .bind(room.as_str())
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "gateway key" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Notes that these keys were used.
    pub async fn note_gateway_keys(&self, used: &[(u64, Millis)]) -> Result<(), Fault> {
        let mut tx = self.begin("note the use of gateway keys").await?;
        for (id, at) in used {
            sqlx::query("UPDATE gateway_keys SET last_used = $2 WHERE id = $1")
                .bind(id.cast_signed())
                .bind(at.0)
                .execute(tx.conn())
                .await
                .map_err(|error| tx.fault(error))?;
        }
        tx.commit().await
    }
}

fn key_of(row: &SqliteRow) -> Result<GatewayKey, sqlx::Error> {
    let hash: Vec<u8> = row.try_get("key_hash")?;
    let room: String = row.try_get("room")?;
    Ok(GatewayKey {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        key_hash: hash.try_into().map_err(|_| sqlx::Error::Decode("a hash of another length".into()))?,
        hint: row.try_get("hint")?,
        name: row.try_get("name")?,
        room: RoomId::new(&room).map_err(|_| sqlx::Error::Decode("no room's name".into()))?,
        shop: row.try_get("shop")?,
        created_at: Millis(row.try_get("created_at")?),
        last_used: row.try_get::<Option<i64>, _>("last_used")?.map(Millis),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(Millis),
    })
}
