//! Coupons: who has them, what they take off and in which order, and that no budget is overspent.

use crate::script::play;
use expect_test::expect;

#[test]
fn a_coupon_is_claimed_used_once_and_comes_back_when_the_order_comes_to_nothing() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:00  ops   campaign ten amount 1.00
00:01  ann   cart o1 i1x1 =8.90 use ten
00:02  ann   claim ten
00:03  ann   claim ten
00:04  look  wallet ann
00:05  look  quote ann i1x1 use ten
00:06  ann   cart o1 i1x1 =8.90 use ten
00:06  ann   cart o1 i1x1 =8.90 use ten
00:06  ann   cart o1 i1x1 =9.90
00:07  look  wallet ann
00:08  ann   cart o2 i1x1 =8.90 use ten
01:06  time
01:07  look  wallet ann
01:08  ann   cart o2 i1x1 =8.90 use ten
01:09  bank  paid o2 8.90 a
01:10  look  wallet ann
01:10  look  spent ten
",
        &expect![[r#"
            00:00  host  stock i1 9                 -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s        -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  ops   campaign ten amount 1.00   -> ten runs
            00:01  ann   cart o1 i1x1 =8.90 use ten -> no: no-such-coupon
            00:02  ann   claim ten                  -> ann has ten
            00:03  ann   claim ten                  -> no: coupon-limit
            00:04  look  wallet ann                 -> 1 ten
            00:05  look  quote ann i1x1 use ten     -> 1 i1 at 9.90 (sale): 8.90; ten -1.00; 8.90 in all
            00:06  ann   cart o1 i1x1 =8.90 use ten -> 1 i1 held for ann (o1) until 01:06, 8.90 due
            00:06  ann   cart o1 i1x1 =8.90 use ten -> nothing new
            00:06  ann   cart o1 i1x1 =9.90         -> no: order-id-taken
            00:07  look  wallet ann                 -> nothing
            00:08  ann   cart o2 i1x1 =8.90 use ten -> no: no-such-coupon
            01:06  time                             -> o1 lapsed
            01:07  look  wallet ann                 -> 1 ten
            01:08  ann   cart o2 i1x1 =8.90 use ten -> 1 i1 held for ann (o2) until 02:08, 8.90 due
            01:09  bank  paid o2 8.90 a             -> o2 paid by a
            01:10  look  wallet ann                 -> nothing
            01:10  look  spent ten                  -> 1 given, 1.00 spent
        "#]],
    );
}

