//! Opening: from the files of a folder to what is durable. It cuts a torn tail, refuses damage (or sets it aside when
//! told to), and makes sure that whatever it found is on the disk before anybody relies on it. It does not append.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::files::{Files, LogFile};
use crate::{Cause, Damage, Fault};

use super::base::{BASE, Base};
use super::forget::remove_before;
use super::format::{
    BadHead, Chain, DIRECTORY, Entry, FRAME_BYTES_MAX, Frame, SEGMENT_HEAD, SegmentHead, VERSION,
};
use super::format::{is_zero, record_checked};
use super::index::Index;
use super::scan::{Ending, records, scan};
use super::spare::put;
use super::writer::{Open, wipe};
use super::{MARKER, note_path, sealed, segment_name, segment_number, segment_path};

/// How much is read at a time where nothing is kept.
const PIECE_BYTES: usize = 1 << 20;

/// What was found.
pub(super) struct Found {
    pub id: [u8; 16],
    pub seed: u32,
    pub index: Index,
    pub chain: Chain,
    pub open: Open,
    pub spare: Option<Arc<dyn LogFile>>,
    pub torn_bytes: u64,
    /// Finished segments that have no good note.
    pub unnoted: Vec<u32>,
}

/// A folder being opened.
pub(super) struct Folder<'a> {
    pub files: &'a dyn Files,
    pub dir: &'a Path,
    pub check_all: bool,
    /// Whether files may be opened to write. A check may not.
    pub writable: bool,
}

/// One segment's bytes in memory.
struct Loaded {
    file: Arc<dyn LogFile>,
    bytes: Vec<u8>,
}

/// From where to where a log reaches.
pub(super) struct Extent {
    base: Option<Base>,
    /// The number of the last segment.
    last: u32,
}

impl Extent {
    fn first(&self) -> u32 {
        self.base.as_ref().map_or(1, |base| base.first)
    }

    fn index(&self) -> (Index, Chain) {
        match &self.base {
            None => (Index::new(), Chain::START),
            Some(base) => (Index::after(base), base.before),
        }
    }

    /// Segments beside a base must be of the same log.
    fn fits(&self, head: SegmentHead) -> Result<(), Fault> {
        match &self.base {
            Some(base) => same_log(SegmentHead { id: base.id, ..head }, head),
            None => Ok(()),
        }
    }
}

