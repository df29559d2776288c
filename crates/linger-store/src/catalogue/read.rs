//! Reads products whole. It does not know who asks.

use crate::{
    fault::Fault,
    tables::{Page, Store},
};
use linger_catalogue::{Basis, Offer, Outside, Product, Variant};
use serde::de::DeserializeOwned;
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

const READ: &str = "read the catalogue";

impl Store {
    /// The products of these numbers, in this order; what there is not, or is retired, is missing.
    pub async fn products(&self, numbers: &[u64]) -> Result<Vec<Product>, Fault> {
        let fault = Fault::db(READ);
        let mut conn = self.readers().acquire().await.map_err(&fault)?;
        let mut tx = conn.begin().await.map_err(&fault)?;
        let found = products(&mut tx, numbers).await.map_err(&fault)?;
        tx.commit().await.map_err(&fault)?;
        Ok(found)
    }

    /// The product that others call `name`; none when it is retired.
    pub async fn product_named(&self, source: &str, name: &str) -> Result<Option<Product>, Fault> {
        let row = sqlx::query(
            "SELECT number FROM outside_names WHERE source = $1 AND kind = 'product' AND name = $2",
        )
        .bind(source)
        .bind(name)
        .fetch_optional(self.readers())
        .await
        .map_err(Fault::db(READ))?;
        let Some(row) = row else { return Ok(None) };
        let number: i64 = row.try_get(0).map_err(Fault::db(READ))?;
        Ok(self.products(&[number.cast_unsigned()]).await?.pop())
    }

    /// What a shop elsewhere calls a variant.
    pub async fn variant_name(&self, source: &str, item: u64) -> Result<Option<String>, Fault> {
        let row = sqlx::query(
            "SELECT name FROM outside_names WHERE source = $1 AND kind = 'variant' AND number = $2 LIMIT 1",
        )
        .bind(source)
        .bind(item.cast_signed())
        .fetch_optional(self.readers())
        .await;
        row.and_then(|row| row.map(|row| row.try_get(0)).transpose()).map_err(Fault::db(READ))
    }

    /// The product that an item is a variant of.
    pub async fn product_of(&self, item: u64) -> Result<Option<Product>, Fault> {
        let row = sqlx::query("SELECT product FROM variants WHERE item = $1 AND retired_at IS NULL")
            .bind(item.cast_signed())
            .fetch_optional(self.readers())
            .await
            .map_err(Fault::db(READ))?;
        let Some(row) = row else { return Ok(None) };
        let number: i64 = row.try_get(0).map_err(Fault::db(READ))?;
        Ok(self.products(&[number.cast_unsigned()]).await?.pop())
    }

    /// The numbers of products whose title, seller, category or a variant's SKU contains `text` (Latin letters in any
    /// case), of a category when it is not empty, by number; and how many there are in all. This reads the whole
    /// catalogue: it is for the people who keep a shop, not for viewers.
    pub async fn find_products(
        &self,
        text: &str,
        category: &str,
        page: Page,
    ) -> Result<(Vec<u64>, u64), Fault> {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let rows = sqlx::query(
            "SELECT p.id, COUNT(*) OVER () AS total FROM products p LEFT JOIN sellers s ON s.id = p.seller \
             WHERE p.retired_at IS NULL AND ($2 = '' OR p.category = $2) AND ($5 = '' \
             OR lower(p.title) LIKE lower($1) ESCAPE '\\' OR lower(p.category) LIKE lower($1) ESCAPE '\\' \
             OR lower(s.name) LIKE lower($1) ESCAPE '\\' OR EXISTS (SELECT 1 FROM variants v \
             WHERE v.product = p.id AND v.retired_at IS NULL AND lower(v.sku) LIKE lower($1) ESCAPE '\\')) \
             ORDER BY p.id LIMIT $3 OFFSET $4",
        )
        .bind(format!("%{escaped}%"))
        .bind(category)
        .bind(page.take())
        .bind(page.skip())
        .bind(text)
        .fetch_all(self.readers())
        .await
        .map_err(Fault::db(READ))?;
        let number = |row: &SqliteRow| row.try_get::<i64, _>("id").map(i64::cast_unsigned);
        let numbers = rows.iter().map(number).collect::<Result<_, _>>().map_err(Fault::db(READ))?;
        let total = match rows.first() {
            Some(row) => row.try_get::<i64, _>("total").map_err(Fault::db(READ))?.cast_unsigned(),
            None => 0,
        };
        Ok((numbers, total))
    }

    /// The categories there are, and how many products each has.
    pub async fn categories(&self) -> Result<Vec<(String, u64)>, Fault> {
        let rows = sqlx::query(
            "SELECT category, COUNT(*) FROM products WHERE retired_at IS NULL AND category <> '' \
             GROUP BY category ORDER BY category LIMIT 500",
        )
        .fetch_all(self.readers())
        .await;
        let pair = |row: &SqliteRow| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.cast_unsigned()));
        rows.and_then(|rows| rows.iter().map(pair).collect()).map_err(Fault::db(READ))
    }
}

