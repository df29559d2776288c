//! Who gets the units when there are not enough: waiting lines, shuffles, whoever pays first.

use crate::script::play;
use expect_test::expect;

#[test]
fn what_comes_free_goes_to_the_first_in_the_line_whom_it_suffices() {
    play(
        "
00:00  host  stock i1 2
00:00  host  sale i1 9.90 x3 60s
00:01  ann   order o1 i1 x2
00:02  bob   wait o2 i1 x3
00:03  cat   wait o3 i1 x1
00:04  dan   wait o4 i1 x1
00:05  cat   wait o3 i1 x1
00:06  cat   wait o9 i1 x1
00:07  look  line i1
00:08  ann   cancel o1
00:08  eve   order o5 i1 x1
00:08  time
00:09  look  line i1
00:10  host  stock i1 5
00:10  time
00:11  bank  paid o3 9.90 c
01:10  time
01:10  time
",
        &expect![[r#"
            00:00  host  stock i1 2          -> 2 of i1
            00:00  host  sale i1 9.90 x3 60s -> i1 on sale for 9.90, 3 each, held 01:00
            00:01  ann   order o1 i1 x2      -> 2 held for ann (o1) until 01:01, 19.80 due
            00:02  bob   wait o2 i1 x3       -> bob waits for 3 of i1 (o2)
            00:03  cat   wait o3 i1 x1       -> cat waits for 1 of i1 (o3)
            00:04  dan   wait o4 i1 x1       -> dan waits for 1 of i1 (o4)
            00:05  cat   wait o3 i1 x1       -> nothing new
            00:06  cat   wait o9 i1 x1       -> no: already-waiting
            00:07  look  line i1             -> bob, cat, dan
            00:08  ann   cancel o1           -> o1 cancelled
            00:08  eve   order o5 i1 x1      -> no: sold-out
            00:08  time                      -> 1 i1 held for cat (o3) until 01:08, 9.90 due; 1 i1 held for dan (o4) until 01:08, 9.90 due
            00:09  look  line i1             -> bob
            00:10  host  stock i1 5          -> 5 of i1
            00:10  time                      -> 3 i1 held for bob (o2) until 01:10, 29.70 due
            00:11  bank  paid o3 9.90 c      -> o3 paid by c
            01:10  time                      -> o4 lapsed; o2 lapsed
            01:10  time                      -> nothing new
        "#]],
    );
}

#[test]
fn who_waits_may_leave_and_a_sale_that_ends_ends_the_line() {
    play(
        "
00:00  host  stock i1 0
00:00  host  sale i1 9.90 x3 60s
00:01  bob   wait o2 i1 x4
00:01  bob   wait o2 i1 x1
00:02  bob   leave-line i1
00:03  bob   leave-line i1
00:04  bob   wait o2 i1 x1
00:05  host  end-sale i1
00:06  bob   leave-line i1
00:07  host  stock i1 1
00:08  time
00:09  bob   wait o2 i1 x1
00:09  host  sale i1 9.90 x3 60s
00:10  bob   cart o2 i1x1 =9.90
",
        &expect![[r#"
            00:00  host  stock i1 0          -> 0 of i1
            00:00  host  sale i1 9.90 x3 60s -> i1 on sale for 9.90, 3 each, held 01:00
            00:01  bob   wait o2 i1 x4       -> no: over-person-limit
            00:01  bob   wait o2 i1 x1       -> bob waits for 1 of i1 (o2)
            00:02  bob   leave-line i1       -> bob waits for i1 no more (left)
            00:03  bob   leave-line i1       -> no: not-waiting
            00:04  bob   wait o2 i1 x1       -> bob waits for 1 of i1 (o2)
            00:05  host  end-sale i1         -> i1 on sale no more
            00:06  bob   leave-line i1       -> no: not-waiting
            00:07  host  stock i1 1          -> 1 of i1
            00:08  time                      -> nothing new
            00:09  bob   wait o2 i1 x1       -> no: not-on-sale
            00:09  host  sale i1 9.90 x3 60s -> i1 on sale for 9.90, 3 each, held 01:00
            00:10  bob   cart o2 i1x1 =9.90  -> 1 i1 held for bob (o2) until 01:10, 9.90 due
        "#]],
    );
}

#[test]
fn whose_turn_comes_while_they_have_enough_is_sent_away() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
00:02  bob   wait o2 i1 x1
00:03  ann   cancel o1
00:04  bob   wait o3 i1 x1
00:05  time
00:06  bob   wait o3 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  bob   wait o2 i1 x1       -> bob waits for 1 of i1 (o2)
            00:03  ann   cancel o1           -> o1 cancelled
            00:04  bob   wait o3 i1 x1       -> no: already-waiting
            00:05  time                      -> 1 i1 held for bob (o2) until 01:05, 9.90 due
            00:06  bob   wait o3 i1 x1       -> no: over-person-limit
        "#]],
    );
}

#[test]
fn a_shuffle_serves_its_list_by_chance_and_the_rest_waits() {
    play(
        "
00:00  host  stock i1 2
00:00  host  terms i1 9.90 x1 60s shuffle 00:30 words
00:01  ann   enlist o1 i1 x1
00:02  bob   enlist o2 i1 x1
00:03  cat   enlist o3 i1 x1
00:04  dan   enlist o4 i1 x1
00:04  dan   enlist o4 i1 x1
00:05  dan   enlist o5 i1 x1
00:05  bob   enlist o4 i1 x1
00:06  eve   order o6 i1 x1
00:07  eve   wait o6 i1 x1
00:08  dan   leave-line i1
00:09  dan   enlist o4 i1 x1
00:30  eve   enlist o6 i1 x1
00:30  time
00:31  dan   leave-line i1
00:31  seed  list i1 other
00:31  eve   order o6 i1 x1
00:32  seed  list i1 words
00:32  seed  list i1 words
00:32  look  line i1
00:32  time
00:33  look  line i1
00:34  eve   order o6 i1 x1
00:35  eve   enlist o6 i1 x1
00:36  eve   wait o6 i1 x1
00:37  look  line i1
",
        &expect![[r#"
            00:00  host  stock i1 2                               -> 2 of i1
            00:00  host  terms i1 9.90 x1 60s shuffle 00:30 words -> i1 on sale for 9.90 on terms (s1)
            00:01  ann   enlist o1 i1 x1                          -> ann on the list of i1
            00:02  bob   enlist o2 i1 x1                          -> bob on the list of i1
            00:03  cat   enlist o3 i1 x1                          -> cat on the list of i1
            00:04  dan   enlist o4 i1 x1                          -> dan on the list of i1
            00:04  dan   enlist o4 i1 x1                          -> nothing new
            00:05  dan   enlist o5 i1 x1                          -> no: already-waiting
            00:05  bob   enlist o4 i1 x1                          -> no: order-id-taken
            00:06  eve   order o6 i1 x1                           -> no: wait-for-bell
            00:07  eve   wait o6 i1 x1                            -> no: wait-for-bell
            00:08  dan   leave-line i1                            -> dan waits for i1 no more (left)
            00:09  dan   enlist o4 i1 x1                          -> dan on the list of i1
            00:30  eve   enlist o6 i1 x1                          -> no: list-closed
            00:30  time                                           -> list of i1 closed with 4
            00:31  dan   leave-line i1                            -> no: list-closed
            00:31  seed  list i1 other                            -> nothing new
            00:31  eve   order o6 i1 x1                           -> no: wait-for-bell
            00:32  seed  list i1 words                            -> list of i1 shuffled
            00:32  seed  list i1 words                            -> nothing new
            00:32  look  line i1                                  -> dan, cat, bob, ann
            00:32  time                                           -> 1 i1 held for dan (o4) until 01:32, 9.90 due; 1 i1 held for cat (o3) until 01:32, 9.90 due
            00:33  look  line i1                                  -> bob, ann
            00:34  eve   order o6 i1 x1                           -> no: sold-out
            00:35  eve   enlist o6 i1 x1                          -> no: list-closed
            00:36  eve   wait o6 i1 x1                            -> eve waits for 1 of i1 (o6)
            00:37  look  line i1                                  -> bob, ann, eve
        "#]],
    );
}

#[test]
fn a_bell_rings_for_nobody_too() {
    play(
        "
00:00  host  stock i1 2
00:00  host  terms i1 9.90 x1 60s shuffle 00:30 words closes 00:40
00:30  time
00:31  seed  list i1 words
00:32  eve   order o6 i1 x1
00:40  time
00:41  host  terms i1 9.90 x1 60s shuffle 01:30 words
00:42  ann   enlist o1 i1 x1
00:43  host  end-sale i1
01:30  time
01:31  seed  list i1 words
",
        &expect![[r#"
            00:00  host  stock i1 2                                            -> 2 of i1
            00:00  host  terms i1 9.90 x1 60s shuffle 00:30 words closes 00:40 -> i1 on sale for 9.90 on terms (s1)
            00:30  time                                                        -> list of i1 closed with 0
            00:31  seed  list i1 words                                         -> list of i1 shuffled
            00:32  eve   order o6 i1 x1                                        -> 1 i1 held for eve (o6) until 01:32, 9.90 due
            00:40  time                                                        -> i1 on sale no more
            00:41  host  terms i1 9.90 x1 60s shuffle 01:30 words              -> i1 on sale for 9.90 on terms (s2)
            00:42  ann   enlist o1 i1 x1                                       -> ann on the list of i1
            00:43  host  end-sale i1                                           -> i1 on sale no more
            01:30  time                                                        -> nothing new
            01:31  seed  list i1 words                                         -> nothing new
        "#]],
    );
}

#[test]
fn whoever_pays_first_gets_it_and_later_money_goes_back() {
    play(
        "
00:00  host  stock i1 1
00:00  host  terms i1 9.90 x1 60s first-paid
00:01  ann   order o1 i1 x1
00:02  bob   order o2 i1 x1
00:03  look  i1
00:04  bank  paid o2 9.90 b
00:05  bank  paid o1 9.90 a
00:06  cat   wait o3 i1 x1
01:01  time
01:02  look  i1
",
        &expect![[r#"
            00:00  host  stock i1 1                      -> 1 of i1
            00:00  host  terms i1 9.90 x1 60s first-paid -> i1 on sale for 9.90 on terms (s1)
            00:01  ann   order o1 i1 x1                  -> 1 i1 to be paid first for ann (o1) until 01:01, 9.90 due
            00:02  bob   order o2 i1 x1                  -> 1 i1 to be paid first for bob (o2) until 01:02, 9.90 due
            00:03  look  i1                              -> 1 in all: 1 left, 0 held, 0 sold, on sale
            00:04  bank  paid o2 9.90 b                  -> o2 paid by b
            00:05  bank  paid o1 9.90 a                  -> 9.90 of a must go back (sold out)
            00:06  cat   wait o3 i1 x1                   -> no: no-waiting
            01:01  time                                  -> o1 lapsed
            01:02  look  i1                              -> 1 in all: 0 left, 0 held, 1 sold, on sale
        "#]],
    );
}
