//! Sign-in by password, sign-out, the own account. It does not know how sessions are kept.

use super::{Address, Staff, password, session, store_refused, token::refuse_foreign, unavailable};
use crate::{
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, Me, PasswordChange, SignIn},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use linger_protocol::PersonId;
use linger_store::NewAuditEntry;

/// An answer that sets a cookie.
pub(super) type WithCookie<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

/// Characters of a login.
const LOGIN: std::ops::RangeInclusive<usize> = 3..=64;

/// Sign in by password.
#[utoipa::path(
    post, path = "/api/sign-in", tag = "staff", request_body = SignIn,
    responses(
        (status = 200, description = "signed in; sets the session's cookie", body = Me),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "login and password do not fit", body = ApiError),
        (status = 403, description = "sent by a page of another site", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many attempts", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    )
)]
pub(super) async fn sign_in(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    Body(told): Body<SignIn>,
) -> Result<WithCookie<Me>, ApiError> {
    refuse_foreign(&house, &headers)?;
    let login = told.login.trim().to_lowercase();
    // A login that cannot be one is not worth a place among those that are counted.
    let counted = if login_is_fit(&login) { login.as_str() } else { "" };
    house.limiter.sign_in(address.network(), counted).map_err(ApiError::too_many)?;
    let known = match counted {
        "" => None,
        login => house.store.staff_by_login(login).await.map_err(unavailable("reading staff"))?,
    };
    let known = known.filter(|staff| staff.disabled_at.is_none());
    let hash = known.as_ref().and_then(|staff| staff.password_hash.clone());
    let fits = password::fits(told.password, hash).await?;
    match known {
        Some(staff) if fits => welcome(&house, staff, "password").await,
        _ => {
            house.metrics.signed_in("password", false);
            Err(ApiError::unauthorized("sign-in-failed"))
        }
    }
}

/// Begins a session for somebody who proved who they are, and notes it.
pub(super) async fn welcome(
    house: &House,
    staff: linger_store::Staff,
    how: &'static str,
) -> Result<WithCookie<Me>, ApiError> {
    let person = staff.person;
    let (cookie, me) = session::begin(house, staff).await?;
    note(house, person, "session.begun", how).await?;
    house.metrics.signed_in(how, true);
    Ok(([(header::SET_COOKIE, cookie)], Json(me)))
}

/// Sign out.
#[utoipa::path(
    post, path = "/api/sign-out", tag = "staff",
    responses(
        (status = 200, description = "signed out", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "without `x-csrf`", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn sign_out(
    State(house): State<House>,
    staff: Staff,
) -> Result<WithCookie<Accepted>, ApiError> {
    house.store.revoke_session(staff.session).await.map_err(unavailable("ending a session"))?;
    note(&house, staff.person, "session.ended", "").await?;
    let cookie = session::end_cookie(&house.config.public_url)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Accepted { ok: true })))
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/me", tag = "staff",
    responses(
        (status = 200, description = "you, and what goes with every change", body = Me),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn me(State(house): State<House>, staff: Staff) -> Json<Me> {
    Json(staff.me(&house))
}

/// Change one's password; other sessions end.
#[utoipa::path(
    post, path = "/api/password", tag = "staff", request_body = PasswordChange,
    responses(
        (status = 200, description = "changed", body = Accepted),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "the present password is another, or `x-csrf` is missing", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many attempts", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn change_password(
    State(house): State<House>,
    staff: Staff,
    address: Address,
    Body(change): Body<PasswordChange>,
) -> Result<Json<Accepted>, ApiError> {
    house.limiter.sign_in(address.network(), &staff.login).map_err(ApiError::too_many)?;
    password::check_form(&change.new, "new")?;
    let kept = house.store.staff(staff.person).await.map_err(unavailable("reading staff"))?;
    let hash = kept.and_then(|staff| staff.password_hash);
    if !password::fits(change.present, hash).await? {
        let wrong = ApiError::new(StatusCode::FORBIDDEN, "wrong-password");
        return Err(ApiError { field: Some("present".to_owned()), ..wrong });
    }
    let hash = password::hash(change.new).await?;
    let keeping = "keeping a password";
    house.store.set_password_hash(staff.person, &hash).await.map_err(store_refused(keeping))?;
    house
        .store
        .revoke_sessions(staff.person, Some(staff.session))
        .await
        .map_err(unavailable("ending sessions"))?;
    note(&house, staff.person, "password.changed", "").await?;
    Ok(Json(Accepted { ok: true }))
}

/// Whether this may be a login: 3 to 64 of a-z, 0-9, `.`, `_`, `-`, `@`.
pub(super) fn login_is_fit(login: &str) -> bool {
    let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b);
    LOGIN.contains(&login.len()) && login.bytes().all(fit)
}

/// Notes in the audit trail what was done.
pub(super) async fn note(
    house: &House,
    actor: PersonId,
    action: &str,
    subject: &str,
) -> Result<(), ApiError> {
    let entry = NewAuditEntry { at: house.now(), actor, action, subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}
