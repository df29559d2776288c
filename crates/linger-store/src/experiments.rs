//! Experiments, everything that was done with them, and when they ran. It does not know what a design says, nor which step
//! may follow which.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::{Store, Writing},
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};

/// How many experiments may be kept.
pub const EXPERIMENTS_MAX: usize = 500;
/// How often one may be changed: its whole history is kept.
pub const EXPERIMENT_STEPS_MAX: u32 = 1_000;
const DESIGN_BYTES_MAX: usize = 128 << 10;

/// An experiment that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptExperiment {
    /// Its key.
    pub key: String,
    /// What it is, as text.
    pub design: String,
    /// Whether it runs.
    pub status: String,
    /// Counts how often it was drawn.
    pub version: u32,
    /// Counts how often it was changed.
    pub revision: u32,
    /// Whether it was ended because something was wrong.
    pub killed: bool,
    /// Who changed it last.
    pub changed_by: PersonId,
    /// When.
    pub changed_at: Millis,
}

/// Something that was done with an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentStep {
    /// The how-manyeth change it was.
    pub revision: u32,
    /// The version since then.
    pub version: u32,
    /// What: a word such as `started`.
    pub what: String,
    /// What the experiment was then, as text.
    pub design: String,
    /// Who did it.
    pub actor: PersonId,
    /// When.
    pub at: Millis,
}

/// Some time in which a version ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExperimentSpan {
    /// Which version.
    pub version: u32,
    /// Its beginning.
    pub began_at: Millis,
    /// Its end; none while it runs.
    pub ended_at: Option<Millis>,
    /// The share of all units that took part.
    pub coverage: f64,
}

/// What becomes of an experiment.
#[derive(Clone, Copy, Debug)]
pub struct ExperimentChange<'a> {
    /// What was done: a word such as `started`.
    pub what: &'a str,
    /// What it is from now on, as text.
    pub design: &'a str,
    /// Whether it runs from now on: `draft`, `running`, `paused` or `stopped`.
    pub status: &'a str,
    /// Its version from now on.
    pub version: u32,
    /// Whether it was ended because something was wrong.
    pub killed: bool,
    /// The share of all units that takes part.
    pub coverage: f64,
}

