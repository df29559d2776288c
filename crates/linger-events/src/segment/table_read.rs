//! Reads the table of a segment back into facts. It does not know who wants them.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use linger_behaviour::{Class, Fact, Number, PersonKey, Text};
use parquet::basic::Repetition;
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{ByteArrayType, DataType, FixedLenByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;

use super::table::{CLASSES, parquet_fault, schema, schema_without_seq};
use crate::StoreFault;

/// Rows read at a time.
const ROWS: usize = 4 << 10;

/// An open table.
pub(super) struct Table {
    file: SerializedFileReader<File>,
    name: String,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Table {
    pub fn open(path: &Path, name: &str) -> Result<Table, StoreFault> {
        let doing = || format!("opening {name}");
        let file = File::open(path).map_err(|error| StoreFault::io(doing(), &error))?;
        let file = SerializedFileReader::new(file).map_err(|error| parquet_fault(doing(), error))?;
        let found = file.metadata().file_metadata().schema_descr().root_schema();
        if found != &*schema() && found != &*schema_without_seq() {
            return Err(StoreFault::damaged(doing(), format!("{name} has other columns, so it")));
        }
        Ok(Table { file, name: name.to_owned() })
    }

    /// How many facts it has.
    pub fn facts(&self) -> u64 {
        self.file.metadata().file_metadata().num_rows() as u64
    }

    /// The facts of some rows.
    pub fn rows(&self, rows: Range<u64>) -> Result<Vec<Fact>, StoreFault> {
        let mut facts = Vec::with_capacity((rows.end - rows.start) as usize);
        let mut begin = 0;
        for (at, group) in self.file.metadata().row_groups().iter().enumerate() {
            let end = begin + group.num_rows() as u64;
            let (from, to) = (rows.start.max(begin), rows.end.min(end));
            if from < to {
                let mut reader = self.group(at)?;
                self.told(reader.skip((from - begin) as usize))?;
                let mut left = (to - from) as usize;
                while left > 0 {
                    let read = self.told(reader.next(left.min(ROWS), &mut facts))?;
                    if read == 0 {
                        return Err(self.damaged());
                    }
                    left -= read;
                }
            }
            begin = end;
        }
        Ok(facts)
    }

    /// All facts, in order.
    pub fn for_each(&self, each: &mut dyn FnMut(&Fact) -> Result<(), StoreFault>) -> Result<(), StoreFault> {
        let mut stream = self.stream();
        while let Some(fact) = stream.next()? {
            each(&fact)?;
        }
        Ok(())
    }

    /// All facts, one after another.
    pub fn stream(&self) -> Stream<'_> {
        Stream { table: self, group: 0, reader: None, facts: Vec::new().into_iter() }
    }

    fn group(&self, at: usize) -> Result<GroupReader, StoreFault> {
        self.told(self.file.get_row_group(at).and_then(|group| GroupReader::new(&*group)))
    }

    fn told<T>(&self, result: ParquetResult<T>) -> Result<T, StoreFault> {
        result.map_err(|error| parquet_fault(format!("reading {}", self.name), error))
    }

    fn damaged(&self) -> StoreFault {
        StoreFault::damaged(format!("reading {}", self.name), &self.name)
    }
}

/// The facts of a table, in order; some thousand are in memory at a time.
pub(super) struct Stream<'a> {
    table: &'a Table,
    group: usize,
    reader: Option<GroupReader>,
    facts: std::vec::IntoIter<Fact>,
}

impl Stream<'_> {
    /// The next fact.
    pub fn next(&mut self) -> Result<Option<Fact>, StoreFault> {
        loop {
            if let Some(fact) = self.facts.next() {
                return Ok(Some(fact));
            }
            let Some(reader) = &mut self.reader else {
                if self.group >= self.table.file.num_row_groups() {
                    return Ok(None);
                }
                self.reader = Some(self.table.group(self.group)?);
                self.group += 1;
                continue;
            };
            let mut facts = Vec::with_capacity(ROWS);
            if self.table.told(reader.next(ROWS, &mut facts))? == 0 {
                self.reader = None;
            }
            self.facts = facts.into_iter();
        }
    }
}

/// A column of a row group that is being read.
struct Column<T: DataType> {
    reader: ColumnReaderImpl<T>,
    optional: bool,
    values: Vec<T::T>,
    there: Vec<i16>,
}

impl<T: DataType> Column<T> {
    fn new(group: &dyn RowGroupReader, at: usize) -> ParquetResult<Column<T>> {
        let optional = group.metadata().column(at).column_descr().self_type().get_basic_info().repetition()
            == Repetition::OPTIONAL;
        let reader = get_typed_column_reader::<T>(group.get_column_reader(at)?);
        Ok(Column { reader, optional, values: Vec::new(), there: Vec::new() })
    }

    /// Reads the next rows, at most so many.
    fn read(&mut self, rows: usize) -> ParquetResult<usize> {
        self.values.clear();
        self.there.clear();
        let mut read = 0;
        // One call may end with a page.
        while read < rows {
            let (records, ..) =
                self.reader.read_records(rows - read, Some(&mut self.there), None, &mut self.values)?;
            if records == 0 {
                break;
            }
            read += records;
        }
        Ok(read)
    }

