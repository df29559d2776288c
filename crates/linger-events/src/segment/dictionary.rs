//! Dictionaries of names and texts for the whole store, which only grow. It does not know which facts words are of.

use linger_behaviour::{Fact, NO_TEXT, Names, Text};
use rustc_hash::FxHashMap;

/// Different names of events that are told apart, and different words of a text column.
const NAMES_MAX: usize = 60_000;
const WORDS_MAX: usize = 4_000_000;
/// What all further ones are called. Somebody who sends ever new names fills this, and no more memory.
const OTHER: &str = "(other)";

/// Dictionaries of names and texts, which only grow.
#[derive(Clone, Debug)]
pub struct Dictionary {
    names: Column,
    texts: [Column; Text::COUNT],
}

#[derive(Clone, Debug)]
struct Column {
    words: Vec<Box<str>>,
    codes: FxHashMap<Box<str>, u32>,
    max: usize,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        Dictionary::up_to(NAMES_MAX, WORDS_MAX)
    }
}

impl Column {
    fn up_to(max: usize) -> Column {
        Column { words: vec!["".into()], codes: FxHashMap::default(), max }
    }

    fn add(&mut self, word: &str) {
        let word = if self.words.len() < self.max { word } else { OTHER };
        if !self.codes.contains_key(word) {
            self.restore(word);
        }
    }

    fn code(&self, word: &str) -> u32 {
        self.codes.get(word).or_else(|| self.codes.get(OTHER)).copied().unwrap_or(NO_TEXT)
    }

    fn restore(&mut self, word: &str) {
        let code = self.words.len() as u32;
        self.words.push(word.into());
        if !word.is_empty() {
            self.codes.insert(word.into(), code);
        }
    }

    fn forget(&mut self, word: &str) {
        if let Some(code) = self.codes.remove(word) {
            self.words[code as usize] = "".into();
        }
    }
}

impl Dictionary {
    fn up_to(names: usize, words: usize) -> Dictionary {
        Dictionary { names: Column::up_to(names), texts: std::array::from_fn(|_| Column::up_to(words)) }
    }

    /// Adds a word of a column, the names' if none is given, unless it is there.
    pub(crate) fn learn(&mut self, column: Option<Text>, word: &str) {
        self.column(column).add(word);
    }

    /// The code of a fact's word in a column, the names' if none is given: that of the words which are not told apart,
    /// when it is one of them.
    pub(crate) fn code(&self, column: Option<Text>, word: &str) -> u32 {
        column.map_or(&self.names, |text| &self.texts[text.index()]).code(word)
    }

    /// Adds the words of a fact.
    pub(crate) fn intern(&mut self, fact: &Fact) {
        self.names.add(&fact.name);
        for text in Text::ALL.iter().filter(|text| text.has_codes()) {
            if let Some(word) = fact.text(*text) {
                self.texts[text.index()].add(word);
            }
        }
    }

    /// How many codes the names have, [`NO_TEXT`] included.
    pub(crate) fn name_codes(&self) -> u32 {
        self.names.words.len() as u32
    }

    /// Adds the next word of a column, the names' if none is given, as it was; an empty one was forgotten.
    pub(crate) fn restore(&mut self, column: Option<Text>, word: &str) {
        self.column(column).restore(word);
    }

    /// Forgets a word; its code stays unused.
    pub(crate) fn forget(&mut self, column: Option<Text>, word: &str) {
        self.column(column).forget(word);
    }

    fn column(&mut self, column: Option<Text>) -> &mut Column {
        column.map_or(&mut self.names, |text| &mut self.texts[text.index()])
    }
}

impl Names for Dictionary {
    fn name(&self, code: u32) -> &str {
        self.names.words.get(code as usize).map_or("", |word| word)
    }

    fn name_code(&self, name: &str) -> Option<u32> {
        self.names.codes.get(name).copied()
    }

    fn text(&self, column: Text, code: u32) -> &str {
        self.texts[column.index()].words.get(code as usize).map_or("", |word| word)
    }

    fn text_code(&self, column: Text, text: &str) -> Option<u32> {
        self.texts[column.index()].codes.get(text).copied()
    }

    fn text_codes(&self, column: Text) -> u32 {
        self.texts[column.index()].words.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_end_take_no_memory_without_end_and_are_told_together() {
        let mut words = Dictionary::up_to(4, 3);
        for n in 0..100 {
            let fact = Fact { name: format!("event {n}").into(), ..Fact::default() };
            words.intern(&fact.with(Text::Source, &format!("source {n}")));
        }
        assert_eq!((words.name_codes(), words.text_codes(Text::Source)), (5, 4));
        assert_eq!(words.name(words.code(None, "event 2")), "event 2");
        assert_eq!(words.name(words.code(None, "event 99")), "(other)");
        assert_eq!(words.text(Text::Source, words.code(Some(Text::Source), "source 99")), "(other)");
        // A question about a name that is not told apart finds nothing, rather than all the others.
        assert_eq!(words.name_code("event 99"), None);
    }
}
