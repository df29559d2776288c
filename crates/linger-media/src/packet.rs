//! Owns the shape of one media packet on its way from a publisher to the viewers.
//!
//! It does not know whom it goes to: numbers and payload types are the publisher's until a viewer's track maps them.

use std::sync::Arc;
use std::time::Instant;

use str0m::format::PayloadParams;
use str0m::media::MediaKind;
use str0m::rtp::{ExtensionValues, VideoOrientation};

/// A decrypted RTP packet; cloning it shares the payload.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) kind: MediaKind,
    /// Names an unbroken run of numbering: it changes with the publisher, the simulcast layer and the codec.
    pub(crate) source: u64,
    pub(crate) seq: u64,
    pub(crate) time: u32,
    pub(crate) marker: bool,
    /// A keyframe starts here.
    pub(crate) starts_keyframe: bool,
    /// The publisher's codec, to be matched with what each viewer understands.
    pub(crate) params: PayloadParams,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) captured_at: Instant,
    pub(crate) audio_level: Option<(i8, bool)>,
    pub(crate) orientation: Option<VideoOrientation>,
}

impl Packet {
    /// Ticks of the RTP clock per second.
    pub(crate) fn clock_hz(&self) -> u32 {
        self.params.spec().clock_rate.get()
    }

    /// The header extensions a viewer is to see; everything else in the publisher's header is hop by hop.
    pub(crate) fn extensions(&self) -> ExtensionValues {
        ExtensionValues {
            audio_level: self.audio_level.map(|(level, _)| level),
            voice_activity: self.audio_level.map(|(_, voice)| voice),
            video_orientation: self.orientation,
            ..ExtensionValues::default()
        }
    }
}
