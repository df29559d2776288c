//! Read-only SQL over the summaries, and their making; and over all events, in a house that was built with an engine for
//! it. It does not know what may stand in a query.

use super::calendar;
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    questions,
    wire::{SqlAnswered, SqlAsked, SqlOf, SqlProblem},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use linger_events::{AskLimits, Tables};
use linger_protocol::Role;
use linger_sql::{Job, Refused};
use linger_store::{DailyRow, SqlRefused, SqlValue, Summaries};
use linger_strategy::summary::Summary;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How soon summaries are made anew, at the soonest and at the latest: twenty times as long as the last making took lies
/// between, so that a small shop sees its events at once and a large one spends a twentieth of a thread.
const ANEW_AFTER: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(300)];

/// The folder of events that are in none of the store's files yet, while they are asked.
const NEWEST: &str = "events-sql";

/// A query that has no answer.
pub(crate) enum SqlError {
    Api(ApiError),
    Problem(SqlProblem),
}

impl From<ApiError> for SqlError {
    fn from(error: ApiError) -> SqlError {
        SqlError::Api(error)
    }
}

impl IntoResponse for SqlError {
    fn into_response(self) -> Response {
        match self {
            SqlError::Api(error) => error.into_response(),
            SqlError::Problem(problem) => (StatusCode::BAD_REQUEST, Json(problem)).into_response(),
        }
    }
}

/// The summaries of this house.
pub(super) fn summaries(house: &House) -> Summaries {
    Summaries::new(&house.config.disk_spare.0.join("summaries"))
}

/// How often a query is asked again because files were exchanged while they were opened.
const AGAIN: usize = 3;

/// Asks the summaries: table `daily (day, event, source, room, facts, persons, amount_minor)`. Or, with `of: events`, all
/// events: table `events`, whose columns `information_schema.columns` lists, and `prop(props, 'name')` for an event's own
/// properties.
#[utoipa::path(
    post, path = "/api/sql", tag = "data", request_body = SqlAsked,
    responses(
        (status = 200, description = "the answer, 10,000 rows and 8 MiB at most", body = SqlAnswered),
        (status = 400, description = "not one SELECT, or wrong, or too slow", body = SqlProblem),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "nothing is there yet, or the house has no engine for events", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "too many are being answered, or the engine failed", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn ask_sql(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<SqlAsked>,
) -> Result<Json<SqlAnswered>, SqlError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    if asked.of == SqlOf::Events {
        return of_events(&house, asked.sql).await.map(Json);
    }
    let answer = summaries(&house).ask(&asked.sql).await.map_err(refused)?;
    let value = |value: SqlValue| match value {
        SqlValue::Null => serde_json::Value::Null,
        SqlValue::Integer(it) => it.into(),
        SqlValue::Real(it) => it.into(),
        SqlValue::Text(it) => it.into(),
    };
    let rows = answer.rows.into_iter().map(|row| row.into_iter().map(value).collect());
    Ok(Json(SqlAnswered { columns: answer.columns, rows: rows.collect(), cut: answer.cut }))
}

fn refused(why: SqlRefused) -> SqlError {
    let code = match why {
        SqlRefused::NotYet => return ApiError::new(StatusCode::CONFLICT, "no-summaries").into(),
        SqlRefused::TooSlow => "sql-too-slow",
        _ => "bad-sql",
    };
    problem(code, &why)
}

fn problem(code: &str, says: &dyn std::fmt::Display) -> SqlError {
    SqlError::Problem(SqlProblem { code: code.to_owned(), field: "sql".to_owned(), says: says.to_string() })
}

/// Asks all events, in a process of its own.
async fn of_events(house: &House, sql: String) -> Result<SqlAnswered, SqlError> {
    let program = house.config.events_sql.as_ref();
    let program = program.ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "no-events-sql"))?;
    let _turn = questions::turn(house).await?;
    for _ in 0..AGAIN {
        let (job, _newest) = job(house, sql.clone()).await?;
        match program.ask(&job).await {
            Ok(it) => return Ok(SqlAnswered { columns: it.columns, rows: it.rows, cut: it.cut }),
            Err(Refused::Moved) => {}
            Err(why) => return Err(not_answered(&why)),
        }
    }
    Err(not_answered(&Refused::Moved))
}

/// The query with the files of this moment. The folder holds what is in none of the store's files yet, and goes with its
/// owner.
async fn job(house: &House, sql: String) -> Result<(Job, TempDir), ApiError> {
    let (events, dir) = (house.events.clone(), house.config.disk_spare.0.join(NEWEST));
    let made = tokio::task::spawn_blocking(move || -> Result<_, String> {
        let newest = std::fs::create_dir_all(&dir).and_then(|()| tempfile::tempdir_in(&dir));
        let newest = newest.map_err(|error| error.to_string())?;
        let Tables { files, moves, hidden } =
            events.snapshot().tables(newest.path()).map_err(|fault| fault.to_string())?;
        Ok((Job { sql, files, moves, hidden }, newest))
    });
    let made = made.await.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))?;
    made.map_err(|why| ApiError::unavailable("laying out events for SQL", &why))
}

fn not_answered(why: &Refused) -> SqlError {
    match why {
        Refused::NotYet => ApiError::new(StatusCode::CONFLICT, "no-events").into(),
        Refused::TooSlow => problem("sql-too-slow", why),
        Refused::TooLarge => problem("sql-too-large", why),
        Refused::Moved | Refused::Broken => ApiError::unavailable("asking all events by SQL", why).into(),
        Refused::NotASelect | Refused::TooLong | Refused::Wrong(_) => problem("bad-sql", why),
    }
}

/// What a house that was ended within a query left behind.
fn sweep(house: &House) {
    _ = std::fs::remove_dir_all(house.config.disk_spare.0.join(NEWEST));
}

/// Makes the summaries anew, again and again.
pub(super) async fn follow(house: House) {
    sweep(&house);
    let [soonest, latest] = ANEW_AFTER;
    let (mut facts, mut pause) = (u64::MAX, soonest);
    while !house.is_stopping() {
        let now = house.events.figures().facts;
        if now != facts {
            let began = Instant::now();
            match make(&house).await {
                Ok(()) => (facts, pause) = (now, (began.elapsed() * 20).clamp(soonest, latest)),
                Err(why) => tracing::warn!(why, "summaries were not made; trying again"),
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn make(house: &House) -> Result<(), String> {
    let (events, calendar) = (house.events.clone(), calendar(house));
    let rows = tokio::task::spawn_blocking(move || {
        let snapshot = events.snapshot();
        let limits = AskLimits { threads: 1, ..AskLimits::default() };
        let make = || Summary::new(calendar.clone(), snapshot.names());
        let summary = snapshot.fold(make, &limits).map_err(|fault| fault.to_string())?;
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let rows = summary.rows().map(|row| DailyRow {
            day: row.day,
            event: row.event,
            source: row.source,
            room: row.room,
            facts: signed(row.facts),
            persons: signed(row.persons),
            amount_minor: row.amount_minor,
        });
        Ok::<Vec<_>, String>(rows.collect())
    });
    let rows = rows.await.map_err(|error| error.to_string())??;
    summaries(house).replace(rows.into_iter()).await.map_err(|fault| fault.to_string())
}
