//! Execution: intents become requests, when the host can bear one. [`Desk`] keeps the cool-down between prompts, the
//! budget of a show and the rule that one prompt shows at a time; what cannot go out now waits while its occasion is
//! true.
//!
//! What is no prompt waits for nobody: [`Carrier`] takes it to the room at once, and [`errand`] says by which act.
//!
//! It does not know how occasions are found, nor sockets, vendors or clocks.
//!
//! # Both arms stand in the same queue
//!
//! A held-out intent is passed on (and noted by the room as withheld) at the moment at which it would have been shown: it
//! waits through the same cool-down, behind the same showing prompt, uses up the same budget, starts the same cool-down
//! and is dropped for the same reasons. What goes out when is decided without looking at the arm. Otherwise the arms
//! would differ in more than the prompt: withheld ones would be noted early, at busy moments and about questions that are
//! answered soon anyway, shown ones late and about those that nobody wanted to answer.
//!
//! What cannot be the same: a shown prompt keeps the screen until the host is done with it, and a withheld one has nothing
//! on the screen. That touches the occasions after it, whatever arm they are in, and not its own outcome. And a host can
//! only put off what was shown: it is asked again after [`Config::later_ms`] if it is still so, at most twice. That is no
//! new occasion, takes nothing of the budget, and cools down like any prompt.

mod carrier;
mod desk;

pub use carrier::{Carrier, Errand, FRESH_MS, errand, next_up, webhook_of};
pub use desk::{BadConfig, Config, Desk, DropReason, Dropped};
