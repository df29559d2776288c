//! `linger bench`: the workloads of `docs/performance.md`. The server is a process of its own, this one is the load.
//! Each prints one JSON object as its last line. It does not know the peers: `bench/peers` runs them beside ours.

mod answers;
mod cohort;
mod fanout;
mod ground;
mod ingest;
mod recover;
mod rush;
mod video;

use clap::{Arg, ArgMatches, Command, value_parser};
use linger_sim::crash::{self, CrashConfig};
use std::process::ExitCode;

fn flag(name: &'static str, default: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).default_value(default).value_parser(value_parser!(u64)).help(help)
}

/// The benches and their flags.
pub fn program() -> Command {
    Command::new("bench")
        .about("Measure, with the server in a process of its own")
        .subcommand_required(true)
        .subcommand(
            Command::new("fanout")
                .about("One room, many sockets, many comments a second; everything on")
                .arg(flag("sockets", "1000", "Sockets"))
                .arg(flag("rate", "50", "Comments a second into the room; in a flood on average"))
                .arg(flag("seconds", "10", "For how long"))
                .arg(
                    Arg::new("mix")
                        .long("mix")
                        .value_parser(["steady", "flood"])
                        .default_value("steady")
                        .help("Comments at a steady pace, all shown; or bursts of ten times the mean, with questions, a host and announcements among them, and talk thinned"),
                )
                .arg(flag("talk", "20", "Comments of the talk shown a second in a flood")),
        )
        .subcommand(
            Command::new("rush")
                .about("Many buyers, few units; every answer durable")
                .arg(flag("buyers", "10000", "Buyers"))
                .arg(flag("units", "500", "Units of each item"))
                .arg(flag("items", "1", "Items, orders falling on them in proportion to 1 / rank"))
                .arg(flag("orders-each", "1", "Orders of one buyer"))
                .arg(
                    Arg::new("how")
                        .long("how")
                        .value_parser(["gateways", "http", "sockets"])
                        .default_value("gateways")
                        .help("A few connections that carry many buyers in one body; a few on which each order is a request of its buyer; or a socket for each buyer"),
                )
                .arg(flag("gateways", "64", "Connections, but for sockets"))
                .arg(
                    Arg::new("under-way")
                        .long("under-way")
                        .default_value("64")
                        .help("Orders under way on each connection, but for sockets; several numbers make several runs, each with a server of its own"),
                )
                .arg(
                    Arg::new("mix")
                        .long("mix")
                        .value_parser(["rush", "evening"])
                        .default_value("rush")
                        .help("Single units; or carts among them, and orders that are given up again"),
                )
                .arg(flag("engine-orders", "500000", "Orders for the engine alone; 0 leaves it out")),
        )
        .subcommand(
            Command::new("cohort")
                .about("Questions about behaviour over many events, from files")
                .arg(flag("events", "2000000", "Events, about"))
                .arg(flag("people", "0", "People; a twentieth of the events when 0"))
                .arg(flag("threads", "2", "Threads a question may use"))
                .arg(flag("seed", "1", "Seed"))
                .arg(
                    Arg::new("dir")
                        .long("dir")
                        .value_parser(value_parser!(std::path::PathBuf))
                        .help("Folder to keep the events in, or that has them; a passing one without"),
                ),
        )
        .subcommand(
            Command::new("ingest")
                .about("Events over HTTP; every answer durable")
                .arg(flag("connections", "16", "Connections, one batch under way on each"))
                .arg(flag("batch", "500", "Events of one batch"))
                .arg(flag("people", "100000", "People who do things"))
                .arg(flag("seconds", "10", "For how long"))
                .arg(
                    Arg::new("kill")
                        .long("kill")
                        .action(clap::ArgAction::SetTrue)
                        .help("Kill the server half-way, and tell again what was not answered"),
                ),
        )
        .subcommand(
            Command::new("loop")
                .about("From what happens in a room to a rule's answer on every screen, while events come in over HTTP")
                .arg(flag("rooms", "4", "Rooms; comments trigger in every other one, orders posted by a shop's server in the rest"))
                .arg(flag("viewers", "100", "Viewers of each room: each is a screen, and triggers once"))
                .arg(flag("rules", "100", "Rules at work in each room"))
                .arg(flag("background", "50000", "Events a second that come in meanwhile; 0 leaves them out"))
                .arg(flag("connections", "8", "Connections on which they come"))
                .arg(flag("batch", "250", "Events of one batch of theirs")),
        )
        .subcommand(
            Command::new("recover")
                .about("kill -9 under load on a room with a long history, and the time to serve again")
                .arg(flag("entries", "1000000", "Entries of the room's log"))
                .arg(flag("runs", "5", "How often")),
        )
        .subcommand(
            Command::new("video")
                .about("One publisher, many receivers, over real sockets on this machine")
                .arg(flag("viewers", "100", "Receivers"))
                .arg(flag("seconds", "10", "For how long")),
        )
        .subcommand(
            Command::new("crash")
                .about("kill -9 under load, and hold the log to everything that was acknowledged")
                .arg(flag("runs", "5", "How often"))
                .arg(flag("seed", "1", "Seed")),
        )
}

/// Runs the one that was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    match matches.subcommand() {
        Some(("fanout", it)) => runtime.block_on(fanout::run(it)),
        Some(("rush", it)) => runtime.block_on(rush::run(it)),
        Some(("cohort", it)) => cohort::run(it),
        Some(("ingest", it)) => runtime.block_on(ingest::run(it)),
        Some(("loop", it)) => runtime.block_on(answers::run(it)),
        Some(("recover", it)) => runtime.block_on(recover::run(it)),
        Some(("video", it)) => runtime.block_on(video::run(it)),
        Some(("crash", it)) => runtime.block_on(crash_runs(it)),
        _ => anyhow::bail!("no such bench"),
    }
}

fn number(matches: &ArgMatches, name: &str) -> u64 {
    matches.get_one::<u64>(name).copied().unwrap_or_default()
}

fn count(matches: &ArgMatches, name: &str) -> anyhow::Result<usize> {
    Ok(usize::try_from(number(matches, name))?)
}

async fn crash_runs(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let binary = std::env::current_exe()?;
    let config = CrashConfig::new(binary, u32::try_from(number(matches, "runs"))?, number(matches, "seed"));
    let report = crash::crash_run(config).await?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
