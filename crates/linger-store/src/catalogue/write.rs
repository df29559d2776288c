//! Takes products in: finds which of those that are kept is meant, checks them, judges their struck prices by the history
//! in the same transaction, and writes what changed. It does not know where they come from.

use super::{prices, read};
use crate::{
    fault::{Fault, StoreError},
    tables::{Store, Writing},
};
use linger_catalogue::{Offer, Outside, Product, Variant, Wrong, check, price};
use linger_protocol::Millis;
use serde::Serialize;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;

/// How many products one call may bring in; a longer list is brought in pieces.
pub const PRODUCTS_PER_CALL_MAX: usize = 5_000;
/// Products of the whole catalogue, retired ones too.
pub const CATALOGUE_MAX: usize = 100_000;

/// How products are taken in.
#[derive(Clone, Copy, Debug)]
pub struct Put<'a> {
    /// Who says so: a word of the history of prices, such as `staff` or `shopify`.
    pub source: &'a str,
    /// When.
    pub now: Millis,
    /// Whether units of variants that exist already are taken as a count; else those are told and not taken.
    pub counts: bool,
    /// Keep those that are right although others are wrong; else all or none.
    pub partly: bool,
    /// Look what would come of it, and change nothing.
    pub rehearsal: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The number of each product, in order; `None` for one that is wrong.
    pub products: Vec<Option<u64>>,
    /// What is wrong, by the place of the product.
    pub wrong: Vec<(usize, Wrong)>,
    /// How many are new.
    pub made: usize,
    /// How many were changed.
    pub changed: usize,
}

impl Store {
    /// Takes products in. A number of 0 is filled in: by a name that others have for it, else with a new one; a variant's by
    /// such a name, its SKU or its values.
    ///
    /// # Errors
    /// [`StoreError::Fields`] when something is wrong and not `partly`; nothing was changed then.
    pub async fn put_products(&self, products: &[Product], put: Put<'_>) -> Result<Kept, StoreError> {
        if products.len() > PRODUCTS_PER_CALL_MAX {
            return Err(StoreError::TooMany { what: "products in one call", max: PRODUCTS_PER_CALL_MAX });
        }
        let mut tx = self.begin("bring products in").await?;
        let mut kept = Kept::default();
        let mut seen = BTreeSet::new();
        for (place, product) in products.iter().enumerate() {
            let done = one(&mut tx, product.clone(), put, &mut seen).await?;
            match done {
                Ok((number, fate)) => {
                    kept.products.push(Some(number));
                    kept.made += usize::from(fate == Fate::Made);
                    kept.changed += usize::from(fate == Fate::Changed);
                }
                Err(wrong) => {
                    kept.products.push(None);
                    kept.wrong.extend(wrong.into_iter().map(|it| (place, it)));
                }
            }
        }
        let count: i64 = sqlx::query("SELECT COUNT(*) FROM products")
            .fetch_one(tx.conn())
            .await
            .and_then(|row| row.try_get(0))
            .map_err(|error| tx.fault(error))?;
        if kept.made > 0 && count > CATALOGUE_MAX as i64 {
            return tx.refuse(StoreError::TooMany { what: "products", max: CATALOGUE_MAX }).await;
        }
        if !put.partly && !kept.wrong.is_empty() {
            let wrong = kept.wrong.into_iter().map(|(place, it)| it.within("products", place)).collect();
            return tx.refuse(StoreError::Fields(wrong)).await;
        }
        if put.rehearsal {
            tx.undo().await?;
        } else {
            tx.commit().await?;
        }
        Ok(kept)
    }

    /// Takes a product out of the shop: its prices end. Its numbers stay its own, its history stays; putting it again brings
    /// it back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn retire_product(&self, number: u64, source: &str, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.begin("retire a product").await?;
        let done = sqlx::query("UPDATE products SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL")
            .bind(number.cast_signed())
            .bind(now.0)
            .execute(tx.conn())
            .await
            .map_err(|error| tx.fault(error))?;
        if done.rows_affected() == 0 {
            return tx.refuse(StoreError::NotFound { what: "product" }).await;
        }
        let done = retire_variants(tx.conn(), number, &[], source, now).await;
        done.map_err(|error| tx.fault(error))?;
        Ok(tx.commit().await?)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Made,
    Changed,
    Same,
}

