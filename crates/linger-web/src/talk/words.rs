//! The moderator that is always there: a list of words. It does not know languages or what is meant; a person decides
//! about whatever it holds.
//!
//! # The list
//! One word or phrase a line; `#` begins a remark. A plain line holds a text until somebody of the staff has looked at
//! it, `-word` refuses it, `!word` is a red line: refused, and the person may say nothing for ten minutes.
//!
//! # How words are found
//! Texts and words are compared in lower case, with full-width forms as plain ones, and with everything left out that is
//! neither letter nor digit, so that `坏.人` and `ｂ ａ ｄ` are found. A word of Latin letters or digits is found only as a
//! word of its own, or spelt out letter by letter: `bad` is found in `b.a.d` and not in `badge` or `lab add`.

use super::moderation::{Asked, Judging, Kind, Moderator, Verdict};
use aho_corasick::AhoCorasick;
use std::{
    path::PathBuf,
    sync::{Arc, RwLock},
    time::{Duration, Instant, SystemTime},
};

/// Bytes of a list.
const LIST_BYTES_MAX: u64 = 1 << 20;
/// Words of a list.
const WORDS_MAX: usize = 50_000;
/// Characters of a word.
const WORD_CHARS_MAX: usize = 64;
/// How often it is looked whether the list has changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long somebody who crossed a red line says nothing.
const RED_LINE_MUTE_MS: u64 = 600_000;

/// A list of words, read again when its file changes.
pub struct WordList {
    file: Option<PathBuf>,
    read: RwLock<Read>,
}

struct Read {
    words: Arc<Words>,
    changed: Option<SystemTime>,
    looked_at: Instant,
}

/// Why a list cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadList {
    /// The file cannot be read.
    #[error("the file cannot be read as text")]
    Unreadable,
    /// It is larger than a megabyte or has more than 50,000 words.
    #[error("the list is larger than 1 MB or longer than 50,000 words")]
    TooLong,
    /// A line has no letter and no digit, or more than 64.
    #[error("line {0} has no letter or digit, or more than 64 characters")]
    BadLine(usize),
}

impl WordList {
    /// Nothing is on the list: every text goes through, every picture waits.
    pub fn empty() -> WordList {
        WordList::of(None, Words::default(), None)
    }

    /// The list in a file.
    ///
    /// # Errors
    /// When it cannot be used as it stands now. If it is broken later, the words before go on to count.
    pub fn open(file: PathBuf) -> Result<WordList, BadList> {
        let (words, changed) = read_list(&file)?;
        Ok(WordList::of(Some(file), words, changed))
    }

    fn of(file: Option<PathBuf>, words: Words, changed: Option<SystemTime>) -> WordList {
        let read = Read { words: Arc::new(words), changed, looked_at: Instant::now() };
        WordList { file, read: RwLock::new(read) }
    }

    fn words(&self) -> Arc<Words> {
        let read = self.read.read().unwrap_or_else(|it| it.into_inner());
        let stale = self.file.is_some() && read.looked_at.elapsed() >= LOOK_EVERY;
        let words = read.words.clone();
        drop(read);
        if stale { self.look_again().unwrap_or(words) } else { words }
    }

    /// The words as they are now, if the file has changed and can be used.
    fn look_again(&self) -> Option<Arc<Words>> {
        let file = self.file.as_ref()?;
        let mut read = self.read.write().unwrap_or_else(|it| it.into_inner());
        if read.looked_at.elapsed() < LOOK_EVERY {
            return Some(read.words.clone());
        }
        read.looked_at = Instant::now();
        let changed = std::fs::metadata(file).and_then(|it| it.modified()).ok();
        if changed != read.changed {
            read.changed = changed;
            match read_list(file) {
                Ok((words, _)) => read.words = Arc::new(words),
                Err(rule) => {
                    tracing::error!(%rule, "the list of words cannot be used: the one before counts")
                }
            }
        }
        Some(read.words.clone())
    }
}

