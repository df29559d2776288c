//! `linger sim`: simulated people, for rules and statistics to be tested against a truth that is known. It does not know how
//! they live: `linger-ground` does.

mod prove;
#[cfg(test)]
mod tests;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use linger_ground::causes::{Causes, TABLE};
use std::{path::PathBuf, process::ExitCode};

/// The command and its flags.
pub fn program() -> Command {
    Command::new("sim")
        .about("Test rules and statistics on simulated people")
        .subcommand_required(true)
        .subcommand(loop_program())
        .subcommand(
            Command::new("habits")
                .about(
                    "Print every number that makes simulated people stay or leave, with where it comes from",
                )
                .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("As JSON")),
        )
}

fn loop_program() -> Command {
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).default_value(default).value_parser(value_parser!(u32)).help(help)
    };
    let word = |name: &'static str, kind: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(kind).help(help)
    };
    let seed = Arg::new("seed").long("seed").default_value("1").value_parser(value_parser!(u64));
    Command::new("loop")
        .about("Live through the same shows without and with the rules, and see what the product's own report says of it")
        .arg(seed.help("Seed of everything"))
        .arg(
            word("shows", "N", "Shows that are lived through in both worlds, each of a host of its own; 240, or 120 where rooms are switched")
                .value_parser(value_parser!(u32)),
        )
        .arg(
            word("hosts", "N", "Shows that one experiment sees; all of --shows, or 20 of them where rooms or viewers are drawn")
                .value_parser(value_parser!(u32)),
        )
        .arg(
            word("minutes", "N", "Length of a show; 60, or 180 where rooms are switched")
                .value_parser(value_parser!(u32)),
        )
        .arg(number("people", "80", "People at a time, about"))
        .arg(
            word("effects", "EFFECTS", "`default`, `zero`, a list such as `stall-pace=3,idle-pace=1`, or a file of such lines")
                .default_value("default"),
        )
        .arg(
            word("rules", "RULES", "`ready`, the codes of some ready rules, or a file with a JSON list of rules; where viewers are drawn, a coupon for who stays")
                .default_value("ready"),
        )
        .arg(
            word("design", "DESIGN", "What is drawn into arms")
                .value_parser(["host", "switchback", "viewer"])
                .default_value("host"),
        )
        .arg(number("repeat", "200", "Experiments over those shows, each with arms of its own"))
        .arg(
            word("alone", "N", "Shows in which each rule acts alone, for its own uplift; 60 of --shows, 0 for none")
                .value_parser(value_parser!(u32)),
        )
        .arg(word("threads", "N", "Threads; as many as the machine has").value_parser(value_parser!(u32)))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON instead of tables"))
        .arg(
            Arg::new("hold")
                .long("hold")
                .action(ArgAction::SetTrue)
                .help("Fail unless intervals hold the truth as often as promised, nothing is found where nothing is, and the usual effects raise the median stay"),
        )
        .arg(word("chart", "FILE", "Draw it into this file (SVG)").value_parser(value_parser!(PathBuf)))
        .after_long_help(habits_text(&Causes::default()))
}

/// Runs what was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match matches.subcommand() {
        Some(("loop", it)) => prove::run(it),
        Some(("habits", it)) if it.get_flag("json") => {
            let told: Vec<_> = TABLE
                .iter()
                .map(|it| {
                    let (least, most) = it.kind.bounds();
                    serde_json::json!({"name": it.name, "kind": it.kind.word(), "value": it.usual, "least": least,
                        "most": most, "what": it.what, "source": it.source})
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&told)?);
            Ok(ExitCode::SUCCESS)
        }
        Some(("habits", _)) => {
            println!("{}", habits_text(&Causes::default()));
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("no such simulation"),
    }
}

/// Every number as a paragraph.
fn habits_text(causes: &Causes) -> String {
    let head = "Simulated people leave by a hazard that paces multiply: 2 is twice as likely in each second, 1 says that \
        something changes nothing. `zero` sets all paces to 1. Their stays as such, and how they talk, are those of the demo's \
        crowd.\n";
    let told = causes.told().map(|(it, value)| {
        format!("\n{:<20} {value:>8} {:<6} {}\n{:<37}{}", it.name, it.kind.word(), it.what, "", it.source)
    });
    head.to_owned() + &told.collect::<String>()
}