/// Takes one product in, or says what is wrong; nothing of it was written then.
async fn one(
    tx: &mut Writing,
    mut product: Product,
    put: Put<'_>,
    seen: &mut BTreeSet<u64>,
) -> Result<Result<(u64, Fate), Vec<Wrong>>, Fault> {
    let fault = Fault::db("bring products in");
    let mut wrong = check::product(&product);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let before = resolve(tx.conn(), &mut product).await.map_err(&fault)?;
    if !seen.insert(product.id) {
        return Ok(Err(vec![Wrong::new("id", "is there twice")]));
    }
    number_variants(tx.conn(), &mut product, before.as_ref()).await.map_err(&fault)?;
    for variant in &mut product.variants {
        if variant.label.is_empty() {
            variant.label = variant.values.join(" / ").chars().take(120).collect();
        }
        variant.prices.sort_by(|a, b| a.region.cmp(&b.region));
        variant.outside.sort();
    }
    product.outside.sort();
    wrong.extend(check::product(&product));
    wrong.extend(taken(tx.conn(), &product).await.map_err(&fault)?);
    wrong.extend(dishonest(tx.conn(), &product, put.now).await.map_err(&fault)?);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    if let Some(before) = &before {
        for variant in &mut product.variants {
            let known = before.variants.iter().find(|it| it.item == variant.item);
            if let Some(known) = known.filter(|known| !put.counts || variant.units == known.units) {
                variant.units = known.units;
            }
        }
        if *before == product {
            return Ok(Ok((product.id, Fate::Same)));
        }
    }
    write(tx.conn(), &product, before.as_ref(), put).await.map_err(&fault)?;
    Ok(Ok((product.id, if before.is_some() { Fate::Changed } else { Fate::Made })))
}

/// Finds the product that is meant and gives it its number; what is kept of it, if anything.
async fn resolve(conn: &mut SqliteConnection, product: &mut Product) -> Result<Option<Product>, sqlx::Error> {
    if product.id == 0 {
        for name in &product.outside {
            if let Some(number) = named(conn, "product", name).await? {
                product.id = number;
                break;
            }
        }
    }
    if product.id == 0 {
        product.id = next_number(conn).await?;
        return Ok(None);
    }
    Ok(read::products(conn, &[product.id]).await?.pop())
}

async fn named(conn: &mut SqliteConnection, kind: &str, name: &Outside) -> Result<Option<u64>, sqlx::Error> {
    let row = sqlx::query("SELECT number FROM outside_names WHERE source = $1 AND kind = $2 AND name = $3")
        .bind(&name.source)
        .bind(kind)
        .bind(&name.id)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(row.try_get::<i64, _>(0)?.cast_unsigned())).transpose()
}

/// Above every number that a product or a variant ever had.
async fn next_number(conn: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let sql = "SELECT max((SELECT COALESCE(MAX(id), 0) FROM products), (SELECT COALESCE(MAX(item), 0) FROM variants))";
    let most: i64 = sqlx::query(sql).fetch_one(conn).await?.try_get(0)?;
    Ok(most.cast_unsigned() + 1)
}

async fn number_variants(
    conn: &mut SqliteConnection,
    product: &mut Product,
    before: Option<&Product>,
) -> Result<(), sqlx::Error> {
    if product.options.is_empty() {
        product.variants.iter_mut().for_each(|it| it.item = product.id);
        return Ok(());
    }
    let mut given: BTreeSet<u64> = product.variants.iter().map(|it| it.item).filter(|it| *it > 0).collect();
    let mut next = next_number(conn).await?.max(product.id + 1).max(given.last().map_or(0, |it| it + 1));
    for variant in product.variants.iter_mut().filter(|it| it.item == 0) {
        let known = before.into_iter().flat_map(|it| &it.variants).filter(|it| !given.contains(&it.item));
        let same = |known: &&Variant| {
            variant.outside.iter().any(|name| known.outside.contains(name))
                || (!variant.sku.is_empty() && variant.sku == known.sku)
        };
        let known: Vec<&Variant> = known.collect();
        let found = known
            .iter()
            .copied()
            .find(same)
            .or_else(|| known.iter().copied().find(|known| known.values == variant.values));
        variant.item = match found {
            Some(known) => known.item,
            None => {
                next += 1;
                next - 1
            }
        };
        given.insert(variant.item);
    }
    Ok(())
}

