//! Any history of facts, merges, files and openings gives the answers that would have been given if everything had been
//! known from the start.

use proptest::prelude::*;

use super::*;

/// A device or none, a known person or none, an alias or none, and a time.
type Item = (Option<u8>, Option<u8>, Option<u8>, i64);

#[derive(Clone, Debug)]
pub(super) enum Step {
    Tell(Vec<Item>),
    /// The same batch once more.
    Again,
    Maintain,
    Reopen,
    Stop(u64),
    Erase(u8),
    Check,
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let rare = |ids: u8| prop_oneof![3 => Just(None), 1 => (0..ids).prop_map(Some)];
    let item = (
        prop::option::of(0..12u8),
        rare(6),
        prop_oneof![30 => Just(None), 1 => (0..6u8).prop_map(Some)],
        0..50i64,
    );
    prop_oneof![
        10 => prop::collection::vec(item, 1..30).prop_map(Step::Tell),
        1 => Just(Step::Again),
        3 => Just(Step::Maintain),
        1 => Just(Step::Reopen),
        1 => (0..60u64).prop_map(Step::Stop),
        1 => (0..6u8).prop_map(Step::Erase),
        1 => Just(Step::Check),
    ]
}

fn who(device: Option<u8>, known: Option<u8>) -> Who {
    let known = known.or(device.is_none().then_some(0));
    Who { anonymous: device.map(|n| format!("d{n}").into()), known: known.map(|n| format!("k{n}").into()) }
}

impl Trial {
    pub(super) fn act(&mut self, step: Step) {
        match step {
            Step::Tell(items) => {
                let batch = items.into_iter().map(|(device, known, alias, at_ms)| {
                    let mut incoming = self.fact(who(device, known), at_ms);
                    incoming.alias = alias.map(|n| Identity::Known(format!("k{n}").into()));
                    incoming
                });
                let batch = batch.collect();
                self.tell(batch);
            }
            Step::Again => {
                let from = self.model.told.len().saturating_sub(20);
                let again = self.model.told[from..].iter().map(|(told, _)| told.clone()).collect();
                self.tell(again);
            }
            Step::Maintain => {
                if !self.maintain() {
                    self.open();
                }
            }
            Step::Reopen => self.open(),
            Step::Stop(steps) => self.world.stop_after(steps),
            Step::Erase(known) => self.erase(&format!("k{known}")),
            Step::Check => self.check(),
        }
    }

    /// Erases somebody, and again after every stop, until it is done.
    fn erase(&mut self, known: &str) {
        let Some(person) = self.person(known) else { return };
        if self.store().erase(person).is_err() {
            assert!(self.world.is_broken());
            self.open();
            if self.person(known) == Some(person) {
                self.store().erase(person).unwrap();
            }
        }
        assert_eq!(self.store().figures().erasing, 0);
        self.model.erase(person);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_history_gives_the_answers_of_having_known_it_all(steps in prop::collection::vec(any_step(), 1..40)) {
        let mut trial = Trial::new();
        for step in steps {
            trial.act(step);
        }
        trial.world.mend();
        trial.check();
        trial.open();
        trial.check();
        trial.maintain();
        trial.check();
    }
}
