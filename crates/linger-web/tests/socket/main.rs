//! The room's socket over real connections: coming in, talking, what is for whom, coming back, limits, presence.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

#[path = "../house/mod.rs"]
mod house;

mod attention;
mod club;
mod comeback;
mod device;
mod flood;
mod hello;
mod limits;
mod names;
mod presence;
mod private;
mod seat;
mod talk;
