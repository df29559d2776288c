//! What pages said when somebody ordered. It does not know what became of the order.

use super::{
    page::{Where, alone, shown},
    reading, region,
};
use crate::{
    account::Caller,
    ask::Asker,
    error::ApiError,
    house::House,
    orders::own_order,
    wire::{KeptPageWire, OrderPages},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use linger_protocol::{ItemId, Millis, RoomId};

/// What the pages of an order's items said when it was placed, for its owner and for staff: kept whatever became of the products
/// since.
#[utoipa::path(
    get, path = "/api/rooms/{room}/orders/{order}/pages", tag = "shop",
    params(
        ("room" = String, Path, description = "the room"),
        ("order" = String, Path, description = "the order"),
        ("region" = Option<String>, Query, description = "whose prices: two capital letters; the general ones when absent"),
    ),
    responses(
        (status = 200, description = "a page for each item", body = OrderPages),
        (status = 400, description = "no order id, or no region", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such order of yours", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn order_pages(
    State(house): State<House>,
    Path((room, order)): Path<(String, String)>,
    caller: Caller,
    whence: Result<Query<Where>, QueryRejection>,
) -> Result<Json<OrderPages>, ApiError> {
    let Query(whence) = whence.map_err(|_| ApiError::field("bad-field", "query"))?;
    let region = region(whence.region.as_deref())?;
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    let order = own_order(&house, &room, &asker, &order).await?;
    let at = Millis(order.at);
    let mut pages = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        pages.push(kept_page(&house, line.item, (region, at)).await?);
    }
    Ok(Json(OrderPages { at: order.at, pages }))
}

async fn kept_page(house: &House, item: u64, (region, at): (&str, Millis)) -> Result<KeptPageWire, ApiError> {
    let kept = house.store.page_at(ItemId(item), at).await.map_err(reading)?;
    let Some(kept) = kept else {
        return Ok(KeptPageWire { item, digest: None, seller_digest: None, page: None });
    };
    let mut variants = Vec::with_capacity(kept.product.variants.len());
    for variant in &kept.product.variants {
        variants.push(shown(house, &kept.product, variant, (region, at)).await?);
    }
    Ok(KeptPageWire {
        item,
        digest: Some(kept.digest),
        seller_digest: kept.seller_digest,
        page: Some(alone(kept.product, kept.seller, variants)),
    })
}
