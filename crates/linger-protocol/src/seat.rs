//! Heavy taking part: asking to come on stage, and asking for a call with an adviser. What may be asked, by whom, and
//! what comes of it. It does not know picture or sound: a seat is a place on the list, not a connection.

use crate::{ItemId, Limits, Millis, PersonId, Role, Sealed, Spoken};
use minicbor::{Decode, Encode};

/// What is asked for about the stage and about calls.
#[derive(Clone, Debug, PartialEq)]
pub enum SeatAct {
    /// Ask to come on stage.
    AskForStage {
        /// Name and a few words for those who run the show; the words may be missing. At most [`Limits::NOTE_CHARS`].
        note: Spoken,
        /// Who comes first: higher before lower, then in order of asking. Filled in by the edge, never by the person.
        priority: u8,
    },
    /// Ask no longer.
    WithdrawAsk,
    /// Come on stage, being invited.
    AcceptSeat,
    /// Not come on stage, being invited.
    DeclineSeat,
    /// Leave the stage.
    LeaveStage,
    /// Being on stage, be heard no longer, or again.
    MuteSelf {
        /// Whether they are muted.
        muted: bool,
    },
    /// Open the stage, or change how it is open.
    OpenStage {
        /// Seats beside the host's, 1 to [`Limits::SEATS_MAX`].
        seats: u8,
        /// Who may ask.
        who: WhoMayAsk,
    },
    /// Close the stage: everybody on it and in the line goes.
    CloseStage,
    /// Invite somebody of the line, whatever their place.
    Invite {
        /// Who.
        person: PersonId,
    },
    /// Say no to somebody of the line, or take an invitation back.
    Decline {
        /// Who.
        person: PersonId,
    },
    /// Take somebody off the stage.
    Remove {
        /// Who.
        person: PersonId,
    },
    /// Put somebody one place further to the front of the line.
    MoveUp {
        /// Who.
        person: PersonId,
    },
    /// Whether somebody on stage may be heard. What they decided for themselves stays as it is.
    SetMuted {
        /// Who.
        person: PersonId,
        /// Whether they are muted.
        muted: bool,
    },
    /// Take requests for calls, or change what is promised with them.
    OpenCalls {
        /// Within how many minutes the shop promises to call; no promise is made when absent.
        promise_min: Option<u32>,
    },
    /// Take no more requests for calls; those that wait end.
    CloseCalls,
    /// Ask for a call with an adviser.
    AskForCall {
        /// Name and what it is about, at most [`Limits::COMMENT_CHARS`].
        topic: Spoken,
        /// The item it is about.
        item: Option<ItemId>,
        /// As in [`SeatAct::AskForStage`].
        priority: u8,
    },
    /// Want no call any more.
    WithdrawCall,
    /// Take a call on oneself.
    TakeCall {
        /// Who asked for it.
        person: PersonId,
    },
    /// Say how a call that was taken ended.
    CallDone {
        /// Who had asked for it.
        person: PersonId,
        /// How.
        outcome: CallOutcome,
    },
    /// Say no to a request for a call.
    DeclineCall {
        /// Who asked for it.
        person: PersonId,
        /// Why.
        reason: NoCall,
    },
}

impl SeatAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        use Role::{Admin, Host, Moderator, Operator, Viewer};
        let roles: &[Role] = match self {
            // The stage is for guests: those who run the room are there already, or can be.
            SeatAct::AskForStage { .. }
            | SeatAct::WithdrawAsk
            | SeatAct::AcceptSeat
            | SeatAct::DeclineSeat
            | SeatAct::LeaveStage
            | SeatAct::MuteSelf { .. }
            | SeatAct::AskForCall { .. }
            | SeatAct::WithdrawCall => &[Viewer],
            SeatAct::Invite { .. }
            | SeatAct::Decline { .. }
            | SeatAct::Remove { .. }
            | SeatAct::MoveUp { .. }
            | SeatAct::SetMuted { .. }
            | SeatAct::OpenStage { .. }
            | SeatAct::CloseStage
            | SeatAct::OpenCalls { .. }
            | SeatAct::CloseCalls
            | SeatAct::TakeCall { .. }
            | SeatAct::CallDone { .. }
            | SeatAct::DeclineCall { .. } => &[Moderator, Host, Operator, Admin],
        };
        roles.contains(&role)
    }
}

/// Who may ask to come on stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum WhoMayAsk {
    /// Everybody who watches.
    #[n(0)]
    Everybody,
    /// Those who follow the host.
    #[n(1)]
    Followers,
}

