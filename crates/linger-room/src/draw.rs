//! Draws that anybody can recompute. It does not know where seeds come from: it sees them when they are public.
//!
//! # How a winner is found
//!
//! 1. When a draw opens, SHA-256 of a secret seed is published: the *commitment*. Entrants join in the order in which
//!    they said the keyword.
//! 2. When it closes, the list is frozen and its *digest* published: SHA-256 over all entrants' ids, 8 bytes
//!    big-endian each, in order of entry.
//! 3. The seed is published. With `n` entrants, for each place `i` from 0, below both the prizes and `n`:
//!    for `attempt` from 0, take the first 8 bytes, big-endian, of
//!    `SHA-256("linger-draw-v1" ‖ seed ‖ digest ‖ draw ‖ i ‖ attempt)`, the last three as 4 bytes big-endian, as the
//!    number `x`. With `m = n - i`, accept the first `x` below the largest multiple of `m` that fits into 2^64 (every
//!    remainder is then equally likely) and swap places `i` and `i + x mod m` of the list. The winners are the first
//!    places: a partial Fisher–Yates shuffle.
//!
//! `scripts/verify_draw.py` does the same in another language.
//!
//! What this shows: the winners follow from the seed and the list, the seed was fixed before the first entry and the
//! list before the seed was public. What it cannot show: that whoever keeps the seed did not use it to add entrants of
//! their own before closing. Therefore the seed is sealed under the house's key, where no host sees it.

use crate::{
    activity::Chance,
    bounds::{DRAWS_KEPT, SEALED_SEED_BYTES_MAX},
    deadlines::{Deadlines, Due},
    text::{bounded, folded},
};
use linger_protocol::{DrawId, Event, Limits, Millis, PersonId, Refusal};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// All that is needed to recompute a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawProof {
    /// Which draw of its room.
    pub draw: DrawId,
    /// The word that was to be said.
    pub keyword: String,
    /// What was won.
    pub prize: String,
    /// How many were to win.
    pub winners_wanted: u32,
    /// SHA-256 of the seed, public from the start.
    pub commit: [u8; 32],
    /// The seed.
    pub seed: [u8; 32],
    /// SHA-256 over the entrants, public from the freezing of the list.
    pub digest: [u8; 32],
    /// Who entered, in order of entry.
    pub entrants: Vec<PersonId>,
    /// Who won, in order of drawing.
    pub winners: Vec<PersonId>,
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The seed is not the one that was committed to.
    OtherSeed,
    /// The list of entrants is not the one that was frozen.
    OtherEntrants,
    /// Somebody is on the list twice.
    EntrantTwice,
    /// Seed and list lead to other winners.
    OtherWinners,
}

impl std::fmt::Display for ProofError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ProofError::OtherSeed => "the seed is not the one that was committed to",
            ProofError::OtherEntrants => "the list of entrants is not the one that was frozen",
            ProofError::EntrantTwice => "somebody is on the list of entrants twice",
            ProofError::OtherWinners => "seed and entrants lead to other winners",
        })
    }
}

impl std::error::Error for ProofError {}

/// Recomputes a draw and says whether it was kept to.
pub fn verify(proof: &DrawProof) -> Result<(), ProofError> {
    if commitment(&proof.seed) != proof.commit {
        return Err(ProofError::OtherSeed);
    }
    if digest(&proof.entrants) != proof.digest {
        return Err(ProofError::OtherEntrants);
    }
    if proof.entrants.iter().collect::<BTreeSet<_>>().len() != proof.entrants.len() {
        return Err(ProofError::EntrantTwice);
    }
    let drawn = winners(&proof.seed, &proof.digest, proof.draw, &proof.entrants, proof.winners_wanted);
    if drawn != proof.winners {
        return Err(ProofError::OtherWinners);
    }
    Ok(())
}

/// What is published of a seed when a draw opens: its SHA-256.
pub fn commitment(seed: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(seed).into()
}

/// What is published of the entrants when their list is frozen: SHA-256 over their ids, 8 bytes big-endian each.
pub fn digest(entrants: &[PersonId]) -> [u8; 32] {
    let mut hash = Sha256::new();
    entrants.iter().for_each(|person| hash.update(person.0.to_be_bytes()));
    hash.finalize().into()
}

