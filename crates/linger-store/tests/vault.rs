//! Promises of the vault, seen from outside and in the raw files. They do not look into its code.

#![allow(clippy::unwrap_used)]

use linger_protocol::{KeyId, PersonId};
use linger_store::{MasterKey, Peek, Vault};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::HashSet, path::Path};

const ROOM: &[u8] = b"summer-sale";

async fn vault(dir: &Path) -> Vault {
    Vault::unlock(dir, MasterKey::load_or_create(dir).unwrap()).await.unwrap()
}

/// The wrapped bytes of all living keys, by person.
async fn wrapped(dir: &Path) -> Vec<(PersonId, Vec<u8>)> {
    let options = SqliteConnectOptions::new().filename(dir.join("vault.db")).read_only(true);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = sqlx::query("SELECT person, wrapped FROM person_keys").fetch_all(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    let person = |bytes: Vec<u8>| PersonId(u64::from_be_bytes(bytes.try_into().unwrap()));
    rows.iter().map(|row| (person(row.get(0)), row.get(1))).collect()
}

/// Every byte of the vault's files, as they lie on the disk.
fn raw(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let file = file.unwrap();
        if file.file_name().to_str().unwrap().starts_with("vault.db") {
            bytes.extend(std::fs::read(file.path()).unwrap());
        }
    }
    bytes
}

/// Different persons for different numbers, in no order, as random ids are.
fn spread(n: u64) -> PersonId {
    PersonId(n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Whether any 16 bytes in a row of `secret` are found in `bytes`.
fn holds_part_of(bytes: &HashSet<&[u8]>, secret: &[u8]) -> bool {
    secret.windows(16).any(|part| bytes.contains(part))
}

#[tokio::test]
async fn what_was_sealed_opens_again_also_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let first = vault(dir.path()).await;
    let sealed = first.seal(PersonId(1), ROOM, "hello 你好".as_bytes()).await.unwrap();
    assert_eq!(first.open_cached(&sealed, ROOM), Peek::Text("hello 你好".into()));
    first.close().await.unwrap();

    let again = vault(dir.path()).await;
    assert_eq!(again.open_cached(&sealed, ROOM), Peek::NotCached);
    assert_eq!(again.open(&sealed, ROOM).await.unwrap().unwrap(), "hello 你好".as_bytes());
    assert_eq!(again.open_cached(&sealed, ROOM), Peek::Text("hello 你好".into()));
    assert_eq!(again.key_for(PersonId(1)).await.unwrap(), sealed.key);
}

#[tokio::test]
async fn a_text_does_not_open_in_another_room_or_under_another_persons_key() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path()).await;
    let sealed = vault.seal(PersonId(1), ROOM, b"mine").await.unwrap();
    assert_eq!(vault.open(&sealed, b"another-room").await.unwrap(), None);
    let mut moved = sealed.clone();
    moved.key = vault.key_for(PersonId(2)).await.unwrap();
    assert_eq!(vault.open(&moved, ROOM).await.unwrap(), None);
    moved.key = KeyId(u64::MAX);
    assert_eq!(vault.open(&moved, ROOM).await.unwrap(), None);
}

#[tokio::test]
async fn an_erased_persons_text_is_gone_for_ever_and_everybody_elses_stays() {
    let dir = tempfile::tempdir().unwrap();
    let first = vault(dir.path()).await;
    let ann = first.seal(PersonId(1), ROOM, b"ann was here").await.unwrap();
    let bob = first.seal(PersonId(2), ROOM, b"bob was here").await.unwrap();
    assert_eq!(first.erase(PersonId(1)).await.unwrap(), 1);
    assert_eq!(first.erase(PersonId(1)).await.unwrap(), 0);
    for round in ["at once", "after reopening"] {
        let vault = vault(dir.path()).await;
        assert_eq!(vault.open(&ann, ROOM).await.unwrap(), None, "{round}");
        assert_eq!(vault.open_cached(&ann, ROOM), Peek::Gone, "{round}");
        assert_eq!(vault.open(&bob, ROOM).await.unwrap().unwrap(), b"bob was here", "{round}");
        vault.close().await.unwrap();
    }
    assert_eq!(first.open(&ann, ROOM).await.unwrap(), None, "where it was erased");

    let new = first.key_for(PersonId(1)).await.unwrap();
    assert_ne!(new, ann.key, "who comes back gets another key");
    assert_eq!(first.open(&ann, ROOM).await.unwrap(), None, "which does not open old text");
}

