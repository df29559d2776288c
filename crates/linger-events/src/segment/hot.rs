//! The hot file of a segment: what questions pass over, for one linear pass. It does not know the table beside it, beyond
//! the row at which each person begins there.
//!
//! All numbers are little-endian; blocks begin at multiples of 8 and are as long as one.
//!
//! | part | |
//! |---|---|
//! | groups | one after another from byte 0; each holds whole persons, some 32,000 rows |
//! | directory | JSON ([`layout::Directory`]): the words of all codes, and where each block lies, with its CRC-32C |
//! | tail, 32 bytes | place and length of the directory, 8 bytes each; its CRC-32C and the version, 4 each; `LINGERHT` |
//!
//! | block of a group | for `p` persons and `r` rows |
//! |---|---|
//! | heads | persons `u64[p]`, first time `i64[p]`, last time `i64[p]`, names `u64[p]`, rows `u32[p]`, facts `u32[p]`, days `u64[p * w]` |
//! | rows | ms since the row before `u32[r]` (a person's first row stands at their first time), name codes `uN[r]` |
//! | a text column | codes `uN[r]`; absent when nobody in the group has one |
//! | a number column | `i64[r]`, [`NONE`](linger_behaviour::NONE) where there is none; absent as above |
//!
//! `uN` is the narrowest of 1, 2 and 4 bytes. A gap of more than 49 days is bridged by rows whose name is 0: nothing
//! that happened. Bit `b` of a person's days stands for day `day0 + b` of the group, in the zone of the directory; a group
//! whose days lie further apart than 1,024 has none (`w` is 0). Bit `c` of the names says that code `c` occurs, bit 63 that
//! one from 63 on does.

mod layout;
mod read;
mod write;

pub(super) use read::{CodeMap, Group, Hot};
pub(super) use write::HotWriter;
