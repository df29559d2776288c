//! Whole pictures: what a client needs to draw a room from nothing. Does not know how it changes afterwards.

use super::{
    ActivityWire, BackstageWire, ClimaxWire, ClubWire, CommentWire, GiftWire, IntentWire, MyActivity,
    MyClubWire, OrderWire, RoleName, TalkView,
};
use linger_catalogue::Returns;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An amount.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct MoneyWire {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A product's facts on a room's shelf.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ItemWire {
    /// The product.
    pub id: u64,
    /// What it is called.
    pub title: String,
    /// What one costs outside the sale.
    pub price: MoneyWire,
    /// Who sells it.
    pub seller: String,
    /// Path of a picture; empty when there is none.
    pub image: String,
    /// How it may come back; the default where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Returns>,
}

/// The terms of a running sale.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SaleWire {
    /// Price of one.
    pub price: MoneyWire,
    /// Units one person may have.
    pub per_person: u32,
    /// How long units are held, in ms.
    pub hold_ms: u64,
}

/// One place of the shelf.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ShelfEntry {
    /// The product.
    pub item: ItemWire,
    /// The sale, if one runs.
    pub sale: Option<SaleWire>,
    /// Units in all.
    pub units: u32,
    /// Units nobody holds or owns.
    pub left: u32,
    /// Units held for people who have not paid yet.
    pub held: u32,
    /// People who look at it now.
    pub looking: u32,
    /// People who ask to have it explained.
    pub explain: ExplainWire,
}

/// How many people look at an item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct LookersWire {
    /// The item.
    pub item: u64,
    /// How many; each counts once.
    pub people: u32,
}

/// Who asks to have an item explained, and when it last was: when its card was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ExplainWire {
    /// People who ask since then.
    pub asked: u32,
    /// When it was last explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// People who had asked for that.
    pub answered: u32,
}

/// A draw and where it stands.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DrawWire {
    /// Its number.
    pub draw: u32,
    /// The word to say.
    pub keyword: String,
    /// What is won.
    pub prize: String,
    /// How many win.
    pub winners_wanted: u32,
    /// When entry ends.
    pub closes_at: i64,
    /// SHA-256 of the seed, hexadecimal.
    pub commit: String,
    /// How many entered.
    pub entrants: u32,
    /// `open`, `frozen` or `revealed`.
    pub state: String,
    /// Who won, once revealed.
    pub winners: Vec<String>,
    /// Their names.
    pub names: Vec<String>,
}

/// An open question, as staff see it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct QuestionWire {
    /// Its number.
    pub question: u32,
    /// The item that was on stage when it was first asked.
    pub item: Option<u64>,
    /// Different people who asked it.
    pub people: u32,
    /// When it was first asked.
    pub at: i64,
    /// The comment that asked it first.
    pub first: Option<CommentWire>,
}

/// The prompt on the host's screen.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PromptWire {
    /// Its number.
    pub prompt: u32,
    /// What and why.
    pub intent: IntentWire,
    /// When it goes away by itself.
    pub until: i64,
    /// How often it was put off before.
    #[serde(default)]
    pub again: u32,
    /// After so many ms it is shown again, if it still stands, when it is put off; absent when it can be put off no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later_ms: Option<u64>,
}

/// What concerns only the person who looks.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct MyView {
    /// Whether they follow the host.
    pub following: bool,
    /// Whether they entered the draw that is shown.
    pub entered: bool,
    /// Until when they may not comment; zero when they may.
    pub muted_until: i64,
    /// Their orders here, newest last, at most 50.
    pub orders: Vec<OrderWire>,
    /// Where they stand in the activities that are shown.
    #[serde(default)]
    pub activities: Vec<MyActivity>,
    /// Where they are between watching and being on stage, and the call they asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<super::MySeatWire>,
    /// Where they stand in the fan club.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub club: Option<MyClubWire>,
    /// Their gifts here, newest last, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<GiftWire>,
    /// Their coupons, and where they wait.
    #[serde(default)]
    pub sale: super::MySale,
}

/// A room as one person sees it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RoomView {
    /// The room.
    pub room: String,
    /// What it is called.
    pub title: String,
    /// Whose it is.
    pub host: String,
    /// The host's name.
    pub host_name: String,
    /// Since when the picture is there; absent when it is not.
    pub live_since: Option<i64>,
    /// People here.
    pub here: u32,
    /// Likes so far.
    pub likes: u64,
    /// Followers.
    pub followers: u32,
    /// The last comments, oldest first, at most 50.
    pub comments: Vec<CommentWire>,
    /// The shelf, in order of listing.
    pub shelf: Vec<ShelfEntry>,
    /// The item whose card is over the picture.
    pub pinned: Option<u64>,
    /// Since when.
    pub pinned_at: Option<i64>,
    /// The draw that runs or ran last.
    pub draw: Option<DrawWire>,
    /// The activities that run, and the last that did, in order of opening.
    pub activities: Vec<ActivityWire>,
    /// The last announcement.
    pub announcement: Option<String>,
    /// What concerns only you.
    pub mine: MyView,
    /// Staff: open questions, most asked first, at most 20.
    pub questions: Vec<QuestionWire>,
    /// Staff: the prompt on the host's screen.
    pub prompt: Option<PromptWire>,
    /// Staff: the newest orders of everybody, newest last, at most 50.
    pub orders: Vec<OrderWire>,
    /// The stage, and for staff line and calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<super::SeatView>,
    /// The fan club and the sprint of likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub club: Option<ClubWire>,
    /// The moment that people stay for, while one is announced or on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub climax: Option<ClimaxWire>,
    /// Staff: the run of show, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backstage: Option<BackstageWire>,
    /// What stands around the talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk: Option<TalkView>,
    /// Sales on terms of their own, shipping and campaigns.
    #[serde(default)]
    pub sale: super::SaleView,
}

