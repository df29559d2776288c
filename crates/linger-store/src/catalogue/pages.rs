//! What the page of a product said at any moment, and what was said of its seller: kept for ever, each distinct content once under
//! its SHA-256, written in the transaction that changed it. It does not know orders: whoever has one says when it was placed.
//!
//! Media are kept by their addresses, words and kinds, not by their bytes: those are elsewhere. Stock, names that shops elsewhere
//! have, and products shown beside are no part of what was promised.
//!
//! Invariant: a content that is kept is never changed or taken away (the tables refuse it), and is checked against its digest
//! when it is read.

use super::{read, sellers};
use crate::{fault::Fault, tables::Store};
use aws_lc_rs::digest::{SHA256, digest};
use linger_catalogue::{Product, Seller};
use linger_protocol::{ItemId, Millis};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Connection, Row, SqliteConnection};

const READ: &str = "read what a page said";
/// Products whose pages are kept in one go when there is none of them yet.
const FILLED_AT_ONCE: i64 = 500;

/// What a page said.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPage {
    /// SHA-256 of what is kept of the product, in hexadecimal digits.
    pub digest: String,
    /// The product with all its variants and their prices, without stock, outside names and products beside it.
    pub product: Product,
    /// SHA-256 of what is kept of the seller.
    pub seller_digest: Option<String>,
    /// Who sold it.
    pub seller: Option<Seller>,
}

impl Store {
    /// What the page of an item said at `at`; `None` when nothing is kept of that time. A product that was taken out of the shop
    /// says what it said last.
    pub async fn page_at(&self, item: ItemId, at: Millis) -> Result<Option<KeptPage>, Fault> {
        let fault = Fault::db(READ);
        let Ok(item) = i64::try_from(item.0) else { return Ok(None) };
        let mut conn = self.readers().acquire().await.map_err(&fault)?;
        let mut tx = conn.begin().await.map_err(&fault)?;
        let page = kept(&mut tx, item, at).await.map_err(&fault)?;
        tx.commit().await.map_err(&fault)?;
        Ok(page)
    }

    /// Keeps the pages of a catalogue that was made before pages were kept: each as it stands, from when it was last changed.
    pub(crate) async fn fill_pages(&self) -> Result<(), Fault> {
        loop {
            let mut tx = self.begin("keep the pages there are").await?;
            let filled = filled(tx.conn()).await.map_err(|error| tx.fault(error))?;
            tx.commit().await?;
            if filled == 0 {
                return Ok(());
            }
        }
    }
}

/// Keeps what the page of a product says from `at` on, if that is something else than before.
pub(super) async fn product_turned(
    conn: &mut SqliteConnection,
    product: &Product,
    at: Millis,
) -> Result<(), sqlx::Error> {
    let mut said = product.clone();
    said.outside.clear();
    said.related.clear();
    said.matching.clear();
    for variant in &mut said.variants {
        variant.units = None;
        variant.outside.clear();
    }
    turned(conn, ("product", said.id), &said, at).await
}

/// Keeps what is said of a seller from `at` on.
pub(super) async fn seller_turned(
    conn: &mut SqliteConnection,
    number: u64,
    at: Millis,
) -> Result<(), sqlx::Error> {
    match sellers::of_number(conn, number).await? {
        Some(seller) => turned(conn, ("seller", number), &seller, at).await,
        None => Ok(()),
    }
}

async fn turned<T: Serialize>(
    conn: &mut SqliteConnection,
    (kind, number): (&str, u64),
    said: &T,
    at: Millis,
) -> Result<(), sqlx::Error> {
    let content = serde_json::to_string(said).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let digest = hex(&content);
    let last =
        sqlx::query("SELECT digest FROM page_turns WHERE kind = $1 AND number = $2 ORDER BY id DESC LIMIT 1")
            .bind(kind)
            .bind(number.cast_signed())
            .fetch_optional(&mut *conn)
            .await?;
    if last.map(|row| row.try_get::<String, _>(0)).transpose()?.as_deref() == Some(digest.as_str()) {
        return Ok(());
    }
    sqlx::query("INSERT INTO page_contents (digest, content) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(&digest)
        .bind(&content)
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO page_turns (kind, number, at, digest) VALUES ($1, $2, $3, $4)")
        .bind(kind)
        .bind(number.cast_signed())
        .bind(at.0)
        .bind(&digest)
        .execute(conn)
        .await?;
    Ok(())
}

async fn kept(conn: &mut SqliteConnection, item: i64, at: Millis) -> Result<Option<KeptPage>, sqlx::Error> {
    let row = sqlx::query("SELECT product FROM variants WHERE item = $1").bind(item);
    let Some(row) = row.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let number = row.try_get::<i64, _>(0)?.cast_unsigned();
    let Some((digest, product)) = content::<Product>(conn, ("product", number), at).await? else {
        return Ok(None);
    };
    let seller = match product.seller {
        Some(number) => content::<Seller>(conn, ("seller", number), at).await?,
        None => None,
    };
    let (seller_digest, seller) = seller.unzip();
    Ok(Some(KeptPage { digest, product, seller_digest, seller }))
}

async fn content<T: DeserializeOwned>(
    conn: &mut SqliteConnection,
    (kind, number): (&str, u64),
    at: Millis,
) -> Result<Option<(String, T)>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT c.digest, c.content FROM page_turns t JOIN page_contents c ON c.digest = t.digest \
         WHERE t.kind = $1 AND t.number = $2 AND t.at <= $3 ORDER BY t.at DESC, t.id DESC LIMIT 1",
    )
    .bind(kind)
    .bind(number.cast_signed())
    .bind(at.0)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (digest, content): (String, &str) = (row.try_get(0)?, row.try_get(1)?);
    if hex(content) != digest {
        return Err(sqlx::Error::Decode("what a page said is not what was kept of it".into()));
    }
    let said = serde_json::from_str(content).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Some((digest, said)))
}

/// Keeps the pages of some products and sellers of which none is kept; how many.
async fn filled(conn: &mut SqliteConnection) -> Result<usize, sqlx::Error> {
    let mut count = 0;
    let rows = sqlx::query(
        "SELECT id, changed_at FROM sellers WHERE NOT EXISTS \
         (SELECT 1 FROM page_turns WHERE kind = 'seller' AND number = sellers.id) LIMIT $1",
    )
    .bind(FILLED_AT_ONCE)
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let at = Millis(row.try_get(1)?);
        seller_turned(conn, row.try_get::<i64, _>(0)?.cast_unsigned(), at).await?;
        count += 1;
    }
    let rows = sqlx::query(
        "SELECT id, changed_at FROM products WHERE retired_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM page_turns WHERE kind = 'product' AND number = products.id) LIMIT $1",
    )
    .bind(FILLED_AT_ONCE)
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let number = row.try_get::<i64, _>(0)?.cast_unsigned();
        let at = Millis(row.try_get(1)?);
        for product in read::products(conn, &[number]).await? {
            product_turned(conn, &product, at).await?;
            count += 1;
        }
    }
    Ok(count)
}

fn hex(content: &str) -> String {
    digest(&SHA256, content.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
