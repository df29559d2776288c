//! The vault: seals and opens personal text, destroys keys, and keeps the house's own secrets. It does not know what
//! the texts say or why somebody is erased.

use crate::{
    cache::{Cache, PersonKey},
    fault::Fault,
    files,
    keeper::{Ask, Command, Keeper},
    keys::{Key, MasterKey},
};
use linger_protocol::{KeyId, PersonId, Sealed};
use sqlx::{Connection, Row, SqliteConnection};
use std::{fmt, path::Path, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// How many keys are kept ready for use, about 1 KiB each.
const KEYS_CACHED_MAX: usize = 32_768;
/// How many questions may wait for the keeper before askers wait too.
const WAITING_MAX: usize = 4_096;
const PROOF: &[u8] = b"linger vault proof v1";
const HOUSE: &[u8] = b"linger house v1";

/// The keys of the house and of its people. Clones share the same file and cache.
///
/// Invariant: the house itself ([`PersonId`] zero) has no key in the file; what it says is sealed under a key derived
/// from the master key, named [`KeyId`] zero, and cannot be erased.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    desk: mpsc::Sender<Command>,
    cache: Arc<Cache>,
    master: MasterKey,
    house: Key,
    house_voice: Arc<PersonKey>,
}

/// What can be said of a sealed text without waiting.
#[derive(Clone, PartialEq, Eq)]
pub enum Peek {
    /// The text.
    Text(Vec<u8>),
    /// Its key was destroyed, or the text was damaged or belongs elsewhere.
    Gone,
    /// Its key is not at hand: ask [`Vault::open`].
    NotCached,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl fmt::Debug for Peek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Peek::Text(_) => "Text",
            Peek::Gone => "Gone",
            Peek::NotCached => "NotCached",
        })
    }
}

impl Vault {
    /// Opens `dir/vault.db`, making it where there is none. A master key that does not belong to it is a fault.
    ///
    /// Must be called inside a tokio runtime: the vault's keeper is a task there.
    pub async fn unlock(dir: &Path, master: MasterKey) -> Result<Vault, Fault> {
        Vault::unlock_with(dir, master, KEYS_CACHED_MAX).await
    }

    async fn unlock_with(dir: &Path, master: MasterKey, keys_cached_max: usize) -> Result<Vault, Fault> {
        const DOING: &str = "open the vault";
        files::make_dir(dir)?;
        let options = files::writing(&dir.join("vault.db"));
        let mut conn = SqliteConnection::connect_with(&options).await.map_err(Fault::db(DOING))?;
        sqlx::migrate!("migrations/vault")
            .run(&mut conn)
            .await
            .map_err(|error| Fault::new(DOING, false, &error.to_string()))?;
        let house = Key::new(&master.derive("house"));
        prove(&mut conn, &house).await?;
        let cache = Arc::new(Cache::new(keys_cached_max));
        let wrapping = Key::new(&master.derive("wrap person keys"));
        let (desk, inbox) = mpsc::channel(WAITING_MAX);
        let keeper = Keeper { options, conn: Some(conn), wrapping, cache: cache.clone() };
        tokio::spawn(keeper.run(inbox));
        let key = Key::new(&master.derive("house voice"));
        let house_voice = Arc::new(PersonKey { id: KeyId(0), person: PersonId(0), key });
        Ok(Vault { inner: Arc::new(Inner { desk, cache, master, house, house_voice }) })
    }

    /// The number of the person's key. Makes one, durably, when the person has none.
    pub async fn key_for(&self, person: PersonId) -> Result<KeyId, Fault> {
        Ok(self.key_of(person).await?.id)
    }

    /// Seals a text under the key of `person`. It opens only with the same `context` (such as the room's id).
    ///
    /// A text that is being sealed while the person is erased cannot be opened afterwards.
    pub async fn seal(&self, person: PersonId, context: &[u8], plain: &[u8]) -> Result<Sealed, Fault> {
        let key = self.key_of(person).await?;
        let body = key.key.seal(&text_aad(&key, context), plain)?;
        Ok(Sealed { key: key.id, body: body.into() })
    }

