//! The sandbox provider's books: payments and the notices that wait to be delivered, in a SQLite file of its own. It
//! does not know how notices travel.

use crate::{
    method::Method,
    one_writer::{OneWriter, Taken},
    payments::{Back, Known, KnownPage, KnownRefund, Notice, PayError, RefundState},
};
use linger_protocol::{Currency, Millis, Money, OrderId, PaymentId, RefundId, RoomId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::path::Path;

const DOING: &str = "use the sandbox ledger";
/// Payments of a page of what is known.
const PAGE: i64 = 100;

/// A payment as the books have it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) payment: PaymentId,
    pub(crate) room: RoomId,
    pub(crate) order: OrderId,
    pub(crate) amount: Money,
    /// When the money arrives; `None`: never.
    pub(crate) paid_at: Option<Millis>,
}

/// A notice to be entered with what it tells.
pub(crate) struct News {
    /// The webhook id.
    pub(crate) id: String,
    pub(crate) notice: Notice,
    pub(crate) due: Millis,
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

    /// The payment of this order and method, entered with its news when there is none yet (or, when `anew`, in any
    /// case). What goes back at once is entered with it.
    pub(crate) async fn enter(
        &self,
        new: &Entry,
        method: &str,
        anew: bool,
        news: &[News],
        back: Option<(&Back, Millis)>,
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
        if let Some((back, at)) = back {
            put_refund(&mut conn, back, Some(at)).await?;
        }
        for it in news {
            insert_notice(&mut conn, it).await?;
        }
        run(&mut conn, "COMMIT").await?;
        conn.give_back();
        Ok(new.clone())
    }

    /// Enters a refund of a paid payment, with its notice; once under its name.
    pub(crate) async fn refund(&self, back: &Back, now: Millis) -> Result<(), PayError> {
        let mut conn = self.take().await?;
        run(&mut conn, "BEGIN IMMEDIATE").await?;
        let answer = judge_refund(&mut conn, back, now).await;
        if let Ok(Step::Enter { done_at, told }) = &answer {
            put_refund(&mut conn, back, *done_at).await?;
            if let (Some(due), true) = (*done_at, *told) {
                insert_notice(&mut conn, &refunded(back, due)).await?;
            }
        }
        run(&mut conn, "COMMIT").await?;
        conn.give_back();
        match answer? {
            Step::DoneBefore | Step::Enter { done_at: Some(_), .. } => Ok(()),
            Step::Enter { done_at: None, .. } => Err(PayError::Unavailable {
                doing: "give money back",
                retry: true,
                why: "the sandbox fails the first time".into(),
            }),
        }
    }

    /// A payment with what went back of it, as it stands at `now`.
    pub(crate) async fn look(&self, payment: &PaymentId, now: Millis) -> Result<Option<Known>, PayError> {
        let mut conn = self.take().await?;
        let row = sqlx::query("SELECT * FROM sandbox_payments WHERE payment = $1")
            .bind(payment.as_str())
            .fetch_optional(&mut *conn)
            .await
            .map_err(unavailable)?;
        let known = match row {
            Some(row) => Some(known_of(&mut conn, &row, now).await?),
            None => None,
        };
        conn.give_back();
        Ok(known)
    }

