//! Opening a log again: after a clean end, a torn tail, damage, and beside another opening. It does not know the
//! layout beyond the names of segment files and that frames fill them from the front.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use linger_log::{
    Append, Cause, Damage, DiskConfig, DiskLog, Fault, Log, Position, ReadError, Recovered, SimDisk,
    SimFault, StreamName, verify, verify_on,
};

const FIRST: &str = "log/0000000001.segment";

fn name(text: &str) -> StreamName {
    StreamName::new(text).unwrap()
}

fn at(offset: u64) -> Position {
    Position { epoch: 1, offset }
}

fn tiny() -> DiskConfig {
    DiskConfig { segment_bytes: 4 << 10, prepare_ahead: false, ..DiskConfig::default() }
}

fn open_with(disk: &SimDisk, config: DiskConfig) -> Result<(DiskLog, Recovered), Fault> {
    DiskLog::open_on(Arc::new(disk.clone()), "log", config)
}

fn open(disk: &SimDisk) -> (DiskLog, Recovered) {
    open_with(disk, tiny()).unwrap()
}

fn add(log: &impl Log, stream: &str, offset: u64, records: &[&str]) {
    let records = records.iter().map(|it| Bytes::copy_from_slice(it.as_bytes())).collect();
    let append = Append { stream: name(stream), expected: at(offset), records };
    let answers = log.append(vec![append]).unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
}

fn all(log: &impl Log, stream: &str) -> Vec<String> {
    let epoch = log.tail(&name(stream)).unwrap().epoch;
    let from = Position { epoch, offset: 0 };
    let records = log.read(&name(stream), from, usize::MAX, usize::MAX).unwrap();
    let text = |record: &Bytes| String::from_utf8(record.to_vec()).unwrap();
    records.iter().map(text).collect()
}

/// Where the written part of a file ends.
fn used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)
}

/// A log of three small frames in one segment; the answer is where each append's frame ended.
fn three_frames(disk: &SimDisk) -> Vec<usize> {
    let (log, _) = open(disk);
    log.create(&name("a"), 1).unwrap();
    let batches: [&[&str]; 3] =
        [&["first"], &["second", "third"], &["fourth", &"fifth ".repeat(150), "sixth"]];
    let mut offset = 0;
    let mut ends = Vec::new();
    for batch in batches {
        add(&log, "a", offset, batch);
        offset += batch.len() as u64;
        ends.push(used(&disk.contents(FIRST).unwrap()));
    }
    ends
}

#[test]
fn a_log_cut_at_any_byte_of_its_last_batch_keeps_exactly_the_batches_before() {
    let whole = SimDisk::new(1);
    let ends = three_frames(&whole);
    let bytes = whole.contents(FIRST).unwrap();
    let zeroed = |cut: usize| {
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        torn
    };
    for cut in ends[1]..ends[2] {
        for torn in [bytes[..cut].to_vec(), zeroed(cut)] {
            let disk = SimDisk::new(1);
            three_frames(&disk);
            disk.replace(FIRST, &torn);
            let (log, recovered) = open(&disk);
            assert_eq!(all(&log, "a"), ["first", "second", "third"], "cut at {cut}");
            assert_eq!(recovered.records, 3);
            add(&log, "a", 3, &["again"]);
            drop(log);
            let (log, recovered) = open(&disk);
            assert_eq!(all(&log, "a"), ["first", "second", "third", "again"], "cut at {cut}");
            assert_eq!(recovered.torn_bytes, 0, "nothing of the cut tail is left");
        }
    }
}

#[test]
fn a_last_batch_that_lost_any_sector_is_cut() {
    let whole = SimDisk::new(1);
    let ends = three_frames(&whole);
    let bytes = whole.contents(FIRST).unwrap();
    let begin = ends[1].next_multiple_of(8);
    let mut cuts = 0;
    for sector in begin / 512..=ends[2] / 512 {
        let mut torn = bytes.clone();
        torn[begin.max(sector * 512)..(sector + 1) * 512].fill(0);
        whole.replace(FIRST, &torn);
        let (log, recovered) = open(&whole);
        assert_eq!(all(&log, "a"), ["first", "second", "third"], "sector {sector}");
        cuts += u64::from(recovered.torn_bytes > 0);
    }
    assert!(cuts >= 2, "a hole leaves bytes to cut on its sides");
}

#[test]
fn a_changed_byte_in_any_frame_is_refused_with_its_place() {
    let whole = SimDisk::new(1);
    let ends = three_frames(&whole);
    let bytes = whole.contents(FIRST).unwrap();
    for byte in 0..ends[1] {
        // The padding after a frame carries nothing; everything else is covered.
        let mut changed = bytes.clone();
        changed[byte] ^= 0x10;
        whole.replace(FIRST, &changed);
        match open_with(&whole, tiny()) {
            Err(fault) => {
                let damage = fault.damage().unwrap();
                assert_eq!(damage.segment, 1);
                assert!(damage.byte as usize <= byte, "{damage} for byte {byte}");
                assert!(!fault.retry);
                let report = verify_on(&whole, "log").unwrap();
                assert_eq!(report.damage.as_ref(), Some(damage));
            }
            Ok((log, _)) => {
                assert_eq!(bytes[byte], 0, "only padding may change unnoticed, not byte {byte}");
                assert_eq!(all(&log, "a").len(), 6);
            }
        }
    }
}

