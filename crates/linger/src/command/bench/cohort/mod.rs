//! `linger bench cohort`: questions about behaviour over many events, from files. The events are made by a seeded crowd of
//! heavy-tailed people; `bench/peers/cohort_peers.py` asks other engines the same of the same Parquet. It does not know
//! how answers are found.

mod crowd;

use super::number;
use anyhow::{Context, ensure};
use clap::ArgMatches;
use crowd::{Crowd, DAYS, FROM_MS};
use linger_behaviour::{Answer, Question};
use linger_events::{AskLimits, archive::Archive, archive::ArchiveWriter};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::ExitCode, time::Instant};

const DAY_MS: i64 = 86_400_000;
const PARTITIONS: u64 = 16;
/// Each question is asked so often, and the best time counts.
const TRIES: usize = 3;

/// Measures and prints.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let events = number(matches, "events");
    let people = match number(matches, "people") {
        0 => events / 20,
        people => people,
    };
    ensure!(people >= PARTITIONS && events >= people, "at least 16 people, and an event each");
    let kept = matches.get_one::<PathBuf>("dir").cloned();
    let made = tempfile::tempdir()?;
    let dir = kept.unwrap_or_else(|| made.path().to_owned());
    let mut report = json!({"bench": "cohort", "people": people});
    if !dir.join("archive.json").exists() {
        let began = Instant::now();
        write(&dir, Crowd { people, events, seed: number(matches, "seed") })?;
        report["write_s"] = json!(began.elapsed().as_secs_f64());
    }
    forget_peak();
    let archive = Archive::open(&dir, "UTC").context("opening the events")?;
    report["events"] = json!(archive.facts());
    report["bytes"] = json!(archive.bytes());
    let limits = AskLimits { threads: number(matches, "threads") as usize, ..AskLimits::default() };
    for (name, question) in questions()? {
        let (seconds, answer) = ask(&archive, &question, &limits)?;
        eprintln!("{name}: {seconds:.3} s");
        let per_s = archive.facts() as f64 / seconds;
        report[name] = json!({"s": seconds, "events_per_s": per_s, "answer": figures(&answer)});
    }
    report["peak_rss_bytes"] = json!(peak_bytes());
    println!("{report}");
    Ok(ExitCode::SUCCESS)
}

fn write(dir: &std::path::Path, crowd: Crowd) -> anyhow::Result<()> {
    let mut writer = ArchiveWriter::create(dir, "UTC")?;
    for partition in 0..PARTITIONS {
        let people = |part: u64| crowd.people * part / PARTITIONS;
        for person in people(partition)..people(partition + 1) {
            crowd.live(person, &mut |fact| writer.push(fact))?;
        }
        writer.end_partition()?;
        eprintln!("written: {} of {PARTITIONS} parts", partition + 1);
    }
    writer.finish()?;
    Ok(())
}

/// The questions of the workload, by their names in the report.
fn questions() -> anyhow::Result<Vec<(&'static str, Question)>> {
    let scope = json!({
        "from_ms": FROM_MS, "to_ms": FROM_MS + i64::from(DAYS) * DAY_MS, "zone": "UTC", "min_people": 1,
    });
    let steps = |names: &[&str]| -> Value { names.iter().map(|it| json!({"what": {"event": it}})).collect() };
    let three = ["room.entered", "card.clicked", "order.paid"];
    let five = ["room.entered", "card.seen", "card.clicked", "cart.added", "order.paid"];
    let pattern: Value =
        ["card.seen", "cart.added", "order.paid"].iter().map(|it| json!({"then": {"event": it}})).collect();
    let asked = [
        (
            "retention",
            json!({"ask": "retention", "start": {}, "starts": "first_ever", "back": {}, "period": "day",
                             "brackets": {"each": DAYS}}),
        ),
        ("funnel_3", json!({"ask": "funnel", "steps": steps(&three), "window_s": 86_400})),
        ("funnel_5", json!({"ask": "funnel", "steps": steps(&five), "window_s": 86_400})),
        ("sequence", json!({"ask": "sequence", "pattern": pattern})),
        ("stickiness", json!({"ask": "stickiness", "what": {}, "per": "month"})),
        (
            "survival",
            json!({"ask": "survival", "stays": {"told": {"left": {"event": "room.left"}}}, "horizon_s": 3_600}),
        ),
    ];
    asked
        .into_iter()
        .map(|(name, mut question)| {
            question["scope"] = scope.clone();
            let question: Question = serde_json::from_value(question).context(name)?;
            question.check().map_err(|wrong| anyhow::anyhow!("{name}: {wrong}"))?;
            Ok((name, question))
        })
        .collect()
}

/// The best time of some, s, and the answer.
fn ask(archive: &Archive, question: &Question, limits: &AskLimits) -> anyhow::Result<(f64, Answer)> {
    let mut best = f64::INFINITY;
    let mut answer = None;
    for _ in 0..TRIES {
        let began = Instant::now();
        let folded = archive.fold(|| question.fold(archive.names(), "UTC"), limits)?;
        let told = folded.finish(archive.names()).map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
        best = best.min(began.elapsed().as_secs_f64());
        answer = Some(told);
    }
    Ok((best, answer.context("it was asked")?))
}

/// What peers have to find as well.
fn figures(answer: &Answer) -> Value {
    match answer {
        Answer::Retention(told) => {
            let cohorts = &told.groups[0].cohorts;
            let cells = cohorts.iter().enumerate().flat_map(|(at, row)| {
                row.cells.iter().enumerate().map(move |(n, cell)| (at, n, cell.people.unwrap_or(0)))
            });
            // Each cell weighed by its place, so that two matrices with one sum are the same.
            let weighed: u64 =
                cells.clone().map(|(at, n, people)| (at as u64 + 1) * (n as u64 + 1) * people).sum();
            json!({"people": cohorts.iter().filter_map(|row| row.people).sum::<u64>(),
                   "back": cells.map(|(_, _, people)| people).sum::<u64>(), "weighed": weighed})
        }
        Answer::Funnel(told) => told.groups[0].steps.iter().map(|step| json!(step.people)).collect(),
        Answer::Sequence(told) => json!(told.groups[0].people.last()),
        Answer::Stickiness(told) => {
            told.periods.iter().map(|it| json!({"month": it.when.label, "days": it.days})).collect()
        }
        Answer::Survival(told) => json!({"groups": told.groups.len()}),
        _ => Value::Null,
    }
}

/// Makes the system count the peak of memory anew, where it can.
fn forget_peak() {
    _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of resident memory, bytes; 0 where the system does not tell.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<u64>().ok());
    kib.unwrap_or(0) * 1_024
}
