//! Amounts in minor units of one currency. It does not know exchange rates or how amounts are written for people.

use minicbor::{Decode, Encode};

/// An ISO 4217 code such as `CNY`, three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Currency(#[n(0)] [u8; 3]);

impl Currency {
    /// Chinese yuan.
    pub const CNY: Currency = Currency(*b"CNY");
    /// United States dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// Reads a code; `None` unless it is three capital letters.
    pub fn new(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Currency(bytes))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

/// An exact amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Money {
    /// Amount in minor units (cents, fen).
    #[n(0)]
    pub minor: i64,
    /// What it is an amount of.
    #[n(1)]
    pub currency: Currency,
}

impl Money {
    /// `minor` minor units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// This amount `units` times; `None` when it does not fit.
    pub fn times(self, units: u32) -> Option<Money> {
        Some(Money { minor: self.minor.checked_mul(i64::from(units))?, ..self })
    }
}
