//! The run of show: the document and where the room stands in it. It does not know what a step's activity is, or who
//! shows a countdown.
//!
//! A *turn* is one beginning of a step. Invariants: never two steps at once; a climax that comes by itself was announced
//! in the turn before it, once, if anybody told the room the time in between; a card that a step brought goes with it,
//! unless the host changed the card. Time that passed unnoticed is made up for by going to the step that is due now: the
//! ones in between never begin.

mod document;
mod play;

use crate::{
    deadlines::{Deadlines, Due},
    shelf::Shelf,
};
use linger_protocol::{Begun, Event, ItemId, Millis, Refusal, Rundown, RundownAct, RundownEvent, Step};
use play::Play;

/// The document, and where the room stands in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backstage {
    /// Counts the documents; 0 while there was none.
    pub version: u32,
    /// The document.
    pub rundown: Rundown,
    /// Turns so far.
    pub turns: u32,
    /// Where the room stands, while it follows the document.
    pub run: Option<Run>,
}

/// Where the room stands in its run of show.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The how-manyeth beginning of this room.
    pub turn: u32,
    /// Which step, from 0; while something is put in between, the step whose rest follows it.
    pub step: u32,
    /// What is put in between, with what follows it.
    pub free: Option<Free>,
    /// When this turn began.
    pub at: Millis,
    /// When its time will be over, or what is left of it.
    pub time: Time,
    /// Whether the climax that follows was announced.
    pub announced: bool,
    /// Since when there was no climax.
    pub quiet_since: Millis,
    /// The host is not warned before then.
    pub quiet_until: Option<Millis>,
    /// Whether this turn's activity was carried out.
    pub carried: bool,
}

/// Something that no document foresaw.
#[derive(Clone, Debug, PartialEq)]
pub struct Free {
    /// What it is about.
    pub title: String,
    /// How long it lasts in all.
    pub lasts_ms: u64,
    /// What is left of the step that it interrupted.
    pub left_ms: u64,
    /// Whether the climax after that step was announced.
    pub announced: bool,
}

/// A step's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// It passes.
    Until(Millis),
    /// It stands still, with so many milliseconds left.
    Held(u64),
}

impl Backstage {
    pub(crate) fn decide(
        &self,
        shelf: &Shelf,
        pinned: Option<ItemId>,
        now: Millis,
        act: &RundownAct,
    ) -> Result<Vec<Event>, Refusal> {
        let mut play = Play::of(self, now);
        match act {
            RundownAct::Set { rundown, after } => play.set(shelf, rundown, *after)?,
            RundownAct::Start { .. } if play.after.run.is_some() => return Err(Refusal::RundownRunning),
            RundownAct::Start { step } => play.begin_asked(*step, None)?,
            RundownAct::Stop => play.stop(false)?,
            RundownAct::Carry { .. } => unreachable!("the room decides what is carried out"),
            _ => play.steer(act)?,
        }
        play.follow_up();
        Ok(play.events(self, pinned))
    }

    /// What time brings: the step that is due, the announcement of a climax, a warning.
    pub(crate) fn note_time(&self, pinned: Option<ItemId>, now: Millis) -> Vec<Event> {
        let mut play = Play::of(self, now);
        play.follow_up();
        play.events(self, pinned)
    }

    /// Whether this turn's activity is still to be carried out.
    pub(crate) fn may_carry(&self, turn: u32) -> Result<bool, Refusal> {
        match &self.run {
            None => Err(Refusal::RundownNotRunning),
            Some(run) if run.turn != turn => Err(Refusal::StepOver),
            Some(run) => Ok(!run.carried),
        }
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &RundownEvent) {
        let before = self.wakes_at();
        self.fold(event);
        let after = self.wakes_at();
        if before != after {
            before.into_iter().for_each(|at| deadlines.clear(at, Due::Rundown));
            after.into_iter().for_each(|at| deadlines.set(at, Due::Rundown));
        }
    }

