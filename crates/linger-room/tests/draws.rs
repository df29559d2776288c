//! Draws can be recomputed: by the room's own rule, by a program in another language, and by nobody who cheats.

#[path = "support/dice.rs"]
mod dice;

use dice::Dice;
use linger_protocol::*;
use linger_room::{DrawProof, ProofError, Room, draw, verify, winners};
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

#[test]
fn a_program_in_another_language_finds_the_same_winners() {
    let mut dice = Dice(1);
    for (number, entrants, wanted) in [(1, 0, 3), (2, 1, 1), (3, 7, 3), (4, 1_000, 20), (5, 5, 9)] {
        let proof = made(&mut dice, number, entrants, wanted);
        assert_eq!(verify(&proof), Ok(()));
        let (code, said) = python(&proof);
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn a_draw_that_was_tampered_with_fails_here_and_there() {
    let honest = made(&mut Dice(2), 1, 30, 3);
    let not_drawn = *honest.entrants.iter().find(|it| !honest.winners.contains(it)).unwrap();
    type Tamper = fn(&mut DrawProof, PersonId);
    let tampered: [(&str, ProofError, Tamper); 6] = [
        ("another seed", ProofError::OtherSeed, |it, _| it.seed[0] ^= 1),
        ("one more entrant", ProofError::OtherEntrants, |it, _| it.entrants.push(PersonId(5))),
        ("another order of entry", ProofError::OtherEntrants, |it, _| it.entrants.swap(0, 1)),
        ("another winner", ProofError::OtherWinners, |it, friend| it.winners[0] = friend),
        ("fewer winners", ProofError::OtherWinners, |it, _| it.winners.truncate(2)),
        ("somebody twice", ProofError::EntrantTwice, |it, _| {
            it.entrants[1] = it.entrants[0];
            it.digest = draw::digest(&it.entrants);
        }),
    ];
    for (how, error, tamper) in tampered {
        let mut proof = honest.clone();
        tamper(&mut proof, not_drawn);
        assert_eq!(verify(&proof), Err(error), "{how}");
        let (code, said) = python(&proof);
        assert_eq!((code, said.trim()), (Some(1), format!("not kept to: {error}").as_str()), "{how}");
    }
}

#[test]
fn everybody_wins_equally_often() {
    // 7 entrants, 3 winners, 20,000 draws: each wins 3/7 of them. The counts of one place are multinomial; with 6 degrees
    // of freedom, chi-square is beyond 22.46 once in a thousand times, and the seeds are fixed.
    let entrants: Vec<PersonId> = (1..=7).map(PersonId).collect();
    let digest = draw::digest(&entrants);
    let mut dice = Dice(3);
    let mut places = [[0u32; 7]; 3];
    for _ in 0..20_000 {
        let won = winners(&dice.bytes32(), &digest, DrawId(1), &entrants, 3);
        for (place, person) in won.iter().enumerate() {
            places[place][person.0 as usize - 1] += 1;
        }
    }
    let expected = 20_000.0 / 7.0;
    for counts in places {
        let chi: f64 = counts.iter().map(|it| (f64::from(*it) - expected).powi(2) / expected).sum();
        assert!(chi < 22.46, "{counts:?}: chi-square {chi}");
    }
}

#[test]
fn winners_are_different_people_and_no_more_than_there_are() {
    let mut dice = Dice(4);
    for entrants in 0..40 {
        for wanted in [0, 1, 5, 39, 1_000] {
            let proof = made(&mut dice, 1, entrants, wanted);
            let once: BTreeSet<&PersonId> = proof.winners.iter().collect();
            assert_eq!(once.len(), entrants.min(wanted as u64) as usize);
            assert!(proof.winners.iter().all(|it| proof.entrants.contains(it)));
        }
    }
}

#[test]
fn the_winners_of_a_known_draw_never_change() {
    // A published draw has to be recomputable by every later version: these were found by scripts/verify_draw.py.
    let entrants: Vec<PersonId> = (1..=10).map(PersonId).collect();
    let digest = draw::digest(&entrants);
    let won = winners(&[7; 32], &digest, DrawId(3), &entrants, 4);
    let names: Vec<String> = won.iter().map(PersonId::to_string).collect();
    assert_eq!(names, KNOWN);
}

const KNOWN: [&str; 4] = ["0000000000000005", "0000000000000007", "0000000000000006", "0000000000000002"];

#[test]
fn a_full_draw_takes_nobody_else_in() {
    let mut room = Room::default();
    let (now, host) = (Millis(0), PersonId(1));
    let told = |room: &mut Room, by: Actor, act: Act| {
        let events = room.decide(now, &Request { by, act })?;
        events.iter().for_each(|event| room.apply(event));
        Ok::<usize, Refusal>(events.len())
    };
    let open = Act::OpenRoom { title: "Tea".into(), host, host_name: "Lin".into() };
    told(&mut room, Actor::HOUSE, open).unwrap();
    let terms = Act::OpenDraw {
        keyword: "666".into(),
        prize: "a cup".into(),
        winners: 1,
        lasts_ms: 60_000,
        commit: draw::commitment(&[1; 32]),
        sealed_seed: vec![],
    };
    told(&mut room, Actor::HOUSE, terms).unwrap();
    for n in 0..Limits::ENTRANTS_MAX as u64 - 1 {
        room.apply(&Event::DrawEntered { draw: DrawId(1), person: PersonId(1_000 + n) });
    }
    let say = || Act::say(Spoken::unsealed("666"));
    assert_eq!(told(&mut room, Actor::viewer(PersonId(2)), say()), Ok(2));
    assert_eq!(told(&mut room, Actor::viewer(PersonId(3)), say()), Err(Refusal::RoomFull));
    assert_eq!(told(&mut room, Actor::viewer(PersonId(2)), say()), Ok(1), "who is in may say it again");
    assert_eq!(room.entrants(DrawId(1)), Some(Limits::ENTRANTS_MAX));
}

fn made(dice: &mut Dice, number: u32, entrants: u64, winners_wanted: u32) -> DrawProof {
    let draw = DrawId(number);
    let seed = dice.bytes32();
    let entrants: Vec<PersonId> = (0..entrants).map(|_| PersonId(dice.next())).collect();
    let digest = draw::digest(&entrants);
    let winners = winners(&seed, &digest, draw, &entrants, winners_wanted);
    let (keyword, prize, commit) = ("666".into(), "a cup".into(), draw::commitment(&seed));
    DrawProof { draw, keyword, prize, winners_wanted, commit, seed, digest, entrants, winners }
}

fn python(proof: &DrawProof) -> (Option<i32>, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/verify_draw.py");
    let mut child = Command::new("python3")
        .args([script, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is needed to check draws in another language, and could not be started");
    child.stdin.take().expect("a pipe").write_all(json(proof).as_bytes()).expect("the script reads");
    let done = child.wait_with_output().expect("the script ends");
    let said = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn json(proof: &DrawProof) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
    let list =
        |people: &[PersonId]| people.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"draw":{},"commit":"{}","seed":"{}","digest":"{}","entrants":[{}],"winners_wanted":{},"winners":[{}]}}"#,
        proof.draw,
        hex(&proof.commit),
        hex(&proof.seed),
        hex(&proof.digest),
        list(&proof.entrants),
        proof.winners_wanted,
        list(&proof.winners),
    )
}
