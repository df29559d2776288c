//! What is proposed to the host, one thing at a time. It does not know the rules that propose.
//!
//! Both arms of an intent pass the same checks before they part: an occasion that could not have been acted on is
//! refused in the held-out arm too. Otherwise the arms would hold different kinds of occasions, and comparing them
//! would say nothing.

use crate::{
    asking::Asking,
    bounds::{INTENTS_KEPT, PROMPT_MS, PUT_OFF_KEPT, REFUSING_KEPT, RULE_CHARS},
    deadlines::{Deadlines, Due},
    rules::Rulebook,
    text::{at_most, bounded},
};
use linger_protocol::{
    Arm, Deed, Event, Intent, IntentId, Limits, Millis, PromptEnd, PromptId, Proposal, QuestionId, Refusal,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The prompt on the host's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    /// Its number.
    pub prompt: PromptId,
    /// What and why.
    pub intent: Intent,
    /// When it goes away by itself.
    pub until: Millis,
    /// How often the host put it off before.
    pub put_off: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prompts {
    pub(crate) last: PromptId,
    pub(crate) showing: Option<Showing>,
    pub(crate) known: BTreeSet<IntentId>,
    /// The same intents, oldest first.
    pub(crate) known_in_order: VecDeque<IntentId>,
    /// Intents of this show that the host put off, and how often: these, and no others, may be shown again.
    pub(crate) put_off: BTreeMap<IntentId, u32>,
    /// How often the host refused a rule in this show since taking it up last.
    pub(crate) noes: BTreeMap<String, u32>,
}

impl Prompts {
    pub(crate) fn decide_intent(
        &self,
        asking: &Asking,
        rules: &Rulebook,
        now: Millis,
        intent: &Intent,
    ) -> Result<Vec<Event>, Refusal> {
        let again = self.put_off.get(&intent.id).copied().filter(|_| intent.arm == Arm::Act);
        if self.known.contains(&intent.id) && again.is_none() {
            return Err(Refusal::IntentKnown);
        }
        if self.is_quiet(&intent.rule) {
            return Err(Refusal::RuleQuiet);
        }
        at_most(&intent.rule, RULE_CHARS)?;
        match &intent.proposal {
            Proposal::AnswerQuestion { question, .. } => asking.still_open(*question)?,
            Proposal::Rule(proposed) => {
                let Deed::Prompt { text } = &proposed.deed else { return Err(Refusal::NotAllowed) };
                bounded(text, Limits::ANNOUNCEMENT_CHARS)?;
                match again {
                    // It took its part of the budget when it was shown first.
                    Some(_) => rules.check_version(intent, proposed)?,
                    None => rules.check(intent, proposed)?,
                }
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
            again,
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
        if end == PromptEnd::Later {
            self.may_be_put_off()?;
        }
        Ok(vec![closed(prompt, end)])
    }

    fn may_be_put_off(&self) -> Result<(), Refusal> {
        match &self.showing {
            Some(showing) if showing.put_off >= Limits::PROMPT_PUT_OFF_MAX => Err(Refusal::PutOffTwice),
            _ if self.put_off.len() >= PUT_OFF_KEPT => Err(Refusal::RoomFull),
            _ => Ok(()),
        }
    }

    /// Whether the host refused a rule so often that it is quiet for the rest of the show, in both arms.
    pub(crate) fn is_quiet(&self, rule: &str) -> bool {
        self.noes.get(rule).is_some_and(|noes| *noes >= Limits::RULE_NOES_MAX)
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
            Event::PromptShown { prompt, intent, until, again } => {
                assert!(self.showing.is_none(), "two prompts on one screen");
                match again {
                    Some(times) => {
                        let put_off = self.put_off.remove(&intent.id);
                        assert_eq!(put_off, Some(*times), "only what was put off is shown again");
                    }
                    None => self.remember(intent.id),
                }
                self.last = *prompt;
                let (intent, put_off) = (intent.clone(), again.unwrap_or(0));
                self.showing = Some(Showing { prompt: *prompt, intent, until: *until, put_off });
                deadlines.set(*until, Due::Prompt(*prompt));
            }
            Event::PromptWithheld { intent } => self.remember(intent.id),
            Event::PromptClosed { prompt, end } => {
                let gone = self.showing.take().expect("only a prompt that shows is closed");
                assert_eq!(gone.prompt, *prompt, "another prompt than the one that shows was closed");
                deadlines.clear(gone.until, Due::Prompt(*prompt));
                self.count(gone, *end);
            }
            _ => unreachable!("not about prompts"),
        }
    }

    fn count(&mut self, gone: Showing, end: PromptEnd) {
        match end {
            PromptEnd::Later => {
                self.put_off.insert(gone.intent.id, gone.put_off + 1);
            }
            PromptEnd::Followed => {
                self.noes.remove(&gone.intent.rule);
            }
            PromptEnd::Dismissed => {
                if self.noes.len() < REFUSING_KEPT || self.noes.contains_key(&gone.intent.rule) {
                    *self.noes.entry(gone.intent.rule).or_default() += 1;
                }
            }
            PromptEnd::Expired => {}
        }
    }

    /// The host ended the show: what was put off in it is not asked again, and refused rules may speak in the next.
    pub(crate) fn end_show(&mut self) {
        self.put_off.clear();
        self.noes.clear();
    }

    /// A rule says something else from here on: what was refused is not what it says now.
    pub(crate) fn rule_changed(&mut self, rule: &str) {
        self.noes.remove(rule);
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
