//! The one way in which what the store consists of changes: new files first, then the manifest, then memory, then old
//! files go. It does not know what changes, or why.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::StoreFault;
use crate::disk::Disk;
use crate::manifest::Manifest;
use crate::segment;
use crate::store::Inner;
use crate::view::Piece;

/// What only one thread at a time may change: the manifest and the files it names.
pub(crate) struct Upkeep {
    pub manifest: Manifest,
    pub written: Instant,
    /// Files that the manifest does not name any more and that could not be removed yet.
    pub leftovers: Vec<(Disk, String)>,
}

impl Upkeep {
    /// Removes what is left over.
    pub fn sweep(&mut self) -> Result<(), StoreFault> {
        while let Some((disk, name)) = self.leftovers.last() {
            disk.remove(name)?;
            self.leftovers.pop();
        }
        Ok(())
    }
}

/// A change of what the store consists of, being prepared.
#[derive(Default)]
pub(crate) struct Change {
    /// Segments that come.
    pub new: Vec<Arc<Piece>>,
    /// Segments that go.
    pub gone: Vec<u64>,
    /// How many chunks of the tail are in the new segments.
    pub chunks: usize,
    /// How many moves the new segments know of, if they hold the tail.
    pub tail_moves: Option<u64>,
    /// Own files that go.
    pub old: Vec<String>,
}

impl Inner {
    /// A number no file has had, whatever becomes of the file that gets it.
    pub fn fresh(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Prepares a change of files and makes it the truth, or nothing of it.
    pub fn change<T>(
        &self,
        up: &mut Upkeep,
        prepare: impl FnOnce(&mut Manifest, &mut Change) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mut manifest = up.manifest.clone();
        let mut change = Change::default();
        match prepare(&mut manifest, &mut change) {
            Ok(prepared) => self.publish(up, manifest, change).map(|()| prepared),
            Err(fault) => {
                self.discard(&change);
                Err(fault)
            }
        }
    }

    /// Makes a prepared change the truth: on disk, in memory, and by removing what it replaced.
    pub fn publish(&self, up: &mut Upkeep, mut manifest: Manifest, change: Change) -> Result<(), StoreFault> {
        manifest.next = self.next.load(Ordering::Relaxed);
        manifest.segments.retain(|listed| !change.gone.contains(&listed.meta.id));
        manifest.segments.extend(change.new.iter().map(|piece| piece.listed.clone()));
        // If this fails, the old manifest or the new one may be there after a crash. Both are whole, and the files of
        // both are there, so nothing is removed.
        manifest.write(&self.disk)?;
        up.manifest = manifest;
        let mut state = self.intake.state();
        state.view = Arc::new(state.view.replaced(&change.gone, &change.new));
        state.changes += 1;
        state.tail.drop_first(change.chunks);
        if let Some(moves) = change.tail_moves {
            state.tail_moves = moves;
        }
        drop(state);
        // It would keep files open that are about to go.
        *self.latest() = None;
        let segments =
            change.gone.iter().flat_map(|id| segment::names(*id)).map(|name| (self.segments.clone(), name));
        up.leftovers.extend(segments);
        up.leftovers.extend(change.old.into_iter().map(|name| (self.disk.clone(), name)));
        // The change has happened; what cannot be removed now has its turn later.
        if let Err(fault) = up.sweep() {
            tracing::warn!(%fault, "files that were replaced are still there");
        }
        Ok(())
    }

    /// Removes segments that were written for a change that did not happen; what cannot be removed now is swept when
    /// the store is opened.
    pub fn discard(&self, change: &Change) {
        for name in change.new.iter().flat_map(|piece| segment::names(piece.listed.meta.id)) {
            if let Err(fault) = self.segments.remove(&name) {
                tracing::debug!(%fault, "a leftover file stays until the store is opened again");
            }
        }
    }
}
