//! Amounts as shops write them, `19.99` of some currency, as whole minor units: digit by digit, as no binary fraction
//! holds 0.1. It does not know exchange rates.

pub(crate) use linger_catalogue::money::minor_digits;

/// Digits that are read; more are no amount of money.
const DIGITS_MAX: usize = 40;
/// A decimal exponent beyond this is no amount of money.
const EXPONENT_MAX: i32 = 40;

/// A currency's code in capitals, when it has the form of one.
pub(crate) fn currency(text: &str) -> Option<[u8; 3]> {
    let mut code: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
    code.make_ascii_uppercase();
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

/// Minor units of a decimal number as JSON or people write it: `12`, `-1.5`, `1e3`. Beyond the last minor digit it is
/// rounded to the nearest, halves away from zero: programs that reckon in binary send 19.989999999999998. `None` when
/// it is no number or does not fit.
pub(crate) fn minor_units(text: &str, digits: u32) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = whole.bytes().chain(fraction.bytes());
    if !all.clone().all(|b| b.is_ascii_digit()) || exponent.abs() > EXPONENT_MAX {
        return None;
    }
    if whole.is_empty() || mantissa.ends_with('.') || whole.len() + fraction.len() > DIGITS_MAX {
        return None;
    }
    // How many of the digits stand before the last minor digit.
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent) + i64::from(digits);
    let mut minor: i64 = 0;
    let mut place = 0;
    for digit in all.map(|b| i64::from(b - b'0')) {
        if place < kept {
            minor = minor.checked_mul(10)?.checked_add(digit)?;
        } else if place == kept && digit >= 5 {
            minor = minor.checked_add(1)?;
        }
        place += 1;
    }
    while place < kept {
        minor = minor.checked_mul(10)?;
        place += 1;
    }
    Some(if negative { -minor } else { minor })
}

/// A whole number, also one that is written `5.0`. The least of all is none: it stands for "not there" in a column.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    whole.parse().ok().filter(|whole| *whole != i64::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_minor_units_digit_by_digit() {
        for (text, digits, minor) in [
            ("19.99", 2, Some(1_999)),
            ("0.1", 2, Some(10)),
            ("0.29", 2, Some(29)),
            ("1100", 0, Some(1_100)),
            ("1.2345", 3, Some(1_235)),
            ("19.989999999999998", 2, Some(1_999)),
            ("0.005", 2, Some(1)),
            ("0.0049999", 2, Some(0)),
            ("-0.005", 2, Some(-1)),
            ("0.0005", 2, Some(0)),
            ("1e3", 2, Some(100_000)),
            ("12.5E-1", 2, Some(125)),
            ("1e-5", 2, Some(0)),
            ("5e-3", 2, Some(1)),
            ("-7", 2, Some(-700)),
            ("+7", 2, Some(700)),
            ("0", 2, Some(0)),
            ("92233720368547758.07", 2, Some(i64::MAX)),
            ("92233720368547758.08", 2, None),
            ("1e40", 2, None),
            ("1e99", 2, None),
            ("", 2, None),
            ("-", 2, None),
            (".5", 2, None),
            ("5.", 2, None),
            ("1,50", 2, None),
            ("NaN", 2, None),
            ("1.2.3", 2, None),
            ("12 CNY", 2, None),
        ] {
            assert_eq!(minor_units(text, digits), minor, "{text} with {digits}");
        }
    }

    #[test]
    fn a_whole_number_is_whole() {
        for (text, whole) in [
            ("5", Some(5)),
            ("5.0", Some(5)),
            ("-3", Some(-3)),
            ("4.5", None),
            ("1.04", None),
            ("five", None),
            ("5.", None),
        ] {
            assert_eq!(whole_number(text), whole, "{text}");
        }
        assert_eq!(whole_number(&i64::MIN.to_string()), None);
    }

    #[test]
    fn every_currency_has_its_own_minor_unit() {
        assert_eq!(["JPY", "CNY", "USD", "KWD", "CLF"].map(minor_digits), [0, 2, 2, 3, 4]);
        assert_eq!(currency(" cny "), Some(*b"CNY"));
        assert_eq!(currency("¥"), None);
        assert_eq!(currency("EURO"), None);
    }
}
