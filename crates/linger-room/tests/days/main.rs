//! What holds on every day, whatever happens on it. `LINGER_SEEDS` says how many days are lived through, 200 by default.

#[path = "../support/audit.rs"]
mod audit;
#[path = "../support/audit_activity.rs"]
mod audit_activity;
#[path = "../support/audit_care.rs"]
mod audit_care;
#[path = "../support/audit_club.rs"]
mod audit_club;
#[path = "../support/audit_price.rs"]
mod audit_price;
#[path = "../support/audit_rundown.rs"]
mod audit_rundown;
#[path = "../support/audit_sale.rs"]
mod audit_sale;
#[path = "../support/audit_seat.rs"]
mod audit_seat;
#[path = "../support/audit_show.rs"]
mod audit_show;
#[path = "../support/audit_talk.rs"]
mod audit_talk;
#[path = "../support/day.rs"]
mod day;
#[path = "../support/day_activity.rs"]
mod day_activity;
#[path = "../support/day_rundown.rs"]
mod day_rundown;
#[path = "../support/day_sale.rs"]
mod day_sale;
#[path = "../support/dice.rs"]
mod dice;
mod fell;
#[path = "../support/ledger.rs"]
mod ledger;
mod sale;

use day::simulate;
use linger_protocol::{Cause, Entry, Event, Millis, Refusal, SeatEvent};
use linger_room::Room;
use std::collections::BTreeSet;

const STEPS: u32 = 2_500;

fn seeds() -> std::ops::Range<u64> {
    let wanted = std::env::var("LINGER_SEEDS");
    0..wanted.map_or(200, |it| it.parse().expect("LINGER_SEEDS is a number of days"))
}

#[test]
fn no_day_loses_a_unit_or_a_payment() {
    for seed in seeds() {
        // A panic of the room or of its auditor has to name the day.
        let day = std::panic::catch_unwind(|| simulate(seed, STEPS));
        let day = day.unwrap_or_else(|_| panic!("seed {seed} is not a good day: see above"));
        let mut replayed = Room::default();
        day.log.iter().for_each(|event| replayed.apply(event));
        assert_eq!(replayed, day.room, "seed {seed}: the log tells another story");
        assert_eq!(replayed.hash(), day.room.hash(), "seed {seed}: the same room, another hash");
    }
}

#[test]
fn a_day_is_the_same_day_when_its_log_went_through_bytes() {
    for seed in 0..10 {
        let day = simulate(seed, STEPS);
        let mut replayed = Room::default();
        for event in &day.log {
            let entry = Entry { at: Millis(0), cause: Cause::Reported, event: event.clone() };
            let read = Entry::from_bytes(&entry.to_bytes()).expect("what was written is read");
            replayed.apply(&read.event);
        }
        assert_eq!(replayed.hash(), day.room.hash(), "seed {seed}");
    }
}

#[test]
fn the_same_seed_is_the_same_day_and_another_seed_another() {
    let (one, again, other) = (simulate(7, 500), simulate(7, 500), simulate(8, 500));
    assert_eq!(one.log, again.log);
    assert_eq!(one.room.hash(), again.room.hash());
    assert_ne!(one.room.hash(), other.room.hash());
}

#[test]
fn a_room_has_another_hash_after_every_event_that_changes_it() {
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
fn the_days_see_every_kind_of_event_and_most_refusals() {
    let (mut kinds, mut refusals) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..60 {
        let day = simulate(seed, STEPS);
        kinds.extend(day.log.iter().map(kind));
        refusals.extend(day.refusals.iter().map(|it| it.code()));
        refusals.extend(day_sale::simulate(seed, STEPS).refusals.iter().map(|it| it.code()));
    }
    // Kinds of events within kinds are kinds of their own.
    let (activity_kinds, seat_kinds, club_kinds, rundown_kinds, talk_kinds) = (6, 14, 13, 8, 10);
    let care_kinds = 24;
    assert_eq!(
        kinds.len(),
        35 + activity_kinds + seat_kinds + club_kinds + rundown_kinds + talk_kinds + care_kinds,
        "{kinds:?}"
    );
    // One exception is as good as another.
    let excepted = |code: &&str| code.starts_with("not-returnable-");
    assert!(refusals.iter().any(excepted));
    let codes = Refusal::ALL.iter().map(|it| it.code()).filter(|code| !excepted(code));
    let unseen: Vec<&str> = codes.filter(|code| !refusals.contains(code)).collect();
    // These need a hand to ask for them: the transcripts do.
    let by_hand = [
        "room-is-open",
        "text-too-long",
        "too-many-items",
        "too-many-steps",
        "room-full",
        "queue-full",
        "gifts-unpaid",
        "shown-now",
        "rule-changed",
        "rule-budget-spent",
        "put-off-twice",
    ];
    assert_eq!(unseen, by_hand);
}

#[test]
fn the_days_see_every_way_in_which_waiting_for_stage_or_call_ends() {
    let (mut seats, mut calls) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..40 {
        for event in simulate(seed, STEPS).log {
            match event {
                Event::Seat(SeatEvent::SeatEnded { end, .. }) => drop(seats.insert(end)),
                Event::Seat(SeatEvent::CallEnded { end, .. }) => drop(calls.insert(format!("{end:?}"))),
                _ => {}
            }
        }
    }
    // Three outcomes, three reasons against, and three ends that nobody of the staff makes.
    assert_eq!((seats.len(), calls.len()), (8, 9), "{seats:?} {calls:?}");
}

fn kind(event: &Event) -> String {
    let text = format!("{event:?}");
    text.split([' ', '{']).next().expect("a name").to_owned()
}
