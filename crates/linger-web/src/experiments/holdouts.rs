//! Who is left alone by everything and by programmes, over HTTP. It does not know who that is.

use super::{MAY, load::load, note};
use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    wire::{HoldoutWire, HoldoutsWire},
};
use axum::{Json, extract::State, http::StatusCode};
use linger_strategy::experiment::{Holdout, Holdouts, is_name};
use serde::{Deserialize, Serialize};

const SETTING: &str = "experiments.holdouts";
/// Programmes with a holdout.
const PROGRAMMES_MAX: usize = 50;

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    holdouts: HoldoutsWire,
    changed_at: i64,
}

/// Who is left alone.
#[utoipa::path(
    get, path = "/api/holdouts", tag = "strategy",
    responses(
        (status = 200, description = "the shares", body = HoldoutsWire),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_holdouts(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<HoldoutsWire>, ApiError> {
    staff.need(&MAY)?;
    Ok(Json(read(&house).await?.holdouts))
}

/// Say who is left alone from now on. Those left alone stay the same as long as the phase does; a share that grows adds to
/// them.
#[utoipa::path(
    put, path = "/api/holdouts", tag = "strategy", request_body = HoldoutsWire,
    responses(
        (status = 200, description = "kept", body = HoldoutsWire),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_holdouts(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<HoldoutsWire>,
) -> Result<Json<HoldoutsWire>, ApiError> {
    staff.need(&MAY)?;
    check(&put)?;
    let kept = Kept { holdouts: put, changed_at: house.now().0 };
    let text =
        serde_json::to_string(&kept).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad-field"))?;
    let done = house.store.set_setting(SETTING, &text, house.now()).await;
    done.map_err(store_refused("keeping the holdouts"))?;
    note(&house, &staff, "holdouts.changed", "holdouts").await?;
    load(&house).await?;
    Ok(Json(kept.holdouts))
}

fn check(put: &HoldoutsWire) -> Result<(), ApiError> {
    let fits = |it: &HoldoutWire| Holdout { share: it.share, phase: it.phase }.check().is_ok();
    if !fits(&put.everything) {
        return Err(ApiError::field("bad-field", "everything.share"));
    }
    if put.programmes.len() > PROGRAMMES_MAX || !put.programmes.keys().all(|it| is_name(it)) {
        return Err(ApiError::field("bad-field", "programmes"));
    }
    match put.programmes.iter().find(|(_, it)| !fits(it)) {
        Some((name, _)) => Err(ApiError::field("bad-field", &format!("programmes.{name}.share"))),
        None => Ok(()),
    }
}

async fn read(house: &House) -> Result<Kept, ApiError> {
    let settings = house.store.settings().await;
    let settings = settings.map_err(|fault| ApiError::unavailable("reading the holdouts", &fault))?;
    let text = settings.into_iter().find(|(name, _)| name == SETTING).map(|(_, text)| text);
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// The holdouts, and when they were changed last.
pub(super) async fn kept(house: &House) -> Result<(Holdouts, i64), ApiError> {
    let Kept { holdouts, changed_at } = read(house).await?;
    let of = |it: HoldoutWire| Holdout { share: it.share, phase: it.phase };
    let programmes = holdouts.programmes.into_iter().map(|(name, it)| (name, of(it))).collect();
    Ok((Holdouts { global: of(holdouts.everything), programmes }, changed_at))
}
