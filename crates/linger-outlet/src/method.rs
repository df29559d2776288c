//! The sandbox's ways to pay, named like the test cards of real providers. It does not know money.

use std::str::FromStr;

/// The longest that a payment may take: seven days, in milliseconds.
const SLOW_MS_MAX: u64 = 7 * 86_400_000;

/// What becomes of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// `now`: paid at once, told once.
    Now,
    /// `slow:MS`: paid after so many milliseconds.
    Slow(u64),
    /// `late`: paid after longer than a hold usually lasts (as configured).
    Late,
    /// `twice`: paid at once, told twice; and every start is another payment.
    Twice,
    /// `never`: started, and nothing comes of it.
    Never,
    /// `decline`: refused at once.
    Decline,
}

impl FromStr for Method {
    type Err = ();

    fn from_str(name: &str) -> Result<Method, ()> {
        Ok(match name {
            "now" => Method::Now,
            "late" => Method::Late,
            "twice" => Method::Twice,
            "never" => Method::Never,
            "decline" => Method::Decline,
            _ => {
                let digits = name.strip_prefix("slow:").ok_or(())?;
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let ms = digits.parse().ok().filter(|ms| plain && *ms <= SLOW_MS_MAX);
                Method::Slow(ms.ok_or(())?)
            }
        })
    }
}

impl Method {
    /// The name under which the ledger keeps it: the same for `slow:5` and `slow:05`.
    pub(crate) fn name(self) -> String {
        match self {
            Method::Now => "now".into(),
            Method::Slow(ms) => format!("slow:{ms}"),
            Method::Late => "late".into(),
            Method::Twice => "twice".into(),
            Method::Never => "never".into(),
            Method::Decline => "decline".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_by_name_and_others_are_unknown() {
        assert_eq!("slow:1500".parse(), Ok(Method::Slow(1500)));
        for name in ["now", "slow:0", "late", "twice", "never", "decline"] {
            assert_eq!(name.parse::<Method>().map(Method::name).as_deref(), Ok(name));
        }
        for bad in ["", "Now", "slow", "slow:", "slow:-1", "slow:+1", "slow:1e3", "slow:604800001", "card"] {
            assert_eq!(bad.parse::<Method>(), Err(()), "{bad}");
        }
    }
}
