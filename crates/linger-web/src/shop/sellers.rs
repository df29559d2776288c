//! Sellers over HTTP. It does not know what they sell.

use super::{Keeper, note, number, reading};
use crate::{
    account::store_refused,
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, SellerKept},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_catalogue::Seller;

/// All sellers.
#[utoipa::path(
    get, path = "/api/sellers", tag = "shop",
    responses(
        (status = 200, description = "by name", body = Vec<Seller>),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, or the key is not trusted", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn list_sellers(
    State(house): State<House>,
    _keeper: Keeper,
) -> Result<Json<Vec<Seller>>, ApiError> {
    house.store.sellers().await.map(Json).map_err(reading)
}

/// Enter a seller.
#[utoipa::path(
    post, path = "/api/sellers", tag = "shop", request_body = Seller,
    responses(
        (status = 201, description = "kept; its number", body = SellerKept),
        (status = 400, description = "fields are wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 409, description = "there is one of this name, or there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn make_seller(
    State(house): State<House>,
    keeper: Keeper,
    Body(told): Body<Seller>,
) -> Result<(StatusCode, Json<SellerKept>), ApiError> {
    keep(&house, &keeper, Seller { id: 0, ..told }).await.map(|kept| (StatusCode::CREATED, Json(kept)))
}

/// Change a seller.
#[utoipa::path(
    put, path = "/api/sellers/{seller}", tag = "shop", request_body = Seller,
    params(("seller" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "kept", body = SellerKept),
        (status = 400, description = "fields are wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such seller", body = ApiError),
        (status = 409, description = "another has this name", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn put_seller(
    State(house): State<House>,
    keeper: Keeper,
    Path(seller): Path<String>,
    Body(told): Body<Seller>,
) -> Result<Json<SellerKept>, ApiError> {
    let id = number(&seller, "seller")?;
    if id == 0 {
        return Err(ApiError::not_found("no-such-seller"));
    }
    keep(&house, &keeper, Seller { id, ..told }).await.map(Json)
}

/// Take out a seller of whom no product is, nor ever was.
#[utoipa::path(
    delete, path = "/api/sellers/{seller}", tag = "shop",
    params(("seller" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "taken out", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such seller", body = ApiError),
        (status = 409, description = "products are sold by it", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn remove_seller(
    State(house): State<House>,
    keeper: Keeper,
    Path(seller): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    let id = number(&seller, "seller")?;
    house.store.remove_seller(id).await.map_err(store_refused("taking out a seller"))?;
    note(&house, &keeper, "seller.removed", &format!("seller:{id}")).await?;
    Ok(Json(Accepted { ok: true }))
}

async fn keep(house: &House, keeper: &Keeper, told: Seller) -> Result<SellerKept, ApiError> {
    let id = house.store.put_seller(&told, house.now()).await.map_err(store_refused("keeping a seller"))?;
    note(house, keeper, "seller.kept", &format!("seller:{id}")).await?;
    Ok(SellerKept { id })
}
