//! Rules of the house and all their versions, as texts. It does not know what a rule says.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::Store,
};
use linger_protocol::{Millis, PersonId};
use sqlx::{Row, sqlite::SqliteRow};

/// How many rules may be kept, those that were taken away included.
pub const RULES_KEPT_MAX: usize = 200;
/// How many versions of each are kept; of more, the oldest goes.
pub const RULE_VERSIONS_MAX: u32 = 200;
const RULE_BYTES_MAX: usize = 16 << 10;

/// A version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRule {
    /// The rule's code.
    pub code: String,
    /// The version, from 1.
    pub version: u32,
    /// What it says; none where it was taken away.
    pub rule: Option<String>,
    /// When it was written.
    pub changed_at: Millis,
    /// By whom.
    pub changed_by: PersonId,
}

impl Store {
    /// Keeps the next version of a rule, or takes the rule away. `after` is the version it was made from, zero for a rule
    /// that there is not; the answer is the new version.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when there is another version by now; [`StoreError::Unfit`] names the field;
    /// [`StoreError::TooMany`] beyond [`RULES_KEPT_MAX`].
    pub async fn put_rule(
        &self,
        code: &str,
        after: u32,
        rule: Option<&str>,
        by: PersonId,
        now: Millis,
    ) -> Result<u32, StoreError> {
        check_name("code", code, 64, "1 to 64 bytes on one line")?;
        check_text("rule", rule.unwrap_or_default(), RULE_BYTES_MAX, true, "at most 16 KiB of text")?;
        let mut tx = self.begin("keep a rule").await?;
        let newest = "SELECT version, rule FROM rules WHERE code = $1 ORDER BY version DESC LIMIT 1";
        let newest = sqlx::query(newest).bind(code).fetch_optional(tx.conn()).await;
        let read = |row: SqliteRow| {
            Ok::<_, sqlx::Error>((row.try_get::<u32, _>(0)?, row.try_get::<Option<String>, _>(1)?))
        };
        let newest = newest.and_then(|row| row.map(read).transpose()).map_err(|error| tx.fault(error))?;
        let (version, present) = match newest {
            None => (0, None),
            Some((version, text)) => (version, text),
        };
        // Whoever writes a rule anew under the code of one that is gone need not know its version.
        let knows = after == version || (after == 0 && present.is_none());
        if !knows {
            return tx.refuse(StoreError::Changed).await;
        }
        if rule.is_none() && present.is_none() {
            return tx.refuse(StoreError::NotFound { what: "rule" }).await;
        }
        if version == 0 {
            let count = sqlx::query("SELECT COUNT(DISTINCT code) FROM rules").fetch_one(tx.conn()).await;
            let count: i64 = count.and_then(|row| row.try_get(0)).map_err(|error| tx.fault(error))?;
            if usize::try_from(count).is_ok_and(|count| count >= RULES_KEPT_MAX) {
                return tx.refuse(StoreError::TooMany { what: "rules", max: RULES_KEPT_MAX }).await;
            }
        }
        let next = version.saturating_add(1);
        let sql =
            "INSERT INTO rules (code, version, rule, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)";
        let insert = sqlx::query(sql).bind(code).bind(next).bind(rule).bind(now.0).bind(by.0.cast_signed());
        insert.execute(tx.conn()).await.map_err(|error| tx.fault(error))?;
        let sql = "DELETE FROM rules WHERE code = $1 AND version <= $2";
        let forget = sqlx::query(sql).bind(code).bind(i64::from(next) - i64::from(RULE_VERSIONS_MAX));
        forget.execute(tx.conn()).await.map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(next)
    }

    /// The newest version of every rule, by code; those that were taken away included.
    pub async fn rules(&self) -> Result<Vec<KeptRule>, Fault> {
        let sql = "SELECT * FROM rules AS it WHERE version = (SELECT MAX(version) FROM rules WHERE code = it.code) \
                   ORDER BY code";
        let rows = sqlx::query(sql).fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(rule_of).collect()).map_err(Fault::db("read the rules"))
    }

    /// The versions of a rule, newest first.
    pub async fn rule_versions(&self, code: &str) -> Result<Vec<KeptRule>, Fault> {
        let rows = sqlx::query("SELECT * FROM rules WHERE code = $1 ORDER BY version DESC").bind(code);
        let rows = rows.fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(rule_of).collect())
            .map_err(Fault::db("read the versions of a rule"))
    }
}

fn rule_of(row: &SqliteRow) -> Result<KeptRule, sqlx::Error> {
    Ok(KeptRule {
        code: row.try_get("code")?,
        version: row.try_get("version")?,
        rule: row.try_get("rule")?,
        changed_at: Millis(row.try_get("changed_at")?),
        changed_by: PersonId(row.try_get::<i64, _>("changed_by")?.cast_unsigned()),
    })
}
