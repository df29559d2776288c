//! The run of show: the document and where the room stands in it. It does not know what a step's activity is, or who
//! shows a countdown.
//!
//! A *turn* is one beginning of a step. Invariants: never two steps at once; a climax that comes by itself was announced
//! in the turn before it, once, if anybody told the room the time in between; a card that a step brought goes with it,
//! unless the host changed the card. Time that passed unnoticed is made up for by going to the step that is due now: the
//! ones in between never begin.

use crate::{
    deadlines::{Deadlines, Due},
    shelf::Shelf,
    text::{at_most, bounded},
};
use linger_protocol::{
    Begun, Event, ItemId, Limits, Millis, Refusal, Rundown, RundownAct, RundownEvent, Step,
};

/// How long the host is left alone after a warning.
const WARN_AGAIN_MS: u64 = 5 * 60_000;

/// The document, and what the room makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Backstage {
    /// Counts the documents.
    pub(crate) version: u32,
    pub(crate) rundown: Rundown,
    /// Turns so far.
    pub(crate) turns: u32,
    pub(crate) run: Option<Run>,
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
        self.take(event);
        let after = self.wakes_at();
        if before != after {
            before.into_iter().for_each(|at| deadlines.clear(at, Due::Rundown));
            after.into_iter().for_each(|at| deadlines.set(at, Due::Rundown));
        }
    }

    fn take(&mut self, event: &RundownEvent) {
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

/// One decision: a copy that goes ahead, and the events that lead there.
struct Play {
    now: Millis,
    after: Backstage,
    events: Vec<RundownEvent>,
}

impl Play {
    /// Begins with what should have happened by now, whether anybody told the room the time or not.
    fn of(backstage: &Backstage, now: Millis) -> Play {
        let mut play = Play { now, after: backstage.clone(), events: vec![] };
        play.catch_up();
        play
    }

    fn push(&mut self, event: RundownEvent) {
        self.after.take(&event);
        self.events.push(event);
    }

    fn run(&self) -> Result<&Run, Refusal> {
        self.after.run.as_ref().ok_or(Refusal::RundownNotRunning)
    }

    /// Goes to the step whose time it is. Steps whose time passed unnoticed are passed over.
    fn catch_up(&mut self) {
        let Some(run) = self.after.run.clone() else { return };
        let Time::Until(mut until) = run.time else { return };
        if until > self.now {
            return;
        }
        let (mut step, mut at, mut begun) = (run.step, run.at, Begun::InTurn);
        let mut quiet_since = if self.after.is_climax(&run) { until } else { run.quiet_since };
        let mut rest = run.free.map(|free| free.left_ms);
        while until <= self.now {
            at = until;
            if let Some(left_ms) = rest.take() {
                begun = Begun::Returned;
                until = until.plus(left_ms);
                if until <= self.now && self.after.step(step).is_some_and(|step| step.climax) {
                    quiet_since = until;
                }
                continue;
            }
            begun = Begun::InTurn;
            step += 1;
            let Some(next) = self.after.step(step) else {
                return self.push(RundownEvent::Stopped { finished: true });
            };
            let (lasts_ms, climax) = (self.after.paced(next.lasts_ms), next.climax);
            until = until.plus(lasts_ms);
            if climax && until <= self.now {
                quiet_since = until;
            }
        }
        let turn = self.after.turns + 1;
        self.push(RundownEvent::StepStarted { turn, step, free: None, begun, at, until, quiet_since });
    }

    fn set(&mut self, shelf: &Shelf, rundown: &Rundown, after: u32) -> Result<(), Refusal> {
        let before = &self.after;
        if after != before.version {
            return Err(Refusal::RundownChanged);
        }
        let rundown = checked(shelf, rundown)?;
        if let Some(run) = &before.run {
            // What the audience has seen, and the pace that deadlines were made with, stay.
            let begun = usize::try_from(run.step).unwrap_or(usize::MAX).saturating_add(1);
            let same = rundown.steps.get(..begun) == before.rundown.steps.get(..begun);
            if !same || rundown.pace != before.rundown.pace {
                return Err(Refusal::StepBegun);
            }
        }
        if rundown != before.rundown || before.version == 0 {
            let version = before.version + 1;
            self.push(RundownEvent::Set { version, rundown: Box::new(rundown) });
        }
        Ok(())
    }

    /// What the host asks for while the document is followed.
    fn steer(&mut self, act: &RundownAct) -> Result<(), Refusal> {
        let run = self.run()?.clone();
        match act {
            // What was meant has come by itself.
            RundownAct::Next { turn } if *turn != run.turn && !self.events.is_empty() => Ok(()),
            RundownAct::Next { turn } | RundownAct::Repeat { turn } if *turn != run.turn => {
                Err(Refusal::StepOver)
            }
            RundownAct::Next { .. } => self.next(&run),
            RundownAct::Repeat { .. } => match run.free {
                Some(free) => self.begin_asked(run.step, Some((free.title, free.lasts_ms))),
                None => self.begin_asked(run.step, None),
            },
            RundownAct::Improvise { title, lasts_ms } => {
                let title = bounded(title, Limits::TITLE_CHARS)?.to_owned();
                in_bounds(*lasts_ms, Limits::STEP_MS_MIN, Limits::STEP_MS_MAX)?;
                let lasts_ms = self.after.paced(*lasts_ms);
                self.begin_asked(run.step, Some((title, lasts_ms)))
            }
            RundownAct::Jump { step } => self.begin_asked(*step, None),
            RundownAct::Hold => {
                if let Time::Until(until) = run.time {
                    self.push(RundownEvent::Held { left_ms: until.since(self.now).max(1) });
                }
                Ok(())
            }
            RundownAct::Resume => {
                if let Time::Held(left_ms) = run.time {
                    self.push(RundownEvent::Retimed { until: self.now.plus(left_ms) });
                }
                Ok(())
            }
            RundownAct::Extend { ms } => self.extend(&run, *ms),
            _ => unreachable!("not about the step that is on"),
        }
    }

    fn next(&mut self, run: &Run) -> Result<(), Refusal> {
        if let Some(free) = &run.free {
            let (turn, at) = (self.after.turns + 1, self.now);
            self.push(RundownEvent::StepStarted {
                turn,
                step: run.step,
                free: None,
                begun: Begun::Returned,
                at,
                until: at.plus(free.left_ms),
                quiet_since: run.quiet_since,
            });
            return Ok(());
        }
        match run.step.checked_add(1).filter(|next| self.after.step(*next).is_some()) {
            Some(next) => self.begin_asked(next, None),
            None => self.stop(true),
        }
    }

    /// Begins a step now, or something that is put in between.
    fn begin_asked(&mut self, step: u32, free: Option<(String, u64)>) -> Result<(), Refusal> {
        let known = self.after.step(step).ok_or(Refusal::NoSuchStep)?;
        let lasts_ms = free.as_ref().map_or(self.after.paced(known.lasts_ms), |(_, lasts_ms)| *lasts_ms);
        let run = self.after.run.as_ref();
        let quiet_since = match run {
            Some(run) if !self.after.is_climax(run) => run.quiet_since,
            _ => self.now,
        };
        self.push(RundownEvent::StepStarted {
            turn: self.after.turns + 1,
            step,
            free: free.map(|(title, _)| title),
            begun: Begun::Asked,
            at: self.now,
            until: self.now.plus(lasts_ms),
            quiet_since,
        });
        Ok(())
    }

    fn extend(&mut self, run: &Run, ms: u64) -> Result<(), Refusal> {
        in_bounds(ms, Limits::STEP_MS_MIN, Limits::STEP_MS_MAX)?;
        let ms = self.after.paced(ms);
        let left_ms = match run.time {
            Time::Until(until) => until.since(self.now),
            Time::Held(left_ms) => left_ms,
        };
        // Again and again is no way around the bound.
        let left_ms = left_ms.saturating_add(ms);
        if left_ms > Limits::STEP_MS_MAX {
            return Err(Refusal::BadDuration);
        }
        self.push(match run.time {
            Time::Until(until) => RundownEvent::Retimed { until: until.plus(ms) },
            Time::Held(_) => RundownEvent::Held { left_ms },
        });
        Ok(())
    }

    fn stop(&mut self, finished: bool) -> Result<(), Refusal> {
        if self.after.run.is_none() && !self.events.is_empty() {
            // It came to its end by itself just now.
            return Ok(());
        }
        self.run()?;
        self.push(RundownEvent::Stopped { finished });
        Ok(())
    }

    /// What is to be said at once about where the room stands now.
    fn follow_up(&mut self) {
        let Some(run) = self.after.run.clone() else { return };
        if let (Some(at), Some(step), Time::Until(starts_at)) =
            (self.after.announces_at(&run), self.after.climax_after(&run), run.time)
            && at <= self.now
        {
            return self.push(RundownEvent::ClimaxAnnounced { step, starts_at });
        }
        if self.after.warns_at(&run).is_some_and(|at| at <= self.now) {
            let again_at = self.now.plus(self.after.paced(WARN_AGAIN_MS));
            self.push(RundownEvent::Warned { since: run.quiet_since, again_at });
        }
    }

    /// The events, with the cards that go and come with them.
    fn events(self, before: &Backstage, pinned: Option<ItemId>) -> Vec<Event> {
        let card = |of: &Backstage| of.run.as_ref().and_then(|run| of.card(run));
        let (old, new) = (card(before), card(&self.after));
        let began = self.after.turns != before.turns;
        let mut events: Vec<Event> = self.events.into_iter().map(Event::Rundown).collect();
        let mut pinned = pinned;
        let goes = old.is_some() && old != new && pinned == old;
        let comes = new.filter(|_| began && pinned != new);
        if (goes || comes.is_some())
            && let Some(item) = pinned.take()
        {
            events.push(Event::CardUnpinned { item });
        }
        events.extend(comes.map(|item| Event::CardPinned { item }));
        events
    }
}

fn in_bounds(ms: u64, least: u64, most: u64) -> Result<(), Refusal> {
    if (least..=most).contains(&ms) { Ok(()) } else { Err(Refusal::BadDuration) }
}

/// The document with its texts trimmed, if it keeps all bounds.
fn checked(shelf: &Shelf, rundown: &Rundown) -> Result<Rundown, Refusal> {
    if rundown.steps.len() > Limits::STEPS_MAX {
        return Err(Refusal::TooManySteps);
    }
    if !(1..=Limits::PACE_MAX).contains(&rundown.pace) {
        return Err(Refusal::BadQuantity);
    }
    in_bounds(rundown.ahead_ms, Limits::AHEAD_MS_MIN, Limits::AHEAD_MS_MAX)?;
    in_bounds(rundown.quiet_ms, Limits::QUIET_MS_MIN, Limits::QUIET_MS_MAX)?;
    let title = rundown.title.trim();
    at_most(title, Limits::TITLE_CHARS)?;
    let steps = rundown.steps.iter().map(|step| checked_step(shelf, step)).collect::<Result<Vec<_>, _>>()?;
    let points = |step: &Step| step.points.iter().map(String::len).sum::<usize>();
    let bytes = |step: &Step| step.title.len() + points(step) + step.activity.as_ref().map_or(0, String::len);
    if title.len() + steps.iter().map(bytes).sum::<usize>() > Limits::RUNDOWN_BYTES {
        return Err(Refusal::TextTooLong);
    }
    Ok(Rundown { title: title.to_owned(), steps, ..*rundown })
}

fn checked_step(shelf: &Shelf, step: &Step) -> Result<Step, Refusal> {
    let title = bounded(&step.title, Limits::TITLE_CHARS)?.to_owned();
    in_bounds(step.lasts_ms, Limits::STEP_MS_MIN, Limits::STEP_MS_MAX)?;
    if let Some(item) = step.item {
        shelf.line(item)?;
    }
    let activity_bytes = step.activity.as_ref().map_or(0, String::len);
    if step.points.len() > Limits::POINTS_MAX || activity_bytes > Limits::ACTIVITY_BYTES {
        return Err(Refusal::TextTooLong);
    }
    let point = |it: &String| bounded(it, Limits::POINT_CHARS).map(str::to_owned);
    let points = step.points.iter().map(point).collect::<Result<_, _>>()?;
    Ok(Step { title, points, ..step.clone() })
}
