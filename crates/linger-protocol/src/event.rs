//! What a room decided, and how it stands in the log. It does not know who reads it.

use crate::{
    ActivityEvent, CardTouch, CareEvent, Cause, ClubEvent, CommentId, DrawId, ImageId, Intent, ItemId, Lane,
    Millis, Money, OrderId, PaymentId, PersonId, PromptEnd, PromptId, Quality, QuestionId, RefundReason,
    ReturnRule, Role, RuleEvent, RundownEvent, SaleEvent, Sealed, SessionId, TalkEvent, Topic,
};
use minicbor::{Decode, Encode, bytes::ByteVec};

/// One line of a room's log: an event, when it was decided and what caused it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Entry {
    /// When.
    #[n(0)]
    pub at: Millis,
    /// By whom, and following which intent.
    #[n(1)]
    pub cause: Cause,
    /// What.
    #[n(2)]
    pub event: Event,
}

impl Entry {
    /// The bytes that go into the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        self.write_to(&mut bytes);
        bytes
    }

    /// Appends the bytes that go into the log.
    pub fn write_to(&self, bytes: &mut Vec<u8>) {
        // Writing into a Vec has no way to fail.
        minicbor::encode(self, bytes).expect("writing into a Vec cannot fail");
    }

    /// Reads what [`Entry::to_bytes`] wrote. An error means that the bytes are no entry of this or an earlier version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Entry, minicbor::decode::Error> {
        minicbor::decode(bytes)
    }
}

/// Somebody came into the room.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Arrival {
    /// The stay that begins.
    #[n(0)]
    pub session: SessionId,
    /// Who.
    #[n(1)]
    pub person: PersonId,
    /// Where they came from: a short code such as `direct`, `share`, `feed`; at most 32 of a-z, 0-9, `-`.
    #[n(2)]
    pub source: String,
    /// Whose link brought them here for the first time, if it was one.
    #[n(3)]
    pub brought_by: Option<PersonId>,
}

/// Somebody left the room.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Departure {
    /// The stay that ends.
    #[n(0)]
    pub session: SessionId,
    /// How it ended.
    #[n(1)]
    pub reason: LeaveReason,
}

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LeaveReason {
    /// The person closed the room.
    #[n(0)]
    Left,
    /// The connection broke and nobody came back in time.
    #[n(1)]
    Lost,
    /// The server ended the connection.
    #[n(2)]
    Sent,
}

/// Why the picture ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum OffReason {
    /// The host ended the show.
    #[n(0)]
    Ended,
    /// The connection to the host broke.
    #[n(1)]
    Lost,
    /// The server was started anew.
    #[n(2)]
    Restarted,
}

/// The facts of a product as the audience sees them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Item {
    /// The product.
    #[n(0)]
    pub id: ItemId,
    /// What it is called, at most [`crate::Limits::TITLE_CHARS`].
    #[n(1)]
    pub title: String,
    /// What one costs outside the sale.
    #[n(2)]
    pub price: Money,
    /// Who sells it.
    #[n(3)]
    pub seller: String,
    /// A path or address of a picture; empty when there is none. At most 512 bytes.
    #[n(4)]
    pub image: String,
    /// The product that this is one of the variants of; none when it is the only one.
    #[n(5)]
    pub product: Option<u64>,
    /// What tells it from the other variants, such as "red, L"; at most [`crate::Limits::TITLE_CHARS`].
    #[n(6)]
    pub variant: Option<String>,
    /// Whether it may come back; the default where nothing is said.
    #[n(7)]
    pub returns: Option<ReturnRule>,
}

impl Item {
    /// An item with no more than it must have.
    pub fn new(id: ItemId, title: &str, price: Money, seller: &str) -> Item {
        Item {
            id,
            title: title.to_owned(),
            price,
            seller: seller.to_owned(),
            image: String::new(),
            product: None,
            variant: None,
            returns: None,
        }
    }
}

/// How a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answered {
    /// In writing, by this comment.
    #[n(0)]
    Typed {
        /// The comment.
        #[n(0)]
        comment: CommentId,
    },
    /// Aloud.
    #[n(1)]
    OnAir,
}

