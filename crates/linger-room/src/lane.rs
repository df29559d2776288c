//! Which lane a comment goes into. It does not know what happens in a flood: it says what a line is, once, for everybody.

use crate::{Room, text::folded};
use linger_protocol::{Actor, Lane, Role};

/// The lane of somebody's words. A question is a question whoever asks it: an answer is owed to it.
pub(crate) fn of(room: &Room, by: Actor, text: &str, asks: bool) -> Lane {
    if by.role != Role::Viewer || room.host() == Some(by.person) {
        Lane::Host
    } else if asks {
        Lane::Question
    } else if room.is_member(by.person) {
        Lane::Member
    } else if is_reaction(text) {
        Lane::Reaction
    } else {
        Lane::Talk
    }
}

/// Characters of a reaction; whoever writes more says something.
const REACTION_CHARS: usize = 32;

/// Sounds and signs that applaud however often they are repeated, folded.
const SOUNDS: &[&str] = &[
    "哈", "呵", "嘿", "嘻", "哇", "啊", "呜", "耶", "赞", "牛", "棒", "冲", "顶", "支持", "加油", "好看",
    "6", "8", "1", "233", "ha", "he", "lol", "wow", "omg", "yay", "yes", "nice", "cool", "love", "gg",
];

/// Whether a text is applause alone: signs and emoji, or the same few sounds again and again.
fn is_reaction(text: &str) -> bool {
    if text.chars().nth(REACTION_CHARS).is_some() {
        return false;
    }
    let text: String = folded(text).chars().filter(|c| !is_sign(*c)).collect();
    text.is_empty() || SOUNDS.iter().any(|sound| repeats(&text, sound))
}

/// Whether `text` is `sound` said once or more; a last letter may be drawn out, as in `wowww`.
fn repeats(text: &str, sound: &str) -> bool {
    let rest = text.trim_start_matches(sound);
    let last = sound.chars().last();
    rest.len() < text.len() && rest.chars().all(|c| Some(c) == last)
}

/// Blanks, punctuation and pictures: what says nothing in words. A question mark is not among them.
fn is_sign(c: char) -> bool {
    match c {
        '?' => false,
        _ if c.is_whitespace() || c.is_ascii_punctuation() => true,
        // Joiners, marks and selectors that emoji are put together with.
        '\u{200d}' | '\u{20e3}' | '\u{fe0f}' | '\u{e0020}'..='\u{e007f}' => true,
        // Punctuation of both scripts, arrows, signs, pictures.
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3020}' => true,
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_reaction;

    #[test]
    fn applause_is_a_reaction() {
        for text in [
            "666",
            "６６６",
            "哈哈哈",
            "hahaha",
            "wowww",
            "👍👍",
            "❤️❤️",
            "👩‍👩‍👧",
            "！！！",
            "1",
            "加油加油",
            "Nice!",
            "233",
        ] {
            assert!(is_reaction(text), "{text}");
        }
    }

    #[test]
    fn what_says_something_is_none() {
        for text in ["?", "？？", "616", "haha this cup is huge", "哈密瓜", "多少钱", "hello", "no", "12"]
        {
            assert!(!is_reaction(text), "{text}");
        }
        assert!(!is_reaction(&"6".repeat(40)), "too long to be a reaction");
    }
}
