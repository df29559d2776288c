//! How the edge says no: a code, perhaps a field, perhaps when to try again. It never carries what somebody sent.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use linger_engine::Refused;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// A refusal or fault as it goes over the wire.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiError {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// A code that has a sentence in `web/messages`.
    pub code: String,
    /// The field that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why, as a sentence for whoever wrote the request, where a code says too little. It repeats nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When trying again may help, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
    /// Every field that is to blame, where several may be; at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
}

/// A field that is to blame.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Which.
    pub field: String,
    /// What it must be. It repeats nothing of what was sent.
    pub why: String,
}

/// Problems that one answer names.
const PROBLEMS_MAX: usize = 100;

impl ApiError {
    /// An error of this status and code.
    pub fn new(status: StatusCode, code: &str) -> ApiError {
        ApiError { status, code: code.to_owned(), field: None, why: None, retry_ms: None, problems: vec![] }
    }

    /// A field is not as it must be.
    pub fn field(code: &str, field: &str) -> ApiError {
        ApiError { field: Some(field.to_owned()), ..ApiError::new(StatusCode::BAD_REQUEST, code) }
    }

    /// Several fields are not as they must be; the first is named as if it were alone.
    pub(crate) fn fields(wrong: Vec<linger_catalogue::Wrong>) -> ApiError {
        let first = wrong.first().cloned();
        let problem = |it: linger_catalogue::Wrong| FieldProblem { field: it.field, why: it.why };
        ApiError {
            field: first.as_ref().map(|it| it.field.clone()),
            why: first.map(|it| it.why),
            problems: wrong.into_iter().take(PROBLEMS_MAX).map(problem).collect(),
            ..ApiError::new(StatusCode::BAD_REQUEST, "bad-field")
        }
    }

    /// Nobody is signed in, or the token does not hold.
    pub fn unauthorized(code: &str) -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, code)
    }

    /// Not for this role.
    pub fn forbidden() -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "not-allowed")
    }

    /// There is no such thing.
    pub fn not_found(code: &str) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, code)
    }

    /// Too much at once.
    pub fn too_many(retry_ms: u64) -> ApiError {
        ApiError { retry_ms: Some(retry_ms), ..ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too-many") }
    }

    /// Something outside failed; nothing was done.
    pub fn unavailable(what: &'static str, why: &dyn std::fmt::Display) -> ApiError {
        tracing::error!(what, %why, "could not be done");
        ApiError { retry_ms: Some(1_000), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable") }
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> ApiError {
        match refused {
            Refused::Refusal(refusal) => {
                let status = match refusal {
                    linger_protocol::Refusal::NotAllowed => StatusCode::FORBIDDEN,
                    linger_protocol::Refusal::NoSuchRoom => StatusCode::NOT_FOUND,
                    _ => StatusCode::CONFLICT,
                };
                ApiError::new(status, refusal.code())
            }
            Refused::Busy { retry_ms } => ApiError {
                retry_ms: Some(retry_ms),
                ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy")
            },
            Refused::NotKept { .. } => ApiError {
                retry_ms: Some(1_000),
                ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not-kept")
            },
            Refused::Quarantined => ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "room-fault"),
            Refused::Stopping => ApiError {
                retry_ms: Some(2_000),
                ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "stopping")
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_s = self.retry_ms.map(|ms| ms.div_ceil(1_000).max(1));
        let mut response = (self.status, Json(&self)).into_response();
        if let Some(retry_s) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_s));
        }
        response
    }
}

/// A JSON body, with errors that name the field and never repeat the body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Body(value)),
            Err(JsonRejection::JsonDataError(error)) => {
                let mut refused = ApiError::new(StatusCode::BAD_REQUEST, "bad-field");
                refused.field = blamed_field(&error.body_text());
                Err(refused)
            }
            Err(JsonRejection::JsonSyntaxError(_)) => Err(ApiError::new(StatusCode::BAD_REQUEST, "not-json")),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"))
            }
            Err(other) if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"))
            }
            Err(_) => Err(ApiError::new(StatusCode::BAD_REQUEST, "bad-body")),
        }
    }
}

/// A body that is no JSON, within the route's bound.
pub(crate) struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Raw, ApiError> {
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Raw(bytes)),
            Err(other) if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"))
            }
            Err(_) => Err(ApiError::new(StatusCode::BAD_REQUEST, "bad-body")),
        }
    }
}

/// What the framework itself refuses, an address that is no text or a handshake that is none, in our form.
pub(crate) async fn in_our_form(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !(status.is_client_error() || status.is_server_error()) || kind == Some("application/json") {
        return response;
    }
    let mut told = ApiError::new(status, "bad-request").into_response();
    // What says how to ask instead, such as `allow` and `upgrade`, stays.
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            told.headers_mut().append(name, value.clone());
        }
    }
    told
}

/// The field that serde's sentence is about, when it names one: by what it says of the field, or by the path that axum
/// puts before it. What it tells of a value is never repeated.
pub(crate) fn blamed_field(sentence: &str) -> Option<String> {
    let told = ["unknown field `", "missing field `", "duplicate field `"];
    let named = told.iter().find_map(|told| sentence.split_once(told)?.1.split('`').next());
    let path = || sentence.split_once("target type: ")?.1.split_once(": ").map(|(path, _)| path);
    let name = named.or_else(path)?;
    let of_a_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.[]".contains(&b);
    let is_name = (1..=32).contains(&name.len()) && name.bytes().all(of_a_name);
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::blamed_field;

    #[test]
    fn a_field_is_blamed_by_its_name_and_a_value_is_not_repeated() {
        let body = |told: &str| format!("Failed to deserialize the JSON body into the target type: {told}");
        for (sentence, field) in [
            ("unknown field `shout`, expected `text` or `answers`", Some("shout")),
            ("missing field `act` at line 1 column 9", Some("act")),
            (&body("products[0].price: missing field `minor` at line 1"), Some("minor")),
            (
                &body("products[0].title: invalid type: integer `3`, expected a string"),
                Some("products[0].title"),
            ),
            ("unknown variant `secret`, expected one of `say`, `follow`", None),
            ("invalid type: string \"a `secret` b\", expected u32", None),
            (&body("invalid type: string \"secret\", expected u32"), None),
            (&format!("unknown field `{}`", "x".repeat(33)), None),
            ("unknown field `ev\u{202e}il`", None),
        ] {
            assert_eq!(blamed_field(sentence).as_deref(), field, "{sentence}");
        }
    }
}
