//! What happened, as clients are told. Does not know who may see what: the hub sorts events into layers.

use super::{
    ActivityWire, BackstageWire, BenefitsWire, ClimaxWire, ClubChange, CompanyWire, CutWire, GiftShown,
    HeldWire, ItemWire, MoneyWire, MyActivity, MyClubWire, MySale, OfferWire, OrderLineWire, PhotoWire,
    PromptEndWire, RoleName, TalkView, YouTalk,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A comment on the screen.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CommentWire {
    /// Its number in the room, from 1 without gaps; what is thinned out has a number as well.
    pub id: u64,
    /// Who wrote it.
    pub person: String,
    /// Their display name; empty when erased.
    pub name: String,
    /// The text; empty when erased.
    pub text: String,
    /// As what they wrote.
    pub role: RoleName,
    /// When.
    pub at: i64,
    /// The question it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// The question it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<u32>,
    /// What goes with it beside the words.
    #[serde(flatten)]
    pub with: CompanyWire,
}

/// How a question was answered.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HowAnswered {
    /// By a comment.
    Typed,
    /// Aloud.
    OnAir,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    /// Units are held, payment is awaited.
    Held,
    /// Paid.
    Paid,
    /// The hold ended unpaid.
    Lapsed,
    /// Given up by the buyer.
    Cancelled,
}

/// An order, as its owner and staff see it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OrderWire {
    /// Its id.
    pub order: String,
    /// Whose.
    pub person: String,
    /// The item of its first line.
    pub item: u64,
    /// How many of that.
    pub units: u32,
    /// All of it, gifts last.
    pub lines: Vec<OrderLineWire>,
    /// What campaigns took off, in the order in which they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<CutWire>,
    /// What shipping costs, in minor units.
    pub shipping_minor: i64,
    /// Whether its units are held until it is paid; else whoever pays first gets them.
    pub holds: bool,
    /// What is to be paid in all.
    pub amount: MoneyWire,
    /// Where it stands.
    pub state: OrderState,
    /// When it was placed.
    pub at: i64,
    /// Until when units are held.
    pub until: i64,
    /// Money that has to go back or went back, in minor units.
    pub refund_due_minor: i64,
    /// Money that went back, in minor units.
    pub refunded_minor: i64,
}

/// What an automatic act proposes.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ProposalWire {
    /// Answer this question.
    AnswerQuestion {
        /// The question.
        question: u32,
        /// How many people asked.
        people: u32,
        /// Within how many seconds.
        window_s: u32,
    },
    /// What one of the operators' rules says.
    Rule {
        /// The version of the rule.
        version: u32,
        /// What is to be done.
        deed: super::DeedWire,
        /// The figures that spoke for it.
        why: Vec<super::SignWire>,
        /// The most that it can cost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<super::MoneyWire>,
        /// How often the rule may act in a show.
        times_max: u32,
        /// The viewer, the source, the cohort or the item that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// Where an experiment drew the arm: `key/version/arm`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drawn: Option<String>,
    },
}

/// Why something automatic was done or held out.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct IntentWire {
    /// The occasion.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// When it arose.
    pub at: i64,
    /// What it proposes.
    pub proposal: ProposalWire,
}

