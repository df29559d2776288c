//! Words of coupons and benefits: what a campaign gives, to whom, how often, and what happened to a coupon. It does not
//! know carts: what a coupon takes off one is the room's business.

use crate::{ActivityId, CampaignId, Currency, GrantId, IntentId, ItemId, Millis, OrderId, PersonId, Role};
use minicbor::{Decode, Encode};

/// What is given, on which terms. All amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Campaign {
    /// Its name, chosen by staff.
    #[n(0)]
    pub id: CampaignId,
    /// What people read, at most [`crate::Limits::TITLE_CHARS`].
    #[n(1)]
    pub title: String,
    /// What it does.
    #[n(2)]
    pub kind: CouponKind,
    /// The items it is for; none for all. At most [`crate::Limits::CAMPAIGN_ITEMS_MAX`].
    #[n(3)]
    pub items: Vec<ItemId>,
    /// From when.
    #[n(4)]
    pub from: Millis,
    /// Until when; an order placed before then keeps what it got.
    #[n(5)]
    pub until: Millis,
    /// What its amounts are amounts of; carts in another currency get nothing.
    #[n(6)]
    pub currency: Currency,
    /// What it may take off all orders together; none for without end.
    #[n(7)]
    pub budget: Option<i64>,
    /// How many coupons are handed out, or used where everybody has one; none for without end.
    #[n(8)]
    pub uses_max: Option<u32>,
    /// How many of them one person gets in each period.
    #[n(9)]
    pub times: u32,
    /// The period.
    #[n(10)]
    pub every: Period,
    /// The level in the fan club that it takes; zero for none.
    #[n(11)]
    pub level_min: u8,
    /// What may be in a cart beside it.
    #[n(12)]
    pub stacks: Stacks,
    /// Whether a coupon comes back when the order that used it does.
    #[n(13)]
    pub gives_back: bool,
    /// How people come to have it.
    #[n(14)]
    pub open_to: OpenTo,
    /// The word that it is claimed with, at most [`crate::Limits::KEYWORD_CHARS`]; without one, its name does.
    #[n(15)]
    pub code: Option<String>,
}

/// What a coupon does. Amounts are minor units of the campaign's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CouponKind {
    /// So much off.
    #[n(0)]
    Amount {
        /// How much.
        #[n(0)]
        off: i64,
    },
    /// A part off.
    #[n(1)]
    Percent {
        /// Hundredths of a percent, 1 to 10,000.
        #[n(0)]
        bps: u16,
        /// No more than this; none for without end.
        #[n(1)]
        most: Option<i64>,
    },
    /// So much off whatever costs enough.
    #[n(2)]
    Threshold {
        /// What the goods have to cost.
        #[n(0)]
        from: i64,
        /// How much is taken off.
        #[n(1)]
        off: i64,
    },
    /// Something more in the parcel.
    #[n(3)]
    Gift {
        /// What.
        #[n(0)]
        item: ItemId,
        /// How many.
        #[n(1)]
        units: u32,
    },
    /// Shipping costs less.
    #[n(4)]
    Shipping {
        /// No more than this is taken off.
        #[n(0)]
        most: i64,
    },
    /// Of so many, some are free.
    #[n(5)]
    BuyGet {
        /// For each so many that are paid,
        #[n(0)]
        buy: u32,
        /// so many more of the same cost nothing.
        #[n(1)]
        get: u32,
    },
    /// Members pay another price for its items.
    #[n(6)]
    MemberPrice {
        /// From this level in the fan club.
        #[n(0)]
        level: u8,
        /// What one costs them.
        #[n(1)]
        price: i64,
    },
}

impl CouponKind {
    /// The word used over the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            CouponKind::Amount { .. } => "amount",
            CouponKind::Percent { .. } => "percent",
            CouponKind::Threshold { .. } => "threshold",
            CouponKind::Gift { .. } => "gift",
            CouponKind::Shipping { .. } => "shipping",
            CouponKind::BuyGet { .. } => "buy-get",
            CouponKind::MemberPrice { .. } => "member-price",
        }
    }
}

