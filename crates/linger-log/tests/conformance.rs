//! What every log promises, run on every backend. It does not know how any of them stores records.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use linger_log::{
    Append, BATCH_BYTES_MAX, BATCH_RECORDS_MAX, Cause, DiskConfig, DiskLog, Log, MemoryLog, Position,
    RECORD_BYTES_MAX, ReadError, SimDisk, Stale, StreamName,
};

fn name(text: &str) -> StreamName {
    StreamName::new(text).unwrap()
}

fn at(epoch: u32, offset: u64) -> Position {
    Position { epoch, offset }
}

fn append(stream: &str, expected: Position, records: &[&str]) -> Append {
    Append {
        stream: name(stream),
        expected,
        records: records.iter().map(|it| Bytes::copy_from_slice(it.as_bytes())).collect(),
    }
}

fn texts(records: Vec<Bytes>) -> Vec<String> {
    let text = |record: &Bytes| String::from_utf8(record.to_vec()).unwrap();
    records.iter().map(text).collect()
}

fn conformance<L: Log>(make: impl Fn() -> L) {
    a_stream_begins_empty_and_is_made_once(&make());
    records_come_back_in_order(&make());
    reads_keep_to_their_limits(&make());
    only_the_expected_position_appends(&make());
    a_batch_is_answered_one_by_one(&make());
    readers_of_another_history_or_beyond_the_end_are_told(&make());
    streams_do_not_disturb_each_other(&make());
    records_of_every_lawful_size_come_back(&make());
    limits_are_refused_by_name_and_change_nothing(&make());
    of_racing_appends_exactly_one_wins(&Arc::new(make()));
}

fn a_stream_begins_empty_and_is_made_once(log: &impl Log) {
    assert_eq!(log.tail(&name("a")), None);
    assert_eq!(log.create(&name("a"), 7), Ok(at(7, 0)));
    assert_eq!(log.create(&name("a"), 8), Ok(at(7, 0)), "a stream that exists keeps its epoch");
    assert_eq!(log.tail(&name("a")), Some(at(7, 0)));
    assert_eq!(log.read(&name("a"), at(7, 0), 10, 1000), Ok(vec![]));
    log.append(vec![append("a", at(7, 0), &["x"])]).unwrap();
    assert_eq!(log.create(&name("a"), 9), Ok(at(7, 1)));
}

fn records_come_back_in_order(log: &impl Log) {
    log.create(&name("a"), 1).unwrap();
    assert_eq!(log.append(vec![append("a", at(1, 0), &["one", "", "three"])]), Ok(vec![Ok(at(1, 3))]));
    assert_eq!(log.append(vec![append("a", at(1, 3), &["four"])]), Ok(vec![Ok(at(1, 4))]));
    let read = |from| texts(log.read(&name("a"), at(1, from), 10, 1000).unwrap());
    assert_eq!(read(0), ["one", "", "three", "four"]);
    assert_eq!(read(2), ["three", "four"]);
    assert_eq!(read(4), [""; 0]);
}

fn reads_keep_to_their_limits(log: &impl Log) {
    log.create(&name("a"), 1).unwrap();
    log.append(vec![append("a", at(1, 0), &["12345", "12345", "12345"])]).unwrap();
    let read = |records_max, bytes_max| log.read(&name("a"), at(1, 0), records_max, bytes_max).unwrap().len();
    assert_eq!(read(2, 1000), 2);
    assert_eq!(read(10, 14), 2);
    assert_eq!(read(10, 15), 3);
    assert_eq!(read(10, 0), 1, "one record is given whatever its size, or the reader would never move");
    assert_eq!(read(0, 1000), 0);
    assert_eq!(read(usize::MAX, usize::MAX), 3);
}

fn only_the_expected_position_appends(log: &impl Log) {
    log.create(&name("a"), 3).unwrap();
    log.append(vec![append("a", at(3, 0), &["x"])]).unwrap();
    for wrong in [at(3, 0), at(3, 2), at(2, 1), at(4, 1), at(3, u64::MAX)] {
        let stale = Err(Stale { actual: at(3, 1) });
        assert_eq!(log.append(vec![append("a", wrong, &["y"])]), Ok(vec![stale]), "{wrong}");
    }
    assert_eq!(log.tail(&name("a")), Some(at(3, 1)));
    assert_eq!(
        log.append(vec![append("a", at(3, 1), &[])]),
        Ok(vec![Ok(at(3, 1))]),
        "an empty append only asks"
    );
}