impl Store {
    /// Keeps a new experiment.
    ///
    /// # Errors
    /// [`StoreError::KeyUsed`] when there is one of this key; [`StoreError::TooMany`] beyond [`EXPERIMENTS_MAX`];
    /// [`StoreError::Unfit`] names the field.
    pub async fn make_experiment(
        &self,
        key: &str,
        change: ExperimentChange<'_>,
        by: PersonId,
        now: Millis,
    ) -> Result<(), StoreError> {
        check(key, &change)?;
        let mut tx = self.begin("keep an experiment").await?;
        let row = sqlx::query("SELECT COUNT(*), COALESCE(SUM(key = $1), 0) FROM experiments")
            .bind(key)
            .fetch_one(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        let number = |at: usize| row.try_get::<i64, _>(at);
        let (count, same) = (number(0), number(1));
        let (count, same) = (count.map_err(|error| tx.fault(error))?, same.map_err(|error| tx.fault(error))?);
        if same > 0 {
            return tx.refuse(StoreError::KeyUsed).await;
        }
        if usize::try_from(count).is_ok_and(|count| count >= EXPERIMENTS_MAX) {
            return tx.refuse(StoreError::TooMany { what: "experiments", max: EXPERIMENTS_MAX }).await;
        }
        sqlx::query(
            "INSERT INTO experiments (key, design, status, version, revision, killed, changed_by, changed_at) \
             VALUES ($1, $2, $3, $4, 1, $5, $6, $7)",
        )
        .bind(key)
        .bind(change.design)
        .bind(change.status)
        .bind(i64::from(change.version))
        .bind(i64::from(change.killed))
        .bind(by.0.cast_signed())
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        note(&mut tx, key, 1, &change, (by, now)).await?;
        Ok(tx.commit().await?)
    }

    /// Changes an experiment whose last change was the one of this number; `None` when it is another one by now. A version
    /// that begins to run, or runs with another coverage, begins a span; what ran before ends its own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none; [`StoreError::TooMany`] beyond [`EXPERIMENT_STEPS_MAX`] changes.
    pub async fn change_experiment(
        &self,
        key: &str,
        after: u32,
        change: ExperimentChange<'_>,
        by: PersonId,
        now: Millis,
    ) -> Result<Option<u32>, StoreError> {
        check(key, &change)?;
        let mut tx = self.begin("change an experiment").await?;
        let row =
            sqlx::query("SELECT * FROM experiments WHERE key = $1").bind(key).fetch_optional(tx.conn()).await;
        let before =
            row.and_then(|row| row.as_ref().map(kept).transpose()).map_err(|error| tx.fault(error))?;
        let Some(before) = before else {
            return tx.refuse(StoreError::NotFound { what: "experiment" }).await;
        };
        if before.revision != after {
            tx.undo().await?;
            return Ok(None);
        }
        let revision = after + 1;
        // One that runs can always be ended.
        if revision > EXPERIMENT_STEPS_MAX && change.status != "stopped" {
            let max = usize::try_from(EXPERIMENT_STEPS_MAX).unwrap_or(usize::MAX);
            return tx.refuse(StoreError::TooMany { what: "changes", max }).await;
        }
        sqlx::query(
            "UPDATE experiments SET design = $2, status = $3, version = $4, revision = $5, killed = $6, \
             changed_by = $7, changed_at = $8 WHERE key = $1",
        )
        .bind(key)
        .bind(change.design)
        .bind(change.status)
        .bind(i64::from(change.version))
        .bind(i64::from(revision))
        .bind(i64::from(change.killed))
        .bind(by.0.cast_signed())
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        note(&mut tx, key, revision, &change, (by, now)).await?;
        turn(&mut tx, key, &change, now).await?;
        tx.commit().await?;
        Ok(Some(revision))
    }

    /// All experiments by key.
    pub async fn experiments(&self) -> Result<Vec<KeptExperiment>, Fault> {
        let rows = sqlx::query("SELECT * FROM experiments ORDER BY key").fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(kept).collect()).map_err(Fault::db("read the experiments"))
    }

    /// One experiment.
    pub async fn experiment(&self, key: &str) -> Result<Option<KeptExperiment>, Fault> {
        let row = sqlx::query("SELECT * FROM experiments WHERE key = $1");
        let row = row.bind(key).fetch_optional(self.readers()).await;
        row.and_then(|row| row.as_ref().map(kept).transpose()).map_err(Fault::db("read an experiment"))
    }

    /// Everything that was done with it, in order.
    pub async fn experiment_steps(&self, key: &str) -> Result<Vec<ExperimentStep>, Fault> {
        let rows = sqlx::query("SELECT * FROM experiment_steps WHERE key = $1 ORDER BY revision");
        let rows = rows.bind(key).fetch_all(self.readers()).await;
        let step = |row: &SqliteRow| {
            Ok(ExperimentStep {
                revision: small(row, "revision")?,
                version: small(row, "version")?,
                what: row.try_get("what")?,
                design: row.try_get("design")?,
                actor: PersonId(row.try_get::<i64, _>("actor")?.cast_unsigned()),
                at: Millis(row.try_get("at")?),
            })
        };
        rows.and_then(|rows| rows.iter().map(step).collect())
            .map_err(Fault::db("read what was done with an experiment"))
    }

    /// When it ran, in order.
    pub async fn experiment_spans(&self, key: &str) -> Result<Vec<ExperimentSpan>, Fault> {
        let rows =
            sqlx::query("SELECT * FROM experiment_spans WHERE key = $1 ORDER BY version, began_at, rowid");
        let rows = rows.bind(key).fetch_all(self.readers()).await;
        let span = |row: &SqliteRow| {
            Ok(ExperimentSpan {
                version: small(row, "version")?,
                began_at: Millis(row.try_get("began_at")?),
                ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(Millis),
                coverage: row.try_get("coverage")?,
            })
        };
        rows.and_then(|rows| rows.iter().map(span).collect())
            .map_err(Fault::db("read when an experiment ran"))
    }

