//! The few things a log asks of a file system, and the real one. It does not know what the bytes mean.
//!
//! The border exists so that a disk that tears, lies, fills up or fails at a chosen step ([`crate::SimDisk`]) can
//! stand in its place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FallocateFlags, FlockOperation, fallocate, flock};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// A file system, as far as a log needs one. Calls may come from several threads.
pub trait Files: Send + Sync + 'static {
    /// Makes a folder, with its parents, unless it exists.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// Locks a folder against every other opening until the returned guard is dropped; `WouldBlock` if it is locked.
    fn lock(&self, dir: &Path) -> io::Result<Box<dyn Send + Sync>>;
    /// The names of the files in a folder, in no order.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Makes an empty file, or empties an existing one, to read and write.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn LogFile>>;
    /// Opens an existing file, to write only if `writable`.
    fn open(&self, path: &Path, writable: bool) -> io::Result<Arc<dyn LogFile>>;
    /// Renames a file over whatever had the new name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Sixteen bytes nobody can guess.
    fn fresh_id(&self) -> io::Result<[u8; 16]>;
}

/// An open file. Reads and writes name their place, so a handle has no cursor and may be shared.
pub trait LogFile: Send + Sync {
    /// The length of the file in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Fills the buffer from a place; `UnexpectedEof` if the file is shorter.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()>;
    /// Writes all bytes at a place, extending the file where needed.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Reserves space, so that a full disk is noticed early. A file system without this may do nothing.
    fn reserve(&self, bytes: u64) -> io::Result<()>;
    /// Makes what was written durable.
    fn sync(&self) -> io::Result<()>;
}

/// The file system of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl Files for RealFiles {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(dir)?;
        // The folder's own name lives in its parent.
        match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => self.sync_dir(parent),
            _ => self.sync_dir(Path::new(".")),
        }
    }

    fn lock(&self, dir: &Path) -> io::Result<Box<dyn Send + Sync>> {
        // The folder itself is locked: there is no lock file to leave behind, and a read-only copy can be checked.
        let held = File::open(dir)?;
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Box::new(held)),
            Err(errno) => Err(errno.into()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        std::fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn LogFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        Ok(Arc::new(options.open(path)?))
    }

    fn open(&self, path: &Path, writable: bool) -> io::Result<Arc<dyn LogFile>> {
        let file = OpenOptions::new().read(true).write(writable).open(path)?;
        Ok(Arc::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn fresh_id(&self) -> io::Result<[u8; 16]> {
        let mut id = [0; 16];
        let filled = getrandom(&mut id[..], GetRandomFlags::empty())?;
        if filled < id.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(id)
    }
}

impl LogFile for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.read_exact_at(buffer, at)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn reserve(&self, bytes: u64) -> io::Result<()> {
        match fallocate(self, FallocateFlags::empty(), 0, bytes) {
            // Some file systems cannot; writing the zeros will tell.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
