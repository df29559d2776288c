//! The one task that touches `vault.db`: it finds, makes and destroys the keys of persons. It does not know what is
//! sealed under them.
//!
//! Commands that wait together are answered by one transaction, so a thousand people who write their first comment in
//! the same second cost a few commits, not a thousand.
//!
//! # How a key is destroyed
//! `secure_delete` overwrites what is deleted, but SQLite does not promise that no copy stays behind in a page when a
//! row moves to another one. So nothing here rests on that: rows with key material never move. They are appended in the
//! order of their number, and never deleted or resized. Destroying a key overwrites its bytes with zeros where they lie,
//! commits, and then truncates the write-ahead log, which still holds the older page. What the file system or the drive
//! keep of overwritten blocks is beyond this program: encrypt the disk where that matters. (The person's id leaves the
//! row too, but it is no secret: it is random and stands in the log; old copies of it may stay in the index.)
//!
//! Invariant: only this task puts keys into the cache or takes them out, so no key comes back after it was destroyed.

use crate::{
    cache::{Cache, PersonKey},
    fault::Fault,
    files,
    keys::{Key, SEAL_BYTES, fill_random},
};
use linger_protocol::{KeyId, PersonId};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::HashMap, path::PathBuf, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// How many commands one transaction answers at most.
const BATCH_MAX: usize = 512;
const WRAPPED_BYTES: i64 = 32 + SEAL_BYTES as i64;
const DOING: &str = "use the vault";

type Found = Result<Option<Arc<PersonKey>>, Fault>;

/// What the keeper is asked.
pub(crate) enum Command {
    /// A key.
    Find(Ask, oneshot::Sender<Found>),
    /// Destroy the keys of a person; how many.
    Erase(PersonId, oneshot::Sender<Result<u32, Fault>>),
    /// Write a consistent copy.
    Backup(PathBuf, oneshot::Sender<Result<(), Fault>>),
    /// Close the file and end.
    Close(oneshot::Sender<Result<(), Fault>>),
}

/// Which key.
#[derive(Clone, Copy)]
pub(crate) enum Ask {
    /// The key of a person, made when there is none.
    ForPerson(PersonId),
    /// A key by its number; none when it was destroyed or never was.
    ById(KeyId),
}

pub(crate) struct Keeper {
    pub(crate) options: SqliteConnectOptions,
    /// None after a fault: the next command opens the file anew.
    pub(crate) conn: Option<SqliteConnection>,
    pub(crate) wrapping: Key,
    pub(crate) cache: Arc<Cache>,
}

