//! A file of summaries that analysts may ask in SQL, and the bounds within which they may. It does not know what is
//! summed up.
//!
//! The file is one of its own: nothing but summaries is in it, so no query can reach a person, a key or a setting. It
//! is made anew beside the old one and put in its place, so a query always sees one whole state.
//!
//! Bounds: one `SELECT` (or `WITH … SELECT`), on a connection that cannot write; rows, bytes and time of the answer;
//! and the memory of one value. A query that wants more is told so, and the house goes on.

use crate::{fault::Fault, files};
use sqlx::{
    AssertSqlSafe, Column, Connection, Row, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Rows of one answer.
pub const SQL_ROWS_MAX: usize = 10_000;
/// Bytes of one answer, about.
pub const SQL_BYTES_MAX: usize = 8 << 20;
/// Bytes of one query.
pub const SQL_TEXT_MAX: usize = 8_192;
/// Time of one query.
pub const SQL_TIME_MAX: Duration = Duration::from_secs(5);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;
const FILE: &str = "summaries.sqlite";

/// A day's summary of one kind of event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyRow {
    /// The date, such as `2024-02-20`.
    pub day: String,
    /// The event.
    pub event: String,
    /// Where people came from.
    pub source: String,
    /// The room.
    pub room: String,
    /// Facts.
    pub facts: i64,
    /// Distinct people.
    pub persons: i64,
    /// Money in minor units.
    pub amount_minor: i64,
}

/// One value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlValue {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SqlAnswer {
    /// Names of the columns; empty when there is no row.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<SqlValue>>,
    /// There were more rows, or more bytes, than an answer may have.
    pub cut: bool,
}

/// Why a query has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SqlRefused {
    /// It is not one reading statement.
    #[error("must be one SELECT")]
    NotASelect,
    /// It is longer than [`SQL_TEXT_MAX`].
    #[error("is longer than 8 KiB")]
    TooLong,
    /// It uses something that is not given to analysts.
    #[error("uses {0}, which is not allowed")]
    Forbidden(&'static str),
    /// The database does not understand it; the words are SQLite's own.
    #[error("{0}")]
    Wrong(String),
    /// It took longer than [`SQL_TIME_MAX`].
    #[error("takes too long")]
    TooSlow,
    /// There are no summaries yet.
    #[error("there are no summaries yet")]
    NotYet,
}

/// The summaries of one folder. Clones see the same file.
#[derive(Clone, Debug)]
pub struct Summaries {
    dir: PathBuf,
}

impl Summaries {
    /// The summaries of this folder, there or not.
    pub fn new(dir: &Path) -> Summaries {
        Summaries { dir: dir.to_owned() }
    }

    /// Makes the file anew. The old one answers until the new one is whole.
    pub async fn replace(&self, rows: impl Iterator<Item = DailyRow>) -> Result<(), Fault> {
        const DOING: &str = "write the summaries";
        files::make_dir(&self.dir)?;
        let fresh = self.dir.join("summaries.new");
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Fault::io(DOING)(error)),
            _ => {}
        }
        let options = SqliteConnectOptions::new()
            .filename(&fresh)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Normal);
        let mut conn = SqliteConnection::connect_with(&options).await.map_err(Fault::db(DOING))?;
        sqlx::query(
            "CREATE TABLE daily (day TEXT NOT NULL, event TEXT NOT NULL, source TEXT NOT NULL, room TEXT NOT NULL, \
             facts INTEGER NOT NULL, persons INTEGER NOT NULL, amount_minor INTEGER NOT NULL)",
        )
        .execute(&mut conn)
        .await
        .map_err(Fault::db(DOING))?;
        let mut tx = conn.begin().await.map_err(Fault::db(DOING))?;
        for row in rows {
            sqlx::query("INSERT INTO daily VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .bind(row.day)
                .bind(row.event)
                .bind(row.source)
                .bind(row.room)
                .bind(row.facts)
                .bind(row.persons)
                .bind(row.amount_minor)
                .execute(&mut *tx)
                .await
                .map_err(Fault::db(DOING))?;
        }
        tx.commit().await.map_err(Fault::db(DOING))?;
        conn.close().await.map_err(Fault::db(DOING))?;
        std::fs::rename(&fresh, self.dir.join(FILE)).map_err(Fault::io(DOING))
    }

    /// Asks a query.
    ///
    /// # Errors
    /// [`SqlRefused`] says what is wrong with it.
    pub async fn ask(&self, sql: &str) -> Result<SqlAnswer, SqlRefused> {
        check(sql)?;
        let file = self.dir.join(FILE);
        if !file.exists() {
            return Err(SqlRefused::NotYet);
        }
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .read_only(true)
            .immutable(true)
            .pragma("query_only", "ON")
            .pragma("trusted_schema", "OFF")
            // One query cannot make the whole process short of memory.
            .pragma("hard_heap_limit", "268435456")
            .pragma("temp_store", "MEMORY");
        let wrong = |error: sqlx::Error| SqlRefused::Wrong(sentence(&error));
        let mut conn = SqliteConnection::connect_with(&options).await.map_err(wrong)?;
        let until = Instant::now() + SQL_TIME_MAX;
        conn.lock_handle().await.map_err(wrong)?.set_progress_handler(STEPS, move || Instant::now() < until);
        let answer = read(&mut conn, sql).await;
        let late = Instant::now() >= until;
        // A connection that is dropped is closed too; nothing was written that closing could lose.
        let _ = conn.close().await;
        answer.map_err(|error| if late { SqlRefused::TooSlow } else { wrong(error) })
    }
}

