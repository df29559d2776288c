//! A run of show as it is sent, checked line by line and field by field, and as the room keeps it. It does not know where
//! the document comes from.

use crate::wire::{ActivityAsk, RundownProblem, RundownStep, RundownWire, WireAct};
use linger_protocol::{ItemId, Limits, Rundown, Step};
use std::collections::BTreeSet;

/// Problems that are told at once.
const PROBLEMS_MAX: usize = 50;

/// Gathers what is wrong.
#[derive(Default)]
pub(super) struct Problems(Vec<RundownProblem>);

impl Problems {
    pub(super) fn add(&mut self, line: u32, field: &str, code: &str) {
        if self.0.len() < PROBLEMS_MAX {
            self.0.push(RundownProblem { line, field: field.to_owned(), code: code.to_owned() });
        }
    }

    pub(super) fn none_or<T>(self, it: T) -> Result<T, Vec<RundownProblem>> {
        if self.0.is_empty() { Ok(it) } else { Err(self.0) }
    }

    fn text(&mut self, line: u32, field: &str, text: &str, chars_max: usize) {
        if text.trim().is_empty() {
            self.add(line, field, "text-empty");
        } else if text.trim().chars().nth(chars_max).is_some() {
            self.add(line, field, "text-too-long");
        }
    }

    fn length(&mut self, line: u32, field: &str, ms: u64, least: u64, most: u64) {
        if !(least..=most).contains(&ms) {
            self.add(line, field, "bad-duration");
        }
    }
}

/// The document as the room takes it. `shelf` holds the room's items; `lines` says where the steps stand, if not on
/// lines 1, 2, 3.
pub(super) fn meant(
    wire: &RundownWire,
    shelf: &BTreeSet<u64>,
    lines: &[u32],
) -> Result<Rundown, Vec<RundownProblem>> {
    let mut problems = Problems::default();
    if wire.title.trim().chars().nth(Limits::TITLE_CHARS).is_some() {
        problems.add(0, "title", "text-too-long");
    }
    problems.length(0, "ahead_ms", wire.ahead_ms, Limits::AHEAD_MS_MIN, Limits::AHEAD_MS_MAX);
    problems.length(0, "quiet_ms", wire.quiet_ms, Limits::QUIET_MS_MIN, Limits::QUIET_MS_MAX);
    if !(1..=Limits::PACE_MAX).contains(&wire.pace) {
        problems.add(0, "pace", "bad-quantity");
    }
    if wire.steps.len() > Limits::STEPS_MAX {
        problems.add(0, "steps", "too-many-steps");
    }
    let steps = wire.steps.iter().take(Limits::STEPS_MAX).zip(1..).enumerate();
    let mut read = |(place, (step, number))| {
        meant_step(&mut problems, step, shelf, lines.get(place).copied().unwrap_or(number))
    };
    let steps: Vec<Step> = steps.map(&mut read).collect();
    let bytes = |step: &Step| {
        let points: usize = step.points.iter().map(String::len).sum();
        step.title.len() + points + step.activity.as_ref().map_or(0, String::len)
    };
    if wire.title.len() + steps.iter().map(bytes).sum::<usize>() > Limits::RUNDOWN_BYTES {
        problems.add(0, "steps", "text-too-long");
    }
    let (title, ahead_ms, quiet_ms, pace) = (wire.title.clone(), wire.ahead_ms, wire.quiet_ms, wire.pace);
    problems.none_or(Rundown { title, steps, ahead_ms, quiet_ms, pace })
}

