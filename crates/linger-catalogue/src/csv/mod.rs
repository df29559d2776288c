//! Files of products: our own shape, which comes back as it went, and Shopify's export as it is. It does not know where a
//! file came from, or what is kept already.
//!
//! Rows of one product lie together or apart; a product with a row that is wrong is left out whole.

mod ours;
mod shopify;

pub use ours::write;
pub use shopify::plain;

use crate::{Product, Wrong, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Rows of a file.
pub const ROWS_MAX: usize = 20_000;
const COLUMNS_MAX: usize = 200;

/// What a file was found to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Ours, or any with columns of these names.
    #[default]
    Own,
    /// Shopify's export of products, of either generation.
    Shopify,
}

/// What becomes of one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mapped {
    /// Its name in the file.
    pub column: String,
    /// What it is taken for; absent when it is not used.
    pub field: Option<String>,
}

/// A row, or a cell of one, that was left out or not taken as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadRow {
    /// The line, from 1.
    pub line: u64,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// Why. It repeats nothing of the file.
    pub why: String,
}

/// A product of a file, and the line of its first row.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The line.
    pub line: u64,
    /// The product; a number of 0 is given when it is kept.
    pub product: Product,
    /// The seller by name, where the file names one.
    pub seller: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What it was taken for.
    pub shape: Shape,
    /// Every column.
    pub mapping: Vec<Mapped>,
    /// The products that can be kept.
    pub products: Vec<Found>,
    /// Rows of products that were left out, by line.
    pub bad: Vec<BadRow>,
    /// What was taken without something, by line: such as a struck price that states no basis.
    pub notes: Vec<BadRow>,
    /// Rows in all.
    pub rows: usize,
}

/// How a file is read where it does not say.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The currency of prices that state none.
    pub currency: String,
    /// Our name for columns that are called otherwise: `price` for `Retail price`.
    pub columns: BTreeMap<String, String>,
}

/// Reads a file.
///
/// # Errors
/// A [`BadRow`] when the file as a whole cannot be read.
pub fn read(bytes: &[u8], options: &Options) -> Result<Read, BadRow> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|it| **it == b'\n').count() as u64 + 1;
        whole(line, "not UTF-8, perhaps GBK or Latin-1: save it as UTF-8")
    })?;
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|it| it.trim().to_owned()).collect(),
        Err(_) => return Err(whole(1, "cannot be read as cells")),
    };
    if header.iter().all(String::is_empty) {
        return Err(whole(1, "the file is empty"));
    }
    if header.len() > COLUMNS_MAX {
        return Err(whole(1, "more than 200 columns"));
    }
    let mut read = Read::default();
    let mut rows = vec![];
    for record in reader.records() {
        let cells = record.map_err(|error| {
            let line = error.position().map_or(1, ::csv::Position::line);
            whole(line, "cannot be read as cells; is a quote not closed?")
        })?;
        let line = cells.position().map_or(0, ::csv::Position::line);
        if rows.len() >= ROWS_MAX {
            return Err(whole(line, "more than 20000 rows: divide the file"));
        }
        let fits = cells.len() == header.len();
        if !fits {
            read.bad.push(whole(line, "more or fewer cells than the first row"));
        }
        rows.push(Row { line, fits, cells });
    }
    read.rows = rows.len();
    if shopify::is(&header) {
        read.shape = Shape::Shopify;
        shopify::read(&header, &rows, options, &mut read);
    } else {
        ours::read(&header, &rows, options, &mut read);
    }
    read.bad.sort_by_key(|it| it.line);
    read.notes.sort_by_key(|it| it.line);
    Ok(read)
}

fn whole(line: u64, why: &str) -> BadRow {
    BadRow { line, column: None, why: why.to_owned() }
}

/// A row as it stands in the file.
struct Row {
    line: u64,
    /// Whether it has as many cells as the first.
    fits: bool,
    cells: ::csv::StringRecord,
}

impl Row {
    fn at(&self, place: Option<usize>) -> &str {
        place.and_then(|place| self.cells.get(place)).map_or("", str::trim)
    }
}

/// What every column is taken for.
fn mapping(header: &[String], places: &BTreeMap<&'static str, usize>) -> Vec<Mapped> {
    let field = |place| places.iter().find(|it| *it.1 == place).map(|it| (*it.0).to_owned());
    let mapped = |(place, column): (usize, &String)| Mapped { column: column.clone(), field: field(place) };
    header.iter().enumerate().map(mapped).collect()
}

/// Rows of the same product together, in the order of their first. A row that names none stands alone.
fn grouped(rows: &[Row], key: impl Fn(&Row) -> Option<String>) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = vec![];
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let key = key(row);
        match key.as_ref().and_then(|key| known.get(key)) {
            Some(place) => groups[*place].push(row),
            None => {
                known.extend(key.map(|key| (key, groups.len())));
                groups.push(vec![row]);
            }
        }
    }
    groups
}

/// Takes a product in when nothing is wrong with it and with its rows, `lines` of its variants; else says what is.
fn take(read: &mut Read, found: Found, lines: &[u64], mut bad: Vec<BadRow>, column: &dyn Fn(&str) -> String) {
    for Wrong { field, why } in check::product(&found.product) {
        let place =
            field.strip_prefix("variants.").and_then(|it| it.split('.').next()?.parse::<usize>().ok());
        let line = place.and_then(|place| lines.get(place)).copied().unwrap_or(found.line);
        let column = column(&field);
        // What could not be read was told already, in the file's own terms.
        if !bad.iter().any(|it| it.line == line && it.column.as_ref() == Some(&column)) {
            bad.push(BadRow { line, column: Some(column), why });
        }
    }
    if bad.is_empty() {
        read.products.push(found);
    } else {
        read.bad.extend(bad);
    }
}

/// A row with more or fewer cells was told already; the other rows of its product stand or fall with it.
fn is_broken(group: &[&Row], read: &mut Read) -> bool {
    let Some(broken) = group.iter().find(|it| !it.fits) else { return false };
    for row in group.iter().filter(|it| it.fits) {
        read.bad.push(whole(row.line, &format!("line {} of the same product cannot be read", broken.line)));
    }
    true
}

#[cfg(test)]
mod tests;
