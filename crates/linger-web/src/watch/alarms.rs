//! Alarms over HTTP, and the loop that lets them look. It does not know when an alarm speaks.
//!
//! A rule is kept only with the `seen` that its back-test was answered with: a seal over the rule, the series and the
//! outcome that only this house can make.

use super::{answers, board, calendar, telling};
use crate::{
    account::{Staff, store_refused},
    error::{ApiError, Body},
    house::House,
    wire::{Accepted, AlarmInfo, AlarmMade, AlarmMoment, AlarmPut, AlarmTried, AlarmTry},
};
use aws_lc_rs::hmac;
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use linger_protocol::{Millis, Role};
use linger_store::{Page, SqlValue};
use linger_strategy::alarm::{AlarmRule, Figure, Moment, MomentKind, Point, back_test, questions, series};
use serde::Deserialize;

/// Days a rule is tried on beyond its own baseline.
const TRIED_DAYS: u16 = 60;
/// How long what was seen may be said, ms.
const SEEN_FOR_MS: i64 = 3_600_000;
const MAY: [Role; 2] = [Role::Operator, Role::Admin];

fn rule_of(value: serde_json::Value) -> Result<AlarmRule, ApiError> {
    let rule = serde_json::from_value::<AlarmRule>(value);
    let rule = rule.map_err(|_| ApiError::field("bad-alarm", "rule"))?;
    rule.check().map_err(|bad| ApiError::field("bad-alarm", &format!("rule.{}", bad.field)))?;
    Ok(rule)
}

/// The periods of a rule's figure, as far back as the rule needs and some more.
async fn look(house: &House, rule: &AlarmRule) -> Result<Vec<Point>, ApiError> {
    let days = u16::from(rule.weeks) * 7 + TRIED_DAYS;
    let frame = board::frame(house, days);
    let Figure::Sql { sql } = &rule.figure else {
        let answers = answers(house, questions(&rule.figure, rule.every, &frame)).await?;
        return Ok(series(&rule.figure, &frame, &answers));
    };
    let told = super::sql::summaries(house).ask(sql).await;
    let told = told.map_err(|_| ApiError::field("bad-alarm", "rule.figure"))?;
    let point = |row: &Vec<SqlValue>| {
        let (SqlValue::Integer(at_ms), SqlValue::Integer(people)) = (row.first()?, row.get(2)?) else {
            return None;
        };
        let value = match row.get(1)? {
            SqlValue::Real(value) => *value,
            #[expect(clippy::cast_precision_loss, reason = "figures of a shop are far below 2^52")]
            SqlValue::Integer(value) => *value as f64,
            _ => return None,
        };
        Some(Point { at_ms: *at_ms, value, people: u64::try_from(*people).ok()?, finished: true })
    };
    told.rows
        .iter()
        .map(point)
        .collect::<Option<_>>()
        .ok_or_else(|| ApiError::field("bad-alarm", "rule.figure"))
}

fn seal(house: &House, rule: &AlarmRule, digest: &str, until: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &house.token_key);
    let rule = serde_json::to_string(rule).unwrap_or_default();
    let tag = hmac::sign(&key, format!("alarm back-test v1\n{until}\n{digest}\n{rule}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{until}.{digest}.{hex}")
}

/// Whether this was answered to a trial of this very rule, not long ago.
fn was_seen(house: &House, rule: &AlarmRule, seen: &str) -> bool {
    let mut parts = seen.splitn(3, '.');
    let (Some(until), Some(digest)) = (parts.next().and_then(|it| it.parse().ok()), parts.next()) else {
        return false;
    };
    let expected = seal(house, rule, digest, until);
    let same =
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), seen.as_bytes()).is_ok();
    same && house.now().0 <= until
}

