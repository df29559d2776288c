//! Owns the fan-out: a publisher's packets to its room's viewers, their catching up, and their wishes for keyframes.
//!
//! It does not know sockets or limits.

use std::time::Duration;

use str0m::rtp::RtpPacket;

use super::Shard;
use crate::event::MediaEvent;
use crate::session::{News, Role};
use crate::slab::Key;
use crate::viewer::Written;

/// The pace of catch-ups.
const CATCH_UP_TICK: Duration = Duration::from_millis(5);

impl Shard {
    pub(super) fn note(&mut self, key: Key, news: News) {
        match news {
            News::Connected => self.note_connected(key),
            News::Packet(packet) => self.note_packet(key, *packet),
            News::KeyframeWanted => self.note_keyframe_wanted(key),
            News::Nacks { received, sent } => {
                self.ports.shared.counters.nacks_received.add(received);
                self.ports.shared.counters.nacks_sent.add(sent);
            }
            News::Gone(reason) => self.dismiss(key, reason),
        }
    }

    fn note_connected(&mut self, key: Key) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Role::Viewer(viewer) = &mut session.role else { return };
        let room_key = session.room;
        let Some(room) = self.rooms.get(room_key) else { return };
        let wants_picture = viewer.wants_picture();
        let recent = if wants_picture { room.recent.replay(self.now) } else { Default::default() };
        let has_recent = !recent.is_empty();
        if has_recent {
            viewer.begin_catch_up(recent);
            self.behind.push(key);
            self.behind_next.get_or_insert(self.now);
            self.ports.shared.counters.catch_ups.add(1);
        }
        let resource = session.resource.clone();
        let room = room.name.clone();
        self.ports.shared.counters.viewers_connected.add(1);
        self.tell(MediaEvent::ViewerConnected { room, resource });
        if wants_picture && !has_recent {
            self.ports.shared.counters.keyframes_wanted.add(1);
            self.wish_keyframe(room_key);
        }
    }

    fn note_keyframe_wanted(&mut self, key: Key) {
        self.ports.shared.counters.keyframes_wanted.add(1);
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Role::Viewer(viewer) = &mut session.role else { return };
        let room = session.room;
        if viewer.keyframe_wishes.take(self.now) {
            self.wish_keyframe(room);
        } else {
            self.ports.shared.counters.keyframes_coalesced.add(1);
        }
    }

    fn note_packet(&mut self, key: Key, rtp: RtpPacket) {
        let now = self.now;
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Role::Publisher(publisher) = &mut session.role else { return };
        let room_key = session.room;
        let Some(packet) = publisher.ingest(&mut session.rtc, rtp, &mut self.source_next, now) else {
            return;
        };
        let new_here = !publisher.on_air;
        self.ports.shared.counters.packets_received.add(1);
        if !self.take_over(key) {
            return;
        }
        let Some(room) = self.rooms.get_mut(room_key) else { return };
        if packet.kind.is_video() {
            room.recent.push(&packet);
            if packet.starts_keyframe {
                room.gate.served();
            }
        }
        if room.fresh.is_empty() {
            self.rooms_fresh.push(room_key);
        }
        room.fresh.push(packet);
        if new_here && !room.viewers.is_empty() {
            self.wish_keyframe(room_key);
        }
    }

    /// Sends every packet of this turn to every viewer of its room: all packets to one viewer, then the next viewer,
    /// so that each session is touched and drained once.
    pub(super) fn forward_fresh(&mut self) {
        let now = self.now;
        for room_key in std::mem::take(&mut self.rooms_fresh) {
            let Some(room) = self.rooms.get_mut(room_key) else { continue };
            let mut packets = std::mem::take(&mut room.fresh);
            let viewers = room.viewers.clone();
            for viewer in viewers {
                if self.sessions.get(viewer).is_some_and(|session| session.connected) {
                    self.turn(viewer, |session, out, news| session.write(&packets, now, out, news));
                    self.count_written(viewer);
                }
            }
            packets.clear();
            if let Some(room) = self.rooms.get_mut(room_key) {
                room.fresh = packets;
            }
        }
    }

    pub(super) fn step_catch_ups(&mut self) {
        if self.behind_next.is_none_or(|at| at > self.now) {
            return;
        }
        let now = self.now;
        for key in std::mem::take(&mut self.behind) {
            self.turn(key, |session, out, news| session.catch_up(now, out, news));
            self.count_written(key);
            if let Some(Role::Viewer(viewer)) = self.sessions.get(key).map(|session| &session.role)
                && viewer.is_behind()
            {
                self.behind.push(key);
            }
        }
        self.behind_next = (!self.behind.is_empty()).then(|| now + CATCH_UP_TICK);
    }

    fn count_written(&mut self, key: Key) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let Role::Viewer(viewer) = &mut session.role else { return };
        let Written { packets, bytes } = std::mem::take(&mut viewer.written);
        let lacks_picture = std::mem::take(&mut viewer.lacks_picture);
        self.ports.shared.counters.packets_forwarded.add(packets);
        self.ports.shared.counters.bytes_forwarded.add(bytes);
        if lacks_picture && let Some(room) = self.rooms.get(session.room) {
            let (room, resource) = (room.name.clone(), session.resource.clone());
            self.tell(MediaEvent::ViewerHasNoPicture { room, resource });
        }
    }

    /// Somebody in the room wants a keyframe.
    pub(super) fn wish_keyframe(&mut self, room_key: Key) {
        let Some(room) = self.rooms.get_mut(room_key) else { return };
        if room.on_air.is_none() {
            return;
        }
        if room.gate.wish(self.now) {
            self.send_keyframe_request(room_key);
        } else {
            self.ports.shared.counters.keyframes_coalesced.add(1);
            if !self.rooms_wishing.contains(&room_key) {
                self.rooms_wishing.push(room_key);
            }
        }
    }

    pub(super) fn send_due_wishes(&mut self) {
        for room_key in std::mem::take(&mut self.rooms_wishing) {
            let Some(room) = self.rooms.get_mut(room_key) else { continue };
            match room.gate.due_at() {
                Some(due) if due <= self.now => {
                    room.gate.wish(self.now);
                    self.send_keyframe_request(room_key);
                }
                Some(_) => self.rooms_wishing.push(room_key),
                None => {}
            }
        }
    }

    fn send_keyframe_request(&mut self, room_key: Key) {
        let now = self.now;
        let Some(publisher) = self.rooms.get(room_key).and_then(|room| room.on_air) else { return };
        let mut sent = false;
        self.turn(publisher, |session, out, news| {
            let Role::Publisher(publisher) = &session.role else { return };
            let rid = publisher.layers.wanted();
            sent = session.request_keyframe(rid, now, out, news);
        });
        self.ports.shared.counters.keyframes_requested.add(u64::from(sent));
    }

    /// Asks again where viewers still wait for a picture or a layer waits to take over: requests get lost too.
    pub(super) fn wish_for_the_waiting(&mut self) {
        for room_key in self.rooms.keys() {
            let Some(room) = self.rooms.get(room_key) else { continue };
            let session = |key: &Key| self.sessions.get(*key);
            let viewer_waits = room.viewers.iter().filter_map(session).any(|session| {
                let Role::Viewer(viewer) = &session.role else { return false };
                session.connected && viewer.awaits_keyframe
            });
            let layer_waits = room.on_air.as_ref().and_then(session).is_some_and(|session| {
                let Role::Publisher(publisher) = &session.role else { return false };
                publisher.layers.awaits_keyframe()
            });
            if viewer_waits || layer_waits {
                self.wish_keyframe(room_key);
            }
        }
    }
}