/// One thing that happened in a room.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub enum WireEvent {
    /// The picture is there.
    Live {
        /// Since when.
        at: i64,
    },
    /// The picture is gone.
    Off {
        /// Why: `ended`, `lost`, `restarted`.
        reason: String,
    },
    /// How many are here.
    Presence {
        /// People here.
        here: u32,
    },
    /// A comment.
    Comment {
        /// The comment.
        #[serde(flatten)]
        comment: CommentWire,
    },
    /// Yours, and staff's: a comment that not everybody was shown, because there were more than anybody can read.
    CommentThinned {
        /// The comment.
        #[serde(flatten)]
        comment: CommentWire,
    },
    /// Comments that were left out of the talk of everybody: since the frame before.
    Thinned {
        /// How many.
        n: u32,
        /// When the last of them was made.
        at: i64,
    },
    /// A comment is not to be shown any more.
    CommentHidden {
        /// Which.
        id: u64,
    },
    /// A question was opened; the comment that asks follows.
    QuestionOpened {
        /// Its number.
        question: u32,
        /// The item that was on stage.
        #[serde(skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
        /// When.
        at: i64,
    },
    /// A question was answered.
    QuestionAnswered {
        /// Which.
        question: u32,
        /// How.
        how: HowAnswered,
        /// The comment that answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<u64>,
        /// When.
        at: i64,
    },
    /// Likes of the last moment.
    Likes {
        /// How many.
        n: u32,
        /// All so far.
        total: u64,
    },
    /// How many follow.
    Followers {
        /// How many.
        followers: u32,
    },
    /// Everybody is told something.
    Announced {
        /// What.
        text: String,
        /// When.
        at: i64,
    },
    /// An item is on the shelf, or its facts changed.
    ItemListed {
        /// The item.
        item: ItemWire,
    },
    /// What is left of an item.
    Stock {
        /// The item.
        item: u64,
        /// Units nobody holds or owns.
        left: u32,
        /// Units in all.
        units: u32,
        /// Units held for people who have not paid yet.
        held: u32,
    },
    /// How many people look at some items now.
    Looking {
        /// One for each item; of the others as many as before.
        lookers: Vec<super::LookersWire>,
    },
    /// Who asks to have an item explained, or it is explained now.
    Explain {
        /// The item.
        item: u64,
        /// As it now stands.
        explain: super::ExplainWire,
    },
    /// An item is on sale.
    SaleOpened {
        /// The item.
        item: u64,
        /// Price of one.
        price: MoneyWire,
        /// Units one person may have.
        per_person: u32,
        /// How long units are held, in ms.
        hold_ms: u64,
    },
    /// An item is on sale no longer.
    SaleClosed {
        /// The item.
        item: u64,
    },
    /// A card is over the picture.
    CardPinned {
        /// The item.
        item: u64,
        /// Since when.
        at: i64,
    },
    /// The card is gone.
    CardUnpinned {
        /// The item.
        item: u64,
    },
    /// A draw is open.
    DrawOpened {
        /// Its number.
        draw: u32,
        /// The word to say.
        keyword: String,
        /// What is won.
        prize: String,
        /// How many win.
        winners: u32,
        /// When entry ends.
        closes_at: i64,
        /// SHA-256 of the seed, hexadecimal.
        commit: String,
    },
    /// How many have entered a draw.
    DrawEntrants {
        /// The draw.
        draw: u32,
        /// How many.
        entrants: u32,
    },
    /// Entry ended.
    DrawFrozen {
        /// The draw.
        draw: u32,
        /// How many entered.
        entrants: u32,
        /// SHA-256 over the list, hexadecimal.
        digest: String,
    },
    /// The winners.
    DrawRevealed {
        /// The draw.
        draw: u32,
        /// The seed, hexadecimal.
        seed: String,
        /// Who won.
        winners: Vec<String>,
        /// Their names, in the same order; empty when erased.
        names: Vec<String>,
    },
    /// Yours: you entered a draw.
    YouEntered {
        /// The draw.
        draw: u32,
    },
    /// Yours: you follow, or no longer.
    YouFollow {
        /// Whether you do.
        following: bool,
    },
    /// Yours: you may not comment until then.
    YouMuted {
        /// Until when.
        until: i64,
    },
    /// Yours, and staff's: an order as it now stands.
    Order {
        /// The order.
        #[serde(flatten)]
        order: OrderWire,
    },
    /// Staff: how many different people have asked a question by now.
    QuestionAsked {
        /// The question.
        question: u32,
        /// People.
        people: u32,
    },
    /// Staff: a prompt is on the host's screen.
    PromptShown {
        /// The prompt.
        #[serde(flatten)]
        prompt: Box<super::PromptWire>,
    },
    /// Operators: a prompt was held out.
    PromptWithheld {
        /// What and why.
        intent: IntentWire,
    },
    /// Staff: a rule did something in the room, or could not. Operators: it was held out.
    RuleActed {
        /// What came of it.
        #[serde(flatten)]
        acted: Box<super::RuleActedWire>,
    },
    /// Staff: a prompt is gone.
    PromptClosed {
        /// Which.
        prompt: u32,
        /// How it ended.
        end: PromptEndWire,
    },
    /// An activity as it now stands.
    Activity {
        /// The activity.
        #[serde(flatten)]
        activity: Box<ActivityWire>,
    },
    /// Yours: where you now stand in an activity.
    YouActivity {
        /// Where.
        #[serde(flatten)]
        mine: MyActivity,
    },

    /// The stage as it now stands.
    Seat {
        /// The stage.
        #[serde(flatten)]
        stage: super::StageWire,
    },
    /// Yours: where you are between watching and being on stage, and the call you asked for.
    YouSeat {
        /// Where you are.
        #[serde(flatten)]
        mine: super::MySeatWire,
    },
    /// Staff: line, calls and figures as they now stand.
    SeatDesk {
        /// Line, calls and figures.
        #[serde(flatten)]
        desk: super::SeatDeskWire,
    },

    /// The fan club changed, somebody rose, or a member spoke.
    Club {
        /// What changed.
        #[serde(flatten)]
        change: Box<ClubChange>,
    },
    /// Yours: where you stand in the fan club.
    YouClub {
        /// Where.
        #[serde(flatten)]
        mine: Box<MyClubWire>,
    },

    /// The moment that people stay for was announced, moved, began or is over.
    Climax {
        /// The moment, while there is one.
        climax: Option<ClimaxWire>,
    },
    /// Staff: the run of show, and where the room stands in it.
    Rundown {
        /// All of it.
        #[serde(flatten)]
        backstage: BackstageWire,
    },

    /// A gift was given.
    Gift {
        /// The gift.
        gift: GiftShown,
    },
    /// What stands around the talk, whole.
    Talk {
        /// Topic, featured comments, photos.
        talk: TalkView,
    },
    /// Yours: somebody replied, an answer came, a gift or photo of yours stands otherwise.
    YouTalk {
        /// What.
        you: YouTalk,
    },
    /// What of an item's sale goes beyond price, limit and stock, as it now stands.
    Offer {
        /// The offer.
        #[serde(flatten)]
        offer: Box<OfferWire>,
    },
    /// Shipping and campaigns, whole.
    Benefits {
        /// All of them.
        #[serde(flatten)]
        benefits: BenefitsWire,
    },
    /// Yours: your coupons and where you wait, whole.
    YouSale {
        /// All of it.
        #[serde(flatten)]
        mine: MySale,
    },
    /// Staff: the photos that wait to be chosen, whole.
    PhotosWaiting {
        /// The photos, oldest first.
        photos: Vec<PhotoWire>,
    },
    /// Yours, or staff: something changed after the sale. Whoever shows it asks for it anew.
    Care {
        /// The order that it is about.
        order: Option<String>,
        /// The ticket that it is about.
        ticket: Option<String>,
        /// Whether the ticket waited beyond what was promised.
        escalated: bool,
    },
    /// Staff: what waits for a moderator, whole.
    Held {
        /// The comments, oldest first.
        held: Vec<HeldWire>,
    },
}
