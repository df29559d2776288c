//! Rows of text with named columns, out of any file that has such: cells with something between them, cells with spaces
//! between them, JSON objects, Parquet. It does not know what a column means.
//!
//! Invariant: memory is bounded by [`ROW_BYTES_MAX`] and [`COLUMNS_MAX`], whatever the file holds.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::{ByteRecord, StringRecord};

use super::{Format, ImportFault, Reason, formats, source::Source};

/// How long a row may be, bytes.
pub const ROW_BYTES_MAX: usize = 4 << 20;
/// How many columns a file may have.
pub const COLUMNS_MAX: usize = 1024;

/// What came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A row, at this line.
    Row(u64),
    /// Something that is no row, at this line.
    Bad(u64, Reason),
    /// Nothing more.
    End,
}

/// Rows, one after the other.
pub trait Table {
    /// The names of the columns.
    fn header(&self) -> &[String];
    /// Reads the next row; an empty cell stands for none.
    ///
    /// # Errors
    /// The file cannot be read any further.
    fn next(&mut self, row: &mut StringRecord) -> Result<Next, ImportFault>;
}

/// The way a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Cells with this byte between them.
    Cells(u8),
    /// Cells with spaces between them.
    Spaced,
    /// A JSON object a line.
    Json,
    /// Parquet.
    Parquet,
}

impl Shape {
    /// How it is called.
    pub fn name(self) -> String {
        match self {
            Shape::Cells(b'\t') => "CSV with tabs".to_owned(),
            Shape::Cells(byte) => format!("CSV with {:?}", char::from(byte)),
            Shape::Spaced => "columns with spaces between them".to_owned(),
            Shape::Json => "JSON lines".to_owned(),
            Shape::Parquet => "Parquet".to_owned(),
        }
    }
}

/// Looks at the beginning of a file.
///
/// # Errors
/// It is empty, or not text in UTF-8.
pub fn shape(source: &Source, asked: Format, delimiter: Option<char>) -> Result<Shape, ImportFault> {
    let mut first = Vec::with_capacity(64 << 10);
    let read = source.open(&Arc::default()).take(64 << 10).read_to_end(&mut first);
    read.map_err(|error| ImportFault::new(&source.name, format!("cannot be read: {error}")))?;
    if first.starts_with(b"PAR1") {
        return Ok(Shape::Parquet);
    }
    let text = first_text(&source.name, &first)?;
    let wrong =
        |what: &str| Err(ImportFault::new(&source.name, format!("not {what}, as asked for by --format")));
    let json = text.trim_start().starts_with('{');
    if text.trim_start().starts_with('[') {
        return Err(ImportFault::new(&source.name, "a JSON array: one object a line is expected"));
    }
    match asked {
        Format::Parquet => return wrong("Parquet"),
        Format::Jsonl if !json => return wrong("JSON lines"),
        Format::Jsonl => return Ok(Shape::Json),
        _ if json => return Ok(Shape::Json),
        _ => {}
    }
    if let Some(delimiter) = delimiter {
        let byte = u8::try_from(delimiter)
            .map_err(|_| ImportFault::new(&source.name, "the delimiter must be one ASCII character"))?;
        return Ok(if byte == b' ' { Shape::Spaced } else { Shape::Cells(byte) });
    }
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    let count = |byte: u8| {
        let mut quoted = false;
        line.bytes()
            .filter(|it| {
                quoted ^= *it == b'"';
                !quoted && *it == byte
            })
            .count()
    };
    let most = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|it| count(*it)).unwrap_or(b',');
    let spaced = count(most) == 0 && line.split_whitespace().count() >= 3;
    Ok(if spaced { Shape::Spaced } else { Shape::Cells(most) })
}

