//! SQL over every event, for analysts: one `SELECT` over the store's own Parquet files, answered by DataFusion.
//!
//! The engine runs in a process of its own, started for one query and gone with it. A query may ask for anything, and
//! what it takes in memory, time and stack cannot be told from its text; in a process of its own the system bounds all of
//! it, and whatever a query breaks is that process. So the crate has two halves: [`Program`], the way to such a process,
//! which every build has, and with the feature `datafusion` what runs in it ([`run`]).
//!
//! It does not know who may ask, how events came into the files, or what they mean.
//!
//! Invariant: an answer is of one moment. All files are open before anything is read of them; one that is gone by then
//! is said ([`Refused::Moved`]), and the query is asked again of a younger moment.

#[cfg(feature = "datafusion")]
mod answer;
#[cfg(feature = "datafusion")]
mod engine;
#[cfg(feature = "datafusion")]
mod facts;
#[cfg(feature = "datafusion")]
mod functions;
mod program;

#[cfg(feature = "datafusion")]
pub use engine::run;
pub use program::Program;

use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// Rows of one answer.
pub const ROWS_MAX: usize = 10_000;
/// Bytes of one answer, about.
pub const BYTES_MAX: usize = 8 << 20;
/// Bytes of one query.
pub const TEXT_MAX: usize = 8_192;
/// Time of one query, with the start of its process.
pub const TIME_MAX: Duration = Duration::from_secs(15);

/// A query, and what it is asked of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// One `SELECT`.
    pub sql: String,
    /// The Parquet files.
    pub files: Vec<PathBuf>,
    /// Who moved into whom after some of the files were written; nobody in it moves on.
    pub moves: Vec<(u64, u64)>,
    /// Whom nobody may see any more, as they stand in the files.
    pub hidden: Vec<u64>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows: numbers, texts and nulls.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There were more rows, or more bytes, than an answer may have.
    pub cut: bool,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refused {
    /// It is not one reading statement.
    #[error("must be one SELECT")]
    NotASelect,
    /// It is longer than [`TEXT_MAX`].
    #[error("is longer than 8 KiB")]
    TooLong,
    /// The engine does not understand it; the words are the engine's own.
    #[error("{0}")]
    Wrong(String),
    /// It took longer than [`TIME_MAX`].
    #[error("takes too long")]
    TooSlow,
    /// It wanted more memory, or a deeper stack, than its process may have.
    #[error("needs too much memory, or nests too deeply")]
    TooLarge,
    /// There are no events yet.
    #[error("there are no events yet")]
    NotYet,
    /// Files were exchanged before all were open. A younger moment can be asked.
    #[error("the files were exchanged meanwhile")]
    Moved,
    /// The engine's process cannot be started, or does not keep to what is agreed.
    #[error("the engine does not answer")]
    Broken,
}
