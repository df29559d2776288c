//! What survives when power fails, writes tear, syncs fail and space runs out, against a model that only remembers
//! what was acknowledged. It does not know how the log is stored.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use linger_log::{
    Append, Cause, DiskConfig, DiskLog, Fault, Log, Position, SimDisk, SimFault, Stale, StreamName, verify_on,
};
use proptest::prelude::*;

/// The epoch and records of each stream.
type State = BTreeMap<StreamName, (u32, Vec<Bytes>)>;

#[derive(Clone, Debug)]
enum Step {
    Create(u8),
    /// Appends of one batch: a stream, a distance from its true offset, and record sizes.
    Append(Vec<(u8, u64, Vec<usize>)>),
    Reopen,
    Crash,
    Accident(u64, bool),
    Recover,
}

struct World {
    disk: SimDisk,
    log: Option<DiskLog>,
    /// What was acknowledged.
    state: State,
    /// What would be there if a call that failed took effect after all.
    perhaps: Vec<State>,
    written: u64,
    faults: u64,
}

fn config() -> DiskConfig {
    DiskConfig { segment_bytes: 4 << 10, prepare_ahead: false, ..DiskConfig::default() }
}

fn name(stream: u8) -> StreamName {
    StreamName::new(&format!("s{stream}")).unwrap()
}

