//! Who somebody is: members of staff by session cookie, guests by room token. Sign-in, invitations, passkeys.
//!
//! Invariant: a cookie alone never changes anything. Every request of a signed-in member of staff that is no `GET` or
//! `HEAD` carries the session's own secret in `x-csrf`; a room token is no cookie and needs none.
//!
//! It does not know what a role may do in a room: the room says so.

mod address;
mod ceremonies;
mod device;
mod invites;
mod keys_in_use;
mod names;
mod passkeys;
mod password;
mod session;
mod sign_in;
mod staff;
mod token;

pub use ceremonies::Passkeys;
pub use invites::{first_admin_link, invite_link};
pub use session::{Staff, origin_is_ours, staff_from_headers};
pub use token::{Guest, guest_from_token, room_token_key};

pub(crate) use address::Address;
pub(crate) use device::{Arrived, Devices};
pub(crate) use keys_in_use::{InUse, Kept, KeysInUse};
pub(crate) use session::still_seated;
pub(crate) use token::{TokenKeys, bearer, token_for_buyer, token_key};

use crate::{error::ApiError, house::House};
use axum::{extract::FromRequestParts, http::request::Parts};
use linger_protocol::{Actor, Role, RoomId};
use linger_store::{Fault, StoreError};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Whoever asks: a guest by `Authorization: Bearer`, else a member of staff by cookie.
#[derive(Clone, Debug)]
pub enum Caller {
    /// By room token.
    Guest(Guest),
    /// By session.
    Staff(Staff),
}

impl Caller {
    /// What the caller is in this room.
    ///
    /// # Errors
    /// 403 when a guest's token is for another room.
    pub fn actor_in(&self, room: &RoomId) -> Result<Actor, ApiError> {
        match self {
            Caller::Guest(guest) => {
                guest.for_room(room)?;
                Ok(Actor::viewer(guest.person))
            }
            Caller::Staff(staff) => Ok(Actor { person: staff.person, role: staff.role }),
        }
    }
}

impl FromRequestParts<House> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Caller, ApiError> {
        if token::bearer(&parts.headers).is_some() {
            return Guest::from_request_parts(parts, house).await.map(Caller::Guest);
        }
        Staff::from_request_parts(parts, house).await.map(Caller::Staff)
    }
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(token::guest))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(sign_in::me))
        .routes(routes!(sign_in::change_password))
        .routes(routes!(invites::make_invite))
        .routes(routes!(invites::use_invite))
        .routes(routes!(staff::list_staff))
        .routes(routes!(staff::change_staff))
        .routes(routes!(passkeys::list_passkeys))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(passkeys::register_start))
        .routes(routes!(passkeys::register_finish))
        .routes(routes!(passkeys::sign_in_start))
        .routes(routes!(passkeys::sign_in_finish))
}

/// The roles that staff may have.
const STAFF_ROLES: [Role; 4] = [Role::Moderator, Role::Host, Role::Operator, Role::Admin];

/// Storage failed: said to the operator in the log, to the person only as "not now".
fn unavailable(doing: &'static str) -> impl Fn(Fault) -> ApiError {
    move |fault| ApiError::unavailable(doing, &fault)
}

/// What storage says no to, as an answer.
pub(crate) fn store_refused(doing: &'static str) -> impl Fn(StoreError) -> ApiError {
    use axum::http::StatusCode;
    let conflict = |code| ApiError::new(StatusCode::CONFLICT, code);
    move |error| match error {
        StoreError::LoginTaken => ApiError { field: Some("login".to_owned()), ..conflict("login-taken") },
        StoreError::RoomTaken => ApiError { field: Some("room".to_owned()), ..conflict("room-taken") },
        StoreError::PasskeyTaken => conflict("passkey-taken"),
        StoreError::LastAdmin => conflict("last-admin"),
        StoreError::InviteGone => ApiError::not_found("invite-gone"),
        StoreError::NotFound { what } => ApiError::not_found(match what {
            "staff" => "no-such-person",
            "room" => "no-such-room",
            "product" => "no-such-item",
            "passkey" => "no-such-passkey",
            "seller" => "no-such-seller",
            "rule" => "no-such-rule",
            _ => "not-found",
        }),
        StoreError::TooMany { .. } => conflict("too-many-kept"),
        StoreError::Unfit { field, .. } => ApiError::field("bad-field", field),
        StoreError::Fields(wrong) => ApiError::fields(wrong),
        StoreError::SellerTaken => ApiError { field: Some("name".to_owned()), ..conflict("seller-taken") },
        StoreError::SellerInUse => conflict("seller-in-use"),
        StoreError::KeyUsed => ApiError { field: Some("key".to_owned()), ..conflict("key-used") },
        StoreError::TooFew => conflict("too-few-units"),
        StoreError::NotCounted => conflict("not-counted"),
        StoreError::Changed => conflict("changed-meanwhile"),
        StoreError::Fault(fault) => ApiError::unavailable(doing, &fault),
    }
}

/// 256 random bits as text: session and invitation tokens, ceremony names, write keys.
pub(crate) fn random_token() -> Result<String, ApiError> {
    random_bytes::<32>().map(|bytes| base64_url(&bytes))
}

fn random_bytes<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|fault| ApiError::unavailable("drawing random bytes", &fault))?;
    Ok(bytes)
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn base64_url_read(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256 of a token: all that is kept of it. Tokens are 256 random bits, so no salt and no slow hash is needed.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}
