//! The shuffle at the bell, and how anybody recomputes it. It does not know where seeds come from.
//!
//! # How a list is shuffled
//!
//! 1. When the sale opens, the *commitment* is public: the SHA-256 of a secret seed.
//! 2. At the bell the list is frozen. Its *digest* is public: the SHA-256 over the ids, in order of entry, 8 bytes each.
//! 3. The seed becomes public. For each place from the first on, one of those who have none yet gets it: the person at
//!    `place + x` of the remaining list, where `x` is below their number and comes from
//!    `SHA-256("linger-lot-v1" ‖ seed ‖ digest ‖ sale ‖ place ‖ attempt)` by rejection (the first 8 bytes, big-endian; the
//!    last three as 4 bytes each); who stood at `place` goes where that person was.

use super::{
    Offer, Sales,
    opening::open_offer,
    wait::{self, Queue},
};
use crate::{
    Room,
    activity::Chance,
    bounds::{ENLISTED_MAX, LOTS_KEPT},
    draw,
};
use linger_protocol::{Event, ItemId, Millis, OrderId, PersonId, Refusal, SaleEvent, SaleMode, Wanted};
use std::collections::BTreeSet;

/// The list of a shuffle until it is shuffled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lot {
    pub(crate) queue: Queue,
    /// What is public of the list since the bell.
    pub(crate) digest: Option<[u8; 32]>,
}

/// All that is needed to recompute a shuffle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotProof {
    /// The item.
    pub item: ItemId,
    /// The sale: the how-manyeth of its room.
    pub sale: u32,
    /// What was published when the sale opened.
    pub commit: [u8; 32],
    /// The seed.
    pub seed: [u8; 32],
    /// What was published at the bell.
    pub digest: [u8; 32],
    /// Who was on the list, in order of entry.
    pub people: Vec<PersonId>,
    /// In which order they are served.
    pub order: Vec<PersonId>,
}

/// Recomputes a shuffle and says whether it was kept to.
pub fn verify(proof: &LotProof) -> Result<(), draw::ProofError> {
    if draw::commitment(&proof.seed) != proof.commit {
        return Err(draw::ProofError::OtherSeed);
    }
    if draw::digest(&proof.people) != proof.digest {
        return Err(draw::ProofError::OtherEntrants);
    }
    if proof.people.iter().collect::<BTreeSet<_>>().len() != proof.people.len() {
        return Err(draw::ProofError::EntrantTwice);
    }
    if shuffled(&proof.seed, &proof.digest, proof.sale, &proof.people) != proof.order {
        return Err(draw::ProofError::OtherWinners);
    }
    Ok(())
}

/// The list in the order in which it is served. The head of this file says how.
pub fn shuffled(seed: &[u8; 32], digest: &[u8; 32], sale: u32, people: &[PersonId]) -> Vec<PersonId> {
    let chance = Chance { seed, digest, of: sale };
    let mut list = people.to_vec();
    for place in 0..list.len() {
        let among = (list.len() - place) as u64;
        list.swap(place, place + chance.below("linger-lot-v1", among, place as u32) as usize);
    }
    list
}

/// Whether orders are taken: nobody waits for a bell.
pub(super) fn check_served(offer: Option<&Offer>) -> Result<(), Refusal> {
    match offer {
        Some(offer) if offer.lot.is_some() => Err(Refusal::WaitForBell),
        _ => Ok(()),
    }
}

