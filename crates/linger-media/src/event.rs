//! Owns what the media plane tells the rest of the house: who is on air and who watches.
//!
//! It does not know what is done about it. Rooms and resources are opaque strings here.

use tokio::sync::mpsc;

use crate::fault::GoneReason;

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaEvent {
    /// A room is on air: the first media of a publisher has come.
    PublishStarted {
        /// The room.
        room: String,
    },
    /// A publisher that was on air no longer is. With [`GoneReason::Replaced`] the next one starts at once.
    PublishStopped {
        /// The room.
        room: String,
        /// Why.
        reason: GoneReason,
    },
    /// A viewer's connection works.
    ViewerConnected {
        /// The room.
        room: String,
        /// The viewer's resource, as in its [`Answer`](crate::Answer).
        resource: String,
    },
    /// The publisher's video codec is none the viewer offered; it gets the sound alone.
    ViewerHasNoPicture {
        /// The room.
        room: String,
        /// The viewer's resource.
        resource: String,
    },
    /// A viewer is gone, connected or not.
    ViewerGone {
        /// The room.
        room: String,
        /// The viewer's resource.
        resource: String,
        /// Why.
        reason: GoneReason,
    },
}

/// Where the events arrive. It is bounded; what nobody reads is dropped and counted, and never stalls the media.
pub type MediaEvents = mpsc::Receiver<MediaEvent>;
