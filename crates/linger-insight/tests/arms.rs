//! What came of occasions, arm by arm. It does not know rules.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_insight::{Arms, Comparison, OCCASIONS_MIN};
use linger_protocol::{
    Answered, Arm, Arrival, Cause, CommentId, Departure, Entry, Event, Intent, IntentId, KeyId, LeaveReason,
    Millis, PersonId, PromptEnd, PromptId, Proposal, QuestionId, Role, Sealed, SessionId,
};
use linger_stats::{Lifetimes, Moments, Shares, Unknown, difference_of_restricted_means};

fn tell(arms: &mut Arms, at_ms: i64, event: Event) {
    arms.fold(&Entry { at: Millis(at_ms), cause: Cause::Reported, event });
}

fn occasion(question: u32, at_ms: i64, arm: Arm) -> Event {
    let intent = Intent {
        id: IntentId(question.into()),
        rule: "unanswered-question".into(),
        at: Millis(at_ms),
        arm,
        proposal: Proposal::AnswerQuestion { question: QuestionId(question), people: 3, window_s: 60 },
    };
    match arm {
        Arm::Act => Event::PromptShown {
            prompt: PromptId(question),
            intent,
            until: Millis(at_ms + 30_000),
            again: None,
        },
        Arm::HoldOut => Event::PromptWithheld { intent },
    }
}

fn answer(question: u32) -> Event {
    Event::QuestionAnswered { question: QuestionId(question), how: Answered::OnAir, prompt: None }
}

fn asked(person: u64, question: u32) -> Event {
    Event::CommentMade {
        comment: CommentId(person),
        person: PersonId(person),
        role: Role::Viewer,
        spoken: Sealed { key: KeyId(0), body: Vec::new().into() },
        question: Some(QuestionId(question)),
        answers: None,
        lane: None,
        reply_to: None,
        mentions: None,
        image: None,
    }
}

fn moved(come: std::ops::Range<u64>, go: std::ops::Range<u64>) -> Event {
    let arrival = |id| Arrival {
        session: SessionId(id),
        person: PersonId(id),
        source: "direct".into(),
        brought_by: None,
    };
    let departure = |id| Departure { session: SessionId(id), reason: LeaveReason::Left };
    Event::PresenceChanged {
        arrived: come.map(arrival).collect(),
        left: go.map(departure).collect(),
        here: 0,
    }
}

fn only(arms: &Arms) -> Comparison {
    let mut comparisons = arms.comparisons();
    assert_eq!(comparisons.len(), 1);
    comparisons.remove(0)
}

#[test]
fn an_answer_counts_when_it_comes_within_two_minutes() {
    let mut arms = Arms::new();
    tell(&mut arms, 0, occasion(1, 0, Arm::Act));
    tell(&mut arms, 1_000, Event::PromptClosed { prompt: PromptId(1), end: PromptEnd::Followed });
    tell(&mut arms, 1_000, occasion(2, 1_000, Arm::Act));
    tell(&mut arms, 2_000, occasion(3, 2_000, Arm::HoldOut));
    tell(&mut arms, 120_000, answer(1));
    tell(&mut arms, 121_001, answer(2));
    // Answered quickly, and yet no share is told before its two minutes, and the time an entry may take, are over.
    tell(&mut arms, 121_001, answer(3));
    arms.pass(Millis(127_000));
    let now = only(&arms);
    assert_eq!(now.acted.answered, Shares { trials: 2, hits: 1 });
    assert_eq!(now.held_out.answered, Shares::default());
    let mut times = Lifetimes::default();
    times.left(0, 120, 1).unwrap();
    times.censored(0, 120, 1).unwrap();
    assert_eq!(now.acted.answer_time, times);
    assert_eq!(now.acted.ends.followed, 1);
    arms.pass(Millis(127_001));
    assert_eq!(only(&arms).held_out.answered, Shares { trials: 1, hits: 1 });
    assert_eq!(now.answered, Err(Unknown::TooFew { have: 0, need: OCCASIONS_MIN }));
}

