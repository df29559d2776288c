//! Owns the thread that drives many peers.
//!
//! It does not know what a peer does with what it receives; see `member`.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token, Waker};
use str0m::config::DtlsCert;

use super::clip::Clip;
use super::member::Member;
use super::{Frame, PeerFault};
use crate::slab::{Key, Slab};
use crate::timers::Timers;

const WAKE: Token = Token(0);
/// The longest the thread sleeps without anything to do.
const SLEEP_MAX: Duration = Duration::from_millis(500);

pub(super) enum Command {
    Join { id: u64, member: Box<Member> },
    Send { id: u64, frame: Frame },
    Play { id: u64, clip: Arc<Clip> },
    RequestKeyframe { id: u64 },
    Leave { id: u64, goodbye: bool },
}

/// One thread with any number of peers. Cloning is cheap; when the last clone and the last peer are gone, it ends.
#[derive(Clone, Debug)]
pub struct Crowd {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    commands: mpsc::Sender<Command>,
    waker: Arc<Waker>,
    cert: DtlsCert,
    ids: AtomicU64,
}

impl Crowd {
    /// Starts the thread.
    ///
    /// # Errors
    /// What the system says when it gives no thread or readiness queue.
    pub fn start() -> io::Result<Crowd> {
        let provider = str0m::crypto::from_feature_flags();
        let cert = provider.dtls_provider.generate_certificate();
        let cert = cert.ok_or_else(|| io::Error::other("no DTLS certificate"))?;
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (commands, commands_in) = mpsc::channel();
        let thread = Thread {
            poll,
            commands: commands_in,
            members: Slab::default(),
            by_id: HashMap::new(),
            by_token: HashMap::new(),
            timers: Timers::new(Instant::now()),
            token_next: 1,
        };
        std::thread::Builder::new().name("crowd".into()).spawn(move || thread.run())?;
        Ok(Crowd { inner: Arc::new(Inner { commands, waker, cert, ids: AtomicU64::new(0) }) })
    }

    pub(super) fn cert(&self) -> DtlsCert {
        self.inner.cert.clone()
    }

    pub(super) fn next_id(&self) -> u64 {
        self.inner.ids.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn send(&self, command: Command) -> Result<(), PeerFault> {
        self.inner.commands.send(command).map_err(|_| PeerFault::Gone)?;
        // It can fail only when wake-ups are waiting already.
        let _ = self.inner.waker.wake();
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The thread finds the channel closed on its next turn; this only brings the turn forward.
        let _ = self.waker.wake();
    }
}

struct Thread {
    poll: Poll,
    commands: mpsc::Receiver<Command>,
    members: Slab<Member>,
    by_id: HashMap<u64, Key>,
    by_token: HashMap<Token, Key>,
    timers: Timers,
    token_next: usize,
}

impl Thread {
    fn run(mut self) {
        let mut events = Events::with_capacity(1_024);
        loop {
            let next = self.timers.next_at().map(|at| at.saturating_duration_since(Instant::now()));
            let wait = next.map_or(SLEEP_MAX, |wait| wait.min(SLEEP_MAX));
            if self.poll.poll(&mut events, Some(wait)).is_err() {
                events.clear();
            }
            let now = Instant::now();
            if !self.take_commands(now) {
                return;
            }
            for event in &events {
                if let Some(key) = self.by_token.get(&event.token()).copied() {
                    self.turn(key, |member| member.read(now));
                }
            }
            while let Some((at, key)) = self.timers.pop_due(now) {
                let Some(member) = self.members.get_mut(key) else { continue };
                if member.timer_at == Some(at) {
                    member.timer_at = None;
                    self.turn(key, |member| member.note_time(now));
                }
            }
        }
    }

    /// False when nobody can send commands any more.
    fn take_commands(&mut self, now: Instant) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(command) => self.obey(command, now),
                Err(mpsc::TryRecvError::Empty) => return true,
                Err(mpsc::TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::Join { id, member } => self.join(id, *member, now),
            Command::Send { id, frame } => self.turn_of(id, |member| member.send(&frame, now)),
            Command::Play { id, clip } => self.turn_of(id, |member| member.play(clip, now)),
            Command::RequestKeyframe { id } => self.turn_of(id, |member| member.request_keyframe(now)),
            Command::Leave { id, goodbye } => self.leave(id, goodbye, now),
        }
    }

    fn join(&mut self, id: u64, mut member: Member, now: Instant) {
        let token = Token(self.token_next);
        self.token_next += 1;
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self.poll.registry().register(member.link.source(), token, interest).is_err() {
            return member.close();
        }
        member.token = Some(token);
        let key = self.members.insert(member);
        self.by_id.insert(id, key);
        self.by_token.insert(token, key);
        self.turn(key, |member| member.note_time(now));
    }

    fn leave(&mut self, id: u64, goodbye: bool, now: Instant) {
        let Some(mut member) = self.by_id.remove(&id).and_then(|key| self.members.remove(key)) else {
            return;
        };
        if let Some(token) = member.token {
            self.by_token.remove(&token);
        }
        if goodbye {
            member.say_goodbye(now);
        }
        member.close();
    }

    fn turn_of(&mut self, id: u64, work: impl FnOnce(&mut Member)) {
        if let Some(key) = self.by_id.get(&id).copied() {
            self.turn(key, work);
        }
    }

    fn turn(&mut self, key: Key, work: impl FnOnce(&mut Member)) {
        let Some(member) = self.members.get_mut(key) else { return };
        work(member);
        self.timers.set(key, member.wakes_at, &mut member.timer_at);
    }
}
