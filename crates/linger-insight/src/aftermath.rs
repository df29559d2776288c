//! What followed the last prompt that the host took up: of those who had asked, how many are still here. It does not know
//! whether the prompt is why they are: that is for the arms to say.

use linger_protocol::{
    Arrival, Departure, Event, Millis, PersonId, PromptEnd, PromptId, QuestionId, Role, SessionId,
};
use std::collections::{BTreeMap, BTreeSet};

/// For so long it is told what followed, in s.
pub const AFTERMATH_S: u32 = 180;
/// Questions whose askers are remembered; of more, the oldest is given up.
const QUESTIONS_MAX: usize = 256;
/// Askers of one question; further ones are not followed.
const ASKERS_MAX: usize = 1_000;

/// What followed a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aftermath {
    /// The prompt.
    pub prompt: PromptId,
    /// When the host took it up.
    pub at: Millis,
    /// People who had asked the question that it was about and were here then; none when it was about something else.
    pub askers: u32,
    /// Of them, those who are here now.
    pub askers_here: u32,
}

/// Who asked what, and who of them stays after the host took up the last prompt.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    asked: BTreeMap<QuestionId, BTreeSet<PersonId>>,
    showing: Option<(PromptId, Option<QuestionId>)>,
    last: Option<Watched>,
}

#[derive(Debug)]
struct Watched {
    prompt: PromptId,
    at: Millis,
    askers: BTreeSet<PersonId>,
    // Their stays that run.
    stays: BTreeMap<SessionId, PersonId>,
}

impl Followed {
    /// Takes in an event; `stays` are those that run at that moment.
    pub fn take<'a>(
        &mut self,
        at: Millis,
        event: &Event,
        stays: impl Iterator<Item = (&'a SessionId, PersonId)>,
    ) {
        match event {
            Event::CommentMade { person, role: Role::Viewer, question: Some(question), .. } => {
                let askers = self.asked.entry(*question).or_default();
                if askers.len() < ASKERS_MAX {
                    askers.insert(*person);
                }
                if self.asked.len() > QUESTIONS_MAX {
                    self.asked.pop_first();
                }
            }
            Event::PromptShown { prompt, intent, .. } => self.showing = Some((*prompt, intent.question())),
            Event::PromptClosed { prompt, end } => {
                let gone = self.showing.take_if(|(shown, _)| shown == prompt);
                if let (Some((prompt, question)), PromptEnd::Followed) = (gone, end) {
                    let asked = question.and_then(|it| self.asked.get(&it)).cloned().unwrap_or_default();
                    let theirs = stays.filter(|(_, person)| asked.contains(person));
                    let stays: BTreeMap<_, _> = theirs.map(|(session, person)| (*session, person)).collect();
                    let askers = stays.values().copied().collect();
                    self.last = Some(Watched { prompt, at, askers, stays });
                }
            }
            Event::PresenceChanged { arrived, left, .. } => {
                if let Some(watched) = &mut self.last {
                    watched.moved(arrived, left);
                }
            }
            // Who is here is not known any more.
            Event::PresenceLost { .. } => self.last = None,
            _ => {}
        }
    }

    /// What followed, while it is told.
    pub fn at(&self, now: Millis) -> Option<Aftermath> {
        let watched = self.last.as_ref().filter(|it| now.since(it.at) <= u64::from(AFTERMATH_S) * 1_000)?;
        let here: BTreeSet<PersonId> = watched.stays.values().copied().collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Aftermath {
            prompt: watched.prompt,
            at: watched.at,
            askers: count(watched.askers.len()),
            askers_here: count(here.len()),
        })
    }
}

impl Watched {
    fn moved(&mut self, arrived: &[Arrival], left: &[Departure]) {
        for it in left {
            self.stays.remove(&it.session);
        }
        for it in arrived.iter().filter(|it| self.askers.contains(&it.person)) {
            self.stays.insert(it.session, it.person);
        }
    }
}
