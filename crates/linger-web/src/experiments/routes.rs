//! Experiments over HTTP: listing, making, changing, forgetting. It does not know how an arm is drawn.

use super::{
    MAY,
    hanging::{alone, check_rules, told},
    load::{began, design_of, load, status_of},
    note, refused,
};
use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    rules::hanging,
    wire::{Accepted, ExperimentInfo, ExperimentNew, ExperimentPut, ExperimentRead, ExperimentStepWire},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_store::{ExperimentChange, KeptExperiment};
use linger_strategy::{
    experiment::{Design, Life, NotNow, Status, is_name},
    rule::Rule,
};
use serde_json::Value;

/// All experiments.
#[utoipa::path(
    get, path = "/api/experiments", tag = "strategy",
    responses(
        (status = 200, description = "by key", body = Vec<ExperimentInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_experiments(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<ExperimentInfo>>, ApiError> {
    staff.need(&MAY)?;
    let kept = house.store.experiments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the experiments", &fault))?;
    let rules = hanging(&house).await?;
    let mut all = Vec::with_capacity(kept.len());
    for it in kept {
        all.push(info(&house, it, &rules).await?);
    }
    Ok(Json(all))
}

/// Make an experiment. It is a draft: nobody is drawn before it is started.
#[utoipa::path(
    post, path = "/api/experiments", tag = "strategy", request_body = ExperimentNew,
    responses(
        (status = 201, description = "kept", body = ExperimentRead),
        (status = 400, description = "fields are wrong: `problems` names each", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "there is one of this key, or there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_experiment(
    State(house): State<House>,
    staff: Staff,
    Body(new): Body<ExperimentNew>,
) -> Result<(StatusCode, Json<ExperimentRead>), ApiError> {
    staff.need(&MAY)?;
    if !is_name(&new.key) {
        return Err(ApiError::field("bad-experiment", "key"));
    }
    let design = design(new.design)?;
    let life = Life { status: Status::Draft, version: 1, design };
    let text = text(&life.design)?;
    let made =
        house.store.make_experiment(&new.key, change("made", &life, &text), staff.person, house.now()).await;
    made.map_err(|error| match error {
        linger_store::StoreError::KeyUsed => ApiError {
            field: Some("key".to_owned()),
            ..ApiError::new(StatusCode::CONFLICT, "experiment-taken")
        },
        other => store_refused("keeping an experiment")(other),
    })?;
    note(&house, &staff, "experiment.made", &new.key).await?;
    Ok((StatusCode::CREATED, Json(read(&house, &new.key).await?)))
}

/// An experiment with its history.
#[utoipa::path(
    get, path = "/api/experiments/{key}", tag = "strategy",
    params(("key" = String, Path, description = "its key")),
    responses(
        (status = 200, description = "as it is, and what was done with it", body = ExperimentRead),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such experiment", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_experiment(
    State(house): State<House>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<ExperimentRead>, ApiError> {
    staff.need(&MAY)?;
    read(&house, &key).await.map(Json)
}

/// Give an experiment another design. While it runs, one that draws differently (arms, weights, values, unit, layer, hold-out)
/// is a new version: everybody is drawn anew, and judged from then on.
#[utoipa::path(
    put, path = "/api/experiments/{key}", tag = "strategy", request_body = ExperimentPut,
    params(("key" = String, Path, description = "its key")),
    responses(
        (status = 200, description = "kept", body = ExperimentRead),
        (status = 400, description = "fields are wrong: `problems` names each", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such experiment", body = ApiError),
        (status = 409, description = "somebody else changed it, or it cannot be so while it runs", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_experiment(
    State(house): State<House>,
    staff: Staff,
    Path(key): Path<String>,
    Body(put): Body<ExperimentPut>,
) -> Result<Json<ExperimentRead>, ApiError> {
    staff.need(&MAY)?;
    let next = design(put.design)?;
    let kept = find(&house, &key).await?;
    let life = life(&kept)?;
    let next = life.redesigned(next).map_err(not_now)?;
    check_rules(&house, &key, &next.design).await?;
    if next.status == Status::Running {
        super::moves::check_room(&house, &key, &next.design)?;
    }
    let what = if next.version == life.version { "changed" } else { "new-version" };
    keep(&house, &staff, (&key, put.after), what, &next, kept.killed).await?;
    read(&house, &key).await.map(Json)
}

/// Forget an experiment that does not run, and that no rule names. What people were shown stays among the events.
#[utoipa::path(
    delete, path = "/api/experiments/{key}", tag = "strategy",
    params(("key" = String, Path, description = "its key")),
    responses(
        (status = 200, description = "forgotten", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such experiment", body = ApiError),
        (status = 409, description = "it runs, or rules hang on it", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn forget_experiment(
    State(house): State<House>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let kept = find(&house, &key).await?;
    if matches!(status_of(&kept), Status::Running | Status::Paused) {
        return Err(not_now(NotNow::Running));
    }
    alone(&house, &key, |_| true).await?;
    let gone = house.store.forget_experiment(&key).await;
    gone.map_err(|fault| ApiError::unavailable("forgetting an experiment", &fault))?;
    note(&house, &staff, "experiment.forgotten", &key).await?;
    load(&house).await?;
    Ok(Json(Accepted { ok: true }))
}

/// A design from outside, with every field that is wrong.
fn design(value: Value) -> Result<Design, ApiError> {
    let design: Design = serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let named = crate::error::blamed_field(&error.inner().to_string()).unwrap_or_default();
        let field = match (path.as_str(), named.as_str()) {
            ("." | "?", "") => "design".to_owned(),
            ("." | "?", named) => format!("design.{named}"),
            (path, named) if named.is_empty() || path.ends_with(named) => format!("design.{path}"),
            (path, named) => format!("design.{path}.{named}"),
        };
        // A path is made of our own names, but for a key that somebody made up.
        let plain =
            field.len() <= 100 && field.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-[]".contains(&b));
        ApiError::field("bad-experiment", if plain { &field } else { "design" })
    })?;
    match design.check() {
        bad if bad.is_empty() => Ok(design),
        bad => Err(refused(bad)),
    }
}

pub(super) fn text(design: &Design) -> Result<String, ApiError> {
    serde_json::to_string(design).map_err(|_| ApiError::field("bad-experiment", "design"))
}

pub(super) async fn find(house: &House, key: &str) -> Result<KeptExperiment, ApiError> {
    let kept = house.store.experiment(key).await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading an experiment", &fault))?;
    kept.ok_or_else(|| ApiError::not_found("no-such-experiment"))
}

pub(super) fn life(kept: &KeptExperiment) -> Result<Life, ApiError> {
    let design = design_of(kept)
        .ok_or_else(|| ApiError::unavailable("reading an experiment", &"it is of another form"))?;
    Ok(Life { status: status_of(kept), version: kept.version, design })
}

/// Keeps what an experiment has become, notes who did it, and serves it.
pub(super) async fn keep(
    house: &House,
    staff: &Staff,
    (key, after): (&str, u32),
    what: &str,
    next: &Life,
    killed: bool,
) -> Result<(), ApiError> {
    let text = text(&next.design)?;
    let change = ExperimentChange { killed, ..change(what, next, &text) };
    let done = house.store.change_experiment(key, after, change, staff.person, house.now()).await;
    let done = done.map_err(|error| match error {
        linger_store::StoreError::NotFound { .. } => ApiError::not_found("no-such-experiment"),
        other => store_refused("keeping an experiment")(other),
    })?;
    if done.is_none() {
        return Err(ApiError::new(StatusCode::CONFLICT, "experiment-changed"));
    }
    note(house, staff, &format!("experiment.{what}"), key).await?;
    load(house).await
}

fn change<'a>(what: &'a str, life: &Life, design: &'a str) -> ExperimentChange<'a> {
    ExperimentChange {
        what,
        design,
        status: life.status.name(),
        version: life.version,
        killed: false,
        coverage: life.design.coverage,
    }
}

pub(super) fn not_now(why: NotNow) -> ApiError {
    let code = match why {
        NotNow::Running => "experiment-runs",
        NotNow::NotRunning => "experiment-not-running",
        NotNow::OnlyGrows => "rollout-only-grows",
        NotNow::NoRollout => "no-rollout",
    };
    ApiError::new(StatusCode::CONFLICT, code)
}

pub(super) async fn read(house: &House, key: &str) -> Result<ExperimentRead, ApiError> {
    let kept = find(house, key).await?;
    let steps = house.store.experiment_steps(key).await;
    let steps = steps.map_err(|fault| ApiError::unavailable("reading an experiment", &fault))?;
    let step = |it: linger_store::ExperimentStep| ExperimentStepWire {
        revision: it.revision,
        version: it.version,
        what: it.what,
        by: it.actor.to_string(),
        at: it.at.0,
    };
    let rules = hanging(house).await?;
    Ok(ExperimentRead {
        experiment: info(house, kept, &rules).await?,
        steps: steps.into_iter().map(step).collect(),
    })
}

async fn info(house: &House, kept: KeptExperiment, rules: &[Rule]) -> Result<ExperimentInfo, ApiError> {
    let began = began(house, &kept.key, kept.version).await?;
    Ok(ExperimentInfo {
        design: serde_json::from_str(&kept.design).unwrap_or_default(),
        status: kept.status,
        version: kept.version,
        revision: kept.revision,
        killed: kept.killed,
        changed_at: kept.changed_at.0,
        began_at: began.map(|it| it.0),
        rules: told(rules, &kept.key),
        key: kept.key,
    })
}
