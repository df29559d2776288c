//! Amounts as files and shops write them, `19.99`, as whole minor units, and back. It does not know exchange rates.

/// How many decimal digits the minor unit of a currency has: ISO 4217 of 2024, where it is not 2.
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// Minor units of an amount such as `19.99` or `19.9`. `None` when it is no amount, or finer than the currency's minor
/// unit: a price is never rounded.
pub fn read(text: &str, currency: &str) -> Option<i64> {
    let digits = minor_digits(currency) as usize;
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction = fraction.trim_end_matches('0');
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > digits {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

/// An amount as `19.99`: [`read`] gives the minor units back.
pub fn write(minor: i64, currency: &str) -> String {
    let digits = minor_digits(currency) as usize;
    let text = format!("{:0>width$}", minor.max(0), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_or_none() {
        for (text, currency, minor) in [
            ("19.99", "USD", Some(1_999)),
            ("19.9", "USD", Some(1_990)),
            ("19", "USD", Some(1_900)),
            ("19.990", "USD", Some(1_999)),
            (" 0.05 ", "USD", Some(5)),
            ("19.995", "USD", None),
            ("1900", "JPY", Some(1_900)),
            ("19.5", "JPY", None),
            ("1.234", "KWD", Some(1_234)),
            ("", "USD", None),
            (".5", "USD", None),
            ("-1", "USD", None),
            ("1e3", "USD", None),
            ("1,000", "USD", None),
            ("99999999999999999999", "USD", None),
        ] {
            assert_eq!(read(text, currency), minor, "{text} {currency}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for currency in ["USD", "JPY", "KWD"] {
            for minor in [0, 1, 9, 10, 99, 100, 101, 12_345, 10_000_000_000] {
                assert_eq!(read(&write(minor, currency), currency), Some(minor), "{minor} {currency}");
            }
        }
        assert_eq!(write(5, "USD"), "0.05");
        assert_eq!(write(5, "JPY"), "5");
    }
}
