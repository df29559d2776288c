//! Forgetting: what may go goes, what may not stays, whatever happens in between. It does not know the layout beyond
//! the names of segment files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use linger_log::{
    Append, Cause, DiskConfig, DiskLog, Fault, Files, Log, Position, ReadError, SimDisk, SimFault,
    StreamName, verify_on,
};
use proptest::prelude::*;

fn name(text: &str) -> StreamName {
    StreamName::new(text).unwrap()
}

fn at(offset: u64) -> Position {
    Position { epoch: 1, offset }
}

fn try_open(disk: &SimDisk, accept_damage: bool) -> Result<DiskLog, Fault> {
    let config =
        DiskConfig { segment_bytes: 4 << 10, prepare_ahead: false, accept_damage, ..DiskConfig::default() };
    DiskLog::open_on(Arc::new(disk.clone()), "log", config).map(|(log, _)| log)
}

fn open(disk: &SimDisk) -> DiskLog {
    try_open(disk, false).unwrap()
}

/// The n-th record of a stream: some 300 bytes, so that a segment holds a dozen.
fn record(stream: &str, offset: u64) -> Bytes {
    format!("{stream} {offset} ").repeat(40).into()
}

fn add(log: &DiskLog, stream: &str, records: u64) {
    let from = log.create(&name(stream), 1).unwrap();
    for offset in from.offset..from.offset + records {
        let records = vec![record(stream, offset)];
        let append = Append { stream: name(stream), expected: Position { offset, ..from }, records };
        assert!(log.append(vec![append]).unwrap()[0].is_ok());
    }
}

/// The offset of the first record there is; all from it on are checked.
fn first(log: &DiskLog, stream: &str) -> u64 {
    let tail = log.tail(&name(stream)).unwrap();
    let start = Position { offset: 0, ..tail };
    let first = match log.read(&name(stream), start, 1, 1) {
        Err(ReadError::Forgotten { first }) => first,
        read => {
            read.unwrap();
            start
        }
    };
    let records = log.read(&name(stream), first, usize::MAX, usize::MAX).unwrap();
    let expected: Vec<Bytes> = (first.offset..tail.offset).map(|offset| record(stream, offset)).collect();
    assert!(records == expected, "every record from {first} on is there");
    first.offset
}

fn segments(disk: &SimDisk) -> Vec<String> {
    let mut names = disk.list("log".as_ref()).unwrap();
    names.retain(|name| name.ends_with(".segment"));
    names.sort_unstable();
    names
}

#[test]
fn whole_segments_before_the_position_go_and_offsets_stay() {
    let disk = SimDisk::new(1);
    let log = open(&disk);
    add(&log, "a", 100);
    let before = segments(&disk).len();
    let removed = log.forget_before(&name("a"), at(50)).unwrap();
    assert!(removed >= 3);
    assert_eq!(segments(&disk).len(), before - removed as usize);
    let kept = first(&log, "a");
    assert!((30..=50).contains(&kept), "{kept}");
    assert_eq!(log.forget_before(&name("a"), at(50)), Ok(0));
    add(&log, "a", 20);
    drop(log);
    for round in 0..3 {
        let log = open(&disk);
        assert_eq!(log.tail(&name("a")), Some(at(120 + round)));
        assert_eq!(first(&log, "a"), kept);
        add(&log, "a", 1);
    }
    let report = verify_on(&disk, "log").unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.records, 123 - kept);
}

#[test]
fn a_stream_that_lets_nothing_go_keeps_the_segments_it_is_in() {
    let disk = SimDisk::new(2);
    let log = open(&disk);
    add(&log, "a", 20);
    add(&log, "b", 1);
    add(&log, "a", 80);
    log.forget_before(&name("a"), at(100)).unwrap();
    assert_eq!(first(&log, "b"), 0);
    assert!(first(&log, "a") <= 20);
    log.forget_before(&name("b"), at(1)).unwrap();
    assert_eq!(first(&log, "b"), 1);
    assert!(first(&log, "a") > 80);
    assert_eq!(log.tail(&name("b")), Some(at(1)));
    drop(log);
    let log = open(&disk);
    assert_eq!(log.streams(), [name("a"), name("b")]);
    add(&log, "b", 2);
    assert_eq!(first(&log, "b"), 1);
}

#[test]
fn after_rolling_everything_can_be_forgotten() {
    let disk = SimDisk::new(3);
    let log = open(&disk);
    log.roll().unwrap();
    assert_eq!(segments(&disk).len(), 1, "an empty segment is not left behind");
    for _ in 0..3 {
        add(&log, "secret", 5);
        log.roll().unwrap();
        let tail = log.tail(&name("secret")).unwrap();
        assert_eq!(log.forget_before(&name("secret"), tail), Ok(1));
        assert_eq!(first(&log, "secret"), tail.offset);
        for file in disk.list("log".as_ref()).unwrap().iter().filter(|it| it.ends_with(".segment")) {
            let bytes = disk.contents(format!("log/{file}")).unwrap();
            assert!(!bytes.windows(6).any(|window| window == b"secret"), "{file}");
        }
    }
    drop(log);
    let log = open(&disk);
    assert_eq!(log.tail(&name("secret")), Some(at(15)));
    add(&log, "secret", 30);
    assert_eq!(first(&log, "secret"), 15);
}

