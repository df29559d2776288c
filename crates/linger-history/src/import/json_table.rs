//! Rows out of JSON lines of any shape: the columns are the paths of the values, such as `buyer.id`. It does not know what
//! a column means.

use std::sync::{Arc, atomic::AtomicU64};

use csv::StringRecord;
use serde_json::Value;

use super::{
    ImportFault, Reason,
    source::Source,
    table::{COLUMNS_MAX, Lines, Next, Table, checked},
};

/// How many lines are looked at for columns.
const LOOKED_AT: usize = 100;
/// How deep objects may lie in each other to be columns.
const DEPTH_MAX: usize = 8;

pub(super) struct JsonTable {
    lines: Lines,
    header: Vec<String>,
}

impl JsonTable {
    pub(super) fn open(source: &Source, read: &Arc<AtomicU64>) -> Result<JsonTable, ImportFault> {
        let mut header: Vec<String> = vec![];
        for value in first_objects(source, LOOKED_AT)? {
            let mut paths = vec![];
            gather(&value, "", 0, &mut paths);
            for path in paths {
                if header.len() <= COLUMNS_MAX && !header.contains(&path) {
                    header.push(path);
                }
            }
        }
        if header.is_empty() {
            return Err(ImportFault::new(&source.name, "no JSON object on the first lines").at(1));
        }
        Ok(JsonTable { lines: Lines::open(source, read), header: checked(&source.name, header)? })
    }
}

/// The objects on a file's first lines.
pub(super) fn first_objects(source: &Source, lines: usize) -> Result<Vec<Value>, ImportFault> {
    let mut first = Lines::open(source, &Arc::default());
    let mut objects = vec![];
    for _ in 0..lines {
        match first.next()? {
            None => break,
            Some(Err(_)) => {}
            Some(Ok(text)) => {
                objects.extend(serde_json::from_str::<Value>(text).ok().filter(Value::is_object))
            }
        }
    }
    Ok(objects)
}

fn gather(value: &Value, path: &str, depth: usize, paths: &mut Vec<String>) {
    let Value::Object(object) = value else {
        paths.push(path.to_owned());
        return;
    };
    for (name, inner) in object {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if depth < DEPTH_MAX {
            gather(inner, &below, depth + 1, paths);
        }
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    // A name may itself hold a full stop; the whole is tried first.
    value.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        at(value.get(first)?, rest)
    })
}

impl Table for JsonTable {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next(&mut self, row: &mut StringRecord) -> Result<Next, ImportFault> {
        row.clear();
        let value = match self.lines.next()? {
            None => return Ok(Next::End),
            Some(Err(reason)) => return Ok(Next::Bad(self.lines.line, reason)),
            Some(Ok(text)) => serde_json::from_str::<Value>(text).ok().filter(Value::is_object),
        };
        let line = self.lines.line;
        let Some(value) = value else { return Ok(Next::Bad(line, Reason::NotAnEvent)) };
        for path in &self.header {
            match at(&value, path) {
                None | Some(Value::Null) => row.push_field(""),
                Some(Value::String(text)) => row.push_field(text),
                Some(other) => row.push_field(&other.to_string()),
            }
        }
        Ok(Next::Row(line))
    }
}
