//! The few things the store does to its own files, each of which can be made to fail in a test. It does not know what
//! the bytes mean, beyond the frame of a sealed file.
//!
//! A sealed file is eight bytes of its kind, its format version in four, the payload, and a CRC-32C of all before.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crc32c::crc32c;

use crate::{Cause, StoreFault};

const VERSION: u32 = 1;
const HEAD: usize = 12;

/// Asked before every step that changes a file; what it answers in place of an error makes the step go on.
pub(crate) type Gate = Arc<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

/// A folder of the store.
#[derive(Clone)]
pub(crate) struct Disk {
    pub dir: PathBuf,
    gate: Option<Gate>,
}

impl Disk {
    pub fn new(dir: PathBuf, gate: Option<Gate>) -> Disk {
        Disk { dir, gate }
    }

    /// Passes the gate; steps of others, such as writing a segment, ask for themselves.
    pub fn step(&self, what: &str) -> Result<(), StoreFault> {
        self.pass(what).map_err(|error| StoreFault::io(what, &error))
    }

    fn pass(&self, what: &str) -> io::Result<()> {
        self.gate.as_ref().map_or(Ok(()), |gate| gate(what))
    }

    /// Makes a folder with its parents.
    pub fn make(&self) -> Result<(), StoreFault> {
        let make = || {
            self.pass("making the folder")?;
            fs::create_dir_all(&self.dir)?;
            match self.dir.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
                _ => Ok(()),
            }
        };
        make().map_err(|error| StoreFault::io("making the store's folder", &error))
    }

    /// Puts a file in place in one step: written aside, synced, renamed.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreFault> {
        let aside = self.dir.join(format!("{name}.tmp"));
        let put = || {
            self.pass("creating")?;
            let mut file = File::create(&aside)?;
            self.pass("writing")?;
            file.write_all(bytes)?;
            self.pass("syncing")?;
            file.sync_all()?;
            self.pass("renaming")?;
            fs::rename(&aside, self.dir.join(name))?;
            self.pass("syncing the folder")?;
            sync_dir(&self.dir)
        };
        put().map_err(|error| {
            // What is left of it would take space on a full disk until the next opening.
            _ = fs::remove_file(&aside);
            StoreFault::io(format!("writing {name}"), &error)
        })
    }

    /// Puts a sealed file in place.
    pub fn put_sealed(&self, name: &str, kind: &[u8; 8], payload: &[u8]) -> Result<(), StoreFault> {
        let mut bytes = Vec::with_capacity(HEAD + payload.len() + 4);
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(payload);
        bytes.extend_from_slice(&crc32c(&bytes).to_le_bytes());
        self.put(name, &bytes)
    }

    /// The payload of a sealed file.
    pub fn read_sealed(&self, name: &str, kind: &[u8; 8], what: &'static str) -> Result<Vec<u8>, StoreFault> {
        let doing = || format!("reading {name}");
        let mut bytes = self
            .read(name)?
            .ok_or_else(|| StoreFault::damaged(doing(), format!("{name} is missing, so the store")))?;
        let damaged = || StoreFault::damaged(doing(), name);
        let sum = bytes
            .len()
            .checked_sub(4)
            .filter(|at| *at >= HEAD)
            .map(|at| bytes.split_off(at))
            .ok_or_else(damaged)?;
        if sum != crc32c(&bytes).to_le_bytes() || &bytes[..8] != kind {
            return Err(damaged());
        }
        let version = u32::from_le_bytes(std::array::from_fn(|at| bytes[8 + at]));
        if version != VERSION {
            let (found, known) = (u64::from(version), u64::from(VERSION));
            return Err(StoreFault::lasting(doing(), Cause::OtherVersion { what, found, known }));
        }
        bytes.drain(..HEAD);
        Ok(bytes)
    }

    /// A whole file, if it is there.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreFault> {
        match fs::read(self.dir.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreFault::io(format!("reading {name}"), &error)),
        }
    }

    /// The size of a file, bytes.
    pub fn size(&self, name: &str) -> Result<u64, StoreFault> {
        let metadata = fs::metadata(self.dir.join(name));
        metadata.map(|it| it.len()).map_err(|error| StoreFault::io(format!("reading {name}"), &error))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> Result<(), StoreFault> {
        let remove = || {
            self.pass("removing")?;
            match fs::remove_file(self.dir.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        };
        remove().map_err(|error| StoreFault::io(format!("removing {name}"), &error))
    }

    /// The names of the files in the folder, sorted.
    pub fn list(&self) -> Result<Vec<String>, StoreFault> {
        let list = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.dir)? {
                let entry = entry?;
                if entry.file_type()?.is_file() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
            names.sort_unstable();
            Ok(names)
        };
        list().map_err(|error| StoreFault::io("listing the store's folder", &error))
    }
}

/// A file that is synced every so many bytes while it is written: who waits for the disk meanwhile, such as a room for its
/// next entries, never waits for a whole file.
pub(crate) struct Paced {
    file: File,
    unsynced: usize,
}

impl Paced {
    const PIECE_BYTES: usize = 1 << 20;

    pub fn create(path: &Path) -> io::Result<Paced> {
        Ok(Paced { file: File::create(path)?, unsynced: 0 })
    }

    /// Syncs what is left, and tells the size.
    pub fn finish(self) -> io::Result<u64> {
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }
}

impl io::Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(&bytes[..bytes.len().min(Paced::PIECE_BYTES)])?;
        self.unsynced += written;
        if self.unsynced >= Paced::PIECE_BYTES {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_file_comes_back_and_any_changed_byte_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::new(dir.path().join("a/b"), None);
        disk.make().unwrap();
        disk.put_sealed("f", b"LINGERXY", b"payload").unwrap();
        let read = |disk: &Disk| disk.read_sealed("f", b"LINGERXY", "it");
        assert_eq!(read(&disk), Ok(b"payload".to_vec()));
        let bytes = disk.read("f").unwrap().unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            disk.put("f", &changed).unwrap();
            assert!(matches!(read(&disk).unwrap_err().cause, Cause::Damaged { .. }), "{at}");
        }
        for cut in 0..bytes.len() {
            disk.put("f", &bytes[..cut]).unwrap();
            assert!(read(&disk).is_err(), "{cut}");
        }
        disk.remove("f").unwrap();
        disk.remove("f").unwrap();
        assert_eq!(disk.list(), Ok(vec![]));
        assert!(matches!(read(&disk).unwrap_err().cause, Cause::Damaged { .. }));
    }
}
