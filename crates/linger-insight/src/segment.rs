//! What was on stage, and when: the bands and marks under a curve. It does not know what they did to it.

use linger_protocol::{ItemId, OffReason, PromptId, QuestionId};

/// What was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// A product's card was over the picture.
    Card {
        /// The product.
        item: ItemId,
    },
    /// A draw ran, from its opening until its winners were known.
    Draw {
        /// Which.
        draw: linger_protocol::DrawId,
    },
    /// A prompt was on the host's screen.
    Prompt {
        /// Which.
        prompt: PromptId,
        /// The question it was about.
        question: QuestionId,
    },
    /// A prompt was held back for comparison: a mark, without duration.
    Withheld {
        /// The question it would have been about.
        question: QuestionId,
    },
    /// The people who run the room told everybody something: a mark.
    Announcement,
    /// There was no picture.
    OffAir {
        /// Why; `None` when there had not been one yet.
        reason: Option<OffReason>,
    },
}

/// Something that was on stage for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First second.
    pub from_s: u32,
    /// Last second; `None` while it is still there.
    pub to_s: Option<u32>,
    /// What.
    pub kind: SegmentKind,
    /// For a card: the people who had wished that its item is explained.
    pub asked: u32,
}
