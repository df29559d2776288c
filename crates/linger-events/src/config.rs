//! The settings of a store, and their bounds. It does not know what they do.

use std::path::PathBuf;

use crate::{Cause, StoreFault};

/// Settings of a store. Start from [`Config::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The folder. It is made when it is not there, and locked while the store is open.
    pub dir: PathBuf,
    /// The time zone of the day masks, an IANA name. A change holds for files written later.
    pub zone: String,
    /// How many parts the people are divided into; a power of two from 1 to 1024. Fixed when the folder is made.
    pub partitions: u16,
    /// How long an id is remembered so that a fact told again is not stored again, hours, 1 to 720.
    pub dedupe_h: u32,
    /// How many ids are remembered at most, from 1000; when more come, the window shrinks, and
    /// [`crate::Figures`] says to what. Some 50 bytes each.
    pub dedupe_ids_max: usize,
    /// How many facts wait in memory before they are written to files, from 1 to 50 million. Some 400 bytes each;
    /// while files are being written up to four times as many may wait.
    pub tail_facts_max: usize,
    /// How long facts wait in memory at most, seconds, if the store looks after itself.
    pub tail_s_max: u32,
    /// The size of the log's segment files, bytes, 64 KiB to 1 GiB.
    pub log_segment_bytes: u64,
    /// How many days facts are kept, by class.
    pub keep_days: KeepDays,
    /// Look after the files on a thread of its own. Without it, only [`crate::EventStore::maintain`] does.
    pub background: bool,
}

/// How many days facts of each class are kept; none is for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepDays {
    /// What people look at and do.
    pub behaviour: Option<u32>,
    /// Orders and payments.
    pub commerce: Option<u32>,
    /// Traits.
    pub profile: Option<u32>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            dir: PathBuf::from("events"),
            zone: "UTC".to_owned(),
            partitions: 16,
            dedupe_h: 24,
            dedupe_ids_max: 8_000_000,
            tail_facts_max: 500_000,
            tail_s_max: 600,
            log_segment_bytes: 64 << 20,
            keep_days: KeepDays::default(),
            background: true,
        }
    }
}

impl Config {
    /// The default settings for a folder.
    pub fn new(dir: impl Into<PathBuf>) -> Config {
        Config { dir: dir.into(), ..Config::default() }
    }

    pub(crate) fn check(&self) -> Result<(), StoreFault> {
        let rules = [
            (
                self.partitions.is_power_of_two() && self.partitions <= 1024,
                "partitions",
                "a power of two, 1 to 1024",
            ),
            ((1..=720).contains(&self.dedupe_h), "dedupe_h", "from 1 to 720"),
            (self.dedupe_ids_max >= 1000, "dedupe_ids_max", "at least 1000"),
            ((1..=50_000_000).contains(&self.tail_facts_max), "tail_facts_max", "from 1 to 50 million"),
            (self.tail_s_max > 0, "tail_s_max", "at least 1"),
            (
                (64 << 10..=1 << 30).contains(&self.log_segment_bytes),
                "log_segment_bytes",
                "from 64 KiB to 1 GiB",
            ),
            (!self.zone.is_empty() && self.zone.len() <= 64, "zone", "an IANA time zone"),
        ];
        match rules.into_iter().find(|(holds, ..)| !holds) {
            None => Ok(()),
            Some((_, field, rule)) => {
                Err(StoreFault::lasting("opening the store of events", Cause::BadConfig { field, rule }))
            }
        }
    }
}
