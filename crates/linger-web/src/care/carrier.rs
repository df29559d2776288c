//! What carriers say, through whoever speaks with them for the shop. It does not know any carrier's own format.

use crate::{
    ask::parse,
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, CarrierTold},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use linger_protocol::{Millis, Report, RoomId};
use linger_store::Vault;

/// The key with which carriers' words are told, in base64.
pub fn carrier_key(vault: &Vault) -> String {
    STANDARD.encode(vault.house_secret("carrier"))
}

/// A carrier delivered a parcel. It may be told twice, late, and before the parcel is known; an unknown one changes nothing.
#[utoipa::path(
    post, path = "/api/rooms/{room}/carrier", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    request_body = CarrierTold,
    responses(
        (status = 200, description = "taken in, and durable", body = Accepted),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not the carriers' key", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 500, description = "the room found a bug in itself", body = ApiError),
        (status = 503, description = "cannot be kept now: tell it again", body = ApiError),
    ),
    security(("carrier-key" = []))
)]
pub(crate) async fn carrier_told(
    State(house): State<House>,
    Path(room): Path<String>,
    headers: HeaderMap,
    body: Result<Body<CarrierTold>, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    let told = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let told = told.strip_prefix("Bearer ").unwrap_or_default().trim();
    verify_slices_are_equal(told.as_bytes(), carrier_key(&house.vault).as_bytes())
        .map_err(|_| ApiError::unauthorized("bad-key"))?;
    let Body(told) = body?;
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let at = told.delivered_at.map_or_else(|| house.now(), Millis);
    let (order, parcel) = (parse(&told.order, "order")?, parse(&told.parcel, "parcel")?);
    house.engine.report(&room, Report::ParcelDelivered { order, parcel, at }).await?;
    Ok(Json(Accepted { ok: true }))
}