fn first_text<'a>(name: &str, first: &'a [u8]) -> Result<&'a str, ImportFault> {
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
        return Err(ImportFault::new(name, "text in UTF-16: save it as UTF-8"));
    }
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let line_of = |end: usize| first[..end].iter().filter(|it| **it == b'\n').count() as u64 + 1;
    if let Some(place) = first.iter().position(|it| *it == 0) {
        return Err(ImportFault::new(name, "holds a zero byte: not a file of text").at(line_of(place)));
    }
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // The last character may be cut off by the bound of what was looked at.
        Err(error) if error.error_len().is_none() && first.len() > 60_000 => {
            std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => {
            let reason = "not UTF-8, perhaps GBK, Shift JIS or Latin-1: save it as UTF-8";
            return Err(ImportFault::new(name, reason).at(line_of(error.valid_up_to())));
        }
    };
    if text.trim().is_empty() {
        return Err(ImportFault::new(name, "the file is empty"));
    }
    Ok(text)
}

/// Opens the rows of a file that is not JSON. `names` are the columns' names if the file has no row of them.
///
/// # Errors
/// The first row cannot be read.
pub fn open(
    source: &Source,
    shape: Shape,
    names: &[String],
    read: &Arc<AtomicU64>,
) -> Result<Box<dyn Table>, ImportFault> {
    match shape {
        Shape::Cells(delimiter) => Ok(Box::new(CellTable::open(source, delimiter, names, read)?)),
        Shape::Spaced => Ok(Box::new(SpacedTable::open(source, names, read)?)),
        Shape::Parquet => Ok(Box::new(super::parquet_table::ParquetTable::open(source, read)?)),
        Shape::Json => Ok(Box::new(super::json_table::JsonTable::open(source, read)?)),
    }
}

/// Checks the names of columns, and takes spaces off them.
pub(super) fn checked(file: &str, names: Vec<String>) -> Result<Vec<String>, ImportFault> {
    if names.len() > COLUMNS_MAX {
        let reason = format!("{} columns, {COLUMNS_MAX} at most", names.len());
        return Err(ImportFault::new(file, reason).at(1));
    }
    if let Some(long) = names.iter().find(|it| it.len() > 256) {
        return Err(ImportFault::new(file, "a column's name is longer than 256 bytes").at(1).in_column(long));
    }
    Ok(names.into_iter().map(|it| it.trim().trim_start_matches('\u{feff}').to_owned()).collect())
}

/// Stops a reader that reads on and on without a row coming to its end.
struct Fenced<R> {
    inner: R,
    since: Arc<AtomicU64>,
}

impl<R: Read> Read for Fenced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.load(Ordering::Relaxed) > ROW_BYTES_MAX as u64 {
            return Err(io::Error::other(format!(
                "a row is longer than {ROW_BYTES_MAX} bytes; is a quote not closed?"
            )));
        }
        let read = self.inner.read(into)?;
        self.since.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

struct CellTable {
    file: String,
    header: Vec<String>,
    reader: csv::Reader<Fenced<Box<dyn Read + Send>>>,
    since: Arc<AtomicU64>,
    record: ByteRecord,
    line: u64,
}

impl CellTable {
    fn open(
        source: &Source,
        delimiter: u8,
        names: &[String],
        read: &Arc<AtomicU64>,
    ) -> Result<CellTable, ImportFault> {
        let since = Arc::new(AtomicU64::new(0));
        let fenced = Fenced { inner: source.open(read), since: since.clone() };
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(fenced);
        let (file, record) = (source.name.clone(), ByteRecord::new());
        let mut table = CellTable { file, header: names.to_vec(), reader, since, record, line: 0 };
        if names.is_empty() {
            table.read()?;
            let names = table.record.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
            table.header = checked(&table.file, names)?;
        }
        Ok(table)
    }

    fn read(&mut self) -> Result<bool, ImportFault> {
        let read = self.reader.read_byte_record(&mut self.record);
        self.since.store(0, Ordering::Relaxed);
        match read {
            Ok(more) => {
                self.line = self.record.position().map_or(self.line, csv::Position::line);
                Ok(more)
            }
            Err(error) => {
                let line = self.reader.position().line();
                let reason = match error.into_kind() {
                    csv::ErrorKind::Io(error) => error.to_string(),
                    _ => "cannot be read as cells".to_owned(),
                };
                Err(ImportFault::new(&self.file, reason).at(line))
            }
        }
    }
}

