//! The products that a show may put on its shelf. It does not know shelves, stock or who buys.

use crate::{
    fault::{Fault, StoreError, check_name, check_text},
    tables::{Page, Store, Writing},
};
use linger_protocol::{Currency, ItemId, Limits, Millis, Money};
use sqlx::{Row, sqlite::SqliteRow};

/// How many products one call may bring in; a longer list is brought in pieces.
pub const PRODUCTS_PER_CALL_MAX: usize = 5_000;

const READ: &str = "read the catalogue";

/// A product of the catalogue: whatever fits here fits on a shelf.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its number, below 2^63.
    pub id: ItemId,
    /// 1 to [`Limits::TITLE_CHARS`] characters, one line.
    pub title: String,
    /// What one costs, at most [`Limits::PRICE_MINOR_MAX`].
    pub price: Money,
    /// Who sells it, at most [`Limits::TITLE_CHARS`] characters.
    pub seller: String,
    /// A path or address of its picture, at most 512 bytes; empty when there is none.
    pub image: String,
    /// At most 16 KiB.
    pub description: String,
    /// At most 200 bytes.
    pub category: String,
    /// At most 32 of 1 to 100 bytes.
    pub tags: Vec<String>,
    /// Mean of its ratings, 0 to 5.
    pub rating: Option<f64>,
}

impl Store {
    /// Adds products or replaces those of the same number: all of them, or none when one is unfit.
    pub async fn upsert_products(&self, products: &[Product], now: Millis) -> Result<(), StoreError> {
        if products.len() > PRODUCTS_PER_CALL_MAX {
            return Err(StoreError::TooMany { what: "products in one call", max: PRODUCTS_PER_CALL_MAX });
        }
        products.iter().try_for_each(check_product)?;
        let mut tx = self.begin("bring products in").await?;
        for product in products {
            upsert(&mut tx, product, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Looks a product up.
    pub async fn product(&self, item: ItemId) -> Result<Option<Product>, Fault> {
        let Ok(item) = i64::try_from(item.0) else { return Ok(None) };
        let row = sqlx::query("SELECT * FROM products WHERE item = $1")
            .bind(item)
            .fetch_optional(self.readers())
            .await;
        row.and_then(|row| row.as_ref().map(product_of).transpose()).map_err(Fault::db(READ))
    }

    /// The products in the order of their numbers.
    pub async fn list_products(&self, page: Page) -> Result<Vec<Product>, Fault> {
        let rows = sqlx::query("SELECT * FROM products ORDER BY item LIMIT $1 OFFSET $2")
            .bind(page.take())
            .bind(page.skip())
            .fetch_all(self.readers())
            .await;
        rows.and_then(|rows| rows.iter().map(product_of).collect()).map_err(Fault::db(READ))
    }

    /// The products whose title, seller or category contains `text` (Latin letters in any case), by number. This reads
    /// the whole catalogue: it is for the people who fill a shelf, not for viewers.
    pub async fn find_products(&self, text: &str, page: Page) -> Result<Vec<Product>, Fault> {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let rows = sqlx::query(
            "SELECT * FROM products WHERE lower(title) LIKE lower($1) ESCAPE '\\' \
             OR lower(seller) LIKE lower($1) ESCAPE '\\' OR lower(category) LIKE lower($1) ESCAPE '\\' \
             ORDER BY item LIMIT $2 OFFSET $3",
        )
        .bind(format!("%{escaped}%"))
        .bind(page.take())
        .bind(page.skip())
        .fetch_all(self.readers())
        .await;
        rows.and_then(|rows| rows.iter().map(product_of).collect()).map_err(Fault::db(READ))
    }

    /// How many products there are.
    pub async fn product_count(&self) -> Result<u64, Fault> {
        let row = sqlx::query("SELECT COUNT(*) FROM products").fetch_one(self.readers()).await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db(READ))?;
        Ok(count.cast_unsigned())
    }
}

fn check_product(product: &Product) -> Result<(), StoreError> {
    let unfit = |field, form| Err(StoreError::Unfit { field, form });
    if i64::try_from(product.id.0).is_err() {
        return unfit("item", "below 2^63");
    }
    const BYTES_MAX: usize = 4 * Limits::TITLE_CHARS;
    const TITLE_FORM: &str = "1 to 120 characters on one line";
    const SELLER_FORM: &str = "at most 120 characters on one line";
    check_name("title", &product.title, BYTES_MAX, TITLE_FORM)?;
    if product.title.chars().count() > Limits::TITLE_CHARS {
        return unfit("title", TITLE_FORM);
    }
    if !(0..=Limits::PRICE_MINOR_MAX).contains(&product.price.minor) {
        return unfit("price", "0 to 10000000000 minor units");
    }
    check_text("seller", &product.seller, BYTES_MAX, false, SELLER_FORM)?;
    if product.seller.chars().count() > Limits::TITLE_CHARS {
        return unfit("seller", SELLER_FORM);
    }
    check_text("image", &product.image, 512, false, "a path or address of at most 512 bytes")?;
    check_text("description", &product.description, 16 * 1024, true, "at most 16 KiB of text")?;
    check_text("category", &product.category, 200, false, "at most 200 bytes on one line")?;
    if product.tags.len() > 32 {
        return unfit("tags", "at most 32");
    }
    for tag in &product.tags {
        check_name("tags", tag, 100, "of 1 to 100 bytes on one line")?;
    }
    if product.rating.is_some_and(|rating| !(0.0..=5.0).contains(&rating)) {
        return unfit("rating", "0 to 5");
    }
    Ok(())
}

async fn upsert(tx: &mut Writing, product: &Product, now: Millis) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO products (item, title, price_minor, currency, seller, image, description, category, tags, \
         rating, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (item) DO UPDATE SET title = excluded.title, price_minor = excluded.price_minor, \
         currency = excluded.currency, seller = excluded.seller, image = excluded.image, \
         description = excluded.description, category = excluded.category, tags = excluded.tags, \
         rating = excluded.rating, changed_at = excluded.changed_at",
    )
    .bind(product.id.0.cast_signed())
    .bind(&product.title)
    .bind(product.price.minor)
    .bind(product.price.currency.as_str())
    .bind(&product.seller)
    .bind(&product.image)
    .bind(&product.description)
    .bind(&product.category)
    .bind(product.tags.join("\n"))
    .bind(product.rating)
    .bind(now.0)
    .execute(tx.conn())
    .await
    .map_err(|error| tx.fault(error))?;
    Ok(())
}

fn product_of(row: &SqliteRow) -> Result<Product, sqlx::Error> {
    let currency = Currency::new(row.try_get("currency")?);
    let currency = currency.ok_or_else(|| sqlx::Error::Decode("an unknown currency".into()))?;
    let tags: &str = row.try_get("tags")?;
    Ok(Product {
        id: ItemId(row.try_get::<i64, _>("item")?.cast_unsigned()),
        title: row.try_get("title")?,
        price: Money::new(row.try_get("price_minor")?, currency),
        seller: row.try_get("seller")?,
        image: row.try_get("image")?,
        description: row.try_get("description")?,
        category: row.try_get("category")?,
        tags: tags.lines().map(str::to_owned).collect(),
        rating: row.try_get("rating")?,
    })
}
