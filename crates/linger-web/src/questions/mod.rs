//! Questions about what people did: asked over HTTP, answered from one moment of the store within limits of time, memory
//! and threads, stopped when nobody waits for the answer any more. Lists for those who build questions, questions that
//! are kept, and the people behind a figure.
//!
//! It does not know how a question is answered (`linger-behaviour`) or how facts are stored (`linger-events`).

mod clickhouse;
mod csv;
mod lists;
mod people;
mod saved;

pub use clickhouse::ClickHouse;
pub(crate) use people::{forget, key, key_text};

use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_behaviour::{Answer, Question, Wrong};
use linger_events::{AskFault, AskLimits, Snapshot};
use linger_protocol::Role;
use serde::Deserialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long a question may take. The route's own limit is a little longer.
const ASK_MAX: Duration = Duration::from_secs(15);
/// How long a question waits for its turn.
const TURN_MAX: Duration = Duration::from_secs(4);
/// Threads of one question.
const THREADS: usize = 2;
/// Bytes one question may hold.
const BYTES_MAX: u64 = 512 << 20;
/// Questions that are answered at once: the rooms want the processor too.
const AT_ONCE: usize = 2;
/// The smallest group that a host may ask to see.
const HOST_PEOPLE_MIN: u32 = 5;

/// What the edge keeps for questions.
pub(crate) struct Desk {
    turns: Arc<Semaphore>,
    zone: String,
    clickhouse: Option<clickhouse::Line>,
}

impl Desk {
    /// `zone` is the zone of the store's days.
    pub(crate) fn new(zone: String, clickhouse: Option<ClickHouse>) -> Desk {
        let clickhouse = clickhouse.and_then(clickhouse::Line::new);
        Desk { turns: Arc::new(Semaphore::new(AT_ONCE)), zone, clickhouse }
    }
}

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(ask_question))
        .routes(routes!(ask_as_csv))
        .routes(routes!(people::ask_people))
        .routes(routes!(people::facts_of_person))
        .routes(routes!(people::erase_from_events))
        .routes(routes!(lists::event_names))
        .routes(routes!(lists::event_values))
        .routes(routes!(lists::event_figures))
        .routes(routes!(lists::recent_events))
        .routes(routes!(saved::list_saved, saved::save_question))
        .routes(routes!(saved::change_saved, saved::forget_saved))
}

/// Ask a question about what people did.
///
/// `ask` says which: `retention`, `funnel`, `sequence`, `paths`, `stickiness`, `life_cycle`, `survival` or `trend`; `scope`
/// has the range, the zone, the filters and the smallest group that is shown. The answer has the same kind under `answer`.
/// Hosts have to ask for groups of five people or more. With `engine=clickhouse` the facts of the ClickHouse server that
/// the operator set answer it.
#[utoipa::path(
    post, path = "/api/questions", tag = "data",
    params(("engine" = Option<String>, Query, description = "`clickhouse`, or nothing for the house's own")),
    request_body(content = serde_json::Value, description = "the question"),
    responses(
        (status = 200, description = "the answer", body = serde_json::Value),
        (status = 400, description = "the question is wrong, or would need too much memory", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "no ClickHouse server is set", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "took too long, too many are being answered, or ClickHouse failed", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn ask_question(
    State(house): State<House>,
    staff: Staff,
    by: Result<Query<By>, QueryRejection>,
    Body(question): Body<Question>,
) -> Result<Json<Answer>, ApiError> {
    let Query(by) = by.map_err(|_| ApiError::field("bad-field", "engine"))?;
    let Some(Engine::Clickhouse) = by.engine else {
        return answered(&house, &staff, question).await.map(Json);
    };
    may_ask(&staff, &question)?;
    let line = house.questions.clickhouse.as_ref();
    let line = line.ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "no-clickhouse"))?;
    line.answer(&question).await.map(Json)
}

/// What answers a question.
#[derive(Deserialize)]
pub(crate) struct By {
    engine: Option<Engine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Engine {
    Clickhouse,
}

/// Ask a question and get the answer as a table (CSV): one row for each figure, with everything that says what it is of.
#[utoipa::path(
    post, path = "/api/questions/csv", tag = "data",
    request_body(content = serde_json::Value, description = "the question"),
    responses(
        (status = 200, description = "the table", body = String, content_type = "text/csv"),
        (status = 400, description = "the question is wrong, or would need too much memory", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "took too long, or too many are being answered", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn ask_as_csv(
    State(house): State<House>,
    staff: Staff,
    Body(question): Body<Question>,
) -> Result<Response, ApiError> {
    let answer = answered(&house, &staff, question).await?;
    let answer =
        serde_json::to_value(&answer).map_err(|fault| ApiError::unavailable("writing an answer", &fault))?;
    let heads = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"answer.csv\"")),
    ];
    Ok((heads, csv::table(&answer)).into_response())
}

fn may_ask(staff: &Staff, question: &Question) -> Result<(), ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    if staff.role == Role::Host && question.scope().min_people < HOST_PEOPLE_MIN {
        return Err(wrong(Wrong::new("scope.min_people", "is at least 5 for hosts")));
    }
    question.check().map_err(wrong)
}

async fn answered(house: &House, staff: &Staff, question: Question) -> Result<Answer, ApiError> {
    may_ask(staff, &question)?;
    within_limits(house, move |snapshot, zone, limits| {
        let fold = snapshot.fold(|| question.fold(snapshot.names(), zone), limits).map_err(not_answered)?;
        fold.finish(snapshot.names()).map_err(wrong)
    })
    .await
}

/// Answers on a thread of its own, from the store as it is now. Who stops waiting stops the work.
async fn within_limits<T: Send + 'static>(
    house: &House,
    work: impl FnOnce(&Snapshot, &str, &AskLimits) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = turn(house).await?;
    let limits = AskLimits {
        threads: THREADS,
        bytes_max: BYTES_MAX,
        until: Some(Instant::now() + ASK_MAX),
        ..AskLimits::default()
    };
    let waiting = Waiting(limits.cancel.clone());
    let asked = house.clone();
    let answer = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work(&asked.events.snapshot(), &asked.questions.zone, &limits)
    });
    let answer = answer.await.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"));
    drop(waiting);
    answer?
}

/// Waits for a turn among all that pass over every event.
pub(crate) async fn turn(house: &House) -> Result<OwnedSemaphorePermit, ApiError> {
    let busy =
        || ApiError { retry_ms: Some(2_000), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy") };
    let turn = tokio::time::timeout(TURN_MAX, house.questions.turns.clone().acquire_owned()).await;
    turn.map_err(|_| busy())?.map_err(|_| busy())
}

/// Somebody who waits for an answer; when they go, the work stops.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn wrong(wrong: Wrong) -> ApiError {
    ApiError { why: Some(wrong.why), ..ApiError::field("bad-question", &wrong.field) }
}

fn not_answered(fault: AskFault) -> ApiError {
    match fault {
        AskFault::Stopped => ApiError {
            retry_ms: Some(5_000),
            ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "question-too-slow")
        },
        AskFault::Memory { .. } => ApiError::new(StatusCode::BAD_REQUEST, "question-too-large"),
        fault => ApiError::unavailable("answering a question", &fault),
    }
}
