//! Owns the coming and going of sessions: commands, limits, and who a session's end concerns.
//!
//! It does not know packets.

use tokio::sync::mpsc::error::TryRecvError;
use tracing::{debug, info};

use super::{Admission, COMMANDS_MAX, Command, Shard};
use crate::event::MediaEvent;
use crate::fault::{GoneReason, MediaError};
use crate::keyframe::KeyframeGate;
use crate::negotiate::Purpose;
use crate::publisher::Publisher;
use crate::recent::Recent;
use crate::room::{PUBLISHERS_MAX, Room};
use crate::session::{Opening, Role, Session};
use crate::slab::Key;
use crate::viewer::Viewer;

impl Shard {
    pub(super) fn take_commands(&mut self) {
        for _ in 0..COMMANDS_MAX {
            if self.stopped {
                return;
            }
            match self.ports.commands.try_recv() {
                Ok(command) => self.obey(command),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.stopped = true;
                    return;
                }
            }
        }
        // The rest waits for the next turn, which comes at once.
        self.ports.shared.wake();
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Admit(admission) => self.admit(*admission),
            Command::Close { resource, done } => {
                let key = self.by_resource.get(&resource).copied();
                if let Some(key) = key {
                    self.dismiss(key, GoneReason::Closed);
                }
                // Nobody may be waiting for the answer any more, which is fine.
                let _ = done.send(key.is_some());
            }
            Command::Stop { done } => {
                // Whoever comes after this finds the door closed, not a thread that is about to end.
                self.ports.commands.close();
                self.say_goodbye();
                self.stopped = true;
                let _ = done.send(());
            }
        }
    }

    fn admit(&mut self, admission: Admission) {
        let Admission { purpose, room, resource, negotiated, done } = admission;
        if let Err(refusal) = self.check_limits(purpose, &room) {
            let _ = done.send(Err(refusal));
            return;
        }
        let room_key = self.room_key(&room);
        let (audio, video) = (negotiated.audio, negotiated.video);
        let role = match purpose {
            Purpose::Publish => Role::Publisher(Publisher::new(audio, video)),
            Purpose::Watch => {
                let mut seed = [0; 12];
                // Without system randomness the numbers start at zero: guessable, and still encrypted.
                let _ = aws_lc_rs::rand::fill(&mut seed);
                Role::Viewer(Viewer::new(audio, video, seed, self.now))
            }
        };
        let opening = Opening {
            rtc: negotiated.rtc,
            role,
            room: room_key,
            resource: resource.clone(),
            ufrag: negotiated.ufrag.clone(),
        };
        let key = self.sessions.insert(Session::new(opening, self.now));
        self.by_ufrag.insert(negotiated.ufrag, key);
        self.by_resource.insert(resource, key);
        let counters = &self.ports.shared.counters;
        let gauge = if purpose == Purpose::Publish { &counters.publishers } else { &counters.viewers };
        gauge.add(1);
        counters.rooms.set(self.rooms.len() as u64);
        self.seat(room_key, key, purpose);
        self.set_timer(key);
        if done.send(Ok(negotiated.answer)).is_err() {
            // The caller went away before the answer: nobody will ever connect.
            self.dismiss(key, GoneReason::NeverConnected);
        }
    }

    fn check_limits(&self, purpose: Purpose, room: &str) -> Result<(), MediaError> {
        let existing = self.room_by_name.get(room).and_then(|key| self.rooms.get(*key));
        if existing.is_none() && self.rooms.len() >= self.config.rooms_max {
            return Err(MediaError::TooManyRooms);
        }
        if purpose == Purpose::Publish {
            return Ok(());
        }
        let here = existing.map_or(0, |room| room.viewers.len());
        let everywhere = self.ports.shared.counters.viewers.get();
        if here >= self.config.viewers_max_per_room || everywhere >= self.config.viewers_max as u64 {
            return Err(MediaError::TooManyViewers);
        }
        Ok(())
    }

    fn room_key(&mut self, name: &str) -> Key {
        if let Some(key) = self.room_by_name.get(name) {
            return *key;
        }
        let recent = Recent::new(self.config.recent_video_bytes_max);
        let gate = KeyframeGate::new(self.config.keyframe_gap_min);
        let key = self.rooms.insert(Room::new(name.to_owned(), recent, gate));
        self.room_by_name.insert(name.to_owned(), key);
        key
    }

    fn seat(&mut self, room: Key, session: Key, purpose: Purpose) {
        let Some(room) = self.rooms.get_mut(room) else { return };
        if purpose == Purpose::Watch {
            room.viewers.push(session);
            return;
        }
        room.publishers.push(session);
        if room.publishers.len() > PUBLISHERS_MAX {
            let on_air = room.on_air;
            let oldest = room.publishers.iter().copied().find(|key| Some(*key) != on_air);
            if let Some(oldest) = oldest {
                self.dismiss(oldest, GoneReason::Replaced);
            }
        }
    }

    /// Makes the session the room's publisher if it is the newest one; the one before it is closed.
    pub(super) fn take_over(&mut self, key: Key) -> bool {
        let Some(session) = self.sessions.get_mut(key) else { return false };
        let Role::Publisher(publisher) = &mut session.role else { return false };
        if publisher.on_air {
            return true;
        }
        let room_key = session.room;
        let Some(room) = self.rooms.get(room_key) else { return false };
        let before = room.on_air;
        if before.is_some_and(|before| before.is_newer_than(key)) {
            self.dismiss(key, GoneReason::Replaced);
            return false;
        }
        publisher.on_air = true;
        if let Some(before) = before {
            self.dismiss(before, GoneReason::Replaced);
        }
        let Some(room) = self.rooms.get_mut(room_key) else { return false };
        room.on_air = Some(key);
        let room = room.name.clone();
        info!(room, "on air");
        self.ports.shared.set_on_air(&room, true);
        self.tell(MediaEvent::PublishStarted { room });
        true
    }

    /// Ends a session: goodbye to the peer, word to the house, and every trace of it gone.
    pub(super) fn dismiss(&mut self, key: Key, reason: GoneReason) {
        let Some(mut session) = self.sessions.remove(key) else { return };
        let mut transmits = Vec::new();
        session.farewell(self.now, &mut transmits);
        self.post(&mut transmits);
        self.by_ufrag.remove(&session.ufrag);
        self.by_resource.remove(&session.resource);
        for source in &session.addresses {
            if self.by_address.get(source) == Some(&key) {
                self.by_address.remove(source);
            }
        }
        if reason == GoneReason::Failed {
            self.ports.shared.counters.sessions_failed.add(1);
        }
        let Some(room) = self.rooms.get_mut(session.room) else { return };
        room.forget(key);
        let name = room.name.clone();
        let is_empty = room.is_empty();
        if is_empty {
            self.rooms.remove(session.room);
            self.room_by_name.remove(&name);
        }
        self.count_out(&session);
        debug!(room = name, reason = reason.code(), "session gone");
        match session.role {
            Role::Publisher(publisher) if publisher.on_air => {
                if reason != GoneReason::Replaced {
                    self.ports.shared.set_on_air(&name, false);
                }
                info!(room = name, reason = reason.code(), "off air");
                self.tell(MediaEvent::PublishStopped { room: name, reason });
            }
            Role::Publisher(_) => {}
            Role::Viewer(_) => {
                self.tell(MediaEvent::ViewerGone { room: name, resource: session.resource, reason });
            }
        }
    }

    fn count_out(&self, session: &Session) {
        let counters = &self.ports.shared.counters;
        match session.role {
            Role::Publisher(_) => counters.publishers.subtract(1),
            Role::Viewer(_) => {
                counters.viewers.subtract(1);
                counters.viewers_connected.subtract(u64::from(session.connected));
            }
        }
        counters.rooms.set(self.rooms.len() as u64);
    }
}
