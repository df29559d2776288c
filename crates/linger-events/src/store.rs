//! The store, put together. The parts know the rest: `append` how facts come in, `state` what they change.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use linger_behaviour::{Fact, PersonKey};

use crate::append::Intake;
use crate::record::{self, IdDigest};
use crate::{Cause, Config, Identity, Incoming, Outcome, StoreFault};

/// Every event, in a folder. A clone is the same store; the last one to go ends its thread.
///
/// Invariant: what [`EventStore::append`] answered is durable, and is stored once.
#[derive(Clone)]
pub struct EventStore {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub config: Config,
    pub intake: Intake,
    pub closed: AtomicBool,
}

impl EventStore {
    /// Stores a batch and returns when it is durable: one outcome for each item, in order. Callers who come at the same
    /// time share one write and one sync. It blocks.
    ///
    /// # Errors
    /// [`StoreFault`] when an item or the batch passes a limit, when the log cannot be written, or when too many facts
    /// wait in memory because they cannot be written to files. Nothing of the batch is stored then, except that a batch
    /// whose write failed may turn out to be there after the next opening; it can be told again in any case.
    pub fn append(&self, batch: Vec<Incoming>) -> Result<Vec<Outcome>, StoreFault> {
        self.inner.open()?;
        let batch = record::prepare(batch)?;
        self.inner.intake.facts(batch)
    }

    /// Has every batch of newly stored facts told to a watcher, after it is durable and in order, with persons found.
    /// The watcher keeps all appends waiting, so it must be quick; it may ask the store, but not append.
    pub fn watch(&self, watcher: Box<dyn Fn(&[Fact]) + Send + Sync>) {
        self.inner.intake.watch(watcher);
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
}

impl Inner {
    pub fn open(&self) -> Result<(), StoreFault> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreFault::lasting("using the store of events", Cause::Closed));
        }
        Ok(())
    }
}

impl fmt::Debug for EventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStore").field("dir", &self.inner.config.dir).finish_non_exhaustive()
    }
}
