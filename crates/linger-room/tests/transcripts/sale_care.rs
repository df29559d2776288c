//! Where a sale and what comes after it meet: falling prices, gifts, coupons and confirmed exceptions of orders that come back.

use crate::script::play;
use expect_test::expect;

#[test]
fn when_the_price_falls_for_all_a_buyer_is_owed_for_what_they_kept() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 10.00 x3 60s unlock 3 8.00
00:01  ann   order o1 i1 x3
00:01  bank  paid o1 30.00 a
00:02  bob   order o2 i1 x1
00:02  bank  paid o2 10.00 b
00:03  ops   ship o1 k1
00:03  ops   deliver o1 k1
00:03  ops   ship o2 k2
00:03  ops   deliver o2 k2
00:04  ann   return r1 o1 i1x1 no-reason
00:05  bob   return r2 o2 i1x1 no-reason
00:06  cat   order o3 i1 x2
00:06  bank  paid o3 20.00 c
00:07  look  order o1
00:07  look  order o2
00:07  look  order o3
",
        &expect![[r#"
            00:00  host  stock i1 9                          -> 9 of i1
            00:00  host  terms i1 10.00 x3 60s unlock 3 8.00 -> i1 on sale for 10.00 on terms (s1)
            00:01  ann   order o1 i1 x3                      -> 3 i1 held for ann (o1) until 01:01, 30.00 due
            00:01  bank  paid o1 30.00 a                     -> o1 paid by a
            00:02  bob   order o2 i1 x1                      -> 1 i1 held for bob (o2) until 01:02, 10.00 due
            00:02  bank  paid o2 10.00 b                     -> o2 paid by b
            00:03  ops   ship o1 k1                          -> k1 packed (i1x3) with SF
            00:03  ops   deliver o1 k1                       -> k1 delivered at 00:03
            00:03  ops   ship o2 k2                          -> k2 packed (i1x1) with SF
            00:03  ops   deliver o2 k2                       -> k2 delivered at 00:03
            00:04  ann   return r1 o1 i1x1 no-reason         -> r1 asked (10.00), decided by 3d00:04; r1 approved, buyer pays the way, sent by 7d00:04
            00:05  bob   return r2 o2 i1x1 no-reason         -> r2 asked (10.00), decided by 3d00:05; r2 approved, buyer pays the way, sent by 7d00:05
            00:06  cat   order o3 i1 x2                      -> 2 i1 held for cat (o3) until 01:06, 20.00 due
            00:06  bank  paid o3 20.00 c                     -> o3 paid by c; i1 costs less for all; 4.00 owed as fell-o3-1 (price-fell); 4.00 owed as fell-o1-1 (price-fell)
            00:07  look  order o1                            -> returning, 4.00 owed back of 30.00
            00:07  look  order o2                            -> returning, 0.00 owed back of 10.00
            00:07  look  order o3                            -> packing, 4.00 owed back of 20.00
        "#]],
    );
}

