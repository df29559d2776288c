//! The bytes on disk: segment heads, frames, records and directory entries. It encodes and checks them; it does not
//! know files, positions in memory, or when anything is written. The crate's manual draws the layout.

use crc32c::{crc32c, crc32c_append};

use crate::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX, StreamName};

pub(super) const VERSION: u32 = 1;
pub(super) const SEGMENT_HEAD: usize = 64;
pub(super) const FRAME_HEAD: usize = 32;
/// No frame is larger: a batch with the heads of its records is below it, and groups of batches keep to less.
pub(super) const FRAME_BYTES_MAX: u64 = (BATCH_BYTES_MAX + BATCH_RECORDS_MAX * RECORD_HEAD + 4096) as u64;
pub(super) const RECORD_HEAD: usize = 24;
/// The stream that belongs to the log itself: its records make and change the other streams.
pub(super) const DIRECTORY: u32 = 0;
/// What a disk writes whole or not at all.
pub(super) const SECTOR: usize = 512;

const SEGMENT_MAGIC: &[u8; 8] = b"LINGERLG";
const FRAME_MAGIC: u32 = u32::from_le_bytes(*b"LFRM");
const MARK: usize = 4;
const ALIGN: usize = 8;

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    part.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(8)?)?;
    part.try_into().ok().map(u64::from_le_bytes)
}

/// The head of a segment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHead {
    pub id: [u8; 16],
    pub number: u32,
}

/// Why a segment's head cannot be used.
pub(super) enum BadHead {
    Damaged,
    OtherVersion(u32),
}

impl SegmentHead {
    pub fn encode(&self) -> [u8; SEGMENT_HEAD] {
        let mut head = [0; SEGMENT_HEAD];
        head[..8].copy_from_slice(SEGMENT_MAGIC);
        head[8..12].copy_from_slice(&VERSION.to_le_bytes());
        head[12..16].copy_from_slice(&self.number.to_le_bytes());
        head[16..32].copy_from_slice(&self.id);
        let sum = crc32c(&head[..60]);
        head[60..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, BadHead> {
        let head = bytes.get(..SEGMENT_HEAD).ok_or(BadHead::Damaged)?;
        let number_at = |at| u32_at(head, at).ok_or(BadHead::Damaged);
        if &head[..8] != SEGMENT_MAGIC || number_at(60)? != crc32c(&head[..60]) {
            return Err(BadHead::Damaged);
        }
        let version = number_at(8)?;
        if version != VERSION {
            return Err(BadHead::OtherVersion(version));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&head[16..32]);
        let number = number_at(12)?;
        Ok(Self { id, number })
    }

    /// Every checksum of a log begins with its id, so bytes of another log, or bytes a stranger put into a record to
    /// look like a frame, do not pass.
    pub fn seed(&self) -> u32 {
        crc32c(&self.id)
    }
}

/// Where the chain of frames stands: the number of the next frame, and the checksum of the head before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub next: u64,
    pub previous: u32,
}

impl Chain {
    pub const START: Self = Self { next: 0, previous: 0 };
}

/// A frame being put together: everything that one sync makes durable.
pub(super) struct FrameBuilder {
    seed: u32,
    bytes: Vec<u8>,
    records: u32,
}

impl FrameBuilder {
    pub fn new(seed: u32) -> Self {
        let bytes = vec![0; FRAME_HEAD];
        Self { seed, bytes, records: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Adds a record and tells where it begins, counted from the frame's beginning.
    pub fn push(&mut self, stream: u32, epoch: u32, offset: u64, payload: &[u8]) -> usize {
        let at = self.bytes.len();
        let length = u32::try_from(payload.len()).expect("a record is at most 1 MiB");
        let mut head = [0; RECORD_HEAD];
        head[..4].copy_from_slice(&length.to_le_bytes());
        head[8..12].copy_from_slice(&stream.to_le_bytes());
        head[12..16].copy_from_slice(&epoch.to_le_bytes());
        head[16..24].copy_from_slice(&offset.to_le_bytes());
        let sum = record_sum(self.seed, &head, payload);
        head[4..8].copy_from_slice(&sum.to_le_bytes());
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(payload);
        self.records += 1;
        at
    }

    /// Closes the frame as the next of a chain, and moves the chain on.
    pub fn seal(mut self, chain: &mut Chain) -> Vec<u8> {
        let body = &self.bytes[FRAME_HEAD..];
        let length = u32::try_from(body.len()).expect("a frame is far below 4 GiB");
        let body_sum = crc32c(body);
        let head = &mut self.bytes[..FRAME_HEAD];
        head[..4].copy_from_slice(&FRAME_MAGIC.to_le_bytes());
        head[4..8].copy_from_slice(&length.to_le_bytes());
        head[8..12].copy_from_slice(&self.records.to_le_bytes());
        head[12..16].copy_from_slice(&body_sum.to_le_bytes());
        head[16..24].copy_from_slice(&chain.next.to_le_bytes());
        head[24..28].copy_from_slice(&chain.previous.to_le_bytes());
        let sum = crc32c_append(self.seed, &head[..28]);
        head[28..].copy_from_slice(&sum.to_le_bytes());
        self.bytes.extend_from_slice(&sum.to_le_bytes());
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGN), 0);
        assert!(self.bytes.len() as u64 <= FRAME_BYTES_MAX, "opening relies on the size of frames");
        *chain = Chain { next: chain.next + 1, previous: sum };
        self.bytes
    }
}

fn record_sum(seed: u32, head: &[u8], payload: &[u8]) -> u32 {
    crc32c_append(crc32c_append(seed, &head[8..RECORD_HEAD]), payload)
}

/// Why there is no whole frame at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadFrame {
    /// The head is missing or torn.
    NoHead,
    /// The head is good, but part of the frame was never written.
    Unfinished,
    /// The frame was written to its end, but its bytes have changed since.
    Changed,
}

