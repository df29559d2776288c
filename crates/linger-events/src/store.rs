//! The store, put together. The parts know the rest: `append` how facts come in, `state` what they change, `upkeep`,
//! `compact` and `erase` the files, `snapshot` what is read.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use linger_behaviour::PersonKey;

use crate::append::{Intake, Watcher};
use crate::keeper::{Bell, Keeper};
use crate::moves::Moves;
use crate::record::{self, IdDigest};
use crate::snapshot::Seen;
use crate::upkeep::Upkeep;
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
    pub upkeep: Mutex<Upkeep>,
    pub words: Mutex<Words>,
    /// Why files could not be written, since they last could.
    pub trouble: Mutex<Option<StoreFault>>,
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
        let look = inner.config.background.then(|| {
            let inner = Arc::clone(&inner);
            Box::new(move || inner.look()) as Box<dyn FnMut() + Send>
        });
        let keeper = Keeper::start(Arc::clone(&inner.bell), look)
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
        let mut up = self.inner.upkeep();
        self.inner.note(self.inner.maintain(&mut up))
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
        self.note(self.flush(&mut up)).map(|_| ()).map_err(|fault| StoreFault {
            doing: "taking in a batch".to_owned(),
            retry: fault.retry,
            cause: Cause::Behind { earlier: fault.to_string() },
        })
    }

    /// Remembers whether files can be written.
    pub fn note<T>(&self, result: Result<T, StoreFault>) -> Result<T, StoreFault> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = result.as_ref().err().cloned();
        result
    }

    fn maintain(&self, up: &mut Upkeep) -> Result<Maintained, StoreFault> {
        up.sweep()?;
        let flushed = self.flush(up)?;
        self.finish_erasing(up)?;
        Ok(Maintained { flushed, rewritten: self.compact(up)? })
    }

    /// One look of the thread.
    fn look(&self) {
        let mut up = self.upkeep();
        let late = up.written.elapsed().as_secs() >= u64::from(self.config.tail_s_max);
        let due = late || self.waiting() >= self.config.tail_facts_max || !up.leftovers.is_empty();
        if due && let Err(fault) = self.note(self.maintain(&mut up)) {
            tracing::warn!(%fault, "events stay in the log until they can be written to files");
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        let state = self.intake.state();
        let view = Arc::clone(&state.view);
        let (chunks, first) = (state.tail.chunks.clone(), state.tail.first);
        let known = view.moves().unwrap_or(u64::MAX).min(state.tail_moves) as usize;
        let moves = Moves::new(state.people.moves().get(known..).unwrap_or_default());
        let hidden = state.erasing.iter().copied().collect();
        drop(state);
        let mut words = self.words();
        words.take_in(first, &chunks);
        let words = words.now();
        Snapshot(Arc::new(Seen {
            dir: self.config.dir.join(crate::open::SEGMENTS),
            partitions: self.config.partitions,
            parts: view.parts.iter().map(|_| OnceLock::new()).collect(),
            view,
            chunks,
            words,
            moves,
            hidden,
            tail: OnceLock::new(),
        }))
    }
}

impl fmt::Debug for EventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStore").field("dir", &self.inner.config.dir).finish_non_exhaustive()
    }
}
