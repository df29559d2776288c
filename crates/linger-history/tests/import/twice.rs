//! Importing again, overlapping exports, and imports that end half-way: every fact is kept once.

use super::*;

const HEAD: &str = "order_id,customer_id,date,sku,price,quantity\n";

pub(super) fn orders(range: std::ops::Range<u32>) -> String {
    let order = |it: u32| {
        let day = 1 + it % 28;
        (0..3).map(move |line| {
            format!("o{it},c{},2025-01-{day:02},i{},1.25,2\n", it % 97, (it + line / 2) % 11)
        })
    };
    range.flat_map(order).fold(HEAD.to_owned(), |text, row| text + &row)
}

/// What is kept, without the time it was received.
fn kept(place: &Place) -> Vec<(u128, String)> {
    let mut all: Vec<_> = place.heap.facts.iter().map(|it| (it.fact.id, line(it))).collect();
    all.sort();
    all
}

#[test]
fn the_same_file_a_second_time_adds_nothing() {
    let mut place = Place::new();
    let first = place.text("a.csv", &orders(0..500));
    let (facts, before) = (first.new_facts(), kept(&place));
    assert_eq!(facts, 500 * 4);
    place.options.now_ms += 90 * 86_400_000;
    let second = place.text("renamed.csv", &orders(0..500));
    assert_eq!((second.new_facts(), second.known_facts()), (0, facts));
    assert_eq!(kept(&place), before);
}

#[test]
fn an_overlapping_export_adds_only_what_is_new() {
    let mut parts = Place::new();
    parts.text("january.csv", &orders(0..300));
    let second = parts.text("february.csv", &orders(200..500));
    assert_eq!((second.new_facts(), second.known_facts()), (200 * 4, 100 * 4));
    let mut whole = Place::new();
    whole.text("year.csv", &orders(0..500));
    assert_eq!(kept(&parts), kept(&whole));
}

#[test]
fn rows_without_a_number_of_their_own_are_told_apart_by_what_they_say() {
    let rows = "customer_id,date,total\nann,2025-01-01,5.00\nann,2025-01-01,5.00\nann,2025-01-02,5.00\n";
    let mut place = Place::new();
    assert_eq!(place.text("a.csv", rows).new_facts(), 3);
    let again = place.text("b.csv", &format!("{rows}ann,2025-01-01,5.00\n"));
    assert_eq!((again.new_facts(), again.known_facts()), (1, 3));
}

#[test]
fn an_order_that_says_something_else_now_is_told_and_not_changed() {
    let mut place = Place::new();
    place.text("a.csv", "order_id,customer_id,date,total\no1,ann,2025-01-01,5.00\n");
    let again = place.text("b.csv", "order_id,customer_id,date,total\no1,ann,2025-01-01,7.00\n");
    assert_eq!(again.new_facts(), 0);
    assert_eq!(
        place.wrong(&again),
        "b.csv, line 2: told before with other content; what was told first is kept"
    );
    assert_eq!(place.heap.facts.len(), 1);
}

#[test]
fn two_shops_may_have_the_same_numbers() {
    let mut place = Place::new();
    place.text("a.csv", &orders(0..10));
    place.options.label = "other".to_owned();
    assert_eq!(place.text("a.csv", &orders(0..10)).known_facts(), 0);
}

#[test]
fn an_import_that_is_stopped_goes_on_where_it_was() {
    let mut whole = Place::new();
    whole.text("a.csv", &orders(0..12_000));
    let mut parts = Place::new();
    let path = parts.put("a.csv", orders(0..12_000));
    let mut rounds = 0;
    loop {
        rounds += 1;
        parts.notes.rows_max = Some(rounds * 5_000);
        let (_, ended) = parts.try_import(&[&path]).unwrap();
        if ended == Ended::Whole {
            break;
        }
    }
    assert!(rounds > 3, "{rounds}");
    assert_eq!(kept(&parts), kept(&whole));
}

/// A place that fails after some batches: before it took the batch in, or after.
struct Failing<'a> {
    heap: &'a mut Heap,
    batches: u32,
    after: bool,
}

impl Destination for Failing<'_> {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        if self.batches == 0 {
            if self.after {
                self.heap.append(batch)?;
            }
            return Err(ImportFault::general("the disk is full"));
        }
        self.batches -= 1;
        self.heap.append(batch)
    }

    fn holds(&mut self, facts: &[&Incoming]) -> Result<Vec<Option<bool>>, ImportFault> {
        self.heap.holds(facts)
    }
}

#[test]
fn a_place_that_fails_before_or_after_taking_a_batch_in_loses_nothing_and_doubles_nothing() {
    let mut whole = Place::new();
    whole.text("a.csv", &orders(0..12_000));
    for after in [false, true] {
        let mut parts = Place::new();
        let path = parts.put("a.csv", orders(0..12_000));
        parts.options.paths = vec![path];
        for batches in [0, 2, 1] {
            // What is dropped without an end is what a killed program leaves.
            let ledger = Ledger::open(&parts.path("imports")).unwrap();
            let mut sink = Keeping::new(ledger, Failing { heap: &mut parts.heap, batches, after });
            let ended = run(&parts.options, &mut sink, &mut Tally::default(), &mut Notes::default());
            assert_eq!(ended.unwrap_err().reason, "the disk is full");
        }
        let path = parts.options.paths[0].clone();
        let last = parts.import(&[&path]);
        assert_eq!(last.new_facts() + last.known_facts(), 12_000 * 4);
        assert_eq!(kept(&parts), kept(&whole), "after: {after}");
    }
}
