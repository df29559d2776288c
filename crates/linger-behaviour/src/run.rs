//! One person's facts as columns, and the shape of everything that passes over them. It does not know any question.

use crate::{Band, Number, PersonKey, Text};

/// The code of a text that is not there.
pub const NO_TEXT: u32 = 0;
/// A number that is not there.
pub const NONE: i64 = i64::MIN;

/// The columns that a fold wants to see beside times and names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    texts: u32,
    numbers: u32,
}

impl Columns {
    /// Times and names alone.
    pub const fn none() -> Columns {
        Columns { texts: 0, numbers: 0 }
    }

    /// With a text column, if it has codes.
    pub fn with(mut self, text: Text) -> Columns {
        self.texts |= 1 << text.index();
        self
    }

    /// With a number column.
    pub fn with_number(mut self, number: Number) -> Columns {
        self.numbers |= 1 << number.index();
        self
    }

    /// Whether a text column is wanted.
    pub fn has(self, text: Text) -> bool {
        self.texts & (1 << text.index()) != 0
    }

    /// Whether a number column is wanted.
    pub fn has_number(self, number: Number) -> bool {
        self.numbers & (1 << number.index()) != 0
    }

    /// Whether no column is wanted beside times and names.
    pub fn is_none(self) -> bool {
        self == Columns::none()
    }
}

/// What is known of a person without reading their facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// Who.
    pub person: PersonKey,
    /// Their first fact, ms since 1970.
    pub first_ms: i64,
    /// Their last fact.
    pub last_ms: i64,
    /// How many facts.
    pub facts: u64,
    /// Which names occur: bit `code` for the codes below 63, bit 63 for all others.
    pub names: u64,
    /// Days with any fact, in the store's own time zone, one bit a day from [`Head::day0`] on; empty when not known.
    pub days: &'a [u64],
    /// The day of the lowest bit of `days`, in days since 1970.
    pub day0: i32,
}

/// All facts of one person, by time. Slices of columns that were not wanted are empty; all others are of equal length.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Who.
    pub person: PersonKey,
    /// When, ms since 1970; never falling.
    pub at_ms: &'a [i64],
    /// What, as codes of [`Names::name`]; [`NO_TEXT`] stands for nothing that happened and is passed over.
    pub name: &'a [u32],
    /// Text columns as codes of [`Names::text`]; [`NO_TEXT`] where there is none.
    pub texts: [&'a [u32]; Text::COUNT],
    /// Number columns; [`NONE`] where there is none.
    pub numbers: [&'a [i64]; Number::COUNT],
}

/// The dictionaries that codes are looked up in. Code 0 means "none" in each and stands first, as the empty text.
pub trait Names {
    /// The name of an event by its code.
    fn name(&self, code: u32) -> &str;
    /// The code of an event's name.
    fn name_code(&self, name: &str) -> Option<u32>;
    /// A text by its column and code.
    fn text(&self, column: Text, code: u32) -> &str;
    /// The code of a text.
    fn text_code(&self, column: Text, text: &str) -> Option<u32>;
    /// How many codes a column has, [`NO_TEXT`] included.
    fn text_codes(&self, column: Text) -> u32;
}

/// Whether a fold has to see a person's facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing of this person matters, or the head said it all and has been counted.
    Nothing,
    /// The facts have to be passed over.
    Run,
}

/// What a fold wants to see of people side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks<'a> {
    /// The codes of the names whose rows it wants marked; [`NO_TEXT`] marks nothing. Who has nothing of the first name does
    /// not matter.
    pub names: &'a [u32],
    /// Whether it wants the time between rows.
    pub gaps: bool,
}

/// One pass over people. Two folds of the same question over different people add up by [`Fold::merge`].
pub trait Fold: Send {
    /// The columns it wants.
    fn columns(&self) -> Columns;

    /// Looks at a person before their facts are read; may settle them at once.
    fn head(&mut self, head: &Head<'_>) -> Need {
        let _ = head;
        Need::Run
    }

    /// What it wants to see of people side by side, if it can settle any of them so.
    fn marks(&self) -> Option<Marks<'_>> {
        None
    }

    /// Settles those of many people whom it can, as heads and runs would, and adds the places of all others to `rest`. Asked
    /// only of folds that have [`Fold::marks`].
    fn band(&mut self, band: &Band<'_>, rest: &mut Vec<u32>) {
        rest.extend((band.place..).take(band.persons.len()));
    }

    /// Takes in all facts of a person.
    fn run(&mut self, run: &Run<'_>);

    /// Takes in what another fold of the same question saw of other people.
    fn merge(&mut self, other: Self)
    where
        Self: Sized;
}