pub(super) fn decide_enlist(
    room: &Room,
    now: Millis,
    person: PersonId,
    item: ItemId,
    wanted: &Wanted,
) -> Result<Vec<SaleEvent>, Refusal> {
    if wait::known(room, person, item, wanted)? {
        return Ok(vec![]);
    }
    let offer = open_offer(room, now, item)?.ok_or(Refusal::ListClosed)?;
    let (Some(lot), SaleMode::Shuffle { bell, .. }) = (&offer.lot, &offer.terms.mode) else {
        return Err(Refusal::ListClosed);
    };
    // Even when nobody said yet that time passed.
    if !lot.is_open() || now >= *bell {
        return Err(Refusal::ListClosed);
    }
    if lot.queue.of(person).is_some() {
        return Err(Refusal::AlreadyWaiting);
    }
    if lot.queue.len() >= ENLISTED_MAX {
        return Err(Refusal::QueueFull);
    }
    Ok(vec![SaleEvent::Enlisted { item, person, wanted: wait::checked(room, person, item, wanted)? }])
}

/// The bell rings.
pub(super) fn frozen(sales: &Sales, item: ItemId) -> SaleEvent {
    let lot = sales.offers[&item].lot.as_ref().expect("a bell rings for a list");
    let people: Vec<PersonId> = lot.queue.persons().collect();
    SaleEvent::ListFrozen {
        item,
        people: u32::try_from(people.len()).expect("lists are bounded"),
        digest: draw::digest(&people),
    }
}

/// The seed is known. Any other one than that which was committed to says nothing.
pub(crate) fn note_seed(sales: &Sales, item: ItemId, seed: &[u8; 32]) -> Vec<Event> {
    let Some(offer) = sales.offers.get(&item) else { return vec![] };
    let is_frozen = offer.lot.as_ref().is_some_and(|it| !it.is_open());
    match offer.terms.mode {
        SaleMode::Shuffle { commit, .. } if is_frozen && draw::commitment(seed) == commit => {
            vec![Event::Sale(SaleEvent::ListShuffled { item, seed: *seed })]
        }
        _ => vec![],
    }
}

impl Lot {
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(crate) fn is_open(&self) -> bool {
        self.digest.is_none()
    }

    pub(super) fn enlist(&mut self, person: PersonId, wanted: Wanted) {
        assert!(self.is_open(), "somebody got on a list that is closed");
        self.queue.push(person, wanted);
    }

    pub(super) fn leave(&mut self, person: PersonId) -> OrderId {
        assert!(self.is_open(), "somebody got off a list that is closed");
        self.queue.remove(person)
    }

    pub(super) fn freeze(&mut self, people: u32, digest: [u8; 32]) {
        assert_eq!(self.queue.len(), people as usize, "the frozen list is not the list");
        assert!(self.digest.replace(digest).is_none(), "a list was frozen twice");
    }
}

impl Sales {
    pub(crate) fn awaiting_seed(&self) -> impl Iterator<Item = (ItemId, &[u8])> {
        self.offers.iter().filter_map(|(item, offer)| match (&offer.terms.mode, &offer.lot) {
            (SaleMode::Shuffle { sealed_seed, .. }, Some(lot)) if !lot.is_open() => {
                Some((*item, sealed_seed.as_slice()))
            }
            _ => None,
        })
    }

    /// The list becomes the waiting line, in the order that follows from the seed.
    pub(super) fn apply_shuffled(&mut self, item: ItemId, seed: &[u8; 32]) {
        let offer = self.offers.get_mut(&item).expect("only an open sale is shuffled");
        let lot = offer.lot.take().expect("only a list is shuffled");
        let digest = lot.digest.expect("only a frozen list is shuffled");
        let SaleMode::Shuffle { commit, .. } = offer.terms.mode else { panic!("only a list is shuffled") };
        let sale = offer.sale;
        let people: Vec<PersonId> = lot.queue.persons().collect();
        let order = shuffled(seed, &digest, sale, &people);
        if !order.is_empty() {
            let queue = self.queues.entry(item).or_default();
            for person in &order {
                queue.push(*person, lot.queue.of(*person).expect("who is served was on the list").clone());
            }
        }
        self.proofs.insert(sale, LotProof { item, sale, commit, seed: *seed, digest, people, order });
        if self.proofs.len() > LOTS_KEPT {
            self.proofs.pop_first();
        }
    }
}
