//! The note beside a finished segment: where each stream's records lie in it, so that opening a long log need not read
//! it all. It is derived: a note that is missing, damaged or does not fit is ignored and the segment is read instead.

use std::io;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use crc32c::crc32c_append;

use crate::files::Files;

use super::format::{Chain, DIRECTORY, Entry, SEGMENT_HEAD, record_checked, u32_at, u64_at};
use super::index::Index;
use super::spare::put;
use super::{note_name, note_path};

const MAGIC: &[u8; 8] = b"LINGERIX";
const HEAD: usize = 56;

/// A note that has been read and found whole.
pub(super) struct Note {
    pub end: u64,
    pub after: Chain,
    runs: Vec<NoteRun>,
}

struct NoteRun {
    stream: u32,
    first: u64,
    at: Vec<u32>,
}

/// Writes the note of a segment.
pub(super) fn write(
    files: &dyn Files,
    dir: &Path,
    id: [u8; 16],
    index: &RwLock<Index>,
    number: u32,
) -> io::Result<()> {
    match encode(&index.read().unwrap_or_else(PoisonError::into_inner), id, number) {
        Some(bytes) => put(files, dir, &note_name(number), &bytes),
        // It has been forgotten meanwhile.
        None => Ok(()),
    }
}

fn encode(index: &Index, id: [u8; 16], number: u32) -> Option<Vec<u8>> {
    let segment = index.segment(number)?;
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&(segment.streams.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&segment.end.to_le_bytes());
    for chain in [segment.before, segment.after] {
        bytes.extend_from_slice(&chain.next.to_le_bytes());
        bytes.extend_from_slice(&chain.previous.to_le_bytes());
    }
    bytes.resize(HEAD, 0);
    let mut streams = segment.streams.clone();
    streams.sort_unstable();
    for stream in streams {
        let Some(run) = index.run(stream, number) else { continue };
        bytes.extend_from_slice(&stream.to_le_bytes());
        bytes.extend_from_slice(&run.first.to_le_bytes());
        bytes.extend_from_slice(&(run.at.len() as u32).to_le_bytes());
        let mut last = 0;
        for &at in &run.at {
            put_varint(&mut bytes, at - last);
            last = at;
        }
    }
    let sum = crc32c_append(crc32c::crc32c(&id), &bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    Some(bytes)
}

/// Reads the note of a segment, if there is a good one that continues `before`.
pub(super) fn read(files: &dyn Files, dir: &Path, seed: u32, number: u32, before: Chain) -> Option<Note> {
    let file = files.open(&note_path(dir, number), false).ok()?;
    let mut bytes = vec![0; usize::try_from(file.size().ok()?).ok()?];
    file.read_at(&mut bytes, 0).ok()?;
    let sum = bytes.split_off(bytes.len().checked_sub(4)?);
    let good = bytes.len() >= HEAD
        && bytes.starts_with(MAGIC)
        && u32_at(&sum, 0)? == crc32c_append(seed, &bytes)
        && u32_at(&bytes, 8)? == number
        && chain_at(&bytes, 24)? == before;
    if !good {
        return None;
    }
    let end = u64_at(&bytes, 16)?;
    let after = chain_at(&bytes, 36)?;
    let streams = u32_at(&bytes, 12)?;
    let mut rest = &bytes[HEAD..];
    let mut runs = Vec::new();
    for _ in 0..streams {
        runs.push(take_run(&mut rest, end)?);
    }
    rest.is_empty().then_some(Note { end, after, runs })
}

fn chain_at(bytes: &[u8], at: usize) -> Option<Chain> {
    Some(Chain { next: u64_at(bytes, at)?, previous: u32_at(bytes, at + 8)? })
}

fn take_run(rest: &mut &[u8], end: u64) -> Option<NoteRun> {
    let stream = u32_at(rest, 0)?;
    let first = u64_at(rest, 4)?;
    let records = u32_at(rest, 12)? as usize;
    *rest = &rest[16..];
    // Each takes at least one byte, so a hostile count cannot reserve more than the note's own size.
    if records > rest.len() {
        return None;
    }
    let mut at = Vec::with_capacity(records);
    let mut last = 0u32;
    for _ in 0..records {
        let step = take_varint(rest)?;
        last = last.checked_add(step)?;
        let inside = last as usize >= SEGMENT_HEAD && u64::from(last) < end;
        if step == 0 || !inside {
            return None;
        }
        at.push(last);
    }
    Some(NoteRun { stream, first, at })
}

impl Note {
    /// Brings the newest segment of the index up to what the note says, if all of it fits what is known; otherwise
    /// changes nothing and answers false. Directory records are read from the segment itself; an error says that the
    /// log contradicts itself there.
    pub fn apply(&self, index: &mut Index, seed: u32) -> Result<bool, &'static str> {
        let Some(entries) = self.entries(index, seed) else { return Ok(false) };
        let made = entries.iter().filter(|it| matches!(it, Entry::Made { .. })).count();
        let fits = self.runs.iter().all(|run| match index.stream(run.stream) {
            Some(stream) => stream.records == run.first,
            None => run.first == 0 && (run.stream as usize) <= index.names().len() + made,
        });
        if !fits {
            return Ok(false);
        }
        for entry in entries {
            index.apply(entry)?;
        }
        for run in &self.runs {
            index.push_run(run.stream, &run.at);
        }
        index.extend_segment(self.end, self.after);
        Ok(true)
    }

    fn entries(&self, index: &Index, seed: u32) -> Option<Vec<Entry>> {
        let segment = index.segments().last()?;
        let Some(run) = self.runs.first().filter(|run| run.stream == DIRECTORY) else {
            return Some(Vec::new());
        };
        let mut entries = Vec::with_capacity(run.at.len());
        let mut bytes = [0; 128];
        for (offset, &at) in (run.first..).zip(&run.at) {
            let left = usize::try_from(self.end - u64::from(at)).ok()?.min(bytes.len());
            let window = &mut bytes[..left];
            segment.file.read_at(window, u64::from(at)).ok()?;
            let record = record_checked(window, seed)?;
            if record.stream != DIRECTORY || record.offset != offset {
                return None;
            }
            entries.push(Entry::decode(record.payload)?);
        }
        Some(entries)
    }
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push((value as u8) | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_varint(rest: &mut &[u8]) -> Option<u32> {
    let mut value = 0u64;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(value).ok();
        }
    }
    None
}
