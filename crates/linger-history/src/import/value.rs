//! Reads money, whole numbers and times as people write them. It does not know which column they stand in.

use jiff::{Timestamp, civil, fmt::strtime, tz::TimeZone};

/// An exact amount in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

const SCALE: i128 = 1_000_000;
/// Twelve digits before the point are more than any order has, and sums of them fit.
const LARGEST: i128 = 1_000_000_000_000 * SCALE;

impl Decimal {
    /// Nothing.
    pub const ZERO: Decimal = Decimal(0);

    /// Reads an amount such as `1,234.50`, `£3`, `-2` or, with a decimal comma, `1.234,50`. Digits beyond the sixth after
    /// the point are rounded. None when it is anything else, among it `1,50` where the point is a full stop.
    pub fn parse(text: &str, point: char) -> Option<Decimal> {
        let grouping = if point == ',' { '.' } else { ',' };
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let text = text.trim_matches(|it: char| "$£€¥￥₩₹元 ".contains(it));
        let (whole, part) = text.split_once(point).unwrap_or((text, ""));
        let whole = digits(whole, grouping)?;
        if !part.bytes().all(|it| it.is_ascii_digit()) || part.len() > 30 || (text.ends_with(point)) {
            return None;
        }
        let mut micros = 0i128;
        for place in 0..6 {
            micros = micros * 10 + i128::from(part.as_bytes().get(place).map_or(0, |it| it - b'0'));
        }
        micros += i128::from(part.as_bytes().get(6).is_some_and(|it| *it >= b'5'));
        let value = whole.checked_mul(SCALE)?.checked_add(micros)?;
        (value <= LARGEST).then_some(Decimal(if negative { -value } else { value }))
    }

    /// From minor units of a currency with so many decimals.
    pub fn from_minor(minor: i64, decimals: u32) -> Decimal {
        Decimal(i128::from(minor) * (SCALE / 10i128.pow(decimals.min(6))))
    }

    /// Times a number of pieces; none when it is larger than any amount.
    pub fn times(self, units: i64) -> Option<Decimal> {
        let value = self.0.checked_mul(i128::from(units))?;
        (value.abs() <= LARGEST).then_some(Decimal(value))
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Decimal {
        Decimal(self.0.saturating_add(other.0))
    }

    /// The difference.
    pub fn minus(self, other: Decimal) -> Decimal {
        Decimal(self.0.saturating_sub(other.0))
    }

    /// Without its sign.
    pub fn abs(self) -> Decimal {
        Decimal(self.0.abs())
    }

    /// Whether it is zero or less.
    pub fn is_not_positive(self) -> bool {
        self.0 <= 0
    }

    /// Whether it is less than zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The whole number it is, if it is one.
    pub fn whole(self) -> Option<i64> {
        (self.0 % SCALE == 0).then(|| i64::try_from(self.0 / SCALE).ok())?
    }

    /// In minor units of a currency with so many decimals, half away from zero.
    pub fn minor(self, decimals: u32) -> i64 {
        let step = SCALE / 10i128.pow(decimals.min(6));
        let half = if self.0 < 0 { -(step / 2) } else { step / 2 };
        i64::try_from((self.0 + half) / step).unwrap_or(i64::MAX)
    }
}

/// Digits with or without groups of three.
fn digits(text: &str, grouping: char) -> Option<i128> {
    let separators =
        |it: char| it == grouping || it == ' ' || it == '\'' || it == '\u{a0}' || it == '\u{202f}';
    let mut groups = text.split(separators);
    let first = groups.next()?;
    let mut all = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        all.push_str(group);
    }
    let valid = !all.is_empty() && all.len() <= 18 && all.bytes().all(|it| it.is_ascii_digit());
    valid.then(|| all.parse().ok())?
}

