//! The book of webhooks in a SQLite file of its own: endpoints, and messages that wait. It does not know how they travel.

use super::{Again, ENDPOINTS_MAX, Endpoint, MESSAGES_KEPT, TRIES_KEPT, Try, WAITING_MAX, WebhookError};
use crate::one_writer::{OneWriter, Taken};
use linger_protocol::Millis;
use sqlx::{Connection, Row, sqlite::SqliteRow};
use std::path::Path;

/// A message to be tried now.
pub(super) struct Due {
    pub(super) id: String,
    pub(super) endpoint: String,
    pub(super) url: String,
    pub(super) secret: Vec<u8>,
    /// The secret before, while it signs as well.
    pub(super) old_secret: Option<Vec<u8>>,
    pub(super) body: String,
    pub(super) topic: String,
    pub(super) tries: usize,
}

/// What became of a try.
pub(super) enum Fate {
    Arrived,
    /// The endpoint wants nothing any more.
    Gone,
    Again {
        at: Millis,
        /// Whether nothing else goes there before: it said that this is too much for it.
        slower: bool,
    },
    GivenUp,
}

/// To whom a message goes.
pub(super) enum Whom<'a> {
    /// All who hear of its topic.
    Listeners,
    /// One endpoint, whatever it hears of.
    One(&'a str),
}

/// What one message is.
pub(super) struct Message<'a> {
    pub(super) id: &'a str,
    pub(super) topic: &'a str,
    pub(super) body: &'a str,
}

pub(super) struct Book(OneWriter);

fn unavailable(error: impl std::fmt::Display) -> WebhookError {
    WebhookError::Unavailable(error.to_string().into())
}

impl Book {
    pub(super) async fn open(file: &Path) -> Result<Book, WebhookError> {
        let writer = OneWriter::open(file).await.map_err(unavailable)?;
        let mut conn = writer.take().await.map_err(unavailable)?;
        sqlx::migrate!("migrations/webhooks").run(&mut *conn).await.map_err(unavailable)?;
        conn.give_back();
        Ok(Book(writer))
    }

    pub(super) async fn backup(&self, to: &str) -> Result<(), WebhookError> {
        self.0.backup(to).await.map_err(unavailable)
    }

