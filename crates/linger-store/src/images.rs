//! Pictures that people sent, each a sealed file of its own, named by its bytes. It does not know what they show, and
//! without the person's key nobody does.

use crate::{fault::Fault, files};
use aws_lc_rs::digest::{SHA256, digest};
use linger_protocol::{ImageId, KeyId, PersonId, Sealed};
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const HEAD: &[u8; 5] = b"LIMG1";
/// Bytes before the sealed body: the mark, the person and the key.
const HEAD_BYTES: usize = HEAD.len() + 16;
/// Ends the name of a picture that somebody of the staff has yet to look at.
const WAITS: &str = "waits";

/// Why a picture was not kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotKept {
    /// The pictures take as much room as they may.
    #[error("the pictures take as much room as they may")]
    Full,
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A picture as it is kept.
#[derive(Clone, Debug)]
pub struct KeptImage {
    /// Whose it is.
    pub person: PersonId,
    /// The picture under their key.
    pub sealed: Sealed,
    /// Whether somebody of the staff has yet to look at it.
    pub waits: bool,
}

/// The folder of pictures. Clones share it.
#[derive(Clone)]
pub struct Images(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    bytes: AtomicU64,
    bytes_max: u64,
}

impl Images {
    /// Opens `data/images`, making it where there is none; all pictures together take `bytes_max` at most.
    pub fn open(data: &Path, bytes_max: u64) -> Result<Images, Fault> {
        let dir = data.join("images");
        files::make_dir(&dir)?;
        let images = Images(Arc::new(Inner { dir, bytes: AtomicU64::new(0), bytes_max }));
        let mut bytes = 0;
        images.0.each(|path| bytes += fs::metadata(path).map_or(0, |it| it.len()))?;
        images.0.bytes.store(bytes, Ordering::SeqCst);
        Ok(images)
    }

    /// Keeps a picture, durably. One that `waits` is not for everybody yet.
    pub async fn keep(&self, person: PersonId, sealed: &Sealed, waits: bool) -> Result<ImageId, NotKept> {
        let whole = [&HEAD[..], &person.0.to_be_bytes(), &sealed.key.0.to_be_bytes(), &sealed.body].concat();
        let inner = self.0.clone();
        blocking(move || inner.write(&whole, waits)).await
    }

    /// The picture, if there is such a one.
    pub async fn read(&self, image: ImageId) -> Result<Option<KeptImage>, Fault> {
        let inner = self.0.clone();
        blocking(move || inner.read(image)).await
    }

    /// From now on the picture is for everybody.
    pub async fn publish(&self, image: ImageId) -> Result<(), Fault> {
        self.turn(image, false).await
    }

    /// From now on the picture is for nobody but its person and staff.
    pub async fn withdraw(&self, image: ImageId) -> Result<(), Fault> {
        self.turn(image, true).await
    }

    async fn turn(&self, image: ImageId, waits: bool) -> Result<(), Fault> {
        let inner = self.0.clone();
        blocking(move || match fs::rename(inner.path(image, !waits), inner.path(image, waits)) {
            // It is so already, or there is no such picture.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Fault::io("say for whom a picture is")(error))
            }
            _ => Ok(()),
        })
        .await
    }

    /// Takes all pictures of a person away, after the key to them was destroyed; how many there were.
    pub async fn forget(&self, person: PersonId) -> Result<u32, Fault> {
        let inner = self.0.clone();
        blocking(move || {
            let mut gone = 0;
            inner.each(|path| {
                if owner(path).is_ok_and(|it| it == Some(person)) && inner.remove(path).is_ok() {
                    gone += 1;
                }
            })?;
            Ok(gone)
        })
        .await
    }
}

impl Inner {
    fn path(&self, image: ImageId, waits: bool) -> PathBuf {
        // Made from a number: no name of anybody's choice reaches the disk.
        let name = image.to_string();
        let name = if waits { format!("{name}.{WAITS}") } else { name };
        self.dir.join(&name[..2]).join(name)
    }

    fn write(&self, whole: &[u8], waits: bool) -> Result<ImageId, NotKept> {
        const DOING: &str = "keep a picture";
        let mut first = [0; 16];
        first.copy_from_slice(&digest(&SHA256, whole).as_ref()[..16]);
        let image = ImageId(u128::from_be_bytes(first));
        let size = whole.len() as u64;
        let before = self.bytes.fetch_add(size, Ordering::SeqCst);
        let give_back = || self.bytes.fetch_sub(size, Ordering::SeqCst);
        if before.saturating_add(size) > self.bytes_max {
            give_back();
            return Err(NotKept::Full);
        }
        let written = (|| {
            let path = self.path(image, waits);
            let folder = path.parent().unwrap_or(&self.dir);
            fs::create_dir_all(folder)?;
            let unfinished = path.with_extension("new");
            let mut file = fs::File::create(&unfinished)?;
            file.write_all(whole)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            fs::File::open(folder)?.sync_all()
        })();
        written.map_err(Fault::io(DOING)).inspect_err(|_| {
            give_back();
        })?;
        Ok(image)
    }

