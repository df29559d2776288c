//! Customers by their purchases: the published figures of CDNOW from its raw purchases, and small shops told by hand.

use jiff::{civil::date, tz::TimeZone};
use linger_behaviour::{
    Fact, Number, PersonKey, Table, Text,
    customers::{Ask, Cost, Customers, CustomersFold, Tier},
};
use linger_stats::DropOut;

const DAY_MS: i64 = 86_400_000;

fn fact(person: u64, name: &str, day: i64, amount_minor: i64, currency: &str) -> Fact {
    Fact { person: PersonKey(person), name: name.into(), at_ms: day * DAY_MS + 36_000_000, ..Fact::default() }
        .with(Text::Currency, currency)
        .with_number(Number::AmountMinor, amount_minor)
}

fn paid(person: u64, day: i64, amount_minor: i64) -> Fact {
    fact(person, "order.paid", day, amount_minor, "EUR")
}

fn table(facts: &[Fact]) -> Table {
    let mut table = Table::new("UTC").expect("a zone");
    facts.iter().for_each(|it| table.push(it).expect("a fact"));
    table
}

fn customers(facts: &[Fact], until_ms: i64, ask: &Ask) -> Option<Customers> {
    let table = table(facts);
    let mut fold = CustomersFold::new(table.names(), until_ms);
    table.fold(&mut fold);
    Customers::of(fold, table.names(), ask)
}

fn near(mine: f64, theirs: f64, off: f64, what: &str) {
    assert!((mine - theirs).abs() <= off, "{what}: {mine} here, {theirs} there");
}

#[test]
fn the_raw_purchases_of_cdnow_come_to_the_published_models() {
    let facts: Vec<Fact> = include_str!("reference/cdnow/CDNOW_sample.txt")
        .lines()
        .map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let day: jiff::civil::Date = columns[2].parse().expect("a day");
            let at_ms = day.to_zoned(TimeZone::UTC).expect("a time").timestamp().as_millisecond();
            let dollars: f64 = columns[4].parse().expect("money");
            let cents = (dollars * 100.0).round() as i64;
            fact(columns[1].parse().expect("a number"), "order.paid", at_ms / DAY_MS, cents, "USD")
        })
        .collect();
    let end = date(1997, 9, 30);
    let until_ms = date(1997, 10, 1).to_zoned(TimeZone::UTC).expect("a time").timestamp().as_millisecond();
    let found = customers(&facts, until_ms, &Ask { horizon_days: 273.0, end: Some(end), ..Ask::default() })
        .expect("purchases");
    assert_eq!(found.buyers, 2357);
    let model = found.value.models.purchases.expect("a model");
    assert_eq!(model.drop_out, DropOut::Identified);
    near(model.r, 0.242593, 5e-5, "r");
    near(model.alpha, 4.413532, 5e-4, "alpha");
    near(model.a, 0.792886, 5e-4, "a");
    near(model.b, 2.425752, 2e-3, "b");
    near(model.log_likelihood, -9582.4256, 0.2, "log-likelihood");
    near(found.value.purchases, 1653.0, 1.0, "purchases of the next 39 weeks");
    let spending = found.value.models.spending.expect("a model");
    assert_eq!(spending.customers, 946);
    near(spending.p, 6.2495, 2e-3, "p");
    near(spending.q, 3.7442, 2e-3, "q");
    near(spending.v, 15.448, 2e-2, "v");
}

#[test]
fn two_baskets_of_one_day_are_two_orders_and_one_purchase() {
    let facts = [paid(1, 10, 500), paid(1, 10, 700), paid(1, 40, 100), paid(2, 12, 300)];
    let found = customers(&facts, i64::MAX, &Ask::default()).expect("purchases");
    assert_eq!((found.buyers, found.orders, found.totals[0].paid_minor), (2, 4, 1600));
    assert_eq!((found.cycle.repeaters, found.cycle.gaps, found.cycle.median_days), (1, 1, Some(30)));
    assert_eq!(found.cycle.by_number.len(), 1);
    // Day 40 is 10 February 1970.
    let months: Vec<(u64, i64, bool)> =
        found.cohorts[0].months.iter().map(|it| (it.active, it.paid_minor, it.unfinished)).collect();
    assert_eq!(found.cohorts[0].customers, 2);
    assert_eq!(months, [(2, 1500, false), (1, 100, true)]);
}

#[test]
fn money_is_net_of_refunds_and_never_added_across_currencies() {
    let facts = [
        paid(1, 10, 500),
        paid(1, 20, 500),
        fact(1, "order.refunded", 21, 200, "EUR"),
        fact(1, "order.paid", 30, 9_000, "JPY"),
        fact(2, "order.refunded", 31, 50, "EUR"),
    ];
    let found = customers(&facts, i64::MAX, &Ask::default()).expect("purchases");
    assert_eq!((found.buyers, found.refunded_only, found.orders), (1, 1, 3));
    let euros = &found.totals[0];
    assert_eq!(
        (euros.currency.as_str(), euros.paid_minor, euros.refunds, euros.refunded_minor),
        ("EUR", 1000, 2, 250)
    );
    assert_eq!((found.totals[1].currency.as_str(), found.totals[1].decimals), ("JPY", 0));
    let net: i64 = found.rfm.tiers.iter().map(|it| it.net_minor).sum();
    assert_eq!(net, 800);
    near(found.value.kept, 0.75, 1e-12, "kept");
}

