//! The store, put together. The parts know the rest: `append` how facts come in, `state` what they change, `flush`,
//! `compact`, `erase` and `change` the files, `snapshot` what is read.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use linger_behaviour::PersonKey;

use crate::append::{Intake, Watcher};
use crate::change::Upkeep;
use crate::disk::Disk;
use crate::keeper::{Bell, Keeper, Look};
use crate::moves::Moves;
use crate::record::{self, IdDigest};
use crate::snapshot::{Moment, Seen};

use crate::words::Words;
use crate::{Cause, Config, Figures, Identity, Incoming, Outcome, Snapshot, StoreFault};

/// While files are being written, so many times as many facts may wait in memory.
const BEHIND: usize = 4;

/// Every event, in a folder. A clone is the same store; the last one to go ends its thread.
///
/// Invariant: what [`EventStore::append`] answered is durable, and is stored once.
#[derive(Clone)]
pub struct EventStore {
    pub(crate) inner: Arc<Inner>,
    keeper: Arc<Keeper>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub config: Config,
    pub intake: Intake,
    pub closed: AtomicBool,
    pub bell: Arc<Bell>,
    /// The store's own folder, and that of the segments.
    pub disk: Disk,
    pub segments: Disk,
    /// The number of the next file.
    pub next: AtomicU64,
    /// Held by whoever rewrites segments, for as long as that takes. Taken before `upkeep`.
    pub rewriting: Mutex<()>,
    /// Held while what the store consists of changes.
    pub upkeep: Mutex<Upkeep>,
    pub words: Mutex<Words>,
    /// The latest snapshot, which is given out again while nothing has changed.
    pub latest: Mutex<Option<Snapshot>>,
    /// Why each task could not be done, since it last could.
    pub trouble: Mutex<[Option<StoreFault>; 2]>,
}

/// What can fail in the background.
#[derive(Clone, Copy)]
pub(crate) enum Task {
    /// Writing the tail to files.
    Flush,
    /// Rewriting segments.
    Rewrite,
}

/// What looking after the files did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Facts written from memory to files.
    pub flushed: u64,
    /// Segments that were rewritten.
    pub rewritten: u64,
}

impl EventStore {
    /// Starts what runs by itself.
    pub(crate) fn start(inner: Inner) -> Result<EventStore, StoreFault> {
        let inner = Arc::new(inner);
        let (flusher, rewriter) = (Arc::clone(&inner), Arc::clone(&inner));
        let looks: [(&str, Look); 2] = [
            ("events-flush", Box::new(move || flusher.look_at_tail())),
            ("events-merge", Box::new(move || rewriter.look_at_segments())),
        ];
        let looks = if inner.config.background { looks.into() } else { Vec::new() };
        let keeper = Keeper::start(Arc::clone(&inner.bell), looks)
            .map_err(|error| StoreFault::io("starting the store's thread", &error))?;
        Ok(EventStore { inner, keeper: Arc::new(keeper) })
    }

    /// Stores a batch and returns when it is durable: one outcome for each item, in order. Callers who come at the same
    /// time share one write and one sync. It blocks.
    ///
    /// # Errors
    /// [`StoreFault`] when an item or the batch passes a limit, when the log cannot be written, or when too many facts
    /// wait in memory because they cannot be written to files. Nothing of the batch is stored then, except that a batch
    /// whose write failed may turn out to be there after the next opening; it can be told again in any case.
    pub fn append(&self, batch: Vec<Incoming>) -> Result<Vec<Outcome>, StoreFault> {
        self.inner.open()?;
        self.inner.make_room()?;
        let batch = record::prepare(batch)?;
        let outcomes = self.inner.intake.facts(batch)?;
        if self.inner.waiting() >= self.inner.config.tail_facts_max {
            self.inner.bell.ring();
        }
        Ok(outcomes)
    }

    /// Has every batch of newly stored facts told to a watcher, after it is durable and in order, with persons found.
    /// The watcher keeps all appends waiting, so it must be quick; it may ask the store, but not append.
    pub fn watch(&self, watcher: Watcher) {
        self.inner.intake.watch(watcher);
    }

    /// The whole store at this moment.
    pub fn snapshot(&self) -> Snapshot {
        self.inner.snapshot()
    }

    /// Who has an identity now.
    pub fn person(&self, identity: &Identity) -> Option<PersonKey> {
        let id = IdDigest::of_identity(identity);
        self.inner.intake.state().people.of_id(id).map(PersonKey)
    }

    /// Who a person is now, who may have been merged with another since the key was given out.
    pub fn current(&self, person: PersonKey) -> PersonKey {
        PersonKey(self.inner.intake.state().people.find(person.0))
    }

    /// Who turned out to be whom since the first `seen` times that this happened, in order; and how many times it has
    /// happened by now, to be given the next time. `usize::MAX` tells the number alone.
    pub fn merges_since(&self, seen: usize) -> (usize, Vec<(PersonKey, PersonKey)>) {
        let state = self.inner.intake.state();
        let moves = state.people.moves();
        let new = moves.get(seen..).unwrap_or_default().iter();
        // The places of those who were erased are kept, and say nothing.
        let pairs =
            new.filter(|(from, _)| *from != 0).map(|(from, into)| (PersonKey(*from), PersonKey(*into)));
        (moves.len(), pairs.collect())
    }

