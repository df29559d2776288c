//! Real files of known totals, read from beside the repository; where they are absent, the tests say so and end.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use linger_behaviour::{Number, touch};

use super::*;

/// `../shared/data` beside the repository, if it is there.
fn data(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let asked = std::env::var_os("LINGER_SHARED_DATA").map(PathBuf::from);
    let path = asked.unwrap_or_else(|| root.join("../shared/data")).join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {name} is not in ../shared/data, nor in LINGER_SHARED_DATA");
        return None;
    }
    Some(path)
}

#[test]
fn a_year_of_online_retail_has_the_totals_its_readme_states() {
    let Some(path) = data("online_retail/by-day.tar.gz") else { return };
    let mut place = Place::new();
    let tally = place.import(&[&path]);
    let report = tally.text(false);
    for expected in [
        "541,909 rows in 305 files",
        "people named in them        4,372",
        "orders in them              25,900 (3,836 cancellations)",
        "order lines                 397,884",
        "orders                      18,532",
        "customers                   4,338",
        "sales                       8,911,407.90 GBP",
        "135,080  no customer is named",
    ] {
        assert!(report.contains(expected), "{expected:?} is not in\n{report}");
    }
    assert_eq!(tally.facts["order.paid"].new, 18_532);
    assert_eq!(tally.facts["order.item"].new, 397_884);
    let minor = place.heap.facts.iter().filter(|it| &*it.fact.name == touch::ORDER_PAID);
    let minor: i64 = minor.filter_map(|it| it.fact.number(Number::AmountMinor)).sum();
    assert!((minor - 891_140_790).abs() <= 1, "orders rounded one by one come to {minor}");
}

#[test]
fn the_cdnow_sample_has_the_frequencies_of_its_summary() {
    let Some(folder) = data("cdnow") else { return };
    let mut place = Place::new();
    let tally = place.import(&[&folder.join("CDNOW_sample.txt")]);
    assert_eq!((tally.rows, tally.people_seen.count()), (6_919, Some(2_357)), "{}", place.wrong(&tally));

    // The summary counts days with a purchase after the first, until the end of September 1997, by the sample's own id.
    let sample = fs::read_to_string(folder.join("CDNOW_sample.txt")).expect("the sample");
    let ids: BTreeMap<&str, &str> = sample
        .lines()
        .filter_map(|line| line.split_once(char::is_numeric).map(|_| line))
        .filter_map(|line| {
            let mut cells = line.split_whitespace();
            Some((cells.next()?, cells.next()?))
        })
        .collect();
    let end_ms = jiff::Timestamp::from_second(875_664_000).expect("a time").as_millisecond();
    let mut days: BTreeMap<u32, std::collections::BTreeSet<i64>> = BTreeMap::new();
    for it in place.heap.facts.iter().filter(|it| it.fact.at_ms < end_ms) {
        let id = ids[it.who.known.as_deref().expect("a customer")].parse().expect("a number");
        days.entry(id).or_default().insert(it.fact.at_ms);
    }
    let summary = fs::read_to_string(folder.join("cdnow_customers_summary.csv")).expect("the summary");
    let mut compared = 0;
    for line in summary.lines().skip(1) {
        let mut cells = line.trim().split(',');
        let id: u32 = cells.next().expect("an id").parse().expect("a number");
        let frequency: usize = cells.next().expect("a frequency").parse().expect("a number");
        assert_eq!(days[&id].len() - 1, frequency, "customer {id}");
        compared += 1;
    }
    assert_eq!(compared, 2_357);
}

#[test]
fn all_of_cdnow_has_its_totals_and_the_sample_is_part_of_it() {
    let Some(folder) = data("cdnow") else { return };
    let mut place = Place::new();
    let tally = place.import(&[&folder.join("CDNOW_master.txt.gz")]);
    assert_eq!((tally.rows, tally.people_seen.count()), (69_659, Some(23_570)), "{}", place.wrong(&tally));
    assert!(tally.text(false).contains("2,500,315.63 USD"), "{}", tally.text(false));
    let units: i64 = place.heap.facts.iter().filter_map(|it| it.fact.number(Number::Units)).sum();
    assert_eq!(units, 167_881);
    let tally = place.import(&[&folder.join("CDNOW_sample.txt")]);
    assert_eq!((tally.new_facts(), tally.known_facts()), (0, 6_919));
}
