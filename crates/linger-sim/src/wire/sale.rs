//! What the demo asks of sales and campaigns. It does not know what comes of it.

use serde::Serialize;

/// A change asked of a sale or a campaign.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the interface's `SaleAsk`, described there")]
pub enum SaleAct {
    Open { item: u64, terms: Terms },
    Flash { item: u64, price_minor: i64, lasts_ms: u64 },
    SetCampaign { campaign: serde_json::Value },
}

/// Terms of a sale that gets cheaper for all once enough people bought.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the interface's `TermsWire`, described there")]
pub struct Terms {
    pub price_minor: i64,
    pub per_person: u32,
    pub hold_ms: u64,
    pub mode: &'static str,
    pub unlock: Unlock,
}

/// How many have to buy, and what it costs then.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the interface's `UnlockWire`, described there")]
pub struct Unlock {
    pub buyers: u32,
    pub price_minor: i64,
}
