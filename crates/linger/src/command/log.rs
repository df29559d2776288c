//! `linger log verify|dump`: the log of a server that is stopped.

mod fields;

use crate::{config::Config, settings::Typed};
use anyhow::Context;
use clap::ArgMatches;
use fields::{fields, word};
use linger_log::{DiskConfig, DiskLog, Log, Position, StreamName};
use linger_protocol::{Cause, Entry};
use serde_json::{Value, json};
use std::{io::Write, process::ExitCode};

const PAGE_RECORDS: usize = 4_096;
const PAGE_BYTES: usize = 4 << 20;

/// Runs the one that was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match matches.subcommand() {
        Some(("verify", it)) => verify(&Config::of(&Typed::gather(it)?)?),
        Some(("dump", it)) => {
            let room = it.get_one::<String>("room").map_or("", String::as_str);
            dump(&Config::of(&Typed::gather(it)?)?, room)
        }
        _ => anyhow::bail!("no such command"),
    }
}

fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let report = linger_log::verify(config.data.join("log")).context("reading the log")?;
    println!("{report}");
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn dump(config: &Config, room: &str) -> anyhow::Result<ExitCode> {
    let (log, _) =
        DiskLog::open(config.data.join("log"), DiskConfig::default()).context("opening the log")?;
    let stream = StreamName::new(room).context("`room`")?;
    let tail = log.tail(&stream).with_context(|| format!("there is no room `{room}`"))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut at = Position { epoch: tail.epoch, offset: 0 };
    while at.offset < tail.offset {
        for record in log.read(&stream, at, PAGE_RECORDS, PAGE_BYTES)? {
            let entry = Entry::from_bytes(&record).with_context(|| format!("entry {at}"))?;
            writeln!(out, "{}", line(at, &entry))?;
            at.offset += 1;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One entry without any text a person wrote.
fn line(at: Position, entry: &Entry) -> Value {
    let by = match entry.cause {
        Cause::Asked { by, .. } | Cause::Through { by, .. } => by.role.as_str(),
        Cause::Reported => "report",
    };
    let mut line =
        json!({ "position": at.to_string(), "at": entry.at.0, "by": by, "event": word(&entry.event) });
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields(&entry.event)) {
        line.extend(fields);
        if let Cause::Through { gateway, .. } = entry.cause {
            line.insert("gateway".to_owned(), json!(gateway));
        }
    }
    line
}
