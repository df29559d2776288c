//! What goes on around the talk, on the wire: gifts, the topic with featured comments, photos, and what waits for a
//! moderator. Does not know who is told.

use super::{CommentWire, HowAnswered, MoneyWire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change asked around the talk.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TalkAsk {
    /// Send the host a gift; pay it as an order is paid. Asking again with the same id gives the same answer.
    SendGift {
        /// 32 lower-case hexadecimal digits, made at random by the giver's device.
        order: String,
        /// Which, from the list of gifts.
        gift: String,
        /// How many.
        count: u32,
        /// Words that go with it.
        #[serde(default)]
        words: String,
        /// For which side of a PK, 0 or 1; for the room's own host when absent.
        #[serde(default)]
        side: Option<u8>,
    },
    /// Say what the talk is about for a while (host).
    SetTopic {
        /// The topic.
        text: String,
        /// For how long, in ms.
        lasts_ms: u64,
    },
    /// End the topic (host).
    EndTopic,
    /// Show a comment above the talk (staff).
    FeatureComment {
        /// The comment.
        comment: u64,
    },
    /// Show it there no longer (staff).
    Unfeature {
        /// The comment.
        comment: u64,
    },
    /// Offer a photo for the wall.
    OfferPhoto {
        /// The picture, yours.
        image: String,
        /// Words under it.
        #[serde(default)]
        caption: String,
    },
    /// Put an offered photo on the wall (staff).
    ChoosePhoto {
        /// The picture.
        image: String,
    },
    /// Do not, or take it down (staff).
    DeclinePhoto {
        /// The picture.
        image: String,
    },
    /// Let through what was held (staff).
    AllowHeld {
        /// Its number.
        held: u64,
    },
    /// Do not let it through (staff).
    RefuseHeld {
        /// Its number.
        held: u64,
    },
}

/// How much a comment matters when there is more than anybody can read, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LaneName {
    /// The room itself.
    Control,
    /// Who runs the room.
    Host,
    /// Words with a paid gift.
    Paid,
    /// Members of the club.
    Member,
    /// A question.
    Question,
    /// Other words.
    Talk,
    /// Applause.
    Reaction,
}

/// What may go with a comment.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct CompanyWire {
    /// How much it matters in a flood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneName>,
    /// The comment it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Who is mentioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// The picture in it: `/api/rooms/{room}/images/{image}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// Where a gift stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GiftStateName {
    /// A payment is awaited.
    Waiting,
    /// Paid, and shown to everybody.
    Given,
    /// Nobody paid in time.
    Lapsed,
}

/// A gift as its giver sees it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GiftWire {
    /// What is paid, as an order is.
    pub order: String,
    /// Which gift.
    pub gift: String,
    /// How many.
    pub count: u32,
    /// What is to be paid in all.
    pub amount: MoneyWire,
    /// Where it stands.
    pub state: GiftStateName,
    /// Until when it can be paid.
    pub until: i64,
}

/// A gift as everybody sees it, once it is paid.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GiftShown {
    /// Who gave.
    pub person: String,
    /// Their name; empty when erased.
    pub name: String,
    /// Which gift.
    pub gift: String,
    /// How many just now.
    pub count: u32,
    /// How many in one go, these included.
    pub combo: u32,
    /// When.
    pub at: i64,
}

/// A kind of gift and what one costs here.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GiftKind {
    /// Its name in asks; `gift.NAME` in `web/messages`.
    pub gift: String,
    /// A picture of it, as a character.
    pub sign: String,
    /// What one costs.
    pub price: MoneyWire,
}

/// What the talk is about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct TopicWire {
    /// The topic.
    pub text: String,
    /// Until when.
    pub until: i64,
}

/// A viewer's photo.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PhotoWire {
    /// The picture: `/api/rooms/{room}/images/{image}`.
    pub image: String,
    /// Whose.
    pub person: String,
    /// Their name; empty when erased.
    pub name: String,
    /// Words under it; may be empty.
    pub caption: String,
}

/// What stands around the talk.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct TalkView {
    /// What the talk is about.
    pub topic: Option<TopicWire>,
    /// The comments above the talk, oldest first.
    pub featured: Vec<CommentWire>,
    /// The wall of viewers' photos, oldest first.
    pub photos: Vec<PhotoWire>,
    /// Staff: photos that wait to be chosen, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<PhotoWire>,
}

/// Where one's own photo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhotoStateName {
    /// Staff have yet to choose.
    Waiting,
    /// On the wall.
    Chosen,
    /// Not, or no more, on the wall.
    Declined,
}

/// What concerns one person around the talk.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum YouTalk {
    /// Somebody replied to you.
    Replied {
        /// Their comment.
        comment: u64,
        /// Who.
        name: String,
    },
    /// Somebody mentioned you.
    Mentioned {
        /// Their comment.
        comment: u64,
        /// Who.
        name: String,
    },
    /// A question that you asked was answered.
    Answered {
        /// The question.
        question: u32,
        /// How.
        how: HowAnswered,
        /// The comment that answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<u64>,
    },
    /// Your gift as it now stands.
    Gift {
        /// The gift.
        gift: GiftWire,
    },
    /// Your photo as it now stands.
    Photo {
        /// The picture.
        image: String,
        /// Where it stands.
        state: PhotoStateName,
    },
}

/// Something that waits for a moderator.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HeldWire {
    /// Its number, for the answer.
    pub held: u64,
    /// Who wants to say it.
    pub person: String,
    /// Their name.
    pub name: String,
    /// The text.
    pub text: String,
    /// The picture in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Why it is held, as a short code: `word`, `image`, or what a moderator outside said.
    pub reason: String,
    /// Since when.
    pub at: i64,
}

/// A picture that was kept.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ImageKept {
    /// Its name, for a comment or an offer.
    pub image: String,
    /// Whether somebody of the staff looks at it before others see it.
    pub waits: bool,
}