#[test]
fn a_changed_byte_in_the_last_frame_is_damage_and_not_a_torn_tail() {
    let disk = SimDisk::new(1);
    let ends = three_frames(&disk);
    let mut bytes = disk.contents(FIRST).unwrap();
    bytes[ends[2] - 100] ^= 1;
    disk.replace(FIRST, &bytes);
    let fault = open_with(&disk, tiny()).err().unwrap();
    let expected = Damage {
        segment: 1,
        byte: ends[1].next_multiple_of(8) as u64,
        what: "a frame that was complete has changed",
    };
    assert_eq!(fault.cause, Cause::Damaged(expected));
}

/// A log over many segments, with two streams.
fn many_segments(disk: &SimDisk) -> Vec<String> {
    let (log, _) = open(disk);
    log.create(&name("a"), 1).unwrap();
    log.create(&name("b"), 1).unwrap();
    let texts: Vec<String> = (0..300).map(|it| format!("{it} {}", "x".repeat(it % 90))).collect();
    for (offset, text) in (0..).zip(&texts) {
        add(&log, "a", offset, &[text]);
        if offset % 50 == 0 {
            add(&log, "b", offset / 50, &[text]);
        }
    }
    texts
}

#[test]
fn a_log_of_many_segments_is_the_same_log_with_and_without_its_notes() {
    let disk = SimDisk::new(2);
    let texts = many_segments(&disk);
    let note = "log/0000000003.note";
    let good = disk.contents(note).unwrap();
    let mut bad = good.clone();
    bad[60] ^= 1;
    let read_all = DiskConfig { check_all: true, ..tiny() };
    for (note_bytes, config) in [(&good, tiny()), (&bad, tiny()), (&Vec::new(), tiny()), (&good, read_all)] {
        disk.replace(note, note_bytes);
        let (log, recovered) = open_with(&disk, config).unwrap();
        assert!(recovered.segments > 5);
        assert_eq!((recovered.records, recovered.streams), (306, 2));
        assert_eq!(all(&log, "a"), texts);
        assert_eq!(all(&log, "b").len(), 6);
        assert_eq!(disk.contents(note).unwrap(), good, "a bad note is written again");
    }
    let (log, _) = open(&disk);
    add(&log, "a", 300, &["on"]);
    assert_eq!(all(&log, "a").len(), 301);
    drop(log);
    let report = verify_on(&disk, "log").unwrap();
    assert_eq!((report.records, report.streams, report.damage), (307, 2, None));
}

