//! The process ends, or the disk is full, at each single step of looking after the files.

use super::*;

/// A store with several segments, merges, and facts in the tail.
fn eventful() -> Trial {
    let mut trial = Trial::new();
    for round in 0..4 {
        for n in 0..12 {
            let device = Who::anonymous(&format!("d{n}"));
            let first = trial.fact(device, n * 10 + round);
            let both =
                Who { anonymous: Some(format!("d{n}").into()), known: Some(format!("k{}", n % 7).into()) };
            let second = trial.fact(if n % 4 == round { both } else { Who::known(&format!("k{n}")) }, n);
            trial.tell(vec![first, second]);
        }
        if round < 3 {
            assert!(trial.maintain());
        }
    }
    trial
}

#[test]
fn stopping_at_any_step_of_upkeep_loses_nothing_and_doubles_nothing() {
    for step in 0.. {
        let mut trial = eventful();
        trial.world.stop_after(step);
        let done = trial.maintain();
        trial.open();
        trial.check();
        let more = trial.fact(Who::known("k1"), 7);
        trial.tell(vec![more]);
        assert!(trial.maintain());
        trial.check();
        if done {
            assert!(step > 25, "there are many steps: {step}");
            break;
        }
    }
}

#[test]
fn while_the_disk_is_full_for_files_nothing_is_lost_and_when_there_is_space_again_it_recovers() {
    for step in 0.. {
        let mut trial = eventful();
        trial.world.fill_after(step);
        let maintained = trial.store().maintain();
        trial.check();
        trial.world.mend();
        let more = trial.fact(Who::known("k1"), 7);
        trial.tell(vec![more]);
        trial.check();
        if maintained.is_ok() {
            break;
        }
        let fault = maintained.unwrap_err();
        assert!(fault.retry, "step {step}: {fault}");
        assert!(trial.store().figures().trouble.is_some());
        assert!(trial.maintain());
        assert_eq!(trial.store().figures().trouble, None);
        assert_eq!(trial.store().figures().waiting, 0);
        trial.check();
        trial.open();
        trial.check();
    }
}

#[test]
fn facts_beyond_what_memory_may_hold_are_refused_until_files_can_be_written() {
    let mut trial = Trial::new();
    let batch = |trial: &mut Trial| {
        (0..1000).map(|n| trial.fact(Who::known(&format!("k{n}")), n)).collect::<Vec<_>>()
    };
    let first = batch(&mut trial);
    trial.tell(first);
    let second = batch(&mut trial);
    trial.tell(second);
    trial.world.fill_after(0);
    let third = batch(&mut trial);
    let fault = trial.store().append(third.clone()).unwrap_err();
    assert!(fault.retry && matches!(fault.cause, crate::Cause::Behind { .. }), "{fault}");
    trial.check();
    trial.world.mend();
    trial.tell(third);
    assert!(trial.store().figures().waiting <= 1000);
    trial.check();
}
