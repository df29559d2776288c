//! Owns the ways the media plane says no: faults at start, errors to one caller, and why a session ended.
//!
//! It does not know HTTP statuses; the web edge maps [`MediaError::code`] to them.

use thiserror::Error;

/// Why the media plane could not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MediaFault {
    /// A socket could not be opened; another program may hold the port.
    #[error("cannot open the {socket} media socket")]
    Bind {
        /// `"UDP"` or `"TCP"`.
        socket: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Bound to every address, so there is no address to tell browsers about.
    #[error("no address to advertise: set `advertise`, or bind to a concrete address")]
    NothingToAdvertise,
    /// The certificate for DTLS could not be made.
    #[error("cannot make a DTLS certificate")]
    Certificate,
    /// The media thread or its readiness queue could not be made.
    #[error("cannot start the media thread")]
    Thread {
        /// What the system answered.
        source: std::io::Error,
    },
}

/// Why one publish or watch was turned down.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaError {
    /// The offer is no session description we can answer.
    #[error("the session description cannot be answered: {why}")]
    BadSdp {
        /// What is wrong with it; never a piece of the offer itself.
        why: &'static str,
    },
    /// The offer has none of H.264, VP8 and Opus.
    #[error("the offer has none of H.264, VP8 and Opus")]
    NoCodecInCommon,
    /// The room, or the whole server, has as many viewers as it may.
    #[error("no room for another viewer")]
    TooManyViewers,
    /// The server has as many rooms as it may.
    #[error("no room for another room")]
    TooManyRooms,
    /// The media plane has stopped.
    #[error("the media plane has stopped")]
    Stopped,
}

impl MediaError {
    /// The name of the error for programs.
    pub fn code(&self) -> &'static str {
        match self {
            MediaError::BadSdp { .. } => "bad_sdp",
            MediaError::NoCodecInCommon => "no_codec_in_common",
            MediaError::TooManyViewers => "too_many_viewers",
            MediaError::TooManyRooms => "too_many_rooms",
            MediaError::Stopped => "media_stopped",
        }
    }
}

/// Why a publisher or viewer is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoneReason {
    /// Closed through [`Media::close`](crate::Media::close).
    Closed,
    /// The peer said goodbye.
    Left,
    /// Nothing was heard from the peer for too long.
    TimedOut,
    /// The peer took an answer and never connected.
    NeverConnected,
    /// A newer publisher of the same room took over.
    Replaced,
    /// The session failed: the peer broke the protocol, or the session hit a bug and was dropped.
    Failed,
    /// The media plane stopped.
    Stopped,
}

impl GoneReason {
    /// The name of the reason for programs.
    pub fn code(self) -> &'static str {
        match self {
            GoneReason::Closed => "closed",
            GoneReason::Left => "left",
            GoneReason::TimedOut => "timed_out",
            GoneReason::NeverConnected => "never_connected",
            GoneReason::Replaced => "replaced",
            GoneReason::Failed => "failed",
            GoneReason::Stopped => "stopped",
        }
    }
}
