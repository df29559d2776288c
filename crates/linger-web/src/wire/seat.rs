//! The stage and calls on the wire: what is asked, what everybody sees, what staff see, what one person sees. It does
//! not know who gets in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked about the stage and about calls.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SeatAsk {
    /// Ask to come on stage.
    AskForStage {
        /// A few words for those who run the show, at most 80 characters.
        #[serde(default)]
        note: Option<String>,
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
        /// Whether you are muted.
        muted: bool,
    },
    /// Open the stage, or change how it is open (staff).
    OpenStage {
        /// Seats beside the host's, 1 to 8.
        seats: u8,
        /// Who may ask.
        who: WhoMayAskWire,
    },
    /// Close the stage (staff).
    CloseStage,
    /// Invite somebody of the line (staff).
    Invite {
        /// Who.
        person: String,
    },
    /// Say no to somebody of the line, or take an invitation back (staff).
    Decline {
        /// Who.
        person: String,
    },
    /// Take somebody off the stage (staff).
    Remove {
        /// Who.
        person: String,
    },
    /// Put somebody one place further to the front (staff).
    MoveUp {
        /// Who.
        person: String,
    },
    /// Whether somebody on stage may be heard (staff).
    SetMuted {
        /// Who.
        person: String,
        /// Whether they are muted.
        muted: bool,
    },
    /// Take requests for calls (staff).
    OpenCalls {
        /// Within how many minutes the shop promises to call; no promise when absent.
        #[serde(default)]
        promise_min: Option<u32>,
    },
    /// Take no more requests for calls (staff).
    CloseCalls,
    /// Ask for a call with an adviser.
    AskForCall {
        /// What it is about, at most 200 characters; only staff read it.
        topic: String,
        /// The item it is about.
        #[serde(default)]
        item: Option<u64>,
    },
    /// Want no call any more.
    WithdrawCall,
    /// Take a call on oneself (staff).
    TakeCall {
        /// Who asked for it.
        person: String,
    },
    /// Say how a call ended (staff).
    CallDone {
        /// Who had asked for it.
        person: String,
        /// How.
        outcome: CallOutcomeWire,
    },
    /// Say no to a request for a call (staff).
    DeclineCall {
        /// Who asked for it.
        person: String,
        /// Why.
        reason: NoCallWire,
    },
}

/// Who may ask to come on stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhoMayAskWire {
    /// Everybody who watches.
    #[default]
    Everybody,
    /// Those who follow the host.
    Followers,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcomeWire {
    /// They talked, and that was it.
    Helped,
    /// They talked, and something is still to be done.
    FollowUp,
    /// They could not be reached.
    NotReached,
}

/// Why there is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoCallWire {
    /// Nobody is free.
    NobodyFree,
    /// The answer is in the room or on the product's page.
    AnsweredOtherwise,
    /// It is nothing this room can help with.
    NotOurs,
}

/// The stage as everybody sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct StageWire {
    /// Whether people can ask to come on it.
    pub open: bool,
    /// Seats beside the host's.
    pub seats: u8,
    /// Who may ask.
    pub who: WhoMayAskWire,
    /// Who is on it beside the host, by seat.
    pub on_stage: Vec<OnStageWire>,
    /// How many wait.
    pub waiting: u32,
    /// Whether requests for calls are taken.
    pub calls_open: bool,
    /// Within how many minutes the shop promises to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise_min: Option<u32>,
}

/// Somebody on stage.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct OnStageWire {
    /// Their seat, from 1; the host's is 0.
    pub seat: u8,
    /// Who.
    pub person: String,
    /// Their name; empty when erased.
    pub name: String,
    /// Whether staff have muted them.
    pub muted: bool,
    /// Whether they have muted themselves; they are heard when neither stands.
    #[serde(default)]
    pub self_muted: bool,
    /// Since when.
    pub since: i64,
}

