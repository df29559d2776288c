//! The sum of all steps of a show: everything that is needed to draw it from scratch. It does not know people or stays
//! by name.

use crate::second::row_of;
use crate::{Second, Segment, SegmentChange, Step};
use linger_protocol::Millis;
use linger_stats::{Histogram, Lifetimes, Stays, Unknown, hazard};

/// Things on stage that are kept; more are only counted.
pub const SEGMENTS_MAX: usize = 10_000;

/// A show up to some second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub(crate) starts_at: Option<Millis>,
    pub(crate) until_s: u32,
    pub(crate) seconds: Vec<Second>,
    pub(crate) totals: Second,
    pub(crate) stays: Stays,
    pub(crate) questions: Stays,
    pub(crate) segments: Vec<Segment>,
    pub(crate) segments_missed: u32,
    pub(crate) people_came: u32,
    pub(crate) people_acted: u32,
    pub(crate) first_frame_ms: Histogram,
}

/// One second of the curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint<'a> {
    /// What happened in this second.
    pub figures: &'a Second,
    /// Stays that run at its end.
    pub here: u32,
    /// Stays that ran at any moment of it: those there at its beginning and those that began in it.
    pub at_risk: u32,
    /// `left / at_risk`.
    pub leave_hazard: Result<f64, Unknown>,
}

impl Snapshot {
    /// Takes in what changed.
    pub fn apply(&mut self, step: &Step) {
        if let Some(at) = step.begins {
            *self = Snapshot { starts_at: Some(at), ..Snapshot::default() };
        }
        self.until_s = self.until_s.max(step.until_s);
        for row in &step.seconds {
            row_of(&mut self.seconds, row.second).add(row);
            self.totals.add(row);
            self.stays.begin(row.second, row.arrived.into());
            self.questions.begin(row.second, row.questions_opened.into());
        }
        for (ended, count) in &step.ended {
            self.stays.end(ended.began_s, ended.at_s, ended.seen, (*count).into());
        }
        for (answered, count) in &step.answered {
            self.questions.end(answered.began_s, answered.at_s, answered.seen, (*count).into());
        }
        step.segments.iter().for_each(|change| self.change_stage(change));
        self.people_came += step.people_came;
        self.people_acted += step.people_acted;
        self.first_frame_ms += &step.first_frame_ms;
    }

    /// When the show began; `None` before it did.
    pub fn starts_at(&self) -> Option<Millis> {
        self.starts_at
    }

    /// The second up to which everything is counted.
    pub fn until_s(&self) -> u32 {
        self.until_s
    }

    /// The seconds in which something happened, in order.
    pub fn seconds(&self) -> &[Second] {
        &self.seconds
    }

    /// The sum of all seconds.
    pub fn totals(&self) -> &Second {
        &self.totals
    }

    /// What was on stage, by beginning.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many things on stage were too many to be kept.
    pub fn segments_missed(&self) -> u32 {
        self.segments_missed
    }

    /// Different people who came. Somebody who comes twice counts once, but has two stays.
    pub fn people_came(&self) -> u32 {
        self.people_came
    }

    /// How many of them did something under their name: commented, followed, entered a draw or ordered.
    pub fn people_acted(&self) -> u32 {
        self.people_acted
    }

    /// Times to first frame, in ms.
    pub fn first_frame_ms(&self) -> &Histogram {
        &self.first_frame_ms
    }

    /// How long people stayed; those still here are censored at their present age.
    pub fn stays(&self) -> Lifetimes {
        self.stays.at(self.until_s)
    }

    /// How long questions stayed open; those still open are censored.
    pub fn questions(&self) -> Lifetimes {
        self.questions.at(self.until_s)
    }

    /// The curves, at the seconds in which something happened; in between, `here` stays and nobody leaves.
    pub fn curve(&self) -> impl Iterator<Item = CurvePoint<'_>> {
        let mut here = 0u32;
        self.seconds.iter().map(move |figures| {
            let at_risk = here.saturating_add(figures.arrived);
            here = at_risk.saturating_sub(figures.left).saturating_sub(figures.lost);
            let leave_hazard = hazard(figures.left.into(), at_risk.into());
            CurvePoint { figures, here, at_risk, leave_hazard }
        })
    }

    fn change_stage(&mut self, change: &SegmentChange) {
        match change {
            SegmentChange::Begun(segment) if self.segments.len() < SEGMENTS_MAX => {
                self.segments.push(*segment)
            }
            SegmentChange::Begun(_) => self.segments_missed += 1,
            SegmentChange::Over { kind, to_s } => {
                let running = self.segments.iter_mut().rev();
                if let Some(segment) = running.into_iter().find(|it| it.kind == *kind && it.to_s.is_none()) {
                    segment.to_s = Some((*to_s).max(segment.from_s));
                }
            }
        }
    }
}
