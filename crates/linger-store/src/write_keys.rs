//! Keys with which sites and servers tell events. It does not know the keys, only their SHA-256, nor what is told.

use crate::{
    fault::{Fault, StoreError, check_name},
    tables::Store,
};
use linger_protocol::{Currency, Millis};
use sqlx::{Row, sqlite::SqliteRow};

/// How many keys there may be that are not revoked.
pub const WRITE_KEYS_MAX: usize = 1_000;
/// How many events in a second one key may be allowed.
pub const EVENTS_PER_SECOND_MAX: u32 = 1_000_000;

/// A key, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteKey {
    /// Its number.
    pub id: u64,
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// The key's first letters.
    pub hint: String,
    /// What people call it.
    pub name: String,
    /// The source of events that name none; also whose message ids these are.
    pub source: String,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// Whether a server of the shop's own has it, and not a page: it may tell of orders and payments.
    pub trusted: bool,
    /// Events a second, in the long run.
    pub per_second: u32,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used: Option<Millis>,
    /// Since when it does not count any more.
    pub revoked_at: Option<Millis>,
}

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewWriteKey {
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// The key's first letters, at most 16.
    pub hint: String,
    /// 1 to 100 bytes on one line.
    pub name: String,
    /// 1 to 32 of a-z, 0-9 and `-`.
    pub source: String,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// Whether it may tell of orders and payments.
    pub trusted: bool,
    /// 1 to [`EVENTS_PER_SECOND_MAX`].
    pub per_second: u32,
}

impl Store {
    /// Keeps a key; gives its number.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::TooMany`] beyond [`WRITE_KEYS_MAX`].
    pub async fn make_write_key(&self, new: NewWriteKey, now: Millis) -> Result<u64, StoreError> {
        check_name("name", &new.name, 100, "1 to 100 bytes on one line")?;
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&new.source.len()) || !new.source.bytes().all(fit) {
            return Err(StoreError::Unfit { field: "source", form: "1 to 32 of a-z, 0-9 and '-'" });
        }
        if !(1..=EVENTS_PER_SECOND_MAX).contains(&new.per_second) {
            return Err(StoreError::Unfit { field: "per_second", form: "from 1 to 1000000" });
        }
        let mut tx = self.begin("make a write key").await?;
        let row = sqlx::query("SELECT COUNT(*) FROM write_keys WHERE revoked_at IS NULL")
            .fetch_one(tx.conn())
            .await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        if usize::try_from(count).is_ok_and(|count| count >= WRITE_KEYS_MAX) {
            return tx.refuse(StoreError::TooMany { what: "write keys", max: WRITE_KEYS_MAX }).await;
        }
        let row = sqlx::query(
            "INSERT INTO write_keys (key_hash, hint, name, source, currency, trusted, per_second, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(&new.key_hash[..])
        .bind(&new.hint)
        .bind(&new.name)
        .bind(&new.source)
        .bind(new.currency.as_ref().map(Currency::as_str))
        .bind(i64::from(new.trusted))
        .bind(i64::from(new.per_second))
        .bind(now.0)
        .fetch_one(tx.conn())
        .await;
        let id: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(id.cast_unsigned())
    }

    /// All keys by number, revoked ones of the last [`WRITE_KEYS_MAX`] too.
    pub async fn write_keys(&self) -> Result<Vec<WriteKey>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM write_keys WHERE revoked_at IS NULL OR id IN \
             (SELECT id FROM write_keys WHERE revoked_at IS NOT NULL ORDER BY id DESC LIMIT $1) ORDER BY id",
        )
        .bind(i64::try_from(WRITE_KEYS_MAX).unwrap_or(i64::MAX))
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(key_of).collect()).map_err(Fault::db("read the write keys"))
    }

    /// From now on the key does not count any more. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there never was one.
    pub async fn revoke_write_key(&self, id: u64, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.begin("revoke a write key").await?;
        let done = sqlx::query("UPDATE write_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1")
            .bind(id.cast_signed())
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "write key" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Notes that these keys were used.
    pub async fn note_write_keys(&self, used: &[(u64, Millis)]) -> Result<(), Fault> {
        let mut tx = self.begin("note the use of write keys").await?;
        for (id, at) in used {
            sqlx::query("UPDATE write_keys SET last_used = $2 WHERE id = $1")
                .bind(id.cast_signed())
                .bind(at.0)
                .execute(tx.conn())
                .await
                .map_err(|error| tx.fault(error))?;
        }
        tx.commit().await
    }
}

fn key_of(row: &SqliteRow) -> Result<WriteKey, sqlx::Error> {
    let hash: Vec<u8> = row.try_get("key_hash")?;
    let currency: Option<String> = row.try_get("currency")?;
    Ok(WriteKey {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        key_hash: hash.try_into().map_err(|_| sqlx::Error::Decode("a hash of another length".into()))?,
        hint: row.try_get("hint")?,
        name: row.try_get("name")?,
        source: row.try_get("source")?,
        currency: currency.as_deref().and_then(Currency::new),
        trusted: row.try_get::<i64, _>("trusted")? != 0,
        per_second: u32::try_from(row.try_get::<i64, _>("per_second")?).unwrap_or(u32::MAX),
        created_at: Millis(row.try_get("created_at")?),
        last_used: row.try_get::<Option<i64>, _>("last_used")?.map(Millis),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(Millis),
    })
}
