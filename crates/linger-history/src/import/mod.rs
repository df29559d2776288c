//! Reads a shop's past out of files: orders, members, events. Each file's format is found out, its rows become facts, and
//! every fact has an id that is the same whenever it is told, so that importing twice counts once.
//!
//! From the outside in: `source` opens files and archives, `table` makes rows of them, `formats` and `mapping` say what
//! columns mean, `orders`, `rows` and `messages` make facts of rows, `out` gives them ids, `sink` keeps them, `ledger`
//! remembers them, `tally` counts. It does not know how a store keeps facts.

mod fault;
mod formats;
mod json_table;
mod ledger;
mod mapping;
mod messages;
mod orders;
mod out;
mod parquet_table;
mod rows;
mod sink;
mod source;
mod table;
mod tally;
mod value;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::StringRecord;
use jiff::tz::TimeZone;

pub use fault::{BadRow, ImportFault, Reason};
pub use formats::Format;
pub use ledger::{Entered, Ledger};
pub use mapping::{Columns, Field, Kind, Mapping, Names};
pub use out::{Answer, Sink, Told};
pub use sink::{Destination, Keeping, Rehearsal};
pub use source::Bounds;
pub use tally::{Distinct, Facts, SHOWN_OF_EACH, Tally, grouped};
pub use value::Decimal;

use formats::Known;
use out::Out;
use rows::Values;
use source::Source;
use table::{Next, Shape};

/// A line of an order that was paid; `AmountMinor` is the amount of the line.
pub const ORDER_ITEM: &str = "order.item";
/// Who somebody is, told by their traits.
pub const PROFILE: &str = "person.identified";
/// A room was shown to somebody who did not go in.
pub const PASSED: &str = "room.passed";

/// A time as people and other programs read it, in UTC; empty for one no calendar has.
pub fn time_text(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map(|it| it.to_string()).unwrap_or_default()
}

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files, folders and archives.
    pub paths: Vec<PathBuf>,
    /// The format, where it is not to be found out.
    pub format: Format,
    /// The mapping of columns, where it is not to be found out.
    pub mapping: Option<Mapping>,
    /// The zone of times that state none, IANA.
    pub zone: String,
    /// The currency of amounts that state none, ISO 4217.
    pub currency: Option<String>,
    /// The name of the shop or system the files come from: the same order number of two shops is two orders.
    pub label: String,
    /// Bounds of what comes out of compressed files.
    pub bounds: Bounds,
    /// Now, in ms since 1970.
    pub now_ms: i64,
}

/// What a file was found to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub file: String,
    /// How it is written, for people.
    pub shape: String,
    /// The format, for people.
    pub format: String,
    /// Whether its rows are passed over, as they tell of nobody.
    pub passed_over: bool,
    /// Column, what it means, and a value of the first row.
    pub columns: Vec<(String, &'static str, String)>,
    /// Values that hold for all rows.
    pub fixed: Vec<(&'static str, String)>,
    /// Columns that are not read.
    pub unread: Vec<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read, where they lie.
    pub bytes: u64,
    /// Bytes there are.
    pub bytes_all: u64,
    /// Rows read.
    pub rows: u64,
}

/// Somebody who looks on.
pub trait Onlooker {
    /// A file has been recognised.
    fn found(&mut self, found: &Found) {
        let _ = found;
    }

    /// Some thousand more rows have been read; false ends the import here.
    fn progress(&mut self, progress: Progress) -> bool {
        let _ = progress;
        true
    }
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All files were read; [`Tally::faults`] names those that could not be.
    Whole,
    /// The onlooker ended it. Started again, it goes on where it was.
    Stopped,
}

/// Reads all files and hands their facts to a sink. A file that cannot be read is noted, and the others are read.
///
/// # Errors
/// The paths, the zone or the mapping cannot be used, or the sink takes in no more. What it took in stays.
pub fn run(
    options: &Options,
    sink: &mut dyn Sink,
    tally: &mut Tally,
    onlooker: &mut dyn Onlooker,
) -> Result<Ended, ImportFault> {
    let zone = options.mapping.as_ref().and_then(|it| it.zone.clone()).unwrap_or(options.zone.clone());
    let zone = TimeZone::get(&zone).map_err(|_| {
        ImportFault::general("the zone is not known; an IANA name such as Asia/Shanghai is expected")
    })?;
    let sources = source::gather(&options.paths, options.bounds)?;
    let read = Arc::new(AtomicU64::new(0));
    let bytes_all = sources.iter().map(Source::bytes).sum();
    let mut before = 0;
    for source in &sources {
        let mut reading = Reading { options, source, zone: &zone, read: &read, bytes_all };
        match reading.file(sink, tally, onlooker) {
            Ok(true) => tally.files += 1,
            Ok(false) => return Ok(Ended::Stopped),
            // A fault of no file is one of the sink, and the next file would meet it again.
            Err(fault) if fault.file.is_empty() => return Err(fault),
            Err(fault) => tally.faults.push(fault),
        }
        before += source.bytes();
        read.store(before, Ordering::Relaxed);
    }
    onlooker.progress(Progress { bytes: bytes_all, bytes_all, rows: tally.rows });
    Ok(Ended::Whole)
}

/// How often an onlooker is told, rows.
const TOLD_EVERY: u64 = 4096;

struct Reading<'a> {
    options: &'a Options,
    source: &'a Source,
    zone: &'a TimeZone,
    read: &'a Arc<AtomicU64>,
    bytes_all: u64,
}

