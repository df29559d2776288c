//! The one place that writes frames: plan, write, sync, take in, answer. It owns the open end of the log and its
//! trouble; it does not know callers, and it never changes a byte that was acknowledged.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use crate::files::LogFile;
use crate::{Cause, Fault};

use super::desk::{Answer, Ask};
use super::format::{Chain, Entry, FRAME_HEAD, SEGMENT_HEAD};
use super::index::Index;
use super::plan::Plan;
use super::spare::Spare;

/// How much is zeroed in one write.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
/// How many streams get a new epoch in one frame.
const RENEWALS_MAX: u32 = 100_000;

/// The end of the log, where frames are added.
pub(super) struct Writer {
    pub seed: u32,
    pub index: Arc<RwLock<Index>>,
    pub spare: Spare,
    pub chain: Chain,
    pub open: Open,
    pub trouble: Option<Trouble>,
}

/// The segment being written.
pub(super) struct Open {
    pub number: u32,
    pub file: Arc<dyn LogFile>,
    /// Where the last durable frame ends.
    pub end: u64,
    /// How far the file was prepared.
    pub capacity: u64,
}

/// A write or sync failed: bytes from the open end up to `dirty_to` may hold anything.
pub(super) struct Trouble {
    fault: Fault,
    dirty_to: u64,
}

impl Writer {
    /// Commits all asks with one write and one sync.
    pub fn commit(&mut self, asks: &[Ask]) -> Vec<Answer> {
        let planned = self.ready().map(|()| {
            let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
            Plan::of(&index, self.seed, asks)
        });
        match planned.and_then(|plan| self.carry_out(plan)) {
            Ok(answers) => answers,
            Err(fault) => asks.iter().map(|_| Answer::Failed(fault.clone())).collect(),
        }
    }

    /// Gives every stream a new epoch, after a tail was lost.
    pub fn renew_epochs(&mut self) -> Result<(), Fault> {
        let index = Arc::clone(&self.index);
        let read = || index.read().unwrap_or_else(PoisonError::into_inner);
        let streams = read().names().len() as u32;
        for first in (1..=streams).step_by(RENEWALS_MAX as usize) {
            let mut plan = Plan::empty(self.seed);
            let directory = read().tail(0).map_or(0, |tail| tail.offset);
            for (offset, id) in (directory..).zip(first..=streams.min(first + RENEWALS_MAX - 1)) {
                let epoch = read().tail(id).map_or(0, |tail| tail.epoch).wrapping_add(1);
                plan.direct(offset, Entry::Renewed { id, epoch });
            }
            self.carry_out(plan)?;
        }
        Ok(())
    }

    /// Goes on in the next segment, unless this one is empty still.
    pub fn roll(&mut self) -> Result<(), Fault> {
        self.ready()?;
        if self.open.end > SEGMENT_HEAD as u64 { self.turn() } else { Ok(()) }
    }

    /// Overwrites what a failed write may have left, so that it is certain to be gone, and appends again.
    pub fn recover(&mut self) -> Result<(), Fault> {
        let Some(trouble) = &self.trouble else { return Ok(()) };
        wipe(&*self.open.file, self.open.end, trouble.dirty_to)
            .map_err(|error| Fault::io(format!("recovering segment {}", self.open.number), &error))?;
        self.trouble = None;
        Ok(())
    }

    fn ready(&mut self) -> Result<(), Fault> {
        match &self.trouble {
            None => Ok(()),
            Some(trouble) if trouble.fault.retry => self.recover(),
            Some(trouble) => {
                let earlier = trouble.fault.to_string();
                Err(Fault::lasting("appending to the log", Cause::Refusing { earlier }))
            }
        }
    }

    fn carry_out(&mut self, plan: Plan) -> Result<Vec<Answer>, Fault> {
        if plan.frame.is_empty() {
            return Ok(plan.answers);
        }
        let mut chain = self.chain;
        let bytes = plan.frame.seal(&mut chain);
        let base = self.write(&bytes)?;
        self.chain = chain;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        for entry in plan.entries {
            index.apply(entry).expect("a plan is made from this very index");
        }
        for (stream, at) in plan.records {
            index.push(stream, base + at as u32);
        }
        index.extend_segment(self.open.end, chain);
        Ok(plan.answers)
    }

    /// Makes a frame durable at the open end and tells where it begins.
    fn write(&mut self, frame: &[u8]) -> Result<u32, Fault> {
        let bytes = frame.len() as u64;
        // A frame larger than a whole segment gets one to itself and extends it.
        if self.open.end + bytes > self.open.capacity && self.open.end > SEGMENT_HEAD as u64 {
            self.turn()?;
        }
        let open = &mut self.open;
        let base = open.end;
        if let Err(error) = open.file.write_at(frame, base).and_then(|()| open.file.sync()) {
            let doing = format!("appending to segment {} at byte {base}", open.number);
            let fault = Fault::io(doing, &error);
            self.trouble = Some(Trouble { fault: fault.clone(), dirty_to: base + bytes });
            return Err(fault);
        }
        open.end += bytes;
        open.capacity = open.capacity.max(open.end);
        Ok(u32::try_from(base).expect("segments are below 4 GiB"))
    }

    /// Goes on in the next segment. If that fails, for example because the disk is full, nothing has changed and the
    /// next append tries again.
    fn turn(&mut self) -> Result<(), Fault> {
        let number = self.open.number + 1;
        let file = self.spare.take(number)?;
        let capacity = file.size().map_err(|error| Fault::io(format!("opening segment {number}"), &error))?;
        let end = SEGMENT_HEAD as u64;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        index.begin_segment(Arc::clone(&file), end, self.chain);
        drop(index);
        self.spare.want(number + 1);
        self.spare.seal(self.open.number);
        self.open = Open { number, file, end, capacity };
        Ok(())
    }
}

/// Makes a frame that must not be there durably gone, with all that follows it up to a place. Its head goes first and
/// alone: were an interruption to take only part of the body, the frame would look complete but damaged.
pub(super) fn wipe(file: &dyn LogFile, from: u64, to: u64) -> io::Result<()> {
    // Never further than the file: on a full disk it could not grow.
    let to = to.min(file.size()?);
    let head = to.min(from + FRAME_HEAD as u64);
    for (from, to) in [(from, head), (head, to)] {
        if from < to {
            zero(file, from, to)?;
            file.sync()?;
        }
    }
    Ok(())
}

fn zero(file: &dyn LogFile, mut from: u64, to: u64) -> io::Result<()> {
    while from < to {
        let left = usize::try_from(to - from).unwrap_or(usize::MAX);
        let piece = &ZEROS[..ZEROS.len().min(left)];
        file.write_at(piece, from)?;
        from += piece.len() as u64;
    }
    Ok(())
}