/// Who wins, in order of drawing: `count` of the entrants, or all of them when there are fewer. The head of this file
/// says how.
pub fn winners(
    seed: &[u8; 32],
    digest: &[u8; 32],
    draw: DrawId,
    entrants: &[PersonId],
    count: u32,
) -> Vec<PersonId> {
    let chance = Chance { seed, digest, of: draw.0 };
    let mut list = entrants.to_vec();
    let drawn = list.len().min(count as usize);
    for place in 0..drawn {
        let among = (list.len() - place) as u64;
        let swap = place + chance.below("linger-draw-v1", among, place as u32) as usize;
        list.swap(place, swap);
    }
    list.truncate(drawn);
    list
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draws {
    pub(crate) last: DrawId,
    pub(crate) draws: BTreeMap<DrawId, Draw>,
    /// The one that people can enter now.
    pub(crate) open: Option<DrawId>,
    /// Who is in the open draw.
    pub(crate) entered: BTreeSet<PersonId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draw {
    pub(crate) keyword: String,
    pub(crate) prize: String,
    pub(crate) winners_wanted: u32,
    pub(crate) closes_at: Millis,
    pub(crate) commit: [u8; 32],
    pub(crate) sealed_seed: Vec<u8>,
    pub(crate) entrants: Vec<PersonId>,
    pub(crate) state: DrawState,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DrawState {
    Open,
    Frozen { digest: [u8; 32] },
    Revealed { digest: [u8; 32], seed: [u8; 32], winners: Vec<PersonId> },
}

/// What somebody's words mean to the running draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// They are not its keyword, or no draw is running.
    OtherWords,
    /// They are its keyword, said by somebody who is in already.
    Again,
    /// They bring the speaker in.
    Enters(DrawId),
}

/// What is asked for when a draw is opened.
pub(crate) struct Terms<'a> {
    pub(crate) keyword: &'a str,
    pub(crate) prize: &'a str,
    pub(crate) winners: u32,
    pub(crate) lasts_ms: u64,
    pub(crate) commit: [u8; 32],
    pub(crate) sealed_seed: &'a [u8],
}

impl Draws {
    pub(crate) fn decide_open(&self, now: Millis, terms: Terms<'_>) -> Result<Vec<Event>, Refusal> {
        if self.open.is_some() {
            return Err(Refusal::DrawRunning);
        }
        if self.awaiting_seed().count() >= DRAWS_KEPT {
            return Err(Refusal::RoomFull);
        }
        let keyword = bounded(terms.keyword, Limits::KEYWORD_CHARS).map_err(|_| Refusal::BadKeyword)?;
        let prize = bounded(terms.prize, Limits::TITLE_CHARS)?;
        if !(1..=Limits::WINNERS_MAX).contains(&terms.winners) {
            return Err(Refusal::BadQuantity);
        }
        if !(Limits::DRAW_MS_MIN..=Limits::DRAW_MS_MAX).contains(&terms.lasts_ms) {
            return Err(Refusal::BadDuration);
        }
        if terms.sealed_seed.len() > SEALED_SEED_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        Ok(vec![Event::DrawOpened {
            draw: DrawId(self.last.0 + 1),
            keyword: keyword.to_owned(),
            prize: prize.to_owned(),
            winners: terms.winners,
            closes_at: now.plus(terms.lasts_ms),
            commit: terms.commit,
            sealed_seed: terms.sealed_seed.to_vec().into(),
        }])
    }

    pub(crate) fn decide_close(&self, draw: DrawId) -> Result<Vec<Event>, Refusal> {
        match self.draws.get(&draw).map(|it| &it.state) {
            None => Err(Refusal::NoSuchDraw),
            Some(DrawState::Open) => Ok(vec![self.frozen(draw)]),
            Some(_) => Ok(vec![]),
        }
    }

    /// What `text`, said by `person`, means to the running draw. A draw whose time is over takes nobody in, even when
    /// nobody had yet said that time passed.
    pub(crate) fn entry(&self, now: Millis, person: PersonId, text: &str) -> Result<Entry, Refusal> {
        let Some((id, draw)) = self.open.and_then(|id| Some((id, self.draws.get(&id)?))) else {
            return Ok(Entry::OtherWords);
        };
        if now >= draw.closes_at || folded(text) != folded(&draw.keyword) {
            return Ok(Entry::OtherWords);
        }
        if self.entered.contains(&person) {
            return Ok(Entry::Again);
        }
        if draw.entrants.len() >= Limits::ENTRANTS_MAX {
            return Err(Refusal::RoomFull);
        }
        Ok(Entry::Enters(id))
    }

    /// The event that ends entry to an open draw.
    pub(crate) fn frozen(&self, draw: DrawId) -> Event {
        let entrants = &self.draws.get(&draw).expect("only a draw that was opened is frozen").entrants;
        let digest = digest(entrants);
        let entrants = u32::try_from(entrants.len()).expect("entrants are bounded");
        Event::DrawFrozen { draw, entrants, digest }
    }

    pub(crate) fn note_seed(&self, draw: DrawId, seed: &[u8; 32]) -> Vec<Event> {
        let Some(it) = self.draws.get(&draw) else { return vec![] };
        let DrawState::Frozen { digest } = &it.state else { return vec![] };
        if commitment(seed) != it.commit {
            return vec![];
        }
        let winners = winners(seed, digest, draw, &it.entrants, it.winners_wanted);
        vec![Event::DrawRevealed { draw, seed: *seed, winners }]
    }

    pub(crate) fn awaiting_seed(&self) -> impl Iterator<Item = (DrawId, &[u8])> {
        let frozen = |it: &&Draw| matches!(it.state, DrawState::Frozen { .. });
        self.draws.iter().filter(move |(_, it)| frozen(it)).map(|(id, it)| (*id, it.sealed_seed.as_slice()))
    }

    pub(crate) fn proof(&self, draw: DrawId) -> Option<DrawProof> {
        let it = self.draws.get(&draw)?;
        let DrawState::Revealed { digest, seed, winners } = &it.state else { return None };
        Some(DrawProof {
            draw,
            keyword: it.keyword.clone(),
            prize: it.prize.clone(),
            winners_wanted: it.winners_wanted,
            commit: it.commit,
            seed: *seed,
            digest: *digest,
            entrants: it.entrants.clone(),
            winners: winners.clone(),
        })
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &Event) {
        match event {
            Event::DrawOpened { draw, keyword, prize, winners, closes_at, commit, sealed_seed } => {
                assert!(self.open.replace(*draw).is_none(), "two draws run at once");
                self.last = *draw;
                let opened = Draw {
                    keyword: keyword.clone(),
                    prize: prize.clone(),
                    winners_wanted: *winners,
                    closes_at: *closes_at,
                    commit: *commit,
                    sealed_seed: sealed_seed.to_vec(),
                    entrants: vec![],
                    state: DrawState::Open,
                };
                self.draws.insert(*draw, opened);
                self.forget_oldest_revealed();
                deadlines.set(*closes_at, Due::Draw(*draw));
            }
            Event::DrawEntered { draw, person } => {
                assert_eq!(self.open, Some(*draw), "somebody entered a draw that is not open");
                assert!(self.entered.insert(*person), "somebody entered a draw twice");
                self.known(*draw).entrants.push(*person);
            }
            Event::DrawFrozen { draw, digest: said, .. } => {
                assert_eq!(self.open.take(), Some(*draw), "a draw was frozen that is not open");
                self.entered.clear();
                let it = self.known(*draw);
                assert_eq!(digest(&it.entrants), *said, "the frozen list is not the list of entrants");
                it.state = DrawState::Frozen { digest: *said };
                deadlines.clear(it.closes_at, Due::Draw(*draw));
            }
            Event::DrawRevealed { draw, seed, winners } => {
                let it = self.known(*draw);
                let DrawState::Frozen { digest } = it.state else { panic!("an unfrozen draw was revealed") };
                it.state = DrawState::Revealed { digest, seed: *seed, winners: winners.clone() };
            }
            _ => unreachable!("not about draws"),
        }
    }

    fn known(&mut self, draw: DrawId) -> &mut Draw {
        self.draws.get_mut(&draw).expect("a draw was opened before anything happened to it")
    }

    fn forget_oldest_revealed(&mut self) {
        let revealed = |it: &Draw| matches!(it.state, DrawState::Revealed { .. });
        if self.draws.len() > DRAWS_KEPT
            && let Some(oldest) = self.draws.iter().find(|(_, it)| revealed(it)).map(|(id, _)| *id)
        {
            self.draws.remove(&oldest);
        }
    }
}