impl Keeper {
    /// Answers commands until told to close or until nobody is left who could ask.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while inbox.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let mut asks = Vec::new();
            for command in batch.drain(..) {
                // Commands are answered in their order: an erasure comes after what was asked before it.
                match command {
                    Command::Find(ask, reply) => asks.push((ask, reply)),
                    Command::Erase(person, reply) => {
                        self.answer(std::mem::take(&mut asks)).await;
                        let done = self.erase(person).await;
                        // Whoever asked may have gone; the deed is done all the same.
                        let _ = reply.send(done);
                    }
                    Command::Backup(to, reply) => {
                        self.answer(std::mem::take(&mut asks)).await;
                        let _ = reply.send(self.backup(&to).await);
                    }
                    Command::Close(reply) => {
                        self.answer(std::mem::take(&mut asks)).await;
                        let _ = reply.send(self.close().await);
                        return;
                    }
                }
            }
            self.answer(asks).await;
        }
        // Nobody is left to tell, and everything acknowledged is already durable.
        let _ = self.close().await;
    }

    async fn answer(&mut self, asks: Vec<(Ask, oneshot::Sender<Found>)>) {
        if asks.is_empty() {
            return;
        }
        match self.find_all(asks.iter().map(|(ask, _)| *ask)).await {
            Ok(found) => {
                for ((ask, reply), found) in asks.into_iter().zip(found) {
                    match (&found, ask) {
                        (Ok(Some(key)), _) => self.cache.put(key),
                        (Ok(None), Ask::ById(id)) => self.cache.put_gone(id),
                        _ => {}
                    }
                    let _ = reply.send(found);
                }
            }
            Err(fault) => {
                for (_, reply) in asks {
                    let _ = reply.send(Err(fault.clone()));
                }
            }
        }
    }

    async fn find_all(&mut self, asks: impl Iterator<Item = Ask>) -> Result<Vec<Found>, Fault> {
        let mut conn = self.take_conn().await?;
        sqlx::query("BEGIN").execute(&mut conn).await.map_err(Fault::db(DOING))?;
        let mut seen: HashMap<PersonId, Arc<PersonKey>> = HashMap::new();
        let mut found = Vec::new();
        for ask in asks {
            found.push(match ask {
                Ask::ById(id) => self.by_id(&mut conn, id).await?,
                Ask::ForPerson(person) => match seen.get(&person) {
                    Some(key) => Ok(Some(key.clone())),
                    None => {
                        let key = self.for_person(&mut conn, person).await?;
                        if let Ok(Some(key)) = &key {
                            seen.insert(person, key.clone());
                        }
                        key
                    }
                },
            });
        }
        sqlx::query("COMMIT").execute(&mut conn).await.map_err(Fault::db(DOING))?;
        self.conn = Some(conn);
        Ok(found)
    }

    async fn by_id(&self, conn: &mut SqliteConnection, id: KeyId) -> Result<Found, Fault> {
        let row = sqlx::query("SELECT key_id, person, wrapped FROM person_keys WHERE key_id = $1")
            .bind(id.0.cast_signed())
            .fetch_optional(conn)
            .await
            .map_err(Fault::db(DOING))?;
        Ok(match row {
            Some(row) => self.unwrap(&row),
            None => Ok(None),
        })
    }

    async fn for_person(&self, conn: &mut SqliteConnection, person: PersonId) -> Result<Found, Fault> {
        // The second condition lets SQLite see that the index covers the question.
        let row = sqlx::query(
            "SELECT key_id, person, wrapped FROM person_keys WHERE person = $1 AND person <> x'0000000000000000'",
        )
        .bind(&person.0.to_be_bytes()[..])
        .fetch_optional(&mut *conn)
        .await
        .map_err(Fault::db(DOING))?;
        match row {
            Some(row) => Ok(self.unwrap(&row)),
            None => Ok(Ok(Some(self.make(conn, person).await?))),
        }
    }

    async fn make(&self, conn: &mut SqliteConnection, person: PersonId) -> Result<Arc<PersonKey>, Fault> {
        let row = sqlx::query("SELECT COALESCE(MAX(key_id), 0) FROM person_keys").fetch_one(&mut *conn).await;
        let last: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db(DOING))?;
        let id = KeyId(last.cast_unsigned() + 1);
        let mut bytes = [0; 32];
        fill_random(&mut bytes)?;
        let wrapped = self.wrapping.seal(&wrap_aad(id, person), &bytes)?;
        let key = Key::new(&bytes);
        bytes.fill(0);
        sqlx::query("INSERT INTO person_keys (key_id, person, wrapped) VALUES ($1, $2, $3)")
            .bind(id.0.cast_signed())
            .bind(&person.0.to_be_bytes()[..])
            .bind(wrapped)
            .execute(conn)
            .await
            .map_err(Fault::db(DOING))?;
        Ok(Arc::new(PersonKey { id, person, key }))
    }

    fn unwrap(&self, row: &sqlx::sqlite::SqliteRow) -> Found {
        let id = KeyId(row.try_get::<i64, _>(0).map_err(Fault::db(DOING))?.cast_unsigned());
        let person: &[u8] = row.try_get(1).map_err(Fault::db(DOING))?;
        let damaged = || Fault::new(DOING, false, "a key is damaged");
        let person = PersonId(u64::from_be_bytes(person.try_into().map_err(|_| damaged())?));
        if person == PersonId(0) {
            return Ok(None);
        }
        let wrapped: &[u8] = row.try_get(2).map_err(Fault::db(DOING))?;
        let mut bytes = self.wrapping.open(&wrap_aad(id, person), wrapped).ok_or_else(damaged)?;
        let key = Key::new(bytes.as_slice().try_into().map_err(|_| damaged())?);
        bytes.fill(0);
        Ok(Some(Arc::new(PersonKey { id, person, key })))
    }

    async fn erase(&mut self, person: PersonId) -> Result<u32, Fault> {
        const DOING: &str = "destroy the key of a person";
        // Whatever becomes of the rest: what was read before is read anew.
        self.cache.forget(person);
        let mut conn = self.take_conn().await?;
        let done = sqlx::query(
            "UPDATE person_keys SET person = zeroblob(8), wrapped = zeroblob($2) \
             WHERE person = $1 AND person <> x'0000000000000000'",
        )
        .bind(&person.0.to_be_bytes()[..])
        .bind(WRAPPED_BYTES)
        .execute(&mut conn)
        .await
        .map_err(Fault::db(DOING))?;
        // Also when there was nothing to destroy: perhaps the truncation after an earlier erasure failed.
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await;
        let busy: i64 = row.and_then(|row| row.try_get(0)).map_err(Fault::db(DOING))?;
        self.conn = Some(conn);
        if busy != 0 {
            return Err(Fault::new(
                DOING,
                true,
                "another process reads vault.db, so its log keeps the old page",
            ));
        }
        Ok(u32::try_from(done.rows_affected()).unwrap_or(u32::MAX))
    }

    async fn backup(&mut self, to: &std::path::Path) -> Result<(), Fault> {
        const DOING: &str = "back up the vault";
        let to = files::backup_path(to)?;
        let mut conn = self.take_conn().await?;
        sqlx::query("VACUUM INTO $1").bind(to).execute(&mut conn).await.map_err(Fault::db(DOING))?;
        self.conn = Some(conn);
        Ok(())
    }

    async fn close(&mut self) -> Result<(), Fault> {
        match self.conn.take() {
            Some(conn) => conn.close().await.map_err(Fault::db("close the vault")),
            None => Ok(()),
        }
    }

    /// The connection, out of its place: it goes back only when everything went well.
    async fn take_conn(&mut self) -> Result<SqliteConnection, Fault> {
        match self.conn.take() {
            Some(conn) => Ok(conn),
            None => SqliteConnection::connect_with(&self.options).await.map_err(Fault::db(DOING)),
        }
    }
}

/// Binds a wrapped key to its number and person, so that rows cannot be exchanged.
fn wrap_aad(id: KeyId, person: PersonId) -> Vec<u8> {
    [&b"linger person key v1"[..], &id.0.to_be_bytes(), &person.0.to_be_bytes()].concat()
}
