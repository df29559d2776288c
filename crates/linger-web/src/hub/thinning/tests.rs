//! What thinning promises, over talk of every shape. It does not know how frames are made of it.

use super::*;
use crate::hub::lane::tests::comment;
use linger_protocol::Role;
use proptest::prelude::*;
use std::collections::BTreeMap;

const KEPT: usize = 5_000;

/// Talk as it came: time since the last comment, who, and whether it is a question.
fn talk() -> impl Strategy<Value = Vec<Entry>> {
    let gap = prop_oneof![8 => 0..3_i64, 3 => 3..60_i64, 1 => 60..4_000_i64];
    let said = (gap, 0..40_u64, prop::bool::weighted(0.1));
    prop::collection::vec(said, 1..800).prop_map(|said| {
        let mut at = 1_700_000_000_000;
        let entry = |(place, (gap, person, asks)): (usize, (i64, u64, bool))| {
            at += gap;
            comment(place as u64 + 1, at, person, Role::Viewer, asks.then_some(7))
        };
        said.into_iter().enumerate().map(entry).collect()
    })
}

fn person_of(entry: &Entry) -> PersonId {
    match entry.event {
        Event::CommentMade { person, .. } => person,
        _ => unreachable!("only comments here"),
    }
}

fn decided(thinning: &mut Thinning, entries: &[Entry]) -> Vec<Audience> {
    entries.iter().filter_map(|entry| thinning.take(entry)).collect()
}

/// Everybody says one thing in each slot, in the same order; gives how often each was shown.
fn chorus(people: u64, slots: i64, per_s: u32) -> BTreeMap<u64, u32> {
    let mut thinning = Thinning::new(per_s, KEPT);
    let mut shown = BTreeMap::new();
    let mut id = 0;
    for slot in 0..slots {
        for person in 0..people {
            id += 1;
            // New people in each slot, so that all are first comments: the place in the slot is what is compared.
            let at = slot * SLOT_MS + (person * 249 / people) as i64;
            let who = person + slot.unsigned_abs() * people;
            if thinning.take(&comment(id, at, who, Role::Viewer, None)) == Some(Audience::Everybody) {
                *shown.entry(person).or_insert(0) += 1;
            }
        }
    }
    shown
}

proptest! {
    #[test]
    fn whoever_folds_the_same_log_shows_the_same(entries in talk(), per_s in 1..30_u32, cut in 0..800_usize) {
        let whole = decided(&mut Thinning::new(per_s, KEPT), &entries);
        let again = decided(&mut Thinning::new(per_s, KEPT), &entries);
        prop_assert_eq!(&whole, &again);
        // One gateway goes on where another one's state was handed over.
        let (one, two) = entries.split_at(cut.min(entries.len()));
        let mut first = Thinning::new(per_s, KEPT);
        let mut both = decided(&mut first, one);
        both.extend(decided(&mut first.clone(), two));
        prop_assert_eq!(&whole, &both);
    }

    #[test]
    fn who_comes_back_is_told_what_was_decided(entries in talk(), per_s in 1..30_u32, kept in 1..900_usize) {
        let mut thinning = Thinning::new(per_s, kept);
        let whole = decided(&mut thinning, &entries);
        for (place, audience) in whole.iter().enumerate() {
            let is_kept = entries.len() - place <= kept;
            let expected = if is_kept { *audience } else { Audience::Author };
            prop_assert_eq!(thinning.audience(CommentId(place as u64 + 1)), expected);
        }
        prop_assert_eq!(thinning.audience(CommentId(entries.len() as u64 + 1)), Audience::Author);
        prop_assert_eq!(thinning.audience(CommentId(0)), Audience::Author);
    }

    #[test]
    fn no_question_is_ever_left_out(entries in talk(), per_s in 1..30_u32) {
        let mut thinning = Thinning::new(per_s, KEPT);
        for entry in &entries {
            let audience = thinning.take(entry);
            if lane_of(entry) == Lane::Question {
                prop_assert_eq!(audience, Some(Audience::Everybody));
            }
        }
    }

    #[test]
    fn no_more_is_shown_than_the_budget(entries in talk(), per_s in 1..30_u32) {
        let mut thinning = Thinning::new(per_s, KEPT);
        let (mut shown, mut to_staff) = (vec![], vec![]);
        for entry in entries.iter().filter(|entry| lane_of(entry) == Lane::Talk) {
            match thinning.take(entry) {
                Some(Audience::Everybody) => shown.push(entry.at),
                Some(Audience::Staff) => to_staff.push(entry.at),
                _ => {}
            }
        }
        for (times, per_s) in [(shown, u64::from(per_s)), (to_staff, u64::from(per_s * STAFF_TIMES))] {
            for (from, first) in times.iter().enumerate() {
                for (to, last) in times.iter().enumerate().skip(from) {
                    let most = per_s.max(SAVED_MIN) + last.since(*first) * per_s / 1_000 + 1;
                    prop_assert!(((to - from) as u64) < most, "{} and one more in {} ms", to - from, last.since(*first));
                }
            }
        }
    }

    #[test]
    fn a_repeat_is_shown_only_where_a_first_comment_would_have_been(entries in talk(), per_s in 1..30_u32) {
        let mut thinning = Thinning::new(per_s, KEPT);
        // Books of our own: who has spoken within the last 5 s, the least that is remembered.
        let mut spoke: BTreeMap<PersonId, Millis> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| lane_of(entry) == Lane::Talk) {
            let person = person_of(entry);
            let repeats = spoke.get(&person).is_some_and(|last| entry.at.since(*last) < HALF_MS.unsigned_abs());
            let before = thinning.clone();
            let shown = thinning.take(entry) == Some(Audience::Everybody);
            if shown && repeats {
                let mut newcomer = before;
                let other = comment(1_000_000, entry.at.0, 999, Role::Viewer, None);
                prop_assert_eq!(newcomer.take(&other), Some(Audience::Everybody));
            }
            spoke.insert(person, entry.at);
        }
    }
}

