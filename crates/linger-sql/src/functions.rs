//! Functions that SQL has beside DataFusion's own: who a person is now, who may be seen, and what stands in `props`. It
//! does not know the table they are used on.

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, StringArray, UInt64Array},
        datatypes::DataType,
    },
    common::{
        Result,
        cast::{as_string_array, as_uint64_array},
    },
    logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Who a person of the files is now.
pub fn now(moves: Vec<(u64, u64)>) -> ScalarUDF {
    let into: HashMap<u64, u64> = moves.into_iter().collect();
    let name = "now_person";
    create_udf(
        name,
        vec![DataType::UInt64],
        DataType::UInt64,
        Volatility::Immutable,
        Arc::new(move |given| {
            by_rows(given, |arrays| {
                let persons = as_uint64_array(&arrays[0])?.iter();
                let now = persons.map(|it| it.map(|person| into.get(&person).copied().unwrap_or(person)));
                Ok(Arc::new(now.collect::<UInt64Array>()))
            })
        }),
    )
}

/// Whether a person of the files may be seen.
pub fn seen(hidden: Vec<u64>) -> ScalarUDF {
    let hidden: HashSet<u64> = hidden.into_iter().collect();
    let name = "seen_person";
    create_udf(
        name,
        vec![DataType::UInt64],
        DataType::Boolean,
        Volatility::Immutable,
        Arc::new(move |given| {
            by_rows(given, |arrays| {
                let persons = as_uint64_array(&arrays[0])?.iter();
                let seen = persons.map(|it| it.map(|person| !hidden.contains(&person)));
                Ok(Arc::new(seen.collect::<BooleanArray>()))
            })
        }),
    )
}

/// `prop(props, 'colour')`: what an event's own properties say under a name, as a text; null when they say nothing.
pub fn prop() -> ScalarUDF {
    let texts = vec![DataType::Utf8, DataType::Utf8];
    create_udf(
        "prop",
        texts,
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(|given| {
            by_rows(given, |arrays| {
                let (props, names) = (as_string_array(&arrays[0])?, as_string_array(&arrays[1])?);
                let said = props.iter().zip(names).map(|(props, name)| said(props?, name?));
                Ok(Arc::new(said.collect::<StringArray>()))
            })
        }),
    )
}

fn said(props: &str, name: &str) -> Option<String> {
    let props: serde_json::Value = serde_json::from_str(props).ok()?;
    match props.get(name)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn by_rows(given: &[ColumnarValue], work: impl Fn(&[ArrayRef]) -> Result<ArrayRef>) -> Result<ColumnarValue> {
    work(&ColumnarValue::values_to_arrays(given)?).map(ColumnarValue::Array)
}
