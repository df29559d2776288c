//! People, likes, followers and the picture.

use crate::script::play;
use expect_test::expect;

#[test]
fn those_who_come_and_go_are_counted() {
    play(
        "
00:01  door  in 3 out 0
00:02  door  in 1 out 2
00:03  door  in 0 out 0
",
        &expect![[r#"
            00:01  door  in 3 out 0 -> 3 here
            00:02  door  in 1 out 2 -> 2 here
            00:03  door  in 0 out 0 -> nothing new
        "#]],
    );
}

#[test]
fn the_count_never_goes_below_zero() {
    play(
        "
00:01  door  in 1 out 0
00:02  door  in 0 out 4
00:03  door  in 2 out 0
",
        &expect![[r#"
            00:01  door  in 1 out 0 -> 1 here
            00:02  door  in 0 out 4 -> 0 here
            00:03  door  in 2 out 0 -> 2 here
        "#]],
    );
}

#[test]
fn a_restart_ends_all_stays_and_the_picture() {
    play(
        "
00:01  door  in 3 out 0
00:02  media on
00:09  crash 00:05
00:10  crash 00:09
00:11  door  in 0 out 3
",
        &expect![[r#"
            00:01  door  in 3 out 0 -> 3 here
            00:02  media on         -> live
            00:09  crash 00:05      -> all stays ended at 00:05; off (restarted)
            00:10  crash 00:09      -> nothing new
            00:11  door  in 0 out 3 -> 0 here
        "#]],
    );
}

#[test]
fn the_picture_comes_once_and_goes_once() {
    play(
        "
00:01  media off
00:02  media on
00:03  media on
00:04  look  room
00:05  media lost
00:06  media off
00:07  media on
00:08  media off
",
        &expect![[r#"
            00:01  media off  -> nothing new
            00:02  media on   -> live
            00:03  media on   -> nothing new
            00:04  look  room -> live, 0 here
            00:05  media lost -> off (lost)
            00:06  media off  -> nothing new
            00:07  media on   -> live
            00:08  media off  -> off (ended)
        "#]],
    );
}

#[test]
fn likes_add_up_and_none_are_no_news() {
    play(
        "
00:01  hearts 5 2
00:02  hearts 0 0
00:03  hearts 1 9
",
        &expect![[r#"
            00:01  hearts 5 2 -> 5 likes from 2, 5 in all
            00:02  hearts 0 0 -> nothing new
            00:03  hearts 1 9 -> 1 likes from 1, 6 in all
        "#]],
    );
}

#[test]
fn one_follows_once() {
    play(
        "
00:01  ann   follow
00:02  ann   follow
00:03  bob   follow
00:04  ann   unfollow
00:05  ann   unfollow
",
        &expect![[r#"
            00:01  ann   follow   -> ann follows, 1 in all
            00:02  ann   follow   -> no: already-following
            00:03  bob   follow   -> bob follows, 2 in all
            00:04  ann   unfollow -> ann follows no more, 1 in all
            00:05  ann   unfollow -> no: not-following
        "#]],
    );
}

#[test]
fn touches_count_for_cards_on_this_shelf() {
    play(
        "
00:01  phones card i1 5 1
00:02  phones card i9 5 1
00:03  phones card i1 0 0
00:04  phones quality 3
00:05  phones quality 0
",
        &expect![[r#"
            00:01  phones card i1 5 1 -> i1 seen 5 clicked 1
            00:02  phones card i9 5 1 -> nothing new
            00:03  phones card i1 0 0 -> nothing new
            00:04  phones quality 3   -> quality of 3 viewers
            00:05  phones quality 0   -> nothing new
        "#]],
    );
}