async fn read(conn: &mut SqliteConnection, sql: &str) -> Result<SqlAnswer, sqlx::Error> {
    use futures_util::TryStreamExt;
    let mut rows = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false).fetch(conn);
    let mut answer = SqlAnswer::default();
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await? {
        if answer.columns.is_empty() {
            answer.columns = row.columns().iter().map(|it| it.name().to_owned()).collect();
        }
        let values = values(&row)?;
        bytes += values.iter().map(|it| if let SqlValue::Text(text) = it { text.len() + 24 } else { 24 }).sum::<usize>();
        if answer.rows.len() == SQL_ROWS_MAX || bytes > SQL_BYTES_MAX {
            answer.cut = true;
            break;
        }
        answer.rows.push(values);
    }
    Ok(answer)
}

fn values(row: &SqliteRow) -> Result<Vec<SqlValue>, sqlx::Error> {
    let value = |at: usize| {
        let raw = row.try_get_raw(at)?;
        Ok(match raw.type_info().name() {
            _ if raw.is_null() => SqlValue::Null,
            "INTEGER" | "BOOLEAN" => SqlValue::Integer(row.try_get_unchecked(at)?),
            "REAL" => SqlValue::Real(row.try_get_unchecked(at)?),
            "BLOB" => SqlValue::Text("(bytes)".to_owned()),
            _ => SqlValue::Text(row.try_get_unchecked(at)?),
        })
    };
    (0..row.columns().len()).map(value).collect()
}

/// SQLite's words about the query, one line of them.
fn sentence(error: &sqlx::Error) -> String {
    let text = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        _ => "the query cannot be answered".to_owned(),
    };
    text.chars().filter(|it| !it.is_control()).take(300).collect()
}

/// What no query may name: ways to files, to the engine's own state, and to values of any size at once.
const FORBIDDEN: [&str; 12] = [
    "pragma", "attach", "detach", "load_extension", "readfile", "writefile", "randomblob", "zeroblob", "printf",
    "format", "fts3_tokenizer", "dbstat",
];

/// Whether it is one reading statement that names nothing forbidden.
fn check(sql: &str) -> Result<(), SqlRefused> {
    if sql.len() > SQL_TEXT_MAX {
        return Err(SqlRefused::TooLong);
    }
    let bare = bare(sql);
    let words: Vec<String> =
        bare.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|it| !it.is_empty()).map(str::to_lowercase).collect();
    let one = !bare.trim().trim_end_matches(';').contains(';');
    if !one || !words.first().is_some_and(|it| it == "select" || it == "with" || it == "values") {
        return Err(SqlRefused::NotASelect);
    }
    let banned = |word: &str| FORBIDDEN.iter().find(|it| word == **it || (word.starts_with(*it) && **it == "pragma"));
    words.iter().find_map(|it| banned(it)).map_or(Ok(()), |it| Err(SqlRefused::Forbidden(it)))
}

/// The query without its string literals and comments. Names in quotes stay: they may call a function too.
fn bare(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let (skip, with) = if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), " ")
        } else if let Some(comment) = rest.strip_prefix("/*") {
            (comment.find("*/").map_or(rest.len(), |it| it + 4), " ")
        } else if c == '\'' {
            (rest[1..].find('\'').map_or(rest.len(), |it| it + 2), " ")
        } else {
            out.push(c);
            (c.len_utf8(), "")
        };
        out.push_str(with);
        rest = &rest[skip..];
    }
    out
}
