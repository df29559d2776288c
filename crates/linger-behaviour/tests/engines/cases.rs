//! The case file that engines are asked about: histories, and questions about them. It does not know any
//! answer.

use linger_behaviour::{Fact, Number, PersonKey, Question, Table, Text};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fs, path::Path};

const CDNOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/cdnow/CDNOW_sample.txt");
/// One o'clock in New York, or noon: on the same day as in UTC.
const AFTERNOON_MS: i64 = 17 * 3_600_000;

#[derive(Deserialize)]
pub struct Cases {
    pub histories: BTreeMap<String, History>,
    pub questions: Vec<Case>,
}

/// Person, time in ms, name, and properties.
type Told = (u64, i64, String, Map<String, Value>);

#[derive(Deserialize)]
pub struct History {
    pub zone: String,
    /// In the order of arrival; the customers of CDNOW when absent.
    facts: Option<Vec<Told>>,
}

#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    /// About which history.
    pub of: String,
    pub ask: Question,
}

pub fn read(path: &Path) -> Cases {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl History {
    pub fn table(&self) -> Table {
        let mut table = Table::new(&self.zone).unwrap();
        match &self.facts {
            Some(facts) => facts.iter().for_each(|it| table.push(&fact(it)).unwrap()),
            None => purchases(&fs::read_to_string(CDNOW).unwrap(), &mut table),
        }
        table
    }
}

fn fact((person, at_ms, name, properties): &Told) -> Fact {
    let mut fact =
        Fact { person: PersonKey(*person), at_ms: *at_ms, name: name.as_str().into(), ..Fact::default() };
    for (property, value) in properties {
        let name = Value::from(property.as_str());
        match value {
            Value::String(value) => {
                let text: Text = serde_json::from_value(name).unwrap();
                fact = fact.with(text, value);
            }
            value => {
                let number: Number = serde_json::from_value(name).unwrap();
                fact = fact.with_number(number, value.as_i64().unwrap());
            }
        }
    }
    fact
}

/// Lines of: customer in the whole data, customer in the sample, day, CDs, dollars.
fn purchases(text: &str, table: &mut Table) {
    for line in text.lines().filter(|it| !it.trim().is_empty()) {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let day: jiff::civil::Date = parts[2].parse().unwrap();
        let since = day.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
        let cents = parts[4].parse::<f64>().unwrap() * 100.0;
        let fact = Fact {
            person: PersonKey(parts[1].parse().unwrap()),
            at_ms: i64::from(since) * 86_400_000 + AFTERNOON_MS,
            name: "order.paid".into(),
            ..Fact::default()
        };
        let fact = fact.with_number(Number::AmountMinor, cents.round() as i64);
        table.push(&fact.with_number(Number::Units, parts[3].parse().unwrap())).unwrap();
    }
}
