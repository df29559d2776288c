//! Viewers whom an experiment drew for a rule, as facts: each counts from the first occasion of theirs, in whichever arm. It does
//! not know rules.

use super::{RoomFacts, Telling};
use linger_behaviour::{Fact, Text};
use linger_protocol::RuleEvent;
use linger_strategy::experiment::{EXPOSED, HELD, shown};

impl RoomFacts {
    /// Whom a holdout leaves alone was told of when they came; what was refused was done in neither arm.
    pub(super) fn tell_drawn(&self, telling: &mut Telling, event: &RuleEvent) {
        let (RuleEvent::Done { intent } | RuleEvent::Withheld { intent }) = event else { return };
        let Some(proposed) = intent.proposed() else { return };
        let drawn = proposed.drawn.as_ref().filter(|it| it.viewer && it.arm != HELD);
        let (Some(person), Some(drawn)) = (proposed.person, drawn) else { return };
        let outcome = shown(&drawn.experiment, drawn.version, &drawn.arm);
        // Told once for each of them and each version, as those are whom a flag is shown.
        let name = linger_web::room_person(person);
        let id = linger_web::fact_id("experiments", &format!("{name}/{outcome}"));
        self.tell(telling, person, EXPOSED, |fact| Fact { id, ..fact }.with(Text::Outcome, &outcome));
    }
}
