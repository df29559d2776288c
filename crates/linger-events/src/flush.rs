//! Writing the tail out: to segments, and what came with it to journals of identities and words and to a file of ids.
//! It does not know which segments are worth rewriting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use linger_behaviour::{Fact, PersonKey};
use linger_log::Position;

use crate::bytes::Put;
use crate::change::{Change, Upkeep};
use crate::disk::Disk;
use crate::manifest::{IdsFile, Listed, Manifest};
use crate::moves::Moves;
use crate::segment::{self, Meta};
use crate::store::Inner;
use crate::view::{Piece, partition_of};
use crate::words::Counts;
use crate::{Cause, StoreFault};

pub(crate) const PEOPLE: &[u8; 8] = b"LINGERPE";
pub(crate) const IDS: &[u8; 8] = b"LINGERID";
pub(crate) const WORDS: &[u8; 8] = b"LINGERWO";
pub(crate) const PEOPLE_IS: &str = "a journal of identities";
pub(crate) const IDS_IS: &str = "a file of ids";
pub(crate) const WORDS_IS: &str = "a journal of dictionaries";

/// A part of the state, taken at one moment.
struct Frozen {
    chunks: Vec<Arc<Vec<Fact>>>,
    first: u64,
    position: Position,
    now_ms: i64,
    last_person: u64,
    moves: Moves,
    moves_known: u64,
    journal: Vec<u8>,
    erasing: Vec<u64>,
}

impl Inner {
    /// Writes everything out that is in the log alone. Tells how many facts that were.
    pub fn flush(&self, up: &mut Upkeep) -> Result<u64, StoreFault> {
        let frozen = self.freeze(up);
        let Some(frozen) = frozen else { return Ok(0) };
        let flushed = self.write_out(up, &frozen);
        if flushed.is_err() {
            self.intake.state().people.return_journal(frozen.journal);
        }
        flushed?;
        up.written = Instant::now();
        self.forget(up)?;
        Ok(frozen.chunks.iter().map(|chunk| chunk.len() as u64).sum())
    }

    /// Lets the log go of what is in files.
    pub fn forget(&self, up: &Upkeep) -> Result<(), StoreFault> {
        let position = Position { epoch: up.manifest.log_epoch, offset: up.manifest.log_offset };
        self.intake.log.forget_before(&self.intake.stream, position).map(|_| ()).map_err(
            |error| match error {
                linger_log::ReadError::Fault(fault) => fault.into(),
                other => StoreFault::damaged("shortening the log of events", format!("the log ({other})")),
            },
        )
    }

    fn freeze(&self, up: &Upkeep) -> Option<Frozen> {
        let mut state = self.intake.state();
        if state.position.offset == up.manifest.log_offset && state.tail.chunks.is_empty() {
            return None;
        }
        let from = state.tail_moves as usize;
        Some(Frozen {
            chunks: state.tail.chunks.clone(),
            first: state.tail.first,
            position: state.position,
            now_ms: state.now_ms,
            last_person: state.people.last(),
            moves: Moves::new(&state.people.moves()[from..]),
            moves_known: state.people.moves().len() as u64,
            journal: state.people.take_journal(),
            erasing: state.erasing.iter().copied().collect(),
        })
    }

    fn write_out(&self, up: &mut Upkeep, frozen: &Frozen) -> Result<(), StoreFault> {
        let counts = self.change(up, |manifest, change| {
            let counts = self.write_files(manifest, frozen, change)?;
            change.chunks = frozen.chunks.len();
            change.tail_moves = Some(frozen.moves_known);
            manifest.log_epoch = frozen.position.epoch;
            manifest.log_offset = frozen.position.offset;
            manifest.now_ms = frozen.now_ms;
            manifest.last_person = frozen.last_person;
            manifest.erasing.clone_from(&frozen.erasing);
            Ok(counts)
        })?;
        if let Some(counts) = counts {
            self.words().note_written(counts);
        }
        Ok(())
    }

    fn write_files(
        &self,
        manifest: &mut Manifest,
        frozen: &Frozen,
        change: &mut Change,
    ) -> Result<Option<Counts>, StoreFault> {
        self.words().take_in(frozen.first, &frozen.chunks);
        let mut parts: Vec<Vec<&Fact>> = vec![Vec::new(); usize::from(self.config.partitions)];
        for fact in frozen.chunks.iter().flat_map(|chunk| chunk.iter()) {
            let person = PersonKey(frozen.moves.now(fact.person.0));
            parts[usize::from(partition_of(person, self.config.partitions))].push(fact);
        }
        self.write_parts(&parts, frozen, change)?;
        write_journal(&self.disk, self.fresh(), manifest, Journal::People, &frozen.journal, change)?;
        let (words, counts) = self.words().journal();
        write_journal(&self.disk, self.fresh(), manifest, Journal::Words, &words, change)?;
        self.write_ids(manifest, frozen, change)?;
        Ok((!words.is_empty()).then_some(counts))
    }

