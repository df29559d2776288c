//! Passkeys of the staff, as the WebAuthn library writes them. It does not know what is inside.

use crate::{
    fault::{Fault, StoreError, check_text},
    tables::Store,
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};
use std::fmt;

/// How many passkeys one person may register.
pub const PASSKEYS_PER_PERSON_MAX: usize = 20;

const READ: &str = "read passkeys";

/// A passkey that shall be registered.
#[derive(Clone)]
pub struct NewPasskey {
    /// The credential id, 1 to 1023 bytes (the bound of WebAuthn level 2, section 4).
    pub credential_id: Vec<u8>,
    /// Whose it is.
    pub person: PersonId,
    /// The library's own text of it, at most 16 KiB.
    pub passkey_json: String,
    /// What the owner calls it, at most 100 bytes.
    pub label: String,
}

/// A registered passkey.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// The credential id.
    pub credential_id: Vec<u8>,
    /// Whose it is.
    pub person: PersonId,
    /// The library's own text of it.
    pub passkey_json: String,
    /// What the owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: Millis,
    /// When it was last used to sign in.
    pub last_used: Option<Millis>,
}

impl fmt::Debug for NewPasskey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPasskey").field("person", &self.person).finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredPasskey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredPasskey").field("person", &self.person).finish_non_exhaustive()
    }
}

impl Store {
    /// Registers a passkey.
    pub async fn add_passkey(&self, new: NewPasskey, now: Millis) -> Result<(), StoreError> {
        if new.credential_id.is_empty() || new.credential_id.len() > 1023 {
            return Err(StoreError::Unfit { field: "credential_id", form: "1 to 1023 bytes" });
        }
        check_json(&new.passkey_json)?;
        check_text("label", &new.label, 100, false, "at most 100 bytes on one line")?;
        let mut tx = self.begin("register a passkey").await?;
        let rows = sqlx::query("SELECT 1 FROM passkeys WHERE person = $1")
            .bind(new.person.0.cast_signed())
            .fetch_all(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if rows.len() >= PASSKEYS_PER_PERSON_MAX {
            return tx.refuse(StoreError::TooMany { what: "passkeys", max: PASSKEYS_PER_PERSON_MAX }).await;
        }
        let done = sqlx::query(
            "INSERT INTO passkeys (credential_id, person, passkey_json, label, created_at) \
             SELECT $1, person, $3, $4, $5 FROM staff WHERE person = $2 ON CONFLICT DO NOTHING",
        )
        .bind(&new.credential_id)
        .bind(new.person.0.cast_signed())
        .bind(&new.passkey_json)
        .bind(&new.label)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            let known = sqlx::query("SELECT 1 FROM staff WHERE person = $1")
                .bind(new.person.0.cast_signed())
                .fetch_optional(tx.conn())
                .await
                .map_err(|error| tx.fault(error))?;
            let why = match known {
                Some(_) => StoreError::PasskeyTaken,
                None => StoreError::NotFound { what: "staff" },
            };
            return tx.refuse(why).await;
        }
        Ok(tx.commit().await?)
    }

    /// The passkeys of a person, oldest first.
    pub async fn list_passkeys(&self, person: PersonId) -> Result<Vec<StoredPasskey>, Fault> {
        let rows = sqlx::query("SELECT * FROM passkeys WHERE person = $1 ORDER BY created_at")
            .bind(person.0.cast_signed())
            .fetch_all(self.readers())
            .await;
        rows.and_then(|rows| rows.iter().map(passkey_of).collect()).map_err(Fault::db(READ))
    }

    /// The passkey of this credential id, for a sign-in without a login.
    pub async fn passkey(&self, credential_id: &[u8]) -> Result<Option<StoredPasskey>, Fault> {
        let row = sqlx::query("SELECT * FROM passkeys WHERE credential_id = $1")
            .bind(credential_id)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(passkey_of).transpose()).map_err(Fault::db(READ))
    }

    /// Keeps what the library changed in a passkey (its counter) when it was used.
    pub async fn update_passkey(
        &self,
        credential_id: &[u8],
        passkey_json: &str,
        last_used: Millis,
    ) -> Result<(), StoreError> {
        check_json(passkey_json)?;
        let mut tx = self.begin("update a passkey").await?;
        let done =
            sqlx::query("UPDATE passkeys SET passkey_json = $2, last_used = $3 WHERE credential_id = $1")
                .bind(credential_id)
                .bind(passkey_json)
                .bind(last_used.0)
                .execute(tx.conn())
                .await
                .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "passkey" }).await;
        }
        Ok(tx.commit().await?)
    }

    /// Removes a passkey of this person; whether there was one.
    pub async fn remove_passkey(&self, person: PersonId, credential_id: &[u8]) -> Result<bool, Fault> {
        let mut tx = self.begin("remove a passkey").await?;
        let done = sqlx::query("DELETE FROM passkeys WHERE credential_id = $1 AND person = $2")
            .bind(credential_id)
            .bind(person.0.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

fn check_json(passkey_json: &str) -> Result<(), StoreError> {
    check_text("passkey_json", passkey_json, 16 * 1024, true, "at most 16 KiB of text")
}

fn passkey_of(row: &SqliteRow) -> Result<StoredPasskey, sqlx::Error> {
    Ok(StoredPasskey {
        credential_id: row.try_get("credential_id")?,
        person: PersonId(row.try_get::<i64, _>("person")?.cast_unsigned()),
        passkey_json: row.try_get("passkey_json")?,
        label: row.try_get("label")?,
        created_at: Millis(row.try_get("created_at")?),
        last_used: row.try_get::<Option<i64>, _>("last_used")?.map(Millis),
    })
}
