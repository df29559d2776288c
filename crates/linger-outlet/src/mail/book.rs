//! The book of mails in a SQLite file of its own: letters, and to whom each still has to go. It does not know how they
//! travel.

use super::{Letter, MailError, outbox::LETTERS_WAITING_MAX};
use crate::one_writer::{OneWriter, Taken};
use linger_protocol::Millis;
use sqlx::{Connection, Row, sqlite::SqliteRow};
use std::path::Path;

/// A mail to be tried now.
pub(super) struct Due {
    pub(super) letter: String,
    pub(super) recipient: String,
    pub(super) tries: usize,
    pub(super) said: Letter,
}

/// What became of a try.
pub(super) enum Fate {
    Done,
    Again(Millis),
}

pub(super) struct Book(OneWriter);

fn unusable(error: impl std::fmt::Display) -> MailError {
    MailError::Book(error.to_string().into())
}

impl Book {
    pub(super) async fn open(file: &Path) -> Result<Book, MailError> {
        let writer = OneWriter::open(file).await.map_err(unusable)?;
        let mut conn = writer.take().await.map_err(unusable)?;
        sqlx::migrate!("migrations/mails").run(&mut *conn).await.map_err(unusable)?;
        conn.give_back();
        Ok(Book(writer))
    }

    async fn take(&self) -> Result<Taken<'_>, MailError> {
        self.0.take().await.map_err(unusable)
    }

    /// Keeps a letter for all its recipients; false when there is, or lately was, one of this id.
    pub(super) async fn keep(
        &self,
        id: &str,
        recipients: &[String],
        letter: &Letter,
        now: Millis,
        forget_before: Millis,
    ) -> Result<bool, MailError> {
        let files = serde_json::to_string(&letter.files).map_err(unusable)?;
        let mut conn = self.take().await?;
        let mut tx = conn.begin().await.map_err(unusable)?;
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT letter) FROM mails")
            .fetch_one(&mut *tx)
            .await
            .map_err(unusable)?;
        if usize::try_from(waiting).is_ok_and(|waiting| waiting >= LETTERS_WAITING_MAX) {
            tx.rollback().await.map_err(unusable)?;
            conn.give_back();
            return Err(MailError::Full);
        }
        sqlx::query("DELETE FROM letters WHERE kept_at < $1 AND id NOT IN (SELECT letter FROM mails)")
            .bind(forget_before.0)
            .execute(&mut *tx)
            .await
            .map_err(unusable)?;
        let done = sqlx::query(
            "INSERT OR IGNORE INTO letters (id, subject, text, files, kept_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(&letter.subject)
        .bind(&letter.text)
        .bind(files)
        .bind(now.0)
        .execute(&mut *tx)
        .await
        .map_err(unusable)?;
        let is_new = done.rows_affected() > 0;
        for recipient in recipients.iter().filter(|_| is_new) {
            sqlx::query("INSERT OR IGNORE INTO mails (letter, recipient, due_at) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(recipient)
                .bind(now.0)
                .execute(&mut *tx)
                .await
                .map_err(unusable)?;
        }
        tx.commit().await.map_err(unusable)?;
        conn.give_back();
        Ok(is_new)
    }

    pub(super) async fn due(&self, now: Millis, take: usize) -> Result<Vec<Due>, MailError> {
        let mut conn = self.take().await?;
        let rows = sqlx::query(
            "SELECT m.letter, m.recipient, m.tries, l.subject, l.text, l.files FROM mails m \
             JOIN letters l ON l.id = m.letter WHERE m.due_at <= $1 ORDER BY m.due_at, m.letter LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::try_from(take).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await
        .map_err(unusable)?;
        conn.give_back();
        rows.iter().map(due).collect::<Result<_, _>>().map_err(unusable)
    }

    pub(super) async fn next_due(&self) -> Result<Option<Millis>, MailError> {
        let mut conn = self.take().await?;
        let at: Option<i64> = sqlx::query_scalar("SELECT MIN(due_at) FROM mails")
            .fetch_one(&mut *conn)
            .await
            .map_err(unusable)?;
        conn.give_back();
        Ok(at.map(Millis))
    }

    /// Notes what became of a try. Of a letter that has gone to everybody only the id stays.
    pub(super) async fn settle(&self, due: &Due, fate: Fate) -> Result<(), MailError> {
        let mut conn = self.take().await?;
        let mut tx = conn.begin().await.map_err(unusable)?;
        let noted = match fate {
            Fate::Done => sqlx::query("DELETE FROM mails WHERE letter = $1 AND recipient = $2")
                .bind(&due.letter)
                .bind(&due.recipient),
            Fate::Again(at) => sqlx::query(
                "UPDATE mails SET tries = tries + 1, due_at = $3 WHERE letter = $1 AND recipient = $2",
            )
            .bind(&due.letter)
            .bind(&due.recipient)
            .bind(at.0),
        };
        noted.execute(&mut *tx).await.map_err(unusable)?;
        sqlx::query(
            "UPDATE letters SET subject = '', text = '', files = '[]' \
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM mails WHERE letter = $1)",
        )
        .bind(&due.letter)
        .execute(&mut *tx)
        .await
        .map_err(unusable)?;
        tx.commit().await.map_err(unusable)?;
        conn.give_back();
        Ok(())
    }
}

fn due(row: &SqliteRow) -> Result<Due, sqlx::Error> {
    let files = serde_json::from_str(row.try_get("files")?);
    Ok(Due {
        letter: row.try_get("letter")?,
        recipient: row.try_get("recipient")?,
        tries: usize::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(usize::MAX),
        said: Letter {
            subject: row.try_get("subject")?,
            text: row.try_get("text")?,
            files: files.map_err(|error| sqlx::Error::Decode(error.into()))?,
        },
    })
}
