//! `linger import`: a shop's past, out of its files, into the store of events. It does not know any format.

mod screen;
mod server;

use crate::{config::Config, server::events_config, settings::Typed};
use anyhow::{Context, bail, ensure};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use linger_events::{Cause, EventStore, StoreFault};
use linger_history::import::{
    Bounds, Ended, Format, Keeping, Ledger, Mapping, Options, Rehearsal, Sink, Tally, run as read,
};
use screen::Screen;
use std::{
    fs::{self, File, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The size of a mapping file, at most.
const MAPPING_BYTES_MAX: u64 = 1 << 20;

/// Adds the flags of the command.
pub fn flags(command: Command) -> Command {
    let value = |name: &'static str, kind: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(kind).help(help)
    };
    let formats = Format::ALL.map(Format::name);
    command
        .arg(
            Arg::new("files")
                .value_name("FILE")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("Files, folders or archives (.gz, .tar, .tar.gz) of CSV, JSON lines or Parquet"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Show what would be kept, and keep nothing"),
        )
        .arg(value("format", "FORMAT", "What the files are").value_parser(formats).default_value("auto"))
        .arg(value("map", "FILE", "Mapping of columns (TOML), instead of the one found out"))
        .arg(value("currency", "CODE", "Currency of amounts that state none, such as EUR"))
        .arg(value("source", "NAME", "Name of the shop or system the files come from").default_value("shop"))
        .arg(value(
            "bad-rows",
            "FILE",
            "Write every row that is left out, with its reason, into a file (CSV)",
        ))
        .arg(value("server", "URL", "Send to a running server instead of opening the data folder"))
        .arg(
            value("write-key", "KEY", "Write key for --server")
                .env("LINGER_WRITE_KEY")
                .hide_env_values(true)
                .requires("server"),
        )
}

/// Imports.
pub fn run(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let options = options(&config, matches)?;
    let mut tally = Tally::default();
    if let Some(path) = text("bad-rows") {
        let mut file = BufWriter::new(File::create(&path).with_context(|| format!("making {path}"))?);
        writeln!(file, "file,line,column,reason")?;
        tally.bad_rows_to = Some(Box::new(file));
    }
    let rehearsal = matches.get_flag("dry-run");
    let imports = config.data.join("imports");
    let mut screen = Screen::new(rehearsal, stop_when_asked()?);
    if rehearsal {
        let mut sink = Rehearsal::new(Ledger::read(&imports)?);
        let ended = read(&options, &mut sink, &mut tally, &mut screen);
        screen.end();
        print!("{}", screen::first_facts(&sink.first));
        return finish(&tally, ended?, true);
    }
    let ended = match text("server") {
        Some(url) => {
            let key = text("write-key").context("--server needs --write-key, or LINGER_WRITE_KEY")?;
            // Ids that went to one server say nothing of another.
            let ledger = Ledger::open(&imports.join(server::folder(&url)))?;
            let mut sink = Keeping::new(ledger, server::Server::new(&url, &key)?);
            let ended = keep(&options, &mut sink, &mut tally, &mut screen);
            sink.finish()?;
            ended?
        }
        None => {
            let ledger = Ledger::open(&imports)?;
            let events = config.data.join("events");
            ensure!(
                ledger.is_empty() || events.exists(),
                "{} says what was imported before, but {} is gone; put the events back, or remove both to begin anew",
                imports.display(),
                events.display()
            );
            let store = open(&config)?;
            let mut sink = Keeping::new(ledger, store);
            let ended = keep(&options, &mut sink, &mut tally, &mut screen);
            let store = sink.finish()?;
            store.close().context("writing the store of events to files")?;
            ended?
        }
    };
    note(&imports, &options, &tally)?;
    finish(&tally, ended, false)
}

fn keep(
    options: &Options,
    sink: &mut dyn Sink,
    tally: &mut Tally,
    screen: &mut Screen,
) -> anyhow::Result<Ended> {
    let ended = read(options, sink, tally, screen);
    screen.end();
    Ok(ended?)
}

fn options(config: &Config, matches: &ArgMatches) -> anyhow::Result<Options> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let mapping = text("map").map(|path| mapping(&path)).transpose()?;
    let currency = text("currency").map(|it| it.to_uppercase());
    if let Some(currency) = &currency {
        let sound = currency.len() == 3 && currency.bytes().all(|it| it.is_ascii_uppercase());
        ensure!(sound, "--currency must be three letters, such as EUR");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
    Ok(Options {
        paths: matches.get_many::<PathBuf>("files").into_iter().flatten().cloned().collect(),
        format: text("format").and_then(|it| Format::named(&it)).unwrap_or_default(),
        mapping,
        zone: config.zone_name.clone(),
        currency,
        label: text("source").unwrap_or_default(),
        bounds: Bounds::default(),
        now_ms: i64::try_from(now.as_millis()).context("the clock stands too late")?,
    })
}

fn mapping(path: &str) -> anyhow::Result<Mapping> {
    let about = fs::metadata(path).with_context(|| format!("reading {path}"))?;
    ensure!(about.len() <= MAPPING_BYTES_MAX, "{path} is too large for a mapping file");
    let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    Ok(Mapping::from_toml(path, &text)?)
}

fn open(config: &Config) -> anyhow::Result<EventStore> {
    match EventStore::open(events_config(config)) {
        Ok((store, _)) => Ok(store),
        Err(fault) if in_use(&fault) => bail!(
            "a server is running on this data folder. Stop it and import again, or send to it: --server URL --write-key KEY"
        ),
        Err(fault) => Err(fault).context("opening the store of events"),
    }
}

fn in_use(fault: &StoreFault) -> bool {
    matches!(&fault.cause, Cause::Log(log) if log.cause == linger_log::Cause::InUse)
}

/// A flag that Ctrl-C raises. A second Ctrl-C ends the program at once, which loses nothing either.
fn stop_when_asked() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if raised.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
    });
    Ok(stop)
}

/// Adds a line to the list of imports.
fn note(imports: &Path, options: &Options, tally: &Tally) -> anyhow::Result<()> {
    let files: Vec<String> = options.paths.iter().map(|it| it.display().to_string()).collect();
    let line = serde_json::json!({
        "at_ms": options.now_ms,
        "files": files,
        "source": options.label,
        "rows": tally.rows,
        "new_facts": tally.new_facts(),
        "known_facts": tally.known_facts(),
    });
    let mut list = OpenOptions::new().create(true).append(true).open(imports.join("imports.jsonl"))?;
    writeln!(list, "{line}").context("writing the list of imports")
}

fn finish(tally: &Tally, ended: Ended, rehearsal: bool) -> anyhow::Result<ExitCode> {
    print!("{}", tally.text(rehearsal));
    let bad = tally.bad_rows_text();
    if !bad.is_empty() {
        print!("The first of them:\n{bad}");
    }
    if ended == Ended::Stopped {
        println!(
            "Stopped before the end. Start it again with the same files: it goes on, and counts nothing twice."
        );
        return Ok(ExitCode::from(130));
    }
    Ok(if tally.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
