//! Periods in which a person was active, read from the day mask of their head. It does not know the question.

use super::bits::Periods;
use crate::{Head, Period, Scope, calendar::Calendar};

/// Days of a range and the periods they belong to, if day masks can tell as much as facts would.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    from_ms: i64,
    to_ms: i64,
    from_is_midnight: bool,
    to_is_midnight: bool,
    first_day: i32,
    period_of: Box<[u32]>,
    // Whether each day is a period.
    alike: bool,
}

impl Days {
    /// For a calendar of days, weeks or months in the zone of the masks; periods are numbered as in `calendar`.
    pub(crate) fn new(
        scope: &Scope,
        from_ms: i64,
        calendar: &Calendar,
        period: Period,
        store_zone: &str,
    ) -> Option<Days> {
        if scope.zone != store_zone || period == Period::Hour || !scope.filters.is_empty() {
            return None;
        }
        let days = Calendar::new(Period::Day, &scope.zone, from_ms, scope.to_ms);
        let epoch = jiff::civil::date(1970, 1, 1);
        let first_day = days.date(0).since(epoch).ok()?.get_days();
        let period_of: Box<[u32]> =
            (0..days.len()).map(|day| calendar.index(days.begin(day)) as u32).collect();
        let alike = (0..).zip(&period_of).all(|(day, period)| day == *period);
        Some(Days {
            alike,
            from_ms,
            to_ms: scope.to_ms,
            from_is_midnight: days.begin(0) == from_ms,
            to_is_midnight: days.begin(days.len()) == scope.to_ms,
            first_day,
            period_of,
        })
    }

    /// Whether this person's mask tells exactly on which days of the range they did anything.
    pub(crate) fn tell(&self, head: &Head<'_>) -> bool {
        !head.days.is_empty()
            && (self.from_is_midnight || head.first_ms >= self.from_ms)
            && (self.to_is_midnight || head.last_ms < self.to_ms)
    }

    /// The period of every active day of the range, in order; one may come several times.
    #[inline]
    pub(crate) fn each(&self, head: &Head<'_>, mut each: impl FnMut(u32)) {
        let offset = i64::from(head.day0) - i64::from(self.first_day);
        for (word, bits) in (0i64..).zip(head.days) {
            let mut bits = *bits;
            let base = offset + word * 64;
            if base < 0 {
                bits = if base <= -64 { 0 } else { bits & (u64::MAX << -base) };
            }
            while bits != 0 {
                let day = base + i64::from(bits.trailing_zeros());
                let Some(period) = self.period_of.get(day as usize) else { return };
                each(*period);
                bits &= bits - 1;
            }
        }
    }
    /// The same as a set.
    #[inline]
    pub(crate) fn fill(&self, head: &Head<'_>, periods: &mut Periods) {
        periods.clear();
        if !self.alike {
            return self.each(head, |period| periods.set(period as usize));
        }
        let offset = i64::from(head.day0) - i64::from(self.first_day);
        for (word, bits) in (0i64..).zip(head.days) {
            periods.set_word(offset + word * 64, *bits, self.period_of.len());
        }
    }
}
