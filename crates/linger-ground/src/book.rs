//! Facts of many shows by person, with the columns that reports of experiments look at, and nothing else: thousands of shows
//! are looked at over and over. It does not know what a fact means.

use linger_behaviour::{Fact, NO_TEXT, NONE, Names, Number, PersonKey, Run, Text};
use std::{collections::BTreeMap, ops::Range};

/// The texts that are kept.
const TEXTS: [Text; 5] = [Text::Source, Text::Room, Text::Host, Text::Currency, Text::Outcome];

/// A fact and whose it is, as the server names people.
pub type Told = (Box<str>, Fact);

/// Facts by person.
#[derive(Debug, Default)]
pub struct Book {
    words: Words,
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
    /// Where each person's facts begin; they end where the next one's begin.
    people: Vec<usize>,
}

/// What codes stand for.
#[derive(Debug, Default)]
struct Words {
    names: Dictionary,
    texts: [Dictionary; Text::COUNT],
}

#[derive(Debug)]
struct Dictionary {
    words: Vec<Box<str>>,
    codes: BTreeMap<Box<str>, u32>,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        // Code 0 is no word.
        Dictionary { words: vec!["".into()], codes: BTreeMap::from([("".into(), NO_TEXT)]) }
    }
}

impl Dictionary {
    fn learn(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = u32::try_from(self.words.len()).expect("fewer words than people");
        self.words.push(word.into());
        self.codes.insert(word.into(), code);
        code
    }

    fn word(&self, code: u32) -> &str {
        self.words.get(code as usize).map_or("", |it| it)
    }
}

impl Book {
    /// Keeps the facts of people of whom nothing is known yet; tells which places they have.
    pub fn keep(&mut self, told: Vec<Told>) -> Range<usize> {
        let mut people: BTreeMap<Box<str>, Vec<Fact>> = BTreeMap::new();
        for (who, fact) in told {
            people.entry(who).or_default().push(fact);
        }
        let first = self.people.len();
        for mut facts in people.into_values() {
            self.people.push(self.at_ms.len());
            facts.sort_by_key(|it| it.at_ms);
            facts.iter().for_each(|it| self.add(it));
        }
        first..self.people.len()
    }

    fn add(&mut self, fact: &Fact) {
        self.at_ms.push(fact.at_ms);
        self.name.push(self.words.names.learn(&fact.name));
        for text in TEXTS {
            let code = fact.text(text).map_or(NO_TEXT, |it| self.words.texts[text.index()].learn(it));
            self.texts[text.index()].push(code);
        }
        for number in Number::ALL {
            self.numbers[number.index()].push(fact.number(number).unwrap_or(NONE));
        }
    }

    /// The facts of the person at a place.
    pub fn run(&self, place: usize) -> Run<'_> {
        let from = self.people[place];
        let to = self.people.get(place + 1).copied().unwrap_or(self.at_ms.len());
        Run {
            person: PersonKey(place as u64 + 1),
            at_ms: &self.at_ms[from..to],
            name: &self.name[from..to],
            texts: self.texts.each_ref().map(|it| it.get(from..to).unwrap_or_default()),
            numbers: self.numbers.each_ref().map(|it| &it[from..to]),
        }
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people.len()
    }
}

impl Names for Book {
    fn name(&self, code: u32) -> &str {
        self.words.names.word(code)
    }

    fn name_code(&self, name: &str) -> Option<u32> {
        self.words.names.codes.get(name).copied()
    }

    fn text(&self, column: Text, code: u32) -> &str {
        self.words.texts[column.index()].word(code)
    }

    fn text_code(&self, column: Text, text: &str) -> Option<u32> {
        self.words.texts[column.index()].codes.get(text).copied()
    }

    fn text_codes(&self, column: Text) -> u32 {
        self.words.texts[column.index()].words.len() as u32
    }
}
