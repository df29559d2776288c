//! Reads a hot file: heads first, the rest of a group when somebody asks. It does not know any question.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crc32c::crc32c;
use linger_behaviour::band::{Band, mark};
use linger_behaviour::{Columns, Head, NO_TEXT, NONE, Number, PersonKey, Run, Text};

use super::layout::{Block, Directory, MAGIC, TAIL, VERSION, head_lengths};
use crate::StoreFault;
use crate::segment::Dictionary;

/// An open hot file.
#[derive(Debug)]
pub(in crate::segment) struct Hot {
    file: File,
    name: String,
    directory: Directory,
    /// Which groups' heads and rows were found whole since it was opened; the disk is trusted to keep them so.
    whole: Vec<[AtomicBool; 2]>,
}

impl Hot {
    pub fn open(path: &Path, name: &str) -> Result<Hot, StoreFault> {
        let doing = || format!("opening {name}");
        let file = File::open(path).map_err(|error| StoreFault::io(doing(), &error))?;
        let read = || -> std::io::Result<Option<Directory>> {
            let length = file.metadata()?.len();
            let Some(tail_at) = length.checked_sub(TAIL as u64) else { return Ok(None) };
            let mut tail = [0; TAIL];
            file.read_exact_at(&mut tail, tail_at)?;
            let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| tail[at + byte]));
            let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| tail[at + byte]));
            let (at, bytes, sum, version) = (long(0), long(8), short(16), short(20));
            if &tail[24..] != MAGIC || version != VERSION || at.checked_add(bytes) != Some(tail_at) {
                return Ok(None);
            }
            let mut directory = vec![0; bytes as usize];
            file.read_exact_at(&mut directory, at)?;
            Ok((crc32c(&directory) == sum).then(|| serde_json::from_slice(&directory).ok()).flatten())
        };
        let directory = read().map_err(|error| StoreFault::io(doing(), &error))?;
        let directory = directory.ok_or_else(|| StoreFault::damaged(doing(), name))?;
        let whole = directory.groups.iter().map(|_| Default::default()).collect();
        Ok(Hot { file, name: name.to_owned(), directory, whole })
    }

    /// How many facts it has.
    pub fn facts(&self) -> u64 {
        self.directory.facts
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        self.directory.groups.len()
    }

    /// The rows of the table that a person has.
    pub fn find(&self, person: PersonKey) -> Result<Option<Range<u64>>, StoreFault> {
        let groups = &self.directory.groups;
        let at = groups.partition_point(|group| group.last_person < person.0);
        if groups.get(at).is_none_or(|group| group.first_person > person.0) {
            return Ok(None);
        }
        let mut group = Group::default();
        group.load(self, at)?;
        let Ok(place) = group.persons().binary_search(&person.0) else { return Ok(None) };
        let before: u64 = group.facts()[..place].iter().map(|facts| u64::from(*facts)).sum();
        let begin = groups[at].table_row + before;
        Ok(Some(begin..begin + u64::from(group.facts()[place])))
    }

    /// Adds its words to dictionaries that lack them.
    pub fn teach(&self, words: &mut Dictionary) {
        self.directory.names.iter().for_each(|name| words.learn(None, name));
        for (text, local) in Text::ALL.into_iter().zip(&self.directory.texts) {
            local.iter().for_each(|word| words.learn(Some(text), word));
        }
    }

    /// The codes of the store for those of this segment.
    pub fn codes(&self, words: &Dictionary, columns: Columns) -> CodeMap {
        let names = std::iter::once(NO_TEXT)
            .chain(self.directory.names.iter().map(|name| words.code(None, name)))
            .collect();
        let text = |text: Text| {
            let local = self.directory.texts.get(text.index()).filter(|_| columns.has(text));
            let local = local.into_iter().flatten();
            let codes = local.map(|word| words.code(Some(text), word));
            std::iter::once(NO_TEXT).chain(codes).collect()
        };
        CodeMap::new(names, Text::ALL.map(text))
    }

    fn read(&self, block: Block, into: &mut Vec<u64>, check: bool) -> Result<(), StoreFault> {
        let doing = || format!("reading {}", self.name);
        into.resize((block.bytes as usize).div_ceil(8), 0);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(into);
        self.file.read_exact_at(bytes, block.at).map_err(|error| StoreFault::io(doing(), &error))?;
        if check && crc32c(bytes) != block.sum {
            let what = format!("{} (without it, it is made anew from the table beside it)", self.name);
            return Err(StoreFault::damaged(doing(), what));
        }
        Ok(())
    }

    /// Reads a block of a group, and checks it the first time.
    fn read_once(
        &self,
        group: usize,
        kind: usize,
        block: Block,
        into: &mut Vec<u64>,
    ) -> Result<(), StoreFault> {
        let whole = &self.whole[group][kind];
        self.read(block, into, !whole.load(Ordering::Relaxed))?;
        whole.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Reads the rows of a group: the time between them, which ends at a byte, and their names after that; the names alone
    /// if that will do and the whole was checked before.
    fn read_core(
        &self,
        group: usize,
        split: usize,
        names_alone: bool,
        [gaps, names]: [&mut Vec<u64>; 2],
    ) -> Result<(), StoreFault> {
        let core = self.directory.groups[group].core;
        if names_alone && self.whole[group][1].load(Ordering::Relaxed) {
            gaps.clear();
            let bytes = core.bytes.saturating_sub(split as u32);
            return self.read(Block { at: core.at + split as u64, bytes, sum: 0 }, names, false);
        }
        self.read_once(group, 1, core, gaps)?;
        names.clear();
        names.extend_from_slice(gaps.get(split / 8..).unwrap_or_default());
        gaps.truncate(split / 8);
        Ok(())
    }
}

