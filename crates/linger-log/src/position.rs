//! Where a reader stands in one stream: the `{epoch, offset}` pair and its text form.
//! It does not know what a stream holds or where its bytes lie.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where a reader stands in one stream.
///
/// `offset` counts records from 0: the position *after* n records has offset n. `epoch` names the history: it is
/// fixed when the stream is created and differs if the stream is ever recreated or loses a tail, so a client holding
/// another epoch knows that its past is gone.
///
/// Its text form is `epoch:offset`, for example `7:41822`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Which history of the stream this is.
    pub epoch: u32,
    /// How many records lie before this position.
    pub offset: u64,
}

impl Position {
    /// The beginning of a history.
    #[must_use]
    pub const fn start(epoch: u32) -> Self {
        Self { epoch, offset: 0 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.offset)
    }
}

/// A text is not a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a position is written epoch:offset in decimal digits, as in 7:41822")]
pub struct BadPosition;

impl FromStr for Position {
    type Err = BadPosition;

    fn from_str(text: &str) -> Result<Self, BadPosition> {
        let (epoch, offset) = text.split_once(':').ok_or(BadPosition)?;
        // The standard parser takes "+7" too; one position has one text.
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(epoch) || !plain(offset) {
            return Err(BadPosition);
        }
        Ok(Self {
            epoch: epoch.parse().map_err(|_| BadPosition)?,
            offset: offset.parse().map_err(|_| BadPosition)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text() {
        let position = Position { epoch: 7, offset: 41_822 };
        assert_eq!(position.to_string(), "7:41822");
        assert_eq!("7:41822".parse(), Ok(position));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            ":",
            "7",
            "7:",
            ":7",
            "+7:1",
            "7:-1",
            "7:1:2",
            " 7:1",
            "4294967296:0",
            "0:18446744073709551616",
        ] {
            assert_eq!(text.parse::<Position>(), Err(BadPosition), "{text:?}");
        }
    }
}