#[tokio::test]
async fn no_file_holds_an_erased_key_even_wrapped() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path()).await;
    // Enough for many pages, and made in several transactions.
    for round in 0..6_u64 {
        let keys: Vec<_> = (1..=150_u64)
            .map(|n| {
                let vault = vault.clone();
                tokio::spawn(async move { vault.key_for(spread(round * 150 + n)).await })
            })
            .collect();
        for key in keys {
            key.await.unwrap().unwrap();
        }
    }
    let before = wrapped(dir.path()).await;
    assert_eq!(before.len(), 900);
    let raw_before = raw(dir.path());
    let parts: HashSet<&[u8]> = raw_before.windows(16).collect();
    assert!(before.iter().all(|(_, key)| holds_part_of(&parts, key)), "the search finds keys that are there");

    // Most of them, in no order, so that pages would empty and be merged if rows could leave them. (389 and 900 have no
    // common factor: every row has its turn.)
    let mut erased = HashSet::new();
    for turn in (0..900).filter(|turn| turn % 7 != 0) {
        let (person, _) = before[turn * 389 % 900];
        assert_eq!(vault.erase(person).await.unwrap(), 1);
        erased.insert(person);
    }
    let raw_after = raw(dir.path());
    let parts: HashSet<&[u8]> = raw_after.windows(16).collect();
    for (person, key) in &before {
        let here = holds_part_of(&parts, key);
        assert_eq!(here, !erased.contains(person), "key of {person}");
    }
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_key_a_person() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path()).await;
    let asked: Vec<_> = (0..2_000_u64)
        .map(|n| {
            let vault = vault.clone();
            let person = PersonId(n % 500 + 1);
            tokio::spawn(async move { (person, vault.key_for(person).await.unwrap()) })
        })
        .collect();
    let mut given = HashSet::new();
    for asked in asked {
        given.insert(asked.await.unwrap());
    }
    assert_eq!(given.len(), 500, "a person has two keys");
    assert_eq!(given.iter().map(|(_, key)| key).collect::<HashSet<_>>().len(), 500, "two share one");
    assert_eq!(wrapped(dir.path()).await.len(), 500);
}

#[tokio::test]
async fn another_master_key_does_not_open_the_vault() {
    let dir = tempfile::tempdir().unwrap();
    vault(dir.path()).await.close().await.unwrap();
    let other = MasterKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    let fault = Vault::unlock(dir.path(), other).await.unwrap_err();
    assert!(!fault.retry);
    assert!(fault.to_string().contains("master key"), "{fault}");
}

#[tokio::test]
async fn the_house_keeps_its_own_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let first = vault(dir.path()).await;
    let seed = first.seal_house(&[7; 32]).unwrap();
    let secret = first.house_secret("tokens");
    let said = first.seal(PersonId(0), ROOM, b"welcome").await.unwrap();
    assert_eq!(said.key, KeyId(0));
    assert_eq!(first.erase(PersonId(0)).await.unwrap(), 0);
    first.close().await.unwrap();

    let again = vault(dir.path()).await;
    assert_eq!(again.open_house(&seed).unwrap(), [7; 32]);
    assert_eq!(again.open_house(&seed[1..]), None);
    assert_eq!(again.house_secret("tokens"), secret);
    assert_ne!(again.house_secret("cookies"), secret);
    assert_eq!(again.open_cached(&said, ROOM), Peek::Text(b"welcome".to_vec()));
}

#[tokio::test]
async fn a_closed_vault_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path()).await;
    vault.close().await.unwrap();
    assert!(vault.key_for(PersonId(1)).await.unwrap_err().to_string().contains("closed"));
}

#[tokio::test]
async fn a_backup_opens_with_the_same_master_key() {
    let dir = tempfile::tempdir().unwrap();
    let first = vault(dir.path()).await;
    let sealed = first.seal(PersonId(1), ROOM, b"hello").await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    first.backup(&copy.path().join("vault.db")).await.unwrap();
    assert!(first.backup(&copy.path().join("vault.db")).await.is_err(), "it writes over nothing");
    std::fs::copy(dir.path().join("master.key"), copy.path().join("master.key")).unwrap();
    assert_eq!(vault(copy.path()).await.open(&sealed, ROOM).await.unwrap().unwrap(), b"hello");
    assert_eq!(
        first.key_for(PersonId(1)).await.unwrap(),
        sealed.key,
        "the vault goes on after a backup that failed"
    );
}

#[tokio::test]
async fn nothing_printed_shows_a_key_or_a_text() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path()).await;
    let sealed = vault.seal(PersonId(1), ROOM, b"secret words").await.unwrap();
    assert_eq!(format!("{vault:?}"), "Vault");
    assert_eq!(format!("{:?}", vault.open_cached(&sealed, ROOM)), "Text");
}