fn meant_step(problems: &mut Problems, step: &RundownStep, shelf: &BTreeSet<u64>, line: u32) -> Step {
    problems.text(line, "title", &step.title, Limits::TITLE_CHARS);
    if step.item.is_some_and(|item| !shelf.contains(&item)) {
        problems.add(line, "item", "no-such-item");
    }
    if step.points.len() > Limits::POINTS_MAX {
        problems.add(line, "points", "text-too-long");
    }
    let points: Vec<String> = step.points.iter().take(Limits::POINTS_MAX).cloned().collect();
    for point in &points {
        problems.text(line, "points", point, Limits::POINT_CHARS);
    }
    problems.length(line, "lasts_ms", step.lasts_ms, Limits::STEP_MS_MIN, Limits::STEP_MS_MAX);
    let activity = step.activity.as_ref().and_then(|act| {
        if !may_be_activity(act) {
            problems.add(line, "activity", "not-allowed");
        }
        // A wire act is always JSON: it was read from it.
        serde_json::to_string(act).ok()
    });
    if activity.as_ref().is_some_and(|text| text.len() > Limits::ACTIVITY_BYTES) {
        problems.add(line, "activity", "text-too-long");
    }
    Step {
        title: step.title.clone(),
        item: step.item.map(ItemId),
        points,
        lasts_ms: step.lasts_ms,
        climax: step.climax,
        activity,
    }
}

/// Whether a step may do this by itself: what a host does to everybody at a moment of the show, and nothing that speaks
/// for somebody or needs a number that is not known beforehand.
fn may_be_activity(act: &WireAct) -> bool {
    matches!(
        act,
        WireAct::Announce { .. }
            | WireAct::SetStock { .. }
            | WireAct::OpenSale { .. }
            | WireAct::CloseSale { .. }
            | WireAct::PinCard { .. }
            | WireAct::UnpinCard
            | WireAct::OpenDraw { .. }
            | WireAct::Activity(ActivityAsk::Open { .. })
    )
}

/// The document as it is read.
pub(crate) fn told(rundown: &Rundown) -> RundownWire {
    let step = |step: &Step| RundownStep {
        title: step.title.clone(),
        item: step.item.map(|item| item.0),
        points: step.points.clone(),
        lasts_ms: step.lasts_ms,
        climax: step.climax,
        activity: step.activity.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    };
    super::with_settings_of(rundown, rundown.steps.iter().map(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wire(steps: serde_json::Value) -> RundownWire {
        serde_json::from_value(json!({"steps": steps})).unwrap()
    }

    #[test]
    fn everything_that_is_wrong_is_told_by_line_and_field() {
        let steps = json!([
            {"title": "Hello", "lasts_ms": 60_000},
            {"title": " ", "lasts_ms": 0, "item": 9, "points": ["a", ""]},
            {"title": "Say", "lasts_ms": 60_000, "activity": {"kind": "say", "text": "I am the host"}},
            {"title": "Loop", "lasts_ms": 60_000, "activity": {"kind": "rundown", "do": "stop"}},
        ]);
        let rundown = RundownWire { pace: 0, ..wire(steps) };
        let problems = meant(&rundown, &BTreeSet::from([8]), &[2, 3, 5, 6]).unwrap_err();
        let told: Vec<String> =
            problems.iter().map(|it| format!("{} {} {}", it.line, it.field, it.code)).collect();
        assert_eq!(
            told,
            [
                "0 pace bad-quantity",
                "3 title text-empty",
                "3 item no-such-item",
                "3 points text-empty",
                "3 lasts_ms bad-duration",
                "5 activity not-allowed",
                "6 activity not-allowed",
            ]
        );
    }

    #[test]
    fn a_document_is_read_as_it_was_set() {
        let rundown = wire(json!([
            {"title": "Hello", "lasts_ms": 60_000, "points": ["warm"]},
            {"title": "Sale", "lasts_ms": 61_500, "item": 8, "climax": true,
             "activity": {"kind": "open-sale", "item": 8, "price_minor": 500, "per_person": 1, "hold_ms": 60_000}},
        ]));
        assert_eq!(told(&meant(&rundown, &BTreeSet::from([8]), &[]).unwrap()), rundown);
    }

    #[test]
    fn the_list_of_problems_ends_somewhere() {
        let step = json!({"title": "", "lasts_ms": 0});
        assert_eq!(
            meant(&wire(json!(vec![step; 150])), &BTreeSet::new(), &[]).unwrap_err().len(),
            PROBLEMS_MAX
        );
    }
}
