//! Owns the numbering of one outgoing track: sequence numbers and timestamps that go on smoothly for one viewer while
//! the source changes underneath (a reconnecting publisher, another simulcast layer).
//!
//! It does not know codecs, payloads or sockets.

use std::time::Instant;

/// Outgoing numbers of one track to one viewer.
///
/// Invariant: the first sequence number is below 32,768. A receiver starts to count SRTP rollovers at zero, so a
/// stream that begins above 65,535 could never be decrypted.
#[derive(Debug)]
pub(crate) struct Rebase {
    source: Option<u64>,
    in_first: u64,
    out_first: u64,
    out_last: u64,
    time_offset: u32,
    time_last: u32,
    at_last: Option<Instant>,
}

/// Numbers for one outgoing packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutNumbers {
    pub(crate) seq: u64,
    pub(crate) time: u32,
}

impl Rebase {
    /// Starts at the given numbers, which should be unpredictable.
    pub(crate) fn new(seq_seed: u16, time_seed: u32) -> Self {
        let seq = u64::from(seq_seed & 0x7fff);
        Rebase {
            source: None,
            in_first: 0,
            out_first: seq,
            out_last: seq,
            time_offset: 0,
            time_last: time_seed,
            at_last: None,
        }
    }

    /// The numbers for a packet of `source`; `None` for a straggler from before this viewer joined the source.
    pub(crate) fn map(
        &mut self,
        source: u64,
        in_seq: u64,
        in_time: u32,
        at: Instant,
        clock_hz: u32,
    ) -> Option<OutNumbers> {
        if self.source != Some(source) {
            self.change_source(source, in_seq, in_time, at, clock_hz);
        }
        let seq = self.out_first + in_seq.checked_sub(self.in_first)?;
        let time = in_time.wrapping_add(self.time_offset);
        self.note(seq, time, at);
        Some(OutNumbers { seq, time })
    }

    /// Shifts the timestamps so that `in_time` comes out `step` ticks after the newest one sent.
    pub(crate) fn pull_close(&mut self, in_time: u32, step: u32) {
        self.time_offset = self.time_last.wrapping_add(step).wrapping_sub(in_time);
    }

    fn change_source(&mut self, source: u64, in_seq: u64, in_time: u32, at: Instant, clock_hz: u32) {
        let (seq, time) = match self.at_last {
            None => (self.out_first, self.time_last),
            Some(before) => {
                let gap = at.saturating_duration_since(before).as_secs_f64();
                // At least one tick, so that the new source never shares a frame with the old one.
                let ticks = ((gap * f64::from(clock_hz)) as u64).max(1) as u32;
                (self.out_last + 1, self.time_last.wrapping_add(ticks))
            }
        };
        self.source = Some(source);
        self.in_first = in_seq;
        self.out_first = seq;
        self.time_offset = time.wrapping_sub(in_time);
    }

    fn note(&mut self, seq: u64, time: u32, at: Instant) {
        if self.at_last.is_none() || seq >= self.out_last {
            self.out_last = seq;
            self.time_last = time;
            self.at_last = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_late_joiner_starts_low_whatever_the_publisher_counts() {
        let mut out = Rebase::new(65_535, 7);
        let first = out.map(1, 900_000, 123, Instant::now(), 90_000).expect("first packet");
        assert_eq!(first, OutNumbers { seq: 32_767, time: 7 });
    }

    #[test]
    fn gaps_stay_gaps_and_stragglers_from_before_are_left_out() {
        let now = Instant::now();
        let mut out = Rebase::new(10, 0);
        assert_eq!(out.map(1, 500, 0, now, 90_000).map(|n| n.seq), Some(10));
        assert_eq!(out.map(1, 503, 0, now, 90_000).map(|n| n.seq), Some(13));
        assert_eq!(out.map(1, 501, 0, now, 90_000).map(|n| n.seq), Some(11));
        assert_eq!(out.map(1, 499, 0, now, 90_000), None);
    }

    #[test]
    fn another_source_goes_on_where_the_old_one_stopped() {
        let now = Instant::now();
        let mut out = Rebase::new(10, 1_000);
        out.map(1, 500, 0, now, 90_000).expect("first");
        out.map(1, 501, 3_000, now, 90_000).expect("second");
        let later = now + Duration::from_secs(2);
        let next = out.map(2, 7, 4_000_000_000, later, 90_000).expect("other source");
        assert_eq!(next, OutNumbers { seq: 12, time: 1_000 + 3_000 + 180_000 });
        let after = out.map(2, 8, 4_000_003_000, later, 90_000).expect("its second");
        assert_eq!(after, OutNumbers { seq: 13, time: next.time + 3_000 });
    }

    #[test]
    fn pulled_close_the_next_timestamp_follows_by_the_step() {
        let now = Instant::now();
        let mut out = Rebase::new(0, 0);
        out.map(1, 0, 100, now, 90_000).expect("first");
        out.pull_close(3_100, 90);
        assert_eq!(out.map(1, 1, 3_100, now, 90_000).map(|n| n.time), Some(90));
    }
}
