//! Segments and tags over HTTP. It does not know who belongs where: the engine does.

use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    questions::{key, key_text},
    wire::{Accepted, PeopleFound, ReadySegmentInfo, SegmentInfo, SegmentList, SegmentPut, TagPut},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_protocol::Role;
use linger_store::NewAuditEntry;
use linger_strategy::segment::{BadSegment, Condition, Mark, SegmentDef, Spec, StageRule, ready_segments};
use serde::Deserialize;
use std::fmt::Write;

/// People that are shown of a segment.
const SHOWN_MAX: usize = 200;
/// People of one page of an export.
const EXPORT_MAX: usize = 50_000;
/// The cycle that ready segments assume until a shop's own is known, days.
const CYCLE_DAYS: u16 = 30;
const MAY: [Role; 2] = [Role::Operator, Role::Admin];

/// All segments with how many belong to each now, and those ready to be taken over.
#[utoipa::path(
    get, path = "/api/segments", tag = "data",
    responses(
        (status = 200, description = "by id", body = SegmentList),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_segments(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<SegmentList>, ApiError> {
    staff.need(&MAY)?;
    let kept = house.store.segments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the segments", &fault))?;
    let engine = house.watch.engine();
    let segments = kept.into_iter().map(|it| SegmentInfo {
        people: engine.as_ref().and_then(|engine| engine.count(&it.id)),
        when: serde_json::from_str(&it.definition).unwrap_or_default(),
        changed_at: it.changed_at.0,
        id: it.id,
    });
    let ready = ready_segments(CYCLE_DAYS).into_iter().map(|it| ReadySegmentInfo {
        id: it.def.id.into(),
        when: serde_json::to_value(&it.def.when).unwrap_or_default(),
        says: it.says.to_owned(),
    });
    let known = engine.as_ref().map(|engine| engine.people());
    Ok(Json(SegmentList { segments: segments.collect(), ready: ready.collect(), known }))
}

fn refused(bad: &BadSegment) -> ApiError {
    let field = if bad.field == "id" { "segment".to_owned() } else { format!("when.{}", bad.field) };
    ApiError::field("bad-segment", &field)
}

/// Makes a segment, or changes one. It counts people as soon as it is built.
#[utoipa::path(
    put, path = "/api/segments/{segment}", tag = "data", request_body = SegmentPut,
    params(("segment" = String, Path, description = "its id: 1 to 64 of a-z, 0-9, - and _")),
    responses(
        (status = 200, description = "kept", body = Accepted),
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
pub(crate) async fn put_segment(
    State(house): State<House>,
    Path(segment): Path<String>,
    staff: Staff,
    Body(put): Body<SegmentPut>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let when = serde_json::from_value::<Condition>(put.when);
    let when = when.map_err(|_| ApiError::field("bad-segment", "when"))?;
    let def = SegmentDef { id: segment.as_str().into(), when };
    Spec::new(std::slice::from_ref(&def), StageRule::default()).map_err(|bad| refused(&bad))?;
    // Together with the others it may be one event too many.
    let kept = house.store.segments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the segments", &fault))?;
    let others = kept.iter().filter(|it| it.id != segment).filter_map(|it| {
        let when = serde_json::from_str(&it.definition).ok()?;
        Some(SegmentDef { id: it.id.as_str().into(), when })
    });
    let all: Vec<_> = others.chain([def.clone()]).collect();
    Spec::new(&all, StageRule::default()).map_err(|bad| refused(&bad))?;
    let text = serde_json::to_string(&def.when).map_err(|_| ApiError::field("bad-segment", "when"))?;
    let done = house.store.put_segment(&segment, &text, staff.person, house.now()).await;
    done.map_err(store_refused("keeping a segment"))?;
    house.watch.stale.notify_one();
    note(&house, &staff, "segment.put", &segment).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Forgets a segment.
#[utoipa::path(
    delete, path = "/api/segments/{segment}", tag = "data",
    params(("segment" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "forgotten", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such segment", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn remove_segment(
    State(house): State<House>,
    Path(segment): Path<String>,
    staff: Staff,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let done = house.store.remove_segment(&segment).await;
    if !done.map_err(|fault| ApiError::unavailable("forgetting a segment", &fault))? {
        return Err(ApiError::not_found("no-such-segment"));
    }
    house.watch.stale.notify_one();
    note(&house, &staff, "segment.removed", &segment).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Some members of a segment, those with the least keys, and how many there are: who is looked at one by one.
#[utoipa::path(
    get, path = "/api/segments/{segment}/members", tag = "data",
    params(("segment" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "200 at most", body = PeopleFound),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such segment, or it is being built", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn segment_members(
    State(house): State<House>,
    Path(segment): Path<String>,
    staff: Staff,
) -> Result<Json<PeopleFound>, ApiError> {
    staff.need(&MAY)?;
    let looked = tokio::task::spawn_blocking(move || {
        let engine = house.watch.engine();
        let engine = engine.as_ref()?;
        let count = engine.count(&segment)?;
        let people = engine.members(&segment, None, SHOWN_MAX).into_iter().map(key_text).collect();
        Some(PeopleFound { people, count: Some(count) })
    });
    let found = looked.await.map_err(|error| ApiError::unavailable("looking at a segment", &error))?;
    found.map(Json).ok_or_else(|| ApiError::not_found("no-such-segment"))
}

/// Where an export goes on.
#[derive(Deserialize)]
pub(crate) struct ExportQuery {
    #[serde(default)]
    after: Option<String>,
}

/// The members of a segment as CSV: their keys and, for administrators, the ids the shop knows them by. 50,000 rows at
/// most; the next page begins after the last key.
#[utoipa::path(
    get, path = "/api/segments/{segment}/members.csv", tag = "data",
    params(
        ("segment" = String, Path, description = "its id"),
        ("after" = Option<String>, Query, description = "the last key of the page before"),
    ),
    responses(
        (status = 200, description = "`person,known_id` by key", body = String, content_type = "text/csv"),
        (status = 400, description = "no key", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such segment, or it is being built", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn export_segment(
    State(house): State<House>,
    Path(segment): Path<String>,
    Query(query): Query<ExportQuery>,
    staff: Staff,
) -> Result<Response, ApiError> {
    staff.need(&MAY)?;
    let after = query.after.map(|it| key(&it, "after")).transpose()?;
    let reader = house.clone();
    let known = staff.role == Role::Admin;
    let csv = tokio::task::spawn_blocking({
        let segment = segment.clone();
        move || {
            let members = {
                let engine = reader.watch.engine();
                let engine = engine.as_ref().filter(|it| it.count(&segment).is_some());
                engine.map(|it| it.members(&segment, after, EXPORT_MAX))
            };
            let members = members.ok_or_else(|| ApiError::not_found("no-such-segment"))?;
            let mut csv = String::from("person,known_id\r\n");
            for person in members {
                let id = if known { reader.events.known_id(person) } else { None };
                // Writing to a text does not fail.
                let _ =
                    write!(csv, "{},{}\r\n", key_text(person), id.map(|it| cell(&it)).unwrap_or_default());
            }
            Ok::<_, ApiError>(csv)
        }
    });
    let csv = csv.await.map_err(|error| ApiError::unavailable("exporting a segment", &error))??;
    note(&house, &staff, "segment.exported", &segment).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv).into_response())
}

/// A text as a CSV cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

/// Puts a tag on a person, or takes it off.
#[utoipa::path(
    post, path = "/api/tags", tag = "data", request_body = TagPut,
    responses(
        (status = 200, description = "done", body = Accepted),
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
pub(crate) async fn tag_person(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<TagPut>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let person = house.events.current(key(&put.person, "person")?);
    let done = house.store.tag(person.0, &put.tag, put.on, staff.person, house.now()).await;
    done.map_err(store_refused("tagging a person"))?;
    let mut changes = vec![];
    if let Some(engine) = house.watch.engine().as_mut() {
        engine.mark(person, Mark::Tag(&put.tag, put.on), &mut changes);
    }
    super::build::tell(&house, changes).await;
    Ok(Json(Accepted { ok: true }))
}

pub(super) async fn note(house: &House, staff: &Staff, action: &str, subject: &str) -> Result<(), ApiError> {
    let entry = NewAuditEntry { at: house.now(), actor: staff.person, action, subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}
