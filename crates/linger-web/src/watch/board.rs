//! The board of the eight indicators over HTTP. It does not know how they are defined.

use super::answers;
use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, AimPut, AimWire, KpiWire, SparkWire},
};
use axum::{Json, extract::State};
use linger_protocol::Role;
use linger_strategy::kpi::{Aim, Frame, Kpi, Mood, Reading, SPARK_DAYS, Unit};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How long a board that was read is good enough for the next who looks.
const GOOD_FOR: Duration = Duration::from_secs(60);
/// Fewer people are no figure.
pub(super) const PEOPLE_MIN: u32 = 5;
const SETTING: &str = "board-aims";

/// The eight indicators with baseline, target and the last days.
#[utoipa::path(
    get, path = "/api/board", tag = "data",
    responses(
        (status = 200, description = "in the order of the board", body = Vec<KpiWire>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be reckoned now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_board(State(house): State<House>, staff: Staff) -> Result<Json<Vec<KpiWire>>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let aims = aims(&house).await?;
    let frame = frame(&house, SPARK_DAYS);
    let readings = readings(&house, &frame).await?;
    let rows = Kpi::ALL.into_iter().zip(readings).map(|(kpi, reading)| {
        let aim = aims.get(kpi.name()).copied().unwrap_or(kpi.aim());
        row(kpi, aim, reading, &frame)
    });
    Ok(Json(rows.collect()))
}

/// The shop as it is now, looked back on for so many days.
pub(super) fn frame(house: &House, days: u16) -> Frame {
    Frame { now_ms: house.now().0, zone: house.config.zone.clone(), people_min: PEOPLE_MIN, days }
}

async fn readings(house: &House, frame: &Frame) -> Result<Vec<Reading>, ApiError> {
    let held = |at: &Instant| at.elapsed() < GOOD_FOR;
    if let Some((at, readings)) = house.watch.board.lock().unwrap_or_else(|it| it.into_inner()).as_ref() {
        if held(at) {
            return Ok(readings.clone());
        }
    }
    let asked: Vec<_> = Kpi::ALL.map(|kpi| kpi.questions(frame)).into();
    let counts: Vec<_> = asked.iter().map(Vec::len).collect();
    let mut told = answers(house, asked.into_iter().flatten().collect()).await?.into_iter();
    let readings: Vec<_> = Kpi::ALL
        .into_iter()
        .zip(counts)
        .map(|(kpi, count)| kpi.reading(frame, kpi.aim(), &told.by_ref().take(count).collect::<Vec<_>>()))
        .collect();
    let fresh = Some((Instant::now(), readings.clone()));
    *house.watch.board.lock().unwrap_or_else(|it| it.into_inner()) = fresh;
    Ok(readings)
}

fn row(kpi: Kpi, aim: Aim, reading: Reading, frame: &Frame) -> KpiWire {
    let mood = match (reading.mood, reading.value) {
        (Mood::Unknown, _) | (_, None) => "unknown",
        (_, Some(value)) if value < aim.baseline => "worse",
        (_, Some(value)) if value < aim.target => "at",
        _ => "better",
    };
    let days = reading.days.into_iter().map(|day| SparkWire {
        label: day.label,
        value: day.value,
        people: day.people,
        unfinished: day.unfinished,
    });
    KpiWire {
        kpi: kpi.name().to_owned(),
        unit: if kpi.unit() == Unit::Share { "share" } else { "seconds" }.to_owned(),
        value: reading.value,
        people: reading.people,
        aim: AimWire { baseline: aim.baseline, target: aim.target },
        mood: mood.to_owned(),
        days: days.collect(),
        questions: serde_json::to_value(kpi.questions(frame).into_iter().take(1).collect::<Vec<_>>())
            .unwrap_or_default(),
    }
}

async fn aims(house: &House) -> Result<BTreeMap<String, Aim>, ApiError> {
    let text = house.store.setting(SETTING).await;
    let text = text.map_err(|fault| ApiError::unavailable("reading the aims", &fault))?;
    Ok(text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
}

/// Says what the shop expects of an indicator.
#[utoipa::path(
    put, path = "/api/board", tag = "data", request_body = AimPut,
    responses(
        (status = 200, description = "kept", body = Accepted),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn put_aim(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<AimPut>,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let kpi = Kpi::named(&put.kpi).ok_or_else(|| ApiError::field("bad-field", "kpi"))?;
    let AimWire { baseline, target } = put.aim;
    let most = if kpi.unit() == Unit::Share { 1.0 } else { 86_400.0 };
    if !(0.0..=most).contains(&baseline) || !(baseline..=most).contains(&target) {
        return Err(ApiError::field("bad-field", "aim"));
    }
    let mut aims = aims(&house).await?;
    aims.insert(kpi.name().to_owned(), Aim { baseline, target });
    let text = serde_json::to_string(&aims).map_err(|error| ApiError::unavailable("keeping an aim", &error))?;
    let done = house.store.set_setting(SETTING, &text, house.now()).await;
    done.map_err(store_refused("keeping an aim"))?;
    super::segments::note(&house, &staff, "board.aim", kpi.name()).await?;
    Ok(Json(Accepted { ok: true }))
}
