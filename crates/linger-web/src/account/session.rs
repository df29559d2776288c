//! Sessions of staff: the cookie, the secret that goes with every change, and which origins are ours. It does not know
//! how somebody proved who they are.

use super::{base64_url, random_bytes, random_token, token_hash, unavailable};
use crate::{error::ApiError, house::House, hub::role_name, wire::Me};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
};
use linger_protocol::{Actor, PersonId, Role};
use linger_store::NewSession;
use std::fmt;
use url::Url;

const COOKIE: &str = "linger_session";
const COOKIE_SECURE: &str = "__Host-linger_session";
/// A session ends after this long even when it is used all the time, ms.
const LIFE_MS: u64 = 30 * 86_400_000;
/// Use is noted at most this often, ms: every note is a write.
const NOTE_MS: u64 = 60_000;
/// Characters of a session's token: 256 bits in base64.
const TOKEN_CHARS: usize = 43;

/// A signed-in member of staff.
#[derive(Clone)]
pub struct Staff {
    /// Who.
    pub person: PersonId,
    /// What they sign in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    pub(super) session: [u8; 32],
    csrf: String,
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staff")
            .field("person", &self.person)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl Staff {
    /// Whether they are one of these.
    ///
    /// # Errors
    /// 403 `not-allowed`.
    pub fn need(&self, roles: &[Role]) -> Result<(), ApiError> {
        if roles.contains(&self.role) { Ok(()) } else { Err(ApiError::forbidden()) }
    }

    /// Whether the request carries this session's secret, which no other site can know.
    ///
    /// # Errors
    /// 403 `csrf`.
    pub fn check_csrf(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let told = headers.get("x-csrf").map(HeaderValue::as_bytes).unwrap_or_default();
        verify_slices_are_equal(told, self.csrf.as_bytes())
            .map_err(|_| ApiError::new(StatusCode::FORBIDDEN, "csrf"))
    }

    pub(super) fn me(&self, house: &House) -> Me {
        Me {
            person: self.person.to_string(),
            login: self.login.clone(),
            name: self.name.clone(),
            role: role_name(self.role),
            csrf: self.csrf.clone(),
            zone: house.config.zone.clone(),
        }
    }
}

impl FromRequestParts<House> for Staff {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Staff, ApiError> {
        let staff = seated(house, &parts.headers).await?;
        let staff = staff.ok_or_else(|| ApiError::unauthorized("not-signed-in"))?;
        if parts.method != Method::GET && parts.method != Method::HEAD {
            staff.check_csrf(&parts.headers)?;
        }
        Ok(staff)
    }
}

/// The member of staff whose session cookie this is. A route that changes something has to call [`Staff::check_csrf`]
/// itself, and a socket [`origin_is_ours`]; the extractor does so on its own.
pub async fn staff_from_headers(house: &House, headers: &HeaderMap) -> Option<Staff> {
    // What failed stands in the log; here it is as if nobody were signed in.
    seated(house, headers).await.unwrap_or_default()
}

/// Whether the session still stands and still is this person's in this role. An open socket asks now and then, which
/// counts as use of the session.
///
/// # Errors
/// 503 when it cannot be found out now.
pub(crate) async fn still_seated(house: &House, headers: &HeaderMap, actor: Actor) -> Result<bool, ApiError> {
    let staff = seated(house, headers).await?;
    Ok(staff.is_some_and(|staff| staff.person == actor.person && staff.role == actor.role))
}

pub(super) async fn seated(house: &House, headers: &HeaderMap) -> Result<Option<Staff>, ApiError> {
    let Some(token) = cookie(headers, cookie_name(&house.config.public_url)) else { return Ok(None) };
    let (id_hash, now) = (token_hash(token), house.now());
    let reading = unavailable("reading a session");
    let Some(session) = house.store.session(id_hash, now).await.map_err(&reading)? else { return Ok(None) };
    if now.since(session.last_seen) >= house.config.session_ms {
        house.store.revoke_session(id_hash).await.map_err(unavailable("ending a session"))?;
        return Ok(None);
    }
    let staff = house.store.staff(session.person).await.map_err(&reading)?;
    let Some(staff) = staff.filter(|staff| staff.disabled_at.is_none()) else { return Ok(None) };
    if now.since(session.last_seen) >= NOTE_MS.min(house.config.session_ms / 10) {
        // A note that is lost only ends the session earlier.
        if let Err(fault) = house.store.touch_session(id_hash, now).await {
            tracing::warn!(%fault, "the use of a session was not noted");
        }
    }
    Ok(Some(Staff {
        person: staff.person,
        login: staff.login,
        name: staff.name,
        role: staff.role,
        session: id_hash,
        csrf: base64_url(&session.csrf_secret),
    }))
}

/// Begins a session; gives the cookie to be set and who is now signed in.
pub(super) async fn begin(house: &House, staff: linger_store::Staff) -> Result<(HeaderValue, Me), ApiError> {
    let (token, csrf_secret) = (random_token()?, random_bytes::<32>()?);
    let (id_hash, now) = (token_hash(&token), house.now());
    let new = NewSession { id_hash, person: staff.person, csrf_secret, expires_at: now.plus(LIFE_MS) };
    house.store.create_session(new, now).await.map_err(unavailable("beginning a session"))?;
    let cookie = set_cookie(&house.config.public_url, &token, LIFE_MS / 1_000)?;
    let staff = Staff {
        person: staff.person,
        login: staff.login,
        name: staff.name,
        role: staff.role,
        session: id_hash,
        csrf: base64_url(&csrf_secret),
    };
    Ok((cookie, staff.me(house)))
}

/// The cookie that makes the browser forget the session.
pub(super) fn end_cookie(public_url: &Url) -> Result<HeaderValue, ApiError> {
    set_cookie(public_url, "", 0)
}

/// With TLS the name begins with `__Host-`: browsers then take it only from this very host, over TLS, for every path
/// (RFC 6265bis, section 4.1.3.2).
fn cookie_name(public_url: &Url) -> &'static str {
    if public_url.scheme() == "https" { COOKIE_SECURE } else { COOKIE }
}

