//! What may be asked of a room, by whom, and within which bounds. It does not know what comes of it.

use crate::{
    ActivityAct, CareAct, ClubAct, CommentId, Currency, DrawId, ImageId, Intent, Item, ItemId, KeyId, Money,
    OrderId, PersonId, PromptEnd, PromptId, QuestionId, RuleAct, RundownAct, SaleAct, Sealed, TalkAct,
};
use minicbor::{Decode, Encode};

/// Somebody asks for a change; the room may refuse it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who asks.
    pub by: Actor,
    /// For what.
    pub act: Act,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Actor {
    /// The person, or the house itself (see [`Actor::HOUSE`]).
    #[n(0)]
    pub person: PersonId,
    /// As what they ask.
    #[n(1)]
    pub role: Role,
}

impl Actor {
    /// The house itself: rules, timers, set-up.
    pub const HOUSE: Actor = Actor { person: PersonId(0), role: Role::Admin };

    /// A viewer.
    pub fn viewer(person: PersonId) -> Actor {
        Actor { person, role: Role::Viewer }
    }
}

/// What somebody is in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Watches and takes part.
    #[n(0)]
    Viewer,
    /// Keeps the talk pleasant.
    #[n(1)]
    Moderator,
    /// Is on stage and runs the show.
    #[n(2)]
    Host,
    /// Runs rooms, shelf and rules.
    #[n(3)]
    Operator,
    /// May do everything, and manages who may what.
    #[n(4)]
    Admin,
}

impl Role {
    /// The word used over the wire and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Moderator => "moderator",
            Role::Host => "host",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Role> {
        [Role::Viewer, Role::Moderator, Role::Host, Role::Operator, Role::Admin]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// A text somebody wrote, in the clear for the decision of this moment and sealed for the log.
#[derive(Clone, PartialEq)]
pub struct Spoken {
    /// The text as written, for this decision only: never kept, never logged.
    pub plain: String,
    /// Name and text under the writer's key: what goes into the log.
    pub sealed: Sealed,
}

impl std::fmt::Debug for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spoken({} bytes under {:?})", self.plain.len(), self.sealed.key)
    }
}

impl Spoken {
    /// For tests and simulations: a text whose seal hides nothing but its length.
    pub fn unsealed(text: &str) -> Spoken {
        let body = text.len().to_be_bytes().to_vec().into();
        Spoken { plain: text.to_owned(), sealed: Sealed { key: KeyId(0), body } }
    }
}

/// What a question is about: the same topic, the same question. Made from the words of the question by
/// `linger-room`'s recogniser; kept in the log instead of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Topic(#[n(0)] pub u32);

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Open a new room.
    OpenRoom {
        /// What it is called, at most [`Limits::TITLE_CHARS`].
        title: String,
        /// Whose room it is.
        host: PersonId,
        /// The host's name as the audience sees it, at most [`Limits::NAME_CHARS`].
        host_name: String,
    },
    /// Say something to everybody.
    Say {
        /// The text, at most [`Limits::COMMENT_CHARS`].
        spoken: Spoken,
        /// The question that this answers, when the host or a moderator says it.
        answers: Option<QuestionId>,
        /// The comment that this replies to.
        reply_to: Option<CommentId>,
        /// Who is mentioned, at most [`Limits::MENTIONS_MAX`].
        mentions: Vec<PersonId>,
        /// A picture that goes with it, which the edge knows to be this person's.
        image: Option<ImageId>,
    },
    /// Say that a question was answered on air.
    AnswerOnAir {
        /// The question.
        question: QuestionId,
    },
    /// Take a comment off everybody's screen.
    HideComment {
        /// The comment.
        comment: CommentId,
    },
    /// Keep somebody from commenting for a while.
    Mute {
        /// Who.
        person: PersonId,
        /// For how long, at most [`Limits::MUTE_MS_MAX`]; zero lifts it.
        for_ms: u64,
    },
    /// Follow the host.
    Follow,
    /// Follow no longer.
    Unfollow,
    /// Tell everybody something.
    Announce {
        /// What, at most [`Limits::ANNOUNCEMENT_CHARS`].
        text: String,
    },
    /// Put a product of the catalogue on this room's shelf, or renew its facts.
    ListItem {
        /// The facts as the catalogue has them.
        item: Item,
    },
    /// Say how many units of an item this room has in all: on sale, held and sold together.
    SetStock {
        /// The item.
        item: ItemId,
        /// Units in all.
        units: i64,
    },
    /// Put an item on sale.
    OpenSale {
        /// The item.
        item: ItemId,
        /// Price of one unit.
        price: Money,
        /// Units one person may have.
        per_person: u32,
        /// How long a unit is held for somebody who has not paid yet.
        hold_ms: u64,
    },
    /// Take an item off sale; what is held stays held.
    CloseSale {
        /// The item.
        item: ItemId,
    },
    /// Show a product's card over the picture.
    PinCard {
        /// The item.
        item: ItemId,
    },
    /// Show no card.
    UnpinCard,
    /// Order units of an item. Asking again with the same id gives the same answer.
    PlaceOrder {
        /// The id made by the buyer's device.
        order: OrderId,
        /// The item.
        item: ItemId,
        /// How many.
        units: u32,
    },
    /// Give up an order that is not paid yet.
    CancelOrder {
        /// The order.
        order: OrderId,
    },
    /// Open a draw that people enter by saying a keyword.
    OpenDraw {
        /// The word to say, at most [`Limits::KEYWORD_CHARS`].
        keyword: String,
        /// What is won, at most [`Limits::TITLE_CHARS`].
        prize: String,
        /// How many winners.
        winners: u32,
        /// How long people may enter.
        lasts_ms: u64,
        /// SHA-256 of the seed, published at once.
        commit: [u8; 32],
        /// The seed under the house's own key, so that a crash cannot lose it.
        sealed_seed: Vec<u8>,
    },
    /// Close a draw before its time.
    CloseDraw {
        /// The draw.
        draw: DrawId,
    },
    /// Carry out an intent, or note that it is held out.
    FollowIntent {
        /// The intent; its arm says which of the two.
        intent: Intent,
    },
    /// The host is done with a prompt.
    ClosePrompt {
        /// The prompt.
        prompt: PromptId,
        /// How it ended.
        end: PromptEnd,
    },
    /// Something about an activity.
    Activity(ActivityAct),
    /// Something about the stage or about calls.
    Seat(crate::SeatAct),
    /// Something of the fan club.
    Club(ClubAct),
    /// Something about the run of show.
    Rundown(RundownAct),
    /// Something around the talk: a gift, a topic, a photo.
    Talk(TalkAct),
    /// Something about a sale, a cart or a coupon.
    Sale(SaleAct),
    /// Something after the sale.
    Care(CareAct),
    /// Something about the house's rules.
    Rule(RuleAct),
}

