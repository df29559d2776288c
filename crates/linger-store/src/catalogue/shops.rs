//! What is known of shops elsewhere: how new their tellings were, which webhooks were taken, what is to be written back to
//! them, and what went wrong. It does not know how they are spoken to.

use super::stock::{self, StockAsked, StockMove, StockMoved};
use crate::{
    fault::{Fault, StoreError},
    tables::Store,
};
use linger_catalogue::stock::{free, is_newer};
use linger_protocol::{Limits, Millis};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Shops whose stock is written back: their name, and whose name of a variant their stock goes by.
const WRITTEN_BACK: [(&str, &str); 2] = [("shopify", "shopify-inventory"), ("medusa", "medusa-inventory")];
/// How long ids of webhooks are kept; senders give up long before.
const HOOKS_KEPT_MS: i64 = 30 * 86_400_000;
/// Notes that are kept of a shop.
const NOTES_KEPT: i64 = 200;

/// What became of a telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is the newest and was taken.
    Taken,
    /// Something at least as new was told before.
    Older,
    /// It is about something that is not known here.
    Unknown,
}

/// Something to be written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopTask {
    /// Its number.
    pub id: u64,
    /// To which shop.
    pub source: String,
    /// What the shop knows it by, so that it does it once.
    pub key: String,
    /// `stock` or `order`.
    pub kind: String,
    /// What the shop calls the stock of the item; empty for an order.
    pub name: String,
    /// By how much stock changes.
    pub delta: i64,
    /// The order, as JSON.
    pub body: String,
    /// How often it was tried.
    pub tries: u32,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopNote {
    /// When.
    pub at: Millis,
    /// What, as a word that has a sentence.
    pub code: String,
    /// With what: an id.
    pub subject: String,
}

/// How it stands with a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopTotals {
    /// Products that have a name there.
    pub products: u64,
    /// What waits to be written back.
    pub waiting: u64,
    /// What was given up.
    pub given_up: u64,
    /// When something was last told by it.
    pub told_at: Option<Millis>,
}

impl Store {
    /// Whether this webhook was taken before.
    pub async fn knows_hook(&self, source: &str, id: &str) -> Result<bool, Fault> {
        let row = sqlx::query("SELECT 1 FROM shop_hooks WHERE source = $1 AND id = $2")
            .bind(source)
            .bind(id)
            .fetch_optional(self.readers())
            .await;
        Ok(row.map_err(Fault::db("read the webhooks that were taken"))?.is_some())
    }

