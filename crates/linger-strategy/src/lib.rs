//! Rules: what in a room's log is an occasion to do something. [`rule`] holds them as data and folds a room's log with them
//! into [`Intent`]s; each is drawn into an arm, so that acting can be compared with leaving things alone.
//!
//! [`experiment`] says which arm a viewer, a host, a shop or a stretch of a room's evening is in; [`bandit`] chooses among
//! cheap and reversible things and writes down with which chance. What came of it is estimated by `linger-stats`.
//!
//! It does not know how an intent is carried out, when a host may be disturbed, or what time it is.
//!
//! Invariant: the same log gives the same intents with the same ids in the same arms, so a rule can be tried on last
//! night's log before it is trusted tonight.
//!
//! [`Intent`]: linger_protocol::Intent

pub mod alarm;
mod bad_config;
pub mod bandit;
mod draw;
pub mod experiment;
pub mod kpi;
pub mod rule;
pub mod segment;
pub mod summary;
mod unanswered;

pub use bad_config::BadConfig;
pub use draw::{arm_of, intent_id};
pub use unanswered::{UNANSWERED_QUESTION, UnansweredQuestion};