#[test]
fn quiet_rooms_are_not_thinned_and_nothing_is_when_it_is_off() {
    // Five friends, each with something to say every second and a half.
    let said: Vec<_> = (0..400).map(|n| comment(n + 1, n as i64 * 300, n % 5, Role::Viewer, None)).collect();
    assert!(decided(&mut Thinning::new(20, KEPT), &said).iter().all(|it| *it == Audience::Everybody));
    let flood: Vec<_> = (0..5_000).map(|n| comment(n + 1, 0, 1, Role::Viewer, None)).collect();
    assert!(decided(&mut Thinning::new(0, KEPT), &flood).iter().all(|it| *it == Audience::Everybody));
}

#[test]
fn whoever_shouts_all_the_time_does_not_crowd_out_those_who_speak_once() {
    let mut thinning = Thinning::new(20, KEPT);
    let (mut once, mut shouted) = (0, 0);
    let mut id = 0;
    // Ten people shout five times a second each; fifteen others a second say one thing each.
    for ms in 0..20_000 {
        if ms % 20 == 0 {
            id += 1;
            let who = 1 + (ms / 20) % 10;
            let audience = thinning.take(&comment(id, ms, who as u64, Role::Viewer, None));
            shouted += u32::from(audience == Some(Audience::Everybody));
        }
        if ms % 67 == 0 {
            id += 1;
            let audience = thinning.take(&comment(id, ms, 1_000 + ms as u64, Role::Viewer, None));
            once += u32::from(audience == Some(Audience::Everybody));
        }
    }
    assert_eq!(once, 299, "every one of them has a place");
    assert!((60..=140).contains(&shouted), "the rest goes to the others: {shouted}");
}

#[test]
fn among_many_first_comments_the_lot_decides_and_not_who_is_quickest() {
    let shown = chorus(500, 400, 20);
    let quarter =
        |from: u64| (from..from + 125).map(|person| shown.get(&person).copied().unwrap_or(0)).sum::<u32>();
    let quarters = [quarter(0), quarter(125), quarter(250), quarter(375)];
    let all: u32 = quarters.iter().sum();
    // Twenty a second for a hundred seconds, and what was saved.
    assert!((1_900..=2_020).contains(&all), "{all}");
    assert!(quarters.iter().all(|it| *it * 100 >= all * 18), "{quarters:?}");
}

#[test]
fn applause_has_places_of_its_own() {
    let mut budgets = Thinning::new(20, KEPT).budgets.expect("it is on");
    let mut shown = |lane, ids: std::ops::Range<u64>| {
        ids.filter(|id| budgets.decide(Millis(0), lane, PersonId(*id), CommentId(*id)) == Audience::Everybody)
            .count()
    };
    let applause = shown(Lane::Reaction, 0..1_000);
    let talk = shown(Lane::Talk, 1_000..2_000);
    assert!((4..=8).contains(&applause), "{applause}");
    assert!((10..=20).contains(&talk), "{talk}");
    for lane in [Lane::Control, Lane::Host, Lane::Paid, Lane::Member, Lane::Question] {
        assert_eq!(shown(lane, 0..100), 100, "{lane:?}");
    }
}

#[test]
fn more_people_than_are_remembered_change_nothing_for_the_worse() {
    let mut talkers = Talkers::default();
    for person in 0..5 * PEOPLE_MAX as u64 {
        talkers.count(Millis(1), PersonId(person));
        assert!(talkers.now.len() + talkers.before.len() <= 2 * PEOPLE_MAX);
    }
    assert_eq!(talkers.count(Millis(1), PersonId(5 * PEOPLE_MAX as u64 - 1)), 2);
    assert_eq!(talkers.count(Millis(10_000), PersonId(5 * PEOPLE_MAX as u64 - 1)), 1);
}