impl Moderator for WordList {
    fn judge<'a>(&'a self, asked: Asked<'a>) -> Judging<'a> {
        let verdict = match asked.kind {
            // A list of words sees no pictures: a person has to look.
            Kind::Image => Verdict::Hold { reason: "image".to_owned() },
            _ => self.words().judge(asked.text),
        };
        Box::pin(std::future::ready(verdict))
    }
}

fn read_list(file: &PathBuf) -> Result<(Words, Option<SystemTime>), BadList> {
    let told = std::fs::metadata(file).map_err(|_| BadList::Unreadable)?;
    if told.len() > LIST_BYTES_MAX {
        return Err(BadList::TooLong);
    }
    let text = std::fs::read_to_string(file).map_err(|_| BadList::Unreadable)?;
    Ok((Words::of(&text)?, told.modified().ok()))
}

/// The words, ready to be found.
#[derive(Default)]
struct Words {
    found: Option<AhoCorasick>,
    words: Vec<Word>,
}

struct Word {
    verdict: Verdict,
    /// Whether it is made of Latin letters and digits alone.
    latin: bool,
    /// Where a phrase itself is parted, in bytes from its beginning.
    gaps: Vec<usize>,
}

impl Words {
    fn of(list: &str) -> Result<Words, BadList> {
        let (mut patterns, mut words) = (vec![], vec![]);
        for (place, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if words.len() >= WORDS_MAX {
                return Err(BadList::TooLong);
            }
            let reason = || "word".to_owned();
            let (verdict, word) = match line.split_at_checked(1) {
                Some(("-", word)) => (Verdict::Refuse { reason: reason(), mute_ms: 0 }, word),
                Some(("!", word)) => (Verdict::Refuse { reason: reason(), mute_ms: RED_LINE_MUTE_MS }, word),
                _ => (Verdict::Hold { reason: reason() }, line),
            };
            let squeezed = Squeezed::of(word);
            if !(1..=WORD_CHARS_MAX).contains(&squeezed.text.chars().count()) {
                return Err(BadList::BadLine(place + 1));
            }
            let gaps = squeezed.gaps(0..squeezed.text.len());
            words.push(Word { verdict, latin: squeezed.text.is_ascii(), gaps });
            patterns.push(squeezed.text);
        }
        let found = AhoCorasick::new(&patterns).map_err(|_| BadList::TooLong)?;
        Ok(Words { found: Some(found), words })
    }

    fn judge(&self, text: &str) -> Verdict {
        let Some(found) = &self.found else { return Verdict::Publish };
        let text = Squeezed::of(text);
        let mut gravest = &Verdict::Publish;
        for hit in found.find_overlapping_iter(&text.text) {
            let word = &self.words[hit.pattern().as_usize()];
            if word.verdict.weight() > gravest.weight()
                && (!word.latin || text.stands_alone(hit.range(), &word.gaps))
            {
                gravest = &word.verdict;
            }
        }
        gravest.clone()
    }
}

/// A text without anything but letters and digits, folded.
struct Squeezed {
    text: String,
    /// For each byte of `text` that begins a character: whether something stood between it and the one before.
    apart: Vec<bool>,
}

