//! What an event came of: who asked, and how. It does not know what was decided.

use crate::{Actor, IntentId};
use minicbor::{Decode, Encode};

/// What an event came of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Cause {
    /// Somebody asked.
    #[n(0)]
    Asked {
        /// Who.
        #[n(0)]
        by: Actor,
        /// The intent they were following, if any.
        #[n(1)]
        intent: Option<IntentId>,
    },
    /// It was reported from outside.
    #[n(1)]
    Reported,
    /// Somebody asked through a gateway: a shop's own server that speaks for its customers.
    #[n(2)]
    Through {
        /// Who.
        #[n(0)]
        by: Actor,
        /// The number of the key that the gateway came with.
        #[n(1)]
        gateway: u64,
    },
}
