//! Keys and what is done with them: AES-256-GCM, HKDF-SHA-256. It does not know where keys are kept.
//!
//! Invariant: no type here shows a byte of a key in its `Debug`.

use crate::{fault::Fault, files};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

/// Bytes that sealing adds: nonce and tag.
pub(crate) const SEAL_BYTES: usize = NONCE_LEN + 16;

/// Why a text is not a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes in base64, 44 characters")]
pub struct BadMasterKey;

/// The one secret that opens all others. Whoever has it and `vault.db` can read every text that was not erased.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// Reads a key from base64, as it stands in an environment variable.
    pub fn from_base64(text: &str) -> Result<MasterKey, BadMasterKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| BadMasterKey)?;
        Ok(MasterKey(bytes.try_into().map_err(|_| BadMasterKey)?))
    }

    /// Reads `dir/master.key` (32 bytes that nobody but the owner may read), or makes it at the first start. Where a
    /// vault already exists, a missing key is a fault: a new one would not open it.
    pub fn load_or_create(dir: &Path) -> Result<MasterKey, Fault> {
        const DOING: &str = "read master.key";
        files::make_dir(dir)?;
        let path = dir.join("master.key");
        match fs::File::open(&path) {
            Ok(file) => read_key_file(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if dir.join("vault.db").exists() {
                    return Err(Fault::new(DOING, false, "it is missing beside an existing vault.db"));
                }
                create_key_file(dir)?;
                read_key_file(fs::File::open(&path).map_err(Fault::io(DOING))?)
            }
            Err(error) => Err(Fault::io(DOING)(error)),
        }
    }

    /// 32 bytes that belong to `label` and tell nothing about the master key (HKDF, RFC 5869).
    pub(crate) fn derive(&self, label: &str) -> [u8; 32] {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"linger master key v1");
        let mut out = [0; 32];
        salt.extract(&self.0)
            .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut out))
            .expect("32 bytes are within what HKDF-SHA-256 gives");
        out
    }
}

/// Written aside and linked into place, so that a crash leaves either no key or a whole one, and of two first starts at
/// once one wins.
fn create_key_file(dir: &Path) -> Result<(), Fault> {
    const DOING: &str = "create master.key";
    let mut name = [0; 8];
    fill_random(&mut name)?;
    let aside = dir.join(format!("master.key.{:016x}", u64::from_be_bytes(name)));
    let mut key = [0; 32];
    fill_random(&mut key)?;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| file.write_all(&key).and_then(|()| file.sync_all()))
        .and_then(|()| match fs::hard_link(&aside, dir.join("master.key")) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = fs::remove_file(&aside);
    written.and(removed).map_err(Fault::io(DOING))?;
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(Fault::io(DOING))
}

fn read_key_file(file: fs::File) -> Result<MasterKey, Fault> {
    const DOING: &str = "read master.key";
    let mode = file.metadata().map_err(Fault::io(DOING))?.mode();
    if mode & 0o077 != 0 {
        return Err(Fault::new(DOING, false, "others may read it: set its mode to 0600"));
    }
    let mut bytes = Vec::with_capacity(33);
    file.take(33).read_to_end(&mut bytes).map_err(Fault::io(DOING))?;
    let bytes = bytes.try_into().map_err(|_| Fault::new(DOING, false, "it does not hold 32 bytes"))?;
    Ok(MasterKey(bytes))
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Fault> {
    rand::fill(bytes).map_err(|_| Fault::new("draw random bytes", true, "the system gives none"))
}

/// An AES-256-GCM key with random 96-bit nonces.
///
/// One key must not seal more than 2^32 texts (NIST SP 800-38D, section 8.3). A person who wrote 20 comments every
/// second without pause would get there in 6.8 years; the room's pace limits are far below. The wrapping key seals once
/// for each person and the house key once for each draw, both far fewer than 2^32.
pub(crate) struct Key(LessSafeKey);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    pub(crate) fn new(bytes: &[u8; 32]) -> Key {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256 keys have 32 bytes");
        Key(LessSafeKey::new(key))
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(plain.len() + SEAL_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut sealed[NONCE_LEN..])
            .map_err(|_| Fault::new("seal a text", false, "it is too long"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// `None` when anything of it was changed, or it was sealed under another key or for another place.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(aad), &mut body).ok()?.len();
        body.truncate(plain);
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn no_key_shows_its_bytes() {
        let master = MasterKey([0xab; 32]);
        assert_eq!(format!("{master:?}"), "MasterKey");
        assert_eq!(format!("{:#?}", Key::new(&[0xab; 32])), "Key");
    }

    #[test]
    fn the_first_start_makes_a_key_that_later_starts_read() {
        let dir = tempfile::tempdir().unwrap();
        let first = MasterKey::load_or_create(dir.path()).unwrap();
        let again = MasterKey::load_or_create(dir.path()).unwrap();
        assert_eq!(first.0, again.0);
        let mode = fs::metadata(dir.path().join("master.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "something was left lying about: {files:?}");
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(dir.path()).unwrap();
        let path = dir.path().join("master.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let fault = MasterKey::load_or_create(dir.path()).unwrap_err();
        assert!(fault.to_string().contains("0600"), "{fault}");
    }

    #[test]
    fn a_key_file_of_another_length_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for length in [0, 31, 33] {
            let path = dir.path().join("master.key");
            let _ = fs::remove_file(&path);
            fs::write(&path, vec![7; length]).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(MasterKey::load_or_create(dir.path()).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_missing_key_beside_a_vault_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("vault.db"), b"").unwrap();
        assert!(MasterKey::load_or_create(dir.path()).is_err());
        assert!(!dir.path().join("master.key").exists());
    }

    #[test]
    fn a_master_key_from_base64_is_checked() {
        let text = STANDARD.encode([5; 32]);
        assert_eq!(MasterKey::from_base64(&format!("{text}\n")).unwrap().0, [5; 32]);
        for bad in ["", "abc", "not base64 at all!", &STANDARD.encode([5; 31]), &STANDARD.encode([5; 33])] {
            assert!(MasterKey::from_base64(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_changed_byte_anywhere_leaves_nothing_to_read() {
        let key = Key::new(&[1; 32]);
        let sealed = key.seal(b"here", b"hello").unwrap();
        assert_eq!(key.open(b"here", &sealed).as_deref(), Some(&b"hello"[..]));
        assert_eq!(key.open(b"there", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"here", &changed), None, "byte {at}");
            assert_eq!(key.open(b"here", &sealed[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn secrets_for_different_purposes_differ() {
        let master = MasterKey([9; 32]);
        assert_eq!(master.derive("a"), master.derive("a"));
        assert_ne!(master.derive("a"), master.derive("b"));
        assert_ne!(master.derive("a"), MasterKey([8; 32]).derive("a"));
    }
}
