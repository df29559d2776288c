//! What comes out of an activity, from its terms, its seed and who took part: a pure function that anybody can compute
//! again. The head of `activity` says how. It does not know rooms.

use super::chance::Chance;
use crate::text::folded;
use linger_protocol::{ActivityId, Game, Outcome, PersonId, Share, Slice, Spin, Terms};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;

/// Places told of when there is no prize.
const PODIUM: u32 = 3;

/// Somebody who took part, and what they reached: see the head of `activity` for the number of each game.
pub type Player = (PersonId, u64);

/// All that is needed to compute an activity's outcome again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which activity of its room.
    pub activity: ActivityId,
    /// Its terms, secrets included.
    pub terms: Terms,
    /// What was public from the start.
    pub commit: [u8; 32],
    /// The seed.
    pub seed: [u8; 32],
    /// What was public from the freezing on.
    pub digest: [u8; 32],
    /// Who took part, in order of entry.
    pub players: Vec<Player>,
    /// The points of both sides; zero but for a PK.
    pub points: [u64; 2],
    /// What came out.
    pub outcome: Outcome,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The seed, or an answer that was kept secret, is not the one that was committed to.
    OtherSeed,
    /// The players are not the ones that were frozen.
    OtherPlayers,
    /// Somebody is among the players twice.
    PlayerTwice,
    /// Seed and players lead to another outcome.
    OtherOutcome,
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RecordError::OtherSeed => "the seed or a secret answer is not the one that was committed to",
            RecordError::OtherPlayers => "the players are not the ones that were frozen",
            RecordError::PlayerTwice => "somebody is among the players twice",
            RecordError::OtherOutcome => "seed and players lead to another outcome",
        })
    }
}

impl std::error::Error for RecordError {}

/// Computes an activity again and says whether it was kept to.
pub fn verify(record: &Record) -> Result<(), RecordError> {
    if commitment(&record.seed, &record.terms.secret()) != record.commit {
        return Err(RecordError::OtherSeed);
    }
    if digest(record.players.iter().copied()) != record.digest {
        return Err(RecordError::OtherPlayers);
    }
    let mut people: Vec<PersonId> = record.players.iter().map(|(person, _)| *person).collect();
    people.sort_unstable();
    if people.windows(2).any(|two| two[0] == two[1]) {
        return Err(RecordError::PlayerTwice);
    }
    let chance = Chance { seed: &record.seed, digest: &record.digest, of: record.activity.0 };
    if outcome(&record.terms, chance, &record.players, record.points) != record.outcome {
        return Err(RecordError::OtherOutcome);
    }
    Ok(())
}

/// What is published when an activity opens: `SHA-256("linger-activity-v1" ‖ seed ‖ secret)`, where the secret is
/// [`Terms::secret`].
pub fn commitment(seed: &[u8; 32], secret: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"linger-activity-v1")
        .chain_update(seed)
        .chain_update(secret)
        .finalize()
        .into()
}

/// What is published when an activity is frozen: SHA-256 over its players in order of entry, for each their id and their
/// number, 8 bytes big-endian each.
pub fn digest(players: impl Iterator<Item = Player>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (person, number) in players {
        hash.update(person.0.to_be_bytes());
        hash.update(number.to_be_bytes());
    }
    hash.finalize().into()
}

/// The number of somebody who answered `right` questions in `took_ms` altogether.
pub(crate) fn quiz_number(right: u8, took_ms: u32, out: bool) -> u64 {
    u64::from(out) << 63 | u64::from(right) << 32 | u64::from(took_ms)
}

pub(crate) fn outcome(terms: &Terms, chance: Chance<'_>, players: &[Player], points: [u64; 2]) -> Outcome {
    let places = terms.prize.as_ref().map_or(PODIUM, |it| it.count) as usize;
    match &terms.game {
        Game::Vote { options, .. } => {
            let mut votes = vec![0u32; options.len()];
            for (_, option) in players {
                if let Some(votes) = votes.get_mut(*option as usize) {
                    *votes += 1;
                }
            }
            Outcome::Votes { votes }
        }
        Game::Quiz { questions, elimination } => {
            let all = questions.len() as u64;
            let (right, out) = (|number: u64| number >> 32 & 0xff, |number: u64| number >> 63 == 1);
            let wins = |number: u64| {
                !out(number) && if *elimination { right(number) == all } else { right(number) > 0 }
            };
            let took = |number: u64| if *elimination { 0 } else { number & 0xffff_ffff };
            best(chance, players, places, |number| {
                wins(number).then(|| (Reverse(right(number)), took(number)))
            })
        }
        Game::Guess { price, .. } => {
            let price = price.minor.unsigned_abs();
            best(chance, players, places, |number| Some(number.abs_diff(price)))
        }
        Game::Reflex { .. } => {
            let most = players.iter().map(|(_, number)| *number).max().unwrap_or(0);
            best(chance, players, places, |number| (number == most && most > 0).then_some(()))
        }
        Game::Task { .. } | Game::First { .. } => {
            let mut done: Vec<Player> = players.iter().filter(|(_, place)| *place > 0).copied().collect();
            done.sort_unstable_by_key(|(_, place)| *place);
            Outcome::Winners { winners: done.into_iter().take(places).map(|(person, _)| person).collect() }
        }
        Game::Packet { budget, parts, even, .. } => {
            shares(chance, players, &split(chance, budget.minor, *parts, *even))
        }
        Game::Wheel { slices, .. } => spins(chance, players, slices),
        Game::Pk { .. } => Outcome::Score { points },
    }
}

