//! The router with everything that holds for every route, and the document that describes it. It does not know what
//! any route does.

use crate::{
    account, ask, care, catalogue,
    error::{ApiError, in_our_form},
    health,
    house::House,
    media, orders, pages, payments, questions, records, review, rooms, rundown, sale, shop, shops, socket,
    talk, track, watch,
    wire::{FromClient, ToClient},
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
};
use utoipa::{
    OpenApi,
    openapi::{
        self, ContentBuilder, PathItem, Ref, RefOr, ResponseBuilder,
        path::{Operation, Parameter, ParameterIn},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a body, unless a route says otherwise.
const BODY_BYTES_MAX: usize = 64 << 10;
/// Time to the head of an answer. The slowest honest one waits for a disk and a few password hashes.
const ANSWER_MAX: Duration = Duration::from_secs(20);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Linger",
        description = "Live rooms with chat, sale and draws. The socket `/ws/rooms/{room}` speaks `FromClient` and \
                       `ToClient`. Ids are text, times are milliseconds since 1970, amounts are minor units.",
    ),
    components(schemas(FromClient, ToClient, ApiError)),
    tags(
        (name = "rooms", description = "Rooms, and coming into them"),
        (name = "shop", description = "Catalogue, orders, payments"),
        (name = "data", description = "Figures of a show"),
        (name = "video", description = "Picture and sound"),
        (name = "people", description = "What is known of people, and its erasure"),
        (name = "staff", description = "Who works here, and sign-in"),
        (name = "events", description = "Telling what people did, and the keys to tell it with"),
        (name = "health", description = "For those who run the house"),
    )
)]
struct Head;

/// Every route that is described. What is not here is a page.
fn described() -> OpenApiRouter<House> {
    OpenApiRouter::with_openapi(head())
        .merge(account::routes())
        .merge(track::routes())
        .merge(questions::routes())
        .merge(watch::routes())
        .merge(rundown::routes())
        .merge(talk::routes())
        .merge(sale::routes())
        .merge(care::routes())
        .merge(shop::routes())
        .merge(shops::routes())
        .merge(
            OpenApiRouter::default()
                .routes(routes!(catalogue::list_products, catalogue::put_products))
                .layer(DefaultBodyLimit::max(catalogue::BODY_BYTES_MAX)),
        )
        .routes(routes!(rooms::list_rooms, rooms::open_room))
        .routes(routes!(rooms::get_room))
        .routes(routes!(rooms::draw_proof))
        .routes(routes!(records::activity_record))
        .routes(routes!(rooms::get_insight))
        .routes(routes!(review::list_shows))
        .routes(routes!(review::review_show))
        .routes(routes!(review::report_shows))
        .routes(routes!(rooms::new_ingest_key))
        .routes(routes!(rooms::erase_me))
        .routes(routes!(rooms::erase_person))
        .routes(routes!(ask::ask_room))
        .routes(routes!(orders::get_order))
        .routes(routes!(orders::pay_order))
        .routes(routes!(payments::payment_providers))
        .routes(routes!(payments::sandbox_notice))
        .routes(routes!(payments::stripe_notice))
        .routes(routes!(payments::payment_findings))
        .routes(routes!(media::whip))
        .routes(routes!(media::whep))
        .routes(routes!(media::end_media))
        .routes(routes!(socket::room_socket))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(openapi_json))
}

fn head() -> utoipa::openapi::OpenApi {
    let mut document = Head::openapi();
    let bearer = |told: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(told)).build();
        SecurityScheme::Http(scheme)
    };
    let cookie =
        ApiKeyValue::with_description("linger_session", "set by sign-in; every change also carries `x-csrf`");
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
    let told = "the user is a key from `POST /api/write-keys`, the password is empty";
    let write_key = SecurityScheme::Http(basic.description(Some(told)).build());
    let schemes = [
        ("room-token", bearer("from `POST /api/rooms/{room}/guest`")),
        ("carrier-key", bearer("from `linger carrier-key`")),
        ("ingest-key", bearer("from `POST /api/rooms/{room}/ingest-key`")),
        ("write-key", write_key),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
    ];
    let components = document.components.get_or_insert_default();
    components.security_schemes.extend(schemes.map(|(name, scheme)| (name.to_owned(), scheme.into())));
    document
}

