//! Whether a question is within its bounds and makes sense. It does not know how it is answered.

use super::{
    BRACKETS_MAX, Brackets, Breakdown, CONDITIONS_MAX, Cohort, Condition, DEPTH_MAX, Funnel, GROUPS_MAX,
    Order, PERIODS_MAX, Paths, Period, Question, Retention, STEPS_MAX, Scope, Sequence, Start, Stays,
    Stickiness, Survival, VALUES_MAX, What,
};
use crate::{Text, calendar::Calendar};

/// What is wrong with a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Wrong {
    /// The field, as a path in the JSON: `scope.zone`, `steps[2].what.event`.
    pub field: String,
    /// Why, as a sentence for the person who asked, without what they wrote.
    pub why: String,
}

impl Wrong {
    /// A field and why it is wrong.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Wrong {
        Wrong { field: field.into(), why: why.into() }
    }
}

/// The longest time that a window or gap may be: 400 days, in s.
const WINDOW_S_MAX: u64 = 400 * 86_400;
/// The name of an event, or a value, in bytes at most.
const WORD_BYTES_MAX: usize = 512;
/// Times that can be asked about: from 1970 to 2200, in ms.
const AT_MS_MAX: i64 = 7_258_118_400_000;

type Checked = Result<(), Wrong>;

fn ensure(holds: bool, field: impl Into<String>, why: impl Into<String>) -> Checked {
    if holds { Ok(()) } else { Err(Wrong::new(field, why)) }
}

pub(super) fn question(question: &Question) -> Checked {
    scope(question.scope())?;
    if let Some(it) = question.breakdown() {
        breakdown(it)?;
    }
    match question {
        Question::Retention(it) => retention(it),
        Question::Funnel(it) => funnel(it),
        Question::Sequence(it) => sequence(it),
        Question::Paths(it) => paths(it),
        Question::Stickiness(it) => stickiness(it),
        Question::LifeCycle(it) => {
            periods(&it.scope, it.period)?;
            what("what", &it.what)
        }
        Question::Survival(it) => survival(it),
        Question::Trend(it) => {
            periods(&it.scope, it.period)?;
            what("what", &it.what)
        }
    }
}

fn scope(scope: &Scope) -> Checked {
    ensure((0..=AT_MS_MAX).contains(&scope.from_ms), "scope.from_ms", "must lie between 1970 and 2200")?;
    ensure((0..=AT_MS_MAX).contains(&scope.to_ms), "scope.to_ms", "must lie between 1970 and 2200")?;
    ensure(scope.from_ms < scope.to_ms, "scope.to_ms", "must be after from_ms")?;
    ensure(scope.min_people >= 1, "scope.min_people", "must be 1 or more")?;
    Calendar::zone(&scope.zone)?;
    conditions("scope.where", &scope.filters)
}

/// That a range does not touch more periods than an answer can show.
fn periods(scope: &Scope, period: Period) -> Checked {
    let shortest = match period {
        Period::Month => 28 * 86_400_000,
        other => other.rolling_ms(),
    };
    let most = (scope.to_ms - scope.from_ms) / shortest + 2;
    let why = format!("touches more than {PERIODS_MAX} periods: ask for longer periods or a shorter range");
    ensure(most <= PERIODS_MAX as i64, "scope.to_ms", why)
}

fn what(field: &str, what: &What) -> Checked {
    if let Some(event) = &what.event {
        ensure(!event.is_empty(), format!("{field}.event"), "must not be empty: leave it out for any event")?;
        ensure(event.len() <= WORD_BYTES_MAX, format!("{field}.event"), "is longer than 512 bytes")?;
    }
    conditions(&format!("{field}.where"), &what.conditions)
}

fn conditions(field: &str, conditions: &[Condition]) -> Checked {
    ensure(conditions.len() <= CONDITIONS_MAX, field, format!("has more than {CONDITIONS_MAX} conditions"))?;
    for (at, condition) in conditions.iter().enumerate() {
        match condition {
            Condition::OneOf { text, values } | Condition::NoneOf { text, values } => {
                has_codes(&format!("{field}[{at}].text"), *text)?;
                let field = format!("{field}[{at}].values");
                let fits = !values.is_empty() && values.len() <= VALUES_MAX;
                ensure(fits, &field, format!("must have 1 to {VALUES_MAX} values"))?;
                let fits = values.iter().all(|it| !it.is_empty() && it.len() <= WORD_BYTES_MAX);
                ensure(fits, &field, "must have values of 1 to 512 bytes")?;
            }
            Condition::Between { min, max, .. } => {
                let field = format!("{field}[{at}]");
                ensure(min.is_some() || max.is_some(), &field, "must have min, max or both")?;
                ensure(min.zip(*max).is_none_or(|(min, max)| min <= max), &field, "has min above max")?;
            }
        }
    }
    Ok(())
}

