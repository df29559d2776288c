//! The messages of the room's socket. Does not know when they are sent.

use super::{Answer, FlagWire, InsightWire, RoleName, RoomView, StepWire, WireAct, WireEvent};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a viewer's device tells about picture and sound, for the time since it last told.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QualityTold {
    /// Time to first frame in ms, once per start.
    pub first_frame_ms: Option<u32>,
    /// Stalls.
    pub stalls: u32,
    /// Milliseconds stalled.
    pub stalled_ms: u32,
    /// Milliseconds watched, stalls included.
    pub watched_ms: u32,
    /// Delay of the jitter buffer in ms.
    pub delay_ms: Option<u32>,
    /// The picture could not be started.
    pub failed: bool,
}

/// From client to server: one JSON object a text frame, at most 4 KiB.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "t", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromClient {
    /// The first message, within five seconds.
    Hello {
        /// A room token. Staff leave it out: the session cookie speaks for them.
        #[serde(default)]
        token: Option<String>,
        /// The position up to which the client knows the room, to go on from there.
        #[serde(default)]
        from: Option<String>,
        /// Staff: send figures every second.
        #[serde(default)]
        insight: bool,
        /// Watch without being counted: the studio and the control room.
        #[serde(default)]
        quiet: bool,
        /// Pages of other sites and programs: the device token that an earlier welcome gave. Our own pages have it in a cookie.
        #[serde(default)]
        device: Option<String>,
    },
    /// Ask for a change.
    Ask {
        /// The client's number for the answer.
        id: u32,
        /// What is asked.
        act: WireAct,
    },
    /// Likes since the last such message, at most 50.
    Likes {
        /// How many.
        n: u32,
    },
    /// Cheers for a side of a PK since the last such message, at most 50.
    Cheer {
        /// The PK.
        activity: u32,
        /// The side: 0 or 1.
        side: u8,
        /// How many.
        n: u32,
    },
    /// A card was seen for a second or longer.
    Seen {
        /// The item.
        item: u64,
    },
    /// A card was clicked.
    Clicked {
        /// The item.
        item: u64,
    },
    /// A product's page is open, or none any more.
    Looking {
        /// The item.
        #[serde(default)]
        item: Option<u64>,
    },
    /// How picture and sound arrive.
    Quality {
        /// The figures.
        told: QualityTold,
    },
    /// Asks for a pong.
    Ping {
        /// Comes back as it is.
        n: u32,
    },
    /// The person closes the room.
    Bye,
}

/// From server to client: one JSON object a text frame.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum ToClient {
    /// The answer to hello.
    Welcome {
        /// Who you are.
        person: String,
        /// The name that is shown.
        name: String,
        /// What you are here.
        role: RoleName,
        /// Where the room's log stands.
        position: String,
        /// Whether everything since the `from` you gave follows; otherwise start anew from `view`.
        recovered: bool,
        /// The room as it stands; absent when recovered.
        view: Option<Box<RoomView>>,
        /// The server's clock, ms.
        server_time: i64,
        /// Answer or ask something at least this often, s.
        heartbeat_s: u32,
        /// A device token to be kept and said in the next hello: given once, to who came without one and has no cookie.
        #[serde(skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// What experiments set for you, by flag; every other flag is as the page has it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        flags: BTreeMap<String, FlagWire>,
    },
    /// What experiments set for you from now on, in place of what they set before.
    Flags {
        /// By flag.
        flags: BTreeMap<String, FlagWire>,
    },
    /// What happened, in the one order of the room.
    Events {
        /// Where the room's log stands after these.
        position: String,
        /// The server's clock, ms.
        at: i64,
        /// The events.
        events: Vec<WireEvent>,
    },
    /// What happened to you alone, or is meant for staff; part of the position of the events before it.
    Yours {
        /// The events.
        events: Vec<WireEvent>,
    },
    /// The answer to an ask.
    Answer {
        /// The client's number.
        id: u32,
        /// The answer, when it was accepted.
        #[serde(skip_serializing_if = "Option::is_none")]
        done: Option<Answer>,
        /// The code of the refusal, when it was not.
        #[serde(skip_serializing_if = "Option::is_none")]
        refusal: Option<String>,
        /// After how many ms to try again, where that helps.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
    /// Staff: all figures of the running show.
    Insight {
        /// The figures.
        #[serde(flatten)]
        insight: Box<InsightWire>,
    },
    /// Staff: what one more second added.
    InsightStep {
        /// The step.
        #[serde(flatten)]
        step: Box<StepWire>,
    },
    /// The answer to a ping.
    Pong {
        /// As it came.
        n: u32,
        /// The server's clock, ms.
        at: i64,
    },
    /// Something in what you sent is wrong; the connection goes on.
    Fault {
        /// A code with a sentence in `web/messages`.
        code: String,
        /// The field, where one is to blame.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
    /// The server ends the connection.
    Bye {
        /// Why: `slow`, `too-many`, `expired`, `stopping`, `bad-hello`, `too-large`, `flood`.
        code: String,
        /// After how many ms to come back; absent when coming back makes no sense.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
}