    async fn take(&self) -> Result<Taken<'_>, WebhookError> {
        self.0.take().await.map_err(unavailable)
    }

    pub(super) async fn add(&self, endpoint: &Endpoint, secret: &[u8]) -> Result<(), WebhookError> {
        let mut conn = self.take().await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM endpoints")
            .fetch_one(&mut *conn)
            .await
            .map_err(unavailable)?;
        let full = usize::try_from(count).is_ok_and(|count| count >= ENDPOINTS_MAX);
        if !full {
            sqlx::query(
                "INSERT INTO endpoints (id, url, secret, topics, made_at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&endpoint.id)
            .bind(&endpoint.url)
            .bind(secret)
            .bind(endpoint.topics.join(","))
            .bind(endpoint.made_at.0)
            .execute(&mut *conn)
            .await
            .map_err(unavailable)?;
        }
        conn.give_back();
        if full { Err(WebhookError::Full("endpoints")) } else { Ok(()) }
    }

    pub(super) async fn endpoints(&self) -> Result<Vec<Endpoint>, WebhookError> {
        let mut conn = self.take().await?;
        let rows = sqlx::query(
            "SELECT *, (SELECT COUNT(*) FROM deliveries WHERE endpoint = e.id) AS waiting \
             FROM endpoints e ORDER BY made_at, id",
        )
        .fetch_all(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        rows.iter().map(endpoint).collect::<Result<_, _>>().map_err(unavailable)
    }

    pub(super) async fn remove(&self, id: &str) -> Result<bool, WebhookError> {
        let mut conn = self.take().await?;
        let done = sqlx::query("DELETE FROM endpoints WHERE id = $1")
            .bind(id)
            .execute(&mut *conn)
            .await
            .map_err(unavailable)?;
        conn.give_back();
        Ok(done.rows_affected() > 0)
    }

    /// Puts a new secret in place of the present one, which signs as well until `until`; whether there is such an
    /// endpoint.
    pub(super) async fn rotate(&self, id: &str, secret: &[u8], until: Millis) -> Result<bool, WebhookError> {
        let mut conn = self.take().await?;
        let done = sqlx::query(
            "UPDATE endpoints SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1",
        )
        .bind(id)
        .bind(secret)
        .bind(until.0)
        .execute(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a message for all whom it concerns, in one transaction. One that waits already under this id waits on.
    pub(super) async fn keep(
        &self,
        message: &Message<'_>,
        whom: Whom<'_>,
        now: Millis,
    ) -> Result<usize, WebhookError> {
        let mut conn = self.take().await?;
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM deliveries")
            .fetch_one(&mut *conn)
            .await
            .map_err(unavailable)?;
        let room = WAITING_MAX.saturating_sub(usize::try_from(waiting).unwrap_or(usize::MAX));
        if room < ENDPOINTS_MAX {
            conn.give_back();
            return Err(WebhookError::Full("waiting messages"));
        }
        let whom = match whom {
            Whom::Listeners => None,
            Whom::One(endpoint) => Some(endpoint),
        };
        let kept = sqlx::query(
            "INSERT OR IGNORE INTO deliveries (id, endpoint, body, due_at, made_at, topic) \
             SELECT $1, id, $2, $3, $3, $4 FROM endpoints WHERE ended IS NULL AND (id = $5 OR ($5 IS NULL AND \
                (instr(',' || topics || ',', ',' || $4 || ',') > 0 OR instr(',' || topics || ',', ',*,') > 0)))",
        )
        .bind(message.id)
        .bind(message.body)
        .bind(now.0)
        .bind(message.topic)
        .bind(whom)
        .execute(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        Ok(usize::try_from(kept.rows_affected()).unwrap_or(usize::MAX))
    }

    /// How many messages of a topic wait for an endpoint.
    pub(super) async fn waiting(&self, endpoint: &str, topic: &str) -> Result<usize, WebhookError> {
        let mut conn = self.take().await?;
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM deliveries WHERE endpoint = $1 AND topic = $2")
                .bind(endpoint)
                .bind(topic)
                .fetch_one(&mut *conn)
                .await
                .map_err(unavailable)?;
        conn.give_back();
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Lets messages go to an endpoint once more, at once: those that came to an end anew, those that wait without waiting.
    /// How many.
    pub(super) async fn again(
        &self,
        endpoint: &str,
        what: Again<'_>,
        now: Millis,
    ) -> Result<usize, WebhookError> {
        let (message, since, failed) = match what {
            Again::Message(message) => (Some(message), i64::MIN, false),
            Again::Since { since, failed } => (None, since.0, failed),
        };
        let mut conn = self.take().await?;
        let mut tx = conn.begin().await.map_err(unavailable)?;
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM deliveries")
            .fetch_one(&mut *tx)
            .await
            .map_err(unavailable)?;
        if usize::try_from(waiting).is_ok_and(|it| it + MESSAGES_KEPT as usize > WAITING_MAX) {
            tx.rollback().await.map_err(unavailable)?;
            conn.give_back();
            return Err(WebhookError::Full("waiting messages"));
        }
        let hurried = sqlx::query(
            "UPDATE deliveries SET due_at = $4, tries = 0 \
             WHERE endpoint = $1 AND made_at >= $2 AND ($3 IS NULL OR id = $3)",
        )
        .bind(endpoint)
        .bind(since)
        .bind(message)
        .bind(now.0)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        let entered = sqlx::query(
            "INSERT OR IGNORE INTO deliveries (id, endpoint, body, due_at, made_at, topic) \
             SELECT id, endpoint, body, $4, made_at, topic FROM kept \
             WHERE endpoint = $1 AND made_at >= $2 AND ($3 IS NULL OR id = $3) AND ($5 = 0 OR arrived = 0) \
             ORDER BY number",
        )
        .bind(endpoint)
        .bind(since)
        .bind(message)
        .bind(now.0)
        .bind(i64::from(failed))
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        let count = hurried.rows_affected() + entered.rows_affected();
        tx.commit().await.map_err(unavailable)?;
        conn.give_back();
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The last tries of an endpoint, newest first.
    pub(super) async fn tries(&self, endpoint: &str) -> Result<Vec<Try>, WebhookError> {
        let mut conn = self.take().await?;
        let rows = sqlx::query(
            "SELECT *, EXISTS (SELECT 1 FROM kept WHERE endpoint = t.endpoint AND id = t.message) OR \
             EXISTS (SELECT 1 FROM deliveries WHERE endpoint = t.endpoint AND id = t.message) AS there \
             FROM tries t WHERE endpoint = $1 ORDER BY number DESC LIMIT $2",
        )
        .bind(endpoint)
        .bind(TRIES_KEPT)
        .fetch_all(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        rows.iter().map(a_try).collect::<Result<_, _>>().map_err(unavailable)
    }

    pub(super) async fn due(&self, now: Millis, take: usize) -> Result<Vec<Due>, WebhookError> {
        let mut conn = self.take().await?;
        // At most four of one endpoint at a time: a slow one does not hold up the others.
        let rows = sqlx::query(
            "SELECT d.id, d.endpoint, d.body, d.topic, d.tries, e.url, e.secret, \
             CASE WHEN e.old_until > $1 THEN e.old_secret END AS old_secret FROM \
               (SELECT *, row_number() OVER (PARTITION BY endpoint ORDER BY due_at, id) AS place \
                FROM deliveries WHERE due_at <= $1) d \
             JOIN endpoints e ON e.id = d.endpoint WHERE d.place <= 4 ORDER BY d.due_at LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::try_from(take).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        rows.iter().map(due).collect::<Result<_, _>>().map_err(unavailable)
    }

    pub(super) async fn next_due(&self) -> Result<Option<Millis>, WebhookError> {
        let mut conn = self.take().await?;
        let at: Option<i64> = sqlx::query_scalar("SELECT MIN(due_at) FROM deliveries")
            .fetch_one(&mut *conn)
            .await
            .map_err(unavailable)?;
        conn.give_back();
        Ok(at.map(Millis))
    }

    /// Notes what became of a try.
    pub(super) async fn settle(
        &self,
        due: &Due,
        fate: Fate,
        status: Option<u16>,
        now: Millis,
    ) -> Result<(), WebhookError> {
        let mut conn = self.take().await?;
        let mut tx = conn.begin().await.map_err(unavailable)?;
        let ok = matches!(fate, Fate::Arrived);
        let noted = if ok {
            "UPDATE endpoints SET last_ok_at = $2 WHERE id = $1"
        } else {
            "UPDATE endpoints SET last_failed_at = $2 WHERE id = $1"
        };
        sqlx::query(noted).bind(&due.endpoint).bind(now.0).execute(&mut *tx).await.map_err(unavailable)?;
        note_try(&mut tx, due, &fate, status, now).await.map_err(unavailable)?;
        match fate {
            Fate::Again { at, slower } => {
                if slower {
                    sqlx::query("UPDATE deliveries SET due_at = MAX(due_at, $2) WHERE endpoint = $1")
                        .bind(&due.endpoint)
                        .bind(at.0)
                        .execute(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                }
                sqlx::query(
                    "UPDATE deliveries SET tries = tries + 1, due_at = $3 WHERE id = $1 AND endpoint = $2",
                )
                .bind(&due.id)
                .bind(&due.endpoint)
                .bind(at.0)
                .execute(&mut *tx)
                .await
                .map_err(unavailable)?;
            }
            Fate::Arrived | Fate::GivenUp => {
                put_by(&mut tx, due, ok).await.map_err(unavailable)?;
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
                    sqlx::query(statement)
                        .bind(&due.endpoint)
                        .execute(&mut *tx)
                        .await
                        .map_err(unavailable)?;
                }
            }
        }
        tx.commit().await.map_err(unavailable)?;
        conn.give_back();
        Ok(())
    }
}

/// Keeps a message that came to an end, and lets the oldest of its endpoint go.
async fn put_by(conn: &mut sqlx::SqliteConnection, due: &Due, arrived: bool) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT OR REPLACE INTO kept (id, endpoint, topic, body, made_at, arrived) \
         SELECT id, endpoint, topic, body, made_at, $3 FROM deliveries WHERE id = $1 AND endpoint = $2",
    )
    .bind(&due.id)
    .bind(&due.endpoint)
    .bind(i64::from(arrived))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM kept WHERE endpoint = $1 AND number <= \
         (SELECT number FROM kept WHERE endpoint = $1 ORDER BY number DESC LIMIT 1 OFFSET $2)",
    )
    .bind(&due.endpoint)
    .bind(MESSAGES_KEPT)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes a try, and lets the oldest of its endpoint go. An endpoint that was taken out meanwhile has none.
async fn note_try(
    conn: &mut sqlx::SqliteConnection,
    due: &Due,
    fate: &Fate,
    status: Option<u16>,
    now: Millis,
) -> Result<(), sqlx::Error> {
    let outcome = match fate {
        Fate::Arrived => "arrived",
        Fate::Gone => "gone",
        Fate::Again { .. } => "again",
        Fate::GivenUp => "given-up",
    };
    sqlx::query(
        "INSERT INTO tries (endpoint, message, topic, at, try, outcome, status) \
         SELECT id, $2, $3, $4, $5, $6, $7 FROM endpoints WHERE id = $1",
    )
    .bind(&due.endpoint)
    .bind(&due.id)
    .bind(&due.topic)
    .bind(now.0)
    .bind(i64::try_from(due.tries).unwrap_or(i64::MAX).saturating_add(1))
    .bind(outcome)
    .bind(status)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM tries WHERE endpoint = $1 AND number <= \
         (SELECT number FROM tries WHERE endpoint = $1 ORDER BY number DESC LIMIT 1 OFFSET $2)",
    )
    .bind(&due.endpoint)
    .bind(TRIES_KEPT)
    .execute(conn)
    .await?;
    Ok(())
}

fn a_try(row: &SqliteRow) -> Result<Try, sqlx::Error> {
    Ok(Try {
        message: row.try_get("message")?,
        topic: row.try_get("topic")?,
        at: Millis(row.try_get("at")?),
        number: u32::try_from(row.try_get::<i64, _>("try")?).unwrap_or(u32::MAX),
        outcome: row.try_get("outcome")?,
        there: row.try_get("there")?,
        status: row.try_get::<Option<i64>, _>("status")?.and_then(|it| u16::try_from(it).ok()),
    })
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
        waiting: u64::try_from(row.try_get::<i64, _>("waiting")?).unwrap_or(0),
    })
}

fn due(row: &SqliteRow) -> Result<Due, sqlx::Error> {
    Ok(Due {
        id: row.try_get("id")?,
        endpoint: row.try_get("endpoint")?,
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        old_secret: row.try_get("old_secret")?,
        body: row.try_get("body")?,
        topic: row.try_get("topic")?,
        tries: usize::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(usize::MAX),
    })
}
