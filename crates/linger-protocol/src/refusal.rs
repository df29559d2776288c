//! Every way in which a room says no. It does not know the sentences: `web/messages` has one for every code.

use crate::ReturnException;

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
    /// The run of show has no such step.
    NoSuchStep,
    /// The run of show was changed by somebody else in the meantime.
    RundownChanged,
    /// The run of show is being followed already.
    RundownRunning,
    /// The run of show is not being followed.
    RundownNotRunning,
    /// That turn of the run of show is over.
    StepOver,
    /// What has begun cannot be changed in the run of show any more.
    StepBegun,
    /// More steps than a run of show may have.
    TooManySteps,
    /// The room holds as much as it may of something.
    RoomFull,
    /// No such activity.
    NoSuchActivity,
    /// An activity of this kind is running already.
    ActivityRunning,
    /// Nobody may take part in this activity any more.
    ActivityOver,
    /// What is answered was not shown to this person yet.
    NotShownYet,
    /// This person took part already, and that cannot be changed.
    AlreadyPlayed,
    /// This person is out of the game.
    OutOfGame,
    /// No such option, or not a number that can be meant.
    BadOption,
    /// This move is not one of this game.
    WrongMove,
    /// The terms of the activity cannot be kept.
    BadTerms,
    /// A prize is worth more than may be given.
    PrizeTooHigh,
    /// Too many people took part from this device.
    TooManyFromDevice,
    /// Something of the task is not done yet.
    NotDoneYet,
    /// Others were faster: nothing is left of it.
    NothingLeft,
    /// The stage is not open.
    StageClosed,
    /// The person has asked already, or is on stage.
    AlreadyAsked,
    /// Only those who follow the host may ask.
    FollowersOnly,
    /// The line is as long as it may be.
    QueueFull,
    /// The person does not stand in the line.
    NotInLine,
    /// Every seat is taken, or kept for somebody who is invited.
    StageFull,
    /// The person is not invited, or no longer.
    NotInvited,
    /// The person is not on stage.
    NotOnStage,
    /// No requests for calls are taken.
    CallsClosed,
    /// No such request for a call, or it ended.
    NoSuchCall,
    /// Somebody else took this call.
    CallTaken,
    /// The room has no fan club.
    NoClub,
    /// The levels or points of a fan club cannot be these.
    BadLevels,
    /// A sprint of likes is running.
    SprintRunning,
    /// No sprint of likes is running.
    NoSprint,
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
    /// It costs something else now than the buyer was told.
    PriceChanged,
    /// The item is on sale on other terms, which do not change while it is.
    SaleRunning,
    /// The sale has not begun yet.
    NotYetOnSale,
    /// Who is served first is not drawn yet.
    WaitForBell,
    /// Nobody gets on the list of the shuffle any more, or there is none.
    ListClosed,
    /// Nobody waits for this item: whoever pays first gets it.
    NoWaiting,
    /// The person waits for this item already.
    AlreadyWaiting,
    /// The person does not wait for this item.
    NotWaiting,
    /// A cart without lines, with too many, or with an item twice.
    BadCart,
    /// More than may go to one address of this item.
    OverHouseholdLimit,
    /// The id of the transfer belongs to another one.
    TransferIdTaken,
    /// No such campaign, or no such code.
    NoSuchCampaign,
    /// This of a campaign does not change any more.
    CampaignFixed,
    /// The campaign does not run now.
    CampaignOver,
    /// All coupons of the campaign are handed out.
    CouponsGone,
    /// The person got as many of these coupons as one may.
    CouponLimit,
    /// The person has no such coupon.
    NoSuchCoupon,
    /// These coupons are not used together.
    CouponsClash,
    /// The cart does not meet what the coupon asks for.
    CouponUnfit,
    /// Less is left in the campaign's budget than the coupon takes off.
    BudgetSpent,
    /// The coupon is for a higher level of the fan club.
    LevelTooLow,
    /// The id of the grant belongs to another one.
    GrantIdTaken,
    /// The order was not paid.
    OrderNotPaid,
    /// Something of the order is on its way already.
    AlreadyShipped,
    /// It was not delivered yet.
    NotDelivered,
    /// No such parcel of this order.
    NoSuchParcel,
    /// The parcel id belongs to another parcel.
    ParcelIdTaken,
    /// It is not the code of this pick-up.
    WrongCode,
    /// No such return of this person.
    NoSuchReturn,
    /// The return id belongs to another return.
    ReturnIdTaken,
    /// The return can no longer be changed that way.
    ReturnOver,
    /// The days for a return without a reason are over.
    ReturnTooLate,
    /// It cannot be exchanged for that.
    NotExchangeable,
    /// More would go back than was paid and is left.
    RefundTooLarge,
    /// The refund id belongs to another refund.
    RefundIdTaken,
    /// No such refund.
    NoSuchRefund,
    /// The item costs no less than what was paid.
    NotCheaper,
    /// No price is guaranteed for this order, or no longer.
    GuaranteeOver,
    /// No such ticket of this person.
    NoSuchTicket,
    /// The ticket id belongs to another ticket.
    TicketIdTaken,
    /// The ticket is solved; it can be opened again.
    TicketSolved,
    /// Too many tickets of this person are open.
    TooManyTickets,
    /// A rating has one to five stars.
    BadStars,
    /// The rating was given and renewed already.
    AlreadyRated,
    /// No such rating.
    NoSuchRating,
    /// The terms of after-sales cannot be these.
    BadPolicy,
    /// The item is excepted from returns without a reason, and the buyer confirmed that for this purchase.
    NotReturnable(ReturnException),
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
        Refusal::NoSuchStep,
        Refusal::RundownChanged,
        Refusal::RundownRunning,
        Refusal::RundownNotRunning,
        Refusal::StepOver,
        Refusal::StepBegun,
        Refusal::TooManySteps,
        Refusal::RoomFull,
        Refusal::NoSuchActivity,
        Refusal::ActivityRunning,
        Refusal::ActivityOver,
        Refusal::NotShownYet,
        Refusal::AlreadyPlayed,
        Refusal::OutOfGame,
        Refusal::BadOption,
        Refusal::WrongMove,
        Refusal::BadTerms,
        Refusal::PrizeTooHigh,
        Refusal::TooManyFromDevice,
        Refusal::NotDoneYet,
        Refusal::NothingLeft,
        Refusal::StageClosed,
        Refusal::AlreadyAsked,
        Refusal::FollowersOnly,
        Refusal::QueueFull,
        Refusal::NotInLine,
        Refusal::StageFull,
        Refusal::NotInvited,
        Refusal::NotOnStage,
        Refusal::CallsClosed,
        Refusal::NoSuchCall,
        Refusal::CallTaken,
        Refusal::NoClub,
        Refusal::BadLevels,
        Refusal::SprintRunning,
        Refusal::NoSprint,
        Refusal::NotSeenHere,
        Refusal::TooManyMentions,
        Refusal::GiftsUnpaid,
        Refusal::NoSuchPhoto,
        Refusal::TooManyPhotos,
        Refusal::NoTopic,
        Refusal::PriceChanged,
        Refusal::SaleRunning,
        Refusal::NotYetOnSale,
        Refusal::WaitForBell,
        Refusal::ListClosed,
        Refusal::NoWaiting,
        Refusal::AlreadyWaiting,
        Refusal::NotWaiting,
        Refusal::BadCart,
        Refusal::OverHouseholdLimit,
        Refusal::TransferIdTaken,
        Refusal::NoSuchCampaign,
        Refusal::CampaignFixed,
        Refusal::CampaignOver,
        Refusal::CouponsGone,
        Refusal::CouponLimit,
        Refusal::NoSuchCoupon,
        Refusal::CouponsClash,
        Refusal::CouponUnfit,
        Refusal::BudgetSpent,
        Refusal::LevelTooLow,
        Refusal::GrantIdTaken,
        Refusal::OrderNotPaid,
        Refusal::AlreadyShipped,
        Refusal::NotDelivered,
        Refusal::NoSuchParcel,
        Refusal::ParcelIdTaken,
        Refusal::WrongCode,
        Refusal::NoSuchReturn,
        Refusal::ReturnIdTaken,
        Refusal::ReturnOver,
        Refusal::ReturnTooLate,
        Refusal::NotExchangeable,
        Refusal::RefundTooLarge,
        Refusal::RefundIdTaken,
        Refusal::NoSuchRefund,
        Refusal::NotCheaper,
        Refusal::GuaranteeOver,
        Refusal::NoSuchTicket,
        Refusal::TicketIdTaken,
        Refusal::TicketSolved,
        Refusal::TooManyTickets,
        Refusal::BadStars,
        Refusal::AlreadyRated,
        Refusal::NoSuchRating,
        Refusal::BadPolicy,
        Refusal::NotReturnable(ReturnException::MadeToOrder),
        Refusal::NotReturnable(ReturnException::Perishable),
        Refusal::NotReturnable(ReturnException::Unsealed),
        Refusal::NotReturnable(ReturnException::Press),
        Refusal::NotReturnable(ReturnException::Opened),
        Refusal::NotReturnable(ReturnException::Activated),
        Refusal::NotReturnable(ReturnException::Clearance),
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
            Refusal::NoSuchStep => "no-such-step",
            Refusal::RundownChanged => "rundown-changed",
            Refusal::RundownRunning => "rundown-running",
            Refusal::RundownNotRunning => "rundown-not-running",
            Refusal::StepOver => "step-over",
            Refusal::StepBegun => "step-begun",
            Refusal::TooManySteps => "too-many-steps",
            Refusal::RoomFull => "room-full",
            Refusal::NoSuchActivity => "no-such-activity",
            Refusal::ActivityRunning => "activity-running",
            Refusal::ActivityOver => "activity-over",
            Refusal::NotShownYet => "not-shown-yet",
            Refusal::AlreadyPlayed => "already-played",
            Refusal::OutOfGame => "out-of-game",
            Refusal::BadOption => "bad-option",
            Refusal::WrongMove => "wrong-move",
            Refusal::BadTerms => "bad-terms",
            Refusal::PrizeTooHigh => "prize-too-high",
            Refusal::TooManyFromDevice => "too-many-from-device",
            Refusal::NotDoneYet => "not-done-yet",
            Refusal::NothingLeft => "nothing-left",
            Refusal::StageClosed => "stage-closed",
            Refusal::AlreadyAsked => "already-asked",
            Refusal::FollowersOnly => "followers-only",
            Refusal::QueueFull => "queue-full",
            Refusal::NotInLine => "not-in-line",
            Refusal::StageFull => "stage-full",
            Refusal::NotInvited => "not-invited",
            Refusal::NotOnStage => "not-on-stage",
            Refusal::CallsClosed => "calls-closed",
            Refusal::NoSuchCall => "no-such-call",
            Refusal::CallTaken => "call-taken",
            Refusal::NoClub => "no-club",
            Refusal::BadLevels => "bad-levels",
            Refusal::SprintRunning => "sprint-running",
            Refusal::NoSprint => "no-sprint",
            Refusal::NotSeenHere => "not-seen-here",
            Refusal::TooManyMentions => "too-many-mentions",
            Refusal::GiftsUnpaid => "gifts-unpaid",
            Refusal::NoSuchPhoto => "no-such-photo",
            Refusal::TooManyPhotos => "too-many-photos",
            Refusal::NoTopic => "no-topic",
            Refusal::PriceChanged => "price-changed",
            Refusal::SaleRunning => "sale-running",
            Refusal::NotYetOnSale => "not-yet-on-sale",
            Refusal::WaitForBell => "wait-for-bell",
            Refusal::ListClosed => "list-closed",
            Refusal::NoWaiting => "no-waiting",
            Refusal::AlreadyWaiting => "already-waiting",
            Refusal::NotWaiting => "not-waiting",
            Refusal::BadCart => "bad-cart",
            Refusal::OverHouseholdLimit => "over-household-limit",
            Refusal::TransferIdTaken => "transfer-id-taken",
            Refusal::NoSuchCampaign => "no-such-campaign",
            Refusal::CampaignFixed => "campaign-fixed",
            Refusal::CampaignOver => "campaign-over",
            Refusal::CouponsGone => "coupons-gone",
            Refusal::CouponLimit => "coupon-limit",
            Refusal::NoSuchCoupon => "no-such-coupon",
            Refusal::CouponsClash => "coupons-clash",
            Refusal::CouponUnfit => "coupon-unfit",
            Refusal::BudgetSpent => "budget-spent",
            Refusal::LevelTooLow => "level-too-low",
            Refusal::GrantIdTaken => "grant-id-taken",
            Refusal::OrderNotPaid => "order-not-paid",
            Refusal::AlreadyShipped => "already-shipped",
            Refusal::NotDelivered => "not-delivered",
            Refusal::NoSuchParcel => "no-such-parcel",
            Refusal::ParcelIdTaken => "parcel-id-taken",
            Refusal::WrongCode => "wrong-code",
            Refusal::NoSuchReturn => "no-such-return",
            Refusal::ReturnIdTaken => "return-id-taken",
            Refusal::ReturnOver => "return-over",
            Refusal::ReturnTooLate => "return-too-late",
            Refusal::NotExchangeable => "not-exchangeable",
            Refusal::RefundTooLarge => "refund-too-large",
            Refusal::RefundIdTaken => "refund-id-taken",
            Refusal::NoSuchRefund => "no-such-refund",
            Refusal::NotCheaper => "not-cheaper",
            Refusal::GuaranteeOver => "guarantee-over",
            Refusal::NoSuchTicket => "no-such-ticket",
            Refusal::TicketIdTaken => "ticket-id-taken",
            Refusal::TicketSolved => "ticket-solved",
            Refusal::TooManyTickets => "too-many-tickets",
            Refusal::BadStars => "bad-stars",
            Refusal::AlreadyRated => "already-rated",
            Refusal::NoSuchRating => "no-such-rating",
            Refusal::BadPolicy => "bad-policy",
            Refusal::NotReturnable(why) => not_returnable(why),
        }
    }
}

/// A code for each exception: the sentence says which one it is.
fn not_returnable(why: ReturnException) -> &'static str {
    match why {
        ReturnException::MadeToOrder => "not-returnable-made-to-order",
        ReturnException::Perishable => "not-returnable-perishable",
        ReturnException::Unsealed => "not-returnable-unsealed",
        ReturnException::Press => "not-returnable-press",
        ReturnException::Opened => "not-returnable-opened",
        ReturnException::Activated => "not-returnable-activated",
        ReturnException::Clearance => "not-returnable-clearance",
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}
