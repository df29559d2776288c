//! What is proposed to the host, one thing at a time. It does not know the rules that propose.
//!
//! Both arms of an intent pass the same checks before they part: an occasion that could not have been acted on is
//! refused in the held-out arm too. Otherwise the arms would hold different kinds of occasions, and comparing them
//! would say nothing.

use crate::{
    asking::Asking,
    bounds::{INTENTS_KEPT, PROMPT_MS, RULE_CHARS},
    deadlines::{Deadlines, Due},
    rules::Rulebook,
    text::{at_most, bounded},
};
use linger_protocol::{
    Arm, Deed, Event, Intent, IntentId, Limits, Millis, PromptEnd, PromptId, Proposal, QuestionId, Refusal,
};
use std::collections::{BTreeSet, VecDeque};

/// The prompt on the host's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    /// Its number.
    pub prompt: PromptId,
    /// What and why.
    pub intent: Intent,
    /// When it goes away by itself.
    pub until: Millis,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prompts {
    pub(crate) last: PromptId,
    pub(crate) showing: Option<Showing>,
    pub(crate) known: BTreeSet<IntentId>,
    /// The same intents, oldest first.
    pub(crate) known_in_order: VecDeque<IntentId>,
}

impl Prompts {
    pub(crate) fn decide_intent(
        &self,
        asking: &Asking,
        rules: &Rulebook,
        now: Millis,
        intent: &Intent,
    ) -> Result<Vec<Event>, Refusal> {
        if self.known.contains(&intent.id) {
            return Err(Refusal::IntentKnown);
        }
        at_most(&intent.rule, RULE_CHARS)?;
        match &intent.proposal {
            Proposal::AnswerQuestion { question, .. } => asking.still_open(*question)?,
            Proposal::Rule(proposed) => {
                let Deed::Prompt { text } = &proposed.deed else { return Err(Refusal::NotAllowed) };
                bounded(text, Limits::ANNOUNCEMENT_CHARS)?;
                rules.check(intent, proposed)?;
            }
        }
        if self.showing.as_ref().is_some_and(|it| now < it.until) {
            return Err(Refusal::PromptShowing);
        }
        if intent.arm == Arm::HoldOut {
            return Ok(vec![Event::PromptWithheld { intent: intent.clone() }]);
        }
        // A prompt whose time is over, but to whom nobody said so yet, makes room.
        let over = self.showing.as_ref().map(|it| closed(it.prompt, PromptEnd::Expired));
        let shown = Event::PromptShown {
            prompt: PromptId(self.last.0 + 1),
            intent: intent.clone(),
            until: now.plus(PROMPT_MS),
        };
        Ok(over.into_iter().chain([shown]).collect())
    }

    pub(crate) fn decide_close(&self, prompt: PromptId, end: PromptEnd) -> Result<Vec<Event>, Refusal> {
        if self.showing.as_ref().is_none_or(|it| it.prompt != prompt) {
            return Err(Refusal::NoSuchPrompt);
        }
        // Only time lets a prompt expire.
        if end == PromptEnd::Expired {
            return Err(Refusal::NotAllowed);
        }
        Ok(vec![closed(prompt, end)])
    }

    /// The prompt that proposes to answer this question, while its time lasts.
    pub(crate) fn about(&self, question: QuestionId, now: Millis) -> Option<PromptId> {
        let showing = self.showing.as_ref().filter(|it| now < it.until)?;
        (showing.intent.question() == Some(question)).then_some(showing.prompt)
    }

    /// The question that the prompt on the screen proposes to answer.
    pub(crate) fn asks_for(&self) -> Option<QuestionId> {
        self.showing.as_ref()?.intent.question()
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &Event) {
        match event {
            Event::PromptShown { prompt, intent, until } => {
                assert!(self.showing.is_none(), "two prompts on one screen");
                self.remember(intent.id);
                self.last = *prompt;
                self.showing = Some(Showing { prompt: *prompt, intent: intent.clone(), until: *until });
                deadlines.set(*until, Due::Prompt(*prompt));
            }
            Event::PromptWithheld { intent } => self.remember(intent.id),
            Event::PromptClosed { prompt, .. } => {
                let gone = self.showing.take().expect("only a prompt that shows is closed");
                assert_eq!(gone.prompt, *prompt, "another prompt than the one that shows was closed");
                deadlines.clear(gone.until, Due::Prompt(*prompt));
            }
            _ => unreachable!("not about prompts"),
        }
    }

    pub(crate) fn remember(&mut self, intent: IntentId) {
        assert!(self.known.insert(intent), "an intent was followed twice");
        self.known_in_order.push_back(intent);
        if self.known_in_order.len() > INTENTS_KEPT
            && let Some(oldest) = self.known_in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// A prompt goes from the screen.
pub(crate) fn closed(prompt: PromptId, end: PromptEnd) -> Event {
    Event::PromptClosed { prompt, end }
}
