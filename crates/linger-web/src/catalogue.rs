//! The catalogue over HTTP: what a show may put on its shelf. It does not know shelves or stock.

use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, MoneyWire, ProductWire, Products},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use linger_catalogue::Fact;
use linger_protocol::{Currency, ItemId, Limits, Money, Role};
use linger_store::{Page, ShelfItem};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use utoipa::IntoParams;

/// Bytes of one body: 500 products with their texts.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;
/// Products of one call, and of one page.
const PRODUCTS_MAX: usize = 500;
/// Products of the whole catalogue.
const CATALOGUE_MAX: u64 = 100_000;
/// Characters of a description.
const DESCRIPTION_CHARS: usize = 2_000;
/// Characters of a category.
const CATEGORY_CHARS: usize = 50;
/// Bytes of a picture's path, as on the shelf.
const IMAGE_BYTES: usize = 512;
/// Facts of one product; bytes of a fact's name and of name, `=` and value together.
const FACTS_MAX: usize = 31;
const FACT_NAME_BYTES: usize = 32;
const FACT_BYTES: usize = 100;
/// The fact that is kept as a number: stars from 0 to 5.
const RATING: &str = "rating";

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// How many to pass over.
    offset: u32,
    /// How many to give, at most 500.
    limit: u32,
}

impl Default for Part {
    fn default() -> Part {
        Part { offset: 0, limit: 100 }
    }
}

