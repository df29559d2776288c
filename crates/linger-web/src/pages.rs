//! The built pages, inside the binary: which file answers which address, and how long it may be kept. It does not know
//! what is on a page.

use crate::{error::ApiError, house::House};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// What `npm run build` in `web/` makes. In a debug build it is read from there at every request.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// The pages by address. What is not named here is an asset or nothing.
const PAGES: [(&str, &str); 9] = [
    ("/", "index.html"),
    ("/r/{room}", "viewer.html"),
    ("/studio/{room}", "studio.html"),
    ("/control/{room}", "control.html"),
    ("/sign-in", "sign-in.html"),
    ("/invite", "invite.html"),
    ("/embed-example", "embed-example.html"),
    ("/embed.js", "embed.js"),
    ("/track.js", "track.js"),
];
/// First parts of addresses that are never pages: a wrong one is answered as JSON.
const NOT_PAGES: [&str; 6] = ["api", "v1", "ws", "whip", "whep", "media"];
/// What is said where the pages are not built.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Linger</title>\n\
    <h1>Linger runs, but its pages are not built</h1>\n\
    <p>In the folder <code>web</code> of the source run <code>npm ci &amp;&amp; npm run build</code>, then build \
    <code>linger</code> again.</p>\n\
    <p>The interface works all the same: <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>\n</html>\n";

/// The routes of the pages.
pub(crate) fn routes() -> Router<House> {
    PAGES.iter().fold(Router::new(), |router, &(path, file)| {
        router.route(path, get(move |headers: HeaderMap| async move { page(file, &headers) }))
    })
}

/// What answers when no route does: an asset, or that there is no such thing.
pub(crate) async fn fallback(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if NOT_PAGES.contains(&first) {
        return ApiError::not_found("not-found").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "not-found").into_response();
    }
    // Pages have their addresses; their files have none.
    match Asset::built(path).filter(|_| !path.ends_with(".html")) {
        Some(asset) => asset.answer(request.headers()),
        None => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn page(file: &'static str, headers: &HeaderMap) -> Response {
    match Asset::built(file) {
        Some(asset) => asset.answer(headers),
        None if file.ends_with(".html") => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT)
                .into_response()
        }
        None => (StatusCode::NOT_FOUND, "the pages are not built\n").into_response(),
    }
}

/// A built file.
struct Asset {
    bytes: Cow<'static, [u8]>,
    kind: String,
    /// Weak: the same text may travel compressed.
    etag: String,
    /// Whether its name changes when it does.
    hashed: bool,
}

impl Asset {
    fn built(path: &str) -> Option<Asset> {
        let file = Built::get(path)?;
        let hash: String =
            file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        let kind = match file.metadata.mimetype() {
            text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
            other => other.to_owned(),
        };
        // Vite puts what it names by its content into this folder, and nothing else.
        let hashed = path.starts_with("assets/");
        Some(Asset { bytes: file.data, kind, etag: format!("W/\"{hash}\""), hashed })
    }

    fn answer(self, asked: &HeaderMap) -> Response {
        let caching = if self.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let has = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        let known = has.flat_map(|tags| tags.split(',')).any(|tag| tag.trim() == self.etag);
        let heads = [(header::CACHE_CONTROL, caching.to_owned()), (header::ETAG, self.etag)];
        if known {
            return (StatusCode::NOT_MODIFIED, heads).into_response();
        }
        (heads, [(header::CONTENT_TYPE, self.kind)], self.bytes).into_response()
    }
}

/// What a page may load and do. Every answer carries it: a page that is shown by mistake is bound as well.
///
/// Decoders of compressed models are WebAssembly of our own, run by workers that are made from a blob; textures inside a model
/// are read through one.
const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    connect-src 'self' ws: wss: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self' blob:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