    /// Forgets an experiment and all that was done with it; whether there was one.
    pub async fn forget_experiment(&self, key: &str) -> Result<bool, Fault> {
        let mut tx = self.begin("forget an experiment").await?;
        let mut gone = 0;
        for sql in [
            "DELETE FROM experiment_spans WHERE key = $1",
            "DELETE FROM experiment_steps WHERE key = $1",
            "DELETE FROM experiments WHERE key = $1",
        ] {
            let done = sqlx::query(sql).bind(key).execute(tx.conn()).await;
            gone = done.map_err(|error| tx.fault(error))?.rows_affected();
        }
        tx.commit().await?;
        Ok(gone > 0)
    }
}

fn check(key: &str, change: &ExperimentChange<'_>) -> Result<(), StoreError> {
    check_name("key", key, 64, "1 to 64 bytes on one line")?;
    check_text("design", change.design, DESIGN_BYTES_MAX, true, "at most 128 KiB of text")
}

async fn note(
    tx: &mut Writing,
    key: &str,
    revision: u32,
    change: &ExperimentChange<'_>,
    (by, now): (PersonId, Millis),
) -> Result<(), Fault> {
    let done = sqlx::query(
        "INSERT INTO experiment_steps (key, revision, version, what, design, actor, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(key)
    .bind(i64::from(revision))
    .bind(i64::from(change.version))
    .bind(change.what)
    .bind(change.design)
    .bind(by.0.cast_signed())
    .bind(now.0)
    .execute(tx.conn())
    .await;
    done.map(|_| ()).map_err(|error| tx.fault(error))
}

/// Ends the span that runs, and begins one when it goes on otherwise.
async fn turn(tx: &mut Writing, key: &str, change: &ExperimentChange<'_>, now: Millis) -> Result<(), Fault> {
    let runs = change.status == "running";
    let same = sqlx::query(
        "SELECT COUNT(*) FROM experiment_spans WHERE key = $1 AND ended_at IS NULL AND version = $2 \
         AND coverage = $3",
    );
    let same = same.bind(key).bind(i64::from(change.version)).bind(change.coverage);
    let row = same.fetch_one(tx.conn()).await;
    let same: i64 = row.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
    if runs && same > 0 {
        return Ok(());
    }
    sqlx::query("UPDATE experiment_spans SET ended_at = $2 WHERE key = $1 AND ended_at IS NULL")
        .bind(key)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
    if !runs {
        return Ok(());
    }
    let begun = sqlx::query(
        "INSERT INTO experiment_spans (key, version, began_at, coverage) VALUES ($1, $2, $3, $4)",
    )
    .bind(key)
    .bind(i64::from(change.version))
    .bind(now.0)
    .bind(change.coverage)
    .execute(tx.conn())
    .await;
    begun.map(|_| ()).map_err(|error| tx.fault(error))
}

fn small(row: &SqliteRow, name: &str) -> Result<u32, sqlx::Error> {
    row.try_get::<i64, _>(name).map(|it| u32::try_from(it).unwrap_or(u32::MAX))
}

fn kept(row: &SqliteRow) -> Result<KeptExperiment, sqlx::Error> {
    Ok(KeptExperiment {
        key: row.try_get("key")?,
        design: row.try_get("design")?,
        status: row.try_get("status")?,
        version: small(row, "version")?,
        revision: small(row, "revision")?,
        killed: row.try_get::<i64, _>("killed")? != 0,
        changed_by: PersonId(row.try_get::<i64, _>("changed_by")?.cast_unsigned()),
        changed_at: Millis(row.try_get("changed_at")?),
    })
}
