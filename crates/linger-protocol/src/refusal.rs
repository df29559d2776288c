//! Every way in which a room says no. It does not know the sentences: `web/messages` has one for every code.

/// An answer to a person who asked for something that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// This person's role does not allow this.
    NotAllowed,
    /// The room was never opened.
    NoSuchRoom,
    /// The room is open already.
    RoomIsOpen,
    /// A text is empty.
    TextEmpty,
    /// A text is too long.
    TextTooLong,
    /// The person was muted for a while.
    Muted,
    /// No such comment, or it is too old to be changed.
    NoSuchComment,
    /// No such question.
    NoSuchQuestion,
    /// The question was answered already.
    AlreadyAnswered,
    /// Follows already.
    AlreadyFollowing,
    /// Does not follow.
    NotFollowing,
    /// No such item in this room.
    NoSuchItem,
    /// The room holds as many items as it may.
    TooManyItems,
    /// A quantity that cannot be: zero, negative or too large.
    BadQuantity,
    /// An amount that cannot be: negative or too large.
    BadAmount,
    /// A duration outside what is allowed.
    BadDuration,
    /// The stock cannot be set below what is held and sold.
    StockBelowSold,
    /// The item is not on sale now.
    NotOnSale,
    /// Nothing is left.
    SoldOut,
    /// More than one person may buy of this item.
    OverPersonLimit,
    /// The order id belongs to somebody else or to another purchase.
    OrderIdTaken,
    /// No such order of this person.
    NoSuchOrder,
    /// The order can no longer be changed that way.
    OrderClosed,
    /// A draw is running already.
    DrawRunning,
    /// No such draw.
    NoSuchDraw,
    /// The draw's keyword is empty or too long.
    BadKeyword,
    /// No such prompt, or it is gone.
    NoSuchPrompt,
    /// This occasion was dealt with already.
    IntentKnown,
    /// A prompt is on the host's screen already; one at a time.
    PromptShowing,
    /// The room holds as much as it may of something.
    RoomFull,
    /// Somebody is mentioned who was not seen here lately.
    NotSeenHere,
    /// More people are mentioned than one comment may.
    TooManyMentions,
    /// Too many gifts of this person wait to be paid.
    GiftsUnpaid,
    /// No such photo waits or hangs here.
    NoSuchPhoto,
    /// Too many photos of this person, or of all, wait to be chosen.
    TooManyPhotos,
    /// No topic is set.
    NoTopic,
}

impl Refusal {
    /// Every refusal, for tests that want all of them to have a sentence.
    pub const ALL: &'static [Refusal] = &[
        Refusal::NotAllowed,
        Refusal::NoSuchRoom,
        Refusal::RoomIsOpen,
        Refusal::TextEmpty,
        Refusal::TextTooLong,
        Refusal::Muted,
        Refusal::NoSuchComment,
        Refusal::NoSuchQuestion,
        Refusal::AlreadyAnswered,
        Refusal::AlreadyFollowing,
        Refusal::NotFollowing,
        Refusal::NoSuchItem,
        Refusal::TooManyItems,
        Refusal::BadQuantity,
        Refusal::BadAmount,
        Refusal::BadDuration,
        Refusal::StockBelowSold,
        Refusal::NotOnSale,
        Refusal::SoldOut,
        Refusal::OverPersonLimit,
        Refusal::OrderIdTaken,
        Refusal::NoSuchOrder,
        Refusal::OrderClosed,
        Refusal::DrawRunning,
        Refusal::NoSuchDraw,
        Refusal::BadKeyword,
        Refusal::NoSuchPrompt,
        Refusal::IntentKnown,
        Refusal::PromptShowing,
        Refusal::RoomFull,
        Refusal::NotSeenHere,
        Refusal::TooManyMentions,
        Refusal::GiftsUnpaid,
        Refusal::NoSuchPhoto,
        Refusal::TooManyPhotos,
        Refusal::NoTopic,
    ];

    /// The code that goes over the wire and names the sentence.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotAllowed => "not-allowed",
            Refusal::NoSuchRoom => "no-such-room",
            Refusal::RoomIsOpen => "room-is-open",
            Refusal::TextEmpty => "text-empty",
            Refusal::TextTooLong => "text-too-long",
            Refusal::Muted => "muted",
            Refusal::NoSuchComment => "no-such-comment",
            Refusal::NoSuchQuestion => "no-such-question",
            Refusal::AlreadyAnswered => "already-answered",
            Refusal::AlreadyFollowing => "already-following",
            Refusal::NotFollowing => "not-following",
            Refusal::NoSuchItem => "no-such-item",
            Refusal::TooManyItems => "too-many-items",
            Refusal::BadQuantity => "bad-quantity",
            Refusal::BadAmount => "bad-amount",
            Refusal::BadDuration => "bad-duration",
            Refusal::StockBelowSold => "stock-below-sold",
            Refusal::NotOnSale => "not-on-sale",
            Refusal::SoldOut => "sold-out",
            Refusal::OverPersonLimit => "over-person-limit",
            Refusal::OrderIdTaken => "order-id-taken",
            Refusal::NoSuchOrder => "no-such-order",
            Refusal::OrderClosed => "order-closed",
            Refusal::DrawRunning => "draw-running",
            Refusal::NoSuchDraw => "no-such-draw",
            Refusal::BadKeyword => "bad-keyword",
            Refusal::NoSuchPrompt => "no-such-prompt",
            Refusal::IntentKnown => "intent-known",
            Refusal::PromptShowing => "prompt-showing",
            Refusal::RoomFull => "room-full",
            Refusal::NotSeenHere => "not-seen-here",
            Refusal::TooManyMentions => "too-many-mentions",
            Refusal::GiftsUnpaid => "gifts-unpaid",
            Refusal::NoSuchPhoto => "no-such-photo",
            Refusal::TooManyPhotos => "too-many-photos",
            Refusal::NoTopic => "no-topic",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}
