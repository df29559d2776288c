//! Which questions are open and who asked them. It does not know words: what a question is about comes as a topic.

use crate::{
    bounds::{ASKERS_MAX, QUESTIONS_ANSWERED_KEPT, QUESTIONS_OPEN_MAX},
    prompt::{Prompts, closed},
};
use linger_protocol::{
    Answered, Event, ItemId, Millis, PersonId, PromptEnd, PromptId, QuestionId, Refusal, Topic,
};
use std::collections::{BTreeMap, BTreeSet};

/// A question that nobody answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenQuestion {
    /// What it is about.
    pub topic: Topic,
    /// The item that was on stage when it was asked first.
    pub item: Option<ItemId>,
    /// Who asked it, up to [`crate::bounds::ASKERS_MAX`].
    pub askers: BTreeSet<PersonId>,
    /// The last prompt about it that the host put away by taking it up: the answer, when it comes, follows it.
    pub followed: Option<PromptId>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asking {
    pub(crate) last: QuestionId,
    pub(crate) open: BTreeMap<QuestionId, OpenQuestion>,
    /// The same open questions by what makes them the same.
    pub(crate) by_topic: BTreeMap<(Topic, Option<ItemId>), QuestionId>,
    pub(crate) answered: BTreeSet<QuestionId>,
}

impl Asking {
    /// The question that a comment about `topic` asks, and the event that opens it when it was not open.
    pub(crate) fn ask(&self, topic: Topic, item: Option<ItemId>) -> (QuestionId, Option<Event>) {
        match self.by_topic.get(&(topic, item)) {
            Some(question) => (*question, None),
            None => {
                let question = QuestionId(self.last.0 + 1);
                (question, Some(Event::QuestionOpened { question, topic, item }))
            }
        }
    }

    /// Fails unless somebody can still answer this question.
    pub(crate) fn still_open(&self, question: QuestionId) -> Result<(), Refusal> {
        if self.open.contains_key(&question) {
            Ok(())
        } else if self.answered.contains(&question) {
            Err(Refusal::AlreadyAnswered)
        } else {
            Err(Refusal::NoSuchQuestion)
        }
    }

    /// An open question is answered. A prompt about it that still shows was followed by that and goes; one that the
    /// host took up before is gone already.
    pub(crate) fn answer(
        &self,
        prompts: &Prompts,
        now: Millis,
        question: QuestionId,
        how: Answered,
    ) -> Result<Vec<Event>, Refusal> {
        self.still_open(question)?;
        let showing = prompts.about(question, now);
        let prompt = showing.or_else(|| self.open.get(&question)?.followed);
        let mut events = vec![Event::QuestionAnswered { question, how, prompt }];
        events.extend(showing.map(|prompt| closed(prompt, PromptEnd::Followed)));
        Ok(events)
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::QuestionOpened { question, topic, item } => {
                self.last = *question;
                let asked =
                    OpenQuestion { topic: *topic, item: *item, askers: BTreeSet::new(), followed: None };
                self.open.insert(*question, asked);
                self.by_topic.insert((*topic, *item), *question);
                if self.open.len() > QUESTIONS_OPEN_MAX
                    && let Some(oldest) = self.open.keys().next().copied()
                {
                    self.close(oldest);
                }
            }
            Event::QuestionAnswered { question, .. } => {
                self.close(*question);
                self.answered.insert(*question);
                if self.answered.len() > QUESTIONS_ANSWERED_KEPT {
                    self.answered.pop_first();
                }
            }
            _ => unreachable!("not about questions"),
        }
    }

    pub(crate) fn apply_asked(&mut self, question: QuestionId, person: PersonId) {
        if let Some(asked) = self.open.get_mut(&question)
            && asked.askers.len() < ASKERS_MAX
        {
            asked.askers.insert(person);
        }
    }

    /// The host took up a prompt about this question. One that is answered or forgotten needs no memory of it.
    pub(crate) fn apply_followed(&mut self, question: QuestionId, prompt: PromptId) {
        if let Some(asked) = self.open.get_mut(&question) {
            asked.followed = Some(prompt);
        }
    }

    fn close(&mut self, question: QuestionId) {
        let gone = self.open.remove(&question).expect("only an open question is closed");
        self.by_topic.remove(&(gone.topic, gone.item));
    }
}
