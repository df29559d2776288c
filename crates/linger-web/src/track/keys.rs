//! Write keys and the schema of what they tell, for operators. It does not know how a key is checked.

use super::{
    keep_schema,
    schema::{Event, Seen, type_names},
};
use crate::{
    account::{Staff, random_token, store_refused, token_hash},
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, EventSchema, FieldSchema, NewWriteKey, SchemaAccepted, WriteKeyInfo, WriteKeyMade},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use linger_protocol::{Currency, Role};
use linger_store::NewAuditEntry;
use serde::Deserialize;

/// Events in one answer.
const EVENTS_SHOWN: usize = 500;
/// Letters of a key by which people tell it from others.
const HINT_CHARS: usize = 8;

/// All write keys, revoked ones too. The keys themselves are not kept.
#[utoipa::path(
    get, path = "/api/write-keys", tag = "events",
    responses(
        (status = 200, description = "by number", body = Vec<WriteKeyInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_write_keys(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<WriteKeyInfo>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let keys = house.store.write_keys().await;
    let keys = keys.map_err(|fault| ApiError::unavailable("reading the write keys", &fault))?;
    Ok(Json(keys.into_iter().map(info).collect()))
}

/// Make a write key. It is shown this once.
#[utoipa::path(
    post, path = "/api/write-keys", tag = "events", request_body = NewWriteKey,
    responses(
        (status = 201, description = "the key, shown this once", body = WriteKeyMade),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_write_key(
    State(house): State<House>,
    staff: Staff,
    Body(new): Body<NewWriteKey>,
) -> Result<(StatusCode, Json<WriteKeyMade>), ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let currency = match new.currency.as_deref().filter(|code| !code.is_empty()) {
        Some(code) => Some(Currency::new(code).ok_or_else(|| ApiError::field("bad-field", "currency"))?),
        None => None,
    };
    let key = format!("wk_{}", random_token()?);
    let kept = linger_store::NewWriteKey {
        key_hash: token_hash(&key),
        hint: key[..HINT_CHARS].to_owned(),
        name: new.name,
        source: new.source,
        currency,
        trusted: new.trusted,
        per_second: new.per_second,
    };
    let id = house.store.make_write_key(kept, house.now()).await;
    let id = id.map_err(store_refused("keeping a write key"))?;
    house.track.senders.keys.changed();
    note(&house, &staff, "write-key.made", id).await?;
    Ok((StatusCode::CREATED, Json(WriteKeyMade { id, key })))
}

/// Revoke a write key: nothing more is taken from it.
#[utoipa::path(
    delete, path = "/api/write-keys/{key}", tag = "events",
    params(("key" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "revoked", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such key", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn revoke_write_key(
    State(house): State<House>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let id: u64 = crate::ask::parse(&key, "key")?;
    let revoked = house.store.revoke_write_key(id, house.now()).await;
    revoked.map_err(store_refused("revoking a write key"))?;
    house.track.senders.keys.changed();
    note(&house, &staff, "write-key.revoked", id).await?;
    Ok(Json(Accepted { ok: true }))
}

async fn note(house: &House, staff: &Staff, action: &str, id: u64) -> Result<(), ApiError> {
    let subject = format!("write-key:{id}");
    let entry = NewAuditEntry { at: house.now(), actor: staff.person, action, subject: &subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}

fn info(key: linger_store::WriteKey) -> WriteKeyInfo {
    WriteKeyInfo {
        id: key.id,
        hint: key.hint,
        name: key.name,
        source: key.source,
        currency: key.currency.as_ref().map(|code| code.as_str().to_owned()),
        trusted: key.trusted,
        per_second: key.per_second,
        created_at: key.created_at.0,
        last_used: key.last_used.map(|at| at.0),
        revoked_at: key.revoked_at.map(|at| at.0),
    }
}

/// Which of the schema is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    key: Option<u64>,
    event: Option<String>,
    #[serde(default)]
    flagged: bool,
}

/// What events look like, and which of it is not as expected.
#[utoipa::path(
    get, path = "/api/schema", tag = "events",
    params(
        ("key" = Option<u64>, Query, description = "of this write key alone"),
        ("event" = Option<String>, Query, description = "of this event alone"),
        ("flagged" = Option<bool>, Query, description = "only events with something that is not as expected"),
    ),
    responses(
        (status = 200, description = "flagged ones first, at most 500", body = Vec<EventSchema>),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_schema(
    State(house): State<House>,
    staff: Staff,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Vec<EventSchema>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let Query(wanted) = wanted.map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad-field"))?;
    house.track.restore(&house).await?;
    let all = house.track.schema.all().into_iter();
    let mut shown: Vec<_> = all
        .filter(|((key, _), _)| wanted.key.is_none_or(|it| it == *key))
        .filter(|((_, name), _)| wanted.event.as_deref().is_none_or(|it| it == &**name))
        .map(|((key, name), event)| shown(key, &name, &event))
        .filter(|event| event.flagged || !wanted.flagged)
        .collect();
    shown.sort_by_key(|event| (!event.flagged, std::cmp::Reverse(event.last_at)));
    shown.truncate(EVENTS_SHOWN);
    Ok(Json(shown))
}

/// Say that what an event looks like now is as expected.
#[utoipa::path(
    post, path = "/api/schema/accept", tag = "events", request_body = SchemaAccepted,
    responses(
        (status = 200, description = "accepted", body = Accepted),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such event or field", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn accept_schema(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<SchemaAccepted>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    house.track.restore(&house).await?;
    if !house.track.schema.accept(asked.key, &asked.event, asked.field.as_deref()) {
        return Err(ApiError::not_found("no-such-field"));
    }
    keep_schema(&house).await;
    Ok(Json(Accepted { ok: true }))
}

fn shown(key: u64, name: &str, event: &Event) -> EventSchema {
    let names = |bits| type_names(bits).into_iter().map(str::to_owned).collect();
    let field = |(name, seen): (&str, &Seen)| FieldSchema {
        field: name.to_string(),
        types: names(seen.types),
        unexpected: seen.is_new(),
        unexpected_types: names(seen.odd()),
        told: seen.told,
        first_at: seen.first_at,
        last_at: seen.last_at,
    };
    EventSchema {
        key,
        event: name.to_owned(),
        told: event.whole.told,
        first_at: event.whole.first_at,
        last_at: event.whole.last_at,
        flagged: event.fields.values().any(|seen| seen.odd() != 0),
        fields: event.fields.iter().map(|(name, seen)| field((name, seen))).collect(),
    }
}
