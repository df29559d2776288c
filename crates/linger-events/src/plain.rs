//! Segments in the store's own encoding, held whole in memory while they are open. It does not know the store around it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use crc32c::crc32c;
use linger_behaviour::{Fact, Fold, Head, NO_TEXT, NONE, Names, Need, Number, PersonKey, Run, Text};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::bytes::{Put, Take};
use crate::record::{self, Keys};
use crate::{AskFault, AskLimits, StoreFault};

/// What is known of a segment without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Its number, which no other segment has.
    pub id: u64,
    /// The partition of all its persons.
    pub partition: u16,
    /// How many facts.
    pub facts: u64,
    /// How many persons.
    pub persons: u64,
    /// The time of the earliest fact, ms since 1970.
    pub first_ms: i64,
    /// The time of the latest.
    pub last_ms: i64,
    /// The size of its files.
    pub bytes: u64,
}

/// An open segment.
pub struct Segment {
    /// By person, time and arrival.
    facts: Vec<Fact>,
}

/// The names of a segment's files.
pub(crate) fn names(id: u64) -> [String; 1] {
    [format!("{id:010}.facts")]
}

/// Writes facts of one partition as a segment.
pub(crate) fn write(dir: &Path, id: u64, partition: u16, facts: &mut [Fact]) -> Result<Meta, StoreFault> {
    facts.sort_by_key(|fact| (fact.person, fact.at_ms));
    let mut bytes = Vec::new();
    for fact in facts.iter() {
        bytes.put_u64(fact.person.0);
        record::encode(&mut bytes, &Keys::default(), fact);
    }
    let sum = crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    let [name] = names(id);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(dir.join(&name))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|error| StoreFault::io(format!("writing segment {name}"), &error))?;
    Ok(Meta {
        id,
        partition,
        facts: facts.len() as u64,
        persons: facts.chunk_by(|one, next| one.person == next.person).count() as u64,
        first_ms: facts.iter().map(|fact| fact.at_ms).min().unwrap_or(0),
        last_ms: facts.iter().map(|fact| fact.at_ms).max().unwrap_or(0),
        bytes: bytes.len() as u64,
    })
}

/// Opens a segment.
pub(crate) fn open(dir: &Path, meta: &Meta) -> Result<Segment, StoreFault> {
    let [name] = names(meta.id);
    let doing = || format!("opening segment {name}");
    let mut bytes = Vec::new();
    let read = File::open(dir.join(&name)).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|error| StoreFault::io(doing(), &error))?;
    let damaged = || StoreFault::damaged(doing(), &name);
    let sum = bytes.len().checked_sub(4).map(|at| bytes.split_off(at)).ok_or_else(damaged)?;
    if sum != crc32c(&bytes).to_le_bytes() {
        return Err(damaged());
    }
    let mut take = Take(&bytes);
    let mut facts = Vec::new();
    while !take.0.is_empty() {
        let person = take.u64().map(PersonKey).ok_or_else(damaged)?;
        let (_, fact) = record::item(&mut take).ok_or_else(damaged)?;
        facts.push(Fact { person, ..fact });
    }
    Ok(Segment { facts })
}

/// Writes what `keep` keeps of some segments of one partition as a new one; none when that is nothing.
pub(crate) fn merge(
    dir: &Path,
    inputs: &[&Segment],
    id: u64,
    partition: u16,
    keep: &dyn Fn(&Fact) -> bool,
) -> Result<Option<Meta>, StoreFault> {
    let all = inputs.iter().flat_map(|segment| &segment.facts);
    let mut facts: Vec<Fact> = all.filter(|fact| keep(fact)).cloned().collect();
    if facts.is_empty() { Ok(None) } else { write(dir, id, partition, &mut facts).map(Some) }
}

impl Segment {
    /// Whether it has anything of a person.
    pub(crate) fn holds(&self, person: PersonKey) -> bool {
        self.facts.binary_search_by_key(&person, |fact| fact.person).is_ok()
    }

    /// A person's facts.
    pub(crate) fn facts_of(&self, person: PersonKey) -> Result<Vec<Fact>, StoreFault> {
        let from = self.facts.partition_point(|fact| fact.person < person);
        Ok(self.facts[from..].iter().take_while(|fact| fact.person == person).cloned().collect())
    }

    /// All facts, by person and time.
    pub(crate) fn for_each(&self, each: &mut dyn FnMut(&Fact)) -> Result<(), StoreFault> {
        self.facts.iter().for_each(each);
        Ok(())
    }
}

/// Facts that are in no segment, by person and time.
#[derive(Default)]
pub(crate) struct TailPart(Vec<Fact>);

impl TailPart {
    pub fn new(mut facts: Vec<Fact>) -> TailPart {
        facts.sort_by_key(|fact| (fact.person, fact.at_ms));
        TailPart(facts)
    }
}

/// Hands every person of a partition to a fold.
pub(crate) fn scan<F: Fold>(
    words: &Dictionary,
    segments: &[Arc<Segment>],
    tail: &TailPart,
    fold: &mut F,
    limits: &AskLimits,
) -> Result<(), AskFault> {
    let count = segments.iter().map(|it| it.facts.len()).sum::<usize>() + tail.0.len();
    let _held = limits.hold(count as u64 * 8)?;
    let mut all: Vec<&Fact> = segments.iter().flat_map(|it| &it.facts).chain(&tail.0).collect();
    all.sort_by_key(|fact| (fact.person, fact.at_ms));
    let columns = fold.columns();
    let mut run = Columns::default();
    for facts in all.chunk_by(|one, next| one.person == next.person) {
        limits.check()?;
        run.clear();
        for fact in facts {
            run.at_ms.push(fact.at_ms);
            run.name.push(words.name_code(&fact.name).unwrap_or(NO_TEXT));
            for text in Text::ALL.iter().filter(|text| columns.has(**text) && text.has_codes()) {
                let code = fact.text(*text).and_then(|it| words.text_code(*text, it));
                run.texts[text.index()].push(code.unwrap_or(NO_TEXT));
            }
            for number in Number::ALL.iter().filter(|number| columns.has_number(**number)) {
                run.numbers[number.index()].push(fact.number(*number).unwrap_or(NONE));
            }
        }
        run.hand_over(facts[0].person, fold);
    }
    Ok(())
}

#[derive(Default)]
struct Columns {
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
}

impl Columns {
    fn clear(&mut self) {
        self.at_ms.clear();
        self.name.clear();
        self.texts.iter_mut().for_each(Vec::clear);
        self.numbers.iter_mut().for_each(Vec::clear);
    }

    fn hand_over<F: Fold>(&self, person: PersonKey, fold: &mut F) {
        let (Some(&first_ms), Some(&last_ms)) = (self.at_ms.first(), self.at_ms.last()) else { return };
        let names = self.name.iter().fold(0, |names, name| names | 1u64 << name.min(&63));
        let facts = self.at_ms.len() as u64;
        let head = Head { person, first_ms, last_ms, facts, names, days: &[], day0: 0 };
        if fold.head(&head) == Need::Run {
            fold.run(&Run {
                person,
                at_ms: &self.at_ms,
                name: &self.name,
                texts: std::array::from_fn(|at| self.texts[at].as_slice()),
                numbers: std::array::from_fn(|at| self.numbers[at].as_slice()),
            });
        }
    }
}

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
