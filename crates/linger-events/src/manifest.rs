//! The one file that says what the store consists of. It is replaced in one step, so that a crash leaves the store as it
//! was before or after; files it does not name are leftovers. It does not know what is in the files it names.

use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::segment::Meta;
use crate::{Cause, Config, StoreFault};

pub(crate) const MANIFEST: &str = "manifest.json";
const VERSION: u64 = 1;

/// What the store consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub version: u64,
    /// CRC-32C of this file with a 0 in this place.
    pub checksum: u32,
    pub partitions: u16,
    /// The number of the next file of any kind.
    pub next: u64,
    /// From where on the log tells what is in no file.
    pub log_epoch: u32,
    pub log_offset: u64,
    /// The store's time when this was written.
    pub now_ms: i64,
    /// The highest person key given out.
    pub last_person: u64,
    pub segments: Vec<Listed>,
    /// Journals of identities, to be read in this order.
    pub people: Vec<String>,
    /// The dictionaries, to be read in this order.
    pub words: Vec<String>,
    /// Ids that were told lately, oldest first.
    pub ids: Vec<IdsFile>,
    /// Persons to be removed from files still.
    pub erasing: Vec<u64>,
    /// Whether the log holds something of erased persons before `log_offset`, in a segment that is not finished.
    pub log_to_roll: bool,
}

/// A segment, and how many moves of persons had happened when it was written: it holds nobody under an older key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub meta: Meta,
    pub moves: u64,
    /// When facts that are too old were last left out of it.
    pub kept_ms: i64,
}

/// A file of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdsFile {
    pub name: String,
    /// When the latest of them was told.
    pub last_ms: i64,
    pub ids: u64,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u64,
}

impl Manifest {
    /// The manifest of an empty store.
    pub fn empty(config: &Config) -> Manifest {
        Manifest {
            version: VERSION,
            checksum: 0,
            partitions: config.partitions,
            next: 1,
            log_epoch: 1,
            log_offset: 0,
            now_ms: 0,
            last_person: 0,
            segments: Vec::new(),
            people: Vec::new(),
            words: Vec::new(),
            ids: Vec::new(),
            erasing: Vec::new(),
            log_to_roll: false,
        }
    }

    /// Reads it, if there is one.
    pub fn read(disk: &Disk) -> Result<Option<Manifest>, StoreFault> {
        let doing = || format!("reading {MANIFEST}");
        let Some(bytes) = disk.read(MANIFEST)? else { return Ok(None) };
        let damaged = || StoreFault::damaged(doing(), MANIFEST);
        let VersionOnly { version: found } = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        if found != VERSION {
            let cause = Cause::OtherVersion { what: MANIFEST, found, known: VERSION };
            return Err(StoreFault::lasting(doing(), cause));
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        if manifest.sum()? != manifest.checksum {
            return Err(damaged());
        }
        Ok(Some(manifest))
    }

    /// Replaces it.
    pub fn write(&mut self, disk: &Disk) -> Result<(), StoreFault> {
        self.checksum = self.sum()?;
        disk.put(MANIFEST, &self.encode()?)
    }

    fn sum(&self) -> Result<u32, StoreFault> {
        Ok(crc32c::crc32c(&Manifest { checksum: 0, ..self.clone() }.encode()?))
    }

    fn encode(&self) -> Result<Vec<u8>, StoreFault> {
        let encoded = serde_json::to_vec_pretty(self);
        encoded.map_err(|error| StoreFault::io(format!("writing {MANIFEST}"), &error.into()))
    }

    /// Whether it names a file of the store's own folder.
    pub fn names(&self, name: &str) -> bool {
        let texts = self.people.iter().chain(&self.words).map(String::as_str);
        name == MANIFEST || texts.chain(self.ids.iter().map(|ids| ids.name.as_str())).any(|it| it == name)
    }
}