/// Products on one connection, so that a transaction sees its own.
pub(super) async fn products(
    conn: &mut SqliteConnection,
    numbers: &[u64],
) -> Result<Vec<Product>, sqlx::Error> {
    let wanted = serde_json::to_string(numbers).unwrap_or_default();
    let rows = sqlx::query(
        "SELECT * FROM products WHERE retired_at IS NULL AND id IN (SELECT value FROM json_each($1))",
    )
    .bind(&wanted)
    .fetch_all(&mut *conn)
    .await?;
    let mut found: BTreeMap<u64, Product> =
        rows.iter().map(|row| product_of(row).map(|it| (it.id, it))).collect::<Result<_, _>>()?;
    let mut items: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
    let rows = sqlx::query(
        "SELECT * FROM variants WHERE retired_at IS NULL AND product IN (SELECT value FROM json_each($1)) \
         ORDER BY product, place",
    )
    .bind(&wanted)
    .fetch_all(&mut *conn)
    .await?;
    for row in &rows {
        let number = row.try_get::<i64, _>("product")?.cast_unsigned();
        let Some(product) = found.get_mut(&number) else { continue };
        let variant = variant_of(row)?;
        items.insert(variant.item, (number, product.variants.len()));
        product.variants.push(variant);
    }
    let of_items = serde_json::to_string(&items.keys().collect::<Vec<_>>()).unwrap_or_default();
    let rows = sqlx::query(
        "SELECT * FROM prices WHERE item IN (SELECT value FROM json_each($1)) ORDER BY item, region",
    )
    .bind(&of_items)
    .fetch_all(&mut *conn)
    .await?;
    for row in &rows {
        let item = row.try_get::<i64, _>("item")?.cast_unsigned();
        if let Some(variant) = variant_in(&mut found, &items, item) {
            variant.prices.push(offer_of(row)?);
        }
    }
    let rows = sqlx::query(
        "SELECT * FROM outside_names WHERE (kind = 'product' AND number IN (SELECT value FROM json_each($1))) \
         OR (kind = 'variant' AND number IN (SELECT value FROM json_each($2))) ORDER BY source, name",
    )
    .bind(&wanted)
    .bind(&of_items)
    .fetch_all(&mut *conn)
    .await?;
    for row in &rows {
        let name = Outside { source: row.try_get("source")?, id: row.try_get("name")? };
        let number = row.try_get::<i64, _>("number")?.cast_unsigned();
        match row.try_get::<&str, _>("kind")? {
            "product" => found.get_mut(&number).into_iter().for_each(|it| it.outside.push(name.clone())),
            _ => variant_in(&mut found, &items, number)
                .into_iter()
                .for_each(|it| it.outside.push(name.clone())),
        }
    }
    Ok(numbers.iter().filter_map(|number| found.remove(number)).collect())
}

fn variant_in<'a>(
    found: &'a mut BTreeMap<u64, Product>,
    items: &BTreeMap<u64, (u64, usize)>,
    item: u64,
) -> Option<&'a mut Variant> {
    let (number, place) = items.get(&item)?;
    found.get_mut(number)?.variants.get_mut(*place)
}

fn product_of(row: &SqliteRow) -> Result<Product, sqlx::Error> {
    Ok(Product {
        id: row.try_get::<i64, _>("id")?.cast_unsigned(),
        title: row.try_get("title")?,
        description: row.try_get("description")?,
        category: row.try_get("category")?,
        tags: json(row, "tags")?,
        seller: row.try_get::<Option<i64>, _>("seller")?.map(i64::cast_unsigned),
        options: json(row, "options")?,
        variants: vec![],
        media: json(row, "media")?,
        facts: json(row, "facts")?,
        returns: some_json(row, "returns")?,
        related: json(row, "related")?,
        matching: json(row, "matching")?,
        guarantee_days: row.try_get("guarantee_days")?,
        rating: row.try_get("rating")?,
        outside: vec![],
    })
}

fn variant_of(row: &SqliteRow) -> Result<Variant, sqlx::Error> {
    Ok(Variant {
        item: row.try_get::<i64, _>("item")?.cast_unsigned(),
        sku: row.try_get::<Option<String>, _>("sku")?.unwrap_or_default(),
        label: row.try_get("label")?,
        values: json(row, "choices")?,
        prices: vec![],
        barcode: row.try_get("barcode")?,
        weight_g: row.try_get("weight_g")?,
        units: row.try_get::<Option<i64>, _>("units")?.map(i64::cast_unsigned),
        image: row.try_get("image")?,
        returns: some_json(row, "returns")?,
        outside: vec![],
    })
}

fn offer_of(row: &SqliteRow) -> Result<Offer, sqlx::Error> {
    let basis: Option<String> = row.try_get("basis")?;
    Ok(Offer {
        region: row.try_get("region")?,
        minor: row.try_get("minor")?,
        currency: row.try_get("currency")?,
        was_minor: row.try_get("was_minor")?,
        basis: basis.as_deref().and_then(Basis::named),
        evidence: row.try_get("evidence")?,
    })
}

fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn some_json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<Option<T>, sqlx::Error> {
    let text: Option<&str> = row.try_get(column)?;
    let read = |text| serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()));
    text.map(read).transpose()
}