impl Folder<'_> {
    /// The segments, which must count without gaps from 1, or from where the log was forgotten up to. None for a new
    /// log.
    pub fn segments(&self) -> Result<Option<Extent>, Fault> {
        let names = self.names()?;
        let numbers: BTreeSet<u32> = names.iter().filter_map(|name| segment_number(name)).collect();
        let base = Base::read(self.files, self.dir, numbers.first().copied().unwrap_or(1))
            .map_err(|error| Fault::io(format!("reading {BASE}"), &error))?
            .map_err(damaged)?;
        let last = numbers.last().copied().unwrap_or(0);
        if base.is_none() && last == 0 {
            return Ok(None);
        }
        let extent = Extent { base, last };
        match (extent.first()..=last.max(extent.first())).find(|number| !numbers.contains(number)) {
            None => Ok(Some(extent)),
            Some(segment) => Err(damaged(Damage { segment, byte: 0, what: "the segment's file is missing" })),
        }
    }

    fn names(&self) -> Result<Vec<String>, Fault> {
        let listed = self.files.list(self.dir);
        listed.map_err(|error| Fault::io("listing the log's folder", &error))
    }

    /// Removes what an interrupted preparation left.
    pub fn sweep(&self) -> Result<(), Fault> {
        for name in self.names()?.iter().filter(|name| name.ends_with(".tmp")) {
            let removed = self.files.remove(&self.dir.join(name));
            removed.map_err(|error| Fault::io(format!("removing {name}"), &error))?;
        }
        Ok(())
    }

    /// Whether damage was accepted and the streams have not got their new epochs yet.
    pub fn is_marked(&self) -> Result<bool, Fault> {
        Ok(self.names()?.iter().any(|name| name == MARKER))
    }

    /// Takes the mark away.
    pub fn unmark(&self) -> Result<(), Fault> {
        let removed = self.files.remove(&self.dir.join(MARKER));
        removed
            .and_then(|()| self.files.sync_dir(self.dir))
            .map_err(|error| Fault::io(format!("removing {MARKER}"), &error))
    }

    /// Reads the log into memory and repairs its tail.
    pub fn recover(&self, extent: &Extent) -> Result<Found, Fault> {
        let (active, loaded) = self.last_used(extent)?;
        let head = self.head(extent.first())?;
        extent.fits(head)?;
        let seed = head.seed();
        let (mut index, mut chain) = extent.index();
        let mut unnoted = Vec::new();
        for number in extent.first()..active {
            if !self.take_noted(&mut index, &mut chain, head, number)? {
                let loaded = self.load(number)?;
                let ending = self.take(&mut index, &mut chain, head, number, &loaded)?;
                self.expect_whole(number, ending)?;
                unnoted.push(number);
            }
        }
        let ending = self.take(&mut index, &mut chain, head, active, &loaded)?;
        self.settle(active, &loaded, ending)?;
        remove_before(self.files, self.dir, extent.first())
            .map_err(|error| Fault::io("removing forgotten segments", &error))?;
        let spare = if active < extent.last { Some(self.open(active + 1)?) } else { None };
        Ok(Found {
            id: head.id,
            seed,
            chain,
            spare,
            torn_bytes: ending.torn_bytes,
            unnoted,
            open: Open {
                number: active,
                end: ending.end as u64,
                capacity: loaded.bytes.len() as u64,
                file: loaded.file,
            },
            index,
        })
    }

    /// The last segment anything was written to. Those after it were only prepared.
    fn last_used(&self, extent: &Extent) -> Result<(u32, Loaded), Fault> {
        let mut number = extent.last;
        while number > extent.first() && self.is_unused(number)? {
            number -= 1;
        }
        let loaded = self.load(number)?;
        check_head(&loaded.bytes, number)?;
        Ok((number, loaded))
    }

    fn is_unused(&self, number: u32) -> Result<bool, Fault> {
        self.head(number)?;
        let file = self.open(number)?;
        let look = || -> io::Result<bool> {
            let size = file.size()?;
            let mut piece = vec![0; PIECE_BYTES];
            let mut at = SEGMENT_HEAD as u64;
            while at < size {
                let left = usize::try_from(size - at).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
                file.read_at(&mut piece[..left], at)?;
                if !is_zero(&piece[..left]) {
                    return Ok(false);
                }
                at += left as u64;
            }
            Ok(true)
        };
        look().map_err(|error| Fault::io(format!("reading segment {number}"), &error))
    }

    /// Takes in a finished segment from its note, without reading it.
    fn take_noted(
        &self,
        index: &mut Index,
        chain: &mut Chain,
        head: SegmentHead,
        number: u32,
    ) -> Result<bool, Fault> {
        if self.check_all {
            return Ok(false);
        }
        same_log(head, self.head(number)?)?;
        let Some(note) = sealed::read(self.files, self.dir, head.seed(), number, *chain) else {
            return Ok(false);
        };
        let file = self.open(number)?;
        if file.size().is_ok_and(|size| size < note.end) {
            return Ok(false);
        }
        index.begin_segment(file, SEGMENT_HEAD as u64, *chain);
        let taken = note
            .apply(index, head.seed())
            .map_err(|what| damaged(Damage { segment: number, byte: SEGMENT_HEAD as u64, what }))?;
        if taken {
            *chain = note.after;
        } else {
            index.drop_segment();
        }
        Ok(taken)
    }

    /// Takes in a segment by reading it.
    fn take(
        &self,
        index: &mut Index,
        chain: &mut Chain,
        head: SegmentHead,
        number: u32,
        loaded: &Loaded,
    ) -> Result<Ending, Fault> {
        same_log(head, check_head(&loaded.bytes, number)?)?;
        let start = SEGMENT_HEAD as u64;
        index.begin_segment(Arc::clone(&loaded.file), start, *chain);
        let seed = head.seed();
        let ending = scan(&loaded.bytes, number, seed, chain, |frame| replay(index, frame, number, None));
        let ending = ending.map_err(damaged)?;
        index.extend_segment(ending.end as u64, *chain);
        Ok(ending)
    }

    /// A torn tail can only be where the log was being written.
    fn expect_whole(&self, number: u32, ending: Ending) -> Result<(), Fault> {
        if ending.torn_bytes == 0 {
            return Ok(());
        }
        Err(damaged(Damage {
            segment: number,
            byte: ending.end as u64,
            what: "a frame is broken, and later segments follow it",
        }))
    }

    /// Makes sure that the disk holds what was read. After a failed sync the system may show bytes that never reached
    /// the disk, and another sync alone would not send them there. So the last frame is written once more, and so are
    /// zeros, over the torn tail and as far as any frame could have reached.
    fn settle(&self, number: u32, loaded: &Loaded, ending: Ending) -> Result<(), Fault> {
        let Ending { last, end, torn_bytes } = ending;
        let reach = end as u64 + torn_bytes.max(FRAME_BYTES_MAX);
        // More frames may follow in this segment, so a note about it would be wrong.
        let note = note_path(self.dir, number);
        let settled = match self.files.open(&note, false) {
            Ok(_) => self.files.remove(&note),
            Err(_) => Ok(()),
        };
        settled
            .and_then(|()| wipe(&*loaded.file, end as u64, reach))
            .and_then(|()| loaded.file.write_at(&loaded.bytes[last..end], last as u64))
            .and_then(|()| loaded.file.sync())
            .and_then(|()| self.files.sync_dir(self.dir))
            .map_err(|error| Fault::io(format!("repairing the tail of segment {number}"), &error))
    }

    /// Puts damaged bytes and all that follows them out of the way: copies and renames, never a removal. Tells the
    /// names of the files made.
    pub fn set_aside(&self, damage: &Damage) -> Result<Vec<String>, Fault> {
        let names = self.names()?;
        let moved = self.move_aside(damage, &names);
        moved.map_err(|error| Fault::io("setting damaged segments aside", &error))
    }

    fn move_aside(&self, damage: &Damage, names: &[String]) -> io::Result<Vec<String>> {
        // From here on, until the streams have new epochs, a crash must not let this pass for a torn tail.
        put(self.files, self.dir, MARKER, b"")?;
        let mut made = Vec::new();
        let keeps_head = damage.byte >= SEGMENT_HEAD as u64;
        let mut bytes = Vec::new();
        if keeps_head {
            let file = self.files.open(&segment_path(self.dir, damage.segment), false)?;
            bytes.resize(usize::try_from(file.size()?).map_err(io::Error::other)?, 0);
            file.read_at(&mut bytes, 0)?;
            let name = free_name(damage.segment, names);
            put(self.files, self.dir, &name, &bytes)?;
            made.push(name);
        }
        let mut later: Vec<u32> = names.iter().filter_map(|name| segment_number(name)).collect();
        let all = later.len();
        later.retain(|&number| number > damage.segment || (number == damage.segment && !keeps_head));
        let leaves_none = later.len() == all;
        // From the end, so that what is left has no gap at any time.
        later.sort_unstable_by_key(|&number| std::cmp::Reverse(number));
        for number in later {
            let name = free_name(number, names);
            self.files.rename(&segment_path(self.dir, number), &self.dir.join(&name))?;
            made.push(name);
        }
        // A log that begins anew does so at its beginning.
        if leaves_none && names.iter().any(|name| name == BASE) {
            let name =
                (1..).map(|round| format!("{BASE}.damaged-{round}")).find(|name| !names.contains(name));
            let name = name.unwrap_or_default();
            self.files.rename(&self.dir.join(BASE), &self.dir.join(&name))?;
            made.push(name);
        }
        self.files.sync_dir(self.dir)?;
        if keeps_head {
            bytes[damage.byte as usize..].fill(0);
            put(self.files, self.dir, &segment_name(damage.segment), &bytes)?;
        }
        Ok(made)
    }

    fn open(&self, number: u32) -> Result<Arc<dyn LogFile>, Fault> {
        let opened = self.files.open(&segment_path(self.dir, number), self.writable);
        opened.map_err(|error| Fault::io(format!("opening segment {number}"), &error))
    }

    fn load(&self, number: u32) -> Result<Loaded, Fault> {
        let file = self.open(number)?;
        let read = || -> io::Result<Vec<u8>> {
            let size = file.size()?;
            // Every place in a segment must fit 32 bits.
            let size = u32::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge)?;
            let mut bytes = vec![0; size as usize];
            file.read_at(&mut bytes, 0)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|error| Fault::io(format!("reading segment {number}"), &error))?;
        Ok(Loaded { file, bytes })
    }

    fn head(&self, number: u32) -> Result<SegmentHead, Fault> {
        let file = self.open(number)?;
        let mut bytes = [0; SEGMENT_HEAD];
        match file.read_at(&mut bytes, 0) {
            Ok(()) => check_head(&bytes, number),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => check_head(&[], number),
            Err(error) => Err(Fault::io(format!("reading segment {number}"), &error)),
        }
    }

    /// Reads everything and changes nothing; tells each frame's size to `count_frame`.
    pub fn inspect(&self, index: &mut Index, mut count_frame: impl FnMut(u64)) -> Result<u64, Fault> {
        let Some(extent) = self.segments()? else { return Ok(0) };
        let mut chain;
        (*index, chain) = extent.index();
        let mut first = None;
        let mut torn: Option<(u32, Ending)> = None;
        for number in extent.first()..=extent.last {
            let loaded = self.load(number)?;
            let head = check_head(&loaded.bytes, number)?;
            let seed = head.seed();
            same_log(*first.get_or_insert(head), head)?;
            extent.fits(head)?;
            if let Some((before, ending)) = torn
                && !self.is_unused(number)?
            {
                self.expect_whole(before, ending)?;
            }
            index.begin_segment(Arc::clone(&loaded.file), SEGMENT_HEAD as u64, chain);
            let ending = scan(&loaded.bytes, number, seed, &mut chain, |frame| {
                replay(index, frame, number, Some(seed))?;
                count_frame((frame.end - frame.body_at) as u64);
                Ok(())
            });
            let ending = ending.map_err(damaged)?;
            if ending.torn_bytes > 0 {
                torn = Some((number, ending));
            }
        }
        Ok(torn.map_or(0, |(_, ending)| ending.torn_bytes))
    }
}

