//! From tables to what is served. It does not know who asks.

use super::desk::{Served, Trial};
use crate::{error::ApiError, house::House};
use linger_protocol::Millis;
use linger_store::{Fault, KeptExperiment};
use linger_strategy::experiment::{Design, Draw, RoomDraw, Status};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
};

/// A kept design. One that this version of the house cannot read is passed over and told of in the log.
pub(crate) fn design_of(kept: &KeptExperiment) -> Option<Design> {
    let design = serde_json::from_str(&kept.design);
    design.inspect_err(|_| tracing::error!("an experiment that is kept cannot be read")).ok()
}

pub(crate) fn status_of(kept: &KeptExperiment) -> Status {
    // What is unknown does not run.
    Status::of(&kept.status).unwrap_or(Status::Stopped)
}

/// Reads everything anew.
pub(super) async fn load(house: &House) -> Result<(), ApiError> {
    let _alone = house.experiments.reading.lock().await;
    let kept = house.store.experiments().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the experiments", &fault))?;
    let kept_holdouts = super::holdouts::read(&house.store).await;
    let kept_holdouts =
        kept_holdouts.map_err(|fault| ApiError::unavailable("reading the holdouts", &fault))?;
    let (holdouts, holdouts_at) = kept_holdouts.told();
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
        let draw = Draw::of(&it.key, it.version, status == Status::Running, &design, began);
        let stretches = Mutex::new(HashMap::new());
        served.all.push(Trial { key: it.key, version: it.version, status, design, draw, stretches });
    }
    house.experiments.serve(served);
    // Rules stand in rooms with the draws of their experiments.
    house.rules.changed();
    Ok(())
}

/// The draws of these experiments as the tables have them, and who is left alone: what rooms are told. One that cannot be
/// read is not there.
pub(crate) async fn draws_of(
    house: &House,
    keys: &BTreeSet<&str>,
) -> Result<BTreeMap<String, RoomDraw>, Fault> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (holdouts, _) = super::holdouts::read(&house.store).await?.told();
    let mut draws = BTreeMap::new();
    for it in house.store.experiments().await? {
        let Some(design) = keys.contains(it.key.as_str()).then(|| design_of(&it)).flatten() else { continue };
        let spans =
            if design.switch.is_some() { house.store.experiment_spans(&it.key).await? } else { vec![] };
        let began = spans.iter().find(|span| span.version == it.version).map(|span| span.began_at);
        let draw = Draw::of(&it.key, it.version, status_of(&it) == Status::Running, &design, began);
        draws.insert(it.key, RoomDraw::new(draw, &holdouts));
    }
    Ok(draws)
}

/// When a version began to run first.
pub(super) async fn began(house: &House, key: &str, version: u32) -> Result<Option<Millis>, ApiError> {
    let spans = house.store.experiment_spans(key).await;
    let spans = spans.map_err(|fault| ApiError::unavailable("reading when an experiment ran", &fault))?;
    Ok(spans.iter().find(|it| it.version == version).map(|it| it.began_at))
}