impl Reading<'_> {
    /// Reads one file; false when the onlooker ended it.
    fn file(
        &mut self,
        sink: &mut dyn Sink,
        tally: &mut Tally,
        onlooker: &mut dyn Onlooker,
    ) -> Result<bool, ImportFault> {
        let name = &self.source.name;
        let asked = self.options.mapping.as_ref();
        let shape = table::shape(self.source, self.options.format, asked.and_then(|it| it.delimiter))?;
        let mut out = Out::new(name, &self.options.label, self.options.now_ms, tally, sink);
        if shape == Shape::Json && asked.is_none() {
            let first = json_table::first_objects(self.source, 1)?;
            if first.first().is_some_and(messages::is_message) {
                return self.messages(&mut out, onlooker);
            }
        }
        let names = asked.map(|it| it.columns.as_slice()).unwrap_or_default();
        let mut table = table::open(self.source, shape, names, self.read)?;
        let known = match asked {
            Some(mapping) => Known { name: "by the mapping file".to_owned(), mapping: mapping.clone() },
            None => formats::recognise(name, table.header(), self.options.format)
                .ok_or_else(|| self.unknown(table.header()))?,
        };
        let columns = known.mapping.resolve(name, table.header())?;
        let mut row = StringRecord::new();
        let mut next = table.next(&mut row)?;
        onlooker.found(&self.found(shape, &known, &columns, &row));
        if known.mapping.kind == Kind::Nobody {
            return Ok(true);
        }
        let values = self.values(&known.mapping);
        let mut orders = orders::Orders::new(&known.mapping, &columns, &values);
        loop {
            match next {
                Next::End => break,
                Next::Bad(line, reason) => out.bad(line, None, reason)?,
                Next::Row(line) if known.mapping.kind == Kind::Orders => orders.row(&row, line, &mut out)?,
                Next::Row(line) => rows::row(known.mapping.kind, &columns, &values, &row, line, &mut out)?,
            }
            if !self.count(&mut out, onlooker) {
                return Ok(false);
            }
            next = match table.next(&mut row) {
                Ok(next) => next,
                Err(fault) => {
                    // What stands before the fault counts.
                    orders.finish(&mut out)?;
                    out.flush()?;
                    return Err(fault);
                }
            };
        }
        orders.finish(&mut out)?;
        out.flush()?;
        Ok(true)
    }

    fn messages(&self, out: &mut Out<'_>, onlooker: &mut dyn Onlooker) -> Result<bool, ImportFault> {
        onlooker.found(&Found {
            file: self.source.name.clone(),
            shape: Shape::Json.name(),
            format: "events by the Segment convention".to_owned(),
            ..Found::default()
        });
        let values = self.values(&Mapping::default());
        let mut lines = table::Lines::open(self.source, self.read);
        while let Some(text) = lines.next()? {
            let value = text.map(|it| serde_json::from_str(it).ok().filter(messages::is_message));
            match value {
                Ok(Some(value)) => messages::message(&value, &values, lines.line, out)?,
                Ok(None) => out.bad(lines.line, None, Reason::NotAnEvent)?,
                Err(reason) => out.bad(lines.line, None, reason)?,
            }
            if !self.count(out, onlooker) {
                return Ok(false);
            }
        }
        out.flush()?;
        Ok(true)
    }

    /// Counts a row; false when the onlooker ends the import.
    fn count(&self, out: &mut Out<'_>, onlooker: &mut dyn Onlooker) -> bool {
        out.tally.rows += 1;
        let rows = out.tally.rows;
        let bytes = self.read.load(Ordering::Relaxed);
        !rows.is_multiple_of(TOLD_EVERY)
            || onlooker.progress(Progress { bytes, bytes_all: self.bytes_all, rows })
    }

    fn values(&self, mapping: &Mapping) -> Values {
        Values {
            times: value::Times::new(&mapping.time, self.zone.clone()),
            decimal: mapping.decimal.unwrap_or('.'),
            currency: self.options.currency.clone(),
        }
    }

    fn unknown(&self, header: &[String]) -> ImportFault {
        let shown: Vec<&str> = header.iter().take(12).map(String::as_str).collect();
        let reason = format!(
            "the format is not known by its columns ({}); a mapping file (--map) can say what they mean",
            shown.join(", ")
        );
        ImportFault::new(&self.source.name, reason)
    }

    fn found(&self, shape: Shape, known: &Known, columns: &Columns, row: &StringRecord) -> Found {
        let table = columns.table();
        let example = |place: usize, field: Field| {
            let text = row.get(place).unwrap_or_default().trim();
            let hidden = matches!(field, Field::Customer | Field::Anonymous) && text.contains('@');
            let text: String =
                if hidden { text.chars().take(1).collect() } else { text.chars().take(40).collect() };
            if hidden { format!("{text}…@…") } else { text }
        };
        let kept = columns.props.iter().map(|(name, place)| {
            let text: String = row.get(*place).unwrap_or_default().trim().chars().take(40).collect();
            (name.clone(), "kept as it is", text)
        });
        let used = |place: usize| {
            table.iter().any(|(it, _)| *it == place) || columns.props.iter().any(|(_, it)| *it == place)
        };
        Found {
            file: self.source.name.clone(),
            shape: shape.name(),
            format: known.name.clone(),
            passed_over: known.mapping.kind == Kind::Nobody,
            columns: table
                .iter()
                .map(|(place, field)| (columns.names[*place].clone(), field.name(), example(*place, *field)))
                .chain(kept)
                .collect(),
            fixed: known.mapping.fixed.iter().map(|(field, value)| (field.name(), value.clone())).collect(),
            unread: (0..columns.names.len())
                .filter(|it| !used(*it))
                .map(|it| columns.names[it].clone())
                .collect(),
        }
    }
}
