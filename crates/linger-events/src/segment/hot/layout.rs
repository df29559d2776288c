//! The parts of a hot file that are not columns. It does not know how they are read.

use serde::{Deserialize, Serialize};

pub(super) const MAGIC: &[u8; 8] = b"LINGERHT";
pub(super) const VERSION: u32 = 1;
pub(super) const TAIL: usize = 32;

/// What lies where.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Directory {
    /// The zone that days are counted in.
    pub zone: String,
    pub facts: u64,
    /// The words of names, from code 1 on.
    pub names: Vec<String>,
    /// The words of each text column, from code 1 on.
    pub texts: Vec<Vec<String>>,
    pub groups: Vec<GroupEntry>,
}

/// One group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupEntry {
    pub persons: u32,
    pub rows: u32,
    /// The row of the table at which it begins.
    pub table_row: u64,
    pub first_person: u64,
    pub last_person: u64,
    pub day0: i32,
    pub day_words: u8,
    pub heads: Block,
    pub core: Block,
    /// Bytes of a name's code.
    pub name_width: u8,
    pub texts: Vec<TextBlock>,
    pub numbers: Vec<NumberBlock>,
}

/// A stretch of bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    pub at: u64,
    pub bytes: u32,
    pub sum: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextBlock {
    pub column: u8,
    pub width: u8,
    pub block: Block,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberBlock {
    pub column: u8,
    pub block: Block,
}

/// The lengths of a heads block's columns, in bytes: persons, first, last, names, rows, facts, days.
pub(super) fn head_lengths(persons: usize, day_words: usize) -> [usize; 7] {
    let (long, short) = (persons * 8, (persons * 4).next_multiple_of(8));
    [long, long, long, long, short, short, persons * day_words * 8]
}
