//! What is asked of sales, carts and coupons: as much of the interface as the demo, loads and crash runs need. It does not
//! know what anything costs.

use serde::Serialize;
use serde_json::{Value, json};

/// A change asked of a sale, a cart or a coupon.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the interface's `SaleAsk`, described there")]
pub enum SaleAct {
    Open { item: u64, terms: Terms },
    Flash { item: u64, price_minor: i64, lasts_ms: u64 },
    PlaceCart { order: String, lines: Vec<CartLine>, coupons: Vec<String>, expected_minor: i64 },
    Enlist { item: u64, order: String, units: u32 },
    SetCampaign { campaign: Value },
    Claim { campaign: String },
}

/// So many units of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CartLine {
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
}

/// Terms of a sale: first come, unless `mode` says otherwise.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the interface's `TermsWire`, described there")]
pub struct Terms {
    pub price_minor: i64,
    pub per_person: u32,
    pub hold_ms: u64,
    pub mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bell: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlock: Option<Unlock>,
}

/// How many have to buy, and what it costs then.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the interface's `UnlockWire`, described there")]
pub struct Unlock {
    pub buyers: u32,
    pub price_minor: i64,
}

impl SaleAct {
    /// A sale by chance, among those who are on its list when the bell rings.
    pub fn shuffle(item: u64, price_minor: i64, hold_ms: u64, bell: i64) -> SaleAct {
        let (mode, bell) = ("shuffle", Some(bell));
        SaleAct::Open { item, terms: Terms { price_minor, per_person: 1, hold_ms, mode, bell, unlock: None } }
    }

    /// A campaign whose coupons are claimed, so many in all, each of which takes so much off a cart, within a budget.
    pub fn coupons(
        campaign: &str,
        off_minor: i64,
        (uses_max, budget_minor): (u32, i64),
        from: i64,
    ) -> SaleAct {
        let campaign = json!({
            "campaign": campaign, "title": "Coupons", "what": {"kind": "amount", "off_minor": off_minor},
            "from": from, "until": from + 86_400_000, "uses_max": uses_max,
            "budget_minor": budget_minor, "times": 1_000, "every": "ever",
            "stacks": "alone", "gives_back": true, "open_to": "claim",
        });
        SaleAct::SetCampaign { campaign }
    }
}
