//! Sums over groups that were drawn whole: a host's or a shop's people, or those in a room during a stretch of time. It does
//! not know what the sums say.

use super::Span;
use super::read::{Kind, Reader, Tally, overlap_s, span_of};
use linger_behaviour::{Run, Text};
use std::collections::BTreeMap;

/// A group by the code of its text, and the number of its stretch where time is cut up.
pub(super) type Place = (u32, u32);

/// What tells groups apart, and which arm each is in.
pub(super) enum Drawn {
    /// By a text of each fact; for each span, the arm of each code.
    Texts {
        /// Which text.
        column: Text,
        /// By span, then by code.
        arms: Vec<Vec<Option<u8>>>,
    },
    /// By room and time: the stretches of each room's code, by their beginning.
    Stretches(BTreeMap<u32, Vec<Counted>>),
}

/// A stretch of a room's time.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub number: u32,
    pub arm: u8,
    pub from_ms: i64,
    pub to_ms: i64,
}

/// Figures that are kept for quantiles, of all groups together.
const FIGURES_MAX: usize = 2_000_000;

/// One group: its arm, its people, the sums of each metric, and the figures of those that are quantiles.
#[derive(Clone)]
pub(super) struct Group {
    pub arm: u8,
    pub people: i64,
    pub rows: Vec<[i64; 2]>,
    pub figures: Vec<Vec<i64>>,
}

/// All groups.
#[derive(Clone, Default)]
pub(super) struct Groups {
    pub by_place: BTreeMap<Place, Group>,
    figures: usize,
}

impl Drawn {
    pub fn column(&self) -> Text {
        match self {
            Drawn::Texts { column, .. } => *column,
            Drawn::Stretches(_) => Text::Room,
        }
    }

    fn at(&self, code: u32, spans: &[Span], at_ms: i64) -> Option<(Place, u8)> {
        let span = span_of(spans, at_ms)?;
        match self {
            Drawn::Texts { arms, .. } => {
                let arm = arms.get(span)?.get(code as usize).copied().flatten()?;
                Some(((code, 0), arm))
            }
            Drawn::Stretches(rooms) => {
                let stretches = rooms.get(&code)?;
                let after = stretches.partition_point(|it| it.from_ms <= at_ms);
                let it = stretches.get(after.checked_sub(1)?)?;
                (at_ms < it.to_ms).then_some(((code, it.number), it.arm))
            }
        }
    }

    /// Every group that some time of a room or host falls into, with that time.
    fn during(&self, code: u32, spans: &[Span], from_ms: i64, to_ms: i64) -> Vec<(Place, u8, i64, i64)> {
        let mut found = Vec::new();
        for (number, span) in spans.iter().enumerate() {
            let (from, to) = (from_ms.max(span.from_ms), to_ms.min(span.to_ms));
            if from >= to {
                continue;
            }
            match self {
                Drawn::Texts { arms, .. } => {
                    let arm = arms.get(number).and_then(|it| it.get(code as usize).copied().flatten());
                    found.extend(arm.map(|arm| ((code, 0), arm, from, to)));
                }
                Drawn::Stretches(rooms) => {
                    let Some(stretches) = rooms.get(&code) else { continue };
                    let first = stretches.partition_point(|it| it.to_ms <= from);
                    let here = stretches[first..].iter().take_while(|it| it.from_ms < to);
                    found.extend(
                        here.map(|it| ((code, it.number), it.arm, from.max(it.from_ms), to.min(it.to_ms))),
                    );
                }
            }
        }
        found
    }
}

impl Groups {
    pub fn run(&mut self, reader: &Reader, drawn: &Drawn, spans: &[Span], now_ms: i64, run: &Run<'_>) {
        let none = vec![Tally::default(); reader.metrics.len()];
        let mut mine: BTreeMap<Place, (u8, Vec<Tally>)> = BTreeMap::new();
        let mut figures = vec![];
        let codes = run.texts[drawn.column().index()];
        for (at, code) in codes.iter().enumerate() {
            if let Some((place, arm)) = drawn.at(*code, spans, run.at_ms[at]) {
                let (_, tallies) = mine.entry(place).or_insert_with(|| (arm, none.clone()));
                reader.add(run, at, tallies);
                let quantiles = reader.metrics.iter().enumerate().filter(|(_, it)| it.is_quantile());
                figures
                    .extend(quantiles.filter_map(|(it, _)| Some((place, it, reader.figure(it, run, at)?))));
            }
        }
        for stay in reader.stays(run, now_ms) {
            for (place, arm, from, to) in drawn.during(codes[stay.at], spans, stay.from_ms, stay.to_ms) {
                // Who is there counts, whether they did anything or not.
                let (_, tallies) = mine.entry(place).or_insert_with(|| (arm, none.clone()));
                for (metric, tally) in reader.metrics.iter().zip(tallies) {
                    if metric.kind == Kind::Hazard {
                        tally.over += i64::from(stay.left && (from..=to).contains(&stay.to_ms));
                        tally.under += overlap_s(&stay, from, to);
                    }
                }
            }
        }
        for (place, (arm, tallies)) in mine {
            let group = self.by_place.entry(place).or_insert_with(|| Group {
                arm,
                people: 0,
                rows: vec![[0, 0]; reader.metrics.len()],
                figures: vec![vec![]; reader.metrics.len()],
            });
            group.people += 1;
            for ((row, tally), metric) in group.rows.iter_mut().zip(&tallies).zip(&reader.metrics) {
                row[0] = row[0].saturating_add(tally.over);
                row[1] += if metric.kind == Kind::Mean { 1 } else { tally.under };
            }
        }
        let room = FIGURES_MAX.saturating_sub(self.figures);
        for (place, metric, figure) in figures.into_iter().take(room) {
            if let Some(group) = self.by_place.get_mut(&place) {
                group.figures[metric].push(figure);
                self.figures += 1;
            }
        }
    }

    pub fn merge(&mut self, other: Groups) {
        self.figures += other.figures;
        for (place, more) in other.by_place {
            match self.by_place.entry(place) {
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(more);
                }
                std::collections::btree_map::Entry::Occupied(mut taken) => {
                    let group = taken.get_mut();
                    group.people += more.people;
                    for (row, more) in group.rows.iter_mut().zip(&more.rows) {
                        row[0] = row[0].saturating_add(more[0]);
                        row[1] = row[1].saturating_add(more[1]);
                    }
                    for (figures, more) in group.figures.iter_mut().zip(more.figures) {
                        figures.extend(more);
                    }
                }
            }
        }
    }
}