/// The codes of the store by those of a segment.
pub(in crate::segment) struct CodeMap {
    names: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    /// The bits of the store's names for each byte of a segment's bits; none when they are the same bits.
    bits: Option<Box<[[u64; 256]; 8]>>,
}

impl CodeMap {
    fn new(names: Vec<u32>, texts: [Vec<u32>; Text::COUNT]) -> CodeMap {
        let same = (0u32..63).zip(&names).all(|(local, code)| local == *code)
            && names.iter().skip(63).all(|code| *code >= 63);
        let bits = (!same).then(|| {
            // Bit 63 stands for many names, of which any may be here.
            let rest = names.iter().skip(63).fold(0u64, |bits, code| bits | 1 << code.min(&63));
            let bit = |local: usize| match local {
                63 => rest,
                _ => names.get(local).filter(|code| **code > 0).map_or(0, |code| 1u64 << code.min(&63)),
            };
            let mut bits = Box::new([[0u64; 256]; 8]);
            for (byte, table) in bits.iter_mut().enumerate() {
                for (value, bits) in table.iter_mut().enumerate() {
                    *bits =
                        (0..8).filter(|at| value >> at & 1 == 1).fold(0, |all, at| all | bit(byte * 8 + at));
                }
            }
            bits
        });
        CodeMap { names, texts, bits }
    }

    /// The segment's codes of a code of the store.
    pub fn locals(&self, code: u32) -> Vec<u32> {
        let locals = (0..).zip(&self.names).filter(|it| code != NO_TEXT && *it.1 == code);
        locals.map(|it| it.0).collect()
    }

    fn bits(&self, local: u64) -> u64 {
        let Some(tables) = &self.bits else { return local };
        tables.iter().zip(local.to_le_bytes()).fold(0, |all, (table, byte)| all | table[usize::from(byte)])
    }
}

/// A group that was read; buffers are used again for the next one. Rows are decoded for those who are asked for alone.
#[derive(Default)]
pub(in crate::segment) struct Group {
    at: usize,
    persons: usize,
    rows: usize,
    day0: i32,
    day_words: usize,
    heads: Vec<u64>,
    /// Where each person's rows begin, and where the last one's end.
    starts: Vec<u32>,
    fetched: bool,
    gaps: Vec<u64>,
    names: Vec<u64>,
    name_width: u8,
    /// Where the names of a band stand, once they were marked.
    marks: Vec<Vec<u64>>,
    marked: bool,
    texts: [Codes; Text::COUNT],
    numbers: [Vec<u64>; Number::COUNT],
    run: Decoded,
}

/// A column of codes as it stands in the file; empty when nobody in the group has one.
#[derive(Default)]
struct Codes {
    width: u8,
    raw: Vec<u64>,
}

/// The rows of one person.
#[derive(Default)]
struct Decoded {
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
}

impl Group {
    /// Reads the heads of a group.
    pub fn load(&mut self, hot: &Hot, at: usize) -> Result<(), StoreFault> {
        let entry = &hot.directory.groups[at];
        self.at = at;
        self.persons = entry.persons as usize;
        self.rows = entry.rows as usize;
        self.day0 = entry.day0;
        self.day_words = usize::from(entry.day_words);
        (self.fetched, self.marked) = (false, false);
        self.gaps.clear();
        self.names.clear();
        hot.read_once(at, 0, entry.heads, &mut self.heads)?;
        let expected: usize = head_lengths(self.persons, self.day_words).iter().sum();
        if self.heads.len() * 8 != expected || !self.count_rows() {
            return Err(StoreFault::damaged(format!("reading {}", hot.name), &hot.name));
        }
        Ok(())
    }

