//! Each game's own rules.

use crate::script::play;
use expect_test::expect;

#[test]
fn the_closest_guess_wins() {
    play(
        "
00:00  host  price is=9.90 x2 30s
00:01  ann   guess a1 8.00
00:02  bob   guess a1 10.00
00:03  cat   guess a1 9.00
00:04  ann   guess a1 9.95
00:05  dan   guess a1 -5
00:30  time
00:30  chance a1 s1
",
        &expect![[r#"
            00:00  host  price is=9.90 x2 30s -> a1 is a guess until 00:30
            00:01  ann   guess a1 8.00        -> ann guesses 8.00 in a1
            00:02  bob   guess a1 10.00       -> bob guesses 10.00 in a1
            00:03  cat   guess a1 9.00        -> cat guesses 9.00 in a1
            00:04  ann   guess a1 9.95        -> ann guesses 9.95 in a1
            00:05  dan   guess a1 -5          -> no: bad-option
            00:30  time                       -> a1 frozen with 3
            00:30  chance a1 s1               -> a1 won by ann, bob
        "#]],
    );
}

#[test]
fn a_task_is_done_when_all_of_it_is() {
    play(
        "
00:00  host  task watch=30s ask follow x1 60s
00:01  ann   done a1 30s
00:01  ann   enter a1
00:02  ann   done a1 30s
00:03  ann   say how much?
00:04  ann   done a1 30s
00:05  ann   follow
00:06  ann   done a1 29s
00:31  ann   done a1 30s
00:32  ann   done a1 31s
00:33  bob   enter a1
00:33  chance a1 s1
",
        &expect![[r#"
            00:00  host  task watch=30s ask follow x1 60s -> a1 is a task until 01:00
            00:01  ann   done a1 30s                      -> no: not-done-yet
            00:01  ann   enter a1                         -> ann is in a1
            00:02  ann   done a1 30s                      -> no: not-done-yet
            00:03  ann   say how much?                    -> q1 about price; c1 by ann asks q1
            00:04  ann   done a1 30s                      -> no: not-done-yet
            00:05  ann   follow                           -> ann follows, 1 in all
            00:06  ann   done a1 29s                      -> no: not-done-yet
            00:31  ann   done a1 30s                      -> ann is done with a1; a1 frozen with 1
            00:32  ann   done a1 31s                      -> no: nothing-left
            00:33  bob   enter a1                         -> no: nothing-left
            00:33  chance a1 s1                           -> a1 won by ann
        "#]],
    );
}

#[test]
fn what_was_asked_before_the_task_does_not_count() {
    play(
        "
00:00  ann   say how much?
00:01  host  task ask x2 60s
00:02  ann   enter a1
00:03  ann   done a1 0s
00:04  ann   say how much?
00:05  ann   done a1 0s
",
        &expect![[r#"
            00:00  ann   say how much?   -> q1 about price; c1 by ann asks q1
            00:01  host  task ask x2 60s -> a1 is a task until 01:01
            00:02  ann   enter a1        -> ann is in a1
            00:03  ann   done a1 0s      -> no: not-done-yet
            00:04  ann   say how much?   -> c2 by ann asks q1
            00:05  ann   done a1 0s      -> ann is done with a1
        "#]],
    );
}

#[test]
fn the_first_ones_get_it() {
    play(
        "
00:00  host  first x2 60s
00:01  ann   enter a1
00:02  ann   enter a1
00:03  bob   enter a1
00:04  cat   enter a1
00:05  chance a1 s1
",
        &expect![[r#"
            00:00  host  first x2 60s -> a1 is a first until 01:00
            00:01  ann   enter a1     -> ann is in a1
            00:02  ann   enter a1     -> nothing new
            00:03  bob   enter a1     -> bob is in a1; a1 frozen with 2
            00:04  cat   enter a1     -> no: nothing-left
            00:05  chance a1 s1       -> a1 won by ann, bob
        "#]],
    );
}

#[test]
fn the_first_buyers_are_those_who_have_paid() {
    play(
        "
00:00  host  first i1 x1 60s
00:00  ops   stock 1 9
00:00  host  sale 1 10.00 2 30s
00:01  ann   enter a1
00:02  ann   order o1 1 1
00:03  bob   order o2 1 1
00:04  bank  paid o2 10.00 pay-1
00:05  bank  paid o1 10.00 pay-2
00:06  chance a1 s1
",
        &expect![[r#"
            00:00  host  first i1 x1 60s     -> a1 is a first until 01:00
            00:00  ops   stock 1 9           -> 9 of i1
            00:00  host  sale 1 10.00 2 30s  -> i1 on sale for 10.00, 2 each, held 00:30
            00:01  ann   enter a1            -> no: wrong-move
            00:02  ann   order o1 1 1        -> 1 held for ann (o1) until 00:32, 10.00 due
            00:03  bob   order o2 1 1        -> 1 held for bob (o2) until 00:33, 10.00 due
            00:04  bank  paid o2 10.00 pay-1 -> o2 paid by pay-1; bob is in a1; a1 frozen with 1
            00:05  bank  paid o1 10.00 pay-2 -> o1 paid by pay-2
            00:06  chance a1 s1              -> a1 won by bob
        "#]],
    );
}

#[test]
fn every_cent_of_a_packet_is_given_or_goes_back() {
    play(
        "
00:00  host  packet of=10.00 in=4 60s
00:01  ann   enter a1
00:02  bob   enter a1
00:03  ann   enter a1
01:00  time
01:00  chance a1 s1
01:01  host  packet even of=10.00 in=3 60s
01:02  ann   enter a2
01:02  bob   enter a2
01:02  cat   enter a2
01:03  dan   enter a2
01:03  chance a2 s1
01:04  host  packet of=0.01 in=1 60s
02:04  time
02:04  chance a3 s1
02:05  host  packet of=0.01 in=1 60s
02:06  ann   enter a4
02:07  bob   enter a4
02:08  chance a4 s1
",
        &expect![[r#"
            00:00  host  packet of=10.00 in=4 60s      -> a1 is a packet until 01:00
            00:01  ann   enter a1                      -> ann is in a1
            00:02  bob   enter a1                      -> bob is in a1
            00:03  ann   enter a1                      -> nothing new
            01:00  time                                -> a1 frozen with 2
            01:00  chance a1 s1                        -> a1 gives ann 2.49, bob 1.09; 6.42 goes back
            01:01  host  packet even of=10.00 in=3 60s -> a2 is a packet until 02:01
            01:02  ann   enter a2                      -> ann is in a2
            01:02  bob   enter a2                      -> bob is in a2
            01:02  cat   enter a2                      -> cat is in a2; a2 frozen with 3
            01:03  dan   enter a2                      -> no: nothing-left
            01:03  chance a2 s1                        -> a2 gives ann 3.33, bob 3.34, cat 3.33; 0.00 goes back
            01:04  host  packet of=0.01 in=1 60s       -> a3 is a packet until 02:04
            02:04  time                                -> a3 frozen with 0
            02:04  chance a3 s1                        -> a3 gives nobody; 0.01 goes back
            02:05  host  packet of=0.01 in=1 60s       -> a4 is a packet until 03:05
            02:06  ann   enter a4                      -> ann is in a4; a4 frozen with 1
            02:07  bob   enter a4                      -> no: nothing-left
            02:08  chance a4 s1                        -> a4 gives ann 0.01; 0.00 goes back
        "#]],
    );
}

#[test]
fn a_wheel_gives_no_more_than_there_is() {
    play(
        "
00:00  host  wheel cups=1 30s
00:01  ann   enter a1
00:01  bob   enter a1
00:01  cat   enter a1
00:01  dan   enter a1
00:01  eve   enter a1
00:30  time
00:30  chance a1 s1
",
        &expect![[r#"
            00:00  host  wheel cups=1 30s -> a1 is a wheel until 00:30
            00:01  ann   enter a1         -> ann is in a1
            00:01  bob   enter a1         -> bob is in a1
            00:01  cat   enter a1         -> cat is in a1
            00:01  dan   enter a1         -> dan is in a1
            00:01  eve   enter a1         -> eve is in a1
            00:30  time                   -> a1 frozen with 5
            00:30  chance a1 s1           -> a1 stops at ann 1, bob 1, cat 0, dan 1, eve 1
        "#]],
    );
}

#[test]
fn cheers_count_for_the_sides_until_time_is_over() {
    play(
        "
00:00  host  pk 30s
00:01  crowd a1 3 2
00:02  crowd a1 0 0
00:03  rival a1 50
00:30  crowd a1 9 9
00:30  time
00:30  chance a1 s1
",
        &expect![[r#"
            00:00  host  pk 30s -> a1 is a pk until 00:30
            00:01  crowd a1 3 2 -> a1 3:2
            00:02  crowd a1 0 0 -> nothing new
            00:03  rival a1 50  -> nothing new
            00:30  crowd a1 9 9 -> nothing new
            00:30  time         -> a1 frozen with 0
            00:30  chance a1 s1 -> a1 ends 3:2
        "#]],
    );
}

#[test]
fn paid_gifts_score_for_the_side_they_are_given_for_at_the_stated_rate() {
    play(
        "
00:00  host  pk point=0.00 30s
00:00  host  pk point=2.00 30s
00:01  ann   gift o1 rose x2 5.00 side=1 for Mei
00:02  bank  paid o1 10.00 p1
00:03  bob   gift o2 rose x1 3.00
00:04  bank  paid o2 3.00 p2
00:05  cat   gift o3 rose x1 1.99
00:06  bank  paid o3 1.99 p3
00:07  dan   gift o4 rose x1 5.00 side=2
00:08  eve   gift o5 rose x1 5.00
00:30  time
00:31  bank  paid o5 5.00 p5
",
        &expect![[r#"
            00:00  host  pk point=0.00 30s                   -> no: bad-amount
            00:00  host  pk point=2.00 30s                   -> a1 is a pk until 00:30
            00:01  ann   gift o1 rose x2 5.00 side=1 for Mei -> ann wants to give 2 rose (o1) until 05:01, 10.00 due
            00:02  bank  paid o1 10.00 p1                    -> o1 given by p1, 2 in one go; c1 by ann; a1 0:5
            00:03  bob   gift o2 rose x1 3.00                -> bob wants to give 1 rose (o2) until 05:03, 3.00 due
            00:04  bank  paid o2 3.00 p2                     -> o2 given by p2, 1 in one go; a1 1:5
            00:05  cat   gift o3 rose x1 1.99                -> cat wants to give 1 rose (o3) until 05:05, 1.99 due
            00:06  bank  paid o3 1.99 p3                     -> o3 given by p3, 1 in one go
            00:07  dan   gift o4 rose x1 5.00 side=2         -> no: bad-option
            00:08  eve   gift o5 rose x1 5.00                -> eve wants to give 1 rose (o5) until 05:08, 5.00 due
            00:30  time                                      -> a1 frozen with 0
            00:31  bank  paid o5 5.00 p5                     -> o5 given by p5, 1 in one go
        "#]],
    );
}

#[test]
fn against_another_room_every_gift_is_for_ones_own_host() {
    play(
        "
00:00  host  pk point=1.00 against=tea-2 30s
00:01  ann   gift o1 rose x1 5.00 side=1
00:02  bank  paid o1 5.00 p1
00:30  bob   gift o2 rose x1 5.00
00:31  bank  paid o2 5.00 p2
",
        &expect![[r#"
            00:00  host  pk point=1.00 against=tea-2 30s -> a1 is a pk until 00:33
            00:01  ann   gift o1 rose x1 5.00 side=1     -> ann wants to give 1 rose (o1) until 05:01, 5.00 due
            00:02  bank  paid o1 5.00 p1                 -> o1 given by p1, 1 in one go; a1 5:0
            00:30  bob   gift o2 rose x1 5.00            -> bob wants to give 1 rose (o2) until 05:30, 5.00 due
            00:31  bank  paid o2 5.00 p2                 -> o2 given by p2, 1 in one go
        "#]],
    );
}

#[test]
fn against_another_room_each_counts_for_itself_and_hears_of_the_other() {
    play(
        "
00:00  host  pk against=tea-2 30s
00:01  crowd a1 3 2
00:02  rival a1 50
00:03  rival a1 40
00:30  crowd a1 9 9
00:31  rival a1 60
00:33  time
00:34  rival a1 70
00:34  chance a1 s1
",
        &expect![[r#"
            00:00  host  pk against=tea-2 30s -> a1 is a pk until 00:33
            00:01  crowd a1 3 2               -> a1 3:0
            00:02  rival a1 50                -> a1 3:50
            00:03  rival a1 40                -> nothing new
            00:30  crowd a1 9 9               -> nothing new
            00:31  rival a1 60                -> a1 3:60
            00:33  time                       -> a1 frozen with 0
            00:34  rival a1 70                -> nothing new
            00:34  chance a1 s1               -> a1 ends 3:60
        "#]],
    );
}

#[test]
fn being_faster_than_people_can_be_gains_nothing() {
    play(
        "
00:00  host  reflex after=2s,2s x1
00:01  ann   tap a1 0 200ms
00:02  time
00:02  bob   tap a1 0 0ms
00:02  bob   tap a1 0 300ms
00:03  ann   tap a1 0 240ms
00:04  cat   tap a1 0 1001ms
00:05  dan   tap a1 0 900ms
00:06  time
00:08  time
00:09  ann   tap a1 1 250ms
00:09  eve   tap a1 1 130ms
00:12  time
00:12  chance a1 s1
",
        &expect![[r#"
            00:00  host  reflex after=2s,2s x1 -> a1 is a reflex until 00:02
            00:01  ann   tap a1 0 200ms        -> no: not-shown-yet
            00:02  time                        -> a1 signal   round: 0 until 00:06
            00:02  bob   tap a1 0 0ms          -> bob taps at 0 ms of 0 of a1, does not count
            00:02  bob   tap a1 0 300ms        -> no: already-played
            00:03  ann   tap a1 0 240ms        -> ann taps at 240 ms of 0 of a1, counts
            00:04  cat   tap a1 0 1001ms       -> cat taps at 1001 ms of 0 of a1, does not count
            00:05  dan   tap a1 0 900ms        -> dan taps at 900 ms of 0 of a1, counts
            00:06  time                        -> a1 ready   round: 1 until 00:08
            00:08  time                        -> a1 signal   round: 1 until 00:12
            00:09  ann   tap a1 1 250ms        -> ann taps at 250 ms of 1 of a1, counts
            00:09  eve   tap a1 1 130ms        -> eve taps at 130 ms of 1 of a1, counts
            00:12  time                        -> a1 frozen with 5
            00:12  chance a1 s1                -> a1 won by ann
        "#]],
    );
}