#[test]
fn a_position_that_is_not_the_streams_own_is_refused() {
    let disk = SimDisk::new(4);
    let log = open(&disk);
    add(&log, "a", 3);
    let forget = |stream, before| log.forget_before(&name(stream), before);
    assert_eq!(forget("b", at(0)), Err(ReadError::NoStream));
    assert_eq!(forget("a", at(4)), Err(ReadError::Beyond { tail: at(3) }));
    let other = Position { epoch: 2, offset: 1 };
    assert_eq!(forget("a", other), Err(ReadError::OtherEpoch { actual: at(3) }));
    assert_eq!(first(&log, "a"), 0);
}

#[test]
fn a_failure_or_a_crash_at_any_step_loses_nothing_that_was_not_allowed_to_go() {
    for seed in 0..6 {
        for fault in [SimFault::Io, SimFault::Full] {
            for step in 1.. {
                let disk = SimDisk::new(seed);
                let log = open(&disk);
                add(&log, "a", 60);
                add(&log, "b", 30);
                log.forget_before(&name("b"), at(30)).unwrap();
                disk.fail_step(step, fault);
                let forgotten = log.forget_before(&name("a"), at(45));
                if forgotten.is_ok() {
                    assert!(step > 5, "every step was tried");
                    break;
                }
                if seed % 2 == 0 {
                    disk.crash();
                }
                drop(log);
                let report = verify_on(&disk, "log").unwrap();
                assert!(report.is_sound(), "seed {seed}, step {step}: {report}");
                let log = open(&disk);
                assert!(first(&log, "a") <= 45, "seed {seed}, step {step}");
                assert_eq!(log.tail(&name("a")), Some(at(60)));
                assert_eq!(log.tail(&name("b")), Some(at(30)));
                add(&log, "a", 3);
                log.forget_before(&name("b"), at(30)).unwrap();
                log.forget_before(&name("a"), at(45)).unwrap();
                assert!(first(&log, "a") > 30, "what failed is done again");
                drop(log);
                first(&open(&disk), "a");
            }
        }
    }
}

#[test]
fn a_missing_or_damaged_note_of_what_was_forgotten_is_told() {
    for damage in [true, false] {
        let disk = SimDisk::new(5);
        let log = open(&disk);
        add(&log, "a", 60);
        log.forget_before(&name("a"), at(45)).unwrap();
        drop(log);
        if damage {
            let mut bytes = disk.contents("log/forgotten.base").unwrap();
            bytes[20] ^= 1;
            disk.replace("log/forgotten.base", &bytes);
        } else {
            disk.remove("log/forgotten.base".as_ref()).unwrap();
        }
        let fault = try_open(&disk, false).map(|_| ()).unwrap_err();
        assert!(matches!(fault.cause, Cause::Damaged(_)), "{fault}");
        assert!(!verify_on(&disk, "log").unwrap().is_sound());
        let log = try_open(&disk, true).unwrap();
        assert_eq!(log.streams(), [], "nothing that is left could be understood");
        add(&log, "a", 30);
        drop(log);
        assert_eq!(first(&open(&disk), "a"), 0);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(u8, u64),
    Forget(u8, u64),
    Roll,
    Reopen,
    Crash,
    /// Damage that is accepted: every stream gets a new epoch.
    Renew,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_history_of_forgetting_loses_what_must_stay(
        seed: u64,
        steps in prop::collection::vec(
            prop_oneof![
                4 => (0..3u8, 1..25u64).prop_map(|(stream, records)| Step::Add(stream, records)),
                4 => (0..3u8, 0..100u64).prop_map(|(stream, back)| Step::Forget(stream, back)),
                1 => Just(Step::Roll),
                1 => Just(Step::Reopen),
                1 => Just(Step::Crash),
                1 => Just(Step::Renew),
            ],
            1..40,
        ),
    ) {
        const NAMES: [&str; 3] = ["a", "b", "c"];
        let disk = SimDisk::new(seed);
        let mut log = open(&disk);
        let mut allowed = [0; 3];
        let mut records = [0; 3];
        for step in steps {
            match step {
                Step::Add(stream, more) => {
                    add(&log, NAMES[stream as usize], more);
                    records[stream as usize] += more;
                }
                Step::Forget(stream, back) => {
                    let at = stream as usize;
                    let Some(tail) = log.tail(&name(NAMES[at])) else { continue };
                    let before = Position { offset: tail.offset.saturating_sub(back), ..tail };
                    log.forget_before(&name(NAMES[at]), before).unwrap();
                    allowed[at] = before.offset.max(allowed[at]);
                }
                Step::Roll => log.roll().unwrap(),
                Step::Reopen | Step::Crash | Step::Renew => {
                    if matches!(step, Step::Crash) {
                        disk.crash();
                    }
                    drop(log);
                    if matches!(step, Step::Renew) {
                        disk.create("log/new-epochs-due".as_ref()).unwrap();
                        disk.sync_dir("log".as_ref()).unwrap();
                    }
                    prop_assert!(verify_on(&disk, "log").unwrap().is_sound());
                    log = open(&disk);
                }
            }
            for (at, stream) in NAMES.iter().enumerate().filter(|(at, _)| records[*at] > 0) {
                prop_assert_eq!(log.tail(&name(stream)).unwrap().offset, records[at]);
                prop_assert!(first(&log, stream) <= allowed[at]);
            }
        }
    }
}
