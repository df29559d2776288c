//! What can go wrong in the store, in words an operator can act on. It does not know how any of it comes about, and it
//! never carries what a person did or is called.

use std::io;

use thiserror::Error;

/// The outside failed, or a limit was passed: what was being done, why it failed, and whether trying again can help.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{doing}: {cause}")]
pub struct StoreFault {
    /// What was being done, with the file's name where there is one.
    pub doing: String,
    /// Why it failed.
    pub cause: Cause,
    /// Whether the same call may succeed later without anybody touching the store: true for a full disk.
    pub retry: bool,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No space, or no quota, is left.
    #[error("the disk is full")]
    DiskFull,
    /// The operating system refused in some other way.
    #[error("the system answered: {message}")]
    Io {
        /// The kind of refusal.
        kind: io::ErrorKind,
        /// The system's own words.
        message: String,
    },
    /// Bytes that were once durable are not what they were.
    #[error("{what} is damaged")]
    Damaged {
        /// What is damaged; names a file, or a part of one.
        what: String,
    },
    /// A file was written by another version of the program.
    #[error("{what} has version {found}, and only {known} is known")]
    OtherVersion {
        /// The file.
        what: &'static str,
        /// The version it says it has.
        found: u64,
        /// The version that can be read.
        known: u64,
    },
    /// A setting cannot be used.
    #[error("setting {field} must be {rule}")]
    BadConfig {
        /// The name of the setting.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// One item of a batch cannot be kept; nothing of the batch was.
    #[error("item {item}: {field} must be {rule}")]
    BadItem {
        /// Its place in the batch, from 0.
        item: usize,
        /// Which part of it.
        field: &'static str,
        /// What that part must be.
        rule: &'static str,
    },
    /// A batch is larger than one call may bring.
    #[error("a batch of {found} {unit} is over the limit of {max}")]
    BatchTooLarge {
        /// How large it is.
        found: usize,
        /// The limit.
        max: usize,
        /// What was counted: `items` or `bytes`.
        unit: &'static str,
    },
    /// More facts wait in memory than may, because they could not be written out.
    #[error("too many facts wait to be written out: {earlier}")]
    Behind {
        /// Why they could not be.
        earlier: String,
    },
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// The log that makes appends durable failed.
    #[error("{0}")]
    Log(linger_log::Fault),
}

impl StoreFault {
    /// A fault the operating system reported. A full disk, and nothing else, is worth trying again by itself.
    pub fn io(doing: impl Into<String>, error: &io::Error) -> StoreFault {
        let cause = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::DiskFull,
            kind => Cause::Io { kind, message: error.to_string() },
        };
        let retry = cause == Cause::DiskFull;
        StoreFault { doing: doing.into(), cause, retry }
    }

    /// A fault that stays until somebody changes something.
    pub fn lasting(doing: impl Into<String>, cause: Cause) -> StoreFault {
        StoreFault { doing: doing.into(), cause, retry: false }
    }

    /// Stored bytes that are not what was written.
    pub fn damaged(doing: impl Into<String>, what: impl Into<String>) -> StoreFault {
        StoreFault::lasting(doing, Cause::Damaged { what: what.into() })
    }
}

impl From<linger_log::Fault> for StoreFault {
    fn from(fault: linger_log::Fault) -> StoreFault {
        let retry = fault.retry;
        let cause = match fault.cause {
            linger_log::Cause::DiskFull => Cause::DiskFull,
            _ => {
                return StoreFault {
                    doing: "writing to the log of events".to_owned(),
                    retry,
                    cause: Cause::Log(fault),
                };
            }
        };
        StoreFault { doing: fault.doing, cause, retry }
    }
}

/// Why a question got no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AskFault {
    /// It was cancelled, or its time was over.
    #[error("the question was stopped before it was answered")]
    Stopped,
    /// It needs more memory than it may use.
    #[error("the question needs more than the {bytes_max} bytes of memory it may use")]
    Memory {
        /// What it may use.
        bytes_max: u64,
    },
    /// Reading failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}
