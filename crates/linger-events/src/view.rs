//! What of the store lies in files, as readers see it: a list that is replaced, never changed. It does not know what
//! the files hold.

use std::sync::Arc;

use linger_behaviour::PersonKey;

use crate::manifest::Listed;
use crate::segment::Segment;

/// A segment with what the manifest says of it.
pub(crate) struct Piece {
    pub listed: Listed,
    pub segment: Arc<Segment>,
}

/// All segments, by partition.
#[derive(Clone, Default)]
pub(crate) struct View {
    /// Invariant: those of a partition rise by number, which is the order of their facts of equal time.
    pub parts: Vec<Vec<Arc<Piece>>>,
}

impl View {
    pub fn new(partitions: u16) -> View {
        View { parts: vec![Vec::new(); usize::from(partitions)] }
    }

    /// All segments.
    pub fn pieces(&self) -> impl Iterator<Item = &Arc<Piece>> {
        self.parts.iter().flatten()
    }

    /// How many moves all segments know of; persons who moved later may be in some under their old key.
    pub fn moves(&self) -> Option<u64> {
        self.pieces().map(|piece| piece.listed.moves).min()
    }

    /// Brings segments in the order of their numbers: one whose writing began earlier may have come later.
    pub fn in_order(&mut self) {
        self.parts.iter_mut().for_each(|part| part.sort_by_key(|piece| piece.listed.meta.id));
    }

    /// The same with some segments in place of others.
    pub fn replaced(&self, gone: &[u64], new: &[Arc<Piece>]) -> View {
        let mut view = self.clone();
        for part in &mut view.parts {
            part.retain(|piece| !gone.contains(&piece.listed.meta.id));
        }
        for piece in new {
            view.parts[usize::from(piece.listed.meta.partition)].push(Arc::clone(piece));
        }
        view.in_order();
        view
    }
}

/// The partition of a person.
pub(crate) fn partition_of(person: PersonKey, partitions: u16) -> u16 {
    let mixed = person.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (mixed as u16) & (partitions - 1)
}
