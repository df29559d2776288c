//! Which day a moment belongs to in a time zone. It does not know who asks.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

const DAY_MS: i64 = 86_400_000;
/// All offsets in use since 1972 change at a quarter of an hour.
const QUARTER_MS: i64 = 900_000;

/// The days of a zone. Offsets are remembered by the quarter of an hour, as looking them up costs more than the rest.
pub(super) struct Days {
    zone: TimeZone,
    offsets_ms: FxHashMap<i64, i64>,
}

impl Days {
    /// The days of a zone by its IANA name; of UTC, when there is no such zone.
    pub fn new(zone: &str) -> Days {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Days { zone, offsets_ms: FxHashMap::default() }
    }

    /// The day of a moment, in days since 1970-01-01 there.
    pub fn of(&mut self, at_ms: i64) -> i32 {
        let zone = &self.zone;
        let offset_ms = *self.offsets_ms.entry(at_ms.div_euclid(QUARTER_MS)).or_insert_with(|| {
            let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
            i64::from(zone.to_offset(at).seconds()) * 1_000
        });
        (at_ms + offset_ms).div_euclid(DAY_MS) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::Days;

    #[test]
    fn a_day_begins_at_the_zones_own_midnight_also_when_clocks_change() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let mut shanghai = Days::new("Asia/Shanghai");
        assert_eq!(shanghai.of(at("2026-01-01T15:59:59.999Z")) + 1, shanghai.of(at("2026-01-01T16:00:00Z")));
        let mut berlin = Days::new("Europe/Berlin");
        assert_eq!(berlin.of(at("2026-03-28T22:59:59.999Z")) + 1, berlin.of(at("2026-03-28T23:00:00Z")));
        assert_eq!(berlin.of(at("2026-03-29T21:59:59.999Z")) + 1, berlin.of(at("2026-03-29T22:00:00Z")));
        let mut utc = Days::new("Nowhere/Such");
        assert_eq!((utc.of(0), utc.of(-1)), (0, -1));
    }
}