/// Within what somebody gets so many coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Period {
    /// Once and for all.
    #[n(0)]
    Ever,
    /// A day of the clock that is so many minutes before that of Greenwich.
    #[n(1)]
    Day {
        /// Minutes, east of Greenwich positive.
        #[n(0)]
        utc_offset_min: i16,
    },
    /// From one beginning of the picture to the next.
    #[n(2)]
    Show,
}

/// What may be in a cart beside a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Stacks {
    /// Nothing.
    #[n(0)]
    Alone,
    /// Coupons of other kinds.
    #[n(1)]
    OtherKinds,
    /// Coupons of any kind that say the same.
    #[n(2)]
    Freely,
}

/// How people come to have a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum OpenTo {
    /// They need not: it counts for every cart that it fits.
    #[n(0)]
    Everybody,
    /// Who wants it takes it.
    #[n(1)]
    Claim,
    /// It is given.
    #[n(2)]
    Grant,
}

/// Why a coupon was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum GrantCause {
    /// Somebody of the staff wanted it.
    #[n(0)]
    Hand,
    /// A rule found the occasion.
    #[n(1)]
    Rule {
        /// The occasion.
        #[n(0)]
        intent: IntentId,
    },
    /// It was won.
    #[n(2)]
    Activity {
        /// The activity.
        #[n(0)]
        activity: ActivityId,
    },
    /// A journey came to it.
    #[n(3)]
    Journey,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum CouponAct {
    /// Begin a campaign, or change title, end, budget or number of one; nothing else of it changes any more.
    SetCampaign {
        /// All of it.
        campaign: Box<Campaign>,
    },
    /// Hand out no more of it, and take what is out there no longer.
    EndCampaign {
        /// Which.
        campaign: CampaignId,
    },
    /// Take a coupon.
    Claim {
        /// Of a campaign without a code.
        campaign: CampaignId,
    },
    /// Take a coupon by its code.
    ClaimCode {
        /// The code.
        code: String,
    },
    /// Give somebody a coupon. Asking again with the same id gives it once.
    Grant {
        /// The id made by who gives.
        grant: GrantId,
        /// Of which campaign.
        campaign: CampaignId,
        /// To whom.
        person: PersonId,
        /// Why.
        cause: GrantCause,
    },
    /// Give the coupons of a paid order back to its buyer, as far as their campaigns say so: the order came back.
    GiveBack {
        /// The order.
        order: OrderId,
    },
}

impl CouponAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            CouponAct::Claim { .. } | CouponAct::ClaimCode { .. } => true,
            CouponAct::Grant { .. } => role >= Role::Host,
            CouponAct::SetCampaign { .. } | CouponAct::EndCampaign { .. } | CouponAct::GiveBack { .. } => {
                role >= Role::Operator
            }
        }
    }
}

/// What was decided about coupons. Their use stands in the order that used them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CouponEvent {
    /// A campaign runs, or runs on other terms.
    #[n(0)]
    CampaignSet {
        /// All of it.
        #[n(0)]
        campaign: Box<Campaign>,
    },
    /// A campaign is over.
    #[n(1)]
    CampaignEnded {
        /// Which.
        #[n(0)]
        campaign: CampaignId,
    },
    /// Somebody took a coupon.
    #[n(2)]
    Claimed {
        /// Of which campaign.
        #[n(0)]
        campaign: CampaignId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// The how-manyeth period of the campaign it counts in.
        #[n(2)]
        period: i64,
    },
    /// Somebody was given a coupon.
    #[n(3)]
    Granted {
        /// The id made by who gives.
        #[n(0)]
        grant: GrantId,
        /// Of which campaign.
        #[n(1)]
        campaign: CampaignId,
        /// To whom.
        #[n(2)]
        person: PersonId,
        /// Why.
        #[n(3)]
        cause: GrantCause,
        /// The how-manyeth period of the campaign it counts in.
        #[n(4)]
        period: i64,
    },
    /// The coupons of an order are its buyer's again, those whose campaigns say so.
    #[n(4)]
    GivenBack {
        /// The order.
        #[n(0)]
        order: OrderId,
    },
}
