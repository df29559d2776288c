//! Whether what a rule found some time ago is still so. It does not know why anybody asks.

use super::{Evaluator, armed::Key, figures_of::whom};
use crate::rule::{
    figures::{View, Whom},
    spec::Scope,
};
use linger_protocol::Intent;

impl Evaluator {
    /// Whether what a rule found is still so, for a host who said later. Whether a question is still open is for the room to
    /// say: of one it is always true.
    pub fn still_holds(&self, intent: &Intent) -> bool {
        let Some(proposed) = intent.proposed() else { return true };
        let slot = self.slots.get(&intent.rule);
        let armed = slot.and_then(|slot| self.armed[*slot].as_ref());
        let armed = armed.filter(|it| it.version == proposed.version);
        let figures = self.figures.as_ref().filter(|it| it.show.is_running());
        let (Some(armed), Some(figures)) = (armed, figures) else { return false };
        let about = proposed.about.as_deref();
        let key = match (&armed.rule.scope, proposed.person) {
            (_, Some(person)) => Some(Key::Viewer(person)),
            (Scope::Source { .. }, None) => figures.source_named(about).map(Key::Source),
            (Scope::Segment { .. }, None) => {
                let same = figures.segment.as_ref().map(|it| it.item.to_string()).as_deref() == about;
                same.then_some(Key::One)
            }
            _ => Some(Key::One),
        };
        let Some(key) = key else { return false };
        let whom = whom(armed, key);
        let view = View::of(figures, whom, armed.rule.window_s);
        let gone = matches!(whom, Whom::Viewer(_)) && view.who.is_none();
        !gone && figures.people_in(whom) >= armed.rule.people_min && armed.when.is_met(&view)
    }
}