impl Squeezed {
    fn of(text: &str) -> Squeezed {
        let mut squeezed = Squeezed { text: String::with_capacity(text.len()), apart: vec![] };
        let mut apart = true;
        for c in text.chars() {
            // What hides inside a word does not part it.
            if matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}') {
                continue;
            }
            let c = match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                _ => c,
            };
            if !c.is_alphanumeric() {
                apart = true;
                continue;
            }
            for lower in c.to_lowercase().filter(|c| c.is_alphanumeric()) {
                squeezed.text.push(lower);
                squeezed.apart.resize(squeezed.text.len(), false);
                let begins = squeezed.text.len() - lower.len_utf8();
                squeezed.apart[begins] = apart;
                apart = false;
            }
        }
        squeezed
    }

    fn parted(&self, at: usize) -> bool {
        self.apart.get(at).copied().unwrap_or(true)
    }

    /// Where a stretch is parted inside, in bytes from its beginning.
    fn gaps(&self, range: std::ops::Range<usize>) -> Vec<usize> {
        (1..range.len()).filter(|at| self.parted(range.start + at)).collect()
    }

    /// Whether an ASCII stretch is a word or phrase of its own: in one piece, as it is on the list, or spelt out.
    fn stands_alone(&self, range: std::ops::Range<usize>, gaps_of_word: &[usize]) -> bool {
        let is_latin = |at: usize| self.text.as_bytes().get(at).is_some_and(u8::is_ascii);
        let begins = self.parted(range.start) || !range.start.checked_sub(1).is_some_and(is_latin);
        let ends = self.parted(range.end) || !is_latin(range.end);
        let gaps = self.gaps(range.clone());
        begins && ends && (gaps.is_empty() || gaps == gaps_of_word || gaps.len() == range.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(list: &str, text: &str) -> Verdict {
        Words::of(list).unwrap().judge(text)
    }

    fn found(list: &str, text: &str) -> bool {
        judged(list, text) != Verdict::Publish
    }

    #[test]
    fn words_are_found_however_they_are_dressed() {
        for text in
            ["bad", "BAD!", "so bad.", "ｂａｄ", "b.a.d", "B A D", "b\u{200b}ad", "很bad的", "b-a-d b"]
        {
            assert!(found("bad", text), "{text}");
        }
        for text in ["坏人", "坏 人", "坏.人", "你是坏*人吗", "坏\u{200d}人"] {
            assert!(found("坏人", text), "{text}");
        }
        assert!(found("buy followers", "Buy   Followers now"));
    }

    #[test]
    fn words_inside_other_words_are_left_alone() {
        for text in ["badge", "lab add", "sinbad", "ba d", "b ad", "", "好人", "坏了，人家"] {
            assert!(!found("bad\n坏人", text), "{text}");
        }
    }

    #[test]
    fn the_gravest_word_counts() {
        let list = "# a remark\n\nhold me\n-never\n!红线\n";
        assert_eq!(judged(list, "please hold me"), Verdict::Hold { reason: "word".into() });
        let refused = Verdict::Refuse { reason: "word".into(), mute_ms: 0 };
        assert_eq!(judged(list, "hold me, never"), refused);
        let muted = Verdict::Refuse { reason: "word".into(), mute_ms: 600_000 };
        assert_eq!(judged(list, "hold me never 红 线"), muted);
    }

    #[test]
    fn a_list_that_cannot_be_used_says_why() {
        assert_eq!(Words::of("fine\n!!!\n").err(), Some(BadList::BadLine(2)));
        assert_eq!(Words::of(&"x".repeat(65)).err(), Some(BadList::BadLine(1)));
        assert_eq!(Words::of(&"x\n".repeat(50_001)).err(), Some(BadList::TooLong));
        assert!(matches!(WordList::open("/nowhere/words".into()), Err(BadList::Unreadable)));
    }

    #[tokio::test]
    async fn without_a_list_texts_go_through_and_pictures_wait() {
        let room = linger_protocol::RoomId::new("tea").unwrap();
        let asked = |kind| Asked {
            room: &room,
            person: linger_protocol::PersonId(1),
            kind,
            text: "anything",
            image: None,
        };
        let list = WordList::empty();
        assert_eq!(list.judge(asked(Kind::Comment)).await, Verdict::Publish);
        assert!(matches!(list.judge(asked(Kind::Image)).await, Verdict::Hold { .. }));
    }

    #[test]
    fn a_list_that_changes_is_read_again_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("words");
        std::fs::write(&file, "bad").unwrap();
        let list = WordList::open(file.clone()).unwrap();
        let turn_back = |list: &WordList| {
            let mut read = list.read.write().unwrap();
            read.looked_at = Instant::now().checked_sub(LOOK_EVERY).unwrap();
            read.changed = None;
        };
        std::fs::write(&file, "worse").unwrap();
        turn_back(&list);
        assert_ne!(list.words().judge("worse"), Verdict::Publish);
        std::fs::write(&file, "!!!").unwrap();
        turn_back(&list);
        assert_ne!(list.words().judge("worse"), Verdict::Publish);
    }
}