    /// Writes a segment for each partition that has facts, two at a time: what waits in memory must not grow faster than
    /// it is written out. What was written before a fault is among the change's, to be discarded with it.
    fn write_parts(
        &self,
        parts: &[Vec<&Fact>],
        frozen: &Frozen,
        change: &mut Change,
    ) -> Result<(), StoreFault> {
        let next = AtomicUsize::new(0);
        let work = || -> (Vec<Arc<Piece>>, Result<(), StoreFault>) {
            let mut made = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(facts) = parts.get(at) else { return (made, Ok(())) };
                if facts.is_empty() {
                    continue;
                }
                // Nearly nobody was joined to somebody else while their facts waited: only their facts are copied.
                let now = |fact: &Fact| PersonKey(frozen.moves.now(fact.person.0));
                let joined = facts.iter().filter(|fact| now(fact) != fact.person);
                let joined: Vec<Fact> =
                    joined.map(|fact| Fact { person: now(fact), ..Fact::clone(fact) }).collect();
                let mut copies = joined.iter();
                let facts = facts.iter().map(|fact| match now(fact) == fact.person {
                    true => *fact,
                    false => copies.next().expect("one for each that was joined"),
                });
                match self.write_segment(at as u16, facts.collect(), frozen.moves_known) {
                    Ok(piece) => made.push(piece),
                    Err(fault) => {
                        next.store(parts.len(), Ordering::Relaxed);
                        return (made, Err(fault));
                    }
                }
            }
        };
        let done = std::thread::scope(|scope| {
            let other = scope.spawn(work);
            [work(), other.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug))]
        });
        let mut result = Ok(());
        for (made, ended) in done {
            change.new.extend(made);
            result = result.and(ended);
        }
        result
    }

    /// Writes facts of one partition as a new segment.
    pub fn write_segment(
        &self,
        partition: u16,
        facts: Vec<&Fact>,
        moves: u64,
    ) -> Result<Arc<Piece>, StoreFault> {
        self.segments.step("writing a segment")?;
        let id = self.fresh();
        let meta = segment::write(&self.segments.dir, id, partition, facts, &self.config.zone)?;
        self.segments.step("opening a segment")?;
        self.piece(meta, moves)
    }

    /// Opens a segment that was just written.
    pub fn piece(&self, meta: Meta, moves: u64) -> Result<Arc<Piece>, StoreFault> {
        let segment = segment::open(&self.segments.dir, &meta, &self.config.zone)?;
        Ok(Arc::new(Piece { listed: Listed { meta, moves, kept_ms: i64::MIN }, segment: Arc::new(segment) }))
    }

    fn write_ids(
        &self,
        manifest: &mut Manifest,
        frozen: &Frozen,
        change: &mut Change,
    ) -> Result<(), StoreFault> {
        let oldest = frozen.now_ms.saturating_sub(i64::from(self.config.dedupe_h) * 3_600_000);
        let mut room = self.config.dedupe_ids_max as u64;
        // The newest first, as long as they count.
        let counts = |file: &IdsFile, room: &mut u64| {
            let counts = file.last_ms >= oldest && *room > 0;
            *room = room.saturating_sub(file.ids);
            counts
        };
        let kept = manifest.ids.iter().rev().take_while(|file| counts(file, &mut room)).count();
        let gone = manifest.ids.len() - kept;
        change.old.extend(manifest.ids.drain(..gone).map(|file| file.name));
        let ids: Vec<u128> =
            frozen.chunks.iter().flat_map(|chunk| chunk.iter()).map(|fact| fact.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let name = format!("ids-{:010}", self.fresh());
        self.disk.put_sealed(&name, IDS, &encode_ids(&ids))?;
        manifest.ids.push(IdsFile { name, last_ms: frozen.now_ms, ids: ids.len() as u64 });
        Ok(())
    }
}

/// The two kinds of files that are read in order, one after another.
#[derive(Clone, Copy)]
enum Journal {
    People,
    Words,
}

fn write_journal(
    disk: &Disk,
    number: u64,
    manifest: &mut Manifest,
    kind: Journal,
    journal: &[u8],
    change: &mut Change,
) -> Result<(), StoreFault> {
    if journal.is_empty() {
        return Ok(());
    }
    let (files, magic, what, name) = match kind {
        Journal::People => (&mut manifest.people, PEOPLE, PEOPLE_IS, format!("people-{number:010}")),
        Journal::Words => (&mut manifest.words, WORDS, WORDS_IS, format!("words-{number:010}")),
    };
    // Files at the end that together are no larger than what follows them become one with it, so that there are few
    // files and each byte is rewritten seldom.
    let (mut from, mut bytes) = (files.len(), journal.len() as u64);
    while let Some(before) = from.checked_sub(1) {
        let size = disk.size(&files[before])?;
        if size > bytes {
            break;
        }
        (from, bytes) = (before, bytes + size);
    }
    let mut payload = Vec::new();
    for old in files.drain(from..) {
        payload.append(&mut disk.read_sealed(&old, magic, what)?);
        change.old.push(old);
    }
    payload.extend_from_slice(journal);
    disk.put_sealed(&name, magic, &payload)?;
    files.push(name);
    Ok(())
}

/// Ids as a file.
pub(crate) fn encode_ids(ids: &[u128]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(ids.len() * 16);
    ids.iter().for_each(|id| payload.put_u128(*id));
    payload
}

/// The ids of a file.
pub(crate) fn decode_ids(payload: &[u8]) -> Result<Vec<u128>, StoreFault> {
    let (ids, rest) = payload.as_chunks::<16>();
    if rest.is_empty() {
        Ok(ids.iter().map(|id| u128::from_le_bytes(*id)).collect())
    } else {
        Err(StoreFault::lasting("reading ids", Cause::Damaged { what: "a file of ids".to_owned() }))
    }
}
