//! Who is signed in. It does not know the token in the cookie, only its SHA-256, nor what a session may do.

use crate::{fault::Fault, tables::Store};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};
use std::fmt;

/// How many sessions of one person are kept; a new one beyond that ends the oldest.
pub const SESSIONS_PER_PERSON_MAX: u32 = 20;

/// A session that shall begin.
#[derive(Clone)]
pub struct NewSession {
    /// SHA-256 of the token that the browser keeps.
    pub id_hash: [u8; 32],
    /// Whose session it is.
    pub person: PersonId,
    /// What forms of this session are signed with.
    pub csrf_secret: [u8; 32],
    /// When it ends by itself.
    pub expires_at: Millis,
}

/// Somebody signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: PersonId,
    /// What forms of this session are signed with.
    pub csrf_secret: [u8; 32],
    /// When they signed in.
    pub created_at: Millis,
    /// When they were last noted as active.
    pub last_seen: Millis,
    /// When the session ends by itself.
    pub expires_at: Millis,
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSession").field("person", &self.person).finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("person", &self.person)
            .field("created_at", &self.created_at)
            .field("last_seen", &self.last_seen)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Begins a session, sweeps expired ones out and ends the oldest beyond [`SESSIONS_PER_PERSON_MAX`].
    pub async fn create_session(&self, new: NewSession, now: Millis) -> Result<(), Fault> {
        let mut tx = self.begin("begin a session").await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        sqlx::query(
            "DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE person = $1 \
             ORDER BY created_at DESC LIMIT 1000000 OFFSET $2)",
        )
        .bind(new.person.0.cast_signed())
        .bind(i64::from(SESSIONS_PER_PERSON_MAX) - 1)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        sqlx::query(
            "INSERT INTO sessions (id_hash, person, csrf_secret, created_at, last_seen, expires_at) \
             VALUES ($1, $2, $3, $4, $4, $5)",
        )
        .bind(&new.id_hash[..])
        .bind(new.person.0.cast_signed())
        .bind(&new.csrf_secret[..])
        .bind(now.0)
        .bind(new.expires_at.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// The session of this id, unless it has expired, was revoked, or belongs to staff who are disabled.
    pub async fn session(&self, id_hash: [u8; 32], now: Millis) -> Result<Option<Session>, Fault> {
        let row = sqlx::query(
            "SELECT sessions.* FROM sessions LEFT JOIN staff ON staff.person = sessions.person \
             WHERE id_hash = $1 AND expires_at > $2 AND staff.disabled_at IS NULL",
        )
        .bind(&id_hash[..])
        .bind(now.0)
        .fetch_optional(self.readers())
        .await;
        row.and_then(|row| row.as_ref().map(session_of).transpose()).map_err(Fault::db("read a session"))
    }

    /// Notes that a session is in use. Call it now and then, not at every request: each call is a write.
    pub async fn touch_session(&self, id_hash: [u8; 32], now: Millis) -> Result<(), Fault> {
        let mut tx = self.begin("note a session").await?;
        sqlx::query("UPDATE sessions SET last_seen = $2 WHERE id_hash = $1 AND last_seen < $2")
            .bind(&id_hash[..])
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// Ends one session; whether there was one.
    pub async fn revoke_session(&self, id_hash: [u8; 32]) -> Result<bool, Fault> {
        let mut tx = self.begin("end a session").await?;
        let done = sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(&id_hash[..])
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends all sessions of a person, except perhaps the one they act from; how many there were.
    pub async fn revoke_sessions(&self, person: PersonId, except: Option<[u8; 32]>) -> Result<u64, Fault> {
        let mut tx = self.begin("end sessions").await?;
        // An empty blob equals no id: ids have 32 bytes.
        let except = except.map_or_else(Vec::new, |id_hash| id_hash.to_vec());
        let done = sqlx::query("DELETE FROM sessions WHERE person = $1 AND id_hash <> $2")
            .bind(person.0.cast_signed())
            .bind(except)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// The sessions of a person that have not expired, newest first.
    pub async fn list_sessions(&self, person: PersonId, now: Millis) -> Result<Vec<Session>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM sessions WHERE person = $1 AND expires_at > $2 ORDER BY created_at DESC LIMIT 100",
        )
        .bind(person.0.cast_signed())
        .bind(now.0)
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(session_of).collect()).map_err(Fault::db("read sessions"))
    }
}

fn session_of(row: &SqliteRow) -> Result<Session, sqlx::Error> {
    let csrf_secret: &[u8] = row.try_get("csrf_secret")?;
    Ok(Session {
        person: PersonId(row.try_get::<i64, _>("person")?.cast_unsigned()),
        csrf_secret: csrf_secret
            .try_into()
            .map_err(|_| sqlx::Error::Decode("a secret of another length".into()))?,
        created_at: Millis(row.try_get("created_at")?),
        last_seen: Millis(row.try_get("last_seen")?),
        expires_at: Millis(row.try_get("expires_at")?),
    })
}