/// Numbers, SKUs and outside names that belong to something else, and a seller that there is not.
async fn taken(conn: &mut SqliteConnection, product: &Product) -> Result<Vec<Wrong>, sqlx::Error> {
    let mut wrong = vec![];
    if let Some(seller) = product.seller {
        let row = sqlx::query("SELECT 1 FROM sellers WHERE id = $1").bind(seller.cast_signed());
        if row.fetch_optional(&mut *conn).await?.is_none() {
            wrong.push(Wrong::new("seller", "there is no such seller"));
        }
    }
    for (place, variant) in product.variants.iter().enumerate() {
        let row =
            sqlx::query("SELECT product FROM variants WHERE item = $1").bind(variant.item.cast_signed());
        let row = row.fetch_optional(&mut *conn).await?;
        let owner = row.map(|row| row.try_get::<i64, _>(0)).transpose()?;
        if owner.is_some_and(|owner| owner.cast_unsigned() != product.id) {
            wrong.push(Wrong::new("item", "belongs to another product").within("variants", place));
        }
        if variant.sku.is_empty() {
            continue;
        }
        let row =
            sqlx::query("SELECT 1 FROM variants WHERE sku = $1 AND retired_at IS NULL AND product <> $2")
                .bind(&variant.sku)
                .bind(product.id.cast_signed());
        if row.fetch_optional(&mut *conn).await?.is_some() {
            wrong.push(Wrong::new("sku", "belongs to another product").within("variants", place));
        }
    }
    let own = product.outside.iter().map(|it| ("product", product.id, it));
    let theirs = product.variants.iter().flat_map(|v| v.outside.iter().map(|it| ("variant", v.item, it)));
    let names: Vec<(&str, u64, &Outside)> = own.chain(theirs).collect();
    for (kind, number, name) in names {
        if named(conn, kind, name).await?.is_some_and(|owner| owner != number) {
            wrong.push(Wrong::new("outside", format!("is the name of another {kind}")));
        }
    }
    Ok(wrong)
}

/// Struck prices that their history does not bear out.
async fn dishonest(
    conn: &mut SqliteConnection,
    product: &Product,
    now: Millis,
) -> Result<Vec<Wrong>, sqlx::Error> {
    let mut wrong = vec![];
    for (place, variant) in product.variants.iter().enumerate() {
        if variant.prices.iter().all(|it| it.was_minor.is_none()) {
            continue;
        }
        let steps: Vec<price::Step> =
            prices::steps(conn, variant.item).await?.into_iter().map(|it| it.step).collect();
        for (number, offer) in variant.prices.iter().enumerate() {
            if let Err(why) = price::judge(&steps, offer, now.0) {
                let it = Wrong::new("was_minor", why.text()).within("prices", number);
                wrong.push(it.within("variants", place));
            }
        }
    }
    Ok(wrong)
}

async fn write(
    conn: &mut SqliteConnection,
    product: &Product,
    before: Option<&Product>,
    put: Put<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO products (id, title, description, category, tags, seller, options, media, facts, returns, \
         related, matching, guarantee_days, rating, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description, \
         category = excluded.category, tags = excluded.tags, seller = excluded.seller, \
         options = excluded.options, media = excluded.media, facts = excluded.facts, \
         returns = excluded.returns, related = excluded.related, matching = excluded.matching, \
         guarantee_days = excluded.guarantee_days, rating = excluded.rating, \
         changed_at = excluded.changed_at, retired_at = NULL",
    )
    .bind(product.id.cast_signed())
    .bind(&product.title)
    .bind(&product.description)
    .bind(&product.category)
    .bind(json(&product.tags))
    .bind(product.seller.map(u64::cast_signed))
    .bind(json(&product.options))
    .bind(json(&product.media))
    .bind(json(&product.facts))
    .bind(product.returns.as_ref().map(json))
    .bind(json(&product.related))
    .bind(json(&product.matching))
    .bind(product.guarantee_days)
    .bind(product.rating)
    .bind(put.now.0)
    .execute(&mut *conn)
    .await?;
    let kept = product.variants.iter().map(|it| it.item).collect::<Vec<_>>();
    retire_variants(conn, product.id, &kept, put.source, put.now).await?;
    // Variants may exchange SKUs and names between them: all are let go before any is written.
    sqlx::query("UPDATE variants SET sku = NULL WHERE product = $1 AND retired_at IS NULL")
        .bind(product.id.cast_signed())
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "DELETE FROM outside_names WHERE (kind = 'product' AND number = $1) OR (kind = 'variant' \
         AND number IN (SELECT item FROM variants WHERE product = $1))",
    )
    .bind(product.id.cast_signed())
    .execute(&mut *conn)
    .await?;
    for (place, variant) in product.variants.iter().enumerate() {
        let known = before.and_then(|it| it.variants.iter().find(|it| it.item == variant.item));
        write_variant(conn, product.id, place, variant).await?;
        write_prices(conn, variant, known.map_or(&[], |it| &it.prices), put).await?;
        if known.is_none_or(|it| it.units != variant.units) {
            super::stock::counted(conn, variant, put).await?;
        }
        names(conn, "variant", variant.item, &variant.outside).await?;
    }
    names(conn, "product", product.id, &product.outside).await?;
    super::pages::product_turned(conn, product, put.now).await
}

