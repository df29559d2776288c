//! Reading one stream back: neighbouring records are fetched in one read, and every record is checked before it is
//! handed out. It does not know streams by name, and takes no lock while it reads.

use bytes::Bytes;

use crate::{Damage, Fault, ReadError};

use super::format::{RECORD_HEAD, record_bytes, record_checked};
use super::index::Found;

/// Records further apart than this are not worth one read.
const GAP_BYTES_MAX: u32 = 16 << 10;
/// How much one read fetches at most, apart from a single large record.
const WINDOW_BYTES_MAX: usize = 1 << 20;
/// What is read beyond the beginning of the last record of a window, whose length is not known yet.
const TAIL_BYTES: u64 = 4 << 10;

/// Payloads gathered one after another.
#[derive(Default)]
pub(super) struct Gathered {
    pub bytes: Vec<u8>,
    pub ends: Vec<usize>,
}

impl Gathered {
    /// The payloads, sharing one piece of memory that holds nothing else.
    pub fn into_records(self) -> Vec<Bytes> {
        let bytes = Bytes::from(self.bytes);
        let mut start = 0;
        let cut = |end| {
            let record = bytes.slice(start..end);
            start = end;
            record
        };
        self.ends.into_iter().map(cut).collect()
    }
}

/// What the records are that a read expects to find.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub seed: u32,
    pub stream: u32,
    /// The offset of the first.
    pub offset: u64,
    pub bytes_max: usize,
}

/// Gathers found records until they run out (true) or the next would pass `bytes_max` (false). The first record of a
/// read is taken whatever its size, or a reader with a small limit would never move.
pub(super) fn gather(found: &Found, wanted: Wanted, into: &mut Gathered) -> Result<bool, ReadError> {
    let window_max = wanted.bytes_max.clamp(TAIL_BYTES as usize, WINDOW_BYTES_MAX) as u32;
    let mut window = Vec::new();
    let mut done = 0;
    while let Some(&start) = found.at.get(done) {
        let mut last = start;
        for &at in &found.at[done..] {
            if at - last > GAP_BYTES_MAX || at - start > window_max {
                break;
            }
            last = at;
        }
        let mut stop = (u64::from(last) + TAIL_BYTES).min(found.end);
        fetch(found, start, stop, &mut window)?;
        // A first record larger than the window gets a window of its own.
        if let Some(bytes) = record_bytes(&window)
            && bytes > window.len()
        {
            stop = u64::from(start) + bytes as u64;
            fetch(found, start, stop, &mut window)?;
        }
        let begun = done;
        while let Some(&at) = found.at.get(done)
            && u64::from(at) < stop
        {
            let rest = &window[(at - start) as usize..];
            let whole =
                rest.len() >= RECORD_HEAD && record_bytes(rest).is_none_or(|bytes| bytes <= rest.len());
            if !whole && done > begun {
                break;
            }
            let expected = wanted.offset + done as u64;
            let record = record_checked(rest, wanted.seed)
                .filter(|record| record.stream == wanted.stream && record.offset == expected)
                .ok_or_else(|| damaged(found, at))?;
            let over = into.bytes.len() + record.payload.len() > wanted.bytes_max;
            if over && !into.ends.is_empty() {
                return Ok(false);
            }
            into.bytes.extend_from_slice(record.payload);
            into.ends.push(into.bytes.len());
            done += 1;
        }
    }
    Ok(true)
}

fn fetch(found: &Found, start: u32, stop: u64, window: &mut Vec<u8>) -> Result<(), ReadError> {
    let start = u64::from(start);
    if stop > found.end || stop <= start {
        return Err(damaged(found, start as u32));
    }
    window.resize((stop - start) as usize, 0);
    found.file.read_at(window, start).map_err(|error| {
        let doing = format!("reading segment {} at byte {start}", found.segment);
        ReadError::Fault(Fault::io(doing, &error))
    })
}

fn damaged(found: &Found, at: u32) -> ReadError {
    ReadError::Damaged(Damage {
        segment: found.segment,
        byte: u64::from(at),
        what: "a record is not what was written",
    })
}
