//! Why there is no figure. It does not know the sentences that tell people.

use std::fmt;

/// Why an estimate cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing was observed.
    NothingObserved,
    /// Fewer were observed than an interval can be built on.
    TooFew {
        /// How many there are, in the smaller group.
        have: u64,
        /// How many there have to be.
        need: u64,
    },
    /// More hits than trials, or more events than people at risk: the sums do not belong together.
    MoreThanAll,
    /// All figures are equal in both groups: there is no spread to build an interval on.
    NoSpread,
    /// The sums are too large to be computed with exactly.
    TooLarge,
    /// Nobody was observed until the age asked for.
    BeyondObservation {
        /// The age in seconds up to which somebody was observed.
        followed_s: u32,
    },
    /// A stay that ended no later than its observation began was never at risk.
    NeverAtRisk,
    /// The figure to divide by, or to compare with in per cent, is zero.
    ZeroBase,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::NothingObserved => f.write_str("nothing was observed"),
            Unknown::TooFew { have, need } => write!(f, "{have} observed, {need} needed"),
            Unknown::MoreThanAll => f.write_str("more events than people at risk"),
            Unknown::NoSpread => f.write_str("all figures are equal"),
            Unknown::TooLarge => f.write_str("sums too large"),
            Unknown::BeyondObservation { followed_s } => write!(f, "observed only up to {followed_s} s"),
            Unknown::NeverAtRisk => f.write_str("never at risk"),
            Unknown::ZeroBase => f.write_str("the base is zero"),
        }
    }
}

impl std::error::Error for Unknown {}
