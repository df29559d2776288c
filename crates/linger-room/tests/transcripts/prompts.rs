//! Prompts to the host: one at a time, once each, and compared with a held-out arm.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_prompt_goes_away_after_a_minute() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
01:01  time
01:02  time
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            01:01  time                      -> nothing new
            01:02  time                      -> p1 gone (expired)
        "#]],
    );
}

#[test]
fn an_answer_after_a_prompt_follows_it() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:10  host  on-air q1
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:10  host  on-air q1           -> q1 answered on air after p1; p1 gone (followed)
        "#]],
    );
}

#[test]
fn an_answer_in_writing_follows_a_prompt_too() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:10  host  answer q1 ten yuan
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:10  host  answer q1 ten yuan  -> c2 by host answers q1; q1 answered in c2 after p1; p1 gone (followed)
        "#]],
    );
}

#[test]
fn an_answer_to_another_question_leaves_the_prompt() {
    play(
        "
00:01  ann   say how much is it?
00:02  bob   say what size is it?
00:03  house intent n1 q1 act
00:04  host  on-air q2
",
        &expect![[r#"
            00:01  ann   say how much is it?  -> q1 about price; c1 by ann asks q1
            00:02  bob   say what size is it? -> q2 about size; c2 by bob asks q2
            00:03  house intent n1 q1 act     -> p1 shows n1 until 01:03
            00:04  host  on-air q2            -> q2 answered on air
        "#]],
    );
}

#[test]
fn an_answer_after_the_minute_follows_nothing() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
01:02  host  on-air q1
01:02  time
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            01:02  host  on-air q1           -> q1 answered on air
            01:02  time                      -> p1 gone (expired)
        "#]],
    );
}

#[test]
fn an_occasion_is_dealt_with_once() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 hold
00:03  house intent n1 q1 act
00:04  house intent n2 q1 act
00:05  host  close p1 dismissed
00:06  house intent n2 q1 act
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 hold   -> n1 withheld
            00:03  house intent n1 q1 act    -> no: intent-known
            00:04  house intent n2 q1 act    -> p1 shows n2 until 01:04
            00:05  host  close p1 dismissed  -> p1 gone (dismissed)
            00:06  house intent n2 q1 act    -> no: intent-known
        "#]],
    );
}

#[test]
fn both_arms_are_refused_for_the_same_reasons() {
    play(
        "
00:01  house intent n1 q1 act
00:01  house intent n1 q1 hold
00:02  ann   say how much is it?
00:03  bob   say what size is it?
00:04  house intent n2 q1 act
00:05  house intent n3 q2 act
00:05  house intent n3 q2 hold
00:06  host  on-air q1
00:07  house intent n4 q1 act
00:07  house intent n4 q1 hold
",
        &expect![[r#"
            00:01  house intent n1 q1 act     -> no: no-such-question
            00:01  house intent n1 q1 hold    -> no: no-such-question
            00:02  ann   say how much is it?  -> q1 about price; c1 by ann asks q1
            00:03  bob   say what size is it? -> q2 about size; c2 by bob asks q2
            00:04  house intent n2 q1 act     -> p1 shows n2 until 01:04
            00:05  house intent n3 q2 act     -> no: prompt-showing
            00:05  house intent n3 q2 hold    -> no: prompt-showing
            00:06  host  on-air q1            -> q1 answered on air after p1; p1 gone (followed)
            00:07  house intent n4 q1 act     -> no: already-answered
            00:07  house intent n4 q1 hold    -> no: already-answered
        "#]],
    );
}

#[test]
fn a_prompt_whose_time_is_over_makes_room() {
    play(
        "
00:01  ann   say how much is it?
00:02  bob   say what size is it?
00:03  house intent n1 q1 act
01:03  house intent n2 q2 act
01:03  time
",
        &expect![[r#"
            00:01  ann   say how much is it?  -> q1 about price; c1 by ann asks q1
            00:02  bob   say what size is it? -> q2 about size; c2 by bob asks q2
            00:03  house intent n1 q1 act     -> p1 shows n1 until 01:03
            01:03  house intent n2 q2 act     -> p1 gone (expired); p2 shows n2 until 02:03
            01:03  time                       -> nothing new
        "#]],
    );
}

#[test]
fn the_host_closes_the_prompt_that_shows() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:03  host  close p2 dismissed
00:04  host  close p1 expired
00:05  ann   close p1 dismissed
00:06  host  close p1 followed
00:07  host  close p1 followed
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:03  host  close p2 dismissed  -> no: no-such-prompt
            00:04  host  close p1 expired    -> no: not-allowed
            00:05  ann   close p1 dismissed  -> no: not-allowed
            00:06  host  close p1 followed   -> p1 gone (followed)
            00:07  host  close p1 followed   -> no: no-such-prompt
        "#]],
    );
}

#[test]
fn an_answer_given_after_the_prompt_was_taken_up_still_follows_it() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:03  host  close p1 followed
00:20  bob   say how much is it?
02:00  host  on-air q1
02:01  host  on-air q1
02:02  ann   say how much is it?
02:03  host  on-air q2
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:03  host  close p1 followed   -> p1 gone (followed)
            00:20  bob   say how much is it? -> c2 by bob asks q1
            02:00  host  on-air q1           -> q1 answered on air after p1
            02:01  host  on-air q1           -> no: already-answered
            02:02  ann   say how much is it? -> q2 about price; c3 by ann asks q2
            02:03  host  on-air q2           -> q2 answered on air
        "#]],
    );
}

