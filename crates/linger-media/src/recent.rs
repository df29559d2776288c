//! Owns the video of a room since its last keyframe, so that a newcomer sees a picture before the next one.
//!
//! It does not know viewers, nor how its packets are paced out to them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::packet::Packet;

/// Packets kept at most, whatever their size.
const PACKETS_MAX: usize = 1_200;
/// Older video is not worth catching up with: a fresh keyframe is quicker.
const AGE_MAX: Duration = Duration::from_secs(4);

/// Video packets since the last keyframe, or nothing while that would be too much.
#[derive(Debug)]
pub(crate) struct Recent {
    bytes_max: usize,
    bytes: usize,
    packets: VecDeque<Packet>,
}

impl Recent {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Recent { bytes_max, bytes: 0, packets: VecDeque::new() }
    }

    /// Takes in the next packet of the forwarded layer.
    pub(crate) fn push(&mut self, packet: &Packet) {
        let first = self.packets.front();
        let same_source = first.is_some_and(|first| first.source == packet.source);
        // The SPS and the slices of one keyframe are several packets that share a timestamp.
        let starts_anew =
            packet.starts_keyframe && !(same_source && first.is_some_and(|first| first.time == packet.time));
        if starts_anew {
            self.clear();
        } else if !same_source {
            // Without its keyframe the rest is of no use.
            return self.clear();
        }
        self.bytes += packet.payload.len();
        self.packets.push_back(packet.clone());
        if self.bytes > self.bytes_max || self.packets.len() > PACKETS_MAX {
            self.clear();
        }
    }

    /// The packets in sending order; empty when there is nothing worth replaying at `now`.
    pub(crate) fn replay(&self, now: Instant) -> VecDeque<Packet> {
        let fresh = self
            .packets
            .front()
            .is_some_and(|first| now.saturating_duration_since(first.captured_at) <= AGE_MAX);
        if !fresh {
            return VecDeque::new();
        }
        let mut packets = self.packets.clone();
        packets.make_contiguous().sort_by_key(|packet| packet.seq);
        packets
    }

    pub(crate) fn clear(&mut self) {
        self.packets.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use str0m::format::{CodecConfig, PayloadParams};
    use str0m::media::MediaKind;

    fn vp8() -> PayloadParams {
        let mut config = CodecConfig::empty();
        config.enable_vp8(true);
        config.params()[0]
    }

    fn packet(source: u64, seq: u64, time: u32, starts_keyframe: bool, at: Instant) -> Packet {
        Packet {
            kind: MediaKind::Video,
            source,
            seq,
            time,
            marker: false,
            starts_keyframe,
            params: vp8(),
            payload: vec![0; 100].into(),
            captured_at: at,
            audio_level: None,
            orientation: None,
        }
    }

    fn seqs(recent: &Recent, now: Instant) -> Vec<u64> {
        recent.replay(now).iter().map(|packet| packet.seq).collect()
    }

    #[test]
    fn a_newcomer_gets_everything_since_the_last_keyframe_in_order() {
        let now = Instant::now();
        let mut recent = Recent::new(10_000);
        for (seq, time, key) in
            [(1, 0, true), (2, 1, false), (3, 2, true), (4, 2, true), (6, 3, false), (5, 3, false)]
        {
            recent.push(&packet(1, seq, time, key, now));
        }
        assert_eq!(seqs(&recent, now), [3, 4, 5, 6]);
    }

    #[test]
    fn too_much_too_old_or_headless_video_is_not_replayed() {
        let now = Instant::now();
        let mut recent = Recent::new(250);
        for seq in 0..3 {
            recent.push(&packet(1, seq, seq as u32, seq == 0, now));
        }
        assert_eq!(seqs(&recent, now), [0; 0], "too much");
        recent.push(&packet(1, 3, 3, false, now));
        assert_eq!(seqs(&recent, now), [0; 0], "headless");
        recent.push(&packet(1, 4, 4, true, now));
        assert_eq!(seqs(&recent, now), [4]);
        assert_eq!(seqs(&recent, now + Duration::from_secs(5)), [0; 0], "too old");
        recent.push(&packet(2, 5, 5, false, now));
        assert_eq!(seqs(&recent, now), [0; 0], "another source without its keyframe");
    }
}
