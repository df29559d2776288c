//! Personal text as it stands in the log: encrypted under the key of the person who wrote it.
//!
//! It does not know keys. Destroying a person's key makes every text sealed under it unreadable for ever; therefore
//! no decision may depend on what a seal hides.

use minicbor::{Decode, Encode, bytes::ByteVec};

/// Which key a text was sealed under. A person who was erased and comes back gets a key with another id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct KeyId(#[n(0)] pub u64);

/// A text that only the holder of a person's key can read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Sealed {
    /// The key it was sealed under.
    #[n(0)]
    pub key: KeyId,
    /// Nonce (12 bytes), ciphertext, tag (16 bytes), as AES-256-GCM makes them.
    #[n(1)]
    pub body: ByteVec,
}
