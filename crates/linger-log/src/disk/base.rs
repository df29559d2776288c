//! The note of what was forgotten: where a log begins whose first segments are gone. It is the one derived-looking file
//! that is not derived: without it the rest cannot be understood, so it is written and synced before anything is removed.

use std::io;
use std::path::Path;

use crc32c::crc32c;

use crate::files::Files;
use crate::{Damage, StreamName};

use super::format::{Chain, u32_at, u64_at};
use super::spare::put;

/// The name of the file.
pub(super) const BASE: &str = "forgotten.base";
const MAGIC: &[u8; 8] = b"LINGERFG";
const VERSION: u32 = 1;
const HEAD: usize = 48;

/// How everything stood where the first kept segment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// The number of the first kept segment.
    pub first: u32,
    pub id: [u8; 16],
    pub before: Chain,
    /// How many records of the directory came before.
    pub directory: u64,
    /// All streams there were, by id from 1 on.
    pub streams: Vec<BaseStream>,
}

/// One stream where the first kept segment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseStream {
    pub name: StreamName,
    pub epoch: u32,
    pub records: u64,
}

impl Base {
    /// Makes it durable.
    pub fn write(&self, files: &dyn Files, dir: &Path) -> io::Result<()> {
        put(files, dir, BASE, &self.encode())
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.first.to_le_bytes());
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&self.before.next.to_le_bytes());
        bytes.extend_from_slice(&self.before.previous.to_le_bytes());
        bytes.extend_from_slice(&(self.streams.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.directory.to_le_bytes());
        for stream in &self.streams {
            bytes.extend_from_slice(&stream.epoch.to_le_bytes());
            bytes.extend_from_slice(&stream.records.to_le_bytes());
            bytes.push(stream.name.as_str().len() as u8);
            bytes.extend_from_slice(stream.name.as_str().as_bytes());
        }
        let sum = crc32c(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        let good =
            bytes.starts_with(MAGIC) && u32_at(sum, 0)? == crc32c(bytes) && u32_at(bytes, 8)? == VERSION;
        if !good {
            return None;
        }
        let id = bytes.get(16..32)?.try_into().ok()?;
        let before = Chain { next: u64_at(bytes, 32)?, previous: u32_at(bytes, 40)? };
        let count = u32_at(bytes, 44)?;
        let directory = u64_at(bytes, HEAD)?;
        let mut rest = bytes.get(HEAD + 8..)?;
        let mut streams = Vec::new();
        for _ in 0..count {
            let (epoch, records) = (u32_at(rest, 0)?, u64_at(rest, 4)?);
            let (name, after) = rest.get(13..)?.split_at_checked(usize::from(*rest.get(12)?))?;
            let name = StreamName::new(std::str::from_utf8(name).ok()?).ok()?;
            streams.push(BaseStream { name, epoch, records });
            rest = after;
        }
        rest.is_empty().then_some(Self { first: u32_at(bytes, 12)?, id, before, directory, streams })
    }

    /// Reads it, if there is one. `lowest` is the lowest segment there is, to name in a report of damage.
    pub fn read(files: &dyn Files, dir: &Path, lowest: u32) -> io::Result<Result<Option<Self>, Damage>> {
        let file = match files.open(&dir.join(BASE), false) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(None)),
            opened => opened?,
        };
        let mut bytes = vec![0; usize::try_from(file.size()?).map_err(io::Error::other)?];
        file.read_at(&mut bytes, 0)?;
        let what = "the note of what was forgotten before it is not what was written";
        Ok(Self::decode(&bytes).map(Some).ok_or(Damage { segment: lowest, byte: 0, what }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_base_comes_back_and_any_changed_byte_is_noticed() {
        let stream = |name| BaseStream { name: StreamName::new(name).unwrap(), epoch: 7, records: 1 << 40 };
        let base = Base {
            first: 9,
            id: [3; 16],
            before: Chain { next: 77, previous: 5 },
            directory: 2,
            streams: vec![stream("a"), stream("room-1")],
        };
        let bytes = base.encode();
        assert_eq!(Base::decode(&bytes), Some(base));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(Base::decode(&changed), None, "{at}");
            assert_eq!(Base::decode(&bytes[..at]), None, "{at}");
        }
    }
}
