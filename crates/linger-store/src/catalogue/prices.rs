//! The history of prices: appended, read, never changed. It does not know what may be said of it.

use crate::{
    fault::{Fault, StoreError},
    tables::Store,
};
use linger_catalogue::{Offer, price::Step};
use linger_protocol::{Limits, Millis};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// How long a passing offer may last: one that lasts longer is a price.
pub const PASSING_OFFER_MS_MAX: i64 = 7 * 86_400_000;

/// A step of the history, and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceStep {
    /// The step.
    pub step: Step,
    /// Who: `staff`, `csv`, `shopify`, `room:tea`, ….
    pub source: String,
}

impl Store {
    /// The whole history of an item's prices, in the order it was made.
    pub async fn price_steps(&self, item: u64) -> Result<Vec<PriceStep>, Fault> {
        let fault = Fault::db("read the history of prices");
        let mut conn = self.readers().acquire().await.map_err(&fault)?;
        steps(&mut conn, item).await.map_err(&fault)
    }

    /// Keeps that an item was offered for a while below its price, as a room does with a flash price: what is said of the
    /// lowest price counts it. `source` says where.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such item, [`StoreError::Unfit`] names what cannot be.
    pub async fn note_passing_offer(&self, item: u64, step: &Step, source: &str) -> Result<(), StoreError> {
        let lasts = step.until_ms.map(|until| until - step.at_ms);
        if !lasts.is_some_and(|lasts| (1..=PASSING_OFFER_MS_MAX).contains(&lasts)) {
            return Err(StoreError::Unfit { field: "until", form: "after the beginning, by a week at most" });
        }
        if !step.minor.is_some_and(|minor| (0..=Limits::PRICE_MINOR_MAX).contains(&minor)) {
            return Err(StoreError::Unfit { field: "price", form: "0 to 10000000000 minor units" });
        }
        let mut tx = self.begin("keep a passing offer").await?;
        let known = sqlx::query("SELECT 1 FROM variants WHERE item = $1")
            .bind(item.cast_signed())
            .fetch_optional(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if known.is_none() {
            return tx.refuse(StoreError::NotFound { what: "product" }).await;
        }
        let known = steps(tx.conn(), item).await.map_err(|error| tx.fault(error))?;
        // Who is unsure may say it again.
        if !known.iter().any(|it| it.step == *step && it.source == source) {
            append(tx.conn(), item, step, source).await.map_err(|error| tx.fault(error))?;
        }
        Ok(tx.commit().await?)
    }
}

/// A step from an offer: its price, or its end.
pub(super) fn step(offer: &Offer, minor: Option<i64>, now: Millis) -> Step {
    Step {
        at_ms: now.0,
        region: offer.region.clone(),
        minor,
        currency: offer.currency.clone(),
        until_ms: None,
    }
}

pub(super) async fn append(
    conn: &mut SqliteConnection,
    item: u64,
    step: &Step,
    source: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO price_steps (item, at, region, minor, currency, until_at, source) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(item.cast_signed())
    .bind(step.at_ms)
    .bind(&step.region)
    .bind(step.minor)
    .bind(&step.currency)
    .bind(step.until_ms)
    .bind(source)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn steps(conn: &mut SqliteConnection, item: u64) -> Result<Vec<PriceStep>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM price_steps WHERE item = $1 ORDER BY id")
        .bind(item.cast_signed())
        .fetch_all(conn)
        .await?;
    let told = |row: &SqliteRow| {
        Ok(PriceStep {
            step: Step {
                at_ms: row.try_get("at")?,
                region: row.try_get("region")?,
                minor: row.try_get("minor")?,
                currency: row.try_get("currency")?,
                until_ms: row.try_get("until_at")?,
            },
            source: row.try_get("source")?,
        })
    };
    rows.iter().map(told).collect()
}
