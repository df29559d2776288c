//! Owns the media thread: one loop over the sockets, the sessions and the rooms of a shard.
//!
//! Everything a packet touches belongs to this one thread, so nothing is locked on its way. More shards would be more
//! of these with rooms shared out between them. It does not know who may publish or watch; whoever gets here may.
//!
//! Invariant: nothing here waits for anybody else. Events nobody reads and packets no socket takes are dropped.

mod admission;
mod fanout;
mod traffic;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use str0m::Input;
use str0m::net::Transmit;
use tokio::sync::{mpsc, oneshot};

use crate::config::MediaConfig;
use crate::demux::Allowance;
use crate::event::MediaEvent;
use crate::fault::{GoneReason, MediaError};
use crate::handle::Shared;
use crate::negotiate::{Negotiated, Purpose};
use crate::room::Room;
use crate::session::{News, Session, Source};
use crate::slab::{Key, Slab};
use crate::tcp::{Arrival, TcpSide};
use crate::timers::Timers;
use crate::udp::{Inbox, UdpSide};

pub(crate) const UDP: Token = Token(0);
pub(crate) const WAKE: Token = Token(1);
pub(crate) const TCP_LISTENER: Token = Token(2);
pub(crate) const TCP_FIRST: usize = 3;

/// How often rooms and sessions are looked over.
const SWEEP: Duration = Duration::from_millis(500);
/// Commands taken per turn.
const COMMANDS_MAX: usize = 32;
/// First words from unknown sources per second; each costs a message authentication.
const STRANGERS_PER_SECOND: u32 = 5_000;

/// What callers ask of the media thread.
pub(crate) enum Command {
    Admit(Box<Admission>),
    Close { resource: String, done: oneshot::Sender<bool> },
    Stop { done: oneshot::Sender<()> },
}

/// A negotiated session that wants in.
pub(crate) struct Admission {
    pub(crate) purpose: Purpose,
    pub(crate) room: String,
    pub(crate) resource: String,
    pub(crate) negotiated: Negotiated,
    pub(crate) done: oneshot::Sender<Result<String, MediaError>>,
}

/// The sockets and channels a shard is given.
pub(crate) struct Ports {
    pub(crate) poll: Poll,
    pub(crate) udp: UdpSide,
    pub(crate) tcp: Option<TcpSide>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) events: mpsc::Sender<MediaEvent>,
    pub(crate) shared: Arc<Shared>,
}

/// The media thread's world.
pub(crate) struct Shard {
    config: MediaConfig,
    ports: Ports,
    sessions: Slab<Session>,
    rooms: Slab<Room>,
    room_by_name: HashMap<String, Key>,
    by_resource: HashMap<String, Key>,
    by_ufrag: HashMap<String, Key>,
    by_address: HashMap<Source, Key>,
    timers: Timers,
    /// Rooms with packets of this turn.
    rooms_fresh: Vec<Key>,
    /// Rooms whose wish for a keyframe waits for the gap to pass.
    rooms_wishing: Vec<Key>,
    /// Viewers that are shown the recent video.
    behind: Vec<Key>,
    behind_next: Option<Instant>,
    /// Away while its datagrams are looked at.
    inbox: Option<Inbox>,
    strangers: Allowance,
    source_next: u64,
    sweep_at: Instant,
    now: Instant,
    stopped: bool,
    scratch: Scratch,
}

/// Buffers used again every turn.
#[derive(Default)]
struct Scratch {
    transmits: Vec<Transmit>,
    news: Vec<News>,
    arrivals: Vec<Arrival>,
    /// TCP connections with more to read than one turn allows.
    unread: Vec<Token>,
}

impl Shard {
    pub(crate) fn new(config: MediaConfig, ports: Ports) -> Self {
        let now = Instant::now();
        Shard {
            config,
            ports,
            sessions: Slab::default(),
            rooms: Slab::default(),
            room_by_name: HashMap::new(),
            by_resource: HashMap::new(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            timers: Timers::new(now),
            rooms_fresh: Vec::new(),
            rooms_wishing: Vec::new(),
            behind: Vec::new(),
            behind_next: None,
            inbox: Some(Inbox::default()),
            strangers: Allowance::new(f64::from(STRANGERS_PER_SECOND), STRANGERS_PER_SECOND, now),
            source_next: 1,
            sweep_at: now + SWEEP,
            now,
            stopped: false,
            scratch: Scratch::default(),
        }
    }

    /// Runs until stopped, or until every handle is gone.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(1_024);
        // Readiness is told once per change, so what was left unread is remembered.
        let (mut udp_ready, mut listener_ready) = (false, false);
        while !self.stopped {
            let unread = udp_ready || listener_ready || !self.scratch.unread.is_empty();
            let wait = if unread { Duration::ZERO } else { self.time_to_next_deadline() };
            if self.ports.poll.poll(&mut events, Some(wait)).is_err() {
                events.clear();
            }
            self.now = Instant::now();
            let mut tokens = std::mem::take(&mut self.scratch.unread);
            for event in &events {
                match event.token() {
                    UDP => udp_ready |= event.is_readable(),
                    TCP_LISTENER => listener_ready = true,
                    WAKE => {}
                    token => tokens.push(token),
                }
            }
            self.take_commands();
            if listener_ready {
                listener_ready = self.accept_connections();
            }
            for token in tokens {
                self.read_connection(token);
            }
            if udp_ready {
                udp_ready = self.read_datagrams();
            }
            self.work();
        }
        self.say_goodbye();
    }

