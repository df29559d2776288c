//! Trials of the whole store: a model beside it that remembers only what was told, and an outside that stops at any
//! step. It does not know how anything is stored.

mod erasing;
mod files;
mod history;
mod order;
mod outside;
mod stops;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use linger_behaviour::{Columns, Fact, Fold, NO_TEXT, Number, PersonKey, Run, Text};

use crate::people::People;
use crate::record::prepare;
use crate::{AskLimits, Config, EventStore, Identity, Incoming, Outcome, Snapshot, Who};

use outside::World;

/// Small in everything, so that little brings much about.
fn config(dir: &Path) -> Config {
    Config {
        background: false,
        partitions: 2,
        log_segment_bytes: 64 << 10,
        tail_facts_max: 500,
        ..Config::new(dir)
    }
}

/// What is told of one fact: its serial number is its id, and an amount that readers see.
fn fact(who: Who, serial: u64, at_ms: i64) -> Incoming {
    let mut fact = Fact {
        id: u128::from(serial),
        at_ms,
        name: ["a", "b"][serial as usize % 2].into(),
        ..Fact::default()
    };
    fact = fact
        .with(Text::Source, ["x", "y", "z"][serial as usize % 3])
        .with_number(Number::AmountMinor, serial as i64);
    Incoming { who, fact, alias: None }
}

/// Everybody's facts as time and serial number, by time; who they are does not show.
type Lives = BTreeSet<Vec<(i64, i64)>>;

#[derive(Default)]
struct ReadLives(BTreeMap<PersonKey, Vec<(i64, i64)>>);

impl Fold for ReadLives {
    fn columns(&self) -> Columns {
        Columns::none().with(Text::Source).with_number(Number::AmountMinor)
    }

    fn run(&mut self, run: &Run<'_>) {
        assert!(run.at_ms.is_sorted());
        assert_eq!(run.texts[Text::Source.index()].len(), run.at_ms.len());
        let amounts = run.numbers[Number::AmountMinor.index()];
        let real = (0..run.at_ms.len()).filter(|at| run.name[*at] != NO_TEXT);
        let mut life: Vec<_> = real.map(|at| (run.at_ms[at], amounts[at])).collect();
        life.sort_unstable();
        if !life.is_empty() {
            assert!(self.0.insert(run.person, life).is_none(), "{:?} was handed over twice", run.person);
        }
    }

    fn merge(&mut self, other: ReadLives) {
        for (person, life) in other.0 {
            assert!(self.0.insert(person, life).is_none(), "{person:?} was handed over twice");
        }
    }
}

fn lives(snapshot: &Snapshot, threads: usize) -> Lives {
    let limits = AskLimits { threads, ..AskLimits::default() };
    snapshot.fold(ReadLives::default, &limits).unwrap().0.into_values().collect()
}

/// What was told, in the order in which the store took it in, and who it was told of then.
#[derive(Default)]
struct Model {
    people: People,
    told: Vec<(Incoming, PersonKey)>,
    erased: bool,
}

impl Model {
    fn take_in(&mut self, told: Incoming) {
        let keys = &prepare(vec![told.clone()]).unwrap().keys[0];
        let person = self.people.resolve(keys);
        self.told.push((told, person));
    }

    fn knows(&self, id: u128) -> bool {
        self.told.iter().any(|(told, _)| told.fact.id == id)
    }

    fn erase(&mut self, person: PersonKey) {
        let keys = self.people.erase(person);
        self.told.retain(|(_, person)| !keys.contains(&person.0));
        self.erased = true;
    }

    /// Everybody's facts.
    fn lives(&mut self) -> Lives {
        let mut lives: BTreeMap<u64, Vec<(i64, i64)>> = BTreeMap::new();
        let mut from_the_start = lives.clone();
        for (told, person) in &self.told {
            let fact = (told.fact.at_ms, told.fact.id as i64);
            lives.entry(self.people.find(person.0)).or_default().push(fact);
            if !self.erased {
                // All identities are known by now, so this is who it would have been if they had always been.
                let keys = &prepare(vec![told.clone()]).unwrap().keys[0];
                from_the_start.entry(self.people.resolve(keys).0).or_default().push(fact);
            }
        }
        assert!(self.erased || lives == from_the_start);
        lives.values_mut().for_each(|life| life.sort_unstable());
        lives.into_values().collect()
    }
}

/// A store with its model.
struct Trial {
    world: World,
    model: Model,
    store: Option<EventStore>,
    serial: u64,
}

impl Trial {
    fn new() -> Trial {
        let mut trial = Trial { world: World::new(), model: Model::default(), store: None, serial: 0 };
        trial.open();
        trial
    }

    fn store(&self) -> &EventStore {
        self.store.as_ref().unwrap()
    }

    /// Opens again, whatever happened.
    fn open(&mut self) {
        self.store = None;
        self.world.mend();
        let (store, _) = EventStore::open_on(config(self.world.dir()), self.world.outside()).unwrap();
        self.store = Some(store);
    }

    fn fact(&mut self, who: Who, at_ms: i64) -> Incoming {
        self.serial += 1;
        fact(who, self.serial, at_ms)
    }

    /// Tells a batch until it is acknowledged; the store is opened again as often as it stops.
    fn tell(&mut self, batch: Vec<Incoming>) {
        let outcomes = match self.store().append(batch.clone()) {
            Ok(outcomes) => outcomes,
            Err(_) => {
                self.open();
                self.store().append(batch.clone()).unwrap()
            }
        };
        assert_eq!(outcomes.len(), batch.len());
        for (told, outcome) in batch.into_iter().zip(outcomes) {
            let (Outcome::Stored(person) | Outcome::Duplicate(person)) = outcome;
            assert_ne!(person, PersonKey(0));
            if !self.model.knows(told.fact.id) {
                self.model.take_in(told);
            }
        }
    }

    /// Looks after the files; a failure is the outside's.
    fn maintain(&mut self) -> bool {
        let maintained = self.store().maintain();
        assert!(maintained.is_ok() || self.world.is_broken(), "{maintained:?}");
        maintained.is_ok()
    }

    fn check(&mut self) {
        let expected = self.model.lives();
        let snapshot = self.store().snapshot();
        assert!(lives(&snapshot, 1) == expected);
        assert!(lives(&snapshot, 3) == expected, "threads make no difference");
    }

    fn person(&self, known: &str) -> Option<PersonKey> {
        self.store().person(&Identity::Known(known.into()))
    }
}
