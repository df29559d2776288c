//! Writes the table of a segment: Parquet that DuckDB, ClickHouse and Spark read. It does not know who reads it.

use std::path::Path;
use std::sync::Arc;

use linger_behaviour::{Class, Fact, Number, Text};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, Type};

use super::local::{Codes, Local};
use crate::{StoreFault, disk::Paced};

/// Facts of a row group.
const ROWS: usize = 128 << 10;

/// The names of the classes, by their number.
pub(super) const CLASSES: [&str; 3] = ["behaviour", "commerce", "profile"];

/// What a table looks like to others.
///
/// `seq` says which of a person's facts of equal time comes first: sorted by `person`, `at` and `seq`, the rows of all
/// tables of a store stand in the order in which questions see them. It is the number of the segment times 2^32, plus
/// the place among the facts of that person and time in the segment; so no two of them are equal, and facts of a later
/// segment come after those of an earlier one. A fact gets a new one whenever its segment is rewritten.
pub(super) fn schema() -> Arc<Type> {
    columns("required int64 seq; }")
}

/// What tables looked like before they had `seq`.
pub(super) fn schema_without_seq() -> Arc<Type> {
    columns("}")
}

fn columns(last: &str) -> Arc<Type> {
    let mut text = String::from(
        "message facts {
            required int64 person (INTEGER(64,false));
            required int64 at (TIMESTAMP(MILLIS,true));
            required binary name (STRING);
            required int64 received (TIMESTAMP(MILLIS,true));
            required fixed_len_byte_array(16) id;
            required binary class (STRING);\n",
    );
    Text::ALL.iter().for_each(|it| text += &format!("optional binary {} (STRING);\n", it.column()));
    Number::ALL.iter().for_each(|it| text += &format!("optional int64 {};\n", it.column()));
    text += "optional binary props (STRING);\n";
    text += last;
    Arc::new(parse_message_type(&text).expect("the message above is well formed"))
}