    /// A known identity of a person, if there is one.
    pub fn known_id(&self, person: PersonKey) -> Option<Box<str>> {
        self.inner.intake.state().people.known_id(person).map(Into::into)
    }

    /// Looks after the files now: writes out what is in the log alone, finishes erasures, leaves out what is too old, and
    /// makes few segments of many. Appends and readers go on meanwhile. In the background it happens by itself.
    ///
    /// # Errors
    /// [`StoreFault`] when a file cannot be read or written. Nothing is lost; the next call tries again.
    pub fn maintain(&self) -> Result<Maintained, StoreFault> {
        self.inner.open()?;
        self.inner.maintain()
    }

    /// How the store stands.
    pub fn figures(&self) -> Figures {
        self.inner.figures()
    }

    /// Writes everything to files and ends. Other clones answer with [`Cause::Closed`] from then on.
    ///
    /// # Errors
    /// [`StoreFault`] when files could not be written; what is in the log alone is read from there at the next opening.
    pub fn close(self) -> Result<(), StoreFault> {
        self.inner.closed.store(true, Ordering::Release);
        self.keeper.stop();
        let mut up = self.inner.upkeep();
        self.inner.flush(&mut up).map(|_| ())
    }
}

impl Inner {
    pub fn open(&self) -> Result<(), StoreFault> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreFault::lasting("using the store of events", Cause::Closed));
        }
        Ok(())
    }

    pub fn upkeep(&self) -> MutexGuard<'_, Upkeep> {
        self.upkeep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn latest(&self) -> MutexGuard<'_, Option<Snapshot>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn rewriting(&self) -> MutexGuard<'_, ()> {
        self.rewriting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_stopping(&self) -> bool {
        self.bell.is_stopping()
    }

    fn waiting(&self) -> usize {
        self.intake.state().tail.facts
    }

    /// Waits for files to be written when too much is in memory, or writes them itself.
    fn make_room(&self) -> Result<(), StoreFault> {
        let max = self.config.tail_facts_max.saturating_mul(BEHIND);
        if self.waiting() < max {
            return Ok(());
        }
        let mut up = self.upkeep();
        if self.waiting() < max {
            return Ok(());
        }
        self.note(Task::Flush, self.flush(&mut up)).map(|_| ()).map_err(|fault| StoreFault {
            doing: "taking in a batch".to_owned(),
            retry: fault.retry,
            cause: Cause::Behind { earlier: fault.to_string() },
        })
    }

    /// Remembers whether a task can be done.
    pub fn note<T>(&self, task: Task, result: Result<T, StoreFault>) -> Result<T, StoreFault> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble[task as usize] = result.as_ref().err().cloned();
        result
    }

    fn maintain(&self) -> Result<Maintained, StoreFault> {
        let mut up = self.upkeep();
        let flushed = self.note(Task::Flush, up.sweep().and_then(|()| self.flush(&mut up)))?;
        drop(up);
        Ok(Maintained { flushed, rewritten: self.note(Task::Rewrite, self.tidy())? })
    }

    /// Finishes erasures and rewrites what is worth it.
    fn tidy(&self) -> Result<u64, StoreFault> {
        let turn = self.rewriting();
        self.finish_erasing()?;
        drop(turn);
        self.compact()
    }

    fn look_at_tail(&self) {
        let mut up = self.upkeep();
        let late = up.written.elapsed().as_secs() >= u64::from(self.config.tail_s_max);
        if (late || self.waiting() >= self.config.tail_facts_max)
            && let Err(fault) = self.note(Task::Flush, self.flush(&mut up))
        {
            tracing::warn!(%fault, "events stay in the log until they can be written to files");
        }
    }

    fn look_at_segments(&self) {
        if let Err(fault) = self.note(Task::Rewrite, self.tidy()) {
            tracing::warn!(%fault, "segments stay as they are until they can be rewritten");
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut latest = self.latest();
        let state = self.intake.state();
        let moment = Moment {
            offset: state.position.offset,
            changes: state.changes,
            moves: state.people.moves().len(),
            erasing: state.erasing.len(),
        };
        if let Some(latest) = latest.as_ref().filter(|it| it.0.moment == moment) {
            return latest.clone();
        }
        let view = Arc::clone(&state.view);
        let (chunks, first) = (state.tail.chunks.clone(), state.tail.first);
        let known = view.moves().unwrap_or(u64::MAX).min(state.tail_moves) as usize;
        let moves = Moves::new(state.people.moves().get(known..).unwrap_or_default());
        let hidden = state.erasing.iter().copied().collect();
        drop(state);
        let mut words = self.words();
        words.take_in(first, &chunks);
        let words = words.now();
        let snapshot = Snapshot(Arc::new(Seen {
            moment,
            dir: self.config.dir.join(crate::open::SEGMENTS),
            partitions: self.config.partitions,
            parts: view.parts.iter().map(|_| OnceLock::new()).collect(),
            view,
            chunks,
            words,
            moves,
            hidden,
            tail: OnceLock::new(),
        }));
        *latest = Some(snapshot.clone());
        snapshot
    }
}

impl fmt::Debug for EventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStore").field("dir", &self.inner.config.dir).finish_non_exhaustive()
    }
}
