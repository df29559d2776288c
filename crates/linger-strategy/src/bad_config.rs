//! What is said of a setting that cannot be. It does not know whose setting it is.

use std::fmt;

/// A setting that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadConfig {
    /// Which one.
    pub field: &'static str,
    /// What it has to be.
    pub wants: &'static str,
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} expected", self.field, self.wants)
    }
}

impl std::error::Error for BadConfig {}