    /// Finds where each person's rows begin; false when they are not as many as the directory says.
    fn count_rows(&mut self) -> bool {
        let mut starts = std::mem::take(&mut self.starts);
        starts.clear();
        let mut next = 0u32;
        starts.extend(self.row_counts().iter().map(|rows| {
            let start = next;
            next = next.saturating_add(*rows);
            start
        }));
        starts.push(next);
        self.starts = starts;
        next as usize == self.rows
    }

    /// Bytes that these columns take.
    pub fn bytes(&self, columns: Columns) -> u64 {
        let texts = Text::ALL.iter().filter(|text| columns.has(**text)).count();
        let numbers = Number::ALL.iter().filter(|number| columns.has_number(**number)).count();
        (self.rows * (20 + 4 * texts + 8 * numbers) + self.heads.len() * 8) as u64
    }

    /// Whether any rows were read.
    pub fn is_read(&self) -> bool {
        !self.names.is_empty()
    }

    fn head_column(&self, column: usize) -> &[u64] {
        let lengths = head_lengths(self.persons, self.day_words);
        let begin: usize = lengths[..column].iter().sum();
        &self.heads[begin / 8..(begin + lengths[column]) / 8]
    }

    /// Who is in it, rising.
    pub fn persons(&self) -> &[u64] {
        self.head_column(0)
    }

    fn row_counts(&self) -> &[u32] {
        &bytemuck::cast_slice(self.head_column(4))[..self.persons]
    }

    fn facts(&self) -> &[u32] {
        &bytemuck::cast_slice(self.head_column(5))[..self.persons]
    }

