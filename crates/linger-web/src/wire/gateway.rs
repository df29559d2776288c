//! Gateways on the wire: keys, the asks of many buyers in one body, and what became of each. It does not know what an ask
//! means.

use super::{MoneyWire, OrderWire, WireAct};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A gateway's key to be made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGatewayKey {
    /// What people call it, 1 to 100 bytes.
    pub name: String,
    /// Whose customers it speaks for, 1 to 32 of a-z, 0-9 and `-`. Keys of one shop, in any room, know the same buyers; the
    /// buyers of two shops are never the same people, whatever their numbers.
    pub shop: String,
}

/// A gateway's key that was made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GatewayKeyMade {
    /// Its number: it stands in the room's log at everything that came through it.
    pub id: u64,
    /// The key. It is shown this once.
    pub key: String,
}

/// A gateway's key, without the key.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GatewayKeyInfo {
    /// Its number.
    pub id: u64,
    /// The first letters of the key.
    pub hint: String,
    /// What people call it.
    pub name: String,
    /// Whose customers it speaks for.
    pub shop: String,
    /// When it was made, ms.
    pub created_at: i64,
    /// When it was last used, ms, to the minute.
    pub last_used: Option<i64>,
    /// Since when it does not count any more, ms.
    pub revoked_at: Option<i64>,
}

/// Asks of a gateway's buyers, in the order in which the room is to take them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GatewayAsks {
    /// 1 to 512.
    pub asks: Vec<GatewayAsk>,
}

/// An ask of one buyer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GatewayAsk {
    /// Who they are to the shop: its own customer number, 1 to 256 bytes.
    pub buyer: String,
    /// What they ask: to place or give up an order, a cart, to wait, to get on a list, or to take a coupon.
    pub act: WireAct,
}

/// What became of each ask, in their order.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GatewayOutcomes {
    /// As many as were asked. What was done is durable.
    pub outcomes: Vec<GatewayOutcome>,
}

/// What became of one ask: it was done when there is a `position`, and refused when there is a `refusal`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct GatewayOutcome {
    /// Where the room's log stood right after, `epoch:offset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The buyer, as the room knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What the order that was placed now costs; it is held until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<UnitsHeldWire>,
    /// The order as it stands, where that is not all: a cart, or an order that was placed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Box<OrderWire>>,
    /// Why it was not done: a code that has a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The field that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When trying again may help, in ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

/// An order that was placed just now.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UnitsHeldWire {
    /// What it costs.
    pub amount: MoneyWire,
    /// Until when its units are held, ms.
    pub until: i64,
}

/// A room token for a buyer to be made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyerAsked {
    /// Who they are to the shop, 1 to 256 bytes: the same text as in asks.
    pub buyer: String,
    /// The name to be shown, 1 to 24 characters; one is made up when empty.
    #[serde(default)]
    pub name: String,
    /// Where they come from: at most 32 of a-z, 0-9 and -.
    #[serde(default)]
    pub source: String,
}
