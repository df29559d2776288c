//! The sandbox's ways to pay, named like the test cards of real providers. It does not know money.

use std::str::FromStr;

/// The longest that a payment or a refund may take: seven days, in milliseconds.
const SLOW_MS_MAX: u64 = 7 * 86_400_000;
/// Names without a number.
const PLAIN: [(&str, Method); 10] = [
    ("now", Method::Now),
    ("late", Method::Late),
    ("twice", Method::Twice),
    ("never", Method::Never),
    ("decline", Method::Decline),
    ("untold", Method::Untold),
    ("mixed", Method::Mixed),
    ("undone", Method::Undone),
    ("back-fails", Method::BackFails),
    ("back-untold", Method::BackUntold),
];

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
    /// `untold`: paid at once, never told.
    Untold,
    /// `mixed`: paid at once, told after another time for each payment.
    Mixed,
    /// `undone`: paid and given back at once by somebody at the provider; told in the wrong order.
    Undone,
    /// `back-slow:MS`: paid at once; what goes back takes so many milliseconds.
    BackSlow(u64),
    /// `back-fails`: paid at once; the first time something shall go back, it cannot.
    BackFails,
    /// `back-untold`: paid at once; that something went back is never told.
    BackUntold,
}

impl FromStr for Method {
    type Err = ();

    fn from_str(name: &str) -> Result<Method, ()> {
        if let Some((_, method)) = PLAIN.iter().find(|(known, _)| *known == name) {
            return Ok(*method);
        }
        let (digits, method): (_, fn(u64) -> Method) =
            match (name.strip_prefix("slow:"), name.strip_prefix("back-slow:")) {
                (Some(digits), _) => (digits, Method::Slow),
                (_, Some(digits)) => (digits, Method::BackSlow),
                _ => return Err(()),
            };
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let ms = digits.parse().ok().filter(|ms| plain && *ms <= SLOW_MS_MAX);
        Ok(method(ms.ok_or(())?))
    }
}

impl Method {
    /// The name under which the ledger keeps it: the same for `slow:5` and `slow:05`.
    pub(crate) fn name(self) -> String {
        match self {
            Method::Slow(ms) => format!("slow:{ms}"),
            Method::BackSlow(ms) => format!("back-slow:{ms}"),
            plain => {
                PLAIN.iter().find(|(_, it)| *it == plain).map(|(name, _)| *name).unwrap_or_default().into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_by_name_and_others_are_unknown() {
        assert_eq!("slow:1500".parse(), Ok(Method::Slow(1500)));
        assert_eq!("back-slow:05".parse(), Ok(Method::BackSlow(5)));
        let numbered = ["slow:0", "back-slow:7"];
        for name in PLAIN.iter().map(|(name, _)| *name).chain(numbered) {
            assert_eq!(name.parse::<Method>().map(Method::name).as_deref(), Ok(name));
        }
        for bad in [
            "",
            "Now",
            "slow",
            "slow:",
            "slow:-1",
            "slow:+1",
            "slow:1e3",
            "slow:604800001",
            "card",
            "back-slow",
        ] {
            assert_eq!(bad.parse::<Method>(), Err(()), "{bad}");
        }
    }
}
