//! The rule `unanswered-question`: three or more different viewers asked the same within a minute and nobody answered.
//! It does not know what anybody said: which comments ask the same question is the room's decision.

use crate::{arm_of, intent_id};
use linger_protocol::{
    CommentId, Entry, Event, Intent, IntentId, Millis, PersonId, Proposal, QuestionId, Role, RoomId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The rule's code.
pub const UNANSWERED_QUESTION: &str = "unanswered-question";

/// Open questions that are watched; of more, the oldest is given up.
const QUESTIONS_MAX: usize = 1_000;
/// Occasions remembered as dealt with; of more, the one with the lowest id is forgotten.
const KNOWN_MAX: usize = 10_000;

/// The rule's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnansweredQuestion {
    /// How many different people have to ask, 1 to 1,000.
    pub people: u32,
    /// Within how many seconds, 1 to 3,600; the last second counts.
    pub window_s: u32,
    /// Which share of the occasions is held out for comparison, 0 to 0.9.
    pub hold_out_share: f64,
    /// Counts the phases of the experiment: another phase draws the arms anew.
    pub phase: u32,
}

impl Default for UnansweredQuestion {
    fn default() -> Self {
        UnansweredQuestion { people: 3, window_s: 60, hold_out_share: 0.2, phase: 1 }
    }
}

/// The rule at work in one room.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    rule: String,
    room: RoomId,
    settings: UnansweredQuestion,
    open: BTreeMap<QuestionId, Asked>,
    // Occasions that the log tells to be dealt with.
    known: BTreeSet<IntentId>,
}

#[derive(Clone, Debug, Default)]
struct Asked {
    // Who asked within the window, when last and by which comment: one for each person.
    by: BTreeMap<PersonId, (Millis, CommentId)>,
    proposed: bool,
}

impl Watch {
    pub fn new(rule: &str, room: &RoomId, settings: UnansweredQuestion) -> Watch {
        let (rule, room) = (rule.to_owned(), room.clone());
        Watch { rule, room, settings, open: BTreeMap::new(), known: BTreeSet::new() }
    }

    /// From here on with other settings; what was asked so far counts.
    pub fn set(&mut self, settings: UnansweredQuestion) {
        self.settings = settings;
    }

    pub fn fold(&mut self, entry: &Entry) -> Option<Intent> {
        match &entry.event {
            Event::QuestionOpened { question, .. } => {
                self.open.insert(*question, Asked::default());
                if self.open.len() > QUESTIONS_MAX {
                    self.open.pop_first();
                }
                None
            }
            // A host who repeats a question aloud in writing is not one more viewer who wonders.
            Event::CommentMade { comment, person, role: Role::Viewer, question: Some(question), .. } => {
                self.ask(entry.at, *question, *person, *comment)
            }
            Event::CommentHidden { comment } => {
                for asked in self.open.values_mut() {
                    asked.by.retain(|_, (_, by)| by != comment);
                }
                None
            }
            Event::QuestionAnswered { question, .. } => {
                self.open.remove(question);
                None
            }
            Event::PromptShown { intent, .. } | Event::PromptWithheld { intent } => {
                self.know(intent);
                None
            }
            _ => None,
        }
    }

    fn ask(
        &mut self,
        at: Millis,
        question: QuestionId,
        person: PersonId,
        comment: CommentId,
    ) -> Option<Intent> {
        let UnansweredQuestion { people, window_s, hold_out_share, phase } = self.settings;
        let asked = self.open.get_mut(&question).filter(|asked| !asked.proposed)?;
        asked.by.insert(person, (at, comment));
        asked.by.retain(|_, (asked_at, _)| at.since(*asked_at) <= u64::from(window_s) * 1_000);
        let count = u32::try_from(asked.by.len()).unwrap_or(u32::MAX);
        if count < people {
            return None;
        }
        asked.proposed = true;
        asked.by.clear();
        let id = intent_id(&self.rule, &self.room, question);
        if self.known.contains(&id) {
            return None;
        }
        Some(Intent {
            id,
            rule: self.rule.clone(),
            at,
            arm: arm_of(id, &self.rule, phase, hold_out_share),
            proposal: Proposal::AnswerQuestion { question, people: count, window_s },
        })
    }

    fn know(&mut self, intent: &Intent) {
        if intent.rule != self.rule {
            return;
        }
        self.known.insert(intent.id);
        if self.known.len() > KNOWN_MAX {
            self.known.pop_first();
        }
        if let Some(asked) = intent.question().and_then(|it| self.open.get_mut(&it)) {
            asked.proposed = true;
            asked.by.clear();
        }
    }
}
