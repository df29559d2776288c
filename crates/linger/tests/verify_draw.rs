//! `linger verify-draw` and `scripts/verify_draw.py` on the file that the route of a shuffle gives: both keep to what was
//! published, and both say when somebody did not.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::PersonId;
use linger_room::{draw, sale::lot};
use linger_web::wire::ShuffleProof;
use std::{
    path::Path,
    process::{Command, Output},
};

/// The proof of a sale's shuffle, of this many people, as `GET /api/rooms/{room}/sales/{sale}/proof` gives it.
fn proof(people: u64) -> ShuffleProof {
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect();
    let seed = [people as u8; 32];
    let people: Vec<PersonId> = (1..=people).map(|it| PersonId(it * 7_919)).collect();
    let digest = draw::digest(&people);
    let texts = |people: &[PersonId]| people.iter().map(PersonId::to_string).collect();
    ShuffleProof {
        room: "tea".into(),
        item: 7,
        sale: 3,
        commit: hex(&draw::commitment(&seed)),
        seed: hex(&seed),
        digest: hex(&digest),
        people: texts(&people),
        order: texts(&lot::shuffled(&seed, &digest, 3, &people)),
    }
}

/// What both say of a file: the program, then the script.
fn verdicts(dir: &Path, text: &str) -> [Output; 2] {
    let file = dir.join("proof.json");
    std::fs::write(&file, text).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/verify_draw.py");
    let program = Command::new(env!("CARGO_BIN_EXE_linger")).arg("verify-draw").arg(&file).output();
    let script = Command::new("python3").arg(script).arg(&file).output();
    [program.unwrap(), script.expect("python3 is needed to check shuffles in another language")]
}

#[test]
fn a_shuffle_that_was_kept_to_is_found_so_by_the_program_and_in_another_language() {
    let dir = tempfile::tempdir().unwrap();
    for people in [0, 1, 2, 3, 40, 250] {
        let text = serde_json::to_string(&proof(people)).unwrap();
        for said in verdicts(dir.path(), &text) {
            assert_eq!(said.status.code(), Some(0), "{people}: {said:?}");
            let told = String::from_utf8(said.stdout).unwrap();
            assert!(told.starts_with(&format!("kept to: {people} people in this order")), "{told}");
        }
    }
}

#[test]
fn a_shuffle_that_was_not_kept_to_is_told_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    type Change = fn(&mut ShuffleProof);
    let changes: [(&str, Change); 5] = [
        ("another order", |it| it.order.swap(0, 1)),
        ("another seed", |it| it.seed = "ab".repeat(32)),
        ("somebody added", |it| it.people.push("00000000000000ff".into())),
        ("somebody twice", |it| it.people[1] = it.people[0].clone()),
        ("another sale", |it| it.sale += 1),
    ];
    for (what, change) in changes {
        let mut changed = proof(40);
        change(&mut changed);
        let text = serde_json::to_string(&changed).unwrap();
        for said in verdicts(dir.path(), &text) {
            assert_eq!(said.status.code(), Some(1), "{what}: {said:?}");
            assert!(said.stdout.starts_with(b"not kept to: "), "{what}: {said:?}");
        }
    }
}

#[test]
fn a_file_that_is_no_proof_is_told_apart_from_one_that_does_not_hold() {
    let dir = tempfile::tempdir().unwrap();
    for text in ["", "nonsense", "[]", "{\"sale\": 1}", "{\"sale\": 1, \"people\": 7}"] {
        for said in verdicts(dir.path(), text) {
            assert!(!said.status.success() && said.stdout.is_empty(), "{text}: {said:?}");
        }
    }
}

#[test]
fn the_order_of_a_known_shuffle_never_changes() {
    // A published shuffle has to be recomputable by every later version: these were found by scripts/verify_draw.py.
    let known =
        ["0000000000009aab", "0000000000001eef", "0000000000003dde", "0000000000005ccd", "0000000000007bbc"];
    assert_eq!(proof(5).order, known);
}
