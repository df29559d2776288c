//! Keeps every event: durable before it is acknowledged, told once, sorted by person and time.
//!
//! It does not know who asks, or what an event means.
//!
//! ```
//! use linger_behaviour::{Fact, touch};
//! use linger_events::{Config, EventStore, Incoming, Outcome, Who};
//!
//! # let folder = tempfile::tempdir()?;
//! let (store, _found) = EventStore::open(Config::new(folder.path()))?;
//! let fact = Fact { id: 7, at_ms: 1_790_000_000_000, name: touch::ENTERED.into(), ..Fact::default() };
//! let told = Incoming { who: Who::anonymous("a browser"), fact, alias: None };
//! let first = store.append(vec![told.clone()])?;
//! let Outcome::Stored(person) = first[0] else { panic!("it is new") };
//! assert_eq!(store.append(vec![told])?, [Outcome::Duplicate(person)]);
//! assert_eq!(store.snapshot().facts_of(person, 10)?.len(), 1);
//! store.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it promises
//! Invariant: what [`EventStore::append`] answered is durable, and stored once as long as its id is told again within
//! the window that [`Figures::dedupe_window_ms`] states. A fact's id is a digest of its sender and message id; it is
//! never 0.
//!
//! Invariant: persons follow from the order in which facts came. An anonymous identity belongs to the first person it is
//! seen with; a fact with both identities joins the anonymous person to the known one, unless that device already is
//! another known person's; an alias joins any two. Every answer after that counts one person, in all of history.
//!
//! Invariant: a [`Snapshot`] never changes. It costs microseconds to take; the newest facts are sorted when asked for.
//!
//! Invariant: an erased person is in no answer from the moment [`EventStore::erase`] begins, and in no file when it ends.
//!
//! # Files
//! `log/` holds what came lately, `segments/` all the rest as Parquet for other engines with a hot file beside each,
//! `people-*` the identities, `words-*` the dictionaries, `ids-*` the ids within the window, and `manifest.json` names
//! them all. A file that the manifest does not name is a leftover and swept at opening.
//! `docs/decisions/0008-event-store.md` says why.
//!
//! # Faults
//! A full disk ([`StoreFault::retry`]) stops nothing but itself: while only files cannot be written, appends go on until
//! four times [`Config::tail_facts_max`] wait, and then answer [`Cause::Behind`]; when the log cannot be written, appends
//! answer [`Cause::DiskFull`]. Both recover by themselves when there is space. Nothing is ever half applied.

mod append;
pub mod archive;
mod bytes;
mod change;
mod compact;
mod config;
mod dedupe;
mod desk;
mod disk;
mod erase;
mod fault;
mod figures;
mod flush;
mod gather;
mod incoming;
mod keeper;
mod limits;
mod manifest;
mod moves;
mod open;
pub mod ordeal;
mod parallel;
mod people;
mod record;
mod segment;
mod snapshot;
mod state;
mod store;
mod tail;
#[cfg(test)]
mod trials;
mod view;
mod words;

pub use append::Watcher;
pub use config::{Config, KeepDays};
pub use erase::Erased;
pub use fault::{AskFault, Cause, StoreFault};
pub use figures::Figures;
pub use incoming::{
    BATCH_BYTES_MAX, BATCH_ITEMS_MAX, IDENTITY_BYTES_MAX, Identity, Incoming, NAME_BYTES_MAX, Outcome,
    PROPS_BYTES_MAX, TEXT_BYTES_MAX, TIME_MS_MAX, Who,
};
pub use keeper::step_back;
pub use limits::{AskLimits, Held};
pub use open::Found;
pub use segment::Dictionary;
pub use snapshot::{Snapshot, Tables};
pub use store::{EventStore, Maintained};
