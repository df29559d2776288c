//! The routes where events are told. They do not know what an event means.

use super::{
    answer::Collected,
    batch::{BODY_BYTES_MAX, Form, Work, key_in, unpacked},
    senders::key_in_headers,
    told::Call,
};
use crate::{
    account::{Address, InUse},
    error::ApiError,
    house::House,
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use std::time::Duration;

/// How long a request waits for its turn.
const TURN_MAX: Duration = Duration::from_secs(5);
/// When to come back if there was none, ms.
const COME_BACK_MS: u64 = 1_000;

/// Tell events by Segment's convention: `track`, `identify`, `page`, `screen`, `group`, `alias`, or several in a `batch`.
///
/// The short forms `t`, `i`, `p`, `s`, `g`, `a`, `b` and `import` are the same. The write key is the user of Basic (or a
/// Bearer token), or `writeKey` in the body. At most 500 KiB (unpacked, when it comes as gzip), 32 KiB an item and 2,500
/// items. Answered when durable.
#[utoipa::path(
    post, path = "/v1/{call}", tag = "events",
    params(("call" = String, Path, description = "`track`, `identify`, `page`, `screen`, `group`, `alias`, `batch`")),
    request_body(content = serde_json::Value, description = "the call, or `{\"batch\": [...]}`"),
    responses(
        (status = 200, description = "every item is stored, or had been before", body = Collected),
        (status = 207, description = "some items were refused; the others are stored", body = Collected),
        (status = 400, description = "the body is wrong as a whole, or every item was refused", body = ApiError),
        (status = 401, description = "no key, or none that counts", body = ApiError),
        (status = 404, description = "no such call", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "packed in a way that is not read", body = ApiError),
        (status = 429, description = "too many events of this key or address; `retry-after` says when", body = ApiError),
        (status = 503, description = "nothing was kept; try again", body = ApiError),
    ),
    security(("write-key" = []))
)]
pub(crate) async fn collect(
    State(house): State<House>,
    Path(call): Path<String>,
    address: Address,
    request: Request,
) -> Result<Response, ApiError> {
    let form = match call.as_str() {
        "batch" | "b" | "import" => Form::Batch,
        call => Form::One(Call::named(call).ok_or_else(|| ApiError::not_found("no-such-call"))?),
    };
    let (parts, body) = request.into_parts();
    take(house, address, &parts.headers, body, form).await
}

/// Tell CloudEvents 1.0.2: one, a batch, or one whose attributes are headers (`ce-id` and so on).
///
/// `type` is the event's name, `source` and `id` make its id, and who did it stands in the extension attributes `userid`
/// and `anonymousid`, or else in `subject`. `data` is a JSON object. Limits and answers are those of `/v1/batch`.
#[utoipa::path(
    post, path = "/v1/events", tag = "events",
    request_body(content = serde_json::Value, description = "`application/cloudevents+json`, \
        `application/cloudevents-batch+json`, or the data alone"),
    responses(
        (status = 200, description = "every item is stored, or had been before", body = Collected),
        (status = 207, description = "some items were refused; the others are stored", body = Collected),
        (status = 400, description = "the body is wrong as a whole, or every item was refused", body = ApiError),
        (status = 401, description = "no key, or none that counts", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not a form that is read", body = ApiError),
        (status = 429, description = "too many events of this key or address; `retry-after` says when", body = ApiError),
        (status = 503, description = "nothing was kept; try again", body = ApiError),
    ),
    security(("write-key" = []))
)]
pub(crate) async fn collect_cloud_events(
    State(house): State<House>,
    address: Address,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let form = if kind.eq_ignore_ascii_case("application/cloudevents+json") {
        Form::Cloud
    } else if kind.eq_ignore_ascii_case("application/cloudevents-batch+json") {
        Form::Clouds
    } else if parts.headers.contains_key("ce-specversion") && kind.eq_ignore_ascii_case("application/json") {
        Form::CloudInHeaders(parts.headers.clone())
    } else {
        // Whoever has no key is told that first.
        if key_in_headers(&parts.headers).is_some() {
            find(&house, &parts.headers, None).await?;
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-cloudevents"));
        }
        return Err(ApiError::unauthorized("bad-key"));
    };
    take(house, address, &parts.headers, body, form).await
}

async fn take(
    house: House,
    address: Address,
    headers: &HeaderMap,
    body: Body,
    form: Form,
) -> Result<Response, ApiError> {
    let address = address.network();
    let track = &house.track;
    track.senders.admit(address, 1).map_err(ApiError::too_many)?;
    let received = house.now();
    let busy = || ApiError {
        retry_ms: Some(COME_BACK_MS),
        ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy")
    };
    let turn = tokio::time::timeout(TURN_MAX, track.under_way.acquire()).await;
    let _turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
    // A key in the head that does not count is told before anything is read.
    let known = match key_in_headers(headers) {
        Some(_) => Some(find(&house, headers, None).await?),
        None => None,
    };
    let gzip = is_gzip(headers)?;
    let bytes: Bytes = axum::body::to_bytes(body, BODY_BYTES_MAX)
        .await
        .map_err(|_| ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"))?;
    track.restore(&house).await?;
    let reading = track.reading.clone().acquire_owned().await.map_err(|_| busy())?;
    let (body, reading) = off(&house, move || unpacked(&bytes, gzip).map(|body| (body, reading))).await??;
    let sender = match known {
        Some(sender) => sender,
        None => find(&house, headers, key_in(&body)).await?,
    };
    let work = Work { house: house.clone(), sender, address, received, form, body };
    off(&house, move || work.done(reading)).await?
}

/// Whose key it is.
async fn find(
    house: &House,
    headers: &HeaderMap,
    in_body: Option<String>,
) -> Result<std::sync::Arc<InUse<super::senders::Sender>>, ApiError> {
    let key = key_in_headers(headers).or(in_body).ok_or_else(|| ApiError::unauthorized("bad-key"))?;
    house.track.senders.find(&house.store, &key, house.now()).await
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, ApiError> {
    let Some(told) = headers.get(header::CONTENT_ENCODING) else { return Ok(false) };
    match told.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Ok(true),
        "" | "identity" => Ok(false),
        _ => Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad-encoding")),
    }
}

/// Works where nothing else waits.
async fn off<T: Send + 'static>(
    house: &House,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let worked = house.track.aside.run(work).await;
    worked.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))
}
