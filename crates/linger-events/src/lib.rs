//! Keeps every event: durable before it is acknowledged, told once, sorted by person and time.
//!
//! It does not know who asks, or what an event means.

mod append;
mod bytes;
mod config;
mod dedupe;
mod desk;
mod disk;
mod fault;
mod incoming;
mod limits;
mod open;
mod people;
mod record;
mod state;
mod store;
mod tail;

pub use config::{Config, KeepDays};
pub use fault::{AskFault, Cause, StoreFault};
pub use incoming::{
    BATCH_BYTES_MAX, BATCH_ITEMS_MAX, IDENTITY_BYTES_MAX, Identity, Incoming, NAME_BYTES_MAX, Outcome,
    PROPS_BYTES_MAX, TEXT_BYTES_MAX, TIME_MS_MAX, Who,
};
pub use limits::{AskLimits, Held};
pub use open::Found;
pub use store::EventStore;