    /// Takes in a fact, as [`crate::Room::apply`] does; for readers of the log that show where a room stands.
    ///
    /// # Panics
    ///
    /// When the event cannot follow on this state.
    pub fn fold(&mut self, event: &RundownEvent) {
        match event {
            RundownEvent::Set { version, rundown } => {
                (self.version, self.rundown) = (*version, (**rundown).clone());
                if let Some(run) = self.run.as_ref().filter(|run| run.announced) {
                    let still = self.climax_after(run).is_some();
                    self.running().announced = still;
                }
            }
            RundownEvent::StepStarted { turn, step, free, begun, at, until, quiet_since } => {
                assert_eq!(*turn, self.turns + 1, "a turn was left out");
                self.turns = *turn;
                let before = self.run.take();
                let returned = before.as_ref().and_then(|run| run.free.as_ref());
                let announced = *begun == Begun::Returned && returned.is_some_and(|free| free.announced);
                let free = free.as_ref().map(|title| {
                    let (left_ms, announced) = rest_of(before.as_ref(), *at);
                    Free { title: title.clone(), lasts_ms: until.since(*at), left_ms, announced }
                });
                let carried = *begun == Begun::Returned || free.is_some();
                let quiet_until =
                    before.filter(|run| run.quiet_since == *quiet_since).and_then(|run| run.quiet_until);
                self.run = Some(Run {
                    turn: *turn,
                    step: *step,
                    free,
                    at: *at,
                    time: Time::Until(*until),
                    announced,
                    quiet_since: *quiet_since,
                    quiet_until,
                    carried,
                });
            }
            RundownEvent::Held { left_ms } => self.running().time = Time::Held(*left_ms),
            RundownEvent::Retimed { until } => self.running().time = Time::Until(*until),
            RundownEvent::ClimaxAnnounced { .. } => {
                let twice = std::mem::replace(&mut self.running().announced, true);
                assert!(!twice, "a climax was announced twice");
            }
            RundownEvent::Warned { again_at, .. } => self.running().quiet_until = Some(*again_at),
            RundownEvent::Carried { .. } => {
                let twice = std::mem::replace(&mut self.running().carried, true);
                assert!(!twice, "an activity was carried out twice");
            }
            RundownEvent::Stopped { .. } => self.run = None,
        }
    }

    fn running(&mut self) -> &mut Run {
        self.run.as_mut().expect("the run of show is being followed")
    }

    fn step(&self, step: u32) -> Option<&Step> {
        self.rundown.steps.get(usize::try_from(step).ok()?)
    }

    fn paced(&self, ms: u64) -> u64 {
        (ms / u64::from(self.rundown.pace.max(1))).max(1)
    }

    /// The card that goes with this turn.
    fn card(&self, run: &Run) -> Option<ItemId> {
        if run.free.is_some() { None } else { self.step(run.step)?.item }
    }

    fn is_climax(&self, run: &Run) -> bool {
        run.free.is_none() && self.step(run.step).is_some_and(|step| step.climax)
    }

    /// The climax that follows this turn, if one does.
    fn climax_after(&self, run: &Run) -> Option<u32> {
        let next = run.step.checked_add(1).filter(|_| run.free.is_none())?;
        self.step(next)?.climax.then_some(next)
    }

    fn announces_at(&self, run: &Run) -> Option<Millis> {
        let Time::Until(until) = run.time else { return None };
        if run.announced || self.climax_after(run).is_none() {
            return None;
        }
        let ahead = i64::try_from(self.paced(self.rundown.ahead_ms)).unwrap_or(i64::MAX);
        // In a short step this is before it began: it is announced as soon as anybody looks.
        Some(Millis(until.0.saturating_sub(ahead)))
    }

    fn warns_at(&self, run: &Run) -> Option<Millis> {
        // Who holds the show knows how it stands, and a forgotten hold should not fill the log. What was announced is
        // on its way.
        if matches!(run.time, Time::Held(_)) || run.announced || self.is_climax(run) {
            return None;
        }
        let first = run.quiet_since.plus(self.paced(self.rundown.quiet_ms));
        Some(run.quiet_until.map_or(first, |at| at.max(first)))
    }

    fn wakes_at(&self) -> Option<Millis> {
        let run = self.run.as_ref()?;
        let Time::Until(until) = run.time else { return None };
        let others = [self.announces_at(run), self.warns_at(run)];
        others.into_iter().flatten().chain([until]).min()
    }
}

/// What is left at `at` of the step that is interrupted, and whether the climax after it was announced.
fn rest_of(run: Option<&Run>, at: Millis) -> (u64, bool) {
    match run {
        Some(Run { free: Some(free), .. }) => (free.left_ms, free.announced),
        Some(Run { time: Time::Until(until), announced, .. }) => (until.since(at).max(1), *announced),
        Some(Run { time: Time::Held(left_ms), announced, .. }) => (*left_ms, *announced),
        None => (1, false),
    }
}
