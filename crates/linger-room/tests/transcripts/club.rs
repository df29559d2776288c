//! The fan club: members, points and levels, check-ins, links and the sprint of likes.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_member_earns_by_taking_part_up_to_the_stated_number_a_day() {
    play(
        "
00:01  ann   join
00:02  host  set-club Tea 0,6,10 comment=2,check-in=5 on 1
00:03  ann   say hello
00:04  ann   join
00:05  ann   join
00:06  ann   say hello
00:07  ann   say hello
00:08  ann   say hello
00:09  bob   say hello
00:10  ann   say hello
00:11  ann   say hello
00:12  ann   say hello
00:13  club  look ann
00:14  club  day 2
00:15  ann   say hello
",
        &expect![[r#"
            00:01  ann   join                                          -> no: no-club
            00:02  host  set-club Tea 0,6,10 comment=2,check-in=5 on 1 -> day 1; club Tea with 3 levels and 2 tasks
            00:03  ann   say hello                                     -> c1 by ann
            00:04  ann   join                                          -> ann joined, 1 in all
            00:05  ann   join                                          -> nothing new
            00:06  ann   say hello                                     -> c2 by ann; +2 for ann (comment 1 of day 1): 2, level 1
            00:07  ann   say hello                                     -> c3 by ann; +2 for ann (comment 2 of day 1): 4, level 1
            00:08  ann   say hello                                     -> c4 by ann; +2 for ann (comment 3 of day 1): 6, level 2; ann is level 2
            00:09  bob   say hello                                     -> c5 by bob
            00:10  ann   say hello                                     -> c6 by ann; +2 for ann (comment 4 of day 1): 8, level 2
            00:11  ann   say hello                                     -> c7 by ann; +2 for ann (comment 5 of day 1): 10, level 3; ann is level 3
            00:12  ann   say hello                                     -> c8 by ann
            00:13  club  look ann                                      -> member, 10 points, badge 3, brought 0
            00:14  club  day 2                                         -> day 2
            00:15  ann   say hello                                     -> c9 by ann; +2 for ann (comment 1 of day 2): 12, level 3
        "#]],
    );
}

#[test]
fn checking_in_counts_once_a_day_and_seven_days_in_a_row_earn_more() {
    play(
        "
00:01  ann   check-in 1
00:02  host  set-club Tea 0 check-in=5,streak=30 on 1
00:03  ann   join
00:04  ann   check-in 1
00:05  ann   check-in 1
00:06  ann   check-in 2
00:07  ann   check-in 3
00:08  ann   check-in 4
00:09  ann   check-in 5
00:10  ann   check-in 6
00:11  ann   check-in 7
00:12  ann   check-in 9
00:13  bob   check-in 9
",
        &expect![[r#"
            00:01  ann   check-in 1                               -> no: no-club
            00:02  host  set-club Tea 0 check-in=5,streak=30 on 1 -> day 1; club Tea with 1 levels and 2 tasks
            00:03  ann   join                                     -> ann joined, 1 in all
            00:04  ann   check-in 1                               -> ann checked in for day 1, streak 1; +5 for ann (check-in 1 of day 1): 5, level 1
            00:05  ann   check-in 1                               -> nothing new
            00:06  ann   check-in 2                               -> day 2; ann checked in for day 2, streak 2; +5 for ann (check-in 1 of day 2): 10, level 1
            00:07  ann   check-in 3                               -> day 3; ann checked in for day 3, streak 3; +5 for ann (check-in 1 of day 3): 15, level 1
            00:08  ann   check-in 4                               -> day 4; ann checked in for day 4, streak 4; +5 for ann (check-in 1 of day 4): 20, level 1
            00:09  ann   check-in 5                               -> day 5; ann checked in for day 5, streak 5; +5 for ann (check-in 1 of day 5): 25, level 1
            00:10  ann   check-in 6                               -> day 6; ann checked in for day 6, streak 6; +5 for ann (check-in 1 of day 6): 30, level 1
            00:11  ann   check-in 7                               -> day 7; ann checked in for day 7, streak 7; +5 for ann (check-in 1 of day 7): 35, level 1; +30 for ann (streak 1 of day 7): 65, level 1
            00:12  ann   check-in 9                               -> day 9; ann checked in for day 9, streak 1; +5 for ann (check-in 1 of day 9): 70, level 1
            00:13  bob   check-in 9                               -> bob checked in for day 9, streak 1
        "#]],
    );
}

#[test]
fn a_clock_set_back_a_day_neither_breaks_a_streak_nor_counts_twice() {
    play(
        "
00:01  host  set-club Tea 0 check-in=5,comment=2 on 5
00:02  ann   join
00:03  ann   check-in 5
00:04  ann   check-in 4
00:05  bob   check-in 4
00:06  club  day 4
00:07  ann   say hello
00:08  ann   check-in 6
00:09  ann   check-in 5
00:10  ann   check-in 7
",
        &expect![[r#"
            00:01  host  set-club Tea 0 check-in=5,comment=2 on 5 -> day 5; club Tea with 1 levels and 2 tasks
            00:02  ann   join                                     -> ann joined, 1 in all
            00:03  ann   check-in 5                               -> ann checked in for day 5, streak 1; +5 for ann (check-in 1 of day 5): 5, level 1
            00:04  ann   check-in 4                               -> nothing new
            00:05  bob   check-in 4                               -> bob checked in for day 5, streak 1
            00:06  club  day 4                                    -> nothing new
            00:07  ann   say hello                                -> c1 by ann; +2 for ann (comment 1 of day 5): 7, level 1
            00:08  ann   check-in 6                               -> day 6; ann checked in for day 6, streak 2; +5 for ann (check-in 1 of day 6): 12, level 1
            00:09  ann   check-in 5                               -> nothing new
            00:10  ann   check-in 7                               -> day 7; ann checked in for day 7, streak 3; +5 for ann (check-in 1 of day 7): 17, level 1
        "#]],
    );
}

#[test]
fn a_gift_earns_when_it_is_paid_three_times_a_day_at_most() {
    play(
        "
00:01  host  set-club Tea 0 gift=10 on 1
00:02  ann   join
00:03  ann   gift o1 rose x1 5.00
00:04  bank  paid o1 5.00 p1
00:05  bank  paid o1 5.00 p1
00:06  ann   gift o2 rose x1 5.00
00:07  bank  paid o2 5.00 p2
00:08  ann   gift o3 rose x1 5.00
00:09  bank  paid o3 5.00 p3
00:10  ann   gift o4 rose x1 5.00
00:11  bank  paid o4 5.00 p4
00:12  bob   gift o5 rose x1 5.00
00:13  bank  paid o5 5.00 p5
",
        &expect![[r#"
            00:01  host  set-club Tea 0 gift=10 on 1 -> day 1; club Tea with 1 levels and 1 tasks
            00:02  ann   join                        -> ann joined, 1 in all
            00:03  ann   gift o1 rose x1 5.00        -> ann wants to give 1 rose (o1) until 05:03, 5.00 due
            00:04  bank  paid o1 5.00 p1             -> o1 given by p1, 1 in one go; +10 for ann (gift 1 of day 1): 10, level 1
            00:05  bank  paid o1 5.00 p1             -> nothing new
            00:06  ann   gift o2 rose x1 5.00        -> ann wants to give 1 rose (o2) until 05:06, 5.00 due
            00:07  bank  paid o2 5.00 p2             -> o2 given by p2, 2 in one go; +10 for ann (gift 2 of day 1): 20, level 1
            00:08  ann   gift o3 rose x1 5.00        -> ann wants to give 1 rose (o3) until 05:08, 5.00 due
            00:09  bank  paid o3 5.00 p3             -> o3 given by p3, 3 in one go; +10 for ann (gift 3 of day 1): 30, level 1
            00:10  ann   gift o4 rose x1 5.00        -> ann wants to give 1 rose (o4) until 05:10, 5.00 due
            00:11  bank  paid o4 5.00 p4             -> o4 given by p4, 4 in one go
            00:12  bob   gift o5 rose x1 5.00        -> bob wants to give 1 rose (o5) until 05:12, 5.00 due
            00:13  bank  paid o5 5.00 p5             -> o5 given by p5, 1 in one go
        "#]],
    );
}

#[test]
fn who_asked_is_rewarded_when_answered_and_who_ordered_when_it_is_paid() {
    play(
        "
00:01  host  set-club Tea 0,8 answered=3,order=9 on 1
00:02  ann   join
00:03  ann   say what sizes do you have
00:04  bob   say what sizes do you have
00:05  host  on-air q1
00:06  ops   stock i1 5
00:07  host  sale i1 9.90 x2 60s
00:08  ann   order o1 i1 x1
00:09  bank  paid o1 9.90 p1
00:10  bank  paid o1 9.90 p1
",
        &expect![[r#"
            00:01  host  set-club Tea 0,8 answered=3,order=9 on 1 -> day 1; club Tea with 2 levels and 2 tasks
            00:02  ann   join                                     -> ann joined, 1 in all
            00:03  ann   say what sizes do you have               -> q1 about size; c1 by ann asks q1
            00:04  bob   say what sizes do you have               -> c2 by bob asks q1
            00:05  host  on-air q1                                -> q1 answered on air; +3 for ann (answered 1 of day 1): 3, level 1
            00:06  ops   stock i1 5                               -> 5 of i1
            00:07  host  sale i1 9.90 x2 60s                      -> i1 on sale for 9.90, 2 each, held 01:00
            00:08  ann   order o1 i1 x1                           -> 1 held for ann (o1) until 01:08, 9.90 due
            00:09  bank  paid o1 9.90 p1                          -> o1 paid by p1; +9 for ann (order 1 of day 1): 12, level 2; ann is level 2
            00:10  bank  paid o1 9.90 p1                          -> nothing new
        "#]],
    );
}

#[test]
fn watching_ten_minutes_earns_and_no_more_than_an_hour_a_day() {
    play(
        "
00:01  club  watched ann 20 on 1
00:02  host  set-club Tea 0 watched=1 on 1
00:03  club  watched ann 20 on 1
00:04  ann   join
00:05  club  watched ann 9 on 1
00:06  club  watched ann 20 on 1
00:07  club  watched ann 99 on 1
00:08  club  watched ann 10 on 2
",
        &expect![[r#"
            00:01  club  watched ann 20 on 1           -> nothing new
            00:02  host  set-club Tea 0 watched=1 on 1 -> day 1; club Tea with 1 levels and 1 tasks
            00:03  club  watched ann 20 on 1           -> nothing new
            00:04  ann   join                          -> ann joined, 1 in all
            00:05  club  watched ann 9 on 1            -> nothing new
            00:06  club  watched ann 20 on 1           -> +1 for ann (watched 1 of day 1): 1, level 1; +1 for ann (watched 2 of day 1): 2, level 1
            00:07  club  watched ann 99 on 1           -> +1 for ann (watched 3 of day 1): 3, level 1; +1 for ann (watched 4 of day 1): 4, level 1; +1 for ann (watched 5 of day 1): 5, level 1; +1 for ann (watched 6 of day 1): 6, level 1
            00:08  club  watched ann 10 on 2           -> day 2; +1 for ann (watched 1 of day 2): 7, level 1
        "#]],
    );
}

#[test]
fn whoever_comes_by_a_link_and_stays_a_minute_was_brought() {
    play(
        "
00:01  host  set-club Tea 0 brought=20 on 1
00:02  ann   join
00:03  ann   share
00:04  ann   share
00:05  club  came bob by ann
00:10  club  came cat by ann
00:20  club  gone cat
01:04  time
01:05  time
01:06  club  came bob by ann
01:07  club  came ann by ann
01:08  club  came cat by dan
01:10  ann   share
02:20  club  gone cat
02:21  club  look ann
02:22  club  look dan
",
        &expect![[r#"
            00:01  host  set-club Tea 0 brought=20 on 1 -> day 1; club Tea with 1 levels and 1 tasks
            00:02  ann   join                           -> ann joined, 1 in all
            00:03  ann   share                          -> ann shared, again from 01:03
            00:04  ann   share                          -> nothing new
            00:05  club  came bob by ann                -> 1 here; bob came by ann, counts at 01:05
            00:10  club  came cat by ann                -> 2 here; cat came by ann, counts at 01:10
            00:20  club  gone cat                       -> 1 here
            01:04  time                                 -> nothing new
            01:05  time                                 -> bob was brought by ann; +20 for ann (brought 1 of day 1): 20, level 1
            01:06  club  came bob by ann                -> 2 here
            01:07  club  came ann by ann                -> 3 here
            01:08  club  came cat by dan                -> 4 here; cat came by dan, counts at 02:08
            01:10  ann   share                          -> ann shared, again from 02:10
            02:20  club  gone cat                       -> cat was brought by dan; 3 here
            02:21  club  look ann                       -> member, 20 points, badge 1, brought 1
            02:22  club  look dan                       -> no member, 0 points, badge 0, brought 1
        "#]],
    );
}

#[test]
fn a_restart_ends_what_was_beginning_and_keeps_what_had_lasted() {
    play(
        "
00:01  club  came bob by ann
00:30  club  came cat by ann
01:20  crash 01:10
01:40  time
",
        &expect![[r#"
            00:01  club  came bob by ann -> 1 here; bob came by ann, counts at 01:01
            00:30  club  came cat by ann -> 2 here; cat came by ann, counts at 01:30
            01:20  crash 01:10           -> bob was brought by ann; all stays ended at 01:10
            01:40  time                  -> nothing new
        "#]],
    );
}

#[test]
fn a_sprint_ends_when_its_goal_is_reached() {
    play(
        "
00:01  hearts 5 2
00:02  ann   sprint 10 60s A cup for all
00:03  host  sprint 10 60s A cup for all
00:04  host  sprint 10 60s Another cup
00:05  club  liked ann bob in 1
00:06  club  liked bob cat in 1
00:07  hearts 9 2
00:08  hearts 4 1
00:09  hearts 4 1
01:04  time
01:05  host  end-sprint
",
        &expect![[r#"
            00:01  hearts 5 2                        -> 5 likes from 2, 5 in all
            00:02  ann   sprint 10 60s A cup for all -> no: not-allowed
            00:03  host  sprint 10 60s A cup for all -> sprint 1 to 10 from 5 until 01:03 for "A cup for all"
            00:04  host  sprint 10 60s Another cup   -> no: sprint-running
            00:05  club  liked ann bob in 1          -> ann, bob in sprint 1
            00:06  club  liked bob cat in 1          -> cat in sprint 1
            00:07  hearts 9 2                        -> 9 likes from 2, 14 in all
            00:08  hearts 4 1                        -> 4 likes from 1, 18 in all; sprint 1 reached with 13 likes of 3
            00:09  hearts 4 1                        -> 4 likes from 1, 22 in all
            01:04  time                              -> nothing new
            01:05  host  end-sprint                  -> no: no-sprint
        "#]],
    );
}

#[test]
fn a_sprint_ends_with_its_time_and_likes_that_come_later_do_not_count() {
    play(
        "
00:01  host  sprint 10 10s A cup for all
00:05  hearts 9 2
00:11  club  liked ann in 1
00:12  hearts 5 1
00:13  time
00:14  host  sprint 10 10s A cup for all
00:24  time
00:25  host  sprint 10 10s A cup for all
00:26  host  end-sprint
",
        &expect![[r#"
            00:01  host  sprint 10 10s A cup for all -> sprint 1 to 10 from 0 until 00:11 for "A cup for all"
            00:05  hearts 9 2                        -> 9 likes from 2, 9 in all
            00:11  club  liked ann in 1              -> nothing new
            00:12  hearts 5 1                        -> 5 likes from 1, 14 in all; sprint 1 over with 9 likes of 0
            00:13  time                              -> nothing new
            00:14  host  sprint 10 10s A cup for all -> sprint 2 to 10 from 14 until 00:24 for "A cup for all"
            00:24  time                              -> sprint 2 over with 0 likes of 0
            00:25  host  sprint 10 10s A cup for all -> sprint 3 to 10 from 14 until 00:35 for "A cup for all"
            00:26  host  end-sprint                  -> sprint 3 over with 0 likes of 0
        "#]],
    );
}

#[test]
fn who_leaves_finds_everything_again_and_cannot_earn_twice_that_way() {
    play(
        "
00:01  host  set-club Tea 0,2 comment=2,check-in=5 on 1
00:02  ann   join
00:03  ann   say hello
00:04  ann   leave
00:05  ann   leave
00:06  ann   say hello
00:07  club  look ann
00:08  ann   join
00:09  ann   say hello
",
        &expect![[r#"
            00:01  host  set-club Tea 0,2 comment=2,check-in=5 on 1 -> day 1; club Tea with 2 levels and 2 tasks
            00:02  ann   join                                       -> ann joined, 1 in all
            00:03  ann   say hello                                  -> c1 by ann; +2 for ann (comment 1 of day 1): 2, level 2; ann is level 2
            00:04  ann   leave                                      -> ann left, 0 in all
            00:05  ann   leave                                      -> nothing new
            00:06  ann   say hello                                  -> c2 by ann
            00:07  club  look ann                                   -> no member, 2 points, badge 0, brought 0
            00:08  ann   join                                       -> ann joined, 1 in all
            00:09  ann   say hello                                  -> c3 by ann; +2 for ann (comment 2 of day 1): 4, level 2
        "#]],
    );
}

#[test]
fn a_member_who_earns_nothing_for_seven_show_days_is_paused_and_keeps_the_level() {
    play(
        "
00:01  host  set-club Tea 0,2 comment=2 on 1
00:02  ann   join
00:03  ann   say hello
00:04  media on
00:05  club  day 2
00:06  club  day 3
00:07  club  day 4
00:08  club  day 5
00:09  club  day 6
00:10  club  day 7
00:11  club  day 8
00:12  club  look ann
00:13  club  day 9
00:14  club  look ann
00:15  ann   say hello
00:16  club  look ann
",
        &expect![[r#"
            00:01  host  set-club Tea 0,2 comment=2 on 1 -> day 1; club Tea with 2 levels and 1 tasks
            00:02  ann   join                            -> ann joined, 1 in all
            00:03  ann   say hello                       -> c1 by ann; +2 for ann (comment 1 of day 1): 2, level 2; ann is level 2
            00:04  media on                              -> live
            00:05  club  day 2                           -> day 2
            00:06  club  day 3                           -> day 3
            00:07  club  day 4                           -> day 4
            00:08  club  day 5                           -> day 5
            00:09  club  day 6                           -> day 6
            00:10  club  day 7                           -> day 7
            00:11  club  day 8                           -> day 8
            00:12  club  look ann                        -> member, 2 points, badge 2, brought 0
            00:13  club  day 9                           -> day 9
            00:14  club  look ann                        -> paused, 2 points, badge 0, brought 0
            00:15  ann   say hello                       -> c2 by ann; +2 for ann (comment 1 of day 9): 4, level 2
            00:16  club  look ann                        -> member, 4 points, badge 2, brought 0
        "#]],
    );
}

#[test]
fn days_without_a_show_pause_nobody() {
    play(
        "
00:01  host  set-club Tea 0,2 comment=2 on 1
00:02  ann   join
00:03  club  day 40
00:04  club  look ann
",
        &expect![[r#"
            00:01  host  set-club Tea 0,2 comment=2 on 1 -> day 1; club Tea with 2 levels and 1 tasks
            00:02  ann   join                            -> ann joined, 1 in all
            00:03  club  day 40                          -> day 40
            00:04  club  look ann                        -> member, 0 points, badge 1, brought 0
        "#]],
    );
}

#[test]
fn rules_that_cannot_be_are_refused_and_new_rules_take_no_level_away() {
    play(
        "
00:01  host  set-club Tea 1,2 comment=2 on 1
00:02  host  set-club Tea 0,5,5 comment=2 on 1
00:03  host  set-club Tea 0 comment=2,comment=3 on 1
00:04  host  set-club Tea 0 comment=10001 on 1
00:05  host  set-club Tea 0,1,2,3,4,5,6,7,8,9,10 comment=1 on 1
00:06  ann   set-club Tea 0 comment=1 on 1
00:07  host  set-club Tea 0,2 comment=2 on 1
00:08  host  set-club Tea 0,2 comment=2 on 1
00:09  ann   join
00:10  ann   say hello
00:11  host  set-club Tea 0,100 comment=2 on 1
00:12  ann   say hello
00:13  host  sprint 0 60s A cup
00:14  host  sprint 9 9s A cup
00:15  host  sprint 9 60s
00:16  host  end-sprint
00:17  host  join
",
        &expect![[r#"
            00:01  host  set-club Tea 1,2 comment=2 on 1                    -> no: bad-levels
            00:02  host  set-club Tea 0,5,5 comment=2 on 1                  -> no: bad-levels
            00:03  host  set-club Tea 0 comment=2,comment=3 on 1            -> no: bad-levels
            00:04  host  set-club Tea 0 comment=10001 on 1                  -> no: bad-levels
            00:05  host  set-club Tea 0,1,2,3,4,5,6,7,8,9,10 comment=1 on 1 -> no: bad-levels
            00:06  ann   set-club Tea 0 comment=1 on 1                      -> no: not-allowed
            00:07  host  set-club Tea 0,2 comment=2 on 1                    -> day 1; club Tea with 2 levels and 1 tasks
            00:08  host  set-club Tea 0,2 comment=2 on 1                    -> nothing new
            00:09  ann   join                                               -> ann joined, 1 in all
            00:10  ann   say hello                                          -> c1 by ann; +2 for ann (comment 1 of day 1): 2, level 2; ann is level 2
            00:11  host  set-club Tea 0,100 comment=2 on 1                  -> club Tea with 2 levels and 1 tasks
            00:12  ann   say hello                                          -> c2 by ann; +2 for ann (comment 2 of day 1): 4, level 2
            00:13  host  sprint 0 60s A cup                                 -> no: bad-quantity
            00:14  host  sprint 9 9s A cup                                  -> no: bad-duration
            00:15  host  sprint 9 60s                                       -> no: text-empty
            00:16  host  end-sprint                                         -> no: no-sprint
            00:17  host  join                                               -> no: not-allowed
        "#]],
    );
}