#[test]
fn the_best_fifth_in_everything_is_diamond_and_equals_have_equal_grades() {
    let mut facts = Vec::new();
    for person in 0..100_u64 {
        // The later, the more often and the dearer.
        let orders = 1 + i64::try_from(person / 20).expect("small");
        for nth in 0..orders {
            facts.push(paid(person, i64::try_from(person).expect("small") + nth * 100, 1_000 * orders));
        }
    }
    let found = customers(&facts, i64::MAX, &Ask::default()).expect("purchases");
    let tiers: Vec<(Tier, u64)> = found.rfm.tiers.iter().map(|it| (it.tier, it.customers)).collect();
    assert_eq!(tiers, [(Tier::Diamond, 20), (Tier::Platinum, 20), (Tier::Gold, 20), (Tier::Bronze, 40)]);
    assert_eq!(found.rfm.orders, [1, 2, 3, 4]);
}

#[test]
fn silence_beyond_the_own_rhythm_is_slipping_away() {
    let mut facts: Vec<Fact> = (0..10).map(|it| paid(1, it * 7, 100)).collect();
    facts.extend((0..10).map(|it| paid(2, it * 30, 900)));
    // Once is no rhythm.
    facts.push(paid(3, 0, 99_999));
    let found =
        customers(&facts, i64::MAX, &Ask { horizon_days: 90.0, ..Ask::default() }).expect("purchases");
    let listed: Vec<(u64, i32, i32)> =
        found.value.listed.iter().map(|it| (it.person.0, it.silent_days, it.usual_days)).collect();
    assert_eq!(listed, [(1, 207, 7)]);
    assert_eq!((found.value.slipping, found.value.slipping_minor), (1, 1000));
    assert!(found.value.models.purchases.is_err(), "three customers make no model");
}

#[test]
fn a_source_costs_what_it_took_to_win_its_customers() {
    let from = |person: u64, source: &str, day: i64| {
        Fact { name: "room.entered".into(), ..paid(person, day, 0) }.with(Text::Source, source)
    };
    let facts = [
        from(1, "feed", 9),
        paid(1, 10, 500),
        from(2, "feed", 9),
        paid(2, 11, 500),
        from(3, "share", 9),
        paid(3, 11, 500),
        from(4, "feed", 9),
        paid(4, 60, 500),
    ];
    let cost = |currency: &str| Cost {
        source: "feed".into(),
        from: date(1970, 1, 1),
        to: date(1970, 1, 31),
        currency: currency.into(),
        amount_minor: 3000,
    };
    let ask = Ask { costs: vec![cost("EUR"), cost("USD")], ..Ask::default() };
    let found = customers(&facts, i64::MAX, &ask).expect("purchases");
    assert_eq!(found.sources.len(), 1);
    assert_eq!((found.sources[0].customers, found.sources[0].per_customer), (2, Some(15.0)));
}

#[test]
fn the_last_answer_of_each_person_makes_the_promoter_score() {
    let rated = |person: u64, day: i64, score: i64, kind: &str| {
        Fact { name: "rating.given".into(), ..paid(person, day, 0) }
            .with(Text::Outcome, kind)
            .with_number(Number::Score, score)
    };
    let facts = [
        paid(1, 1, 100),
        rated(1, 2, 3, "nps"),
        rated(1, 3, 10, "nps"),
        rated(2, 3, 1, "nps"),
        rated(3, 3, 9, "nps"),
        rated(4, 3, 5, "product"),
    ];
    let found = customers(&facts, i64::MAX, &Ask::default()).expect("purchases");
    let score = found.promoters.expect("answers");
    assert_eq!(score.answers, 3);
    near(score.score, 100.0 / 3.0, 1e-9, "score");
}

#[test]
fn parts_of_the_people_add_up_to_the_same_customers() {
    let facts: Vec<Fact> = (0..300)
        .map(|it: i64| paid(u64::try_from(it % 60).expect("small"), it * it % 400, 100 + it))
        .collect();
    let table = table(&facts);
    let whole = {
        let mut fold = CustomersFold::new(table.names(), i64::MAX);
        table.fold(&mut fold);
        Customers::of(fold, table.names(), &Ask::default())
    };
    let mut parts = [0, 1, 2].map(|_| CustomersFold::new(table.names(), i64::MAX));
    for (nth, person) in table.people().enumerate() {
        use linger_behaviour::Fold;
        parts[nth % 3].run(&table.run(person).expect("a person"));
    }
    let [mut sum, second, third] = parts;
    linger_behaviour::Fold::merge(&mut sum, third);
    linger_behaviour::Fold::merge(&mut sum, second);
    let added = Customers::of(sum, table.names(), &Ask::default());
    assert_eq!(format!("{whole:?}"), format!("{added:?}"));
    assert!(customers(&[], i64::MAX, &Ask::default()).is_none(), "nobody bought anything");
}
