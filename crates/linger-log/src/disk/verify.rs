//! Checking a log that nobody has open: every checksum, every chain link, every stream's offsets. It changes nothing.

use std::path::Path;

use crate::files::{Files, RealFiles};
use crate::{Damage, Fault};

use super::index::Index;
use super::lock;
use super::recovery::Folder;

/// What a check found. If there is damage, the counts are of what lies before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Segment files looked at.
    pub segments: u32,
    /// Frames, each of which was made durable at once.
    pub frames: u64,
    /// Streams.
    pub streams: usize,
    /// Records of all streams.
    pub records: u64,
    /// Bytes of frame bodies.
    pub bytes: u64,
    /// Bytes of an unfinished frame at the end, which opening would cut. They were never acknowledged.
    pub torn_bytes: u64,
    /// The first damage. Opening may not notice it, if it is in a finished segment.
    pub damage: Option<Damage>,
}

impl VerifyReport {
    /// Whether everything that was ever acknowledged can be read. A torn tail never was.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_none()
    }
}

impl std::fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let VerifyReport { segments, frames, streams, records, bytes, torn_bytes, damage } = self;
        write!(
            f,
            "{records} records of {streams} streams in {frames} commits, {segments} segments, {bytes} bytes"
        )?;
        if *torn_bytes > 0 {
            write!(f, "; {torn_bytes} bytes of an unfinished commit at the end, never acknowledged")?;
        }
        match damage {
            Some(damage) => write!(f, "; DAMAGED at {damage}"),
            None => write!(f, "; sound"),
        }
    }
}

/// Reads every record of a log: checksums, and that each stream's offsets count without a gap. Changes nothing.
///
/// # Errors
/// [`Fault`] if the folder cannot be locked (somebody has the log open) or read. Damage is not an error but a finding.
pub fn verify(dir: impl AsRef<Path>) -> Result<VerifyReport, Fault> {
    verify_on(&RealFiles, dir)
}

/// [`verify`] on a given file system.
///
/// # Errors
/// As [`verify`].
pub fn verify_on(files: &dyn Files, dir: impl AsRef<Path>) -> Result<VerifyReport, Fault> {
    let dir = dir.as_ref();
    let _guard = lock(files, dir)?;
    let folder = Folder { files, dir, check_all: true, writable: false };
    let mut index = Index::new();
    let (mut frames, mut bytes) = (0, 0);
    let inspected = folder.inspect(&mut index, |size| {
        frames += 1;
        bytes += size;
    });
    let (torn_bytes, damage) = match inspected {
        Ok(torn_bytes) => (torn_bytes, None),
        Err(fault) => match fault.damage() {
            Some(damage) => (0, Some(damage.clone())),
            None => return Err(fault),
        },
    };
    Ok(VerifyReport {
        segments: index.segments().len() as u32,
        frames,
        streams: index.names().len(),
        records: index.records(),
        bytes,
        torn_bytes,
        damage,
    })
}
