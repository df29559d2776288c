//! The run of show over HTTP: reading and setting the document, as JSON and as a table, documents to begin with, and the
//! reader that carries out a step's activity. It does not know how a room follows the document.

mod carry;
mod document;
mod table;
mod templates;

pub(crate) use carry::follow;
pub use carry::{AskAgain, deed_of_text};
pub(crate) use document::told;

use crate::{
    account::Staff,
    error::{ApiError, Raw, blamed_field},
    house::House,
    language::Language,
    rooms::room_desk,
    wire::{
        RundownAsk, RundownProblem, RundownPut, RundownRead, RundownRefused, RundownTemplate, RundownWire,
    },
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_protocol::{Act, Actor, Request, Role, Rundown, RundownAct};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a document as it is sent: its texts may take 64 KiB, and their escapes and names as much again and more.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Who may read it.
const READERS: [Role; 3] = [Role::Host, Role::Operator, Role::Admin];
/// Who may set it.
const WRITERS: [Role; 2] = [Role::Operator, Role::Admin];

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(get_rundown, put_rundown))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .routes(routes!(list_templates))
}

/// What a host's ask means to the room.
pub(crate) fn asked(ask: RundownAsk) -> RundownAct {
    match ask {
        RundownAsk::Start { step } => RundownAct::Start { step },
        RundownAsk::Next { turn } => RundownAct::Next { turn },
        RundownAsk::Hold => RundownAct::Hold,
        RundownAsk::Resume => RundownAct::Resume,
        RundownAsk::Repeat { turn } => RundownAct::Repeat { turn },
        RundownAsk::Improvise { title, lasts_ms } => RundownAct::Improvise { title, lasts_ms },
        RundownAsk::Jump { step } => RundownAct::Jump { step },
        RundownAsk::Extend { ms } => RundownAct::Extend { ms },
        RundownAsk::Stop => RundownAct::Stop,
    }
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Form {
    /// `csv` for a table; JSON otherwise.
    #[serde(default, rename = "as")]
    form: String,
}

/// What a table does not say of itself.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Table {
    /// With `text/csv`: the version that it was made from.
    #[serde(default)]
    after: u32,
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Spoken {
    /// `en` or `zh`.
    #[serde(default)]
    language: String,
}

/// The run of show, as JSON or as a table.
#[utoipa::path(
    get, path = "/api/rooms/{room}/rundown", tag = "rooms",
    params(("room" = String, Path, description = "the room"), Form),
    responses(
        (
            status = 200, description = "the document and its version, or the table",
            content((RundownRead = "application/json"), (String = "text/csv"))
        ),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_rundown(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
    form: Result<Query<Form>, QueryRejection>,
) -> Result<Response, ApiError> {
    staff.need(&READERS)?;
    let Query(form) = form.map_err(|_| ApiError::field("bad-field", "query"))?;
    let (room, _) = room_desk(&house, &room)?;
    let read = house.engine.look(&room, |room| (room.rundown().0, room.rundown().1.clone())).await?;
    let (version, rundown) = read.unwrap_or_default();
    let rundown = told(&rundown);
    if form.form != "csv" {
        return Ok(Json(RundownRead { version, rundown }).into_response());
    }
    let name = format!("attachment; filename=\"run-of-show-{room}.csv\"");
    let head =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, table::written(&rundown)).into_response())
}

/// Put a run of show in place of the one before, as JSON or as a table with the columns
/// `title,item,minutes,climax,points,activity`. A table keeps the settings of the document before.
#[utoipa::path(
    put, path = "/api/rooms/{room}/rundown", tag = "rooms",
    params(("room" = String, Path, description = "the room"), Table),
    request_body(content((RundownPut = "application/json"), (String = "text/csv"))),
    responses(
        (status = 200, description = "taken, and durable", body = RundownRead),
        (status = 400, description = "what is wrong, by line and field", body = RundownRefused),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 409, description = "the room refused; the code says why", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "neither JSON nor a table", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_rundown(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
    query: Result<Query<Table>, QueryRejection>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    staff.need(&WRITERS)?;
    let (room, _) = room_desk(&house, &room)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    let seen = house.engine.look(&room, |room| {
        (room.rundown().1.clone(), room.items().map(|item| item.id.0).collect::<BTreeSet<_>>())
    });
    let (present, shelf) = seen.await?.unwrap_or_default();
    let read = match kind {
        "text/csv" => {
            let Query(query) = query.map_err(|_| ApiError::field("bad-field", "after"))?;
            table::read(&body, &present).map(|(rundown, lines)| (query.after, rundown, lines))
        }
        "application/json" => json(&body).map(|put| (put.after, put.rundown, vec![])),
        _ => return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json")),
    };
    let meant = read.and_then(|(after, rundown, lines)| {
        let meant: Rundown = document::meant(&rundown, &shelf, &lines)?;
        Ok((after, meant))
    });
    let (after, rundown) = match meant {
        Ok(meant) => meant,
        Err(problems) => return Ok(refused(problems)),
    };
    let by = Actor { person: staff.person, role: staff.role };
    let act = Act::Rundown(RundownAct::Set { rundown: Box::new(rundown), after });
    house.engine.ask(&room, Request { by, act }, None).await?;
    let read = house.engine.look(&room, |room| (room.rundown().0, told(room.rundown().1))).await?;
    let (version, rundown) = read.ok_or_else(|| ApiError::not_found("no-such-room"))?;
    Ok(Json(RundownRead { version, rundown }).into_response())
}

/// Documents to begin with.
#[utoipa::path(
    get, path = "/api/rundowns/templates", tag = "rooms", params(Spoken),
    responses(
        (status = 200, description = "three documents", body = Vec<RundownTemplate>),
        (status = 400, description = "no such language", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_templates(
    State(house): State<House>,
    staff: Staff,
    spoken: Result<Query<Spoken>, QueryRejection>,
) -> Result<Json<Vec<RundownTemplate>>, ApiError> {
    staff.need(&READERS)?;
    let bad = || ApiError::field("bad-field", "language");
    let Query(spoken) = spoken.map_err(|_| bad())?;
    let language = match spoken.language.as_str() {
        "" => house.config.language,
        code => Language::parse(code).ok_or_else(bad)?,
    };
    Ok(Json(templates::all(language)))
}

fn json(body: &[u8]) -> Result<RundownPut, Vec<RundownProblem>> {
    serde_json::from_slice(body).map_err(|error| {
        let (field, code) = match error.classify() {
            serde_json::error::Category::Data => {
                (blamed_field(&error.to_string()).unwrap_or_default(), "bad-field")
            }
            _ => (String::new(), "not-json"),
        };
        vec![RundownProblem { line: 0, field, code: code.to_owned() }]
    })
}

fn refused(problems: Vec<RundownProblem>) -> Response {
    let told = RundownRefused { code: "bad-rundown".to_owned(), problems };
    (StatusCode::BAD_REQUEST, Json(told)).into_response()
}

/// A document with these steps and the settings of another.
fn with_settings_of(other: &Rundown, steps: Vec<crate::wire::RundownStep>) -> RundownWire {
    RundownWire {
        title: other.title.clone(),
        ahead_ms: other.ahead_ms,
        quiet_ms: other.quiet_ms,
        pace: other.pace,
        steps,
    }
}
