//! After the sale: money that goes back.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_paid_order_can_be_given_up_before_it_is_shipped() {
    play(
        "
00:00  ops   stock i1 3
00:00  ops   sale i1 10.00 x3 60s
00:01  ann   order o1 i1 x2
00:01  ann   give-up o1
00:02  bank  paid o1 20.00 a
00:03  bob   give-up o1
00:03  ann   give-up o1
00:03  ann   give-up o1
00:04  look  i1
00:04  look  order o1
00:05  ops   ship o1 k1
00:06  bank  given cancel-o1
00:06  bank  given cancel-o1
00:07  bank  paid o1 20.00 b
00:08  ann   order o2 i1 x3
",
        &expect![[r#"
            00:00  ops   stock i1 3           -> 3 of i1
            00:00  ops   sale i1 10.00 x3 60s -> i1 on sale for 10.00, 3 each, held 01:00
            00:01  ann   order o1 i1 x2       -> 2 held for ann (o1) until 01:01, 20.00 due
            00:01  ann   give-up o1           -> no: order-not-paid
            00:02  bank  paid o1 20.00 a      -> o1 paid by a
            00:03  bob   give-up o1           -> no: no-such-order
            00:03  ann   give-up o1           -> o1 given up; 20.00 owed as cancel-o1 (cancelled)
            00:03  ann   give-up o1           -> nothing new
            00:04  look  i1                   -> 3 in all: 3 left, 0 held, 0 sold, on sale
            00:04  look  order o1             -> cancelled, 20.00 owed back of 20.00
            00:05  ops   ship o1 k1           -> no: order-closed
            00:06  bank  given cancel-o1      -> cancel-o1 went back
            00:06  bank  given cancel-o1      -> nothing new
            00:07  bank  paid o1 20.00 b      -> 20.00 of b must go back (paid twice)
            00:08  ann   order o2 i1 x3       -> 3 held for ann (o2) until 01:08, 30.00 due
        "#]],
    );
}

#[test]
fn what_is_on_its_way_cannot_be_given_up() {
    play(
        "
00:00  ops   stock i1 3
00:00  ops   sale i1 10.00 x3 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:03  ops   ship o1 k1 i1x1
00:04  ann   give-up o1
",
        &expect![[r#"
            00:00  ops   stock i1 3           -> 3 of i1
            00:00  ops   sale i1 10.00 x3 60s -> i1 on sale for 10.00, 3 each, held 01:00
            00:01  ann   order o1 i1 x2       -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a      -> o1 paid by a
            00:03  ops   ship o1 k1 i1x1      -> k1 packed (i1x1) with SF
            00:04  ann   give-up o1           -> no: already-shipped
        "#]],
    );
}

#[test]
fn up_to_the_promised_amount_money_goes_back_as_soon_as_the_return_is_sent() {
    play(
        "
00:00  ops   policy instant=10.00 freight=shop
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x3
00:02  bank  paid o1 30.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason
00:06  ann   send r1
00:07  ops   reject r1
00:08  ops   receive r1 restock
00:09  ann   return r2 o1 i1x2 no-reason
00:10  ann   send r2
00:11  ops   receive r2 scrap
00:12  look  order o1
00:12  look  i1
",
        &expect![[r#"
            00:00  ops   policy instant=10.00 freight=shop -> policy set
            00:00  ops   stock i1 9                        -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s              -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x3                    -> 3 held for ann (o1) until 01:01, 30.00 due
            00:02  bank  paid o1 30.00 a                   -> o1 paid by a
            00:03  ops   ship o1 k1                        -> k1 packed (i1x3) with SF
            00:04  ops   deliver o1 k1                     -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason       -> r1 asked (10.00), decided by 3d00:05; r1 approved, shop pays the way, sent by 7d00:05
            00:06  ann   send r1                           -> r1 sent, received by 10d00:06; 10.00 owed as return-r1 (returned)
            00:07  ops   reject r1                         -> no: return-over
            00:08  ops   receive r1 restock                -> r1 received, on the shelf again
            00:09  ann   return r2 o1 i1x2 no-reason       -> r2 asked (20.00), decided by 3d00:09; r2 approved, shop pays the way, sent by 7d00:09
            00:10  ann   send r2                           -> r2 sent, received by 10d00:10
            00:11  ops   receive r2 scrap                  -> r2 received; 20.00 owed as return-r2 (returned)
            00:12  look  order o1                          -> returned, 30.00 owed back of 30.00
            00:12  look  i1                                -> 9 in all: 7 left, 0 held, 2 sold, on sale
        "#]],
    );
}

#[test]
fn however_units_come_back_they_bring_back_what_was_paid_to_the_cent() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 3.33 x9 60s
00:01  ann   order o1 i1 x3
00:02  bank  paid o1 9.99 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ops   repay g1 o1 i1 2.00
00:06  ann   return r1 o1 i1x1 no-reason
00:06  ann   return r2 o1 i1x1 no-reason
00:06  ann   return r3 o1 i1x1 no-reason
00:07  ops   receive r3 restock
00:07  ops   receive r1 restock
00:07  ops   receive r2 restock
00:08  look  order o1
",
        &expect![[r#"
            00:00  ops   stock i1 9                  -> 9 of i1
            00:00  ops   sale i1 3.33 x9 60s         -> i1 on sale for 3.33, 9 each, held 01:00
            00:01  ann   order o1 i1 x3              -> 3 held for ann (o1) until 01:01, 9.99 due
            00:02  bank  paid o1 9.99 a              -> o1 paid by a
            00:03  ops   ship o1 k1                  -> k1 packed (i1x3) with SF
            00:04  ops   deliver o1 k1               -> k1 delivered at 00:04
            00:05  ops   repay g1 o1 i1 2.00         -> 2.00 owed as g1 (by-hand)
            00:06  ann   return r1 o1 i1x1 no-reason -> r1 asked (2.66), decided by 3d00:06; r1 approved, buyer pays the way, sent by 7d00:06
            00:06  ann   return r2 o1 i1x1 no-reason -> r2 asked (2.66), decided by 3d00:06; r2 approved, buyer pays the way, sent by 7d00:06
            00:06  ann   return r3 o1 i1x1 no-reason -> r3 asked (2.67), decided by 3d00:06; r3 approved, buyer pays the way, sent by 7d00:06
            00:07  ops   receive r3 restock          -> r3 received, on the shelf again; 2.67 owed as return-r3 (returned)
            00:07  ops   receive r1 restock          -> r1 received, on the shelf again; 2.66 owed as return-r1 (returned)
            00:07  ops   receive r2 restock          -> r2 received, on the shelf again; 2.66 owed as return-r2 (returned)
            00:08  look  order o1                    -> returned, 9.99 owed back of 9.99
        "#]],
    );
}

#[test]
fn a_refund_larger_than_what_is_left_of_the_payment_is_refused() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:01  ops   repay g1 o1 i1 1.00
00:02  bank  paid o1 20.00 a
00:03  ops   repay g1 o1 i1 20.01
00:03  ops   repay g1 o1 i1 0.00
00:03  ops   repay g1 o1 i1 5.00USD
00:03  ops   repay cancel-o1 o1 i1 5.00
00:03  ops   repay g1 o1 i2 5.00
00:04  ops   repay g1 o1 i1 5.00
00:04  ops   repay g1 o1 i1 5.00
00:04  ops   repay g1 o1 i1 6.00
00:05  ops   repay g2 o1 i1 15.01
00:05  ann   repay g2 o1 i1 15.00
00:06  ops   repay g2 o1 i1 15.00
00:07  ann   give-up o1
00:08  look  order o1
",
        &expect![[r#"
            00:00  ops   stock i1 9                 -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s       -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2             -> 2 held for ann (o1) until 01:01, 20.00 due
            00:01  ops   repay g1 o1 i1 1.00        -> no: order-not-paid
            00:02  bank  paid o1 20.00 a            -> o1 paid by a
            00:03  ops   repay g1 o1 i1 20.01       -> no: refund-too-large
            00:03  ops   repay g1 o1 i1 0.00        -> no: bad-amount
            00:03  ops   repay g1 o1 i1 5.00USD     -> no: bad-amount
            00:03  ops   repay cancel-o1 o1 i1 5.00 -> no: refund-id-taken
            00:03  ops   repay g1 o1 i2 5.00        -> no: no-such-item
            00:04  ops   repay g1 o1 i1 5.00        -> 5.00 owed as g1 (by-hand)
            00:04  ops   repay g1 o1 i1 5.00        -> nothing new
            00:04  ops   repay g1 o1 i1 6.00        -> no: refund-id-taken
            00:05  ops   repay g2 o1 i1 15.01       -> no: refund-too-large
            00:05  ann   repay g2 o1 i1 15.00       -> no: not-allowed
            00:06  ops   repay g2 o1 i1 15.00       -> 15.00 owed as g2 (by-hand)
            00:07  ann   give-up o1                 -> o1 given up
            00:08  look  order o1                   -> cancelled, 20.00 owed back of 20.00
        "#]],
    );
}

#[test]
fn money_that_a_provider_cannot_give_back_goes_another_way() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:03  ann   give-up o1
00:04  bank  failed cancel-o1
00:04  bank  failed cancel-o1
00:05  bank  failed cancel-o7
00:06  ops   settle cancel-o7
00:06  ops   settle cancel-o1
00:07  ops   settle cancel-o1
00:08  bank  given cancel-o1
00:08  bank  failed cancel-o1
",
        &expect![[r#"
            00:00  ops   stock i1 9           -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2       -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a      -> o1 paid by a
            00:03  ann   give-up o1           -> o1 given up; 20.00 owed as cancel-o1 (cancelled)
            00:04  bank  failed cancel-o1     -> cancel-o1 did not go back
            00:04  bank  failed cancel-o1     -> nothing new
            00:05  bank  failed cancel-o7     -> nothing new
            00:06  ops   settle cancel-o7     -> no: no-such-refund
            00:06  ops   settle cancel-o1     -> cancel-o1 went back
            00:07  ops   settle cancel-o1     -> nothing new
            00:08  bank  given cancel-o1      -> nothing new
            00:08  bank  failed cancel-o1     -> nothing new
        "#]],
    );
}

#[test]
fn a_price_that_falls_within_the_guaranteed_days_is_made_up_for_on_demand() {
    play(
        "
00:00  ops   policy guarantee=7
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:03  ann   claim-price o1 i1
00:04  ops   sale i1 8.00 x9 60s
00:05  bob   claim-price o1 i1
00:05  ann   claim-price o1 i1
00:05  ann   claim-price o1 i1
00:06  ops   sale i1 7.50 x9 60s
00:07  ann   claim-price o1 i1
7d00:08  ops   sale i1 5.00 x9 60s
7d01:01  ann   claim-price o1 i1
7d01:02  look  order o1
",
        &expect![[r#"
            00:00  ops   policy guarantee=7    -> policy set
            00:00  ops   stock i1 9            -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s  -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2        -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a       -> o1 paid by a
            00:03  ann   claim-price o1 i1     -> no: not-cheaper
            00:04  ops   sale i1 8.00 x9 60s   -> i1 on sale for 8.00, 9 each, held 01:00
            00:05  bob   claim-price o1 i1     -> no: no-such-order
            00:05  ann   claim-price o1 i1     -> 4.00 owed as price-o1-1 (guarantee)
            00:05  ann   claim-price o1 i1     -> nothing new
            00:06  ops   sale i1 7.50 x9 60s   -> i1 on sale for 7.50, 9 each, held 01:00
            00:07  ann   claim-price o1 i1     -> 1.00 owed as price-o1-2 (guarantee)
            7d00:08  ops   sale i1 5.00 x9 60s -> i1 on sale for 5.00, 9 each, held 01:00
            7d01:01  ann   claim-price o1 i1   -> no: guarantee-over
            7d01:02  look  order o1            -> packing, 5.00 owed back of 20.00
        "#]],
    );
}

#[test]
fn no_price_is_guaranteed_where_nothing_was_promised() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:04  ops   sale i1 8.00 x9 60s
00:05  ann   claim-price o1 i1
",
        &expect![[r#"
            00:00  ops   stock i1 9           -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2       -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a      -> o1 paid by a
            00:04  ops   sale i1 8.00 x9 60s  -> i1 on sale for 8.00, 9 each, held 01:00
            00:05  ann   claim-price o1 i1    -> no: guarantee-over
        "#]],
    );
}

#[test]
fn a_policy_that_cannot_be_kept_is_refused() {
    play(
        "
00:00  ops   policy answer=7200s solve=3600s
00:00  ops   policy office=0
00:00  ops   policy decide=0
00:00  ops   policy guarantee=400
00:00  mod   policy
00:00  ops   policy office=31
00:00  ops   policy office=31
",
        &expect![[r#"
            00:00  ops   policy answer=7200s solve=3600s -> no: bad-policy
            00:00  ops   policy office=0                 -> no: bad-policy
            00:00  ops   policy decide=0                 -> no: bad-policy
            00:00  ops   policy guarantee=400            -> no: bad-policy
            00:00  mod   policy                          -> no: not-allowed
            00:00  ops   policy office=31                -> policy set
            00:00  ops   policy office=31                -> nothing new
        "#]],
    );
}
