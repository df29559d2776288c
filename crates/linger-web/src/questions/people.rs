//! The people behind a figure, what one of them did, and their erasure. It does not know who they are: people are keys.

use super::{lists::fact_wire, within_limits, wrong};
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, EraseFromEvents, FactWire, PeopleFound},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use linger_behaviour::{Cell, PersonKey, Question};
use linger_events::Identity;
use linger_protocol::Role;
use serde::Deserialize;
use std::time::Duration;

/// Facts of one person in one answer.
const FACTS_MAX: usize = 10_000;
/// Facts, unless more are asked for.
const FACTS_USUAL: usize = 1_000;
/// People, unless more are asked for.
const PEOPLE_USUAL: usize = 100;
/// How long the answer to an erasure waits for the files to be rewritten; that goes on without it.
const ERASE_WAIT: Duration = Duration::from_secs(5);

/// A figure of an answer whose people are wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeopleAsked {
    question: Question,
    cell: Cell,
    #[serde(default)]
    limit: Option<usize>,
}

/// Who is behind a figure of an answer.
#[utoipa::path(
    post, path = "/api/questions/people", tag = "data",
    request_body(content = serde_json::Value,
        description = "`question`, `cell` (`of` and what names the figure) and `limit`, at most 10,000"),
    responses(
        (status = 200, description = "keys of people; they say nothing about who it is", body = PeopleFound),
        (status = 400, description = "the question or the cell is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "took too long, or too many are being answered", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn ask_people(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<PeopleAsked>,
) -> Result<Json<PeopleFound>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    asked.question.check().map_err(wrong)?;
    let PeopleAsked { question, cell, limit } = asked;
    let limit = limit.unwrap_or(PEOPLE_USUAL);
    let found = within_limits(&house, move |snapshot, zone, limits| {
        let names = snapshot.names();
        // Whether the cell fits the question is the same for every thread.
        question.members(&cell, limit, names, zone).map_err(wrong)?;
        let fold = snapshot
            .fold(|| question.members(&cell, limit, names, zone).expect("it was made once already"), limits);
        Ok(fold.map_err(super::not_answered)?.finish())
    });
    let found = found.await?;
    let people = found.people.into_iter().map(key_text).collect();
    Ok(Json(PeopleFound { people, count: found.count }))
}

/// How many facts are wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(default)]
    limit: Option<usize>,
}

/// What one person did, by time: the latest, when there is more.
#[utoipa::path(
    get, path = "/api/people/{person}/facts", tag = "people",
    params(
        ("person" = String, Path, description = "the person's key among events, as a list of people has it"),
        ("limit" = Option<u32>, Query, description = "1,000 unless said, at most 10,000"),
    ),
    responses(
        (status = 200, description = "the facts; none when there is no such person", body = Vec<FactWire>),
        (status = 400, description = "no key of a person", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn facts_of_person(
    State(house): State<House>,
    staff: Staff,
    Path(person): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<FactWire>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let person = key(&person, "person")?;
    let Query(wanted) = wanted.map_err(|_| ApiError::field("bad-field", "limit"))?;
    let limit = wanted.limit.unwrap_or(FACTS_USUAL).min(FACTS_MAX);
    let facts = within_limits(&house, move |snapshot, _, _| {
        let facts = snapshot.facts_of(person, limit);
        facts.map_err(|fault| ApiError::unavailable("reading a person's events", &fault))
    });
    Ok(Json(facts.await?.iter().map(fact_wire).collect()))
}

/// Erase everything that is known of a person among events: facts, identities, ids. It cannot be taken back.
#[utoipa::path(
    post, path = "/api/events/erase", tag = "people", request_body = EraseFromEvents,
    responses(
        (status = 200, description = "gone from every answer; files are rewritten if they were not yet", body = Accepted),
        (status = 400, description = "nobody is named, or not by a key", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not an administrator, or without `x-csrf`", body = ApiError),
        (status = 404, description = "nobody is known so", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn erase_from_events(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<EraseFromEvents>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Admin])?;
    let person = match (&asked.person, &asked.known, &asked.anonymous) {
        (Some(person), None, None) => Some(key(person, "person")?),
        (None, Some(known), None) => house.events.person(&Identity::Known(known.as_str().into())),
        (None, None, Some(id)) => house.events.person(&Identity::Anonymous(id.as_str().into())),
        _ => return Err(ApiError::field("missing-field", "person")),
    };
    let person = person.ok_or_else(|| ApiError::not_found("no-such-person"))?;
    forget(&house, person).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Erases a person among events, off the threads that serve. The wish is durable before files are rewritten; whoever
/// asked does not wait for the last of them.
///
/// # Errors
/// 503 when something failed at once.
pub(crate) async fn forget(house: &House, person: PersonKey) -> Result<(), ApiError> {
    let (events, watching) = (house.events.clone(), house.clone());
    let erasing = tokio::spawn(async move {
        let erased = tokio::task::spawn_blocking(move || events.erase(person)).await;
        watching.watch.forget(person);
        erased
    });
    match tokio::time::timeout(ERASE_WAIT, erasing).await {
        // It goes on; the store finishes what is left, also after a restart.
        Err(_) => Ok(()),
        Ok(Ok(Ok(Ok(_)))) => Ok(()),
        Ok(Ok(Ok(Err(fault)))) => Err(ApiError::unavailable("erasing a person's events", &fault)),
        Ok(Ok(Err(fault)) | Err(fault)) => Err(ApiError::unavailable("erasing a person's events", &fault)),
    }
}

/// A person's key as everything that names people by key writes it: 16 hexadecimal digits.
pub(crate) fn key_text(person: PersonKey) -> String {
    format!("{:016x}", person.0)
}

/// The key of a person among events, as [`key_text`] writes it.
///
/// # Errors
/// 400 `bad-id`, which blames `field`.
pub(crate) fn key(text: &str, field: &str) -> Result<PersonKey, ApiError> {
    let bad = || ApiError::field("bad-id", field);
    if text.len() != 16 {
        return Err(bad());
    }
    u64::from_str_radix(text, 16).map(PersonKey).map_err(|_| bad())
}
