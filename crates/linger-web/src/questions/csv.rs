//! An answer as a table, whatever its kind: each innermost object, or number of a list, is a row that has the figures of
//! what it stands in. It does not know any question.

use serde_json::{Map, Value};

/// The answer as CSV (RFC 4180), with a header.
pub(super) fn table(answer: &Value) -> String {
    let mut sheet = Sheet::default();
    sheet.rows(answer, &Row::new());
    let mut out = String::new();
    line(&mut out, sheet.columns.iter().map(String::as_str));
    for row in &sheet.rows {
        let cell = |column: &String| {
            row.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str())
        };
        line(&mut out, sheet.columns.iter().map(cell));
    }
    out
}

type Row = Vec<(String, String)>;

#[derive(Default)]
struct Sheet {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Sheet {
    /// Adds the rows of an object that stands where `outer` says.
    fn rows(&mut self, value: &Value, outer: &Row) {
        let Value::Object(fields) = value else { return };
        let mut row = outer.clone();
        let mut lists = Vec::new();
        flat(fields, "", &mut row, &mut lists);
        let filled: Vec<_> = lists.iter().filter(|(_, items)| !items.is_empty()).collect();
        if filled.is_empty() {
            self.push(row);
            return;
        }
        for (name, items) in filled {
            for (place, item) in items.iter().enumerate() {
                let mut within = row.clone();
                // Two lists beside each other are told apart; the place tells cells of one list apart.
                within.push((format!("{name}.place"), place.to_string()));
                match item {
                    Value::Object(_) => self.rows(item, &within),
                    plain => {
                        within.push((name.clone(), text(plain)));
                        self.push(within);
                    }
                }
            }
        }
    }

    fn push(&mut self, row: Row) {
        for (name, _) in &row {
            if !self.columns.contains(name) {
                self.columns.push(name.clone());
            }
        }
        self.rows.push(row);
    }
}

/// Plain fields, also those of objects inside, become columns; lists are put aside.
fn flat<'v>(
    fields: &'v Map<String, Value>,
    prefix: &str,
    row: &mut Row,
    lists: &mut Vec<(String, &'v Vec<Value>)>,
) {
    for (name, value) in fields {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Object(inner) => flat(inner, &name, row, lists),
            Value::Array(items) => lists.push((name, items)),
            plain => row.push((name, text(plain))),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // A table program would take such a text for a formula (OWASP, CSV injection).
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn line<'c>(out: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_innermost_figure_is_a_row_that_says_what_it_is_of() {
        let answer = json!({"answer": "funnel", "groups": [
            {"group": {"value": null, "hidden": false}, "steps": [{"people": 9}, {"people": 4, "time": {"median_ms": 5}}]},
            {"group": {"value": "a, \"b\"", "hidden": true}, "steps": []},
            {"group": {"value": "=1+1", "hidden": false}, "steps": [{"people": null}]},
        ]});
        let table = table(&answer);
        let lines: Vec<_> = table.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "answer,groups.place,group.hidden,group.value,steps.place,people,time.median_ms"
        );
        assert_eq!(
            lines[1..6],
            [
                "funnel,0,false,,0,9,",
                "funnel,0,false,,1,4,5",
                "funnel,1,true,\"a, \"\"b\"\"\",,,",
                "funnel,2,false,'=1+1,0,,",
                ""
            ]
        );
    }

    #[test]
    fn lists_of_numbers_and_lists_beside_each_other_are_told_apart() {
        let table = table(&json!({"edges": [0, 1], "nodes": [{"name": "a"}]}));
        assert_eq!(table, "edges.place,edges,nodes.place,name\r\n0,0,,\r\n1,1,,\r\n,,0,a\r\n");
    }
}