#[test]
fn damage_in_a_finished_segment_is_found_by_reading_and_by_checking_and_never_handed_out() {
    let disk = SimDisk::new(3);
    many_segments(&disk);
    let path = "log/0000000002.segment";
    let mut bytes = disk.contents(path).unwrap();
    bytes[2000] ^= 1;
    disk.replace(path, &bytes);
    let (log, _) = open(&disk);
    let mut read = 0;
    let damage = loop {
        match log.read(&name("a"), at(read), 1, 1000) {
            Ok(records) => read += records.len() as u64,
            Err(ReadError::Damaged(damage)) => break damage,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(damage.segment, 2);
    assert!((1800..=2000).contains(&damage.byte), "{damage}");
    assert_eq!(log.read(&name("a"), at(read + 1), 1, 1000).unwrap().len(), 1, "others are not touched");
    drop(log);
    assert_eq!(verify_on(&disk, "log").unwrap().damage.unwrap().segment, 2);
    let read_all = DiskConfig { check_all: true, ..tiny() };
    let fault = open_with(&disk, read_all).err().unwrap();
    assert_eq!(fault.damage().unwrap().segment, 2);
}

#[test]
fn missing_and_foreign_segments_are_refused() {
    let disk = SimDisk::new(4);
    many_segments(&disk);
    let other = SimDisk::new(5);
    many_segments(&other);
    let segment = |number| format!("log/{number:010}.segment");
    let place = |disk: &SimDisk| {
        let fault = open_with(disk, tiny()).err().unwrap();
        let damage = fault.damage().unwrap();
        (damage.segment, damage.what)
    };
    let own = disk.contents(segment(3)).unwrap();
    disk.replace(segment(3), &other.contents(segment(3)).unwrap());
    assert_eq!(place(&disk), (3, "the segment belongs to another log"));
    disk.replace(segment(3), &disk.contents(segment(4)).unwrap());
    assert_eq!(place(&disk), (3, "the segment has another number than its file"));
    disk.replace(segment(3), &own[..64]);
    assert_eq!(place(&disk), (4, "this frame does not follow the one before it"));
    disk.replace(segment(3), &own);
    let files: &dyn linger_log::Files = &disk;
    files.remove(Path::new(&segment(3))).unwrap();
    assert_eq!(place(&disk), (3, "the segment's file is missing"));
}

#[test]
fn accepted_damage_keeps_what_is_before_sets_the_rest_aside_and_renews_all_epochs() {
    let disk = SimDisk::new(6);
    let texts = many_segments(&disk);
    let path = "log/0000000003.segment";
    let mut bytes = disk.contents(path).unwrap();
    bytes[1000] ^= 1;
    disk.replace(path, &bytes);
    let config = DiskConfig { accept_damage: true, check_all: true, ..tiny() };
    let (log, recovered) = open_with(&disk, config).unwrap();
    assert_eq!(recovered.damage.unwrap().segment, 3);
    assert!(recovered.renewed);
    assert!(recovered.set_aside.len() > 3);
    let saved = disk.contents("log/0000000003.damaged-1").unwrap();
    assert!(saved == bytes, "the damaged segment is kept as it was");
    let kept = all(&log, "a");
    assert!(!kept.is_empty() && kept.len() < 300);
    assert_eq!(kept, texts[..kept.len()]);
    let tail = log.tail(&name("a")).unwrap();
    assert_eq!((tail.epoch, tail.offset), (2, kept.len() as u64));
    assert_eq!(
        log.read(&name("a"), at(1), 1, 100),
        Err(ReadError::OtherEpoch { actual: tail }),
        "a client of the old history learns that it is gone"
    );
    drop(log);
    let (log, recovered) = open(&disk);
    assert!(!recovered.renewed);
    assert_eq!(log.tail(&name("a")), Some(tail));
    assert_eq!(all(&log, "a"), kept);
}

#[test]
fn accepting_damage_may_be_interrupted_at_any_step_and_still_renews_all_epochs() {
    let accepting = DiskConfig { accept_damage: true, check_all: true, ..tiny() };
    let path = "log/0000000003.segment";
    let damaged = || {
        let disk = SimDisk::new(8);
        many_segments(&disk);
        let mut bytes = disk.contents(path).unwrap();
        bytes[1000] ^= 1;
        disk.replace(path, &bytes);
        (disk, bytes)
    };
    let (calm, _) = damaged();
    let before = calm.steps();
    drop(open_with(&calm, accepting.clone()).unwrap());
    let steps = calm.steps() - before;
    assert!(steps > 20);
    for step in 1..=steps {
        let (disk, bytes) = damaged();
        disk.fail_step(step, SimFault::Io);
        drop(open_with(&disk, accepting.clone()));
        disk.crash();
        let (log, _) = open_with(&disk, accepting.clone()).unwrap();
        let tail = log.tail(&name("a")).unwrap();
        assert!(tail.epoch >= 2, "step {step}: a tail is lost and nobody is told");
        assert!(tail.offset > 0 && tail.offset < 300);
        assert!(disk.contents("log/0000000003.damaged-1").unwrap() == bytes, "step {step}");
        assert_eq!(all(&log, "a").len() as u64, tail.offset);
    }
}

#[test]
fn a_folder_opens_once_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = DiskLog::open(dir.path(), tiny()).unwrap();
    let fault = DiskLog::open(dir.path(), tiny()).err().unwrap();
    assert_eq!(fault.cause, Cause::InUse);
    assert_eq!(verify(dir.path()).unwrap_err().cause, Cause::InUse);
    drop(log);
    DiskLog::open(dir.path(), tiny()).unwrap();
}

#[test]
fn a_real_folder_keeps_a_log_over_openings_with_the_next_segment_made_ahead() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("deep").join("log");
    let config = DiskConfig { segment_bytes: 64 << 10, ..DiskConfig::default() };
    let (mut epoch_offset, text) = (0, "y".repeat(700));
    for _ in 0..4 {
        let (log, recovered) = DiskLog::open(&inner, config.clone()).unwrap();
        assert_eq!(recovered.records, epoch_offset);
        log.create(&name("a"), 1).unwrap();
        for _ in 0..200 {
            add(&log, "a", epoch_offset, &[&text]);
            epoch_offset += 1;
        }
        assert_eq!(all(&log, "a").len() as u64, epoch_offset);
    }
    let report = verify(&inner).unwrap();
    assert_eq!((report.records, report.damage, report.torn_bytes), (800, None, 0));
    assert!(report.segments >= 9);
}

#[test]
fn unusable_settings_are_refused_by_name() {
    for segment_bytes in [0, 4095, (1 << 30) + 1] {
        let config = DiskConfig { segment_bytes, ..tiny() };
        let fault = open_with(&SimDisk::new(0), config).err().unwrap();
        assert!(matches!(fault.cause, Cause::BadConfig { field: "segment_bytes", .. }));
    }
}

#[test]
fn a_newer_format_is_refused_by_version() {
    let disk = SimDisk::new(7);
    three_frames(&disk);
    let mut bytes = disk.contents(FIRST).unwrap();
    bytes[8] = 2;
    let sum = crc32c::crc32c(&bytes[..60]);
    bytes[60..64].copy_from_slice(&sum.to_le_bytes());
    disk.replace(FIRST, &bytes);
    let fault = open_with(&disk, tiny()).err().unwrap();
    assert_eq!(fault.to_string(), "opening the log: segment 1 has format version 2, and only 1 is known");
}
