//! Flags for shops' servers and pages by OpenFeature's Remote Evaluation Protocol (OFREP). It does not know how an arm is
//! drawn.
//!
//! A shop asks with one of its write keys. A server's key is given every flag that is for shops; a page's key, which anybody
//! can read, only those that are for pages.

use crate::{
    account::{Address, InUse},
    error::{ApiError, Raw},
    experiments::shops::{Asking, Flag, Flags, NoFlag},
    house::House,
    track::Sender,
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_protocol::RoomId;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a request.
const BODY_BYTES_MAX: usize = 32 << 10;
/// Bytes of a name in a context.
const NAME_BYTES_MAX: usize = 256;

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(evaluate_flag))
        .routes(routes!(evaluate_flags))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// What is asked: about whom.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it stands in the document; the body is read by hand, so that each fault has its own code"
)]
pub(crate) struct OfrepAsked {
    /// `targetingKey` names the visitor; `anonymous` says that it is a device's name; `host` and `room` name what experiments
    /// over hosts and rooms draw.
    context: Map<String, Value>,
}

/// A flag.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfrepFlag {
    /// Its key.
    key: String,
    /// Its value.
    value: Value,
    /// `SPLIT`, `DEFAULT` or `DISABLED`.
    reason: &'static str,
    /// The arm.
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<String>,
    /// `experiment`, `version`, and `exposure`: what a page tells as `outcome` of `experiment.exposed` when it shows it.
    metadata: Map<String, Value>,
}

/// Why there is no flag.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfrepFailure {
    /// The flag's key, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// `PARSE_ERROR`, `TARGETING_KEY_MISSING`, `INVALID_CONTEXT`, `FLAG_NOT_FOUND`.
    error_code: &'static str,
    /// For whoever wrote the request.
    error_details: &'static str,
}

/// All flags.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfrepFlags {
    /// Flags, and failures of single ones.
    flags: Vec<Value>,
}

/// A request that cannot be answered.
struct Unfit {
    code: &'static str,
    details: &'static str,
}

impl Unfit {
    fn answer(self, key: Option<&str>) -> Response {
        let failure =
            OfrepFailure { key: key.map(str::to_owned), error_code: self.code, error_details: self.details };
        let status =
            if self.code == "FLAG_NOT_FOUND" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        (status, Json(failure)).into_response()
    }
}

/// One flag for one visitor, who is then counted as having been shown it.
#[utoipa::path(
    post, path = "/ofrep/v1/evaluate/flags/{key}", tag = "flags", request_body = OfrepAsked,
    params(("key" = String, Path, description = "the flag")),
    responses(
        (status = 200, description = "the flag", body = OfrepFlag),
        (status = 400, description = "the context is wrong or missing", body = OfrepFailure),
        (status = 401, description = "no key, or none that holds", body = ApiError),
        (status = 403, description = "the flag is for servers, the key for pages", body = ApiError),
        (status = 404, description = "no such flag", body = OfrepFailure),
        (status = 413, description = "too large", body = ApiError),
        (status = 429, description = "too many; `Retry-After` says when again", body = ApiError),
        (status = 503, description = "cannot be answered now", body = ApiError),
    ),
    security(("write-key" = []), ("write-key-header" = []))
)]
pub(crate) async fn evaluate_flag(
    State(house): State<House>,
    address: Address,
    Path(key): Path<String>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let sender = sender(&house, &headers, &address).await?;
    let shown_key: String = key.chars().take(64).collect();
    let context = match context(&body) {
        Ok(context) => context,
        Err(unfit) => return Ok(unfit.answer(Some(&shown_key))),
    };
    let found = context.asking(&sender).map(|asking| Flags::now(&house).one(&house, &key, &asking));
    match found {
        Err(unfit) => Ok(unfit.answer(Some(&shown_key))),
        Ok(Ok(flag)) => Ok(Json(wire(flag)).into_response()),
        Ok(Err(NoFlag::ForServers)) => Err(ApiError::new(StatusCode::FORBIDDEN, "flag-for-servers")),
        Ok(Err(why)) => Ok(unfit(why).answer(Some(&shown_key))),
    }
}

/// All flags for one visitor, for pages that keep them. With `If-None-Match` it says 304 when nothing changed.
#[utoipa::path(
    post, path = "/ofrep/v1/evaluate/flags", tag = "flags", request_body = OfrepAsked,
    params(("if-none-match" = Option<String>, Header, description = "the `ETag` that came last")),
    responses(
        (status = 200, description = "the flags, with an `ETag`", body = OfrepFlags),
        (status = 304, description = "as before"),
        (status = 400, description = "the context is wrong or missing", body = OfrepFailure),
        (status = 401, description = "no key, or none that holds", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 429, description = "too many; `Retry-After` says when again", body = ApiError),
        (status = 503, description = "cannot be answered now", body = ApiError),
    ),
    security(("write-key" = []), ("write-key-header" = []))
)]
pub(crate) async fn evaluate_flags(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let sender = sender(&house, &headers, &address).await?;
    let context = match context(&body) {
        Ok(context) => context,
        Err(unfit) => return Ok(unfit.answer(None)),
    };
    let told = match context.asking(&sender) {
        Ok(asking) => Flags::now(&house).all(&asking),
        Err(unfit) => return Ok(unfit.answer(None)),
    };
    let flags = told.into_iter().map(|(key, flag)| match flag {
        Ok(flag) => serde_json::to_value(wire(flag)).unwrap_or_default(),
        Err(why) => {
            let Unfit { code, details } = unfit(why);
            let failure = OfrepFailure { key: Some(key), error_code: code, error_details: details };
            serde_json::to_value(failure).unwrap_or_default()
        }
    });
    let told = OfrepFlags { flags: flags.collect() };
    let bytes = serde_json::to_vec(&told).unwrap_or_default();
    let tag =
        Sha256::digest(&bytes).iter().take(12).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
    let tag = format!("\"{tag}\"");
    let value = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    if same(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, value)]).into_response());
    }
    Ok(([(header::ETAG, value)], Json(told)).into_response())
}

