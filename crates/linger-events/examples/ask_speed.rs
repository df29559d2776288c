//! How much processor time funnels and sequences take on one thread, over an archive that `linger bench cohort --dir DIR`
//! made: the least of some tries. It does not know how answers are found.
//!
//! `cargo run --release -p linger-events --example ask_speed -- DIR [TRIES]`

use linger_behaviour::{Answer, Question};
use linger_events::{AskLimits, archive::Archive};
use serde_json::{Value, json};
use std::{error::Error, fs, path::Path};

/// 2026-01-01, and sixty days on.
const FROM_MS: i64 = 1_767_225_600_000;
const TO_MS: i64 = FROM_MS + 60 * 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("which folder?")?;
    let tries: usize = args.next().map_or(Ok(5), |it| it.parse())?;
    let archive = Archive::open(Path::new(&dir), "UTC")?;
    let limits = AskLimits { threads: 1, ..AskLimits::default() };
    for (name, question) in questions()? {
        let mut least_s = f64::INFINITY;
        let mut told = Value::Null;
        for _ in 0..tries {
            let began_s = cpu_s();
            let folded = archive.fold(|| question.fold(archive.names(), "UTC"), &limits)?;
            told = figures(&folded.finish(archive.names()).map_err(|wrong| wrong.to_string())?);
            least_s = least_s.min(cpu_s() - began_s);
        }
        let ns = least_s * 1e9 / archive.facts() as f64;
        println!("{name:<12} {least_s:>7.3} s {ns:>6.2} ns a fact  {told}");
    }
    Ok(())
}

fn questions() -> Result<Vec<(&'static str, Question)>, Box<dyn Error>> {
    let scope = json!({"from_ms": FROM_MS, "to_ms": TO_MS, "zone": "UTC", "min_people": 1});
    let funnel = |names: &[&str]| {
        let steps: Value = names.iter().map(|it| json!({"what": {"event": it}})).collect();
        json!({"ask": "funnel", "scope": scope, "steps": steps, "window_s": 86_400})
    };
    let sequence = |within_s: Option<u64>| {
        let then = |it: &&str| json!({"then": {"event": it}, "within_s": within_s});
        let pattern: Value = ["card.seen", "cart.added", "order.paid"].iter().map(then).collect();
        json!({"ask": "sequence", "scope": scope, "pattern": pattern})
    };
    let asked = [
        ("funnel_3", funnel(&["room.entered", "card.clicked", "order.paid"])),
        ("funnel_5", funnel(&["room.entered", "card.seen", "card.clicked", "cart.added", "order.paid"])),
        ("sequence", sequence(None)),
        ("within_hour", sequence(Some(3_600))),
    ];
    asked.into_iter().map(|(name, question)| Ok((name, serde_json::from_value(question)?))).collect()
}

fn figures(answer: &Answer) -> Value {
    match answer {
        Answer::Funnel(told) => {
            let spread = |it: &linger_behaviour::answer::Reached| {
                json!([it.people, it.time.as_ref().map(|it| it.median_ms)])
            };
            told.groups[0].steps.iter().map(spread).collect()
        }
        Answer::Sequence(told) => json!(told.groups[0].people),
        _ => Value::Null,
    }
}

/// Seconds that this thread ran on a processor, so that a busy machine does not count; none where Linux does not tell.
fn cpu_s() -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or_default() / 1e9
}
