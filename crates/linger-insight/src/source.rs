//! Where people came from, as small numbers: what a stay carries of it. It does not know who came.

use std::collections::BTreeMap;

/// Sources that are told apart; people from any further one come from [`OTHER`].
pub const SOURCES_MAX: usize = 24;
/// What all sources beyond [`SOURCES_MAX`] are called together.
pub const OTHER: &str = "other";

/// A source, as a place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceCode(pub u8);

/// The names of the sources seen so far, in order of their first arrival. Place 0 is [`OTHER`].
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    names: Vec<Box<str>>,
    codes: BTreeMap<Box<str>, SourceCode>,
}

impl Default for Sources {
    fn default() -> Sources {
        Sources { names: vec![OTHER.into()], codes: BTreeMap::from([(OTHER.into(), SourceCode(0))]) }
    }
}

impl Sources {
    /// The code of a name: that of [`OTHER`] when there are too many.
    pub fn code(&mut self, name: &str) -> SourceCode {
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        if self.names.len() > SOURCES_MAX {
            return SourceCode(0);
        }
        let code = SourceCode(u8::try_from(self.names.len()).expect("SOURCES_MAX fits into a byte"));
        self.names.push(name.into());
        self.codes.insert(name.into(), code);
        code
    }

    /// All names, by code.
    pub fn names(&self) -> &[Box<str>] {
        &self.names
    }
}
