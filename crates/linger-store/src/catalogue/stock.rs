//! Units of a variant: free ones, and those that rooms hold. Every change is a move with a reason, under a key of whoever
//! asked for it, so that asking twice changes once. It does not know why a room wants units.
//!
//! Invariant: neither count is ever below zero; the table refuses it too.

use super::{shops, write::Put};
use crate::{
    fault::{Fault, StoreError},
    tables::Store,
};
use linger_catalogue::Variant;
use linger_protocol::{Limits, Millis};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Units of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// Free to be sold or allotted; none when they are not counted here.
    pub units: Option<u64>,
    /// Held by rooms.
    pub allotted: u64,
}

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockAsked {
    /// So many more, or fewer, are free.
    By(i64),
    /// So many were counted and are free. From here on they are counted.
    To(u64),
    /// Units go to a room, for its show.
    Allot(u64),
    /// A room gives units back.
    GiveBack(u64),
    /// A room has sold units that it held.
    Settle(u64),
    /// Units that a room had sold came back to it, and it holds them again.
    Restock(u64),
}

impl StockAsked {
    fn word(self) -> String {
        match self {
            StockAsked::By(units) => format!("by {units}"),
            StockAsked::To(units) => format!("to {units}"),
            StockAsked::Allot(units) => format!("allot {units}"),
            StockAsked::GiveBack(units) => format!("give-back {units}"),
            StockAsked::Settle(units) => format!("settle {units}"),
            StockAsked::Restock(units) => format!("restock {units}"),
        }
    }
}

/// A change of stock.
#[derive(Clone, Copy, Debug)]
pub struct StockMove<'a> {
    /// What the asker calls this change: 1 to 200 of printable ASCII without blanks.
    pub key: &'a str,
    /// The variant.
    pub item: u64,
    /// What is to happen.
    pub asked: StockAsked,
    /// Why: 1 to 40 of a-z, 0-9 and `-`.
    pub reason: &'a str,
    /// Who says so, such as `staff` or `shopify`: a shop elsewhere is not told of what came from it.
    pub source: &'a str,
    /// When.
    pub now: Millis,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockMoved {
    /// Units after it.
    pub stock: Stock,
    /// Whether it was done now, and not already before under the same key.
    pub fresh: bool,
}

impl Store {
    /// Units of a variant; `None` when there is none of this number.
    pub async fn stock(&self, item: u64) -> Result<Option<Stock>, Fault> {
        let fault = Fault::db("read the stock");
        let mut conn = self.readers().acquire().await.map_err(&fault)?;
        stock(&mut conn, item).await.map_err(&fault)
    }

    /// Whether units were settled from what rooms held by the move under this key, or were changed otherwise; none when there
    /// was no such move.
    pub async fn was_settled(&self, key: &str) -> Result<Option<bool>, Fault> {
        let row = sqlx::query("SELECT asked LIKE 'settle %' FROM stock_moves WHERE key = $1")
            .bind(key)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose())
            .map_err(Fault::db("read a change of stock"))
    }

    /// Changes stock once, however often it is asked under the same key.
    ///
    /// # Errors
    /// [`StoreError::TooFew`], [`StoreError::NotCounted`], [`StoreError::KeyUsed`], [`StoreError::NotFound`],
    /// [`StoreError::Unfit`]; nothing was changed then.
    pub async fn move_stock(&self, asked: StockMove<'_>) -> Result<StockMoved, StoreError> {
        check(&asked)?;
        let mut tx = self.begin("change stock").await?;
        match moved(tx.conn(), &asked).await {
            Ok(Ok(done)) => {
                tx.commit().await?;
                Ok(done)
            }
            Ok(Err(why)) => tx.refuse(why).await,
            Err(error) => Err(tx.fault(error).into()),
        }
    }
}

fn check(asked: &StockMove<'_>) -> Result<(), StoreError> {
    let key = (1..=200).contains(&asked.key.len()) && asked.key.bytes().all(|b| b.is_ascii_graphic());
    if !key {
        return Err(StoreError::Unfit { field: "key", form: "1 to 200 of printable ASCII without blanks" });
    }
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=40).contains(&asked.reason.len()) || !asked.reason.bytes().all(word) {
        return Err(StoreError::Unfit { field: "reason", form: "1 to 40 of a-z, 0-9 and '-'" });
    }
    let units = match asked.asked {
        StockAsked::By(units) => units.unsigned_abs(),
        StockAsked::To(units) => units,
        StockAsked::Allot(units)
        | StockAsked::GiveBack(units)
        | StockAsked::Settle(units)
        | StockAsked::Restock(units) => units,
    };
    let zero = units == 0 && !matches!(asked.asked, StockAsked::To(_));
    if zero || units > Limits::UNITS_MAX.unsigned_abs() {
        return Err(StoreError::Unfit { field: "units", form: "1 to 10000000" });
    }
    Ok(())
}

