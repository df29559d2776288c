//! `linger report`: what the history in the store of events says of customers, printed and drawn. It does not know what is
//! told.

use crate::{config::Config, settings::Typed};
use anyhow::{Context, bail, ensure};
use clap::{Arg, ArgMatches, Command, value_parser};
use jiff::{civil::Date, tz::TimeZone};
use linger_behaviour::customers::{Ask, Cost, Customers, CustomersFold, decimals};
use linger_events::{AskLimits, Cause, EventStore};
use linger_history::report::{Imported, Lang, ReportData, html, text};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The size of a file of costs or of the list of imports, at most.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Lines of a file of costs, at most.
const COSTS_MAX: usize = 10_000;
/// Imports that are told of, at most: the latest.
const IMPORTS_MAX: usize = 20;

/// Adds the flags of the command.
pub fn flags(command: Command) -> Command {
    let value = |name: &'static str, kind: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(kind).help(help)
    };
    command
        .arg(
            value("out", "FILE", "Where the drawn report goes (HTML)")
                .default_value("linger-report.html")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            value("lang", "LANGUAGE", "Language of the report")
                .value_parser(["en", "zh"])
                .default_value("en"),
        )
        .arg(value("zone", "IANA", "Time zone of days and months").default_value("UTC"))
        .arg(
            value("until", "DATE", "Look at the history up to this day, as 2011-06-30")
                .value_parser(value_parser!(Date)),
        )
        .arg(
            value("unit-days", "DAYS", "Days in a unit of time of the purchase model")
                .value_parser(value_parser!(u16).range(1..=365))
                .default_value("7"),
        )
        .arg(
            value("horizon-days", "DAYS", "How far ahead worth is expected")
                .value_parser(value_parser!(u16).range(1..=3650))
                .default_value("365"),
        )
        .arg(
            value("costs", "FILE", "What sources cost (CSV: source,from,to,currency,amount)")
                .value_parser(value_parser!(PathBuf)),
        )
}

