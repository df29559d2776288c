//! A disk that forgets: a file system in memory on which power can fail at any moment, writes tear by sectors, syncs
//! fail, and space runs out, all from a seed. It does not know what is stored on it.
//!
//! It is a model of the outside, for trying out anything that claims to be durable. What it assumes of a real disk:
//! a sector of 512 bytes is written whole or not at all; unsynced sectors survive a power failure in any combination;
//! names change in order; after a failed sync, unsynced sectors may be gone although the system still shows them, and
//! another sync does not bring them back.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{Files, LogFile};

const SECTOR: usize = 512;

/// How a chosen step fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimFault {
    /// An input or output error. A write may have done a part of its work.
    Io,
    /// No space is left. A write may have done a part of its work.
    Full,
}

/// A simulated disk. A clone is the same disk.
#[derive(Clone)]
pub struct SimDisk(Arc<Mutex<State>>);

struct State {
    random: u64,
    /// How often power has failed. Handles from before are dead.
    power: u64,
    steps: u64,
    fault: Option<(u64, SimFault)>,
    space_bytes: u64,
    dirs: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
    names: Names,
    durable_names: Names,
    /// Changes of names since the last sync of a folder, oldest first.
    unsynced: Vec<NameChange>,
    files: BTreeMap<u64, SimFile>,
}

type Names = BTreeMap<PathBuf, u64>;

#[derive(Clone)]
enum NameChange {
    Put(PathBuf, u64),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Put(path, file) => _ = names.insert(path.clone(), *file),
            Self::Remove(path) => _ = names.remove(path),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
        }
    }
}

#[derive(Default)]
struct SimFile {
    /// What the running system shows.
    seen: Vec<u8>,
    /// What the disk holds.
    durable: Vec<u8>,
    /// Sectors that a sync has still to write.
    dirty: BTreeSet<usize>,
}

impl SimFile {
    fn write(&mut self, bytes: &[u8], at: usize) {
        let end = at + bytes.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[at..end].copy_from_slice(bytes);
        self.dirty.extend(at / SECTOR..end.div_ceil(SECTOR));
    }

    fn settle(&mut self, sector: usize) {
        let from = sector * SECTOR;
        let to = (from + SECTOR).min(self.seen.len());
        if from >= to {
            return;
        }
        if self.durable.len() < to {
            self.durable.resize(to, 0);
        }
        self.durable[from..to].copy_from_slice(&self.seen[from..to]);
    }
}

impl State {
    /// The next number of a fixed sequence (SplitMix64, Steele, Lea and Flood 2014).
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.random;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn coin(&mut self) -> bool {
        self.random() & 1 == 1
    }

    /// Counts a step that changes the disk, and tells whether it is the one to fail.
    fn step(&mut self) -> Option<SimFault> {
        self.steps += 1;
        match self.fault {
            Some((at, fault)) if at == self.steps => {
                self.fault = None;
                Some(fault)
            }
            _ => None,
        }
    }

    fn plain_step(&mut self) -> io::Result<()> {
        self.step().map_or(Ok(()), |fault| Err(fault.error()))
    }

    fn rename_step(&mut self, change: NameChange) -> io::Result<()> {
        self.plain_step()?;
        change.apply(&mut self.names);
        self.unsynced.push(change);
        Ok(())
    }

    fn used_bytes(&self) -> u64 {
        let live = self.names.values().filter_map(|file| self.files.get(file));
        live.map(|file| file.seen.len() as u64).sum()
    }

    fn file(&mut self, path: &Path) -> io::Result<u64> {
        self.names.get(path).copied().ok_or(io::ErrorKind::NotFound.into())
    }
}

impl SimFault {
    fn error(self) -> io::Error {
        match self {
            Self::Io => io::Error::other("simulated failure"),
            Self::Full => io::ErrorKind::StorageFull.into(),
        }
    }
}

