//! How new staff come in: one-time links, the first administrator's among them. It does not know what roles may do.

use super::{
    Address, STAFF_ROLES, Staff, names, password, random_token,
    sign_in::{WithCookie, login_is_fit, note, welcome},
    store_refused,
    token::refuse_foreign,
    token_hash, unavailable,
};
use crate::{
    error::{ApiError, Body},
    house::House,
    wire::{Invite, InviteAsked, InviteUsed, Me, RoleName},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use linger_protocol::{Millis, Role};
use linger_store::NewStaff;

/// How long an invitation holds, ms.
const INVITE_MS: u64 = 3 * 86_400_000;
/// Characters of an invitation's token.
const TOKEN_CHARS_MAX: usize = 64;

/// A link by which the first administrator makes their account; `None` when somebody works here already, or when it
/// could not be made. Each call makes another link, each good for three days and one use.
pub async fn first_admin_link(house: &House) -> Option<String> {
    match house.store.staff_count().await {
        Ok(0) => {}
        Ok(_) => return None,
        Err(fault) => {
            tracing::error!(%fault, "the first administrator cannot be invited");
            return None;
        }
    }
    invite_link(house, Role::Admin).await
}

/// A link by which somebody becomes staff in this role; `None` when it could not be made (what failed is logged).
pub async fn invite_link(house: &House, role: Role) -> Option<String> {
    let (link, _) = open_invite(house, role).await.ok()?;
    Some(link)
}

/// Invite somebody to become staff.
#[utoipa::path(
    post, path = "/api/invites", tag = "staff", request_body = InviteAsked,
    responses(
        (status = 201, description = "the link, shown this once", body = Invite),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not an administrator, or without `x-csrf`", body = ApiError),
        (status = 409, description = "too many open invitations", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn make_invite(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<InviteAsked>,
) -> Result<(StatusCode, Json<Invite>), ApiError> {
    staff.need(&[Role::Admin])?;
    let role = staff_role(asked.role).ok_or_else(|| ApiError::field("bad-field", "role"))?;
    let (link, expires_at) = open_invite(&house, role).await?;
    note(&house, staff.person, "invite.made", role.as_str()).await?;
    Ok((StatusCode::CREATED, Json(Invite { link, expires_at: expires_at.0 })))
}

/// Take up an invitation, and be signed in.
#[utoipa::path(
    post, path = "/api/invites/use", tag = "staff", request_body = InviteUsed,
    responses(
        (status = 200, description = "welcome; sets the session's cookie", body = Me),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 403, description = "sent by a page of another site", body = ApiError),
        (status = 404, description = "the invitation is used, has ended or never was", body = ApiError),
        (status = 409, description = "the login is taken; the invitation stays good", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many attempts", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    )
)]
pub(super) async fn use_invite(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    Body(used): Body<InviteUsed>,
) -> Result<WithCookie<Me>, ApiError> {
    refuse_foreign(&house, &headers)?;
    let network = address.network();
    house.limiter.sign_in(network, &network.to_string()).map_err(ApiError::too_many)?;
    let login = used.login.trim().to_lowercase();
    if !login_is_fit(&login) {
        return Err(ApiError::field("bad-login", "login"));
    }
    let name = names::checked(&used.name).ok_or_else(|| ApiError::field("bad-name", "name"))?.to_owned();
    password::check_form(&used.password, "password")?;
    let gone = || ApiError::not_found("invite-gone");
    if used.token.len() > TOKEN_CHARS_MAX {
        return Err(gone());
    }
    // Looked at before the password is hashed: strangers shall not make the house work.
    let token_hash = token_hash(&used.token);
    let peeked = house.store.peek_invite(token_hash, house.now()).await;
    let role = peeked.map_err(unavailable("reading an invitation"))?.ok_or_else(gone)?;
    let password_hash = Some(password::hash(used.password).await?);
    let new = NewStaff { login, name, role, password_hash };
    let accepted = house.store.accept_invite(token_hash, new, house.now()).await;
    let staff = accepted.map_err(store_refused("accepting an invitation"))?;
    note(&house, staff.person, "invite.used", staff.role.as_str()).await?;
    welcome(&house, staff, "invite").await
}

async fn open_invite(house: &House, role: Role) -> Result<(String, Millis), ApiError> {
    let (token, now) = (random_token()?, house.now());
    let expires_at = now.plus(INVITE_MS);
    let made = house.store.make_invite(role, expires_at, token_hash(&token), now).await;
    made.map_err(store_refused("making an invitation"))?;
    let mut link = house.config.public_url.clone();
    link.set_path("/invite");
    link.set_query(None);
    // Behind the `#`: what stands there is never sent, so it is in no server's log.
    link.set_fragment(Some(&token));
    Ok((link.into(), expires_at))
}

/// The role meant, if staff may have it.
pub(super) fn staff_role(name: RoleName) -> Option<Role> {
    STAFF_ROLES.into_iter().find(|role| crate::hub::role_name(*role) == name)
}
