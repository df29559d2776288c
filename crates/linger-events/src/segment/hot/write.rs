//! Writes a hot file, group by group. It does not know how it is read.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crc32c::crc32c;
use linger_behaviour::{Fact, NONE, Number, PersonKey, Text};

use super::layout::{Block, Directory, GroupEntry, MAGIC, NumberBlock, TextBlock, VERSION};
use crate::segment::days::Days;
use crate::segment::local::{Codes, Local};
use crate::{StoreFault, disk::Paced};

/// Rows after which a group ends with its person.
const ROWS: usize = 32 << 10;
/// Days that a group's masks span at most, in words of 64.
const DAY_WORDS_MAX: usize = 16;
/// The longest gap between two rows, ms.
const GAP_MS: i64 = u32::MAX as i64;

/// A hot file that is being written.
pub(in crate::segment) struct HotWriter {
    file: BufWriter<Paced>,
    name: String,
    at: u64,
    days: Days,
    directory: Directory,
    group: Group,
}

/// The rows of a group that is being gathered.
#[derive(Default)]
struct Group {
    persons: Vec<Person>,
    gaps: Vec<u32>,
    names: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
    days: Vec<i32>,
    facts: u64,
}

struct Person {
    key: PersonKey,
    first_ms: i64,
    last_ms: i64,
    names: u64,
    rows: u32,
    facts: u32,
    /// Where their days begin among the group's.
    days: usize,
}

impl HotWriter {
    pub fn create(path: &Path, name: &str, zone: &str) -> Result<HotWriter, StoreFault> {
        let file = Paced::create(path).map_err(|error| StoreFault::io(format!("writing {name}"), &error))?;
        Ok(HotWriter {
            file: BufWriter::with_capacity(1 << 20, file),
            name: name.to_owned(),
            at: 0,
            days: Days::new(zone),
            directory: Directory { zone: zone.to_owned(), ..Directory::default() },
            group: Group::default(),
        })
    }

    pub fn push(&mut self, fact: &Fact, codes: &Codes) -> Result<(), StoreFault> {
        let continues = self.group.persons.last().is_some_and(|person| person.key == fact.person);
        if !continues && self.group.gaps.len() >= ROWS {
            self.flush()?;
        }
        self.group.push(fact, codes, self.days.of(fact.at_ms));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreFault> {
        if self.group.persons.is_empty() {
            return Ok(());
        }
        let group = std::mem::take(&mut self.group);
        let written = self.write(&group);
        written.map_err(|error| StoreFault::io(format!("writing {}", self.name), &error))
    }

    fn write(&mut self, group: &Group) -> io::Result<()> {
        let (day0, day_words, heads) = group.heads();
        let heads = self.block(&heads)?;
        let mut core: Vec<u8> = group.gaps.iter().flat_map(|gap| gap.to_le_bytes()).collect();
        pad(&mut core);
        let name_width = put_codes(&mut core, &group.names);
        let core = self.block(&core)?;
        let mut texts = Vec::new();
        for (column, codes) in (0u8..).zip(&group.texts).filter(|(_, codes)| codes.iter().any(|it| *it > 0)) {
            let mut bytes = Vec::new();
            let width = put_codes(&mut bytes, codes);
            texts.push(TextBlock { column, width, block: self.block(&bytes)? });
        }
        let mut numbers = Vec::new();
        for (column, values) in (0u8..).zip(&group.numbers).filter(|(_, it)| it.iter().any(|it| *it != NONE))
        {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            numbers.push(NumberBlock { column, block: self.block(&bytes)? });
        }
        let (first, last) = (&group.persons[0], &group.persons[group.persons.len() - 1]);
        self.directory.groups.push(GroupEntry {
            persons: group.persons.len() as u32,
            rows: group.gaps.len() as u32,
            table_row: self.directory.facts,
            first_person: first.key.0,
            last_person: last.key.0,
            day0,
            day_words,
            heads,
            core,
            name_width,
            texts,
            numbers,
        });
        self.directory.facts += group.facts;
        Ok(())
    }

    fn block(&mut self, bytes: &[u8]) -> io::Result<Block> {
        let block = Block { at: self.at, bytes: bytes.len() as u32, sum: crc32c(bytes) };
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(block)
    }

    /// Writes what is left and the directory, syncs, and tells the size.
    pub fn finish(mut self, local: &Local) -> Result<u64, StoreFault> {
        self.flush()?;
        self.directory.names = local.names.words().map(str::to_owned).collect();
        self.directory.texts =
            local.texts.iter().map(|column| column.words().map(str::to_owned).collect()).collect();
        let finish = || -> io::Result<u64> {
            let directory = serde_json::to_vec(&self.directory)?;
            self.file.write_all(&directory)?;
            self.file.write_all(&self.at.to_le_bytes())?;
            self.file.write_all(&(directory.len() as u64).to_le_bytes())?;
            self.file.write_all(&crc32c(&directory).to_le_bytes())?;
            self.file.write_all(&VERSION.to_le_bytes())?;
            self.file.write_all(MAGIC)?;
            let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.finish()
        };
        finish().map_err(|error| StoreFault::io(format!("writing {}", self.name), &error))
    }
}

impl Group {
    fn push(&mut self, fact: &Fact, codes: &Codes, day: i32) {
        let new = self.persons.last().is_none_or(|person| person.key != fact.person);
        let mut gap = 0;
        if new {
            self.persons.push(Person {
                key: fact.person,
                first_ms: fact.at_ms,
                last_ms: fact.at_ms,
                names: 0,
                rows: 0,
                facts: 0,
                days: self.days.len(),
            });
        } else {
            gap = fact.at_ms - self.persons[self.persons.len() - 1].last_ms;
            while gap > GAP_MS {
                self.row(GAP_MS as u32, 0, [0; Text::COUNT], [None; Number::COUNT]);
                gap -= GAP_MS;
            }
        }
        self.row(gap as u32, codes.name, codes.texts, fact.numbers);
        self.facts += 1;
        let last = self.persons.len() - 1;
        let person = &mut self.persons[last];
        person.last_ms = fact.at_ms;
        person.names |= 1 << codes.name.min(63);
        person.facts += 1;
        if new || self.days.last() != Some(&day) {
            self.days.push(day);
        }
    }