/// Tries a rule on the past: when it would have spoken, and how often of nothing.
#[utoipa::path(
    post, path = "/api/alarms/try", tag = "data", request_body = AlarmTry,
    responses(
        (status = 200, description = "what it would have done", body = AlarmTried),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be reckoned now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn try_alarm(
    State(house): State<House>,
    staff: Staff,
    Body(asked): Body<AlarmTry>,
) -> Result<Json<AlarmTried>, ApiError> {
    staff.need(&MAY)?;
    let rule = rule_of(asked.rule)?;
    let series = look(&house, &rule).await?;
    let tried = back_test(&rule, &calendar(&house), &series);
    Ok(Json(AlarmTried {
        seen: seal(&house, &rule, &tried.digest, house.now().0 + SEEN_FOR_MS),
        rule: serde_json::to_value(&rule).unwrap_or_default(),
        back_test: serde_json::to_value(&tried).unwrap_or_default(),
        series: serde_json::to_value(&series).unwrap_or_default(),
    }))
}

/// Keeps a rule whose back-test was seen.
#[utoipa::path(
    post, path = "/api/alarms", tag = "data", request_body = AlarmPut,
    responses(
        (status = 201, description = "kept", body = AlarmMade),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "its back-test was not seen, or there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_alarm(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<AlarmPut>,
) -> Result<(StatusCode, Json<AlarmMade>), ApiError> {
    staff.need(&MAY)?;
    let rule = rule_of(put.rule)?;
    if !was_seen(&house, &rule, &put.seen) {
        return Err(ApiError::new(StatusCode::CONFLICT, "alarm-not-seen"));
    }
    let text =
        serde_json::to_string(&rule).map_err(|error| ApiError::unavailable("keeping an alarm", &error))?;
    let id = house.store.make_alarm(&text, staff.person, house.now()).await;
    let id = id.map_err(store_refused("keeping an alarm"))?;
    super::segments::note(&house, &staff, "alarm.made", &format!("alarm:{id}")).await?;
    Ok((StatusCode::CREATED, Json(AlarmMade { id })))
}

/// All alarms.
#[utoipa::path(
    get, path = "/api/alarms", tag = "data",
    responses(
        (status = 200, description = "by number", body = Vec<AlarmInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_alarms(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<AlarmInfo>>, ApiError> {
    staff.need(&MAY)?;
    let kept = house.store.alarms().await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading the alarms", &fault))?;
    let info = |it: linger_store::KeptAlarm| AlarmInfo {
        id: it.id,
        rule: serde_json::from_str(&it.rule).unwrap_or_default(),
        made_at: it.made_at.0,
    };
    Ok(Json(kept.into_iter().map(info).collect()))
}

/// Forgets an alarm and what it said.
#[utoipa::path(
    delete, path = "/api/alarms/{alarm}", tag = "data",
    params(("alarm" = u64, Path, description = "its number")),
    responses(
        (status = 200, description = "forgotten", body = Accepted),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such alarm", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn remove_alarm(
    State(house): State<House>,
    Path(alarm): Path<String>,
    staff: Staff,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    let id: u64 = crate::ask::parse(&alarm, "alarm")?;
    let done = house.store.remove_alarm(id).await;
    if !done.map_err(|fault| ApiError::unavailable("forgetting an alarm", &fault))? {
        return Err(ApiError::not_found("no-such-alarm"));
    }
    super::segments::note(&house, &staff, "alarm.removed", &format!("alarm:{id}")).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Where somebody read up to, or that they want the newest.
#[derive(Deserialize)]
pub(crate) struct MomentsQuery {
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    newest: Option<String>,
}

/// What alarms said, oldest first, 500 at most: ask again after the last one. Or so many of the newest, newest first.
#[utoipa::path(
    get, path = "/api/alarms/moments", tag = "data",
    params(
        ("after" = Option<u64>, Query, description = "the number of the last one read"),
        ("newest" = Option<u64>, Query, description = "how many of the newest, 500 at most"),
    ),
    responses(
        (status = 200, description = "in the order asked for", body = Vec<AlarmMoment>),
        (status = 400, description = "no number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn alarm_moments(
    State(house): State<House>,
    Query(query): Query<MomentsQuery>,
    staff: Staff,
) -> Result<Json<Vec<AlarmMoment>>, ApiError> {
    staff.need(&MAY)?;
    let kept = match query.newest {
        Some(newest) => {
            house.store.newest_moments(Page { skip: 0, take: crate::ask::parse(&newest, "newest")? }).await
        }
        None => {
            let after: u64 = query.after.map_or(Ok(0), |it| crate::ask::parse(&it, "after"))?;
            house.store.moments(after.min(i64::MAX.cast_unsigned()), Page::FIRST).await
        }
    };
    let kept = kept.map_err(|fault| ApiError::unavailable("reading what alarms said", &fault))?;
    let wire = |it: linger_store::KeptMoment| AlarmMoment {
        id: it.id,
        alarm: it.alarm,
        moment: serde_json::from_str(&it.moment).unwrap_or_default(),
        told_at: it.told_at.0,
    };
    Ok(Json(kept.into_iter().map(wire).collect()))
}

/// Lets all alarms look, again and again, and tells what they said.
pub(super) async fn follow(house: House) {
    let every = house.config.look_every;
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !house.is_stopping() {
        ticks.tick().await;
        if let Err(fault) = telling::begin(&house).await {
            tracing::warn!(code = fault.code, "alarms could not look; trying again");
            continue;
        }
        if let Err(fault) = look_all(&house).await {
            tracing::warn!(code = fault.code, "alarms could not look; trying again");
        }
        if let Err(fault) = telling::tell_new(&house).await {
            tracing::warn!(code = fault.code, "what alarms said waits to be told; trying again");
        }
    }
}

/// Every alarm over its whole series: the same moments come out each time, and only new ones are kept.
async fn look_all(house: &House) -> Result<(), ApiError> {
    let kept = house.store.alarms().await;
    for alarm in kept.map_err(|fault| ApiError::unavailable("reading the alarms", &fault))? {
        let Ok(rule) = serde_json::from_str::<AlarmRule>(&alarm.rule) else { continue };
        // One figure that cannot be had does not silence the others.
        let Ok(series) = look(house, &rule).await else { continue };
        for moment in back_test(&rule, &calendar(house), &series).moments {
            // What lies before the alarm was seen in its back-test.
            if moment.at_ms < alarm.made_at.0 {
                continue;
            }
            let kind = match moment.kind {
                MomentKind::Off => "off",
                MomentKind::Drift => "drift",
                MomentKind::Clear => "clear",
            };
            let since_ms = Some(since(&rule, &series, &moment));
            let said = telling::Said { name: rule.name.to_string(), moment, since_ms };
            let text = serde_json::to_string(&said).unwrap_or_default();
            let done =
                house.store.keep_moment(alarm.id, Millis(moment.at_ms), kind, &text, house.now()).await;
            if done.map_err(store_refused("keeping what an alarm said"))? {
                tracing::info!(alarm = alarm.id, kind, "an alarm speaks");
            }
        }
    }
    Ok(())
}

/// When what an alarm says began: a figure that is off, or back, has been so for as many periods as the rule asks for.
fn since(rule: &AlarmRule, series: &[Point], moment: &Moment) -> i64 {
    if moment.kind == MomentKind::Drift {
        return moment.at_ms;
    }
    let judged = |it: &&Point| it.finished && it.people >= rule.people_min && it.at_ms <= moment.at_ms;
    let first = series.iter().rev().filter(judged).nth(usize::from(rule.periods.max(1)) - 1);
    first.map_or(moment.at_ms, |it| it.at_ms)
}
