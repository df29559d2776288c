//! After the sale: parcels and returns.

use crate::script::play;
use expect_test::expect;

#[test]
fn an_order_is_packed_in_parts_and_delivered() {
    play(
        "
00:00  ops      policy
00:00  ops      stock i1 9
00:00  ops      sale i1 10.00 x9 60s
00:01  ann      order o1 i1 x3
00:02  ops      ship o1 k1
00:02  bank     paid o1 30.00 a
00:03  ops      ship o1 k1 i1x4
00:03  ops      ship o1 k1 i1x1
00:03  ops      ship o1 k1 i1x1
00:03  ops      ship o1 k1 i1x2
00:03  look     order o1
00:04  ops      ship o1 k2
00:04  ops      ship o1 k3
00:05  look     order o1
00:06  ops      deliver o1 k1
00:06  carrier  delivered o1 k2 at 00:06
00:07  look     order o1
00:08  ann      deliver o1 k1
",
        &expect![[r#"
            00:00  ops      policy                   -> policy set
            00:00  ops      stock i1 9               -> 9 of i1
            00:00  ops      sale i1 10.00 x9 60s     -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann      order o1 i1 x3           -> 3 held for ann (o1) until 01:01, 30.00 due
            00:02  ops      ship o1 k1               -> no: order-not-paid
            00:02  bank     paid o1 30.00 a          -> o1 paid by a
            00:03  ops      ship o1 k1 i1x4          -> no: bad-quantity
            00:03  ops      ship o1 k1 i1x1          -> k1 packed (i1x1) with SF
            00:03  ops      ship o1 k1 i1x1          -> nothing new
            00:03  ops      ship o1 k1 i1x2          -> no: parcel-id-taken
            00:03  look     order o1                 -> packing, 0.00 owed back of 30.00
            00:04  ops      ship o1 k2               -> k2 packed (i1x2) with SF
            00:04  ops      ship o1 k3               -> no: already-shipped
            00:05  look     order o1                 -> on-the-way, 0.00 owed back of 30.00
            00:06  ops      deliver o1 k1            -> k1 delivered at 00:06
            00:06  carrier  delivered o1 k2 at 00:06 -> k2 delivered at 00:06
            00:07  look     order o1                 -> delivered, 0.00 owed back of 30.00
            00:08  ann      deliver o1 k1            -> no: not-allowed
        "#]],
    );
}

#[test]
fn a_delivery_told_twice_or_before_its_parcel_counts_once() {
    play(
        "
00:00  ops      stock i1 9
00:00  ops      sale i1 10.00 x9 60s
00:01  ann      order o1 i1 x1
00:02  bank     paid o1 10.00 a
00:03  carrier  delivered o1 k1 at 00:03
00:03  ops      deliver o1 k1
00:05  ops      ship o1 k1
00:09  carrier  delivered o1 k1 at 00:02
00:10  carrier  delivered o1 k1 at 00:08
00:11  ops      deliver o1 k1
00:12  carrier  delivered o7 k1 at 00:08
",
        &expect![[r#"
            00:00  ops      stock i1 9               -> 9 of i1
            00:00  ops      sale i1 10.00 x9 60s     -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann      order o1 i1 x1           -> 1 held for ann (o1) until 01:01, 10.00 due
            00:02  bank     paid o1 10.00 a          -> o1 paid by a
            00:03  carrier  delivered o1 k1 at 00:03 -> nothing new
            00:03  ops      deliver o1 k1            -> no: no-such-parcel
            00:05  ops      ship o1 k1               -> k1 packed (i1x1) with SF
            00:09  carrier  delivered o1 k1 at 00:02 -> k1 delivered at 00:05
            00:10  carrier  delivered o1 k1 at 00:08 -> nothing new
            00:11  ops      deliver o1 k1            -> nothing new
            00:12  carrier  delivered o7 k1 at 00:08 -> nothing new
        "#]],
    );
}

#[test]
fn a_carrier_cannot_deliver_in_the_future() {
    play(
        "
00:00  ops      stock i1 9
00:00  ops      sale i1 10.00 x9 60s
00:01  ann      order o1 i1 x1
00:02  bank     paid o1 10.00 a
00:05  ops      ship o1 k1
00:09  carrier  delivered o1 k1 at 9d00:00
",
        &expect![[r#"
            00:00  ops      stock i1 9                 -> 9 of i1
            00:00  ops      sale i1 10.00 x9 60s       -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann      order o1 i1 x1             -> 1 held for ann (o1) until 01:01, 10.00 due
            00:02  bank     paid o1 10.00 a            -> o1 paid by a
            00:05  ops      ship o1 k1                 -> k1 packed (i1x1) with SF
            00:09  carrier  delivered o1 k1 at 9d00:00 -> k1 delivered at 00:09
        "#]],
    );
}

#[test]
fn who_picks_up_says_the_code() {
    play(
        "
00:00  ops  stock i1 9
00:00  ops  sale i1 10.00 x9 60s
00:01  ann  order o1 i1 x1
00:02  bank  paid o1 10.00 a
00:03  ops  pick-up o1 k1 4711
00:03  ops  pick-up o1 k1 9999
00:04  look  order o1
00:05  ops  hand-over o1 k1 9999
00:05  ops  deliver o1 k1
00:06  ops  hand-over o1 k2 4711
00:07  ops  hand-over o1 k1 4711
00:08  ops  hand-over o1 k1 4711
00:09  look  order o1
",
        &expect![[r#"
            00:00  ops  stock i1 9           -> 9 of i1
            00:00  ops  sale i1 10.00 x9 60s -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann  order o1 i1 x1       -> 1 held for ann (o1) until 01:01, 10.00 due
            00:02  bank  paid o1 10.00 a     -> o1 paid by a
            00:03  ops  pick-up o1 k1 4711   -> k1 packed (i1x1) to be picked up
            00:03  ops  pick-up o1 k1 9999   -> nothing new
            00:04  look  order o1            -> pick-up, 0.00 owed back of 10.00
            00:05  ops  hand-over o1 k1 9999 -> no: wrong-code
            00:05  ops  deliver o1 k1        -> no: wrong-code
            00:06  ops  hand-over o1 k2 4711 -> no: no-such-parcel
            00:07  ops  hand-over o1 k1 4711 -> k1 delivered at 00:07
            00:08  ops  hand-over o1 k1 4711 -> nothing new
            00:09  look  order o1            -> delivered, 0.00 owed back of 10.00
        "#]],
    );
}

#[test]
fn a_return_without_a_reason_is_approved_at_once_and_its_money_owed_when_it_arrives() {
    play(
        "
00:00  ops   policy
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x3
00:02  bank  paid o1 30.00 a
00:03  ops   ship o1 k1
00:03  ann   return r1 o1 i1x1 no-reason
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason
00:06  ann   return r1 o1 i1x1 no-reason
00:06  ann   return r1 o1 i1x2 no-reason
00:06  bob   return r1 o1 i1x1 no-reason
00:07  look  order o1
00:08  ann   send r1
00:08  ann   send r1
1d00:00  look  i1
1d00:01  ops   receive r1 restock
1d00:01  ops   receive r1 restock
1d00:02  look  i1
1d00:03  bank  given return-r1
1d00:03  bank  given return-r1
1d00:04  look  order o1
",
        &expect![[r#"
            00:00  ops   policy                      -> policy set
            00:00  ops   stock i1 9                  -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s        -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x3              -> 3 held for ann (o1) until 01:01, 30.00 due
            00:02  bank  paid o1 30.00 a             -> o1 paid by a
            00:03  ops   ship o1 k1                  -> k1 packed (i1x3) with SF
            00:03  ann   return r1 o1 i1x1 no-reason -> no: not-delivered
            00:04  ops   deliver o1 k1               -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason -> r1 asked (10.00), decided by 3d00:05; r1 approved, buyer pays the way, sent by 7d00:05
            00:06  ann   return r1 o1 i1x1 no-reason -> nothing new
            00:06  ann   return r1 o1 i1x2 no-reason -> no: return-id-taken
            00:06  bob   return r1 o1 i1x1 no-reason -> no: return-id-taken
            00:07  look  order o1                    -> returning, 0.00 owed back of 30.00
            00:08  ann   send r1                     -> r1 sent, received by 10d00:08
            00:08  ann   send r1                     -> nothing new
            1d00:00  look  i1                        -> 9 in all: 6 left, 0 held, 3 sold, on sale
            1d00:01  ops   receive r1 restock        -> r1 received, on the shelf again; 10.00 owed as return-r1 (returned)
            1d00:01  ops   receive r1 restock        -> nothing new
            1d00:02  look  i1                        -> 9 in all: 7 left, 0 held, 2 sold, on sale
            1d00:03  bank  given return-r1           -> return-r1 went back
            1d00:03  bank  given return-r1           -> nothing new
            1d00:04  look  order o1                  -> delivered, 10.00 owed back of 30.00
        "#]],
    );
}

#[test]
fn nobody_brings_back_more_than_they_bought_or_what_they_never_had() {
    play(
        "
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x3 no-reason
00:05  ann   return r1 o1 i1x0 no-reason
00:05  ann   return r1 o1 i1x1,i1x1 no-reason
00:05  ann   return r1 o1 i2x1 no-reason
00:05  ann   return r1 o9 i1x1 no-reason
00:05  bob   return r1 o1 i1x1 no-reason
00:06  ann   return r1 o1 i1x2 no-reason
00:07  ann   return r2 o1 i1x1 no-reason
00:08  bob   withdraw r1
00:08  bob   send r1
00:08  ann   approve r1
",
        &expect![[r#"
            00:00  ops   stock i1 9                       -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s             -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2                   -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a                  -> o1 paid by a
            00:03  ops   ship o1 k1                       -> k1 packed (i1x2) with SF
            00:04  ops   deliver o1 k1                    -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x3 no-reason      -> no: bad-quantity
            00:05  ann   return r1 o1 i1x0 no-reason      -> no: bad-quantity
            00:05  ann   return r1 o1 i1x1,i1x1 no-reason -> no: bad-quantity
            00:05  ann   return r1 o1 i2x1 no-reason      -> no: no-such-item
            00:05  ann   return r1 o9 i1x1 no-reason      -> no: no-such-order
            00:05  bob   return r1 o1 i1x1 no-reason      -> no: no-such-order
            00:06  ann   return r1 o1 i1x2 no-reason      -> r1 asked (20.00), decided by 3d00:06; r1 approved, buyer pays the way, sent by 7d00:06
            00:07  ann   return r2 o1 i1x1 no-reason      -> no: bad-quantity
            00:08  bob   withdraw r1                      -> no: no-such-return
            00:08  bob   send r1                          -> no: no-such-return
            00:08  ann   approve r1                       -> no: not-allowed
        "#]],
    );
}

#[test]
fn after_the_days_only_a_fault_brings_something_back() {
    play(
        "
00:00     ops   policy
00:00     ops   item i1 10.00 days 14
00:00     ops   stock i1 9
00:00     ops   sale i1 10.00 x9 60s
00:01     ann   order o1 i1 x2
00:02     bank  paid o1 20.00 a
00:03     ops   ship o1 k1
00:04     ops   deliver o1 k1
00:05     ops   item i1 10.00 days 1
14d1439:59  ann   return r1 o1 i1x1 no-reason
15d00:00  ann   return r2 o1 i1x1 no-reason
15d00:00  ann   return r2 o1 i1x1 faulty
",
        &expect![[r#"
            00:00     ops   policy                        -> policy set
            00:00     ops   item i1 10.00 days 14         -> i1 is "Cup" for 10.00
            00:00     ops   stock i1 9                    -> 9 of i1
            00:00     ops   sale i1 10.00 x9 60s          -> i1 on sale for 10.00, 9 each, held 01:00
            00:01     ann   order o1 i1 x2                -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02     bank  paid o1 20.00 a               -> o1 paid by a
            00:03     ops   ship o1 k1                    -> k1 packed (i1x2) with SF
            00:04     ops   deliver o1 k1                 -> k1 delivered at 00:04
            00:05     ops   item i1 10.00 days 1          -> i1 is "Cup" for 10.00
            14d1439:59  ann   return r1 o1 i1x1 no-reason -> r1 asked (10.00), decided by 17d1439:59; r1 approved, buyer pays the way, sent by 21d1439:59
            15d00:00  ann   return r2 o1 i1x1 no-reason   -> no: return-too-late
            15d00:00  ann   return r2 o1 i1x1 faulty      -> r2 asked (10.00), decided by 18d00:00
        "#]],
    );
}

#[test]
fn a_clock_moved_back_takes_nobody_s_days_away() {
    play(
        "
00:10  ops   policy
00:10  ops   stock i1 9
00:10  ops   sale i1 10.00 x9 60s
00:11  ann   order o1 i1 x2
00:12  bank  paid o1 20.00 a
00:13  ops   ship o1 k1
00:14  ops   deliver o1 k1
00:01  ann   return r1 o1 i1x1 no-reason
00:01  time
00:02  ann   send r1
00:00  ops   receive r1 scrap
",
        &expect![[r#"
            00:10  ops   policy                      -> policy set
            00:10  ops   stock i1 9                  -> 9 of i1
            00:10  ops   sale i1 10.00 x9 60s        -> i1 on sale for 10.00, 9 each, held 01:00
            00:11  ann   order o1 i1 x2              -> 2 held for ann (o1) until 01:11, 20.00 due
            00:12  bank  paid o1 20.00 a             -> o1 paid by a
            00:13  ops   ship o1 k1                  -> k1 packed (i1x2) with SF
            00:14  ops   deliver o1 k1               -> k1 delivered at 00:14
            00:01  ann   return r1 o1 i1x1 no-reason -> r1 asked (10.00), decided by 3d00:01; r1 approved, buyer pays the way, sent by 7d00:01
            00:01  time                              -> nothing new
            00:02  ann   send r1                     -> r1 sent, received by 10d00:02
            00:00  ops   receive r1 scrap            -> r1 received; 10.00 owed as return-r1 (returned)
        "#]],
    );
}

#[test]
fn the_shop_decides_about_a_fault_and_its_silence_is_consent() {
    play(
        "
00:00  ops   policy decide=2
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x3
00:02  bank  paid o1 30.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 faulty
00:05  ann   return r2 o1 i1x1 late
00:06  ops   reject r2
00:06  ops   reject r2
00:06  ops   approve r2
00:07  ann   return r3 o1 i1x2 faulty
00:08  ann   withdraw r3
00:08  ann   withdraw r3
2d00:05  time
2d00:06  time
",
        &expect![[r#"
            00:00  ops   policy decide=2          -> policy set
            00:00  ops   stock i1 9               -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s     -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x3           -> 3 held for ann (o1) until 01:01, 30.00 due
            00:02  bank  paid o1 30.00 a          -> o1 paid by a
            00:03  ops   ship o1 k1               -> k1 packed (i1x3) with SF
            00:04  ops   deliver o1 k1            -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 faulty -> r1 asked (10.00), decided by 2d00:05
            00:05  ann   return r2 o1 i1x1 late   -> r2 asked (10.00), decided by 2d00:05
            00:06  ops   reject r2                -> r2 rejected
            00:06  ops   reject r2                -> nothing new
            00:06  ops   approve r2               -> no: return-over
            00:07  ann   return r3 o1 i1x2 faulty -> r3 asked (20.00), decided by 2d00:07
            00:08  ann   withdraw r3              -> r3 withdrawn
            00:08  ann   withdraw r3              -> nothing new
            2d00:05  time                         -> r1 approved, shop pays the way, sent by 9d00:05
            2d00:06  time                         -> nothing new
        "#]],
    );
}

#[test]
fn a_return_that_nobody_sends_lapses_and_one_that_nobody_receives_is_paid_for() {
    play(
        "
00:00  ops   policy
00:00  ops   stock i1 9
00:00  ops   sale i1 10.00 x9 60s
00:01  ann   order o1 i1 x2
00:02  bank  paid o1 20.00 a
00:03  ops   ship o1 k1
00:04  ops   deliver o1 k1
00:05  ann   return r1 o1 i1x1 no-reason
00:05  ann   return r2 o1 i1x1 no-reason
00:06  ann   send r2
7d00:05  time
7d00:06  ann   send r1
7d00:06  ann   return r3 o1 i1x1 no-reason
10d00:06  time
10d00:07  ops   receive r2 restock
10d00:08  look  i1
",
        &expect![[r#"
            00:00  ops   policy                        -> policy set
            00:00  ops   stock i1 9                    -> 9 of i1
            00:00  ops   sale i1 10.00 x9 60s          -> i1 on sale for 10.00, 9 each, held 01:00
            00:01  ann   order o1 i1 x2                -> 2 held for ann (o1) until 01:01, 20.00 due
            00:02  bank  paid o1 20.00 a               -> o1 paid by a
            00:03  ops   ship o1 k1                    -> k1 packed (i1x2) with SF
            00:04  ops   deliver o1 k1                 -> k1 delivered at 00:04
            00:05  ann   return r1 o1 i1x1 no-reason   -> r1 asked (10.00), decided by 3d00:05; r1 approved, buyer pays the way, sent by 7d00:05
            00:05  ann   return r2 o1 i1x1 no-reason   -> r2 asked (10.00), decided by 3d00:05; r2 approved, buyer pays the way, sent by 7d00:05
            00:06  ann   send r2                       -> r2 sent, received by 10d00:06
            7d00:05  time                              -> r1 lapsed
            7d00:06  ann   send r1                     -> no: return-over
            7d00:06  ann   return r3 o1 i1x1 no-reason -> r3 asked (10.00), decided by 10d00:06; r3 approved, buyer pays the way, sent by 14d00:06
            10d00:06  time                             -> r2 received; 10.00 owed as return-r2 (returned)
            10d00:07  ops   receive r2 restock         -> nothing new
            10d00:08  look  i1                         -> 9 in all: 7 left, 0 held, 2 sold, on sale
        "#]],
    );
}
