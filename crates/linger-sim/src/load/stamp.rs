//! The mark a sender puts into a text, by which any receiver knows which message it is and when it was sent.
//!
//! It does not know what carries the text. The mark is plain ASCII, so it survives JSON as it is.

use memchr::memmem::Finder;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

const OPENING: &str = "~@";
/// `~@`, 8 digits of the number, 16 of the time, `~`.
pub(super) const LENGTH: usize = 27;

static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPENING));

/// Microseconds since 1970: senders and receivers on one machine share this clock.
pub(super) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The mark of message `number`, sent at `at_us`.
pub(super) fn mark(number: u32, at_us: u64) -> String {
    format!("{OPENING}{number:08x}{at_us:016x}~")
}

/// Calls `each` with number and time of every mark, in order. Gives how many bytes at the end may be the beginning of
/// a mark that is cut off.
pub(super) fn marks(bytes: &[u8], mut each: impl FnMut(u32, u64)) -> usize {
    for at in FINDER.find_iter(bytes) {
        let Some(mark) = bytes.get(at..at + LENGTH) else { return bytes.len() - at };
        let digits = |from: usize, to: usize| {
            std::str::from_utf8(&mark[from..to]).ok().and_then(|text| u64::from_str_radix(text, 16).ok())
        };
        if let (Some(number), Some(at_us), b'~') = (digits(2, 10), digits(10, 26), mark[LENGTH - 1]) {
            each(number as u32, at_us);
        }
    }
    usize::from(bytes.last() == Some(&b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_stand() {
        let text = format!("好看{}~and~@ {}", mark(7, 99), mark(u32::MAX, u64::MAX));
        let mut seen = Vec::new();
        assert_eq!(marks(text.as_bytes(), |number, at| seen.push((number, at))), 1);
        assert_eq!(seen, [(7, 99), (u32::MAX, u64::MAX)]);
    }

    #[test]
    fn a_mark_that_is_cut_off_is_kept_for_later() {
        let text = format!("x{}", mark(1, 2));
        for cut in 3..text.len() {
            let kept = marks(&text.as_bytes()[..cut], |_, _| panic!("not whole"));
            assert_eq!(kept, cut - 1, "cut at {cut}");
        }
        assert_eq!(marks(b"nothing", |_, _| panic!("none")), 0);
    }
}
