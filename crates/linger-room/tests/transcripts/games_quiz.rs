//! The rules of a quiz.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_quiz_asks_explains_and_counts_who_was_right_and_how_fast() {
    play(
        "
00:00  host  quiz 10s x1
00:01  ann   answers a1 0 1
00:05  time
00:06  ann   answers a1 0 1
00:07  bob   answers a1 0 0
00:08  cat   answers a1 0 1
00:18  time
00:26  time
00:28  ann   answers a1 1 1
00:28  cat   answers a1 1 1
00:39  time
00:47  time
00:47  chance a1 s1
",
        &expect![[r#"
            00:00  host  quiz 10s x1    -> a1 is a quiz until 00:05
            00:01  ann   answers a1 0 1 -> no: not-shown-yet
            00:05  time                 -> a1 asking   question: 0 until 00:18
            00:06  ann   answers a1 0 1 -> ann answers 1 to 0 of a1 in 1000 ms
            00:07  bob   answers a1 0 0 -> bob answers 0 to 0 of a1 in 2000 ms
            00:08  cat   answers a1 0 1 -> cat answers 1 to 0 of a1 in 3000 ms
            00:18  time                 -> a1 explaining   question: 0 until 00:26
            00:26  time                 -> a1 asking   question: 1 until 00:39
            00:28  ann   answers a1 1 1 -> ann answers 1 to 1 of a1 in 2000 ms
            00:28  cat   answers a1 1 1 -> cat answers 1 to 1 of a1 in 2000 ms
            00:39  time                 -> a1 explaining   question: 1 until 00:47
            00:47  time                 -> a1 frozen with 3
            00:47  chance a1 s1         -> a1 won by ann
        "#]],
    );
}

#[test]
fn an_answer_is_given_once() {
    play(
        "
00:00  host  quiz 10s
00:05  time
00:06  ann   answers a1 0 1
00:07  ann   answers a1 0 1
00:08  ann   answers a1 0 0
00:09  ann   answers a1 1 0
00:18  time
00:19  ann   answers a1 0 0
00:20  bob   answers a1 0 5
",
        &expect![[r#"
            00:00  host  quiz 10s       -> a1 is a quiz until 00:05
            00:05  time                 -> a1 asking   question: 0 until 00:18
            00:06  ann   answers a1 0 1 -> ann answers 1 to 0 of a1 in 1000 ms
            00:07  ann   answers a1 0 1 -> nothing new
            00:08  ann   answers a1 0 0 -> no: already-played
            00:09  ann   answers a1 1 0 -> no: not-shown-yet
            00:18  time                 -> a1 explaining   question: 0 until 00:26
            00:19  ann   answers a1 0 0 -> no: activity-over
            00:20  bob   answers a1 0 5 -> no: bad-option
        "#]],
    );
}

#[test]
fn who_sees_later_has_later_and_gains_nothing_by_saying_so() {
    play(
        "
00:00  host  quiz 10s
00:05  time
00:06  ann   answers a1 0 1 2s
00:07  ann   answers a1 0 1 2s
00:16  bob   answers a1 0 1 2s
00:16  cat   answers a1 0 1
00:17  cat   answers a1 0 1 60s
",
        &expect![[r#"
            00:00  host  quiz 10s           -> a1 is a quiz until 00:05
            00:05  time                     -> a1 asking   question: 0 until 00:18
            00:06  ann   answers a1 0 1 2s  -> no: not-shown-yet
            00:07  ann   answers a1 0 1 2s  -> ann answers 1 to 0 of a1 in 0 ms
            00:16  bob   answers a1 0 1 2s  -> bob answers 1 to 0 of a1 in 9000 ms
            00:16  cat   answers a1 0 1     -> no: activity-over
            00:17  cat   answers a1 0 1 60s -> cat answers 1 to 0 of a1 in 9000 ms
        "#]],
    );
}

#[test]
fn in_an_elimination_a_wrong_or_missing_answer_is_the_end() {
    play(
        "
00:00  host  quiz elimination questions=3 10s x1
00:05  time
00:06  ann   answers a1 0 1
00:06  bob   answers a1 0 0
00:06  cat   answers a1 0 1
00:18  time
00:26  time
00:27  bob   answers a1 1 1
00:27  dan   answers a1 1 1
00:27  ann   answers a1 1 1
00:39  time
00:47  time
00:48  cat   answers a1 2 1
00:49  ann   answers a1 2 1
01:00  time
01:08  time
01:08  chance a1 s1
",
        &expect![[r#"
            00:00  host  quiz elimination questions=3 10s x1 -> a1 is a quiz until 00:05
            00:05  time                                      -> a1 asking   question: 0 until 00:18
            00:06  ann   answers a1 0 1                      -> ann answers 1 to 0 of a1 in 1000 ms
            00:06  bob   answers a1 0 0                      -> bob answers 0 to 0 of a1 in 1000 ms
            00:06  cat   answers a1 0 1                      -> cat answers 1 to 0 of a1 in 1000 ms
            00:18  time                                      -> a1 explaining   question: 0 until 00:26
            00:26  time                                      -> a1 asking   question: 1 until 00:39
            00:27  bob   answers a1 1 1                      -> no: out-of-game
            00:27  dan   answers a1 1 1                      -> no: out-of-game
            00:27  ann   answers a1 1 1                      -> ann answers 1 to 1 of a1 in 1000 ms
            00:39  time                                      -> a1 explaining   question: 1 until 00:47
            00:47  time                                      -> a1 asking   question: 2 until 01:00
            00:48  cat   answers a1 2 1                      -> no: out-of-game
            00:49  ann   answers a1 2 1                      -> ann answers 1 to 2 of a1 in 2000 ms
            01:00  time                                      -> a1 explaining   question: 2 until 01:08
            01:08  time                                      -> a1 frozen with 3
            01:08  chance a1 s1                              -> a1 won by ann
        "#]],
    );
}

#[test]
fn an_elimination_that_nobody_survives_ends() {
    play(
        "
00:00  host  quiz elimination questions=3 10s x1
00:05  time
00:06  ann   answers a1 0 0
00:18  time
00:26  time
00:26  chance a1 s1
",
        &expect![[r#"
            00:00  host  quiz elimination questions=3 10s x1 -> a1 is a quiz until 00:05
            00:05  time                                      -> a1 asking   question: 0 until 00:18
            00:06  ann   answers a1 0 0                      -> ann answers 0 to 0 of a1 in 1000 ms
            00:18  time                                      -> a1 explaining   question: 0 until 00:26
            00:26  time                                      -> a1 frozen with 1
            00:26  chance a1 s1                              -> a1 won by nobody
        "#]],
    );
}

#[test]
fn the_host_may_go_on_early() {
    play(
        "
00:00  host  quiz 10s
00:01  host  next a1
00:02  ann   answers a1 0 1
00:03  host  next a1
00:04  host  next a1
00:05  host  end a1
00:06  host  next a1
00:07  host  vote 30s: red | blue
00:08  host  next a2
",
        &expect![[r#"
            00:00  host  quiz 10s             -> a1 is a quiz until 00:05
            00:01  host  next a1              -> a1 asking   question: 0 until 00:14
            00:02  ann   answers a1 0 1       -> ann answers 1 to 0 of a1 in 1000 ms
            00:03  host  next a1              -> a1 explaining   question: 0 until 00:11
            00:04  host  next a1              -> a1 asking   question: 1 until 00:17
            00:05  host  end a1               -> a1 frozen with 1
            00:06  host  next a1              -> no: activity-over
            00:07  host  vote 30s: red | blue -> a2 is a vote until 00:37
            00:08  host  next a2              -> no: wrong-move
        "#]],
    );
}
