//! Every way in which a room says no. It does not know the sentences: `web/messages` has one for every code.

use crate::ReturnException;

/// Writes every refusal down once, with its code.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// An answer to a person who asked for something that cannot be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
            /// The item is excepted from returns without a reason, and the buyer confirmed that for this purchase.
            NotReturnable(ReturnException),
        }

        impl Refusal {
            /// Every refusal, for tests that want all of them to have a sentence.
            pub const ALL: &'static [Refusal] = &[
                $(Refusal::$name,)*
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
                    $(Refusal::$name => $code,)*
                    Refusal::NotReturnable(why) => not_returnable(why),
                }
            }
        }
    };
}

refusals! {
    /// This person's role does not allow this.
    NotAllowed = "not-allowed",
    /// The room was never opened.
    NoSuchRoom = "no-such-room",
    /// The room is open already.
    RoomIsOpen = "room-is-open",
    /// A text is empty.
    TextEmpty = "text-empty",
    /// A text is too long.
    TextTooLong = "text-too-long",
    /// The person was muted for a while.
    Muted = "muted",
    /// No such comment, or it is too old to be changed.
    NoSuchComment = "no-such-comment",
    /// No such question.
    NoSuchQuestion = "no-such-question",
    /// The question was answered already.
    AlreadyAnswered = "already-answered",
    /// Follows already.
    AlreadyFollowing = "already-following",
    /// Does not follow.
    NotFollowing = "not-following",
    /// No such item in this room.
    NoSuchItem = "no-such-item",
    /// The room holds as many items as it may.
    TooManyItems = "too-many-items",
    /// A quantity that cannot be: zero, negative or too large.
    BadQuantity = "bad-quantity",
    /// An amount that cannot be: negative or too large.
    BadAmount = "bad-amount",
    /// A duration outside what is allowed.
    BadDuration = "bad-duration",
    /// The stock cannot be set below what is held and sold.
    StockBelowSold = "stock-below-sold",
    /// The item is not on sale now.
    NotOnSale = "not-on-sale",
    /// Nothing is left.
    SoldOut = "sold-out",
    /// More than one person may buy of this item.
    OverPersonLimit = "over-person-limit",
    /// The order id belongs to somebody else or to another purchase.
    OrderIdTaken = "order-id-taken",
    /// No such order of this person.
    NoSuchOrder = "no-such-order",
    /// The order can no longer be changed that way.
    OrderClosed = "order-closed",
    /// A draw is running already.
    DrawRunning = "draw-running",
    /// No such draw.
    NoSuchDraw = "no-such-draw",
    /// The draw's keyword is empty or too long.
    BadKeyword = "bad-keyword",
    /// No such prompt, or it is gone.
    NoSuchPrompt = "no-such-prompt",
    /// This occasion was dealt with already.
    IntentKnown = "intent-known",
    /// A prompt is on the host's screen already; one at a time.
    PromptShowing = "prompt-showing",
    /// The run of show has no such step.
    NoSuchStep = "no-such-step",
    /// The run of show was changed by somebody else in the meantime.
    RundownChanged = "rundown-changed",
    /// The run of show is being followed already.
    RundownRunning = "rundown-running",
    /// The run of show is not being followed.
    RundownNotRunning = "rundown-not-running",
    /// That turn of the run of show is over.
    StepOver = "step-over",
    /// What has begun cannot be changed in the run of show any more.
    StepBegun = "step-begun",
    /// More steps than a run of show may have.
    TooManySteps = "too-many-steps",
    /// The room holds as much as it may of something.
    RoomFull = "room-full",
    /// No such activity.
    NoSuchActivity = "no-such-activity",
    /// An activity of this kind is running already.
    ActivityRunning = "activity-running",
    /// Nobody may take part in this activity any more.
    ActivityOver = "activity-over",
    /// What is answered was not shown to this person yet.
    NotShownYet = "not-shown-yet",
    /// This person took part already, and that cannot be changed.
    AlreadyPlayed = "already-played",
    /// This person is out of the game.
    OutOfGame = "out-of-game",
    /// No such option, or not a number that can be meant.
    BadOption = "bad-option",
    /// This move is not one of this game.
    WrongMove = "wrong-move",
    /// The terms of the activity cannot be kept.
    BadTerms = "bad-terms",
    /// A prize is worth more than may be given.
    PrizeTooHigh = "prize-too-high",
    /// Too many people took part from this device.
    TooManyFromDevice = "too-many-from-device",
    /// Something of the task is not done yet.
    NotDoneYet = "not-done-yet",
    /// Others were faster: nothing is left of it.
    NothingLeft = "nothing-left",
    /// The stage is not open.
    StageClosed = "stage-closed",
    /// The person has asked already, or is on stage.
    AlreadyAsked = "already-asked",
    /// Only those who follow the host may ask.
    FollowersOnly = "followers-only",
    /// The line is as long as it may be.
    QueueFull = "queue-full",
    /// The person does not stand in the line.
    NotInLine = "not-in-line",
    /// Every seat is taken, or kept for somebody who is invited.
    StageFull = "stage-full",
    /// The person is not invited, or no longer.
    NotInvited = "not-invited",
    /// The person is not on stage.
    NotOnStage = "not-on-stage",
    /// No requests for calls are taken.
    CallsClosed = "calls-closed",
    /// No such request for a call, or it ended.
    NoSuchCall = "no-such-call",
    /// Somebody else took this call.
    CallTaken = "call-taken",
    /// The room has no fan club.
    NoClub = "no-club",
    /// The levels or points of a fan club cannot be these.
    BadLevels = "bad-levels",
    /// A sprint of likes is running.
    SprintRunning = "sprint-running",
    /// No sprint of likes is running.
    NoSprint = "no-sprint",
    /// Somebody is mentioned who was not seen here lately.
    NotSeenHere = "not-seen-here",
    /// More people are mentioned than one comment may.
    TooManyMentions = "too-many-mentions",
    /// Too many gifts of this person wait to be paid.
    GiftsUnpaid = "gifts-unpaid",
    /// No such photo waits or hangs here.
    NoSuchPhoto = "no-such-photo",
    /// Too many photos of this person, or of all, wait to be chosen.
    TooManyPhotos = "too-many-photos",
    /// No topic is set.
    NoTopic = "no-topic",
    /// It costs something else now than the buyer was told.
    PriceChanged = "price-changed",
    /// The item is on sale on other terms, which do not change while it is.
    SaleRunning = "sale-running",
    /// The sale has not begun yet.
    NotYetOnSale = "not-yet-on-sale",
    /// Who is served first is not drawn yet.
    WaitForBell = "wait-for-bell",
    /// Nobody gets on the list of the shuffle any more, or there is none.
    ListClosed = "list-closed",
    /// Nobody waits for this item: whoever pays first gets it.
    NoWaiting = "no-waiting",
    /// The person waits for this item already.
    AlreadyWaiting = "already-waiting",
    /// The person does not wait for this item.
    NotWaiting = "not-waiting",
    /// A cart without lines, with too many, or with an item twice.
    BadCart = "bad-cart",
    /// More than may go to one address of this item.
    OverHouseholdLimit = "over-household-limit",
    /// The id of the transfer belongs to another one.
    TransferIdTaken = "transfer-id-taken",
    /// The item is shown already.
    ShownNow = "shown-now",
    /// No such campaign, or no such code.
    NoSuchCampaign = "no-such-campaign",
    /// This of a campaign does not change any more.
    CampaignFixed = "campaign-fixed",
    /// The campaign does not run now.
    CampaignOver = "campaign-over",
    /// All coupons of the campaign are handed out.
    CouponsGone = "coupons-gone",
    /// The person got as many of these coupons as one may.
    CouponLimit = "coupon-limit",
    /// The person has no such coupon.
    NoSuchCoupon = "no-such-coupon",
    /// These coupons are not used together.
    CouponsClash = "coupons-clash",
    /// The cart does not meet what the coupon asks for.
    CouponUnfit = "coupon-unfit",
    /// Less is left in the campaign's budget than the coupon takes off.
    BudgetSpent = "budget-spent",
    /// The coupon is for a higher level of the fan club.
    LevelTooLow = "level-too-low",
    /// The id of the grant belongs to another one.
    GrantIdTaken = "grant-id-taken",
    /// The order was not paid.
    OrderNotPaid = "order-not-paid",
    /// Something of the order is on its way already.
    AlreadyShipped = "already-shipped",
    /// It was not delivered yet.
    NotDelivered = "not-delivered",
    /// No such parcel of this order.
    NoSuchParcel = "no-such-parcel",
    /// The parcel id belongs to another parcel.
    ParcelIdTaken = "parcel-id-taken",
    /// It is not the code of this pick-up.
    WrongCode = "wrong-code",
    /// No such return of this person.
    NoSuchReturn = "no-such-return",
    /// The return id belongs to another return.
    ReturnIdTaken = "return-id-taken",
    /// The return can no longer be changed that way.
    ReturnOver = "return-over",
    /// The days for a return without a reason are over.
    ReturnTooLate = "return-too-late",
    /// It cannot be exchanged for that.
    NotExchangeable = "not-exchangeable",
    /// More would go back than was paid and is left.
    RefundTooLarge = "refund-too-large",
    /// The refund id belongs to another refund.
    RefundIdTaken = "refund-id-taken",
    /// No such refund.
    NoSuchRefund = "no-such-refund",
    /// The item costs no less than what was paid.
    NotCheaper = "not-cheaper",
    /// No price is guaranteed for this order, or no longer.
    GuaranteeOver = "guarantee-over",
    /// No such ticket of this person.
    NoSuchTicket = "no-such-ticket",
    /// The ticket id belongs to another ticket.
    TicketIdTaken = "ticket-id-taken",
    /// The ticket is solved; it can be opened again.
    TicketSolved = "ticket-solved",
    /// Too many tickets of this person are open.
    TooManyTickets = "too-many-tickets",
    /// A rating has one to five stars.
    BadStars = "bad-stars",
    /// The rating was given and renewed already.
    AlreadyRated = "already-rated",
    /// No such rating.
    NoSuchRating = "no-such-rating",
    /// The terms of after-sales cannot be these.
    BadPolicy = "bad-policy",
    /// The rule says something else by now, or nothing.
    RuleChanged = "rule-changed",
    /// What is left of the rule's budget is not enough.
    RuleBudgetSpent = "rule-budget-spent",
    /// The prompt was put off as often as it can be.
    PutOffTwice = "put-off-twice",
    /// The host refused this rule so often that it is quiet for the rest of the show.
    RuleQuiet = "rule-quiet",
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
