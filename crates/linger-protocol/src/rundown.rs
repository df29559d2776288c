//! The run of show: the document that says what comes when, what may be asked about it, and what came of it. It does not
//! know how a room follows it.

use crate::{Act, ItemId, Limits, Millis, Role};
use minicbor::{Decode, Encode};

/// A run of show: what happens on stage, in order, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Rundown {
    /// What it is called, at most [`Limits::TITLE_CHARS`]; may be empty.
    #[n(0)]
    pub title: String,
    /// The steps in order, at most [`Limits::STEPS_MAX`].
    #[n(1)]
    pub steps: Vec<Step>,
    /// How long before its start a climax is announced, within [`Limits::AHEAD_MS_MIN`] and [`Limits::AHEAD_MS_MAX`].
    #[n(2)]
    pub ahead_ms: u64,
    /// After how long without a climax the host is warned, within [`Limits::QUIET_MS_MIN`] and
    /// [`Limits::QUIET_MS_MAX`].
    #[n(3)]
    pub quiet_ms: u64,
    /// For rehearsals: every length is divided by this, 1 to [`Limits::PACE_MAX`].
    #[n(4)]
    pub pace: u32,
}

impl Default for Rundown {
    fn default() -> Rundown {
        Rundown { title: String::new(), steps: vec![], ahead_ms: 90_000, quiet_ms: 18 * 60_000, pace: 1 }
    }
}

/// One step of a run of show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Step {
    /// What it is called, at most [`Limits::TITLE_CHARS`]. Viewers read a climax's title.
    #[n(0)]
    pub title: String,
    /// The product whose card is over the picture as long as the step lasts.
    #[n(1)]
    pub item: Option<ItemId>,
    /// What the host wants to say: at most [`Limits::POINTS_MAX`] of [`Limits::POINT_CHARS`] each.
    #[n(2)]
    pub points: Vec<String>,
    /// How long it lasts, within [`Limits::STEP_MS_MIN`] and [`Limits::STEP_MS_MAX`].
    #[n(3)]
    pub lasts_ms: u64,
    /// Whether it is one of the moments that people stay for: it is announced ahead.
    #[n(4)]
    pub climax: bool,
    /// What is done when it begins: an ask as it goes over the wire, at most [`Limits::ACTIVITY_BYTES`]. The room does not
    /// read it.
    #[n(5)]
    pub activity: Option<String>,
}

/// What may be asked about the run of show.
#[derive(Clone, Debug, PartialEq)]
pub enum RundownAct {
    /// Put this document in place of the one before. While it runs, what has begun stays as it is.
    Set {
        /// The document.
        rundown: Box<Rundown>,
        /// The version that it was made from; zero when there was none.
        after: u32,
    },
    /// Begin to follow the document.
    Start {
        /// At which step, from 0.
        step: u32,
    },
    /// Go on to the next step before the time of this one is over.
    Next {
        /// The turn that is meant, so that asking twice, or just when its time is over, skips one step only.
        turn: u32,
    },
    /// Stay in this step: its time, and that of everything after it, stands still.
    Hold,
    /// Time goes on.
    Resume,
    /// Begin this step anew.
    Repeat {
        /// The turn that is meant.
        turn: u32,
    },
    /// Leave the document for a while; afterwards the rest of this step follows.
    Improvise {
        /// What it is about, at most [`Limits::TITLE_CHARS`].
        title: String,
        /// For how long.
        lasts_ms: u64,
    },
    /// Go on with another step.
    Jump {
        /// Which, from 0.
        step: u32,
    },
    /// Give this step more time.
    Extend {
        /// How much.
        ms: u64,
    },
    /// Follow the document no longer.
    Stop,
    /// The house carries out a step's activity: what comes of it, and that it was done, stand in the log together.
    Carry {
        /// The turn whose activity it is.
        turn: u32,
        /// What is to be done; or, as a code, why it cannot be.
        act: Result<Box<Act>, String>,
    },
}

