//! Carts: bought all or nothing, once, at the price that was told.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_cart_is_bought_all_or_nothing() {
    play(
        "
00:00  ops   list i2 5.00 Spoon
00:00  host  stock i1 1
00:00  host  stock i2 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  sale i2 4.00 x2 30s
00:01  ann   cart o1 i1x2,i2x1 =23.80
00:01  ann   cart o1 i1x1,i2x3 =21.90
00:01  ann   cart o1 i1x1,i2x2 =17.90
00:02  look  i1
00:03  ann   cancel o1
00:04  look  i2
",
        &expect![[r#"
            00:00  ops   list i2 5.00 Spoon       -> i2 is "Spoon" for 5.00
            00:00  host  stock i1 1               -> 1 of i1
            00:00  host  stock i2 9               -> 9 of i2
            00:00  host  sale i1 9.90 x5 60s      -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  sale i2 4.00 x2 30s      -> i2 on sale for 4.00, 2 each, held 00:30
            00:01  ann   cart o1 i1x2,i2x1 =23.80 -> no: sold-out
            00:01  ann   cart o1 i1x1,i2x3 =21.90 -> no: over-person-limit
            00:01  ann   cart o1 i1x1,i2x2 =17.90 -> 1 i1 + 2 i2 held for ann (o1) until 00:31, 17.90 due
            00:02  look  i1                       -> 1 in all: 0 left, 1 held, 0 sold, on sale
            00:03  ann   cancel o1                -> o1 cancelled
            00:04  look  i2                       -> 9 in all: 9 left, 0 held, 0 sold, on sale
        "#]],
    );
}

#[test]
fn the_same_order_id_gives_the_same_answer_and_nobody_else_has_it() {
    play(
        "
00:00  ops   list i2 5.00 Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  sale i2 4.00 x2 60s
00:01  ann   cart o1 i1x1,i2x1 =13.90
00:02  ann   cart o1 i1x1,i2x1 =13.90
00:03  ann   cart o1 i1x1 =9.90
00:04  bob   cart o1 i1x1,i2x1 =13.90
00:05  ann   order o1 i1 x1
00:06  ann   gift o1 flower 1 1.00
00:07  bob   gift o2 flower 1 1.00
00:08  bob   cart o2 i1x1 =9.90
00:09  bob   wait o2 i1 x1
00:10  host  sale i1 8.00 x5 60s
00:11  ann   cart o1 i1x1,i2x1 =13.90
",
        &expect![[r#"
            00:00  ops   list i2 5.00 Spoon       -> i2 is "Spoon" for 5.00
            00:00  host  stock i1 9               -> 9 of i1
            00:00  host  stock i2 9               -> 9 of i2
            00:00  host  sale i1 9.90 x5 60s      -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  sale i2 4.00 x2 60s      -> i2 on sale for 4.00, 2 each, held 01:00
            00:01  ann   cart o1 i1x1,i2x1 =13.90 -> 1 i1 + 1 i2 held for ann (o1) until 01:01, 13.90 due
            00:02  ann   cart o1 i1x1,i2x1 =13.90 -> nothing new
            00:03  ann   cart o1 i1x1 =9.90       -> no: order-id-taken
            00:04  bob   cart o1 i1x1,i2x1 =13.90 -> no: order-id-taken
            00:05  ann   order o1 i1 x1           -> no: order-id-taken
            00:06  ann   gift o1 flower 1 1.00    -> no: order-id-taken
            00:07  bob   gift o2 flower 1 1.00    -> bob wants to give 1 flower (o2) until 05:07, 1.00 due
            00:08  bob   cart o2 i1x1 =9.90       -> no: order-id-taken
            00:09  bob   wait o2 i1 x1            -> no: order-id-taken
            00:10  host  sale i1 8.00 x5 60s      -> i1 on sale for 8.00, 5 each, held 01:00
            00:11  ann   cart o1 i1x1,i2x1 =13.90 -> nothing new
        "#]],
    );
}

#[test]
fn a_cart_that_cannot_be_one_is_refused() {
    play(
        "
00:00  ops   list i2 5.00USD Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  sale i2 4.00USD x5 60s
00:01  ann   cart o1 1000-lines =9.90
00:02  ann   cart o1 i1x1,i1x1 =19.80
00:03  ann   cart o1 i1x0 =0.00
00:04  ann   cart o1 i1x1000 =9900.00
00:05  ann   cart o1 i1x4294967295 =9.90
00:06  ann   cart o1 i1x1,i2x1 =13.90
00:07  ann   cart o1 i7x1 =9.90
00:08  ann   cart o1 i1x1 =-9.90
00:09  ann   cart o1 i1x6 =59.40
",
        &expect![[r#"
            00:00  ops   list i2 5.00USD Spoon       -> i2 is "Spoon" for 5.00USD
            00:00  host  stock i1 9                  -> 9 of i1
            00:00  host  stock i2 9                  -> 9 of i2
            00:00  host  sale i1 9.90 x5 60s         -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  sale i2 4.00USD x5 60s      -> i2 on sale for 4.00USD, 5 each, held 01:00
            00:01  ann   cart o1 1000-lines =9.90    -> no: bad-cart
            00:02  ann   cart o1 i1x1,i1x1 =19.80    -> no: bad-cart
            00:03  ann   cart o1 i1x0 =0.00          -> no: bad-quantity
            00:04  ann   cart o1 i1x1000 =9900.00    -> no: bad-quantity
            00:05  ann   cart o1 i1x4294967295 =9.90 -> no: bad-quantity
            00:06  ann   cart o1 i1x1,i2x1 =13.90    -> no: bad-amount
            00:07  ann   cart o1 i7x1 =9.90          -> no: no-such-item
            00:08  ann   cart o1 i1x1 =-9.90         -> no: price-changed
            00:09  ann   cart o1 i1x6 =59.40         -> no: over-person-limit
        "#]],
    );
}

#[test]
fn a_price_that_changed_while_in_the_cart_is_said_before_anything_is_held() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:01  look  quote ann i1x1
00:02  host  sale i1 12.90 x5 60s
00:03  ann   cart o1 i1x1 =9.90
00:04  ann   cart o1 i1x1 =12.90
",
        &expect![[r#"
            00:00  host  stock i1 9           -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s  -> i1 on sale for 9.90, 5 each, held 01:00
            00:01  look  quote ann i1x1       -> 1 i1 at 9.90 (sale): 9.90; 9.90 in all
            00:02  host  sale i1 12.90 x5 60s -> i1 on sale for 12.90, 5 each, held 01:00
            00:03  ann   cart o1 i1x1 =9.90   -> no: price-changed
            00:04  ann   cart o1 i1x1 =12.90  -> 1 i1 held for ann (o1) until 01:04, 12.90 due
        "#]],
    );
}

#[test]
fn shipping_is_paid_once_and_not_for_a_large_cart() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  shipping 6.00
00:00  ops   shipping -6.00
00:00  ops   shipping 6.00 free 20.00
00:00  ops   shipping 6.00 free 20.00
00:01  ann   order o1 i1 x2
00:02  bob   order o2 i1 x3
00:03  ann   order o1 i1 x2
",
        &expect![[r#"
            00:00  host  stock i1 9               -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s      -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  shipping 6.00            -> no: not-allowed
            00:00  ops   shipping -6.00           -> no: bad-amount
            00:00  ops   shipping 6.00 free 20.00 -> shipping 6.00
            00:00  ops   shipping 6.00 free 20.00 -> nothing new
            00:01  ann   order o1 i1 x2           -> 2 i1 held for ann (o1) until 01:01, 25.80 due
            00:02  bob   order o2 i1 x3           -> 3 i1 held for bob (o2) until 01:02, 29.70 due
            00:03  ann   order o1 i1 x2           -> nothing new
        "#]],
    );
}

#[test]
fn of_what_was_confirmed_only_what_needs_it_counts() {
    play(
        "
00:00  ops   list-fresh i2 5.00 Peach
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  sale i2 4.00 x5 60s
00:01  ann   cart o1 i1x1,i2x1 =13.90 confirm i1,i2,i7
00:02  bob   cart o2 i2x1 =4.00
",
        &expect![[r#"
            00:00  ops   list-fresh i2 5.00 Peach                  -> i2 is "Peach" for 5.00
            00:00  host  stock i1 9                                -> 9 of i1
            00:00  host  stock i2 9                                -> 9 of i2
            00:00  host  sale i1 9.90 x5 60s                       -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  sale i2 4.00 x5 60s                       -> i2 on sale for 4.00, 5 each, held 01:00
            00:01  ann   cart o1 i1x1,i2x1 =13.90 confirm i1,i2,i7 -> 1 i1 + 1 i2 held for ann (o1) until 01:01, 13.90 due, i2 confirmed
            00:02  bob   cart o2 i2x1 =4.00                        -> 1 i2 held for bob (o2) until 01:02, 4.00 due
        "#]],
    );
}

#[test]
fn a_crash_between_hold_and_reply_holds_once_and_a_clock_set_back_changes_nothing() {
    play(
        "
00:00  host  stock i1 1
00:00  host  terms i1 9.90 x1 60s closes 02:00
00:30  ann   cart o1 i1x1 =9.90
00:30  crash 00:30
00:31  ann   cart o1 i1x1 =9.90
00:10  ann   cart o1 i1x1 =9.90
00:10  bob   cart o2 i1x1 =9.90
00:10  time
01:30  time
01:00  time
01:00  bob   cart o2 i1x1 =9.90
02:00  time
01:00  cat   cart o3 i1x1 =9.90
",
        &expect![[r#"
            00:00  host  stock i1 1                        -> 1 of i1
            00:00  host  terms i1 9.90 x1 60s closes 02:00 -> i1 on sale for 9.90 on terms (s1)
            00:30  ann   cart o1 i1x1 =9.90                -> 1 i1 held for ann (o1) until 01:30, 9.90 due
            00:30  crash 00:30                             -> nothing new
            00:31  ann   cart o1 i1x1 =9.90                -> nothing new
            00:10  ann   cart o1 i1x1 =9.90                -> nothing new
            00:10  bob   cart o2 i1x1 =9.90                -> no: sold-out
            00:10  time                                    -> nothing new
            01:30  time                                    -> o1 lapsed
            01:00  time                                    -> nothing new
            01:00  bob   cart o2 i1x1 =9.90                -> 1 i1 held for bob (o2) until 02:00, 9.90 due
            02:00  time                                    -> o2 lapsed; i1 on sale no more
            01:00  cat   cart o3 i1x1 =9.90                -> no: not-on-sale
        "#]],
    );
}