/// The stage and calls as staff see them.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct SeatDeskWire {
    /// Who is invited, then who waits, the next one first; at most 50.
    pub line: Vec<InLineWire>,
    /// Calls that were taken, then those that wait, the next one first; at most 50.
    pub calls: Vec<CallWire>,
    /// How many calls wait.
    pub calls_waiting: u32,
    /// How it went so far.
    pub figures: SeatFigures,
}

/// Somebody who waits for the stage, or is invited.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct InLineWire {
    /// Who.
    pub person: String,
    /// Their name; empty when erased.
    pub name: String,
    /// What they wrote; may be empty.
    pub note: String,
    /// Higher before lower.
    pub priority: u8,
    /// Since when.
    pub at: i64,
    /// Until when they are invited; absent while they wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_until: Option<i64>,
}

/// A request for a call.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CallWire {
    /// Who asked for it.
    pub person: String,
    /// Their name; empty when erased.
    pub name: String,
    /// What it is about; empty when erased.
    pub topic: String,
    /// The item it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// When it was asked for.
    pub at: i64,
    /// When it ends by itself.
    pub until: i64,
    /// Who took it; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
}

/// How asking for the stage and for calls went in this room so far.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct SeatFigures {
    /// Different people who asked for the stage or for a call.
    pub people: u32,
    /// Times somebody asked for the stage.
    pub asked: u32,
    /// Times somebody was invited.
    pub invited: u32,
    /// Times an invitation was accepted.
    pub accepted: u32,
    /// Mean time from asking to being invited, ms; absent when nobody was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms_mean: Option<u64>,
    /// Times somebody asked for a call.
    pub calls_asked: u32,
    /// Calls that were taken.
    pub calls_taken: u32,
    /// Mean time from asking for a call to its being taken, ms; absent when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_wait_ms_mean: Option<u64>,
}

/// Where somebody is between watching and being on stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MyStage {
    /// They watch.
    #[default]
    Watching,
    /// They asked, and wait.
    Waiting,
    /// They are invited.
    Invited,
    /// They are on stage.
    OnStage,
}

/// How somebody's asking for the stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeatEndWire {
    /// They asked no longer.
    Withdrawn,
    /// Those who run the show said no.
    Declined,
    /// They did not want to, being invited.
    TurnedDown,
    /// They did not answer the invitation in time.
    Expired,
    /// They left the stage.
    Left,
    /// They were taken off the stage.
    Removed,
    /// They were in the room no longer.
    Gone,
    /// The stage was closed.
    Closed,
}

/// How somebody's request for a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallEndWire {
    /// They talked.
    Done,
    /// They could not be reached.
    NotReached,
    /// Declined: nobody is free.
    NobodyFree,
    /// Declined: the answer is in the room or on the product's page.
    AnsweredOtherwise,
    /// Declined: it is nothing this room can help with.
    NotOurs,
    /// Nobody took it in time.
    Expired,
    /// They wanted it no longer.
    Withdrawn,
    /// Calls were closed while it waited.
    Closed,
}

/// The stage and calls as they concern one person.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct MySeatWire {
    /// Where they are.
    pub stage: MyStage,
    /// Their place in the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Until when they are invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// Whether staff have muted them on stage.
    #[serde(default)]
    pub muted: bool,
    /// Whether they have muted themselves there.
    #[serde(default)]
    pub self_muted: bool,
    /// How their last asking ended, while they only watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<SeatEndWire>,
    /// The call they asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<MyCallWire>,
    /// How their last request for a call ended, while there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ended: Option<CallEndWire>,
}

/// A call as whoever asked for it sees it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct MyCallWire {
    /// The item it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// Its place among those that wait, from 1; absent once it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Until when it waits, or goes on.
    pub until: i64,
    /// Whether somebody took it.
    pub taken: bool,
}

/// The stage and calls in the view of a room.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct SeatView {
    /// What everybody sees.
    pub stage: StageWire,
    /// Staff: line, calls, figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<SeatDeskWire>,
}
