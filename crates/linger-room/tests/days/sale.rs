//! What holds on every day of sales: units, coupons, budgets and money balance.

use crate::{day_sale::simulate, seeds};
use linger_protocol::{Cause, Entry, Event, Millis, SaleEvent};
use linger_room::Room;
use std::collections::BTreeSet;

const STEPS: u32 = 1_000;

#[test]
fn no_day_of_sales_loses_a_unit_a_coupon_or_a_cent() {
    for seed in seeds() {
        // A panic of the room or of its auditor has to name the day.
        let day = std::panic::catch_unwind(|| simulate(seed, STEPS));
        let day = day.unwrap_or_else(|_| panic!("seed {seed} is not a good day of sales: see above"));
        let mut replayed = Room::default();
        for event in &day.log {
            let entry = Entry { at: Millis(0), cause: Cause::Reported, event: event.clone() };
            let read = Entry::from_bytes(&entry.to_bytes()).expect("what was written is read");
            replayed.apply(&read.event);
        }
        assert_eq!(replayed.hash(), day.room.hash(), "seed {seed}: the log tells another story");
    }
}

#[test]
fn a_room_has_another_hash_after_every_event_of_a_sale_that_changes_it() {
    let day = simulate(3, STEPS);
    let mut room = Room::default();
    for event in &day.log {
        let before = room.clone();
        room.apply(event);
        assert_eq!(room == before, room.hash() == before.hash(), "{event:?}");
    }
}

/// The days would prove little if they were dull.
#[test]
fn the_days_of_sales_see_every_kind_of_event() {
    let mut kinds = BTreeSet::new();
    for seed in 0..40 {
        let day = simulate(seed, STEPS);
        for event in &day.log {
            match event {
                Event::Sale(SaleEvent::Coupon(event)) => kinds.insert(first_word(&format!("{event:?}"))),
                Event::Sale(event) => kinds.insert(first_word(&format!("{event:?}"))),
                Event::Care(event) => kinds.insert(first_word(&format!("{event:?}"))),
                _ => false,
            };
        }
    }
    // And what is owed because a price fell.
    assert_eq!(kinds.len(), 15 + 5 + 1, "{kinds:?}");
}

fn first_word(text: &str) -> String {
    text.split([' ', '{', '(']).next().expect("a name").to_owned()
}
