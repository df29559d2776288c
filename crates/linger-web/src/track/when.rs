//! When something happened, by the sender's clock and by ours. It does not know what happened.
//!
//! A sender's clock may be wrong by years. It tells two times by that clock: when it happened and when it was sent. As
//! sending takes moments, what lies between sending and receiving is the clock's fault, and is taken off:
//! `at = told + (received - sent)`.

use super::raw::{Kind, Raw};

/// A moment that lies this much ahead of ours is as good as now: the way took a little longer for one than for another.
const AHEAD_MS: i64 = 5 * 60_000;
/// Further ahead than that, up to a day, the clock or its time zone is set wrongly: it counts as now, and the sender is
/// told. Beyond it is no time at all, such as microseconds in place of milliseconds.
const AHEAD_MS_MAX: i64 = 24 * 3_600_000;
/// 2000-01-01. What is older comes of seconds in place of milliseconds, or of a clock that was never set.
const EARLIEST_MS: i64 = 946_684_800_000;

/// A moment as a sender tells it: RFC 3339, or milliseconds since 1970 as a whole number. `None` when it is neither.
pub(crate) fn moment(told: Raw<'_>) -> Option<i64> {
    match told.kind() {
        Kind::Number => told.json().parse().ok(),
        Kind::Text => moment_of(&told.text()?),
        _ => None,
    }
}

/// The same from a text.
pub(crate) fn moment_of(text: &str) -> Option<i64> {
    usual(text.as_bytes()).or_else(|| Some(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()))
}

/// `2026-11-26T17:00:00.123Z`, which is what nearly everybody sends.
fn usual(text: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| {
        text[from..to]
            .iter()
            .try_fold(0i64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
    };
    let separated = text.len() == 24
        && (text[4], text[7], text[10], text[13], text[16], text[19], text[23])
            == (b'-', b'-', b'T', b':', b':', b'.', b'Z');
    if !separated {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second, ms) = (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 23)?);
    // The 29th and later are left to the calendar that knows every month.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970 of the proleptic Gregorian calendar, years beginning in March
    // (http://howardhinnant.github.io/date_algorithms.html, days_from_civil).
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let year = year.rem_euclid(400);
    let day = year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + day - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + ms)
}

/// A moment that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) at_ms: i64,
    /// Whether the sender's clock is so wrong that it counts as now.
    pub(crate) moved: bool,
}

/// When it happened by our clock; the code of the refusal when it cannot be.
pub(crate) fn corrected(
    told_ms: Option<i64>,
    sent_ms: Option<i64>,
    received_ms: i64,
) -> Result<At, &'static str> {
    let Some(told_ms) = told_ms else { return Ok(At { at_ms: received_ms, moved: false }) };
    let fault_ms = sent_ms.map_or(0, |sent_ms| received_ms.saturating_sub(sent_ms));
    let at_ms = told_ms.saturating_add(fault_ms);
    match at_ms.saturating_sub(received_ms) {
        ahead if ahead > AHEAD_MS_MAX => Err("time-ahead"),
        ahead if ahead > AHEAD_MS => Ok(At { at_ms: received_ms, moved: true }),
        _ if at_ms < EARLIEST_MS => Err("time-before-2000"),
        _ => Ok(At { at_ms, moved: false }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;
    const DAY: i64 = 86_400_000;

    fn at(told: i64, sent: Option<i64>) -> Result<i64, &'static str> {
        corrected(Some(told), sent, NOW).map(|at| at.at_ms)
    }

    #[test]
    fn a_clock_that_is_wrong_by_years_is_put_right() {
        assert_eq!(at(NOW - 5_000, Some(NOW)), Ok(NOW - 5_000));
        assert_eq!(at(1_000, Some(6_000)), Ok(NOW - 5_000));
        assert_eq!(at(NOW + 900 * DAY - 5_000, Some(NOW + 900 * DAY)), Ok(NOW - 5_000));
        assert_eq!(corrected(None, Some(1), NOW), Ok(At { at_ms: NOW, moved: false }));
    }

    #[test]
    fn what_lies_ahead_counts_as_now_and_what_cannot_be_is_refused() {
        assert_eq!(corrected(Some(NOW + 60_000), None, NOW), Ok(At { at_ms: NOW + 60_000, moved: false }));
        assert_eq!(corrected(Some(NOW + 3_600_000), None, NOW), Ok(At { at_ms: NOW, moved: true }));
        assert_eq!(at(NOW + 2 * DAY, None), Err("time-ahead"));
        assert_eq!(at(NOW / 1_000, None), Err("time-before-2000"));
        assert_eq!(at(0, None), Err("time-before-2000"));
        assert_eq!(at(i64::MAX, Some(i64::MIN)), Err("time-ahead"));
        assert_eq!(at(i64::MIN, Some(i64::MAX)), Err("time-before-2000"));
    }

    #[test]
    fn the_usual_form_is_read_as_the_calendar_reads_it() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "1999-12-28T23:59:59.999Z",
            "2000-02-28T12:00:00.001Z",
            "2000-03-01T12:00:00.001Z",
            "2024-02-29T08:30:00.250Z",
            "2026-11-26T17:05:09.123Z",
            "2100-03-01T00:00:00.000Z",
        ] {
            let slow = text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            assert_eq!(moment_of(text), Some(slow), "{text}");
            if let Some(fast) = usual(text.as_bytes()) {
                assert_eq!(fast, slow, "{text}");
            }
        }
        assert!(usual(b"2026-11-26T17:05:09.123Z").is_some());
        assert_eq!(moment_of("2026-11-26T18:05:09+01:00"), moment_of("2026-11-26T17:05:09.000Z"));
        for bad in ["", "yesterday", "2026-13-01T00:00:00.000Z", "2026-02-30T00:00:00.000Z", "2026-11-26"] {
            assert_eq!(moment_of(bad), None, "{bad}");
        }
    }
}
