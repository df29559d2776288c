//! Live picture and sound: publishers come in by WHIP, viewers go out by WHEP, and packets pass from the one to the
//! others unchanged. The crate owns sessions, sockets and the fan-out between them.
//!
//! ```text
//! callers ──offer──▶ negotiate ──admission──▶ shard (one thread) ◀──UDP, TCP──▶ peers
//!         ◀─answer──                            │ publisher ─▶ room ─▶ viewers
//!         ◀──────────── events ─────────────────┘
//! ```
//!
//! It knows a room only as an opaque string. It does not know chat, sales, customers, HTTP, tokens or who may do what:
//! the web edge decides that before it calls. Media packets never reach a room's log.
//!
//! # Invariants
//! - One thread owns every session; nothing on a packet's way is locked, and no caller can stall it.
//! - Whatever a peer does, at worst its own session ends. Each session runs behind a wall that turns its panics and
//!   errors into its own end.
//! - Everything from outside is bounded: offers, packets, addresses per session, strangers per second, waiting bytes.
//! - No address, offer or answer is ever logged.
//! - Payloads are shared between viewers; the only copy per viewer is its encrypted datagram.
//!
//! # What it leaves out
//! Recording, HLS, bandwidth estimation per viewer and relays between servers; simulcast publishers have their best
//! living layer forwarded to everybody.

mod config;
mod demux;
mod event;
mod fault;
mod framing;
mod handle;
mod keyframe;
mod layer;
mod lipsync;
mod negotiate;
mod packet;
#[cfg(feature = "peer")]
pub mod peer;
mod publisher;
mod rebase;
mod recent;
mod room;
mod session;
mod shard;
mod slab;
mod stats;
mod tcp;
mod timers;
mod udp;
mod viewer;

pub use config::MediaConfig;
pub use event::{MediaEvent, MediaEvents};
pub use fault::{GoneReason, MediaError, MediaFault};
pub use handle::{Advertised, Answer, Media};
pub use stats::MediaStats;
