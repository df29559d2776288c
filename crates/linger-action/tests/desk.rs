//! The desk, as transcripts: one promise each. It does not know rooms; what a room would write into its log is written
//! into the scripts.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use expect_test::{Expect, expect};
use linger_action::{Config, Desk};
use linger_protocol::{
    Act, Actor, Answered, Arm, Cause, Entry, Event, Intent, IntentId, Millis, OffReason, PromptEnd, PromptId,
    Proposal, QuestionId, Refusal,
};
use std::collections::BTreeSet;

fn intent(at: Millis, question: u32, arm: Arm) -> Intent {
    Intent {
        id: IntentId(u64::from(question) * 1_000),
        rule: "unanswered-question".into(),
        at,
        arm,
        proposal: Proposal::AnswerQuestion { question: QuestionId(question), people: 3, window_s: 60 },
    }
}

fn time_of(word: &str) -> Millis {
    let (minutes, seconds) = word.split_once(':').unwrap();
    Millis(minutes.parse::<i64>().unwrap() * 60_000 + seconds.parse::<i64>().unwrap() * 1_000)
}

fn clock(at: Millis) -> String {
    format!("{}:{:02}", at.0 / 60_000, at.0 / 1_000 % 60)
}

/// A desk and the log that its room would write.
struct Play {
    desk: Desk,
    log: Vec<Entry>,
    prompts: u32,
    /// Questions whose occasion does not stand any more.
    over: BTreeSet<u32>,
}

impl Play {
    fn new(config: Config) -> Play {
        Play { desk: Desk::new(config).unwrap(), log: Vec::new(), prompts: 0, over: BTreeSet::new() }
    }

    fn tell(&mut self, at: Millis, event: Event) {
        let entry = Entry { at, cause: Cause::Reported, event };
        self.desk.fold(&entry);
        self.log.push(entry);
    }

    /// How often an intent was put off, by the log; none when it was never shown.
    fn again(&self, intent: &Intent) -> Option<u32> {
        let mut prompts = vec![];
        let mut times = 0;
        for entry in &self.log {
            match &entry.event {
                Event::PromptShown { prompt, intent: shown, .. } if shown.id == intent.id => {
                    prompts.push(*prompt)
                }
                Event::PromptClosed { prompt, end: PromptEnd::Later } if prompts.contains(prompt) => {
                    times += 1
                }
                _ => {}
            }
        }
        (times > 0).then_some(times)
    }

    /// Does a line and then lets the desk ask; a room that refuses nothing notes what it asks for.
    fn line(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = time_of(words[0]);
        let number = || words[2].trim_start_matches(['q', 'p']).parse::<u32>().unwrap();
        match words[1] {
            "act" => self.desk.offer(intent(at, number(), Arm::Act)),
            "hold" => self.desk.offer(intent(at, number(), Arm::HoldOut)),
            "answer" => self.tell(
                at,
                Event::QuestionAnswered {
                    question: QuestionId(number()),
                    how: Answered::OnAir,
                    prompt: None,
                },
            ),
            "close" => {
                self.tell(at, Event::PromptClosed { prompt: PromptId(number()), end: PromptEnd::Dismissed })
            }
            "later" => {
                self.tell(at, Event::PromptClosed { prompt: PromptId(number()), end: PromptEnd::Later })
            }
            "over" => drop(self.over.insert(number())),
            "end" => self.tell(at, Event::WentOff { reason: OffReason::Ended }),
            "time" => {}
            other => panic!("no such doing: {other}"),
        }
        let mut told = Vec::new();
        let over = self.over.clone();
        self.desk.recall(at, |intent| intent.question().is_none_or(|it| !over.contains(&it.0)));
        for request in self.desk.due(at) {
            assert_eq!(request.by, Actor::HOUSE);
            let Act::FollowIntent { intent } = request.act else { panic!("a desk only passes on intents") };
            let question = intent.question().unwrap();
            match intent.arm {
                Arm::Act => {
                    self.prompts += 1;
                    let again = self.again(&intent).map_or(String::new(), |it| format!(" again ({it})"));
                    told.push(format!("p{} about q{question}{again}", self.prompts));
                    let (prompt, until) = (PromptId(self.prompts), at.plus(45_000));
                    let again = self.again(&intent);
                    self.tell(at, Event::PromptShown { prompt, intent, until, again });
                }
                Arm::HoldOut => {
                    told.push(format!("withheld q{question}"));
                    self.tell(at, Event::PromptWithheld { intent });
                }
            }
        }
        for dropped in self.desk.take_dropped() {
            let question = dropped.intent.question().unwrap();
            told.push(format!("drops q{question}: {:?}", dropped.reason));
        }
        if let Some(wakes_at) = self.desk.wakes_at() {
            let put_off = match self.desk.put_off_n() {
                0 => String::new(),
                n => format!(", {n} put off"),
            };
            told.push(format!("{} waiting{put_off}, wakes at {}", self.desk.waiting(), clock(wakes_at)));
        }
        if told.is_empty() { "-".to_owned() } else { told.join("; ") }
    }
}