    fn read(&self, image: ImageId) -> Result<Option<KeptImage>, Fault> {
        for waits in [false, true] {
            match fs::read(self.path(image, waits)) {
                Ok(whole) => return Ok(kept(&whole, waits)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Fault::io("read a picture")(error)),
            }
        }
        Ok(None)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let size = fs::metadata(path)?.len();
        fs::remove_file(path)?;
        self.bytes.fetch_sub(size, Ordering::SeqCst);
        Ok(())
    }

    /// Every file there is. One that a stop left unfinished counts as well, and can never be read.
    fn each(&self, mut look: impl FnMut(&Path)) -> Result<(), Fault> {
        const DOING: &str = "look through the pictures";
        for folder in fs::read_dir(&self.dir).map_err(Fault::io(DOING))? {
            let folder = folder.map_err(Fault::io(DOING))?.path();
            if !folder.is_dir() {
                continue;
            }
            for file in fs::read_dir(&folder).map_err(Fault::io(DOING))? {
                let path = file.map_err(Fault::io(DOING))?.path();
                look(&path);
            }
        }
        Ok(())
    }
}

fn kept(whole: &[u8], waits: bool) -> Option<KeptImage> {
    let (head, body) = whole.split_at_checked(HEAD_BYTES)?;
    let numbers = head.strip_prefix(HEAD)?;
    let number = |at: usize| Some(u64::from_be_bytes(numbers.get(at..at + 8)?.try_into().ok()?));
    let sealed = Sealed { key: KeyId(number(8)?), body: body.to_vec().into() };
    Some(KeptImage { person: PersonId(number(0)?), sealed, waits })
}

/// Whose picture a file is.
fn owner(path: &Path) -> io::Result<Option<PersonId>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    fs::File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(kept(&head, false).map(|it| it.person))
}

async fn blocking<T: Send + 'static, E: From<Fault> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Fault::new("use the pictures", false, "the house is stopping").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(bytes: &[u8]) -> Sealed {
        Sealed { key: KeyId(7), body: bytes.to_vec().into() }
    }

    #[tokio::test]
    async fn a_picture_is_kept_and_waits_until_it_is_published() {
        let dir = tempfile::tempdir().unwrap();
        let images = Images::open(dir.path(), 1_000).unwrap();
        let image = images.keep(PersonId(5), &sealed(b"cat"), true).await.unwrap();
        let again = Images::open(dir.path(), 1_000).unwrap();
        let read = again.read(image).await.unwrap().unwrap();
        assert_eq!((read.person, read.sealed, read.waits), (PersonId(5), sealed(b"cat"), true));
        again.publish(image).await.unwrap();
        again.publish(image).await.unwrap();
        assert!(!again.read(image).await.unwrap().unwrap().waits);
        again.withdraw(image).await.unwrap();
        assert!(again.read(image).await.unwrap().unwrap().waits);
        assert!(again.read(ImageId(1)).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn pictures_take_no_more_room_than_they_may() {
        let dir = tempfile::tempdir().unwrap();
        let images = Images::open(dir.path(), 100).unwrap();
        images.keep(PersonId(5), &sealed(&[1; 60]), false).await.unwrap();
        let full = images.keep(PersonId(5), &sealed(&[2; 60]), false).await;
        assert!(matches!(full, Err(NotKept::Full)));
        let images = Images::open(dir.path(), 100).unwrap();
        assert!(matches!(images.keep(PersonId(6), &sealed(&[2; 60]), false).await, Err(NotKept::Full)));
        assert_eq!(images.forget(PersonId(5)).await.unwrap(), 1);
        images.keep(PersonId(6), &sealed(&[2; 60]), false).await.unwrap();
    }

    #[tokio::test]
    async fn a_persons_pictures_go_and_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let images = Images::open(dir.path(), 1_000).unwrap();
        let hers = images.keep(PersonId(5), &sealed(b"cat"), true).await.unwrap();
        let his = images.keep(PersonId(6), &sealed(b"dog"), false).await.unwrap();
        assert_eq!(images.forget(PersonId(5)).await.unwrap(), 1);
        assert!(images.read(hers).await.unwrap().is_none());
        assert!(images.read(his).await.unwrap().is_some());
    }
}
