//! What a prompt or an announcement is about, read from the figures that speak for it, as a host or viewer would understand
//! it. It does not know which rule it comes from, so rules that somebody wrote are understood as well.

use linger_protocol::{Intent, Proposed};
use linger_strategy::rule::Metric;

/// What a host does upon a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Asks everybody something.
    Ask,
    /// Opens a draw.
    Climax,
    /// Says what comes next.
    Ahead,
    /// Goes deeper into what is shown.
    Deeper,
    /// Greets those who came from a source.
    Hello(String),
    /// Answers three people by name.
    Names,
}

/// What everybody learns from an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// That the picture stalls and somebody is at it.
    Stalls,
    /// That few are left.
    Scarce,
    /// Something else.
    Other,
}

fn sign(proposed: &Proposed, metric: Metric) -> Option<f64> {
    let sign = proposed.why.iter().find(|it| it.metric == metric.name())?;
    Some(sign.milli as f64 / 1_000.0)
}

/// What the host understands; none when it is about a question, which they answer.
pub fn of_prompt(intent: &Intent) -> Option<Meaning> {
    let proposed = intent.proposed()?;
    let has = |metric| sign(proposed, metric).is_some();
    let talk = sign(proposed, Metric::CommentsPerMin);
    let races = talk.is_some_and(|now| now > sign(proposed, Metric::CommentsPerMinUsual).unwrap_or(0.0));
    Some(match &proposed.about {
        Some(source) if has(Metric::Joins) => Meaning::Hello(source.clone()),
        _ if has(Metric::HostSilenceS) => Meaning::Ask,
        _ if has(Metric::SinceClimaxS) => Meaning::Climax,
        _ if has(Metric::LeaveHazard) => Meaning::Ahead,
        _ if has(Metric::DwellS) => Meaning::Deeper,
        _ if races => Meaning::Names,
        _ => Meaning::Ask,
    })
}

/// What everybody understands.
pub fn of_notice(proposed: &Proposed) -> Notice {
    if sign(proposed, Metric::StockLeft).is_some() || sign(proposed, Metric::StockShare).is_some() {
        Notice::Scarce
    } else if sign(proposed, Metric::StallShare).is_some() {
        Notice::Stalls
    } else {
        Notice::Other
    }
}
