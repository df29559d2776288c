//! Numbers as people read them. They do not know what they count.

use linger_behaviour::customers::Totals;

/// A whole number in groups of three digits.
pub(super) fn whole(number: u64) -> String {
    crate::import::grouped(number)
}

/// Money of minor units, with its currency behind; a minus in front when it is less than nothing.
pub(super) fn money(minor: i64, of: &Totals) -> String {
    let unit = 10_u64.pow(u32::from(of.decimals));
    let (digits, all) = (usize::from(of.decimals), minor.unsigned_abs());
    let sign = if minor < 0 { "−" } else { "" };
    let rest = if digits == 0 { String::new() } else { format!(".{:0digits$}", all % unit) };
    let text = format!("{sign}{}{rest} {}", whole(all / unit), of.currency);
    text.trim_end().to_owned()
}

/// Money of major units, to the whole unit: for what is expected, where pennies would pretend.
pub(super) fn about(major: f64, of: &Totals) -> String {
    let sign = if major < 0.0 { "−" } else { "" };
    format!("{sign}{} {}", whole(major.abs().round() as u64), of.currency).trim_end().to_owned()
}

/// A share of `all` as per cent.
pub(super) fn share(part: u64, all: u64) -> String {
    if all == 0 { "–".to_owned() } else { percent(part as f64 / all as f64) }
}

/// A share between 0 and 1 as per cent with one digit.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
