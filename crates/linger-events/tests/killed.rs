//! The process is killed while it takes facts in, writes files and rewrites them; `LINGER_KILLS` says how often, 12 times by
//! default. It does not know how any of that happens.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use linger_events::{Config, EventStore, ordeal};

/// Says to a child of this test where its folder is, and from which batch on to tell.
const FOLDER: &str = "LINGER_ORDEAL_FOLDER";
const FROM: &str = "LINGER_ORDEAL_FROM";

fn config(dir: &str) -> Config {
    // Small, so that files are written and rewritten all the time.
    Config { tail_facts_max: 300, log_segment_bytes: 256 << 10, partitions: 4, ..Config::new(dir) }
}

/// What the child does; for anybody else it is an empty test.
#[test]
fn teller() {
    let (Ok(folder), Ok(from)) = (std::env::var(FOLDER), std::env::var(FROM)) else { return };
    let (store, _) = EventStore::open(config(&folder)).unwrap();
    ordeal::tell(&store, from.parse().unwrap(), u64::MAX, &mut std::io::stderr()).unwrap();
}

#[test]
fn being_killed_at_any_moment_loses_nothing_acknowledged_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let mut acknowledged = 0;
    let kills = std::env::var("LINGER_KILLS").map_or(12, |it| it.parse().expect("a number of kills"));
    for round in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["teller", "--exact", "--nocapture"])
            .envs([(FOLDER, folder), (FROM, &acknowledged.to_string())])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let numbers = lines.by_ref().map(|line| line.unwrap()).filter_map(|line| line.parse::<u64>().ok());
        for number in numbers.take(3 + round * 7 % 40) {
            assert_eq!(number, acknowledged);
            acknowledged += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had been told before it died counts too.
        for line in lines {
            acknowledged += u64::from(line.is_ok_and(|line| line.parse::<u64>().is_ok()));
        }
        let (store, _) = EventStore::open(config(folder)).unwrap();
        let survived = ordeal::check(&store, acknowledged).unwrap();
        assert!(survived.is_whole(), "round {round}: {survived:?}");
        acknowledged += 1;
        store.close().unwrap();
    }
}
