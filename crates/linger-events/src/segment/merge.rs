//! Makes one segment of several of a partition, fact by fact. It does not know why a fact is left out.

use std::path::Path;

use linger_behaviour::{Fact, PersonKey};
use rustc_hash::FxHashSet;

use super::table_read::Stream;
use super::{Meta, Segment, Writer};
use crate::StoreFault;

/// Of a person with more facts than this, only copies that stand close together are found.
const IDS_MAX: usize = 1 << 20;

/// Writes the facts of some segments of one partition, oldest first, as one; leaves out those that `keep` does not want
/// and those that were told twice (same person and id). None when nothing is left. Memory is bounded by a row group.
///
/// # Errors
/// [`StoreFault`] when a file cannot be read or written; what was written is removed.
pub(crate) fn merge(
    dir: &Path,
    inputs: &[&Segment],
    id: u64,
    partition: u16,
    keep: &dyn Fn(&Fact) -> bool,
    zone: &str,
) -> Result<Option<Meta>, StoreFault> {
    let mut writer = Writer::new(dir, id, partition, zone)?;
    let written = write(inputs, keep, &mut writer);
    match written {
        Ok(()) if !writer.is_empty() => writer.finish().map(Some),
        Ok(()) => {
            writer.discard();
            Ok(None)
        }
        Err(fault) => {
            writer.discard();
            Err(fault)
        }
    }
}

/// A segment on the way through its facts.
struct Input<'a> {
    stream: Stream<'a>,
    next: Option<Fact>,
}

fn write(inputs: &[&Segment], keep: &dyn Fn(&Fact) -> bool, writer: &mut Writer) -> Result<(), StoreFault> {
    let mut open = Vec::with_capacity(inputs.len());
    for segment in inputs {
        let mut stream = segment.table.stream();
        let next = stream.next()?;
        open.push(Input { stream, next });
    }
    let mut person = PersonKey::default();
    let mut ids = FxHashSet::default();
    loop {
        let key = |input: &Input<'_>| input.next.as_ref().map(|fact| (fact.person, fact.at_ms));
        let first = open.iter().enumerate().filter_map(|(at, input)| Some((key(input)?, at))).min();
        let Some((_, at)) = first else { return Ok(()) };
        let input = &mut open[at];
        let following = input.stream.next()?;
        let Some(fact) = std::mem::replace(&mut input.next, following) else { continue };
        if fact.person != person {
            person = fact.person;
            ids.clear();
        }
        if ids.len() >= IDS_MAX {
            ids.clear();
        }
        if ids.insert(fact.id) && keep(&fact) {
            writer.push(&fact)?;
        }
    }
}
