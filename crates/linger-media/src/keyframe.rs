//! Owns two small facts about keyframes: where one starts in a packet stream, and when the publisher may be asked for
//! the next one.
//!
//! It does not know who asks or who sends.

use std::time::{Duration, Instant};

use str0m::format::Codec;

/// Tells whether a keyframe starts in this RTP payload.
///
/// H.264 (RFC 6184): an SPS or IDR slice, alone, inside a STAP-A, or as the first fragment of a FU-A. VP8 (RFC 7741):
/// the start of partition 0 whose frame tag has the inverse-key-frame bit clear.
pub(crate) fn starts_keyframe(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::H264 => h264_starts_keyframe(payload),
        Codec::Vp8 => vp8_starts_keyframe(payload),
        _ => false,
    }
}

fn h264_starts_keyframe(payload: &[u8]) -> bool {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    const STAP_A: u8 = 24;
    const FU_A: u8 = 28;
    let is_key = |nal: u8| matches!(nal & 0x1f, IDR | SPS);
    match payload {
        [head, rest @ ..] if head & 0x1f == STAP_A => {
            let mut rest = rest;
            while let [high, low, unit @ ..] = rest {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if unit.first().is_some_and(|nal| is_key(*nal)) {
                    return true;
                }
                rest = unit.get(length..).unwrap_or_default();
            }
            false
        }
        [head, fragment, ..] if head & 0x1f == FU_A => fragment & 0x80 != 0 && is_key(*fragment),
        [head, ..] => is_key(*head),
        [] => false,
    }
}

fn vp8_starts_keyframe(payload: &[u8]) -> bool {
    let Some(&head) = payload.first() else { return false };
    let starts_first_partition = head & 0x10 != 0 && head & 0x07 == 0;
    if !starts_first_partition {
        return false;
    }
    let mut at = 1;
    if head & 0x80 != 0 {
        let Some(&extended) = payload.get(1) else { return false };
        at += 1;
        if extended & 0x80 != 0 {
            // The picture id takes two bytes when its top bit is set.
            at += if payload.get(at).is_some_and(|id| id & 0x80 != 0) { 2 } else { 1 };
        }
        at += usize::from(extended & 0x40 != 0);
        at += usize::from(extended & 0x30 != 0);
    }
    payload.get(at).is_some_and(|tag| tag & 0x01 == 0)
}

/// Coalesces many viewers' wishes for a keyframe into few requests to the publisher.
#[derive(Debug)]
pub(crate) struct KeyframeGate {
    gap_min: Duration,
    sent_at: Option<Instant>,
    waiting: bool,
}

impl KeyframeGate {
    pub(crate) fn new(gap_min: Duration) -> Self {
        KeyframeGate { gap_min, sent_at: None, waiting: false }
    }

    /// Somebody wants a keyframe. True: ask the publisher now. False: it was asked a moment ago, and will be asked
    /// again at [`KeyframeGate::due_at`] unless a keyframe comes first.
    pub(crate) fn wish(&mut self, now: Instant) -> bool {
        if self.sent_at.is_some_and(|sent| now < sent + self.gap_min) {
            self.waiting = true;
            return false;
        }
        self.sent_at = Some(now);
        self.waiting = false;
        true
    }

    /// A keyframe has come: everybody who waited is served.
    pub(crate) fn served(&mut self) {
        self.waiting = false;
    }

    /// When the coalesced wish is to be sent, if one waits.
    pub(crate) fn due_at(&self) -> Option<Instant> {
        if !self.waiting {
            return None;
        }
        self.sent_at.map(|sent| sent + self.gap_min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyframes_are_found_in_every_h264_packing() {
        let key = |payload: &[u8]| starts_keyframe(Codec::H264, payload);
        assert!(key(&[0x67, 1, 2]), "single SPS");
        assert!(key(&[0x65, 1, 2]), "single IDR");
        assert!(key(&[0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1]), "STAP-A with an SPS");
        assert!(key(&[0x78, 0, 2, 0x06, 1, 0, 2, 0x65, 1]), "STAP-A with an IDR behind an SEI");
        assert!(key(&[0x7c, 0x85, 1]), "first fragment of an IDR");
        assert!(!key(&[0x7c, 0x05, 1]), "later fragment of an IDR");
        assert!(!key(&[0x7c, 0x81, 1]), "first fragment of a plain slice");
        assert!(!key(&[0x61, 1, 2]), "plain slice");
        assert!(!key(&[0x78, 0xff, 0xff, 0x61]), "STAP-A that lies about its length");
        assert!(!key(&[]));
    }

    #[test]
    fn keyframes_are_found_behind_every_vp8_descriptor() {
        let key = |payload: &[u8]| starts_keyframe(Codec::Vp8, payload);
        assert!(key(&[0x10, 0x00]), "short descriptor");
        assert!(!key(&[0x10, 0x01]), "inter frame");
        assert!(key(&[0x90, 0x80, 0x05, 0x00]), "7-bit picture id");
        assert!(key(&[0x90, 0x80, 0x81, 0x05, 0x00]), "15-bit picture id");
        assert!(key(&[0x90, 0xe0, 0x81, 0x05, 0x01, 0x20, 0x00]), "all extensions");
        assert!(!key(&[0x00, 0x00]), "not the start of a partition");
        assert!(!key(&[0x90, 0x80]), "cut short");
    }

    #[test]
    fn many_wishes_become_one_request_per_gap() {
        let gap = Duration::from_millis(300);
        let start = Instant::now();
        let mut gate = KeyframeGate::new(gap);
        assert!(gate.wish(start));
        for ms in 1..300 {
            assert!(!gate.wish(start + Duration::from_millis(ms)));
        }
        assert_eq!(gate.due_at(), Some(start + gap));
        assert!(gate.wish(start + gap));
        assert_eq!(gate.due_at(), None);
    }

    #[test]
    fn a_keyframe_that_came_meanwhile_serves_everybody_who_waits() {
        let start = Instant::now();
        let mut gate = KeyframeGate::new(Duration::from_millis(300));
        gate.wish(start);
        gate.wish(start);
        gate.served();
        assert_eq!(gate.due_at(), None);
    }
}
