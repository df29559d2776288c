//! Segments, tags, alarms and what they said, as texts. It does not know what any of them means.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::{Page, Store},
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};

/// How many segments may be kept.
pub const SEGMENTS_KEPT_MAX: usize = 256;
/// How many people may carry tags, counted once for each tag.
pub const TAGGED_MAX: usize = 1_000_000;
/// How many alarms may be kept.
pub const ALARMS_MAX: usize = 100;
const DEFINITION_BYTES_MAX: usize = 64 << 10;

/// A segment that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSegment {
    /// Its id.
    pub id: String,
    /// What it asks, as text.
    pub definition: String,
    /// When it was changed last.
    pub changed_at: Millis,
}

/// An alarm that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAlarm {
    /// Its number.
    pub id: u64,
    /// Its rule, as text.
    pub rule: String,
    /// When it was made.
    pub made_at: Millis,
}

/// Something an alarm said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMoment {
    /// Its number: the cursor of who reads on.
    pub id: u64,
    /// Which alarm.
    pub alarm: u64,
    /// What it said, as text.
    pub moment: String,
    /// When it said so.
    pub told_at: Millis,
}

fn number(row: &SqliteRow, name: &str) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(name).map(i64::cast_unsigned)
}

fn moment(row: &SqliteRow) -> Result<KeptMoment, sqlx::Error> {
    Ok(KeptMoment {
        id: number(row, "id")?,
        alarm: number(row, "alarm")?,
        moment: row.try_get("moment")?,
        told_at: Millis(row.try_get("told_at")?),
    })
}

impl Store {
    /// Keeps a segment in the place of one of the same id.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::TooMany`] beyond [`SEGMENTS_KEPT_MAX`].
    pub async fn put_segment(
        &self,
        id: &str,
        definition: &str,
        author: PersonId,
        now: Millis,
    ) -> Result<(), StoreError> {
        check_name("id", id, 64, "1 to 64 bytes on one line")?;
        check_text("when", definition, DEFINITION_BYTES_MAX, true, "at most 64 KiB of text")?;
        let mut tx = self.begin("keep a segment").await?;
        sqlx::query(
            "INSERT INTO segments (id, definition, author, changed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, author = excluded.author, \
             changed_at = excluded.changed_at",
        )
        .bind(id)
        .bind(definition)
        .bind(author.0.cast_signed())
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        let row = sqlx::query("SELECT COUNT(*) FROM segments").fetch_one(tx.conn()).await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        if usize::try_from(count).is_ok_and(|count| count > SEGMENTS_KEPT_MAX) {
            return tx.refuse(StoreError::TooMany { what: "segments", max: SEGMENTS_KEPT_MAX }).await;
        }
        Ok(tx.commit().await?)
    }

    /// All segments by id.
    pub async fn segments(&self) -> Result<Vec<KeptSegment>, Fault> {
        let rows = sqlx::query("SELECT id, definition, changed_at FROM segments ORDER BY id")
            .fetch_all(self.readers())
            .await;
        let kept = |row: &SqliteRow| {
            let (id, definition) = (row.try_get("id")?, row.try_get("definition")?);
            Ok(KeptSegment { id, definition, changed_at: Millis(row.try_get("changed_at")?) })
        };
        rows.and_then(|rows| rows.iter().map(kept).collect()).map_err(Fault::db("read the segments"))
    }

