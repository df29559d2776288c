//! One durable writing connection to a SQLite file of our own. It does not know the tables in it.

use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    time::Duration,
};
use tokio::sync::{Mutex, MutexGuard};

pub(crate) struct OneWriter {
    options: SqliteConnectOptions,
    /// None after an error: whoever comes next opens the file anew, so nobody inherits half a transaction.
    conn: Mutex<Option<SqliteConnection>>,
}

/// The connection out of its place. It goes back only when all went well.
pub(crate) struct Taken<'a> {
    place: MutexGuard<'a, Option<SqliteConnection>>,
    conn: SqliteConnection,
}

impl Taken<'_> {
    pub(crate) fn give_back(mut self) {
        *self.place = Some(self.conn);
    }
}

impl Deref for Taken<'_> {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for Taken<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

impl OneWriter {
    /// Opens the file, making it where there is none.
    pub(crate) async fn open(file: &Path) -> Result<OneWriter, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("secure_delete", "ON");
        let conn = SqliteConnection::connect_with(&options).await?;
        Ok(OneWriter { options, conn: Mutex::new(Some(conn)) })
    }

    /// Waits for the connection.
    pub(crate) async fn take(&self) -> Result<Taken<'_>, sqlx::Error> {
        let mut place = self.conn.lock().await;
        let conn = match place.take() {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok(Taken { place, conn })
    }

    /// Writes a consistent copy to a file that does not exist yet.
    pub(crate) async fn backup(&self, to: &str) -> Result<(), sqlx::Error> {
        let mut conn = SqliteConnection::connect_with(&self.options).await?;
        sqlx::query("VACUUM INTO $1").bind(to).execute(&mut conn).await?;
        conn.close().await
    }
}