#[test]
fn a_later_prompt_about_the_same_question_takes_the_place_of_the_one_taken_up() {
    play(
        "
00:01  ann   say how much is it?
00:02  bob   say what size is it?
00:03  house intent n1 q1 act
00:04  host  close p1 followed
00:05  house intent n2 q1 act
00:06  host  close p2 dismissed
00:07  house intent n3 q1 act
00:08  host  close p3 followed
00:09  house intent n4 q2 act
00:10  host  answer q1 ten yuan
00:11  host  close p4 dismissed
00:12  host  on-air q2
",
        &expect![[r#"
            00:01  ann   say how much is it?  -> q1 about price; c1 by ann asks q1
            00:02  bob   say what size is it? -> q2 about size; c2 by bob asks q2
            00:03  house intent n1 q1 act     -> p1 shows n1 until 01:03
            00:04  host  close p1 followed    -> p1 gone (followed)
            00:05  house intent n2 q1 act     -> p2 shows n2 until 01:05
            00:06  host  close p2 dismissed   -> p2 gone (dismissed)
            00:07  house intent n3 q1 act     -> p3 shows n3 until 01:07
            00:08  host  close p3 followed    -> p3 gone (followed)
            00:09  house intent n4 q2 act     -> p4 shows n4 until 01:09
            00:10  host  answer q1 ten yuan   -> c3 by host answers q1; q1 answered in c3 after p3
            00:11  host  close p4 dismissed   -> p4 gone (dismissed)
            00:12  host  on-air q2            -> q2 answered on air
        "#]],
    );
}

#[test]
fn a_prompt_that_shows_comes_before_one_taken_up_earlier() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:03  host  close p1 followed
00:04  house intent n2 q1 act
00:05  host  on-air q1
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:03  host  close p1 followed   -> p1 gone (followed)
            00:04  house intent n2 q1 act    -> p2 shows n2 until 01:04
            00:05  host  on-air q1           -> q1 answered on air after p2; p2 gone (followed)
        "#]],
    );
}

#[test]
fn only_the_house_follows_intents() {
    play(
        "
00:01  ann   say how much is it?
00:02  host  intent n1 q1 act
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  host  intent n1 q1 act    -> no: not-allowed
        "#]],
    );
}

