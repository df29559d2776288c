//! Settings that people change while the house runs. It does not know what they mean.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::Store,
};
use linger_protocol::Millis;
use sqlx::Row;

const READ: &str = "read the settings";

impl Store {
    /// A setting's value, where it was ever set.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, Fault> {
        let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
            .bind(name)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose()).map_err(Fault::db(READ))
    }

    /// All settings by name.
    pub async fn settings(&self) -> Result<Vec<(String, String)>, Fault> {
        let rows =
            sqlx::query("SELECT name, value FROM settings ORDER BY name").fetch_all(self.readers()).await;
        rows.and_then(|rows| rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect())
            .map_err(Fault::db(READ))
    }

    /// Sets a setting: a name of at most 100 bytes, a value of at most 64 KiB of text.
    pub async fn set_setting(&self, name: &str, value: &str, now: Millis) -> Result<(), StoreError> {
        check_name("name", name, 100, "1 to 100 bytes on one line")?;
        check_text("value", value, 64 * 1024, true, "at most 64 KiB of text")?;
        let mut tx = self.begin("keep a setting").await?;
        sqlx::query(
            "INSERT INTO settings (name, value, changed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        )
        .bind(name)
        .bind(value)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }

    /// Forgets a setting; whether there was one.
    pub async fn remove_setting(&self, name: &str) -> Result<bool, Fault> {
        let mut tx = self.begin("forget a setting").await?;
        let done = sqlx::query("DELETE FROM settings WHERE name = $1")
            .bind(name)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}
