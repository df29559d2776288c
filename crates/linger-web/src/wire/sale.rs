//! Sales on terms of their own, carts and waiting, on the wire. Does not know what anything costs or who is told.

use super::{BenefitsWire, CampaignWire, CouponWire, CutWire, MoneyWire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change asked of a sale, a cart or a coupon.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SaleAsk {
    /// Put an item on sale on terms of its own, which do not change while it is open (host).
    Open {
        /// The item.
        item: u64,
        /// The terms.
        terms: TermsWire,
    },
    /// Sell an item for less for a while (host).
    Flash {
        /// The item.
        item: u64,
        /// Price of one until then, lower than before.
        price_minor: i64,
        /// For how long, in ms.
        lasts_ms: u64,
    },
    /// Say what shipping costs, in the currency of the shelf (operator).
    SetShipping {
        /// For each order, in minor units.
        fee_minor: i64,
        /// Nothing, when the goods cost so much.
        #[serde(default)]
        free_from_minor: Option<i64>,
    },
    /// Order a cart, all or nothing. The same id asked twice orders once.
    PlaceCart {
        /// 32 lower-case hexadecimal digits, made at random by the buyer's device.
        order: String,
        /// What, each item once, at most 50.
        lines: Vec<CartLineWire>,
        /// Campaigns whose coupons are to be used, at most 10; what everybody has comes by itself.
        #[serde(default)]
        coupons: Vec<String>,
        /// What the buyer was told it costs, in minor units; another price is refused as `price-changed`.
        expected_minor: i64,
        /// Where it goes.
        #[serde(default)]
        delivery: DeliveryAsk,
    },
    /// Be served when units come free.
    JoinWait {
        /// The item.
        item: u64,
        /// The id of the order that it becomes: 32 lower-case hexadecimal digits, made at random by the buyer's device.
        order: String,
        /// How many.
        units: u32,
        /// Where it goes.
        #[serde(default)]
        delivery: DeliveryAsk,
    },
    /// Wait no longer, or come off the list of a shuffle.
    LeaveWait {
        /// The item.
        item: u64,
    },
    /// Get on the list of a shuffle.
    Enlist {
        /// The item.
        item: u64,
        /// The id of the order that it becomes: 32 lower-case hexadecimal digits, made at random by the buyer's device.
        order: String,
        /// How many.
        units: u32,
        /// Where it goes.
        #[serde(default)]
        delivery: DeliveryAsk,
    },
    /// Units of the shop become this room's, once by the transfer's id (operator).
    Allot {
        /// 1 to 64 of A-Z, a-z, 0-9, - and _, made by who moves them.
        transfer: String,
        /// The item.
        item: u64,
        /// How many.
        units: u32,
    },
    /// Units of this room become the shop's again, once by the transfer's id (operator).
    GiveBack {
        /// The transfer.
        transfer: String,
        /// The item.
        item: u64,
        /// How many; all that are left when absent.
        #[serde(default)]
        units: Option<u32>,
    },
    /// Begin a campaign, or change title, end, budget or number of one (operator).
    SetCampaign {
        /// All of it.
        campaign: Box<CampaignWire>,
    },
    /// End a campaign before its time (operator).
    EndCampaign {
        /// Which.
        campaign: String,
    },
    /// Take a coupon of a campaign without a code.
    Claim {
        /// Which.
        campaign: String,
    },
    /// Take a coupon by its code.
    ClaimCode {
        /// The code.
        code: String,
    },
    /// Give somebody a coupon, once by the grant's id (host).
    Grant {
        /// 1 to 64 of A-Z, a-z, 0-9, - and _, made by who gives.
        grant: String,
        /// Of which campaign.
        campaign: String,
        /// To whom.
        person: String,
    },
    /// Ask the host to explain an item; once until its card is shown.
    AskExplain {
        /// The item.
        item: u64,
    },
    /// Give the coupons of a paid order that came back to its buyer, where their campaigns say so (operator).
    GiveBackCoupons {
        /// The order.
        order: String,
    },
}

/// Who gets the units when there are not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SaleModeName {
    /// Who orders first.
    FirstCome,
    /// Chance, among those on the list at the bell.
    Shuffle,
    /// Whoever's money comes first.
    FirstPaid,
}

/// On what terms an item is sold.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsWire {
    /// Price of one, in minor units.
    pub price_minor: i64,
    /// Units one person may have.
    pub per_person: u32,
    /// Units that go to one address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_household: Option<u32>,
    /// How long an order waits for its payment, in ms.
    pub hold_ms: u64,
    /// Who gets the units when there are not enough.
    pub mode: SaleModeName,
    /// When the list of a shuffle closes; wanted for a shuffle and for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bell: Option<i64>,
    /// Nobody buys before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
    /// Nobody buys from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<i64>,
    /// Other prices, once so many units are held or sold; an order costs what its first unit costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<PriceStepWire>,
    /// A lower price for all, once enough people paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlock: Option<UnlockWire>,
    /// One unit of something more for the first orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift: Option<FirstGiftWire>,
}

