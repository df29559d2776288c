//! Beginning, pausing, widening and ending an experiment over HTTP. It does not know which step may follow which.

use super::{
    MAY,
    routes::{find, keep, life, not_now, read},
};
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    wire::{ExperimentMove, ExperimentRead},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_strategy::experiment::{Design, Move, SlotDesign, Status};

/// Experiments that run at once.
const RUNNING_MAX: usize = 100;

/// Begin, pause, go on with, widen or end an experiment: `start`, `pause`, `resume`, `stop`, `kill` or `rollout`. Viewers have
/// it with their next heartbeat, within 13 seconds.
#[utoipa::path(
    post, path = "/api/experiments/{key}/{move}", tag = "strategy", request_body = ExperimentMove,
    params(
        ("key" = String, Path, description = "its key"),
        ("move" = String, Path, description = "`start`, `pause`, `resume`, `stop`, `kill` or `rollout`"),
    ),
    responses(
        (status = 200, description = "done", body = ExperimentRead),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such experiment, or no such move", body = ApiError),
        (status = 409, description = "not now, others are in its place, or rules that are on hang on it", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn move_experiment(
    State(house): State<House>,
    staff: Staff,
    Path((key, name)): Path<(String, String)>,
    Body(asked): Body<ExperimentMove>,
) -> Result<Json<ExperimentRead>, ApiError> {
    staff.need(&MAY)?;
    let (by, what) = move_of(&name, &asked)?;
    let kept = find(&house, &key).await?;
    let life = life(&kept)?;
    let next = life.moved(by).map_err(not_now)?;
    if next.status == Status::Running {
        check_room(&house, &key, &next.design)?;
    }
    if by == Move::Stop {
        // Whoever ends it says first what becomes of its rules. In an emergency they rest.
        super::hanging::alone(&house, &key, |rule| rule.on).await?;
    }
    // Whoever ends something does not have to have seen its newest form.
    let ends = next.status == Status::Stopped;
    let after = match asked.after {
        Some(after) => after,
        None if ends => kept.revision,
        None => return Err(ApiError::field("bad-field", "after")),
    };
    keep(&house, &staff, (&key, after), what, &next, by == Move::Kill).await?;
    read(&house, &key).await.map(Json)
}

fn move_of(name: &str, asked: &ExperimentMove) -> Result<(Move, &'static str), ApiError> {
    Ok(match name {
        "start" => (Move::Start, "started"),
        "pause" => (Move::Pause, "paused"),
        "resume" => (Move::Resume, "resumed"),
        "stop" => (Move::Stop, "stopped"),
        "kill" => (Move::Kill, "killed"),
        "rollout" => {
            let to = asked.coverage.filter(|it| (0.0..=1.0).contains(it));
            (Move::RollOut(to.ok_or_else(|| ApiError::field("bad-field", "coverage"))?), "rolled-out")
        }
        _ => return Err(ApiError::not_found("no-such-move")),
    })
}

/// Whether an experiment has a place beside those that run: one flag has one experiment, and parts of a layer do not overlap.
pub(super) fn check_room(house: &House, key: &str, design: &Design) -> Result<(), ApiError> {
    let served = house.experiments.served();
    let running = || served.all.iter().filter(|it| it.status == Status::Running && it.key != key);
    let taken = |code, field: &str| {
        Err(ApiError { field: Some(field.to_owned()), ..ApiError::new(StatusCode::CONFLICT, code) })
    };
    if running().count() >= RUNNING_MAX {
        return Err(ApiError::new(StatusCode::CONFLICT, "too-many-kept"));
    }
    for other in running() {
        // Within one layer nobody is in both, whatever they set.
        let meet = match (&design.slot, &other.design.slot) {
            (Some(ours), Some(theirs)) if ours.layer == theirs.layer => Some(overlap(ours, theirs)),
            _ => None,
        };
        match meet {
            Some(true) => return taken("slot-taken", "design.slot"),
            None if design.flag(key) == other.design.flag(&other.key) => {
                return taken("flag-taken", "design.flag");
            }
            Some(false) | None => {}
        }
    }
    Ok(())
}

fn overlap(one: &SlotDesign, other: &SlotDesign) -> bool {
    one.from < other.to && other.from < one.to
}
