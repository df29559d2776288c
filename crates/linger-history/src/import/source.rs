//! Opens what people point at: files, folders, archives, compressed or not, each inner file as bytes from its start. It
//! does not know what the bytes mean.
//!
//! Invariant: a small hostile file cannot grow into a large one. What comes out of a compressed file is bounded in size
//! and in proportion to what went in.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::read::MultiGzDecoder;

use super::ImportFault;

/// How many files one import may have.
const FILES_MAX: usize = 100_000;
/// How deep folders may lie in each other.
const DEPTH_MAX: usize = 16;

/// Bounds of what comes out of compressed files.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes out of one compressed file.
    pub unpacked_bytes_max: u64,
    /// Bytes out for each byte in, once [`Bounds::unpacked_bytes_free`] are out.
    pub ratio_max: u64,
    /// Bytes out for which no proportion is asked.
    pub unpacked_bytes_free: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { unpacked_bytes_max: 256 << 30, ratio_max: 200, unpacked_bytes_free: 16 << 20 }
    }
}

/// One file to read, from the disk or out of an archive. It can be opened several times.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, with that of the archive before a colon.
    pub name: String,
    file: Arc<File>,
    start: u64,
    len: u64,
    gzip: bool,
    bounds: Bounds,
}

impl Source {
    /// How many bytes it has where it lies.
    pub fn bytes(&self) -> u64 {
        self.len
    }

    /// Opens it at its start. `read` counts the bytes read where it lies.
    pub fn open(&self, read: &Arc<AtomicU64>) -> Box<dyn Read + Send> {
        let taken = Arc::new(AtomicU64::new(0));
        let slice = Slice {
            file: self.file.clone(),
            at: self.start,
            end: self.start + self.len,
            counts: [read.clone(), taken.clone()],
        };
        if !self.gzip {
            return Box::new(slice);
        }
        Box::new(Bounded { inner: MultiGzDecoder::new(slice), taken, given: 0, bounds: self.bounds })
    }

    /// The same bytes in a file of their own if they are compressed, so that they can be read from anywhere in it.
    ///
    /// # Errors
    /// The bytes cannot be unpacked, or there is no room for them.
    pub fn unpacked(&self) -> Result<Source, ImportFault> {
        if !self.gzip {
            return Ok(self.clone());
        }
        let unpack = || -> io::Result<Source> {
            let mut spool = tempfile::tempfile()?;
            let len = io::copy(&mut self.open(&Arc::default()), &mut spool)?;
            spool.flush()?;
            Ok(Source { file: Arc::new(spool), start: 0, len, gzip: false, ..self.clone() })
        };
        unpack().map_err(|error| ImportFault::new(&self.name, format!("cannot be unpacked: {error}")))
    }

    /// Reads from anywhere in it; only for one that is not compressed.
    pub(super) fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends too early"));
        }
        self.file.read_exact_at(into, self.start + at)
    }
}

struct Slice {
    file: Arc<File>,
    at: u64,
    end: u64,
    counts: [Arc<AtomicU64>; 2],
}