fn set_cookie(public_url: &Url, token: &str, age_s: u64) -> Result<HeaderValue, ApiError> {
    let name = cookie_name(public_url);
    let secure = if name == COOKIE_SECURE { "; Secure" } else { "" };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}{secure}");
    HeaderValue::try_from(text).map_err(|fault| ApiError::unavailable("writing a cookie", &fault))
}

pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(told, token)| *told == name && token.len() == TOKEN_CHARS)
        .map(|(_, token)| token)
}

/// Whether the request names an origin and it is ours: the public address, or the very host it was sent to.
pub fn origin_is_ours(house: &House, headers: &HeaderMap) -> bool {
    origin(headers).is_some_and(|origin| is_ours(&house.config.public_url, headers, origin))
}

/// Whether a page of another site sent this. Programs that are no browsers name no origin, and none is foreign.
pub(super) fn origin_is_foreign(house: &House, headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && !origin_is_ours(house, headers)
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN)?.to_str().ok()
}

fn is_ours(public_url: &Url, headers: &HeaderMap, origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = &origin[url::Position::BeforeHost..url::Position::AfterPort];
    origin.origin() == public_url.origin() || host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn with_tls_the_cookie_is_bound_to_host_and_tls() {
        let token = "t".repeat(TOKEN_CHARS);
        let cookie = set_cookie(&url("https://shop.example/"), &token, 60).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            format!("__Host-linger_session={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure")
        );
        let cookie = set_cookie(&url("http://127.0.0.1:8080/"), &token, 60).unwrap();
        assert!(!cookie.to_str().unwrap().contains("Secure"));
    }

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let token = "t".repeat(TOKEN_CHARS);
        let told = headers(&[("cookie", &format!("a=b; linger_session={token}; x_linger_session=c"))]);
        assert_eq!(cookie(&told, COOKIE), Some(token.as_str()));
        assert_eq!(cookie(&told, COOKIE_SECURE), None);
        assert_eq!(cookie(&headers(&[("cookie", "linger_session=short")]), COOKIE), None);
    }

    #[test]
    fn an_origin_is_ours_by_public_address_or_by_the_host_it_was_sent_to() {
        let ours = |public: &str, host: &str, origin: &str| {
            is_ours(&url(public), &headers(&[("host", host)]), origin)
        };
        assert!(ours("https://shop.example/", "inner:8080", "https://shop.example"));
        assert!(ours("https://shop.example/", "127.0.0.1:8080", "http://127.0.0.1:8080"));
        assert!(!ours("https://shop.example/", "shop.example", "https://shop.example.evil.example"));
        assert!(!ours("https://shop.example/", "shop.example", "https://evil.example"));
        assert!(!ours("https://shop.example/", "shop.example", "null"));
        assert!(!ours("https://shop.example/", "127.0.0.1:8080", "http://127.0.0.1:9090"));
    }
}
