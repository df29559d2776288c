//! Stock over HTTP: moves with a reason, under a key of whoever asks. It does not know rooms.

use super::{Keeper, number, reading};
use crate::{
    account::store_refused,
    error::{ApiError, Body},
    house::House,
    wire::{StockPut, StockWire},
};
use axum::{
    Json,
    extract::{Path, State},
};
use linger_protocol::Limits;
use linger_store::{Stock, StockAsked, StockMove};

/// Units of a variant.
#[utoipa::path(
    get, path = "/api/variants/{item}/stock", tag = "shop",
    params(("item" = u64, Path, description = "the variant's number")),
    responses(
        (status = 200, description = "free units, and those that rooms hold", body = StockWire),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such variant", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn get_stock(
    State(house): State<House>,
    _keeper: Keeper,
    Path(item): Path<String>,
) -> Result<Json<StockWire>, ApiError> {
    let stock = house.store.stock(number(&item, "item")?).await.map_err(reading)?;
    let stock = stock.ok_or_else(|| ApiError::not_found("no-such-item"))?;
    Ok(Json(told(stock, false)))
}

/// Change the stock of a variant: by so many units, or to a count. Asked again under the same key it changes nothing and
/// answers as before. It never goes below zero.
#[utoipa::path(
    post, path = "/api/variants/{item}/stock", tag = "shop", request_body = StockPut,
    params(("item" = u64, Path, description = "the variant's number")),
    responses(
        (status = 200, description = "what there is after it", body = StockWire),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such variant", body = ApiError),
        (status = 409, description = "there are not so many, they are not counted here, or the key was used for something else", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn move_stock(
    State(house): State<House>,
    keeper: Keeper,
    Path(item): Path<String>,
    Body(put): Body<StockPut>,
) -> Result<Json<StockWire>, ApiError> {
    let item = number(&item, "item")?;
    let asked = match (put.by, put.to) {
        (Some(by), None) => StockAsked::By(by),
        (None, Some(to)) => StockAsked::To(to),
        _ => return Err(ApiError::field("bad-field", "by")),
    };
    let beyond = matches!(asked, StockAsked::By(by) if by.unsigned_abs() > Limits::UNITS_MAX.unsigned_abs());
    if beyond {
        return Err(ApiError::field("bad-field", "by"));
    }
    if put.key.is_empty() || put.key.len() > 64 {
        return Err(ApiError::field("bad-field", "key"));
    }
    let source = keeper.source();
    // A key is its asker's own: two servers may count from one.
    let key = format!("{source}:{}", put.key);
    let asked = StockMove { key: &key, item, asked, reason: &put.reason, source: &source, now: house.now() };
    let moved = house.store.move_stock(asked).await.map_err(store_refused("changing stock"))?;
    Ok(Json(told(moved.stock, !moved.fresh)))
}

fn told(stock: Stock, repeated: bool) -> StockWire {
    StockWire { units: stock.units, allotted: stock.allotted, repeated }
}
