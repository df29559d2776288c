//! The run of show on the wire: the document, what may be asked while it runs, and what is told of it to whom. Does not
//! know how a room follows it.

use super::WireAct;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A run of show.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RundownWire {
    /// What it is called, at most 120 characters; may be empty.
    #[serde(default)]
    pub title: String,
    /// How long before its start a climax is announced, in ms: one to two minutes.
    #[serde(default = "ahead_ms")]
    pub ahead_ms: u64,
    /// After how long without a climax the host is warned, in ms: 5 to 60 minutes.
    #[serde(default = "quiet_ms")]
    pub quiet_ms: u64,
    /// For rehearsals: every length is divided by this, 1 to 120.
    #[serde(default = "pace")]
    pub pace: u32,
    /// The steps in order, at most 200.
    pub steps: Vec<RundownStep>,
}

fn ahead_ms() -> u64 {
    linger_protocol::Rundown::default().ahead_ms
}

fn quiet_ms() -> u64 {
    linger_protocol::Rundown::default().quiet_ms
}

fn pace() -> u32 {
    linger_protocol::Rundown::default().pace
}

/// One step of a run of show.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RundownStep {
    /// What it is called, at most 120 characters. Viewers read a climax's title.
    pub title: String,
    /// The product, of the room's shelf, whose card is over the picture as long as the step lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// What the host wants to say: at most 12 of 200 characters each.
    #[serde(default)]
    pub points: Vec<String>,
    /// How long it lasts, in ms: a second to six hours.
    pub lasts_ms: u64,
    /// Whether it is one of the moments that people stay for: it is announced ahead.
    #[serde(default)]
    pub climax: bool,
    /// What is done when it begins: an announcement, a card, a sale or a draw. At most 2,000 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<WireAct>,
}

/// What a host asks of the run of show.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RundownAsk {
    /// Begin to follow the document.
    Start {
        /// At which step, from 0.
        #[serde(default)]
        step: u32,
    },
    /// Go on to the next step now.
    Next {
        /// The turn that is meant, so that asking twice skips one step only.
        turn: u32,
    },
    /// Stay in this step: time stands still.
    Hold,
    /// Time goes on.
    Resume,
    /// Begin this step anew.
    Repeat {
        /// The turn that is meant.
        turn: u32,
    },
    /// Leave the document for a while; the rest of this step follows afterwards.
    Improvise {
        /// What it is about.
        title: String,
        /// For how long, in ms.
        lasts_ms: u64,
    },
    /// Go on with another step.
    Jump {
        /// Which, from 0.
        step: u32,
    },
    /// Give this step more time.
    Extend {
        /// How much, in ms.
        ms: u64,
    },
    /// Follow the document no longer.
    Stop,
}

/// How a climax stands to its viewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClimaxState {
    /// It comes.
    Coming,
    /// It comes, and the host keeps it waiting.
    Held,
    /// It is on.
    On,
}

/// The moment that people stay for, as far as it was announced.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ClimaxWire {
    /// What it is called.
    pub title: String,
    /// The product it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// How it stands.
    pub state: ClimaxState,
    /// When it starts; when it is on, when it ends. Absent while time stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

/// Staff: where the room stands in its run of show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct RunWire {
    /// The how-manyeth beginning of a step in this room.
    pub turn: u32,
    /// Which step, from 0; while something is put in between, the step whose rest follows it.
    pub step: u32,
    /// What is put in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<String>,
    /// What is left of the step that it interrupted, in ms.
    pub rest_ms: u64,
    /// When it began.
    pub at: i64,
    /// When its time will be over; absent while time stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// What is left of it while time stands still, in ms.
    pub left_ms: u64,
    /// Whether the climax that follows was announced.
    pub announced: bool,
    /// Since when there was no climax.
    pub quiet_since: i64,
    /// Whether the host was warned of that.
    pub warned: bool,
    /// Why the step's activity could not be carried out, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Staff: the run of show with where the room stands in it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct BackstageWire {
    /// The document's version.
    pub version: u32,
    /// The document.
    pub rundown: RundownWire,
    /// Where the room stands; absent when it follows none.
    pub run: Option<RunWire>,
}

/// A run of show as it is read.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RundownRead {
    /// Its version; zero when there is none yet.
    pub version: u32,
    /// The document.
    pub rundown: RundownWire,
}

/// A run of show to be put in place of the one before.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RundownPut {
    /// The version that it was made from; zero when there was none.
    pub after: u32,
    /// The document.
    pub rundown: RundownWire,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct RundownProblem {
    /// The step, from 1, or the line of a table, the header being line 1; zero when it is about the whole.
    pub line: u32,
    /// The field or column.
    pub field: String,
    /// What is wrong, as a code.
    pub code: String,
}

/// A document that was not taken.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RundownRefused {
    /// `bad-rundown`; another where an address or a parameter is wrong, which has no problems by line then.
    pub code: String,
    /// What is wrong, at most 50.
    #[serde(default)]
    pub problems: Vec<RundownProblem>,
}

/// A run of show to begin with.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RundownTemplate {
    /// Its code.
    pub id: String,
    /// The document. Steps that are about a product have none yet.
    pub rundown: RundownWire,
    /// The steps, from 0, that are about a product each.
    pub products: Vec<Vec<u32>>,
}
