//! Who is left alone by everything and by programmes, over HTTP, and what that has shown so far. It does not know who that is.

use super::{MAY, load::load, note, report::reckon};
use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    wire::{HoldoutWire, HoldoutsPut, HoldoutsRead},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use linger_store::{Fault, Store};
use linger_strategy::experiment::{Asked, Design, Holding, Holdout, Holdouts, Span, Status, is_name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SETTING: &str = "experiments.holdouts";
/// Programmes with a holdout.
const PROGRAMMES_MAX: usize = 50;
/// The holdout from everything, as reports call it.
const EVERYTHING: &str = "everything";

/// Who is left alone by everything automatic, and by programmes.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Shares {
    everything: HoldoutWire,
    programmes: BTreeMap<String, HoldoutWire>,
}

/// The holdouts as they are kept.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    holdouts: Shares,
    changed_at: i64,
    /// Since when each leaves the people alone whom it drew, by the names of reports; a house from before this was kept has
    /// none.
    #[serde(default)]
    since: BTreeMap<String, i64>,
}

impl Kept {
    /// The holdouts, and when they were changed last.
    pub(super) fn told(self) -> (Holdouts, i64) {
        let Kept { holdouts, changed_at, .. } = self;
        let of = |it: HoldoutWire| Holdout { share: it.share, phase: it.phase };
        let programmes = holdouts.programmes.into_iter().map(|(name, it)| (name, of(it))).collect();
        (Holdouts { global: of(holdouts.everything), programmes }, changed_at)
    }

    fn read(self) -> HoldoutsRead {
        let Shares { everything, programmes } = self.holdouts;
        HoldoutsRead { everything, programmes, since: self.since, changed_at: self.changed_at }
    }
}

impl Shares {
    /// Those that leave somebody alone, by the names of reports.
    fn at_work(&self) -> BTreeMap<String, HoldoutWire> {
        let programmes = self.programmes.iter().map(|(name, it)| (format!("programme/{name}"), *it));
        let all = programmes.chain([(EVERYTHING.to_owned(), self.everything)]);
        all.filter(|(_, it)| it.share > 0.0).collect()
    }
}

/// Who is left alone, and since when.
#[utoipa::path(
    get, path = "/api/holdouts", tag = "strategy",
    responses(
        (status = 200, description = "the shares", body = HoldoutsRead),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_holdouts(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<HoldoutsRead>, ApiError> {
    staff.need(&MAY)?;
    Ok(Json(kept(&house).await?.read()))
}

/// Say who is left alone from now on. Those left alone stay the same as long as the phase does; a share that grows adds to
/// them.
#[utoipa::path(
    put, path = "/api/holdouts", tag = "strategy", request_body = HoldoutsPut,
    responses(
        (status = 200, description = "kept", body = HoldoutsRead),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "somebody else changed it in the meantime", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_holdouts(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<HoldoutsPut>,
) -> Result<Json<HoldoutsRead>, ApiError> {
    staff.need(&MAY)?;
    let HoldoutsPut { everything, programmes, after } = put;
    let holdouts = Shares { everything, programmes };
    check(&holdouts)?;
    let before = kept(&house).await?;
    if after.is_some_and(|it| it != before.changed_at) {
        return Err(ApiError::new(StatusCode::CONFLICT, "experiment-changed"));
    }
    let now = house.now();
    let (was, is) = (before.holdouts.at_work(), holdouts.at_work());
    let since = |(name, it): (String, HoldoutWire)| {
        // The same people, but for those who come to them or go.
        let same = was.get(&name).is_some_and(|was| was.phase == it.phase);
        let at = before.since.get(&name).filter(|_| same).copied();
        (name, at.unwrap_or(now.0))
    };
    let kept = Kept { since: is.into_iter().map(since).collect(), holdouts, changed_at: now.0 };
    let text =
        serde_json::to_string(&kept).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad-field"))?;
    let done = house.store.set_setting(SETTING, &text, now).await;
    done.map_err(store_refused("keeping the holdouts"))?;
    note(&house, &staff, "holdouts.changed", "holdouts").await?;
    load(&house).await?;
    Ok(Json(kept.read()))
}

/// By what holdouts are judged.
#[derive(Deserialize)]
pub(crate) struct Judged {
    #[serde(default)]
    metric: String,
}

/// What those whom each holdout measures have more than those it leaves alone, so far, and how many both are.
#[utoipa::path(
    get, path = "/api/holdouts/report", tag = "strategy",
    params(("metric" = Option<String>, Query, description = "`taking-part` when absent, `buyers`, `orders` or `leaving`")),
    responses(
        (status = 200, description = "each holdout that leaves somebody alone", body = Value),
        (status = 400, description = "no such metric", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be reckoned now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn report_holdouts(
    State(house): State<House>,
    staff: Staff,
    judged: Result<Query<Judged>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    staff.need(&MAY)?;
    let bad = || ApiError::field("bad-field", "metric");
    let Query(judged) = judged.map_err(|_| bad())?;
    let design = design_by(&judged.metric).ok_or_else(bad)?;
    let kept = kept(&house).await?;
    let at_work = kept.holdouts.at_work();
    let now_ms = house.now().0;
    // Nobody was told of before the first of them was drawn.
    let from_ms = kept.since.values().copied().min().unwrap_or(0);
    let holding = |(of, it): (&String, &HoldoutWire)| Holding { of: of.clone(), phase: it.phase };
    let asked = Asked {
        key: String::new(),
        version: 0,
        design,
        status: Status::Running,
        killed: false,
        spans: vec![Span { from_ms, to_ms: now_ms, coverage: 1.0 }],
        holdings: at_work.iter().map(holding).collect(),
        holdouts: Holdouts::default(),
        now_ms,
    };
    let report = if asked.holdings.is_empty() { vec![] } else { reckon(&house, asked).await?.holdings };
    let told = serde_json::to_value(&report);
    told.map(Json).map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "bug"))
}

/// An experiment of nobody, whose primary metric is the one asked for: what holdouts are judged by.
fn design_by(metric: &str) -> Option<Design> {
    let mean = |event: &str, take: &str| json!({"kind": "mean", "of": [{"event": event, "take": take}]});
    let (wanted, is) = match metric {
        "" | "taking-part" => ("more", mean("room.interacted", "once")),
        "buyers" => ("more", mean("order.paid", "once")),
        "orders" => ("more", mean("order.paid", "count")),
        "leaving" => ("less", json!({"kind": "hazard"})),
        _ => return None,
    };
    let arm = |key: &str| json!({"key": key, "value": key});
    let design = json!({
        "hypothesis": "Holdouts", "unit": "viewer", "places": [], "arms": [arm("left-alone"), arm("measuring")],
        "metrics": [{"key": "judged", "primary": true, "wanted": wanted, "is": is}],
    });
    serde_json::from_value(design).ok()
}

fn check(put: &Shares) -> Result<(), ApiError> {
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

async fn kept(house: &House) -> Result<Kept, ApiError> {
    read(&house.store).await.map_err(|fault| ApiError::unavailable("reading the holdouts", &fault))
}

/// What is kept of holdouts.
pub(super) async fn read(store: &Store) -> Result<Kept, Fault> {
    let settings = store.settings().await?;
    let text = settings.into_iter().find(|(name, _)| name == SETTING).map(|(_, text)| text);
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}