    /// Forgets a segment; whether there was one.
    pub async fn remove_segment(&self, id: &str) -> Result<bool, Fault> {
        let mut tx = self.begin("forget a segment").await?;
        let done = sqlx::query("DELETE FROM segments WHERE id = $1").bind(id).execute(tx.conn()).await;
        let done = done.map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts a tag on a person of the store of events, or takes it off.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::TooMany`] beyond [`TAGGED_MAX`].
    pub async fn tag(
        &self,
        person: u64,
        tag: &str,
        on: bool,
        author: PersonId,
        now: Millis,
    ) -> Result<(), StoreError> {
        check_name("tag", tag, 64, "1 to 64 bytes on one line")?;
        let mut tx = self.begin("tag a person").await?;
        let query = if on {
            let row = sqlx::query("SELECT COUNT(*) FROM person_tags").fetch_one(tx.conn()).await;
            let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
            if usize::try_from(count).is_ok_and(|count| count >= TAGGED_MAX) {
                return tx.refuse(StoreError::TooMany { what: "tagged people", max: TAGGED_MAX }).await;
            }
            let put = "INSERT OR IGNORE INTO person_tags (person, tag, author, at) VALUES ($1, $2, $3, $4)";
            sqlx::query(put).bind(person.cast_signed()).bind(tag).bind(author.0.cast_signed()).bind(now.0)
        } else {
            let off = "DELETE FROM person_tags WHERE person = $1 AND tag = $2";
            sqlx::query(off).bind(person.cast_signed()).bind(tag)
        };
        query.execute(tx.conn()).await.map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }

    /// Everybody's tags.
    pub async fn tags(&self) -> Result<Vec<(u64, String)>, Fault> {
        let rows = sqlx::query("SELECT person, tag FROM person_tags").fetch_all(self.readers()).await;
        rows.and_then(|rows| {
            rows.iter().map(|row| Ok((number(row, "person")?, row.try_get("tag")?))).collect()
        })
        .map_err(Fault::db("read the tags"))
    }

    /// Keeps an alarm; its number.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] names the field; [`StoreError::TooMany`] beyond [`ALARMS_MAX`].
    pub async fn make_alarm(&self, rule: &str, author: PersonId, now: Millis) -> Result<u64, StoreError> {
        check_text("rule", rule, DEFINITION_BYTES_MAX, true, "at most 64 KiB of text")?;
        let mut tx = self.begin("keep an alarm").await?;
        let row = sqlx::query("SELECT COUNT(*) FROM alarms").fetch_one(tx.conn()).await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
        if usize::try_from(count).is_ok_and(|count| count >= ALARMS_MAX) {
            return tx.refuse(StoreError::TooMany { what: "alarms", max: ALARMS_MAX }).await;
        }
        let row = sqlx::query("INSERT INTO alarms (rule, author, made_at) VALUES ($1, $2, $3) RETURNING id")
            .bind(rule)
            .bind(author.0.cast_signed())
            .bind(now.0)
            .fetch_one(tx.conn())
            .await;
        let id = row.and_then(|row| number(&row, "id")).map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(id)
    }

    /// All alarms by number.
    pub async fn alarms(&self) -> Result<Vec<KeptAlarm>, Fault> {
        let rows =
            sqlx::query("SELECT id, rule, made_at FROM alarms ORDER BY id").fetch_all(self.readers()).await;
        let kept = |row: &SqliteRow| {
            let (id, rule) = (number(row, "id")?, row.try_get("rule")?);
            Ok(KeptAlarm { id, rule, made_at: Millis(row.try_get("made_at")?) })
        };
        rows.and_then(|rows| rows.iter().map(kept).collect()).map_err(Fault::db("read the alarms"))
    }

    /// Forgets an alarm and what it said; whether there was one.
    pub async fn remove_alarm(&self, id: u64) -> Result<bool, Fault> {
        let mut tx = self.begin("forget an alarm").await?;
        let done =
            sqlx::query("DELETE FROM alarms WHERE id = $1").bind(id.cast_signed()).execute(tx.conn()).await;
        let done = done.map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps what an alarm said about a period, once; whether it is new.
    pub async fn keep_moment(
        &self,
        alarm: u64,
        at: Millis,
        kind: &str,
        moment: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        check_text("moment", moment, DEFINITION_BYTES_MAX, true, "at most 64 KiB of text")?;
        let mut tx = self.begin("keep what an alarm said").await?;
        let done = sqlx::query(
            "INSERT OR IGNORE INTO alarm_moments (alarm, at, kind, moment, told_at) \
             SELECT id, $2, $3, $4, $5 FROM alarms WHERE id = $1",
        )
        .bind(alarm.cast_signed())
        .bind(at.0)
        .bind(kind)
        .bind(moment)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// The number of the last thing an alarm said; 0 when none said anything yet.
    pub async fn last_moment(&self) -> Result<u64, Fault> {
        let row = sqlx::query("SELECT COALESCE(MAX(id), 0) AS id FROM alarm_moments")
            .fetch_one(self.readers())
            .await;
        row.and_then(|row| number(&row, "id")).map_err(Fault::db("read what alarms said"))
    }

    /// What alarms said after the one numbered `after`, oldest first.
    pub async fn moments(&self, after: u64, page: Page) -> Result<Vec<KeptMoment>, Fault> {
        let rows = sqlx::query(
            "SELECT id, alarm, moment, told_at FROM alarm_moments WHERE id > $1 ORDER BY id LIMIT $2 OFFSET $3",
        )
        .bind(after.cast_signed())
        .bind(page.take())
        .bind(page.skip())
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(moment).collect()).map_err(Fault::db("read what alarms said"))
    }

    /// What alarms said last, newest first.
    pub async fn newest_moments(&self, page: Page) -> Result<Vec<KeptMoment>, Fault> {
        let rows = sqlx::query(
            "SELECT id, alarm, moment, told_at FROM alarm_moments ORDER BY id DESC LIMIT $1 OFFSET $2",
        )
        .bind(page.take())
        .bind(page.skip())
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(moment).collect()).map_err(Fault::db("read what alarms said"))
    }
}