/// Whether one of the tags that somebody has is this one. On its way it may have become a weak one.
fn same(headers: &HeaderMap, tag: &str) -> bool {
    let told = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).unwrap_or_default();
    told.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == tag || it == "*")
}

/// The sender of a key in `Authorization` or `X-API-Key`, who has room for one more request.
async fn sender(
    house: &House,
    headers: &HeaderMap,
    address: &Address,
) -> Result<Arc<InUse<Sender>>, ApiError> {
    let by_header = headers.get("x-api-key").and_then(|it| it.to_str().ok());
    house.track.admit(address.network(), 1).map_err(ApiError::too_many)?;
    let sender = match by_header {
        Some(key) => crate::track::sender_of_key(house, key).await?,
        None => {
            let sender = crate::track::sender_of(house, headers).await?;
            sender.ok_or_else(|| ApiError::unauthorized("bad-key"))?
        }
    };
    sender.admit(1).map_err(ApiError::too_many)?;
    Ok(sender)
}

/// What is known of the visitor.
struct Context {
    visitor: Option<String>,
    anonymous: bool,
    host: Option<String>,
    room: Option<RoomId>,
}

fn context(body: &[u8]) -> Result<Context, Unfit> {
    let unfit = |code, details| Unfit { code, details };
    let body: Value =
        serde_json::from_slice(body).map_err(|_| unfit("PARSE_ERROR", "the body is not JSON"))?;
    let context = match body.as_object().map(|it| it.get("context")) {
        Some(Some(Value::Object(context))) => context.clone(),
        Some(None | Some(Value::Null)) => Map::new(),
        Some(Some(_)) => return Err(unfit("INVALID_CONTEXT", "context is not an object")),
        None => return Err(unfit("PARSE_ERROR", "the body is not an object")),
    };
    let name = |field: &str, details| match context.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if (1..=NAME_BYTES_MAX).contains(&text.len()) => Ok(Some(text.clone())),
        Some(Value::String(text)) if text.is_empty() && field == "targetingKey" => Ok(None),
        Some(_) => Err(unfit("INVALID_CONTEXT", details)),
    };
    let room = name("room", "room is not a text of 1 to 256 bytes")?;
    let anonymous = match context.get("anonymous") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(it)) => *it,
        Some(_) => return Err(unfit("INVALID_CONTEXT", "anonymous is not a boolean")),
    };
    Ok(Context {
        visitor: name("targetingKey", "targetingKey is not a text of 1 to 256 bytes")?,
        anonymous,
        host: name("host", "host is not a text of 1 to 256 bytes")?,
        room: room
            .map(|it| {
                RoomId::new(&it).map_err(|_| unfit("INVALID_CONTEXT", "room is not the name of a room"))
            })
            .transpose()?,
    })
}

impl Context {
    fn asking<'a>(&'a self, sender: &'a Sender) -> Result<Asking<'a>, Unfit> {
        if self.visitor.is_none() && self.host.is_none() && self.room.is_none() {
            return Err(Unfit {
                code: "TARGETING_KEY_MISSING",
                details: "context.targetingKey names the visitor",
            });
        }
        Ok(Asking {
            server: sender.trusted,
            visitor: self.visitor.as_deref(),
            anonymous: self.anonymous,
            host: self.host.as_deref(),
            shop: &sender.source,
            room: self.room.as_ref(),
        })
    }
}

fn unfit(why: NoFlag) -> Unfit {
    let (code, details) = match why {
        NoFlag::Unknown | NoFlag::ForServers => ("FLAG_NOT_FOUND", "there is no such flag"),
        NoFlag::Missing("targetingKey") => {
            ("TARGETING_KEY_MISSING", "context.targetingKey names the visitor")
        }
        NoFlag::Missing("host") => ("INVALID_CONTEXT", "context.host names the host"),
        NoFlag::Missing(_) => ("INVALID_CONTEXT", "context.room names the room"),
    };
    Unfit { code, details }
}

fn wire(flag: Flag) -> OfrepFlag {
    let mut metadata = Map::new();
    if let Some(arm) = &flag.variant {
        let exposure = linger_strategy::experiment::shown(&flag.experiment, flag.version, arm);
        metadata.insert("exposure".to_owned(), exposure.into());
    }
    metadata.insert("experiment".to_owned(), flag.experiment.into());
    metadata.insert("version".to_owned(), flag.version.into());
    OfrepFlag { key: flag.key, value: flag.value, reason: flag.reason, variant: flag.variant, metadata }
}
