//! `linger bench`: workloads of `docs/performance.md`. Each prints one JSON object as its last line. It does not know
//! the peers: `bench/run.sh` puts their figures beside ours.

use clap::{Arg, ArgMatches, Command, value_parser};
use linger_sim::crash::{self, CrashConfig};
use std::process::ExitCode;

/// The benches and their flags.
pub fn program() -> Command {
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).default_value(default).value_parser(value_parser!(u64)).help(help)
    };
    Command::new("bench").about("Measure, with the load in a process of its own").subcommand_required(true).subcommand(
        Command::new("crash")
            .about("kill -9 under load, and hold the log to everything that was acknowledged")
            .arg(number("runs", "5", "How often"))
            .arg(number("seed", "1", "Seed")),
    )
}

/// Runs the one that was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match matches.subcommand() {
        Some(("crash", it)) => crash_runs(it),
        _ => anyhow::bail!("no such bench"),
    }
}

fn number(matches: &ArgMatches, name: &str) -> u64 {
    matches.get_one::<u64>(name).copied().unwrap_or_default()
}

fn crash_runs(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let binary = std::env::current_exe()?;
    let config = CrashConfig::new(binary, u32::try_from(number(matches, "runs"))?, number(matches, "seed"));
    let report = tokio::runtime::Runtime::new()?.block_on(crash::crash_run(config))?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