/// What a room decided.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    /// The room exists.
    #[n(0)]
    RoomOpened {
        /// What it is called.
        #[n(0)]
        title: String,
        /// Whose it is.
        #[n(1)]
        host: PersonId,
        /// The host's public name.
        #[n(2)]
        host_name: String,
    },
    /// The picture is there.
    #[n(1)]
    WentLive,
    /// The picture is gone.
    #[n(2)]
    WentOff {
        /// Why.
        #[n(0)]
        reason: OffReason,
    },
    /// People came and went.
    #[n(3)]
    PresenceChanged {
        /// Who came.
        #[n(0)]
        arrived: Vec<Arrival>,
        /// Who went.
        #[n(1)]
        left: Vec<Departure>,
        /// How many stays are running now.
        #[n(2)]
        here: u32,
    },
    /// The counting process was started anew: all running stays ended, unobserved, at `last_seen`.
    #[n(4)]
    PresenceLost {
        /// When they were last known to run.
        #[n(0)]
        last_seen: Millis,
    },
    /// Somebody said something.
    #[n(5)]
    CommentMade {
        /// Its number.
        #[n(0)]
        comment: CommentId,
        /// Who said it.
        #[n(1)]
        person: PersonId,
        /// As what.
        #[n(2)]
        role: Role,
        /// Name and text, under the person's key.
        #[n(3)]
        spoken: Sealed,
        /// The question it asks, if it is one.
        #[n(4)]
        question: Option<QuestionId>,
        /// The question it answers, if it does.
        #[n(5)]
        answers: Option<QuestionId>,
        /// How much it matters in a flood; unknown of comments made before there were lanes.
        #[n(6)]
        lane: Option<Lane>,
        /// The comment it replies to.
        #[n(7)]
        reply_to: Option<CommentId>,
        /// Who is mentioned in it; never an empty list.
        #[n(8)]
        mentions: Option<Vec<PersonId>>,
        /// The picture in it.
        #[n(9)]
        image: Option<ImageId>,
    },
    /// A question is asked that was not open before; the comment that asks it follows.
    #[n(6)]
    QuestionOpened {
        /// Its number.
        #[n(0)]
        question: QuestionId,
        /// What it is about.
        #[n(1)]
        topic: Topic,
        /// The item that was on stage, if any.
        #[n(2)]
        item: Option<ItemId>,
    },
    /// A question was answered.
    #[n(7)]
    QuestionAnswered {
        /// Which.
        #[n(0)]
        question: QuestionId,
        /// How.
        #[n(1)]
        how: Answered,
        /// The prompt about it that showed on the host's screen, or the last one that the host took up before, if any.
        #[n(2)]
        prompt: Option<PromptId>,
    },
    /// A comment is not to be shown any more.
    #[n(8)]
    CommentHidden {
        /// Which.
        #[n(0)]
        comment: CommentId,
    },
    /// Somebody may not comment until then; a time that is past lifts it.
    #[n(9)]
    Muted {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Until when.
        #[n(1)]
        until: Millis,
    },
    /// Likes of the last moment.
    #[n(10)]
    LikesGathered {
        /// How many.
        #[n(0)]
        likes: u32,
        /// From how many people.
        #[n(1)]
        people: u32,
        /// All likes of this room so far.
        #[n(2)]
        total: u64,
    },
    /// Somebody follows.
    #[n(11)]
    Followed {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// How many follow now.
        #[n(1)]
        followers: u32,
    },
    /// Somebody follows no longer.
    #[n(12)]
    Unfollowed {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// How many follow now.
        #[n(1)]
        followers: u32,
    },
    /// Everybody is told something by the people who run the room.
    #[n(13)]
    Announced {
        /// What.
        #[n(0)]
        text: String,
    },
    /// A product is on the shelf, or its facts changed.
    #[n(14)]
    ItemListed {
        /// The facts.
        #[n(0)]
        item: Item,
    },
    /// This room has so many units of an item in all: on sale, held and sold.
    #[n(15)]
    StockSet {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Units in all.
        #[n(1)]
        units: u32,
    },
    /// An item is on sale.
    #[n(16)]
    SaleOpened {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Price of one.
        #[n(1)]
        price: Money,
        /// Units one person may have.
        #[n(2)]
        per_person: u32,
        /// How long units are held for a buyer.
        #[n(3)]
        hold_ms: u64,
    },
    /// An item is on sale no longer.
    #[n(17)]
    SaleClosed {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// A product's card is over the picture.
    #[n(18)]
    CardPinned {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// No card is over the picture.
    #[n(19)]
    CardUnpinned {
        /// The item whose card it was.
        #[n(0)]
        item: ItemId,
    },
    /// Units are held for somebody: a pending transfer that is paid, lapses or is cancelled.
    #[n(20)]
    UnitsHeld {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// Whose.
        #[n(1)]
        person: PersonId,
        /// Of which item.
        #[n(2)]
        item: ItemId,
        /// How many.
        #[n(3)]
        units: u32,
        /// What is to be paid for all of them.
        #[n(4)]
        amount: Money,
        /// Until when.
        #[n(5)]
        until: Millis,
    },
    /// An order is paid.
    #[n(21)]
    OrderPaid {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// The payment.
        #[n(1)]
        payment: PaymentId,
    },
    /// A hold ended unpaid: its units are on sale again.
    #[n(22)]
    OrderLapsed {
        /// The order.
        #[n(0)]
        order: OrderId,
    },
    /// The buyer gave the order up: its units are on sale again.
    #[n(23)]
    OrderCancelled {
        /// The order.
        #[n(0)]
        order: OrderId,
    },
    /// Money has to go back.
    #[n(24)]
    RefundDue {
        /// The order it was meant for.
        #[n(0)]
        order: OrderId,
        /// The payment that goes back.
        #[n(1)]
        payment: PaymentId,
        /// How much.
        #[n(2)]
        amount: Money,
        /// Why.
        #[n(3)]
        reason: RefundReason,
    },
    /// Money went back.
    #[n(25)]
    RefundSettled {
        /// The order it was meant for.
        #[n(0)]
        order: OrderId,
        /// The payment.
        #[n(1)]
        payment: PaymentId,
    },
    /// A draw is open: terms and commitment are public and do not change any more.
    #[n(26)]
    DrawOpened {
        /// Its number.
        #[n(0)]
        draw: DrawId,
        /// The word to say.
        #[n(1)]
        keyword: String,
        /// What is won.
        #[n(2)]
        prize: String,
        /// How many win.
        #[n(3)]
        winners: u32,
        /// When entry ends.
        #[n(4)]
        closes_at: Millis,
        /// SHA-256 of the seed.
        #[n(5)]
        #[cbor(with = "minicbor::bytes")]
        commit: [u8; 32],
        /// The seed under the house's own key.
        #[n(6)]
        sealed_seed: ByteVec,
    },
    /// Somebody entered a draw.
    #[n(27)]
    DrawEntered {
        /// The draw.
        #[n(0)]
        draw: DrawId,
        /// Who.
        #[n(1)]
        person: PersonId,
    },
    /// Entry ended; the list of entrants, in order of entry, is what this digest says.
    #[n(28)]
    DrawFrozen {
        /// The draw.
        #[n(0)]
        draw: DrawId,
        /// How many entered.
        #[n(1)]
        entrants: u32,
        /// SHA-256 over the entrants' ids, 8 bytes big-endian each, in order of entry.
        #[n(2)]
        #[cbor(with = "minicbor::bytes")]
        digest: [u8; 32],
    },
    /// The seed is public, and with it the winners.
    #[n(29)]
    DrawRevealed {
        /// The draw.
        #[n(0)]
        draw: DrawId,
        /// The seed.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        seed: [u8; 32],
        /// Who won, in order of drawing.
        #[n(2)]
        winners: Vec<PersonId>,
    },
    /// Something is proposed to the host.
    #[n(30)]
    PromptShown {
        /// Its number.
        #[n(0)]
        prompt: PromptId,
        /// What and why.
        #[n(1)]
        intent: Intent,
        /// When it goes away by itself.
        #[n(2)]
        until: Millis,
        /// How often the host put it off before; none the first time. An occasion that is shown again is no new one: it
        /// takes nothing of a budget and counts for nothing.
        #[n(3)]
        again: Option<u32>,
    },
    /// Something could have been proposed to the host and was not, for comparison.
    #[n(31)]
    PromptWithheld {
        /// What and why.
        #[n(0)]
        intent: Intent,
    },
    /// A prompt is gone from the host's screen.
    #[n(32)]
    PromptClosed {
        /// Which.
        #[n(0)]
        prompt: PromptId,
        /// How it ended.
        #[n(1)]
        end: PromptEnd,
    },
    /// Cards were seen and clicked.
    #[n(33)]
    CardsTouched {
        /// One for each card.
        #[n(0)]
        touches: Vec<CardTouch>,
    },
    /// How picture and sound arrived.
    #[n(34)]
    QualityGathered {
        /// The figures.
        #[n(0)]
        quality: Quality,
    },
    /// About an activity.
    #[n(35)]
    Activity(#[n(0)] ActivityEvent),
    /// Something about the stage or about calls.
    #[n(37)]
    Seat(#[n(0)] crate::SeatEvent),
    /// Something about the fan club.
    #[n(38)]
    Club(#[n(0)] ClubEvent),
    /// Something about the run of show.
    #[n(36)]
    Rundown(#[n(0)] RundownEvent),
    /// Something around the talk: a gift, a topic, a photo.
    #[n(39)]
    Talk(#[n(0)] TalkEvent),
    /// Something about a sale, a cart or a coupon.
    #[n(40)]
    Sale(#[n(0)] SaleEvent),
    /// Something after the sale.
    #[n(41)]
    Care(#[n(0)] CareEvent),
    /// Something about the house's rules.
    #[n(42)]
    Rule(#[n(0)] RuleEvent),
}
