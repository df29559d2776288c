//! How much an entry matters to those who look: its lane, and whether it may wait for the next unhurried frame. It does not
//! know how many there are or who looks: `thinning.rs` and `pace.rs` do.

use linger_protocol::{Entry, Event, Role};

/// The lane in which something reaches the screens, the most important first. Only talk and applause are ever thinned: an
/// answer is owed to a question, and what is paid for or said by those who run the room is for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "a comment does not say yet that it is paid, a member's or applause")
)]
pub(crate) enum Lane {
    /// The room itself: cards, sales, draws, announcements.
    Control,
    /// The host, and whoever runs the room.
    Host,
    /// Words with a paid gift.
    Paid,
    /// Members of the club.
    Member,
    /// A question to the host.
    Question,
    /// Other words.
    Talk,
    /// Applause.
    Reaction,
}

/// The lane of an entry.
pub(crate) fn lane_of(entry: &Entry) -> Lane {
    match &entry.event {
        Event::CommentMade { role, .. } if *role != Role::Viewer => Lane::Host,
        Event::CommentMade { question: Some(_), .. } => Lane::Question,
        Event::CommentMade { .. } => Lane::Talk,
        _ => Lane::Control,
    }
}

/// Whether an entry may wait for the next unhurried frame of a large room: what viewers say, and figures of which only the
/// last value is told. What is not named here goes at once.
pub(crate) fn may_wait(entry: &Entry) -> bool {
    match &entry.event {
        Event::CommentMade { .. } => lane_of(entry) > Lane::Host,
        // The comment that asks follows it.
        Event::QuestionOpened { .. } => true,
        Event::PresenceChanged { .. }
        | Event::PresenceLost { .. }
        | Event::LikesGathered { .. }
        | Event::Followed { .. }
        | Event::Unfollowed { .. }
        | Event::DrawEntered { .. }
        | Event::CardsTouched { .. }
        | Event::QualityGathered { .. }
        | Event::PromptWithheld { .. } => true,
        // Whoever orders or pays is answered directly; others see what is left.
        Event::UnitsHeld { .. }
        | Event::OrderPaid { .. }
        | Event::OrderLapsed { .. }
        | Event::OrderCancelled { .. }
        | Event::RefundDue { .. }
        | Event::RefundSettled { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use linger_protocol::{Actor, Cause, CommentId, ItemId, KeyId, Millis, PersonId, QuestionId, Sealed};

    /// A comment as it stands in the log.
    pub(crate) fn comment(id: u64, at: i64, person: u64, role: Role, question: Option<u32>) -> Entry {
        let by = Actor { person: PersonId(person), role };
        Entry {
            at: Millis(at),
            cause: Cause::Asked { by, intent: None },
            event: Event::CommentMade {
                comment: CommentId(id),
                person: PersonId(person),
                role,
                spoken: Sealed { key: KeyId(1), body: vec![].into() },
                question: question.map(QuestionId),
                answers: None,
            },
        }
    }

    #[test]
    fn what_runs_the_room_goes_at_once_and_what_viewers_say_may_wait() {
        let entry = |event| Entry { at: Millis(0), cause: Cause::Reported, event };
        for (entry, lane, waits) in [
            (comment(1, 0, 1, Role::Host, None), Lane::Host, false),
            (comment(1, 0, 1, Role::Moderator, None), Lane::Host, false),
            (comment(1, 0, 1, Role::Viewer, Some(1)), Lane::Question, true),
            (comment(1, 0, 1, Role::Viewer, None), Lane::Talk, true),
            (entry(Event::CardPinned { item: ItemId(1) }), Lane::Control, false),
            (entry(Event::Announced { text: "soon".into() }), Lane::Control, false),
            (entry(Event::LikesGathered { likes: 1, people: 1, total: 1 }), Lane::Control, true),
        ] {
            assert_eq!((lane_of(&entry), may_wait(&entry)), (lane, waits), "{entry:?}");
        }
    }
}
