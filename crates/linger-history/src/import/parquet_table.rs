//! Rows out of a Parquet file. It does not know what a column means.

use std::{
    io::{self, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use csv::StringRecord;
use parquet::{
    errors::{ParquetError, Result},
    file::reader::{ChunkReader, FileReader, Length, SerializedFileReader},
    record::{Field, reader::RowIter},
};

use super::{
    ImportFault, Reason,
    source::Source,
    table::{Next, Table, checked},
};

/// How large a group of rows may be when unpacked, bytes: one is in memory at a time.
const GROUP_BYTES_MAX: i64 = 2 << 30;

struct Chunks {
    source: Source,
    read: Arc<AtomicU64>,
}

struct Cursor {
    source: Source,
    at: u64,
    read: Arc<AtomicU64>,
}

impl Read for Cursor {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.source.bytes().saturating_sub(self.at);
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        self.source.read_at(self.at, &mut into[..len])?;
        self.at += len as u64;
        self.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.source.bytes()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Cursor>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let cursor = Cursor { source: self.source.clone(), at: start, read: self.read.clone() };
        Ok(BufReader::new(cursor))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if length as u64 > self.source.bytes() {
            return Err(ParquetError::EOF("a part is longer than the file".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.source.read_at(start, &mut bytes)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(bytes.into())
    }
}

pub(super) struct ParquetTable {
    file: String,
    header: Vec<String>,
    rows: RowIter<'static>,
    row: u64,
}

impl ParquetTable {
    pub(super) fn open(
        source: &Source,
        read: &Arc<AtomicU64>,
    ) -> std::result::Result<ParquetTable, ImportFault> {
        let name = &source.name;
        let fault =
            |error: ParquetError| ImportFault::new(name, format!("not a sound Parquet file: {error}"));
        let chunks = Chunks { source: source.unpacked()?, read: read.clone() };
        let reader = guarded(|| SerializedFileReader::new(chunks)).map_err(fault)?;
        let meta = reader.metadata();
        if let Some(group) = meta.row_groups().iter().find(|it| it.total_byte_size() > GROUP_BYTES_MAX) {
            let reason =
                format!("a group of rows has {} bytes, {GROUP_BYTES_MAX} at most", group.total_byte_size());
            return Err(ImportFault::new(name, reason));
        }
        let schema = meta.file_metadata().schema();
        let names = schema.get_fields().iter().map(|it| it.name().to_owned()).collect();
        let header = checked(name, names)?;
        if let Some(nested) = schema.get_fields().iter().find(|it| !it.is_primitive()) {
            return Err(ImportFault::new(name, "holds lists or structures: plain columns are expected")
                .in_column(nested.name()));
        }
        Ok(ParquetTable {
            file: name.clone(),
            header,
            rows: RowIter::from_file_into(Box::new(reader)),
            row: 0,
        })
    }
}

impl Table for ParquetTable {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next(&mut self, row: &mut StringRecord) -> std::result::Result<Next, ImportFault> {
        row.clear();
        let read = guarded(|| self.rows.next().transpose()).transpose();
        let Some(read) = read else { return Ok(Next::End) };
        self.row += 1;
        let read = read
            .map_err(|error| ImportFault::new(&self.file, format!("cannot be read: {error}")).at(self.row))?;
        for (_, field) in read.get_column_iter() {
            match text(field) {
                Some(text) if text.contains('\0') => return Ok(Next::Bad(self.row, Reason::ZeroByte)),
                Some(text) => row.push_field(&text),
                None => return Ok(Next::Bad(self.row, Reason::NotUtf8)),
            }
        }
        Ok(Next::Row(self.row))
    }
}

/// Has the library read. It panics on some damaged files, which must not end the import of all others.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    let unsound = |_| Err(ParquetError::General("its parts contradict each other".to_owned()));
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(unsound)
}

/// A value as text, so that it is read like a cell of any other file; none when it is not text.
fn text(field: &Field) -> Option<String> {
    Some(match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok()?.to_owned(),
        Field::TimestampMillis(ms) => stamp(*ms),
        Field::TimestampMicros(us) => stamp(us.div_euclid(1000)),
        Field::Date(days) => {
            let ms = i64::from(*days).checked_mul(86_400_000)?;
            jiff::Timestamp::from_millisecond(ms).ok()?.to_string().get(..10)?.to_owned()
        }
        Field::Float(value) => value.to_string(),
        Field::Double(value) => value.to_string(),
        other => other.to_string(),
    })
}

fn stamp(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|it| it.to_string()).unwrap_or_default()
}
