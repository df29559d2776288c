//! What a client asks of a room, and the answer. Does not know what it means.

use super::{ActivityAsk, CareAsk, ClubAsk, GiftWire, OrderWire, RundownAsk, SaleAsk, TalkAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change asked of a room. One shape for `POST …/ask` and for the socket.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum WireAct {
    /// Say something to everybody; `answers` names the question it answers (staff).
    Say {
        /// The text.
        text: String,
        /// The question it answers.
        #[serde(default)]
        answers: Option<u32>,
        /// The comment it replies to.
        #[serde(default)]
        reply_to: Option<u64>,
        /// People who are mentioned and told so, at most five: those who said something lately, or the host.
        #[serde(default)]
        mentions: Vec<String>,
        /// A picture of yours that goes with it; the text may then be empty.
        #[serde(default)]
        image: Option<String>,
    },
    /// A question was answered aloud (staff).
    AnswerOnAir {
        /// The question.
        question: u32,
    },
    /// Hide a comment (staff).
    HideComment {
        /// The comment.
        comment: u64,
    },
    /// Mute a person for a while; zero lifts it (staff).
    Mute {
        /// The person.
        person: String,
        /// For how long, in ms.
        for_ms: u64,
    },
    /// Follow the host.
    Follow,
    /// Stop following.
    Unfollow,
    /// Tell everybody something (host).
    Announce {
        /// The text.
        text: String,
    },
    /// Put a product of the catalogue on the shelf (host).
    ListItem {
        /// The product.
        item: u64,
    },
    /// Units this room has in all (host).
    SetStock {
        /// The item.
        item: u64,
        /// Units.
        units: i64,
    },
    /// Put an item on sale (host).
    OpenSale {
        /// The item.
        item: u64,
        /// Price of one in minor units; the catalogue's when absent.
        #[serde(default)]
        price_minor: Option<i64>,
        /// Units one person may have.
        per_person: u32,
        /// How long units are held for a buyer, in ms.
        hold_ms: u64,
    },
    /// Take an item off sale (host).
    CloseSale {
        /// The item.
        item: u64,
    },
    /// Show a product's card (host).
    PinCard {
        /// The item.
        item: u64,
    },
    /// Show no card (host).
    UnpinCard,
    /// Order units. The same id asked twice orders once.
    PlaceOrder {
        /// 32 lower-case hexadecimal digits, made at random by the buyer's device.
        order: String,
        /// The item.
        item: u64,
        /// How many.
        units: u32,
    },
    /// Give up an unpaid order.
    CancelOrder {
        /// The order.
        order: String,
    },
    /// Open a keyword draw (host).
    OpenDraw {
        /// The word to say.
        keyword: String,
        /// What is won.
        prize: String,
        /// How many win.
        winners: u32,
        /// How long entry is open, in ms.
        lasts_ms: u64,
    },
    /// End entry now (host).
    CloseDraw {
        /// The draw.
        draw: u32,
    },
    /// Put a prompt away, or off (host).
    ClosePrompt {
        /// The prompt.
        prompt: u32,
        /// How it ended.
        end: PromptEndWire,
    },
    /// Something about an activity.
    Activity(ActivityAsk),
    /// Something about the stage or about calls.
    Seat(super::SeatAsk),
    /// Something of the fan club.
    Club(ClubAsk),
    /// Run the show by its document (host).
    Rundown(RundownAsk),
    /// Something around the talk: a gift, a topic, a photo, what was held.
    Talk(TalkAsk),
    /// Something about a sale, a cart or a coupon.
    Sale(SaleAsk),
    /// Something after the sale.
    Care(CareAsk),
}

/// How a prompt went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PromptEndWire {
    /// The host did it.
    Followed,
    /// The host said no.
    Dismissed,
    /// Nobody reacted.
    Expired,
    /// The host wants to be asked again later.
    Later,
}

/// The answer to an accepted ask: durable when you read it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct Answer {
    /// Where the room's log stood right after, `epoch:offset`.
    pub position: String,
    /// The comment that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<u64>,
    /// The draw that was opened or entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw: Option<u32>,
    /// The activity that was opened or played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<u32>,
    /// The order as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderWire>,
    /// The gift as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift: Option<Box<GiftWire>>,
    /// Whether it waits for a moderator; it is published, or not, later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}
