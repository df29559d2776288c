//! Owns the wall clock of a publisher's packets: when the moment in a packet was captured, told in our own time, so
//! that the sender reports to the viewers line picture and sound up.
//!
//! It does not know viewers. Sound and picture of one publisher share one clock; that is the whole point.

use std::time::{Duration, Instant, SystemTime};

/// How long before its arrival a packet may have been captured before the clock is set anew.
const AGE_MAX: Duration = Duration::from_secs(1);

/// What a sender report says: this RTP time was at that publisher's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) at: SystemTime,
    pub(crate) rtp_ticks: u64,
}

/// The publisher's clock against ours.
#[derive(Debug, Default)]
pub(crate) struct LipSync {
    /// One moment told in both clocks.
    anchor: Option<(SystemTime, Instant)>,
}

impl LipSync {
    /// When a packet's moment was captured. Without a sender report it is the time the packet arrived.
    pub(crate) fn captured_at(
        &mut self,
        report: Option<Report>,
        rtp_ticks: u64,
        clock_hz: u32,
        arrived: Instant,
    ) -> Instant {
        let Some(there) = report.and_then(|report| report.time_of(rtp_ticks, clock_hz)) else {
            return arrived;
        };
        let here = self.anchor.and_then(|(anchor_there, anchor_here)| {
            let here = match there.duration_since(anchor_there) {
                Ok(after) => anchor_here.checked_add(after),
                Err(before) => anchor_here.checked_sub(before.duration()),
            }?;
            // Nothing arrives before it was captured, so such a packet shows that the anchor was a late one.
            let age = arrived.checked_duration_since(here)?;
            (age <= AGE_MAX).then_some(here)
        });
        here.unwrap_or_else(|| {
            self.anchor = Some((there, arrived));
            arrived
        })
    }
}

impl Report {
    fn time_of(self, rtp_ticks: u64, clock_hz: u32) -> Option<SystemTime> {
        let seconds = |ticks: u64| Duration::try_from_secs_f64(ticks as f64 / f64::from(clock_hz)).ok();
        if rtp_ticks >= self.rtp_ticks {
            self.at.checked_add(seconds(rtp_ticks - self.rtp_ticks)?)
        } else {
            self.at.checked_sub(seconds(self.rtp_ticks - rtp_ticks)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_and_sound_of_one_moment_get_one_time_however_late_one_arrives() {
        let start = Instant::now();
        let there = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let mut clock = LipSync::default();
        let video = Report { at: there, rtp_ticks: 90_000 };
        let audio = Report { at: there, rtp_ticks: 48_000 };
        let seen = clock.captured_at(Some(video), 180_000, 90_000, start);
        let heard = clock.captured_at(Some(audio), 96_000, 48_000, start + Duration::from_millis(400));
        assert_eq!(seen, heard);
    }

    #[test]
    fn without_a_report_the_arrival_counts() {
        let now = Instant::now();
        assert_eq!(LipSync::default().captured_at(None, 5, 90_000, now), now);
    }

    #[test]
    fn nothing_is_captured_after_it_arrived() {
        let start = Instant::now();
        let there = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let report = Some(Report { at: there, rtp_ticks: 0 });
        let mut clock = LipSync::default();
        let late = Duration::from_millis(300);
        clock.captured_at(report, 0, 90_000, start + late);
        let second = clock.captured_at(report, 90_000, 90_000, start + Duration::from_secs(1));
        assert_eq!(second, start + Duration::from_secs(1));
        let third = clock.captured_at(report, 180_000, 90_000, start + Duration::from_secs(2) + late);
        assert_eq!(third, start + Duration::from_secs(2), "the punctual packet is the measure now");
    }

    #[test]
    fn a_clock_that_jumps_is_set_anew() {
        let start = Instant::now();
        let there = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let mut clock = LipSync::default();
        clock.captured_at(Some(Report { at: there, rtp_ticks: 0 }), 0, 90_000, start);
        let jumped = Report { at: there + Duration::from_secs(3_600), rtp_ticks: 0 };
        let arrived = start + Duration::from_secs(1);
        assert_eq!(clock.captured_at(Some(jumped), 0, 90_000, arrived), arrived);
    }
}
