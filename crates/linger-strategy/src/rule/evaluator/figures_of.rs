//! Whose figures a rule reads at one look. It does not know what they are.

use super::armed::{Armed, Key};
use crate::rule::{
    figures::{Figures, View, Whom},
    spec::Scope,
};

/// One look of a rule at one subject.
pub(super) struct Looking<'a> {
    pub view: View<'a>,
    pub needs: u64,
    pub source: Option<&'a str>,
}

/// Whom a rule looks at.
pub(super) fn whom(armed: &Armed, key: Key) -> Whom {
    match (key, &armed.rule.scope) {
        (Key::Source(code), _) => Whom::Source(code),
        (Key::Viewer(person), _) => Whom::Viewer(person),
        (Key::One, Scope::Cohort { cohort }) => Whom::Cohort(*cohort),
        (Key::One, _) => Whom::Room,
    }
}

impl<'a> Looking<'a> {
    pub fn of(armed: &Armed, key: Key, figures: &'a Figures) -> Looking<'a> {
        let whom = whom(armed, key);
        let source = match key {
            Key::Source(code) => figures.sources.get(usize::from(code)).map(|it| &*it.name),
            _ => None,
        };
        Looking { view: View::of(figures, whom, armed.rule.window_s), needs: armed.when.needs, source }
    }
}
