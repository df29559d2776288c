//! What a rule of the house's operators proposes, what it may cost, and which figures spoke for it. It does not know how a
//! rule finds its occasion or how a deed is carried out.

use crate::{CampaignId, ItemId, Millis, Money, PersonId};
use minicbor::{Decode, Encode};

/// What a rule proposes, with all that the room needs to decide it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proposed {
    /// The version of the rule.
    #[n(0)]
    pub version: u32,
    /// What is to be done.
    #[n(1)]
    pub deed: Deed,
    /// The figures that spoke for it, at most [`crate::Limits::SIGNS_MAX`].
    #[n(2)]
    pub why: Vec<Sign>,
    /// What it takes of the rule's budget.
    #[n(3)]
    pub claim: Claim,
    /// When the show began that the budget is for. It never goes back.
    #[n(4)]
    pub show: Millis,
    /// The one viewer whom it is about.
    #[n(5)]
    pub person: Option<PersonId>,
    /// The source, the cohort or the item that it is about, as a short word.
    #[n(6)]
    pub about: Option<String>,
    /// Where an experiment drew the arm: which one.
    #[n(7)]
    pub drawn: Option<Drawn>,
}

/// The arm that an experiment drew for an intent. Who acts in it is the rule's to say.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Drawn {
    /// The experiment, at most [`crate::Limits::EXPERIMENT_CHARS`].
    #[n(0)]
    pub experiment: String,
    /// Its version: each is judged by itself.
    #[n(1)]
    pub version: u32,
    /// The arm, or who else leaves the unit alone; at most [`crate::Limits::EXPERIMENT_CHARS`].
    #[n(2)]
    pub arm: String,
    /// The draw it comes from. The room carries nothing out that comes from another one than it holds.
    #[n(3)]
    pub draw: u64,
    /// Whether the viewer was drawn, and not the room or its host.
    #[n(4)]
    pub viewer: bool,
}

/// One figure as it stood when a rule found its occasion.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sign {
    /// The metric's name.
    #[n(0)]
    pub metric: String,
    /// Its value, in thousandths.
    #[n(1)]
    pub milli: i64,
}

/// What a deed takes of a rule's budget, and how large that budget is. The room counts, so that nobody who asks twice, late
/// or at the same time as somebody else gets more than there is. Both arms take the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Claim {
    /// The most that this deed can cost; none where it costs nothing.
    #[n(0)]
    pub cost: Option<Money>,
    /// How often the rule may act in one show.
    #[n(1)]
    pub times_max: u32,
    /// What the rule may cost in one show, in the currency of `cost`.
    #[n(2)]
    pub minor_max: Option<i64>,
    /// How often it may act on one viewer in one show.
    #[n(3)]
    pub person_times_max: Option<u32>,
    /// What it may cost for one viewer in one show.
    #[n(4)]
    pub person_minor_max: Option<i64>,
}

/// What a rule can do.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Deed {
    /// Say something to the host alone.
    #[n(0)]
    Prompt {
        /// What, at most [`crate::Limits::ANNOUNCEMENT_CHARS`].
        #[n(0)]
        text: String,
    },
    /// Tell everybody something: what the house says, an activity ahead, a picture that stalls.
    #[n(1)]
    Announce {
        /// What, at most [`crate::Limits::ANNOUNCEMENT_CHARS`].
        #[n(0)]
        text: String,
    },
    /// Start an activity, or a draw.
    #[n(2)]
    StartActivity {
        /// An ask as it goes over the wire, at most [`crate::Limits::ACTIVITY_BYTES`].
        #[n(0)]
        ask: String,
    },
    /// Give the step of the run of show that is on more time.
    #[n(3)]
    ExtendStep {
        /// How much.
        #[n(0)]
        ms: u64,
    },
    /// Put a product's card over the picture.
    #[n(4)]
    PinCard {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// Take the card away.
    #[n(5)]
    UnpinCard,
    /// Sell an item for less for a while.
    #[n(6)]
    FlashPrice {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Price of one until then.
        #[n(1)]
        price: Money,
        /// For how long.
        #[n(2)]
        lasts_ms: u64,
    },
    /// Give the viewer a coupon.
    #[n(7)]
    Grant {
        /// Of which campaign.
        #[n(0)]
        campaign: CampaignId,
    },
    /// Let the next step of the run of show be the one with this item.
    #[n(8)]
    NextUp {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// Tell the world outside.
    #[n(9)]
    CallWebhook {
        /// What it is called there, 1 to 64 of a-z, 0-9, `-` and `.`.
        #[n(0)]
        topic: String,
    },
}

impl Deed {
    /// The word used over the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Deed::Prompt { .. } => "prompt",
            Deed::Announce { .. } => "announce",
            Deed::StartActivity { .. } => "start-activity",
            Deed::ExtendStep { .. } => "extend-step",
            Deed::PinCard { .. } => "pin-card",
            Deed::UnpinCard => "unpin-card",
            Deed::FlashPrice { .. } => "flash-price",
            Deed::Grant { .. } => "grant",
            Deed::NextUp { .. } => "next-up",
            Deed::CallWebhook { .. } => "call-webhook",
        }
    }
}

/// Bounds on rules.
impl crate::Limits {
    /// Figures that an intent tells.
    pub const SIGNS_MAX: usize = 8;
    /// Characters of a rule's code: a-z, 0-9 and `-`.
    pub const RULE_CODE_CHARS: usize = 64;
    /// Characters of an experiment's key, and of an arm's.
    pub const EXPERIMENT_CHARS: usize = 64;
    /// Bytes of one rule as text.
    pub const RULE_BYTES: usize = 16 << 10;
    /// Rules of one room.
    pub const RULES_MAX: usize = 200;
    /// Times that one rule may act in one show.
    pub const RULE_TIMES_MAX: u32 = 1_000;
}
