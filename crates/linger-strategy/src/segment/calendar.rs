//! Calendar days of a zone: which day a moment belongs to and when a day begins. It does not know what "today" is.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A zone that is not in the IANA data base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone")]
pub struct UnknownZone;

/// Days of one zone, remembering the last day asked for: facts mostly come day by day.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    last: (i64, i64, i32),
}

impl Calendar {
    /// The calendar of an IANA zone such as `Asia/Shanghai`.
    pub fn new(zone: &str) -> Result<Calendar, UnknownZone> {
        let zone = TimeZone::get(zone).map_err(|_| UnknownZone)?;
        Ok(Calendar { zone, last: (0, 0, 0) })
    }

    /// The day of a moment (ms since 1970), in days since 1970-01-01 of the zone's own calendar.
    pub fn day(&mut self, at_ms: i64) -> i32 {
        let (from, until, day) = self.last;
        if (from..until).contains(&at_ms) {
            return day;
        }
        let date = self.date(at_ms);
        let day = epoch_day(date);
        self.last = (self.begins_ms(day), self.begins_ms(day + 1), day);
        day
    }

    /// When a day begins, in ms since 1970: its midnight, or the first moment after it where clocks skip midnight.
    pub fn begins_ms(&self, day: i32) -> i64 {
        let date = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(day)));
        self.zone.to_ambiguous_zoned(date.at(0, 0, 0, 0)).compatible().map_or_else(
            |_| i64::from(day) * 86_400_000,
            |it| it.timestamp().as_millisecond(),
        )
    }

    /// Local weekday (0 = Monday) and hour of a moment.
    pub fn weekday_hour(&self, at_ms: i64) -> (u8, u8) {
        let local = self.zone.to_datetime(clamped(at_ms));
        (local.weekday().to_monday_zero_offset().unsigned_abs(), local.hour().unsigned_abs())
    }

    /// Local year, month and day of a moment.
    pub fn date(&self, at_ms: i64) -> Date {
        self.zone.to_datetime(clamped(at_ms)).date()
    }

    /// The civil date of a day.
    pub fn date_of(day: i32) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(day)))
    }
}

/// Days since 1970 of a civil date.
pub(crate) fn epoch_day(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

fn clamped(at_ms: i64) -> Timestamp {
    // Years 0 to 9000: beyond what any collector lets in, inside what civil dates can say.
    let at_ms = at_ms.clamp(-62_000_000_000_000, 221_000_000_000_000);
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_shops_own_midnight() {
        let mut shanghai = Calendar::new("Asia/Shanghai").unwrap();
        let begin = shanghai.begins_ms(19_700);
        assert_eq!(begin, 19_700 * 86_400_000 - 8 * 3_600_000);
        assert_eq!(shanghai.day(begin), 19_700);
        assert_eq!(shanghai.day(begin - 1), 19_699);
        assert!(Calendar::new("Mars/Olympus").is_err());
    }

    #[test]
    fn days_of_23_and_25_hours_are_one_day_each() {
        let mut berlin = Calendar::new("Europe/Berlin").unwrap();
        let spring = epoch_day(Date::constant(2024, 3, 31));
        let autumn = epoch_day(Date::constant(2024, 10, 27));
        assert_eq!(berlin.begins_ms(spring + 1) - berlin.begins_ms(spring), 23 * 3_600_000);
        assert_eq!(berlin.begins_ms(autumn + 1) - berlin.begins_ms(autumn), 25 * 3_600_000);
        assert_eq!(berlin.day(berlin.begins_ms(autumn + 1) - 1), autumn);
        // Clocks in Cairo skip midnight itself.
        let mut cairo = Calendar::new("Africa/Cairo").unwrap();
        let skipped = epoch_day(Date::constant(2024, 4, 26));
        assert_eq!(cairo.day(cairo.begins_ms(skipped)), skipped);
        assert_eq!(cairo.day(cairo.begins_ms(skipped) - 1), skipped - 1);
    }

    #[test]
    fn moments_far_out_still_have_a_day() {
        let mut utc = Calendar::new("UTC").unwrap();
        assert_eq!(utc.day(-1), -1);
        let _ = (utc.day(i64::MIN), utc.day(i64::MAX));
    }
}