    /// Notes that a webhook was taken, and forgets those that nobody sends any more.
    pub async fn note_hook(&self, source: &str, id: &str, now: Millis) -> Result<(), Fault> {
        let mut tx = self.begin("note a webhook").await?;
        sqlx::query("INSERT INTO shop_hooks (source, id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(source)
            .bind(id)
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        sqlx::query("DELETE FROM shop_hooks WHERE at < $1")
            .bind(now.0 - HOOKS_KEPT_MS)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// Whether a telling about a thing is the newest so far.
    pub async fn is_newest(&self, source: &str, thing: &str, at_ms: i64) -> Result<bool, Fault> {
        Ok(is_newer(at_ms, self.newest(source, thing).await?))
    }

    /// How new the newest telling about a thing was.
    pub async fn newest(&self, source: &str, thing: &str) -> Result<Option<i64>, Fault> {
        let fault = Fault::db("read how new a telling is");
        let mut conn = self.readers().acquire().await.map_err(&fault)?;
        mark(&mut conn, source, thing).await.map_err(&fault)
    }

    /// Notes how new a telling was that was taken.
    pub async fn note_newest(&self, source: &str, thing: &str, at_ms: i64) -> Result<(), Fault> {
        let mut tx = self.begin("note how new a telling is").await?;
        set_mark(tx.conn(), source, thing, at_ms).await.map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// Takes a shop's count of what it calls `name`: free is what it has, with what is still to be written back to it, less
    /// what rooms hold. Where they hold more, nothing is free and a note says so.
    pub async fn take_count(
        &self,
        (source, name): (&str, &str),
        count: i64,
        at_ms: i64,
        now: Millis,
    ) -> Result<Told, StoreError> {
        let mut tx = self.begin("take a count of stock").await?;
        match counted(tx.conn(), (source, name), count, at_ms, now).await {
            Ok(told) => {
                tx.commit().await?;
                Ok(told)
            }
            Err(error) => Err(tx.fault(error).into()),
        }
    }

    /// Keeps an order that is to be written back. Asking again under the same key keeps it once.
    pub async fn write_order_back(
        &self,
        source: &str,
        key: &str,
        body: &str,
        now: Millis,
    ) -> Result<(), Fault> {
        let mut tx = self.begin("keep an order for a shop").await?;
        let done = push(tx.conn(), (source, key, "order"), None, 0, body, now).await;
        done.map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// What is due to be written back to a shop now, the oldest first.
    pub async fn shop_tasks(&self, source: &str, take: u32, now: Millis) -> Result<Vec<ShopTask>, Fault> {
        let inventory = format!("{source}-inventory");
        let rows = sqlx::query(
            "SELECT t.*, COALESCE((SELECT name FROM outside_names o WHERE o.kind = 'variant' \
             AND o.number = t.item AND o.source = $4 LIMIT 1), '') AS name FROM shop_tasks t \
             WHERE t.source = $1 AND t.state = 'waiting' AND t.due_at <= $2 ORDER BY t.id LIMIT $3",
        )
        .bind(source)
        .bind(now.0)
        .bind(take)
        .bind(inventory)
        .fetch_all(self.readers())
        .await;
        let fault = Fault::db("read what is due to a shop");
        rows.and_then(|rows| rows.iter().map(task_of).collect()).map_err(fault)
    }

    /// A task was done.
    pub async fn end_task(&self, task: u64) -> Result<(), Fault> {
        let mut tx = self.begin("end a shop's task").await?;
        sqlx::query("DELETE FROM shop_tasks WHERE id = $1")
            .bind(task.cast_signed())
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// A task failed: it is due again at `again`, or is given up. `why` is a word.
    pub async fn delay_task(&self, task: u64, again: Option<Millis>, why: &str) -> Result<(), Fault> {
        let mut tx = self.begin("delay a shop's task").await?;
        sqlx::query(
            "UPDATE shop_tasks SET tries = tries + 1, due_at = COALESCE($2, due_at), error = $3, \
             state = CASE WHEN $2 IS NULL THEN 'given-up' ELSE 'waiting' END WHERE id = $1",
        )
        .bind(task.cast_signed())
        .bind(again.map(|it| it.0))
        .bind(why)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// Tries again what was given up; how much that is.
    pub async fn try_tasks_again(&self, source: &str, now: Millis) -> Result<u64, Fault> {
        let mut tx = self.begin("try a shop's tasks again").await?;
        let done = sqlx::query(
            "UPDATE shop_tasks SET state = 'waiting', tries = 0, due_at = $2 \
             WHERE source = $1 AND state = 'given-up'",
        )
        .bind(source)
        .bind(now.0)
        .execute(tx.conn())
        .await
        .map_err(|error| tx.fault(error))?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Keeps a note for people: `code` has a sentence, `subject` is an id.
    pub async fn note_shop(&self, source: &str, code: &str, subject: &str, now: Millis) -> Result<(), Fault> {
        let mut tx = self.begin("note what went wrong with a shop").await?;
        note(tx.conn(), source, code, subject, now).await.map_err(|error| tx.fault(error))?;
        tx.commit().await
    }

    /// The last notes of a shop, newest first.
    pub async fn shop_notes(&self, source: &str) -> Result<Vec<ShopNote>, Fault> {
        let rows = sqlx::query("SELECT * FROM shop_notes WHERE source = $1 ORDER BY id DESC LIMIT 50")
            .bind(source)
            .fetch_all(self.readers())
            .await;
        let told = |row: &SqliteRow| {
            let (code, subject) = (row.try_get("code")?, row.try_get("subject")?);
            Ok(ShopNote { at: Millis(row.try_get("at")?), code, subject })
        };
        rows.and_then(|rows| rows.iter().map(told).collect()).map_err(Fault::db("read a shop's notes"))
    }

    /// How it stands with a shop.
    pub async fn shop_totals(&self, source: &str) -> Result<ShopTotals, Fault> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM outside_names WHERE source = $1 AND kind = 'product'), \
             (SELECT COUNT(*) FROM shop_tasks WHERE source = $1 AND state = 'waiting'), \
             (SELECT COUNT(*) FROM shop_tasks WHERE source = $1 AND state = 'given-up'), \
             (SELECT MAX(at) FROM shop_hooks WHERE source = $1)",
        )
        .bind(source)
        .fetch_one(self.readers())
        .await;
        let told = |row: SqliteRow| {
            let count = |at: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(at)?.cast_unsigned());
            Ok(ShopTotals {
                products: count(0)?,
                waiting: count(1)?,
                given_up: count(2)?,
                told_at: row.try_get::<Option<i64>, _>(3)?.map(Millis),
            })
        };
        row.and_then(told).map_err(Fault::db("read how it stands with a shop"))
    }
}

/// Queues a change of stock for every shop that knows the item, but for the one it came from.
pub(super) async fn tell_of_stock(
    conn: &mut SqliteConnection,
    asked: &StockMove<'_>,
    delta: i64,
) -> Result<(), sqlx::Error> {
    for (source, names) in WRITTEN_BACK {
        if asked.source == source {
            continue;
        }
        let known =
            sqlx::query("SELECT 1 FROM outside_names WHERE source = $1 AND kind = 'variant' AND number = $2")
                .bind(names)
                .bind(asked.item.cast_signed())
                .fetch_optional(&mut *conn)
                .await?;
        if known.is_some() {
            push(conn, (source, asked.key, "stock"), Some(asked.item), delta, "", asked.now).await?;
        }
    }
    Ok(())
}

async fn push(
    conn: &mut SqliteConnection,
    (source, key, kind): (&str, &str, &str),
    item: Option<u64>,
    delta: i64,
    body: &str,
    now: Millis,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO shop_tasks (source, key, kind, item, delta, body, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(source)
    .bind(key)
    .bind(kind)
    .bind(item.map(u64::cast_signed))
    .bind(delta)
    .bind(body)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

async fn counted(
    conn: &mut SqliteConnection,
    (source, name): (&str, &str),
    count: i64,
    at_ms: i64,
    now: Millis,
) -> Result<Told, sqlx::Error> {
    let row = sqlx::query(
        "SELECT o.number, (SELECT COALESCE(SUM(delta), 0) FROM shop_tasks t WHERE t.source = $1 \
         AND t.kind = 'stock' AND t.item = o.number) AS pending FROM outside_names o \
         WHERE o.source = $2 AND o.kind = 'variant' AND o.name = $3",
    )
    .bind(source)
    .bind(format!("{source}-inventory"))
    .bind(name)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(Told::Unknown) };
    let item = row.try_get::<i64, _>("number")?.cast_unsigned();
    let thing = format!("stock:{name}");
    if !is_newer(at_ms, mark(conn, source, &thing).await?) {
        return Ok(Told::Older);
    }
    set_mark(conn, source, &thing, at_ms).await?;
    let allotted = stock::stock(conn, item).await?.map_or(0, |it| it.allotted);
    let count = count.saturating_add(row.try_get("pending")?).min(Limits::UNITS_MAX);
    let found = free(count, allotted);
    if found.short > 0 {
        note(conn, source, "rooms-hold-more", &format!("item:{item}"), now).await?;
    }
    let key = format!("count:{source}:{name}:{at_ms}");
    let asked =
        StockMove { key: &key, item, asked: StockAsked::To(found.units), reason: "counted", source, now };
    match stock::moved(conn, &asked).await? {
        Ok(StockMoved { .. }) => Ok(Told::Taken),
        Err(_) => Ok(Told::Unknown),
    }
}

async fn mark(conn: &mut SqliteConnection, source: &str, thing: &str) -> Result<Option<i64>, sqlx::Error> {
    let row = sqlx::query("SELECT at FROM shop_marks WHERE source = $1 AND thing = $2")
        .bind(source)
        .bind(thing)
        .fetch_optional(conn)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

async fn set_mark(
    conn: &mut SqliteConnection,
    source: &str,
    thing: &str,
    at_ms: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO shop_marks (source, thing, at) VALUES ($1, $2, $3) \
         ON CONFLICT (source, thing) DO UPDATE SET at = max(at, excluded.at)",
    )
    .bind(source)
    .bind(thing)
    .bind(at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

async fn note(
    conn: &mut SqliteConnection,
    source: &str,
    code: &str,
    subject: &str,
    now: Millis,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO shop_notes (source, at, code, subject) VALUES ($1, $2, $3, $4)")
        .bind(source)
        .bind(now.0)
        .bind(code)
        .bind(subject)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM shop_notes WHERE source = $1 AND id <= (SELECT MAX(id) FROM shop_notes) - $2")
        .bind(source)
        .bind(NOTES_KEPT)
        .execute(conn)
        .await?;
    Ok(())
}

fn task_of(row: &SqliteRow) -> Result<ShopTask, sqlx::Error> {
    Ok(ShopTask {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        source: row.try_get("source")?,
        key: row.try_get("key")?,
        kind: row.try_get("kind")?,
        name: row.try_get("name")?,
        delta: row.try_get("delta")?,
        body: row.try_get("body")?,
        tries: row.try_get("tries")?,
    })
}
