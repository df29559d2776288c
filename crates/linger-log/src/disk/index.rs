//! What the log knows in memory: the streams by name, and where each record lies (four bytes a record). It does not
//! read or write files, and it holds only what is durable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::files::LogFile;
use crate::{Position, StreamName};

use super::base::{Base, BaseStream};
use super::format::{Chain, DIRECTORY, Entry};

/// Everything durable, by stream and by segment.
pub(super) struct Index {
    by_name: HashMap<StreamName, u32>,
    /// By id. The first is the directory, which has no name.
    streams: Vec<Stream>,
    names: Vec<StreamName>,
    segments: Vec<Segment>,
    /// How many segments before the first of the list have been forgotten.
    gone: u32,
}

#[derive(Default)]
pub(super) struct Stream {
    pub epoch: u32,
    pub records: u64,
    /// How many of the records have been forgotten, and how many more may be.
    forgotten: u64,
    allowed: u64,
    runs: Vec<Run>,
    /// The segment it was made in.
    made_in: u32,
    /// Where it got a new epoch, and which it had before.
    renewed: Vec<(u32, u32)>,
}

/// The records of one stream in one segment.
pub(super) struct Run {
    segment: u32,
    /// The offset of the first.
    pub first: u64,
    /// Where each begins in the segment.
    pub at: Vec<u32>,
}

/// One segment file. Its number follows from its place in the list.
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
            gone: 0,
        }
    }

    /// An index of a log whose first segments have been forgotten.
    pub fn after(base: &Base) -> Self {
        let mut index = Self::new();
        index.gone = base.first - 1;
        index.streams[DIRECTORY as usize].start_at(base.directory);
        for (id, it) in (1..).zip(&base.streams) {
            index.by_name.insert(it.name.clone(), id);
            index.names.push(it.name.clone());
            let mut stream = Stream { epoch: it.epoch, ..Stream::default() };
            stream.start_at(it.records);
            index.streams.push(stream);
        }
        index
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

    /// A segment by its number, unless it has been forgotten.
    pub fn segment(&self, number: u32) -> Option<&Segment> {
        self.segments.get(number.checked_sub(self.first())? as usize)
    }

    /// The number of the first segment that is there.
    pub fn first(&self) -> u32 {
        self.gone + 1
    }

    /// The number of the newest segment.
    fn newest(&self) -> u32 {
        self.gone + self.segments.len() as u32
    }

    /// How many records all streams hold together, the directory and what was forgotten left out.
    pub fn records(&self) -> u64 {
        self.streams.iter().skip(1).map(|stream| stream.records - stream.forgotten).sum()
    }

    /// How many of a stream's records have been forgotten.
    pub fn forgotten(&self, id: u32) -> u64 {
        self.stream(id).map_or(0, |stream| stream.forgotten)
    }

    /// Allows the records of a stream before an offset to be forgotten.
    pub fn allow(&mut self, id: u32, before: u64) {
        if let Some(stream) = self.streams.get_mut(id as usize) {
            stream.allowed = stream.allowed.max(before);
        }
    }

    /// Where the log would begin if all were forgotten that may be.
    pub fn base(&self, id: [u8; 16]) -> Base {
        let may_go = |number: u32, segment: &Segment| {
            segment.streams.iter().filter(|stream| **stream != DIRECTORY).all(|&stream| {
                let allowed = self.streams[stream as usize].allowed;
                self.run(stream, number).is_none_or(|run| run.first + run.at.len() as u64 <= allowed)
            })
        };
        let finished = self.segments.len().saturating_sub(1);
        let going =
            (self.first()..).zip(&self.segments[..finished]).take_while(|(number, it)| may_go(*number, it));
        let going = going.count();
        let first = self.first() + going as u32;
        let made_before = self.streams[1..].iter().take_while(|stream| stream.made_in < first);
        let streams = made_before.zip(&self.names).map(|(stream, name)| BaseStream {
            name: name.clone(),
            epoch: stream.epoch_at(first),
            records: stream.records_at(first),
        });
        Base {
            first,
            id,
            before: self.segments.get(going).map_or(Chain::START, |segment| segment.before),
            directory: self.streams[DIRECTORY as usize].records_at(first),
            streams: streams.collect(),
        }
    }

    /// Forgets the segments before a base made from this very index.
    pub fn forget(&mut self, base: &Base) {
        let going = (base.first - self.first()) as usize;
        let segments: Vec<Segment> = self.segments.drain(..going).collect();
        self.gone = base.first - 1;
        for id in segments.iter().flat_map(|segment| &segment.streams) {
            let stream = &mut self.streams[*id as usize];
            stream.forgotten = stream.records_at(base.first);
            stream.runs.retain(|run| run.segment >= base.first);
        }
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
                self.streams.push(Stream { epoch, made_in: self.newest(), ..Stream::default() });
            }
            Entry::Renewed { id, epoch } => {
                let newest = self.newest();
                match self.streams.get_mut(id as usize) {
                    Some(stream) if id != DIRECTORY => {
                        stream.renewed.push((newest, stream.epoch));
                        stream.epoch = epoch;
                    }
                    _ => return Err("an unknown stream gets a new epoch"),
                }
            }
        }
        Ok(())
    }

    /// Notes where the next record of a stream lies in the newest segment.
    pub fn push(&mut self, id: u32, at: u32) {
        self.push_run(id, &[at]);
    }

    /// Notes where the next records of a stream lie in the newest segment.
    pub fn push_run(&mut self, id: u32, at: &[u32]) {
        let number = self.newest();
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
        let segment = self.segment(run.segment)?;
        Some(Found {
            segment: run.segment,
            file: Arc::clone(&segment.file),
            end: segment.end,
            at: rest[..rest.len().min(records_max)].to_vec(),
        })
    }
}

impl Stream {
    fn start_at(&mut self, records: u64) {
        self.records = records;
        self.forgotten = records;
    }

    /// How many records lie before a segment.
    fn records_at(&self, segment: u32) -> u64 {
        let place = self.runs.partition_point(|run| run.segment < segment);
        self.runs.get(place).map_or(self.records, |run| run.first)
    }

    /// Its epoch where a segment begins.
    fn epoch_at(&self, segment: u32) -> u32 {
        let later = self.renewed.iter().find(|(renewed_in, _)| *renewed_in >= segment);
        later.map_or(self.epoch, |(_, before)| *before)
    }
}
