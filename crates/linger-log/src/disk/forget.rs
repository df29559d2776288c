//! Removing finished segments that nobody needs any more. It does not know why they are not needed.

use std::io;
use std::path::Path;
use std::sync::PoisonError;

use crate::files::Files;
use crate::{Fault, Position, ReadError, StreamName};

use super::{DiskLog, desk, note_number, segment_number};

impl DiskLog {
    /// Lets go of a stream's records before a position: they may be removed, and are as soon as a whole finished
    /// segment holds nothing but such records of all its streams. Tells how many segments were removed. What was
    /// allowed is kept in memory alone, so a writer says it again after opening.
    ///
    /// # Errors
    /// [`ReadError`] if there is no such stream, or the position is none of its own; or if a file could not be written
    /// or removed, and then nothing is lost, and the next call or opening goes on with it.
    pub fn forget_before(&self, stream: &StreamName, before: Position) -> Result<u32, ReadError> {
        // One at a time; appends and reads go on.
        let _turn = self.forgetting.lock().unwrap_or_else(PoisonError::into_inner);
        let base = {
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            let id = index.id(stream).ok_or(ReadError::NoStream)?;
            let tail = index.tail(id).ok_or(ReadError::NoStream)?;
            if before.epoch != tail.epoch {
                return Err(ReadError::OtherEpoch { actual: tail });
            }
            if before.offset > tail.offset {
                return Err(ReadError::Beyond { tail });
            }
            index.allow(id, before.offset);
            index.base(self.id)
        };
        let fault = |error: io::Error| ReadError::Fault(Fault::io("forgetting segments", &error));
        let first = self.index().first();
        if base.first > first {
            base.write(&*self.files, &self.dir).map_err(fault)?;
            self.index.write().unwrap_or_else(PoisonError::into_inner).forget(&base);
        }
        remove_before(&*self.files, &self.dir, base.first).map_err(fault)?;
        Ok(base.first - first)
    }

    /// Goes on in a new segment, so that all that was appended so far lies in finished ones.
    ///
    /// # Errors
    /// [`Fault`] if the next segment cannot be made, or the log refuses to append; nothing has changed then.
    pub fn roll(&self) -> Result<(), Fault> {
        let writer = self.writer.lock();
        writer.map_err(|_| desk::broken()).and_then(|mut writer| writer.roll())
    }
}

/// Removes the files of segments before one, and their notes.
pub(super) fn remove_before(files: &dyn Files, dir: &Path, first: u32) -> io::Result<()> {
    let old = |name: &String| segment_number(name).or_else(|| note_number(name)).is_some_and(|it| it < first);
    let names: Vec<String> = files.list(dir)?.into_iter().filter(old).collect();
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        files.remove(&dir.join(name))?;
    }
    files.sync_dir(dir)
}
