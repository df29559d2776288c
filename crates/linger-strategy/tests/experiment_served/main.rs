//! Experiments from their words to their report: designs, lives, and reports over facts whose truth is known. It knows no
//! tables and no pages.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod groups;
mod lives;
mod people;
mod world;
