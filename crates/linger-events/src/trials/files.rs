//! What files there are and for how long: retention, compaction, what strangers leave, other versions. It does not know
//! what is in them.

use std::fs;

use linger_behaviour::Class;

use super::*;
use crate::{Cause, KeepDays};

#[test]
fn facts_are_kept_as_long_as_their_class_is_and_no_longer() {
    let world = World::new();
    let keep_days = KeepDays { behaviour: Some(30), commerce: None, profile: Some(5) };
    let config = Config { keep_days, ..config(world.dir()) };
    let (store, _) = EventStore::open_on(config, world.outside()).unwrap();
    let now_ms = 1_700_000_000_000;
    let batch = (0..60).map(|day| {
        let mut told = fact(Who::known("ann"), day + 1, now_ms - day as i64 * 86_400_000);
        told.fact.class = [Class::Behaviour, Class::Commerce, Class::Profile][day as usize % 3];
        told
    });
    store.append(batch.collect()).unwrap();
    let kept = |store: &EventStore| {
        store.maintain().unwrap();
        let mut kept = [0; 3];
        store.snapshot().for_each_fact(&mut |fact| kept[fact.class as usize] += 1).unwrap();
        kept
    };
    assert_eq!(kept(&store), [11, 20, 2]);
    world.pass_days(2);
    store.append(vec![fact(Who::known("bob"), 100, now_ms)]).unwrap();
    assert_eq!(kept(&store), [11, 20, 1]);
    world.pass_days(40);
    store.append(vec![fact(Who::known("bob"), 101, now_ms)]).unwrap();
    assert_eq!(kept(&store), [0, 20, 0]);
}

#[test]
fn many_small_segments_become_few_and_the_answers_stay() {
    let mut trial = Trial::new();
    for round in 0..40 {
        let batch = (0..8).map(|n| trial.fact(Who::anonymous(&format!("d{n}")), round)).collect();
        trial.tell(batch);
        assert!(trial.maintain());
    }
    let figures = trial.store().figures();
    assert!(figures.segments <= 2 * 4, "{figures:?}");
    assert_eq!((figures.facts, figures.waiting, figures.persons), (320, 0, 8));
    let files = fs::read_dir(trial.world.dir()).unwrap().count();
    assert!(files < 60, "journals are joined: {files}");
    trial.check();
    trial.open();
    trial.check();
}

#[test]
fn after_many_merges_files_are_rewritten_and_nobody_is_pending() {
    let mut trial = Trial::new();
    let devices = |n: u64| Who::anonymous(&format!("d{n}"));
    let both =
        |n: u64| Who { anonymous: Some(format!("d{n}").into()), known: Some(format!("k{}", n / 3).into()) };
    let store = |trial: &Trial| trial.store().clone();
    let told = store(&trial).append((1..=33_000).map(|n| fact(devices(n), n, n as i64)).collect()).unwrap();
    assert_eq!(told.len(), 33_000);
    trial.store().maintain().unwrap();
    let merging = (1..=33_000).map(|n| fact(both(n), 100_000 + n, 100_000 + n as i64));
    store(&trial).append(merging.collect()).unwrap();
    trial.store().maintain().unwrap();
    let figures = trial.store().figures();
    assert_eq!((figures.persons, figures.facts), (11_001, 66_000));
    let before = lives(&trial.store().snapshot(), 2);
    assert_eq!(before.len(), 11_001);
    assert_eq!(figures.moves_pending, 0, "21 999 merges are too many to see through for long");
    trial.open();
    assert!(lives(&trial.store().snapshot(), 2) == before);
}

#[test]
fn what_an_interruption_left_is_swept_and_what_strangers_put_there_is_not() {
    let mut trial = Trial::new();
    let told = trial.fact(Who::known("ann"), 1);
    trial.tell(vec![told]);
    assert!(trial.maintain());
    let leave = |name: &str| fs::write(trial.world.dir().join(name), b"left").unwrap();
    let names =
        ["manifest.json.tmp", "people-0000000099", "segments/0000000099.facts", "segments/0000000099.tmp"];
    names.iter().for_each(|name| leave(name));
    leave("notes.txt");
    leave("segments/notes.txt");
    trial.store = None;
    let (store, found) = EventStore::open_on(config(trial.world.dir()), trial.world.outside()).unwrap();
    assert_eq!(found.swept, 4);
    assert!(names.iter().all(|name| !trial.world.dir().join(name).exists()));
    assert!(
        trial.world.dir().join("notes.txt").exists() && trial.world.dir().join("segments/notes.txt").exists()
    );
    trial.store = Some(store);
    trial.check();
}

#[test]
fn another_version_damage_and_a_missing_file_are_told_by_name() {
    let mut trial = Trial::new();
    let told = trial.fact(Who::known("ann"), 1);
    trial.tell(vec![told]);
    assert!(trial.maintain());
    trial.store = None;
    let dir = trial.world.dir().to_owned();
    let fault = |config: Config| EventStore::open_on(config, trial.world.outside()).unwrap_err();
    let path = dir.join("manifest.json");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replace("\"version\": 1", "\"version\": 2, \"more\": 1")).unwrap();
    assert!(matches!(fault(config(&dir)).cause, Cause::OtherVersion { found: 2, known: 1, .. }));
    fs::write(&path, whole.replace("\"now_ms\": 1", "\"now_ms\": 2")).unwrap();
    assert_eq!(fault(config(&dir)).to_string(), "reading manifest.json: manifest.json is damaged");
    fs::remove_file(&path).unwrap();
    assert_eq!(
        fault(config(&dir)).to_string(),
        "reading manifest.json: manifest.json is missing, so the store is damaged"
    );
    fs::write(&path, &whole).unwrap();
    let other = Config { partitions: 8, ..config(&dir) };
    assert!(matches!(fault(other).cause, Cause::BadConfig { field: "partitions", .. }));
    let (store, _) = EventStore::open_on(config(&dir), trial.world.outside()).unwrap();
    assert!(matches!(fault(config(&dir)).cause, Cause::Log(_)), "it is open already");
    store.close().unwrap();
}
