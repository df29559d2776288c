//! How much an entry matters to those who look: its lane, and whether it may wait for the next unhurried frame. It does not
//! know how many there are or who looks: `thinning.rs` and `pace.rs` do.

use linger_protocol::{
    ActivityEvent, ClubEvent, CouponEvent, Entry, Event, Lane, Role, SaleEvent, TalkEvent,
};

/// The lane of an entry. Only talk and applause are ever thinned: an answer is owed to a question, and what is paid for or
/// said by those who run the room is for everybody. Comments of older logs do not say their lane.
pub(crate) fn lane_of(entry: &Entry) -> Lane {
    match &entry.event {
        Event::CommentMade { lane: Some(lane), .. } => *lane,
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
        // What the crowd does to the games, the club and the talk: of their figures only the last value is told.
        Event::Activity(ActivityEvent::Played { .. } | ActivityEvent::Scored { .. }) => true,
        Event::Club(
            ClubEvent::ClubSet { .. } | ClubEvent::SprintOpened { .. } | ClubEvent::SprintEnded { .. },
        ) => false,
        Event::Club(_) => true,
        Event::Sale(
            SaleEvent::CartHeld(_)
            | SaleEvent::WaitJoined { .. }
            | SaleEvent::WaitLeft { .. }
            | SaleEvent::Enlisted { .. }
            | SaleEvent::ExplainAsked { .. }
            | SaleEvent::LookersCounted { .. }
            | SaleEvent::Coupon(CouponEvent::Claimed { .. } | CouponEvent::Granted { .. }),
        ) => true,
        Event::Talk(
            TalkEvent::GiftSent { .. } | TalkEvent::GiftLapsed { .. } | TalkEvent::PhotoOffered { .. },
        ) => true,
        // Whoever asked is answered directly; what comes after the sale takes days.
        Event::Care(_) | Event::Rule(_) => true,
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
                lane: None,
                reply_to: None,
                mentions: None,
                image: None,
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
