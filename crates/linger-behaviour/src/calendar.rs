//! The periods that a range touches in a time zone, and which of them a time lies in. It does not know what happened.

use crate::{Period, When, Wrong};
use jiff::{Span, Timestamp, ToSpan, Unit, ZonedRound, civil, tz::TimeZone};

/// The longest a fold's calendar can be; a check keeps questions far below.
const PERIODS_HELD_MAX: usize = 16_384;

/// The periods of one length that touch a range, in order and without gaps.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    period: Period,
    zone: TimeZone,
    // Beginnings of the periods; the last is the end of the last period.
    bounds: Box<[i64]>,
    per_ms: f64,
}

impl Calendar {
    /// The zone of this name.
    pub(crate) fn zone(name: &str) -> Result<TimeZone, Wrong> {
        TimeZone::get(name)
            .map_err(|_| Wrong::new("scope.zone", "is not the name of a time zone, such as Asia/Shanghai"))
    }

    /// The periods that touch `from_ms..to_ms`. An unknown zone is UTC: a check has found it before.
    pub(crate) fn new(period: Period, zone: &str, from_ms: i64, to_ms: i64) -> Calendar {
        let zone = Calendar::zone(zone).unwrap_or(TimeZone::UTC);
        let mut bounds = vec![begin(period, &zone, from_ms)];
        while bounds[bounds.len() - 1] < to_ms && bounds.len() <= PERIODS_HELD_MAX {
            let next = after(period, &zone, bounds[0], bounds.len() as i64);
            // A day that a zone skipped whole has no length.
            bounds.push(next.max(bounds[bounds.len() - 1] + 1));
        }
        let span = bounds[bounds.len() - 1] - bounds[0];
        let per_ms = (bounds.len() - 1) as f64 / span as f64;
        Calendar { period, zone, bounds: bounds.into(), per_ms }
    }

    /// How many periods there are.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The beginning of a period; with `len()`, the end of the last.
    pub(crate) fn begin(&self, index: usize) -> i64 {
        self.bounds[index]
    }

    /// The end of a period; for one after the last, which ends after the range, later than any time.
    pub(crate) fn end(&self, index: usize) -> i64 {
        self.bounds.get(index + 1).copied().unwrap_or(i64::MAX)
    }

    /// The period that a time lies in; it must lie in one.
    #[inline]
    pub(crate) fn index(&self, at_ms: i64) -> usize {
        let guess = ((at_ms - self.bounds[0]) as f64 * self.per_ms) as usize;
        let mut index = guess.min(self.bounds.len() - 2);
        while at_ms < self.bounds[index] {
            index -= 1;
        }
        while at_ms >= self.bounds[index + 1] {
            index += 1;
        }
        index
    }

    /// The civil date on which a period begins.
    pub(crate) fn date(&self, index: usize) -> civil::Date {
        zoned(&self.zone, self.bounds[index]).date()
    }

    /// A period as answers show it.
    pub(crate) fn when(&self, index: usize, now_ms: i64) -> When {
        let begins = zoned(&self.zone, self.bounds[index]);
        let label = match self.period {
            Period::Hour => begins.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
            Period::Day | Period::Week => begins.strftime("%Y-%m-%d").to_string(),
            Period::Month => begins.strftime("%Y-%m").to_string(),
        };
        When { label, from_ms: self.bounds[index], unfinished: self.bounds[index + 1] > now_ms }
    }

    /// The period of a label.
    pub(crate) fn named(&self, label: &str) -> Option<usize> {
        (0..self.len()).find(|index| self.when(*index, i64::MAX).label == label)
    }
}

fn zoned(zone: &TimeZone, at_ms: i64) -> jiff::Zoned {
    let at = Timestamp::from_millisecond(at_ms).expect("a check keeps times between 1970 and 2200");
    at.to_zoned(zone.clone())
}

/// The beginning of the period that a time lies in.
fn begin(period: Period, zone: &TimeZone, at_ms: i64) -> i64 {
    let at = zoned(zone, at_ms);
    let date = match period {
        Period::Hour => {
            let hour = at.round(ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Floor));
            return hour.map_or(at_ms, |it| it.timestamp().as_millisecond()).min(at_ms);
        }
        Period::Day => at.date(),
        Period::Week => at.date() - i64::from(at.weekday().to_monday_zero_offset()).days(),
        Period::Month => at.date().first_of_month(),
    };
    midnight(zone, date)
}

/// The beginning of the period `count` after the one that begins at `begin_ms`.
fn after(period: Period, zone: &TimeZone, begin_ms: i64, count: i64) -> i64 {
    let date = zoned(zone, begin_ms).date();
    let span = match period {
        Period::Hour => return begin_ms + count * 3_600_000,
        Period::Day => Span::new().try_days(count),
        Period::Week => Span::new().try_weeks(count),
        Period::Month => Span::new().try_months(count),
    };
    span.and_then(|span| date.checked_add(span)).map_or(i64::MAX, |date| midnight(zone, date))
}

/// The first moment of a date; where clocks skip midnight, the first after it.
fn midnight(zone: &TimeZone, date: civil::Date) -> i64 {
    date.to_zoned(zone.clone()).map_or(i64::MAX, |it| it.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_are_as_long_as_the_clocks_of_the_zone_say() {
        let days = Calendar::new(
            Period::Day,
            "Europe/Berlin",
            at("2026-03-28T12:00:00Z"),
            at("2026-03-31T00:00:00Z"),
        );
        let hours: Vec<_> = (0..days.len()).map(|it| (days.end(it) - days.begin(it)) / 3_600_000).collect();
        assert_eq!(hours, [24, 23, 24, 24]);
        assert_eq!(days.when(1, i64::MAX).label, "2026-03-29");
        assert_eq!(days.index(at("2026-03-29T21:59:59Z")), 1);
        assert_eq!(days.index(at("2026-03-29T22:00:00Z")), 2);
    }

    #[test]
    fn every_time_lies_in_the_period_that_holds_it() {
        for period in [Period::Hour, Period::Day, Period::Week, Period::Month] {
            let (from, to) = (at("2026-02-27T23:30:00Z"), at("2026-03-30T01:00:00Z"));
            let calendar = Calendar::new(period, "America/New_York", from, to);
            for at in (from..to).step_by(599_999) {
                let index = calendar.index(at);
                assert!(calendar.begin(index) <= at && at < calendar.end(index), "{period:?} {at}");
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let (from, to) = (at("2026-03-04T00:00:00Z"), at("2026-04-02T00:00:00Z"));
        let weeks = Calendar::new(Period::Week, "UTC", from, to);
        assert_eq!(weeks.when(0, to).label, "2026-03-02");
        let months = Calendar::new(Period::Month, "UTC", from, to);
        let last = months.when(1, to);
        assert_eq!((months.len(), last.label.as_str(), last.unfinished), (2, "2026-04", true));
        assert_eq!((months.end(1), months.end(3)), (at("2026-05-01T00:00:00Z"), i64::MAX));
    }
}
