//! The draw into arms: the right share, and no dependence on ids, rooms, neighbours, rules or phases. It does not know
//! logs.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_protocol::{Arm, IntentId, QuestionId, RoomId};
use linger_strategy::{UNANSWERED_QUESTION, arm_of, intent_id};

const IDS: u32 = 100_000;
const SHARE: f64 = 0.2;

fn held_out(id: IntentId, phase: u32) -> bool {
    arm_of(id, UNANSWERED_QUESTION, phase, SHARE) == Arm::HoldOut
}

fn ids() -> impl Iterator<Item = IntentId> {
    let rooms: Vec<RoomId> = (0..100).map(|room| RoomId::new(&format!("room-{room}")).unwrap()).collect();
    (0..IDS).map(move |i| intent_id(UNANSWERED_QUESTION, &rooms[i as usize % 100], QuestionId(i / 100 + 1)))
}

/// Fails when `hits` of `trials` is further than 4.5 standard deviations from `share` (one time in 150,000 by chance, and
/// the draws are the same in every run).
#[track_caller]
fn about(hits: usize, trials: usize, share: f64) {
    let (trials, wide) = (trials as f64, 4.5 * (trials as f64 * share * (1.0 - share)).sqrt());
    assert!((hits as f64 - trials * share).abs() < wide, "{hits} of {trials}, {share} wanted");
}

#[test]
fn a_fifth_of_all_occasions_is_held_out() {
    about(ids().filter(|id| held_out(*id, 1)).count(), IDS as usize, SHARE);
    let plain = (0..u64::from(IDS)).filter(|id| held_out(IntentId(*id), 1)).count();
    about(plain, IDS as usize, SHARE);
}

#[test]
fn the_arm_does_not_depend_on_the_parity_or_the_high_bits_of_the_id() {
    for bit in [0, 1, 7, 31, 62, 63] {
        let (set, clear): (Vec<_>, Vec<_>) = ids().partition(|id| id.0 >> bit & 1 == 1);
        for half in [set, clear] {
            about(half.iter().filter(|id| held_out(**id, 1)).count(), half.len(), SHARE);
        }
    }
}

#[test]
fn the_arm_does_not_depend_on_the_arm_of_the_question_before() {
    let arms: Vec<bool> = ids().map(|id| held_out(id, 1)).collect();
    for lag in [1, 100] {
        let after_held_out: Vec<bool> =
            arms.iter().zip(&arms[lag..]).filter(|(before, _)| **before).map(|(_, after)| *after).collect();
        about(after_held_out.iter().filter(|it| **it).count(), after_held_out.len(), SHARE);
    }
}

#[test]
fn another_phase_or_another_rule_draws_anew() {
    let first: Vec<IntentId> = ids().filter(|id| held_out(*id, 1)).collect();
    about(first.iter().filter(|id| held_out(**id, 2)).count(), first.len(), SHARE);
    let other_rule = |id: IntentId| arm_of(id, "another-rule", 1, SHARE) == Arm::HoldOut;
    about(first.iter().filter(|id| other_rule(**id)).count(), first.len(), SHARE);
}

#[test]
fn a_share_of_nothing_holds_nothing_out() {
    assert!(ids().all(|id| arm_of(id, UNANSWERED_QUESTION, 1, 0.0) == Arm::Act));
}

#[test]
fn ids_are_stable_and_all_different() {
    let mut all: Vec<IntentId> = ids().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), IDS as usize);
    let tea = RoomId::new("tea").unwrap();
    // SHA-256 of "linger intent\0unanswered-question\0tea\0" and 00000001, first eight bytes; logs hold such ids.
    assert_eq!(format!("{:016x}", intent_id(UNANSWERED_QUESTION, &tea, QuestionId(1)).0), "cbd3e37bda36683a");
}
