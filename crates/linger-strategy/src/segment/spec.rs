//! All segments of a shop, ready to be answered: shared counters, an index by event, a program for each segment. It does
//! not know how they were written, nor any person.

use super::{
    compile::Making,
    condition::{DAYS_MAX, Filter, SegmentDef, Stage, StageRule},
    days::Shape,
};
use linger_behaviour::{Columns, Number, Text};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Segments one shop may have.
pub const SEGMENTS_MAX: usize = 256;

/// The counter of any sign of life, always there.
pub(super) const PRESENCE: u16 = 0;

/// Why a segment is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment}: {field} {problem}")]
pub struct BadSegment {
    /// Which one.
    pub segment: Box<str>,
    /// What in it.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// A bit for each segment.
pub(super) type Segments = [u64; SEGMENTS_MAX / 64];

pub(super) fn set(bits: &mut Segments, at: usize, on: bool) {
    let bit = 1 << (at % 64);
    if on {
        bits[at / 64] |= bit;
    } else {
        bits[at / 64] &= !bit;
    }
}

pub(super) fn add(bits: &mut Segments, more: Segments) {
    bits.iter_mut().zip(more).for_each(|(mine, more)| *mine |= more);
}

pub(super) fn ones(bits: Segments) -> impl Iterator<Item = usize> {
    bits.into_iter().enumerate().flat_map(|(word, mut rest)| {
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(word * 64 + bit as usize)
        })
    })
}

/// What is counted for all conditions on the same event with the same filter.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    pub(super) filters: Vec<Filter>,
    pub(super) shape: Shape,
    /// Where counting stops: one more than any condition can tell apart.
    pub(super) cap: u32,
    /// Distances in days after which an answer may change by itself.
    pub(super) windows: Vec<u16>,
    /// All segments that look at it.
    pub(super) segments: Segments,
    /// Those that look at the first day, at the last, at the days one by one.
    pub(super) on_first: Segments,
    pub(super) on_last: Segments,
    pub(super) on_day: Segments,
    /// Where an answer turns as a sum grows, by sum.
    pub(super) edges: Vec<Edge>,
}

/// A sum over the days of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sum {
    Ever,
    Times(u16),
    Days(u16),
}

/// Answers of these segments may turn when this sum arrives at this number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) sum: Sum,
    pub(super) at: u32,
    pub(super) segments: Segments,
}

/// A condition with its names looked up.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Times { counter: u16, window: Option<u16>, min: u32, max: u32 },
    Days { counter: u16, window: u16, min: u32, max: u32 },
    First { counter: u16, min: u16, max: u16 },
    Last { counter: u16, min: u16, max: u16 },
    Text { text: Text, is: Vec<u16> },
    Number { number: Number, min: i64, max: i64 },
    Score { score: u16, min: f64, max: f64 },
    Stage { is: Vec<Stage> },
    Tag { tag: u16 },
}

/// All segments of a shop, checked and compiled.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(super) ids: Vec<Box<str>>,
    pub(super) programs: Vec<Node>,
    pub(super) counters: Vec<Counter>,
    pub(super) by_event: FxHashMap<Box<str>, Vec<u16>>,
    pub(super) of_any: Vec<u16>,
    pub(super) stages: StageRule,
    /// The values that conditions on latest texts name; a code is a place here plus one, 0 any other value.
    pub(super) values: BTreeMap<Text, Vec<Box<str>>>,
    pub(super) text_segments: BTreeMap<Text, Segments>,
    pub(super) number_segments: BTreeMap<Number, Segments>,
    pub(super) scores: Vec<Box<str>>,
    pub(super) score_segments: Vec<Segments>,
    pub(super) tags: Vec<Box<str>>,
    pub(super) tag_segments: Vec<Segments>,
}

impl Spec {
    /// Checks and compiles. Everything is refused or everything is taken.
    pub fn new(defs: &[SegmentDef], stages: StageRule) -> Result<Spec, BadSegment> {
        let mut making = Making::new(stages);
        if defs.len() > SEGMENTS_MAX {
            return Err(bad("", "segments", "are more than 256"));
        }
        let together = u32::from(stages.dormant_days) + u32::from(stages.won_back_days);
        let ordered =
            stages.new_days > 0 && 0 < stages.active_days && stages.active_days < stages.dormant_days;
        if !ordered
            || stages.won_back_days == 0
            || together > u32::from(DAYS_MAX)
            || stages.new_days > DAYS_MAX
        {
            return Err(bad("", "stages", "must be ordered and within 180 days together"));
        }
        let mut seen = BTreeSet::new();
        for def in defs {
            let fits = (1..=64).contains(&def.id.len())
                && def.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
            if !fits {
                return Err(bad("?", "id", "must be 1 to 64 of a-z, 0-9, - and _"));
            }
            if !seen.insert(def.id.clone()) {
                return Err(bad(&def.id, "id", "is there twice"));
            }
            making.segment(def)?;
        }
        Ok(making.done())
    }

    /// The columns that conditions look at.
    pub fn columns(&self) -> Columns {
        let filters = self.counters.iter().flat_map(|it| &it.filters);
        let mut columns = filters.fold(Columns::none(), |columns, filter| match filter {
            Filter::Text { text, .. } => columns.with(*text),
            Filter::Number { number, .. } => columns.with_number(*number),
        });
        columns = self.values.keys().fold(columns, |columns, text| columns.with(*text));
        self.number_segments.keys().fold(columns, |columns, number| columns.with_number(*number))
    }

    /// The ids, in the order they were given.
    pub fn ids(&self) -> &[Box<str>] {
        &self.ids
    }

    /// The scores that conditions ask for.
    pub fn scores(&self) -> &[Box<str>] {
        &self.scores
    }
}

pub(super) fn bad(segment: &str, field: &'static str, problem: &'static str) -> BadSegment {
    BadSegment { segment: segment.into(), field, problem }
}
