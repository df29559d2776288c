//! Products over HTTP, for those who keep them. It does not know what a page shows.

use super::{Keeper, note, number, reading};
use crate::{
    account::store_refused,
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, ProductsFound, ProductsKept, ProductsPut},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use linger_catalogue::Product;
use linger_store::{Page, Put};
use serde::Deserialize;
use utoipa::IntoParams;

/// Products of one call.
const PRODUCTS_MAX: usize = 200;
/// Products of one page.
const SHOWN_MAX: u32 = 100;

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// In the title, the category, the seller or a SKU; at most 100 characters.
    text: String,
    /// Of this category alone.
    category: String,
    /// Of these numbers alone, separated by commas; the rest does not count then.
    ids: String,
    /// How many to pass over.
    offset: u32,
    /// How many to give, at most 100; 50 when it is 0.
    limit: u32,
}

/// Products with everything that is kept of them, by number.
#[utoipa::path(
    get, path = "/api/products", tag = "shop", params(Which),
    responses(
        (status = 200, description = "a part of them, how many there are in all, and the categories", body = ProductsFound),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, or the key is not trusted", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn find_products(
    State(house): State<House>,
    _keeper: Keeper,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<ProductsFound>, ApiError> {
    let Query(which) = which.map_err(|_| ApiError::field("bad-field", "query"))?;
    if which.text.chars().nth(100).is_some() {
        return Err(ApiError::field("bad-field", "text"));
    }
    if which.limit > SHOWN_MAX {
        return Err(ApiError::field("bad-field", "limit"));
    }
    let (numbers, total) = if which.ids.is_empty() {
        let take = if which.limit == 0 { 50 } else { which.limit };
        let page = Page { skip: which.offset, take };
        house.store.find_products(which.text.trim(), &which.category, page).await.map_err(reading)?
    } else {
        let numbers: Vec<u64> =
            which.ids.split(',').map(|it| number(it.trim(), "ids")).collect::<Result<_, _>>()?;
        if numbers.len() > SHOWN_MAX as usize {
            return Err(ApiError::field("bad-field", "ids"));
        }
        let total = numbers.len() as u64;
        (numbers, total)
    };
    let products = house.store.products(&numbers).await.map_err(reading)?;
    let categories = house.store.categories().await.map_err(reading)?.into_iter().map(|it| it.0).collect();
    Ok(Json(ProductsFound { products, total, categories }))
}

/// Bring products in, or change those of the same number: all of them, or none when something is wrong.
///
/// A number of 0 asks for a new one, or for the product that has one of its `outside` names. Stock of a variant that exists
/// is not changed by this.
#[utoipa::path(
    post, path = "/api/products", tag = "shop", request_body = ProductsPut,
    responses(
        (status = 200, description = "kept", body = ProductsKept),
        (status = 400, description = "fields are wrong: `problems` names each, such as `products.0.variants.1.sku`", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 409, description = "the catalogue is full", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn keep_products(
    State(house): State<House>,
    keeper: Keeper,
    Body(told): Body<ProductsPut>,
) -> Result<Json<ProductsKept>, ApiError> {
    if told.products.is_empty() || told.products.len() > PRODUCTS_MAX {
        return Err(ApiError::field("bad-field", "products"));
    }
    keep(&house, &keeper, &told.products).await.map(Json)
}

/// Put one product in the place of what is kept under this number.
#[utoipa::path(
    put, path = "/api/products/{product}", tag = "shop", request_body = Product,
    params(("product" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "kept", body = ProductsKept),
        (status = 400, description = "fields are wrong: `problems` names each", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 409, description = "the catalogue is full", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn keep_product(
    State(house): State<House>,
    keeper: Keeper,
    Path(product): Path<String>,
    Body(told): Body<Product>,
) -> Result<Json<ProductsKept>, ApiError> {
    let id = number(&product, "product")?;
    if id == 0 || (told.id != 0 && told.id != id) {
        return Err(ApiError::field("bad-field", "id"));
    }
    keep(&house, &keeper, &[Product { id, ..told }]).await.map(Json)
}

/// Take a product out of the shop. Its number, its history of prices and what was sold of it stay.
#[utoipa::path(
    delete, path = "/api/products/{product}", tag = "shop",
    params(("product" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "it is not offered any more", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such product", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn retire_product(
    State(house): State<House>,
    keeper: Keeper,
    Path(product): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    let id = number(&product, "product")?;
    let done = house.store.retire_product(id, &keeper.source(), house.now()).await;
    done.map_err(store_refused("retiring a product"))?;
    note(&house, &keeper, "product.retired", &format!("product:{id}")).await?;
    Ok(Json(Accepted { ok: true }))
}

async fn keep(house: &House, keeper: &Keeper, products: &[Product]) -> Result<ProductsKept, ApiError> {
    let source = keeper.source();
    let put = Put { source: &source, now: house.now(), counts: false, partly: false, rehearsal: false };
    let kept = house.store.put_products(products, put).await.map_err(store_refused("keeping products"))?;
    let ids: Vec<u64> = kept.products.into_iter().flatten().collect();
    if kept.made + kept.changed > 0 {
        let subject = match ids.as_slice() {
            [one] => format!("product:{one}"),
            many => format!("products:{}", many.len()),
        };
        note(house, keeper, "product.kept", &subject).await?;
    }
    Ok(ProductsKept { ids, made: kept.made as u64, changed: kept.changed as u64 })
}
