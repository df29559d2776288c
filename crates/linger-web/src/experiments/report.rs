//! What came of an experiment, over HTTP. It does not know how it is judged.

use super::{
    MAY,
    load::design_of,
    routes::{find, life},
};
use crate::{account::Staff, error::ApiError, house::House};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use linger_events::AskLimits;
use linger_store::KeptExperiment;
use linger_strategy::experiment::{Asked, Design, Holding, Report, ReportFold, Span, Status};
use serde::Deserialize;
use std::time::{Duration, Instant};

/// How long one report may take: less than the time to the head of an answer.
const ASK_MAX: Duration = Duration::from_secs(15);
/// Memory of one report.
const ASK_BYTES_MAX: u64 = 512 << 20;

/// Which version is wanted.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    version: Option<u32>,
}

/// What came of an experiment: units in each arm, every metric beside the first arm, and what may be said of it. Codes have
/// their sentences in `web/messages`.
#[utoipa::path(
    get, path = "/api/experiments/{key}/report", tag = "strategy",
    params(
        ("key" = String, Path, description = "its key"),
        ("version" = Option<u32>, Query, description = "which version; the newest when absent"),
    ),
    responses(
        (status = 200, description = "the report", body = serde_json::Value),
        (status = 400, description = "no number of a version", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such experiment or version", body = ApiError),
        (status = 503, description = "cannot be reckoned now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn report_experiment(
    State(house): State<House>,
    staff: Staff,
    Path(key): Path<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<serde_json::Value>, ApiError> {
    staff.need(&MAY)?;
    let Query(wanted) = wanted.map_err(|_| ApiError::field("bad-field", "version"))?;
    let kept = find(&house, &key).await?;
    let version = wanted.version.unwrap_or(kept.version);
    let report = reckon(&house, asked(&house, kept, version).await?).await?;
    let told = serde_json::to_value(&report);
    told.map(Json).map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))
}

/// One pass over everybody's facts, on a thread that may take its time.
pub(super) async fn reckon(house: &House, asked: Asked) -> Result<Report, ApiError> {
    let events = house.events.clone();
    let reckoned = tokio::task::spawn_blocking(move || {
        let snapshot = events.snapshot();
        let names = snapshot.names();
        let until = Some(Instant::now() + ASK_MAX);
        let limits = AskLimits { threads: 1, bytes_max: ASK_BYTES_MAX, until, ..AskLimits::default() };
        let begun = ReportFold::new(asked, names);
        let fold = snapshot.fold(|| begun.clone(), &limits);
        fold.map(ReportFold::finish).map_err(|fault| ApiError::unavailable("reporting an experiment", &fault))
    });
    reckoned.await.map_err(|error| ApiError::unavailable("reporting an experiment", &error))?
}

async fn asked(house: &House, kept: KeptExperiment, version: u32) -> Result<Asked, ApiError> {
    let reading = |fault| ApiError::unavailable("reading an experiment", &fault);
    let now_ms = house.now().0;
    let newest = version == kept.version;
    let design = if newest { life(&kept)?.design } else { design_then(house, &kept.key, version).await? };
    let spans = house.store.experiment_spans(&kept.key).await.map_err(reading)?;
    let spans = spans.iter().filter(|it| it.version == version).map(|it| Span {
        from_ms: it.began_at.0,
        to_ms: it.ended_at.map_or(now_ms, |at| at.0),
        coverage: it.coverage,
    });
    let served = house.experiments.served();
    let holdouts = served.holdouts.clone();
    let mut holdings = vec![];
    if holdouts.global.share > 0.0 {
        holdings.push(Holding { of: "everything".to_owned(), phase: holdouts.global.phase });
    }
    if let Some(holdout) = holdouts.programmes.get(&design.programme).filter(|it| it.share > 0.0) {
        holdings.push(Holding { of: format!("programme/{}", design.programme), phase: holdout.phase });
    }
    let status = Status::of(&kept.status).unwrap_or(Status::Stopped);
    Ok(Asked {
        version,
        status: if newest { status } else { Status::Stopped },
        killed: newest && kept.killed,
        spans: spans.collect(),
        holdouts,
        holdings,
        now_ms,
        design,
        key: kept.key,
    })
}

/// What an experiment was in an earlier version, at its end.
async fn design_then(house: &House, key: &str, version: u32) -> Result<Design, ApiError> {
    let steps = house.store.experiment_steps(key).await;
    let steps = steps.map_err(|fault| ApiError::unavailable("reading an experiment", &fault))?;
    let step = steps.into_iter().rev().find(|it| it.version == version);
    let step = step.ok_or_else(|| ApiError::not_found("no-such-experiment"))?;
    let kept = KeptExperiment {
        key: key.to_owned(),
        design: step.design,
        status: String::new(),
        version,
        revision: step.revision,
        killed: false,
        changed_by: step.actor,
        changed_at: step.at,
    };
    design_of(&kept).ok_or_else(|| ApiError::not_found("no-such-experiment"))
}