#[test]
fn a_question_that_is_still_open_counts_at_its_present_age() {
    let mut arms = Arms::new();
    tell(&mut arms, 0, occasion(1, 0, Arm::HoldOut));
    arms.pass(Millis(30_000));
    let mut times = Lifetimes::default();
    times.censored(0, 30, 1).unwrap();
    assert_eq!(only(&arms).held_out.answer_time, times);
}

#[test]
fn leaving_is_counted_in_the_minute_before_and_the_minute_after() {
    let mut arms = Arms::new();
    tell(&mut arms, 0, moved(0..100, 0..0));
    // Ten leave before the window, 6 in it (one at its first moment, which is before it), 3 after, 1 too late.
    tell(&mut arms, 10_000, moved(0..0, 0..10));
    tell(&mut arms, 40_000, moved(0..0, 10..11));
    tell(&mut arms, 70_000, moved(0..0, 11..17));
    tell(&mut arms, 100_000, occasion(1, 100_000, Arm::Act));
    tell(&mut arms, 130_000, moved(0..0, 17..19));
    tell(&mut arms, 160_000, moved(0..0, 19..20));
    tell(&mut arms, 160_001, moved(0..0, 20..21));
    let sums = only(&arms).acted;
    assert_eq!(sums.before, (6, 89 * 30_000 + 83 * 30_000));
    assert_eq!(sums.after, (3, 83 * 30_000 + 81 * 30_000));
    let mut change = Moments::default();
    change.add(3_000_000_000 / (164 * 30_000) - 6_000_000_000 / (172 * 30_000));
    assert_eq!(sums.hazard_change_ppm, change);
}

#[test]
fn a_minute_in_which_the_count_was_lost_or_nobody_was_there_does_not_count() {
    let mut arms = Arms::new();
    tell(&mut arms, 0, occasion(1, 0, Arm::Act));
    tell(&mut arms, 70_000, moved(0..9, 0..0));
    tell(&mut arms, 100_000, occasion(2, 100_000, Arm::Act));
    tell(&mut arms, 120_000, Event::PresenceLost { last_seen: Millis(119_000) });
    tell(&mut arms, 130_000, moved(0..9, 0..0));
    arms.pass(Millis(900_000));
    let sums = only(&arms).acted;
    assert_eq!((sums.occasions, sums.hazard_change_ppm.n()), (2, 0));
    assert_eq!(sums.answered, Shares { trials: 2, hits: 0 });
}

#[test]
fn an_entry_that_is_heard_of_a_little_late_counts_at_its_own_time() {
    let (mut ahead, mut plain) = (Arms::new(), Arms::new());
    for arms in [&mut ahead, &mut plain] {
        tell(arms, 0, moved(0..100, 0..0));
        tell(arms, 90_000, occasion(1, 90_000, Arm::Act));
    }
    ahead.pass(Millis(154_000));
    for arms in [&mut ahead, &mut plain] {
        tell(arms, 149_000, moved(0..0, 0..5));
    }
    ahead.pass(Millis(213_000));
    for arms in [&mut ahead, &mut plain] {
        tell(arms, 209_000, answer(1));
        arms.pass(Millis(300_000));
    }
    assert_eq!(ahead.comparisons(), plain.comparisons());
    let sums = only(&ahead).acted;
    assert_eq!((sums.after.0, sums.answered), (5, Shares { trials: 1, hits: 1 }));
}

