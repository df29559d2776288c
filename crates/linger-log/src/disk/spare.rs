//! Getting the next segment ready, and noting down finished ones, before an append needs it: on a thread of its own
//! where allowed. It does not know what is appended.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use crate::Fault;
use crate::files::{Files, LogFile};

use super::format::{SEGMENT_HEAD, SegmentHead};
use super::index::Index;
use super::{sealed, segment_path, temporary_path};

/// Zeros are written and synced in pieces, so that appends going on beside it never wait for a whole segment.
const PIECE_BYTES: usize = 512 << 10;

/// What making a segment takes.
#[derive(Clone)]
pub(super) struct Maker {
    pub files: Arc<dyn Files>,
    pub dir: PathBuf,
    pub id: [u8; 16],
    pub segment_bytes: u64,
}

impl Maker {
    /// Makes a zero-filled segment and gives it its name last, so that a segment with a name is always a good one.
    pub fn make(&self, number: u32, stop: &AtomicBool) -> io::Result<Arc<dyn LogFile>> {
        let temporary = temporary_path(&self.dir, number);
        let file = self.files.create(&temporary)?;
        file.reserve(self.segment_bytes)?;
        let id = self.id;
        let mut piece = vec![0; PIECE_BYTES.min(self.segment_bytes as usize)];
        piece[..SEGMENT_HEAD].copy_from_slice(&SegmentHead { id, number }.encode());
        let mut at = 0;
        while at < self.segment_bytes {
            if stop.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let left = usize::try_from(self.segment_bytes - at).unwrap_or(usize::MAX);
            file.write_at(&piece[..piece.len().min(left)], at)?;
            file.sync()?;
            at += piece.len() as u64;
            piece[..SEGMENT_HEAD].fill(0);
        }
        self.files.rename(&temporary, &segment_path(&self.dir, number))?;
        self.files.sync_dir(&self.dir)?;
        Ok(file)
    }

    fn fault(number: u32, error: &io::Error) -> Fault {
        Fault::io(format!("preparing segment {number}"), error)
    }
}

enum Task {
    Make(u32),
    Seal(u32),
}

/// The segment that comes next.
enum Slot {
    /// Nobody has been asked to make it.
    Empty,
    Making,
    Ready(Arc<dyn LogFile>),
}

struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    stop: AtomicBool,
}

/// Keeps the next segment ready.
pub(super) struct Spare {
    maker: Maker,
    index: Arc<RwLock<Index>>,
    shared: Arc<Shared>,
    thread: Option<(Sender<Task>, JoinHandle<()>)>,
}

impl Spare {
    /// Starts with a segment that is there already, if there is one; `ahead` allows a thread.
    pub fn start(
        maker: Maker,
        index: Arc<RwLock<Index>>,
        ready: Option<Arc<dyn LogFile>>,
        ahead: bool,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            slot: Mutex::new(ready.map_or(Slot::Empty, Slot::Ready)),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let mut thread = None;
        if ahead {
            let (send, receive) = channel();
            let worker = (maker.clone(), Arc::clone(&index), Arc::clone(&shared));
            let run = move || work(&worker.0, &worker.1, &worker.2, &receive);
            let builder = std::thread::Builder::new().name("log-segments".to_owned());
            thread = Some((send, builder.spawn(run)?));
        }
        Ok(Self { maker, index, shared, thread })
    }

    /// Asks for a segment to be made in the background, unless one is there.
    pub fn want(&self, number: u32) {
        let Some((send, _)) = &self.thread else { return };
        let mut slot = lock(&self.shared.slot);
        if matches!(*slot, Slot::Empty) && send.send(Task::Make(number)).is_ok() {
            *slot = Slot::Making;
        }
    }

    /// The next segment: the one made ahead, or else one made now.
    pub fn take(&self, number: u32) -> Result<Arc<dyn LogFile>, Fault> {
        let mut slot = lock(&self.shared.slot);
        while matches!(*slot, Slot::Making) {
            slot = self.shared.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Ready(file) => Ok(file),
            // An attempt ahead of time may have failed; this one tells why, if it fails too.
            Slot::Empty | Slot::Making => {
                self.maker.make(number, &self.shared.stop).map_err(|error| Maker::fault(number, &error))
            }
        }
    }

    /// Has a finished segment's index noted down. It is only a help for the next opening, so failing does no harm.
    pub fn seal(&self, number: u32) {
        match &self.thread {
            Some((send, _)) => _ = send.send(Task::Seal(number)),
            None => {
                _ = sealed::write(&*self.maker.files, &self.maker.dir, self.maker.id, &self.index, number)
            }
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some((send, thread)) = self.thread.take() {
            drop(send);
            // A panic there has been reported by its own thread.
            _ = thread.join();
        }
    }
}

fn work(maker: &Maker, index: &RwLock<Index>, shared: &Shared, tasks: &Receiver<Task>) {
    for task in tasks {
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        match task {
            Task::Make(number) => {
                // A panic must not leave a writer waiting.
                let ending = Ending(shared, Slot::Empty);
                ending.finish(maker.make(number, &shared.stop).map_or(Slot::Empty, Slot::Ready));
            }
            Task::Seal(number) => _ = sealed::write(&*maker.files, &maker.dir, maker.id, index, number),
        }
    }
}

struct Ending<'a>(&'a Shared, Slot);

impl Ending<'_> {
    fn finish(mut self, slot: Slot) {
        self.1 = slot;
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        *lock(&self.0.slot) = std::mem::replace(&mut self.1, Slot::Empty);
        self.0.changed.notify_all();
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the first segment of a new log.
pub(super) fn make_first(maker: &Maker) -> Result<Arc<dyn LogFile>, Fault> {
    maker.make(1, &AtomicBool::new(false)).map_err(|error| Maker::fault(1, &error))
}

/// Makes a file durable under its name in one step: written aside, synced, renamed.
pub(super) fn put(files: &dyn Files, dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.tmp"));
    let file = files.create(&temporary)?;
    file.write_at(bytes, 0)?;
    file.sync()?;
    files.rename(&temporary, &dir.join(name))?;
    files.sync_dir(dir)
}
