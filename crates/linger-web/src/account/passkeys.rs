//! Passkeys over HTTP: making them, removing them, sign-in with them. It does not know WebAuthn: the ceremonies do.

use super::{
    Address, Staff, base64_url,
    ceremonies::{credential_id, refused},
    sign_in::{WithCookie, note, welcome},
    store_refused,
    token::refuse_foreign,
    unavailable,
};
use crate::{
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, Me, PasskeyInfo, PasskeyStarted},
};
use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use linger_store::{NewPasskey, StoredPasskey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::Passkey;

/// Characters of a passkey's label.
const LABEL_CHARS: usize = 40;

/// A device made a passkey.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeyMade {
    /// From `PasskeyStarted`.
    ceremony: String,
    /// What to call it: at most 40 characters.
    #[serde(default)]
    label: String,
    /// What `navigator.credentials.create` gave, as its `toJSON` writes it.
    credential: serde_json::Value,
}

/// A device answered with a passkey.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeyUsed {
    /// From `PasskeyStarted`.
    ceremony: String,
    /// What `navigator.credentials.get` gave, as its `toJSON` writes it.
    credential: serde_json::Value,
}

/// Own passkeys.
#[utoipa::path(
    get, path = "/api/passkeys", tag = "staff",
    responses(
        (status = 200, description = "oldest first", body = Vec<PasskeyInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn list_passkeys(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<PasskeyInfo>>, ApiError> {
    let own = house.store.list_passkeys(staff.person).await.map_err(unavailable("reading passkeys"))?;
    Ok(Json(own.into_iter().map(info).collect()))
}

/// Remove one of one's passkeys.
#[utoipa::path(
    delete, path = "/api/passkeys/{id}", tag = "staff",
    params(("id" = String, Path, description = "the passkey")),
    responses(
        (status = 200, description = "removed", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "without `x-csrf`", body = ApiError),
        (status = 404, description = "no such passkey of yours", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn remove_passkey(
    State(house): State<House>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    let unknown = || ApiError::not_found("no-such-passkey");
    let id = credential_id(&id).ok_or_else(unknown)?;
    let removed = house.store.remove_passkey(staff.person, &id).await;
    if !removed.map_err(unavailable("removing a passkey"))? {
        return Err(unknown());
    }
    note(&house, staff.person, "passkey.removed", "").await?;
    Ok(Json(Accepted { ok: true }))
}

/// Begin to make a passkey.
#[utoipa::path(
    post, path = "/api/passkeys/register/start", tag = "staff",
    responses(
        (status = 200, description = "options for `navigator.credentials.create`", body = PasskeyStarted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "without `x-csrf`", body = ApiError),
        (status = 409, description = "the address of this house is a number: passkeys need a name", body = ApiError),
        (status = 429, description = "too many at once", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn register_start(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<PasskeyStarted>, ApiError> {
    let own = house.store.list_passkeys(staff.person).await.map_err(unavailable("reading passkeys"))?;
    let has = own.into_iter().map(|passkey| passkey.credential_id).collect();
    let (ceremony, options) =
        house.passkeys.start_registration(staff.person, &staff.login, &staff.name, has, house.now())?;
    Ok(Json(PasskeyStarted { ceremony, options }))
}

/// Keep the passkey that a device made.
#[utoipa::path(
    post, path = "/api/passkeys/register/finish", tag = "staff", request_body = PasskeyMade,
    responses(
        (status = 200, description = "kept", body = PasskeyInfo),
        (status = 400, description = "a field is wrong, or the ceremony has ended", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "without `x-csrf`", body = ApiError),
        (status = 409, description = "known already, too many, or no name to bind to", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(super) async fn register_finish(
    State(house): State<House>,
    staff: Staff,
    Body(made): Body<PasskeyMade>,
) -> Result<Json<PasskeyInfo>, ApiError> {
    let label = label(&made.label)?;
    let now = house.now();
    let passkey = house.passkeys.finish_registration(staff.person, &made.ceremony, made.credential, now)?;
    let new = NewPasskey {
        credential_id: passkey.cred_id().to_vec(),
        person: staff.person,
        passkey_json: as_text(&passkey)?,
        label: label.clone(),
    };
    let id = base64_url(&new.credential_id);
    house.store.add_passkey(new, now).await.map_err(store_refused("keeping a passkey"))?;
    note(&house, staff.person, "passkey.added", "").await?;
    Ok(Json(PasskeyInfo { id, label, created_at: now.0 }))
}

/// Begin to sign in with a passkey.
#[utoipa::path(
    post, path = "/api/passkeys/sign-in/start", tag = "staff",
    responses(
        (status = 200, description = "options for `navigator.credentials.get`", body = PasskeyStarted),
        (status = 403, description = "sent by a page of another site", body = ApiError),
        (status = 409, description = "the address of this house is a number: passkeys need a name", body = ApiError),
        (status = 429, description = "too many attempts", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    )
)]
pub(super) async fn sign_in_start(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
) -> Result<Json<PasskeyStarted>, ApiError> {
    refuse_foreign(&house, &headers)?;
    limit(&house, address)?;
    let (ceremony, options) = house.passkeys.start_sign_in(house.now())?;
    Ok(Json(PasskeyStarted { ceremony, options }))
}

/// Sign in with a passkey.
#[utoipa::path(
    post, path = "/api/passkeys/sign-in/finish", tag = "staff", request_body = PasskeyUsed,
    responses(
        (status = 200, description = "signed in; sets the session's cookie", body = Me),
        (status = 400, description = "a field is wrong, or the ceremony has ended", body = ApiError),
        (status = 401, description = "the passkey is not known here, or does not fit", body = ApiError),
        (status = 403, description = "sent by a page of another site", body = ApiError),
        (status = 409, description = "the address of this house is a number: passkeys need a name", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many attempts", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    )
)]
pub(super) async fn sign_in_finish(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    Body(used): Body<PasskeyUsed>,
) -> Result<WithCookie<Me>, ApiError> {
    refuse_foreign(&house, &headers)?;
    limit(&house, address)?;
    let proved = prove(&house, used).await;
    if proved.is_err() {
        house.metrics.signed_in("passkey", false);
    }
    welcome(&house, proved?, "passkey").await
}

/// Who an answer proves to be here.
async fn prove(house: &House, used: PasskeyUsed) -> Result<linger_store::Staff, ApiError> {
    let claim = house.passkeys.claim(&used.ceremony, used.credential, house.now())?;
    let person = claim.person;
    let kept = house.store.passkey(&claim.credential_id).await.map_err(unavailable("reading a passkey"))?;
    let kept = kept.filter(|kept| kept.person == person).ok_or_else(refused)?;
    let mut passkey: Passkey = serde_json::from_str(&kept.passkey_json).map_err(|_| {
        ApiError::unavailable("reading a passkey", &"it is kept in a form of another version")
    })?;
    let result = house.passkeys.check(claim, &passkey)?;
    passkey.update_credential(&result);
    let staff = house.store.staff(person).await.map_err(unavailable("reading staff"))?;
    let staff = staff.filter(|staff| staff.disabled_at.is_none()).ok_or_else(refused)?;
    // Every use is noted: the counter, where the device has one, must be on disk before the session is.
    house
        .store
        .update_passkey(&kept.credential_id, &as_text(&passkey)?, house.now())
        .await
        .map_err(store_refused("noting the use of a passkey"))?;
    Ok(staff)
}

fn limit(house: &House, address: Address) -> Result<(), ApiError> {
    let network = address.network();
    house.limiter.sign_in(network, &network.to_string()).map_err(ApiError::too_many)
}

fn label(told: &str) -> Result<String, ApiError> {
    let told = told.trim();
    // Labels are read by their owner alone, so only the number of characters and of lines is looked at.
    if told.chars().nth(LABEL_CHARS).is_some() || told.len() > 100 || told.chars().any(char::is_control) {
        return Err(ApiError::field("bad-field", "label"));
    }
    Ok(if told.is_empty() { "Passkey".to_owned() } else { told.to_owned() })
}

fn as_text(passkey: &Passkey) -> Result<String, ApiError> {
    serde_json::to_string(passkey)
        .map_err(|_| ApiError::unavailable("keeping a passkey", &"it cannot be written"))
}

fn info(kept: StoredPasskey) -> PasskeyInfo {
    PasskeyInfo { id: base64_url(&kept.credential_id), label: kept.label, created_at: kept.created_at.0 }
}
