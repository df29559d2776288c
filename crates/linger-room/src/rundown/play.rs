//! One decision about the run of show, played ahead on a copy. It does not know who asks.

use super::{
    Backstage, Run, Time,
    document::{checked, in_bounds},
};
use crate::{shelf::Shelf, text::bounded};
use linger_protocol::{Begun, Event, ItemId, Limits, Millis, Refusal, Rundown, RundownAct, RundownEvent};

/// How long the host is left alone after a warning.
const WARN_AGAIN_MS: u64 = 5 * 60_000;

/// One decision: a copy that goes ahead, and the events that lead there.
pub(super) struct Play {
    now: Millis,
    pub(super) after: Backstage,
    events: Vec<RundownEvent>,
}

impl Play {
    /// Begins with what should have happened by now, whether anybody told the room the time or not.
    pub(super) fn of(backstage: &Backstage, now: Millis) -> Play {
        let mut play = Play { now, after: backstage.clone(), events: vec![] };
        play.catch_up();
        play
    }

    fn push(&mut self, event: RundownEvent) {
        self.after.fold(&event);
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

    pub(super) fn set(&mut self, shelf: &Shelf, rundown: &Rundown, after: u32) -> Result<(), Refusal> {
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
    pub(super) fn steer(&mut self, act: &RundownAct) -> Result<(), Refusal> {
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
    pub(super) fn begin_asked(&mut self, step: u32, free: Option<(String, u64)>) -> Result<(), Refusal> {
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

    pub(super) fn stop(&mut self, finished: bool) -> Result<(), Refusal> {
        if self.after.run.is_none() && !self.events.is_empty() {
            // It came to its end by itself just now.
            return Ok(());
        }
        self.run()?;
        self.push(RundownEvent::Stopped { finished });
        Ok(())
    }

    /// What is to be said at once about where the room stands now.
    pub(super) fn follow_up(&mut self) {
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
    pub(super) fn events(self, before: &Backstage, pinned: Option<ItemId>) -> Vec<Event> {
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
