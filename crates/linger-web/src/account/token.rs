//! Room tokens: signed by the house, or by a shop that embeds a room. It does not know what a guest may do.

use super::{Address, names, random_bytes, session::origin_is_foreign};
use crate::{
    error::{ApiError, Body},
    house::House,
    wire::{BuyerAsked, GuestAsked, GuestToken},
};
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use linger_protocol::{Millis, PersonId, RoomId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the key is derived for.
const KEY_LABEL: &str = "room-token";

/// The key that room tokens are signed with, in base64: for shops that sign for their own customers.
pub fn room_token_key(vault: &linger_store::Vault) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(token_key(vault))
}

/// What tokens are signed and checked with, made ready once: a rush is thousands of checks a second.
pub(crate) struct TokenKeys {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
}

impl TokenKeys {
    pub(crate) fn of(key: &[u8]) -> TokenKeys {
        // One algorithm, ours: what the token's head asks for does not count. The end is compared with the house's own clock
        // and to the millisecond.
        let mut rules = Validation::new(Algorithm::HS256);
        rules.validate_exp = false;
        let (signing, checking) = (EncodingKey::from_secret(key), DecodingKey::from_secret(key));
        TokenKeys { signing, checking, rules }
    }
}

pub(crate) fn token_key(vault: &linger_store::Vault) -> [u8; 32] {
    vault.house_secret(KEY_LABEL)
}

/// Characters of a token; ours have about 300.
const TOKEN_BYTES_MAX: usize = 1_024;
/// Characters of a source.
const SOURCE_BYTES_MAX: usize = 32;

/// A guest of one room.
#[derive(Clone)]
pub struct Guest {
    /// Who.
    pub person: PersonId,
    /// The name that is shown.
    pub name: String,
    /// The one room they may enter.
    pub room: RoomId,
    /// Where they came from; `direct` when nothing was said.
    pub source: String,
    /// When the token ends.
    pub expires_at: Millis,
    /// Who they are to the shop that signed the token, when it said so.
    pub customer: Option<String>,
    /// The code of the link that brought them to this room for the first time.
    pub by: Option<String>,
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guest")
            .field("person", &self.person)
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

impl Guest {
    /// Whether the token is for this room.
    ///
    /// # Errors
    /// 403 `wrong-room`.
    pub fn for_room(&self, room: &RoomId) -> Result<(), ApiError> {
        if self.room == *room { Ok(()) } else { Err(ApiError::new(StatusCode::FORBIDDEN, "wrong-room")) }
    }
}

/// What a token says. Times are seconds since 1970, as RFC 7519 has them.
#[derive(Deserialize, Serialize)]
struct Claims {
    sub: String,
    name: String,
    room: String,
    src: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cust: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// The guest that a token of this room speaks for.
///
/// # Errors
/// 401 when the token is not ours, is damaged or has ended; 403 when it is for another room.
pub fn guest_from_token(house: &House, room: &RoomId, token: &str) -> Result<Guest, ApiError> {
    let guest = read(&house.tokens, token, house.now())?;
    guest.for_room(room)?;
    Ok(guest)
}

impl FromRequestParts<House> for Guest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Guest, ApiError> {
        let token = bearer(&parts.headers).ok_or_else(|| ApiError::unauthorized("no-token"))?;
        read(&house.tokens, token, house.now())
    }
}

/// The token of an `Authorization` header; empty when there is one of another form, so that it is refused rather than
/// overlooked.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let told = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = told.split_once(' ').unwrap_or_default();
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

fn read(keys: &TokenKeys, token: &str, now: Millis) -> Result<Guest, ApiError> {
    let bad = || ApiError::unauthorized("bad-token");
    if token.len() > TOKEN_BYTES_MAX {
        return Err(bad());
    }
    let claims = jsonwebtoken::decode::<Claims>(token, &keys.checking, &keys.rules);
    let claims = claims.map_err(|_| bad())?.claims;
    let expires_at = Millis(claims.exp.saturating_mul(1_000));
    if expires_at <= now {
        return Err(ApiError::unauthorized("expired"));
    }
    let person: PersonId = claims.sub.parse().map_err(|_| bad())?;
    // Zero is the house itself. The name is a shop's choice when the shop signs, so it is looked at like any other.
    if person == PersonId(0) || person.is_staff() || !source_is_fit(&claims.src) {
        return Err(bad());
    }
    let customer = claims.cust;
    if customer.as_ref().is_some_and(|id| !(1..=linger_events::IDENTITY_BYTES_MAX).contains(&id.len())) {
        return Err(bad());
    }
    let name = names::checked(&claims.name).ok_or_else(bad)?.to_owned();
    let room = RoomId::new(&claims.room).map_err(|_| bad())?;
    Ok(Guest { person, name, room, source: claims.src, expires_at, customer, by: claims.by })
}

fn write(keys: &TokenKeys, guest: &Guest, now: Millis) -> Result<String, ApiError> {
    let claims = Claims {
        sub: guest.person.to_string(),
        name: guest.name.clone(),
        room: guest.room.to_string(),
        src: guest.source.clone(),
        iat: now.0.div_euclid(1_000),
        exp: guest.expires_at.0.div_euclid(1_000),
        cust: guest.customer.clone(),
        by: guest.by.clone(),
    };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &keys.signing)
        .map_err(|fault| ApiError::unavailable("signing a token", &fault))
}