fn play(config: Config, script: &str, expected: &Expect) {
    let mut play = Play::new(config);
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let transcript: String = lines.map(|line| format!("{line:<28} -> {}\n", play.line(line))).collect();
    expected.assert_eq(&transcript);
}

#[test]
fn a_prompt_goes_out_at_once_when_nothing_holds_it_back() {
    play(
        Config::default(),
        "
0:10 act q1
0:11 act q1
",
        &expect![[r#"
            0:10 act q1                  -> p1 about q1
            0:11 act q1                  -> -
        "#]],
    );
}

#[test]
fn the_next_prompt_waits_for_the_screen_and_the_cool_down() {
    play(
        Config::default(),
        "
0:10 act q1
0:15 act q2
0:20 close p1
0:39 time
0:40 time
0:50 act q3
1:24 time
1:25 time
",
        &expect![[r#"
            0:10 act q1                  -> p1 about q1
            0:15 act q2                  -> 1 waiting, wakes at 0:55
            0:20 close p1                -> 1 waiting, wakes at 0:40
            0:39 time                    -> 1 waiting, wakes at 0:40
            0:40 time                    -> p2 about q2
            0:50 act q3                  -> 1 waiting, wakes at 1:25
            1:24 time                    -> 1 waiting, wakes at 1:25
            1:25 time                    -> p3 about q3
        "#]],
    );
}

#[test]
fn a_prompt_whose_question_was_answered_while_it_waited_is_dropped() {
    play(
        Config::default(),
        "
0:10 act q1
0:12 act q2
0:14 hold q3
0:20 close p1
0:30 answer q2
0:35 answer q3
0:50 act q3
0:51 act q4
",
        &expect![[r#"
            0:10 act q1                  -> p1 about q1
            0:12 act q2                  -> 1 waiting, wakes at 0:55
            0:14 hold q3                 -> 2 waiting, wakes at 0:55
            0:20 close p1                -> 2 waiting, wakes at 0:40
            0:30 answer q2               -> drops q2: Answered; 1 waiting, wakes at 0:40
            0:35 answer q3               -> drops q3: Answered
            0:50 act q3                  -> drops q3: Answered
            0:51 act q4                  -> p2 about q4
        "#]],
    );
}

#[test]
fn what_is_held_out_waits_cools_down_and_costs_like_what_is_shown() {
    play(
        Config { budget: 3, ..Config::default() },
        "
0:00 hold q1
0:05 act q2
0:10 hold q3
0:30 time
0:35 close p1
0:59 time
1:00 time
1:10 act q4
",
        &expect![[r#"
            0:00 hold q1                 -> withheld q1
            0:05 act q2                  -> 1 waiting, wakes at 0:30
            0:10 hold q3                 -> 2 waiting, wakes at 0:30
            0:30 time                    -> p1 about q2; 1 waiting, wakes at 1:15
            0:35 close p1                -> 1 waiting, wakes at 1:00
            0:59 time                    -> 1 waiting, wakes at 1:00
            1:00 time                    -> withheld q3
            1:10 act q4                  -> drops q4: BudgetSpent
        "#]],
    );
}

#[test]
fn a_spent_budget_drops_what_waits_until_the_next_show() {
    play(
        Config { budget: 1, cool_down_ms: 10_000, ..Config::default() },
        "
0:00 act q1
0:05 act q2
0:30 close p1
1:00 end
1:01 act q3
",
        &expect![[r#"
            0:00 act q1                  -> p1 about q1
            0:05 act q2                  -> drops q2: BudgetSpent
            0:30 close p1                -> -
            1:00 end                     -> -
            1:01 act q3                  -> p2 about q3
        "#]],
    );
}

#[test]
fn the_end_of_the_show_drops_what_waits() {
    play(
        Config::default(),
        "
0:00 act q1
0:05 act q2
0:06 hold q3
0:07 end
",
        &expect![[r#"
            0:00 act q1                  -> p1 about q1
            0:05 act q2                  -> 1 waiting, wakes at 0:45
            0:06 hold q3                 -> 2 waiting, wakes at 0:45
            0:07 end                     -> drops q2: ShowEnded; drops q3: ShowEnded
        "#]],
    );
}

#[test]
fn an_occasion_of_the_show_before_is_not_taken_up_after_a_restart() {
    let mut desk = Desk::new(Config::default()).unwrap();
    let ended = Event::WentOff { reason: OffReason::Ended };
    desk.fold(&Entry { at: Millis(60_000), cause: Cause::Reported, event: ended });
    desk.offer(intent(Millis(59_000), 1, Arm::Act));
    assert_eq!(desk.due(Millis(90_000)), []);
    assert_eq!(desk.take_dropped().len(), 1);
}

#[test]
fn when_too_many_wait_the_oldest_goes() {
    play(
        Config { waiting_max: 2, ..Config::default() },
        "
0:00 act q1
0:01 act q2
0:02 act q3
0:03 act q4
",
        &expect![[r#"
            0:00 act q1                  -> p1 about q1
            0:01 act q2                  -> 1 waiting, wakes at 0:45
            0:02 act q3                  -> 2 waiting, wakes at 0:45
            0:03 act q4                  -> drops q2: QueueFull; 2 waiting, wakes at 0:45
        "#]],
    );
}

#[test]
fn a_host_who_says_later_is_asked_again_after_two_minutes_if_it_still_stands() {
    play(
        Config::default(),
        "
0:10 act q1
0:20 later p1
2:19 time
2:20 time
2:25 later p2
2:30 act q2
4:25 time
4:30 close p3
4:40 time
",
        &expect![[r#"
            0:10 act q1                  -> p1 about q1
            0:20 later p1                -> 0 waiting, 1 put off, wakes at 2:20
            2:19 time                    -> 0 waiting, 1 put off, wakes at 2:20
            2:20 time                    -> p2 about q1 again (1)
            2:25 later p2                -> 0 waiting, 1 put off, wakes at 4:25
            2:30 act q2                  -> 1 waiting, 1 put off, wakes at 2:50
            4:25 time                    -> p3 about q1 again (2); 1 waiting, wakes at 5:10
            4:30 close p3                -> 1 waiting, wakes at 4:55
            4:40 time                    -> 1 waiting, wakes at 4:55
        "#]],
    );
}

#[test]
fn what_was_put_off_is_dropped_once_it_is_answered_over_or_the_show_ended() {
    play(
        Config { cool_down_ms: 0, ..Config::default() },
        "
0:10 act q1
0:20 later p1
0:21 act q2
0:22 later p2
0:23 act q3
0:24 later p3
0:30 answer q1
0:31 over q2
2:22 time
2:23 end
5:00 time
",
        &expect![[r#"
            0:10 act q1                  -> p1 about q1
            0:20 later p1                -> 0 waiting, 1 put off, wakes at 2:20
            0:21 act q2                  -> p2 about q2; 0 waiting, 1 put off, wakes at 2:20
            0:22 later p2                -> 0 waiting, 2 put off, wakes at 2:20
            0:23 act q3                  -> p3 about q3; 0 waiting, 2 put off, wakes at 2:20
            0:24 later p3                -> 0 waiting, 3 put off, wakes at 2:20
            0:30 answer q1               -> drops q1: Answered; 0 waiting, 2 put off, wakes at 2:22
            0:31 over q2                 -> 0 waiting, 2 put off, wakes at 2:22
            2:22 time                    -> drops q2: Over; 0 waiting, 1 put off, wakes at 2:24
            2:23 end                     -> drops q3: ShowEnded
            5:00 time                    -> -
        "#]],
    );
}

#[test]
fn what_was_put_off_takes_nothing_of_the_budget_and_cools_down_like_any_prompt() {
    play(
        Config { budget: 1, ..Config::default() },
        "
0:00 act q1
0:01 later p1
0:02 act q2
2:01 time
2:02 close p2
2:05 act q3
",
        &expect![[r#"
            0:00 act q1                  -> p1 about q1
            0:01 later p1                -> 0 waiting, 1 put off, wakes at 2:01
            0:02 act q2                  -> drops q2: BudgetSpent; 0 waiting, 1 put off, wakes at 2:01
            2:01 time                    -> p2 about q1 again (1)
            2:02 close p2                -> -
            2:05 act q3                  -> drops q3: BudgetSpent
        "#]],
    );
}

#[test]
fn what_was_put_off_survives_a_restart_because_it_stands_in_the_log() {
    let mut first = Play::new(Config::default());
    for line in ["0:00 act q1", "0:05 later p1", "0:40 act q2", "0:45 close p2"] {
        first.line(line);
    }
    let mut second = Play::new(Config::default());
    first.log.iter().for_each(|entry| second.desk.fold(entry));
    (second.log, second.prompts) = (first.log.clone(), first.prompts);
    for line in ["1:00 time", "2:04 time", "2:05 time", "2:10 later p3", "4:10 time"] {
        assert_eq!(first.line(line), second.line(line), "{line}");
    }
    assert_eq!(first.prompts, 4);
}

#[test]
fn a_refusal_says_whether_to_wait_to_forget_or_to_drop() {
    let mut desk = Desk::new(Config::default()).unwrap();
    for (now, question, refusal, waits, dropped) in [
        (0, 1, Refusal::PromptShowing, 1, 0),
        // Not at once again: the other prompt's entry is still on the way.
        (999, 1, Refusal::AlreadyAnswered, 1, 0),
        (1_000, 1, Refusal::AlreadyAnswered, 0, 1),
        (2_000, 2, Refusal::IntentKnown, 0, 0),
        (3_000, 2, Refusal::IntentKnown, 0, 0),
    ] {
        desk.offer(intent(Millis(0), question, Arm::Act));
        for request in desk.due(Millis(now)) {
            let Act::FollowIntent { intent } = request.act else { panic!("a desk only passes on intents") };
            desk.refused(intent.id, refusal);
        }
        assert_eq!((desk.waiting(), desk.take_dropped().len()), (waits, dropped), "{now}");
    }
}

#[test]
fn a_request_that_nothing_was_heard_of_is_sent_again() {
    let mut desk = Desk::new(Config::default()).unwrap();
    desk.offer(intent(Millis(0), 1, Arm::Act));
    let first = desk.due(Millis(0));
    assert_eq!(first.len(), 1);
    assert_eq!(desk.due(Millis(4_999)), []);
    assert_eq!(desk.wakes_at(), Some(Millis(5_000)));
    assert_eq!(desk.due(Millis(5_000)), first);
}

#[test]
fn when_a_prompt_goes_out_does_not_depend_on_its_arm() {
    // The same offers with every choice of arms; prompts are closed at once, so that only queueing is compared.
    let mut moments = None;
    for arms in 0..64u32 {
        let mut desk = Desk::new(Config { budget: 5, ..Config::default() }).unwrap();
        let mut out = Vec::new();
        for second in 0..400u32 {
            let now = Millis(i64::from(second) * 1_000);
            if second % 17 == 0 && second / 17 < 6 {
                let question = second / 17;
                let arm = if arms >> question & 1 == 1 { Arm::HoldOut } else { Arm::Act };
                desk.offer(intent(now, question, arm));
            }
            for request in desk.due(now) {
                let Act::FollowIntent { intent } = request.act else {
                    panic!("a desk only passes on intents")
                };
                out.push((second, intent.id));
                let tell = |event| Entry { at: now, cause: Cause::Reported, event };
                match intent.arm {
                    Arm::HoldOut => desk.fold(&tell(Event::PromptWithheld { intent })),
                    Arm::Act => {
                        let prompt = PromptId(second);
                        desk.fold(&tell(Event::PromptShown {
                            prompt,
                            intent,
                            until: now.plus(1),
                            again: None,
                        }));
                        desk.fold(&tell(Event::PromptClosed { prompt, end: PromptEnd::Followed }));
                    }
                }
            }
        }
        assert_eq!(out.len(), 5);
        assert_eq!(*moments.get_or_insert(out.clone()), out, "arms {arms:b}");
    }
}

#[test]
fn a_desk_rebuilt_from_the_log_decides_the_same() {
    let script =
        "0:00 act q1\n0:05 hold q2\n0:06 act q3\n0:20 close p1\n0:31 time\n0:40 answer q3\n0:41 act q4";
    let mut first = Play::new(Config::default());
    script.lines().for_each(|line| {
        first.line(line);
    });
    let mut second = Play::new(Config::default());
    for entry in first.log.clone() {
        second.desk.fold(&entry);
    }
    second.prompts = first.prompts;
    // The rules propose again what the log does not deal with.
    second.desk.offer(intent(time_of("0:41"), 4, Arm::Act));
    for line in
        ["0:50 time", "0:59 act q5", "1:00 time", "1:01 time", "1:30 close p2", "1:31 time", "1:40 act q6"]
    {
        assert_eq!(first.line(line), second.line(line), "{line}");
    }
    assert_eq!(first.prompts, 3);
}

#[test]
fn settings_that_cannot_be_are_named() {
    let wrong = |config| Desk::new(config).unwrap_err().to_string();
    let usual = Config::default();
    assert_eq!(wrong(Config { waiting_max: 0, ..usual }), "waiting_max: 1 to 1000 expected");
    assert_eq!(wrong(Config { budget: 9_999, ..usual }), "budget: 0 to 1000 expected");
    assert_eq!(wrong(Config { later_ms: u64::MAX, ..usual }), "later_ms: 0 to 86400000 expected");
    assert_eq!(wrong(Config { cool_down_ms: u64::MAX, ..usual }), "cool_down_ms: 0 to 86400000 expected");
}
