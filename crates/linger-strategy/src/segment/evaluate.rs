//! Answers a segment's program for one person on one day. It does not know who they are.

use super::{
    condition::{Stage, StageRule},
    person::{More, Person, Slot},
    spec::{Node, PRESENCE},
};

/// Whether somebody belongs.
pub(super) fn holds(node: &Node, person: &Person, stages: StageRule, today: i32) -> bool {
    let between = |n: u32, min: u32, max: u32| (min..=max).contains(&n);
    let ago = |day: i32, min: u16, max: u16| {
        let ago = i64::from(today) - i64::from(day);
        // No upper bound means for ever, not 65,535 days.
        ago >= i64::from(min) && (max == u16::MAX || ago <= i64::from(max))
    };
    match node {
        Node::All(of) => of.iter().all(|it| holds(it, person, stages, today)),
        Node::Any(of) => of.iter().any(|it| holds(it, person, stages, today)),
        Node::Not(of) => !holds(of, person, stages, today),
        Node::Times { counter, window, min, max } => {
            let slot = person.slot(*counter);
            let times = match window {
                Some(window) => slot.map_or(0, |it| it.days.within(it.last, today, *window).1),
                None => slot.map_or(0, |it| it.ever),
            };
            between(times, *min, *max)
        }
        Node::Days { counter, window, min, max } => {
            let days = person.slot(*counter).map_or(0, |it| it.days.within(it.last, today, *window).0);
            between(days, *min, *max)
        }
        Node::First { counter, min, max } => person.slot(*counter).is_some_and(|it| ago(it.first, *min, *max)),
        Node::Last { counter, min, max } => person.slot(*counter).is_some_and(|it| ago(it.last, *min, *max)),
        Node::Stage { is } => stage(person.slot(PRESENCE), stages, today).is_some_and(|stage| is.contains(&stage)),
        Node::Text { .. } | Node::Number { .. } | Node::Score { .. } | Node::Tag { .. } => {
            person.more.as_deref().is_some_and(|more| known(node, more))
        }
    }
}

fn known(node: &Node, more: &More) -> bool {
    match node {
        Node::Text { text, is } => {
            more.texts.iter().any(|(it, (_, code))| it == text && is.binary_search(code).is_ok())
        }
        Node::Number { number, min, max } => {
            more.numbers.iter().any(|(it, (_, value))| it == number && (min..=max).contains(&value))
        }
        Node::Score { score, min, max } => {
            more.scores.iter().any(|(it, value)| it == score && (min..=max).contains(&value))
        }
        Node::Tag { tag } => more.tags.contains(tag),
        _ => false,
    }
}

/// Where somebody stands; none before their first sign of life.
pub(super) fn stage(presence: Option<&Slot>, rule: StageRule, today: i32) -> Option<Stage> {
    let slot = presence?;
    let within = |day: i32, days: u16| day > today - i32::from(days);
    Some(if came_back(slot, rule, today) {
        Stage::WonBack
    } else if within(slot.first, rule.new_days) {
        Stage::New
    } else if within(slot.last, rule.active_days) {
        Stage::Active
    } else if within(slot.last, rule.dormant_days) {
        Stage::Slipping
    } else {
        Stage::Dormant
    })
}

/// Whether a day of the last few ended an absence long enough to be called dormant.
fn came_back(slot: &Slot, rule: StageRule, today: i32) -> bool {
    let lately = today - i32::from(rule.won_back_days);
    let mut before = None;
    for (day, _) in slot.days.each(slot.last) {
        // The day before the first remembered one lies beyond the span: far enough, if there was one at all.
        let away = match before {
            Some(before) => day - before >= i32::from(rule.dormant_days),
            None => slot.first < day,
        };
        if day > lately && away {
            return true;
        }
        before = Some(day);
    }
    false
}
