//! The newest comments of a room, and who is shown which. It does not know what thinning looks at.

use super::thinning::{Audience, Thinning};
use crate::wire::CommentWire;
use linger_protocol::{CommentId, Entry, PersonId};
use std::collections::VecDeque;

/// Comments a newcomer is shown.
const COMMENTS_SHOWN: usize = 50;

#[derive(Default)]
pub(crate) struct Comments {
    thinning: Thinning,
    /// What everybody was shown.
    shown: VecDeque<CommentWire>,
    /// What was thinned out, with who may see it all the same.
    aside: VecDeque<(CommentWire, Audience)>,
}

impl Comments {
    pub(crate) fn new(thinning: Thinning) -> Comments {
        Comments { thinning, shown: VecDeque::new(), aside: VecDeque::new() }
    }

    /// Takes in a comment and the entry that it was read from.
    pub(crate) fn take(&mut self, entry: &Entry, comment: CommentWire) {
        match self.thinning.take(entry) {
            Some(Audience::Everybody) => push(&mut self.shown, comment),
            Some(audience) => push(&mut self.aside, (comment, audience)),
            None => {}
        }
    }

    /// Who is shown a comment of lately.
    pub(crate) fn audience(&self, comment: CommentId) -> Audience {
        self.thinning.audience(comment)
    }

    pub(crate) fn hide(&mut self, comment: CommentId) {
        self.shown.retain(|it| it.id != comment.0);
        self.aside.retain(|(it, _)| it.id != comment.0);
    }

    /// Everything that is still remembered of them, to be blanked.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut CommentWire> {
        self.shown.iter_mut().chain(self.aside.iter_mut().map(|(comment, _)| comment))
    }

    /// The newest that everybody was shown.
    pub(crate) fn shown(&self) -> &VecDeque<CommentWire> {
        &self.shown
    }

    /// The newest that this person may see, in their order.
    pub(crate) fn seen_by(&self, person: Option<PersonId>, is_staff: bool) -> Vec<CommentWire> {
        let person = person.map(|person| person.to_string());
        let may_see = |(comment, audience): &&(CommentWire, Audience)| {
            person.as_ref() == Some(&comment.person) || (is_staff && *audience == Audience::Staff)
        };
        let mut seen: Vec<_> = self.shown.iter().cloned().collect();
        seen.extend(self.aside.iter().filter(may_see).map(|(comment, _)| comment.clone()));
        seen.sort_by_key(|comment| comment.id);
        seen.split_off(seen.len().saturating_sub(COMMENTS_SHOWN))
    }
}

fn push<T>(kept: &mut VecDeque<T>, one: T) {
    kept.push_back(one);
    if kept.len() > COMMENTS_SHOWN {
        kept.pop_front();
    }
}
