//! Activities: opening, taking part, freezing, settling. Each game's own rules are in `games`.

use crate::script::play;
use expect_test::expect;

#[test]
fn everybody_has_one_vote_and_may_change_it() {
    play(
        "
00:00  host  vote 30s: red | blue
00:01  ann   select a1 0
00:02  bob   select a1 1
00:03  ann   select a1 1
00:04  ann   select a1 1
00:05  cat   select a1 2
00:30  time
00:30  chance a1 s1
",
        &expect![[r#"
            00:00  host  vote 30s: red | blue -> a1 is a vote until 00:30
            00:01  ann   select a1 0          -> ann votes 0 in a1
            00:02  bob   select a1 1          -> bob votes 1 in a1
            00:03  ann   select a1 1          -> ann votes 1 in a1
            00:04  ann   select a1 1          -> nothing new
            00:05  cat   select a1 2          -> no: bad-option
            00:30  time                       -> a1 frozen with 2
            00:30  chance a1 s1               -> a1 ends [0, 2]
        "#]],
    );
}

#[test]
fn a_vote_after_the_close_is_refused_even_when_nobody_said_that_time_passed() {
    play(
        "
00:00  host  vote 30s: red | blue
00:30  ann   select a1 0
00:31  time
00:32  bob   select a1 0
00:33  bob   select a7 0
",
        &expect![[r#"
            00:00  host  vote 30s: red | blue -> a1 is a vote until 00:30
            00:30  ann   select a1 0          -> no: activity-over
            00:31  time                       -> a1 frozen with 0
            00:32  bob   select a1 0          -> no: activity-over
            00:33  bob   select a7 0          -> no: no-such-activity
        "#]],
    );
}

#[test]
fn one_of_a_kind_runs_at_a_time() {
    play(
        "
00:00  host  vote 30s: red | blue
00:01  host  vote 30s: tea | milk
00:02  host  wheel 30s
00:03  host  end a1
00:04  host  end a1
00:05  host  vote 30s: tea | milk
00:06  chance a1 s1
00:07  host  vote 30s: tea | milk
",
        &expect![[r#"
            00:00  host  vote 30s: red | blue -> a1 is a vote until 00:30
            00:01  host  vote 30s: tea | milk -> no: activity-running
            00:02  host  wheel 30s            -> a2 is a wheel until 00:32
            00:03  host  end a1               -> a1 frozen with 0
            00:04  host  end a1               -> nothing new
            00:05  host  vote 30s: tea | milk -> no: activity-running
            00:06  chance a1 s1               -> a1 ends [0, 0]
            00:07  host  vote 30s: tea | milk -> a3 is a vote until 00:37
        "#]],
    );
}

#[test]
fn only_the_seed_that_was_committed_to_settles_and_only_once() {
    play(
        "
00:00  host  wheel 30s
00:01  ann   enter a1
00:02  chance a1 s1
00:30  time
00:31  chance a1 s2
00:32  chance a1 s1
00:33  chance a1 s1
",
        &expect![[r#"
            00:00  host  wheel 30s -> a1 is a wheel until 00:30
            00:01  ann   enter a1  -> ann is in a1
            00:02  chance a1 s1    -> nothing new
            00:30  time            -> a1 frozen with 1
            00:31  chance a1 s2    -> nothing new
            00:32  chance a1 s1    -> a1 stops at ann 0
            00:33  chance a1 s1    -> nothing new
        "#]],
    );
}

#[test]
fn a_crash_between_freezing_and_settling_changes_nothing() {
    play(
        "
00:00  host  packet of=10.00 in=2 60s
00:01  ann   enter a1
00:02  bob   enter a1
00:03  crash 00:02
00:04  cat   enter a1
00:05  chance a1 s1
",
        &expect![[r#"
            00:00  host  packet of=10.00 in=2 60s -> a1 is a packet until 01:00
            00:01  ann   enter a1                 -> ann is in a1
            00:02  bob   enter a1                 -> bob is in a1; a1 frozen with 2
            00:03  crash 00:02                    -> nothing new
            00:04  cat   enter a1                 -> no: nothing-left
            00:05  chance a1 s1                   -> a1 gives ann 0.80, bob 9.20; 0.00 goes back
        "#]],
    );
}

#[test]
fn a_host_who_loses_the_line_does_not_hold_it_up() {
    play(
        "
00:00  media on
00:01  host  packet of=10.00 in=5 30s
00:02  ann   enter a1
00:03  media lost
00:31  time
00:31  chance a1 s1
",
        &expect![[r#"
            00:00  media on                       -> live
            00:01  host  packet of=10.00 in=5 30s -> a1 is a packet until 00:31
            00:02  ann   enter a1                 -> ann is in a1
            00:03  media lost                     -> off (lost)
            00:31  time                           -> a1 frozen with 1
            00:31  chance a1 s1                   -> a1 gives ann 3.09; 6.91 goes back
        "#]],
    );
}

#[test]
fn terms_that_cannot_be_kept_are_refused() {
    play(
        "
00:00  host  vote 30s: red | RED
00:00  host  vote 30s: red
00:00  host  packet of=10.00 in=0 30s
00:00  host  packet of=0.02 in=3 30s
00:00  host  packet of=600.00 in=3 30s
00:00  host  packet of=0.01 in=1 30s
00:00  host  first x1 =501.00 30s
00:00  host  first 30s
00:00  host  price i9 is=9.90 x1 30s
00:00  host  task x1 30s
00:00  host  reflex after=1s 30s
00:00  ann   vote 30s: red | blue
",
        &expect![[r#"
            00:00  host  vote 30s: red | RED       -> no: bad-terms
            00:00  host  vote 30s: red             -> no: bad-quantity
            00:00  host  packet of=10.00 in=0 30s  -> no: bad-quantity
            00:00  host  packet of=0.02 in=3 30s   -> no: bad-amount
            00:00  host  packet of=600.00 in=3 30s -> no: prize-too-high
            00:00  host  packet of=0.01 in=1 30s   -> a1 is a packet until 00:30
            00:00  host  first x1 =501.00 30s      -> no: prize-too-high
            00:00  host  first 30s                 -> no: bad-terms
            00:00  host  price i9 is=9.90 x1 30s   -> no: no-such-item
            00:00  host  task x1 30s               -> no: bad-terms
            00:00  host  reflex after=1s 30s       -> no: bad-terms
            00:00  ann   vote 30s: red | blue      -> no: not-allowed
        "#]],
    );
}

#[test]
fn three_people_of_one_device_may_win_and_no_more() {
    play(
        "
00:00  host  wheel 30s
00:01  ann   enter a1 on d7
00:02  bob   enter a1 on d7
00:03  cat   enter a1 on d7
00:04  dan   enter a1 on d7
00:05  ann   enter a1 on d7
00:06  eve   enter a1 on d8
",
        &expect![[r#"
            00:00  host  wheel 30s      -> a1 is a wheel until 00:30
            00:01  ann   enter a1 on d7 -> ann is in a1
            00:02  bob   enter a1 on d7 -> bob is in a1
            00:03  cat   enter a1 on d7 -> cat is in a1
            00:04  dan   enter a1 on d7 -> no: too-many-from-device
            00:05  ann   enter a1 on d7 -> nothing new
            00:06  eve   enter a1 on d8 -> eve is in a1
        "#]],
    );
}

#[test]
fn those_who_run_the_room_do_not_play() {
    play(
        "
00:00  host  wheel 30s
00:01  host  enter a1
00:02  mod   enter a1
",
        &expect![[r#"
            00:00  host  wheel 30s -> a1 is a wheel until 00:30
            00:01  host  enter a1  -> no: not-allowed
            00:02  mod   enter a1  -> no: not-allowed
        "#]],
    );
}
