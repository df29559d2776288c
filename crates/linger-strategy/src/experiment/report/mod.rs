//! What came of an experiment, in one pass over everybody's facts: who was shown which arm, what they did since, how the arms
//! compare, and what may be said of it. It does not know how facts are kept, nor what time it is.
//!
//! People are counted from the moment they were first shown an arm ([`EXPOSED`](super::EXPOSED)) until the version ended, and
//! only while it ran: what falls into a pause counts for nobody. Hosts and shops are counted whole, in the arm their name
//! draws; rooms by the stretches of their time, without the burn-in. Somebody who was shown two arms of one version counts
//! in neither, and the report says how many there are.

mod compare;
mod groups;
mod judge;
mod people;
mod read;
mod told;

pub use told::{
    ArmFigures, ArmReport, Between, EffectTold, Ends, HoldingReport, MetricReport, Report, Saying,
};

use super::{Assignment, Design, HELD, HELD_OUT, HeldOutBy, Holdouts, MEASURED, Status, Unit, held, shown};
use groups::{Counted, Drawn, Groups};
use linger_behaviour::{Columns, Fold, Names, Run, Text};
use linger_protocol::{Millis, RoomId};
use people::People;
use read::Reader;
use std::sync::Arc;

/// Hosts and shops that are drawn, and rooms that are switched.
const CODES_MAX: u32 = 50_000;
const ROOMS_MAX: u32 = 500;

/// Some time in which a version ran with the same coverage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Its beginning, ms since 1970.
    pub from_ms: i64,
    /// Its end, excluded.
    pub to_ms: i64,
    /// The share of all units that took part.
    pub coverage: f64,
}

/// A holdout that is judged beside the experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// `everything`, or `programme/NAME`.
    pub of: String,
    /// Counts how often it was drawn.
    pub phase: u32,
}

/// Which report is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The experiment.
    pub key: String,
    /// Which version.
    pub version: u32,
    /// What that version is.
    pub design: Design,
    /// Whether it runs.
    pub status: Status,
    /// Whether it was ended because something was wrong.
    pub killed: bool,
    /// When it ran, in order; what runs ends now.
    pub spans: Vec<Span>,
    /// Who is left alone by all of it.
    pub holdouts: Holdouts,
    /// The holdouts to be judged by its primary metric.
    pub holdings: Vec<Holding>,
    /// Now, ms since 1970.
    pub now_ms: i64,
}

/// The pass: one for each part of the people; they add up.
#[derive(Clone)]
pub struct ReportFold {
    spec: Arc<Spec>,
    people: People,
    groups: Groups,
    holdings: Vec<People>,
}

struct Spec {
    asked: Asked,
    reader: Reader,
    primary: Reader,
    /// The codes of the arms, the one left alone last.
    arms: Vec<u32>,
    drawn: Option<Drawn>,
    holdings: Vec<[u32; 2]>,
    /// A holdout has no pauses: it counts from the version's beginning.
    whole: Vec<Span>,
}

impl ReportFold {
    /// The pass for a report. `names` are the dictionaries of the runs that will be folded.
    pub fn new(asked: Asked, names: &dyn Names) -> ReportFold {
        let design = &asked.design;
        let code = |outcome: &str| names.text_code(Text::Outcome, outcome).unwrap_or(u32::MAX);
        let keys = design.arms.iter().map(|it| it.key.as_str()).chain([HELD_OUT]);
        let arms: Vec<u32> = keys.map(|arm| code(&shown(&asked.key, asked.version, arm))).collect();
        let primary: Vec<_> = design.metrics.iter().filter(|it| it.primary).cloned().collect();
        let slices = |it: &Holding| [MEASURED, HELD].map(|slice| code(&held(&it.of, it.phase, slice)));
        let whole = asked.spans.first().map(|it| Span { to_ms: asked.now_ms, ..*it });
        let spec = Spec {
            reader: Reader::new(&design.metrics, names),
            primary: Reader::new(&primary, names),
            drawn: drawn(&asked, names),
            holdings: asked.holdings.iter().map(slices).collect(),
            whole: whole.into_iter().collect(),
            arms,
            asked,
        };
        let people = People::new(spec.arms.len(), spec.asked.design.metrics.len());
        let holdings = vec![People::new(2, 1); spec.holdings.len()];
        ReportFold { spec: Arc::new(spec), people, groups: Groups::default(), holdings }
    }

