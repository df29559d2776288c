//! `linger sim loop`: what was asked for is read and checked, the proving ground is set to work, what it found is printed. It
//! does not know how any of it is found.

use crate::loops::facts::{RoomFacts, Visits};
use anyhow::{Context, bail, ensure};
use clap::ArgMatches;
use jiff::tz::TimeZone;
use linger_ground::{Ask, Plan, book::Told, broken, causes::Causes, coupon_rule, prove, svg, text};
use linger_log::Position;
use linger_protocol::{Entry, RoomId};
use linger_strategy::rule::{Rule, ready};
use std::{
    fs,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Mutex,
    time::{Duration, Instant},
};

/// The size of a file of effects or rules, at most.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let ask = ask(matches)?;
    ask.check()?;
    let told = prove(&ask, &facts_of, &progress())?;
    eprint!("{}", if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" });
    if let Some(path) = matches.get_one::<PathBuf>("chart") {
        fs::write(path, svg(&told)).with_context(|| format!("writing {}", path.display()))?;
    }
    let printed = if matches.get_flag("json") { serde_json::to_string(&told)? + "\n" } else { text(&told) };
    match std::io::stdout().write_all(printed.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            return Err(error).context("printing");
        }
        _ => {}
    }
    let broken = if matches.get_flag("hold") { broken(&told) } else { vec![] };
    ensure!(broken.is_empty(), "{}", broken.join("; "));
    Ok(ExitCode::SUCCESS)
}

/// What a server makes of a room's log.
pub(super) fn facts_of(room: &RoomId, log: &[Entry]) -> Vec<Told> {
    let mut facts = RoomFacts::new(room.clone(), Visits::new(TimeZone::UTC));
    let positions = (0..).map(|offset| Position { epoch: 1, offset });
    let told = positions.zip(log).flat_map(|(at, entry)| facts.fold(at, entry));
    told.filter_map(|it| Some((it.who.anonymous?, it.fact))).collect()
}

/// Tells how far it is, on a line of its own where somebody looks at it.
fn progress() -> impl Fn(&str, usize, usize) + Sync {
    let last = Mutex::new(Instant::now());
    let looked_at = std::io::stderr().is_terminal();
    move |what, done, of| {
        let mut last = last.lock().unwrap_or_else(|it| it.into_inner());
        if last.elapsed() < TELL_EVERY && done < of {
            return;
        }
        if looked_at {
            *last = Instant::now();
            eprint!("\r\x1b[K{what}: {done} of {of}");
        } else if done == of {
            eprintln!("{what}: {of}");
        }
    }
}

pub(super) fn ask(matches: &ArgMatches) -> anyhow::Result<Ask> {
    let number = |name: &str| matches.get_one::<u32>(name).map(|it| *it as usize);
    let need = |name: &str| number(name).with_context(|| format!("--{name} is missing"));
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let plan = Plan::of(word("design")).context("--design is missing")?;
    let shows = number("shows").unwrap_or(if plan == Plan::Switchback { 120 } else { 240 });
    let usual_minutes = if plan == Plan::Switchback { 180 } else { 60 };
    let usual_hosts = if plan == Plan::Host { shows } else { shows.min(20) };
    let cores = std::thread::available_parallelism().map_or(1, |it| it.get());
    Ok(Ask {
        plan,
        seed: matches.get_one::<u64>("seed").copied().unwrap_or(1),
        shows,
        hosts: number("hosts").unwrap_or(usual_hosts),
        minutes: matches.get_one::<u32>("minutes").copied().unwrap_or(usual_minutes),
        people: need("people")? as f64,
        causes: causes(word("effects"))?,
        rules: rules(word("rules"), plan)?,
        repeat: need("repeat")?,
        alone: number("alone").unwrap_or(shows.min(60)),
        threads: number("threads").unwrap_or(cores),
    })
}

fn causes(told: &str) -> anyhow::Result<Causes> {
    if ["default", "zero"].contains(&told) || told.contains('=') {
        return Ok(Causes::parse(told)?);
    }
    Causes::parse(&read(Path::new(told)).context("--effects is no list and no file")?)
        .with_context(|| told.to_owned())
}

/// Rules by what was said of them; all are taken as switched on.
fn rules(told: &str, plan: Plan) -> anyhow::Result<Vec<Rule>> {
    let ready = ready::all(ready::Tongue::English);
    match told {
        "ready" if plan == Plan::Viewer => return Ok(vec![coupon_rule()]),
        "ready" => return Ok(ready),
        _ => {}
    }
    if !Path::new(told).is_file() {
        let mut rules: Vec<Rule> = vec![];
        for code in told.split(',').map(str::trim) {
            let found = ready.iter().find(|it| it.code == code);
            let rule = found.with_context(|| format!("--rules: {code:?} is no ready rule and no file"))?;
            ensure!(rules.iter().all(|it| it.code != code), "--rules: {code} is told twice");
            rules.push(rule.clone());
        }
        return Ok(rules);
    }
    let told: Vec<serde_json::Value> =
        serde_json::from_str(&read(Path::new(told))?).context("--rules: a JSON list of rules expected")?;
    ensure!(told.len() <= linger_protocol::Limits::RULES_MAX, "--rules: too many rules");
    let mut rules: Vec<Rule> = vec![];
    for (place, value) in told.iter().enumerate() {
        let rule = match Rule::read(value) {
            Ok(rule) => rule,
            Err(problems) => {
                let fields: Vec<String> = problems.iter().map(ToString::to_string).collect();
                bail!("--rules: rule {}: {}", place + 1, fields.join("; "))
            }
        };
        ensure!(rules.iter().all(|it| it.code != rule.code), "--rules: {} is told twice", rule.code);
        rules.push(rule);
    }
    Ok(rules)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let about = fs::metadata(path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(about.len() <= FILE_BYTES_MAX, "{} is larger than 1 MiB", path.display());
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}
