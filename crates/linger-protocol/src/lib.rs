//! The words of the house: ids, money, time, what may be asked of a room ([`Request`]), what may be told to it
//! ([`Report`]), what it decides ([`Event`]), how it says no ([`Refusal`]) and why something automatic was done
//! ([`Intent`]), together with the encoding in which events stand in the log.
//!
//! It does not know any behaviour: what a request leads to is the room's business.
//!
//! # Evolution
//!
//! Invariant: an event that has ever been written never changes its meaning. Variants and fields carry explicit
//! numbers; a new meaning is a new variant or a new optional field with the next free number, and a number is never
//! used again. The golden files under `tests/golden/` are old logs that every later version must read.

mod activity;
mod care;
mod cared;
mod cause;
mod club;
mod coupon;
mod deed;
mod event;
mod gathered;
mod id;
mod intent;
mod lane;
mod money;
mod offer;
mod played;
mod promise;
mod refusal;
mod report;
mod request;
mod ruled;
mod rundown;
mod sale;
mod seal;
mod seat;
mod shop;
mod talk;
mod time;

pub use activity::{ActivityAct, Choice, Game, Move, Prize, QuizQuestion, Slice, Terms};
pub use care::{CareAct, ItemUnits, OrderStage, ReturnReason, TicketTopic, Way};
pub use cared::{CareEvent, OwedReason};
pub use cause::Cause;
pub use club::{ClubAct, ClubEvent, ClubTask, TaskPoints, Watch};
pub use coupon::{Campaign, CouponAct, CouponEvent, CouponKind, GrantCause, OpenTo, Period, Stacks};
pub use deed::{Claim, Deed, Drawn, Proposed, Sign};
pub use event::{Answered, Arrival, Departure, Entry, Event, Item, LeaveReason, OffReason};
pub use gathered::{CardTouch, Lookers, Quality};
pub use id::{
    ActivityId, BadId, CampaignId, CommentId, DrawId, GiftId, GrantId, ImageId, ItemId, OrderId, ParcelId,
    PaymentId, PersonId, PromptId, QuestionId, RatingId, RefundId, ReturnId, RoomId, SessionId, TicketId,
    TransferId,
};
pub use intent::{Arm, Intent, IntentId, PromptEnd, Proposal};
pub use lane::Lane;
pub use money::{Currency, Money};
pub use offer::{FirstGift, PriceStep, SaleMode, SaleTerms, Unlock};
pub use played::{ActivityEvent, GameStep, Outcome, Play, Share, Spin};
pub use promise::{CarePolicy, ServiceHours};
pub use refusal::Refusal;
pub use report::Report;
pub use request::{Act, Actor, Limits, Request, Role, Spoken, Topic};
pub use ruled::{RuleAct, RuleEvent};
pub use rundown::{Begun, Rundown, RundownAct, RundownEvent, Step};
pub use sale::{Cart, CartLine, CartOrder, Cut, Delivery, SaleAct, SaleEvent, ShippingFee, WaitEnd, Wanted};
pub use seal::{KeyId, Sealed};
pub use seat::{CallEnd, CallOutcome, NoCall, SeatAct, SeatEnd, SeatEvent, WhoMayAsk};
pub use shop::{OrderLine, RefundReason, ReturnException, ReturnRule};
pub use talk::{TalkAct, TalkEvent};
pub use time::Millis;
