//! Questions answered by ClickHouse, for houses whose facts lie there too. It does not know what a statement counts
//! (`linger_behaviour::clickhouse`) or how facts came to that server.
//!
//! Invariant: nothing that server says is logged or told: it repeats statements, and with them what was asked about.

use super::wrong;
use crate::error::ApiError;
use axum::http::StatusCode;
use linger_behaviour::{
    Answer, Question,
    clickhouse::{self, Unread},
};
use reqwest::{Client, redirect::Policy};
use std::{fmt, time::Duration};
use tokio::sync::Semaphore;
use url::Url;

/// How long a statement may run there, s.
const RUN_S_MAX: &str = "15";
/// How long a question waits for its turn.
const TURN_MAX: Duration = Duration::from_secs(2);
/// Questions that are with that server at once.
const AT_ONCE: usize = 2;

/// Where ClickHouse is, and what it may take.
#[derive(Clone)]
pub struct ClickHouse {
    /// Its HTTP address, with user and password where it wants them.
    pub url: Url,
    /// The table, or view, that has the facts.
    pub table: String,
    /// How long an answer may take. The routes' own limit is a little longer.
    pub answer_max: Duration,
    /// How large an answer may be, bytes.
    pub bytes_max: usize,
}

impl ClickHouse {
    /// A server as it is when nobody says more.
    ///
    /// # Errors
    /// Which rule is broken: the address is one of HTTP, and the table a name.
    pub fn new(url: Url, table: &str) -> Result<ClickHouse, &'static str> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("the address must begin with http:// or https://");
        }
        let first = |it: u8| it.is_ascii_alphabetic() || it == b'_';
        let name = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'.';
        let named = table.bytes().next().is_some_and(first) && table.bytes().all(name);
        if !named || table.len() > 128 {
            return Err("the table must be a name of at most 128 letters, digits, `_` and `.`");
        }
        let (answer_max, bytes_max) = (Duration::from_secs(17), 64 << 20);
        Ok(ClickHouse { url, table: table.to_owned(), answer_max, bytes_max })
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for ClickHouse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClickHouse").field("table", &self.table).finish_non_exhaustive()
    }
}

/// The way to that server.
pub(super) struct Line {
    server: ClickHouse,
    http: Client,
    turns: Semaphore,
}

impl Line {
    /// None when no connection can ever be made.
    pub fn new(server: ClickHouse) -> Option<Line> {
        let http = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(server.answer_max)
            .build();
        let http =
            http.map_err(|_| tracing::error!("ClickHouse cannot be asked: no client can be made")).ok()?;
        Some(Line { server, http, turns: Semaphore::new(AT_ONCE) })
    }

    /// Answers a question.
    pub async fn answer(&self, question: &Question) -> Result<Answer, ApiError> {
        let compiled = clickhouse::sql(question, &self.server.table).map_err(wrong)?;
        let busy =
            || ApiError { retry_ms: Some(2_000), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy") };
        let turn = tokio::time::timeout(TURN_MAX, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let rows = self.rows(compiled.text()).await?;
        let answer = tokio::task::spawn_blocking(move || {
            let rows = String::from_utf8(rows).map_err(|_| failed("its answer is not text"))?;
            compiled.answer(&rows).map_err(|unread| match unread {
                Unread::Row { .. } => failed("its rows are not those of the question"),
                Unread::Wrong(it) => wrong(it),
            })
        });
        answer.await.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))?
    }

    async fn rows(&self, statement: &str) -> Result<Vec<u8>, ApiError> {
        let mut url = self.server.url.clone();
        // With `wait_end_of_query` what fails halfway has a status that says so. `readonly` is not among the settings: only
        // the reader's own profile can bind it, and one that does refuses to be told again (code 164).
        url.query_pairs_mut()
            .append_pair("max_execution_time", RUN_S_MAX)
            .append_pair("wait_end_of_query", "1");
        let asked = self.http.post(url).body(format!("{statement}\nFORMAT JSONCompactEachRow"));
        let mut said = asked.send().await.map_err(|error| failed(kind(&error)))?;
        if !said.status().is_success() {
            return Err(failed(if said.status().is_client_error() { "it refused" } else { "it failed" }));
        }
        let mut rows = Vec::new();
        while let Some(bytes) = said.chunk().await.map_err(|error| failed(kind(&error)))? {
            if rows.len() + bytes.len() > self.server.bytes_max {
                return Err(failed("its answer is too large"));
            }
            rows.extend_from_slice(&bytes);
        }
        Ok(rows)
    }
}

/// The error itself may hold the address, and with it a password.
fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "it cannot be reached"
    } else {
        "the connection broke"
    }
}

fn failed(why: &'static str) -> ApiError {
    tracing::warn!(why, "ClickHouse did not answer a question");
    ApiError { retry_ms: Some(5_000), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "clickhouse-failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_name_and_an_address_is_never_shown() {
        let url = |text: &str| text.parse::<Url>().expect("an address");
        let made = |table: &str| ClickHouse::new(url("http://reader:hunter2@127.0.0.1:8123/"), table);
        let long = "a".repeat(129);
        for wrong in ["", "1a", "a b", "a;DROP TABLE b", "file('x')", "`a`", long.as_str()] {
            assert!(made(wrong).is_err(), "{wrong}");
        }
        for table in ["linger_events", "shop.linger_events", "_a1"] {
            let shown = format!("{:?}", made(table).expect("a name"));
            assert!(!shown.contains("hunter2") && !shown.contains("127"), "{shown}");
        }
        assert!(ClickHouse::new(url("ftp://127.0.0.1/"), "a").is_err());
    }
}
