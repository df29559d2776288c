//! The words of a script about the run of show.
//!
//! `rundown set VERSION STEP…` writes a document; a step is `name:60s`, `name:60s:i1` with a product, `name*:60s` for a
//! climax, `name!:60s` with an activity; `quiet=300s`, `ahead=60s` and `pace=60` set the rest. Then `rundown start 0`,
//! `skip t1`, `hold`, `resume`, `repeat t1`, `improvise 30s words`, `jump 2`, `extend 60s`, `stop`, `carry t1 ACT`,
//! `cannot t1 CODE`.

use crate::script::{lower, number, seconds, shown};
use linger_protocol::*;

/// What is asked. `act` reads the words of another ask.
pub fn asked(words: &[&str], act: impl FnOnce(&[&str]) -> Act) -> Act {
    let turn = |word: &str| number(word) as u32;
    Act::Rundown(match words[1..] {
        ["set", after, ref steps @ ..] => {
            RundownAct::Set { rundown: Box::new(document(steps)), after: turn(after) }
        }
        ["start", step] => RundownAct::Start { step: turn(step) },
        ["skip", it] => RundownAct::Next { turn: turn(it) },
        ["hold"] => RundownAct::Hold,
        ["resume"] => RundownAct::Resume,
        ["repeat", it] => RundownAct::Repeat { turn: turn(it) },
        ["improvise", lasts, ref title @ ..] => {
            RundownAct::Improvise { title: title.join(" "), lasts_ms: seconds(lasts) }
        }
        ["jump", step] => RundownAct::Jump { step: turn(step) },
        ["extend", ms] => RundownAct::Extend { ms: seconds(ms) },
        ["stop"] => RundownAct::Stop,
        ["carry", it, ref rest @ ..] => RundownAct::Carry { turn: turn(it), act: Ok(Box::new(act(rest))) },
        ["cannot", it, code] => RundownAct::Carry { turn: turn(it), act: Err(code.to_owned()) },
        ref other => panic!("the script asks for {other:?} of the run of show, which nobody knows"),
    })
}

fn document(words: &[&str]) -> Rundown {
    let mut rundown = Rundown::default();
    for word in words {
        match word.split_once('=') {
            Some(("quiet", ms)) => rundown.quiet_ms = seconds(ms),
            Some(("ahead", ms)) => rundown.ahead_ms = seconds(ms),
            Some((_, pace)) => rundown.pace = number(pace) as u32,
            None => rundown.steps.push(step(word)),
        }
    }
    rundown
}

fn step(word: &str) -> Step {
    let mut parts = word.split(':');
    let name = parts.next().unwrap_or("");
    Step {
        title: name.trim_end_matches(['*', '!']).to_owned(),
        lasts_ms: parts.next().map_or(0, seconds),
        item: parts.next().map(|item| ItemId(number(item))),
        climax: name.contains('*'),
        activity: name.contains('!').then(|| "{}".to_owned()),
        points: vec![],
    }
}

pub fn told(event: &RundownEvent) -> String {
    match event {
        RundownEvent::Set { version, rundown } => {
            format!("run of show v{version}, {} steps", rundown.steps.len())
        }
        RundownEvent::StepStarted { turn, step, free, begun, at, until, .. } => {
            let what =
                free.as_ref().map_or(format!("step {step}"), |title| format!("{title:?} before step {step}"));
            format!("t{turn} {what} ({}) {} to {}", lower(begun), shown(*at), shown(*until))
        }
        RundownEvent::Held { left_ms } => format!("held with {} left", shown(Millis(*left_ms as i64))),
        RundownEvent::Retimed { until } => format!("now until {}", shown(*until)),
        RundownEvent::ClimaxAnnounced { step, starts_at } => {
            format!("step {step} announced for {}", shown(*starts_at))
        }
        RundownEvent::Warned { since, again_at } => {
            format!("no climax since {}, again at {}", shown(*since), shown(*again_at))
        }
        RundownEvent::Carried { turn, refused } => match refused {
            None => format!("t{turn} carried out"),
            Some(code) => format!("t{turn} cannot be carried out: {code}"),
        },
        RundownEvent::Stopped { finished } => (if *finished { "show over" } else { "show stopped" }).into(),
    }
}
