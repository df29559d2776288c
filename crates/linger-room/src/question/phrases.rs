//! Many phrases looked for in one pass over a text. It does not know what finding one means.

use super::plain::pattern;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;

/// Phrases, each with its meaning. Where several could be found, the one that begins first is, and of these the longest:
/// a longer phrase is how an exception to a shorter one is written.
pub(super) struct Phrases<T> {
    finder: AhoCorasick,
    meanings: Vec<T>,
}

/// Gathers phrases for [`Phrases`]. Of the same phrase with two meanings, the first counts.
pub(super) struct Gathered<T> {
    patterns: Vec<String>,
    meanings: Vec<T>,
}

impl<T: Copy> Gathered<T> {
    pub(super) fn new() -> Gathered<T> {
        Gathered { patterns: Vec::new(), meanings: Vec::new() }
    }

    /// Phrases with blanks between, as Chinese is written here.
    pub(super) fn close(&mut self, phrases: &str, meaning: T) {
        phrases.split_whitespace().for_each(|it| self.add(it, meaning));
    }

    /// Phrases with commas between, as English is written here.
    pub(super) fn spaced(&mut self, phrases: &str, meaning: T) {
        phrases.split(", ").for_each(|it| self.add(it, meaning));
    }

    /// The same, and each also where it begins: a phrase that begins a stretch is only outdone by one that does too.
    pub(super) fn anywhere(&mut self, phrases: &str, meaning: T) {
        for phrase in phrases.split(", ") {
            self.add(phrase, meaning);
            if !phrase.starts_with('<') {
                self.add(&format!("<{phrase}"), meaning);
            }
        }
    }

    /// The same as [`Gathered::spaced`], and each also in the plural.
    pub(super) fn nouns(&mut self, phrases: &str, meaning: T) {
        for phrase in phrases.split(", ") {
            self.add(phrase, meaning);
            self.add(&format!("{phrase}s"), meaning);
            self.add(&format!("{phrase}es"), meaning);
        }
    }

    pub(super) fn add(&mut self, phrase: &str, meaning: T) {
        self.patterns.push(pattern(phrase));
        self.meanings.push(meaning);
    }

    pub(super) fn phrases(self) -> Phrases<T> {
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&self.patterns)
            .expect("some thousand short phrases fit");
        Phrases { finder, meanings: self.meanings }
    }
}

impl<T: Copy> Phrases<T> {
    /// What is found, from left to right, none over another.
    pub(super) fn found(&self, text: &str) -> impl Iterator<Item = (Range<usize>, T)> {
        self.finder.find_iter(text).map(|it| (it.range(), self.meanings[it.pattern().as_usize()]))
    }
}
