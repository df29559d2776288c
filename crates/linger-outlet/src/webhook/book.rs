//! The book of webhooks in a SQLite file of its own: endpoints, and messages that wait. It does not know how they travel.

use super::{ENDPOINTS_MAX, Endpoint, WAITING_MAX, WebhookError};
use linger_protocol::Millis;
use sqlx::{
    Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};
use std::{path::Path, time::Duration};
use tokio::sync::{Mutex, MutexGuard};

/// A message to be tried now.
pub(super) struct Due {
    pub(super) id: String,
    pub(super) endpoint: String,
    pub(super) url: String,
    pub(super) secret: Vec<u8>,
    pub(super) body: String,
    pub(super) tries: usize,
}

/// What became of a try.
pub(super) enum Fate {
    Arrived,
    /// The endpoint wants nothing any more.
    Gone,
    Again(Millis),
    GivenUp,
}

pub(super) struct Book {
    options: SqliteConnectOptions,
    /// None after an error: whoever comes next opens the file anew, so nobody inherits half a transaction.
    conn: Mutex<Option<SqliteConnection>>,
}

fn unavailable(error: impl std::fmt::Display) -> WebhookError {
    WebhookError::Unavailable(error.to_string().into())
}

impl Book {
    pub(super) async fn open(file: &Path) -> Result<Book, WebhookError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let mut conn = SqliteConnection::connect_with(&options).await.map_err(unavailable)?;
        sqlx::migrate!("migrations/webhooks").run(&mut conn).await.map_err(unavailable)?;
        Ok(Book { options, conn: Mutex::new(Some(conn)) })
    }

    /// The place of the connection, and the connection out of it: it goes back only when all went well.
    async fn take(&self) -> Result<(MutexGuard<'_, Option<SqliteConnection>>, SqliteConnection), WebhookError> {
        let mut place = self.conn.lock().await;
        let conn = match place.take() {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.options).await.map_err(unavailable)?,
        };
        Ok((place, conn))
    }

    pub(super) async fn add(&self, endpoint: &Endpoint, secret: &[u8]) -> Result<(), WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM endpoints")
            .fetch_one(&mut conn)
            .await
            .map_err(unavailable)?;
        let full = usize::try_from(count).is_ok_and(|count| count >= ENDPOINTS_MAX);
        if !full {
            sqlx::query("INSERT INTO endpoints (id, url, secret, topics, made_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(&endpoint.id)
                .bind(&endpoint.url)
                .bind(secret)
                .bind(endpoint.topics.join(","))
                .bind(endpoint.made_at.0)
                .execute(&mut conn)
                .await
                .map_err(unavailable)?;
        }
        *place = Some(conn);
        if full { Err(WebhookError::Full("endpoints")) } else { Ok(()) }
    }

    pub(super) async fn endpoints(&self) -> Result<Vec<Endpoint>, WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let rows = sqlx::query("SELECT * FROM endpoints ORDER BY made_at, id")
            .fetch_all(&mut conn)
            .await
            .map_err(unavailable)?;
        *place = Some(conn);
        rows.iter().map(endpoint).collect::<Result<_, _>>().map_err(unavailable)
    }

    pub(super) async fn remove(&self, id: &str) -> Result<bool, WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let done = sqlx::query("DELETE FROM endpoints WHERE id = $1")
            .bind(id)
            .execute(&mut conn)
            .await
            .map_err(unavailable)?;
        *place = Some(conn);
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a message for all who hear of the topic, in one transaction.
    pub(super) async fn keep(
        &self,
        id: &str,
        topic: &str,
        body: &str,
        now: Millis,
    ) -> Result<usize, WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM deliveries")
            .fetch_one(&mut conn)
            .await
            .map_err(unavailable)?;
        let room = WAITING_MAX.saturating_sub(usize::try_from(waiting).unwrap_or(usize::MAX));
        if room < ENDPOINTS_MAX {
            *place = Some(conn);
            return Err(WebhookError::Full("waiting messages"));
        }
        let kept = sqlx::query(
            "INSERT INTO deliveries (id, endpoint, body, due_at) \
             SELECT $1, id, $2, $3 FROM endpoints \
             WHERE ended IS NULL AND (instr(',' || topics || ',', ',' || $4 || ',') > 0 \
                OR instr(',' || topics || ',', ',*,') > 0)",
        )
        .bind(id)
        .bind(body)
        .bind(now.0)
        .bind(topic)
        .execute(&mut conn)
        .await
        .map_err(unavailable)?;
        *place = Some(conn);
        Ok(usize::try_from(kept.rows_affected()).unwrap_or(usize::MAX))
    }

    pub(super) async fn due(&self, now: Millis, take: usize) -> Result<Vec<Due>, WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        // At most four of one endpoint at a time: a slow one does not hold up the others.
        let rows = sqlx::query(
            "SELECT d.id, d.endpoint, d.body, d.tries, e.url, e.secret FROM \
               (SELECT *, row_number() OVER (PARTITION BY endpoint ORDER BY due_at, id) AS place \
                FROM deliveries WHERE due_at <= $1) d \
             JOIN endpoints e ON e.id = d.endpoint WHERE d.place <= 4 ORDER BY d.due_at LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::try_from(take).unwrap_or(i64::MAX))
        .fetch_all(&mut conn)
        .await
        .map_err(unavailable)?;
        *place = Some(conn);
        rows.iter().map(due).collect::<Result<_, _>>().map_err(unavailable)
    }

    pub(super) async fn next_due(&self) -> Result<Option<Millis>, WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let at: Option<i64> = sqlx::query_scalar("SELECT MIN(due_at) FROM deliveries")
            .fetch_one(&mut conn)
            .await
            .map_err(unavailable)?;
        *place = Some(conn);
        Ok(at.map(Millis))
    }

    pub(super) async fn settle(&self, due: &Due, fate: Fate, now: Millis) -> Result<(), WebhookError> {
        let (mut place, mut conn) = self.take().await?;
        let mut tx = conn.begin().await.map_err(unavailable)?;
        let ok = matches!(fate, Fate::Arrived);
        let noted = if ok {
            "UPDATE endpoints SET last_ok_at = $2 WHERE id = $1"
        } else {
            "UPDATE endpoints SET last_failed_at = $2 WHERE id = $1"
        };
        sqlx::query(noted).bind(&due.endpoint).bind(now.0).execute(&mut *tx).await.map_err(unavailable)?;
        match fate {
            Fate::Again(at) => {
                sqlx::query("UPDATE deliveries SET tries = tries + 1, due_at = $3 WHERE id = $1 AND endpoint = $2")
                    .bind(&due.id)
                    .bind(&due.endpoint)
                    .bind(at.0)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
            Fate::Arrived | Fate::GivenUp => {
                sqlx::query("DELETE FROM deliveries WHERE id = $1 AND endpoint = $2")
                    .bind(&due.id)
                    .bind(&due.endpoint)
                    .execute(&mut *tx)
                    .await
                    .map_err(unavailable)?;
            }
            Fate::Gone => {
                for statement in [
                    "UPDATE endpoints SET ended = 'gone' WHERE id = $1",
                    "DELETE FROM deliveries WHERE endpoint = $1",
                ] {
                    sqlx::query(statement).bind(&due.endpoint).execute(&mut *tx).await.map_err(unavailable)?;
                }
            }
        }
        tx.commit().await.map_err(unavailable)?;
        *place = Some(conn);
        Ok(())
    }
}

fn endpoint(row: &SqliteRow) -> Result<Endpoint, sqlx::Error> {
    let at = |name| row.try_get::<Option<i64>, _>(name).map(|it| it.map(Millis));
    Ok(Endpoint {
        id: row.try_get("id")?,
        url: row.try_get("url")?,
        topics: row.try_get::<&str, _>("topics")?.split(',').map(str::to_owned).collect(),
        made_at: Millis(row.try_get("made_at")?),
        ended: row.try_get("ended")?,
        last_ok_at: at("last_ok_at")?,
        last_failed_at: at("last_failed_at")?,
    })
}

fn due(row: &SqliteRow) -> Result<Due, sqlx::Error> {
    Ok(Due {
        id: row.try_get("id")?,
        endpoint: row.try_get("endpoint")?,
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        body: row.try_get("body")?,
        tries: usize::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(usize::MAX),
    })
}
