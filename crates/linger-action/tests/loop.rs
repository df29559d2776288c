//! Rules and desk together, from comments to what the room is asked for. It does not know a real room.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_action::{Config, Desk};
use linger_protocol::{
    Act, Arm, Cause, CommentId, Entry, Event, KeyId, Millis, PersonId, PromptEnd, PromptId, QuestionId, Role,
    RoomId, RuleEvent, Sealed, Topic,
};
use linger_strategy::{
    UnansweredQuestion,
    rule::{Evaluator, ready},
};

/// A budget and a queue that the evening does not reach.
const ROOMY: Config = Config { cool_down_ms: 30_000, budget: 1_000, waiting_max: 1_000, later_ms: 120_000 };

/// Questions that three people ask, one every 20 seconds, and what a room would note about what it is asked for.
fn evening(room: &str) -> Vec<Entry> {
    let rule = ready::unanswered_questions(&UnansweredQuestion::default(), ready::Tongue::English);
    let put = RuleEvent::Put { rule: rule.code.clone(), version: 1, text: Some(rule.to_text()), draw: None };
    let mut rules = Evaluator::new(&RoomId::new(room).unwrap());
    rules.fold(&Entry { at: Millis(0), cause: Cause::Reported, event: Event::Rule(put) });
    let mut desk = Desk::new(ROOMY).unwrap();
    let mut log: Vec<Entry> = Vec::new();
    let mut unread = 0;
    for second in 0..3_000u32 {
        let now = Millis(i64::from(second) * 1_000);
        let mut tell = |event| log.push(Entry { at: now, cause: Cause::Reported, event });
        let question = QuestionId(second / 20 + 1);
        if second % 20 == 0 {
            tell(Event::QuestionOpened { question, topic: Topic(1), item: None });
        }
        if second % 20 < 3 {
            tell(Event::CommentMade {
                comment: CommentId(u64::from(second)),
                person: PersonId(u64::from(second)),
                role: Role::Viewer,
                spoken: Sealed { key: KeyId(0), body: Vec::new().into() },
                question: Some(question),
                answers: None,
                lane: None,
                reply_to: None,
                mentions: None,
                image: None,
            });
        }
        for request in desk.due(now) {
            let Act::FollowIntent { intent } = request.act else { panic!("a desk only passes on intents") };
            let prompt = PromptId(second);
            match intent.arm {
                Arm::HoldOut => tell(Event::PromptWithheld { intent }),
                Arm::Act => {
                    tell(Event::PromptShown { prompt, intent, until: now.plus(10_000), again: None });
                    tell(Event::PromptClosed { prompt, end: PromptEnd::Followed });
                }
            }
        }
        for entry in &log[unread..] {
            desk.fold(entry);
            let found = rules.fold(entry).into_iter().filter(|it| it.passed_over.is_none());
            found.for_each(|it| desk.offer(it.intent));
        }
        unread = log.len();
    }
    log
}

#[test]
fn every_thirty_seconds_one_occasion_reaches_the_room_in_the_arm_it_was_drawn_into() {
    let log = evening("tea");
    let out: Vec<(Millis, Arm)> = log
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::PromptShown { intent, .. } | Event::PromptWithheld { intent } => {
                Some((entry.at, intent.arm))
            }
            _ => None,
        })
        .collect();
    assert_eq!(out.len(), 100);
    assert!(out.windows(2).all(|pair| pair[1].0.since(pair[0].0) >= 30_000), "{out:?}");
    let withheld = out.iter().filter(|(_, arm)| *arm == Arm::HoldOut).count();
    assert!((8..=35).contains(&withheld), "{withheld} of 100");
    assert_eq!(log, evening("tea"), "the same comments, the same evening");
}
