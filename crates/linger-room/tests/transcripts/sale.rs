//! Sales on terms of their own: prices, carts, waiting, shuffles, stock from the shop.

use crate::script::play;
use expect_test::expect;

#[test]
fn the_price_goes_in_steps_by_what_is_gone_and_an_order_costs_what_its_first_unit_costs() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 9.90 x5 60s step 2 12.90 step 6 15.00
00:01  ann   order o1 i1 x1
00:02  bob   order o2 i1 x4
00:03  cat   order o3 i1 x1
00:04  dan   order o4 i1 x1
00:05  ann   cancel o1
00:06  eve   order o5 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 9                                     -> 9 of i1
            00:00  host  terms i1 9.90 x5 60s step 2 12.90 step 6 15.00 -> i1 on sale for 9.90 on terms (s1)
            00:01  ann   order o1 i1 x1                                 -> 1 i1 held for ann (o1) until 01:01, 9.90 due
            00:02  bob   order o2 i1 x4                                 -> 4 i1 held for bob (o2) until 01:02, 39.60 due
            00:03  cat   order o3 i1 x1                                 -> 1 i1 held for cat (o3) until 01:03, 12.90 due
            00:04  dan   order o4 i1 x1                                 -> 1 i1 held for dan (o4) until 01:04, 15.00 due
            00:05  ann   cancel o1                                      -> o1 cancelled
            00:06  eve   order o5 i1 x1                                 -> 1 i1 held for eve (o5) until 01:06, 15.00 due
        "#]],
    );
}

#[test]
fn the_lowest_price_on_offer_counts_and_a_flash_ends_by_itself() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:01  host  flash i1 9.90 30s
00:01  host  flash i1 7.90 30s
00:02  look  quote ann i1x2
00:02  ann   order o1 i1 x1
00:31  look  quote ann i1x2
00:31  time
00:32  bob   order o2 i1 x1
00:33  host  flash i1 5.00 60s
00:34  host  end-sale i1
00:35  host  sale i1 9.90 x5 60s
00:36  cat   order o3 i1 x1
",
        &expect![[r#"
            00:00  host  stock i1 9          -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s -> i1 on sale for 9.90, 5 each, held 01:00
            00:01  host  flash i1 9.90 30s   -> no: bad-amount
            00:01  host  flash i1 7.90 30s   -> i1 for 7.90 until 00:31
            00:02  look  quote ann i1x2      -> 2 i1 at 7.90 (flash): 15.80; 15.80 in all
            00:02  ann   order o1 i1 x1      -> 1 i1 held for ann (o1) until 01:02, 7.90 due
            00:31  look  quote ann i1x2      -> 2 i1 at 9.90 (sale): 19.80; 19.80 in all
            00:31  time                      -> i1 for less no more
            00:32  bob   order o2 i1 x1      -> 1 held for bob (o2) until 01:32, 9.90 due
            00:33  host  flash i1 5.00 60s   -> i1 for 5.00 until 01:33
            00:34  host  end-sale i1         -> i1 on sale no more
            00:35  host  sale i1 9.90 x5 60s -> i1 on sale for 9.90, 5 each, held 01:00
            00:36  cat   order o3 i1 x1      -> 1 held for cat (o3) until 01:36, 9.90 due
        "#]],
    );
}

#[test]
fn once_enough_people_bought_it_costs_less_for_all_and_who_paid_more_is_owed_the_difference() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 10.00 x2 60s unlock 2 8.00
00:01  ann   order o1 i1 x2
00:02  bob   order o2 i1 x1
00:03  cat   order o3 i1 x1
00:04  bank  paid o1 20.00 a
00:05  bank  paid o2 10.00 b
00:06  dan   order o4 i1 x1
00:07  bank  paid o3 10.00 c
00:08  bank  paid o4 8.00 d
",
        &expect![[r#"
            00:00  host  stock i1 9                          -> 9 of i1
            00:00  host  terms i1 10.00 x2 60s unlock 2 8.00 -> i1 on sale for 10.00 on terms (s1)
            00:01  ann   order o1 i1 x2                      -> 2 i1 held for ann (o1) until 01:01, 20.00 due
            00:02  bob   order o2 i1 x1                      -> 1 i1 held for bob (o2) until 01:02, 10.00 due
            00:03  cat   order o3 i1 x1                      -> 1 i1 held for cat (o3) until 01:03, 10.00 due
            00:04  bank  paid o1 20.00 a                     -> o1 paid by a
            00:05  bank  paid o2 10.00 b                     -> o2 paid by b; i1 costs less for all; 2.00 owed as fell-o2-1 (price-fell); 4.00 owed as fell-o1-1 (price-fell)
            00:06  dan   order o4 i1 x1                      -> 1 i1 held for dan (o4) until 01:06, 8.00 due
            00:07  bank  paid o3 10.00 c                     -> o3 paid by c; 2.00 owed as fell-o3-1 (price-fell)
            00:08  bank  paid o4 8.00 d                      -> o4 paid by d
        "#]],
    );
}