#[test]
fn a_prompt_that_was_put_off_twice_is_answered_yes_or_no() {
    play(
        "
00:01  ann   say how much is it?
00:02  house intent n1 q1 act
00:03  host  close p1 later
00:04  house intent n1 q1 hold
00:05  house intent n1 q1 act
00:06  house intent n1 q1 act
00:07  host  close p2 later
02:07  house intent n1 q1 act
02:08  host  close p3 later
02:09  host  close p3 dismissed
02:10  house intent n1 q1 act
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  house intent n1 q1 act    -> p1 shows n1 until 01:02
            00:03  host  close p1 later      -> p1 gone (later)
            00:04  house intent n1 q1 hold   -> no: intent-known
            00:05  house intent n1 q1 act    -> p2 shows n1 again (1) until 01:05
            00:06  house intent n1 q1 act    -> no: intent-known
            00:07  host  close p2 later      -> p2 gone (later)
            02:07  house intent n1 q1 act    -> p3 shows n1 again (2) until 03:07
            02:08  host  close p3 later      -> no: put-off-twice
            02:09  host  close p3 dismissed  -> p3 gone (dismissed)
            02:10  house intent n1 q1 act    -> no: intent-known
        "#]],
    );
}

#[test]
fn what_was_put_off_is_not_shown_again_once_it_is_answered_or_the_host_ended_the_show() {
    play(
        "
00:01  ann   say how much is it?
00:02  bob   say what size is it?
00:03  house intent n1 q1 act
00:04  host  close p1 later
00:05  house intent n2 q2 act
00:06  host  close p2 later
00:07  host  on-air q1
00:08  house intent n1 q1 act
00:09  media on
00:10  media off
00:11  house intent n2 q2 act
",
        &expect![[r#"
            00:01  ann   say how much is it?  -> q1 about price; c1 by ann asks q1
            00:02  bob   say what size is it? -> q2 about size; c2 by bob asks q2
            00:03  house intent n1 q1 act     -> p1 shows n1 until 01:03
            00:04  host  close p1 later       -> p1 gone (later)
            00:05  house intent n2 q2 act     -> p2 shows n2 until 01:05
            00:06  host  close p2 later       -> p2 gone (later)
            00:07  host  on-air q1            -> q1 answered on air
            00:08  house intent n1 q1 act     -> no: already-answered
            00:09  media on                   -> live
            00:10  media off                  -> off (ended)
            00:11  house intent n2 q2 act     -> no: intent-known
        "#]],
    );
}

#[test]
fn a_host_who_refuses_a_rule_three_times_is_left_alone_by_it_until_the_show_ends() {
    play(
        "
00:01  ann   say how much is it?
00:02  media on
00:03  house intent n1 q1 act
00:04  host  close p1 dismissed
00:05  house intent n2 q1 act
00:06  host  close p2 followed
00:07  house intent n3 q1 act
00:08  host  close p3 dismissed
00:09  house intent n4 q1 act
00:10  host  close p4 dismissed
00:11  house intent n5 q1 act
00:12  host  close p5 dismissed
00:13  house intent n6 q1 act
00:13  house intent n7 q1 hold
00:14  media off
00:15  house intent n8 q1 act
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  media on                  -> live
            00:03  house intent n1 q1 act    -> p1 shows n1 until 01:03
            00:04  host  close p1 dismissed  -> p1 gone (dismissed)
            00:05  house intent n2 q1 act    -> p2 shows n2 until 01:05
            00:06  host  close p2 followed   -> p2 gone (followed)
            00:07  house intent n3 q1 act    -> p3 shows n3 until 01:07
            00:08  host  close p3 dismissed  -> p3 gone (dismissed)
            00:09  house intent n4 q1 act    -> p4 shows n4 until 01:09
            00:10  host  close p4 dismissed  -> p4 gone (dismissed)
            00:11  house intent n5 q1 act    -> p5 shows n5 until 01:11
            00:12  host  close p5 dismissed  -> p5 gone (dismissed)
            00:13  house intent n6 q1 act    -> no: rule-quiet
            00:13  house intent n7 q1 hold   -> no: rule-quiet
            00:14  media off                 -> off (ended)
            00:15  house intent n8 q1 act    -> p6 shows n8 until 01:15
        "#]],
    );
}
