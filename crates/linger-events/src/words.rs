//! The dictionaries of the store, and their files: what is new goes to a file of its own, in the order of the codes. It
//! does not know which facts the words are of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linger_behaviour::{Columns, Fact, Fold, Names, Run, Text};

use crate::bytes::{Put, Take};
use crate::segment::Dictionary;

/// How many codes each dictionary has: the names, then each text column.
pub(crate) type Counts = [u32; 1 + Text::COUNT];
/// Words by the place of their dictionary: 0 for the names, then the text columns.
pub(crate) type WordSet = BTreeSet<(u8, Box<str>)>;

/// The dictionaries, with what of them is in files. Those who ask share them; they are copied when they change while
/// somebody does.
#[derive(Default)]
pub(crate) struct Words {
    dict: Arc<Dictionary>,
    written: Counts,
    /// The number of the first chunk of the tail whose words are not in it yet.
    chunk: u64,
}

impl Words {
    /// The dictionaries as they are.
    pub fn now(&self) -> Arc<Dictionary> {
        Arc::clone(&self.dict)
    }

    /// Takes in the words of chunks, the first of which has a number.
    pub fn take_in(&mut self, first: u64, chunks: &[Arc<Vec<Fact>>]) {
        let known = self.chunk.saturating_sub(first) as usize;
        let Some(new) = chunks.get(known..).filter(|new| !new.is_empty()) else { return };
        let dict = Arc::make_mut(&mut self.dict);
        new.iter().flat_map(|chunk| chunk.iter()).for_each(|fact| dict.intern(fact));
        self.chunk = first + chunks.len() as u64;
    }

    /// What no file has, as bytes for [`Words::replay`], and a mark for [`Words::note_written`].
    pub fn journal(&self) -> (Vec<u8>, Counts) {
        let counts = counts(&self.dict);
        (encode(&self.dict, &self.written, &counts), counts)
    }

    /// The whole of them without some words, as bytes for [`Words::replay`].
    pub fn without(&self, gone: &WordSet) -> (Vec<u8>, Counts) {
        let mut dict = Dictionary::clone(&self.dict);
        gone.iter().for_each(|(column, word)| dict.forget(text_of(*column), word));
        let counts = counts(&dict);
        (encode(&dict, &[0; 1 + Text::COUNT], &counts), counts)
    }

    /// Takes note that a journal is in a file.
    pub fn note_written(&mut self, counts: Counts) {
        self.written = counts;
    }

    /// Forgets words that nobody has any more.
    pub fn forget(&mut self, words: &WordSet) {
        let dict = Arc::make_mut(&mut self.dict);
        words.iter().for_each(|(column, word)| dict.forget(text_of(*column), word));
        // Somebody may have come with one of them just now: the tail is taken in once more.
        self.chunk = 0;
    }

    /// Takes in a journal; none when it makes no sense.
    pub fn replay(&mut self, journal: &[u8]) -> Option<()> {
        let dict = Arc::make_mut(&mut self.dict);
        let mut take = Take(journal);
        while !take.0.is_empty() {
            let column = take.u8()?;
            let word = take.text()?;
            if usize::from(column) > Text::COUNT {
                return None;
            }
            dict.restore(text_of(column), word);
        }
        self.written = counts(dict);
        Some(())
    }
}

fn text_of(column: u8) -> Option<Text> {
    usize::from(column).checked_sub(1).and_then(|at| Text::ALL.get(at).copied())
}

fn counts(dict: &Dictionary) -> Counts {
    let mut counts = [dict.name_codes(); 1 + Text::COUNT];
    for text in Text::ALL {
        counts[1 + text.index()] = dict.text_codes(text);
    }
    counts
}

fn encode(dict: &Dictionary, from: &Counts, to: &Counts) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (column, (&from, &to)) in (0u8..).zip(from.iter().zip(to)) {
        // Code 0 is no word.
        for code in from.max(1)..to {
            bytes.push(column);
            bytes.put_text(text_of(column).map_or_else(|| dict.name(code), |text| dict.text(text, code)));
        }
    }
    bytes
}

/// Notes the words of a fact that dictionaries have.
pub(crate) fn note_words(fact: &Fact, words: &mut WordSet) {
    words.insert((0, fact.name.clone()));
    for text in Text::ALL.iter().filter(|text| text.has_codes()) {
        if let Some(word) = &fact.texts[text.index()] {
            words.insert((1 + text.index() as u8, word.clone()));
        }
    }
}

/// Looks which of some words nobody has: a fold over everybody.
#[derive(Clone)]
pub(crate) struct Unused {
    /// Words not met so far, by their dictionary's place and their code.
    left: BTreeMap<(u8, u32), Box<str>>,
    columns: Vec<Text>,
}

impl Unused {
    /// Begins with all of them unmet.
    pub fn new(words: &WordSet, dict: &Dictionary) -> Unused {
        let code = |column: u8, word: &str| match text_of(column) {
            None => dict.name_code(word),
            Some(text) => dict.text_code(text, word),
        };
        let with_code =
            words.iter().filter_map(|(column, word)| Some(((*column, code(*column, word)?), word.clone())));
        let left: BTreeMap<_, _> = with_code.collect();
        let mut columns: Vec<Text> = left.keys().filter_map(|(column, _)| text_of(*column)).collect();
        columns.dedup();
        Unused { left, columns }
    }

    /// What was not met.
    pub fn words(self) -> WordSet {
        self.left.into_iter().map(|((column, _), word)| (column, word)).collect()
    }
}

impl Fold for Unused {
    fn columns(&self) -> Columns {
        self.columns.iter().fold(Columns::none(), |columns, text| columns.with(*text))
    }

    fn run(&mut self, run: &Run<'_>) {
        for name in run.name {
            self.left.remove(&(0, *name));
        }
        for text in &self.columns {
            for code in run.texts[text.index()] {
                self.left.remove(&(1 + text.index() as u8, *code));
            }
        }
    }

    fn merge(&mut self, other: Unused) {
        self.left.retain(|word, _| other.left.contains_key(word));
    }
}
