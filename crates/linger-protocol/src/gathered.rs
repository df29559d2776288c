//! What is gathered over many people before it is told: looks at cards and at
//! products, and how picture and sound arrived. It does not know
//! who gathers it.

use crate::ItemId;
use minicbor::{Decode, Encode};

/// How often one product card was seen and clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CardTouch {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// Times seen for a second or longer.
    #[n(1)]
    pub seen: u32,
    /// Times clicked.
    #[n(2)]
    pub clicked: u32,
}

/// How many people look at one item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Lookers {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How many; each counts once.
    #[n(1)]
    pub people: u32,
}

/// How picture and sound arrived, gathered over viewers. Sums and histograms, so that they add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Quality {
    /// Viewers who told something.
    #[n(0)]
    pub viewers: u32,
    /// Times to first frame, in ms, of those who began to watch.
    #[n(1)]
    pub first_frame_ms: Vec<u32>,
    /// Stalls.
    #[n(2)]
    pub stalls: u32,
    /// Milliseconds stalled.
    #[n(3)]
    pub stalled_ms: u64,
    /// Milliseconds watched, stalls included.
    #[n(4)]
    pub watched_ms: u64,
    /// Sum of the jitter-buffer delays told, in ms.
    #[n(5)]
    pub delay_ms_sum: u64,
    /// How many delays that is the sum of.
    #[n(6)]
    pub delays: u32,
    /// Viewers who could not start to watch.
    #[n(7)]
    pub failures: u32,
}