#[test]
fn who_keeps_after_all_what_was_in_a_return_when_the_price_fell_is_owed_the_difference_for_it() {
    play(
        "
00:00  host  stock i1 9
00:00  host  terms i1 10.00 x3 60s unlock 3 8.00
00:01  ann   order o1 i1 x3
00:01  bank  paid o1 30.00 a
00:02  bob   order o2 i1 x2
00:02  bank  paid o2 20.00 b
00:03  ops   ship o1 k1
00:03  ops   deliver o1 k1
00:03  ops   ship o2 k2
00:03  ops   deliver o2 k2
00:04  ann   return r1 o1 i1x1 no-reason
00:04  ann   return r3 o1 i1x1 faulty
00:05  bob   return r2 o2 i1x2 faulty for i1
00:06  cat   order o3 i1 x2
00:06  bank  paid o3 20.00 c
00:07  ann   withdraw r1
00:07  ann   withdraw r1
00:08  ops   reject r3
00:09  ops   approve r2
00:10  bob   send r2
00:11  ops   receive r2 restock
00:12  look  order o1
00:12  look  order o2
00:13  ann   return r4 o1 i1x1 no-reason
00:14  ann   withdraw r4
",
        &expect![[r#"
            00:00  host  stock i1 9                          -> 9 of i1
            00:00  host  terms i1 10.00 x3 60s unlock 3 8.00 -> i1 on sale for 10.00 on terms (s1)
            00:01  ann   order o1 i1 x3                      -> 3 i1 held for ann (o1) until 01:01, 30.00 due
            00:01  bank  paid o1 30.00 a                     -> o1 paid by a
            00:02  bob   order o2 i1 x2                      -> 2 i1 held for bob (o2) until 01:02, 20.00 due
            00:02  bank  paid o2 20.00 b                     -> o2 paid by b
            00:03  ops   ship o1 k1                          -> k1 packed (i1x3) with SF
            00:03  ops   deliver o1 k1                       -> k1 delivered at 00:03
            00:03  ops   ship o2 k2                          -> k2 packed (i1x2) with SF
            00:03  ops   deliver o2 k2                       -> k2 delivered at 00:03
            00:04  ann   return r1 o1 i1x1 no-reason         -> r1 asked (10.00), decided by 3d00:04; r1 approved, buyer pays the way, sent by 7d00:04
            00:04  ann   return r3 o1 i1x1 faulty            -> r3 asked (10.00), decided by 3d00:04
            00:05  bob   return r2 o2 i1x2 faulty for i1     -> r2 asked (20.00), decided by 3d00:05
            00:06  cat   order o3 i1 x2                      -> 2 i1 held for cat (o3) until 01:06, 20.00 due
            00:06  bank  paid o3 20.00 c                     -> o3 paid by c; i1 costs less for all; 4.00 owed as fell-o3-1 (price-fell); 2.00 owed as fell-o1-1 (price-fell)
            00:07  ann   withdraw r1                         -> r1 withdrawn; 2.00 owed as kept-r1-1 (price-fell)
            00:07  ann   withdraw r1                         -> nothing new
            00:08  ops   reject r3                           -> r3 rejected; 2.00 owed as kept-r3-1 (price-fell)
            00:09  ops   approve r2                          -> r2 approved, shop pays the way, sent by 7d00:09
            00:10  bob   send r2                             -> r2 sent, received by 10d00:10
            00:11  ops   receive r2 restock                  -> r2 received, on the shelf again; 4.00 owed as kept-r2-1 (price-fell)
            00:12  look  order o1                            -> delivered, 6.00 owed back of 30.00
            00:12  look  order o2                            -> packing, 4.00 owed back of 20.00
            00:13  ann   return r4 o1 i1x1 no-reason         -> r4 asked (8.00), decided by 3d00:13; r4 approved, buyer pays the way, sent by 7d00:13
            00:14  ann   withdraw r4                         -> r4 withdrawn
        "#]],
    );
}

#[test]
fn an_order_given_up_brings_back_its_gift_its_coupon_and_what_the_limits_counted() {
    play(
        "
00:00  ops   list i2 5.00 Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  terms i1 10.00 x2 60s gift 1 i2
00:00  ops   campaign ten amount 1.00 comes-back
00:01  ann   claim ten
00:02  ann   cart o1 i1x2 =19.00 use ten home 7
00:02  bank  paid o1 19.00 a
00:03  ann   cart o2 i1x1 =10.00
00:04  ann   give-up o1
00:05  look  wallet ann
00:06  ann   cart o3 i1x2 =19.00 use ten home 7
",
        &expect![[r#"
            00:00  ops   list i2 5.00 Spoon                  -> i2 is "Spoon" for 5.00
            00:00  host  stock i1 9                          -> 9 of i1
            00:00  host  stock i2 9                          -> 9 of i2
            00:00  host  terms i1 10.00 x2 60s gift 1 i2     -> i1 on sale for 10.00 on terms (s1)
            00:00  ops   campaign ten amount 1.00 comes-back -> ten runs
            00:01  ann   claim ten                           -> ann has ten
            00:02  ann   cart o1 i1x2 =19.00 use ten home 7  -> 2 i1 + 1 i2 free held for ann (o1) until 01:02, 19.00 due
            00:02  bank  paid o1 19.00 a                     -> o1 paid by a
            00:03  ann   cart o2 i1x1 =10.00                 -> no: over-person-limit
            00:04  ann   give-up o1                          -> o1 given up; 19.00 owed as cancel-o1 (cancelled); coupons of o1 come back
            00:05  look  wallet ann                          -> 1 ten
            00:06  ann   cart o3 i1x2 =19.00 use ten home 7  -> 2 i1 held for ann (o3) until 01:06, 19.00 due
        "#]],
    );
}

#[test]
fn what_was_confirmed_with_the_cart_does_not_come_back_and_what_was_not_does() {
    play(
        "
00:00  ops   item i1 10.00 excepted perishable
00:00  host  stock i1 9
00:00  host  sale i1 10.00 x5 60s
00:01  ann   cart o1 i1x1 =10.00 confirm i1
00:01  bank  paid o1 10.00 a
00:02  bob   cart o2 i1x1 =10.00
00:02  bank  paid o2 10.00 b
00:03  ops   ship o1 k1
00:03  ops   ship o2 k2
00:04  ops   deliver o1 k1
00:04  ops   deliver o2 k2
00:05  ann   return r1 o1 i1x1 no-reason
00:05  bob   return r2 o2 i1x1 no-reason
00:06  ops   receive r2 restock
00:07  look  order o2
",
        &expect![[r#"
            00:00  ops   item i1 10.00 excepted perishable -> i1 is "Cup" for 10.00
            00:00  host  stock i1 9                        -> 9 of i1
            00:00  host  sale i1 10.00 x5 60s              -> i1 on sale for 10.00, 5 each, held 01:00
            00:01  ann   cart o1 i1x1 =10.00 confirm i1    -> 1 i1 held for ann (o1) until 01:01, 10.00 due, i1 confirmed
            00:01  bank  paid o1 10.00 a                   -> o1 paid by a
            00:02  bob   cart o2 i1x1 =10.00               -> 1 i1 held for bob (o2) until 01:02, 10.00 due
            00:02  bank  paid o2 10.00 b                   -> o2 paid by b
            00:03  ops   ship o1 k1                        -> k1 packed (i1x1) with SF
            00:03  ops   ship o2 k2                        -> k2 packed (i1x1) with SF
            00:04  ops   deliver o1 k1                     -> k1 delivered at 00:04
            00:04  ops   deliver o2 k2                     -> k2 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason       -> no: not-returnable-perishable
            00:05  bob   return r2 o2 i1x1 no-reason       -> r2 asked (10.00), decided by 3d00:05; r2 approved, buyer pays the way, sent by 7d00:05
            00:06  ops   receive r2 restock                -> r2 received, on the shelf again; 10.00 owed as return-r2 (returned)
            00:07  look  order o2                          -> returned, 10.00 owed back of 10.00
        "#]],
    );
}
