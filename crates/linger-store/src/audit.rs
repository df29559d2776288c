//! Who did what, when: appended, never changed. It does not know any person's text: subjects are ids.

use crate::{
    fault::{Fault, StoreError},
    tables::{PAGE_TAKE_MAX, Store},
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The how-manyeth entry.
    pub entry: u64,
    /// When.
    pub at: Millis,
    /// By whom; [`PersonId`] zero is the house itself.
    pub actor: PersonId,
    /// What: a word such as `staff.disabled`.
    pub action: String,
    /// To what: an id such as `room:summer-sale`.
    pub subject: String,
}

/// Something to note as done.
#[derive(Clone, Copy, Debug)]
pub struct NewAuditEntry<'a> {
    /// When.
    pub at: Millis,
    /// By whom.
    pub actor: PersonId,
    /// 1 to 64 of a-z, 0-9, `.`, `_` and `-`.
    pub action: &'a str,
    /// At most 128 of A-Z, a-z, 0-9, `.`, `_`, `:`, `/` and `-`: room for ids, none for sentences or addresses.
    pub subject: &'a str,
}

impl Store {
    /// Appends an entry.
    pub async fn audit(&self, new: NewAuditEntry<'_>) -> Result<(), StoreError> {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if new.action.is_empty() || new.action.len() > 64 || !new.action.bytes().all(word) {
            return Err(StoreError::Unfit { field: "action", form: "1 to 64 of a-z, 0-9, '.', '_' and '-'" });
        }
        let id = |b: u8| b.is_ascii_alphanumeric() || b"._:/-".contains(&b);
        if new.subject.len() > 128 || !new.subject.bytes().all(id) {
            return Err(StoreError::Unfit { field: "subject", form: "an id of at most 128 characters" });
        }
        let mut tx = self.begin("note what was done").await?;
        sqlx::query("INSERT INTO audit (at, actor, action, subject) VALUES ($1, $2, $3, $4)")
            .bind(new.at.0)
            .bind(new.actor.0.cast_signed())
            .bind(new.action)
            .bind(new.subject)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }

    /// The newest entries before the entry `before` (or of all), newest first.
    pub async fn list_audit(&self, before: Option<u64>, take: u32) -> Result<Vec<AuditEntry>, Fault> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let rows = sqlx::query("SELECT * FROM audit WHERE entry < $1 ORDER BY entry DESC LIMIT $2")
            .bind(before)
            .bind(i64::from(take.min(PAGE_TAKE_MAX)))
            .fetch_all(self.readers())
            .await;
        rows.and_then(|rows| rows.iter().map(entry_of).collect()).map_err(Fault::db("read the audit trail"))
    }
}

fn entry_of(row: &SqliteRow) -> Result<AuditEntry, sqlx::Error> {
    Ok(AuditEntry {
        entry: row.try_get::<i64, _>("entry")?.cast_unsigned(),
        at: Millis(row.try_get("at")?),
        actor: PersonId(row.try_get::<i64, _>("actor")?.cast_unsigned()),
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
    })
}
