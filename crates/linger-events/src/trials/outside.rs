//! An outside that stops at a chosen step, as if the process had been killed there, or whose disk is full from there on.
//! It does not know what the steps are for.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use linger_log::{Files, LogFile, RealFiles};
use tempfile::TempDir;

use crate::open::Outside;

/// A folder, a clock, and how many steps are left before nothing works any more.
pub(super) struct World {
    dir: TempDir,
    fuse: Arc<Fuse>,
    clock: Arc<AtomicI64>,
}

#[derive(Default)]
struct Fuse {
    /// Steps left, if somebody set them.
    left: Mutex<Option<u64>>,
    blown: AtomicBool,
    full: AtomicBool,
}

impl Fuse {
    fn pass(&self, _step: &str) -> io::Result<()> {
        let mut left = self.left.lock().unwrap();
        if let Some(left) = left.as_mut() {
            if *left == 0 {
                self.blown.store(true, Ordering::Relaxed);
                let full = self.full.load(Ordering::Relaxed);
                let kind = if full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
                return Err(kind.into());
            }
            *left -= 1;
        }
        Ok(())
    }
}

impl World {
    pub fn new() -> World {
        // In memory where there is such a folder: what is tried here is order, and syncing is slow.
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        World { dir, fuse: Arc::default(), clock: Arc::new(AtomicI64::new(1_700_000_000_000)) }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn outside(&self) -> Outside {
        let (gate, clock) = (Arc::clone(&self.fuse), Arc::clone(&self.clock));
        Outside {
            files: Arc::new(GatedFiles(Arc::clone(&self.fuse))),
            gate: Some(Arc::new(move |step: &str| gate.pass(step))),
            clock: Arc::new(move || clock.load(Ordering::Relaxed)),
            prepare_ahead: false,
        }
    }

    /// Lets so many steps succeed, and none after them.
    pub fn stop_after(&self, steps: u64) {
        *self.fuse.left.lock().unwrap() = Some(steps);
    }

    /// The same, as a full disk.
    pub fn fill_after(&self, steps: u64) {
        self.fuse.full.store(true, Ordering::Relaxed);
        self.stop_after(steps);
    }

    /// Everything works again.
    pub fn mend(&self) {
        *self.fuse.left.lock().unwrap() = None;
        self.fuse.blown.store(false, Ordering::Relaxed);
        self.fuse.full.store(false, Ordering::Relaxed);
    }

    /// Whether a step has failed since.
    pub fn is_broken(&self) -> bool {
        self.fuse.blown.load(Ordering::Relaxed)
    }

    /// Lets time pass.
    pub fn pass_days(&self, days: i64) {
        self.clock.fetch_add(days * 86_400_000, Ordering::Relaxed);
    }

    /// All files that hold some bytes.
    pub fn files_with(&self, needle: &[u8]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if memchr::memmem::find(&std::fs::read(&path).unwrap(), needle).is_some() {
                    found.push(path);
                }
            }
        }
        found
    }
}

struct GatedFiles(Arc<Fuse>);

struct GatedFile(Arc<Fuse>, Arc<dyn LogFile>);

impl GatedFiles {
    fn file(&self, file: Arc<dyn LogFile>) -> Arc<dyn LogFile> {
        Arc::new(GatedFile(Arc::clone(&self.0), file))
    }
}

impl Files for GatedFiles {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        RealFiles.make_dir(dir)
    }

    fn lock(&self, dir: &Path) -> io::Result<Box<dyn Send + Sync>> {
        RealFiles.lock(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        RealFiles.list(dir)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn LogFile>> {
        self.0.pass("log: create")?;
        RealFiles.create(path).map(|file| self.file(file))
    }

    fn open(&self, path: &Path, writable: bool) -> io::Result<Arc<dyn LogFile>> {
        RealFiles.open(path, writable).map(|file| self.file(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.pass("log: rename")?;
        RealFiles.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.pass("log: remove")?;
        RealFiles.remove(path)
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        self.0.pass("log: sync the folder")
    }

    fn fresh_id(&self) -> io::Result<[u8; 16]> {
        RealFiles.fresh_id()
    }
}

impl LogFile for GatedFile {
    fn size(&self) -> io::Result<u64> {
        self.1.size()
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.1.read_at(buffer, at)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.0.pass("log: write")?;
        self.1.write_at(bytes, at)
    }

    fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.0.pass("log: reserve")?;
        self.1.reserve(bytes)
    }

    // A killed process keeps what it wrote; power failures are the log's own trials.
    fn sync(&self) -> io::Result<()> {
        self.0.pass("log: sync")
    }
}
