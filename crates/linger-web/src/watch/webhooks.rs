//! Whom the house tells by webhook, over HTTP. It does not know how messages travel, or why one is sent.

use super::segments::note;
use crate::{
    account::Staff,
    error::{ApiError, Body},
    house::House,
    wire::{
        Accepted, WebhookAgain, WebhookInfo, WebhookMade, WebhookPut, WebhookSentAgain, WebhookTested,
        WebhookTry,
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_outlet::{Again, Endpoint, TEST_TOPIC, Try, WebhookError};
use linger_protocol::{Millis, Role};

const MAY: [Role; 2] = [Role::Operator, Role::Admin];
/// What may be heard of.
const TOPICS: [&str; 5] = ["alarm.spoke", "alarm.drifted", "alarm.cleared", TEST_TOPIC, "*"];

fn refused(doing: &'static str) -> impl Fn(WebhookError) -> ApiError {
    move |error| match error {
        WebhookError::Field { field, problem } => {
            ApiError { why: Some(format!("{field} {problem}")), ..ApiError::field("bad-webhook", field) }
        }
        WebhookError::Full(_) => ApiError::new(StatusCode::CONFLICT, "too-many-kept"),
        WebhookError::Ended => ApiError::new(StatusCode::CONFLICT, "webhook-gone"),
        WebhookError::Unavailable(_) => ApiError::unavailable(doing, &error),
    }
}

fn none() -> ApiError {
    ApiError::not_found("no-such-webhook")
}

/// All webhooks. Their secrets are not told again.
#[utoipa::path(
    get, path = "/api/webhooks", tag = "data",
    responses(
        (status = 200, description = "oldest first, 50 at most", body = Vec<WebhookInfo>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_webhooks(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<Vec<WebhookInfo>>, ApiError> {
    staff.need(&MAY)?;
    let all = house.webhooks.endpoints().await.map_err(refused("reading the webhooks"))?;
    let info = |it: Endpoint| WebhookInfo {
        id: it.id,
        url: it.url,
        topics: it.topics,
        made_at: it.made_at.0,
        ended: it.ended,
        last_ok_at: it.last_ok_at.map(|at| at.0),
        last_failed_at: it.last_failed_at.map(|at| at.0),
        waiting: it.waiting,
    };
    Ok(Json(all.into_iter().map(info).collect()))
}

/// Enters a webhook. What its messages are signed with is shown this once.
#[utoipa::path(
    post, path = "/api/webhooks", tag = "data", request_body = WebhookPut,
    responses(
        (status = 201, description = "entered", body = WebhookMade),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 409, description = "there are too many", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn make_webhook(
    State(house): State<House>,
    staff: Staff,
    Body(put): Body<WebhookPut>,
) -> Result<(StatusCode, Json<WebhookMade>), ApiError> {
    staff.need(&MAY)?;
    // Rules name topics of their own.
    let known = |it: &str| TOPICS.contains(&it) || it.starts_with("rule.");
    if !put.topics.iter().all(|it| known(it)) {
        return Err(ApiError::field("bad-webhook", "topics"));
    }
    let made = house.webhooks.add(&put.url, &put.topics).await;
    let (endpoint, secret) = made.map_err(refused("entering a webhook"))?;
    note(&house, &staff, "webhook.made", &format!("webhook:{}", endpoint.id)).await?;
    Ok((StatusCode::CREATED, Json(WebhookMade { id: endpoint.id, secret })))
}

/// Takes a webhook out, with all that waits for it.
#[utoipa::path(
    delete, path = "/api/webhooks/{webhook}", tag = "data",
    params(("webhook" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "taken out", body = Accepted),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such webhook", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn remove_webhook(
    State(house): State<House>,
    Path(webhook): Path<String>,
    staff: Staff,
) -> Result<Json<Accepted>, ApiError> {
    staff.need(&MAY)?;
    if !house.webhooks.remove(&webhook).await.map_err(refused("taking a webhook out"))? {
        return Err(none());
    }
    note(&house, &staff, "webhook.removed", &format!("webhook:{webhook}")).await?;
    Ok(Json(Accepted { ok: true }))
}

/// Gives a webhook a new secret, shown this once. For a day its messages are signed with the one before as well.
#[utoipa::path(
    post, path = "/api/webhooks/{webhook}/secret", tag = "data",
    params(("webhook" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "changed", body = WebhookMade),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such webhook", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn rotate_webhook(
    State(house): State<House>,
    Path(webhook): Path<String>,
    staff: Staff,
) -> Result<Json<WebhookMade>, ApiError> {
    staff.need(&MAY)?;
    let secret = house.webhooks.rotate(&webhook).await.map_err(refused("changing a webhook's secret"))?;
    let secret = secret.ok_or_else(none)?;
    note(&house, &staff, "webhook.secret", &format!("webhook:{webhook}")).await?;
    Ok(Json(WebhookMade { id: webhook, secret }))
}

/// Sends a test message to a webhook; what became of it stands among its tries.
#[utoipa::path(
    post, path = "/api/webhooks/{webhook}/test", tag = "data",
    params(("webhook" = String, Path, description = "its id")),
    responses(
        (status = 202, description = "on its way", body = WebhookTested),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such webhook", body = ApiError),
        (status = 409, description = "it wants nothing any more, or five tests wait already", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn test_webhook(
    State(house): State<House>,
    Path(webhook): Path<String>,
    staff: Staff,
) -> Result<(StatusCode, Json<WebhookTested>), ApiError> {
    staff.need(&MAY)?;
    let message = house.webhooks.test(&webhook).await.map_err(refused("testing a webhook"))?;
    Ok((StatusCode::ACCEPTED, Json(WebhookTested { message: message.ok_or_else(none)? })))
}

/// The last tries of a webhook with what became of them.
#[utoipa::path(
    get, path = "/api/webhooks/{webhook}/tries", tag = "data",
    params(("webhook" = String, Path, description = "its id")),
    responses(
        (status = 200, description = "newest first, 100 at most", body = Vec<WebhookTry>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such webhook", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn webhook_tries(
    State(house): State<House>,
    Path(webhook): Path<String>,
    staff: Staff,
) -> Result<Json<Vec<WebhookTry>>, ApiError> {
    staff.need(&MAY)?;
    let tries = house.webhooks.tries(&webhook).await.map_err(refused("reading a webhook's tries"))?;
    let wire = |it: Try| WebhookTry {
        message: it.message,
        topic: it.topic,
        at: it.at.0,
        number: it.number,
        outcome: it.outcome,
        status: it.status,
        there: it.there,
    };
    Ok(Json(tries.ok_or_else(none)?.into_iter().map(wire).collect()))
}

/// Sends a webhook messages again, with the ids they had: one, or all since a time. What waits for its next try goes at
/// once.
#[utoipa::path(
    post, path = "/api/webhooks/{webhook}/again", tag = "data", request_body = WebhookAgain,
    params(("webhook" = String, Path, description = "its id")),
    responses(
        (status = 202, description = "on their way", body = WebhookSentAgain),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role, or without `x-csrf`", body = ApiError),
        (status = 404, description = "no such webhook, or its message is not there any more", body = ApiError),
        (status = 409, description = "it wants nothing any more, or too many messages wait", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn send_webhook_again(
    State(house): State<House>,
    Path(webhook): Path<String>,
    staff: Staff,
    Body(asked): Body<WebhookAgain>,
) -> Result<(StatusCode, Json<WebhookSentAgain>), ApiError> {
    staff.need(&MAY)?;
    let what = match &asked {
        WebhookAgain::Message { message } => Again::Message(message),
        WebhookAgain::Since { since, failed } => Again::Since { since: Millis(*since), failed: *failed },
    };
    let count = house.webhooks.again(&webhook, what).await.map_err(refused("sending messages again"))?;
    let count = count.ok_or_else(none)?;
    if count == 0 && matches!(what, Again::Message(_)) {
        return Err(ApiError::not_found("no-such-message"));
    }
    note(&house, &staff, "webhook.again", &format!("webhook:{webhook}")).await?;
    Ok((StatusCode::ACCEPTED, Json(WebhookSentAgain { messages: count as u64 })))
}