fn source_is_fit(source: &str) -> bool {
    let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=SOURCE_BYTES_MAX).contains(&source.len()) && source.bytes().all(fit)
}

/// Come into a room as a guest.
#[utoipa::path(
    post, path = "/api/rooms/{room}/guest", tag = "rooms",
    params(("room" = String, Path, description = "the room")),
    request_body = GuestAsked,
    responses(
        (status = 200, description = "a token for this room", body = GuestToken),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many guests from one address", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    )
)]
pub(super) async fn guest(
    State(house): State<House>,
    Path(room): Path<String>,
    address: Address,
    headers: HeaderMap,
    Body(asked): Body<GuestAsked>,
) -> Result<Json<GuestToken>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    if house.engine.tail(&room).is_none() {
        return Err(ApiError::not_found("no-such-room"));
    }
    house.limiter.guest(address.network()).map_err(ApiError::too_many)?;
    let now = house.now();
    // A token that does not hold any more makes a new person, as if none had been shown.
    let before = asked.token.as_deref().and_then(|token| read(&house.tokens, token, now).ok());
    let guest = welcome(&house, room, &asked, before, &headers, now)?;
    Ok(Json(GuestToken {
        token: write(&house.tokens, &guest, now)?,
        person: guest.person.to_string(),
        name: guest.name,
        expires_at: guest.expires_at.0,
    }))
}

/// A token of this room for a customer of a shop, whom its gateway names.
///
/// # Errors
/// 400 when name or source are none.
pub(crate) fn token_for_buyer(
    house: &House,
    room: RoomId,
    (person, asked): (PersonId, BuyerAsked),
    headers: &HeaderMap,
) -> Result<GuestToken, ApiError> {
    let now = house.now();
    let guest = GuestAsked { name: asked.name, source: asked.source, token: None, by: None };
    let guest = welcome(house, room, &guest, None, headers, now)?;
    let guest = Guest { person, customer: Some(asked.buyer), ..guest };
    Ok(GuestToken {
        token: write(&house.tokens, &guest, now)?,
        person: guest.person.to_string(),
        name: guest.name,
        expires_at: guest.expires_at.0,
    })
}

fn welcome(
    house: &House,
    room: RoomId,
    asked: &GuestAsked,
    before: Option<Guest>,
    headers: &HeaderMap,
    now: Millis,
) -> Result<Guest, ApiError> {
    let source = match asked.source.as_str() {
        "" => before.as_ref().map_or("direct", |guest| guest.source.as_str()),
        told if source_is_fit(told) => told,
        _ => return Err(ApiError::field("bad-field", "source")),
    };
    let name = match (asked.name.trim(), &before) {
        ("", Some(guest)) => guest.name.clone(),
        ("", None) => {
            let language = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            names::made_up(language, random_bytes()?)
        }
        (told, _) => names::checked(told).ok_or_else(|| ApiError::field("bad-name", "name"))?.to_owned(),
    };
    let person = match &before {
        Some(guest) => guest.person,
        None => new_person()?,
    };
    // Whole seconds, as the token can say no other.
    let ends = now.plus(house.config.guest_token_ms);
    let expires_at = Millis(ends.0.div_euclid(1_000) * 1_000);
    let customer = before.as_ref().and_then(|guest| guest.customer.clone());
    // Who has been in this room before was not brought by a link that they follow now.
    let by = match before.as_ref().filter(|guest| guest.room == room) {
        Some(guest) => guest.by.clone(),
        None => asked.by.clone().filter(|code| house.links.person(&room, code).is_some()),
    };
    Ok(Guest { person, name, room, source: source.to_owned(), expires_at, customer, by })
}