/// How somebody's asking for the stage ended. Each asking ends once, and in one of these ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum SeatEnd {
    /// They asked no longer.
    #[n(0)]
    Withdrawn,
    /// Those who run the show said no.
    #[n(1)]
    Declined,
    /// They did not want to, being invited.
    #[n(2)]
    TurnedDown,
    /// They did not answer the invitation in time.
    #[n(3)]
    Expired,
    /// They left the stage.
    #[n(4)]
    Left,
    /// They were taken off the stage.
    #[n(5)]
    Removed,
    /// They were in the room no longer.
    #[n(6)]
    Gone,
    /// The stage was closed.
    #[n(7)]
    Closed,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum CallOutcome {
    /// They talked, and that was it.
    #[n(0)]
    Helped,
    /// They talked, and something is still to be done.
    #[n(1)]
    FollowUp,
    /// They could not be reached.
    #[n(2)]
    NotReached,
}

/// Why there is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum NoCall {
    /// Nobody is free.
    #[n(0)]
    NobodyFree,
    /// The answer is in the room or on the product's page.
    #[n(1)]
    AnsweredOtherwise,
    /// It is nothing this room can help with.
    #[n(2)]
    NotOurs,
}

/// How a request for a call ended. Each ends once, and in one of these ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CallEnd {
    /// It was taken, and is done.
    #[n(0)]
    Done {
        /// How it went.
        #[n(0)]
        outcome: CallOutcome,
    },
    /// It was declined.
    #[n(1)]
    Declined {
        /// Why.
        #[n(0)]
        reason: NoCall,
    },
    /// Its time was over: nobody took it, or nobody said how it ended.
    #[n(2)]
    Expired,
    /// They wanted it no longer.
    #[n(3)]
    Withdrawn,
    /// Calls were closed while it waited.
    #[n(4)]
    Closed,
}

/// What a room decided about its stage and its calls.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum SeatEvent {
    /// The stage is open, or open in another way.
    #[n(0)]
    StageOpened {
        /// Seats beside the host's.
        #[n(0)]
        seats: u8,
        /// Who may ask.
        #[n(1)]
        who: WhoMayAsk,
    },
    /// The stage is closed. Everybody's end stands before it.
    #[n(1)]
    StageClosed,
    /// Somebody asks to come on stage.
    #[n(2)]
    StageAsked {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Name and note, under the person's key.
        #[n(1)]
        note: Sealed,
        /// Higher before lower.
        #[n(2)]
        priority: u8,
        /// Their place in the line, from 0.
        #[n(3)]
        place: u32,
    },
    /// Somebody of the line is one place further to the front.
    #[n(3)]
    MovedUp {
        /// Who.
        #[n(0)]
        person: PersonId,
    },
    /// Somebody of the line is invited: a seat is kept for them.
    #[n(4)]
    Invited {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Until when.
        #[n(1)]
        until: Millis,
    },
    /// Somebody who was invited is on stage.
    #[n(5)]
    Seated {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Their seat, from 1; the host's is 0.
        #[n(1)]
        seat: u8,
    },
    /// Whether somebody on stage may be heard.
    #[n(6)]
    SeatMuted {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Whether they are muted.
        #[n(1)]
        muted: bool,
    },
    /// Somebody is in the line, invited or on stage no longer.
    #[n(7)]
    SeatEnded {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// How it ended.
        #[n(1)]
        end: SeatEnd,
    },
    /// Requests for calls are taken, or with another promise.
    #[n(8)]
    CallsOpened {
        /// Within how many minutes the shop promises to call.
        #[n(0)]
        promise_min: Option<u32>,
    },
    /// No requests for calls are taken. The ends of those that waited stand before it.
    #[n(9)]
    CallsClosed,
    /// Somebody asks for a call.
    #[n(10)]
    CallAsked {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Name and topic, under the person's key.
        #[n(1)]
        topic: Sealed,
        /// The item it is about.
        #[n(2)]
        item: Option<ItemId>,
        /// Higher before lower.
        #[n(3)]
        priority: u8,
        /// Its place among those that wait, from 0.
        #[n(4)]
        place: u32,
        /// Until when it waits.
        #[n(5)]
        until: Millis,
    },
    /// Somebody took a call on themselves.
    #[n(11)]
    CallTaken {
        /// Who had asked for it.
        #[n(0)]
        person: PersonId,
        /// Who took it.
        #[n(1)]
        by: PersonId,
        /// Until when they can say how it ended.
        #[n(2)]
        until: Millis,
    },
    /// A request for a call ended.
    #[n(12)]
    CallEnded {
        /// Who had asked for it.
        #[n(0)]
        person: PersonId,
        /// How.
        #[n(1)]
        end: CallEnd,
    },
    /// Somebody on stage does not want to be heard, or wants to again.
    #[n(13)]
    SelfMuted {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Whether they are muted.
        #[n(1)]
        muted: bool,
    },
}

impl Limits {
    /// Characters of a note to those who run the show.
    pub const NOTE_CHARS: usize = 80;
    /// Seats of a stage beside the host's.
    pub const SEATS_MAX: u8 = 8;
    /// Minutes of a promise to call: one week.
    pub const PROMISE_MIN_MAX: u32 = 7 * 24 * 60;
}
