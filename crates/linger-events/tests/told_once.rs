//! What is acknowledged is kept, once, whoever tells it how often. It does not know how anything is stored.

use linger_behaviour::{Fact, PersonKey};
use linger_events::{Config, EventStore, Identity, Incoming, Outcome, Who};

fn config(dir: &std::path::Path) -> Config {
    Config { background: false, log_segment_bytes: 64 << 10, ..Config::new(dir) }
}

fn fact(who: Who, id: u128) -> Incoming {
    Incoming { who, fact: Fact { id, at_ms: id as i64, name: "seen".into(), ..Fact::default() }, alias: None }
}

#[test]
fn a_fact_told_again_is_stored_once_also_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = EventStore::open(config(dir.path())).unwrap();
    let batch = || vec![fact(Who::known("ann"), 1), fact(Who::known("bob"), 2), fact(Who::known("ann"), 1)];
    let (ann, bob) = (PersonKey(1), PersonKey(2));
    let first = vec![Outcome::Stored(ann), Outcome::Stored(bob), Outcome::Duplicate(ann)];
    assert_eq!(store.append(batch()).unwrap(), first);
    let again = vec![Outcome::Duplicate(ann), Outcome::Duplicate(bob), Outcome::Duplicate(ann)];
    assert_eq!(store.append(batch()).unwrap(), again);
    drop(store);
    let (store, found) = EventStore::open(config(dir.path())).unwrap();
    assert_eq!(found.replayed, 2);
    assert_eq!(store.append(batch()).unwrap(), again);
    assert_eq!(store.person(&Identity::Known("bob".into())), Some(bob));
    assert_eq!(store.person(&Identity::Anonymous("bob".into())), None);
}

#[test]
fn of_many_who_tell_the_same_at_once_exactly_one_is_told_that_it_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = EventStore::open(config(dir.path())).unwrap();
    let tell = || store.append((1..=500).map(|id| fact(Who::anonymous("device"), id)).collect()).unwrap();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(tell)).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    for item in 0..500 {
        let stored = outcomes.iter().filter(|it| matches!(it[item], Outcome::Stored(_))).count();
        assert_eq!(stored, 1, "item {item}");
    }
}

#[test]
fn watchers_hear_every_new_fact_once_in_order_and_after_it_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = EventStore::open(config(dir.path())).unwrap();
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ears = heard.clone();
    store
        .watch(Box::new(move |facts| ears.lock().unwrap().extend(facts.iter().map(|it| (it.person, it.id)))));
    std::thread::scope(|scope| {
        for caller in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for round in 1..50 {
                    store
                        .append(vec![
                            fact(Who::known("ann"), round),
                            fact(Who::known("bob"), caller * 100 + round),
                        ])
                        .unwrap();
                }
            });
        }
    });
    let heard = heard.lock().unwrap().clone();
    let (store, found) = {
        drop(store);
        EventStore::open(config(dir.path())).unwrap()
    };
    assert_eq!(found.replayed, heard.len() as u64);
    let mut ids: Vec<_> = heard.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), heard.len());
    let bob = store.person(&Identity::Known("bob".into())).unwrap();
    for caller in 1..4 {
        let of_caller: Vec<_> =
            heard.iter().filter(|it| it.0 == bob && it.1 / 100 == caller).map(|it| it.1).collect();
        assert!(of_caller.is_sorted(), "each caller's own order is kept");
    }
}