/// The interface as a document: every route, every body, and the messages of the socket.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = described().into_openapi();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let is_path =
            |it: &RefOr<Parameter>| matches!(it, RefOr::T(it) if it.parameter_in == ParameterIn::Path);
        if operation.parameters.iter().flatten().any(is_path) {
            // Even a name that is anything may be no text.
            let told = || RefOr::T(refusal("a part of the address is no text"));
            operation.responses.responses.entry("400".to_owned()).or_insert_with(told);
        }
    }
    document
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = path;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn refusal(told: &str) -> openapi::Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ApiError"))).build();
    ResponseBuilder::new().description(told).content("application/json", body).build()
}

/// This interface as a document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "health",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value))
)]
async fn openapi_json() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

/// The whole edge: what the binary serves and what tests call. Serve it with the peer's address
/// (`into_make_service_with_connect_info::<SocketAddr>`): limits count by it.
pub fn app(house: House) -> Router {
    let strict: Arc<[_]> = pages::strict_headers(house.config.public_url.scheme() == "https").into();
    let (api, _) = described().split_for_parts();
    api.route_layer(middleware::from_fn(in_our_form))
        .merge(pages::routes())
        .fallback(pages::fallback)
        .method_not_allowed_fallback(|| async {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "no-such-method")
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(caught))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(middleware::from_fn_with_state(strict, with_headers))
        .layer(middleware::from_fn(for_other_sites))
        .layer(middleware::from_fn_with_state(house.clone(), watched))
        .with_state(house)
}

/// Texts of some length. Pictures, fonts and films are packed already.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/octet-stream"))
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("answering in time", &"the time was up").into_response(),
    }
}

/// A bug in one answer ends that answer. What it panicked with may be anything, so it is not repeated here.
fn caught(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a bug: an answer panicked");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug").into_response()
}

async fn with_headers(
    State(strict): State<Arc<[(HeaderName, HeaderValue)]>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_api = path.starts_with("/api/") || path.starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in strict.iter() {
        headers.insert(name.clone(), value.clone());
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Lets pages of other sites use what is asked by room token. Cookies never travel that way: no answer allows
/// credentials, and no preflight allows `x-csrf`.
async fn for_other_sites(request: Request, next: Next) -> Response {
    let theirs = pages::is_for_other_sites(request.method(), request.uri().path());
    if !theirs {
        return next.run(request).await;
    }
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    say(header::ACCESS_CONTROL_EXPOSE_HEADERS, "location, retry-after");
    if preflight {
        say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE");
        say(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, content-encoding");
        say(header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
    response
}

/// Counts and traces every answer by its route: neither the address as sent nor its query is kept, as both may hold
/// secrets.
async fn watched(State(house): State<House>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let (route, status) = (route.as_ref().map_or("-", MatchedPath::as_str), response.status().as_u16());
    house.metrics.answered(method, route, status, begun.elapsed());
    tracing::debug!(method, route, status, took_ms = begun.elapsed().as_millis(), "answered");
    response
}

fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_sockets_messages_and_every_way_to_come_in() {
        let document = serde_json::to_value(document()).unwrap();
        for schema in ["FromClient", "ToClient", "WireEvent", "ApiError", "Me"] {
            assert!(document["components"]["schemas"].get(schema).is_some(), "{schema}");
        }
        for scheme in ["room-token", "ingest-key", "write-key", "session"] {
            assert!(document["components"]["securitySchemes"].get(scheme).is_some(), "{scheme}");
        }
    }

    #[tokio::test]
    async fn a_bug_in_one_answer_is_told_without_what_it_said() {
        async fn breaks() {
            panic!("a secret");
        }
        let app: Router =
            Router::new().route("/", axum::routing::get(breaks)).layer(CatchPanicLayer::custom(caught));
        let request = Request::builder().uri("/").body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert_eq!(body, r#"{"code":"bug"}"#);
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let text = serde_json::to_string(&document()).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut count = 0;
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
            count += 1;
        }
        assert!(count > 0);
    }
}
