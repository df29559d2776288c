//! The tables file: opening, one writer, a few readers, backup. It does not know what stands in the tables.

use crate::{
    fault::{Fault, StoreError},
    files,
};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{fmt, path::Path, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The most rows one listing gives.
pub const PAGE_TAKE_MAX: u32 = 500;

/// A slice of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many rows to pass over.
    pub skip: u32,
    /// How many rows to give, [`PAGE_TAKE_MAX`] at most.
    pub take: u32,
}

impl Page {
    /// The first rows, as many as one listing gives.
    pub const FIRST: Page = Page { skip: 0, take: PAGE_TAKE_MAX };

    pub(crate) fn skip(self) -> i64 {
        self.skip.into()
    }

    pub(crate) fn take(self) -> i64 {
        self.take.min(PAGE_TAKE_MAX).into()
    }
}

/// The tables of the house. Clones share the same file.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    options: SqliteConnectOptions,
    writer: Arc<Mutex<Option<SqliteConnection>>>,
    readers: SqlitePool,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens `dir/tables.db`, making the folder and the file where there are none and bringing older tables up to
    /// date.
    pub async fn open(dir: &Path) -> Result<Store, Fault> {
        const DOING: &str = "open the tables";
        files::make_dir(dir)?;
        let file = dir.join("tables.db");
        let options = files::writing(&file);
        let mut writer = SqliteConnection::connect_with(&options).await.map_err(Fault::db(DOING))?;
        sqlx::migrate!("migrations/tables")
            .run(&mut writer)
            .await
            .map_err(|error| Fault::new(DOING, false, &error.to_string()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(files::reading(&file));
        let writer = Arc::new(Mutex::new(Some(writer)));
        let store = Store { inner: Arc::new(Inner { options, writer, readers }) };
        store.fill_pages().await?;
        Ok(store)
    }

    /// Writes a consistent copy of the tables to a file that does not exist yet, while the house goes on working.
    pub async fn backup(&self, to: &Path) -> Result<(), Fault> {
        const DOING: &str = "back up the tables";
        let to = files::backup_path(to)?;
        // A connection of its own: writers go on, and a reader's connection could not create a file.
        let options = self.inner.options.clone();
        let mut conn = SqliteConnection::connect_with(&options).await.map_err(Fault::db(DOING))?;
        sqlx::query("VACUUM INTO $1").bind(to).execute(&mut conn).await.map_err(Fault::db(DOING))?;
        conn.close().await.map_err(Fault::db(DOING))
    }

    /// Finishes what is being written and closes the file. Calls after it open the file again only for writing.
    pub async fn close(&self) -> Result<(), Fault> {
        self.inner.readers.close().await;
        match self.inner.writer.lock().await.take() {
            Some(conn) => conn.close().await.map_err(Fault::db("close the tables")),
            None => Ok(()),
        }
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    /// Waits for the one writer and begins a transaction.
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Writing, Fault> {
        let mut place = self.inner.writer.clone().lock_owned().await;
        let mut conn = match place.take() {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.inner.options).await.map_err(Fault::db(doing))?,
        };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut conn).await.map_err(Fault::db(doing))?;
        Ok(Writing { doing, place, conn })
    }
}

/// A transaction under way. It holds the only writing connection.
///
/// Invariant: the connection goes back to its place only after a commit or a roll-back that succeeded. In every other
/// case (an error, a full disk, a caller who stopped waiting) it is dropped, which rolls back, and the next writer
/// opens a new one: nobody ever inherits half a transaction.
pub(crate) struct Writing {
    doing: &'static str,
    place: OwnedMutexGuard<Option<SqliteConnection>>,
    conn: SqliteConnection,
}

impl Writing {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }

    /// Names this transaction in a database error.
    pub(crate) fn fault(&self, error: sqlx::Error) -> Fault {
        Fault::db(self.doing)(error)
    }

    pub(crate) async fn commit(mut self) -> Result<(), Fault> {
        sqlx::query("COMMIT").execute(&mut self.conn).await.map_err(Fault::db(self.doing))?;
        *self.place = Some(self.conn);
        Ok(())
    }

    /// Undoes everything.
    pub(crate) async fn undo(mut self) -> Result<(), Fault> {
        sqlx::query("ROLLBACK").execute(&mut self.conn).await.map_err(Fault::db(self.doing))?;
        *self.place = Some(self.conn);
        Ok(())
    }

    /// Undoes everything and gives `why` back, for refusals.
    pub(crate) async fn refuse<T>(self, why: StoreError) -> Result<T, StoreError> {
        self.undo().await?;
        Err(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_protocol::Millis;

    #[tokio::test]
    async fn a_full_disk_is_a_fault_worth_retrying_and_leaves_nothing_half_done() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let mut writer = store.inner.writer.lock().await;
        // SQLite's own way to meet a full disk: the file may not grow.
        sqlx::query("PRAGMA max_page_count = 1").execute(writer.as_mut().unwrap()).await.unwrap();
        drop(writer);
        let big = "x".repeat(60_000);
        let mut kept = 0;
        let fault = loop {
            match store.set_setting(&format!("n{kept}"), &big, Millis(1)).await {
                Ok(()) => kept += 1,
                Err(StoreError::Fault(fault)) => break fault,
                Err(other) => panic!("{other}"),
            }
            assert!(kept < 100, "the file grows without bound");
        };
        assert!(fault.retry, "{fault}");
        assert_eq!(fault.doing, "keep a setting");
        // The next writer opens the file anew, without the bound: room again.
        store.set_setting("after", &big, Millis(2)).await.unwrap();
        assert_eq!(store.settings().await.unwrap().len(), kept + 1);
    }

    #[tokio::test]
    async fn a_caller_who_stops_waiting_leaves_no_half_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let mut tx = store.begin("be cut off").await.unwrap();
        sqlx::query("INSERT INTO settings (name, value, changed_at) VALUES ('half', 'x', 1)")
            .execute(tx.conn())
            .await
            .unwrap();
        drop(tx);
        store.set_setting("whole", "x", Millis(2)).await.unwrap();
        assert_eq!(store.settings().await.unwrap(), [("whole".to_owned(), "x".to_owned())]);
    }
}