#[test]
fn one_person_who_buys_twice_is_one_buyer() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 10.00 x2 60s unlock 2 8.00
00:01  ann   order o1 i1 x1
00:02  ann   order o2 i1 x1
00:03  bank  paid o1 10.00 a
00:04  bank  paid o2 10.00 b
",
        &expect![[r#"
            00:00  host  stock i1 9                          -> 9 of i1
            00:00  host  terms i1 10.00 x2 60s unlock 2 8.00 -> i1 on sale for 10.00 on terms (s1)
            00:01  ann   order o1 i1 x1                      -> 1 i1 held for ann (o1) until 01:01, 10.00 due
            00:02  ann   order o2 i1 x1                      -> 1 i1 held for ann (o2) until 01:02, 10.00 due
            00:03  bank  paid o1 10.00 a                     -> o1 paid by a
            00:04  bank  paid o2 10.00 b                     -> o2 paid by b
        "#]],
    );
}

#[test]
fn the_first_orders_get_a_gift_while_there_are_some() {
    play(
        "
00:00  ops   list i2 1.00 Spoon
00:00  host  stock i2 2
00:00  host  stock i1 9
00:00  host  terms i1 9.90 x5 60s gift 1 i2
00:01  ann   order o1 i1 x1
00:02  bob   order o2 i1 x1
00:03  ann   cancel o1
00:04  cat   order o3 i1 x1
00:05  look  i2
",
        &expect![[r#"
            00:00  ops   list i2 1.00 Spoon             -> i2 is "Spoon" for 1.00
            00:00  host  stock i2 2                     -> 2 of i2
            00:00  host  stock i1 9                     -> 9 of i1
            00:00  host  terms i1 9.90 x5 60s gift 1 i2 -> i1 on sale for 9.90 on terms (s1)
            00:01  ann   order o1 i1 x1                 -> 1 i1 + 1 i2 free held for ann (o1) until 01:01, 9.90 due
            00:02  bob   order o2 i1 x1                 -> 1 i1 held for bob (o2) until 01:02, 9.90 due
            00:03  ann   cancel o1                      -> o1 cancelled
            00:04  cat   order o3 i1 x1                 -> 1 i1 + 1 i2 free held for cat (o3) until 01:04, 9.90 due
            00:05  look  i2                             -> 2 in all: 1 left, 1 held, 0 sold, not on sale
        "#]],
    );
}

#[test]
fn nobody_buys_before_the_sale_opens_or_from_its_end_on() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 9.90 x5 60s opens 00:10 closes 00:20
00:09  ann   order o1 i1 x1
00:10  ann   order o1 i1 x1
00:20  bob   order o2 i1 x1
00:20  time
00:21  host  terms i1 9.90 x5 60s closes 00:20
00:22  host  terms i1 9.90 x5 60s opens 00:40 closes 00:30
",
        &expect![[r#"
            00:00  host  stock i1 9                                    -> 9 of i1
            00:00  host  terms i1 9.90 x5 60s opens 00:10 closes 00:20 -> i1 on sale for 9.90 on terms (s1)
            00:09  ann   order o1 i1 x1                                -> no: not-yet-on-sale
            00:10  ann   order o1 i1 x1                                -> 1 i1 held for ann (o1) until 01:10, 9.90 due
            00:20  bob   order o2 i1 x1                                -> no: not-on-sale
            00:20  time                                                -> i1 on sale no more
            00:21  host  terms i1 9.90 x5 60s closes 00:20             -> no: bad-duration
            00:22  host  terms i1 9.90 x5 60s opens 00:40 closes 00:30 -> no: bad-duration
        "#]],
    );
}

#[test]
fn terms_do_not_change_while_a_sale_is_open() {
    play(
        "
00:00  host  terms i1 9.90 x5 60s
00:00  host  stock i1 9
00:01  host  terms i1 9.90 x5 60s
00:02  host  terms i1 9.90 x5 60s
00:03  host  terms i1 9.80 x5 60s
00:04  host  sale i1 9.80 x5 60s
00:05  host  end-sale i1
00:06  host  sale i1 9.80 x5 60s
00:07  host  terms i1 9.90 x5 60s
",
        &expect![[r#"
            00:00  host  terms i1 9.90 x5 60s -> no: not-on-sale
            00:00  host  stock i1 9           -> 9 of i1
            00:01  host  terms i1 9.90 x5 60s -> i1 on sale for 9.90 on terms (s1)
            00:02  host  terms i1 9.90 x5 60s -> nothing new
            00:03  host  terms i1 9.80 x5 60s -> no: sale-running
            00:04  host  sale i1 9.80 x5 60s  -> no: sale-running
            00:05  host  end-sale i1          -> i1 on sale no more
            00:06  host  sale i1 9.80 x5 60s  -> i1 on sale for 9.80, 5 each, held 01:00
            00:07  host  terms i1 9.90 x5 60s -> no: sale-running
        "#]],
    );
}

#[test]
fn terms_that_cannot_be_meant_are_refused() {
    play(
        "
00:00  host  stock i1 9
00:01  host  terms i1 9.90 x5 60s step 3 9.00 step 3 8.00
00:02  host  terms i1 9.90 x5 60s step 3 0.00
00:03  host  terms i1 9.90 x5 60s unlock 0 8.00
00:04  host  terms i1 9.90 x5 60s unlock 2 9.90
00:05  host  terms i1 9.90 x5 60s gift 1 i1
00:06  host  terms i1 9.90 x5 60s gift 1 i7
00:07  host  terms i1 9.90 x5 60s home 0
00:08  host  terms i1 9.90USD x5 60s
00:09  ann   terms i1 9.90 x5 60s
",
        &expect![[r#"
            00:00  host  stock i1 9                                   -> 9 of i1
            00:01  host  terms i1 9.90 x5 60s step 3 9.00 step 3 8.00 -> no: bad-quantity
            00:02  host  terms i1 9.90 x5 60s step 3 0.00             -> no: bad-amount
            00:03  host  terms i1 9.90 x5 60s unlock 0 8.00           -> no: bad-quantity
            00:04  host  terms i1 9.90 x5 60s unlock 2 9.90           -> no: bad-amount
            00:05  host  terms i1 9.90 x5 60s gift 1 i1               -> no: bad-quantity
            00:06  host  terms i1 9.90 x5 60s gift 1 i7               -> no: no-such-item
            00:07  host  terms i1 9.90 x5 60s home 0                  -> no: bad-quantity
            00:08  host  terms i1 9.90USD x5 60s                      -> no: bad-amount
            00:09  ann   terms i1 9.90 x5 60s                         -> no: not-allowed
        "#]],
    );
}

#[test]
fn one_address_gets_no_more_than_its_share_whoever_orders() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 9.90 x2 60s home 3
00:01  ann   cart o1 i1x2 =19.80 home 7
00:02  bob   cart o2 i1x2 =19.80 home 7
00:03  bob   cart o2 i1x1 =9.90 home 7
00:04  cat   cart o3 i1x1 =9.90 home 7
00:05  ann   cancel o1
00:06  cat   cart o3 i1x2 =19.80 home 7
00:07  dan   cart o4 i1x2 =19.80 home 0
",
        &expect![[r#"
            00:00  host  stock i1 9                  -> 9 of i1
            00:00  host  terms i1 9.90 x2 60s home 3 -> i1 on sale for 9.90 on terms (s1)
            00:01  ann   cart o1 i1x2 =19.80 home 7  -> 2 i1 held for ann (o1) until 01:01, 19.80 due
            00:02  bob   cart o2 i1x2 =19.80 home 7  -> no: over-household-limit
            00:03  bob   cart o2 i1x1 =9.90 home 7   -> 1 i1 held for bob (o2) until 01:03, 9.90 due
            00:04  cat   cart o3 i1x1 =9.90 home 7   -> no: over-household-limit
            00:05  ann   cancel o1                   -> o1 cancelled
            00:06  cat   cart o3 i1x2 =19.80 home 7  -> 2 i1 held for cat (o3) until 01:06, 19.80 due
            00:07  dan   cart o4 i1x2 =19.80 home 0  -> 2 i1 held for dan (o4) until 01:07, 19.80 due
        "#]],
    );
}

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

#[test]
fn units_come_from_the_shop_and_go_back_once_by_the_name_of_the_transfer() {
    play(
        "
00:00  ops   allot t1 i1 5
00:00  ops   allot t1 i1 5
00:00  ops   allot t1 i1 6
00:00  ops   allot t2 i1 0
00:00  host  allot t2 i1 1
00:01  host  sale i1 9.90 x2 60s
00:02  ann   order o1 i1 x2
00:03  ops   give-back t3 i1 4
00:04  ops   give-back t3 i1
00:05  ops   give-back t3 i1
00:06  ops   give-back t1 i1
00:07  ops   give-back t4 i1
00:08  look  i1
",
        &expect![[r#"
            00:00  ops   allot t1 i1 5       -> 5 of i1 from the shop
            00:00  ops   allot t1 i1 5       -> nothing new
            00:00  ops   allot t1 i1 6       -> no: transfer-id-taken
            00:00  ops   allot t2 i1 0       -> no: bad-quantity
            00:00  host  allot t2 i1 1       -> no: not-allowed
            00:01  host  sale i1 9.90 x2 60s -> i1 on sale for 9.90, 2 each, held 01:00
            00:02  ann   order o1 i1 x2      -> 2 held for ann (o1) until 01:02, 19.80 due
            00:03  ops   give-back t3 i1 4   -> no: stock-below-sold
            00:04  ops   give-back t3 i1     -> 3 of i1 back to the shop
            00:05  ops   give-back t3 i1     -> nothing new
            00:06  ops   give-back t1 i1     -> no: transfer-id-taken
            00:07  ops   give-back t4 i1     -> no: bad-quantity
            00:08  look  i1                  -> 2 in all: 0 left, 2 held, 0 sold, on sale
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
