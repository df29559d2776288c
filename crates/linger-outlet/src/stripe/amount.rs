//! Amounts as Stripe's interface writes them. It does not know payments.
//!
//! An amount of the house is in the minor units of ISO 4217; Stripe's are the same but for the currencies named here.
//! Source: <https://docs.stripe.com/currencies> (zero-decimal currencies, three-decimal currencies, special cases). An
//! amount that has no exact form at Stripe is refused rather than rounded.

use linger_protocol::{Currency, Money};

/// Charged with two decimals that are always zero; ISO 4217 has none.
const HUNDREDFOLD: [&str; 1] = ["ISK"];
/// Charged in whole units; ISO 4217 has two decimals.
const HUNDREDTH: [&str; 1] = ["MGA"];
/// Three decimals, of which the last must be zero.
const TENS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];
/// Stripe's own document lists it both among the currencies without decimals and among those to be sent with two: a
/// mistake would be a hundredfold.
const CONTRADICTED: [&str; 1] = ["UGX"];

/// The amount and currency as Stripe takes them; `None` when this amount cannot be said exactly.
pub(super) fn to_stripe(money: Money) -> Option<(i64, String)> {
    let currency = money.currency.as_str();
    let minor = if CONTRADICTED.contains(&currency) {
        None
    } else if HUNDREDFOLD.contains(&currency) {
        money.minor.checked_mul(100)
    } else if HUNDREDTH.contains(&currency) {
        (money.minor % 100 == 0).then_some(money.minor / 100)
    } else if TENS.contains(&currency) {
        (money.minor % 10 == 0).then_some(money.minor)
    } else {
        Some(money.minor)
    };
    Some((minor?, currency.to_ascii_lowercase()))
}

/// An amount that Stripe tells; `None` when it is none of ours.
pub(super) fn from_stripe(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::new(&currency.to_ascii_uppercase())?;
    let name = currency.as_str();
    let minor = if CONTRADICTED.contains(&name) {
        None
    } else if HUNDREDFOLD.contains(&name) {
        (amount % 100 == 0).then_some(amount / 100)
    } else if HUNDREDTH.contains(&name) {
        amount.checked_mul(100)
    } else {
        Some(amount)
    };
    Some(Money::new(minor?, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, currency: &str) -> Money {
        Money::new(minor, Currency::new(currency).unwrap())
    }

    #[test]
    fn amounts_are_said_as_the_document_of_currencies_says() {
        for (minor, currency, amount) in [
            // "To charge 10 USD, provide an amount value of 1000", "to charge 500 JPY, provide an amount value of 500".
            (1_000, "USD", 1_000),
            (1_999, "CNY", 1_999),
            (500, "JPY", 500),
            (500, "KRW", 500),
            (7, "XOF", 7),
            // "5.124 KWD must be rounded to 5120 or 5130": we refuse it instead.
            (5_120, "KWD", 5_120),
            (5_130, "BHD", 5_130),
            // "To charge 5 ISK, provide an amount value of 500."
            (5, "ISK", 500),
            (300, "MGA", 3),
            (1_045, "HUF", 1_045),
            (80_045, "TWD", 80_045),
        ] {
            let said = to_stripe(money(minor, currency)).unwrap();
            assert_eq!(said, (amount, currency.to_ascii_lowercase()), "{minor} {currency}");
            assert_eq!(from_stripe(said.0, &said.1), Some(money(minor, currency)));
        }
    }

    #[test]
    fn an_amount_that_cannot_be_said_exactly_is_none() {
        for (minor, currency) in [(5_124, "KWD"), (1, "TND"), (150, "MGA"), (500, "UGX"), (i64::MAX, "ISK")] {
            assert_eq!(to_stripe(money(minor, currency)), None, "{minor} {currency}");
        }
        for (amount, currency) in [(550, "isk"), (500, "ugx"), (1, "dollars"), (i64::MAX, "mga")] {
            assert_eq!(from_stripe(amount, currency), None, "{amount} {currency}");
        }
    }
}
