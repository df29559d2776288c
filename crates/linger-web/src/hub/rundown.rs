//! The run of show as clients see it. It does not know who looks.

use crate::wire::{BackstageWire, ClimaxState, ClimaxWire, RunWire};
use linger_protocol::{RundownEvent, Step};
use linger_room::{Backstage, Run, Time};

#[derive(Default)]
pub(super) struct RundownFold {
    backstage: Backstage,
    /// Why the activity of the turn that is on could not be carried out.
    refused: Option<String>,
}

impl RundownFold {
    pub(super) fn take(&mut self, event: &RundownEvent) {
        self.backstage.fold(event);
        match event {
            RundownEvent::StepStarted { .. } | RundownEvent::Stopped { .. } => self.refused = None,
            RundownEvent::Carried { refused, .. } => self.refused.clone_from(refused),
            _ => {}
        }
    }

    fn step(&self, step: u32) -> Option<&Step> {
        self.backstage.rundown.steps.get(usize::try_from(step).ok()?)
    }

    /// The moment that is on or was announced, for everybody.
    pub(super) fn climax(&self) -> Option<ClimaxWire> {
        let run = self.backstage.run.as_ref()?;
        let until = match run.time {
            Time::Until(until) => Some(until.0),
            Time::Held(_) => None,
        };
        let wire = |step: &Step, state, at| ClimaxWire {
            title: step.title.clone(),
            item: step.item.map(|item| item.0),
            state,
            at,
        };
        if run.free.is_none()
            && let Some(step) = self.step(run.step).filter(|step| step.climax)
            && !self.comes(run, run.announced)
        {
            return Some(wire(step, ClimaxState::On, until));
        }
        let announced = run.free.as_ref().map_or(run.announced, |free| free.announced);
        let next = self.step(run.step.checked_add(1)?).filter(|_| self.comes(run, announced))?;
        match until.filter(|_| run.free.is_none()) {
            Some(at) => Some(wire(next, ClimaxState::Coming, Some(at))),
            None => Some(wire(next, ClimaxState::Held, None)),
        }
    }

    fn comes(&self, run: &Run, announced: bool) -> bool {
        announced && run.step.checked_add(1).and_then(|next| self.step(next)).is_some_and(|next| next.climax)
    }

    /// All of it, for staff; `None` while there was never a document.
    pub(super) fn backstage(&self) -> Option<BackstageWire> {
        let Backstage { version, rundown, run, .. } = &self.backstage;
        if *version == 0 {
            return None;
        }
        let run = run.as_ref().map(|run| RunWire {
            turn: run.turn,
            step: run.step,
            free: run.free.as_ref().map(|free| free.title.clone()),
            rest_ms: run.free.as_ref().map_or(0, |free| free.left_ms),
            at: run.at.0,
            until: if let Time::Until(until) = run.time { Some(until.0) } else { None },
            left_ms: if let Time::Held(left_ms) = run.time { left_ms } else { 0 },
            announced: run.announced,
            quiet_since: run.quiet_since.0,
            warned: run.quiet_until.is_some(),
            refused: self.refused.clone(),
        });
        Some(BackstageWire { version: *version, rundown: crate::rundown::told(rundown), run })
    }
}
