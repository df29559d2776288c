//! Comments: who may say something, and what saying it leads to. It does not keep a single word: of a comment the room
//! remembers its number and its author.

use crate::{
    Room,
    asking::Asking,
    bounds::{COMMENTS_KEPT, MUTES_MAX, SEALED_BYTES_MAX},
    draw::Entry,
    question,
    text::bounded,
};
use linger_protocol::{
    Actor, Answered, CommentId, Event, Limits, Millis, PersonId, QuestionId, Refusal, Role, Spoken,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chat {
    pub(crate) last: CommentId,
    pub(crate) recent: BTreeMap<CommentId, Said>,
    /// Until when somebody may not comment.
    pub(crate) muted: BTreeMap<PersonId, Millis>,
}

/// What the room remembers of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who said it.
    pub person: PersonId,
    /// Whether it was taken off the screens.
    pub hidden: bool,
}

/// Somebody says something: a comment, and with it perhaps a question, an answer or an entry to a draw.
///
/// A viewer's comment asks a question when it is recognised as one and is not the keyword of a running draw. People who
/// run the room ask no questions: what they ask the audience is not for the host to answer.
pub(crate) fn decide_say(
    room: &Room,
    now: Millis,
    by: Actor,
    spoken: &Spoken,
    answers: Option<QuestionId>,
) -> Result<Vec<Event>, Refusal> {
    let text = bounded(&spoken.plain, Limits::COMMENT_CHARS)?;
    if spoken.sealed.body.len() > SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if room.chat.is_muted(now, by.person) {
        return Err(Refusal::Muted);
    }
    let comment = CommentId(room.chat.last.0 + 1);
    let answered = match answers {
        Some(question) => room.asking.answer(&room.prompts, now, question, Answered::Typed { comment })?,
        None => vec![],
    };
    let may_play = by.role == Role::Viewer && room.host() != Some(by.person);
    let entry = if may_play { room.draws.entry(now, by.person, text)? } else { Entry::OtherWords };
    let (question, opened) =
        if may_play && entry == Entry::OtherWords { asked(&room.asking, room, text) } else { (None, None) };

    let mut events: Vec<Event> = opened.into_iter().collect();
    let spoken = spoken.sealed.clone();
    events.push(Event::CommentMade { comment, person: by.person, role: by.role, spoken, question, answers });
    events.extend(answered);
    if let Entry::Enters(draw) = entry {
        events.push(Event::DrawEntered { draw, person: by.person });
    }
    Ok(events)
}

fn asked(asking: &Asking, room: &Room, text: &str) -> (Option<QuestionId>, Option<Event>) {
    match question::topic(text) {
        Some(topic) => {
            // Who names a link means that one, whatever is on stage.
            let item = if question::link(topic).is_some() { None } else { room.pinned() };
            let (question, opened) = asking.ask(topic, item);
            (Some(question), opened)
        }
        None => (None, None),
    }
}

impl Chat {
    pub(crate) fn is_muted(&self, now: Millis, person: PersonId) -> bool {
        self.muted.get(&person).is_some_and(|until| now < *until)
    }

    pub(crate) fn decide_hide(&self, comment: CommentId) -> Result<Vec<Event>, Refusal> {
        match self.recent.get(&comment) {
            None => Err(Refusal::NoSuchComment),
            Some(said) if said.hidden => Ok(vec![]),
            Some(_) => Ok(vec![Event::CommentHidden { comment }]),
        }
    }

    pub(crate) fn decide_mute(
        &self,
        now: Millis,
        host: Option<PersonId>,
        person: PersonId,
        for_ms: u64,
    ) -> Result<Vec<Event>, Refusal> {
        if host == Some(person) {
            return Err(Refusal::NotAllowed);
        }
        if for_ms > Limits::MUTE_MS_MAX {
            return Err(Refusal::BadDuration);
        }
        if for_ms == 0 && !self.is_muted(now, person) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Muted { person, until: now.plus(for_ms) }])
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::CommentMade { comment, person, .. } => {
                self.last = *comment;
                self.recent.insert(*comment, Said { person: *person, hidden: false });
                if self.recent.len() > COMMENTS_KEPT {
                    self.recent.pop_first();
                }
            }
            Event::CommentHidden { comment } => {
                if let Some(said) = self.recent.get_mut(comment) {
                    said.hidden = true;
                }
            }
            Event::Muted { person, until } => {
                self.muted.insert(*person, *until);
                if self.muted.len() > MUTES_MAX {
                    self.forget_first_mute();
                }
            }
            _ => unreachable!("not about chat"),
        }
    }

    /// A full list is a rare thing, so that looking through it costs less than keeping it ordered by time.
    fn forget_first_mute(&mut self) {
        let first = self.muted.iter().min_by_key(|(person, until)| (**until, **person)).map(|(it, _)| *it);
        if let Some(person) = first {
            self.muted.remove(&person);
        }
    }
}