impl Act {
    /// Saying something to everybody and nothing more.
    pub fn say(spoken: Spoken) -> Act {
        Act::Say { spoken, answers: None, reply_to: None, mentions: vec![], image: None }
    }

    /// Whether somebody in `role` may ask for this at all. The edge asks before it reads a body further, the room
    /// asks again.
    pub fn allowed(&self, role: Role) -> bool {
        use Role::{Admin, Host, Moderator, Operator, Viewer};
        let roles: &[Role] = match self {
            Act::Say { answers: None, .. } | Act::Follow | Act::Unfollow => {
                &[Viewer, Moderator, Host, Operator, Admin]
            }
            Act::PlaceOrder { .. } | Act::CancelOrder { .. } => &[Viewer, Moderator, Host, Operator, Admin],
            Act::Say { answers: Some(_), .. }
            | Act::AnswerOnAir { .. }
            | Act::HideComment { .. }
            | Act::Mute { .. } => &[Moderator, Host, Operator, Admin],
            Act::Announce { .. }
            | Act::PinCard { .. }
            | Act::UnpinCard
            | Act::ListItem { .. }
            | Act::SetStock { .. }
            | Act::OpenSale { .. }
            | Act::CloseSale { .. }
            | Act::OpenDraw { .. }
            | Act::CloseDraw { .. }
            | Act::ClosePrompt { .. } => &[Host, Operator, Admin],
            Act::OpenRoom { .. } => &[Operator, Admin],
            Act::FollowIntent { .. } | Act::Rule(_) => &[Admin],
            Act::Activity(act) => return act.allowed(role),
            Act::Seat(act) => return act.allowed(role),
            Act::Club(act) => return act.allowed(role),
            Act::Rundown(act) => return act.allowed(role),
            Act::Talk(act) => return act.allowed(role),
            Act::Sale(act) => return act.allowed(role),
            Act::Care(act) => return act.allowed(role),
        };
        roles.contains(&role)
    }
}

/// Bounds on everything a person can hand in.
#[derive(Debug)]
pub struct Limits;