/// Another price, once so many units are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PriceStepWire {
    /// So many units.
    pub from_units: u32,
    /// Price of one from there on, in minor units.
    pub price_minor: i64,
}

/// A lower price for all, once enough people paid. Who paid more is owed the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct UnlockWire {
    /// So many people.
    pub buyers: u32,
    /// Price of one from then on, in minor units.
    pub price_minor: i64,
}

/// One unit of something more for the first orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct FirstGiftWire {
    /// For so many orders.
    pub first: u32,
    /// What.
    pub item: u64,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct CartAsk {
    /// What, each item once, at most 50.
    pub lines: Vec<CartLineWire>,
    /// Campaigns whose coupons are to be used, at most 10; what everybody has comes by itself.
    #[serde(default)]
    pub coupons: Vec<String>,
}

/// So many units of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct CartLineWire {
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
}

/// Where an order goes, and what its buyer confirmed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryAsk {
    /// Items that may not come back without a fault, which the buyer confirmed for this purchase.
    #[serde(default)]
    pub confirmed: Vec<u64>,
    /// The address as it is written on the parcel, at most 400 characters. It is kept under the buyer's key.
    #[serde(default)]
    pub address: String,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct OrderLineWire {
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
    /// What is paid for all of them after everything that was taken off, in minor units.
    pub amount_minor: i64,
    /// Whether it comes with the order for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gift: bool,
}

/// Why one costs what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PriceWhyName {
    /// It is the price of the sale.
    Sale,
    /// So many units are gone.
    Step,
    /// Enough people bought.
    Unlocked,
    /// It costs less for a while.
    Flash,
}

/// One line of a cart, and what it costs.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct QuoteLineWire {
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
    /// What one costs outside the sale, in minor units.
    pub list_minor: i64,
    /// What one costs now.
    pub price_minor: i64,
    /// Why.
    pub why: PriceWhyName,
    /// What is paid for all of them after everything that is taken off.
    pub amount_minor: i64,
}

/// What a cart costs, line by line. It reserves nothing.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct QuoteWire {
    /// The lines as they were asked for.
    pub lines: Vec<QuoteLineWire>,
    /// What is taken off, in the order in which it is.
    pub cuts: Vec<CutWire>,
    /// What comes with it for nothing.
    pub gifts: Vec<CartLineWire>,
    /// What shipping costs before anything is taken off, in minor units.
    pub shipping_full_minor: i64,
    /// What shipping costs.
    pub shipping_minor: i64,
    /// What is to be paid.
    pub total: MoneyWire,
    /// How long the order waits for its payment, in ms.
    pub hold_ms: u64,
    /// Whether units are held for it.
    pub holds: bool,
}

/// How far the list of a shuffle has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListState {
    /// People get on it.
    Open,
    /// The bell rang.
    Closed,
    /// It is served.
    Shuffled,
}

/// A lower price for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct FlashWire {
    /// Price of one, in minor units.
    pub price_minor: i64,
    /// Until when.
    pub until: i64,
}

/// What of an item's sale goes beyond price, limit and stock.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct OfferWire {
    /// The item.
    pub item: u64,
    /// The sale on terms of its own: the how-manyeth of the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<u32>,
    /// Its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsWire>,
    /// What one costs, a flash aside, in minor units.
    pub price_minor: i64,
    /// A lower price for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash: Option<FlashWire>,
    /// Whether the lower price for all is reached.
    pub unlocked: bool,
    /// People who paid so far, as long as the price has yet to fall.
    pub buyers: u32,
    /// First orders' gifts that are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gifts_left: Option<u32>,
    /// People who wait for units.
    pub waiting: u32,
    /// People on the list of a shuffle.
    pub enlisted: u32,
    /// How far the list has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListState>,
    /// SHA-256 of the seed of a shuffle, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// The sales of a room beyond the shelf.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct SaleView {
    /// Of the items that have any, in the order of their numbers.
    pub offers: Vec<OfferWire>,
    /// Shipping and campaigns.
    pub benefits: BenefitsWire,
}

/// Somebody's place in a line.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct MyWait {
    /// For which item.
    pub item: u64,
    /// The order that they will have.
    pub order: String,
    /// How many they want.
    pub units: u32,
    /// People before them; on the list of a shuffle, which has no order yet, none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
}

/// What somebody has and waits for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct MySale {
    /// Their coupons, in the order of the campaigns' names.
    pub coupons: Vec<CouponWire>,
    /// Where they wait.
    pub waits: Vec<MyWait>,
    /// The items that they asked to have explained, and that were not shown since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explain: Vec<u64>,
}

/// All that is needed to recompute a shuffle.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ShuffleProof {
    /// The room.
    pub room: String,
    /// The item.
    pub item: u64,
    /// The sale: the how-manyeth of the room.
    pub sale: u32,
    /// What was published when the sale opened, hexadecimal.
    pub commit: String,
    /// The seed, hexadecimal.
    pub seed: String,
    /// What was published of the list at the bell, hexadecimal.
    pub digest: String,
    /// Who was on the list, in order of entry.
    pub people: Vec<String>,
    /// In which order they are served.
    pub order: Vec<String>,
}