/// Takes a frame's records into the index. The frame's checksum covers them; `check` asks for a look at each one's own.
fn replay(index: &mut Index, frame: &Frame<'_>, number: u32, check: Option<u32>) -> Result<(), Damage> {
    records(frame, number, |at, record, bytes| {
        if check.is_some_and(|seed| record_checked(bytes, seed).is_none()) {
            return Err("a record's checksum is wrong");
        }
        let tail = index.tail(record.stream).ok_or("a record of an unknown stream")?;
        if (tail.epoch, tail.offset) != (record.epoch, record.offset) {
            return Err("a record does not follow the one before it in its stream");
        }
        if record.stream == DIRECTORY {
            let entry = Entry::decode(record.payload).ok_or("a directory record makes no sense")?;
            index.apply(entry)?;
        }
        index.push(record.stream, at);
        Ok(())
    })
}

fn check_head(bytes: &[u8], number: u32) -> Result<SegmentHead, Fault> {
    let bad_head = |byte, what| damaged(Damage { segment: number, byte, what });
    match SegmentHead::decode(bytes) {
        Ok(head) if head.number == number => Ok(head),
        Ok(_) => Err(bad_head(12, "the segment has another number than its file")),
        Err(BadHead::Damaged) => Err(bad_head(0, "the segment's head is not what was written")),
        Err(BadHead::OtherVersion(found)) => {
            let (segment, known) = (number, VERSION);
            let cause = Cause::OtherVersion { segment, found, known };
            Err(Fault::lasting("opening the log", cause))
        }
    }
}

fn same_log(first: SegmentHead, head: SegmentHead) -> Result<(), Fault> {
    if first.id == head.id {
        return Ok(());
    }
    Err(damaged(Damage { segment: head.number, byte: 16, what: "the segment belongs to another log" }))
}

fn damaged(damage: Damage) -> Fault {
    Fault::lasting("opening the log", Cause::Damaged(damage))
}

/// A name for what is set aside of a segment.
fn free_name(number: u32, names: &[String]) -> String {
    let mut round = 1;
    loop {
        let name = format!("{number:010}.damaged-{round}");
        if !names.contains(&name) {
            return name;
        }
        round += 1;
    }
}