fn has_codes(field: &str, text: Text) -> Checked {
    ensure(text.has_codes(), field, "this property is new on each event and cannot be asked about")
}

fn breakdown(it: &Breakdown) -> Checked {
    has_codes("breakdown.by", it.by)?;
    let fits = (1..=GROUPS_MAX).contains(&it.groups_max);
    ensure(fits, "breakdown.groups_max", format!("must be 1 to {GROUPS_MAX}"))
}

fn retention(it: &Retention) -> Checked {
    what("start", &it.start)?;
    what("back", &it.back)?;
    periods(&it.scope, it.period)?;
    let fits = |count: usize| (1..=BRACKETS_MAX).contains(&count);
    match &it.brackets {
        Brackets::Each(count) => {
            ensure(fits(*count as usize), "brackets.each", format!("must be 1 to {BRACKETS_MAX}"))?;
        }
        Brackets::Edges(edges) => {
            let why = format!("must have 2 to {} edges", BRACKETS_MAX + 1);
            ensure(fits(edges.len().saturating_sub(1)), "brackets.edges", why)?;
            ensure(edges.is_sorted_by(|a, b| a < b), "brackets.edges", "must rise")?;
            ensure(edges.iter().all(|it| *it <= 100_000), "brackets.edges", "must be 100000 at most")?;
        }
    }
    if let Cohort::Text(text) = it.cohort {
        has_codes("cohort.text", text)?;
        let clear = it.starts != Start::Recurring;
        ensure(clear, "starts", "recurring starts make cohorts of periods, not of a text")?;
    }
    Ok(())
}

fn window(field: &str, window_s: u64) -> Checked {
    ensure((1..=WINDOW_S_MAX).contains(&window_s), field, "must be 1 s to 400 days")
}

fn funnel(it: &Funnel) -> Checked {
    ensure((2..=STEPS_MAX).contains(&it.steps.len()), "steps", format!("must be 2 to {STEPS_MAX}"))?;
    for (at, step) in it.steps.iter().enumerate() {
        what(&format!("steps[{at}].what"), &step.what)?;
        let field = format!("steps[{at}].optional");
        let end = at == 0 || at + 1 == it.steps.len();
        ensure(!(step.optional && end), &field, "the first and the last step cannot be optional")?;
        let free = it.order == Order::Any;
        ensure(!(step.optional && free), &field, "steps in any order cannot be optional")?;
    }
    window("window_s", it.window_s)
}

fn sequence(it: &Sequence) -> Checked {
    ensure(
        (1..=STEPS_MAX).contains(&it.pattern.len()),
        "pattern",
        format!("must be 1 to {STEPS_MAX} steps"),
    )?;
    for (at, step) in it.pattern.iter().enumerate() {
        what(&format!("pattern[{at}].then"), &step.then)?;
        if let Some(within_s) = step.within_s {
            ensure(at > 0, format!("pattern[{at}].within_s"), "the first step has no gap before it")?;
            window(&format!("pattern[{at}].within_s"), within_s)?;
        }
        let field = format!("pattern[{at}].without");
        ensure(at > 0 || step.without.is_empty(), &field, "the first step has no gap before it")?;
        ensure(step.without.len() <= STEPS_MAX, &field, format!("must be {STEPS_MAX} at most"))?;
        for (nth, it) in step.without.iter().enumerate() {
            what(&format!("{field}[{nth}]"), it)?;
        }
    }
    it.window_s.map_or(Ok(()), |it| window("window_s", it))
}

fn paths(it: &Paths) -> Checked {
    what("anchor", &it.anchor)?;
    ensure((1..=DEPTH_MAX).contains(&it.depth), "depth", format!("must be 1 to {DEPTH_MAX}"))?;
    ensure((1..=50).contains(&it.top), "top", "must be 1 to 50")?;
    if let Some(node) = it.node {
        has_codes("node", node)?;
    }
    window("within_s", it.within_s)
}

fn stickiness(it: &Stickiness) -> Checked {
    ensure(matches!(it.per, Period::Week | Period::Month), "per", "must be week or month")?;
    what("what", &it.what)?;
    // Days are told apart inside, many more than periods are shown.
    let days = (it.scope.to_ms - it.scope.from_ms) / 86_400_000;
    ensure(days <= 4_000, "scope.to_ms", "must be within 4000 days of from_ms")
}

fn survival(it: &Survival) -> Checked {
    ensure((1..=86_400).contains(&it.horizon_s), "horizon_s", "must be 1 s to a day")?;
    match &it.stays {
        Stays::Told { left } => what("stays.told.left", left),
        Stays::Seen { enter, leave } => {
            what("stays.seen.enter", enter)?;
            what("stays.seen.leave", leave)
        }
    }
}
