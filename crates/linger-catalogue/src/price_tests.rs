//! What may be said of a price, case by case. It does not look into how it is reckoned.

use super::*;

fn day(days: i64) -> i64 {
    days * DAY_MS
}

fn step(days: i64, region: &str, minor: impl Into<Option<i64>>) -> Step {
    Step {
        at_ms: day(days),
        region: region.into(),
        minor: minor.into(),
        currency: "EUR".into(),
        until_ms: None,
    }
}

fn passing(from: i64, to: i64, minor: i64) -> Step {
    Step { until_ms: Some(day(to)), ..step(from, "", minor) }
}

fn struck(minor: i64, was: i64, basis: Basis) -> Offer {
    Offer { minor, currency: "EUR".into(), was_minor: Some(was), basis: Some(basis), ..Offer::default() }
}

#[test]
fn the_lowest_counts_what_stood_when_the_days_began() {
    let steps = [step(0, "", 900), step(50, "", 1_000), step(95, "", 800)];
    let at = |from: i64, to: i64| lowest(&steps, "", "EUR", day(from), day(to)).map(|it| it.minor);
    assert_eq!(at(60, 90), Some(1_000));
    assert_eq!(at(40, 90), Some(900));
    assert_eq!(at(50, 95), Some(1_000), "a price ends when the next begins");
    assert_eq!(at(50, 96), Some(800));
    assert_eq!(lowest(&steps, "", "EUR", day(-9), day(0)), None);
    assert!(!lowest(&steps, "", "EUR", day(-9), day(9)).unwrap().whole);
    assert_eq!(lowest(&steps, "", "USD", day(0), day(99)), None, "another currency is no comparison");
}

#[test]
fn a_region_has_the_general_price_until_it_has_its_own_and_again_after() {
    let steps = [step(0, "", 1_000), step(10, "DE", 900), step(20, "DE", None), step(30, "", 1_100)];
    let at = |region: &str, from: i64, to: i64| {
        lowest(&steps, region, "EUR", day(from), day(to)).map(|it| it.minor)
    };
    assert_eq!(at("DE", 0, 10), Some(1_000));
    assert_eq!(at("DE", 5, 15), Some(900));
    assert_eq!(at("DE", 20, 30), Some(1_000));
    assert_eq!(at("DE", 30, 40), Some(1_100));
    assert_eq!(at("FR", 5, 25), Some(1_000), "what one region paid is not what another did");
}

#[test]
fn a_flash_price_of_a_room_counts_although_the_list_price_stood() {
    let steps = [step(0, "", 1_000), passing(40, 41, 500)];
    let before = lowest(&steps, "", "EUR", day(20), day(50)).unwrap();
    assert_eq!(before, Lowest { minor: 500, whole: true });
    assert_eq!(lowest(&steps, "", "EUR", day(41), day(71)).unwrap().minor, 1_000);
    assert_eq!(
        judge(&steps, &struck(700, 1_000, Basis::Lowest30Days), day(60)),
        Err(Dishonest::AboveHistory { days: 30, lowest_minor: 500 })
    );
    assert_eq!(judge(&steps, &struck(700, 1_000, Basis::Lowest7Days), day(60)), Ok(()));
}

#[test]
fn a_reduction_states_the_lowest_of_the_thirty_days_before() {
    let steps = [step(0, "", 1_000), step(60, "", 800), step(75, "", 1_000)];
    let at = |was, now| judge(&steps, &struck(700, was, Basis::Lowest30Days), day(now));
    assert_eq!(at(1_000, 90), Err(Dishonest::AboveHistory { days: 30, lowest_minor: 800 }));
    assert_eq!(at(800, 90), Ok(()));
    assert_eq!(at(1_000, 105), Ok(()));
    assert_eq!(at(1_200, 105), Err(Dishonest::AboveHistory { days: 30, lowest_minor: 1_000 }));
}

#[test]
fn an_honest_reduction_stays_honest_while_it_lasts_and_none_becomes_so_by_lasting() {
    let steps = [step(0, "", 1_000), step(40, "", 700)];
    assert_eq!(judge(&steps, &struck(700, 1_000, Basis::Lowest30Days), day(120)), Ok(()));
    let steps = [step(0, "", 700), step(39, "", 1_000), step(40, "", 700)];
    let late = judge(&steps, &struck(700, 1_000, Basis::Lowest30Days), day(120));
    assert_eq!(late, Err(Dishonest::AboveHistory { days: 30, lowest_minor: 700 }));
    let again = judge(&steps, &struck(650, 700, Basis::Lowest30Days), day(120));
    assert_eq!(again, Ok(()), "each reduction has its own days before");
}

#[test]
fn what_was_not_on_sale_for_long_enough_has_no_price_to_strike() {
    let steps = [step(0, "", 1_000)];
    assert_eq!(
        judge(&steps, &struck(700, 1_000, Basis::Lowest30Days), day(29)),
        Err(Dishonest::HistoryTooShort { days: 30 })
    );
    assert_eq!(judge(&steps, &struck(700, 1_000, Basis::Lowest30Days), day(30)), Ok(()));
    assert_eq!(judge(&steps, &struck(700, 1_000, Basis::Lowest7Days), day(7)), Ok(()));
    assert_eq!(
        judge(&[], &struck(700, 1_000, Basis::Lowest7Days), day(99)),
        Err(Dishonest::HistoryTooShort { days: 7 })
    );
}

#[test]
fn a_price_raised_for_a_moment_is_no_price_to_strike() {
    // Raised and lowered within the same day: the thirty days before know better.
    let steps = [step(0, "", 1_000), Step { at_ms: day(60), ..step(0, "", 2_000) }];
    let now = day(60) + 1_000;
    assert_eq!(
        judge(&steps, &struck(1_000, 2_000, Basis::Lowest30Days), now),
        Err(Dishonest::AboveHistory { days: 30, lowest_minor: 1_000 })
    );
}

#[test]
fn a_struck_price_says_what_it_is() {
    let steps = [step(0, "", 1_000)];
    let judged = |offer: Offer| judge(&steps, &offer, day(90));
    let honest = struck(700, 1_000, Basis::Lowest30Days);
    assert_eq!(judged(honest.clone()), Ok(()));
    assert_eq!(judged(Offer { basis: None, ..honest.clone() }), Err(Dishonest::NoBasis));
    assert_eq!(judged(Offer { was_minor: None, ..honest.clone() }), Err(Dishonest::NoStruckPrice));
    assert_eq!(judged(Offer { was_minor: Some(700), ..honest.clone() }), Err(Dishonest::NotAbove));
    let suggested = struck(700, 9_000, Basis::Suggested);
    assert_eq!(judged(suggested.clone()), Err(Dishonest::NoEvidence));
    assert_eq!(judged(Offer { evidence: "maker.example/list".into(), ..suggested }), Ok(()));
    let german = Offer { region: "DE".into(), ..struck(700, 1_000, Basis::Lowest7Days) };
    assert_eq!(judged(german.clone()), Err(Dishonest::BasisTooShort));
    assert_eq!(judged(Offer { region: "CN".into(), ..german }), Ok(()));
}

#[test]
fn pages_show_the_lowest_of_seven_and_thirty_days() {
    let steps = [step(0, "", 1_000), step(50, "", 600), step(55, "", 900)];
    let (seven, thirty) = lowest_7_30(&steps, "", "EUR", day(70));
    assert_eq!((seven.unwrap().minor, thirty.unwrap().minor), (900, 600));
    assert_eq!(lowest_7_30(&[], "", "EUR", day(70)), (None, None));
}
