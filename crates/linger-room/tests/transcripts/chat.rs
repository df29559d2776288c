//! Comments: who may say what.

use crate::script::play;
use expect_test::expect;

#[test]
fn comments_are_numbered_from_one() {
    play(
        "
00:01  ann   say hello
00:02  bob   say  nice cups
",
        &expect![[r#"
            00:01  ann   say hello      -> c1 by ann
            00:02  bob   say  nice cups -> c2 by bob
        "#]],
    );
}

#[test]
fn an_empty_comment_is_refused() {
    play(
        "
00:01  ann   say
00:02  ann   say 　　
",
        &expect![[r#"
            00:01  ann   say -> no: text-empty
            00:02  ann   say -> no: text-empty
        "#]],
    );
}

#[test]
fn a_muted_person_says_nothing_until_it_is_over() {
    play(
        "
00:01  mod   mute ann 60s
00:30  ann   say hello
01:00  ann   say hello
01:01  ann   say hello
",
        &expect![[r#"
            00:01  mod   mute ann 60s -> ann muted until 01:01
            00:30  ann   say hello    -> no: muted
            01:00  ann   say hello    -> no: muted
            01:01  ann   say hello    -> c1 by ann
        "#]],
    );
}

#[test]
fn a_mute_is_lifted_by_a_mute_of_no_time() {
    play(
        "
00:01  mod   mute ann 60s
00:02  mod   mute ann 0s
00:03  ann   say hello
00:04  mod   mute ann 0s
",
        &expect![[r#"
            00:01  mod   mute ann 60s -> ann muted until 01:01
            00:02  mod   mute ann 0s  -> ann muted until 00:02
            00:03  ann   say hello    -> c1 by ann
            00:04  mod   mute ann 0s  -> nothing new
        "#]],
    );
}

#[test]
fn nobody_mutes_the_host_or_for_longer_than_a_week() {
    play(
        "
00:01  mod   mute host 60s
00:02  mod   mute ann 604801s
00:03  ann   mute bob 60s
",
        &expect![[r#"
            00:01  mod   mute host 60s    -> no: not-allowed
            00:02  mod   mute ann 604801s -> no: bad-duration
            00:03  ann   mute bob 60s     -> no: not-allowed
        "#]],
    );
}

#[test]
fn a_comment_is_hidden_once_and_only_if_it_was_made() {
    play(
        "
00:01  ann   say hello
00:02  mod   hide c1
00:03  mod   hide c1
00:04  mod   hide c2
00:05  ann   hide c1
",
        &expect![[r#"
            00:01  ann   say hello -> c1 by ann
            00:02  mod   hide c1   -> c1 hidden
            00:03  mod   hide c1   -> nothing new
            00:04  mod   hide c2   -> no: no-such-comment
            00:05  ann   hide c1   -> no: not-allowed
        "#]],
    );
}

#[test]
fn an_announcement_comes_from_those_who_run_the_room() {
    play(
        "
00:01  host  announce   We start at eight
00:02  ann   announce Buy my cups
00:03  host  announce
",
        &expect![[r#"
            00:01  host  announce   We start at eight -> announced "We start at eight"
            00:02  ann   announce Buy my cups         -> no: not-allowed
            00:03  host  announce                     -> no: text-empty
        "#]],
    );
}
