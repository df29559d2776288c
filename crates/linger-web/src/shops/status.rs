//! How it stands with shops elsewhere, over HTTP. It does not know how they are worked with.

use super::Shop;
use crate::{
    account::Staff,
    error::ApiError,
    house::House,
    wire::{Accepted, ShopInfo, ShopNoteWire},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_protocol::Role;
use std::sync::atomic::Ordering;

const MAY: [Role; 2] = [Role::Operator, Role::Admin];

fn reading(fault: linger_store::Fault) -> ApiError {
    ApiError::unavailable("reading how it stands with a shop", &fault)
}

/// The shops that are set up, and how it stands with each.
#[utoipa::path(
    get, path = "/api/shops", tag = "shop",
    responses(
        (status = 200, description = "each with its last 50 notes", body = Vec<ShopInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_shops(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<ShopInfo>>, ApiError> {
    staff.need(&MAY)?;
    let mut infos = vec![];
    for shop in house.shops.all() {
        let totals = house.store.shop_totals(shop.source()).await.map_err(reading)?;
        let notes = house.store.shop_notes(shop.source()).await.map_err(reading)?;
        let pulled_at = shop.state().pulled_at.load(Ordering::Relaxed);
        infos.push(ShopInfo {
            shop: shop.source().to_owned(),
            products: totals.products,
            waiting: totals.waiting,
            given_up: totals.given_up,
            told_at: totals.told_at.map(|it| it.0),
            pulling: shop.state().pulling.load(Ordering::Relaxed),
            pulled_at: (pulled_at > 0).then_some(pulled_at),
            notes: notes
                .into_iter()
                .map(|it| ShopNoteWire { at: it.at.0, code: it.code, subject: it.subject })
                .collect(),
        });
    }
    Ok(Json(infos))
}

/// Ask a shop for its whole catalogue now.
#[utoipa::path(
    post, path = "/api/shops/{shop}/pull", tag = "shop",
    params(("shop" = String, Path, description = "`shopify` or `medusa`")),
    responses(
        (status = 202, description = "it is being asked", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such shop is set up", body = ApiError),
        (status = 503, description = "cannot be found out now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn pull_shop(
    State(house): State<House>,
    staff: Staff,
    Path(shop): Path<String>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    staff.need(&MAY)?;
    find(&house, &shop)?.state().pull.notify_one();
    Ok((StatusCode::ACCEPTED, Json(Accepted { ok: true })))
}

/// Try again what was given up.
#[utoipa::path(
    post, path = "/api/shops/{shop}/retry", tag = "shop",
    params(("shop" = String, Path, description = "`shopify` or `medusa`")),
    responses(
        (status = 200, description = "it is being tried", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such shop is set up", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn retry_shop(
    State(house): State<House>,
    staff: Staff,
    Path(shop): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let shop = find(&house, &shop)?;
    house.store.try_tasks_again(shop.source(), house.now()).await.map_err(reading)?;
    Ok(Json(Accepted { ok: true }))
}

fn find(house: &House, shop: &str) -> Result<Shop, ApiError> {
    house.shops.named(shop).ok_or_else(|| ApiError::not_found("no-such-shop"))
}