fn a_batch_is_answered_one_by_one(log: &impl Log) {
    log.create(&name("a"), 1).unwrap();
    log.create(&name("b"), 2).unwrap();
    let answers = log.append(vec![
        append("a", at(1, 0), &["a1"]),
        append("b", at(2, 5), &["lost"]),
        append("nobody", at(0, 0), &["lost"]),
        append("a", at(1, 1), &["a2", "a3"]),
        append("a", at(1, 1), &["lost"]),
        append("b", at(2, 0), &["b1"]),
    ]);
    let expected = vec![
        Ok(at(1, 1)),
        Err(Stale { actual: at(2, 0) }),
        Err(Stale { actual: at(0, 0) }),
        Ok(at(1, 3)),
        Err(Stale { actual: at(1, 3) }),
        Ok(at(2, 1)),
    ];
    assert_eq!(answers, Ok(expected));
    assert_eq!(texts(log.read(&name("a"), at(1, 0), 10, 100).unwrap()), ["a1", "a2", "a3"]);
    assert_eq!(texts(log.read(&name("b"), at(2, 0), 10, 100).unwrap()), ["b1"]);
    assert_eq!(log.append(vec![]), Ok(vec![]));
}

fn readers_of_another_history_or_beyond_the_end_are_told(log: &impl Log) {
    log.create(&name("a"), 3).unwrap();
    log.append(vec![append("a", at(3, 0), &["x"])]).unwrap();
    let read = |from| log.read(&name("a"), from, 10, 100);
    assert_eq!(read(at(2, 0)), Err(ReadError::OtherEpoch { actual: at(3, 1) }));
    assert_eq!(read(at(4, 9)), Err(ReadError::OtherEpoch { actual: at(3, 1) }));
    assert_eq!(read(at(3, 2)), Err(ReadError::Beyond { tail: at(3, 1) }));
    assert_eq!(read(at(3, u64::MAX)), Err(ReadError::Beyond { tail: at(3, 1) }));
    assert_eq!(log.read(&name("nobody"), at(0, 0), 10, 100), Err(ReadError::NoStream));
}

fn streams_do_not_disturb_each_other(log: &impl Log) {
    let streams: Vec<String> = (0..200).map(|it| format!("room-{it:03}")).collect();
    for (epoch, stream) in (1..).zip(&streams) {
        log.create(&name(stream), epoch).unwrap();
    }
    for round in 0..20u64 {
        let batch = (1..).zip(&streams).map(|(epoch, stream)| {
            let text = format!("{stream} {round}");
            append(stream, at(epoch, round), &[&text])
        });
        let answers = log.append(batch.collect()).unwrap();
        assert!(answers.iter().all(Result::is_ok));
    }
    let names: Vec<String> = log.streams().iter().map(ToString::to_string).collect();
    assert_eq!(names, streams, "sorted by name");
    for (epoch, stream) in (1..).zip(&streams) {
        let expected: Vec<String> = (0..20).map(|round| format!("{stream} {round}")).collect();
        assert_eq!(texts(log.read(&name(stream), at(epoch, 0), 100, 10_000).unwrap()), expected);
    }
}

fn records_of_every_lawful_size_come_back(log: &impl Log) {
    log.create(&name("a"), 1).unwrap();
    let sizes = [0, 1, 4071, 4072, 4073, 4096, 70_000, RECORD_BYTES_MAX - 1, RECORD_BYTES_MAX, 3];
    let records: Vec<Bytes> = (1u8..).zip(sizes).map(|(fill, size)| vec![fill; size].into()).collect();
    let batch = vec![Append { stream: name("a"), expected: at(1, 0), records: records.clone() }];
    log.append(batch).unwrap();
    assert!(log.read(&name("a"), at(1, 0), 100, usize::MAX).unwrap() == records);
    for (offset, record) in (0..).zip(&records) {
        assert!(log.read(&name("a"), at(1, offset), 1, 0).unwrap() == [record.clone()], "{offset}");
    }
}

