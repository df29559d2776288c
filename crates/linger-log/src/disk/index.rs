//! What the log knows in memory: the streams by name, and where each record lies (four bytes a record). It does not
//! read or write files, and it holds only what is durable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::files::LogFile;
use crate::{Position, StreamName};

use super::format::{Chain, DIRECTORY, Entry};

/// Everything durable, by stream and by segment.
pub(super) struct Index {
    by_name: HashMap<StreamName, u32>,
    /// By id. The first is the directory, which has no name.
    streams: Vec<Stream>,
    names: Vec<StreamName>,
    segments: Vec<Segment>,
}

#[derive(Default)]
pub(super) struct Stream {
    pub epoch: u32,
    pub records: u64,
    runs: Vec<Run>,
}

/// The records of one stream in one segment.
pub(super) struct Run {
    segment: u32,
    /// The offset of the first.
    pub first: u64,
    /// Where each begins in the segment.
    pub at: Vec<u32>,
}

/// One segment file. Its number is its place in the list plus one.
pub(super) struct Segment {
    pub file: Arc<dyn LogFile>,
    /// Where its last whole frame ends.
    pub end: u64,
    /// The chain before its first frame and after its last.
    pub before: Chain,
    pub after: Chain,
    /// The streams that have a run in it.
    pub streams: Vec<u32>,
}

/// Some records of one stream that lie in one segment.
pub(super) struct Found {
    pub segment: u32,
    pub file: Arc<dyn LogFile>,
    pub end: u64,
    pub at: Vec<u32>,
}

impl Index {
    pub fn new() -> Self {
        Self {
            by_name: HashMap::new(),
            streams: vec![Stream::default()],
            names: Vec::new(),
            segments: Vec::new(),
        }
    }

    pub fn id(&self, name: &StreamName) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub fn stream(&self, id: u32) -> Option<&Stream> {
        self.streams.get(id as usize)
    }

    /// Where a stream stands, if there is one of that id.
    pub fn tail(&self, id: u32) -> Option<Position> {
        self.stream(id).map(|stream| Position { epoch: stream.epoch, offset: stream.records })
    }

    pub fn names(&self) -> &[StreamName] {
        &self.names
    }

    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many records all streams hold together, the directory left out.
    pub fn records(&self) -> u64 {
        self.streams.iter().skip(1).map(|stream| stream.records).sum()
    }

    /// Begins a segment; what is pushed from now on lies in it.
    pub fn begin_segment(&mut self, file: Arc<dyn LogFile>, end: u64, chain: Chain) {
        if let Some(last) = self.segments.last_mut() {
            last.streams.shrink_to_fit();
            for &id in &last.streams {
                if let Some(run) = self.streams[id as usize].runs.last_mut() {
                    run.at.shrink_to_fit();
                }
            }
        }
        self.segments.push(Segment { file, end, before: chain, after: chain, streams: Vec::new() });
    }

    /// Forgets the newest segment, which nothing was pushed to.
    pub fn drop_segment(&mut self) {
        self.segments.pop();
    }

    /// Notes how far the newest segment reaches now.
    pub fn extend_segment(&mut self, end: u64, after: Chain) {
        if let Some(segment) = self.segments.last_mut() {
            segment.end = end;
            segment.after = after;
        }
    }

    /// Takes in a directory record's meaning; says what is wrong if it does not follow from what is known.
    pub fn apply(&mut self, entry: Entry) -> Result<(), &'static str> {
        match entry {
            Entry::Made { id, epoch, name } => {
                if id as usize != self.streams.len() || self.by_name.contains_key(&name) {
                    return Err("a stream is made twice or out of turn");
                }
                self.by_name.insert(name.clone(), id);
                self.names.push(name);
                self.streams.push(Stream { epoch, ..Stream::default() });
            }
            Entry::Renewed { id, epoch } => match self.streams.get_mut(id as usize) {
                Some(stream) if id != DIRECTORY => stream.epoch = epoch,
                _ => return Err("an unknown stream gets a new epoch"),
            },
        }
        Ok(())
    }

    /// Notes where the next record of a stream lies in the newest segment.
    pub fn push(&mut self, id: u32, at: u32) {
        self.push_run(id, &[at]);
    }

    /// Notes where the next records of a stream lie in the newest segment.
    pub fn push_run(&mut self, id: u32, at: &[u32]) {
        let number = self.segments.len() as u32;
        let stream = &mut self.streams[id as usize];
        match stream.runs.last_mut() {
            Some(run) if run.segment == number => run.at.extend_from_slice(at),
            _ => {
                stream.runs.push(Run { segment: number, first: stream.records, at: at.to_vec() });
                if let Some(segment) = self.segments.last_mut() {
                    segment.streams.push(id);
                }
            }
        }
        stream.records += at.len() as u64;
    }

    /// The run of a stream in a segment.
    pub fn run(&self, id: u32, segment: u32) -> Option<&Run> {
        let runs = &self.stream(id)?.runs;
        let place = runs.binary_search_by_key(&segment, |run| run.segment).ok()?;
        runs.get(place)
    }

    /// Where the records from `offset` lie: at most `records_max`, and only those of one segment.
    pub fn find(&self, id: u32, offset: u64, records_max: usize) -> Option<Found> {
        let runs = &self.stream(id)?.runs;
        let run = &runs[..runs.partition_point(|run| run.first <= offset)].last()?;
        let start = usize::try_from(offset - run.first).ok()?;
        let rest = run.at.get(start..).filter(|rest| !rest.is_empty())?;
        let segment = self.segments.get(run.segment as usize - 1)?;
        Some(Found {
            segment: run.segment,
            file: Arc::clone(&segment.file),
            end: segment.end,
            at: rest[..rest.len().min(records_max)].to_vec(),
        })
    }
}
