//! Time as the house counts it. It does not know what time it is: nobody below the engine reads a clock.

use minicbor::{Decode, Encode};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Millis(#[n(0)] pub i64);

impl Millis {
    /// This moment, `ms` milliseconds later; stays at the end of time rather than wrapping.
    pub fn plus(self, ms: u64) -> Millis {
        Millis(self.0.saturating_add_unsigned(ms))
    }

    /// Milliseconds from `earlier` to this moment; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Millis) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}