/// Reports.
pub fn run(typed: &Typed, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let events = config.data.join("events");
    ensure!(
        events.exists(),
        "there are no events in {} yet; import a history with `linger import FILE`",
        config.data.display()
    );
    let zone = matches.get_one::<String>("zone").map_or("UTC", String::as_str);
    let ask = ask(zone, matches)?;
    let data = ReportData {
        customers: gather(&events, &ask)?,
        zone: zone.to_owned(),
        imports: imports(&config.data.join("imports").join("imports.jsonl"))?,
    };
    let lang = match matches.get_one::<String>("lang").map(String::as_str) {
        Some("zh") => Lang::Zh,
        _ => Lang::En,
    };
    print!("{}", text(&data, lang));
    let out = matches.get_one::<PathBuf>("out").context("--out is missing")?;
    // Written beside and renamed, so that nobody opens half a report.
    let beside = out.with_extension("html.part");
    fs::write(&beside, html(&data, lang))
        .and_then(|()| fs::rename(&beside, out))
        .with_context(|| format!("writing {}", out.display()))?;
    println!("\n{}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn ask(zone: &str, matches: &ArgMatches) -> anyhow::Result<Ask> {
    let days = |name: &str| matches.get_one::<u16>(name).copied().map(f64::from);
    let costs = matches.get_one::<PathBuf>("costs").map(|path| costs(path)).transpose()?;
    let usual = Ask::default();
    Ok(Ask {
        zone: TimeZone::get(zone).with_context(|| format!("--zone {zone} is no time zone"))?,
        unit_days: days("unit-days").unwrap_or(usual.unit_days),
        horizon_days: days("horizon-days").unwrap_or(usual.horizon_days),
        end: matches.get_one::<Date>("until").copied(),
        costs: costs.unwrap_or_default(),
        ..usual
    })
}

fn gather(events: &Path, ask: &Ask) -> anyhow::Result<Option<Customers>> {
    let until_ms = match ask.end {
        Some(day) => day.tomorrow()?.to_zoned(ask.zone.clone())?.timestamp().as_millisecond(),
        None => i64::MAX,
    };
    let settings = linger_events::Config::new(events);
    let store = match EventStore::open(settings) {
        Ok((store, _)) => store,
        Err(fault) if matches!(&fault.cause, Cause::Log(log) if log.cause == linger_log::Cause::InUse) => {
            bail!(
                "a server is running on this data folder; stop it, or report on a copy made by `linger backup`"
            )
        }
        Err(fault) => return Err(fault).context("opening the store of events"),
    };
    let snapshot = store.snapshot();
    let names = snapshot.names();
    let fold = snapshot
        .fold(|| CustomersFold::new(names, until_ms), &AskLimits::default())
        .context("reading the events")?;
    Ok(Customers::of(fold, names, ask))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let about = fs::metadata(path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(about.len() <= FILE_BYTES_MAX, "{} is larger than 1 MiB", path.display());
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn costs(path: &Path) -> anyhow::Result<Vec<Cost>> {
    costs_of(&read(path)?).with_context(|| path.display().to_string())
}

fn costs_of(text: &str) -> anyhow::Result<Vec<Cost>> {
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default().trim_start_matches('\u{feff}').trim();
    ensure!(head == "source,from,to,currency,amount", "line 1 must be source,from,to,currency,amount");
    let rows: Vec<(usize, &str)> = (2..).zip(lines).filter(|(_, line)| !line.trim().is_empty()).collect();
    ensure!(rows.len() <= COSTS_MAX, "more than {COSTS_MAX} lines");
    rows.into_iter().map(|(number, line)| cost(line).with_context(|| format!("line {number}"))).collect()
}

fn cost(line: &str) -> anyhow::Result<Cost> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [source, from, to, currency, amount] = fields[..] else { bail!("there must be five fields") };
    ensure!(!source.is_empty() && source.len() <= 256, "source must be 1 to 256 bytes");
    let day = |name: &str, text: &str| text.parse::<Date>().with_context(|| format!("{name} is no day"));
    let (from, to) = (day("from", from)?, day("to", to)?);
    ensure!(from <= to, "from lies after to");
    ensure!(
        currency.len() == 3 && currency.bytes().all(|it| it.is_ascii_uppercase()),
        "currency must be three capital letters"
    );
    let amount: f64 = amount.parse().ok().context("amount is no number")?;
    ensure!((0.0..=1e12).contains(&amount), "amount must be between 0 and 10^12");
    let amount_minor = (amount * 10_f64.powi(i32::from(decimals(currency)))).round() as i64;
    Ok(Cost { source: source.to_owned(), from, to, currency: currency.to_owned(), amount_minor })
}

/// The latest imports; none when nothing was imported. Lines that cannot be read are passed over: the report can do
/// without them.
fn imports(path: &Path) -> anyhow::Result<Vec<Imported>> {
    if !path.exists() {
        return Ok(vec![]);
    }
    let text = read(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let latest = &lines[lines.len().saturating_sub(IMPORTS_MAX)..];
    Ok(latest.iter().filter_map(|line| imported(line)).collect())
}

fn imported(line: &str) -> Option<Imported> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    let name = |it: &serde_json::Value| {
        let name = Path::new(it.as_str()?).file_name()?;
        Some(name.to_string_lossy().into_owned())
    };
    Some(Imported {
        files: value["files"].as_array()?.iter().filter_map(name).collect(),
        rows: value["rows"].as_u64()?,
        left_out: value["left_out"].as_u64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_read_to_the_penny_and_refused_by_line_and_field() {
        let head = "source,from,to,currency,amount\n";
        let read = costs_of(&format!("{head}feed,2011-01-01,2011-01-31,GBP,120.10\n\n")).unwrap();
        assert_eq!((read.len(), read[0].amount_minor), (1, 12_010));
        let wrong = |line: &str| format!("{:#}", costs_of(&format!("{head}{line}")).unwrap_err());
        assert_eq!(wrong("feed,2011-02-01,2011-01-31,GBP,1"), "line 2: from lies after to");
        assert_eq!(wrong("feed,2011-01-01,2011-01-31,GBP,-1"), "line 2: amount must be between 0 and 10^12");
        assert_eq!(wrong("feed,1"), "line 2: there must be five fields");
        assert!(costs_of("a,b").is_err());
    }

    #[test]
    fn imports_are_told_by_the_names_of_their_files_alone() {
        let told = imported(r#"{"files":["/secret/place/orders.csv"],"rows":7}"#);
        let expected = Imported { files: vec!["orders.csv".into()], rows: 7, left_out: None };
        assert_eq!(told, Some(expected));
        assert_eq!(imported("half a li"), None);
    }
}
