//! The history of prices over HTTP, and whether a struck price would be honest. It does not know the law: the catalogue does.

use super::{Keeper, currency, number, reading, region};
use crate::{
    error::{ApiError, Body},
    house::House,
    wire::{LowestWire, PastPriceWire, PriceAsked, PriceChecked, PriceHistory},
};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use linger_catalogue::price::{self, Lowest, Step};
use serde::Deserialize;

/// Steps of one answer, the newest.
const STEPS_SHOWN: usize = 2_000;

/// Where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Where {
    region: Option<String>,
}

/// Every price that a variant had, and the lowest of the last 7 and 30 days.
#[utoipa::path(
    get, path = "/api/variants/{item}/prices", tag = "shop",
    params(
        ("item" = u64, Path, description = "the variant's number"),
        ("region" = Option<String>, Query, description = "two capital letters; everywhere when absent"),
    ),
    responses(
        (status = 200, description = "the newest 2000 steps in the order they were made", body = PriceHistory),
        (status = 400, description = "a parameter is wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such variant", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn price_history(
    State(house): State<House>,
    _keeper: Keeper,
    Path(item): Path<String>,
    whence: Result<Query<Where>, QueryRejection>,
) -> Result<Json<PriceHistory>, ApiError> {
    let Query(whence) = whence.map_err(|_| ApiError::field("bad-field", "query"))?;
    let region = region(whence.region.as_deref())?;
    let kept = house.store.price_steps(number(&item, "item")?).await.map_err(reading)?;
    let Some(last) = kept.last() else { return Err(ApiError::not_found("no-such-item")) };
    let currency = last.step.currency.clone();
    let steps: Vec<Step> = kept.iter().map(|it| it.step.clone()).collect();
    let (lowest_7, lowest_30) = price::lowest_7_30(&steps, region, &currency, house.now().0);
    let shown = kept.into_iter().rev().take(STEPS_SHOWN).map(|it| PastPriceWire {
        at: it.step.at_ms,
        region: it.step.region,
        minor: it.step.minor,
        currency: it.step.currency,
        until: it.step.until_ms,
        source: it.source,
    });
    let mut shown: Vec<_> = shown.collect();
    shown.reverse();
    Ok(Json(PriceHistory {
        steps: shown,
        currency,
        lowest_7: lowest_7.map(lowest),
        lowest_30: lowest_30.map(lowest),
    }))
}

/// Whether an offer with a struck price would be kept now, and why not.
#[utoipa::path(
    post, path = "/api/prices/check", tag = "shop", request_body = PriceAsked,
    responses(
        (status = 200, description = "whether it is honest", body = PriceChecked),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in, or no such key", body = ApiError),
        (status = 403, description = "not for this role, without `x-csrf`, or the key is not trusted", body = ApiError),
        (status = 404, description = "no such variant", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too often with this key", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []), ("write-key" = []))
)]
pub(crate) async fn check_price(
    State(house): State<House>,
    _keeper: Keeper,
    Body(asked): Body<PriceAsked>,
) -> Result<Json<PriceChecked>, ApiError> {
    region(Some(&asked.offer.region))?;
    currency(&asked.offer.currency)?;
    let kept = house.store.price_steps(asked.item).await.map_err(reading)?;
    if kept.is_empty() {
        return Err(ApiError::not_found("no-such-item"));
    }
    let steps: Vec<Step> = kept.into_iter().map(|it| it.step).collect();
    let now = house.now().0;
    let (lowest_7, lowest_30) = price::lowest_7_30(&steps, &asked.offer.region, &asked.offer.currency, now);
    let judged = price::judge(&steps, &asked.offer, now);
    Ok(Json(PriceChecked {
        honest: judged.is_ok(),
        why: judged.err().map(price::Dishonest::text),
        lowest_7: lowest_7.map(lowest),
        lowest_30: lowest_30.map(lowest),
    }))
}

pub(super) fn lowest(it: Lowest) -> LowestWire {
    LowestWire { minor: it.minor, whole: it.whole }
}