impl RundownAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        let roles: &[Role] = match self {
            RundownAct::Set { .. } => &[Role::Operator, Role::Admin],
            RundownAct::Carry { .. } => &[Role::Admin],
            _ => &[Role::Host, Role::Operator, Role::Admin],
        };
        roles.contains(&role)
    }
}

/// How a step came to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Begun {
    /// The time of the one before was over.
    #[n(0)]
    InTurn,
    /// Somebody asked for it.
    #[n(1)]
    Asked,
    /// Its rest follows after something else was put in between.
    #[n(2)]
    Returned,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum RundownEvent {
    /// There is a new document.
    #[n(0)]
    Set {
        /// Its version, from 1.
        #[n(0)]
        version: u32,
        /// The document.
        #[n(1)]
        rundown: Box<Rundown>,
    },
    /// A step began. The one before, if any, is over.
    #[n(1)]
    StepStarted {
        /// The how-manyeth beginning of this room, from 1.
        #[n(0)]
        turn: u32,
        /// Which step, from 0; while something is put in between, the step whose rest follows it.
        #[n(1)]
        step: u32,
        /// What is put in between.
        #[n(2)]
        free: Option<String>,
        /// How it came to begin.
        #[n(3)]
        begun: Begun,
        /// When it began by the document's time; never later than now.
        #[n(4)]
        at: Millis,
        /// When its time will be over.
        #[n(5)]
        until: Millis,
        /// Since when there was no climax.
        #[n(6)]
        quiet_since: Millis,
    },
    /// Time stands still, with so much of the step left.
    #[n(2)]
    Held {
        /// What is left.
        #[n(0)]
        left_ms: u64,
    },
    /// Time goes on, or the step got more of it.
    #[n(3)]
    Retimed {
        /// When the step's time will be over.
        #[n(0)]
        until: Millis,
    },
    /// Everybody is told that a climax follows this step.
    #[n(4)]
    ClimaxAnnounced {
        /// The climax.
        #[n(0)]
        step: u32,
        /// When it starts, unless the host decides otherwise.
        #[n(1)]
        starts_at: Millis,
    },
    /// The host is warned that there was no climax for long.
    #[n(5)]
    Warned {
        /// Since when.
        #[n(0)]
        since: Millis,
        /// Not to be said again before then.
        #[n(1)]
        again_at: Millis,
    },
    /// A step's activity was carried out, or cannot be.
    #[n(6)]
    Carried {
        /// The turn.
        #[n(0)]
        turn: u32,
        /// Why not, as a code.
        #[n(1)]
        refused: Option<String>,
    },
    /// The document is followed no longer.
    #[n(7)]
    Stopped {
        /// Whether its last step was over.
        #[n(0)]
        finished: bool,
    },
}

/// Bounds on a run of show.
impl Limits {
    /// Steps.
    pub const STEPS_MAX: usize = 200;
    /// Talking points of a step.
    pub const POINTS_MAX: usize = 12;
    /// Characters of a talking point.
    pub const POINT_CHARS: usize = 200;
    /// Bytes of a step's activity.
    pub const ACTIVITY_BYTES: usize = 2_000;
    /// Bytes of all texts of a document together.
    pub const RUNDOWN_BYTES: usize = 64 << 10;
    /// Milliseconds of a step, least.
    pub const STEP_MS_MIN: u64 = 1_000;
    /// Milliseconds of a step, most: six hours.
    pub const STEP_MS_MAX: u64 = 6 * 3_600_000;
    /// Milliseconds that a climax is announced ahead, least.
    pub const AHEAD_MS_MIN: u64 = 60_000;
    /// Milliseconds that a climax is announced ahead, most.
    pub const AHEAD_MS_MAX: u64 = 120_000;
    /// Milliseconds without a climax before the host is warned, least.
    pub const QUIET_MS_MIN: u64 = 5 * 60_000;
    /// Milliseconds without a climax before the host is warned, most.
    pub const QUIET_MS_MAX: u64 = 60 * 60_000;
    /// How many times faster than written a rehearsal may go.
    pub const PACE_MAX: u32 = 120;
}
