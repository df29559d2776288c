//! Payments: each is answered once, by an order or by a refund.

use crate::script::{play, play_unopened};
use expect_test::expect;

#[test]
fn a_payment_in_time_sells_what_was_held() {
    play(
        "
00:00  host  stock i1 2
00:00  host  sale i1 9.90 x2 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 19.80 a
00:03  look  i1
02:00  time
",
        &expect![[r#"
            00:00  host  stock i1 2          -> 2 of i1
            00:00  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:01  ann   order o1 i1 x2      -> 2 held for ann (o1) until 01:01, 19.80 due
            00:02  bank  paid o1 19.80 a     -> o1 paid by a
            00:03  look  i1                  -> 2 in all: 0 left, 0 held, 2 sold, on sale
            02:00  time                      -> nothing new
        "#]],
    );
}

#[test]
fn money_that_comes_too_late_goes_back() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 300s
00:01  ann   order o1 i1 x1
05:01  time
05:03  bank  paid o1 9.90 a
05:03  bank  paid o1 9.90 a
",
        &expect![[r#"
            00:00  host  stock i1 1           -> 1 of i1
            00:00  host  sale i1 9.90 x1 300s -> i1 on sale for 9.90, 1 each, held 05:00
            00:01  ann   order o1 i1 x1       -> 1 held for ann (o1) until 05:01, 9.90 due
            05:01  time                       -> o1 lapsed
            05:03  bank  paid o1 9.90 a       -> 9.90 of a must go back (too late)
            05:03  bank  paid o1 9.90 a       -> nothing new
        "#]],
    );
}

#[test]
fn a_payment_at_the_last_moment_is_late_whoever_tells_first() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
01:01  bank  paid o1 9.90 a
01:01  time
01:02  look  i1
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            01:01  bank  paid o1 9.90 a      -> o1 lapsed; 9.90 of a must go back (too late)
            01:01  time                      -> nothing new
            01:02  look  i1                  -> 1 in all: 1 left, 0 held, 0 sold, on sale
        "#]],
    );
}

#[test]
fn a_payment_told_twice_counts_once() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
00:02  bank  paid o1 9.90 a
00:03  bank  paid o1 9.90 a
00:04  bank  paid o2 9.90 a
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  bank  paid o1 9.90 a      -> o1 paid by a
            00:03  bank  paid o1 9.90 a      -> nothing new
            00:04  bank  paid o2 9.90 a      -> nothing new
        "#]],
    );
}

#[test]
fn an_order_paid_twice_gives_one_payment_back() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
00:02  bank  paid o1 9.90 a
00:03  bank  paid o1 9.90 b
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  bank  paid o1 9.90 a      -> o1 paid by a
            00:03  bank  paid o1 9.90 b      -> 9.90 of b must go back (paid twice)
        "#]],
    );
}

#[test]
fn a_wrong_amount_goes_back_and_the_order_stays_held() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
00:02  bank  paid o1 9.80 a
00:03  bank  paid o1 9.90USD b
00:04  bank  paid o1 9.90 c
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  bank  paid o1 9.80 a      -> 9.80 of a must go back (wrong amount)
            00:03  bank  paid o1 9.90USD b   -> 9.90USD of b must go back (wrong amount)
            00:04  bank  paid o1 9.90 c      -> o1 paid by c
        "#]],
    );
}

#[test]
fn money_for_a_cancelled_order_goes_back() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 60s
00:01  ann   order o1 i1 x1
00:02  ann   cancel o1
00:03  bank  paid o1 9.90 a
",
        &expect![[r#"
            00:00  host  stock i1 1          -> 1 of i1
            00:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  ann   cancel o1           -> o1 cancelled
            00:03  bank  paid o1 9.90 a      -> 9.90 of a must go back (too late)
        "#]],
    );
}

#[test]
fn money_that_nobody_asked_for_goes_back_even_from_a_closed_room() {
    play_unopened(
        "
00:01  bank  paid o1 9.90 a
00:02  bank  paid o1 0.00 b
00:03  bank  refunded a
",
        &expect![[r#"
            00:01  bank  paid o1 9.90 a -> 9.90 of a must go back (unknown order)
            00:02  bank  paid o1 0.00 b -> nothing new
            00:03  bank  refunded a     -> a went back
        "#]],
    );
}

#[test]
fn money_goes_back_once() {
    play(
        "
00:01  bank  paid o9 9.90 a
00:02  bank  refunded b
00:03  bank  refunded a
00:04  bank  refunded a
00:05  bank  paid o9 9.90 a
",
        &expect![[r#"
            00:01  bank  paid o9 9.90 a -> 9.90 of a must go back (unknown order)
            00:02  bank  refunded b     -> nothing new
            00:03  bank  refunded a     -> a went back
            00:04  bank  refunded a     -> nothing new
            00:05  bank  paid o9 9.90 a -> nothing new
        "#]],
    );
}
