//! What there is to ask about: names of events, values of properties, how the store stands, the newest events. It does
//! not know questions.

use crate::{
    account::Staff,
    error::ApiError,
    house::House,
    wire::{EventFigures, FactWire},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use linger_behaviour::{Fact, Names, Number, Text};
use linger_protocol::Role;
use serde::Deserialize;

/// Names or values in one list.
const LISTED_MAX: usize = 2_000;

/// The names of all events, by letter.
#[utoipa::path(
    get, path = "/api/events/names", tag = "data",
    responses(
        (status = 200, description = "at most 2,000", body = Vec<String>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn event_names(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<String>>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let snapshot = house.events.snapshot();
    let names = snapshot.names();
    let all = (1..).map(|code| names.name(code)).take_while(|name| !name.is_empty());
    let mut all: Vec<String> = all.map(str::to_owned).collect();
    all.sort_unstable();
    all.truncate(LISTED_MAX);
    Ok(Json(all))
}

/// Which values are wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    column: Text,
    #[serde(default)]
    begins: String,
}

/// The values that a text property has, by letter.
#[utoipa::path(
    get, path = "/api/events/values", tag = "data",
    params(
        ("column" = String, Query, description = "`source`, `campaign`, `room`, `host`, `item`, `category`, `age_band`, \
            `city_tier`, `region`, `currency`, `device`, `outcome` or `page`"),
        ("begins" = Option<String>, Query, description = "only values that begin so"),
    ),
    responses(
        (status = 200, description = "at most 2,000", body = Vec<String>),
        (status = 400, description = "no such property", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn event_values(
    State(house): State<House>,
    staff: Staff,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<String>>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let Query(wanted) = wanted.map_err(|_| ApiError::field("bad-field", "column"))?;
    let listed = tokio::task::spawn_blocking(move || {
        let snapshot = house.events.snapshot();
        let names = snapshot.names();
        let all = (1..names.text_codes(wanted.column)).map(|code| names.text(wanted.column, code));
        let fit = all.filter(|value| !value.is_empty() && value.starts_with(&wanted.begins));
        let mut fit: Vec<String> = fit.map(str::to_owned).collect();
        fit.sort_unstable();
        fit.truncate(LISTED_MAX);
        fit
    });
    listed.await.map(Json).map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))
}

/// How the store of events stands.
#[utoipa::path(
    get, path = "/api/events/figures", tag = "data",
    responses(
        (status = 200, description = "the figures", body = EventFigures),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn event_figures(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<EventFigures>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let it = house.events.figures();
    Ok(Json(EventFigures {
        facts: it.facts,
        waiting: it.waiting,
        persons: it.persons,
        segments: it.segments,
        bytes: it.bytes,
        dedupe_window_ms: it.dedupe_window_ms,
        dedupe_ids: it.dedupe_ids,
        erasing: it.erasing,
        in_trouble: it.trouble.is_some(),
        sql: house.config.events_sql.is_some(),
    }))
}

/// The newest events, the newest first: to see whether yours arrive. When many come at once they are a sample.
#[utoipa::path(
    get, path = "/api/events/recent", tag = "events",
    responses(
        (status = 200, description = "at most 200", body = Vec<FactWire>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn recent_events(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<FactWire>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    Ok(Json(house.live.newest().iter().map(fact_wire).collect()))
}

pub(super) fn fact_wire(fact: &Fact) -> FactWire {
    let texts = Text::ALL.iter().filter_map(|text| Some((text.column(), fact.text(*text)?)));
    let numbers = Number::ALL.iter().filter_map(|number| Some((number.column(), fact.number(*number)?)));
    FactWire {
        person: super::key_text(fact.person),
        at: fact.at_ms,
        received_at: fact.received_ms,
        name: fact.name.to_string(),
        class: match fact.class {
            linger_behaviour::Class::Behaviour => "behaviour",
            linger_behaviour::Class::Commerce => "commerce",
            linger_behaviour::Class::Profile => "profile",
        }
        .to_owned(),
        texts: texts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        numbers: numbers.map(|(name, value)| (name.to_owned(), value)).collect(),
        props: fact.props.as_deref().and_then(|props| serde_json::from_str(props).ok()),
    }
}
