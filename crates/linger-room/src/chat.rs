//! Comments: who may say something, and what saying it leads to. It does not keep a single word: of a comment the room
//! remembers its number and its author.

use crate::{
    Room,
    asking::Asking,
    bounds::{COMMENTS_KEPT, MUTES_MAX, SEALED_BYTES_MAX},
    draw::Entry,
    lane, question,
    text::bounded,
};
use linger_protocol::{
    Actor, Answered, CommentId, Event, ImageId, Limits, Millis, PersonId, QuestionId, Refusal, Role, Spoken,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chat {
    pub(crate) last: CommentId,
    pub(crate) recent: BTreeMap<CommentId, Said>,
    /// Who made them, and how many: these can be mentioned.
    pub(crate) authors: BTreeMap<PersonId, u32>,
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

/// What may go with a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct With<'a> {
    pub(crate) reply_to: Option<CommentId>,
    pub(crate) mentions: &'a [PersonId],
    pub(crate) image: Option<ImageId>,
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
    with: With<'_>,
) -> Result<Vec<Event>, Refusal> {
    let text = match with.image {
        // A picture may speak for itself.
        Some(_) if spoken.plain.trim().is_empty() => "",
        _ => bounded(&spoken.plain, Limits::COMMENT_CHARS)?,
    };
    if spoken.sealed.body.len() > SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if room.chat.is_muted(now, by.person) {
        return Err(Refusal::Muted);
    }
    room.chat.can_reply(with.reply_to)?;
    let mentions = room.mentioned(by.person, with.mentions)?;
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
    let lane = Some(lane::of(room, by, text, question.is_some()));
    let With { reply_to, image, .. } = with;
    events.push(Event::CommentMade {
        comment,
        person: by.person,
        role: by.role,
        spoken,
        question,
        answers,
        lane,
        reply_to,
        mentions,
        image,
    });
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

impl Room {
    /// The people of a mention: each once, and never oneself. `None` when nobody is left.
    ///
    /// Who can be mentioned: the host, and whoever said something within the last [`COMMENTS_KEPT`] comments. Anybody
    /// else was not seen by those who read along, and the comment is refused.
    fn mentioned(&self, by: PersonId, mentions: &[PersonId]) -> Result<Option<Vec<PersonId>>, Refusal> {
        if mentions.len() > Limits::MENTIONS_MAX {
            return Err(Refusal::TooManyMentions);
        }
        let seen = |it: &PersonId| self.host() == Some(*it) || self.chat.authors.contains_key(it);
        if !mentions.iter().all(seen) {
            return Err(Refusal::NotSeenHere);
        }
        let mut told: Vec<PersonId> = vec![];
        for person in mentions.iter().filter(|it| **it != by) {
            if !told.contains(person) {
                told.push(*person);
            }
        }
        Ok((!told.is_empty()).then_some(told))
    }
}

impl Chat {
    /// Fails when the comment that is replied to is not on anybody's screen any more.
    fn can_reply(&self, reply_to: Option<CommentId>) -> Result<(), Refusal> {
        match reply_to.map(|it| self.recent.get(&it)) {
            None | Some(Some(Said { hidden: false, .. })) => Ok(()),
            Some(_) => Err(Refusal::NoSuchComment),
        }
    }

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
                *self.authors.entry(*person).or_default() += 1;
                if self.recent.len() > COMMENTS_KEPT
                    && let Some((_, oldest)) = self.recent.pop_first()
                {
                    self.forget_author(oldest.person);
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

    fn forget_author(&mut self, person: PersonId) {
        let left = self.authors.get_mut(&person).expect("whoever made a comment is among the authors");
        *left -= 1;
        if *left == 0 {
            self.authors.remove(&person);
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