#[test]
fn the_last_coupon_goes_to_one_of_two() {
    play(
        "
00:00  ops   campaign ten amount 1.00 uses 1
00:01  ann   claim ten
00:01  bob   claim ten
00:02  ops   campaign ten amount 1.00 uses 2
00:03  bob   claim ten
",
        &expect![[r#"
            00:00  ops   campaign ten amount 1.00 uses 1 -> ten runs
            00:01  ann   claim ten                       -> ann has ten
            00:01  bob   claim ten                       -> no: coupons-gone
            00:02  ops   campaign ten amount 1.00 uses 2 -> ten runs
            00:03  bob   claim ten                       -> bob has ten
        "#]],
    );
}

#[test]
fn the_last_of_a_budget_goes_to_one_of_two_and_comes_back_with_a_hold() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:00  ops   campaign ten amount 1.00 budget 1.50
00:01  ann   claim ten
00:01  bob   claim ten
00:02  ann   cart o1 i1x1 =8.90 use ten
00:02  bob   cart o2 i1x1 =8.90 use ten
00:03  look  spent ten
00:04  ann   cancel o1
00:05  bob   cart o2 i1x1 =8.90 use ten
00:06  ops   campaign ten amount 1.00 budget 0.50
00:07  ops   campaign ten amount 2.00 budget 1.50
",
        &expect![[r#"
            00:00  host  stock i1 9                           -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s                  -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  ops   campaign ten amount 1.00 budget 1.50 -> ten runs
            00:01  ann   claim ten                            -> ann has ten
            00:01  bob   claim ten                            -> bob has ten
            00:02  ann   cart o1 i1x1 =8.90 use ten           -> 1 i1 held for ann (o1) until 01:02, 8.90 due
            00:02  bob   cart o2 i1x1 =8.90 use ten           -> no: budget-spent
            00:03  look  spent ten                            -> 2 given, 1.00 spent
            00:04  ann   cancel o1                            -> o1 cancelled
            00:05  bob   cart o2 i1x1 =8.90 use ten           -> 1 i1 held for bob (o2) until 01:05, 8.90 due
            00:06  ops   campaign ten amount 1.00 budget 0.50 -> no: bad-amount
            00:07  ops   campaign ten amount 2.00 budget 1.50 -> no: campaign-fixed
        "#]],
    );
}

#[test]
fn everything_is_taken_off_in_the_stated_order() {
    play(
        "
00:00  ops   list i2 20.00 Pot
00:00  ops   list i3 3.00 Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  stock i3 9
00:00  host  sale i1 10.00 x9 60s
00:00  host  sale i2 20.00 x9 60s
00:00  ops   shipping 6.00 free 99.00
00:00  ops   campaign a-gift gift i3 x1 everybody
00:00  ops   campaign b-post shipping 5.00 everybody
00:00  ops   campaign c-part percent 1000 everybody
00:00  ops   campaign d-off amount 1.00 granted
00:00  ops   campaign e-full threshold 30.00 3.00 everybody
00:00  ops   campaign f-pot percent 5000 for i2 granted
00:00  ops   campaign g-two buy 2 1 for i1 everybody
00:01  ops   grant g1 d-off ann
00:01  ops   grant g1 d-off ann
00:01  ops   grant g1 d-off bob
00:02  ops   grant g2 f-pot ann
00:03  look  quote ann i1x3,i2x2 use d-off
00:04  look  quote ann i1x3,i2x2 use d-off,f-pot
00:05  ann   cart o1 i1x3,i2x2 =51.40 use d-off
00:06  look  spent a-gift
",
        &expect![[r#"
            00:00  ops   list i2 20.00 Pot                              -> i2 is "Pot" for 20.00
            00:00  ops   list i3 3.00 Spoon                             -> i3 is "Spoon" for 3.00
            00:00  host  stock i1 9                                     -> 9 of i1
            00:00  host  stock i2 9                                     -> 9 of i2
            00:00  host  stock i3 9                                     -> 9 of i3
            00:00  host  sale i1 10.00 x9 60s                           -> i1 on sale for 10.00, 9 each, held 01:00
            00:00  host  sale i2 20.00 x9 60s                           -> i2 on sale for 20.00, 9 each, held 01:00
            00:00  ops   shipping 6.00 free 99.00                       -> shipping 6.00
            00:00  ops   campaign a-gift gift i3 x1 everybody           -> a-gift runs
            00:00  ops   campaign b-post shipping 5.00 everybody        -> b-post runs
            00:00  ops   campaign c-part percent 1000 everybody         -> c-part runs
            00:00  ops   campaign d-off amount 1.00 granted             -> d-off runs
            00:00  ops   campaign e-full threshold 30.00 3.00 everybody -> e-full runs
            00:00  ops   campaign f-pot percent 5000 for i2 granted     -> f-pot runs
            00:00  ops   campaign g-two buy 2 1 for i1 everybody        -> g-two runs
            00:01  ops   grant g1 d-off ann                             -> ann is given d-off
            00:01  ops   grant g1 d-off ann                             -> nothing new
            00:01  ops   grant g1 d-off bob                             -> no: grant-id-taken
            00:02  ops   grant g2 f-pot ann                             -> ann is given f-pot
            00:03  look  quote ann i1x3,i2x2 use d-off                  -> 3 i1 at 10.00 (sale): 16.80; 2 i2 at 20.00 (sale): 33.60; g-two -10.00; e-full -3.00; d-off -1.00; c-part -5.60; b-post -5.00; a-gift -0.00; 1 i3 free; shipping 1.00; 51.40 in all
            00:04  look  quote ann i1x3,i2x2 use d-off,f-pot            -> 3 i1 at 10.00 (sale): 18.00; 2 i2 at 20.00 (sale): 18.00; g-two -10.00; f-pot -20.00; e-full -3.00; d-off -1.00; b-post -5.00; a-gift -0.00; 1 i3 free; shipping 1.00; 37.00 in all
            00:05  ann   cart o1 i1x3,i2x2 =51.40 use d-off             -> 3 i1 + 2 i2 + 1 i3 free held for ann (o1) until 01:05, 51.40 due
            00:06  look  spent a-gift                                   -> 1 given, 3.00 spent
        "#]],
    );
}

#[test]
fn one_coupon_of_a_kind_is_used_unless_both_say_otherwise() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:00  ops   campaign a amount 1.00
00:00  ops   campaign b amount 1.00
00:00  ops   campaign c amount 1.00 freely
00:00  ops   campaign d amount 1.00 freely
00:00  ops   campaign e percent 1000 alone
00:01  ann   claim a
00:01  ann   claim b
00:01  ann   claim c
00:01  ann   claim d
00:01  ann   claim e
00:02  look  quote ann i1x1 use a,b
00:02  look  quote ann i1x1 use a,c
00:02  look  quote ann i1x1 use c,d
00:02  look  quote ann i1x1 use c,c
00:02  look  quote ann i1x1 use c,e
00:02  look  quote ann i1x1 use e
",
        &expect![[r#"
            00:00  host  stock i1 9                    -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s           -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  ops   campaign a amount 1.00        -> a runs
            00:00  ops   campaign b amount 1.00        -> b runs
            00:00  ops   campaign c amount 1.00 freely -> c runs
            00:00  ops   campaign d amount 1.00 freely -> d runs
            00:00  ops   campaign e percent 1000 alone -> e runs
            00:01  ann   claim a                       -> ann has a
            00:01  ann   claim b                       -> ann has b
            00:01  ann   claim c                       -> ann has c
            00:01  ann   claim d                       -> ann has d
            00:01  ann   claim e                       -> ann has e
            00:02  look  quote ann i1x1 use a,b        -> no: coupons-clash
            00:02  look  quote ann i1x1 use a,c        -> no: coupons-clash
            00:02  look  quote ann i1x1 use c,d        -> 1 i1 at 9.90 (sale): 7.90; c -1.00; d -1.00; 7.90 in all
            00:02  look  quote ann i1x1 use c,c        -> no: coupons-clash
            00:02  look  quote ann i1x1 use c,e        -> no: coupons-clash
            00:02  look  quote ann i1x1 use e          -> 1 i1 at 9.90 (sale): 8.91; e -0.99; 8.91 in all
        "#]],
    );
}

#[test]
fn of_what_everybody_has_the_one_that_takes_off_most_counts() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 10.00 x9 60s
00:00  ops   campaign a threshold 20.00 2.00 everybody
00:00  ops   campaign b threshold 50.00 8.00 everybody
00:01  look  quote ann i1x1
00:01  look  quote ann i1x2
00:01  look  quote ann i1x5
00:02  ann   order o1 i1 x5
00:03  ann   order o2 i1 x2
00:04  ops   end-campaign a
00:05  bob   order o3 i1 x2
",
        &expect![[r#"
            00:00  host  stock i1 9                                -> 9 of i1
            00:00  host  sale i1 10.00 x9 60s                      -> i1 on sale for 10.00, 9 each, held 01:00
            00:00  ops   campaign a threshold 20.00 2.00 everybody -> a runs
            00:00  ops   campaign b threshold 50.00 8.00 everybody -> b runs
            00:01  look  quote ann i1x1                            -> 1 i1 at 10.00 (sale): 10.00; 10.00 in all
            00:01  look  quote ann i1x2                            -> 2 i1 at 10.00 (sale): 18.00; a -2.00; 18.00 in all
            00:01  look  quote ann i1x5                            -> 5 i1 at 10.00 (sale): 42.00; b -8.00; 42.00 in all
            00:02  ann   order o1 i1 x5                            -> 5 i1 held for ann (o1) until 01:02, 42.00 due
            00:03  ann   order o2 i1 x2                            -> 2 i1 held for ann (o2) until 01:03, 18.00 due
            00:04  ops   end-campaign a                            -> a over
            00:05  bob   order o3 i1 x2                            -> 2 i1 held for bob (o3) until 01:05, 20.00 due
        "#]],
    );
}

#[test]
fn a_coupon_asks_for_what_it_says() {
    play(
        "
00:00  ops   list i2 5.00 Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  sale i1 9.90 x5 60s
00:00  host  sale i2 5.00 x5 60s
00:00  ops   campaign full threshold 10.00 1.00
00:00  ops   campaign spoon amount 1.00 for i2
00:00  ops   campaign high amount 1.00 level 2
00:00  ops   campaign soon amount 1.00 until 00:30
00:00  ops   campaign autumn amount 1.00 word Autumn
00:00  ops   campaign other amount 1.00 word autumn
00:00  ops   campaign given amount 1.00 granted
00:01  ann   claim full
00:01  ann   claim spoon
00:01  ann   claim high
00:01  ann   claim soon
00:01  ann   claim autumn
00:01  ann   claim given
00:01  ann   claim nothing
00:01  ann   code winter
00:01  ann   code ＡＵＴＵＭＮ
00:02  look  quote ann i1x1 use full
00:02  look  quote ann i1x1 use spoon
00:02  look  quote ann i1x1,i2x1 use spoon
00:02  look  quote ann i1x1,i2x1 use full,autumn
00:30  look  quote ann i1x1 use soon
00:30  look  wallet ann
00:31  bob   claim soon
00:32  ops   end-campaign spoon
00:33  look  quote ann i2x1 use spoon
",
        &expect![[r#"
            00:00  ops   list i2 5.00 Spoon                      -> i2 is "Spoon" for 5.00
            00:00  host  stock i1 9                              -> 9 of i1
            00:00  host  stock i2 9                              -> 9 of i2
            00:00  host  sale i1 9.90 x5 60s                     -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  host  sale i2 5.00 x5 60s                     -> i2 on sale for 5.00, 5 each, held 01:00
            00:00  ops   campaign full threshold 10.00 1.00      -> full runs
            00:00  ops   campaign spoon amount 1.00 for i2       -> spoon runs
            00:00  ops   campaign high amount 1.00 level 2       -> high runs
            00:00  ops   campaign soon amount 1.00 until 00:30   -> soon runs
            00:00  ops   campaign autumn amount 1.00 word Autumn -> autumn runs
            00:00  ops   campaign other amount 1.00 word autumn  -> no: bad-keyword
            00:00  ops   campaign given amount 1.00 granted      -> given runs
            00:01  ann   claim full                              -> ann has full
            00:01  ann   claim spoon                             -> ann has spoon
            00:01  ann   claim high                              -> no: level-too-low
            00:01  ann   claim soon                              -> ann has soon
            00:01  ann   claim autumn                            -> no: no-such-campaign
            00:01  ann   claim given                             -> no: no-such-campaign
            00:01  ann   claim nothing                           -> no: no-such-campaign
            00:01  ann   code winter                             -> no: no-such-campaign
            00:01  ann   code ＡＵＴＵＭＮ                       -> ann has autumn
            00:02  look  quote ann i1x1 use full                 -> no: coupon-unfit
            00:02  look  quote ann i1x1 use spoon                -> no: coupon-unfit
            00:02  look  quote ann i1x1,i2x1 use spoon           -> 1 i1 at 9.90 (sale): 9.90; 1 i2 at 5.00 (sale): 4.00; spoon -1.00; 13.90 in all
            00:02  look  quote ann i1x1,i2x1 use full,autumn     -> 1 i1 at 9.90 (sale): 8.58; 1 i2 at 5.00 (sale): 4.32; full -1.00; autumn -1.00; 12.90 in all
            00:30  look  quote ann i1x1 use soon                 -> no: campaign-over
            00:30  look  wallet ann                              -> 1 autumn, 1 full, 1 soon (not now), 1 spoon
            00:31  bob   claim soon                              -> no: campaign-over
            00:32  ops   end-campaign spoon                      -> spoon over
            00:33  look  quote ann i2x1 use spoon                -> no: campaign-over
        "#]],
    );
}

#[test]
fn a_person_gets_so_many_in_a_day_or_a_show() {
    play(
        "
00:00  ops   campaign day amount 1.00 daily
00:00  ops   campaign show amount 1.00 each-show times 2
00:01  ann   claim day
00:01  ann   claim day
1440:00  ann   claim day
1440:01  ann   claim show
1440:01  ann   claim show
1440:01  ann   claim show
1440:02  media on
1440:02  ann   claim show
1440:03  look  wallet ann
",
        &expect![[r#"
            00:00  ops   campaign day amount 1.00 daily              -> day runs
            00:00  ops   campaign show amount 1.00 each-show times 2 -> show runs
            00:01  ann   claim day                                   -> ann has day
            00:01  ann   claim day                                   -> no: coupon-limit
            1440:00  ann   claim day                                 -> ann has day
            1440:01  ann   claim show                                -> ann has show
            1440:01  ann   claim show                                -> ann has show
            1440:01  ann   claim show                                -> no: coupon-limit
            1440:02  media on                                        -> live
            1440:02  ann   claim show                                -> ann has show
            1440:03  look  wallet ann                                -> 2 day, 3 show
        "#]],
    );
}

#[test]
fn one_minor_unit_is_always_left_to_pay_and_parts_add_up() {
    play(
        "
00:00  ops   list i2 5.00 Spoon
00:00  host  stock i1 9
00:00  host  stock i2 9
00:00  host  sale i1 0.10 x5 60s
00:00  host  sale i2 0.05 x5 60s
00:00  ops   campaign big amount 99.00
00:00  ops   campaign all percent 10000
00:01  ann   claim big
00:01  ann   claim all
00:02  look  quote ann i1x1,i2x1 use big
00:02  look  quote ann i1x1,i2x1 use all
00:02  look  quote ann i1x1,i2x1 use all,big
00:02  look  quote ann i1x1,i2x1
",
        &expect![[r#"
            00:00  ops   list i2 5.00 Spoon              -> i2 is "Spoon" for 5.00
            00:00  host  stock i1 9                      -> 9 of i1
            00:00  host  stock i2 9                      -> 9 of i2
            00:00  host  sale i1 0.10 x5 60s             -> i1 on sale for 0.10, 5 each, held 01:00
            00:00  host  sale i2 0.05 x5 60s             -> i2 on sale for 0.05, 5 each, held 01:00
            00:00  ops   campaign big amount 99.00       -> big runs
            00:00  ops   campaign all percent 10000      -> all runs
            00:01  ann   claim big                       -> ann has big
            00:01  ann   claim all                       -> ann has all
            00:02  look  quote ann i1x1,i2x1 use big     -> 1 i1 at 0.10 (sale): 0.01; 1 i2 at 0.05 (sale): 0.00; big -0.14; 0.01 in all
            00:02  look  quote ann i1x1,i2x1 use all     -> 1 i1 at 0.10 (sale): 0.01; 1 i2 at 0.05 (sale): 0.00; all -0.14; 0.01 in all
            00:02  look  quote ann i1x1,i2x1 use all,big -> no: coupon-unfit
            00:02  look  quote ann i1x1,i2x1             -> 1 i1 at 0.10 (sale): 0.10; 1 i2 at 0.05 (sale): 0.05; 0.15 in all
        "#]],
    );
}

#[test]
fn coupons_of_an_order_that_came_back_do_so_by_their_campaign_and_once() {
    play(
        "
00:00  host  stock i1 9
00:00  host  sale i1 9.90 x5 60s
00:00  ops   campaign back amount 1.00 comes-back
00:00  ops   campaign gone percent 1000
00:01  ann   claim back
00:01  ann   claim gone
00:02  ann   cart o1 i1x2 =16.92 use back,gone
00:03  ops   coupons-back o1
00:04  bank  paid o1 16.92 a
00:05  ann   coupons-back o1
00:05  ops   coupons-back o1
00:05  ops   coupons-back o1
00:06  ops   coupons-back o7
00:07  look  wallet ann
00:07  look  spent back
00:07  look  spent gone
",
        &expect![[r#"
            00:00  host  stock i1 9                           -> 9 of i1
            00:00  host  sale i1 9.90 x5 60s                  -> i1 on sale for 9.90, 5 each, held 01:00
            00:00  ops   campaign back amount 1.00 comes-back -> back runs
            00:00  ops   campaign gone percent 1000           -> gone runs
            00:01  ann   claim back                           -> ann has back
            00:01  ann   claim gone                           -> ann has gone
            00:02  ann   cart o1 i1x2 =16.92 use back,gone    -> 2 i1 held for ann (o1) until 01:02, 16.92 due
            00:03  ops   coupons-back o1                      -> no: order-closed
            00:04  bank  paid o1 16.92 a                      -> o1 paid by a
            00:05  ann   coupons-back o1                      -> no: not-allowed
            00:05  ops   coupons-back o1                      -> coupons of o1 come back
            00:05  ops   coupons-back o1                      -> nothing new
            00:06  ops   coupons-back o7                      -> no: no-such-order
            00:07  look  wallet ann                           -> 1 back
            00:07  look  spent back                           -> 1 given, 0.00 spent
            00:07  look  spent gone                           -> 1 given, 1.88 spent
        "#]],
    );
}

#[test]
fn a_campaign_that_cannot_be_meant_is_refused() {
    play(
        "
00:01  ops   campaign a amount 0.00
00:01  ops   campaign a amount -1.00
00:01  ops   campaign a percent 0
00:01  ops   campaign a percent 10001
00:01  ops   campaign a buy 0 1
00:01  ops   campaign a gift i7 x1
00:01  ops   campaign a amount 1.00 for i7
00:01  ops   campaign a amount 1.00 until 00:00
00:01  ops   campaign a amount 1.00 times 0
00:01  ops   campaign a amount 1.00 uses 0
00:01  ops   campaign a amount 1.00 budget 0.00
00:01  ops   campaign a member 1 8.00 everybody
00:01  ops   campaign a amount 1.00 granted word autumn
00:01  host  campaign a amount 1.00
00:01  ops   campaign a amount 1.00
00:02  ops   campaign a amount 1.00
00:03  ops   campaign a amount 1.00 granted
00:04  ops   end-campaign a
00:04  ops   end-campaign a
00:05  ops   campaign a amount 1.00 uses 5
00:06  ops   end-campaign b
",
        &expect![[r#"
            00:01  ops   campaign a amount 0.00                     -> no: bad-amount
            00:01  ops   campaign a amount -1.00                    -> no: bad-amount
            00:01  ops   campaign a percent 0                       -> no: bad-amount
            00:01  ops   campaign a percent 10001                   -> no: bad-amount
            00:01  ops   campaign a buy 0 1                         -> no: bad-quantity
            00:01  ops   campaign a gift i7 x1                      -> no: no-such-item
            00:01  ops   campaign a amount 1.00 for i7              -> no: no-such-item
            00:01  ops   campaign a amount 1.00 until 00:00         -> no: bad-duration
            00:01  ops   campaign a amount 1.00 times 0             -> no: bad-quantity
            00:01  ops   campaign a amount 1.00 uses 0              -> no: bad-quantity
            00:01  ops   campaign a amount 1.00 budget 0.00         -> no: bad-amount
            00:01  ops   campaign a member 1 8.00 everybody         -> no: bad-option
            00:01  ops   campaign a amount 1.00 granted word autumn -> no: bad-keyword
            00:01  host  campaign a amount 1.00                     -> no: not-allowed
            00:01  ops   campaign a amount 1.00                     -> a runs
            00:02  ops   campaign a amount 1.00                     -> nothing new
            00:03  ops   campaign a amount 1.00 granted             -> no: campaign-fixed
            00:04  ops   end-campaign a                             -> a over
            00:04  ops   end-campaign a                             -> nothing new
            00:05  ops   campaign a amount 1.00 uses 5              -> no: campaign-over
            00:06  ops   end-campaign b                             -> no: no-such-campaign
        "#]],
    );
}
