//! When something ends by the shop's own time: days of the law, and the hours in which people answer. It does not know what
//! ends.

use linger_protocol::{CarePolicy, Millis, ServiceHours};

pub(super) const DAY_MS: i64 = 86_400_000;

/// The end, exclusively, of the day that comes `days` days after the one `at` falls on. The day of delivery itself does not
/// count (State Administration for Market Regulation, order 90, article 10; regulation (EEC, Euratom) 1182/71, article 3).
pub(super) fn day_end(at: Millis, days: u16, utc_offset_min: i16) -> Millis {
    let offset = i64::from(utc_offset_min) * 60_000;
    let day = at.0.saturating_add(offset).div_euclid(DAY_MS);
    Millis((day + 1 + i64::from(days)).saturating_mul(DAY_MS).saturating_sub(offset))
}

/// `days` days after `at`.
pub(super) fn days_after(at: Millis, days: u16) -> Millis {
    at.plus(u64::from(days) * DAY_MS as u64)
}

/// The moment at which `work_ms` milliseconds of service have gone by since `at`.
pub(super) fn serviced(at: Millis, work_ms: u64, policy: &CarePolicy) -> Millis {
    let Some(ServiceHours { from_min, to_min, days }) = policy.hours else { return at.plus(work_ms) };
    let offset = i64::from(policy.utc_offset_min) * 60_000;
    let local = at.0.saturating_add(offset);
    let (mut day, mut time) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS));
    let (from, to) = (i64::from(from_min) * 60_000, i64::from(to_min) * 60_000);
    let mut left = i64::try_from(work_ms).unwrap_or(i64::MAX);
    // Thirty days of service, an hour a day, one day a week: no policy leads further.
    for _ in 0..=7 * 24 * 30 {
        // 1970 began on a Thursday; Monday is bit 0.
        let is_open = days >> (day + 3).rem_euclid(7) & 1 == 1;
        let begin = time.max(from);
        if is_open && begin < to {
            if left <= to - begin {
                return Millis(day * DAY_MS + begin + left - offset);
            }
            left -= to - begin;
        }
        (day, time) = (day + 1, 0);
    }
    at.plus(work_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-27, a Friday, 00:00 in China.
    const FRIDAY: i64 = 1_795_708_800_000;
    const HOUR: i64 = 3_600_000;

    fn office(days: u8) -> CarePolicy {
        let hours = Some(ServiceHours { from_min: 9 * 60, to_min: 18 * 60, days });
        CarePolicy { hours, ..CarePolicy::default() }
    }

    fn hours_after_friday(at: i64, work: i64, policy: &CarePolicy) -> i64 {
        (serviced(Millis(FRIDAY + at * HOUR), (work * HOUR) as u64, policy).0 - FRIDAY) / HOUR
    }

    #[test]
    fn seven_days_begin_on_the_day_after_and_end_at_midnight() {
        let at_night = Millis(FRIDAY + 23 * HOUR);
        assert_eq!(day_end(at_night, 7, 480), Millis(FRIDAY + 8 * DAY_MS));
        assert_eq!(day_end(Millis(FRIDAY), 7, 480), Millis(FRIDAY + 8 * DAY_MS));
        // The same moment is still Thursday further west.
        assert_eq!(day_end(Millis(FRIDAY), 7, 0), Millis(FRIDAY + 7 * DAY_MS + 8 * HOUR));
    }

    #[test]
    fn the_clock_of_service_stands_still_at_night_and_on_days_off() {
        let weekdays = office(0b001_1111);
        assert_eq!(hours_after_friday(10, 4, &weekdays), 14);
        assert_eq!(hours_after_friday(3, 4, &weekdays), 13, "before the doors open");
        assert_eq!(hours_after_friday(16, 4, &weekdays), 3 * 24 + 11, "over the weekend");
        assert_eq!(hours_after_friday(16, 4, &office(0b111_1111)), 24 + 11);
        assert_eq!(hours_after_friday(16, 4, &CarePolicy::default()), 20, "day and night");
    }

    #[test]
    fn the_longest_clock_with_the_least_service_still_ends() {
        let hours = Some(ServiceHours { from_min: 0, to_min: 60, days: 1 });
        let policy = CarePolicy { hours, ..CarePolicy::default() };
        let end = serviced(Millis(FRIDAY), linger_protocol::Limits::SERVICE_MS_MAX, &policy);
        assert_eq!(end.0 - FRIDAY, 3 * DAY_MS + 719 * 7 * DAY_MS + HOUR);
    }
}
