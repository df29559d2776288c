//! The run of show as a document: who may set it, what may change while it is followed, and what its steps do when they
//! begin.

use crate::script::play;
use expect_test::expect;

#[test]
fn what_has_begun_cannot_be_changed_and_the_rest_can() {
    play(
        "
00:00  ops  rundown set 0 a:60s b*:60s
00:00  host rundown set 1 a:60s
00:00  ops  rundown set 0 a:60s
00:00  ops  rundown set 1 a:60s b*:60s
00:00  host rundown start 0
00:01  host rundown start 0
00:02  ops  rundown set 1 a:90s b*:60s
00:03  ops  rundown set 1 pace=2 a:60s b*:60s
00:04  ops  rundown set 1 a:60s x:60s b*:60s
00:05  ops  rundown set 1 a:60s
01:00  time
02:00  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:60s b*:60s        -> run of show v1, 2 steps
            00:00  host rundown set 1 a:60s               -> no: not-allowed
            00:00  ops  rundown set 0 a:60s               -> no: rundown-changed
            00:00  ops  rundown set 1 a:60s b*:60s        -> nothing new
            00:00  host rundown start 0                   -> t1 step 0 (asked) 00:00 to 01:00; step 1 announced for 01:00
            00:01  host rundown start 0                   -> no: rundown-running
            00:02  ops  rundown set 1 a:90s b*:60s        -> no: step-begun
            00:03  ops  rundown set 1 pace=2 a:60s b*:60s -> no: step-begun
            00:04  ops  rundown set 1 a:60s x:60s b*:60s  -> run of show v2, 3 steps
            00:05  ops  rundown set 1 a:60s               -> no: rundown-changed
            01:00  time                                   -> t2 step 1 (in turn) 01:00 to 02:00; step 2 announced for 02:00
            02:00  time                                   -> t3 step 2 (in turn) 02:00 to 03:00
        "#]],
    );
}

#[test]
fn an_activity_is_carried_out_once_for_each_turn() {
    play(
        "
00:00  ops   rundown set 0 a!:60s b:60s
00:00  house rundown carry t1 announce too early
00:00  host  rundown start 0
00:00  host  rundown carry t1 announce not by hosts
00:00  house rundown carry t1 announce a song
00:00  house rundown carry t1 announce a song
00:10  host  rundown repeat t1
00:10  house rundown carry t1 announce late
00:10  house rundown carry t2 sale i1 5.00 1 60s
00:20  host  rundown improvise 30s talk
00:20  house rundown cannot t3 unavailable
00:50  time
00:50  house rundown carry t4 announce again
",
        &expect![[r#"
            00:00  ops   rundown set 0 a!:60s b:60s             -> run of show v1, 2 steps
            00:00  house rundown carry t1 announce too early    -> no: rundown-not-running
            00:00  host  rundown start 0                        -> t1 step 0 (asked) 00:00 to 01:00
            00:00  host  rundown carry t1 announce not by hosts -> no: not-allowed
            00:00  house rundown carry t1 announce a song       -> announced "a song"; t1 carried out
            00:00  house rundown carry t1 announce a song       -> nothing new
            00:10  host  rundown repeat t1                      -> t2 step 0 (asked) 00:10 to 01:10
            00:10  house rundown carry t1 announce late         -> no: step-over
            00:10  house rundown carry t2 sale i1 5.00 1 60s    -> t2 cannot be carried out: not-on-sale
            00:20  host  rundown improvise 30s talk             -> t3 "talk" before step 0 (asked) 00:20 to 00:50
            00:20  house rundown cannot t3 unavailable          -> nothing new
            00:50  time                                         -> t4 step 0 (returned) 00:50 to 01:40
            00:50  house rundown carry t4 announce again        -> nothing new
        "#]],
    );
}

#[test]
fn an_activity_may_do_what_its_host_may_and_nothing_more() {
    play(
        "
00:00  ops   rundown set 0 a!:60s b!:60s
00:00  host  rundown start 0
00:00  house rundown carry t1 open Another
00:01  host  rundown skip t1
00:01  house rundown carry t2 rundown stop
",
        &expect![[r#"
            00:00  ops   rundown set 0 a!:60s b!:60s   -> run of show v1, 2 steps
            00:00  host  rundown start 0               -> t1 step 0 (asked) 00:00 to 01:00
            00:00  house rundown carry t1 open Another -> t1 cannot be carried out: not-allowed
            00:01  host  rundown skip t1               -> t2 step 1 (asked) 00:01 to 01:01
            00:01  house rundown carry t2 rundown stop -> t2 cannot be carried out: not-allowed
        "#]],
    );
}

#[test]
fn what_cannot_be_is_refused() {
    play(
        "
00:00  ops  rundown set 0 a:60s:i7
00:00  ops  rundown set 0 a:0s
00:00  ops  rundown set 0 pace=121 a:60s
00:00  ops  rundown set 0 ahead=30s a:60s
00:00  ops  rundown set 0 *:60s
00:00  host rundown start 0
00:00  host rundown hold
00:00  ops  rundown set 0 a:60s
00:00  host rundown start 1
00:00  host rundown start 0
00:00  host rundown jump 1
00:00  host rundown improvise 0s nothing
00:00  host rundown stop
00:00  host rundown stop
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:60s:i7        -> no: no-such-item
            00:00  ops  rundown set 0 a:0s            -> no: bad-duration
            00:00  ops  rundown set 0 pace=121 a:60s  -> no: bad-quantity
            00:00  ops  rundown set 0 ahead=30s a:60s -> no: bad-duration
            00:00  ops  rundown set 0 *:60s           -> no: text-empty
            00:00  host rundown start 0               -> no: no-such-step
            00:00  host rundown hold                  -> no: rundown-not-running
            00:00  ops  rundown set 0 a:60s           -> run of show v1, 1 steps
            00:00  host rundown start 1               -> no: no-such-step
            00:00  host rundown start 0               -> t1 step 0 (asked) 00:00 to 01:00
            00:00  host rundown jump 1                -> no: no-such-step
            00:00  host rundown improvise 0s nothing  -> no: bad-duration
            00:00  host rundown stop                  -> show stopped
            00:00  host rundown stop                  -> no: rundown-not-running
        "#]],
    );
}
