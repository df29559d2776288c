//! Owns what a peer has observed.
//!
//! It does not know how it was observed.

use std::time::Duration;

/// Delay buckets: each is half as wide again as the one before, from 100 µs on.
const BUCKETS: usize = 40;

/// What a peer has seen since its answer was accepted.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// From the answer to a working connection.
    pub connected_after: Option<Duration>,
    /// From the answer to the first whole frame of the picture.
    pub first_frame_after: Option<Duration>,
    /// Frames of the picture.
    pub frames: u64,
    /// Keyframes among them.
    pub keyframes: u64,
    /// Frames before which something was missing. Counted only where whole frames are put together.
    pub gaps: u64,
    /// Packets of the picture; in whole-frame mode the packets that made up the frames.
    pub video_packets: u64,
    /// Packets of the sound.
    pub audio_packets: u64,
    /// Media bytes, without headers.
    pub bytes: u64,
    /// The RTP time of the newest frame of the picture, extended.
    pub video_time_ticks: u64,
    /// Keyframe requests a publisher received.
    pub keyframe_requests: u64,
    /// Frames a publisher sent.
    pub frames_sent: u64,
    /// The session is over.
    pub closed: bool,
    delays: Delays,
}

/// A coarse histogram of delays.
#[derive(Clone, Debug, PartialEq)]
struct Delays {
    counts: [u32; BUCKETS],
}

impl Default for Delays {
    fn default() -> Self {
        Delays { counts: [0; BUCKETS] }
    }
}

fn upper_edge(bucket: usize) -> Duration {
    Duration::from_micros((100.0 * 1.5_f64.powi(bucket as i32)) as u64)
}

impl Seen {
    /// The delay from sending to receiving that a share of the frames stayed below, for publishers that stamp their
    /// frames and run on the same clock. Rounded up by at most a half. `None` without stamped frames.
    pub fn delay(&self, share: f64) -> Option<Duration> {
        let total: u64 = self.delays.counts.iter().map(|count| u64::from(*count)).sum();
        let rank = ((total as f64 * share).ceil() as u64).max(1);
        let mut passed = 0;
        for (bucket, count) in self.delays.counts.iter().enumerate() {
            passed += u64::from(*count);
            if passed >= rank {
                return Some(upper_edge(bucket));
            }
        }
        None
    }

    /// Takes away the delays that an earlier look had seen already.
    pub fn forget_delays_of(&mut self, earlier: &Seen) {
        for (count, less) in self.delays.counts.iter_mut().zip(earlier.delays.counts) {
            *count = count.saturating_sub(less);
        }
    }

    /// Adds another peer's delays, for figures over many viewers.
    pub fn add_delays(&mut self, other: &Seen) {
        for (count, more) in self.delays.counts.iter_mut().zip(other.delays.counts) {
            *count = count.saturating_add(more);
        }
    }

    pub(crate) fn note_delay(&mut self, delay: Duration) {
        let bucket = (0..BUCKETS).find(|bucket| delay <= upper_edge(*bucket)).unwrap_or(BUCKETS - 1);
        self.delays.counts[bucket] = self.delays.counts[bucket].saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_told_within_half_of_their_value() {
        let mut seen = Seen::default();
        assert_eq!(seen.delay(0.5), None);
        for ms in 1..=100 {
            seen.note_delay(Duration::from_millis(ms));
        }
        for (share, exact) in [(0.5, 50.0), (0.99, 99.0)] {
            let told = seen.delay(share).expect("delays").as_secs_f64() * 1_000.0;
            assert!(told >= exact && told <= exact * 1.5, "{share}: {told}");
        }
    }
}
