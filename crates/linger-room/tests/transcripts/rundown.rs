//! The run of show: it runs by itself, the host overrules it, and cards stay exactly as long as their steps.

use crate::script::play;
use expect_test::expect;

#[test]
fn steps_follow_each_other_and_bring_and_take_their_cards() {
    play(
        "
00:00  ops  list i2 20.00 Pot
00:00  ops  rundown set 0 hello:60s cup:120s:i1 pot:60s:i2 pot-again:60s:i2 bye:60s
00:00  host rundown start 0
00:59  time
01:00  time
03:00  time
04:00  time
05:00  time
06:00  time
06:01  look room
",
        &expect![[r#"
            00:00  ops  list i2 20.00 Pot                                                       -> i2 is "Pot" for 20.00
            00:00  ops  rundown set 0 hello:60s cup:120s:i1 pot:60s:i2 pot-again:60s:i2 bye:60s -> run of show v1, 5 steps
            00:00  host rundown start 0                                                         -> t1 step 0 (asked) 00:00 to 01:00
            00:59  time                                                                         -> nothing new
            01:00  time                                                                         -> t2 step 1 (in turn) 01:00 to 03:00; i1 on show
            03:00  time                                                                         -> t3 step 2 (in turn) 03:00 to 04:00; i1 off show; i2 on show
            04:00  time                                                                         -> t4 step 3 (in turn) 04:00 to 05:00
            05:00  time                                                                         -> t5 step 4 (in turn) 05:00 to 06:00; i2 off show
            06:00  time                                                                         -> show over
            06:01  look room                                                                    -> off, 0 here
        "#]],
    );
}

#[test]
fn a_climax_is_announced_ahead_once() {
    play(
        "
00:00  ops  rundown set 0 hello:300s sale*:60s bye:60s
00:00  host rundown start 0
03:29  time
03:30  time
03:31  time
05:00  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 hello:300s sale*:60s bye:60s -> run of show v1, 3 steps
            00:00  host rundown start 0                            -> t1 step 0 (asked) 00:00 to 05:00
            03:29  time                                            -> nothing new
            03:30  time                                            -> step 1 announced for 05:00
            03:31  time                                            -> nothing new
            05:00  time                                            -> t2 step 1 (in turn) 05:00 to 06:00
        "#]],
    );
}

#[test]
fn a_climax_after_a_short_step_is_announced_as_soon_as_that_begins() {
    play(
        "
00:00  ops  rundown set 0 hello:30s sale*:30s encore*:60s
00:00  host rundown start 0
00:30  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 hello:30s sale*:30s encore*:60s -> run of show v1, 3 steps
            00:00  host rundown start 0                               -> t1 step 0 (asked) 00:00 to 00:30; step 1 announced for 00:30
            00:30  time                                               -> t2 step 1 (in turn) 00:30 to 01:00; step 2 announced for 01:00
        "#]],
    );
}

#[test]
fn the_host_skips_once_however_often_they_press() {
    play(
        "
00:00  ops  rundown set 0 a:60s b:60s c:60s d:60s
00:00  host rundown start 0
00:10  host rundown skip t1
00:10  host rundown skip t1
01:11  host rundown skip t2
01:20  ann  rundown skip t3
01:20  host rundown skip t9
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:60s b:60s c:60s d:60s -> run of show v1, 4 steps
            00:00  host rundown start 0                       -> t1 step 0 (asked) 00:00 to 01:00
            00:10  host rundown skip t1                       -> t2 step 1 (asked) 00:10 to 01:10
            00:10  host rundown skip t1                       -> no: step-over
            01:11  host rundown skip t2                       -> t3 step 2 (in turn) 01:10 to 02:10
            01:20  ann  rundown skip t3                       -> no: not-allowed
            01:20  host rundown skip t9                       -> no: step-over
        "#]],
    );
}

#[test]
fn holding_moves_everything_that_follows() {
    play(
        "
00:00  ops  rundown set 0 a:120s:i1 b*:60s
00:00  host rundown start 0
00:40  host rundown hold
05:00  time
05:00  look room
05:00  host rundown hold
06:00  host rundown resume
06:00  host rundown resume
07:20  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:120s:i1 b*:60s -> run of show v1, 2 steps
            00:00  host rundown start 0                -> t1 step 0 (asked) 00:00 to 02:00; i1 on show
            00:40  host rundown hold                   -> held with 01:20 left
            05:00  time                                -> nothing new
            05:00  look room                           -> off, 0 here, i1 on show
            05:00  host rundown hold                   -> nothing new
            06:00  host rundown resume                 -> now until 07:20; step 1 announced for 07:20
            06:00  host rundown resume                 -> nothing new
            07:20  time                                -> t2 step 1 (in turn) 07:20 to 08:20; i1 off show
        "#]],
    );
}

#[test]
fn a_hold_after_the_announcement_leaves_it_standing() {
    play(
        "
00:00  ops  rundown set 0 a:120s b*:60s
00:00  host rundown start 0
00:30  time
01:00  host rundown hold
10:00  host rundown resume
11:00  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:120s b*:60s -> run of show v1, 2 steps
            00:00  host rundown start 0             -> t1 step 0 (asked) 00:00 to 02:00
            00:30  time                             -> step 1 announced for 02:00
            01:00  host rundown hold                -> held with 01:00 left
            10:00  host rundown resume              -> now until 11:00
            11:00  time                             -> t2 step 1 (in turn) 11:00 to 12:00
        "#]],
    );
}

#[test]
fn more_time_moves_what_follows_whether_time_stands_or_goes() {
    play(
        "
00:00  ops  rundown set 0 a:120s b:60s
00:00  host rundown start 0
00:30  host rundown extend 60s
00:40  host rundown hold
00:50  host rundown extend 60s
00:55  host rundown resume
01:00  host rundown extend 99999s
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:120s b:60s -> run of show v1, 2 steps
            00:00  host rundown start 0            -> t1 step 0 (asked) 00:00 to 02:00
            00:30  host rundown extend 60s         -> now until 03:00
            00:40  host rundown hold               -> held with 02:20 left
            00:50  host rundown extend 60s         -> held with 03:20 left
            00:55  host rundown resume             -> now until 04:15
            01:00  host rundown extend 99999s      -> no: bad-duration
        "#]],
    );
}

#[test]
fn a_step_is_repeated_from_its_beginning() {
    play(
        "
00:00  ops  rundown set 0 a:60s:i1 b:60s
00:00  host rundown start 0
00:50  host unpin
00:55  host rundown repeat t1
01:00  host rundown repeat t1
01:55  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:60s:i1 b:60s -> run of show v1, 2 steps
            00:00  host rundown start 0              -> t1 step 0 (asked) 00:00 to 01:00; i1 on show
            00:50  host unpin                        -> i1 off show
            00:55  host rundown repeat t1            -> t2 step 0 (asked) 00:55 to 01:55; i1 on show
            01:00  host rundown repeat t1            -> no: step-over
            01:55  time                              -> t3 step 1 (in turn) 01:55 to 02:55; i1 off show
        "#]],
    );
}

#[test]
fn after_improvising_the_rest_of_the_step_follows() {
    play(
        "
00:00  ops  rundown set 0 a:120s:i1 b*:60s
00:00  host rundown start 0
00:40  time
00:50  host rundown improvise 60s a song
00:51  look room
01:50  time
03:00  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:120s:i1 b*:60s -> run of show v1, 2 steps
            00:00  host rundown start 0                -> t1 step 0 (asked) 00:00 to 02:00; i1 on show
            00:40  time                                -> step 1 announced for 02:00
            00:50  host rundown improvise 60s a song   -> t2 "a song" before step 0 (asked) 00:50 to 01:50; i1 off show
            00:51  look room                           -> off, 0 here
            01:50  time                                -> t3 step 0 (returned) 01:50 to 03:00; i1 on show
            03:00  time                                -> t4 step 1 (in turn) 03:00 to 04:00; i1 off show
        "#]],
    );
}

#[test]
fn improvising_ends_early_when_the_host_goes_on() {
    play(
        "
00:00  ops  rundown set 0 a:120s:i1 b:60s
00:00  host rundown start 0
00:50  host rundown improvise 600s a song
01:00  host rundown repeat t2
01:10  host rundown skip t3
02:20  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:120s:i1 b:60s -> run of show v1, 2 steps
            00:00  host rundown start 0               -> t1 step 0 (asked) 00:00 to 02:00; i1 on show
            00:50  host rundown improvise 600s a song -> t2 "a song" before step 0 (asked) 00:50 to 10:50; i1 off show
            01:00  host rundown repeat t2             -> t3 "a song" before step 0 (asked) 01:00 to 11:00
            01:10  host rundown skip t3               -> t4 step 0 (returned) 01:10 to 02:20; i1 on show
            02:20  time                               -> t5 step 1 (in turn) 02:20 to 03:20; i1 off show
        "#]],
    );
}

#[test]
fn the_host_warned_of_a_lull_is_left_alone_for_five_minutes() {
    play(
        "
00:00  ops  rundown set 0 quiet=300s a:1200s b*:60s c:600s
00:00  host rundown start 0
04:59  time
05:00  time
09:59  time
10:01  time
12:00  host rundown skip t1
13:00  time
17:59  time
18:00  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 quiet=300s a:1200s b*:60s c:600s -> run of show v1, 3 steps
            00:00  host rundown start 0                                -> t1 step 0 (asked) 00:00 to 20:00
            04:59  time                                                -> nothing new
            05:00  time                                                -> no climax since 00:00, again at 10:00
            09:59  time                                                -> nothing new
            10:01  time                                                -> no climax since 00:00, again at 15:01
            12:00  host rundown skip t1                                -> t2 step 1 (asked) 12:00 to 13:00
            13:00  time                                                -> t3 step 2 (in turn) 13:00 to 23:00
            17:59  time                                                -> nothing new
            18:00  time                                                -> no climax since 13:00, again at 23:00
        "#]],
    );
}

#[test]
fn nobody_is_warned_while_the_show_is_held() {
    play(
        "
00:00  ops  rundown set 0 quiet=300s a:1200s
00:00  host rundown start 0
04:00  host rundown hold
09:00  time
10:00  host rundown resume
",
        &expect![[r#"
            00:00  ops  rundown set 0 quiet=300s a:1200s -> run of show v1, 1 steps
            00:00  host rundown start 0                  -> t1 step 0 (asked) 00:00 to 20:00
            04:00  host rundown hold                     -> held with 16:00 left
            09:00  time                                  -> nothing new
            10:00  host rundown resume                   -> now until 26:00; no climax since 00:00, again at 15:00
        "#]],
    );
}

#[test]
fn a_card_the_host_changed_is_left_alone_until_a_step_brings_another() {
    play(
        "
00:00  ops  list i2 20.00 Pot
00:00  ops  rundown set 0 a:60s:i1 b:60s c:60s:i1 d:60s
00:00  host rundown start 0
00:30  host pin i2
01:00  time
02:00  time
02:30  host unpin
03:00  time
",
        &expect![[r#"
            00:00  ops  list i2 20.00 Pot                           -> i2 is "Pot" for 20.00
            00:00  ops  rundown set 0 a:60s:i1 b:60s c:60s:i1 d:60s -> run of show v1, 4 steps
            00:00  host rundown start 0                             -> t1 step 0 (asked) 00:00 to 01:00; i1 on show
            00:30  host pin i2                                      -> i1 off show; i2 on show
            01:00  time                                             -> t2 step 1 (in turn) 01:00 to 02:00
            02:00  time                                             -> t3 step 2 (in turn) 02:00 to 03:00; i2 off show; i1 on show
            02:30  host unpin                                       -> i1 off show
            03:00  time                                             -> t4 step 3 (in turn) 03:00 to 04:00
        "#]],
    );
}

#[test]
fn time_that_passed_unnoticed_leads_to_the_step_that_is_due() {
    play(
        "
00:00  ops   list i2 20.00 Pot
00:00  ops   list i3 30.00 Pan
00:00  ops   rundown set 0 a:60s:i1 b:60s:i2 c*:60s:i3 d:60s e:60s
00:00  host  rundown start 0
00:30  crash 00:20
02:40  time
02:41  look  room
20:00  time
",
        &expect![[r#"
            00:00  ops   list i2 20.00 Pot                                     -> i2 is "Pot" for 20.00
            00:00  ops   list i3 30.00 Pan                                     -> i3 is "Pan" for 30.00
            00:00  ops   rundown set 0 a:60s:i1 b:60s:i2 c*:60s:i3 d:60s e:60s -> run of show v1, 5 steps
            00:00  host  rundown start 0                                       -> t1 step 0 (asked) 00:00 to 01:00; i1 on show
            00:30  crash 00:20                                                 -> nothing new
            02:40  time                                                        -> t2 step 2 (in turn) 02:00 to 03:00; i1 off show; i3 on show
            02:41  look  room                                                  -> off, 0 here, i3 on show
            20:00  time                                                        -> show over; i3 off show
        "#]],
    );
}

#[test]
fn a_skip_in_the_moment_a_step_ends_by_itself_skips_nothing_more() {
    play(
        "
00:00  ops  rundown set 0 a:60s b:60s c:60s
00:00  host rundown start 0
01:00  host rundown skip t1
03:05  host rundown hold
",
        &expect![[r#"
            00:00  ops  rundown set 0 a:60s b:60s c:60s -> run of show v1, 3 steps
            00:00  host rundown start 0                 -> t1 step 0 (asked) 00:00 to 01:00
            01:00  host rundown skip t1                 -> t2 step 1 (in turn) 01:00 to 02:00
            03:05  host rundown hold                    -> no: rundown-not-running
        "#]],
    );
}

#[test]
fn a_rehearsal_goes_faster_in_every_length() {
    play(
        "
00:00  ops  rundown set 0 pace=60 quiet=600s a:1200s b*:300s c:60s
00:00  host rundown start 0
00:10  time
00:15  time
00:18  time
00:19  host rundown extend 60s
00:20  time
00:21  time
00:26  time
00:27  time
",
        &expect![[r#"
            00:00  ops  rundown set 0 pace=60 quiet=600s a:1200s b*:300s c:60s -> run of show v1, 3 steps
            00:00  host rundown start 0                                        -> t1 step 0 (asked) 00:00 to 00:20
            00:10  time                                                        -> no climax since 00:00, again at 00:15
            00:15  time                                                        -> no climax since 00:00, again at 00:20
            00:18  time                                                        -> nothing new
            00:19  host rundown extend 60s                                     -> now until 00:21
            00:20  time                                                        -> step 1 announced for 00:21
            00:21  time                                                        -> t2 step 1 (in turn) 00:21 to 00:26
            00:26  time                                                        -> t3 step 2 (in turn) 00:26 to 00:27
            00:27  time                                                        -> show over
        "#]],
    );
}
