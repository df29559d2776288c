//! The checked name of a stream. It does not know which streams exist.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// How long a stream's name may be, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// The name of a stream: 1 to 64 characters of `a-z`, `0-9` and `-`. A clone costs one counter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

/// A text is not a stream's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a stream's name is 1 to {NAME_BYTES_MAX} characters of a-z, 0-9 and -")]
pub struct BadName;

impl StreamName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`BadName`] when it is empty, too long or holds another character.
    pub fn new(name: &str) -> Result<Self, BadName> {
        let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
        let plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits && plain { Ok(Self(Arc::from(name))) } else { Err(BadName) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StreamName {
    type Err = BadName;

    fn from_str(name: &str) -> Result<Self, BadName> {
        Self::new(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_short_names_pass() {
        for name in ["a", "room-7", "0", "-", &"x".repeat(64)] {
            assert_eq!(StreamName::new(name).map(|it| it.as_str().to_owned()), Ok(name.to_owned()));
        }
        for name in ["", "A", "a b", "a/b", "..", "é", "a\0", &"x".repeat(65)] {
            assert_eq!(StreamName::new(name), Err(BadName), "{name:?}");
        }
    }
}
