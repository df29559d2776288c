//! What Stripe says, read: payment intents, refunds, lists and events. It does not know how it was asked.
//!
//! Source: <https://docs.stripe.com/api> (payment intents, refunds, events).

use super::amount::from_stripe;
use crate::payments::{Known, KnownRefund, News, Notice, NoticeError, RefundState, Told};
use linger_protocol::{Money, OrderId, PaymentId, RefundId, RoomId};
use serde::Deserialize;
use serde_json::Value;

/// Names of what the house writes to its payments and refunds, so that it knows them again.
pub(super) const HOUSE: &str = "linger_house";
pub(super) const ROOM: &str = "linger_room";
pub(super) const ORDER: &str = "linger_order";
pub(super) const REFUND: &str = "linger_refund";

#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    amount_received: Option<i64>,
    currency: String,
    pub(super) client_secret: Option<String>,
    #[serde(default)]
    pub(super) next_action: Value,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    latest_charge: Value,
}

#[derive(Deserialize)]
pub(super) struct Refund {
    id: String,
    amount: i64,
    status: Option<String>,
    #[serde(default)]
    metadata: Value,
}

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Whose payment it is.
pub(super) struct Whose {
    pub(super) payment: PaymentId,
    pub(super) room: RoomId,
    pub(super) order: OrderId,
}

impl Intent {
    /// Whose it is; `None` when it is none of this house's: an account may serve more than one.
    pub(super) fn whose(&self, house: &str) -> Option<Whose> {
        let text = |name: &str| self.metadata[name].as_str();
        (text(HOUSE)? == house).then_some(())?;
        let (room, order) = (text(ROOM)?.parse().ok()?, text(ORDER)?.parse().ok()?);
        Some(Whose { payment: self.id.parse().ok()?, room, order })
    }

    /// What was paid; `None` while it is not. Nothing that happens later takes `succeeded` back.
    pub(super) fn paid(&self) -> Option<Money> {
        let received = self.amount_received.filter(|it| *it > 0 && self.status == "succeeded")?;
        from_stripe(received, &self.currency)
    }

    /// Whether money may have gone back, as far as the charge tells that came with it.
    pub(super) fn touched(&self) -> bool {
        self.latest_charge["amount_refunded"].as_i64() != Some(0)
    }

    /// Where the buyer goes on, when that is an address.
    pub(super) fn next_address(&self) -> Option<url::Url> {
        let action = &self.next_action[self.next_action["type"].as_str()?];
        let address = action["url"].as_str().or_else(|| action["hosted_instructions_url"].as_str())?;
        address.parse().ok().filter(|url: &url::Url| matches!(url.scheme(), "https" | "http"))
    }
}

impl Refund {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn state(&self) -> RefundState {
        match self.status.as_deref() {
            Some("succeeded") => RefundState::Done,
            Some("failed" | "canceled") => RefundState::Failed,
            _ => RefundState::Pending,
        }
    }

    /// As the house knows it: under the name it gave, or under Stripe's when somebody gave the money back there.
    pub(super) fn known(&self, currency: &str) -> Option<KnownRefund> {
        let named = self.metadata[REFUND].as_str().and_then(|it| RefundId::new(it).ok());
        let refund = named.or_else(|| RefundId::new(&self.id).ok())?;
        Some(KnownRefund { refund, minor: from_stripe(self.amount, currency)?.minor, state: self.state() })
    }
}

/// A payment with its refunds; `None` when it is none of this house's.
pub(super) fn known(intent: &Intent, refunds: &[Refund], house: &str) -> Option<Known> {
    let Whose { payment, room, order } = intent.whose(house)?;
    let refunds = refunds.iter().filter_map(|it| it.known(&intent.currency)).collect();
    Some(Known { payment, room, order, paid: intent.paid(), refunds })
}

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: Value,
}

/// Reads an event whose signature holds. What is unknown, or about another house's payment, says nothing.
///
/// Events come in any order. That money came is final, so the event itself is enough; a refund can fail after it had
/// succeeded, so of refunds only how they stand now is believed. A payment that failed or was cancelled changes nothing
/// in a room: the hold ends by itself, and the buyer may still pay.
pub(super) fn event(body: &[u8], house: &str) -> Result<Told, NoticeError> {
    const BAD: NoticeError = NoticeError::BadBody;
    let Event { id, r#type, data } = serde_json::from_slice(body).map_err(|_| BAD)?;
    let fits = (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    if !fits {
        return Err(BAD);
    }
    let news = match r#type.as_str() {
        "payment_intent.succeeded" => {
            let intent: Intent = serde_json::from_value(data.object).map_err(|_| BAD)?;
            match (intent.whose(house), intent.paid()) {
                (Some(Whose { payment, room, order }), Some(amount)) => {
                    News::Says(Notice::Paid { room, order, payment, amount })
                }
                _ => News::Nothing,
            }
        }
        // The object is a charge or a refund; both name their payment intent, if there is one.
        "charge.refunded"
        | "charge.refund.updated"
        | "refund.created"
        | "refund.updated"
        | "refund.failed" => {
            let intent = &data.object["payment_intent"];
            let id = intent.as_str().or_else(|| intent["id"].as_str());
            id.and_then(|it| PaymentId::new(it).ok()).map_or(News::Nothing, News::Changed)
        }
        _ => News::Nothing,
    };
    Ok(Told { id: id.into(), news })
}