/// A room in a list.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RoomCard {
    /// The room.
    pub room: String,
    /// What it is called.
    pub title: String,
    /// The host's name.
    pub host_name: String,
    /// Whether the picture is there.
    pub live: bool,
    /// People here.
    pub here: u32,
}

/// A room to be opened.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    /// Its name in addresses: 1 to 64 of a-z, 0-9 and -.
    pub room: String,
    /// What it is called.
    pub title: String,
    /// The member of staff whose room it is; the caller when absent.
    #[serde(default)]
    pub host: Option<String>,
    /// The host's name as the audience sees it.
    pub host_name: String,
}

/// A key for encoders such as OBS. Shown once.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct IngestKey {
    /// Where to publish.
    pub url: String,
    /// The bearer token.
    pub key: String,
}

/// How a buyer wants to pay.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayAsked {
    /// A method of the provider that serves, or `PROVIDER:METHOD`. The sandbox knows `now`, `slow:MS`, `late`, `twice`,
    /// `never`, `decline` and more; Stripe knows `card`, and its other methods by their names. Without one it is the
    /// provider's usual.
    pub method: Option<String>,
}

/// A payment under way.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PayStarted {
    /// The provider's name of it.
    pub payment: String,
    /// An address of the provider at which the buyer goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
    /// With this the buyer's browser confirms the payment by the provider's own program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// Who takes payments.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PaymentProviders {
    /// Their names; the first serves buyers who name none.
    pub providers: Vec<String>,
}

/// What the last comparison of payments with the providers did and found.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct PaymentFindings {
    /// When it was made; empty when none was made yet.
    pub at: Option<i64>,
    /// Payments since then were compared, and whatever has to go back.
    pub since: Option<i64>,
    /// How many payments were compared.
    pub compared: u64,
    /// How many payments and refunds rooms were told of that they had not heard of.
    pub told: u64,
    /// How many refunds that were due were asked for.
    pub given_back: u64,
    /// What somebody has to look at.
    pub differences: Vec<PaymentDifference>,
    /// How many more there are.
    pub more: u64,
    /// Providers that could not be read.
    pub unread: Vec<String>,
}

/// A payment about which a room and a provider tell different things.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PaymentDifference {
    /// In what: `no-such-room`, `not-at-provider`, `not-paid`, `other-order`, `other-amount`, `given-back-outside`,
    /// `not-given-back`, `refund-failed` or `refund-refused`.
    pub kind: String,
    /// The room.
    pub room: String,
    /// The order.
    pub order: String,
    /// The provider's name of the payment.
    pub payment: String,
    /// The amount as the room has it.
    pub ours: Option<MoneyWire>,
    /// The amount as the provider has it.
    pub theirs: Option<MoneyWire>,
}

/// All that is needed to recompute a draw.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Proof {
    /// The room.
    pub room: String,
    /// The draw.
    pub draw: u32,
    /// The word that was to be said.
    pub keyword: String,
    /// What was won.
    pub prize: String,
    /// How many were to win.
    pub winners_wanted: u32,
    /// SHA-256 of the seed, published when the draw opened; hexadecimal.
    pub commit: String,
    /// The seed, hexadecimal.
    pub seed: String,
    /// SHA-256 over the entrants' ids, hexadecimal.
    pub digest: String,
    /// Who entered, in order.
    pub entrants: Vec<String>,
    /// Who won, in order of drawing.
    pub winners: Vec<String>,
}

/// A product of the catalogue.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductWire {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub title: String,
    /// What it is, in a few sentences.
    #[serde(default)]
    pub description: String,
    /// Its category.
    #[serde(default)]
    pub category: String,
    /// What one costs.
    pub price: MoneyWire,
    /// Who sells it.
    pub seller: String,
    /// Path of a picture; empty when there is none.
    #[serde(default)]
    pub image: String,
    /// More facts by name.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

/// Products to be put in, or read from, the catalogue.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Products {
    /// The products, at most 500 at once.
    pub products: Vec<ProductWire>,
    /// How many there are in all.
    #[serde(default)]
    pub total: u64,
}

impl RoomView {
    /// Takes out what only staff may see.
    pub fn for_role(mut self, role: RoleName) -> RoomView {
        if role == RoleName::Viewer {
            self.questions.clear();
            self.prompt = None;
            self.orders.clear();
            self.seat.iter_mut().for_each(|seat| seat.desk = None);
            if let Some(club) = &mut self.club {
                club.staff = None;
            }
            self.backstage = None;
            if let Some(talk) = &mut self.talk {
                talk.waiting.clear();
            }
        }
        self
    }
}
