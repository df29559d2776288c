//! The rule `unanswered-question`, as transcripts: one promise each. It does not know how prompts are carried out.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use expect_test::{Expect, expect};
use linger_protocol::{
    Actor, Answered, Arm, Cause, CommentId, Entry, Event, Intent, KeyId, Millis, PersonId, QuestionId, Role,
    RoomId, RuleEvent, Sealed, Topic,
};
use linger_strategy::{
    UnansweredQuestion,
    rule::{Evaluator, ready},
};

/// Acting only, so that transcripts tell occasions.
fn always() -> UnansweredQuestion {
    UnansweredQuestion { hold_out_share: 0.0, ..Default::default() }
}

/// A room in which this one rule works.
struct Rules(Evaluator);

fn rules(settings: UnansweredQuestion) -> Rules {
    let rule = ready::unanswered_questions(&settings, ready::Tongue::English);
    let put = RuleEvent::Put { rule: rule.code.clone(), version: 1, text: Some(rule.to_text()), draw: None };
    let mut evaluator = Evaluator::new(&RoomId::new("tea").unwrap());
    evaluator.fold(&Entry { at: Millis(0), cause: Cause::Reported, event: Event::Rule(put) });
    Rules(evaluator)
}

impl Rules {
    fn fold(&mut self, entry: &Entry) -> Vec<Intent> {
        let found = self.0.fold(entry).into_iter().filter(|it| it.passed_over.is_none());
        found.map(|it| it.intent).collect()
    }
}

/// A log from lines such as `0:07 3 asks q1` (people are numbers; the first to ask a new question opens it).
fn log_of(script: &str) -> Vec<(String, Vec<Entry>)> {
    let (mut comments, mut open) = (0, Vec::new());
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut log = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (minutes, seconds) = words[0].split_once(':').unwrap();
        let ms = |seconds: &str| (seconds.parse::<f64>().unwrap() * 1_000.0).round() as i64;
        let at = Millis(minutes.parse::<i64>().unwrap() * 60_000 + ms(seconds));
        let entry = |event| Entry { at, cause: Cause::Asked { by: Actor::HOUSE, intent: None }, event };
        let question = || QuestionId(words[3].trim_start_matches('q').parse().unwrap());
        let mut entries = Vec::new();
        match words[2] {
            "asks" => {
                comments += 1;
                if !open.contains(&question()) {
                    open.push(question());
                    entries.push(entry(Event::QuestionOpened {
                        question: question(),
                        topic: Topic(1),
                        item: None,
                    }));
                }
                entries.push(entry(Event::CommentMade {
                    comment: CommentId(comments),
                    person: PersonId(words[1].parse().unwrap_or(99)),
                    role: if words[1] == "host" { Role::Host } else { Role::Viewer },
                    spoken: Sealed { key: KeyId(0), body: Vec::new().into() },
                    question: Some(question()),
                    answers: None,
                    lane: None,
                    reply_to: None,
                    mentions: None,
                    image: None,
                }));
            }
            "answers" => entries.push(entry(Event::QuestionAnswered {
                question: question(),
                how: Answered::OnAir,
                prompt: None,
            })),
            "hides" => {
                let comment = CommentId(words[3].parse().unwrap());
                entries.push(entry(Event::CommentHidden { comment }));
            }
            other => panic!("no such doing: {other}"),
        }
        log.push((line.to_owned(), entries));
    }
    log
}

fn play(script: &str, expected: &Expect) {
    let mut rules = rules(always());
    let mut transcript = String::new();
    for (line, entries) in log_of(script) {
        let intents: Vec<Intent> = entries.iter().flat_map(|entry| rules.fold(entry)).collect();
        let told = intents.iter().map(|it| format!("{:?} {:?}", it.arm, it.proposal)).collect::<Vec<_>>();
        let told = if told.is_empty() { "-".to_owned() } else { told.join(", ") };
        transcript += &format!("{line:<22} -> {told}\n");
    }
    expected.assert_eq(&transcript);
}

