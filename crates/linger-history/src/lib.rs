//! A shop's own past: reads its files into the event store and draws the first report from them.
//!
//! It does not know how events are kept.

pub mod import;
pub mod report;
