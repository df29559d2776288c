//! What the room promises, one promise a test, as plays that anybody can read.

mod chat;
mod draws;
mod money;
mod presence;
mod prompts;
mod questions;
#[path = "../support/script.rs"]
mod script;
mod shelf;
mod talk;
