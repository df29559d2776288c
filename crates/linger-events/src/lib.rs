//! Keeps every event: durable before it is acknowledged, told once, sorted by person and time.
//!
//! It does not know who asks, or what an event means.

mod append;
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
pub use limits::{AskLimits, Held};
pub use open::Found;
pub use segment::Dictionary;
pub use snapshot::Snapshot;
pub use store::{EventStore, Maintained};
