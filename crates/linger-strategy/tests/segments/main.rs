//! Segments kept fact by fact beside the same segments read off the whole history. It knows nothing of how state is packed.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod checks;
mod naive;
mod promises;
mod world;
