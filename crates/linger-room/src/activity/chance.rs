//! Numbers that follow from a seed and a frozen list, so that anybody can find them again. It does not know where seeds
//! come from or what the numbers decide.

use linger_protocol::PersonId;
use sha2::{Digest, Sha256};

/// A source of numbers for one decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance<'a> {
    pub(crate) seed: &'a [u8; 32],
    pub(crate) digest: &'a [u8; 32],
    /// The number of the draw or activity in its room.
    pub(crate) of: u32,
}

impl Chance<'_> {
    /// The `place`-th number below `among`, every one equally likely: the first 8 bytes, big-endian, of
    /// `SHA-256(label ‖ seed ‖ digest ‖ of ‖ place ‖ attempt)`, the last three as 4 bytes big-endian, for `attempt` from 0
    /// until they lie below the largest multiple of `among` that fits into 2^64; of that, the remainder.
    pub(crate) fn below(&self, label: &str, among: u64, place: u32) -> u64 {
        // 2^64 mod `among`: so many of the largest numbers would make small remainders more likely.
        let surplus = (u64::MAX % among + 1) % among;
        (0u32..)
            .map(|attempt| self.first_8(label, [place.to_be_bytes(), attempt.to_be_bytes()].as_flattened()))
            .find(|x| *x <= u64::MAX - surplus)
            .map(|x| x % among)
            .expect("every second number at least is accepted")
    }

    /// Somebody's ticket: the first 8 bytes, big-endian, of `SHA-256("linger-ticket-v1" ‖ seed ‖ digest ‖ of ‖ person)`.
    /// Whoever has the lowest comes first: all orders are equally likely.
    pub(crate) fn ticket(&self, person: PersonId) -> u64 {
        self.first_8("linger-ticket-v1", &person.0.to_be_bytes())
    }

    fn first_8(&self, label: &str, about: &[u8]) -> u64 {
        let hash = Sha256::new()
            .chain_update(label.as_bytes())
            .chain_update(self.seed)
            .chain_update(self.digest)
            .chain_update(self.of.to_be_bytes())
            .chain_update(about)
            .finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        u64::from_be_bytes(first)
    }
}
