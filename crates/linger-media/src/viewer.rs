//! Owns what one viewer gets: the mapping of a publisher's packets to the viewer's own payload types, numbers and
//! moment of joining.
//!
//! It does not know the publisher or the other viewers.

use std::collections::VecDeque;
use std::time::Instant;

use str0m::Rtc;
use str0m::media::{MediaKind, Mid, Pt};
use str0m::rtp::{RtpWrite, Ssrc};

use crate::demux::Allowance;
use crate::negotiate::payload_type;
use crate::packet::Packet;
use crate::rebase::Rebase;

/// Packets of a catch-up sent per turn (5 ms): about 50 Mbit/s, quick for the viewer and kind to its router.
const CATCH_UP_STEP: usize = 32;
/// Packets waiting behind a catch-up; more means it will never end.
const WAITING_MAX: usize = 4_000;
/// Frames of a catch-up are a millisecond apart, so that players show the newest at once instead of playing history.
const CATCH_UP_FRAME_TICKS: u32 = 90;

/// A viewer on a bad network asks a few times in a row; one that asks on and on is broken or hostile.
const KEYFRAME_WISHES_AT_ONCE: u32 = 6;
const KEYFRAME_WISHES_PER_SECOND: f64 = 0.5;

struct Track {
    mid: Mid,
    rebase: Rebase,
    source: Option<u64>,
    pt: Option<Pt>,
    ssrc: Option<Ssrc>,
}

/// The sending side of a viewer.
pub(crate) struct Viewer {
    audio: Option<Track>,
    video: Option<Track>,
    waiting: VecDeque<Packet>,
    /// How many at the front of `waiting` are history.
    history: usize,
    history_time: Option<u32>,
    /// The picture cannot start before the next keyframe.
    pub(crate) awaits_keyframe: bool,
    /// The publisher's video is of a kind the viewer did not offer. Told once per source.
    pub(crate) lacks_picture: bool,
    /// How often the viewer may ask for keyframes: each one costs all the others picture quality.
    pub(crate) keyframe_wishes: Allowance,
    /// Payload bytes and packets written since last asked.
    pub(crate) written: Written,
}

/// What was written to a viewer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
}

impl Viewer {
    /// `seed` is unpredictable bytes for the first sequence numbers and timestamps.
    pub(crate) fn new(audio: Option<Mid>, video: Option<Mid>, seed: [u8; 12], now: Instant) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = seed;
        let track = |mid, seq: [u8; 2], time: [u8; 4]| Track {
            mid,
            rebase: Rebase::new(u16::from_be_bytes(seq), u32::from_be_bytes(time)),
            source: None,
            pt: None,
            ssrc: None,
        };
        Viewer {
            audio: audio.map(|mid| track(mid, [a, b], [c, d, e, f])),
            video: video.map(|mid| track(mid, [g, h], [i, j, k, l])),
            waiting: VecDeque::new(),
            history: 0,
            history_time: None,
            awaits_keyframe: video.is_some(),
            lacks_picture: false,
            keyframe_wishes: Allowance::new(KEYFRAME_WISHES_PER_SECOND, KEYFRAME_WISHES_AT_ONCE, now),
            written: Written::default(),
        }
    }

    pub(crate) fn wants_picture(&self) -> bool {
        self.video.is_some()
    }

    /// Has packets to catch up with.
    pub(crate) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Starts with the recent video.
    pub(crate) fn begin_catch_up(&mut self, packets: VecDeque<Packet>) {
        self.history = packets.len();
        self.history_time = None;
        self.waiting = packets;
    }

    /// Writes live packets; while the viewer catches up, video queues behind. Returns how many were written.
    pub(crate) fn write(&mut self, rtc: &mut Rtc, packets: &[Packet]) -> usize {
        let mut count = 0;
        for packet in packets {
            if packet.kind.is_video() && self.is_behind() {
                self.queue(packet);
            } else {
                count += usize::from(self.write_one(rtc, packet));
            }
        }
        count
    }

    /// Writes the next piece of what waits. Returns how many were written.
    pub(crate) fn catch_up(&mut self, rtc: &mut Rtc) -> usize {
        let mut count = 0;
        for _ in 0..CATCH_UP_STEP {
            let Some(packet) = self.waiting.pop_front() else { break };
            if self.history > 0 {
                self.history -= 1;
                self.squeeze(&packet);
            }
            count += usize::from(self.write_one(rtc, &packet));
        }
        count
    }

    fn queue(&mut self, packet: &Packet) {
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.clear();
            self.history = 0;
            self.awaits_keyframe = true;
            return;
        }
        self.waiting.push_back(packet.clone());
    }

    /// Moves the frame of a catch-up close to the one before it.
    fn squeeze(&mut self, packet: &Packet) {
        let Some(track) = &mut self.video else { return };
        let follows = track.source == Some(packet.source) && self.history_time != Some(packet.time);
        if follows && self.history_time.is_some() {
            track.rebase.pull_close(packet.time, CATCH_UP_FRAME_TICKS);
        }
        self.history_time = Some(packet.time);
    }

    fn write_one(&mut self, rtc: &mut Rtc, packet: &Packet) -> bool {
        let is_video = packet.kind == MediaKind::Video;
        let track = if is_video { &mut self.video } else { &mut self.audio };
        let Some(track) = track else { return false };
        if track.source != Some(packet.source) {
            // A picture begins with a keyframe, for a newcomer as after a change of publisher or layer.
            if is_video && !packet.starts_keyframe {
                self.awaits_keyframe = true;
                return false;
            }
            track.source = Some(packet.source);
            track.pt = payload_type(rtc, track.mid, &packet.params);
            // Looked up once: finding a stream by its number is quicker than by its media line.
            track.ssrc = rtc.direct_api().stream_tx_by_mid(track.mid, None).map(|stream| stream.ssrc());
            self.lacks_picture |= is_video && track.pt.is_none();
        }
        if is_video {
            if self.awaits_keyframe && !packet.starts_keyframe {
                return false;
            }
            self.awaits_keyframe = false;
        }
        let (Some(pt), Some(ssrc)) = (track.pt, track.ssrc) else { return false };
        let clock_hz = packet.clock_hz();
        let numbers = track.rebase.map(packet.source, packet.seq, packet.time, packet.captured_at, clock_hz);
        let Some(numbers) = numbers else { return false };
        let mut direct = rtc.direct_api();
        let Some(stream) = direct.stream_tx(&ssrc) else { return false };
        let payload = packet.payload.clone();
        let write = RtpWrite::new(pt, numbers.seq.into(), numbers.time, packet.captured_at, payload)
            .marker(packet.marker)
            .ext_vals(packet.extensions())
            .nackable(is_video);
        stream.write_rtp(write);
        self.written.packets += 1;
        self.written.bytes += packet.payload.len() as u64;
        true
    }
}