fn stored(log: &DiskLog) -> State {
    let records = |stream: &StreamName| {
        let Position { epoch, .. } = log.tail(stream).unwrap();
        let records = log.read(stream, Position { epoch, offset: 0 }, usize::MAX, usize::MAX);
        (epoch, records.unwrap())
    };
    let streams = log.streams();
    streams.iter().map(|stream| (stream.clone(), records(stream))).collect()
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            disk: SimDisk::new(seed),
            log: None,
            state: State::new(),
            perhaps: Vec::new(),
            written: 0,
            faults: 0,
        };
        world.open();
        world
    }

    fn log(&self) -> &DiskLog {
        self.log.as_ref().unwrap()
    }

    /// Opens the log again; a fault that was set may strike that too, once.
    fn open(&mut self) {
        self.log = None;
        // Opening trusts its notes about finished segments; this reads everything.
        let damage = verify_on(&self.disk, "log").unwrap().damage;
        assert_eq!(damage, None, "an accident is not damage");
        let files = || Arc::new(self.disk.clone());
        let opened = match DiskLog::open_on(files(), "log", config()) {
            Err(fault) if fault.damage().is_none() => {
                self.faults += 1;
                DiskLog::open_on(files(), "log", config())
            }
            opened => opened,
        };
        let (log, _) = opened.unwrap_or_else(|fault| panic!("an accident is not damage: {fault}"));
        let now = stored(&log);
        assert!(
            now == self.state || self.perhaps.contains(&now),
            "what is there is what was acknowledged, or that and the whole of one call that failed"
        );
        self.state = now;
        self.perhaps.clear();
        self.log = Some(log);
    }

    fn settle<T>(&mut self, result: Result<T, Fault>, next: State) -> Option<T> {
        match result {
            Ok(answer) => {
                // An answer that needed no writing says nothing about what an earlier failure left.
                if next != self.state {
                    self.state = next;
                    self.perhaps.clear();
                }
                Some(answer)
            }
            Err(_) => {
                self.faults += 1;
                self.perhaps.push(next);
                None
            }
        }
    }

    fn append(&mut self, batch: &[(u8, u64, Vec<usize>)]) {
        let mut next = self.state.clone();
        let mut appends = Vec::new();
        let mut expected_answers = Vec::new();
        for (stream, away, sizes) in batch {
            let stream = name(*stream);
            let records: Vec<Bytes> = sizes.iter().map(|&size| self.record(size)).collect();
            let known = next.get_mut(&stream);
            let actual = known.as_ref().map_or(Position { epoch: 0, offset: 0 }, |(epoch, records)| {
                Position { epoch: *epoch, offset: records.len() as u64 }
            });
            let expected = Position { offset: actual.offset + away, ..actual };
            expected_answers.push(match known {
                Some((epoch, kept)) if *away == 0 => {
                    kept.extend(records.iter().cloned());
                    let offset = kept.len() as u64;
                    Ok(Position { epoch: *epoch, offset })
                }
                _ => Err(Stale { actual }),
            });
            appends.push(Append { stream, expected, records });
        }
        let result = self.log().append(appends);
        if let Some(answers) = self.settle(result, next) {
            assert_eq!(answers, expected_answers);
        }
    }

    /// A record unlike any other, except that some hold long runs of zeros.
    fn record(&mut self, size: usize) -> Bytes {
        self.written += 1;
        let mut record = vec![0; size];
        let mark = self.written.to_le_bytes();
        let fill = if self.written.is_multiple_of(3) { 0 } else { 0xa5 };
        record.iter_mut().for_each(|byte| *byte = fill);
        let marked = size.min(mark.len());
        record[..marked].copy_from_slice(&mark[..marked]);
        record.into()
    }

    fn act(&mut self, step: &Step) {
        match step {
            Step::Create(stream) => {
                let epoch = u32::from(*stream) + 1;
                let mut next = self.state.clone();
                let (epoch, records) = next.entry(name(*stream)).or_insert((epoch, Vec::new())).clone();
                let result = self.log().create(&name(*stream), epoch);
                let offset = records.len() as u64;
                if let Some(position) = self.settle(result, next) {
                    assert_eq!(position, Position { epoch, offset });
                }
            }
            Step::Append(batch) => self.append(batch),
            Step::Reopen => self.open(),
            Step::Crash => {
                self.disk.crash();
                self.open();
            }
            Step::Accident(ahead, full) => {
                let fault = if *full { SimFault::Full } else { SimFault::Io };
                self.disk.fail_step(*ahead, fault);
            }
            Step::Recover => {
                if self.log().recover().is_ok() {
                    self.perhaps.clear();
                }
            }
        }
        assert!(
            stored(self.log()) == self.state,
            "an open log shows what it acknowledged, no more and no less"
        );
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let sizes =
        prop::collection::vec(prop_oneof![4 => 0..40usize, 2 => 0..900usize, 1 => 900..6000usize], 0..5);
    let away = prop_oneof![6 => Just(0u64), 1 => 1..3u64];
    let batch = prop::collection::vec((0..4u8, away, sizes), 1..5);
    prop_oneof![
        2 => (0..4u8).prop_map(Step::Create),
        12 => batch.prop_map(Step::Append),
        1 => Just(Step::Reopen),
        2 => Just(Step::Crash),
        3 => (1..12u64, any::<bool>()).prop_map(|(ahead, full)| Step::Accident(ahead, full)),
        2 => Just(Step::Recover),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_accident_loses_what_was_acknowledged_or_shows_half_a_batch(
        seed in any::<u64>(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let mut world = World::new(seed);
        for step in &steps {
            world.act(step);
        }
        world.act(&Step::Crash);
    }
}

/// A fixed story that makes streams and fills several segments.
fn story(world: &mut World) {
    for stream in 0..3 {
        world.act(&Step::Create(stream));
    }
    for round in 0..14usize {
        let batch = (0..3).map(|stream| (stream, 0, vec![round * 30, 200, 5])).collect();
        world.act(&Step::Append(batch));
    }
}

#[test]
fn whichever_step_fails_everything_acknowledged_is_there_afterwards() {
    let calm = World::new(0).disk.steps();
    let mut whole = World::new(0);
    story(&mut whole);
    let steps = whole.disk.steps() - calm;
    assert!(steps > 60, "the story is long enough to mean something");
    for step in 1..=steps {
        for fault in [SimFault::Io, SimFault::Full] {
            for recovers in [true, false] {
                let mut world = World::new(step);
                world.disk.fail_step(step, fault);
                story(&mut world);
                if recovers {
                    world.act(&Step::Recover);
                    world.act(&Step::Append(vec![(0, 0, vec![3])]));
                }
                world.act(&Step::Crash);
                world.act(&Step::Create(0));
                world.act(&Step::Append(vec![(0, 0, vec![10])]));
                world.act(&Step::Crash);
                assert!(!world.state[&name(0)].1.is_empty());
            }
        }
    }
}

#[test]
fn every_step_of_an_opening_may_fail_or_be_the_last() {
    let torn = |seed| {
        let mut world = World::new(seed);
        story(&mut world);
        world.disk.fail_step(1, SimFault::Io);
        world.act(&Step::Append(vec![(0, 0, vec![900, 900]), (1, 0, vec![900])]));
        assert_eq!(world.faults, 1);
        world.disk.crash();
        world
    };
    for seed in 0..10 {
        let before = torn(seed).disk.steps();
        let mut calm = torn(seed);
        calm.open();
        for step in 1..=calm.disk.steps() - before {
            let mut world = torn(seed);
            world.disk.fail_step(step, SimFault::Io);
            world.log = None;
            let files = Arc::new(world.disk.clone());
            drop(DiskLog::open_on(files, "log", config()));
            world.act(&Step::Crash);
            world.act(&Step::Append(vec![(0, 0, vec![10])]));
            world.act(&Step::Crash);
        }
    }
}

#[test]
fn clearing_a_failed_write_may_fail_too_and_nothing_of_it_comes_back_later() {
    for seed in 0..100 {
        for step in 1..=4 {
            for crashes in [Step::Reopen, Step::Crash] {
                let mut world = World::new(seed);
                story(&mut world);
                // One fills a segment, so that the next begins another with room for what follows.
                world.act(&Step::Append(vec![(0, 0, vec![3990])]));
                world.act(&Step::Append(vec![(0, 0, vec![5])]));
                world.disk.fail_step(2, SimFault::Io);
                world.act(&Step::Append(vec![(0, 0, vec![700]), (1, 0, vec![700])]));
                assert_eq!(world.faults, 1);
                world.disk.fail_step(step, SimFault::Io);
                world.act(&Step::Recover);
                world.act(&crashes);
                // Too large for what is left, so the log goes on in another segment.
                world.act(&Step::Append(vec![(0, 0, vec![3990])]));
                world.act(&Step::Crash);
            }
        }
    }
}

#[test]
fn after_a_failed_write_the_log_refuses_until_it_is_recovered() {
    let mut world = World::new(9);
    story(&mut world);
    let one = vec![(0, 0, vec![10])];
    world.act(&Step::Append(one.clone()));
    // The write is the first step and the sync the second.
    world.disk.fail_step(2, SimFault::Io);
    world.act(&Step::Append(one.clone()));
    assert_eq!(world.faults, 1);
    world.act(&Step::Append(one.clone()));
    assert_eq!(world.faults, 2);
    let fault = world.log().create(&name(7), 1).unwrap_err();
    assert!(matches!(fault.cause, Cause::Refusing { .. }), "{fault}");
    assert!(!fault.retry);
    world.act(&Step::Recover);
    world.act(&Step::Append(one));
    assert_eq!(world.faults, 2);
}

#[test]
fn a_full_disk_is_said_so_and_appending_goes_on_when_there_is_space() {
    let mut world = World::new(10);
    story(&mut world);
    world.disk.set_space(40 << 10);
    let one = Step::Append(vec![(0, 0, vec![300]), (1, 0, vec![300])]);
    while world.faults == 0 {
        world.act(&one);
    }
    let expected = world.log().tail(&name(2)).unwrap();
    let records = vec![Bytes::from(vec![1; 3000])];
    let stream = name(2);
    let append = Append { stream, expected, records };
    let fault = world.log().append(vec![append]).unwrap_err();
    assert_eq!(fault.cause, Cause::DiskFull);
    assert!(fault.retry);
    world.disk.set_space(80 << 10);
    world.act(&one);
    assert_eq!(world.faults, 1, "nobody had to recover anything");
    world.act(&Step::Crash);
}
