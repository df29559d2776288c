//! What payment providers tell, and what came of comparing payments with them. It does not know when a payment is in
//! time, or how a provider signs.

use crate::{
    account::Staff,
    error::{ApiError, Raw},
    house::House,
    hub::forms::money_wire,
    wire::{Accepted, PaymentDifference, PaymentFindings, PaymentProviders},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use linger_outlet::{Difference, Findings, News, Notice, NoticeError};
use linger_protocol::Role;

/// Who takes payments here.
#[utoipa::path(
    get, path = "/api/payments", tag = "shop",
    responses((status = 200, description = "the first serves buyers who name none", body = PaymentProviders))
)]
pub(crate) async fn payment_providers(State(house): State<House>) -> Json<PaymentProviders> {
    Json(PaymentProviders { providers: house.payments.iter().map(|it| it.name().to_owned()).collect() })
}

/// A notice of the sandbox payment provider, signed by the Standard Webhooks specification.
#[utoipa::path(
    post, path = "/api/payments/sandbox/notice", tag = "shop",
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, description = "taken in, and durable", body = Accepted),
        (status = 400, description = "no notice", body = ApiError),
        (status = 401, description = "the signature does not hold", body = ApiError),
        (status = 404, description = "the sandbox takes no payments here", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 503, description = "cannot be kept now: tell it again", body = ApiError),
    )
)]
pub(crate) async fn sandbox_notice(
    State(house): State<House>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Accepted>, ApiError> {
    hear(&house, "sandbox", &headers, &body).await
}

/// A notice of Stripe, signed in `Stripe-Signature`. What is not about a payment of this house is taken in and ignored.
#[utoipa::path(
    post, path = "/api/payments/stripe/notice", tag = "shop",
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, description = "taken in, and durable", body = Accepted),
        (status = 400, description = "no notice", body = ApiError),
        (status = 401, description = "the signature does not hold", body = ApiError),
        (status = 404, description = "Stripe takes no payments here", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 503, description = "cannot be kept now: tell it again", body = ApiError),
    )
)]
pub(crate) async fn stripe_notice(
    State(house): State<House>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Accepted>, ApiError> {
    hear(&house, "stripe", &headers, &body).await
}

async fn hear(
    house: &House,
    provider: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Json<Accepted>, ApiError> {
    let provider = house.payments.named(provider).ok_or_else(|| ApiError::not_found("no-such-provider"))?;
    let headers: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let told = provider.verify_notice(&headers, body, house.now()).map_err(notice_refused)?;
    if house.payments.came_before(&**provider, &told.id) {
        return Ok(Json(Accepted { ok: true }));
    }
    match told.news {
        News::Nothing => {}
        News::Says(notice) => tell(house, notice).await?,
        News::Changed(payment) => {
            let now = provider.look(&payment).await;
            let now = now.map_err(|fault| ApiError::unavailable("reading a payment", &fault))?;
            for notice in now.iter().flat_map(|it| it.notices()) {
                tell(house, notice).await?;
            }
        }
    }
    house.payments.taken_in(&**provider, &told.id);
    Ok(Json(Accepted { ok: true }))
}

/// Tells a room. It knows by itself what it was told before.
async fn tell(house: &House, notice: Notice) -> Result<(), ApiError> {
    if let Notice::RefundFailed { room, order, .. } = &notice {
        tracing::error!(%room, %order, "a refund failed at the buyer's bank: somebody has to look");
    }
    let room = notice.room().clone();
    let Some(report) = notice.report() else { return Ok(()) };
    match house.engine.report(&room, report).await {
        // A room that is not ours will not be ours when it is told again.
        Ok(_) | Err(linger_engine::Refused::Refusal(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// A notice that is not taken: by whoever cannot sign, or signed and still none of ours.
fn notice_refused(error: NoticeError) -> ApiError {
    match error {
        NoticeError::TooLarge { .. } => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        NoticeError::BadBody => ApiError::new(StatusCode::BAD_REQUEST, "bad-body"),
        NoticeError::BadHeader { .. } | NoticeError::Stale | NoticeError::BadSignature => {
            ApiError::unauthorized("bad-signature")
        }
    }
}

/// What the last comparison of payments with the providers did, and in what they and the rooms differ.
#[utoipa::path(
    get, path = "/api/payments/findings", tag = "shop",
    responses(
        (status = 200, description = "the last comparison; empty when none was made yet", body = PaymentFindings),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn payment_findings(
    State(house): State<House>,
    staff: Staff,
) -> Result<Json<PaymentFindings>, ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let found = house.findings.borrow().clone();
    Ok(Json(found.as_deref().map(findings_wire).unwrap_or_default()))
}

fn findings_wire(found: &Findings) -> PaymentFindings {
    PaymentFindings {
        at: Some(found.at.0),
        since: Some(found.since.0),
        compared: found.compared,
        told: found.told,
        given_back: found.given_back,
        differences: found.differences.iter().map(difference_wire).collect(),
        more: found.more,
        unread: found.unread.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn difference_wire(it: &Difference) -> PaymentDifference {
    PaymentDifference {
        kind: it.kind.code().to_owned(),
        room: it.room.to_string(),
        order: it.order.to_string(),
        payment: it.payment.to_string(),
        ours: it.ours.map(money_wire),
        theirs: it.theirs.map(money_wire),
    }
}
