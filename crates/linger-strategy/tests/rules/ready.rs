//! The ready rules, as transcripts: one promise each.

use super::script::{log_of, play};
use expect_test::{Expect, expect};
use linger_strategy::rule::{Rule, ready};

/// A ready rule that acts always and needs few people.
fn taken(code: &str) -> Rule {
    let all = ready::all(ready::Tongue::English);
    let rule = all.into_iter().find(|it| it.code == code).unwrap();
    Rule { on: true, hold_out: 0.0, ..rule }
}

fn check(code: &str, script: &str, expected: &Expect) {
    expected.assert_eq(&play(vec![taken(code)], script));
}

#[test]
fn ready_rules_can_be_kept_as_they_are_in_both_languages() {
    for tongue in [ready::Tongue::English, ready::Tongue::Chinese] {
        let all = ready::all(tongue);
        assert_eq!(all.len(), 11);
        for rule in all {
            let again = Rule::parse(&rule.to_text()).unwrap_or_else(|it| panic!("{}: {it:?}", rule.code));
            assert_eq!(again, rule);
            assert_eq!(rule.on, rule.code == "unanswered-question", "{}", rule.code);
        }
    }
}

#[test]
fn three_who_ask_the_same_within_a_minute_are_an_occasion() {
    check(
        "unanswered-question",
        "
0:00  come 5
0:10  ask p1 q1
0:20  ask p2 q1
0:30  ask p3 q1
0:40  ask p4 q1
1:00  ask p1 q2
1:10  ask p2 q2
1:20  answer q2
1:30  ask p3 q2
",
        &expect![[r#"
            0:30  unanswered-question  AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 }
        "#]],
    );
}

const THREE_SEGMENTS: &str = "
0:00        live
0:00        list i1 Cup 1000
0:00        list i2 Pot 9000
0:00        stock i1 50
0:00        stock i2 50
0:00        sale i1 1000
0:00        sale i2 9000
0:00        come 40 feed
1:00        pin i1
4:00        unpin i1
4:00        pin i2
7:00        unpin i2
";

#[test]
fn a_segment_that_people_leave_early_gets_a_flash_price_within_its_limits() {
    check(
        "dwell-below",
        &format!("{THREE_SEGMENTS}7:00 pin i1\n7:05..7:30/1 go 1\n10:00 time\n"),
        &expect![[r#"
            8:10  dwell-below  FlashPrice { item: ItemId(1), price: Money { minor: 900, currency: Currency([67, 78, 89]) }, lasts_ms: 120000 }  [dwell_s 35.875, dwell_usual_s 70, segment_s 70, stall_share 0]
        "#]],
    );
}

#[test]
fn a_segment_that_people_stay_in_asks_the_host_to_go_deeper() {
    let restless = "
0:00        live
0:00        come 60 feed
1:00        pin i1
1:10..1:40/1  go 1
4:00        unpin i1
4:00        come 30 feed
4:00        pin i2
4:10..4:40/1  go 1
7:00        unpin i2
7:00        pin i3
10:00       time
";
    check(
        "dwell-above",
        restless,
        &expect![[r#"
        8:10  dwell-above  Prompt { text: "They stay longer than usual here: go deeper." }  [dwell_s 70, dwell_usual_s 46.553, segment_s 70, stall_share 0]
    "#]],
    );
}

#[test]
fn twice_as_many_leaving_as_usual_is_told_to_the_host() {
    check(
        "leave-hazard-jump",
        "
0:00          live
0:00          come 200 feed
0:30..10:00/15  go 1
10:01..10:20/1  go 2
11:30         time
",
        &expect![[r#"
            10:07  leave-hazard-jump  Prompt { text: "14 left in half a minute: say what comes next." }  [leaves 14, leave_hazard 0.18, leave_hazard_usual 0.021, stall_share 0]
        "#]],
    );
}

#[test]
fn leaving_while_the_picture_stalls_is_not_blamed_on_the_content() {
    check(
        "leave-hazard-jump",
        "
0:00          live
0:00          come 200 feed
0:30..10:00/15  go 1
10:00..10:30/2  stall 600 6000
10:01..10:20/1  go 2
11:30         time
",
        &expect![[""]],
    );
}

#[test]
fn a_burst_of_stalls_is_told_to_everybody_once_until_it_is_over() {
    check(
        "stall-burst",
        "
0:00          live
0:00          come 30 feed
0:00..5:00/5   stall 0 10000
5:00..6:30/5   stall 1000 10000
6:35..12:00/5  stall 0 10000
12:00..13:00/5 stall 1000 10000
",
        &expect![[r#"
            5:20  stall-burst  Announce { text: "The picture stalls for some of you. We are on it; sound goes on." }  [stall_share 0.067]
            12:20  stall-burst  Announce { text: "The picture stalls for some of you. We are on it; sound goes on." }  [stall_share 0.067]
        "#]],
    );
}

#[test]
fn two_minutes_without_a_sign_of_the_host_are_noticed_and_any_sign_ends_them() {
    check(
        "host-silence",
        "
0:00  live
0:00  come 12 feed
1:50  host
3:49  time
5:00  host
6:59  host
20:00 lost
30:00 time
",
        &expect![[r#"
            3:50  host-silence  Prompt { text: "Two quiet minutes: ask them something." }  [host_silence_s 120]
            8:59  host-silence  Prompt { text: "Two quiet minutes: ask them something." }  [host_silence_s 120]
        "#]],
    );
}

#[test]
fn eighteen_minutes_without_a_climax_are_noticed_and_a_climax_begins_them_anew() {
    check(
        "no-climax",
        "
0:00   live
0:00   come 12 feed
10:00  climax
40:00  climax
59:00  time
",
        &expect![[r#"
            28:00  no-climax  Prompt { text: "18 minutes without a climax: draw, vote or drop?" }  [since_climax_s 1080]
            58:00  no-climax  Prompt { text: "18 minutes without a climax: draw, vote or drop?" }  [since_climax_s 1080]
        "#]],
    );
}

#[test]
fn an_item_that_is_nearly_gone_while_people_order_is_told_truthfully() {
    check(
        "nearly-gone",
        "
0:00  live
0:00  come 20 feed
0:00  list i1 Cup 1000
0:00  stock i1 20
0:00  sale i1 1000
0:05  pin i1
0:10..2:00/10  buy i1 1
2:05..2:40/5   buy i1 1
",
        &expect![[r#"
            2:30  nearly-gone  Announce { text: "Only 2 left of Cup." }  [orders_per_min 9, stock_left 2, stock_share 0.1]
        "#]],
    );
}

#[test]
fn people_from_a_new_source_are_greeted_and_the_usual_sources_are_not() {
    check(
        "new-source",
        "
0:00  live
0:00  come 20 feed
8:00  come 12 feed
9:00  come 6 weibo
9:20  come 6 weibo
20:00 come 15 weibo
20:30 time
",
        &expect![[r#"
            9:21  new-source  Prompt { text: "12 people just came from weibo: say hello and recap." }  [joins 12, show_s 561, source_age_s 21]
        "#]],
    );
}

#[test]
fn chat_that_races_and_chat_that_dries_up_are_noticed_against_this_shows_usual() {
    let script = "
0:00            live
0:00            come 30 feed
0:10..10:00/5   say 1
10:00..11:00/1  say 1
11:00..14:00/5  say 1
18:00           time
";
    check(
        "chat-fast",
        script,
        &expect![[r#"
        10:31  chat-fast  Prompt { text: "Chat races: pick three and answer them by name." }  [comments_per_min 37, comments_per_min_usual 11.874]
    "#]],
    );
    check(
        "chat-slow",
        script,
        &expect![[r#"
        15:00  chat-slow  Prompt { text: "Chat is slow: ask for a 1 or a 2." }  [comments_per_min 0, comments_per_min_usual 15.5, stall_share 0]
    "#]],
    );
}

#[test]
fn nothing_is_said_while_no_show_is_on() {
    let script = "0:00 live\n0:00 come 30 feed\n1:00 end\n1:00..20:00/10 stall 900 1000\n30:00 time\n";
    for rule in ready::all(ready::Tongue::English) {
        let rule = Rule { on: true, ..rule };
        assert_eq!(play(vec![rule], script), "");
    }
    assert!(!log_of(script).is_empty());
}