    /// The head of the person at a place.
    pub fn head(&self, place: usize, codes: &CodeMap) -> Head<'_> {
        Head {
            person: PersonKey(self.persons()[place]),
            first_ms: self.head_column(1)[place] as i64,
            last_ms: self.head_column(2)[place] as i64,
            facts: u64::from(self.facts()[place]),
            names: codes.bits(self.head_column(3)[place]),
            days: &self.head_column(6)[place * self.day_words..(place + 1) * self.day_words],
            day0: self.day0,
        }
    }

    /// Whether anybody has a name, by its codes in the segment.
    pub fn has_any(&self, name: &[u32]) -> bool {
        let bits = name.iter().fold(0u64, |bits, code| bits | 1 << code.min(&63));
        self.head_column(3).iter().any(|names| names & bits != 0)
    }

    /// Marks the rows of names, each by its codes in the segment, if that was not done yet.
    pub fn mark(&mut self, hot: &Hot, names: &[Vec<u32>], gaps: bool) -> Result<(), StoreFault> {
        if self.marked {
            return Ok(());
        }
        self.read_core(hot, !gaps)?;
        self.marks.resize_with(names.len(), Vec::new);
        for (marks, codes) in self.marks.iter_mut().zip(names) {
            marks.clear();
            marks.resize(self.rows.div_ceil(64), 0);
            for code in codes {
                // A code too wide for the group is not in it.
                match self.name_width {
                    1 => mark_code(&self.names, self.rows, u8::try_from(*code), marks),
                    2 => mark_code(&self.names, self.rows, u16::try_from(*code), marks),
                    _ => mark_code(&self.names, self.rows, Ok::<u32, ()>(*code), marks),
                }
            }
        }
        self.marked = true;
        Ok(())
    }

    /// Some of its people side by side, once names were marked.
    pub fn band(&self, people: Range<usize>) -> Band<'_> {
        let all = Band {
            place: 0,
            persons: self.persons(),
            first_ms: bytemuck::cast_slice(self.head_column(1)),
            last_ms: bytemuck::cast_slice(self.head_column(2)),
            starts: &self.starts,
            marks: &self.marks,
            gaps: bytemuck::cast_slice(&self.gaps),
        };
        all.part(people)
    }

    fn read_core(&mut self, hot: &Hot, names_alone: bool) -> Result<(), StoreFault> {
        if self.is_read() && (names_alone || !self.gaps.is_empty()) {
            return Ok(());
        }
        let split = (self.rows * 4).next_multiple_of(8);
        hot.read_core(self.at, split, names_alone, [&mut self.gaps, &mut self.names])?;
        self.name_width = hot.directory.groups[self.at].name_width;
        // Of the gaps nothing is missing where a name follows.
        if self.names.len() * 8 >= self.rows * usize::from(self.name_width) {
            return Ok(());
        }
        Err(StoreFault::damaged(format!("reading {}", hot.name), &hot.name))
    }

    /// Reads the rows of the group, if they are not there yet.
    pub fn fetch(&mut self, hot: &Hot, columns: Columns) -> Result<(), StoreFault> {
        if self.fetched {
            return Ok(());
        }
        let long_enough = |bytes: usize, raw: &[u64]| {
            if raw.len() * 8 >= bytes {
                return Ok(());
            }
            Err(StoreFault::damaged(format!("reading {}", hot.name), &hot.name))
        };
        self.read_core(hot, false)?;
        let entry = &hot.directory.groups[self.at];
        for text in Text::ALL.into_iter().filter(|text| columns.has(*text)) {
            let Codes { width, raw } = &mut self.texts[text.index()];
            raw.clear();
            if let Some(there) = entry.texts.iter().find(|it| usize::from(it.column) == text.index()) {
                *width = there.width;
                hot.read(there.block, raw, true)?;
                long_enough(self.rows * usize::from(there.width), raw)?;
            }
        }
        for number in Number::ALL.into_iter().filter(|number| columns.has_number(*number)) {
            let raw = &mut self.numbers[number.index()];
            raw.clear();
            if let Some(there) = entry.numbers.iter().find(|it| usize::from(it.column) == number.index()) {
                hot.read(there.block, raw, true)?;
                long_enough(self.rows * 8, raw)?;
            }
        }
        self.fetched = true;
        Ok(())
    }

    /// The rows of the person at a place, once the group was fetched.
    pub fn run(&mut self, place: usize, codes: &CodeMap, columns: Columns) -> Run<'_> {
        let rows = self.starts[place] as usize..self.starts[place + 1] as usize;
        let (person, first_ms) = (self.persons()[place], self.head_column(1)[place] as i64);
        let Decoded { at_ms, name, texts, numbers } = &mut self.run;
        at_ms.clear();
        let mut now = first_ms;
        at_ms.extend(bytemuck::cast_slice::<u64, u32>(&self.gaps)[rows.clone()].iter().map(|gap| {
            now += i64::from(*gap);
            now
        }));
        decode_codes(bytemuck::cast_slice(&self.names), self.name_width, rows.clone(), &codes.names, name);
        for text in Text::ALL.into_iter().filter(|text| columns.has(*text)) {
            let (Codes { width, raw }, column) = (&self.texts[text.index()], &mut texts[text.index()]);
            match raw.is_empty() {
                true => fill(column, rows.len(), NO_TEXT),
                false => {
                    let map = &codes.texts[text.index()];
                    decode_codes(bytemuck::cast_slice(raw), *width, rows.clone(), map, column);
                }
            }
        }
        for number in Number::ALL.into_iter().filter(|number| columns.has_number(*number)) {
            let (raw, column) = (&self.numbers[number.index()], &mut numbers[number.index()]);
            match raw.is_empty() {
                true => fill(column, rows.len(), NONE),
                false => {
                    column.clear();
                    column.extend_from_slice(&bytemuck::cast_slice::<u64, i64>(raw)[rows.clone()]);
                }
            }
        }
        Run {
            person: PersonKey(person),
            at_ms,
            name,
            texts: std::array::from_fn(|at| texts[at].as_slice()),
            numbers: std::array::from_fn(|at| numbers[at].as_slice()),
        }
    }
}

/// Marks the rows of a code of the names' width; none when it is wider.
fn mark_code<T: bytemuck::Pod + PartialEq, E>(
    names: &[u64],
    rows: usize,
    code: Result<T, E>,
    marks: &mut [u64],
) {
    if let Ok(code) = code {
        mark(&bytemuck::cast_slice::<u64, T>(names)[..rows], code, marks);
    }
}

fn fill<T: Copy>(column: &mut Vec<T>, rows: usize, value: T) {
    column.clear();
    column.resize(rows, value);
}

/// Decodes the codes of some rows, and turns them into those of the store.
fn decode_codes(bytes: &[u8], width: u8, rows: Range<usize>, map: &[u32], into: &mut Vec<u32>) {
    let code = |local: u32| map.get(local as usize).copied().unwrap_or(NO_TEXT);
    into.clear();
    match width {
        1 => into.extend(bytes[rows].iter().map(|local| code(u32::from(*local)))),
        2 => into.extend(
            bytes[rows.start * 2..rows.end * 2]
                .chunks_exact(2)
                .map(|it| code(u32::from(u16::from_le_bytes([it[0], it[1]])))),
        ),
        _ => into.extend(
            bytes[rows.start * 4..rows.end * 4]
                .chunks_exact(4)
                .map(|it| code(u32::from_le_bytes([it[0], it[1], it[2], it[3]]))),
        ),
    }
}
