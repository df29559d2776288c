//! Around the talk: lanes, replies, mentions, pictures, gifts, the topic, photos.

use crate::script::play;
use expect_test::{Expect, expect};

/// Plays a script with one gift already sent: `o1`, two roses at 5.00, by ann.
fn play_gift(script: &str, expected: &Expect) {
    play(&format!("00:00  ann   gift o1 rose x2 5.00 for you{script}"), expected);
}

#[test]
fn every_comment_has_its_lane() {
    play(
        "
00:01  host  say welcome
00:01  mod   say be kind
00:01  ann   say how much is it?
00:01  ann   say I like the blue one
00:01  bob   say 哈哈哈
00:01  bob   say 👍👍 666
00:02  look  lane c1
00:02  look  lane c2
00:02  look  lane c3
00:02  look  lane c4
00:02  look  lane c5
00:02  look  lane c6
",
        &expect![[r#"
            00:01  host  say welcome             -> c1 by host
            00:01  mod   say be kind             -> c2 by mod
            00:01  ann   say how much is it?     -> q1 about price; c3 by ann asks q1
            00:01  ann   say I like the blue one -> c4 by ann
            00:01  bob   say 哈哈哈              -> c5 by bob
            00:01  bob   say 👍👍 666            -> c6 by bob
            00:02  look  lane c1                 -> host
            00:02  look  lane c2                 -> host
            00:02  look  lane c3                 -> question
            00:02  look  lane c4                 -> talk
            00:02  look  lane c5                 -> reaction
            00:02  look  lane c6                 -> reaction
        "#]],
    );
}

#[test]
fn a_reply_names_a_comment_that_is_on_the_screens() {
    play(
        "
00:01  ann   say so blue
00:02  bob   reply c1 yes it is
00:03  bob   reply c9 yes it is
00:04  mod   hide c1
00:05  bob   reply c1 yes it is
00:06  bob   reply c2
",
        &expect![[r#"
            00:01  ann   say so blue        -> c1 by ann
            00:02  bob   reply c1 yes it is -> c2 by bob to c1
            00:03  bob   reply c9 yes it is -> no: no-such-comment
            00:04  mod   hide c1            -> c1 hidden
            00:05  bob   reply c1 yes it is -> no: no-such-comment
            00:06  bob   reply c2           -> no: text-empty
        "#]],
    );
}

#[test]
fn a_mention_is_of_people_who_said_something_or_of_the_host() {
    play(
        "
00:01  ann   say hello
00:02  bob   mention ann,host look
00:03  bob   mention nobody look
00:04  bob   mention ann,nobody look
00:05  bob   mention ann,ann,bob look
00:06  bob   mention bob only me
00:07  bob   mention ann,ann,ann,ann,ann,ann look
",
        &expect![[r#"
            00:01  ann   say hello                            -> c1 by ann
            00:02  bob   mention ann,host look                -> c2 by bob @ann @host
            00:03  bob   mention nobody look                  -> no: not-seen-here
            00:04  bob   mention ann,nobody look              -> no: not-seen-here
            00:05  bob   mention ann,ann,bob look             -> c3 by bob @ann
            00:06  bob   mention bob only me                  -> c4 by bob
            00:07  bob   mention ann,ann,ann,ann,ann,ann look -> no: too-many-mentions
        "#]],
    );
}

#[test]
fn a_picture_may_speak_for_itself() {
    play(
        "
00:01  ann   show m7
00:02  ann   show m8 my cat
",
        &expect![[r#"
            00:01  ann   show m7        -> c1 by ann with m7
            00:02  ann   show m8 my cat -> c2 by ann with m8
        "#]],
    );
}

#[test]
fn a_gift_is_given_once_it_is_paid_and_its_words_are_said_then() {
    play_gift(
        "
00:05  bank  paid o1 10.00 p1
00:05  bank  paid o1 10.00 p1
00:06  look  lane c1
00:06  ann   gift o1 rose x2 5.00
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:05  bank  paid o1 10.00 p1             -> o1 given by p1, 2 in one go; c1 by ann
            00:05  bank  paid o1 10.00 p1             -> nothing new
            00:06  look  lane c1                      -> paid
            00:06  ann   gift o1 rose x2 5.00         -> nothing new
        "#]],
    );
}

#[test]
fn money_for_a_gift_that_cannot_be_given_goes_back() {
    play_gift(
        "
00:01  bank  paid o1 9.00 p1
00:02  bank  paid o1 10.00 p2
00:03  bank  paid o1 10.00 p3
00:04  ann   gift o2 rose x1 5.00
05:04  bank  paid o2 5.00 p4
05:05  bank  paid o2 5.00 p5
05:05  ann   gift o3 rose x1 5.00
10:05  time
10:06  bank  paid o3 5.00 p6
10:07  bank  refunded p6
10:07  bank  refunded p6
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:01  bank  paid o1 9.00 p1              -> 9.00 of p1 must go back (wrong amount)
            00:02  bank  paid o1 10.00 p2             -> o1 given by p2, 2 in one go; c1 by ann
            00:03  bank  paid o1 10.00 p3             -> 10.00 of p3 must go back (paid twice)
            00:04  ann   gift o2 rose x1 5.00         -> ann wants to give 1 rose (o2) until 05:04, 5.00 due
            05:04  bank  paid o2 5.00 p4              -> o2 not given; 5.00 of p4 must go back (too late)
            05:05  bank  paid o2 5.00 p5              -> 5.00 of p5 must go back (too late)
            05:05  ann   gift o3 rose x1 5.00         -> ann wants to give 1 rose (o3) until 10:05, 5.00 due
            10:05  time                               -> o3 not given
            10:06  bank  paid o3 5.00 p6              -> 5.00 of p6 must go back (too late)
            10:07  bank  refunded p6                  -> p6 went back
            10:07  bank  refunded p6                  -> nothing new
        "#]],
    );
}

#[test]
fn gifts_in_one_go_are_counted_together() {
    play_gift(
        "
00:01  bank  paid o1 10.00 p1
00:02  ann   gift o2 rose x3 5.00
00:10  bank  paid o2 15.00 p2
00:11  ann   gift o3 heart x1 5.00
00:12  bank  paid o3 5.00 p3
00:13  bob   gift o4 rose x1 5.00
00:14  bank  paid o4 5.00 p4
00:20  ann   gift o5 rose x1 5.00
00:26  bank  paid o5 5.00 p5
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:01  bank  paid o1 10.00 p1             -> o1 given by p1, 2 in one go; c1 by ann
            00:02  ann   gift o2 rose x3 5.00         -> ann wants to give 3 rose (o2) until 05:02, 15.00 due
            00:10  bank  paid o2 15.00 p2             -> o2 given by p2, 5 in one go
            00:11  ann   gift o3 heart x1 5.00        -> ann wants to give 1 heart (o3) until 05:11, 5.00 due
            00:12  bank  paid o3 5.00 p3              -> o3 given by p3, 1 in one go
            00:13  bob   gift o4 rose x1 5.00         -> bob wants to give 1 rose (o4) until 05:13, 5.00 due
            00:14  bank  paid o4 5.00 p4              -> o4 given by p4, 1 in one go
            00:20  ann   gift o5 rose x1 5.00         -> ann wants to give 1 rose (o5) until 05:20, 5.00 due
            00:26  bank  paid o5 5.00 p5              -> o5 given by p5, 1 in one go
        "#]],
    );
}

#[test]
fn what_cannot_be_a_gift_is_refused() {
    play_gift(
        "
00:01  bob   gift o1 rose x2 5.00
00:01  ann   gift o2 rose x0 5.00
00:01  ann   gift o2 rose x1000 5.00
00:01  ann   gift o2 rose x1 0.00
00:01  ann   gift o2 rose x999 99999999.00
00:01  host  gift o2 rose x1 5.00
00:02  ann   gift o2 rose x1 5.00
00:02  ann   gift o3 rose x1 5.00
00:02  ann   gift o4 rose x1 5.00
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you  -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:01  bob   gift o1 rose x2 5.00          -> no: order-id-taken
            00:01  ann   gift o2 rose x0 5.00          -> no: bad-quantity
            00:01  ann   gift o2 rose x1000 5.00       -> no: bad-quantity
            00:01  ann   gift o2 rose x1 0.00          -> no: bad-amount
            00:01  ann   gift o2 rose x999 99999999.00 -> no: bad-amount
            00:01  host  gift o2 rose x1 5.00          -> no: not-allowed
            00:02  ann   gift o2 rose x1 5.00          -> ann wants to give 1 rose (o2) until 05:02, 5.00 due
            00:02  ann   gift o3 rose x1 5.00          -> ann wants to give 1 rose (o3) until 05:02, 5.00 due
            00:02  ann   gift o4 rose x1 5.00          -> no: gifts-unpaid
        "#]],
    );
}

#[test]
fn orders_and_gifts_share_their_names() {
    play_gift(
        "
00:01  ops   stock i1 5
00:01  ops   sale i1 9.00 2 60s
00:02  ann   order o1 i1 x1
00:03  ann   order o2 i1 x1
00:04  ann   gift o2 rose x1 5.00
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:01  ops   stock i1 5                   -> 5 of i1
            00:01  ops   sale i1 9.00 2 60s           -> i1 on sale for 9.00, 2 each, held 01:00
            00:02  ann   order o1 i1 x1               -> no: order-id-taken
            00:03  ann   order o2 i1 x1               -> 1 held for ann (o2) until 01:03, 9.00 due
            00:04  ann   gift o2 rose x1 5.00         -> no: order-id-taken
        "#]],
    );
}

#[test]
fn a_muted_giver_gives_without_words() {
    play_gift(
        "
00:01  mod   mute ann 60s
00:02  bank  paid o1 10.00 p1
00:03  ann   gift o2 rose x1 5.00 hello
00:04  ann   gift o2 rose x1 5.00
",
        &expect![[r#"
            00:00  ann   gift o1 rose x2 5.00 for you -> ann wants to give 2 rose (o1) until 05:00, 10.00 due
            00:01  mod   mute ann 60s                 -> ann muted until 01:01
            00:02  bank  paid o1 10.00 p1             -> o1 given by p1, 2 in one go
            00:03  ann   gift o2 rose x1 5.00 hello   -> no: muted
            00:04  ann   gift o2 rose x1 5.00         -> ann wants to give 1 rose (o2) until 05:04, 5.00 due
        "#]],
    );
}

#[test]
fn a_topic_lasts_its_time_and_another_takes_its_place() {
    play(
        "
00:01  host  topic 60s Tea or coffee
00:02  host  topic 120s Coffee
01:01  time
02:02  time
02:03  host  end-topic
02:04  host  topic 600s Tea
02:05  host  end-topic
02:06  ann   topic 600s Buy mine
02:06  host  topic 5s Tea
02:06  host  topic 60s
",
        &expect![[r#"
            00:01  host  topic 60s Tea or coffee -> topic "Tea or coffee" until 01:01
            00:02  host  topic 120s Coffee       -> topic "Coffee" until 02:02
            01:01  time                          -> nothing new
            02:02  time                          -> topic over
            02:03  host  end-topic               -> no: no-topic
            02:04  host  topic 600s Tea          -> topic "Tea" until 12:04
            02:05  host  end-topic               -> topic over
            02:06  ann   topic 600s Buy mine     -> no: not-allowed
            02:06  host  topic 5s Tea            -> no: bad-duration
            02:06  host  topic 60s               -> no: text-empty
        "#]],
    );
}

#[test]
fn comments_stand_above_the_talk_until_there_is_no_place() {
    play(
        "
00:01  ann   say one
00:01  bob   say two
00:01  ann   say three
00:01  bob   say four
00:02  host  feature c1
00:02  host  feature c1
00:02  mod   feature c2
00:02  host  feature c3
00:02  host  feature c4
00:03  host  unfeature c3
00:03  host  unfeature c3
00:04  host  feature c9
00:04  ann   feature c1
00:05  mod   hide c4
00:06  host  feature c4
00:07  host  topic 60s Tea
00:08  host  feature c1
00:09  host  topic 60s Coffee
00:10  host  feature c1
",
        &expect![[r#"
            00:01  ann   say one          -> c1 by ann
            00:01  bob   say two          -> c2 by bob
            00:01  ann   say three        -> c3 by ann
            00:01  bob   say four         -> c4 by bob
            00:02  host  feature c1       -> c1 above the talk
            00:02  host  feature c1       -> nothing new
            00:02  mod   feature c2       -> c2 above the talk
            00:02  host  feature c3       -> c3 above the talk
            00:02  host  feature c4       -> c1 no more above the talk; c4 above the talk
            00:03  host  unfeature c3     -> c3 no more above the talk
            00:03  host  unfeature c3     -> nothing new
            00:04  host  feature c9       -> no: no-such-comment
            00:04  ann   feature c1       -> no: not-allowed
            00:05  mod   hide c4          -> c4 hidden; c4 no more above the talk
            00:06  host  feature c4       -> no: no-such-comment
            00:07  host  topic 60s Tea    -> topic "Tea" until 01:07
            00:08  host  feature c1       -> c1 above the talk
            00:09  host  topic 60s Coffee -> topic "Coffee" until 01:09
            00:10  host  feature c1       -> c1 above the talk
        "#]],
    );
}

#[test]
fn a_photo_is_chosen_by_the_host_or_declined() {
    play(
        "
00:01  ann   offer m1 my cup
00:01  ann   offer m1 my cup
00:02  bob   offer m1 mine
00:03  ann   offer m2
00:03  ann   offer m3
00:03  ann   offer m4
00:04  ann   choose m1
00:05  host  choose m1
00:05  host  choose m1
00:06  mod   decline m2
00:06  mod   decline m2
00:07  mod   decline m1
00:08  host  choose m9
00:09  mod   mute ann 60s
00:10  ann   offer m5
",
        &expect![[r#"
            00:01  ann   offer m1 my cup -> m1 offered by ann
            00:01  ann   offer m1 my cup -> nothing new
            00:02  bob   offer m1 mine   -> no: no-such-photo
            00:03  ann   offer m2        -> m2 offered by ann
            00:03  ann   offer m3        -> m3 offered by ann
            00:03  ann   offer m4        -> no: too-many-photos
            00:04  ann   choose m1       -> no: not-allowed
            00:05  host  choose m1       -> m1 on the wall
            00:05  host  choose m1       -> nothing new
            00:06  mod   decline m2      -> m2 not on the wall
            00:06  mod   decline m2      -> no: no-such-photo
            00:07  mod   decline m1      -> m1 not on the wall
            00:08  host  choose m9       -> no: no-such-photo
            00:09  mod   mute ann 60s    -> ann muted until 01:09
            00:10  ann   offer m5        -> no: muted
        "#]],
    );
}
