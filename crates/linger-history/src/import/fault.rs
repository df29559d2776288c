//! What is wrong with a file or a row, in words with the place where it stands. It does not know what is read, and never
//! carries what a cell holds: a cell may be somebody's name.

use std::fmt;

use thiserror::Error;

/// A file cannot be read, or not beyond a certain line. What was taken in before stays.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ImportFault {
    /// The file, with its place in an archive; empty when it is not about a file.
    pub file: String,
    /// The line, from 1; for Parquet the row, from 1.
    pub line: Option<u64>,
    /// The column by its name.
    pub column: Option<String>,
    /// Why, and what to do.
    pub reason: String,
}

impl fmt::Display for ImportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if !self.file.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.reason)
    }
}

impl ImportFault {
    /// A fault of a file as a whole.
    pub fn new(file: impl Into<String>, reason: impl Into<String>) -> ImportFault {
        ImportFault { file: file.into(), line: None, column: None, reason: reason.into() }
    }

    /// A fault of no file: of the folder that keeps what was imported, or of the place facts go to.
    pub fn general(reason: impl Into<String>) -> ImportFault {
        ImportFault::new("", reason)
    }

    /// The same, at a line.
    pub fn at(mut self, line: u64) -> ImportFault {
        self.line = Some(line);
        self
    }

    /// The same, in a column.
    pub fn in_column(mut self, column: &str) -> ImportFault {
        self.column = Some(column.chars().take(64).collect());
        self
    }
}

/// Why a row, or a part of it, was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It names no customer.
    NoCustomer,
    /// It names no order, though the file has a column for it.
    NoOrder,
    /// It names no event.
    NoEvent,
    /// The order was not paid.
    NotPaid,
    /// The quantity is zero or less.
    NotPositiveUnits,
    /// The price is zero or less.
    NotPositivePrice,
    /// Not a whole number.
    NotWhole,
    /// Not an amount of money.
    NotMoney,
    /// Not a time that is understood.
    NotATime,
    /// A time before 1970 or more than a day ahead.
    TimeOutOfRange,
    /// Another customer than the rows before of the same order.
    OtherCustomer,
    /// More or fewer cells than the first row.
    CellCount,
    /// Longer than may be kept.
    TooLong,
    /// Holds a zero byte.
    ZeroByte,
    /// Not UTF-8.
    NotUtf8,
    /// Not a JSON object of a shape that is known.
    NotAnEvent,
    /// Told before, but with other content; what was told first is kept.
    Changed,
}

impl Reason {
    /// The sentence.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::NoCustomer => "no customer is named",
            Reason::NoOrder => "no order is named",
            Reason::NoEvent => "no event is named",
            Reason::NotPaid => "the order was not paid",
            Reason::NotPositiveUnits => "the quantity is zero or less",
            Reason::NotPositivePrice => "the price is zero or less",
            Reason::NotWhole => "not a whole number",
            Reason::NotMoney => "not an amount of money",
            Reason::NotATime => "not a time that is understood; a mapping file can state its format",
            Reason::TimeOutOfRange => "the time is before 1970 or more than a day ahead",
            Reason::OtherCustomer => "another customer than in the rows before of the same order",
            Reason::CellCount => "more or fewer cells than the first row has",
            Reason::TooLong => "longer than may be kept",
            Reason::ZeroByte => "holds a zero byte",
            Reason::NotUtf8 => "not UTF-8",
            Reason::NotAnEvent => "not a JSON object of a shape that is known",
            Reason::Changed => "told before with other content; what was told first is kept",
        }
    }
}

/// A row that was left out, or of which a part was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason.text())
    }
}