/// Headers of every answer.
pub(crate) fn strict_headers(https: bool) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()",
        ),
    ];
    if https {
        headers.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// Whether pages of other sites may read the answer: the script they embed, and what is asked by room token or told
/// with a write key. Routes that know people by cookie are not among them.
pub(crate) fn is_for_other_sites(method: &Method, path: &str) -> bool {
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    let of = |allowed: &[Method]| *method == Method::OPTIONS || allowed.contains(method);
    match parts.as_slice() {
        ["embed.js" | "track.js"] | ["api", "payments" | "rooms"] | ["api", "rooms", _] => {
            of(&[Method::GET, Method::HEAD])
        }
        ["api", "rooms", _, "guest" | "ask"] | ["whep", _] | ["v1", _] => of(&[Method::POST]),
        ["ofrep", "v1", "evaluate", "flags"] | ["ofrep", "v1", "evaluate", "flags", _] => of(&[Method::POST]),
        ["api", "rooms", _, "me"] | ["media", _] => of(&[Method::DELETE]),
        ["api", "rooms", _, "orders", _]
        | ["api", "rooms", _, "draws", _, "proof"]
        | ["api", "rooms", _, "activities", _, "record"] => of(&[Method::GET]),
        ["api", "rooms", _, "images" | "quote"] => of(&[Method::POST]),
        ["api", "rooms", _, "coupons"]
        | ["api", "rooms", _, "sales", _, "proof"]
        | ["api", "rooms", _, "items", _, "ratings"]
        | ["api", "comparison"]
        | ["goods" | "model", _]
        | ["model", _, _] => of(&[Method::GET]),
        ["api", "products", _] => of(&[Method::GET]),
        ["api", "rooms", _, "gifts"] | ["api", "rooms", _, "images", _] => of(&[Method::GET]),
        ["api", "rooms", _, "orders", _, "pay"] => of(&[Method::POST]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(hashed: bool) -> Asset {
        let etag = "W/\"0102\"".to_owned();
        Asset { bytes: Cow::Borrowed(b"body {}"), kind: "text/css; charset=utf-8".to_owned(), etag, hashed }
    }

    fn head(response: &Response, name: HeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn a_hashed_file_is_kept_for_ever_and_a_page_is_asked_for_again() {
        let kept = asset(true).answer(&HeaderMap::new());
        assert_eq!(head(&kept, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(head(&kept, header::CONTENT_TYPE), "text/css; charset=utf-8");
        let again = asset(false).answer(&HeaderMap::new());
        assert_eq!(head(&again, header::CACHE_CONTROL), "no-cache");
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let mut asked = HeaderMap::new();
        asked.insert(header::IF_NONE_MATCH, "\"other\", W/\"0102\"".parse().unwrap());
        assert_eq!(asset(false).answer(&asked).status(), StatusCode::NOT_MODIFIED);
        asked.insert(header::IF_NONE_MATCH, "\"other\"".parse().unwrap());
        assert_eq!(asset(false).answer(&asked).status(), StatusCode::OK);
    }

    #[test]
    fn other_sites_may_use_tokens_and_nothing_that_lives_by_cookie() {
        for (method, path) in [
            (Method::GET, "/embed.js"),
            (Method::GET, "/track.js"),
            (Method::POST, "/api/rooms/tea/guest"),
            (Method::POST, "/api/rooms/tea/ask"),
            (Method::DELETE, "/api/rooms/tea/me"),
            (Method::OPTIONS, "/whep/tea"),
            (Method::POST, "/v1/batch"),
            (Method::OPTIONS, "/v1/events"),
            (Method::DELETE, "/media/0123"),
        ] {
            assert!(is_for_other_sites(&method, path), "{method} {path}");
        }
        for (method, path) in [
            (Method::POST, "/api/rooms"),
            (Method::GET, "/api/rooms/tea/insight"),
            (Method::POST, "/api/rooms/tea/ingest-key"),
            (Method::GET, "/api/me"),
            (Method::POST, "/api/sign-in"),
            (Method::POST, "/whip/tea"),
            (Method::GET, "/r/tea"),
            (Method::OPTIONS, "/api/staff"),
        ] {
            assert!(!is_for_other_sites(&method, path), "{method} {path}");
        }
    }

    #[test]
    fn only_over_tls_a_browser_is_told_to_stay_with_it() {
        let hsts =
            |https| strict_headers(https).iter().any(|(name, _)| name == header::STRICT_TRANSPORT_SECURITY);
        assert!(hsts(true) && !hsts(false));
    }
}
