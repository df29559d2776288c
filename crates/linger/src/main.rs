//! `linger`: the one program. Command line, configuration and wiring; `anyhow` lives here and nowhere below.
//!
//! It does not know how anything it wires together works inside.

mod command;
mod config;
mod loops;
mod money;
mod server;
mod settings;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use settings::Typed;
use std::process::ExitCode;

/// Facts are made on one thread and dropped on another, a few hundred thousand a second: decision record 0011.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = program().get_matches();
    match run(&matches) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("linger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Command {
    let data = || Command::new("x").args(Typed::flags());
    let command = |name: &'static str, about: &'static str| data().name(name).about(about);
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).default_value(default).value_parser(value_parser!(u64)).help(help)
    };
    Command::new("linger")
        .about("Live commerce that people stay for")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(command("serve", "Run the server"))
        .subcommand(
            command("demo", "Run the server with a catalogue, a looping show and a simulated crowd")
                .arg(number("crowd", "300", "Simulated viewers; 0 leaves the stage to real people"))
                .arg(number("seed", "1", "Seed of the crowd"))
                .arg(
                    Arg::new("no-show")
                        .long("no-show")
                        .action(ArgAction::SetTrue)
                        .help("Do not publish the looping video and do not act as the host"),
                )
                .arg(
                    Arg::new("rehearse")
                        .long("rehearse")
                        .value_name("PACE")
                        .value_parser(clap::value_parser!(u64).range(1..=120))
                        .help("Let the room follow its 90-minute run of show, so many times faster; the host overrules it twice"),
                ),
        )
        .subcommand(command::import::flags(command(
            "import",
            "Read a shop's past orders, members and events from files",
        )))
        .subcommand(command::report::flags(command(
            "report",
            "Say what the history tells: cohorts, rhythm, tiers, worth, who is slipping away",
        )))
        .subcommand(command::bench::program())
        .subcommand(command::sim::program())
        .subcommand(
            Command::new("log")
                .about("Look at the log of a server that is stopped")
                .subcommand_required(true)
                .subcommand(command("verify", "Read every record and check it"))
                .subcommand(
                    command("dump", "Print a room's entries, one JSON object a line; texts stay sealed")
                        .arg(Arg::new("room").long("room").required(true).help("The room")),
                ),
        )
        .subcommand(
            command("backup", "Copy everything a stopped or running server keeps into a folder")
                .arg(Arg::new("to").required(true).help("The folder; must not exist yet")),
        )
        .subcommand(
            command("restore", "Put a backup into an empty data folder")
                .arg(Arg::new("from").required(true).help("The folder that `backup` made")),
        )
        .subcommand(
            command("reconcile", "Compare the payments of a server that is stopped with what providers know")
                .arg(number("days", "30", "How far to look back; what is due is looked at however old")),
        )
        .subcommand(command("doctor", "Check ports, disk, sync, clock and certificate"))
        .subcommand(command("config", "Print the settings in force and where each came from"))
        .subcommand(command(
            "carrier-key",
            "Print the key with which deliveries are told for carriers",
        ))
        .subcommand(command(
            "room-key",
            "Print the key with which a shop signs room tokens for its customers",
        ))
        .subcommand(
            Command::new("verify-draw")
                .about("Compute a published draw or activity again, without a server, and say whether it was kept to")
                .arg(Arg::new("file").required(true).help("Its proof or record, a JSON file; - reads standard input")),
        )
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommand(Command::new("events-sql").about("Answer one SQL query of the server's").hide(true))
}

fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match matches.subcommand() {
        Some(("serve", it)) => command::serve::run(Typed::gather(it)?),
        Some(("demo", it)) => command::demo::run(Typed::gather(it)?, it),
        Some(("import", it)) => command::import::run(&Typed::gather(it)?, it),
        Some(("report", it)) => command::report::run(&Typed::gather(it)?, it),
        Some(("bench", it)) => command::bench::run(it),
        Some(("sim", it)) => command::sim::run(it),
        Some(("log", it)) => command::log::run(it),
        Some(("backup", it)) => command::backup::backup(&Typed::gather(it)?, it),
        Some(("restore", it)) => command::backup::restore(&Typed::gather(it)?, it),
        Some(("reconcile", it)) => command::reconcile::run(&Typed::gather(it)?, it),
        Some(("doctor", it)) => command::doctor::run(&Typed::gather(it)?),
        Some(("config", it)) => command::config::run(&Typed::gather(it)?),
        Some(("carrier-key", it)) => command::carrier_key::run(&Typed::gather(it)?),
        Some(("room-key", it)) => command::room_key::run(&Typed::gather(it)?),
        Some(("verify-draw", it)) => command::verify_draw::run(it),
        Some(("openapi", _)) => command::openapi::run(),
        Some(("events-sql", _)) => command::events_sql::run(),
        _ => anyhow::bail!("no such command"),
    }
}