/// A random person who is not the house itself.
fn new_person() -> Result<PersonId, ApiError> {
    loop {
        let id = u64::from_be_bytes(random_bytes()?);
        if id != 0 {
            return Ok(PersonId::guest(id));
        }
    }
}

/// Refuses what a page of another site sent to a route that makes or uses cookies.
pub(super) fn refuse_foreign(house: &House, headers: &HeaderMap) -> Result<(), ApiError> {
    if origin_is_foreign(house, headers) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "foreign-origin"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const NOW: Millis = Millis(1_700_000_000_000);

    fn keys() -> TokenKeys {
        TokenKeys::of(&KEY)
    }

    fn guest() -> Guest {
        Guest {
            person: PersonId(42),
            name: "Ann".to_owned(),
            room: RoomId::new("tea").unwrap(),
            source: "direct".to_owned(),
            expires_at: NOW.plus(60_000),
            customer: None,
            by: None,
        }
    }

    fn code(token: &str, now: Millis) -> String {
        read(&keys(), token, now).unwrap_err().code
    }

    #[test]
    fn a_token_says_who_came_until_it_ends() {
        let token = write(&keys(), &guest(), NOW).unwrap();
        let read_back = read(&keys(), &token, NOW.plus(59_999)).unwrap();
        assert_eq!((read_back.person, read_back.name.as_str()), (PersonId(42), "Ann"));
        assert_eq!(code(&token, NOW.plus(60_000)), "expired");
    }

    #[test]
    fn another_key_or_a_changed_letter_is_refused() {
        let token = write(&TokenKeys::of(&[8; 32]), &guest(), NOW).unwrap();
        assert_eq!(code(&token, NOW), "bad-token");
        let token = write(&keys(), &guest(), NOW).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        let forged = write(&keys(), &Guest { person: PersonId(43), ..guest() }, NOW).unwrap();
        let other = forged.split('.').nth(1).unwrap();
        assert_ne!(body, other);
        assert_eq!(code(&format!("{head}.{other}.{signature}"), NOW), "bad-token");
    }

    #[test]
    fn the_tokens_own_choice_of_algorithm_does_not_count() {
        let claims = write(&keys(), &guest(), NOW).unwrap().split('.').nth(1).unwrap().to_owned();
        let none = super::super::base64_url(br#"{"alg":"none","typ":"JWT"}"#);
        assert_eq!(code(&format!("{none}.{claims}."), NOW), "bad-token");
        let hs512 = Header::new(Algorithm::HS512);
        let body = serde_json::json!({
            "sub": PersonId(1).to_string(), "name": "Ann", "room": "tea", "src": "direct",
            "iat": 1_700_000_000_i64, "exp": 1_800_000_000_i64,
        });
        let token = jsonwebtoken::encode(&hs512, &body, &EncodingKey::from_secret(&KEY)).unwrap();
        assert_eq!(code(&token, NOW), "bad-token");
        let token =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &body, &EncodingKey::from_secret(&KEY))
                .unwrap();
        assert!(read(&keys(), &token, NOW).is_ok());
    }

    #[test]
    fn nobody_comes_in_as_the_house_or_under_a_name_that_disturbs() {
        let house = write(&keys(), &Guest { person: PersonId(0), ..guest() }, NOW).unwrap();
        assert_eq!(code(&house, NOW), "bad-token");
        let turned = write(&keys(), &Guest { name: "\u{202e}nnA".to_owned(), ..guest() }, NOW).unwrap();
        assert_eq!(code(&turned, NOW), "bad-token");
    }
}