fn properties() -> WriterPropertiesPtr {
    let sorted = |column_idx| SortingColumn { column_idx, descending: false, nulls_first: false };
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("linger".to_owned())
        .set_sorting_columns(Some(vec![sorted(0), sorted(1)]));
    // New in nearly every row: a dictionary would be made in vain.
    for column in ["at", "received", "id", "order", "props"] {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    Arc::new(builder.build())
}

/// The rows of a row group that is being gathered.
#[derive(Default)]
struct Rows {
    persons: Vec<i64>,
    at: Vec<i64>,
    names: Vec<u32>,
    received: Vec<i64>,
    ids: Vec<FixedLenByteArray>,
    classes: Vec<Class>,
    texts: [Vec<u32>; Text::COUNT],
    orders: Vec<Option<ByteArray>>,
    numbers: [Vec<Option<i64>>; Number::COUNT],
    props: Vec<Option<ByteArray>>,
    seqs: Vec<i64>,
}

/// A table that is being written.
pub(super) struct TableWriter {
    file: SerializedFileWriter<Paced>,
    name: String,
    rows: Rows,
}

impl TableWriter {
    pub fn create(path: &Path, name: &str) -> Result<TableWriter, StoreFault> {
        let doing = || format!("writing {name}");
        let file = Paced::create(path).map_err(|error| StoreFault::io(doing(), &error))?;
        let file = SerializedFileWriter::new(file, schema(), properties())
            .map_err(|error| parquet_fault(doing(), error))?;
        Ok(TableWriter { file, name: name.to_owned(), rows: Rows::default() })
    }

    pub fn push(&mut self, fact: &Fact, seq: i64, codes: &Codes, local: &Local) -> Result<(), StoreFault> {
        self.rows.push(fact, seq, codes);
        if self.rows.persons.len() >= ROWS { self.flush(local) } else { Ok(()) }
    }

    fn flush(&mut self, local: &Local) -> Result<(), StoreFault> {
        if self.rows.persons.is_empty() {
            return Ok(());
        }
        let written = (|| {
            let mut group = self.file.next_row_group()?;
            self.rows.write(&mut group, local)?;
            group.close().map(|_| ())
        })();
        written.map_err(|error| parquet_fault(format!("writing {}", self.name), error))?;
        self.rows.clear();
        Ok(())
    }

    /// Writes what is left, syncs, and tells the size.
    pub fn finish(mut self, local: &Local) -> Result<u64, StoreFault> {
        self.flush(local)?;
        let doing = format!("writing {}", self.name);
        let file = self.file.into_inner().map_err(|error| parquet_fault(doing.clone(), error))?;
        file.finish().map_err(|error| StoreFault::io(doing, &error))
    }
}

impl Rows {
    fn push(&mut self, fact: &Fact, seq: i64, codes: &Codes) {
        self.persons.push(fact.person.0 as i64);
        self.at.push(fact.at_ms);
        self.names.push(codes.name);
        self.received.push(fact.received_ms);
        self.ids.push(FixedLenByteArray::from(fact.id.to_be_bytes().to_vec()));
        self.classes.push(fact.class);
        for (column, code) in self.texts.iter_mut().zip(codes.texts) {
            column.push(code);
        }
        self.orders.push(fact.text(Text::Order).map(ByteArray::from));
        for (column, number) in self.numbers.iter_mut().zip(fact.numbers) {
            column.push(number);
        }
        self.props.push(fact.props.as_deref().map(ByteArray::from));
        self.seqs.push(seq);
    }

    fn clear(&mut self) {
        self.persons.clear();
        self.at.clear();
        self.names.clear();
        self.received.clear();
        self.ids.clear();
        self.classes.clear();
        self.texts.iter_mut().for_each(Vec::clear);
        self.orders.clear();
        self.numbers.iter_mut().for_each(Vec::clear);
        self.props.clear();
        self.seqs.clear();
    }

    /// Writes the columns in the order of [`schema`].
    fn write(&self, group: &mut SerializedRowGroupWriter<'_, Paced>, local: &Local) -> ParquetResult<()> {
        column::<Int64Type>(group, &self.persons, None)?;
        column::<Int64Type>(group, &self.at, None)?;
        let names: Vec<_> = self.names.iter().map(|code| local.names.word(*code).clone()).collect();
        column::<ByteArrayType>(group, &names, None)?;
        column::<Int64Type>(group, &self.received, None)?;
        column::<FixedLenByteArrayType>(group, &self.ids, None)?;
        let classes = CLASSES.map(ByteArray::from);
        let classes: Vec<_> = self.classes.iter().map(|class| classes[*class as usize].clone()).collect();
        column::<ByteArrayType>(group, &classes, None)?;
        for text in Text::ALL {
            if text == Text::Order {
                optional::<ByteArrayType>(group, &self.orders)?;
                continue;
            }
            let (codes, words) = (&self.texts[text.index()], &local.texts[text.index()]);
            let there: Vec<i16> = codes.iter().map(|code| i16::from(*code > 0)).collect();
            let values: Vec<_> =
                codes.iter().filter(|code| **code > 0).map(|code| words.word(*code).clone()).collect();
            column::<ByteArrayType>(group, &values, Some(&there))?;
        }
        for numbers in &self.numbers {
            optional::<Int64Type>(group, numbers)?;
        }
        optional::<ByteArrayType>(group, &self.props)?;
        column::<Int64Type>(group, &self.seqs, None)
    }
}

fn optional<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Paced>,
    values: &[Option<T::T>],
) -> ParquetResult<()> {
    let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.iter().flatten().cloned().collect();
    column::<T>(group, &values, Some(&there))
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Paced>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> ParquetResult<()> {
    let mut column = group.next_column()?.expect("the schema has as many columns as are written");
    column.typed::<T>().write_batch(values, there, None)?;
    column.close()
}

/// A fault of the library, which hides the system's own error inside.
pub(super) fn parquet_fault(doing: String, error: ParquetError) -> StoreFault {
    match error {
        ParquetError::External(inner) => match inner.downcast_ref::<std::io::Error>() {
            Some(error) => StoreFault::io(doing, error),
            None => StoreFault::damaged(doing, "the table"),
        },
        _ => StoreFault::damaged(doing, "the table"),
    }
}
