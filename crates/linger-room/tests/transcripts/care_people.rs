//! After the sale: tickets and ratings.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_ticket_is_answered_at_once_while_the_clock_of_the_people_goes_on() {
    play(
        "
00:00  ops   policy answer=600s solve=3600s
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x1
00:02  bank  paid o1 10.00 a
00:03  ann   ticket t1 o1 shipping where is it
00:03  ann   ticket t1 o1 shipping where is it
00:03  bob   ticket t1 o1 shipping where is it
00:03  bob   ticket t2 o1 shipping where is it
00:03  bob   ticket t2 - other are you there
00:04  mod   assign t1 mod
00:05  mod   write t1 n1 it leaves today
00:05  mod   write t1 n1 it leaves today
00:06  ann   write t1 n1 thank you
00:06  bob   write t1 n2 me too
00:07  mod   solve t1
00:07  mod   solve t1
00:08  ann   write t1 n3 it did not
00:08  ann   reopen t1
00:09  ann   write t1 n3 it did not
",
        &expect![[r#"
            00:00  ops   policy answer=600s solve=3600s    -> policy set
            00:00  ops   stock i1 9                        -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s              -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x1                    -> 1 held for ann (o1) until 01:01, 10.00 due
            00:02  bank  paid o1 10.00 a                   -> o1 paid by a
            00:03  ann   ticket t1 o1 shipping where is it -> t1 open, answered by 10:03, solved by 60:03; answered at once: packing
            00:03  ann   ticket t1 o1 shipping where is it -> nothing new
            00:03  bob   ticket t1 o1 shipping where is it -> no: ticket-id-taken
            00:03  bob   ticket t2 o1 shipping where is it -> no: no-such-order
            00:03  bob   ticket t2 - other are you there   -> t2 open, answered by 10:03, solved by 60:03; answered at once: no order
            00:04  mod   assign t1 mod                     -> mod's
            00:05  mod   write t1 n1 it leaves today       -> the shop writes in t1
            00:05  mod   write t1 n1 it leaves today       -> nothing new
            00:06  ann   write t1 n1 thank you             -> the buyer writes in t1
            00:06  bob   write t1 n2 me too                -> no: no-such-ticket
            00:07  mod   solve t1                          -> t1 solved
            00:07  mod   solve t1                          -> nothing new
            00:08  ann   write t1 n3 it did not            -> no: ticket-solved
            00:08  ann   reopen t1                         -> t1 open again, answered by 10:08
            00:09  ann   write t1 n3 it did not            -> the buyer writes in t1
        "#]],
    );
}

#[test]
fn a_ticket_that_waits_too_long_is_escalated_once_for_each_promise() {
    play(
        "
00:00  ops   policy answer=600s solve=3600s auto=off
00:03  ann   ticket t1 - other hello
10:02  time
10:03  time
10:04  time
11:00  mod   write t1 n1 here we are
60:03  time
60:04  time
61:00  mod   solve t1
90:00  time
",
        &expect![[r#"
            00:00  ops   policy answer=600s solve=3600s auto=off -> policy set
            00:03  ann   ticket t1 - other hello                 -> t1 open, answered by 10:03, solved by 60:03
            10:02  time                                          -> nothing new
            10:03  time                                          -> t1 escalated to 1
            10:04  time                                          -> nothing new
            11:00  mod   write t1 n1 here we are                 -> the shop writes in t1
            60:03  time                                          -> t1 escalated to 2
            60:04  time                                          -> nothing new
            61:00  mod   solve t1                                -> t1 solved
            90:00  time                                          -> nothing new
        "#]],
    );
}

#[test]
fn a_ticket_that_was_answered_in_time_is_escalated_only_when_it_is_not_solved() {
    play(
        "
00:00  ops   policy answer=600s solve=3600s auto=off
00:03  ann   ticket t1 - other hello
09:00  mod   write t1 n1 here we are
10:03  time
60:03  time
",
        &expect![[r#"
            00:00  ops   policy answer=600s solve=3600s auto=off -> policy set
            00:03  ann   ticket t1 - other hello                 -> t1 open, answered by 10:03, solved by 60:03
            09:00  mod   write t1 n1 here we are                 -> the shop writes in t1
            10:03  time                                          -> nothing new
            60:03  time                                          -> t1 escalated to 2
        "#]],
    );
}

#[test]
fn a_clock_that_jumps_over_both_promises_escalates_once() {
    play(
        "
00:00  ops   policy answer=600s solve=3600s auto=off
00:03  ann   ticket t1 - other hello
2d00:00  time
00:04  time
2d00:01  time
",
        &expect![[r#"
            00:00  ops   policy answer=600s solve=3600s auto=off -> policy set
            00:03  ann   ticket t1 - other hello                 -> t1 open, answered by 10:03, solved by 60:03
            2d00:00  time                                        -> t1 escalated to 2
            00:04  time                                          -> nothing new
            2d00:01  time                                        -> nothing new
        "#]],
    );
}

#[test]
fn the_clock_of_service_stands_still_when_the_shop_is_closed() {
    play(
        "
00:00  ops   policy answer=7200s solve=36000s auto=off office=127
1020:00  ann   ticket t1 - other hello
",
        &expect![[r#"
            00:00  ops   policy answer=7200s solve=36000s auto=off office=127 -> policy set
            1020:00  ann   ticket t1 - other hello                            -> t1 open, answered by 1d600:00, solved by 1d1080:00
        "#]],
    );
}

#[test]
fn nobody_has_more_than_so_many_open_tickets() {
    play(
        "
00:00  ops   policy auto=off
00:01  ann   ticket t1 - other hello
00:01  ann   ticket t2 - other hello
00:01  ann   ticket t3 - other hello
00:01  ann   ticket t4 - other hello
00:01  ann   ticket t5 - other hello
00:01  ann   ticket t6 - other hello
00:01  ann   ticket t7 - other hello
00:01  ann   ticket t8 - other hello
00:01  ann   ticket t9 - other hello
00:01  ann   ticket t10 - other hello
00:02  ann   ticket t11 - other hello
00:02  ann   solve t1
00:02  ann   ticket t11 - other hello
00:03  ann   reopen t1
00:03  mod   assign t1 mod
00:03  mod   assign t2 nobody
00:04  mod   assign t99 mod
",
        &expect![[r#"
            00:00  ops   policy auto=off          -> policy set
            00:01  ann   ticket t1 - other hello  -> t1 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t2 - other hello  -> t2 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t3 - other hello  -> t3 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t4 - other hello  -> t4 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t5 - other hello  -> t5 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t6 - other hello  -> t6 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t7 - other hello  -> t7 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t8 - other hello  -> t8 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t9 - other hello  -> t9 open, answered by 240:01, solved by 2d00:01
            00:01  ann   ticket t10 - other hello -> t10 open, answered by 240:01, solved by 2d00:01
            00:02  ann   ticket t11 - other hello -> no: too-many-tickets
            00:02  ann   solve t1                 -> t1 solved
            00:02  ann   ticket t11 - other hello -> t11 open, answered by 240:02, solved by 2d00:02
            00:03  ann   reopen t1                -> no: too-many-tickets
            00:03  mod   assign t1 mod            -> no: ticket-solved
            00:03  mod   assign t2 nobody         -> nothing new
            00:04  mod   assign t99 mod           -> no: no-such-ticket
        "#]],
    );
}

#[test]
fn only_who_bought_it_and_has_it_rates_it_and_renews_it_once() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x1
00:01  ann   rate g1 o1 i1 5 nice
00:02  bank  paid o1 10.00 a
00:03  ann   rate g1 o1 i1 5 nice
00:04  ops   ship o1 k1
00:05  ops   deliver o1 k1
00:06  bob   rate g1 o1 i1 1 never had it
00:06  ann   rate g1 o1 i1 6 nice
00:06  ann   rate g1 o1 i1 0
00:06  ann   rate g1 o1 i2 5
00:06  ann   rate g1 o1 i1 5 nice
00:06  ann   rate g1 o1 i1 5 nice
00:07  ann   rate g2 o1 i1 2 broke
00:07  ann   rate g2 o1 i1 2 broke
00:08  ann   rate g3 o1 i1 5
00:09  look  ratings i1
",
        &expect![[r#"
            00:00  ops   stock i1 9                   -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s         -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x1               -> 1 held for ann (o1) until 01:01, 10.00 due
            00:01  ann   rate g1 o1 i1 5 nice         -> no: order-not-paid
            00:02  bank  paid o1 10.00 a              -> o1 paid by a
            00:03  ann   rate g1 o1 i1 5 nice         -> no: not-delivered
            00:04  ops   ship o1 k1                   -> k1 packed (i1x1) with SF
            00:05  ops   deliver o1 k1                -> k1 delivered at 00:05
            00:06  bob   rate g1 o1 i1 1 never had it -> no: no-such-order
            00:06  ann   rate g1 o1 i1 6 nice         -> no: bad-stars
            00:06  ann   rate g1 o1 i1 0              -> no: bad-stars
            00:06  ann   rate g1 o1 i2 5              -> no: no-such-item
            00:06  ann   rate g1 o1 i1 5 nice         -> i1 of o1 has 5 stars
            00:06  ann   rate g1 o1 i1 5 nice         -> nothing new
            00:07  ann   rate g2 o1 i1 2 broke        -> i1 of o1 has 2 stars
            00:07  ann   rate g2 o1 i1 2 broke        -> nothing new
            00:08  ann   rate g3 o1 i1 5              -> no: already-rated
            00:09  look  ratings i1                   -> 1 ratings, 2.00 stars
        "#]],
    );
}

#[test]
fn a_hidden_rating_does_not_count_until_it_is_shown_again() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x1
00:01  bob   order o2 i1 x1
00:02  bank  paid o1 10.00 a
00:02  bank  paid o2 10.00 b
00:04  ops   ship o1 k1
00:04  ops   ship o2 k1
00:05  ops   deliver o1 k1
00:05  ops   deliver o2 k1
00:06  ann   rate g1 o1 i1 5
00:06  bob   rate g2 o2 i1 2 rude words
00:07  look  ratings i1
00:08  ann   hide-rating o2 i1
00:08  mod   hide-rating o9 i1
00:08  mod   hide-rating o2 i1
00:08  mod   hide-rating o2 i1
00:09  look  ratings i1
00:10  bob   rate g3 o2 i1 1 ruder words
00:11  look  ratings i1
00:12  mod   show-rating o2 i1
00:13  look  ratings i1
",
        &expect![[r#"
            00:00  ops   stock i1 9                  -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s        -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x1              -> 1 held for ann (o1) until 01:01, 10.00 due
            00:01  bob   order o2 i1 x1              -> 1 held for bob (o2) until 01:01, 10.00 due
            00:02  bank  paid o1 10.00 a             -> o1 paid by a
            00:02  bank  paid o2 10.00 b             -> o2 paid by b
            00:04  ops   ship o1 k1                  -> k1 packed (i1x1) with SF
            00:04  ops   ship o2 k1                  -> k1 packed (i1x1) with SF
            00:05  ops   deliver o1 k1               -> k1 delivered at 00:05
            00:05  ops   deliver o2 k1               -> k1 delivered at 00:05
            00:06  ann   rate g1 o1 i1 5             -> i1 of o1 has 5 stars
            00:06  bob   rate g2 o2 i1 2 rude words  -> i1 of o2 has 2 stars
            00:07  look  ratings i1                  -> 2 ratings, 3.50 stars
            00:08  ann   hide-rating o2 i1           -> no: not-allowed
            00:08  mod   hide-rating o9 i1           -> no: no-such-rating
            00:08  mod   hide-rating o2 i1           -> hidden
            00:08  mod   hide-rating o2 i1           -> nothing new
            00:09  look  ratings i1                  -> 1 ratings, 5.00 stars
            00:10  bob   rate g3 o2 i1 1 ruder words -> i1 of o2 has 1 stars
            00:11  look  ratings i1                  -> 1 ratings, 5.00 stars
            00:12  mod   show-rating o2 i1           -> shown
            00:13  look  ratings i1                  -> 2 ratings, 3.00 stars
        "#]],
    );
}
