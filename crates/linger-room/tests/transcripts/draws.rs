//! Draws: entering, freezing, revealing.

use crate::script::play;
use expect_test::expect;

#[test]
fn who_says_the_keyword_is_in_once() {
    play(
        "
00:00  host  draw 666 x1 60s s1
00:01  ann   say 666
00:02  ann   say 666
00:03  bob   say  ６６６
00:04  cat   say 6666
",
        &expect![[r#"
            00:00  host  draw 666 x1 60s s1 -> d1 for 1 x a cup until 01:00
            00:01  ann   say 666            -> c1 by ann; ann is in d1
            00:02  ann   say 666            -> c2 by ann
            00:03  bob   say  ６６６        -> c3 by bob; bob is in d1
            00:04  cat   say 6666           -> c4 by cat
        "#]],
    );
}

#[test]
fn a_keyword_has_no_capitals() {
    play(
        "
00:00  host  draw Lucky x1 60s s1
00:01  ann   say lucky
00:02  bob   say LUCKY
",
        &expect![[r#"
            00:00  host  draw Lucky x1 60s s1 -> d1 for 1 x a cup until 01:00
            00:01  ann   say lucky            -> c1 by ann; ann is in d1
            00:02  bob   say LUCKY            -> c2 by bob; bob is in d1
        "#]],
    );
}

#[test]
fn those_who_run_the_room_do_not_enter() {
    play(
        "
00:00  host  draw why? x1 60s s1
00:01  host  say why?
00:02  mod   say why?
00:03  ann   say why?
",
        &expect![[r#"
            00:00  host  draw why? x1 60s s1 -> d1 for 1 x a cup until 01:00
            00:01  host  say why?            -> c1 by host
            00:02  mod   say why?            -> c2 by mod
            00:03  ann   say why?            -> c3 by ann; ann is in d1
        "#]],
    );
}

#[test]
fn a_muted_person_does_not_enter() {
    play(
        "
00:00  host  draw 666 x1 60s s1
00:01  mod   mute ann 60s
00:02  ann   say 666
",
        &expect![[r#"
            00:00  host  draw 666 x1 60s s1 -> d1 for 1 x a cup until 01:00
            00:01  mod   mute ann 60s       -> ann muted until 01:01
            00:02  ann   say 666            -> no: muted
        "#]],
    );
}

#[test]
fn a_draw_freezes_at_its_time_and_reveals_with_its_seed() {
    play(
        "
00:00  host  draw 666 x2 60s s1
00:01  ann   say 666
00:02  bob   say 666
00:03  cat   say 666
00:04  seed  d1 s1
01:00  time
01:01  seed  d1 s2
01:02  seed  d9 s1
01:03  seed  d1 s1
01:04  seed  d1 s1
",
        &expect![[r#"
            00:00  host  draw 666 x2 60s s1 -> d1 for 2 x a cup until 01:00
            00:01  ann   say 666            -> c1 by ann; ann is in d1
            00:02  bob   say 666            -> c2 by bob; bob is in d1
            00:03  cat   say 666            -> c3 by cat; cat is in d1
            00:04  seed  d1 s1              -> nothing new
            01:00  time                     -> d1 frozen with 3
            01:01  seed  d1 s2              -> nothing new
            01:02  seed  d9 s1              -> nothing new
            01:03  seed  d1 s1              -> d1 won by ann, cat
            01:04  seed  d1 s1              -> nothing new
        "#]],
    );
}

#[test]
fn nobody_enters_after_the_end_even_before_time_was_told() {
    play(
        "
00:00  host  draw 666 x1 60s s1
01:00  ann   say 666
01:00  time
00:30  ann   say 666
",
        &expect![[r#"
            00:00  host  draw 666 x1 60s s1 -> d1 for 1 x a cup until 01:00
            01:00  ann   say 666            -> c1 by ann
            01:00  time                     -> d1 frozen with 0
            00:30  ann   say 666            -> c2 by ann
        "#]],
    );
}

#[test]
fn a_draw_ends_early_when_the_host_says_so() {
    play(
        "
00:00  host  draw 666 x3 60s s1
00:01  ann   say 666
00:02  host  end-draw d1
00:03  host  end-draw d1
00:04  host  end-draw d2
01:00  time
01:01  seed  d1 s1
",
        &expect![[r#"
            00:00  host  draw 666 x3 60s s1 -> d1 for 3 x a cup until 01:00
            00:01  ann   say 666            -> c1 by ann; ann is in d1
            00:02  host  end-draw d1        -> d1 frozen with 1
            00:03  host  end-draw d1        -> nothing new
            00:04  host  end-draw d2        -> no: no-such-draw
            01:00  time                     -> nothing new
            01:01  seed  d1 s1              -> d1 won by ann
        "#]],
    );
}

#[test]
fn a_host_who_disconnects_or_a_crash_before_the_reveal_does_not_change_a_draw() {
    play(
        "
00:00  media on
00:01  host  draw 666 x1 30s s1
00:02  ann   say 666
00:03  media lost
00:04  bob   say 666
00:31  time
00:32  crash 00:31
00:33  cat   say 666
00:34  seed  d1 s1
00:35  seed  d1 s1
",
        &expect![[r#"
            00:00  media on                 -> live
            00:01  host  draw 666 x1 30s s1 -> d1 for 1 x a cup until 00:31
            00:02  ann   say 666            -> c1 by ann; ann is in d1
            00:03  media lost               -> off (lost)
            00:04  bob   say 666            -> c2 by bob; bob is in d1
            00:31  time                     -> d1 frozen with 2
            00:32  crash 00:31              -> nothing new
            00:33  cat   say 666            -> c3 by cat
            00:34  seed  d1 s1              -> d1 won by ann
            00:35  seed  d1 s1              -> nothing new
        "#]],
    );
}

#[test]
fn a_draw_that_nobody_entered_is_won_by_nobody() {
    play(
        "
00:00  host  draw 666 x3 60s s1
01:00  time
01:01  seed  d1 s1
",
        &expect![[r#"
            00:00  host  draw 666 x3 60s s1 -> d1 for 3 x a cup until 01:00
            01:00  time                     -> d1 frozen with 0
            01:01  seed  d1 s1              -> d1 won by nobody
        "#]],
    );
}

#[test]
fn one_draw_runs_at_a_time_and_the_next_does_not_wait_for_a_seed() {
    play(
        "
00:00  host  draw 666 x1 60s s1
00:01  host  draw 777 x1 60s s2
01:00  time
01:01  host  draw 777 x1 60s s2
01:02  ann   say 777
01:03  seed  d1 s1
02:01  time
02:02  seed  d2 s2
",
        &expect![[r#"
            00:00  host  draw 666 x1 60s s1 -> d1 for 1 x a cup until 01:00
            00:01  host  draw 777 x1 60s s2 -> no: draw-running
            01:00  time                     -> d1 frozen with 0
            01:01  host  draw 777 x1 60s s2 -> d2 for 1 x a cup until 02:01
            01:02  ann   say 777            -> c1 by ann; ann is in d2
            01:03  seed  d1 s1              -> d1 won by nobody
            02:01  time                     -> d2 frozen with 1
            02:02  seed  d2 s2              -> d2 won by ann
        "#]],
    );
}

#[test]
fn a_draw_needs_a_word_a_winner_and_a_sound_time() {
    play(
        "
00:00  host  draw 12345678901234567 x1 60s s1
00:01  host  draw 666 x0 60s s1
00:02  host  draw 666 x1001 60s s1
00:03  host  draw 666 x1 0s s1
00:04  host  draw 666 x1 3601s s1
00:05  ann   draw 666 x1 60s s1
",
        &expect![[r#"
            00:00  host  draw 12345678901234567 x1 60s s1 -> no: bad-keyword
            00:01  host  draw 666 x0 60s s1               -> no: bad-quantity
            00:02  host  draw 666 x1001 60s s1            -> no: bad-quantity
            00:03  host  draw 666 x1 0s s1                -> no: bad-duration
            00:04  host  draw 666 x1 3601s s1             -> no: bad-duration
            00:05  ann   draw 666 x1 60s s1               -> no: not-allowed
        "#]],
    );
}
