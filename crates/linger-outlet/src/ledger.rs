//! The sandbox provider's books: payments and the notices that wait to be delivered, in a SQLite file of its own. It
//! does not know how notices travel.

use crate::{
    one_writer::{OneWriter, Taken},
    payments::{Notice, PayError},
};
use linger_protocol::{Currency, Millis, Money, OrderId, PaymentId, RoomId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::path::Path;

const DOING: &str = "use the sandbox ledger";

/// A payment as the books have it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) payment: PaymentId,
    pub(crate) room: RoomId,
    pub(crate) order: OrderId,
    pub(crate) amount: Money,
    /// When the money arrives; `None`: never.
    pub(crate) paid_at: Option<Millis>,
    pub(crate) refunded: bool,
}

/// A notice that waits to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) body: String,
    /// How often it was tried.
    pub(crate) tries: u32,
}

/// What became of a try.
pub(crate) enum Outcome {
    Delivered,
    /// To be tried again then.
    Again(Millis),
}

pub(crate) struct Ledger(OneWriter);

impl Ledger {
    pub(crate) async fn open(file: &Path) -> Result<Ledger, PayError> {
        let writer = OneWriter::open(file).await.map_err(unavailable)?;
        let mut conn = writer.take().await.map_err(unavailable)?;
        sqlx::migrate!("migrations/sandbox")
            .run(&mut *conn)
            .await
            .map_err(|error| fault(false, &error.to_string()))?;
        conn.give_back();
        Ok(Ledger(writer))
    }

