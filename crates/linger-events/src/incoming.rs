//! What comes in, its limits, and what the sender is told. It does not know how anything is stored.

use linger_behaviour::{Fact, PersonKey};

/// How long an identity may be, bytes.
pub const IDENTITY_BYTES_MAX: usize = 256;
/// How long an event's name may be, bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// How long a text property may be, bytes.
pub const TEXT_BYTES_MAX: usize = 1024;
/// How large the other properties of a fact may be together, bytes of JSON.
pub const PROPS_BYTES_MAX: usize = 64 << 10;
/// How many facts one call may bring.
pub const BATCH_ITEMS_MAX: usize = 50_000;
/// How large the facts of one call may be together, bytes.
pub const BATCH_BYTES_MAX: usize = 12 << 20;
/// Times lie within the years 1970 to 2261, so that nanoseconds fit other engines' columns.
pub const TIME_MS_MAX: i64 = 9_214_646_400_000;

/// A fact that somebody tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Who did it, as the sender knows them.
    pub who: Who,
    /// What they did. `person` is ignored: the store finds it.
    pub fact: Fact,
    /// An identity that the same person had before; both are one person from here on, whoever they were.
    pub alias: Option<Identity>,
}

/// Who somebody is to the sender. At least one of the two is there, each of 1 to [`IDENTITY_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// A browser or device.
    pub anonymous: Option<Box<str>>,
    /// A person who signed in, or was imported.
    pub known: Option<Box<str>>,
}

impl Who {
    /// A browser or device of somebody unknown.
    pub fn anonymous(id: &str) -> Who {
        Who { anonymous: Some(id.into()), known: None }
    }

    /// A person the sender knows.
    pub fn known(id: &str) -> Who {
        Who { anonymous: None, known: Some(id.into()) }
    }
}

/// One identity of a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A browser or device.
    Anonymous(Box<str>),
    /// A person who signed in, or was imported.
    Known(Box<str>),
}

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, and durable.
    Stored(PersonKey),
    /// It had been stored before. The person is the one its identity belongs to; `PersonKey(0)` if it belongs to nobody.
    Duplicate(PersonKey),
}
