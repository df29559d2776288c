//! Shelf, stock, sale and holds.

use crate::script::{play, play_unopened};
use expect_test::expect;

#[test]
fn a_room_opens_once_and_before_anything_else() {
    play_unopened(
        "
00:01  ann   say hello
00:02  time
00:03  host  open Tea
00:04  house open
00:05  house open Tea
00:06  house open Tea
00:07  ann   say hello
",
        &expect![[r#"
            00:01  ann   say hello -> no: no-such-room
            00:02  time            -> nothing new
            00:03  host  open Tea  -> no: not-allowed
            00:04  house open      -> no: text-empty
            00:05  house open Tea  -> "Tea" open, host hosts
            00:06  house open Tea  -> no: room-is-open
            00:07  ann   say hello -> c1 by ann
        "#]],
    );
}

#[test]
fn who_wants_an_item_explained_counts_once_until_its_card_is_shown() {
    play(
        "
00:01  house list i2 1.00 Pot
00:02  ann   explain i2
00:03  ann   explain i2
00:04  ben   explain i2
00:05  ben   explain i9
00:06  look  wishes 2
00:07  host  pin i2
00:08  look  wishes 2
00:09  ann   explain i2
00:10  host  pin i1
00:11  ann   explain i2
00:12  phones look 2 7
00:13  phones look 9 7
",
        &expect![[r#"
            00:01  house list i2 1.00 Pot -> i2 is "Pot" for 1.00
            00:02  ann   explain i2       -> ann wants i2 explained
            00:03  ann   explain i2       -> nothing new
            00:04  ben   explain i2       -> ben wants i2 explained
            00:05  ben   explain i9       -> no: no-such-item
            00:06  look  wishes 2         -> 2 want it explained
            00:07  host  pin i2           -> i2 on show
            00:08  look  wishes 2         -> 0 want it explained
            00:09  ann   explain i2       -> no: shown-now
            00:10  host  pin i1           -> i2 off show; i1 on show
            00:11  ann   explain i2       -> ann wants i2 explained
            00:12  phones look 2 7        -> 7 look at i2
            00:13  phones look 9 7        -> nothing new
        "#]],
    );
}

#[test]
fn a_viewer_does_not_run_the_shop() {
    play(
        "
00:01  ann   list i2 1.00 Pot
00:02  ann   stock i1 5
00:03  mod   sale i1 9.90 x1 60s
00:04  ann   pin i1
",
        &expect![[r#"
            00:01  ann   list i2 1.00 Pot    -> no: not-allowed
            00:02  ann   stock i1 5          -> no: not-allowed
            00:03  mod   sale i1 9.90 x1 60s -> no: not-allowed
            00:04  ann   pin i1              -> no: not-allowed
        "#]],
    );
}

#[test]
fn one_card_at_a_time_is_over_the_picture() {
    play(
        "
00:01  ops   list i2 20.00 Pot
00:02  host  pin i1
00:03  host  pin i1
00:04  host  pin i2
00:05  host  unpin
00:06  host  unpin
00:07  host  pin i3
",
        &expect![[r#"
            00:01  ops   list i2 20.00 Pot -> i2 is "Pot" for 20.00
            00:02  host  pin i1            -> i1 on show
            00:03  host  pin i1            -> nothing new
            00:04  host  pin i2            -> i1 off show; i2 on show
            00:05  host  unpin             -> i2 off show
            00:06  host  unpin             -> nothing new
            00:07  host  pin i3            -> no: no-such-item
        "#]],
    );
}

#[test]
fn listing_again_renews_the_facts_but_not_the_currency() {
    play(
        "
00:01  ops   list i1 10.00 Cup
00:02  ops   list i1 12.00 Blue cup
00:03  ops   list i1 12.00USD Blue cup
00:04  ops   list i2 5.00
",
        &expect![[r#"
            00:01  ops   list i1 10.00 Cup         -> nothing new
            00:02  ops   list i1 12.00 Blue cup    -> i1 is "Blue cup" for 12.00
            00:03  ops   list i1 12.00USD Blue cup -> no: bad-amount
            00:04  ops   list i2 5.00              -> no: text-empty
        "#]],
    );
}

#[test]
fn a_sale_needs_stock_and_sound_terms() {
    play(
        "
00:01  host  sale i1 9.90 x2 300s
00:02  host  stock i1 5
00:03  host  sale i1 0.00 x2 300s
00:04  host  sale i1 9.90USD x2 300s
00:05  host  sale i1 9.90 x0 300s
00:06  host  sale i1 9.90 x2 0s
00:07  host  sale i1 9.90 x2 300s
00:08  host  sale i1 9.90 x2 300s
00:09  host  sale i9 9.90 x2 300s
",
        &expect![[r#"
            00:01  host  sale i1 9.90 x2 300s    -> no: not-on-sale
            00:02  host  stock i1 5              -> 5 of i1
            00:03  host  sale i1 0.00 x2 300s    -> no: bad-amount
            00:04  host  sale i1 9.90USD x2 300s -> no: bad-amount
            00:05  host  sale i1 9.90 x0 300s    -> no: bad-quantity
            00:06  host  sale i1 9.90 x2 0s      -> no: bad-duration
            00:07  host  sale i1 9.90 x2 300s    -> i1 on sale for 9.90, 2 each, held 05:00
            00:08  host  sale i1 9.90 x2 300s    -> nothing new
            00:09  host  sale i9 9.90 x2 300s    -> no: no-such-item
        "#]],
    );
}

#[test]
fn stock_is_no_less_than_what_is_held_and_sold() {
    play(
        "
00:01  host  stock i1 5
00:02  host  sale i1 9.90 x3 300s
00:03  ann   order o1 i1 x3
00:04  host  stock i1 2
00:05  host  stock i1 3
00:06  bob   order o2 i1 x1
00:07  host  stock i1 -1
00:08  host  stock i1 10000001
00:09  host  stock i1 4
00:10  bob   order o2 i1 x1
",
        &expect![[r#"
            00:01  host  stock i1 5           -> 5 of i1
            00:02  host  sale i1 9.90 x3 300s -> i1 on sale for 9.90, 3 each, held 05:00
            00:03  ann   order o1 i1 x3       -> 3 held for ann (o1) until 05:03, 29.70 due
            00:04  host  stock i1 2           -> no: stock-below-sold
            00:05  host  stock i1 3           -> 3 of i1
            00:06  bob   order o2 i1 x1       -> no: sold-out
            00:07  host  stock i1 -1          -> no: bad-quantity
            00:08  host  stock i1 10000001    -> no: bad-quantity
            00:09  host  stock i1 4           -> 4 of i1
            00:10  bob   order o2 i1 x1       -> 1 held for bob (o2) until 05:10, 9.90 due
        "#]],
    );
}

#[test]
fn an_order_holds_units_until_it_lapses() {
    play(
        "
00:00  host  stock i1 1
00:00  host  sale i1 9.90 x1 300s
00:01  ann   order o1 i1 x1
00:02  bob   order o2 i1 x1
05:00  time
05:01  time
05:02  bob   order o2 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 1           -> 1 of i1
            00:00  host  sale i1 9.90 x1 300s -> i1 on sale for 9.90, 1 each, held 05:00
            00:01  ann   order o1 i1 x1       -> 1 held for ann (o1) until 05:01, 9.90 due
            00:02  bob   order o2 i1 x1       -> no: sold-out
            05:00  time                       -> nothing new
            05:01  time                       -> o1 lapsed
            05:02  bob   order o2 i1 x1       -> 1 held for bob (o2) until 10:02, 9.90 due
        "#]],
    );
}

#[test]
fn asking_twice_with_one_order_id_orders_once() {
    play(
        "
00:00  host  stock i1 5
00:00  host  sale i1 9.90 x2 60s
00:01  ann   order o1 i1 x1
00:02  ann   order o1 i1 x1
00:03  ann   order o1 i1 x2
00:04  bob   order o1 i1 x1
02:00  time
02:01  ann   order o1 i1 x1
02:02  look  i1
",
        &expect![[r#"
            00:00  host  stock i1 5          -> 5 of i1
            00:00  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  ann   order o1 i1 x1      -> nothing new
            00:03  ann   order o1 i1 x2      -> no: order-id-taken
            00:04  bob   order o1 i1 x1      -> no: order-id-taken
            02:00  time                      -> o1 lapsed
            02:01  ann   order o1 i1 x1      -> nothing new
            02:02  look  i1                  -> 5 in all: 5 left, 0 held, 0 sold, on sale
        "#]],
    );
}

#[test]
fn a_person_has_no_more_than_the_limit_over_all_orders() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x2 60s
00:01  ann   order o1 i1 x1
00:02  ann   order o2 i1 x2
00:03  ann   order o3 i1 x1
00:04  ann   order o4 i1 x1
00:05  ann   cancel o3
00:06  bank  paid o1 9.90 a
00:07  ann   order o5 i1 x1
00:08  ann   order o6 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 9          -> 9 of i1
            00:00  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  ann   order o2 i1 x2      -> no: over-person-limit
            00:03  ann   order o3 i1 x1      -> 1 held for ann (o3) until 01:03, 9.90 due
            00:04  ann   order o4 i1 x1      -> no: over-person-limit
            00:05  ann   cancel o3           -> o3 cancelled
            00:06  bank  paid o1 9.90 a      -> o1 paid by a
            00:07  ann   order o5 i1 x1      -> 1 held for ann (o5) until 01:07, 9.90 due
            00:08  ann   order o6 i1 x1      -> no: over-person-limit
        "#]],
    );
}

#[test]
fn what_is_not_on_sale_is_not_ordered() {
    play(
        "
00:00  host  stock i1 5
00:01  ann   order o1 i1 x1
00:02  host  sale i1 9.90 x9 60s
00:03  ann   order o1 i1 x0
00:04  ann   order o1 i1 x1000
00:05  ann   order o1 i9 x1
00:06  host  end-sale i1
00:07  host  end-sale i1
00:08  ann   order o1 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 5          -> 5 of i1
            00:01  ann   order o1 i1 x1      -> no: not-on-sale
            00:02  host  sale i1 9.90 x9 60s -> i1 on sale for 9.90, 9 each, held 01:00
            00:03  ann   order o1 i1 x0      -> no: bad-quantity
            00:04  ann   order o1 i1 x1000   -> no: bad-quantity
            00:05  ann   order o1 i9 x1      -> no: no-such-item
            00:06  host  end-sale i1         -> i1 on sale no more
            00:07  host  end-sale i1         -> nothing new
            00:08  ann   order o1 i1 x1      -> no: not-on-sale
        "#]],
    );
}

#[test]
fn what_is_held_stays_held_when_the_sale_ends_or_the_price_changes() {
    play(
        "
00:00  host  stock i1 5
00:00  host  sale i1 9.90 x2 60s
00:01  ann   order o1 i1 x1
00:02  host  sale i1 8.80 x2 60s
00:03  bob   order o2 i1 x1
00:04  host  end-sale i1
00:05  bank  paid o1 9.90 a
00:06  bank  paid o2 8.80 b
00:07  look  i1
",
        &expect![[r#"
            00:00  host  stock i1 5          -> 5 of i1
            00:00  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  host  sale i1 8.80 x2 60s -> i1 on sale for 8.80, 2 each, held 01:00
            00:03  bob   order o2 i1 x1      -> 1 held for bob (o2) until 01:03, 8.80 due
            00:04  host  end-sale i1         -> i1 on sale no more
            00:05  bank  paid o1 9.90 a      -> o1 paid by a
            00:06  bank  paid o2 8.80 b      -> o2 paid by b
            00:07  look  i1                  -> 5 in all: 3 left, 0 held, 2 sold, not on sale
        "#]],
    );
}

#[test]
fn an_order_is_cancelled_by_its_owner_while_it_is_held() {
    play(
        "
00:00  host  stock i1 5
00:00  host  sale i1 9.90 x2 60s
00:01  ann   order o1 i1 x1
00:02  bob   cancel o1
00:03  ann   cancel o1
00:04  ann   cancel o1
00:05  ann   cancel o9
00:06  ann   order o2 i1 x1
00:07  bank  paid o2 9.90 a
00:08  ann   cancel o2
",
        &expect![[r#"
            00:00  host  stock i1 5          -> 5 of i1
            00:00  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 01:01, 9.90 due
            00:02  bob   cancel o1           -> no: no-such-order
            00:03  ann   cancel o1           -> o1 cancelled
            00:04  ann   cancel o1           -> nothing new
            00:05  ann   cancel o9           -> no: no-such-order
            00:06  ann   order o2 i1 x1      -> 1 held for ann (o2) until 01:06, 9.90 due
            00:07  bank  paid o2 9.90 a      -> o2 paid by a
            00:08  ann   cancel o2           -> no: order-closed
        "#]],
    );
}

#[test]
fn a_clock_that_jumps_back_ends_nothing_early_and_nothing_twice() {
    play(
        "
10:00  host  stock i1 2
10:00  host  sale i1 9.90 x1 60s
10:01  ann   order o1 i1 x1
05:00  time
05:01  bob   order o2 i1 x1
06:01  time
06:02  time
11:01  time
06:00  time
",
        &expect![[r#"
            10:00  host  stock i1 2          -> 2 of i1
            10:00  host  sale i1 9.90 x1 60s -> i1 on sale for 9.90, 1 each, held 01:00
            10:01  ann   order o1 i1 x1      -> 1 held for ann (o1) until 11:01, 9.90 due
            05:00  time                      -> nothing new
            05:01  bob   order o2 i1 x1      -> 1 held for bob (o2) until 06:01, 9.90 due
            06:01  time                      -> o2 lapsed
            06:02  time                      -> nothing new
            11:01  time                      -> o1 lapsed
            06:00  time                      -> nothing new
        "#]],
    );
}
