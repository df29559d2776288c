//! From tables to what is served. It does not know who asks.

use super::desk::{Served, Trial};
use crate::{error::ApiError, house::House};
use linger_protocol::Millis;
use linger_store::KeptExperiment;
use linger_strategy::experiment::{Design, Status};
use std::{collections::HashMap, sync::Mutex};

/// A kept design. One that this version of the house cannot read is passed over and told of in the log.
pub(super) fn design_of(kept: &KeptExperiment) -> Option<Design> {
    let design = serde_json::from_str(&kept.design);
    design.inspect_err(|_| tracing::error!("an experiment that is kept cannot be read")).ok()
}

pub(super) fn status_of(kept: &KeptExperiment) -> Status {
    // What is unknown does not run.
    Status::of(&kept.status).unwrap_or(Status::Stopped)
}

/// Reads everything anew.
pub(super) async fn load(house: &House) -> Result<(), ApiError> {
    let _alone = house.experiments.reading.lock().await;
    let kept = house.store.experiments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the experiments", &fault))?;
    let (holdouts, holdouts_at) = super::holdouts::kept(house).await?;
    let mut served = Served { changed_at: holdouts_at, all: vec![], holdouts };
    for it in kept {
        let status = status_of(&it);
        served.changed_at = served.changed_at.max(it.changed_at.0);
        if status == Status::Draft {
            continue;
        }
        let Some(design) = design_of(&it) else { continue };
        let began = match design.switch {
            Some(_) => began(house, &it.key, it.version).await?,
            None => None,
        };
        let runs = status == Status::Running;
        let switch = design.schedule(&it.key, it.version, runs).zip(began);
        let draw = design.draw(&it.key, it.version, runs);
        let stretches = Mutex::new(HashMap::new());
        served.all.push(Trial { key: it.key, version: it.version, status, design, draw, switch, stretches });
    }
    house.experiments.serve(served);
    Ok(())
}

/// When a version began to run first.
pub(super) async fn began(house: &House, key: &str, version: u32) -> Result<Option<Millis>, ApiError> {
    let spans = house.store.experiment_spans(key).await;
    let spans = spans.map_err(|fault| ApiError::unavailable("reading when an experiment ran", &fault))?;
    Ok(spans.iter().find(|it| it.version == version).map(|it| it.began_at))
}