fn limits_are_refused_by_name_and_change_nothing(log: &impl Log) {
    log.create(&name("a"), 1).unwrap();
    let cause = |records: Vec<Bytes>| {
        let batch =
            vec![append("a", at(1, 0), &["fine"]), Append { stream: name("a"), expected: at(1, 1), records }];
        let fault = log.append(batch).unwrap_err();
        assert!(!fault.retry);
        fault.cause
    };
    let large = Bytes::from(vec![0; RECORD_BYTES_MAX + 1]);
    assert_eq!(
        cause(vec![large]),
        Cause::RecordTooLarge { bytes: RECORD_BYTES_MAX + 1, bytes_max: RECORD_BYTES_MAX }
    );
    let whole = Bytes::from(vec![0; RECORD_BYTES_MAX]);
    assert_eq!(
        cause(vec![whole; BATCH_BYTES_MAX / RECORD_BYTES_MAX]),
        Cause::BatchTooLarge { bytes: BATCH_BYTES_MAX + 4, bytes_max: BATCH_BYTES_MAX }
    );
    assert_eq!(
        cause(vec![Bytes::new(); BATCH_RECORDS_MAX]),
        Cause::TooManyRecords { records: BATCH_RECORDS_MAX + 1, records_max: BATCH_RECORDS_MAX }
    );
    assert_eq!(log.tail(&name("a")), Some(at(1, 0)));
    assert_eq!(log.append(vec![append("a", at(1, 0), &["fine"])]), Ok(vec![Ok(at(1, 1))]));
}

fn of_racing_appends_exactly_one_wins<L: Log>(log: &Arc<L>) {
    const ROUNDS: u64 = 40;
    const RACERS: u64 = 8;
    log.create(&name("race"), 1).unwrap();
    let racers: Vec<_> = (0..RACERS)
        .map(|racer| {
            let log = Arc::clone(log);
            std::thread::spawn(move || {
                let mut won = Vec::new();
                let own = format!("own-{racer}");
                log.create(&name(&own), 1).unwrap();
                for round in 0..ROUNDS {
                    let text = format!("{racer} {round}");
                    let batch =
                        vec![append("race", at(1, round), &[&text]), append(&own, at(1, round), &[&text])];
                    let answers = log.append(batch).unwrap();
                    assert_eq!(answers[1], Ok(at(1, round + 1)));
                    if answers[0].is_ok() {
                        won.push((round, text));
                    }
                }
                won
            })
        })
        .collect();
    let mut won: Vec<(u64, String)> = racers.into_iter().flat_map(|it| it.join().unwrap()).collect();
    won.sort();
    let read = texts(log.read(&name("race"), at(1, 0), 1000, 100_000).unwrap());
    let told: Vec<String> = won.iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(read, told, "what is there is what the winners were told");
    assert!(won.iter().map(|(round, _)| *round).eq(0..read.len() as u64));
    assert!(!read.is_empty());
}

#[test]
fn the_log_in_memory_keeps_its_promises() {
    conformance(MemoryLog::new);
}

#[test]
fn the_log_on_disk_keeps_its_promises() {
    let dirs = RefCell::new(Vec::new());
    conformance(|| {
        let dir = tempfile::tempdir().unwrap();
        let config = DiskConfig { segment_bytes: 1 << 20, ..DiskConfig::default() };
        let (log, _) = DiskLog::open(dir.path(), config).unwrap();
        dirs.borrow_mut().push(dir);
        log
    });
}

#[test]
fn the_log_on_disk_keeps_its_promises_with_tiny_segments() {
    conformance(|| {
        let config = DiskConfig { segment_bytes: 4 << 10, prepare_ahead: false, ..DiskConfig::default() };
        let (log, _) = DiskLog::open_on(Arc::new(SimDisk::new(1)), "log", config).unwrap();
        log
    });
}

#[test]
fn a_shared_log_is_a_log() {
    conformance(|| Arc::new(MemoryLog::new()) as Arc<dyn Log>);
}
