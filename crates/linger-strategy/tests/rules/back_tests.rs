//! Every ready rule tried on a show that was: when it would have spoken.

use super::{script::room, show};
use expect_test::{Expect, expect};
use linger_protocol::Millis;
use linger_strategy::rule::{Rule, back_test, ready};

fn check(code: &str, expected: &Expect) {
    let all = ready::all(ready::Tongue::English);
    let rule = all.into_iter().find(|it| it.code == code).unwrap();
    let shows = back_test(&room(), &rule, show::log(1));
    assert_eq!(shows.len(), 1, "one show");
    assert_eq!((shows[0].began, shows[0].ended.is_some()), (show::BEGIN.plus(60_137), true));
    let line = |it: &linger_strategy::rule::Moment| {
        let end = match it.finding.passed_over {
            Some(why) => why.code().to_owned(),
            None => format!("{:?}", it.finding.intent.arm),
        };
        assert!(it.finding.intent.at >= Millis(0));
        format!("{}:{:02} {end}", it.show_s / 60, it.show_s % 60)
    };
    let told = shows[0].moments.iter().map(line).collect::<Vec<_>>().join(", ");
    expected.assert_eq(&told);
}

#[test]
fn the_same_log_twice_is_the_same_show() {
    assert_eq!(show::log(3), show::log(3));
    assert_ne!(show::log(3), show::log(4));
}

#[test]
fn unanswered_questions_on_a_show_that_was() {
    check("unanswered-question", &expect!["5:02 Act"]);
}

#[test]
fn segments_below_and_above_the_usual_on_a_show_that_was() {
    check("dwell-below", &expect!["16:23 HoldOut, 31:49 rule-budget-spent"]);
    check("dwell-above", &expect!["11:20 Act, 21:25 Act, 27:45 Act, 41:56 HoldOut"]);
}

#[test]
fn many_leaving_on_a_show_that_was() {
    check("leave-hazard-jump", &expect!["8:02 HoldOut, 15:21 Act"]);
}

#[test]
fn stalls_on_a_show_that_was() {
    check("stall-burst", &expect!["30:19 HoldOut"]);
}

#[test]
fn a_silent_host_and_no_climax_on_a_show_that_was() {
    check("host-silence", &expect!["22:10 Act"]);
    check("no-climax", &expect!["22:00 Act"]);
}

#[test]
fn a_hot_item_nearly_gone_on_a_show_that_was() {
    check("nearly-gone", &expect!["2:38 Act"]);
}

#[test]
fn a_new_source_on_a_show_that_was() {
    check("new-source", &expect!["10:06 Act"]);
}

#[test]
fn fast_and_slow_chat_on_a_show_that_was() {
    check("chat-fast", &expect!["35:18 Act"]);
    check("chat-slow", &expect!["41:00 Act"]);
}

#[test]
fn a_rule_that_is_off_or_meant_for_other_rooms_can_be_tried_all_the_same() {
    let all = ready::all(ready::Tongue::English);
    let rule = all.into_iter().find(|it| it.code == "stall-burst").unwrap();
    let elsewhere = Rule { on: false, rooms: vec!["elsewhere".into()], ..rule };
    assert!(!back_test(&room(), &elsewhere, show::log(1))[0].moments.is_empty());
}
