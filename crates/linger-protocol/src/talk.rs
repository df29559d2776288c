//! What may be asked around the talk beyond saying something, and what is decided about it: paid gifts, the topic of the
//! hour with its featured comments, viewers' photos. It does not know which gifts there are or what a picture shows.

use crate::{CommentId, GiftId, ImageId, Millis, Money, OrderId, PaymentId, PersonId, Role, Sealed, Spoken};
use minicbor::{Decode, Encode};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum TalkAct {
    /// Send the host a gift; it is given once it is paid. Asking again with the same id gives the same answer.
    SendGift {
        /// The id made by the giver's device, from the same purse as those of orders.
        order: OrderId,
        /// Which gift.
        gift: GiftId,
        /// How many.
        count: u32,
        /// What one costs, filled in by the edge from the list of gifts.
        price: Money,
        /// The giver's name under their key, for the banner.
        giver: Sealed,
        /// Words that go with it, at most [`crate::Limits::COMMENT_CHARS`].
        words: Option<Spoken>,
        /// For which side of a PK, 0 or 1; for the room's own host when nobody said.
        side: Option<u8>,
    },
    /// Say what the talk is to be about for a while; another topic goes, and with it what was featured.
    SetTopic {
        /// The topic, at most [`crate::Limits::TITLE_CHARS`].
        text: String,
        /// For how long.
        lasts_ms: u64,
    },
    /// End the topic before its time.
    EndTopic,
    /// Show a comment above the talk.
    FeatureComment {
        /// The comment.
        comment: CommentId,
    },
    /// Show it there no longer.
    Unfeature {
        /// The comment.
        comment: CommentId,
    },
    /// Offer a photo for the wall; only staff see it until it is chosen.
    OfferPhoto {
        /// The picture, which the edge knows to be this person's.
        image: ImageId,
        /// Words under it, at most [`crate::Limits::CAPTION_CHARS`]; may be empty.
        caption: Spoken,
    },
    /// Put an offered photo on the wall.
    ChoosePhoto {
        /// The picture.
        image: ImageId,
    },
    /// Do not put it there, or take it down again.
    DeclinePhoto {
        /// The picture.
        image: ImageId,
    },
}

impl TalkAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            TalkAct::SendGift { .. } | TalkAct::OfferPhoto { .. } => true,
            TalkAct::FeatureComment { .. }
            | TalkAct::Unfeature { .. }
            | TalkAct::ChoosePhoto { .. }
            | TalkAct::DeclinePhoto { .. } => role >= Role::Moderator,
            TalkAct::SetTopic { .. } | TalkAct::EndTopic => role >= Role::Host,
        }
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum TalkEvent {
    /// Somebody wants to give something and has yet to pay for it.
    #[n(0)]
    GiftSent {
        /// What is to be paid.
        #[n(0)]
        order: OrderId,
        /// Who gives.
        #[n(1)]
        person: PersonId,
        /// As what.
        #[n(2)]
        role: Role,
        /// Which gift.
        #[n(3)]
        gift: GiftId,
        /// How many.
        #[n(4)]
        count: u32,
        /// What all of them cost.
        #[n(5)]
        amount: Money,
        /// Until when it can be paid.
        #[n(6)]
        until: Millis,
        /// The giver's name under their key.
        #[n(7)]
        giver: Sealed,
        /// Name and words under the giver's key.
        #[n(8)]
        words: Option<Sealed>,
        /// For which side of a PK, 0 or 1; for the room's own host when nobody said.
        #[n(9)]
        side: Option<u8>,
    },
    /// A gift is paid, and with that given. Its words, if it has any, follow as a comment.
    #[n(1)]
    GiftGiven {
        /// Which.
        #[n(0)]
        order: OrderId,
        /// What paid it.
        #[n(1)]
        payment: PaymentId,
        /// How many of this kind this person gave in one go, these included.
        #[n(2)]
        combo: u32,
        /// Until when another one goes on counting.
        #[n(3)]
        combo_until: Millis,
    },
    /// A gift was not paid in time.
    #[n(2)]
    GiftLapsed {
        /// Which.
        #[n(0)]
        order: OrderId,
    },
    /// The talk is about this now.
    #[n(3)]
    TopicSet {
        /// The topic.
        #[n(0)]
        text: String,
        /// Until when.
        #[n(1)]
        until: Millis,
    },
    /// The topic is over, and what was featured goes with it.
    #[n(4)]
    TopicEnded,
    /// A comment stands above the talk.
    #[n(5)]
    CommentFeatured {
        /// Which.
        #[n(0)]
        comment: CommentId,
    },
    /// It stands there no longer.
    #[n(6)]
    CommentUnfeatured {
        /// Which.
        #[n(0)]
        comment: CommentId,
    },
    /// Somebody offers a photo.
    #[n(7)]
    PhotoOffered {
        /// The picture.
        #[n(0)]
        image: ImageId,
        /// Whose.
        #[n(1)]
        person: PersonId,
        /// Name and caption under their key; the caption may be empty.
        #[n(2)]
        caption: Sealed,
    },
    /// A photo is on the wall.
    #[n(8)]
    PhotoChosen {
        /// Which.
        #[n(0)]
        image: ImageId,
    },
    /// A photo was not chosen, or was taken down.
    #[n(9)]
    PhotoDeclined {
        /// Which.
        #[n(0)]
        image: ImageId,
    },
}