impl Read for Slice {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(into.len());
        let read = self.file.read_at(&mut into[..len], self.at)?;
        self.at += read as u64;
        for count in &self.counts {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

struct Bounded<R> {
    inner: R,
    taken: Arc<AtomicU64>,
    given: u64,
    bounds: Bounds,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.given += read as u64;
        let taken = self.taken.load(Ordering::Relaxed).max(1);
        if self.given > self.bounds.unpacked_bytes_max {
            let message = format!("more than {} bytes come out of it", self.bounds.unpacked_bytes_max);
            return Err(io::Error::other(message));
        }
        if self.given > self.bounds.unpacked_bytes_free && self.given / taken > self.bounds.ratio_max {
            let message = format!(
                "more than {} bytes come out of it for each byte in it, which is no ordinary file",
                self.bounds.ratio_max
            );
            return Err(io::Error::other(message));
        }
        Ok(read)
    }
}

/// All files below what people point at, by name. An archive's files stand in it by name too, whatever their order there.
///
/// # Errors
/// A path cannot be read, is a kind of archive that is not known, or holds more files than may be.
pub fn gather(paths: &[PathBuf], bounds: Bounds) -> Result<Vec<Source>, ImportFault> {
    let mut sources = vec![];
    for path in paths {
        let before = sources.len();
        below(path, 0, bounds, &mut sources)?;
        if sources.len() == before {
            return Err(ImportFault::new(path.display().to_string(), "there is no file in it"));
        }
    }
    Ok(sources)
}

fn below(path: &Path, depth: usize, bounds: Bounds, sources: &mut Vec<Source>) -> Result<(), ImportFault> {
    let name = path.display().to_string();
    let fault = |error: io::Error| ImportFault::new(&name, error.to_string());
    let about = fs::metadata(path).map_err(fault)?;
    if about.is_dir() {
        if depth >= DEPTH_MAX {
            return Err(ImportFault::new(name, format!("folders lie more than {DEPTH_MAX} deep")));
        }
        let mut inside: Vec<PathBuf> = fs::read_dir(path)
            .and_then(|entries| entries.map(|it| it.map(|it| it.path())).collect())
            .map_err(fault)?;
        inside.retain(|it| !hidden(&it.to_string_lossy()));
        inside.sort();
        return inside.iter().try_for_each(|it| below(it, depth + 1, bounds, sources));
    }
    if !about.is_file() {
        return Err(ImportFault::new(name, "neither a file nor a folder"));
    }
    let file = File::open(path).map_err(fault)?;
    let source = Source { name, file: Arc::new(file), start: 0, len: about.len(), gzip: false, bounds };
    unfold(source, true, sources)
}

/// Puts a file, or the files in it if it `may` be an archive, onto the list.
fn unfold(mut source: Source, may: bool, sources: &mut Vec<Source>) -> Result<(), ImportFault> {
    source.gzip = starts(&source)?.starts_with(&[0x1f, 0x8b]);
    let first = starts(&source)?;
    let refused = [
        (&b"PK\x03\x04"[..], "a ZIP or Excel file: unpack it, or save the sheet as CSV"),
        (&[0x28, 0xb5, 0x2f, 0xfd][..], "compressed with zstd: unpack it first"),
        (&b"BZh"[..], "compressed with bzip2: unpack it first"),
        (&[0xfd, 0x37, 0x7a, 0x58, 0x5a][..], "compressed with xz: unpack it first"),
        (&[0xd0, 0xcf, 0x11, 0xe0][..], "an old Excel file: save the sheet as CSV"),
        (&[0x1f, 0x8b][..], "compressed twice: unpack it once"),
    ];
    if let Some((_, reason)) = refused.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Err(ImportFault::new(source.name, *reason));
    }
    if first.get(257..262) != Some(b"ustar") {
        if sources.len() >= FILES_MAX {
            return Err(ImportFault::new(source.name, format!("more than {FILES_MAX} files")));
        }
        sources.push(source);
        return Ok(());
    }
    if !may {
        return Err(ImportFault::new(source.name, "an archive in an archive: unpack it first"));
    }
    archived(&source.unpacked()?, sources)
}

/// The first block of a file, unpacked.
fn starts(source: &Source) -> Result<Vec<u8>, ImportFault> {
    let mut first = Vec::with_capacity(512);
    let read = source.open(&Arc::default()).take(512).read_to_end(&mut first);
    read.map_err(|error| ImportFault::new(&source.name, format!("cannot be read: {error}")))?;
    Ok(first)
}

fn archived(archive: &Source, sources: &mut Vec<Source>) -> Result<(), ImportFault> {
    let fault = |error: io::Error| ImportFault::new(&archive.name, format!("not a sound archive: {error}"));
    let mut inside = vec![];
    let mut tar = tar::Archive::new(archive.open(&Arc::default()));
    for entry in tar.entries().map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || hidden(&path) {
            continue;
        }
        if inside.len() >= FILES_MAX {
            return Err(ImportFault::new(&archive.name, format!("more than {FILES_MAX} files")));
        }
        inside.push(Source {
            name: format!("{}:{path}", archive.name),
            start: archive.start + entry.raw_file_position(),
            len: entry.size(),
            ..archive.clone()
        });
    }
    inside.sort_by(|a, b| a.name.cmp(&b.name));
    for source in inside {
        if source.start + source.len > archive.start + archive.len {
            return Err(ImportFault::new(source.name, "the archive ends before this file does"));
        }
        unfold(source, false, sources)?;
    }
    Ok(())
}

/// Files that systems put beside others, which nobody means.
fn hidden(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    name.starts_with('.') || name.starts_with("__MACOSX")
}
