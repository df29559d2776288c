//! Owns what is known about one publisher's tracks, and turns its RTP into packets ready for viewers.
//!
//! It does not know the viewers.

use std::time::Instant;

use str0m::Rtc;
use str0m::format::PayloadParams;
use str0m::media::{MediaKind, Mid, Pt, Rid};
use str0m::rtp::{RtpPacket, Ssrc};

use crate::keyframe::starts_keyframe;
use crate::layer::{Choice, LayerPick};
use crate::lipsync::{LipSync, Report};
use crate::packet::Packet;

/// Longer payloads would not fit a viewer's packets once headers and encryption are added.
const PAYLOAD_BYTES_MAX: usize = 1_500;
/// Streams tracked per publisher: four layers of video and sound, and as many again over reconnects.
const STREAMS_MAX: usize = 16;

#[derive(Clone, Copy)]
struct Stream {
    ssrc: Ssrc,
    kind: MediaKind,
    rid: Option<Rid>,
}

/// One run of a track's numbering.
#[derive(Clone, Copy, Default)]
struct Run {
    of: Option<(Ssrc, Pt)>,
    source: u64,
}

/// The receiving side of a publisher.
pub(crate) struct Publisher {
    audio: Option<Mid>,
    video: Option<Mid>,
    pub(crate) on_air: bool,
    pub(crate) layers: LayerPick,
    streams: Vec<Stream>,
    lipsync: LipSync,
    audio_run: Run,
    video_run: Run,
}

impl Publisher {
    pub(crate) fn new(audio: Option<Mid>, video: Option<Mid>) -> Self {
        Publisher {
            audio,
            video,
            on_air: false,
            layers: LayerPick::default(),
            streams: Vec::new(),
            lipsync: LipSync::default(),
            audio_run: Run::default(),
            video_run: Run::default(),
        }
    }

    pub(crate) fn mid(&self, kind: MediaKind) -> Option<Mid> {
        match kind {
            MediaKind::Audio => self.audio,
            MediaKind::Video => self.video,
        }
    }

    /// Makes a packet for the viewers, or drops it: an unchosen layer, an unknown track, nonsense. `source_next` is
    /// the next unused source number.
    pub(crate) fn ingest(
        &mut self,
        rtc: &mut Rtc,
        rtp: RtpPacket,
        source_next: &mut u64,
        now: Instant,
    ) -> Option<Packet> {
        let pt = rtp.header.payload_type;
        let stream = self.stream_of(rtc, rtp.header.ssrc)?;
        let params = params_of(rtc, pt)?;
        if rtp.payload.len() > PAYLOAD_BYTES_MAX {
            return None;
        }
        let starts_keyframe = starts_keyframe(params.spec().codec, &rtp.payload);
        if stream.kind.is_video() {
            let choice = self.layers.judge(stream.rid, rtp.payload.len(), starts_keyframe, now);
            if choice == Choice::Drop {
                return None;
            }
        }
        let run = if stream.kind.is_video() { &mut self.video_run } else { &mut self.audio_run };
        if run.of != Some((stream.ssrc, pt)) {
            *run = Run { of: Some((stream.ssrc, pt)), source: *source_next };
            *source_next += 1;
        }
        let source = run.source;
        let report =
            rtp.last_sender_info.map(|info| Report { at: info.ntp_time, rtp_ticks: info.rtp_time.numer() });
        let clock_hz = params.spec().clock_rate.get();
        let captured_at = self.lipsync.captured_at(report, rtp.time.numer(), clock_hz, rtp.timestamp);
        let extensions = &rtp.header.ext_vals;
        Some(Packet {
            kind: stream.kind,
            source,
            seq: *rtp.seq_no,
            time: rtp.header.timestamp,
            marker: rtp.header.marker,
            starts_keyframe,
            params,
            captured_at,
            audio_level: extensions
                .audio_level
                .map(|level| (level, extensions.voice_activity.unwrap_or(false))),
            orientation: extensions.video_orientation,
            payload: rtp.payload,
        })
    }

    fn stream_of(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> Option<Stream> {
        if let Some(known) = self.streams.iter().find(|stream| stream.ssrc == ssrc) {
            return Some(*known);
        }
        let mut direct = rtc.direct_api();
        let found = direct.stream_rx(&ssrc)?;
        let (mid, rid) = (found.mid(), found.rid());
        let kind =
            [MediaKind::Audio, MediaKind::Video].into_iter().find(|kind| self.mid(*kind) == Some(mid))?;
        if self.streams.len() == STREAMS_MAX {
            self.streams.remove(0);
        }
        let stream = Stream { ssrc, kind, rid };
        self.streams.push(stream);
        Some(stream)
    }
}

fn params_of(rtc: &Rtc, pt: Pt) -> Option<PayloadParams> {
    rtc.codec_config().params().iter().find(|params| params.pt() == pt).copied()
}
