//! The rows of an answer, as JSON has them, up to their bounds. It does not know the query.

use crate::{Answer, BYTES_MAX, ROWS_MAX};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, RecordBatch},
        buffer::NullBuffer,
        datatypes::DataType,
        util::display::{ArrayFormatter, FormatOptions},
    },
    error::Result,
    execution::SendableRecordBatchStream,
};
use futures_util::TryStreamExt;
use serde_json::{Number, Value};

/// What a value costs beside its text, bytes.
const VALUE: usize = 24;

/// Takes rows until there are no more, or no more may be taken.
pub async fn gather(mut rows: SendableRecordBatchStream) -> Result<Answer> {
    let columns = rows.schema().fields().iter().map(|it| it.name().clone()).collect();
    let mut answer = Answer { columns, ..Answer::default() };
    let mut bytes = 0;
    while let Some(batch) = rows.try_next().await? {
        let columns = columns_of(&batch)?;
        for row in 0..batch.num_rows() {
            let values = columns.iter().map(|it| it.value(row)).collect::<Result<Vec<_>>>()?;
            bytes += values.iter().map(|it| it.as_str().map_or(0, str::len) + VALUE).sum::<usize>();
            if answer.rows.len() == ROWS_MAX || bytes > BYTES_MAX {
                answer.cut = true;
                return Ok(answer);
            }
            answer.rows.push(values);
        }
    }
    Ok(answer)
}

fn columns_of(batch: &RecordBatch) -> Result<Vec<Column<'_>>> {
    // Times as everywhere in the house: RFC 3339, in UTC.
    const AS: FormatOptions<'_> = FormatOptions::new();
    let column = |it| -> Result<Column<'_>> {
        let it: &ArrayRef = it;
        Ok(Column {
            numbers: it.data_type().is_numeric(),
            nothing: *it.data_type() == DataType::Null,
            nulls: it.logical_nulls(),
            texts: ArrayFormatter::try_new(it, &AS)?,
        })
    };
    batch.columns().iter().map(column).collect()
}

/// A column, and how its values are told.
struct Column<'a> {
    numbers: bool,
    nothing: bool,
    nulls: Option<NullBuffer>,
    texts: ArrayFormatter<'a>,
}

impl Column<'_> {
    fn value(&self, row: usize) -> Result<Value> {
        if self.nothing || self.nulls.as_ref().is_some_and(|it| it.is_null(row)) {
            return Ok(Value::Null);
        }
        let text = self.texts.value(row).try_to_string()?;
        let number = self.numbers.then(|| number(&text)).flatten();
        Ok(number.map_or(Value::String(text), Value::Number))
    }
}

/// None for what JSON has no number for, such as NaN.
fn number(text: &str) -> Option<Number> {
    let signed = text.parse::<i64>().map(Number::from).ok();
    let whole = signed.or_else(|| text.parse::<u64>().map(Number::from).ok());
    whole.or_else(|| Number::from_f64(text.parse().ok()?))
}
