//! Rows as `JSONCompactEachRow` writes them. It does not know what they count.

use crate::{NO_TEXT, Text, Wrong, fold::cells::EVERYBODY, question::Breakdown, words::Words};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};

/// Why rows are no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// A row that no statement of this question finds.
    #[error("row {row}: {why}")]
    Row {
        /// Which, from 1.
        row: usize,
        /// Why.
        why: String,
    },
    /// What was found is more than an answer can hold.
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

/// A whole number that may be written in quotes, as 64-bit numbers are under some settings and wider ones
/// always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole<T>(pub(super) T);

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Whole<T>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bare(i64),
            Quoted(String),
        }
        let number = match Written::deserialize(from)? {
            Written::Bare(number) => Some(i128::from(number)),
            Written::Quoted(digits) => digits.parse().ok(),
        };
        let fits = number.and_then(|it| T::try_from(it).ok());
        fits.map(Whole).ok_or_else(|| D::Error::custom("a number is not whole or does not fit"))
    }
}

/// Hands every row to `take`, which says whether it made sense.
pub(super) fn each<Row: DeserializeOwned>(
    rows: &str,
    mut take: impl FnMut(Row) -> Option<()>,
) -> Result<(), Unread> {
    let lines = rows.lines().enumerate().filter(|it| !it.1.trim().is_empty());
    for (at, line) in lines {
        let fault = |why: String| Unread::Row { row: at + 1, why };
        let row = serde_json::from_str(line).map_err(|error| fault(error.to_string()))?;
        take(row).ok_or_else(|| fault("is not one that this question can have".to_owned()))?;
    }
    Ok(())
}

/// The code of a group's value; none stands for everybody.
pub(super) fn group(words: &mut Words, breakdown: Option<&Breakdown>, value: Option<&str>) -> Option<u32> {
    match (value, breakdown) {
        (None, _) => Some(EVERYBODY),
        (Some(value), Some(breakdown)) => Some(text(words, breakdown.by, value)),
        (Some(_), None) => None,
    }
}

/// The code of a text.
pub(super) fn text(words: &mut Words, column: Text, value: &str) -> u32 {
    if value.is_empty() { NO_TEXT } else { words.learn_text(column, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_quoted() {
        let read = |text: &str| serde_json::from_str::<Whole<i64>>(text).ok().map(|it| it.0);
        assert_eq!(
            (read("-7"), read("\"-7\""), read("7.5"), read("\"x\"")),
            (Some(-7), Some(-7), None, None)
        );
        assert_eq!(read("\"9223372036854775808\""), None);
    }
}