#[test]
fn three_different_people_within_a_minute_are_an_occasion_once() {
    play(
        "
0:00  1 asks q1
0:20  2 asks q1
0:30  1 asks q1
0:59  3 asks q1
1:00  4 asks q1
1:01  5 asks q1
",
        &expect![[r#"
            0:00  1 asks q1        -> -
            0:20  2 asks q1        -> -
            0:30  1 asks q1        -> -
            0:59  3 asks q1        -> Act AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 }
            1:00  4 asks q1        -> -
            1:01  5 asks q1        -> -
        "#]],
    );
}

#[test]
fn the_last_moment_of_the_minute_counts_and_the_next_does_not() {
    play(
        "
0:00  1 asks q1
0:10  2 asks q1
1:00  3 asks q1
2:00  1 asks q2
2:10  2 asks q2
3:00.001  3 asks q2
3:05  4 asks q2
",
        &expect![[r#"
            0:00  1 asks q1        -> -
            0:10  2 asks q1        -> -
            1:00  3 asks q1        -> Act AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 }
            2:00  1 asks q2        -> -
            2:10  2 asks q2        -> -
            3:00.001  3 asks q2    -> -
            3:05  4 asks q2        -> Act AnswerQuestion { question: QuestionId(2), people: 3, window_s: 60 }
        "#]],
    );
}

#[test]
fn who_asks_again_counts_from_then_on() {
    play(
        "
0:00  1 asks q1
0:50  1 asks q1
0:55  2 asks q1
1:45  3 asks q1
",
        &expect![[r#"
            0:00  1 asks q1        -> -
            0:50  1 asks q1        -> -
            0:55  2 asks q1        -> -
            1:45  3 asks q1        -> Act AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 }
        "#]],
    );
}

#[test]
fn an_answer_in_between_ends_the_matter() {
    play(
        "
0:00  1 asks q1
0:05  2 asks q1
0:06  host answers q1
0:07  3 asks q1
0:08  4 asks q2
0:09  5 asks q2
0:10  6 asks q2
",
        &expect![[r#"
            0:00  1 asks q1        -> -
            0:05  2 asks q1        -> -
            0:06  host answers q1  -> -
            0:07  3 asks q1        -> -
            0:08  4 asks q2        -> -
            0:09  5 asks q2        -> -
            0:10  6 asks q2        -> Act AnswerQuestion { question: QuestionId(2), people: 3, window_s: 60 }
        "#]],
    );
}

#[test]
fn the_host_and_hidden_comments_do_not_count() {
    play(
        "
0:00  1 asks q1
0:01  host asks q1
0:02  2 asks q1
0:03  moderator hides 3
0:04  3 asks q1
0:05  4 asks q1
",
        &expect![[r#"
            0:00  1 asks q1        -> -
            0:01  host asks q1     -> -
            0:02  2 asks q1        -> -
            0:03  moderator hides 3 -> -
            0:04  3 asks q1        -> -
            0:05  4 asks q1        -> Act AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 }
        "#]],
    );
}

#[test]
fn a_clock_that_goes_backwards_does_no_harm() {
    play(
        "
5:00  1 asks q1
0:00  2 asks q1
9:00  3 asks q1
0:01  4 asks q1
",
        &expect![[r#"
            5:00  1 asks q1        -> -
            0:00  2 asks q1        -> -
            9:00  3 asks q1        -> -
            0:01  4 asks q1        -> -
        "#]],
    );
}

#[test]
fn the_same_log_gives_the_same_intents() {
    let script: String = (0..200u32)
        .flat_map(|q| {
            (0..3u32).map(move |p| format!("{}:{:02}  {p} asks q{}\n", q / 6, q * 10 % 60 + p, q + 1))
        })
        .collect();
    let told = || -> Vec<Intent> {
        let mut rules = rules(UnansweredQuestion::default());
        log_of(&script).iter().flat_map(|(_, it)| it).flat_map(|entry| rules.fold(entry)).collect()
    };
    assert_eq!(told(), told());
    assert_eq!(told().len(), 200);
    let held_out = told().iter().filter(|it| it.arm == Arm::HoldOut).count();
    assert!((20..=60).contains(&held_out), "{held_out} of 200");
}

#[test]
fn an_occasion_that_the_log_knows_is_not_proposed_even_if_the_count_is_reached_later() {
    let log: Vec<Entry> = log_of("0:00  1 asks q1\n0:01  2 asks q1\n0:02  3 asks q1\n")
        .into_iter()
        .flat_map(|(_, entries)| entries)
        .collect();
    let mut whole = rules(always());
    let intent = log.iter().flat_map(|entry| whole.fold(entry)).next().unwrap();
    let mut other = rules(always());
    other.fold(&Entry { at: Millis(0), cause: Cause::Reported, event: Event::PromptWithheld { intent } });
    assert_eq!(log.iter().flat_map(|entry| other.fold(entry)).count(), 0);
}