/// A whole frame whose checksums are right.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub before: Chain,
    pub after: Chain,
    pub records: u32,
    /// Where the body begins and the frame ends in the segment.
    pub body_at: usize,
    pub end: usize,
    pub body: &'a [u8],
}

struct FrameHead {
    body_bytes: usize,
    records: u32,
    body_sum: u32,
    next: u64,
    previous: u32,
    sum: u32,
}

fn frame_head(segment: &[u8], at: usize, seed: u32) -> Option<FrameHead> {
    let head = segment.get(at..at.checked_add(FRAME_HEAD)?)?;
    let sum = u32_at(head, 28)?;
    if u32_at(head, 0)? != FRAME_MAGIC || sum != crc32c_append(seed, &head[..28]) {
        return None;
    }
    Some(FrameHead {
        body_bytes: u32_at(head, 4)? as usize,
        records: u32_at(head, 8)?,
        body_sum: u32_at(head, 12)?,
        next: u64_at(head, 16)?,
        previous: u32_at(head, 24)?,
        sum,
    })
}

/// Reads the frame at a place of a segment.
pub(super) fn frame_at(segment: &[u8], at: usize, seed: u32) -> Result<Frame<'_>, BadFrame> {
    let head = frame_head(segment, at, seed).ok_or(BadFrame::NoHead)?;
    let body_at = at + FRAME_HEAD;
    let mark_at = body_at + head.body_bytes;
    let end = (mark_at + MARK).next_multiple_of(ALIGN);
    let body = segment.get(body_at..mark_at).ok_or(BadFrame::Unfinished)?;
    if u32_at(segment, mark_at) != Some(head.sum) {
        return Err(BadFrame::Unfinished);
    }
    if crc32c(body) != head.body_sum {
        // The file held zeros before, and sectors are written whole: a frame whose head and mark are there, and of
        // which no sector is empty, was once complete.
        let hole = holds_empty_sector(segment, at, mark_at);
        return Err(if hole { BadFrame::Unfinished } else { BadFrame::Changed });
    }
    Ok(Frame {
        before: Chain { next: head.next, previous: head.previous },
        after: Chain { next: head.next + 1, previous: head.sum },
        records: head.records,
        body_at,
        end: end.min(segment.len()),
        body,
    })
}

/// Whether any frame's head lies in a segment at or after a place.
pub(super) fn any_frame_after(segment: &[u8], from: usize, seed: u32) -> bool {
    let magic = FRAME_MAGIC.to_le_bytes();
    (from.next_multiple_of(ALIGN)..segment.len())
        .step_by(ALIGN)
        .any(|at| segment[at..].starts_with(&magic) && frame_head(segment, at, seed).is_some())
}

fn holds_empty_sector(segment: &[u8], from: usize, to: usize) -> bool {
    (from.next_multiple_of(SECTOR)..to)
        .step_by(SECTOR)
        .filter(|at| at + SECTOR <= to)
        .any(|at| is_zero(&segment[at..at + SECTOR]))
}

/// Whether all bytes are zero. Wide steps, because whole segments pass through here.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    let (wide, rest) = bytes.as_chunks::<64>();
    wide.iter().all(|chunk| chunk == &[0; 64]) && rest.iter().all(|&byte| byte == 0)
}

/// One record as it lies in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub stream: u32,
    pub epoch: u32,
    pub offset: u64,
    pub payload: &'a [u8],
}

impl Record<'_> {
    pub fn encoded_bytes(&self) -> usize {
        RECORD_HEAD + self.payload.len()
    }
}

/// How many bytes the record at the beginning of `bytes` takes, if its head is there and its length is lawful.
pub(super) fn record_bytes(bytes: &[u8]) -> Option<usize> {
    let length = u32_at(bytes, 0)? as usize;
    (length <= RECORD_BYTES_MAX && bytes.len() >= RECORD_HEAD).then_some(RECORD_HEAD + length)
}

/// The record at the beginning of `bytes`, without a look at its checksum.
pub(super) fn record_unchecked(bytes: &[u8]) -> Option<Record<'_>> {
    let length = record_bytes(bytes)?;
    Some(Record {
        stream: u32_at(bytes, 8)?,
        epoch: u32_at(bytes, 12)?,
        offset: u64_at(bytes, 16)?,
        payload: bytes.get(RECORD_HEAD..length)?,
    })
}

/// The record at the beginning of `bytes`, if its checksum is right.
pub(super) fn record_checked(bytes: &[u8], seed: u32) -> Option<Record<'_>> {
    let record = record_unchecked(bytes)?;
    (u32_at(bytes, 4)? == record_sum(seed, bytes, record.payload)).then_some(record)
}

/// A record of the directory stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A stream was made. Ids count from 1 without gaps.
    Made { id: u32, epoch: u32, name: StreamName },
    /// A stream lost a tail, so its history has another name from here on.
    Renewed { id: u32, epoch: u32 },
}

impl Entry {
    pub fn encode(&self) -> Vec<u8> {
        let (kind, id, epoch, name) = match self {
            Self::Made { id, epoch, name } => (1, id, epoch, name.as_str()),
            Self::Renewed { id, epoch } => (2, id, epoch, ""),
        };
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&id.to_le_bytes());
        bytes.extend_from_slice(&epoch.to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let id = u32_at(bytes, 1)?;
        let epoch = u32_at(bytes, 5)?;
        let name = std::str::from_utf8(&bytes[9..]).ok()?;
        match bytes[0] {
            1 => Some(Self::Made { id, epoch, name: StreamName::new(name).ok()? }),
            2 if name.is_empty() => Some(Self::Renewed { id, epoch }),
            _ => None,
        }
    }
}
