//! Questions that staff keep under a name and share. It does not know what they ask, only that they can be asked.

use super::wrong;
use crate::{
    account::{Staff, store_refused},
    ask::parse,
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, SavedQuestionWire},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_behaviour::Question;
use linger_protocol::Role;
use serde::Deserialize;

/// A question to be kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToSave {
    name: String,
    question: Question,
}

/// The questions that are kept, by name.
#[utoipa::path(
    get, path = "/api/saved-questions", tag = "data",
    responses(
        (status = 200, description = "at most 500", body = Vec<SavedQuestionWire>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_saved(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<SavedQuestionWire>>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let saved = house.store.saved_questions().await;
    let saved = saved.map_err(|fault| ApiError::unavailable("reading the kept questions", &fault))?;
    let wire = |it: linger_store::SavedQuestion| SavedQuestionWire {
        id: it.id,
        name: it.name,
        question: serde_json::from_str(&it.question).unwrap_or_default(),
        author: it.author.to_string(),
        changed_at: it.changed_at.0,
    };
    Ok(Json(saved.into_iter().map(wire).collect()))
}

/// Keep a question for everybody.
#[utoipa::path(
    post, path = "/api/saved-questions", tag = "data",
    request_body(content = serde_json::Value, description = "`name` and `question`"),
    responses(
        (status = 201, description = "kept", body = SavedQuestionWire),
        (status = 400, description = "the question or its name is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn save_question(
    State(house): State<House>,
    staff: Staff,
    Body(to_save): Body<ToSave>,
) -> Result<(StatusCode, Json<SavedQuestionWire>), ApiError> {
    Ok((StatusCode::CREATED, Json(save(&house, &staff, None, to_save).await?)))
}

/// Change a kept question.
#[utoipa::path(
    put, path = "/api/saved-questions/{question}", tag = "data",
    params(("question" = u64, Path, description = "its number")),
    request_body(content = serde_json::Value, description = "`name` and `question`"),
    responses(
        (status = 200, description = "as it is now", body = SavedQuestionWire),
        (status = 400, description = "the question or its name is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such question", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn change_saved(
    State(house): State<House>,
    staff: Staff,
    Path(question): Path<String>,
    Body(to_save): Body<ToSave>,
) -> Result<Json<SavedQuestionWire>, ApiError> {
    let id = parse(&question, "question")?;
    save(&house, &staff, Some(id), to_save).await.map(Json)
}

/// Forget a kept question.
#[utoipa::path(
    delete, path = "/api/saved-questions/{question}", tag = "data",
    params(("question" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "forgotten", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such question", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn forget_saved(
    State(house): State<House>,
    staff: Staff,
    Path(question): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let forgotten = house.store.forget_question(parse(&question, "question")?).await;
    match forgotten.map_err(|fault| ApiError::unavailable("forgetting a question", &fault))? {
        true => Ok(Json(Accepted { ok: true })),
        false => Err(ApiError::not_found("no-such-question")),
    }
}

async fn save(
    house: &House,
    staff: &Staff,
    id: Option<u64>,
    to_save: ToSave,
) -> Result<SavedQuestionWire, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    to_save.question.check().map_err(wrong)?;
    let doing = "keeping a question";
    let question =
        serde_json::to_value(&to_save.question).map_err(|fault| ApiError::unavailable(doing, &fault))?;
    let now = house.now();
    let kept = house.store.save_question(id, &to_save.name, &question.to_string(), staff.person, now).await;
    let id = kept.map_err(store_refused(doing))?;
    let author = staff.person.to_string();
    Ok(SavedQuestionWire { id, name: to_save.name, question, author, changed_at: now.0 })
}
