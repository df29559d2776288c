//! A shop's own server that orders for its customers, over the door for gateways. It does not know who the customers are to
//! the room until it is told.

use crate::door::{Door, StaffSession};
use crate::fault::Fault;
use crate::wire::{Act, Order};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An ask of one customer.
#[derive(Clone, Debug, Serialize)]
pub struct GatewayAsk {
    /// The shop's own number for them.
    pub buyer: String,
    /// What they ask.
    pub act: Act,
}

/// What became of one ask.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Outcome {
    /// Where the log stood right after; empty when it was refused.
    #[serde(default)]
    pub position: String,
    /// The customer, as the room knows them.
    #[serde(default)]
    pub person: String,
    /// The order as it stands, where it is a cart or was placed before.
    #[serde(default)]
    pub order: Option<Order>,
    /// Why not.
    #[serde(default)]
    pub refusal: Option<String>,
}

#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

impl StaffSession {
    /// A new key for a gateway of a shop.
    pub async fn gateway_key(&self, room: &str, shop: &str) -> Result<String, Fault> {
        let doing = "asking for a gateway's key";
        let path = format!("/api/rooms/{room}/gateway-keys");
        let made: Value = self.post(doing, &path, &json!({"name": "Load", "shop": shop})).await?;
        made["key"].as_str().map(str::to_owned).ok_or_else(|| Fault::strange(doing, "no key"))
    }
}

impl Door {
    /// Asks for many customers at once; gives as many outcomes, in their order.
    pub async fn ask_for_buyers(
        &self,
        room: &str,
        key: &str,
        asks: &[GatewayAsk],
    ) -> Result<Vec<Outcome>, Fault> {
        let doing = "asking for customers";
        let path = format!("/api/rooms/{room}/asks");
        let told: Outcomes = self.post(doing, &path, Some(key), &json!({"asks": asks})).await?;
        if told.outcomes.len() != asks.len() {
            return Err(Fault::strange(doing, format!("{} outcomes of {}", told.outcomes.len(), asks.len())));
        }
        Ok(told.outcomes)
    }

    /// How many syncs of the rooms' log were shared by how many entries at most, since the start: as `/metrics` says it to
    /// somebody on the same machine.
    pub async fn log_batches(&self) -> Result<Vec<(String, u64)>, Fault> {
        let text = self.text("reading the figures", "/metrics").await?;
        let line = |line: &str| {
            let rest = line.strip_prefix("linger_log_batches_total{at_most=\"")?;
            let (at_most, n) = rest.split_once("\"} ")?;
            Some((at_most.to_owned(), n.trim().parse().ok()?))
        };
        Ok(text.lines().filter_map(line).collect())
    }
}
