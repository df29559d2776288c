//! Names of occasions and the arms they fall into: stable hashes, no randomness. It does not know rules.

use linger_protocol::{Arm, IntentId, QuestionId, RoomId};
use sha2::{Digest, Sha256};

/// The name of an occasion about a question: the first 64 bits of SHA-256 over rule, room and question, each ended by a
/// zero byte, which no code or id contains.
pub fn intent_id(rule: &str, room: &RoomId, question: QuestionId) -> IntentId {
    let mut hash = Sha256::new();
    for part in ["linger intent", rule, room.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(question.0.to_be_bytes());
    IntentId(first_64_bits(hash))
}

/// The arm of an occasion, `hold_out_share` of all being held out in the long run.
///
/// The draw hashes the id a second time together with the rule and the phase of the experiment: a new phase draws
/// anew, and no two rules or phases have draws that go together (a single weak hash of id and salt is known to do that;
/// GrowthBook had to replace its first one for this reason).
pub fn arm_of(id: IntentId, rule: &str, phase: u32, hold_out_share: f64) -> Arm {
    let mut hash = Sha256::new();
    for part in ["linger arm", rule] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(phase.to_be_bytes());
    hash.update(id.0.to_be_bytes());
    if unit(first_64_bits(hash)) < hold_out_share { Arm::HoldOut } else { Arm::Act }
}

/// Even bits for what these words and numbers say together, each word ended by a zero byte.
pub(crate) fn bits_of(words: &[&str], numbers: &[u64]) -> u64 {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    numbers.iter().for_each(|it| hash.update(it.to_be_bytes()));
    first_64_bits(hash)
}

/// Uniform from 0 up to, not including, 1: 53 bits fill a float exactly.
pub(crate) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn first_64_bits(hash: Sha256) -> u64 {
    hash.finalize().iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}