    /// Payments paid since then, a page after the `next` of the page before.
    pub(crate) async fn known(&self, since: Millis, next: i64, now: Millis) -> Result<KnownPage, PayError> {
        let mut conn = self.take().await?;
        let rows = sqlx::query(
            "SELECT rowid AS place, * FROM sandbox_payments WHERE paid_at BETWEEN $1 AND $2 AND rowid > $3 \
             ORDER BY rowid LIMIT $4",
        )
        .bind(since.0)
        .bind(now.0)
        .bind(next)
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await
        .map_err(unavailable)?;
        let mut page = KnownPage::default();
        for row in &rows {
            page.payments.push(known_of(&mut conn, row, now).await?);
        }
        conn.give_back();
        if rows.len() as i64 == PAGE
            && let Some(last) = rows.last()
        {
            page.next = Some(last.try_get::<i64, _>("place").map_err(unavailable)?.to_string().into());
        }
        Ok(page)
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

enum Step {
    DoneBefore,
    /// To be entered, back by then or refused for now, and whether it will be told.
    Enter {
        done_at: Option<Millis>,
        told: bool,
    },
}

async fn judge_refund(conn: &mut SqliteConnection, back: &Back, now: Millis) -> Result<Step, PayError> {
    let row =
        sqlx::query("SELECT * FROM sandbox_payments WHERE payment = $1 AND room = $2 AND order_id = $3")
            .bind(back.payment.as_str())
            .bind(back.room.as_str())
            .bind(back.order.to_string())
            .fetch_optional(&mut *conn)
            .await
            .map_err(unavailable)?;
    let row = row.ok_or(PayError::UnknownPayment)?;
    let entry = entry_of(&row).map_err(unavailable)?;
    let method = row.try_get::<&str, _>("method").map_err(unavailable)?.parse::<Method>();
    let before = sqlx::query("SELECT * FROM sandbox_refunds WHERE refund = $1")
        .bind(back.refund.as_str())
        .fetch_optional(&mut *conn)
        .await
        .map_err(unavailable)?;
    if entry.paid_at.is_none_or(|paid_at| paid_at > now) {
        return Err(PayError::NotPaid);
    }
    if back.amount.minor <= 0 || back.amount.currency != entry.amount.currency {
        return Err(PayError::BadAmount);
    }
    if let Some(row) = &before {
        let same = row.try_get::<&str, _>("payment").map_err(unavailable)? == back.payment.as_str()
            && row.try_get::<i64, _>("amount_minor").map_err(unavailable)? == back.amount.minor;
        let done = row.try_get::<Option<i64>, _>("done_at").map_err(unavailable)?.is_some();
        return match (same, done) {
            (false, _) => Err(PayError::RefundDiffers),
            (true, true) => Ok(Step::DoneBefore),
            (true, false) => Ok(Step::Enter { done_at: Some(now), told: true }),
        };
    }
    let sum: i64 =
        sqlx::query_scalar("SELECT COALESCE(SUM(amount_minor), 0) FROM sandbox_refunds WHERE payment = $1")
            .bind(back.payment.as_str())
            .fetch_one(&mut *conn)
            .await
            .map_err(unavailable)?;
    if back.amount.minor > entry.amount.minor.saturating_sub(sum) {
        return Err(PayError::MoreThanPaid);
    }
    Ok(match method {
        Ok(Method::BackFails) => Step::Enter { done_at: None, told: false },
        Ok(Method::BackSlow(ms)) => Step::Enter { done_at: Some(now.plus(ms)), told: true },
        Ok(Method::BackUntold) => Step::Enter { done_at: Some(now), told: false },
        _ => Step::Enter { done_at: Some(now), told: true },
    })
}

/// The notice that money is back.
pub(crate) fn refunded(back: &Back, due: Millis) -> News {
    let Back { room, order, payment, refund, .. } = back.clone();
    News { id: format!("{refund}-refunded"), notice: Notice::Refunded { room, order, payment, refund }, due }
}

async fn put_refund(
    conn: &mut SqliteConnection,
    back: &Back,
    done_at: Option<Millis>,
) -> Result<(), PayError> {
    sqlx::query(
        "INSERT INTO sandbox_refunds (refund, payment, amount_minor, done_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (refund) DO UPDATE SET done_at = excluded.done_at",
    )
    .bind(back.refund.as_str())
    .bind(back.payment.as_str())
    .bind(back.amount.minor)
    .bind(done_at.map(|at| at.0))
    .execute(conn)
    .await
    .map_err(unavailable)?;
    Ok(())
}

async fn known_of(conn: &mut SqliteConnection, row: &SqliteRow, now: Millis) -> Result<Known, PayError> {
    let Entry { payment, room, order, amount, paid_at } = entry_of(row).map_err(unavailable)?;
    let rows = sqlx::query(
        "SELECT * FROM sandbox_refunds WHERE payment = $1 AND done_at IS NOT NULL ORDER BY rowid",
    )
    .bind(payment.as_str())
    .fetch_all(conn)
    .await
    .map_err(unavailable)?;
    let refund = |row: &SqliteRow| {
        let done = row.try_get::<i64, _>("done_at")? <= now.0;
        Ok(KnownRefund {
            refund: word::<RefundId>(row, "refund")?,
            minor: row.try_get("amount_minor")?,
            state: if done { RefundState::Done } else { RefundState::Pending },
        })
    };
    let refunds = rows.iter().map(refund).collect::<Result<_, _>>().map_err(unavailable)?;
    let paid = paid_at.filter(|at| *at <= now).map(|_| amount);
    Ok(Known { payment, room, order, paid, refunds })
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), PayError> {
    sqlx::query(sql).execute(conn).await.map(|_| ()).map_err(unavailable)
}

async fn insert_notice(conn: &mut SqliteConnection, news: &News) -> Result<(), PayError> {
    sqlx::query("INSERT INTO sandbox_notices (notice, body, due_at) VALUES ($1, $2, $3)")
        .bind(&news.id)
        .bind(news.notice.to_json())
        .bind(news.due.0)
        .execute(conn)
        .await
        .map_err(unavailable)?;
    Ok(())
}

fn word<T: std::str::FromStr>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| sqlx::Error::Decode("an id of another form".into()))
}

fn entry_of(row: &SqliteRow) -> Result<Entry, sqlx::Error> {
    let currency = Currency::new(row.try_get("currency")?);
    let currency = currency.ok_or_else(|| sqlx::Error::Decode("an unknown currency".into()))?;
    Ok(Entry {
        payment: word(row, "payment")?,
        room: word(row, "room")?,
        order: word(row, "order_id")?,
        amount: Money::new(row.try_get("amount_minor")?, currency),
        paid_at: row.try_get::<Option<i64>, _>("paid_at")?.map(Millis),
    })
}

fn unavailable(error: sqlx::Error) -> PayError {
    fault(matches!(error, sqlx::Error::Database(_) | sqlx::Error::Io(_)), &error.to_string())
}

fn fault(retry: bool, why: &str) -> PayError {
    PayError::Unavailable { doing: DOING, retry, why: why.into() }
}