    /// The values of the rows that were read, by row.
    fn by_row(&mut self, rows: usize) -> ParquetResult<impl Iterator<Item = Option<T::T>> + '_> {
        let there = self.optional.then_some(&self.there);
        let expected = there.map_or(rows, |there| there.iter().filter(|it| **it > 0).count());
        if self.values.len() != expected || there.is_some_and(|there| there.len() != rows) {
            return Err(ParquetError::General("a column is shorter than the others".to_owned()));
        }
        let mut values = self.values.drain(..);
        Ok((0..rows).map(move |row| match there {
            Some(there) if there[row] == 0 => None,
            _ => values.next(),
        }))
    }
}

/// The columns of a row group that make a fact, in the order of the schema; `seq`, the last, says only where it stands.
struct GroupReader {
    persons: Column<Int64Type>,
    at: Column<Int64Type>,
    names: Column<ByteArrayType>,
    received: Column<Int64Type>,
    ids: Column<FixedLenByteArrayType>,
    classes: Column<ByteArrayType>,
    texts: Vec<Column<ByteArrayType>>,
    numbers: Vec<Column<Int64Type>>,
    props: Column<ByteArrayType>,
}

/// Columns before the texts.
const HEAD: usize = 6;

impl GroupReader {
    fn new(group: &dyn RowGroupReader) -> ParquetResult<GroupReader> {
        let texts = (0..Text::COUNT).map(|at| Column::new(group, HEAD + at)).collect::<ParquetResult<_>>()?;
        let numbers = (0..Number::COUNT)
            .map(|at| Column::new(group, HEAD + Text::COUNT + at))
            .collect::<ParquetResult<_>>()?;
        Ok(GroupReader {
            persons: Column::new(group, 0)?,
            at: Column::new(group, 1)?,
            names: Column::new(group, 2)?,
            received: Column::new(group, 3)?,
            ids: Column::new(group, 4)?,
            classes: Column::new(group, 5)?,
            texts,
            numbers,
            props: Column::new(group, HEAD + Text::COUNT + Number::COUNT)?,
        })
    }

    fn skip(&mut self, rows: usize) -> ParquetResult<()> {
        if rows == 0 {
            return Ok(());
        }
        self.persons.reader.skip_records(rows)?;
        self.at.reader.skip_records(rows)?;
        self.names.reader.skip_records(rows)?;
        self.received.reader.skip_records(rows)?;
        self.ids.reader.skip_records(rows)?;
        self.classes.reader.skip_records(rows)?;
        for column in self.texts.iter_mut().chain([&mut self.props]) {
            column.reader.skip_records(rows)?;
        }
        for column in &mut self.numbers {
            column.reader.skip_records(rows)?;
        }
        Ok(())
    }

    /// Reads the next rows, at most so many, as facts.
    fn next(&mut self, rows: usize, facts: &mut Vec<Fact>) -> ParquetResult<usize> {
        let read = self.persons.read(rows)?;
        if read == 0 {
            return Ok(0);
        }
        let first = facts.len();
        facts.resize_with(first + read, Fact::default);
        let facts = &mut facts[first..];
        put(&mut self.persons, facts, None, |fact, person| fact.person = PersonKey(person as u64))?;
        put(&mut self.at, facts, Some(read), |fact, at| fact.at_ms = at)?;
        put(&mut self.received, facts, Some(read), |fact, at| fact.received_ms = at)?;
        put_text(&mut self.names, facts, |fact, name| fact.name = name)?;
        put(&mut self.ids, facts, Some(read), |fact, id| {
            fact.id = <[u8; 16]>::try_from(id.data()).map_or(0, u128::from_be_bytes);
        })?;
        put_text(&mut self.classes, facts, |fact, class| {
            fact.class = match CLASSES.iter().position(|it| **it == *class) {
                Some(1) => Class::Commerce,
                Some(2) => Class::Profile,
                _ => Class::Behaviour,
            };
        })?;
        for (at, column) in self.texts.iter_mut().enumerate() {
            put_text(column, facts, |fact, text| fact.texts[at] = Some(text))?;
        }
        for (at, column) in self.numbers.iter_mut().enumerate() {
            put(column, facts, Some(read), |fact, number| fact.numbers[at] = Some(number))?;
        }
        put_text(&mut self.props, facts, |fact, props| fact.props = Some(props))?;
        Ok(read)
    }
}

/// Puts the next values of a column into facts; `rows` is given when they are not read yet.
fn put<T: DataType>(
    column: &mut Column<T>,
    facts: &mut [Fact],
    rows: Option<usize>,
    mut set: impl FnMut(&mut Fact, T::T),
) -> ParquetResult<()> {
    if let Some(rows) = rows {
        column.read(rows)?;
    }
    let values = column.by_row(facts.len())?;
    facts.iter_mut().zip(values).for_each(|(fact, value)| {
        if let Some(value) = value {
            set(fact, value);
        }
    });
    Ok(())
}

fn put_text(
    column: &mut Column<ByteArrayType>,
    facts: &mut [Fact],
    mut set: impl FnMut(&mut Fact, Box<str>),
) -> ParquetResult<()> {
    let mut wrong = false;
    put(column, facts, Some(facts.len()), |fact, bytes| match bytes.as_utf8() {
        Ok(text) => set(fact, text.into()),
        Err(_) => wrong = true,
    })?;
    if wrong { Err(ParquetError::General("a text is not UTF-8".to_owned())) } else { Ok(()) }
}
