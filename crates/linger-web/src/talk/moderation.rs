//! The port through which everything that a viewer writes or shows passes before others see it. It does not know how a
//! moderator judges.

use linger_protocol::{PersonId, RoomId};
use std::{future::Future, pin::Pin};

/// A verdict that comes later.
pub type Judging<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// What is to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A comment.
    Comment,
    /// Words that go with a gift.
    Gift,
    /// Words under a photo.
    Caption,
    /// A picture.
    Image,
}

impl Kind {
    /// The word used towards the outside.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Comment => "comment",
            Kind::Gift => "gift",
            Kind::Caption => "caption",
            Kind::Image => "image",
        }
    }
}

/// Something that a viewer wants others to see. Its text never reaches a log line: there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Where.
    pub room: &'a RoomId,
    /// Who.
    pub person: PersonId,
    /// What it is.
    pub kind: Kind,
    /// The words; empty for a picture.
    pub text: &'a str,
    /// The picture, a JPEG.
    pub image: Option<&'a [u8]>,
}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody may see it.
    Publish,
    /// Somebody of the staff looks at it first.
    Hold {
        /// Why, as a short code for staff such as `word`.
        reason: String,
    },
    /// Nobody gets to see it.
    Refuse {
        /// Why, as a short code.
        reason: String,
        /// For how long the person may not say anything; zero for not at all.
        mute_ms: u64,
    },
}

impl Verdict {
    /// How grave it is: the graver of two verdicts counts.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Verdict::Publish => 0,
            Verdict::Hold { .. } => 1,
            Verdict::Refuse { mute_ms, .. } => mute_ms.saturating_add(2),
        }
    }
}

/// Judges what viewers write and show.
///
/// Staff are not judged: they answer for what they say by name.
pub trait Moderator: Send + Sync {
    /// The verdict. It has to come within a second: the person waits for it.
    fn judge<'a>(&'a self, asked: Asked<'a>) -> Judging<'a>;
}