/// How many decimals a currency has (ISO 4217); two for all that are not listed.
pub fn decimals(currency: Option<&str>) -> u32 {
    match currency.unwrap_or_default() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// How times are written, and in which zone those without one are.
#[derive(Clone, Debug)]
pub struct Times {
    formats: Vec<String>,
    zone: TimeZone,
}

impl Times {
    /// Formats are tried in their order: `auto`, `unix_s`, `unix_ms`, or a pattern of strptime such as `%d.%m.%Y %H:%M`.
    pub fn new(formats: &[String], zone: TimeZone) -> Times {
        let formats = if formats.is_empty() { vec!["auto".to_owned()] } else { formats.to_vec() };
        Times { formats, zone }
    }

    /// Milliseconds since 1970; none when no format fits.
    pub fn parse(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        if text.len() > 64 {
            return None;
        }
        self.formats.iter().find_map(|format| match format.as_str() {
            "auto" => self.auto(text),
            "unix_s" => text.parse::<i64>().ok()?.checked_mul(1000),
            "unix_ms" => text.parse().ok(),
            pattern => self.by_pattern(pattern, text),
        })
    }

    /// Times with the year first, and seconds or milliseconds since 1970. Whether `3/4/2025` is in March or in April
    /// nobody can tell by looking, so it is not read.
    fn auto(&self, text: &str) -> Option<i64> {
        let bytes = text.as_bytes();
        if bytes.iter().all(u8::is_ascii_digit) {
            let number: i64 = text.parse().ok()?;
            return match bytes.len() {
                8 => self.at(day(text.get(..4)?, text.get(4..6)?, text.get(6..)?)?.at(0, 0, 0, 0)),
                9 | 10 => number.checked_mul(1000),
                12 | 13 => Some(number),
                _ => None,
            };
        }
        let separator = *bytes.get(4)?;
        if !matches!(separator, b'-' | b'/' | b'.') || bytes.get(7) != Some(&separator) {
            return None;
        }
        let date = day(text.get(..4)?, text.get(5..7)?, text.get(8..10)?)?;
        let Some(rest) = text.get(10..).filter(|it| !it.is_empty()) else {
            return self.at(date.at(0, 0, 0, 0));
        };
        let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
        let clock_len =
            rest.find(|it: char| !(it.is_ascii_digit() || it == ':' || it == '.')).unwrap_or(rest.len());
        let (clock, zone) = rest.split_at(clock_len);
        let local = date.to_datetime(clock_time(clock)?);
        match zone.trim() {
            "" => self.at(local),
            zone => Some(to_ms(local)? - offset_ms(zone)?),
        }
    }

    fn by_pattern(&self, pattern: &str, text: &str) -> Option<i64> {
        let parsed = strtime::parse(pattern, text).ok()?;
        if let Ok(stamp) = parsed.to_timestamp() {
            return Some(stamp.as_millisecond());
        }
        let local = parsed.to_datetime().or_else(|_| parsed.to_date().map(|it| it.at(0, 0, 0, 0))).ok()?;
        self.at(local)
    }

    fn at(&self, local: civil::DateTime) -> Option<i64> {
        Some(self.zone.to_timestamp(local).ok()?.as_millisecond())
    }
}

fn day(year: &str, month: &str, day: &str) -> Option<civil::Date> {
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn clock_time(text: &str) -> Option<civil::Time> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
            let nanos: String = part.chars().chain("000000000".chars()).take(9).collect();
            (whole.parse().ok()?, nanos.parse().ok()?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    civil::Time::new(hour, minute, second, fraction).ok()
}

/// `Z`, `UTC`, `+02:00`, `+0200` or `+02`.
fn offset_ms(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|it| *it != ':').collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = if digits.len() == 2 { 0 } else { digits.get(2..4)?.parse().ok()? };
    (digits.len() <= 4 && hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn to_ms(local: civil::DateTime) -> Option<i64> {
    let stamp: Timestamp = TimeZone::UTC.to_timestamp(local).ok()?;
    Some(stamp.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_exactly_or_not_at_all() {
        let minor = |text, point| Decimal::parse(text, point).map(|it| it.minor(2));
        for (text, expected) in [
            ("2.55", Some(255)),
            ("£1,234.50", Some(123_450)),
            ("-3", Some(-300)),
            (" 0.005 ", Some(1)),
            ("1 234", Some(123_400)),
            ("2.5500000000000003", Some(255)),
            ("1,50", None),
            ("1,2345", None),
            ("", None),
            (".", None),
            ("1e5", None),
            ("NaN", None),
            ("12345678901234567890", None),
            ("1.2.3", None),
        ] {
            assert_eq!(minor(text, '.'), expected, "{text:?}");
        }
        assert_eq!(minor("1.234,50", ','), Some(123_450));
        assert_eq!(Decimal::parse("0.1", '.').unwrap().times(3), Decimal::parse("0.3", '.'));
    }

    #[test]
    fn a_time_is_read_in_its_own_zone_or_in_that_of_the_shop() {
        let times = Times::new(&[], TimeZone::get("Asia/Shanghai").unwrap());
        for (text, expected) in [
            ("1970-01-02", Some(57_600_000)),
            ("19700102", Some(57_600_000)),
            ("1970-01-01 08:00:00", Some(0)),
            ("1970-01-01T00:00:01.5Z", Some(1500)),
            ("1970-01-01 02:00:00 +0200", Some(0)),
            ("1970-01-01T01:00:00-01:00", Some(7_200_000)),
            ("1748131180878", Some(1_748_131_180_878)),
            ("1748131180", Some(1_748_131_180_000)),
            ("12/1/2010 8:26", None),
            ("2010-13-01", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(times.parse(text), expected, "{text:?}");
        }
        let american = Times::new(&["auto".into(), "%m/%d/%Y %H:%M".into()], TimeZone::UTC);
        assert_eq!(american.parse("12/1/2010 8:26"), Some(1_291_191_960_000));
    }

    #[test]
    fn currencies_without_decimals_have_none() {
        assert_eq!(Decimal::parse("1500", '.').unwrap().minor(decimals(Some("JPY"))), 1500);
        assert_eq!(Decimal::parse("1.234", '.').unwrap().minor(decimals(Some("KWD"))), 1234);
    }
}
