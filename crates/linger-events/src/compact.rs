//! Rewriting segments: to make few of many, to leave out what is too old, and to bring those who moved under their new
//! key. Appends and readers go on meanwhile. It does not know how a segment is written.

use std::cell::RefCell;
use std::sync::Arc;

use linger_behaviour::{Class, Fact, PersonKey};

use crate::StoreFault;
use crate::change::Change;
use crate::manifest::Listed;
use crate::moves::Moves;
use crate::segment;
use crate::store::Inner;

use crate::view::{Piece, partition_of};

/// So many segments of about the same size become one.
const FAN_IN: usize = 4;
/// Segments within this factor are about the same size.
const TIER: u64 = 4;
/// What is smaller than this counts as this small, bytes.
const TIER_BYTES_MIN: u64 = 1 << 20;
/// Facts that moved to another partition are written in portions of this many.
const MOVED_FACTS_MAX: usize = 200_000;
/// With more moves that files do not know of than this, and than this share of all persons, files are rewritten only
/// for that.
const MOVES_MAX: u64 = 20_000;
const MOVES_SHARE: u64 = 32;
const DAY_MS: i64 = 86_400_000;

/// Segments of one partition that are to be rewritten together.
pub(crate) struct Job {
    pub partition: u16,
    pub pieces: Vec<Arc<Piece>>,
}

/// Whether a fact is left out of files being rewritten.
pub(crate) type Gone<'a> = &'a dyn Fn(&Fact) -> bool;

impl Inner {
    /// Rewrites what is worth it, one job after another. Tells how many segments were rewritten.
    pub fn compact(&self) -> Result<u64, StoreFault> {
        let _turn = self.rewriting();
        let mut rewritten = 0;
        while let Some(job) = self.next_job()
            && !self.is_stopping()
        {
            rewritten += job.pieces.len() as u64;
            let cutoffs = self.cutoffs();
            let gone = |fact: &Fact| fact.at_ms < cutoffs[fact.class as usize];
            let mut change = Change::default();
            if let Err(fault) = self.rewrite(&mut change, &job, &gone) {
                self.discard(&change);
                return Err(fault);
            }
            // Only now: while a segment is being written, the tail can be too.
            let mut up = self.upkeep();
            let manifest = up.manifest.clone();
            self.publish(&mut up, manifest, change)?;
        }
        Ok(rewritten)
    }

    /// What is worth rewriting next.
    fn next_job(&self) -> Option<Job> {
        let (view, now_ms, moves, persons) = {
            let state = self.intake.state();
            let moves = state.people.moves().len() as u64;
            (Arc::clone(&state.view), state.now_ms, moves, state.people.count())
        };
        let oldest = self.cutoffs().into_iter().max().unwrap_or(i64::MIN);
        let stale = |piece: &Arc<Piece>| {
            let it = &piece.listed;
            it.meta.first_ms < oldest && it.kept_ms < now_ms.saturating_sub(DAY_MS)
        };
        let bearable = MOVES_MAX.max(persons / MOVES_SHARE);
        let behind = view.moves().is_some_and(|known| moves - known > bearable);
        let jobs = (0..).zip(&view.parts);
        jobs.filter_map(|(partition, pieces)| {
            let old: Vec<_> =
                pieces.iter().filter(|it| stale(it) || behind && it.listed.moves < moves).cloned().collect();
            let pieces = if old.is_empty() { tier(pieces)? } else { old };
            Some(Job { partition, pieces })
        })
        .next()
    }

    /// The times before which facts are too old, by class.
    fn cutoffs(&self) -> [i64; 3] {
        let now_ms = self.intake.state().now_ms;
        let keep = self.config.keep_days;
        let mut cutoffs = [i64::MIN; 3];
        let days = [
            (Class::Behaviour, keep.behaviour),
            (Class::Commerce, keep.commerce),
            (Class::Profile, keep.profile),
        ];
        for (class, days) in days {
            cutoffs[class as usize] =
                days.map_or(i64::MIN, |days| now_ms.saturating_sub(i64::from(days) * DAY_MS));
        }
        cutoffs
    }

