//! WHIP and WHEP over HTTP. It does not know what is in an offer: the media server does.

use crate::{
    account::{Address, Staff, guest_from_token, staff_from_headers},
    error::{ApiError, Raw},
    house::House,
    rooms::room_desk,
};
use aws_lc_rs::constant_time;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_media::{Answer, MediaError};
use linger_protocol::{Role, RoomId};
use sha2::{Digest, Sha256};

/// Publish picture and sound (WHIP, RFC 9725).
#[utoipa::path(
    post, path = "/whip/{room}", tag = "video", params(("room" = String, Path, description = "the room")),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, description = "the answer; `Location` names the session", body = String, content_type = "application/sdp"),
        (status = 400, description = "the offer makes no sense", body = ApiError),
        (status = 401, description = "no key or session", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not an offer", body = ApiError),
        (status = 422, description = "no codec in common", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 503, description = "no room for more", body = ApiError),
    ),
    security(("ingest-key" = []), ("session" = []))
)]
pub(crate) async fn whip(
    State(house): State<House>,
    address: Address,
    Path(room): Path<String>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    house.limiter.offer(address.network()).map_err(ApiError::too_many)?;
    may_publish(&house, &room, &headers).await?;
    let offer = offer(&headers, &body)?;
    created(house.media.publish(room.as_str(), offer).await)
}

/// Watch picture and sound (WHEP).
#[utoipa::path(
    post, path = "/whep/{room}", tag = "video", params(("room" = String, Path, description = "the room")),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, description = "the answer; `Location` names the session", body = String, content_type = "application/sdp"),
        (status = 400, description = "the offer makes no sense", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not an offer", body = ApiError),
        (status = 422, description = "no codec in common", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 503, description = "no room for more", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn whep(
    State(house): State<House>,
    address: Address,
    Path(room): Path<String>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    house.limiter.offer(address.network()).map_err(ApiError::too_many)?;
    match bearer(&headers) {
        Some(token) => {
            guest_from_token(&house, &room, token)?;
        }
        None if staff_from_headers(&house, &headers).await.is_some() => {}
        None => return Err(ApiError::unauthorized("no-token")),
    }
    let offer = offer(&headers, &body)?;
    created(house.media.watch(room.as_str(), offer).await)
}

/// End a WHIP or WHEP session. The address is its secret.
#[utoipa::path(
    delete, path = "/media/{resource}", tag = "video",
    params(("resource" = String, Path, description = "the session, from `Location`")),
    responses((status = 200, description = "ended", body = String, content_type = "text/plain"), (status = 404, description = "no such session", body = ApiError))
)]
pub(crate) async fn end_media(
    State(house): State<House>,
    Path(resource): Path<String>,
) -> Result<&'static str, ApiError> {
    // With a body, though nobody reads it: FFmpeg takes an empty answer for a broken one.
    if house.media.close(&resource).await {
        Ok("ended\n")
    } else {
        Err(ApiError::not_found("no-such-session"))
    }
}

async fn may_publish(house: &House, room: &RoomId, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(key) = bearer(headers) else {
        let staff: Staff =
            staff_from_headers(house, headers).await.ok_or_else(|| ApiError::unauthorized("no-token"))?;
        staff.check_csrf(headers)?;
        return staff.need(&[Role::Host, Role::Operator, Role::Admin]);
    };
    let told: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let known =
        house.store.ingest_key(room).await.map_err(|fault| ApiError::unavailable("reading a key", &fault))?;
    match known {
        Some(known) if constant_time::verify_slices_are_equal(&known, &told).is_ok() => Ok(()),
        _ => Err(ApiError::unauthorized("bad-key")),
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn offer<'a>(headers: &HeaderMap, body: &'a Bytes) -> Result<&'a str, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/sdp") {
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-sdp"));
    }
    std::str::from_utf8(body).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad-sdp"))
}

fn created(answer: Result<Answer, MediaError>) -> Result<Response, ApiError> {
    let answer = answer.map_err(|error| {
        let status = match error {
            MediaError::BadSdp { .. } => StatusCode::BAD_REQUEST,
            MediaError::NoCodecInCommon => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        ApiError::new(status, &error.code().replace('_', "-"))
    })?;
    let mut response = (StatusCode::CREATED, answer.sdp).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/sdp"));
    if let Ok(location) = HeaderValue::from_str(&format!("/media/{}", answer.resource)) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}
