//! Which documents a room takes. It does not know where they come from.

use crate::{
    shelf::Shelf,
    text::{at_most, bounded},
};
use linger_protocol::{Limits, Refusal, Rundown, Step};

/// Whether a length is neither too short nor too long.
pub(super) fn in_bounds(ms: u64, least: u64, most: u64) -> Result<(), Refusal> {
    if (least..=most).contains(&ms) { Ok(()) } else { Err(Refusal::BadDuration) }
}

/// The document with its texts trimmed, if it keeps all bounds.
pub(super) fn checked(shelf: &Shelf, rundown: &Rundown) -> Result<Rundown, Refusal> {
    if rundown.steps.len() > Limits::STEPS_MAX {
        return Err(Refusal::TooManySteps);
    }
    if !(1..=Limits::PACE_MAX).contains(&rundown.pace) {
        return Err(Refusal::BadQuantity);
    }
    in_bounds(rundown.ahead_ms, Limits::AHEAD_MS_MIN, Limits::AHEAD_MS_MAX)?;
    in_bounds(rundown.quiet_ms, Limits::QUIET_MS_MIN, Limits::QUIET_MS_MAX)?;
    let title = rundown.title.trim();
    at_most(title, Limits::TITLE_CHARS)?;
    let steps = rundown.steps.iter().map(|step| checked_step(shelf, step)).collect::<Result<Vec<_>, _>>()?;
    let points = |step: &Step| step.points.iter().map(String::len).sum::<usize>();
    let bytes = |step: &Step| step.title.len() + points(step) + step.activity.as_ref().map_or(0, String::len);
    if title.len() + steps.iter().map(bytes).sum::<usize>() > Limits::RUNDOWN_BYTES {
        return Err(Refusal::TextTooLong);
    }
    Ok(Rundown { title: title.to_owned(), steps, ..*rundown })
}

fn checked_step(shelf: &Shelf, step: &Step) -> Result<Step, Refusal> {
    let title = bounded(&step.title, Limits::TITLE_CHARS)?.to_owned();
    in_bounds(step.lasts_ms, Limits::STEP_MS_MIN, Limits::STEP_MS_MAX)?;
    if let Some(item) = step.item {
        shelf.line(item)?;
    }
    let activity_bytes = step.activity.as_ref().map_or(0, String::len);
    if step.points.len() > Limits::POINTS_MAX || activity_bytes > Limits::ACTIVITY_BYTES {
        return Err(Refusal::TextTooLong);
    }
    let point = |it: &String| bounded(it, Limits::POINT_CHARS).map(str::to_owned);
    let points = step.points.iter().map(point).collect::<Result<_, _>>()?;
    Ok(Step { title, points, ..step.clone() })
}