/// The change inside a transaction; the inner error refuses it.
pub(super) async fn moved(
    conn: &mut SqliteConnection,
    asked: &StockMove<'_>,
) -> Result<Result<StockMoved, StoreError>, sqlx::Error> {
    let known = sqlx::query("SELECT * FROM stock_moves WHERE key = $1")
        .bind(asked.key)
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(row) = known {
        let same = row.try_get::<i64, _>("item")?.cast_unsigned() == asked.item
            && row.try_get::<&str, _>("asked")? == asked.asked.word();
        let done = StockMoved { stock: after_of(&row)?, fresh: false };
        return Ok(if same { Ok(done) } else { Err(StoreError::KeyUsed) });
    }
    let Some(before) = stock(conn, asked.item).await? else {
        return Ok(Err(StoreError::NotFound { what: "product" }));
    };
    let after = match reckon(before, asked.asked) {
        Ok(after) => after,
        Err(why) => return Ok(Err(why)),
    };
    sqlx::query("UPDATE variants SET units = $2, allotted = $3 WHERE item = $1")
        .bind(asked.item.cast_signed())
        .bind(after.units.map(u64::cast_signed))
        .bind(after.allotted.cast_signed())
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO stock_moves (key, item, at, asked, reason, source, units, allotted) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(asked.key)
    .bind(asked.item.cast_signed())
    .bind(asked.now.0)
    .bind(asked.asked.word())
    .bind(asked.reason)
    .bind(asked.source)
    .bind(after.units.unwrap_or(0).cast_signed())
    .bind(after.allotted.cast_signed())
    .execute(&mut *conn)
    .await?;
    // What the shop as a whole has changed by; going to a room and coming back changes nothing of that.
    let total = |it: Stock| (it.units.unwrap_or(0) + it.allotted).cast_signed();
    let delta = total(after) - total(before);
    if delta != 0 && before.units.is_some() {
        shops::tell_of_stock(conn, asked, delta).await?;
    }
    Ok(Ok(StockMoved { stock: after, fresh: true }))
}

fn reckon(before: Stock, asked: StockAsked) -> Result<Stock, StoreError> {
    if let StockAsked::To(units) = asked {
        return Ok(Stock { units: Some(units), ..before });
    }
    let free = before.units.ok_or(StoreError::NotCounted)?;
    let less = |from: u64, units: u64| from.checked_sub(units).ok_or(StoreError::TooFew);
    let more = |to: u64, units: u64| {
        let sum = to.saturating_add(units);
        let most = Limits::UNITS_MAX.unsigned_abs();
        if sum > most {
            Err(StoreError::Unfit { field: "units", form: "at most 10000000 in all" })
        } else {
            Ok(sum)
        }
    };
    let (units, allotted) = match asked {
        StockAsked::By(units) if units < 0 => (less(free, units.unsigned_abs())?, before.allotted),
        StockAsked::By(units) => (more(free, units.unsigned_abs())?, before.allotted),
        StockAsked::Allot(units) => (less(free, units)?, more(before.allotted, units)?),
        StockAsked::GiveBack(units) => (more(free, units)?, less(before.allotted, units)?),
        StockAsked::Settle(units) => (free, less(before.allotted, units)?),
        StockAsked::Restock(units) => (free, more(before.allotted, units)?),
        StockAsked::To(units) => (units, before.allotted),
    };
    Ok(Stock { units: Some(units), allotted })
}

/// Units that came with a product: a count, kept as a move like any other. Its key follows from the moment and the count, so
/// that the same file read twice at once counts once.
pub(super) async fn counted(
    conn: &mut SqliteConnection,
    variant: &Variant,
    put: Put<'_>,
) -> Result<(), sqlx::Error> {
    let Some(units) = variant.units else { return Ok(()) };
    let key = format!("put:{}:{}:{}:{units}", put.source, variant.item, put.now.0);
    let asked = StockMove {
        key: &key,
        item: variant.item,
        asked: StockAsked::To(units),
        reason: "counted",
        source: put.source,
        now: put.now,
    };
    // A count within bounds, which the check of the product made sure of, is never refused.
    moved(conn, &asked).await.map(|_| ())
}

pub(super) async fn stock(conn: &mut SqliteConnection, item: u64) -> Result<Option<Stock>, sqlx::Error> {
    let row = sqlx::query("SELECT units, allotted FROM variants WHERE item = $1")
        .bind(item.cast_signed())
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        let units = row.try_get::<Option<i64>, _>("units")?.map(i64::cast_unsigned);
        Ok(Stock { units, allotted: row.try_get::<i64, _>("allotted")?.cast_unsigned() })
    })
    .transpose()
}

fn after_of(row: &SqliteRow) -> Result<Stock, sqlx::Error> {
    let number = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(name)?.cast_unsigned());
    Ok(Stock { units: Some(number("units")?), allotted: number("allotted")? })
}