#[test]
fn a_rule_that_helps_is_seen_to_help_and_rooms_add_up() {
    let mut rooms = Vec::new();
    for room in 0..4i64 {
        let mut arms = Arms::new();
        tell(&mut arms, 0, moved(0..5_000, 0..0));
        let mut gone = 0;
        for nth in 0..25u32 {
            let at = 100_000 + i64::from(nth) * 300_000;
            let arm = if (i64::from(nth) + room) % 5 == 0 { Arm::HoldOut } else { Arm::Act };
            tell(&mut arms, at, occasion(nth, at, arm));
            let leave = if arm == Arm::Act { 10 } else { 40 } + u64::from(nth % 3);
            tell(&mut arms, at + 20_000, moved(0..0, gone..gone + leave));
            gone += leave;
            let answered_after = if arm == Arm::Act { 20 + nth % 7 } else { 90 + nth * 3 };
            tell(&mut arms, at + i64::from(answered_after) * 1_000, answer(nth));
        }
        arms.pass(Millis(100_000_000));
        rooms.push(only(&arms));
    }
    assert_eq!(rooms[0].answered, Err(Unknown::TooFew { have: 5, need: OCCASIONS_MIN }));
    let (mut acted, mut held_out) = (rooms[0].acted.clone(), rooms[0].held_out.clone());
    for room in &rooms[1..] {
        acted += &room.acted;
        held_out += &room.held_out;
    }
    let all = Comparison::new("unanswered-question", acted.clone(), held_out.clone());
    assert_eq!((all.acted.occasions, all.held_out.occasions), (80, 20));
    let (answered, time) = (all.answered.unwrap(), all.answer_time_s.unwrap());
    assert!(answered.ci95.low > 0.0, "{answered:?}");
    assert!(time.ci95.high < 0.0, "{time:?}");
    let leaving = all.hazard_change_ppm.unwrap();
    assert!(leaving.ci95.high < 0.0, "{leaving:?}");
    assert_eq!(time, difference_of_restricted_means(&acted.answer_time, &held_out.answer_time, 120).unwrap());
}

#[test]
fn an_occasion_that_is_put_off_is_one_occasion_and_what_it_is_about_is_told() {
    let mut arms = Arms::new();
    tell(&mut arms, 0, moved(0..100, 0..0));
    tell(&mut arms, 100_000, occasion(1, 100_000, Arm::Act));
    tell(&mut arms, 101_000, Event::PromptClosed { prompt: PromptId(1), end: PromptEnd::Later });
    let Event::PromptShown { prompt, intent, until, .. } = occasion(1, 100_000, Arm::Act) else {
        unreachable!()
    };
    tell(&mut arms, 221_000, Event::PromptShown { prompt, intent, until, again: Some(1) });
    tell(&mut arms, 222_000, Event::PromptClosed { prompt: PromptId(1), end: PromptEnd::Followed });
    arms.pass(Millis(900_000));
    let sums = only(&arms).acted;
    assert_eq!((sums.occasions, sums.questions, sums.hazard_change_ppm.n()), (1, 1, 1));
    assert_eq!((sums.ends.later, sums.ends.followed), (1, 1));
}

#[test]
fn after_a_prompt_that_was_taken_up_it_is_told_how_many_of_the_askers_stay() {
    let mut live = linger_insight::Live::new();
    let mut tell = |at_ms, event| live.fold(&Entry { at: Millis(at_ms), cause: Cause::Reported, event });
    tell(0, moved(0..9, 0..0));
    for person in [1, 2, 3, 2] {
        tell(10_000, asked(person, 1));
    }
    // Who asked something else, and who asked and went before, are not followed.
    tell(11_000, asked(4, 2));
    tell(11_500, moved(0..0, 3..4));
    tell(12_000, occasion(1, 12_000, Arm::Act));
    tell(13_000, answer(1));
    tell(13_000, Event::PromptClosed { prompt: PromptId(1), end: PromptEnd::Followed });
    tell(20_000, moved(0..0, 1..2));
    tell(21_000, moved(0..0, 4..5));
    let told = live.aftermath(Millis(22_000)).unwrap();
    assert_eq!((told.prompt, told.at), (PromptId(1), Millis(13_000)));
    assert_eq!((told.askers, told.askers_here), (2, 1));
    assert_eq!(live.aftermath(Millis(13_000 + 180_001)), None, "it is told for three minutes");
    live.fold(&Entry { at: Millis(23_000), cause: Cause::Reported, event: moved(1..2, 0..0) });
    assert_eq!(live.aftermath(Millis(23_000)).unwrap().askers_here, 2, "who comes back is here");
    let dismissed = Event::PromptClosed { prompt: PromptId(2), end: PromptEnd::Dismissed };
    for event in [occasion(2, 24_000, Arm::Act), dismissed] {
        live.fold(&Entry { at: Millis(24_000), cause: Cause::Reported, event });
    }
    assert_eq!(
        live.aftermath(Millis(24_000)).unwrap().prompt,
        PromptId(1),
        "what was refused led to nothing"
    );
}
