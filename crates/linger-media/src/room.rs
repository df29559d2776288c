//! Owns one room's media: who is on air, who watches, the recent video and the wish for a keyframe.
//!
//! It does not know what a room is for; its name is an opaque string.

use crate::keyframe::KeyframeGate;
use crate::packet::Packet;
use crate::recent::Recent;
use crate::slab::Key;

/// Publisher sessions of one room, the one on air and those about to take over.
pub(crate) const PUBLISHERS_MAX: usize = 4;

/// One room.
pub(crate) struct Room {
    pub(crate) name: String,
    /// The publisher whose media is forwarded.
    pub(crate) on_air: Option<Key>,
    pub(crate) publishers: Vec<Key>,
    pub(crate) viewers: Vec<Key>,
    pub(crate) recent: Recent,
    pub(crate) gate: KeyframeGate,
    /// Packets of this turn, not yet forwarded.
    pub(crate) fresh: Vec<Packet>,
}

impl Room {
    pub(crate) fn new(name: String, recent: Recent, gate: KeyframeGate) -> Self {
        let (on_air, publishers, viewers, fresh) = (None, Vec::new(), Vec::new(), Vec::new());
        Room { name, on_air, publishers, viewers, recent, gate, fresh }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.publishers.is_empty() && self.viewers.is_empty()
    }

    pub(crate) fn forget(&mut self, session: Key) {
        self.publishers.retain(|key| *key != session);
        if let Some(index) = self.viewers.iter().position(|key| *key == session) {
            self.viewers.swap_remove(index);
        }
        if self.on_air == Some(session) {
            self.on_air = None;
            self.recent.clear();
            self.gate.served();
        }
    }
}