    /// Rewrites segments of one partition as one, without what is gone; those who moved get their new key, and go to
    /// its partition.
    pub fn rewrite(&self, change: &mut Change, job: &Job, gone: Gone<'_>) -> Result<(), StoreFault> {
        let (moves, known, now_ms) = {
            let state = self.intake.state();
            let all = state.people.moves();
            let from = job.pieces.iter().map(|piece| piece.listed.moves).min().unwrap_or(0) as usize;
            (Moves::new(&all[from.min(all.len())..]), all.len() as u64, state.now_ms)
        };
        Rewrite { inner: self, job, gone, moves, known, now_ms }.run(change)?;
        change.gone.extend(job.pieces.iter().map(|piece| piece.listed.meta.id));
        Ok(())
    }
}

struct Rewrite<'a> {
    inner: &'a Inner,
    job: &'a Job,
    gone: Gone<'a>,
    moves: Moves,
    /// How many moves what is written here knows of.
    known: u64,
    now_ms: i64,
}

impl Rewrite<'_> {
    fn run(&self, change: &mut Change) -> Result<(), StoreFault> {
        let movers: RefCell<Vec<Fact>> = RefCell::default();
        let keep = |fact: &Fact| {
            if (self.gone)(fact) {
                return false;
            }
            let person = PersonKey(self.moves.now(fact.person.0));
            let stays = person == fact.person;
            if !stays {
                movers.borrow_mut().push(Fact { person, ..fact.clone() });
            }
            stays
        };
        // Oldest first, so that facts of equal time stay in the order of their arrival.
        let mut pieces: Vec<_> = self.job.pieces.iter().collect();
        pieces.sort_by_key(|piece| piece.listed.meta.id);
        let inputs: Vec<_> = pieces.into_iter().map(|piece| &*piece.segment).collect();
        self.inner.segments.step("merging segments")?;
        let id = self.inner.fresh();
        let merged = segment::merge(
            &self.inner.segments.dir,
            &inputs,
            id,
            self.job.partition,
            &keep,
            &self.inner.config.zone,
        )?;
        if let Some(meta) = merged {
            self.add(self.inner.piece(meta, self.known)?, change);
        }
        let mut movers = movers.into_inner();
        let part = |fact: &Fact| partition_of(fact.person, self.inner.config.partitions);
        movers.sort_by_key(part);
        while let Some(partition) = movers.last().map(part) {
            let from = movers
                .partition_point(|fact| part(fact) < partition)
                .max(movers.len().saturating_sub(MOVED_FACTS_MAX));
            let facts = movers.split_off(from);
            let piece = self.inner.write_segment(partition, facts.iter().collect(), self.known)?;
            self.add(piece, change);
        }
        Ok(())
    }

    fn add(&self, piece: Arc<Piece>, change: &mut Change) {
        let Piece { listed, segment } = &*piece;
        let listed = Listed { kept_ms: self.now_ms, ..listed.clone() };
        change.new.push(Arc::new(Piece { listed, segment: Arc::clone(segment) }));
    }
}

/// Segments that are about the same size, if there are enough of them: the smallest ones first.
fn tier(pieces: &[Arc<Piece>]) -> Option<Vec<Arc<Piece>>> {
    let size = |piece: &Arc<Piece>| piece.listed.meta.bytes.max(TIER_BYTES_MIN);
    let mut by_size = pieces.to_vec();
    by_size.sort_by_key(size);
    (0..by_size.len()).find_map(|first| {
        let least = size(&by_size[first]);
        let alike: Vec<_> =
            by_size[first..].iter().take_while(|it| size(it) <= least * TIER).cloned().collect();
        (alike.len() >= FAN_IN).then_some(alike)
    })
}
