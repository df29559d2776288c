//! Experiments served: kept in tables, given to viewers and shops, and reported from the facts of those who were shown an arm.
//! It does not know how an arm is drawn or judged (`linger-strategy`, `linger-stats`).

mod desk;
mod exposures;
mod hanging;
mod holdouts;
mod load;
mod moves;
mod plan;
mod report;
mod rooms;
mod routes;
pub(crate) mod shops;

pub(crate) use desk::Desk;
pub(crate) use load::{design_of, draws_of, status_of};
pub(crate) use rooms::Shown;

use crate::{
    account::{Staff, store_refused},
    error::{ApiError, FieldProblem},
    house::House,
};
use linger_protocol::Role;
use linger_store::NewAuditEntry;
use linger_strategy::experiment::BadDesign;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

const MAY: [Role; 2] = [Role::Operator, Role::Admin];
/// Until tables can be read at the start they are asked again so often.
const AGAIN: Duration = Duration::from_secs(2);
/// Fields that one answer names.
const PROBLEMS_MAX: usize = 50;

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    let large = axum::extract::DefaultBodyLimit::max(256 << 10);
    OpenApiRouter::default()
        .routes(routes!(routes::list_experiments, routes::make_experiment))
        .routes(routes!(plan::plan_experiment))
        .routes(routes!(routes::get_experiment, routes::put_experiment, routes::forget_experiment))
        .routes(routes!(moves::move_experiment))
        .routes(routes!(report::report_experiment))
        .routes(routes!(holdouts::get_holdouts, holdouts::put_holdouts))
        .routes(routes!(holdouts::report_holdouts))
        .layer(large)
}

/// Begins to serve.
pub(crate) fn follow(house: &House) {
    tokio::spawn(exposures::follow(house.clone()));
    let house = house.clone();
    tokio::spawn(async move {
        // Nobody is drawn before it is known who is left alone.
        while !house.is_stopping() && load::load(&house).await.is_err() {
            tokio::time::sleep(AGAIN).await;
        }
    });
}

/// Tells what was gathered, when the server stops.
pub(crate) async fn finish(house: &House) {
    exposures::tell(house).await;
}

async fn note(house: &House, staff: &Staff, action: &str, key: &str) -> Result<(), ApiError> {
    let subject = format!("experiment:{key}");
    let entry = NewAuditEntry { at: house.now(), actor: staff.person, action, subject: &subject };
    house.store.audit(entry).await.map_err(store_refused("noting what was done"))
}

/// A design is not as it must be, and why, field by field.
fn refused(bad: Vec<BadDesign>) -> ApiError {
    let first = bad.first().map(|it| (format!("design.{}", it.field), it.wants.to_owned()));
    let problem =
        |it: BadDesign| FieldProblem { field: format!("design.{}", it.field), why: it.wants.to_owned() };
    ApiError {
        field: first.as_ref().map(|(field, _)| field.clone()),
        why: first.map(|(_, why)| why),
        problems: bad.into_iter().take(PROBLEMS_MAX).map(problem).collect(),
        ..ApiError::new(axum::http::StatusCode::BAD_REQUEST, "bad-experiment")
    }
}
