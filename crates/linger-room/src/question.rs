//! Which words are a question, what about, and which of them weighs most. It does not know rooms, and keeps no words.
//!
//! A recogniser of plain rules, for Chinese and English, in three steps over one plain form of a comment: what asks and
//! what only looks like it (`cues`); what about, if it is one of the topics buyers ask about everywhere (`lexicon`), and
//! which link of the shelf it names (`link`); and else what is left of it without its wording (`gist`). "M码还有吗" and
//! "what sizes do you have" are the same question, size; "猫叫啥" and "你家猫叫什么名字" are the same one beyond the topics.
//!
//! It errs both ways, on purpose cheaply: a missed question stays a comment that the host sees, and a comment taken for
//! a question waits in a list. `tests/questions` holds the labelled comments it is measured by, and
//! `docs/performance.md` the figures. Every phrase is looked for in one pass, so that a comment costs about a
//! microsecond of the thread that all rooms share.

mod cues;
mod gist;
mod lexicon;
mod link;
mod phrases;
mod plain;
pub mod rank;

pub use lexicon::{Known, TOPICS};

use linger_protocol::Topic;
use plain::Plain;

/// From here on, topics are hashes of words. Below, the last eight bits are the number of one of [`TOPICS`], and the
/// bits before them the link that the question names, 0 for none.
pub const HASHED_FROM: u32 = 1 << 24;

const NUMBER_BITS: u32 = 8;

/// Topics in which a number before "号" is a day of the month: "12号发货吗".
const DATED: &[&str] = &["shipping-time", "schedule", "draw", "expiry"];

/// What a text asks about, or `None` when it asks nothing.
///
/// Depends on the text alone. Below [`HASHED_FROM`] it is the number of one of [`TOPICS`], with the link that the text
/// names ([`link`]); from there on it is 24 bits of a SHA-256 over what is left of the text without its wording: enough
/// for 500 open questions to hardly ever meet by chance. Words cannot be read back from such a number, but a guess at
/// them can be tried; it is all that stays of a question whose words were erased.
pub fn topic(plain: &str) -> Option<Topic> {
    let plain = Plain::of(plain);
    if plain.text.is_empty() || !cues::ask(&plain) {
        return None;
    }
    match lexicon::about(&plain.text) {
        Some(number) => {
            let is_dated = DATED.contains(&TOPICS[usize::from(number) - 1].code);
            let link = if plain.numbered && !is_dated { link::named(&plain.text) } else { None };
            Some(Topic(u32::from(number) | link.unwrap_or(0) << NUMBER_BITS))
        }
        None => gist::gist(&plain.text).map(|bits| Topic(HASHED_FROM + bits)),
    }
}

/// The code of a topic the house knows, such as `size`; `None` for topics made of words.
pub fn code(topic: Topic) -> Option<&'static str> {
    if topic.0 >= HASHED_FROM {
        return None;
    }
    let number = topic.0 & ((1 << NUMBER_BITS) - 1);
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    TOPICS.get(index).map(|known| known.code)
}

/// The number of the link that a question names, as the audience sees it on the shelf; `None` when it names none: then
/// it is about what is on stage.
pub fn link(topic: Topic) -> Option<u32> {
    let link = topic.0 >> NUMBER_BITS;
    (topic.0 < HASHED_FROM && link > 0).then_some(link)
}
