//! Questions that staff keep and share. It does not know what a question asks.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::{Page, Store},
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};

/// How many questions may be kept.
pub const SAVED_QUESTIONS_MAX: usize = 500;

/// A question that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuestion {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub name: String,
    /// The question, as text.
    pub question: String,
    /// Who changed it last.
    pub author: PersonId,
    /// When it was changed last.
    pub changed_at: Millis,
}

impl Store {
    /// Keeps a question: a name of at most 200 bytes and at most 64 KiB of text. With a number it takes the place of
    /// the one that has it.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::NotFound`] when none has that number;
    /// [`StoreError::TooMany`] beyond [`SAVED_QUESTIONS_MAX`].
    pub async fn save_question(
        &self,
        id: Option<u64>,
        name: &str,
        question: &str,
        author: PersonId,
        now: Millis,
    ) -> Result<u64, StoreError> {
        check_name("name", name, 200, "1 to 200 bytes on one line")?;
        check_text("question", question, 64 << 10, true, "at most 64 KiB of text")?;
        let mut tx = self.begin("keep a question").await?;
        if id.is_none() {
            let row = sqlx::query("SELECT COUNT(*) FROM saved_questions").fetch_one(tx.conn()).await;
            let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
            if usize::try_from(count).is_ok_and(|count| count >= SAVED_QUESTIONS_MAX) {
                return tx.refuse(StoreError::TooMany { what: "questions", max: SAVED_QUESTIONS_MAX }).await;
            }
        }
        let sql = match id {
            None => {
                "INSERT INTO saved_questions (name, question, author, changed_at) VALUES ($1, $2, $3, $4) RETURNING id"
            }
            Some(_) => {
                "UPDATE saved_questions SET name = $1, question = $2, author = $3, changed_at = $4 WHERE id = $5 \
                 RETURNING id"
            }
        };
        let query = sqlx::query(sql).bind(name).bind(question).bind(author.0.cast_signed()).bind(now.0);
        let query = match id {
            None => query,
            Some(id) => query.bind(id.cast_signed()),
        };
        let row = query.fetch_optional(tx.conn()).await.map_err(|error| tx.fault(error))?;
        let Some(row) = row else {
            return tx.refuse(StoreError::NotFound { what: "question" }).await;
        };
        let id: i64 = row.try_get(0).map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(id.cast_unsigned())
    }

    /// All kept questions by name.
    pub async fn saved_questions(&self) -> Result<Vec<SavedQuestion>, Fault> {
        let rows = sqlx::query("SELECT * FROM saved_questions ORDER BY name, id LIMIT $1")
            .bind(Page::FIRST.take())
            .fetch_all(self.readers())
            .await;
        rows.and_then(|rows| rows.iter().map(question_of).collect())
            .map_err(Fault::db("read the kept questions"))
    }

    /// Forgets a question; whether there was one.
    pub async fn forget_question(&self, id: u64) -> Result<bool, Fault> {
        let mut tx = self.begin("forget a question").await?;
        let done = sqlx::query("DELETE FROM saved_questions WHERE id = $1")
            .bind(id.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

fn question_of(row: &SqliteRow) -> Result<SavedQuestion, sqlx::Error> {
    Ok(SavedQuestion {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        name: row.try_get("name")?,
        question: row.try_get("question")?,
        author: PersonId(row.try_get::<i64, _>("author")?.cast_unsigned()),
        changed_at: Millis(row.try_get("changed_at")?),
    })
}
