//! Samples of everything that stands in the log about the stage and about calls. They know no other event.

use crate::{asked, reported};
use linger_protocol::*;

#[test]
fn every_kind_of_seat_event_has_a_sample() {
    let number = |entry: &Entry| match &entry.event {
        Event::Seat(event) => number(event),
        other => panic!("no seat event: {other:?}"),
    };
    let mut numbers: Vec<usize> = samples().iter().map(|(_, entry)| number(entry)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..14).collect::<Vec<_>>());
}

fn number(event: &SeatEvent) -> usize {
    match event {
        SeatEvent::StageOpened { .. } => 0,
        SeatEvent::StageClosed => 1,
        SeatEvent::StageAsked { .. } => 2,
        SeatEvent::MovedUp { .. } => 3,
        SeatEvent::Invited { .. } => 4,
        SeatEvent::Seated { .. } => 5,
        SeatEvent::SeatMuted { .. } => 6,
        SeatEvent::SeatEnded { .. } => 7,
        SeatEvent::CallsOpened { .. } => 8,
        SeatEvent::CallsClosed => 9,
        SeatEvent::CallAsked { .. } => 10,
        SeatEvent::CallTaken { .. } => 11,
        SeatEvent::CallEnded { .. } => 12,
        SeatEvent::SelfMuted { .. } => 13,
    }
}

pub fn samples() -> Vec<(&'static str, Entry)> {
    let mut all = stage();
    all.extend(ends());
    all.extend(calls());
    all
}

const ANN: PersonId = PersonId(0x0123_4567_89ab_cdef);

fn sealed() -> Sealed {
    Sealed { key: KeyId(9), body: vec![0xde, 0xad, 0xbe, 0xef].into() }
}

fn by(role: Role, event: SeatEvent) -> Entry {
    asked(role, Event::Seat(event))
}

fn stage() -> Vec<(&'static str, Entry)> {
    let opened = |who| by(Role::Host, SeatEvent::StageOpened { seats: 3, who });
    let until = Millis(1_700_000_030_000);
    let stage_asked = SeatEvent::StageAsked { person: ANN, note: sealed(), priority: 2, place: 40 };
    vec![
        ("seat-stage-opened", opened(WhoMayAsk::Everybody)),
        ("seat-stage-opened-to-followers", opened(WhoMayAsk::Followers)),
        ("seat-stage-closed", by(Role::Host, SeatEvent::StageClosed)),
        ("seat-stage-asked", by(Role::Viewer, stage_asked)),
        ("seat-moved-up", by(Role::Moderator, SeatEvent::MovedUp { person: ANN })),
        ("seat-invited", by(Role::Host, SeatEvent::Invited { person: ANN, until })),
        ("seat-seated", by(Role::Viewer, SeatEvent::Seated { person: ANN, seat: 1 })),
        ("seat-muted", by(Role::Host, SeatEvent::SeatMuted { person: ANN, muted: true })),
        ("seat-self-muted", by(Role::Viewer, SeatEvent::SelfMuted { person: ANN, muted: true })),
    ]
}

fn ends() -> Vec<(&'static str, Entry)> {
    let ended = |end| reported(Event::Seat(SeatEvent::SeatEnded { person: ANN, end }));
    vec![
        ("seat-ended-withdrawn", ended(SeatEnd::Withdrawn)),
        ("seat-ended-declined", ended(SeatEnd::Declined)),
        ("seat-ended-turned-down", ended(SeatEnd::TurnedDown)),
        ("seat-ended-expired", ended(SeatEnd::Expired)),
        ("seat-ended-left", ended(SeatEnd::Left)),
        ("seat-ended-removed", ended(SeatEnd::Removed)),
        ("seat-ended-gone", ended(SeatEnd::Gone)),
        ("seat-ended-closed", ended(SeatEnd::Closed)),
    ]
}

fn calls() -> Vec<(&'static str, Entry)> {
    let until = Millis(1_700_000_900_000);
    let call =
        |item| SeatEvent::CallAsked { person: ANN, topic: sealed(), item, priority: 0, place: 1, until };
    let taken = SeatEvent::CallTaken { person: ANN, by: PersonId(1 << 63 | 5), until };
    let ended = |end| by(Role::Moderator, SeatEvent::CallEnded { person: ANN, end });
    let done = |outcome| ended(CallEnd::Done { outcome });
    let declined = |reason| ended(CallEnd::Declined { reason });
    vec![
        ("seat-calls-opened", by(Role::Host, SeatEvent::CallsOpened { promise_min: None })),
        ("seat-calls-opened-with-promise", by(Role::Host, SeatEvent::CallsOpened { promise_min: Some(60) })),
        ("seat-calls-closed", by(Role::Host, SeatEvent::CallsClosed)),
        ("seat-call-asked", by(Role::Viewer, call(Some(ItemId(8))))),
        ("seat-call-asked-about-nothing-listed", by(Role::Viewer, call(None))),
        ("seat-call-taken", by(Role::Moderator, taken)),
        ("seat-call-done-helped", done(CallOutcome::Helped)),
        ("seat-call-done-follow-up", done(CallOutcome::FollowUp)),
        ("seat-call-done-not-reached", done(CallOutcome::NotReached)),
        ("seat-call-declined-nobody-free", declined(NoCall::NobodyFree)),
        ("seat-call-declined-answered-otherwise", declined(NoCall::AnsweredOtherwise)),
        ("seat-call-declined-not-ours", declined(NoCall::NotOurs)),
        ("seat-call-expired", ended(CallEnd::Expired)),
        ("seat-call-withdrawn", ended(CallEnd::Withdrawn)),
        ("seat-call-closed", ended(CallEnd::Closed)),
    ]
}
