//! Recomputes a draw from its public proof, by the rule published with the room's draws, independently of the room.
//!
//! The rule: the commitment is SHA-256 of the seed; the digest is SHA-256 over the entrants' ids, 8 bytes big-endian
//! each, in order of entry. For each place `i` and `attempt` from 0, the first 8 bytes of
//! `SHA-256("linger-draw-v1" ‖ seed ‖ digest ‖ draw ‖ i ‖ attempt)` (the last three 4 bytes each, all big-endian) are
//! `x`; the first `x` below the largest multiple of `m = n - i` that fits into 2^64 swaps places `i` and `i + x mod m`.
//! It does not know how the seed came about.

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The proof of a draw, as the interface gives it.
#[derive(Clone, Debug, Deserialize)]
pub struct Proof {
    /// Which draw.
    pub draw: u32,
    /// How many were to win.
    pub winners_wanted: u32,
    /// SHA-256 of the seed, hexadecimal.
    pub commit: String,
    /// The seed, hexadecimal.
    pub seed: String,
    /// SHA-256 over the entrants, hexadecimal.
    pub digest: String,
    /// Who entered, in order.
    pub entrants: Vec<String>,
    /// Who won, in order of drawing.
    pub winners: Vec<String>,
}

impl Proof {
    /// What does not hold; `None` when all does.
    pub fn flaw(&self) -> Option<String> {
        let Some(seed) = bytes(&self.seed) else { return Some("the seed is not hexadecimal".into()) };
        if hex(&Sha256::digest(&seed)) != self.commit {
            return Some(format!("draw {}: the seed is not the one that was committed to", self.draw));
        }
        let ids: Option<Vec<Vec<u8>>> =
            self.entrants.iter().map(|id| bytes(id).filter(|id| id.len() == 8)).collect();
        let Some(ids) = ids else { return Some(format!("draw {}: an entrant is no person", self.draw)) };
        let digest = Sha256::digest(ids.concat());
        if hex(&digest) != self.digest {
            return Some(format!("draw {}: the entrants are not those that were frozen", self.draw));
        }
        let winners = self.draw_again(&seed, &digest);
        (winners != self.winners)
            .then(|| format!("draw {}: seed and entrants lead to other winners", self.draw))
    }

    fn draw_again(&self, seed: &[u8], digest: &[u8]) -> Vec<String> {
        let mut list = self.entrants.clone();
        let places = list.len().min(self.winners_wanted as usize);
        for place in 0..places {
            let left = (list.len() - place) as u64;
            let chosen = (0u32..).find_map(|attempt| {
                let mut hash = Sha256::new();
                hash.update(b"linger-draw-v1");
                hash.update(seed);
                hash.update(digest);
                hash.update(self.draw.to_be_bytes());
                hash.update((place as u32).to_be_bytes());
                hash.update(attempt.to_be_bytes());
                let hash = hash.finalize();
                let x = hash[..8].iter().fold(0u64, |x, byte| x << 8 | u64::from(*byte));
                // 2^64 mod left, without 2^64.
                let rest = (u64::MAX % left + 1) % left;
                (rest == 0 || x <= u64::MAX - rest).then_some((x % left) as usize)
            });
            list.swap(place, place + chosen.unwrap_or(0));
        }
        list.truncate(places);
        list
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_room::draw::{DrawProof, winners};

    fn proof(entrants: u64, wanted: u32, seed_byte: u8) -> Proof {
        let seed = [seed_byte; 32];
        let ids: Vec<linger_protocol::PersonId> =
            (0..entrants).map(|n| linger_protocol::PersonId(n * 77 + 5)).collect();
        let all: Vec<u8> = ids.iter().flat_map(|id| id.0.to_be_bytes()).collect();
        let digest: [u8; 32] = Sha256::digest(all).into();
        let room_proof = DrawProof {
            draw: linger_protocol::DrawId(3),
            keyword: "k".into(),
            prize: "p".into(),
            winners_wanted: wanted,
            commit: Sha256::digest(seed).into(),
            seed,
            digest,
            winners: winners(&seed, &digest, linger_protocol::DrawId(3), &ids, wanted),
            entrants: ids,
        };
        assert_eq!(linger_room::draw::verify(&room_proof), Ok(()));
        Proof {
            draw: 3,
            winners_wanted: wanted,
            commit: hex(&room_proof.commit),
            seed: hex(&seed),
            digest: hex(&digest),
            entrants: room_proof.entrants.iter().map(ToString::to_string).collect(),
            winners: room_proof.winners.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn draws_of_the_room_are_recomputed_to_the_same_winners() {
        for (entrants, wanted) in [(0, 3), (1, 3), (2, 1), (7, 7), (100, 5)] {
            for seed in 0..20 {
                assert_eq!(proof(entrants, wanted, seed).flaw(), None, "{entrants} {wanted} {seed}");
            }
        }
    }

    #[test]
    fn every_change_of_a_proof_is_a_flaw() {
        let good = proof(20, 4, 9);
        let changes: [fn(&mut Proof); 4] = [
            |proof| proof.seed = "00".repeat(32),
            |proof| proof.entrants.swap(0, 1),
            |proof| proof.winners.swap(0, 1),
            |proof| proof.seed = "xyz".into(),
        ];
        for change in changes {
            let mut proof = good.clone();
            change(&mut proof);
            assert!(proof.flaw().is_some());
        }
    }
}
