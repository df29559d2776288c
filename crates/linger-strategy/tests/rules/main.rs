//! Rules as data: how they are written, what they find, what bounds them, and what they would have done in a whole show.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

mod back_tests;
mod bounds;
mod drawn;
mod folding;
mod ready;
mod script;
mod show;
mod writing;
