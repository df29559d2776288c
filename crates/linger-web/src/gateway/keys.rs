//! Keys of gateways, for operators. It does not know how a key is checked.

use crate::{
    account::{Staff, random_token, store_refused, token_hash},
    error::{ApiError, Body},
    house::House,
    rooms::room_desk,
    wire::{Accepted, GatewayKeyInfo, GatewayKeyMade, NewGatewayKey},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_protocol::Role;
use linger_store::NewAuditEntry;

/// Letters of a key by which people tell it from others.
const HINT_CHARS: usize = 8;

/// The keys of a room's gateways, revoked ones too. The keys themselves are not kept.
#[utoipa::path(
    get, path = "/api/rooms/{room}/gateway-keys", tag = "gateways",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "by number", body = Vec<GatewayKeyInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_gateway_keys(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
) -> Result<Json<Vec<GatewayKeyInfo>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let keys = house.store.gateway_keys().await;
    let keys = keys.map_err(|fault| ApiError::unavailable("reading the gateway keys", &fault))?;
    Ok(Json(keys.into_iter().filter(|key| key.room == room).map(info).collect()))
}

/// Make a key for a gateway. It is shown this once.
#[utoipa::path(
    post, path = "/api/rooms/{room}/gateway-keys", tag = "gateways", request_body = NewGatewayKey,
    params(("room" = String, Path, description = "the one room it opens")),
    responses(
        (status = 201, description = "the key, shown this once", body = GatewayKeyMade),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 409, description = "there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_gateway_key(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
    Body(new): Body<NewGatewayKey>,
) -> Result<(StatusCode, Json<GatewayKeyMade>), ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let key = format!("gk_{}", random_token()?);
    let kept = linger_store::NewGatewayKey {
        key_hash: token_hash(&key),
        hint: key[..HINT_CHARS].to_owned(),
        name: new.name,
        room,
        shop: new.shop,
    };
    let id = house.store.make_gateway_key(kept, house.now()).await;
    let id = id.map_err(store_refused("keeping a gateway key"))?;
    house.gates.keys.changed();
    note(&house, &staff, "gateway-key.made", id).await?;
    Ok((StatusCode::CREATED, Json(GatewayKeyMade { id, key })))
}

/// Revoke a gateway's key: nothing more is taken from it.
#[utoipa::path(
    delete, path = "/api/rooms/{room}/gateway-keys/{key}", tag = "gateways",
    params(("room" = String, Path, description = "the room"), ("key" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "revoked", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such room or key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn revoke_gateway_key(
    State(house): State<House>,
    staff: Staff,
    Path((room, key)): Path<(String, String)>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let id: u64 = crate::ask::parse(&key, "key")?;
    let revoked = house.store.revoke_gateway_key(&room, id, house.now()).await;
    revoked.map_err(store_refused("revoking a gateway key"))?;
    house.gates.keys.changed();
    note(&house, &staff, "gateway-key.revoked", id).await?;
    Ok(Json(Accepted { ok: true }))
}

async fn note(house: &House, staff: &Staff, action: &str, id: u64) -> Result<(), ApiError> {
    let subject = format!("gateway-key:{id}");
    let entry = NewAuditEntry { at: house.now(), actor: staff.person, action, subject: &subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}

fn info(key: linger_store::GatewayKey) -> GatewayKeyInfo {
    GatewayKeyInfo {
        id: key.id,
        hint: key.hint,
        name: key.name,
        shop: key.shop,
        created_at: key.created_at.0,
        last_used: key.last_used.map(|at| at.0),
        revoked_at: key.revoked_at.map(|at| at.0),
    }
}
