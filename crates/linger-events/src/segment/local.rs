//! The words of one segment and their codes in it, so that a segment can be read by itself and nobody's words outlive
//! the segments they are in. It does not know files.

use linger_behaviour::{Fact, Text};
use parquet::data_type::ByteArray;
use rustc_hash::FxHashMap;

/// The words of the names and of each text column; code 0 is no word.
#[derive(Default)]
pub(super) struct Local {
    pub names: LocalColumn,
    pub texts: [LocalColumn; Text::COUNT],
}

/// The codes of one fact: its name's, and its texts'.
pub(super) struct Codes {
    pub name: u32,
    pub texts: [u32; Text::COUNT],
}

#[derive(Default)]
pub(super) struct LocalColumn {
    words: Vec<ByteArray>,
    codes: FxHashMap<Box<str>, u32>,
}

impl LocalColumn {
    fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        self.words.push(ByteArray::from(word));
        let code = self.words.len() as u32;
        self.codes.insert(word.into(), code);
        code
    }

    /// The word of a code other than 0.
    pub fn word(&self, code: u32) -> &ByteArray {
        &self.words[code as usize - 1]
    }

    /// All words, from code 1 on.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.as_utf8().expect("it was made of text"))
    }
}

impl Local {
    /// The codes of a fact's words, new ones for new words.
    pub fn codes(&mut self, fact: &Fact) -> Codes {
        let mut texts = [0; Text::COUNT];
        for text in Text::ALL.into_iter().filter(|text| text.has_codes()) {
            if let Some(word) = fact.text(text) {
                texts[text.index()] = self.texts[text.index()].code(word);
            }
        }
        Codes { name: self.names.code(&fact.name), texts }
    }
}
