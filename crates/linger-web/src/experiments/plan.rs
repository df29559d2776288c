//! Planning an experiment over HTTP: how many units, how many days. It does not know who will come.

use super::MAY;
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    wire::{PlanAsked, Planned, PlannedAlways, SeenAfter},
};
use axum::{Json, extract::State};
use linger_stats::{Plan, Unknown, design_effect};

/// Days that are looked at, and the longest that is told.
const AFTER_DAYS: [u32; 6] = [1, 3, 7, 14, 28, 56];
const DAYS_MAX: u32 = 3_650;

/// How many units an experiment needs, how long that takes, and what would be seen after some days.
#[utoipa::path(
    post, path = "/api/experiments/plan", tag = "strategy", request_body = PlanAsked,
    responses(
        (status = 200, description = "the plan", body = Planned),
        (status = 400, description = "a field is wrong, or there is no such number", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn plan_experiment(
    State(_house): State<House>,
    staff: Staff,
    Body(asked): Body<PlanAsked>,
) -> Result<Json<Planned>, ApiError> {
    staff.need(&MAY)?;
    check(&asked)?;
    plan(&asked).map(Json).map_err(|unknown| match unknown {
        Unknown::NoSpread => ApiError::field("bad-field", "spread"),
        _ => ApiError::field("bad-field", "effect"),
    })
}

fn check(asked: &PlanAsked) -> Result<(), ApiError> {
    let wrong = |field| Err(ApiError::field("bad-field", field));
    let share = asked.spread.is_none();
    if !asked.baseline.is_finite() || asked.baseline <= 0.0 || (share && asked.baseline >= 1.0) {
        return wrong("baseline");
    }
    if asked.spread.is_some_and(|it| !(it > 0.0 && it < 1e12)) {
        return wrong("spread");
    }
    if !(asked.effect > 0.0 && asked.effect <= 10.0) {
        return wrong("effect");
    }
    let weight = |it: &f64| *it > 0.0 && *it <= 10_000.0;
    if !(2..=20).contains(&asked.weights.len()) || !asked.weights.iter().all(weight) {
        return wrong("weights");
    }
    if !(1..=100).contains(&asked.metrics) {
        return wrong("metrics");
    }
    if !(0.001..=0.2).contains(&asked.alpha) {
        return wrong("alpha");
    }
    if !(0.5..=0.99).contains(&asked.power) {
        return wrong("power");
    }
    if asked.per_day.is_some_and(|it| !(it > 0.0 && it <= 1e12)) {
        return wrong("per_day");
    }
    if !(asked.coverage > 0.0 && asked.coverage <= 1.0) {
        return wrong("coverage");
    }
    match asked.clusters {
        Some(it) if !(it.size >= 1.0 && it.size <= 1e9) => wrong("clusters.size"),
        Some(it) if !(0.0..=100.0).contains(&it.variation) => wrong("clusters.variation"),
        Some(it) if !(0.0..=1.0).contains(&it.correlation) => wrong("clusters.correlation"),
        _ => Ok(()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "bounded"
)]
fn plan(asked: &PlanAsked) -> Result<Planned, Unknown> {
    let variance = asked.spread.map_or(asked.baseline * (1.0 - asked.baseline), |it| it * it);
    let inflated = asked.clusters.map_or(1.0, |it| design_effect(it.size, it.variation, it.correlation));
    let others = (asked.weights.len() - 1) as f64;
    let first = asked.weights.first().copied().unwrap_or(1.0);
    let least = asked.weights.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
    let all: f64 = asked.weights.iter().sum();
    let plan = Plan {
        variance: variance * inflated,
        treated: least / (least + first),
        // Every arm and metric is one more claim that may be wrong; this is the strictest step of Holm's.
        alpha: asked.alpha / (others * f64::from(asked.metrics)),
        power: asked.power,
    };
    // The first arm and the smallest other one have to be large enough; the rest comes with them.
    let pair = (least + first) / all;
    let effect = asked.effect * asked.baseline;
    let of_all = |units: u64| (units as f64 / pair).ceil() as u64;
    let units = of_all(plan.units_for(effect)?);
    let looking = plan.units_when_looking(effect)?;
    let per_day = asked.per_day.map(|it| it * asked.coverage);
    let days_of = |units: u64| {
        let days = per_day.map(|it| (units as f64 / it).ceil() as u64);
        days.and_then(|it| u32::try_from(it).ok()).filter(|it| *it <= DAYS_MAX)
    };
    let (most, half) = (of_all(looking.units), of_all(looking.half));
    let always =
        PlannedAlways { units: most, days: days_of(most), half_units: half, half_days: days_of(half) };
    let seen_after = per_day.map_or(vec![], |per_day| {
        let seen = |days: u32| {
            let units = (per_day * f64::from(days) * pair) as u64;
            let effect = plan.smallest_effect(units).ok()? / asked.baseline;
            Some(SeenAfter { days, effect })
        };
        AFTER_DAYS.into_iter().filter_map(seen).collect()
    });
    Ok(Planned { units, days: days_of(units), seen_after, always })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(json: serde_json::Value) -> PlanAsked {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_plan_for_a_share_is_the_textbooks() {
        // statsmodels: NormalIndPower at p = 0.1 with the variance of the base, effect 0.01: 28,257 in all.
        let plan =
            plan(&asked(serde_json::json!({"baseline": 0.1, "effect": 0.1, "per_day": 1000}))).unwrap();
        assert_eq!((plan.units, plan.days), (28_256, Some(29)));
        let after: Vec<_> = plan.seen_after.iter().map(|it| (it.days, (it.effect * 100.0).round())).collect();
        assert_eq!(after, [(1, 53.0), (3, 31.0), (7, 20.0), (14, 14.0), (28, 10.0), (56, 7.0)]);
        // Whoever looks all the time needs more at most, and less than that as a rule.
        let always = plan.always;
        assert!(always.units > plan.units && always.half_units < plan.units, "{always:?}");
        assert_eq!(always.days, u32::try_from(always.units.div_ceil(1_000)).ok());
    }

    #[test]
    fn clusters_more_arms_and_more_metrics_need_more() {
        let units = |more: serde_json::Value| {
            let mut all = serde_json::json!({"baseline": 60.0, "spread": 120.0, "effect": 0.05});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            plan(&asked(all)).unwrap().units
        };
        let plain = units(serde_json::json!({}));
        assert!(units(serde_json::json!({"metrics": 4})) > plain);
        assert!(units(serde_json::json!({"weights": [1, 1, 1]})) > plain * 3 / 2);
        assert!(units(serde_json::json!({"clusters": {"size": 50, "correlation": 0.05}})) > plain * 3);
    }
}
