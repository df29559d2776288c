//! What goes into the rooms' mailbox and what comes back. It does not know how either is carried out.

use linger_log::Position;
use linger_protocol::{Entry, IntentId, Refusal, Report, Request, RoomId};
use linger_room::Room;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Something was done and is durable.
#[derive(Clone, Debug)]
pub struct Done {
    /// Where the room's log stands right after.
    pub position: Position,
    /// What came of it; empty when it had been done before.
    pub entries: Arc<[Entry]>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// The room said no.
    #[error("refused: {0}")]
    Refusal(Refusal),
    /// Too much is waiting; nothing was done.
    #[error("too busy, try again in {retry_ms} ms")]
    Busy {
        /// When to try again, ms.
        retry_ms: u64,
    },
    /// It could not be made durable; it may be tried again.
    #[error("could not be kept: {doing}")]
    NotKept {
        /// What failed.
        doing: String,
    },
    /// The room came upon a bug in itself; it was rebuilt, and this message is not tried again.
    #[error("the room could not decide this")]
    Quarantined,
    /// The engine is stopping.
    #[error("stopping")]
    Stopping,
}

/// What became of one ask.
pub type Asked = Result<Done, Refused>;

pub(crate) type Reply = oneshot::Sender<Asked>;
pub(crate) type ReplyToMany = oneshot::Sender<Vec<Asked>>;

pub(crate) enum Mail {
    Work {
        room: RoomId,
        work: Work,
        reply: Option<Reply>,
    },
    /// Asks that came together from one gateway; each is decided by itself.
    Many {
        room: RoomId,
        gateway: u64,
        asks: Vec<Request>,
        reply: ReplyToMany,
    },
    Stop(oneshot::Sender<()>),
}

pub(crate) enum Work {
    Ask(Box<Request>, Option<IntentId>),
    Through(Box<Request>, u64),
    Note(Box<Report>),
    Look(Box<dyn FnOnce(&Room) + Send>),
}