    fn row(&mut self, gap: u32, name: u32, texts: [u32; Text::COUNT], numbers: [Option<i64>; Number::COUNT]) {
        self.gaps.push(gap);
        self.names.push(name);
        for (column, code) in self.texts.iter_mut().zip(texts) {
            column.push(code);
        }
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number.unwrap_or(NONE));
        }
        let last = self.persons.len() - 1;
        self.persons[last].rows += 1;
    }

    /// The first day of the masks, their words for each person, and the heads as bytes.
    fn heads(&self) -> (i32, u8, Vec<u8>) {
        let day0 = self.days.iter().copied().min().unwrap_or(0);
        let span = self.days.iter().copied().max().map_or(0, |last| last.abs_diff(day0) as usize + 1);
        let words = span.div_ceil(64);
        let words = if words > DAY_WORDS_MAX { 0 } else { words };
        let people = &self.persons;
        let mut bytes = Vec::with_capacity(people.len() * (40 + words * 8) + 16);
        bytes.extend(people.iter().flat_map(|it| it.key.0.to_le_bytes()));
        bytes.extend(people.iter().flat_map(|it| it.first_ms.to_le_bytes()));
        bytes.extend(people.iter().flat_map(|it| it.last_ms.to_le_bytes()));
        bytes.extend(people.iter().flat_map(|it| it.names.to_le_bytes()));
        bytes.extend(people.iter().flat_map(|it| it.rows.to_le_bytes()));
        pad(&mut bytes);
        bytes.extend(people.iter().flat_map(|it| it.facts.to_le_bytes()));
        pad(&mut bytes);
        let mut mask = vec![0u64; words];
        for (at, person) in people.iter().enumerate().take(if words == 0 { 0 } else { people.len() }) {
            mask.fill(0);
            let end = people.get(at + 1).map_or(self.days.len(), |next| next.days);
            for day in &self.days[person.days..end] {
                let bit = day.abs_diff(day0) as usize;
                mask[bit / 64] |= 1 << (bit % 64);
            }
            bytes.extend(mask.iter().flat_map(|word| word.to_le_bytes()));
        }
        (day0, words as u8, bytes)
    }
}

/// Puts codes at the narrowest width that holds them all, and tells it.
fn put_codes(bytes: &mut Vec<u8>, codes: &[u32]) -> u8 {
    let width = match codes.iter().copied().max().unwrap_or(0) {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    };
    match width {
        1 => bytes.extend(codes.iter().map(|code| *code as u8)),
        2 => bytes.extend(codes.iter().flat_map(|code| (*code as u16).to_le_bytes())),
        _ => bytes.extend(codes.iter().flat_map(|code| code.to_le_bytes())),
    }
    pad(bytes);
    width
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
}
