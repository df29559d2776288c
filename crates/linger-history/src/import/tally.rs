//! What an import counted: rows, orders, people, facts, and the rows it left out with their reasons. It does not know how
//! any of it was read.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    io::Write,
};

use sha2::{Digest, Sha256};

use super::{Answer, BadRow, ImportFault, Reason, value::Decimal};

/// How many rows of each reason are shown.
pub const SHOWN_OF_EACH: usize = 20;
/// Up to how many different people or orders are counted exactly; beyond it the count says "more than".
const DISTINCT_MAX: usize = 8_000_000;

/// A count of different names, exact up to a bound.
#[derive(Debug, Default)]
pub struct Distinct {
    seen: HashSet<u64>,
    more: bool,
}

impl Distinct {
    /// Notes a name.
    pub fn note(&mut self, name: &str) {
        let digest = Sha256::digest(name.as_bytes());
        let key = digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte));
        if self.seen.len() < DISTINCT_MAX {
            self.seen.insert(key);
        } else {
            self.more |= !self.seen.contains(&key);
        }
    }

    /// How many; none when there are more than can be counted.
    pub fn count(&self) -> Option<u64> {
        (!self.more).then_some(self.seen.len() as u64)
    }

    fn text(&self) -> String {
        self.count().map_or(format!("more than {}", grouped(DISTINCT_MAX as u64)), grouped)
    }
}

/// Facts of one name by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Told for the first time.
    pub new: u64,
    /// Told before.
    pub known: u64,
    /// Told before with other content.
    pub changed: u64,
}

/// What was counted.
#[derive(Default)]
pub struct Tally {
    /// Files read to their end.
    pub files: u64,
    /// Rows of all files, without rows of names.
    pub rows: u64,
    /// Orders in the files, whatever became of them.
    pub orders_seen: Distinct,
    /// Cancelled ones among them.
    pub cancellations_seen: Distinct,
    /// People in the files.
    pub people_seen: Distinct,
    /// Lines of orders that count.
    pub lines: u64,
    /// Orders that count: paid, with a customer.
    pub orders: u64,
    /// People who bought.
    pub buyers: Distinct,
    /// What was paid, by currency; exact, before rounding to minor units.
    pub paid: BTreeMap<String, Decimal>,
    /// What went back, by currency.
    pub refunded: BTreeMap<String, Decimal>,
    /// Facts by name.
    pub facts: BTreeMap<String, Facts>,
    /// How many rows were left out, or parts of them, by reason.
    pub bad: BTreeMap<Reason, u64>,
    /// The first of each reason.
    pub bad_rows: Vec<BadRow>,
    /// Files that could not be read, or not to their end.
    pub faults: Vec<ImportFault>,
    /// Where all bad rows are written, if anywhere.
    pub bad_rows_to: Option<Box<dyn Write>>,
}

impl Tally {
    pub(super) fn bad(&mut self, row: BadRow) -> Result<(), ImportFault> {
        if let Some(to) = &mut self.bad_rows_to {
            let file = row.file.replace('"', "\"\"");
            let column = row.column.as_deref().unwrap_or_default().replace('"', "\"\"");
            writeln!(to, "\"{file}\",{},\"{column}\",\"{}\"", row.line, row.reason.text()).map_err(
                |error| ImportFault::general(format!("the file of bad rows cannot be written: {error}")),
            )?;
        }
        let count = self.bad.entry(row.reason).or_default();
        *count += 1;
        if *count <= SHOWN_OF_EACH as u64 {
            self.bad_rows.push(row);
        }
        Ok(())
    }

    pub(super) fn answered(&mut self, name: &str, answer: Answer) {
        let facts = match self.facts.get_mut(name) {
            Some(facts) => facts,
            None => self.facts.entry(name.to_owned()).or_default(),
        };
        match answer {
            Answer::New => facts.new += 1,
            Answer::Known => facts.known += 1,
            Answer::Changed => facts.changed += 1,
        }
    }

    /// How many facts were told for the first time.
    pub fn new_facts(&self) -> u64 {
        self.facts.values().map(|it| it.new).sum()
    }

    /// How many were known.
    pub fn known_facts(&self) -> u64 {
        self.facts.values().map(|it| it.known + it.changed).sum()
    }

    /// The whole as lines of text.
    pub fn text(&self, rehearsal: bool) -> String {
        let mut text = String::new();
        let mut line = |it: String| {
            let _ = writeln!(text, "{it}");
        };
        line(format!("{} rows in {}", grouped(self.rows), files(self.files)));
        line(format!("  people named in them        {}", self.people_seen.text()));
        if self.orders_seen.count() != Some(0) {
            let cancelled = self.cancellations_seen.text();
            line(format!(
                "  orders in them              {} ({cancelled} cancellations)",
                self.orders_seen.text()
            ));
        }
        if self.orders > 0 {
            line("What counts as bought:".to_owned());
            line(format!("  order lines                 {}", grouped(self.lines)));
            line(format!("  orders                      {}", grouped(self.orders)));
            line(format!("  customers                   {}", self.buyers.text()));
        }
        for (currency, amount) in &self.paid {
            line(format!("  sales                       {} {currency}", money(*amount, currency)));
        }
        for (currency, amount) in &self.refunded {
            line(format!("  went back                   {} {currency}", money(*amount, currency)));
        }
        line(if rehearsal { "What would be kept:" } else { "Kept:" }.to_owned());
        for (name, facts) in &self.facts {
            let changed = if facts.changed > 0 {
                format!(", {} known with other content", grouped(facts.changed))
            } else {
                String::new()
            };
            let (new, known) = (grouped(facts.new), grouped(facts.known));
            line(format!("  {name:<27} {new} new, {known} known{changed}"));
        }
        if !self.bad.is_empty() {
            line("Left out, by reason:".to_owned());
        }
        for (reason, count) in &self.bad {
            line(format!("  {:>11}  {}", grouped(*count), reason.text()));
        }
        for fault in &self.faults {
            line(format!("Not read to its end: {fault}"));
        }
        text
    }

    /// The first bad rows of each reason.
    pub fn bad_rows_text(&self) -> String {
        let mut text = String::new();
        for reason in self.bad.keys() {
            self.bad_rows.iter().filter(|it| it.reason == *reason).for_each(|row| {
                let _ = writeln!(text, "  {row}");
            });
            let more = self.bad[reason].saturating_sub(SHOWN_OF_EACH as u64);
            if more > 0 {
                let _ = writeln!(text, "  and {} more of this reason", grouped(more));
            }
        }
        text
    }
}

fn files(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{} files", grouped(count)) }
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn money(amount: Decimal, currency: &str) -> String {
    let decimals = super::value::decimals(Some(currency));
    let minor = amount.minor(decimals).unsigned_abs();
    let step = 10u64.pow(decimals);
    let sign = if amount.is_negative() { "-" } else { "" };
    match decimals {
        0 => format!("{sign}{}", grouped(minor)),
        _ => format!("{sign}{}.{:0width$}", grouped(minor / step), minor % step, width = decimals as usize),
    }
}