/// The products of the catalogue, by number.
#[utoipa::path(
    get, path = "/api/catalogue", tag = "shop", params(Part),
    responses(
        (status = 200, description = "a part of the catalogue, and how many there are in all", body = Products),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_products(
    State(house): State<House>,
    _staff: Staff,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Json<Products>, ApiError> {
    let Query(part) = part.map_err(|_| ApiError::field("bad-field", "query"))?;
    if part.limit == 0 || usize::try_from(part.limit).is_ok_and(|limit| limit > PRODUCTS_MAX) {
        return Err(ApiError::field("bad-field", "limit"));
    }
    let reading = |fault| ApiError::unavailable("reading the catalogue", &fault);
    let page = Page { skip: part.offset, take: part.limit };
    let products = house.store.list_items(page).await.map_err(|fault: linger_store::Fault| reading(fault))?;
    let total = house.store.item_count().await.map_err(reading)?;
    Ok(Json(Products { products: products.into_iter().map(told).collect(), total }))
}

/// Bring products in, or change those of the same number: all of them, or none when one is wrong.
#[utoipa::path(
    post, path = "/api/catalogue", tag = "shop", request_body = Products,
    responses(
        (status = 200, description = "kept", body = Accepted),
        (status = 400, description = "a field is wrong; `field` says of which product, from 0", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "the catalogue is full", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_products(
    State(house): State<House>,
    staff: Staff,
    Body(told): Body<Products>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let products = meant_all(told.products)?;
    let count = house.store.item_count().await;
    let count = count.map_err(|fault| ApiError::unavailable("reading the catalogue", &fault))?;
    // Counted as if all were new: close to the bound a few changes are refused rather than one too many let in.
    if count.saturating_add(products.len() as u64) > CATALOGUE_MAX {
        return Err(ApiError::new(axum::http::StatusCode::CONFLICT, "catalogue-full"));
    }
    let kept = house.store.put_items(&products, house.now()).await;
    kept.map_err(store_refused("keeping products"))?;
    Ok(Json(Accepted { ok: true }))
}

fn meant_all(told: Vec<ProductWire>) -> Result<Vec<ShelfItem>, ApiError> {
    if told.is_empty() || told.len() > PRODUCTS_MAX {
        return Err(ApiError::field("bad-field", "products"));
    }
    let mut seen = HashSet::with_capacity(told.len());
    let mut products = Vec::with_capacity(told.len());
    for (index, product) in told.into_iter().enumerate() {
        let fresh = seen.insert(product.id);
        let meant = if fresh { meant(product) } else { Err("id") };
        products
            .push(meant.map_err(|field| ApiError::field("bad-field", &format!("products.{index}.{field}")))?);
    }
    Ok(products)
}

/// The product meant, or the name of the field that is wrong.
fn meant(told: ProductWire) -> Result<ShelfItem, &'static str> {
    // Numbers travel through JSON, where whole numbers are exact up to 2^53.
    if told.id == 0 || told.id >= 1 << 53 {
        return Err("id");
    }
    let price = Currency::new(&told.price.currency)
        .map(|currency| Money::new(told.price.minor, currency))
        .filter(|price| (1..=Limits::PRICE_MINOR_MAX).contains(&price.minor))
        .ok_or("price")?;
    let title = line(&told.title, Limits::TITLE_CHARS).filter(|title| !title.is_empty()).ok_or("title")?;
    let description = Some(told.description.trim())
        .filter(|text| text.chars().nth(DESCRIPTION_CHARS).is_none())
        .filter(|text| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')))
        .ok_or("description")?;
    // A path of this house: pages load no pictures from elsewhere.
    let own_path = told.image.is_empty() || (told.image.starts_with('/') && !told.image.starts_with("//"));
    if !own_path || told.image.len() > IMAGE_BYTES || told.image.chars().any(|c| c.is_control() || c == '\\')
    {
        return Err("image");
    }
    let (rating, tags, facts) = facts_meant(told.facts)?;
    Ok(ShelfItem {
        id: ItemId(told.id),
        product: None,
        variant: None,
        title: title.to_owned(),
        price,
        seller: line(&told.seller, Limits::TITLE_CHARS).ok_or("seller")?.to_owned(),
        image: told.image,
        description: description.to_owned(),
        category: line(&told.category, CATEGORY_CHARS).ok_or("category")?.to_owned(),
        tags,
        facts,
        rating,
        returns: None,
    })
}

/// A fact without a value is a tag; the rating is a number.
#[expect(clippy::type_complexity, reason = "told once")]
fn facts_meant(
    mut told: BTreeMap<String, String>,
) -> Result<(Option<f64>, Vec<String>, Vec<Fact>), &'static str> {
    let rating = match told.remove(RATING) {
        Some(told) => Some(told.parse().ok().filter(|it: &f64| (0.0..=5.0).contains(it)).ok_or("facts")?),
        None => None,
    };
    if told.len() > FACTS_MAX {
        return Err("facts");
    }
    let (mut tags, mut facts) = (vec![], vec![]);
    for (name, value) in told {
        let fit = !name.is_empty() && name.len() <= FACT_NAME_BYTES && name.trim() == name;
        let control = name.chars().chain(value.chars()).any(char::is_control);
        if !fit || name.contains('=') || control || name.len() + value.len() >= FACT_BYTES {
            return Err("facts");
        }
        match value.is_empty() {
            true => tags.push(name),
            false => facts.push(Fact { name, value }),
        }
    }
    Ok((rating, tags, facts))
}

/// The text without outer blanks, when it is one line of at most `chars_max` characters.
fn line(text: &str, chars_max: usize) -> Option<&str> {
    let text = text.trim();
    (text.chars().nth(chars_max).is_none() && !text.chars().any(char::is_control)).then_some(text)
}

fn told(product: ShelfItem) -> ProductWire {
    let mut facts: BTreeMap<_, _> = product.tags.into_iter().map(|tag| (tag, String::new())).collect();
    facts.extend(product.facts.into_iter().map(|it| (it.name, it.value)));
    if let Some(rating) = product.rating {
        facts.insert(RATING.to_owned(), rating.to_string());
    }
    ProductWire {
        id: product.id.0,
        title: product.title,
        description: product.description,
        category: product.category,
        price: MoneyWire { minor: product.price.minor, currency: product.price.currency.as_str().to_owned() },
        seller: product.seller,
        image: product.image,
        facts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(id: u64) -> ProductWire {
        ProductWire {
            id,
            title: "Tea".to_owned(),
            description: "Leaves.\nFrom a hill.".to_owned(),
            category: "drinks".to_owned(),
            price: MoneyWire { minor: 1_999, currency: "CNY".to_owned() },
            seller: "Hill & Sons".to_owned(),
            image: "/products/tea.webp".to_owned(),
            facts: [("origin", "Anxi"), ("rating", "4.5")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        }
    }

    #[test]
    fn a_product_comes_back_as_it_was_told() {
        let wire = product(7);
        let back = told(meant(wire.clone()).unwrap());
        assert_eq!(serde_json::to_value(back).unwrap(), serde_json::to_value(wire).unwrap());
    }

    #[test]
    fn every_field_is_bounded_and_the_wrong_one_is_named() {
        type Change = fn(&mut ProductWire);
        let wrong: [(&str, Change); 14] = [
            ("id", |it| it.id = 0),
            ("id", |it| it.id = 1 << 53),
            ("title", |it| it.title = "  ".to_owned()),
            ("title", |it| it.title = "x".repeat(121)),
            ("description", |it| it.description = "x".repeat(2_001)),
            ("category", |it| it.category = "x".repeat(61)),
            ("price", |it| it.price.minor = 0),
            ("price", |it| it.price.minor = Limits::PRICE_MINOR_MAX + 1),
            ("price", |it| it.price.currency = "yuan".to_owned()),
            ("seller", |it| it.seller = "a\nb".to_owned()),
            ("image", |it| it.image = "https://elsewhere.example/tea.png".to_owned()),
            ("image", |it| it.image = "//elsewhere.example/tea.png".to_owned()),
            ("facts", |it| {
                it.facts.insert("a=b".to_owned(), "c".to_owned());
            }),
            ("facts", |it| {
                it.facts.insert(RATING.to_owned(), "6".to_owned());
            }),
        ];
        for (field, change) in wrong {
            let mut told = product(1);
            change(&mut told);
            assert_eq!(meant(told), Err(field));
        }
    }

    #[test]
    fn one_number_twice_in_one_call_is_refused_by_its_place() {
        let refused = meant_all(vec![product(1), product(2), product(1)]).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("products.2.id"));
        assert_eq!(meant_all(vec![]).unwrap_err().field.as_deref(), Some("products"));
        let many = (1..=501).map(product).collect();
        assert_eq!(meant_all(many).unwrap_err().field.as_deref(), Some("products"));
    }
}
