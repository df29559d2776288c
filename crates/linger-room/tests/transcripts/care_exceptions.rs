//! After the sale: exceptions from returns, and exchanges.

use crate::script::play;
use expect_test::expect;

#[test]
fn an_exception_that_was_confirmed_for_this_purchase_is_named_when_it_refuses() {
    play(
        "
00:00  ops   policy
00:00  ops   item i1 10.00 excepted perishable
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bob   confirm o1 i1
00:02  ann   confirm o1 i1
00:02  ann   confirm o1 i1
00:03  bank  paid o1 20.00 a
00:04  ops   ship o1 k1
00:05  ops   deliver o1 k1
00:06  ops   item i1 10.00 days 30
00:07  ann   return r1 o1 i1x1 no-reason
00:07  ann   return r1 o1 i1x1 other
00:08  ann   return r1 o1 i1x1 faulty
00:09  ops   approve r1
",
        &expect![[r#"
            00:00  ops   policy                            -> policy set
            00:00  ops   item i1 10.00 excepted perishable -> i1 is "Cup" for 10.00
            00:00  ops   stock i1 9                        -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s              -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2                    -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bob   confirm o1 i1                     -> no: no-such-order
            00:02  ann   confirm o1 i1                     -> i1 of o1 confirmed as perishable
            00:02  ann   confirm o1 i1                     -> nothing new
            00:03  bank  paid o1 20.00 a                   -> o1 paid by a
            00:04  ops   ship o1 k1                        -> k1 packed (i1x2) with SF
            00:05  ops   deliver o1 k1                     -> k1 delivered at 00:05
            00:06  ops   item i1 10.00 days 30             -> i1 is "Cup" for 10.00
            00:07  ann   return r1 o1 i1x1 no-reason       -> no: not-returnable-perishable
            00:07  ann   return r1 o1 i1x1 other           -> no: not-returnable-perishable
            00:08  ann   return r1 o1 i1x1 faulty          -> r1 asked (10.00), decided by 3d00:08
            00:09  ops   approve r1                        -> r1 approved, shop pays the way, sent by 7d00:09
        "#]],
    );
}

#[test]
fn an_exception_that_nobody_confirmed_for_this_purchase_does_not_hold() {
    play(
        "
00:00  ops   policy
00:00  ops   item i1 10.00 excepted perishable
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x1
00:01  ann   order o2 i1 x2
00:01  ann   confirm o1 i1
00:03  bank  paid o2 20.00 b
00:03  ann   confirm o2 i1
00:04  ops   ship o2 k1
00:05  ops   deliver o2 k1
7d1439:59  ann   return r1 o2 i1x1 no-reason
8d00:00  ann   return r2 o2 i1x1 no-reason
",
        &expect![[r#"
            00:00  ops   policy                            -> policy set
            00:00  ops   item i1 10.00 excepted perishable -> i1 is "Cup" for 10.00
            00:00  ops   stock i1 9                        -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s              -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x1                    -> 1 held for ann (o1) until 01:01, 10.00 due
            00:01  ann   order o2 i1 x2                    -> 2 held for ann (o2) until 01:01, 20.00 due
            00:01  ann   confirm o1 i1                     -> i1 of o1 confirmed as perishable
            00:03  bank  paid o2 20.00 b                   -> o2 paid by b
            00:03  ann   confirm o2 i1                     -> no: order-closed
            00:04  ops   ship o2 k1                        -> k1 packed (i1x2) with SF
            00:05  ops   deliver o2 k1                     -> k1 delivered at 00:05
            7d1439:59  ann   return r1 o2 i1x1 no-reason   -> r1 asked (10.00), decided by 10d1439:59; r1 approved, buyer pays the way, sent by 14d1439:59
            8d00:00  ann   return r2 o2 i1x1 no-reason     -> no: return-too-late
        "#]],
    );
}

#[test]
fn an_exchange_holds_what_comes_instead_and_ships_it_when_the_goods_are_back() {
    play(
        "
00:00  ops   policy
00:00  ops   item i1 10.00 of 7
00:00  ops   item i2 10.00 of 7
00:00  ops   item i3 12.00 of 7
00:00  ops   item i4 10.00 of 8
00:00  ops   stock i1 9
00:00  ops   stock i2 1
00:00  ops   stock i3 1
00:00  ops   stock i4 1
00:00  ops   sale i1 9.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 18.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason for i3
00:05  ann   return r1 o1 i1x1 no-reason for i4
00:05  ann   return r1 o1 i1x2 no-reason for i2
00:05  ann   return r1 o1 i1x1 no-reason for i2
00:06  look  i2
00:07  ann   return r2 o1 i1x1 no-reason for i2
00:08  ann   send r1
00:09  ops   receive r1 restock
00:09  look  order o1
00:10  look  i2
00:10  look  i1
00:11  ops   ship o1 k2
00:12  ops   deliver o1 k2
00:13  ann   return r3 o1 i2x1 no-reason
00:14  ops   receive r3 restock
00:15  look  order o1
",
        &expect![[r#"
            00:00  ops   policy                             -> policy set
            00:00  ops   item i1 10.00 of 7                 -> i1 is "Cup" for 10.00
            00:00  ops   item i2 10.00 of 7                 -> i2 is "Cup" for 10.00
            00:00  ops   item i3 12.00 of 7                 -> i3 is "Cup" for 12.00
            00:00  ops   item i4 10.00 of 8                 -> i4 is "Cup" for 10.00
            00:00  ops   stock i1 9                         -> 9 of i1
            00:00  ops   stock i2 1                         -> 1 of i2
            00:00  ops   stock i3 1                         -> 1 of i3
            00:00  ops   stock i4 1                         -> 1 of i4
            00:00  ops   sale i1 9.00 x9 60s                -> i1 on sale for 9.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2                     -> 2 held for ann (o1) until 01:01, 18.00 due
            00:02  bank  paid o1 18.00 a                    -> o1 paid by a
            00:03  ops   ship o1 k1                         -> k1 packed (i1x2) with SF
            00:04  ops   deliver o1 k1                      -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason for i3 -> no: not-exchangeable
            00:05  ann   return r1 o1 i1x1 no-reason for i4 -> no: not-exchangeable
            00:05  ann   return r1 o1 i1x2 no-reason for i2 -> no: sold-out
            00:05  ann   return r1 o1 i1x1 no-reason for i2 -> r1 asked (9.00), decided by 3d00:05; r1 approved, buyer pays the way, sent by 7d00:05
            00:06  look  i2                                 -> 1 in all: 0 left, 1 held, 0 sold, not on sale
            00:07  ann   return r2 o1 i1x1 no-reason for i2 -> no: sold-out
            00:08  ann   send r1                            -> r1 sent, received by 10d00:08
            00:09  ops   receive r1 restock                 -> r1 received, on the shelf again
            00:09  look  order o1                           -> packing, 0.00 owed back of 18.00
            00:10  look  i2                                 -> 1 in all: 0 left, 0 held, 1 sold, not on sale
            00:10  look  i1                                 -> 9 in all: 8 left, 0 held, 1 sold, on sale
            00:11  ops   ship o1 k2                         -> k2 packed (i2x1) with SF
            00:12  ops   deliver o1 k2                      -> k2 delivered at 00:12
            00:13  ann   return r3 o1 i2x1 no-reason        -> r3 asked (9.00), decided by 3d00:13; r3 approved, buyer pays the way, sent by 7d00:13
            00:14  ops   receive r3 restock                 -> r3 received, on the shelf again; 9.00 owed as return-r3 (returned)
            00:15  look  order o1                           -> delivered, 9.00 owed back of 18.00
        "#]],
    );
}

#[test]
fn what_an_exchange_held_is_free_again_when_it_comes_to_nothing() {
    play(
        "
00:00  ops   policy
00:00  ops   item i1 10.00 of 7
00:00  ops   item i2 10.00 of 7
00:00  ops   stock i1 9
00:00  ops   stock i2 1
00:00  ops   sale i1 9.00 x9 60s
00:01  ann   order o1 i1 x1
00:02  bank  paid o1 9.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason for i2
00:06  ann   withdraw r1
00:06  look  i2
00:07  ann   return r2 o1 i1x1 no-reason
",
        &expect![[r#"
            00:00  ops   policy                             -> policy set
            00:00  ops   item i1 10.00 of 7                 -> i1 is "Cup" for 10.00
            00:00  ops   item i2 10.00 of 7                 -> i2 is "Cup" for 10.00
            00:00  ops   stock i1 9                         -> 9 of i1
            00:00  ops   stock i2 1                         -> 1 of i2
            00:00  ops   sale i1 9.00 x9 60s                -> i1 on sale for 9.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x1                     -> 1 held for ann (o1) until 01:01, 9.00 due
            00:02  bank  paid o1 9.00 a                     -> o1 paid by a
            00:03  ops   ship o1 k1                         -> k1 packed (i1x1) with SF
            00:04  ops   deliver o1 k1                      -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason for i2 -> r1 asked (9.00), decided by 3d00:05; r1 approved, buyer pays the way, sent by 7d00:05
            00:06  ann   withdraw r1                        -> r1 withdrawn
            00:06  look  i2                                 -> 1 in all: 1 left, 0 held, 0 sold, not on sale
            00:07  ann   return r2 o1 i1x1 no-reason        -> r2 asked (9.00), decided by 3d00:07; r2 approved, buyer pays the way, sent by 7d00:07
        "#]],
    );
}

#[test]
fn units_that_come_back_go_to_whoever_waits_and_not_to_an_exchange() {
    play(
        "
00:00  ops   policy
00:00  ops   stock i1 2
00:00  host  terms i1 10.00 x2 60s
00:01  ann   cart o1 i1x2 =20.00
00:02  bank  paid o1 20.00 a
00:03  bob   wait o2 i1 x1
00:04  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason
00:06  ops   receive r1 restock
00:07  ann   return r2 o1 i1x1 faulty for i1
00:08  time
00:09  look  i1
",
        &expect![[r#"
            00:00  ops   policy                          -> policy set
            00:00  ops   stock i1 2                      -> 2 of i1
            00:00  host  terms i1 10.00 x2 60s           -> i1 on sale for 10.00 on terms (s1)
            00:01  ann   cart o1 i1x2 =20.00             -> 2 i1 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a                 -> o1 paid by a
            00:03  bob   wait o2 i1 x1                   -> bob waits for 1 of i1 (o2)
            00:04  ops   ship o1 k1                      -> k1 packed (i1x2) with SF
            00:04  ops   deliver o1 k1                   -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason     -> r1 asked (10.00), decided by 3d00:05; r1 approved, buyer pays the way, sent by 7d00:05
            00:06  ops   receive r1 restock              -> r1 received, on the shelf again; 10.00 owed as return-r1 (returned)
            00:07  ann   return r2 o1 i1x1 faulty for i1 -> no: sold-out
            00:08  time                                  -> 1 i1 held for bob (o2) until 01:08, 10.00 due
            00:09  look  i1                              -> 2 in all: 0 left, 1 held, 1 sold, on sale
        "#]],
    );
}