    /// The payment of this order and method, entered with its notices when there is none yet (or, when `anew`, in any
    /// case).
    pub(crate) async fn enter(
        &self,
        new: &Entry,
        method: &str,
        anew: bool,
        notices: u32,
    ) -> Result<Entry, PayError> {
        let mut conn = self.take().await?;
        run(&mut conn, "BEGIN IMMEDIATE").await?;
        let before = sqlx::query(
            "SELECT * FROM sandbox_payments WHERE room = $1 AND order_id = $2 AND method = $3 ORDER BY attempt DESC LIMIT 1",
        )
        .bind(new.room.as_str())
        .bind(new.order.to_string())
        .bind(method)
        .fetch_optional(&mut *conn)
        .await
        .map_err(unavailable)?;
        let attempt = match &before {
            Some(row) if !anew => {
                let entry = entry_of(row).map_err(unavailable)?;
                run(&mut conn, "COMMIT").await?;
                conn.give_back();
                return Ok(entry);
            }
            Some(row) => row.try_get::<i64, _>("attempt").map_err(unavailable)? + 1,
            None => 1,
        };
        sqlx::query(
            "INSERT INTO sandbox_payments (payment, room, order_id, method, attempt, amount_minor, currency, paid_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.payment.as_str())
        .bind(new.room.as_str())
        .bind(new.order.to_string())
        .bind(method)
        .bind(attempt)
        .bind(new.amount.minor)
        .bind(new.amount.currency.as_str())
        .bind(new.paid_at.map(|at| at.0))
        .execute(&mut *conn)
        .await
        .map_err(unavailable)?;
        if let Some(due) = new.paid_at {
            let (room, payment) = (new.room.clone(), new.payment.clone());
            let notice = Notice::Paid { room, order: new.order, payment, amount: new.amount };
            for number in 1..=notices {
                insert_notice(&mut conn, &format!("{}-paid-{number}", new.payment), &notice, due).await?;
            }
        }
        run(&mut conn, "COMMIT").await?;
        conn.give_back();
        Ok(new.clone())
    }

    /// Enters a refund of a paid payment, with its notice; once.
    pub(crate) async fn refund(
        &self,
        room: &RoomId,
        order: OrderId,
        payment: &PaymentId,
        amount: Money,
        now: Millis,
    ) -> Result<(), PayError> {
        let mut conn = self.take().await?;
        run(&mut conn, "BEGIN IMMEDIATE").await?;
        let row = sqlx::query("SELECT * FROM sandbox_payments WHERE payment = $1")
            .bind(payment.as_str())
            .fetch_optional(&mut *conn)
            .await
            .map_err(unavailable)?;
        let entry = row.as_ref().map(entry_of).transpose().map_err(unavailable)?;
        let answer = judge_refund(entry.as_ref(), room, order, amount, now);
        if let Ok(Refund::Enter) = answer {
            sqlx::query("UPDATE sandbox_payments SET refunded_at = $2 WHERE payment = $1")
                .bind(payment.as_str())
                .bind(now.0)
                .execute(&mut *conn)
                .await
                .map_err(unavailable)?;
            let notice = Notice::Refunded { room: room.clone(), order, payment: payment.clone() };
            insert_notice(&mut conn, &format!("{payment}-refunded"), &notice, now).await?;
        }
        run(&mut conn, "COMMIT").await?;
        conn.give_back();
        answer.map(|_| ())
    }

    /// Notices due at `now`, oldest first, `take` at most.
    pub(crate) async fn due(&self, now: Millis, take: u32) -> Result<Vec<Waiting>, PayError> {
        let mut conn = self.take().await?;
        let rows = sqlx::query(
            "SELECT notice, body, tries FROM sandbox_notices WHERE delivered_at IS NULL AND due_at <= $1 \
             ORDER BY due_at, notice LIMIT $2",
        )
        .bind(now.0)
        .bind(take)
        .fetch_all(&mut *conn)
        .await
        .map_err(unavailable)?;
        conn.give_back();
        let waiting_of = |row: &SqliteRow| {
            Ok(Waiting { id: row.try_get(0)?, body: row.try_get(1)?, tries: row.try_get(2)? })
        };
        rows.iter().map(waiting_of).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// When the next notice is due, if any waits.
    pub(crate) async fn next_due(&self) -> Result<Option<Millis>, PayError> {
        let mut conn = self.take().await?;
        let row = sqlx::query("SELECT MIN(due_at) FROM sandbox_notices WHERE delivered_at IS NULL")
            .fetch_one(&mut *conn)
            .await
            .map_err(unavailable)?;
        conn.give_back();
        Ok(row.try_get::<Option<i64>, _>(0).map_err(unavailable)?.map(Millis))
    }

    /// Keeps what became of some tries.
    pub(crate) async fn settle(&self, tried: &[(Waiting, Outcome)], now: Millis) -> Result<(), PayError> {
        let mut conn = self.take().await?;
        run(&mut conn, "BEGIN IMMEDIATE").await?;
        for (notice, outcome) in tried {
            let (delivered_at, due_at) = match outcome {
                Outcome::Delivered => (Some(now.0), None),
                Outcome::Again(at) => (None, Some(at.0)),
            };
            sqlx::query(
                "UPDATE sandbox_notices SET tries = tries + 1, delivered_at = $2, due_at = COALESCE($3, due_at) \
                 WHERE notice = $1",
            )
            .bind(&notice.id)
            .bind(delivered_at)
            .bind(due_at)
            .execute(&mut *conn)
            .await
            .map_err(unavailable)?;
        }
        run(&mut conn, "COMMIT").await?;
        conn.give_back();
        Ok(())
    }

    async fn take(&self) -> Result<Taken<'_>, PayError> {
        self.0.take().await.map_err(unavailable)
    }
}

enum Refund {
    Enter,
    DoneBefore,
}

fn judge_refund(
    entry: Option<&Entry>,
    room: &RoomId,
    order: OrderId,
    amount: Money,
    now: Millis,
) -> Result<Refund, PayError> {
    let entry = entry.filter(|entry| entry.room == *room && entry.order == order);
    let entry = entry.ok_or(PayError::UnknownPayment)?;
    if entry.refunded {
        return Ok(Refund::DoneBefore);
    }
    if entry.paid_at.is_none_or(|paid_at| paid_at > now) {
        return Err(PayError::NotPaid);
    }
    let fits = amount.currency == entry.amount.currency && (1..=entry.amount.minor).contains(&amount.minor);
    if fits { Ok(Refund::Enter) } else { Err(PayError::BadAmount) }
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), PayError> {
    sqlx::query(sql).execute(conn).await.map(|_| ()).map_err(unavailable)
}

async fn insert_notice(
    conn: &mut SqliteConnection,
    id: &str,
    notice: &Notice,
    due: Millis,
) -> Result<(), PayError> {
    sqlx::query("INSERT INTO sandbox_notices (notice, body, due_at) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(notice.to_json())
        .bind(due.0)
        .execute(conn)
        .await
        .map_err(unavailable)?;
    Ok(())
}

fn entry_of(row: &SqliteRow) -> Result<Entry, sqlx::Error> {
    fn word<T: std::str::FromStr>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
        let text: &str = row.try_get(column)?;
        text.parse().map_err(|_| sqlx::Error::Decode("an id of another form".into()))
    }
    let currency = Currency::new(row.try_get("currency")?);
    let currency = currency.ok_or_else(|| sqlx::Error::Decode("an unknown currency".into()))?;
    Ok(Entry {
        payment: word(row, "payment")?,
        room: word(row, "room")?,
        order: word(row, "order_id")?,
        amount: Money::new(row.try_get("amount_minor")?, currency),
        paid_at: row.try_get::<Option<i64>, _>("paid_at")?.map(Millis),
        refunded: row.try_get::<Option<i64>, _>("refunded_at")?.is_some(),
    })
}

fn unavailable(error: sqlx::Error) -> PayError {
    fault(matches!(error, sqlx::Error::Database(_) | sqlx::Error::Io(_)), &error.to_string())
}

fn fault(retry: bool, why: &str) -> PayError {
    PayError::Unavailable { doing: DOING, retry, why: why.into() }
}
