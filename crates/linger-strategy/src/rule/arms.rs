//! Rules whose arms an experiment draws: which experiments fit, how the draw stands in a room's log beside the rule, and into
//! which arm an occasion falls. It does not know how anything is drawn.

use super::{
    action::Action,
    metric::ScopeKind,
    problem::{self, Problem},
    spec::Rule,
};
use crate::experiment::{Design, Given, RoomDraw, Status, Stretch, Unit, Units, is_name};
use linger_protocol::{Arm, Drawn, Limits, Millis, RoomId};
use serde_json::Value;

/// What a draw takes of the text of a rule at most.
const DRAW_BYTES: usize = 3 << 10;

impl Rule {
    pub(super) fn check_experiment(&self, problems: &mut Vec<Problem>) {
        let mut need = |holds: bool, field: &str, code: &'static str, about: &str| {
            if !holds {
                problems.push(Problem::new(field, code, about));
            }
        };
        need(self.arm.as_deref().is_none_or(is_name), "arm", problem::BAD_VALUE, "1..64 a-z 0-9 - _");
        let Some(experiment) = &self.experiment else {
            return need(self.arm.is_none(), "experiment", problem::MISSING, "");
        };
        need(is_name(experiment), "experiment", problem::BAD_VALUE, "1..64 a-z 0-9 - _");
        need(self.hold_out == 0.0, "hold_out", problem::EXPERIMENT_HOLD_OUT, "0");
        let bytes_max = Limits::RULE_BYTES - DRAW_BYTES;
        need(self.to_text().len() <= bytes_max, "", problem::TOO_LONG, &bytes_max.to_string());
    }

    /// Why an experiment of this design cannot draw its arms, if it cannot. What is over draws nothing any more, but a rule
    /// that is off may still name it.
    pub fn misfit(&self, design: &Design, status: Status) -> Option<Problem> {
        let status = if self.on { status } else { Status::Draft };
        let fits = |arm: &String| design.arms.iter().skip(1).any(|it| it.key == *arm);
        let no_arm = |arm: &String| Problem::new("arm", problem::EXPERIMENT_ARM, arm);
        let of_arm = || self.arm.as_ref().filter(|arm| !fits(arm)).map(no_arm);
        misfit(self.scope.kind(), Some(&self.action), design, status).or_else(of_arm)
    }
}

/// Why an experiment of this design cannot draw the arms of rules about this, if it cannot. An action that nobody chose yet
/// stands in the way of nothing.
pub fn misfit(scope: ScopeKind, action: Option<&Action>, design: &Design, status: Status) -> Option<Problem> {
    let wrong = |code, about: &str| Some(Problem::new("experiment", code, about));
    let fits = match design.unit {
        Unit::Room | Unit::Host => true,
        // Only what nobody else sees of it.
        Unit::Viewer => {
            let alone = action.is_none_or(|it| matches!(it, Action::GrantBenefit { .. }));
            scope == ScopeKind::Viewer && alone
        }
        // A room's log does not know in which shop people buy.
        Unit::Shop => false,
    };
    if !fits {
        return wrong(problem::EXPERIMENT_UNIT, design.unit.name());
    }
    if design.unit == Unit::Viewer && !design.places.is_empty() {
        return wrong(problem::EXPERIMENT_FLAG, &design.flag);
    }
    if status == Status::Stopped {
        return wrong(problem::EXPERIMENT_OVER, "");
    }
    None
}

/// A rule as it stands in a room's log: with the draw of its experiment, where it names one that there is.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomRule {
    /// The rule.
    pub rule: Rule,
    /// The draw of its experiment.
    pub draw: Option<RoomDraw>,
}

/// What an experiment says of an occasion.
pub(crate) enum Falls {
    /// The rule draws its arms itself.
    Own,
    /// It is left alone as if there were no rule.
    Out,
    /// It fell into an arm.
    Into(Arm, Drawn),
}

impl RoomRule {
    /// A rule whose arms nobody else draws.
    pub fn alone(rule: Rule) -> RoomRule {
        RoomRule { rule, draw: None }
    }

    /// Reads the text in a room's log.
    pub fn parse(text: &str) -> Result<RoomRule, Vec<Problem>> {
        let bad = |field: &str| vec![Problem::new(field, problem::BAD_VALUE, "")];
        if text.len() > Limits::RULE_BYTES {
            return Err(vec![Problem::new("", problem::TOO_LONG, Limits::RULE_BYTES.to_string())]);
        }
        let mut value: Value = serde_json::from_str(text).map_err(|_| bad(""))?;
        let words = value.as_object_mut().and_then(|it| it.remove("draw"));
        let rule = Rule::read(&value)?;
        let draw = match (words, &rule.experiment) {
            (None, _) => None,
            (Some(words), Some(key)) => Some(RoomDraw::read(key, &words).ok_or_else(|| bad("draw"))?),
            (Some(_), None) => return Err(bad("draw")),
        };
        Ok(RoomRule { rule, draw })
    }

    /// The text that goes into a room's log.
    pub fn to_text(&self) -> String {
        let Some(draw) = &self.draw else { return self.rule.to_text() };
        let mut value = serde_json::to_value(&self.rule).expect("a rule has nothing that JSON cannot say");
        if let Some(fields) = value.as_object_mut() {
            fields.insert("draw".to_owned(), draw.words());
        }
        value.to_string()
    }

    /// Which draw stands in its text.
    pub fn mark(&self) -> Option<u64> {
        self.draw.as_ref().map(RoomDraw::mark)
    }
}

impl Rule {
    /// Into which arm an occasion falls. The draw comes with what the log calls it; `held` is the stretch that the room was in
    /// at the last occasion.
    pub(crate) fn falls(
        &self,
        draw: Option<&(RoomDraw, u64)>,
        (room, host, viewer): (&RoomId, &str, Option<&str>),
        at: Millis,
        held: &mut Option<Stretch>,
    ) -> Falls {
        if self.experiment.is_none() {
            return Falls::Own;
        }
        let Some((RoomDraw { draw, holdouts }, mark)) = draw else { return Falls::Out };
        let units = Units { viewer, host: Some(host), shop: None, room: Some(room) };
        let given = draw.given(&units, holdouts, at, held).unwrap_or(Given::Out);
        let Some(word) = draw.word(given) else { return Falls::Out };
        let acts = match (given, &self.arm) {
            (Given::Arm(..), Some(own)) => own == word,
            (Given::Arm(arm, _), None) => arm != 0,
            (Given::HeldOut(_) | Given::Out, _) => false,
        };
        let drawn = Drawn {
            experiment: draw.key.clone(),
            version: draw.version,
            arm: word.to_owned(),
            draw: *mark,
            viewer: draw.unit == Unit::Viewer,
        };
        Falls::Into(if acts { Arm::Act } else { Arm::HoldOut }, drawn)
    }
}
