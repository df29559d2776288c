//! The life of an experiment: who may begin, pause, widen and end it when, and what that means for who is counted. It does
//! not know who asks, nor what time it is.

use super::Design;
use serde::{Deserialize, Serialize};

/// Whether it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It never ran: all of it may be changed.
    Draft,
    /// Units are drawn and counted.
    Running,
    /// Nobody is drawn or counted for a while; the arms stay as they are.
    Paused,
    /// It is over.
    Stopped,
}

/// What is done with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// Begins, or begins anew when it was over: then everybody is drawn anew.
    Start,
    /// Nobody is drawn or counted from now on.
    Pause,
    /// Goes on with the same arms.
    Resume,
    /// Ends.
    Stop,
    /// Ends because something is wrong: the arms are off at once, and the report says so.
    Kill,
    /// Lets in more units.
    RollOut(f64),
}

/// Why something cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// It runs, or is paused, already.
    Running,
    /// It does not run.
    NotRunning,
    /// A rollout only grows: whoever was let in would be thrown out of what they have met.
    OnlyGrows,
    /// Rooms are all switched: there is no rollout.
    NoRollout,
}

impl Status {
    /// Its name in tables and answers.
    pub fn name(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::Running => "running",
            Status::Paused => "paused",
            Status::Stopped => "stopped",
        }
    }

    /// The status of this name.
    pub fn of(name: &str) -> Option<Status> {
        [Status::Draft, Status::Running, Status::Paused, Status::Stopped]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// An experiment at a moment of its life.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Whether it runs.
    pub status: Status,
    /// Counts how often it was drawn, from 1: each is judged by itself.
    pub version: u32,
    /// What it is.
    pub design: Design,
}

impl Life {
    /// What a move makes of it.
    pub fn moved(&self, by: Move) -> Result<Life, NotNow> {
        let runs = matches!(self.status, Status::Running | Status::Paused);
        let mut next = self.clone();
        match by {
            Move::Start if runs => return Err(NotNow::Running),
            Move::Start => {
                // Whoever met an arm before must not carry it into the new comparison.
                next.version += u32::from(self.status == Status::Stopped);
                next.status = Status::Running;
            }
            Move::Pause if self.status == Status::Running => next.status = Status::Paused,
            Move::Resume if self.status == Status::Paused => next.status = Status::Running,
            Move::Stop | Move::Kill if runs => next.status = Status::Stopped,
            Move::RollOut(_) if !runs => return Err(NotNow::NotRunning),
            Move::RollOut(_) if self.design.switch.is_some() => return Err(NotNow::NoRollout),
            Move::RollOut(to) if to < self.design.coverage => return Err(NotNow::OnlyGrows),
            Move::RollOut(to) => next.design.coverage = to,
            Move::Resume if self.status == Status::Running => return Err(NotNow::Running),
            Move::Pause | Move::Resume | Move::Stop | Move::Kill => return Err(NotNow::NotRunning),
        }
        Ok(next)
    }

    /// What another design makes of it. While it runs, a design that draws differently is a new version: everybody is drawn
    /// anew, and judged from then on.
    pub fn redesigned(&self, design: Design) -> Result<Life, NotNow> {
        let runs = matches!(self.status, Status::Running | Status::Paused);
        let another = design.is_another_than(&self.design);
        if runs && !another && design.coverage < self.design.coverage {
            return Err(NotNow::OnlyGrows);
        }
        let version = self.version + u32::from(runs && another);
        Ok(Life { status: self.status, version, design })
    }
}