    /// Everything that follows from what was read and from time.
    fn work(&mut self) {
        self.run_timers();
        self.forward_fresh();
        self.step_catch_ups();
        self.send_due_wishes();
        if self.now >= self.sweep_at {
            self.sweep();
            self.sweep_at = self.now + SWEEP;
        }
        self.ports.udp.flush(&self.ports.shared.counters);
    }

    fn time_to_next_deadline(&self) -> Duration {
        let mut next = self.sweep_at;
        if let Some(at) = self.timers.next_at() {
            next = next.min(at);
        }
        if let Some(at) = self.behind_next {
            next = next.min(at);
        }
        for key in &self.rooms_wishing {
            if let Some(due) = self.rooms.get(*key).and_then(|room| room.gate.due_at()) {
                next = next.min(due);
            }
        }
        let wait = next.saturating_duration_since(Instant::now());
        // A full socket is tried again soon.
        if self.ports.udp.is_empty() { wait } else { wait.min(Duration::from_millis(1)) }
    }

    fn run_timers(&mut self) {
        while let Some((at, key)) = self.timers.pop_due(self.now) {
            let Some(session) = self.sessions.get_mut(key) else { continue };
            if session.timer_at != Some(at) {
                continue;
            }
            session.timer_at = None;
            if session.wakes_at <= self.now {
                let now = self.now;
                self.turn(key, |session, out, news| {
                    session.take_in(Input::Timeout(now), now, out, news);
                });
            } else {
                self.set_timer(key);
            }
        }
    }

    fn set_timer(&mut self, key: Key) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        self.timers.set(key, session.wakes_at, &mut session.timer_at);
    }

    /// Lets a session do something, then carries away what came of it.
    fn turn(&mut self, key: Key, work: impl FnOnce(&mut Session, &mut Vec<Transmit>, &mut Vec<News>)) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let mut transmits = std::mem::take(&mut self.scratch.transmits);
        let mut news = std::mem::take(&mut self.scratch.news);
        work(session, &mut transmits, &mut news);
        self.set_timer(key);
        self.post(&mut transmits);
        self.scratch.transmits = transmits;
        for item in news.drain(..) {
            self.note(key, item);
        }
        self.scratch.news = news;
    }

    fn tell(&self, event: MediaEvent) {
        if self.ports.events.try_send(event).is_err() {
            self.ports.shared.counters.events_dropped.add(1);
        }
    }

    fn sweep(&mut self) {
        let (wait_max, silence_max) = (self.config.connect_wait_max, self.config.silence_max);
        for key in self.sessions.keys() {
            let Some(session) = self.sessions.get(key) else { continue };
            let since = |moment| self.now.saturating_duration_since(moment);
            if session.connected && since(session.heard_at) > silence_max {
                self.dismiss(key, GoneReason::TimedOut);
            } else if !session.connected && since(session.since) > wait_max {
                self.dismiss(key, GoneReason::NeverConnected);
            }
        }
        if let Some(tcp) = &mut self.ports.tcp {
            tcp.sweep(self.now);
        }
        // Connections that could not be taken for want of file descriptors are tried again.
        self.accept_connections();
        self.wish_for_the_waiting();
        let connections = self.ports.tcp.as_ref().map_or(0, TcpSide::len);
        self.ports.shared.counters.tcp_connections.set(connections as u64);
    }

    fn say_goodbye(&mut self) {
        for key in self.sessions.keys() {
            self.dismiss(key, GoneReason::Stopped);
        }
        self.ports.udp.flush(&self.ports.shared.counters);
    }
}

/// The advertised address a peer has sent to: the very one, where the system tells and no router has rewritten it,
/// else one of the peer's family.
fn local_address(advertised: &[SocketAddr], to: Option<IpAddr>, peer: SocketAddr) -> Option<SocketAddr> {
    let exact = advertised.iter().find(|address| Some(address.ip()) == to);
    let of_family = || advertised.iter().find(|address| address.is_ipv4() == peer.is_ipv4());
    exact.or_else(of_family).copied()
}
