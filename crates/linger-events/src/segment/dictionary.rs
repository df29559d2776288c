//! Dictionaries of names and texts for the whole store, which only grow. It does not know which facts words are of.

use linger_behaviour::{Fact, Names, Text};
use rustc_hash::FxHashMap;

/// Dictionaries of names and texts, which only grow.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    names: Column,
    texts: [Column; Text::COUNT],
}

#[derive(Clone, Debug)]
struct Column {
    words: Vec<Box<str>>,
    codes: FxHashMap<Box<str>, u32>,
}

impl Default for Column {
    fn default() -> Column {
        Column { words: vec!["".into()], codes: FxHashMap::default() }
    }
}

impl Column {
    fn add(&mut self, word: &str) {
        if !self.codes.contains_key(word) {
            self.restore(word);
        }
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
