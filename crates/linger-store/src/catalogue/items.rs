//! The catalogue seen item by item, as a shelf is filled: a variant with what its product says. It does not know shelves.

use super::write::{Kept, PRODUCTS_PER_CALL_MAX, Put};
use crate::{
    fault::{Fault, StoreError},
    tables::{Page, Store},
};
use linger_catalogue::{Fact, Media, MediaKind, Offer, Product, Variant};
use linger_protocol::{Currency, ItemId, Millis, Money, ReturnRule};
use sqlx::Row;
use std::collections::BTreeMap;

/// One thing that can be put on a shelf.
#[derive(Clone, Debug, PartialEq)]
pub struct ShelfItem {
    /// Its number.
    pub id: ItemId,
    /// The product that it is a variant of, when that has options.
    pub product: Option<u64>,
    /// What tells it from its siblings.
    pub variant: Option<String>,
    /// What the product is called.
    pub title: String,
    /// What one costs.
    pub price: Money,
    /// Who sells it; empty when nobody is said to.
    pub seller: String,
    /// A path or address of its picture; empty when there is none.
    pub image: String,
    /// What it is.
    pub description: String,
    /// Its category.
    pub category: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What can be compared.
    pub facts: Vec<Fact>,
    /// Mean of its ratings, 0 to 5.
    pub rating: Option<f64>,
    /// How it may come back, where that is said.
    pub returns: Option<ReturnRule>,
}

impl Store {
    /// Takes in items that are products without options, or changes those of the same number: all of them, or none when one
    /// is unfit. What is not said here (media beyond the first picture, prices of regions, stock, …) stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Fields`] by item and field.
    pub async fn put_items(&self, items: &[ShelfItem], now: Millis) -> Result<Kept, StoreError> {
        if items.len() > PRODUCTS_PER_CALL_MAX {
            return Err(StoreError::TooMany { what: "products in one call", max: PRODUCTS_PER_CALL_MAX });
        }
        let mut sellers: BTreeMap<&str, Option<u64>> = BTreeMap::new();
        for item in items {
            if !sellers.contains_key(item.seller.as_str()) {
                sellers.insert(&item.seller, self.seller_named(&item.seller, now).await?);
            }
        }
        let numbers: Vec<u64> = items.iter().map(|it| it.id.0).collect();
        let mut known: BTreeMap<u64, Product> =
            self.products(&numbers).await?.into_iter().map(|it| (it.id, it)).collect();
        let products: Vec<Product> = items
            .iter()
            .map(|item| {
                let seller = sellers.get(item.seller.as_str()).copied().flatten();
                merged(item, seller, known.remove(&item.id.0))
            })
            .collect();
        let put = Put { source: "staff", now, counts: false, partly: false, rehearsal: false };
        self.put_products(&products, put).await
    }

    /// Looks an item up.
    pub async fn item(&self, item: ItemId) -> Result<Option<ShelfItem>, Fault> {
        if i64::try_from(item.0).is_err() {
            return Ok(None);
        }
        let Some(product) = self.product_of(item.0).await? else { return Ok(None) };
        let sellers = self.seller_names(std::slice::from_ref(&product)).await?;
        let found = product.variants.iter().find(|it| it.item == item.0);
        Ok(found.and_then(|variant| shelf_item(&product, variant, &sellers)))
    }

    /// The items in the order of their numbers.
    pub async fn list_items(&self, page: Page) -> Result<Vec<ShelfItem>, Fault> {
        const READ: &str = "read the catalogue";
        let rows = sqlx::query(
            "SELECT item, product FROM variants WHERE retired_at IS NULL ORDER BY item LIMIT $1 OFFSET $2",
        )
        .bind(page.take())
        .bind(page.skip())
        .fetch_all(self.readers())
        .await
        .map_err(Fault::db(READ))?;
        let mut places = vec![];
        for row in &rows {
            let number = |at| row.try_get::<i64, _>(at).map(i64::cast_unsigned).map_err(Fault::db(READ));
            places.push((number(0)?, number(1)?));
        }
        let mut numbers: Vec<u64> = places.iter().map(|it| it.1).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let products = self.products(&numbers).await?;
        let sellers = self.seller_names(&products).await?;
        let of = |(item, number): &(u64, u64)| {
            let product = products.iter().find(|it| it.id == *number)?;
            shelf_item(product, product.variants.iter().find(|it| it.item == *item)?, &sellers)
        };
        Ok(places.iter().filter_map(of).collect())
    }

    /// How many items there are.
    pub async fn item_count(&self) -> Result<u64, Fault> {
        let row = sqlx::query("SELECT COUNT(*) FROM variants WHERE retired_at IS NULL")
            .fetch_one(self.readers())
            .await;
        let count: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db("read the catalogue"))?;
        Ok(count.cast_unsigned())
    }

    async fn seller_names(&self, products: &[Product]) -> Result<BTreeMap<u64, String>, Fault> {
        let mut names = BTreeMap::new();
        for number in products.iter().filter_map(|it| it.seller) {
            if !names.contains_key(&number)
                && let Some(seller) = self.seller(number).await?
            {
                names.insert(number, seller.name);
            }
        }
        Ok(names)
    }
}

/// What is kept of a product, with what an item says of it.
fn merged(item: &ShelfItem, seller: Option<u64>, known: Option<Product>) -> Product {
    let mut product = known.unwrap_or_else(|| Product {
        id: item.id.0,
        variants: vec![Variant { item: item.id.0, ..Variant::default() }],
        ..Product::default()
    });
    product.title.clone_from(&item.title);
    product.description.clone_from(&item.description);
    product.category.clone_from(&item.category);
    product.tags.clone_from(&item.tags);
    product.facts.clone_from(&item.facts);
    product.rating = item.rating;
    product.seller = seller;
    let first = product.media.iter().position(|it| it.kind == MediaKind::Image);
    match (first, item.image.is_empty()) {
        (Some(place), true) => {
            product.media.remove(place);
        }
        (Some(place), false) => product.media[place].url.clone_from(&item.image),
        (None, true) => {}
        (None, false) => product.media.insert(
            0,
            Media {
                kind: MediaKind::Image,
                url: item.image.clone(),
                alt: String::new(),
                poster: String::new(),
            },
        ),
    }
    for variant in product.variants.iter_mut().filter(|it| it.item == item.id.0) {
        let offer = Offer {
            minor: item.price.minor,
            currency: item.price.currency.as_str().to_owned(),
            ..Offer::default()
        };
        match variant.prices.iter_mut().find(|it| it.region.is_empty()) {
            // The same price may go on striking what it struck.
            Some(known) if (known.minor, &known.currency) == (offer.minor, &offer.currency) => {}
            Some(known) => *known = offer,
            None => variant.prices.push(offer),
        }
    }
    product
}

fn shelf_item(product: &Product, variant: &Variant, sellers: &BTreeMap<u64, String>) -> Option<ShelfItem> {
    let price = Product::base_price(variant)?;
    let grouped = !product.options.is_empty();
    Some(ShelfItem {
        id: ItemId(variant.item),
        product: grouped.then_some(product.id),
        variant: grouped.then(|| variant.label.clone()),
        title: product.title.clone(),
        price: Money::new(price.minor, Currency::new(&price.currency)?),
        seller: product.seller.and_then(|it| sellers.get(&it)).cloned().unwrap_or_default(),
        image: product.picture(variant).to_owned(),
        description: product.description.clone(),
        category: product.category.clone(),
        tags: product.tags.clone(),
        facts: product.facts.clone(),
        rating: product.rating,
        returns: variant.returns.or(product.returns).map(Into::into),
    })
}
