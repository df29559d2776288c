//! What one commit will write: asks are decided against the durable index and what the same commit already accepted.
//! It reads and writes no file; until it is carried out, nothing has happened.

use std::collections::HashMap;

use crate::limits::{STREAMS_MAX, too_many_streams};
use crate::{Append, Position, Stale, StreamName};

use super::desk::{Answer, Ask};
use super::format::{DIRECTORY, Entry, FrameBuilder};
use super::index::Index;

/// The frame to write and the answers to give once it is durable.
pub(super) struct Plan {
    pub frame: FrameBuilder,
    pub answers: Vec<Answer>,
    /// The streams to take in, before the records.
    pub entries: Vec<Entry>,
    /// For each record its stream and where it begins in the frame.
    pub records: Vec<(u32, usize)>,
}

impl Plan {
    pub fn empty(seed: u32) -> Self {
        Self { frame: FrameBuilder::new(seed), answers: Vec::new(), entries: Vec::new(), records: Vec::new() }
    }

    pub fn of(index: &Index, seed: u32, asks: &[Ask]) -> Self {
        let mut planner =
            Planner { index, plan: Self::empty(seed), tails: HashMap::new(), made: HashMap::new() };
        for ask in asks {
            let answer = match ask {
                Ask::Create { stream, epoch } => planner.create(stream, *epoch),
                Ask::Append(batch) => Answer::Appended(batch.iter().map(|it| planner.append(it)).collect()),
            };
            planner.plan.answers.push(answer);
        }
        planner.plan
    }

    /// Adds a directory record at its offset.
    pub fn direct(&mut self, offset: u64, entry: Entry) {
        let at = self.frame.push(DIRECTORY, 0, offset, &entry.encode());
        self.records.push((DIRECTORY, at));
        self.entries.push(entry);
    }
}

struct Planner<'a> {
    index: &'a Index,
    plan: Plan,
    /// Where streams will stand that this plan changes.
    tails: HashMap<u32, Position>,
    made: HashMap<StreamName, u32>,
}

impl Planner<'_> {
    fn id(&self, name: &StreamName) -> Option<u32> {
        self.index.id(name).or_else(|| self.made.get(name).copied())
    }

    fn tail(&self, id: u32) -> Position {
        let planned = self.tails.get(&id).copied();
        planned.or_else(|| self.index.tail(id)).unwrap_or(Position::start(0))
    }

    fn create(&mut self, name: &StreamName, epoch: u32) -> Answer {
        if let Some(id) = self.id(name) {
            return Answer::Created(self.tail(id));
        }
        let streams = self.index.names().len() + self.made.len();
        if streams >= STREAMS_MAX {
            return Answer::Failed(too_many_streams());
        }
        let id = streams as u32 + 1;
        let name = name.clone();
        self.made.insert(name.clone(), id);
        let directory = self.tail(DIRECTORY);
        self.plan.direct(directory.offset, Entry::Made { id, epoch, name });
        let offset = directory.offset + 1;
        self.tails.insert(DIRECTORY, Position { offset, ..directory });
        let start = Position::start(epoch);
        self.tails.insert(id, start);
        Answer::Created(start)
    }

    fn append(&mut self, append: &Append) -> Result<Position, Stale> {
        let Some(id) = self.id(&append.stream) else {
            let actual = Position::start(0);
            return Err(Stale { actual });
        };
        let mut tail = self.tail(id);
        if tail != append.expected {
            return Err(Stale { actual: tail });
        }
        for payload in &append.records {
            let at = self.plan.frame.push(id, tail.epoch, tail.offset, payload);
            self.plan.records.push((id, at));
            tail.offset += 1;
        }
        self.tails.insert(id, tail);
        Ok(tail)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn one_stream_too_many_is_refused_and_the_asks_beside_it_are_not() {
        let name = |number: usize| StreamName::new(&format!("s{number}")).unwrap();
        let mut index = Index::new();
        for number in 1..STREAMS_MAX {
            let (id, epoch, name) = (number as u32, 1, name(number));
            index.apply(Entry::Made { id, epoch, name }).unwrap();
        }
        let create = |number| Ask::Create { stream: name(number), epoch: 1 };
        let asks = [STREAMS_MAX, STREAMS_MAX + 1, 1].map(create);
        let plan = Plan::of(&index, 0, &asks);
        let start = Position::start(1);
        assert!(matches!(&plan.answers[0], Answer::Created(position) if *position == start));
        assert!(matches!(&plan.answers[1], Answer::Failed(fault) if *fault == too_many_streams()));
        assert!(matches!(&plan.answers[2], Answer::Created(position) if *position == start));
        assert_eq!(plan.entries.len(), 1);
    }
}