impl Limits {
    /// Characters of a comment.
    pub const COMMENT_CHARS: usize = 200;
    /// People mentioned in one comment.
    pub const MENTIONS_MAX: usize = 5;
    /// Characters under a photo.
    pub const CAPTION_CHARS: usize = 80;
    /// Gifts of one kind sent in one go.
    pub const GIFT_COUNT_MAX: u32 = 999;
    /// Milliseconds of a topic, least.
    pub const TOPIC_MS_MIN: u64 = 60_000;
    /// Milliseconds of a topic, most: six hours.
    pub const TOPIC_MS_MAX: u64 = 6 * 3_600_000;
    /// Characters of a display name.
    pub const NAME_CHARS: usize = 24;
    /// Characters of a title or a prize.
    pub const TITLE_CHARS: usize = 120;
    /// Characters of an announcement.
    pub const ANNOUNCEMENT_CHARS: usize = 280;
    /// Characters of a draw's keyword.
    pub const KEYWORD_CHARS: usize = 16;
    /// Milliseconds of a mute: seven days.
    pub const MUTE_MS_MAX: u64 = 7 * 86_400_000;
    /// Items on one room's shelf.
    pub const ITEMS_MAX: usize = 1_000;
    /// Days within which an item may come back.
    pub const RETURN_DAYS_MAX: u16 = 365;
    /// Units of one item.
    pub const UNITS_MAX: i64 = 10_000_000;
    /// Units in one order.
    pub const ORDER_UNITS_MAX: u32 = 999;
    /// Minor units of one price: a hundred million of the major unit.
    pub const PRICE_MINOR_MAX: i64 = 10_000_000_000;
    /// Lines of one cart.
    pub const CART_LINES_MAX: usize = 50;
    /// Coupons of one cart.
    pub const CART_COUPONS_MAX: usize = 10;
    /// Other prices of one sale.
    pub const STEPS_OF_PRICE_MAX: usize = 20;
    /// People who have to buy before a price falls, most.
    pub const UNLOCK_BUYERS_MAX: u32 = 10_000;
    /// Milliseconds from now to the opening, the bell or the end of a sale, most: 31 days.
    pub const SALE_MS_MAX: u64 = 31 * 86_400_000;
    /// Items of one campaign.
    pub const CAMPAIGN_ITEMS_MAX: usize = 100;
    /// Coupons of one campaign that one person gets in a period.
    pub const COUPON_TIMES_MAX: u32 = 1_000;
    /// Milliseconds of a hold, least.
    pub const HOLD_MS_MIN: u64 = 1_000;
    /// Milliseconds of a hold, most: one day.
    pub const HOLD_MS_MAX: u64 = 86_400_000;
    /// Milliseconds of a draw, least.
    pub const DRAW_MS_MIN: u64 = 1_000;
    /// Milliseconds of a draw, most: one hour.
    pub const DRAW_MS_MAX: u64 = 3_600_000;
    /// Winners of one draw.
    pub const WINNERS_MAX: u32 = 1_000;
    /// Entrants of one draw.
    pub const ENTRANTS_MAX: usize = 1_000_000;
    /// Characters of one option of a vote, a quiz or a wheel.
    pub const OPTION_CHARS: usize = 40;
    /// Options of a vote, a question or a wheel, most; two at least.
    pub const OPTIONS_MAX: usize = 12;
    /// Questions of a quiz, or signals of a game, most.
    pub const ROUNDS_MAX: usize = 20;
    /// Milliseconds of an activity, or of one question of it, least.
    pub const ACTIVITY_MS_MIN: u64 = 1_000;
    /// Milliseconds of an activity, most: a day.
    pub const ACTIVITY_MS_MAX: u64 = 86_400_000;
    /// Milliseconds to answer one question, or before one signal, most.
    pub const ROUND_MS_MAX: u64 = 120_000;
    /// Shares of one red packet, most.
    pub const PARTS_MAX: u32 = 1_000;
    /// Milliseconds by which somebody's picture may be behind and still be allowed for.
    pub const DELAY_MS_MAX: u32 = 3_000;
    /// Milliseconds before which nobody reacts to what they see: athletics calls less than 100 a false start (World
    /// Athletics, technical rule 16.6), and a screen and a finger take longer.
    pub const REACTION_MS_MIN: u32 = 120;
    /// Entries of one device into one activity that has a prize.
    pub const DEVICE_ENTRIES_MAX: u32 = 3;
    /// Characters of a fan club's name.
    pub const CLUB_NAME_CHARS: usize = 40;
    /// Levels of a fan club.
    pub const CLUB_LEVELS_MAX: usize = 10;
    /// Points that one task earns each time.
    pub const CLUB_POINTS_MAX: u32 = 10_000;
    /// Likes that a sprint can want.
    pub const SPRINT_GOAL_MAX: u64 = 1_000_000_000;
    /// Milliseconds of a sprint, least.
    pub const SPRINT_MS_MIN: u64 = 10_000;
    /// Milliseconds of a sprint, most: one hour.
    pub const SPRINT_MS_MAX: u64 = 3_600_000;
    /// Characters of a text after the sale: a note on a return, a line of a ticket, a rating.
    pub const CARE_CHARS: usize = 1_000;
    /// Characters of a carrier's name, and of a pick-up code.
    pub const CARRIER_CHARS: usize = 40;
    /// Characters of a parcel's number at its carrier.
    pub const TRACKING_CHARS: usize = 64;
    /// Days of a term after the sale.
    pub const CARE_DAYS_MAX: u16 = 365;
    /// Milliseconds of service within which a ticket is answered or solved: thirty days of service.
    pub const SERVICE_MS_MAX: u64 = 30 * 86_400_000;
    /// Minutes that service lasts on a day when it is not open all day, least.
    pub const SERVICE_MINUTES_MIN: u16 = 60;
    /// Different items in one parcel or one return.
    pub const CARE_LINES_MAX: usize = 50;
    /// The currency of a room whose operator chose none.
    pub const CURRENCY: Currency = Currency::CNY;
}