/// Takes all variants but these out of the shop, and ends their prices.
async fn retire_variants(
    conn: &mut SqliteConnection,
    product: u64,
    kept: &[u64],
    source: &str,
    now: Millis,
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "UPDATE variants SET retired_at = $3 WHERE product = $1 AND retired_at IS NULL \
         AND item NOT IN (SELECT value FROM json_each($2)) RETURNING item",
    )
    .bind(product.cast_signed())
    .bind(json(kept))
    .bind(now.0)
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let item: i64 = row.try_get(0)?;
        sqlx::query(
            "INSERT INTO price_steps (item, at, region, minor, currency, until_at, source) \
             SELECT item, $2, region, NULL, currency, NULL, $3 FROM prices WHERE item = $1",
        )
        .bind(item)
        .bind(now.0)
        .bind(source)
        .execute(&mut *conn)
        .await?;
        sqlx::query("DELETE FROM prices WHERE item = $1").bind(item).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn write_variant(
    conn: &mut SqliteConnection,
    product: u64,
    place: usize,
    variant: &Variant,
) -> Result<(), sqlx::Error> {
    // Units are written by their own move.
    sqlx::query(
        "INSERT INTO variants (item, product, place, sku, label, choices, barcode, weight_g, image, returns) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (item) DO UPDATE SET place = excluded.place, sku = excluded.sku, label = excluded.label, \
         choices = excluded.choices, barcode = excluded.barcode, weight_g = excluded.weight_g, \
         image = excluded.image, returns = excluded.returns, retired_at = NULL",
    )
    .bind(variant.item.cast_signed())
    .bind(product.cast_signed())
    .bind(i64::try_from(place).unwrap_or(i64::MAX))
    .bind(Some(&variant.sku).filter(|it| !it.is_empty()))
    .bind(&variant.label)
    .bind(json(&variant.values))
    .bind(&variant.barcode)
    .bind(variant.weight_g)
    .bind(&variant.image)
    .bind(variant.returns.as_ref().map(json))
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the prices that are asked now, and a step of the history for each that changed.
async fn write_prices(
    conn: &mut SqliteConnection,
    variant: &Variant,
    before: &[Offer],
    put: Put<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM prices WHERE item = $1")
        .bind(variant.item.cast_signed())
        .execute(&mut *conn)
        .await?;
    for offer in &variant.prices {
        sqlx::query(
            "INSERT INTO prices (item, region, minor, currency, was_minor, basis, evidence) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(variant.item.cast_signed())
        .bind(&offer.region)
        .bind(offer.minor)
        .bind(&offer.currency)
        .bind(offer.was_minor)
        .bind(offer.basis.map(linger_catalogue::Basis::word))
        .bind(&offer.evidence)
        .execute(&mut *conn)
        .await?;
        let known = before.iter().find(|it| it.region == offer.region);
        if known.is_none_or(|it| (it.minor, &it.currency) != (offer.minor, &offer.currency)) {
            let step = prices::step(offer, Some(offer.minor), put.now);
            prices::append(conn, variant.item, &step, put.source).await?;
        }
    }
    for gone in before.iter().filter(|it| !variant.prices.iter().any(|now| now.region == it.region)) {
        prices::append(conn, variant.item, &prices::step(gone, None, put.now), put.source).await?;
    }
    Ok(())
}

async fn names(
    conn: &mut SqliteConnection,
    kind: &str,
    number: u64,
    names: &[Outside],
) -> Result<(), sqlx::Error> {
    for name in names {
        sqlx::query("INSERT INTO outside_names (source, kind, name, number) VALUES ($1, $2, $3, $4)")
            .bind(&name.source)
            .bind(kind)
            .bind(&name.id)
            .bind(number.cast_signed())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

fn json<T: Serialize + ?Sized>(of: &T) -> String {
    serde_json::to_string(of).unwrap_or_default()
}