impl Table for CellTable {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next(&mut self, row: &mut StringRecord) -> Result<Next, ImportFault> {
        loop {
            if !self.read()? {
                return Ok(Next::End);
            }
            // A line of nothing but spaces is none.
            let empty = self.record.len() == 1 && self.header.len() > 1;
            if !(empty && self.record[0].trim_ascii().is_empty()) {
                break;
            }
        }
        row.clear();
        if self.record.len() != self.header.len() {
            return Ok(Next::Bad(self.line, Reason::CellCount));
        }
        for cell in &self.record {
            match std::str::from_utf8(cell) {
                Err(_) => return Ok(Next::Bad(self.line, Reason::NotUtf8)),
                Ok(text) if text.contains('\0') => return Ok(Next::Bad(self.line, Reason::ZeroByte)),
                Ok(text) => row.push_field(text),
            }
        }
        Ok(Next::Row(self.line))
    }
}

/// Lines of bounded length.
pub(super) struct Lines {
    file: String,
    reader: BufReader<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    /// The line that was read last, from 1.
    pub line: u64,
}

impl Lines {
    pub(super) fn open(source: &Source, read: &Arc<AtomicU64>) -> Lines {
        let reader = BufReader::with_capacity(64 << 10, source.open(read));
        Lines { file: source.name.clone(), reader, buffer: vec![], line: 0 }
    }

    /// The next line that is not empty, without its end; a line that is not text is an error of its own.
    pub(super) fn next(&mut self) -> Result<Option<Result<&str, Reason>>, ImportFault> {
        loop {
            self.buffer.clear();
            let read = (&mut self.reader).take(ROW_BYTES_MAX as u64).read_until(b'\n', &mut self.buffer);
            let read =
                read.map_err(|error| ImportFault::new(&self.file, error.to_string()).at(self.line + 1))?;
            self.line += 1;
            if read == 0 {
                return Ok(None);
            }
            if read == ROW_BYTES_MAX && self.buffer.last() != Some(&b'\n') {
                let reason = format!("a line is longer than {ROW_BYTES_MAX} bytes");
                return Err(ImportFault::new(&self.file, reason).at(self.line));
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        let bytes = self.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.buffer).trim_ascii();
        Ok(Some(match std::str::from_utf8(bytes) {
            Err(_) => Err(Reason::NotUtf8),
            Ok(text) if text.contains('\0') => Err(Reason::ZeroByte),
            Ok(text) => Ok(text),
        }))
    }
}

struct SpacedTable {
    lines: Lines,
    header: Vec<String>,
    /// The first row, if the file turned out to have no row of names.
    first: Option<StringRecord>,
}

impl SpacedTable {
    fn open(source: &Source, names: &[String], read: &Arc<AtomicU64>) -> Result<SpacedTable, ImportFault> {
        let mut lines = Lines::open(source, read);
        if !names.is_empty() {
            return Ok(SpacedTable { lines, header: names.to_vec(), first: None });
        }
        let first: Vec<String> = match lines.next()? {
            Some(Ok(text)) => text.split_whitespace().map(str::to_owned).collect(),
            _ => return Err(ImportFault::new(&source.name, "the first line is not text").at(1)),
        };
        let numbers = first.iter().all(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'.'));
        if numbers {
            let header = formats::cdnow_columns(first.len()).ok_or_else(|| {
                ImportFault::new(&source.name, "has no names of columns; a mapping file can state them").at(1)
            })?;
            return Ok(SpacedTable { lines, header, first: Some(StringRecord::from(first)) });
        }
        let header = checked(&source.name, first)?;
        Ok(SpacedTable { lines, header, first: None })
    }
}

impl Table for SpacedTable {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next(&mut self, row: &mut StringRecord) -> Result<Next, ImportFault> {
        row.clear();
        if let Some(first) = self.first.take() {
            *row = first;
            return Ok(Next::Row(self.lines.line));
        }
        let cells = match self.lines.next()? {
            None => return Ok(Next::End),
            Some(Err(reason)) => return Ok(Next::Bad(self.lines.line, reason)),
            Some(Ok(text)) => text.split_whitespace(),
        };
        cells.take(COLUMNS_MAX + 1).for_each(|it| row.push_field(it));
        let line = self.lines.line;
        Ok(if row.len() == self.header.len() { Next::Row(line) } else { Next::Bad(line, Reason::CellCount) })
    }
}