/// The best players by a key, the lowest first; those with equal keys in the order of their tickets. Without a key nobody
/// wins.
fn best<K: Ord>(
    chance: Chance<'_>,
    players: &[Player],
    places: usize,
    key: impl Fn(u64) -> Option<K>,
) -> Outcome {
    let ranked = |(person, number): &Player| Some((key(*number)?, chance.ticket(*person), *person));
    let mut ranked: Vec<(K, u64, PersonId)> = players.iter().filter_map(ranked).collect();
    ranked.sort_unstable();
    Outcome::Winners { winners: ranked.into_iter().take(places).map(|(_, _, person)| person).collect() }
}

/// The shares of a packet: equal ones, the odd cents in the first; or by the double mean: each between one and twice the
/// mean of what is left, and so that one at least is left for each later share.
pub(crate) fn split(chance: Chance<'_>, budget: i64, parts: u32, even: bool) -> Vec<i64> {
    let mut left = budget.unsigned_abs();
    (0..parts)
        .map(|place| {
            let waiting = u64::from(parts - place);
            let share = match waiting {
                1 => left,
                _ if even => left.div_ceil(waiting),
                _ => {
                    1 + chance.below("linger-packet-v1", (2 * left / waiting).min(left + 1 - waiting), place)
                }
            };
            left -= share;
            // A share is at most the budget, which was an i64.
            share as i64
        })
        .collect()
}

/// Whoever's ticket is lowest has the first share, so that coming early gains nothing but being among them.
fn shares(chance: Chance<'_>, players: &[Player], split: &[i64]) -> Outcome {
    let mut by_ticket: Vec<(u64, usize)> =
        players.iter().enumerate().map(|(place, (person, _))| (chance.ticket(*person), place)).collect();
    by_ticket.sort_unstable();
    let mut shares: Vec<Share> =
        players.iter().map(|(person, _)| Share { person: *person, minor: 0 }).collect();
    for ((_, place), minor) in by_ticket.into_iter().zip(split) {
        shares[place].minor = *minor;
    }
    let rest_minor = split.iter().skip(players.len()).sum();
    Outcome::Shares { shares, rest_minor }
}

/// In the order of tickets everybody's wheel stops at a slice by its weight; when the slice's prizes are gone, at the first
/// one without a prize.
fn spins(chance: Chance<'_>, players: &[Player], slices: &[Slice]) -> Outcome {
    let whole = slices.iter().map(|it| u64::from(it.weight)).sum::<u64>().max(1);
    let blank = slices.iter().position(|it| it.prize.is_none()).unwrap_or(0);
    let mut left: Vec<Option<u32>> =
        slices.iter().map(|it| it.prize.as_ref().map(|prize| prize.count)).collect();
    let mut by_ticket: Vec<(u64, usize)> =
        players.iter().enumerate().map(|(place, (person, _))| (chance.ticket(*person), place)).collect();
    by_ticket.sort_unstable();
    let mut spins: Vec<Spin> = players.iter().map(|(person, _)| Spin { person: *person, slice: 0 }).collect();
    for (turn, (_, place)) in (0u32..).zip(by_ticket) {
        let mut stop = chance.below("linger-wheel-v1", whole, turn);
        let at = |it: &Slice| {
            let here = stop < u64::from(it.weight);
            stop = stop.wrapping_sub(u64::from(it.weight));
            here
        };
        let slice = slices.iter().position(at).unwrap_or(blank);
        let slice = match &mut left[slice] {
            Some(0) => blank,
            Some(prizes) => {
                *prizes -= 1;
                slice
            }
            None => slice,
        };
        // Slices are bounded by `Limits::OPTIONS_MAX`.
        spins[place].slice = slice as u8;
    }
    Outcome::Spins { spins }
}

/// Whether two options look the same to people.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}
