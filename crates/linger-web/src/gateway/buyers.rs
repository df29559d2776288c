//! Room tokens for a shop's customers, by its gateway: the person who watches is then the one whom the gateway orders for.
//! It does not know what they do with it.

use super::gates::Gate;
use crate::{
    account::{InUse, token_for_buyer},
    error::{ApiError, Body},
    house::House,
    wire::{BuyerAsked, GuestToken},
};
use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use std::sync::Arc;

/// Make a room token for a buyer of yours.
#[utoipa::path(
    post, path = "/api/rooms/{room}/buyers", tag = "gateways", request_body = BuyerAsked,
    params(("room" = String, Path, description = "the room of the key")),
    responses(
        (status = 200, description = "a token for this room", body = GuestToken),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "no key, or it does not hold", body = ApiError),
        (status = 403, description = "the key is for another room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("gateway-key" = []))
)]
pub(crate) async fn buyer_token(
    State(house): State<House>,
    Path(room): Path<String>,
    gate: Arc<InUse<Gate>>,
    headers: HeaderMap,
    Body(asked): Body<BuyerAsked>,
) -> Result<Json<GuestToken>, ApiError> {
    gate.for_room(&room)?;
    let person = gate.person(&asked.buyer)?;
    token_for_buyer(&house, gate.room.clone(), (person, asked), &headers).map(Json)
}