impl SimDisk {
    /// An empty disk without a limit, whose accidents follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: seed,
            power: 0,
            steps: 0,
            fault: None,
            space_bytes: u64::MAX,
            dirs: BTreeSet::new(),
            locked: BTreeSet::new(),
            names: Names::new(),
            durable_names: Names::new(),
            unsynced: Vec::new(),
            files: BTreeMap::new(),
        })))
    }

    /// Sets how many bytes all files together may hold.
    pub fn set_space(&self, bytes: u64) {
        self.state().space_bytes = bytes;
    }

    /// Makes the n-th changing step from now fail, once.
    pub fn fail_step(&self, steps_ahead: u64, fault: SimFault) {
        let mut state = self.state();
        state.fault = Some((state.steps + steps_ahead, fault));
    }

    /// How many steps have changed the disk so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Power fails and comes back: of what was not synced, some survives and some does not. Open handles are dead.
    pub fn crash(&self) {
        let mut state = self.state();
        state.power += 1;
        state.locked.clear();
        state.fault = None;
        let survivors = state.random() as usize % (state.unsynced.len() + 1);
        let mut names = state.durable_names.clone();
        for change in &state.unsynced[..survivors] {
            change.apply(&mut names);
        }
        state.unsynced.clear();
        state.names.clone_from(&names);
        state.durable_names = names;
        let mut files = std::mem::take(&mut state.files);
        for file in files.values_mut() {
            for sector in std::mem::take(&mut file.dirty) {
                if state.coin() {
                    file.settle(sector);
                }
            }
            file.seen.clone_from(&file.durable);
        }
        state.files = files;
    }

    /// The bytes of a file as the system shows them.
    #[must_use]
    pub fn contents(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let state = self.state();
        let file = state.names.get(path.as_ref())?;
        state.files.get(file).map(|file| file.seen.clone())
    }

    /// Replaces the bytes of a file, durably, as rot or a stranger's hand would.
    pub fn replace(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let mut state = self.state();
        if let Ok(file) = state.file(path.as_ref())
            && let Some(file) = state.files.get_mut(&file)
        {
            file.seen = bytes.to_vec();
            file.durable = bytes.to_vec();
            file.dirty.clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, file: u64, power: u64) -> Arc<dyn LogFile> {
        Arc::new(Handle { disk: self.clone(), file, power })
    }
}

impl Files for SimDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        self.state().dirs.insert(dir.to_owned());
        Ok(())
    }

    fn lock(&self, dir: &Path) -> io::Result<Box<dyn Send + Sync>> {
        let mut state = self.state();
        if !state.locked.insert(dir.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Guard { disk: self.clone(), dir: dir.to_owned(), power: state.power }))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        let inside = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside
            .filter_map(|path| path.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn LogFile>> {
        let mut state = self.state();
        let file = state.files.len() as u64;
        state.rename_step(NameChange::Put(path.to_owned(), file))?;
        state.files.insert(file, SimFile::default());
        Ok(self.handle(file, state.power))
    }

    fn open(&self, path: &Path, _writable: bool) -> io::Result<Arc<dyn LogFile>> {
        let mut state = self.state();
        let file = state.file(path)?;
        Ok(self.handle(file, state.power))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.file(from)?;
        state.rename_step(NameChange::Rename(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.file(path)?;
        state.rename_step(NameChange::Remove(path.to_owned()))
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.plain_step()?;
        state.unsynced.clear();
        state.durable_names = state.names.clone();
        Ok(())
    }

    fn fresh_id(&self) -> io::Result<[u8; 16]> {
        let mut state = self.state();
        let (left, right) = (state.random(), state.random());
        let mut id = [0; 16];
        id[..8].copy_from_slice(&left.to_le_bytes());
        id[8..].copy_from_slice(&right.to_le_bytes());
        Ok(id)
    }
}

struct Guard {
    disk: SimDisk,
    dir: PathBuf,
    power: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.power == self.power {
            state.locked.remove(&self.dir);
        }
    }
}

struct Handle {
    disk: SimDisk,
    file: u64,
    power: u64,
}

impl Handle {
    fn on<T>(&self, act: impl FnOnce(&mut State, &mut SimFile) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        if state.power != self.power {
            return Err(io::Error::other("the power failed"));
        }
        let mut file = state.files.remove(&self.file).ok_or(io::ErrorKind::NotFound)?;
        let result = act(&mut state, &mut file);
        state.files.insert(self.file, file);
        result
    }

    fn check_space(state: &State, file: &SimFile, end: u64) -> io::Result<()> {
        let grows = end.saturating_sub(file.seen.len() as u64);
        // The file itself is out of the table while it is worked on.
        let used = state.used_bytes() + file.seen.len() as u64;
        if grows > 0 && used.saturating_add(grows) > state.space_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl LogFile for Handle {
    fn size(&self) -> io::Result<u64> {
        self.on(|_, file| Ok(file.seen.len() as u64))
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.on(|_, file| {
            let at = at as usize;
            let bytes = file.seen.get(at..at + buffer.len());
            buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.on(|state, file| {
            if let Some(fault) = state.step() {
                let part = state.random() as usize % (bytes.len() + 1);
                file.write(&bytes[..part], at as usize);
                return Err(fault.error());
            }
            Self::check_space(state, file, at + bytes.len() as u64)?;
            file.write(bytes, at as usize);
            Ok(())
        })
    }

    fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.on(|state, file| {
            state.plain_step()?;
            Self::check_space(state, file, bytes)?;
            let from = file.seen.len();
            let to = from.max(bytes as usize);
            file.seen.resize(to, 0);
            file.dirty.extend(from / SECTOR..to.div_ceil(SECTOR));
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.on(|state, file| {
            let fault = state.step();
            for sector in std::mem::take(&mut file.dirty) {
                if fault.is_none() || state.coin() {
                    file.settle(sector);
                }
            }
            fault.map_or(Ok(()), |fault| Err(fault.error()))
        })
    }
}
