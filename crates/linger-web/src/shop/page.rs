//! What a viewer sees of a product, and of several side by side. It does not know who looks.

use super::{number, prices::lowest, reading, region};
use crate::{
    error::ApiError,
    house::House,
    wire::{PagePrice, PageVariant, ProductCard, ProductPage},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use linger_catalogue::{
    Offer, Product, Seller, Variant,
    compare::{COMPARED_MAX, Comparison, compare},
    price::{self, Step},
};
use linger_protocol::Millis;
use linger_store::Page;
use serde::Deserialize;

/// Where it is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Where {
    pub(super) region: Option<String>,
}

/// A product as buyers see it: media, variants with their prices and the lowest of the last 7 and 30 days, the seller, how it
/// may come back, what goes with it.
#[utoipa::path(
    get, path = "/api/products/{product}", tag = "shop",
    params(
        ("product" = u64, Path, description = "its number, or that of one of its variants"),
        ("region" = Option<String>, Query, description = "whose prices: two capital letters; the general ones when absent"),
    ),
    responses(
        (status = 200, description = "the product", body = ProductPage),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 404, description = "no such product", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn product_page(
    State(house): State<House>,
    Path(product): Path<String>,
    whence: Result<Query<Where>, QueryRejection>,
) -> Result<Json<ProductPage>, ApiError> {
    let Query(whence) = whence.map_err(|_| ApiError::field("bad-field", "query"))?;
    let region = region(whence.region.as_deref())?;
    let number = number(&product, "product")?;
    let found = match house.store.products(&[number]).await.map_err(reading)?.pop() {
        Some(found) => Some(found),
        None => house.store.product_of(number).await.map_err(reading)?,
    };
    let found = found.ok_or_else(|| ApiError::not_found("no-such-item"))?;
    let seller = match found.seller {
        Some(seller) => house.store.seller(seller).await.map_err(reading)?,
        None => None,
    };
    let mut variants = Vec::with_capacity(found.variants.len());
    for variant in &found.variants {
        variants.push(shown(&house, &found, variant, (region, house.now())).await?);
    }
    let related = cards(&house, &found.related, region).await?;
    let matching = cards(&house, &found.matching, region).await?;
    Ok(Json(ProductPage { related, matching, ..alone(found, seller, variants) }))
}

/// The page of a product, with nothing beside it.
pub(super) fn alone(found: Product, seller: Option<Seller>, variants: Vec<PageVariant>) -> ProductPage {
    ProductPage {
        id: found.id,
        title: found.title,
        description: found.description,
        category: found.category,
        tags: found.tags,
        options: found.options,
        media: found.media,
        facts: found.facts,
        seller,
        variants,
        returns: found.returns,
        related: vec![],
        matching: vec![],
        guarantee_days: found.guarantee_days,
        rating: found.rating,
    }
}

/// Products side by side, by their facts.
#[utoipa::path(
    get, path = "/api/comparison", tag = "shop",
    params(
        ("products" = Option<String>, Query, description = "numbers separated by commas, at most 8"),
        ("category" = Option<String>, Query, description = "or the first 8 of a category"),
    ),
    responses(
        (status = 200, description = "a line for each fact", body = Comparison),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn compare_products(
    State(house): State<House>,
    which: Result<Query<Side>, QueryRejection>,
) -> Result<Json<Comparison>, ApiError> {
    let Query(which) = which.map_err(|_| ApiError::field("bad-field", "query"))?;
    let numbers = match (which.products.as_str(), which.category.as_str()) {
        ("", "") => return Err(ApiError::field("bad-field", "products")),
        ("", category) => {
            let page = Page { skip: 0, take: COMPARED_MAX as u32 };
            house.store.find_products("", category, page).await.map_err(reading)?.0
        }
        (list, _) => list.split(',').map(|it| number(it.trim(), "products")).collect::<Result<_, _>>()?,
    };
    if numbers.len() > COMPARED_MAX {
        return Err(ApiError::field("bad-field", "products"));
    }
    Ok(Json(compare(&house.store.products(&numbers).await.map_err(reading)?)))
}

/// What stands side by side.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Side {
    products: String,
    category: String,
}

/// A variant in a region at a moment: of the history of prices only what had been asked by then.
pub(super) async fn shown(
    house: &House,
    product: &Product,
    variant: &Variant,
    (region, at): (&str, Millis),
) -> Result<PageVariant, ApiError> {
    let kept = house.store.price_steps(variant.item).await.map_err(reading)?;
    let steps: Vec<Step> = kept.into_iter().map(|it| it.step).filter(|it| it.at_ms <= at.0).collect();
    let price = offer(variant, region).map(|offer| {
        let (lowest_7, lowest_30) = price::lowest_7_30(&steps, region, &offer.currency, at.0);
        PagePrice {
            minor: offer.minor,
            currency: offer.currency.clone(),
            was_minor: offer.was_minor,
            basis: offer.basis,
            evidence: offer.evidence.clone(),
            lowest_7: lowest_7.map(lowest),
            lowest_30: lowest_30.map(lowest),
        }
    });
    Ok(PageVariant {
        item: variant.item,
        sku: variant.sku.clone(),
        label: variant.label.clone(),
        values: variant.values.clone(),
        price,
        weight_g: variant.weight_g,
        in_stock: variant.units.map(|it| it > 0),
        image: product.picture(variant).to_owned(),
        returns: variant.returns.or(product.returns),
    })
}

/// The price that holds in a region: its own, else the general one.
fn offer<'a>(variant: &'a Variant, region: &str) -> Option<&'a Offer> {
    let own = variant.prices.iter().find(|it| !region.is_empty() && it.region == region);
    own.or_else(|| Product::base_price(variant))
}

async fn cards(house: &House, numbers: &[u64], region: &str) -> Result<Vec<ProductCard>, ApiError> {
    let card = |product: &Product| {
        let variant = product.variants.first()?;
        let price = offer(variant, region)?;
        Some(ProductCard {
            id: product.id,
            item: variant.item,
            title: product.title.clone(),
            image: product.picture(variant).to_owned(),
            minor: price.minor,
            currency: price.currency.clone(),
        })
    };
    Ok(house.store.products(numbers).await.map_err(reading)?.iter().filter_map(card).collect())
}
