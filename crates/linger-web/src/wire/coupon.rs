//! Campaigns, coupons and shipping, on the wire. Does not know what they take off or who is told.

use super::MoneyWire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a coupon does. Amounts are minor units of the campaign's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CouponKindWire {
    /// So much off.
    Amount {
        /// How much.
        off_minor: i64,
    },
    /// A part off.
    Percent {
        /// Hundredths of a percent.
        bps: u16,
        /// No more than this.
        #[serde(default)]
        most_minor: Option<i64>,
    },
    /// So much off whatever costs enough.
    Threshold {
        /// What the goods have to cost.
        from_minor: i64,
        /// How much is taken off.
        off_minor: i64,
    },
    /// Something more in the parcel.
    Gift {
        /// What.
        item: u64,
        /// How many.
        units: u32,
    },
    /// Shipping costs less.
    Shipping {
        /// By no more than this.
        most_minor: i64,
    },
    /// Of so many, some are free.
    BuyGet {
        /// For each so many that are paid,
        buy: u32,
        /// so many more of the same cost nothing.
        get: u32,
    },
    /// Members pay another price for its items.
    MemberPrice {
        /// From this level in the fan club.
        level: u8,
        /// What one costs them.
        price_minor: i64,
    },
}

/// Within what somebody gets so many coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodName {
    /// Once and for all.
    Ever,
    /// A day in the shop's zone.
    Day,
    /// From one beginning of the picture to the next.
    Show,
}

/// What may be in a cart beside a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StacksName {
    /// Nothing.
    Alone,
    /// Coupons of other kinds.
    OtherKinds,
    /// Coupons of any kind that say the same.
    Freely,
}

/// How people come to have a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OpenToName {
    /// They need not: it counts for every cart that it fits.
    Everybody,
    /// Who wants it takes it.
    Claim,
    /// It is given.
    Grant,
}

/// A campaign. Viewers are not told its code and its budget.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct CampaignWire {
    /// Its name, chosen by staff: 1 to 32 of a-z, 0-9 and -.
    pub campaign: String,
    /// What people read.
    pub title: String,
    /// What it does.
    pub what: CouponKindWire,
    /// The items it is for; none for all.
    #[serde(default)]
    pub items: Vec<u64>,
    /// From when.
    pub from: i64,
    /// Until when.
    pub until: i64,
    /// What its amounts are amounts of: the shelf's currency when absent.
    #[serde(default)]
    pub currency: Option<String>,
    /// What it may take off all orders together, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_minor: Option<i64>,
    /// How many coupons are handed out, or used where everybody has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_max: Option<u32>,
    /// How many of them one person gets in each period.
    pub times: u32,
    /// The period.
    pub every: PeriodName,
    /// The level in the fan club that it takes.
    #[serde(default)]
    pub level_min: u8,
    /// What may be in a cart beside it.
    pub stacks: StacksName,
    /// Whether a coupon comes back when the order that used it does.
    #[serde(default)]
    pub gives_back: bool,
    /// How people come to have it.
    pub open_to: OpenToName,
    /// The word that it is claimed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A campaign as staff see it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CampaignDesk {
    /// The campaign.
    pub campaign: CampaignWire,
    /// Coupons handed out, or used where everybody has one.
    pub given: u32,
    /// What it took off unpaid and paid orders, in minor units.
    pub spent_minor: i64,
    /// Whether it was ended before its time.
    pub ended: bool,
}

/// What shipping costs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct ShippingWire {
    /// For each order.
    pub fee: MoneyWire,
    /// Nothing, when the goods cost so much, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from_minor: Option<i64>,
}

/// What is on offer beside the goods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct BenefitsWire {
    /// What shipping costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<ShippingWire>,
    /// Campaigns that everybody has or may claim without a code, in the order of their names.
    pub campaigns: Vec<CampaignWire>,
}

/// A coupon that somebody has.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct CouponWire {
    /// Its campaign.
    pub campaign: CampaignWire,
    /// How many.
    pub count: u32,
}

/// What a campaign takes off.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct CutWire {
    /// The campaign.
    pub campaign: String,
    /// What people read.
    pub title: String,
    /// How much, in minor units; zero for a gift.
    pub off_minor: i64,
    /// How it falls on the lines, in their order; empty when it is about shipping or a gift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts_minor: Vec<i64>,
}
