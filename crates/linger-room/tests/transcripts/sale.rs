//! Sales on terms of their own: prices, limits, stock from the shop.

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
