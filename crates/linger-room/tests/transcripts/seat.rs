//! Coming on stage, and calls with an adviser.

use crate::script::play;
use expect_test::expect;

#[test]
fn who_asks_first_is_invited_first_and_the_host_is_free_to_choose() {
    play(
        "
00:01  ann   stage ask I have this pot at home
00:02  host  stage open 2 everybody
00:03  ann   stage ask I have this pot at home
00:04  bob   stage ask
00:05  cat   stage ask
00:06  ann   stage ask
00:07  host  stage invite cat
00:08  cat   stage accept
00:09  host  stage invite ann
00:10  ann   stage accept
00:11  host  stage invite bob
00:12  cat   stage leave
00:13  host  stage invite bob
00:14  bob   stage accept
00:15  ann   stage ask
",
        &expect![[r#"
            00:01  ann   stage ask I have this pot at home -> no: stage-closed
            00:02  host  stage open 2 everybody            -> stage open, 2 seats for everybody
            00:03  ann   stage ask I have this pot at home -> ann in line, 0 before
            00:04  bob   stage ask                         -> bob in line, 1 before
            00:05  cat   stage ask                         -> cat in line, 2 before
            00:06  ann   stage ask                         -> no: already-asked
            00:07  host  stage invite cat                  -> cat invited until 00:37
            00:08  cat   stage accept                      -> cat on seat 1
            00:09  host  stage invite ann                  -> ann invited until 00:39
            00:10  ann   stage accept                      -> ann on seat 2
            00:11  host  stage invite bob                  -> no: stage-full
            00:12  cat   stage leave                       -> cat out (left)
            00:13  host  stage invite bob                  -> bob invited until 00:43
            00:14  bob   stage accept                      -> bob on seat 1
            00:15  ann   stage ask                         -> no: already-asked
        "#]],
    );
}

#[test]
fn an_invitation_ends_after_thirty_seconds_and_gives_its_seat_back() {
    play(
        "
00:01  host  stage open 1 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  host  stage invite ann
00:05  host  stage invite bob
00:06  host  stage invite ann
00:34  ann   stage accept
00:34  host  stage invite bob
00:40  time
01:04  time
01:05  bob   stage accept
01:06  ann   stage ask
",
        &expect![[r#"
            00:01  host  stage open 1 everybody -> stage open, 1 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  host  stage invite ann       -> ann invited until 00:34
            00:05  host  stage invite bob       -> no: stage-full
            00:06  host  stage invite ann       -> nothing new
            00:34  ann   stage accept           -> no: not-invited
            00:34  host  stage invite bob       -> ann out (expired); bob invited until 01:04
            00:40  time                         -> nothing new
            01:04  time                         -> bob out (expired)
            01:05  bob   stage accept           -> no: not-invited
            01:06  ann   stage ask              -> ann in line, 0 before
        "#]],
    );
}

#[test]
fn the_last_seat_goes_to_one_of_two_whom_two_hosts_invite_at_once() {
    play(
        "
00:01  host  stage open 1 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  host  stage invite ann
00:04  ops   stage invite bob
00:05  ann   stage turn-down
00:06  ops   stage invite bob
",
        &expect![[r#"
            00:01  host  stage open 1 everybody -> stage open, 1 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  host  stage invite ann       -> ann invited until 00:34
            00:04  ops   stage invite bob       -> no: stage-full
            00:05  ann   stage turn-down        -> ann out (turned down)
            00:06  ops   stage invite bob       -> bob invited until 00:36
        "#]],
    );
}

#[test]
fn whoever_is_gone_from_the_room_loses_place_invitation_and_seat_but_not_their_call() {
    play(
        "
00:01  host  stage open 2 everybody
00:01  host  call open
00:02  ann   stage ask
00:03  bob   stage ask
00:04  cat   stage ask
00:05  host  stage invite ann
00:06  ann   stage accept
00:07  host  stage invite bob
00:08  ann   call ask which size for me
00:09  door  gone ann bob cat cat dan
00:10  door  gone ann
00:11  mod   call take ann
",
        &expect![[r#"
            00:01  host  stage open 2 everybody     -> stage open, 2 seats for everybody
            00:01  host  call open                  -> calls open, no promise
            00:02  ann   stage ask                  -> ann in line, 0 before
            00:03  bob   stage ask                  -> bob in line, 1 before
            00:04  cat   stage ask                  -> cat in line, 2 before
            00:05  host  stage invite ann           -> ann invited until 00:35
            00:06  ann   stage accept               -> ann on seat 1
            00:07  host  stage invite bob           -> bob invited until 00:37
            00:08  ann   call ask which size for me -> ann waits for a call until 15:08, 0 before
            00:09  door  gone ann bob cat cat dan   -> ann out (gone); bob out (gone); cat out (gone)
            00:10  door  gone ann                   -> nothing new
            00:11  mod   call take ann              -> mod takes ann's call until 120:11
        "#]],
    );
}

#[test]
fn those_who_run_the_show_decline_remove_move_up_and_silence() {
    play(
        "
00:01  host  stage open 2 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  cat   stage ask
00:05  mod   stage up cat
00:06  mod   stage up cat
00:07  mod   stage up cat
00:08  mod   stage decline bob
00:09  mod   stage decline bob
00:10  host  stage invite ann
00:11  host  stage decline ann
00:12  host  stage invite cat
00:13  cat   stage accept
00:14  mod   stage mute cat on
00:15  mod   stage mute cat on
00:16  mod   stage mute cat off
00:17  mod   stage remove cat
00:18  mod   stage remove cat
00:19  mod   stage mute cat on
00:20  bob   stage invite ann
00:21  mod   stage ask
",
        &expect![[r#"
            00:01  host  stage open 2 everybody -> stage open, 2 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  cat   stage ask              -> cat in line, 2 before
            00:05  mod   stage up cat           -> cat one up
            00:06  mod   stage up cat           -> cat one up
            00:07  mod   stage up cat           -> nothing new
            00:08  mod   stage decline bob      -> bob out (declined)
            00:09  mod   stage decline bob      -> no: not-in-line
            00:10  host  stage invite ann       -> ann invited until 00:40
            00:11  host  stage decline ann      -> ann out (declined)
            00:12  host  stage invite cat       -> cat invited until 00:42
            00:13  cat   stage accept           -> cat on seat 1
            00:14  mod   stage mute cat on      -> cat silent
            00:15  mod   stage mute cat on      -> nothing new
            00:16  mod   stage mute cat off     -> cat heard
            00:17  mod   stage remove cat       -> cat out (removed)
            00:18  mod   stage remove cat       -> no: not-on-stage
            00:19  mod   stage mute cat on      -> no: not-on-stage
            00:20  bob   stage invite ann       -> no: not-allowed
            00:21  mod   stage ask              -> no: not-allowed
        "#]],
    );
}

#[test]
fn members_come_before_others_and_in_order_of_asking_among_themselves() {
    play(
        "
00:01  host  stage open 1 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  cat   stage ask-first
00:05  dan   stage ask-first
00:06  eve   stage ask
00:07  bob   stage withdraw
00:08  bob   stage withdraw
",
        &expect![[r#"
            00:01  host  stage open 1 everybody -> stage open, 1 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  cat   stage ask-first        -> cat in line, 0 before
            00:05  dan   stage ask-first        -> dan in line, 1 before
            00:06  eve   stage ask              -> eve in line, 4 before
            00:07  bob   stage withdraw         -> bob out (withdrawn)
            00:08  bob   stage withdraw         -> no: not-in-line
        "#]],
    );
}

#[test]
fn host_and_guest_mute_each_for_themselves_and_neither_undoes_the_other() {
    play(
        "
00:00  host  stage open 2 everybody
00:01  ann   stage mute-me on
00:02  ann   stage ask
00:03  host  stage invite ann
00:04  ann   stage mute-me on
00:05  ann   stage accept
00:06  ann   stage mute-me on
00:07  ann   stage mute-me on
00:08  host  stage mute ann off
00:09  host  stage mute ann on
00:10  ann   stage mute-me off
00:11  ann   stage mute ann off
00:12  host  stage mute ann off
00:13  host  stage mute-me on
00:14  ann   stage mute-me on
00:15  ann   stage leave
00:16  ann   stage ask
00:17  host  stage invite ann
00:18  ann   stage accept
00:19  ann   stage mute-me on
",
        &expect![[r#"
            00:00  host  stage open 2 everybody -> stage open, 2 seats for everybody
            00:01  ann   stage mute-me on       -> no: not-on-stage
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  host  stage invite ann       -> ann invited until 00:33
            00:04  ann   stage mute-me on       -> no: not-on-stage
            00:05  ann   stage accept           -> ann on seat 1
            00:06  ann   stage mute-me on       -> ann mutes themself
            00:07  ann   stage mute-me on       -> nothing new
            00:08  host  stage mute ann off     -> nothing new
            00:09  host  stage mute ann on      -> ann silent
            00:10  ann   stage mute-me off      -> ann mutes themself no more
            00:11  ann   stage mute ann off     -> no: not-allowed
            00:12  host  stage mute ann off     -> ann heard
            00:13  host  stage mute-me on       -> no: not-allowed
            00:14  ann   stage mute-me on       -> ann mutes themself
            00:15  ann   stage leave            -> ann out (left)
            00:16  ann   stage ask              -> ann in line, 0 before
            00:17  host  stage invite ann       -> ann invited until 00:47
            00:18  ann   stage accept           -> ann on seat 1
            00:19  ann   stage mute-me on       -> ann mutes themself
        "#]],
    );
}

#[test]
fn a_stage_for_followers_takes_no_others_and_nobody_who_is_muted() {
    play(
        "
00:01  host  stage open 1 followers
00:02  ann   stage ask
00:03  ann   follow
00:04  ann   stage ask
00:05  bob   follow
00:06  mod   mute bob 60s
00:07  bob   stage ask
00:08  host  stage open 1 everybody
00:09  host  stage open 0 everybody
00:10  host  stage open 9 everybody
",
        &expect![[r#"
            00:01  host  stage open 1 followers -> stage open, 1 seats for followers
            00:02  ann   stage ask              -> no: followers-only
            00:03  ann   follow                 -> ann follows, 1 in all
            00:04  ann   stage ask              -> ann in line, 0 before
            00:05  bob   follow                 -> bob follows, 2 in all
            00:06  mod   mute bob 60s           -> bob muted until 01:06
            00:07  bob   stage ask              -> no: muted
            00:08  host  stage open 1 everybody -> stage open, 1 seats for everybody
            00:09  host  stage open 0 everybody -> no: bad-quantity
            00:10  host  stage open 9 everybody -> no: bad-quantity
        "#]],
    );
}

#[test]
fn a_stage_does_not_shrink_under_those_who_are_on_it() {
    play(
        "
00:01  host  stage open 2 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  host  stage invite ann
00:05  ann   stage accept
00:06  host  stage invite bob
00:07  bob   stage accept
00:08  host  stage open 1 everybody
00:09  ann   stage leave
00:10  host  stage open 1 everybody
00:11  host  stage remove bob
00:12  host  stage open 1 everybody
",
        &expect![[r#"
            00:01  host  stage open 2 everybody -> stage open, 2 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  host  stage invite ann       -> ann invited until 00:34
            00:05  ann   stage accept           -> ann on seat 1
            00:06  host  stage invite bob       -> bob invited until 00:36
            00:07  bob   stage accept           -> bob on seat 2
            00:08  host  stage open 1 everybody -> no: stage-full
            00:09  ann   stage leave            -> ann out (left)
            00:10  host  stage open 1 everybody -> no: stage-full
            00:11  host  stage remove bob       -> bob out (removed)
            00:12  host  stage open 1 everybody -> stage open, 1 seats for everybody
        "#]],
    );
}

#[test]
fn a_stage_that_closes_ends_everybodys_waiting_once() {
    play(
        "
00:01  host  stage open 2 everybody
00:02  ann   stage ask
00:03  bob   stage ask
00:04  cat   stage ask
00:05  host  stage invite ann
00:06  ann   stage accept
00:07  host  stage invite bob
00:08  host  stage close
00:09  host  stage close
00:40  time
00:41  bob   stage accept
",
        &expect![[r#"
            00:01  host  stage open 2 everybody -> stage open, 2 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  bob   stage ask              -> bob in line, 1 before
            00:04  cat   stage ask              -> cat in line, 2 before
            00:05  host  stage invite ann       -> ann invited until 00:35
            00:06  ann   stage accept           -> ann on seat 1
            00:07  host  stage invite bob       -> bob invited until 00:37
            00:08  host  stage close            -> cat out (closed); bob out (closed); ann out (closed); stage closed
            00:09  host  stage close            -> nothing new
            00:40  time                         -> nothing new
            00:41  bob   stage accept           -> no: not-invited
        "#]],
    );
}

#[test]
fn a_restart_leaves_stage_and_line_to_those_who_come_back() {
    play(
        "
00:01  host  stage open 1 everybody
00:02  ann   stage ask
00:03  host  stage invite ann
00:04  ann   stage accept
00:05  bob   stage ask
00:06  door  in 2 out 0
00:09  crash 00:07
00:10  door  gone ann
00:11  host  stage invite bob
",
        &expect![[r#"
            00:01  host  stage open 1 everybody -> stage open, 1 seats for everybody
            00:02  ann   stage ask              -> ann in line, 0 before
            00:03  host  stage invite ann       -> ann invited until 00:33
            00:04  ann   stage accept           -> ann on seat 1
            00:05  bob   stage ask              -> bob in line, 0 before
            00:06  door  in 2 out 0             -> 2 here
            00:09  crash 00:07                  -> all stays ended at 00:07
            00:10  door  gone ann               -> ann out (gone)
            00:11  host  stage invite bob       -> bob invited until 00:41
        "#]],
    );
}

#[test]
fn a_call_is_taken_by_one_and_done_once() {
    play(
        "
00:01  ann   call ask which size for me
00:02  ops   call open 30
00:03  ann   call ask
00:04  ann   call ask-of i9 which size for me
00:05  ann   call ask-of i1 which size for me
00:06  ann   call ask again
00:07  bob   call ask where is my parcel
00:08  mod   call done ann
00:09  mod   call take ann
00:10  mod   call take ann
00:11  ops   call take ann
00:12  mod   call done ann
00:13  mod   call done ann
00:14  ops   call decline bob
00:15  ann   call ask one more thing
00:16  ann   call withdraw
00:17  ann   call withdraw
",
        &expect![[r#"
            00:01  ann   call ask which size for me       -> no: calls-closed
            00:02  ops   call open 30                     -> calls open, within 30 minutes
            00:03  ann   call ask                         -> no: text-empty
            00:04  ann   call ask-of i9 which size for me -> no: no-such-item
            00:05  ann   call ask-of i1 which size for me -> ann waits for a call about i1 until 30:05, 0 before
            00:06  ann   call ask again                   -> no: already-asked
            00:07  bob   call ask where is my parcel      -> bob waits for a call until 30:07, 1 before
            00:08  mod   call done ann                    -> no: no-such-call
            00:09  mod   call take ann                    -> mod takes ann's call until 120:09
            00:10  mod   call take ann                    -> nothing new
            00:11  ops   call take ann                    -> no: call-taken
            00:12  mod   call done ann                    -> ann's call ended (done, helped)
            00:13  mod   call done ann                    -> no: no-such-call
            00:14  ops   call decline bob                 -> bob's call ended (declined, nobody free)
            00:15  ann   call ask one more thing          -> ann waits for a call until 30:15, 0 before
            00:16  ann   call withdraw                    -> ann's call ended (withdrawn)
            00:17  ann   call withdraw                    -> no: no-such-call
        "#]],
    );
}

#[test]
fn a_call_that_nobody_takes_ends_after_a_quarter_of_an_hour() {
    play(
        "
00:01  ops   call open
00:02  ann   call ask where is my parcel
00:03  bob   call ask where is mine
00:04  mod   call take bob
15:02  mod   call take ann
15:02  time
15:03  ops   call close
15:04  mod   call done bob
15:05  ops   call open 0
",
        &expect![[r#"
            00:01  ops   call open                   -> calls open, no promise
            00:02  ann   call ask where is my parcel -> ann waits for a call until 15:02, 0 before
            00:03  bob   call ask where is mine      -> bob waits for a call until 15:03, 1 before
            00:04  mod   call take bob               -> mod takes bob's call until 120:04
            15:02  mod   call take ann               -> no: no-such-call
            15:02  time                              -> ann's call ended (expired)
            15:03  ops   call close                  -> calls closed
            15:04  mod   call done bob               -> bob's call ended (done, helped)
            15:05  ops   call open 0                 -> no: bad-duration
        "#]],
    );
}

#[test]
fn calls_that_are_closed_end_what_waits_and_keep_what_was_taken() {
    play(
        "
00:01  ops   call open
00:02  ann   call ask where is my parcel
00:03  bob   call ask where is mine
00:04  mod   call take bob
00:05  ops   call close
00:06  ops   call close
00:07  cat   call ask anybody there
00:08  mod   call done bob
",
        &expect![[r#"
            00:01  ops   call open                   -> calls open, no promise
            00:02  ann   call ask where is my parcel -> ann waits for a call until 15:02, 0 before
            00:03  bob   call ask where is mine      -> bob waits for a call until 15:03, 1 before
            00:04  mod   call take bob               -> mod takes bob's call until 120:04
            00:05  ops   call close                  -> ann's call ended (closed); calls closed
            00:06  ops   call close                  -> nothing new
            00:07  cat   call ask anybody there      -> no: calls-closed
            00:08  mod   call done bob               -> bob's call ended (done, helped)
        "#]],
    );
}