    /// What the pass says.
    pub fn finish(self) -> Report {
        judge::report(&self.spec.asked, &self.spec.reader, &self.people, &self.groups, &self.holdings)
    }
}

impl Fold for ReportFold {
    fn columns(&self) -> Columns {
        let columns = self.spec.reader.columns();
        self.spec.drawn.as_ref().map_or(columns, |it| columns.with(it.column()))
    }

    fn run(&mut self, run: &Run<'_>) {
        let Spec { asked, reader, primary, arms, drawn, holdings, whole } = &*self.spec;
        match drawn {
            None => self.people.run(reader, arms, &asked.spans, asked.now_ms, run),
            // Whoever goes from one host to another meets several arms, as is meant.
            Some(drawn) => self.groups.run(reader, drawn, &asked.spans, asked.now_ms, run),
        }
        for (codes, sums) in holdings.iter().zip(&mut self.holdings) {
            sums.run(primary, codes, whole, asked.now_ms, run);
        }
    }

    fn merge(&mut self, other: ReportFold) {
        self.people.merge(other.people);
        self.groups.merge(other.groups);
        self.holdings.iter_mut().zip(other.holdings).for_each(|(ours, more)| ours.merge(more));
    }
}

/// What is drawn whole, with everybody's arm.
fn drawn(asked: &Asked, names: &dyn Names) -> Option<Drawn> {
    let column = match asked.design.unit {
        Unit::Viewer => return None,
        Unit::Room => return Some(stretches(asked, names)),
        Unit::Host => Text::Host,
        Unit::Shop => Text::Source,
    };
    let codes = names.text_codes(column).min(CODES_MAX);
    let draw = asked.design.draw(&asked.key, asked.version, true);
    let held_out = u8::try_from(asked.design.arms.len()).unwrap_or(u8::MAX);
    let arms_of = |span: &Span| {
        let draw = super::Experiment { coverage: span.coverage, ..draw.clone() };
        let arm = |code| match draw.assign(names.text(column, code), &asked.holdouts) {
            Assignment::Arm(arm) => u8::try_from(arm).ok(),
            Assignment::HeldOut(HeldOutBy::Rule) => Some(held_out),
            Assignment::HeldOut(_) | Assignment::Out(_) => None,
        };
        (0..codes).map(arm).collect()
    };
    Some(Drawn::Texts { column, arms: asked.spans.iter().map(arms_of).collect() })
}

fn stretches(asked: &Asked, names: &dyn Names) -> Drawn {
    let schedule = asked.design.schedule(&asked.key, asked.version, true);
    let began = asked.spans.first().map(|it| Millis(it.from_ms));
    let (Some(schedule), Some(began)) = (schedule, began) else { return Drawn::Stretches([].into()) };
    let until_ms = asked.spans.last().map_or(asked.now_ms, |it| it.to_ms);
    let rooms = (0..names.text_codes(Text::Room).min(ROOMS_MAX)).filter_map(|code| {
        let room = RoomId::new(names.text(Text::Room, code)).ok()?;
        let counted = schedule.stretches(&room, began).take_while(|it| it.begins.0 < until_ms);
        let counted = counted.map(|it| Counted {
            number: it.number,
            arm: u8::from(it.treated),
            from_ms: it.counts_from.0,
            to_ms: it.ends.0,
        });
        Some((code, counted.collect()))
    });
    Drawn::Stretches(rooms.collect())
}
