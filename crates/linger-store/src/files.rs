//! How a database of the house is opened: the pragmas that make it durable. It does not know its tables.

use crate::fault::Fault;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::{os::unix::fs::DirBuilderExt, path::Path, time::Duration};

/// How long a statement waits for another process that holds the file, such as a backup tool.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Makes the folder, readable by nobody else, unless it is there.
pub(crate) fn make_dir(dir: &Path) -> Result<(), Fault> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(Fault::io("make the data folder"))
}

/// One durable writing connection: write-ahead log, synchronised at every commit, deleted content overwritten.
pub(crate) fn writing(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT)
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
}

/// A connection that cannot write.
pub(crate) fn reading(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).read_only(true).foreign_keys(true).busy_timeout(BUSY_WAIT)
}

/// The path as text for `VACUUM INTO`, which refuses to write over a file.
pub(crate) fn backup_path(to: &Path) -> Result<&str, Fault> {
    to.to_str().ok_or_else(|| Fault::new("make a backup", false, "the path is not UTF-8"))
}