    /// Opens a text; `None` when its key was destroyed, or when it was damaged or sealed for another context.
    pub async fn open(&self, sealed: &Sealed, context: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.open_cached(sealed, context) {
            Peek::Text(plain) => Ok(Some(plain)),
            Peek::Gone => Ok(None),
            Peek::NotCached => {
                let key = self.ask(|reply| Command::Find(Ask::ById(sealed.key), reply)).await?;
                Ok(key.and_then(|key| key.key.open(&text_aad(&key, context), &sealed.body)))
            }
        }
    }

    /// Opens a text when its key is at hand, without waiting.
    pub fn open_cached(&self, sealed: &Sealed, context: &[u8]) -> Peek {
        let key = match sealed.key {
            KeyId(0) => Some(Some(self.inner.house_voice.clone())),
            id => self.inner.cache.by_id(id),
        };
        match key {
            None => Peek::NotCached,
            Some(None) => Peek::Gone,
            Some(Some(key)) => {
                key.key.open(&text_aad(&key, context), &sealed.body).map_or(Peek::Gone, Peek::Text)
            }
        }
    }

    /// Destroys the keys of a person, so that nothing sealed under them can ever be opened; how many there were. When
    /// this fails, call it again: it may have destroyed the key and failed to clear the write-ahead log.
    pub async fn erase(&self, person: PersonId) -> Result<u32, Fault> {
        if person == PersonId(0) {
            return Ok(0);
        }
        self.ask(|reply| Command::Erase(person, reply)).await
    }

    /// Seals something of the house's own, such as the seed of a draw.
    pub fn seal_house(&self, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.inner.house.seal(HOUSE, plain)
    }

    /// Opens what [`Vault::seal_house`] sealed; `None` when it was damaged.
    pub fn open_house(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.inner.house.open(HOUSE, sealed)
    }

    /// A secret of the house for one purpose, the same at every start under the same master key: what tokens are signed
    /// with, for example. Never show it.
    pub fn house_secret(&self, label: &str) -> [u8; 32] {
        self.inner.master.derive(&format!("house secret: {label}"))
    }

    /// Writes a consistent copy of the vault to a file that does not exist yet. It is worth nothing without the master
    /// key, and it keeps the keys of people who are erased later.
    pub async fn backup(&self, to: &Path) -> Result<(), Fault> {
        self.ask(|reply| Command::Backup(to.to_owned(), reply)).await
    }

    /// Finishes what was asked before and closes the file. Afterwards only what is cached still opens.
    pub async fn close(&self) -> Result<(), Fault> {
        self.ask(Command::Close).await
    }

    async fn key_of(&self, person: PersonId) -> Result<Arc<PersonKey>, Fault> {
        if person == PersonId(0) {
            return Ok(self.inner.house_voice.clone());
        }
        if let Some(key) = self.inner.cache.of_person(person) {
            return Ok(key);
        }
        let key = self.ask(|reply| Command::Find(Ask::ForPerson(person), reply)).await?;
        key.ok_or_else(|| Fault::new("use the vault", false, "a person without a key"))
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Fault>>) -> Command,
    ) -> Result<T, Fault> {
        let closed = || Fault::new("use the vault", false, "it is closed");
        let (reply, answer) = oneshot::channel();
        self.inner.desk.send(command(reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

/// Leaves a proof of the master key in a new vault and checks it in an older one.
async fn prove(conn: &mut SqliteConnection, house: &Key) -> Result<(), Fault> {
    const DOING: &str = "open the vault";
    let row = sqlx::query("SELECT sealed FROM proof").fetch_optional(&mut *conn).await;
    match row.map_err(Fault::db(DOING))? {
        Some(row) => {
            let sealed: &[u8] = row.try_get(0).map_err(Fault::db(DOING))?;
            let proven = house.open(PROOF, sealed).is_some();
            proven
                .then_some(())
                .ok_or_else(|| Fault::new(DOING, false, "the master key does not belong to it"))
        }
        None => {
            sqlx::query("INSERT INTO proof (one, sealed) VALUES (1, $1)")
                .bind(house.seal(PROOF, &[])?)
                .execute(conn)
                .await
                .map_err(Fault::db(DOING))?;
            Ok(())
        }
    }
}

/// Binds a text to its person, key and context. The parts before the context have a fixed length, so no two different
/// bindings have the same bytes.
fn text_aad(key: &PersonKey, context: &[u8]) -> Vec<u8> {
    [&b"linger text v1"[..], &key.person.0.to_be_bytes(), &key.id.0.to_be_bytes(), context].concat()
}
