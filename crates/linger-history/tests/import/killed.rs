//! An import into a real store, killed from outside at any point and started again: nothing is lost or kept twice, though
//! the store itself remembers hardly any id.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write, stdout},
    process::{Command, Stdio},
};

use linger_events::{Config, EventStore};

use super::{twice::orders, *};

const ORDERS: u32 = 24_000;

/// The real store, which says aloud when it takes something in, so that it can be killed just then.
struct Aloud(EventStore);

fn say(word: &str) {
    let mut out = stdout().lock();
    writeln!(out, "{word}").and_then(|()| out.flush()).expect("somebody listens");
}

impl Destination for Aloud {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        say("point: before");
        let new = Destination::append(&mut self.0, batch)?;
        say("point: after");
        Ok(new)
    }

    fn holds(&mut self, facts: &[&Incoming]) -> Result<Vec<Option<bool>>, ImportFault> {
        self.0.holds(facts)
    }
}

fn open(place: &Path) -> EventStore {
    let few = Config {
        dedupe_ids_max: 1000,
        tail_facts_max: 20_000,
        partitions: 2,
        ..Config::new(place.join("events"))
    };
    EventStore::open(few).expect("a store").0
}

fn import_into(place: &Path) -> Tally {
    let mut options = Place::new().options;
    options.paths = vec![place.join("orders.csv")];
    let mut sink = Keeping::new(Ledger::open(&place.join("imports")).expect("a ledger"), Aloud(open(place)));
    let mut tally = Tally::default();
    run(&options, &mut sink, &mut tally, &mut Notes::default()).expect("an import");
    sink.finish().expect("a ledger").0.close().expect("a store");
    tally
}

/// The program that is killed: this test, started again by the other one. By itself there is nothing to do.
#[test]
fn an_import_in_a_process_of_its_own_ends_well() {
    if let Some(place) = std::env::var_os("LINGER_IMPORT_PLACE") {
        let tally = import_into(Path::new(&place));
        assert_eq!(tally.orders, u64::from(ORDERS));
    }
}

#[test]
fn an_import_killed_again_and_again_keeps_every_fact_once() {
    let wanted = std::env::var("LINGER_KILLS").map_or(5, |it| it.parse().expect("a number of kills"));
    // A linear congruence is random enough to choose where to kill.
    let mut random = 7u32;
    let mut kills = 0;
    while kills < wanted {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join("orders.csv"), orders(0..ORDERS)).expect("written");
        let before = kills;
        for _ in 0..24 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            kills += u32::from(kill_at(place.path(), 1 + (random >> 16) % 6));
        }
        assert!(kills > before, "no import was killed in the middle");
        holds_every_fact_once(place.path());
    }
}

/// Starts an import and kills it when it has taken something in for the `point`th time; false when it ended before.
fn kill_at(place: &Path, point: u32) -> bool {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "killed::an_import_in_a_process_of_its_own_ends_well", "--nocapture"])
        .env("LINGER_IMPORT_PLACE", place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let points = lines.map_while(Result::ok).filter(|it| it.starts_with("point: "));
    let in_the_middle = points.take(point as usize).count() == point as usize;
    child.kill().expect("killed");
    child.wait().expect("ended");
    in_the_middle
}

/// Lets the import end, and counts every fact.
fn holds_every_fact_once(place: &Path) {
    let tally = import_into(place);
    assert_eq!(tally.new_facts() + tally.known_facts(), u64::from(ORDERS) * 4);
    let mut times: HashMap<u128, u32> = HashMap::new();
    open(place).snapshot().for_each_fact(&mut |fact| *times.entry(fact.id).or_default() += 1).expect("facts");
    assert_eq!(times.len(), ORDERS as usize * 4, "lost");
    assert_eq!(times.values().filter(|it| **it > 1).count(), 0, "kept twice");
}
