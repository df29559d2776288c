//! Dictionaries that grow as words come. They do not know facts.

use crate::{NO_TEXT, Names, Text};
use rustc_hash::FxHashMap;

/// Words and their codes, in the order in which they came; 0 is the empty one.
#[derive(Debug)]
struct Codes {
    codes: FxHashMap<Box<str>, u32>,
    words: Vec<Box<str>>,
}

impl Default for Codes {
    fn default() -> Codes {
        Codes { codes: FxHashMap::from_iter([("".into(), NO_TEXT)]), words: vec!["".into()] }
    }
}

impl Codes {
    fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = u32::try_from(self.words.len()).expect("memory ends before codes do");
        self.codes.insert(word.into(), code);
        self.words.push(word.into());
        code
    }

    fn word(&self, code: u32) -> &str {
        self.words.get(code as usize).map_or("", |it| it)
    }
}

/// The dictionaries of names and texts.
#[derive(Debug, Default)]
pub(crate) struct Words {
    names: Codes,
    texts: [Codes; Text::COUNT],
}

impl Words {
    /// The code of an event's name, which is a new one when it is new.
    pub(crate) fn learn_name(&mut self, name: &str) -> u32 {
        self.names.code(name)
    }

    /// The code of a text in its column, which is a new one when it is new.
    pub(crate) fn learn_text(&mut self, column: Text, text: &str) -> u32 {
        self.texts[column.index()].code(text)
    }
}

impl Names for Words {
    fn name(&self, code: u32) -> &str {
        self.names.word(code)
    }

    fn name_code(&self, name: &str) -> Option<u32> {
        self.names.codes.get(name).copied()
    }

    fn text(&self, column: Text, code: u32) -> &str {
        self.texts[column.index()].word(code)
    }

    fn text_code(&self, column: Text, text: &str) -> Option<u32> {
        self.texts[column.index()].codes.get(text).copied()
    }

    fn text_codes(&self, column: Text) -> u32 {
        self.texts[column.index()].words.len() as u32
    }
}
