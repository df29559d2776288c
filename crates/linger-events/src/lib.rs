//! Keeps every event: durable before it is acknowledged, told once, sorted by person and time.
//!
//! It does not know who asks, or what an event means.
