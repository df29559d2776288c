//! The format on disk stands still: a log written long ago opens and reads, and the same story is written byte for
//! byte the same. A format change shows here first. It knows the names of the files and nothing of their layout.
//!
//! `LINGER_GOLDEN=write` writes the files anew, for a deliberate new format version.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use linger_log::{Append, DiskConfig, DiskLog, Log, Position, SimDisk, StreamName, verify};

const FILES: [&str; 3] = ["0000000001.segment", "0000000001.note", "0000000002.segment"];

fn golden(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(file)
}

fn config() -> DiskConfig {
    DiskConfig { segment_bytes: 4 << 10, prepare_ahead: false, ..DiskConfig::default() }
}

fn stream(name: &str) -> StreamName {
    StreamName::new(name).unwrap()
}

fn record(number: u64) -> Bytes {
    format!("{number}: {}", "红包雨 ".repeat(number as usize % 20)).into()
}

/// Two streams over two segments.
fn write(log: &impl Log) {
    log.create(&stream("room-1"), 7).unwrap();
    log.create(&stream("room-2"), 8).unwrap();
    for number in 0..30 {
        let append = |name: &str, epoch| Append {
            stream: stream(name),
            expected: Position { epoch, offset: number },
            records: vec![record(number)],
        };
        log.append(vec![append("room-1", 7), append("room-2", 8)]).unwrap();
    }
}

fn check(log: &impl Log) {
    for (name, epoch) in [("room-1", 7), ("room-2", 8)] {
        let from = Position { epoch, offset: 0 };
        let records = log.read(&stream(name), from, 100, usize::MAX).unwrap();
        assert_eq!(records, (0..30).map(record).collect::<Vec<_>>());
    }
}

#[test]
fn a_story_is_written_byte_for_byte_as_it_always_was() {
    let disk = SimDisk::new(1);
    let (log, _) = DiskLog::open_on(Arc::new(disk.clone()), "log", config()).unwrap();
    write(&log);
    check(&log);
    for file in FILES {
        let bytes = disk.contents(format!("log/{file}")).unwrap();
        if std::env::var("LINGER_GOLDEN").is_ok_and(|it| it == "write") {
            std::fs::create_dir_all(golden("")).unwrap();
            std::fs::write(golden(file), &bytes).unwrap();
        }
        assert!(std::fs::read(golden(file)).unwrap() == bytes, "{file} is written otherwise");
    }
}

#[test]
fn a_log_written_long_ago_opens_reads_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    for file in FILES {
        std::fs::copy(golden(file), dir.path().join(file)).unwrap();
    }
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.records, report.streams, report.damage), (60, 2, None));
    for check_all in [false, true] {
        let config = DiskConfig { check_all, ..config() };
        let (log, recovered) = DiskLog::open(dir.path(), config).unwrap();
        assert_eq!((recovered.records, recovered.torn_bytes), (60, 0));
        check(&log);
        let append = Append {
            stream: stream("room-1"),
            expected: Position { epoch: 7, offset: 29 },
            records: vec![record(30)],
        };
        let stale = log.append(vec![append]).unwrap()[0].unwrap_err();
        assert_eq!(stale.actual.to_string(), "7:30");
    }
}
