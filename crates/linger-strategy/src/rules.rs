//! All rules of a room behind one fold. It does not know what any of them looks for.

use crate::UnansweredQuestion;
use crate::unanswered::Watch;
use linger_protocol::{Entry, Event, Intent, RoomId};
use std::fmt;

/// How the rules of a room are set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Several people ask the same and nobody answers.
    pub unanswered_question: UnansweredQuestion,
}

/// A setting that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadConfig {
    /// Which one.
    pub field: &'static str,
    /// What it has to be.
    pub wants: &'static str,
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} expected", self.field, self.wants)
    }
}

impl std::error::Error for BadConfig {}

/// The rules of one room.
#[derive(Debug)]
pub struct Rules {
    unanswered: Watch,
}

impl Rules {
    /// The rules of `room`; an error names the setting that cannot be.
    pub fn new(room: &RoomId, config: Config) -> Result<Rules, BadConfig> {
        config.unanswered_question.check()?;
        Ok(Rules { unanswered: Watch::new(crate::UNANSWERED_QUESTION, room, config.unanswered_question) })
    }

    /// Takes in the next entry of the log and tells what it is an occasion for.
    pub fn fold(&mut self, entry: &Entry) -> Vec<Intent> {
        self.unanswered.fold(entry).into_iter().collect()
    }

    /// Takes in a log that was written before this process began and tells which of its occasions are still to be dealt
    /// with: those that the log neither shows nor withholds a prompt for and that are still true.
    pub fn recover<'a>(&mut self, log: impl IntoIterator<Item = &'a Entry>) -> Vec<Intent> {
        let mut open: Vec<Intent> = Vec::new();
        for entry in log {
            open.extend(self.fold(entry));
            match &entry.event {
                Event::PromptShown { intent: dealt_with, .. }
                | Event::PromptWithheld { intent: dealt_with } => {
                    open.retain(|intent| intent.id != dealt_with.id);
                }
                Event::QuestionAnswered { question, .. } => {
                    open.retain(|intent| intent.question() != Some(*question));
                }
                _ => {}
            }
        }
        open
    }
}
