//! Owns the TCP connections of viewers whose network lets no UDP through: accepting, framing, bounded writing.
//!
//! It does not know sessions; it hands whole packets with their peer's address to the caller, like datagrams.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use crate::framing::{Deframer, frame};
use crate::stats::Counters;
use crate::udp::plain;

/// Bytes that wait for one slow reader; further packets are dropped, as a network would.
const WAITING_BYTES_MAX: usize = 512 * 1024;
/// A connection that never belonged to a session is closed after this.
const STRANGER_MAX: Duration = Duration::from_secs(10);
/// Connections from one address; a household or office behind one router stays below it.
const PER_ADDRESS_MAX: usize = 64;
/// Reads per connection and turn, so that one flood cannot hold the loop.
const READS_MAX: usize = 16;
/// Accepts per turn.
const ACCEPTS_MAX: usize = 64;

struct Connection {
    stream: TcpStream,
    token: Token,
    since: Instant,
    /// A session has spoken through it.
    known: bool,
    incoming: Deframer,
    outgoing: VecDeque<u8>,
}

/// All TCP connections, by their peer's address.
pub(crate) struct TcpSide {
    listener: TcpListener,
    connections: HashMap<SocketAddr, Connection>,
    by_token: HashMap<Token, SocketAddr>,
    token_next: usize,
    connections_max: usize,
    scratch: Vec<u8>,
}

/// What came through a connection.
pub(crate) enum Arrival {
    Packet(SocketAddr, Vec<u8>),
    Closed(SocketAddr),
}

impl TcpSide {
    /// Takes over a listener; connections get tokens from `token_first` on.
    pub(crate) fn new(listener: TcpListener, token_first: usize, connections_max: usize) -> Self {
        TcpSide {
            listener,
            connections: HashMap::new(),
            by_token: HashMap::new(),
            token_next: token_first,
            connections_max,
            scratch: vec![0; 16 * 1024],
        }
    }

    /// Accepts what waits. True: there may be more.
    pub(crate) fn accept(&mut self, registry: &Registry, now: Instant) -> bool {
        for _ in 0..ACCEPTS_MAX {
            match self.listener.accept() {
                Ok((stream, peer)) => self.admit(stream, plain(peer), registry, now),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // One failed handshake, or a lack of file descriptors: the next sweep tries again.
                Err(_) => return false,
            }
        }
        true
    }

    fn admit(&mut self, mut stream: TcpStream, peer: SocketAddr, registry: &Registry, now: Instant) {
        let from_there = self.connections.keys().filter(|other| other.ip() == peer.ip()).count();
        let from_here = peer.ip().is_loopback();
        if self.connections.len() >= self.connections_max || (from_there >= PER_ADDRESS_MAX && !from_here) {
            return;
        }
        let token = Token(self.token_next);
        // Media waits for nobody: a small packet leaves at once.
        let ready = stream.set_nodelay(true).is_ok()
            && registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).is_ok();
        if !ready {
            return;
        }
        self.token_next += 1;
        self.by_token.insert(token, peer);
        let connection = Connection {
            stream,
            token,
            since: now,
            known: false,
            incoming: Deframer::default(),
            outgoing: VecDeque::new(),
        };
        if let Some(old) = self.connections.insert(peer, connection) {
            self.by_token.remove(&old.token);
        }
    }

    /// Reads and writes what a readiness event allows. True: there may be more to read.
    pub(crate) fn turn(&mut self, token: Token, arrivals: &mut Vec<Arrival>) -> bool {
        let Some(&peer) = self.by_token.get(&token) else { return false };
        let Some(connection) = self.connections.get_mut(&peer) else { return false };
        let alive = connection.write().and_then(|()| connection.read(peer, &mut self.scratch, arrivals));
        match alive {
            Ok(more) => more,
            Err(_) => {
                self.drop_connection(peer);
                arrivals.push(Arrival::Closed(peer));
                false
            }
        }
    }

    /// Marks a connection as belonging to a session.
    pub(crate) fn note_known(&mut self, peer: SocketAddr) {
        if let Some(connection) = self.connections.get_mut(&peer) {
            connection.known = true;
        }
    }

    /// Sends a packet, or drops it when the reader is too slow.
    pub(crate) fn send(&mut self, to: SocketAddr, packet: &[u8], counters: &Counters) {
        let Some(connection) = self.connections.get_mut(&to) else { return };
        if connection.outgoing.len() + packet.len() > WAITING_BYTES_MAX {
            counters.datagrams_dropped.add(1);
            return;
        }
        let mut framed = Vec::with_capacity(packet.len() + 2);
        if frame(packet, &mut framed) {
            connection.outgoing.extend(framed);
            counters.datagrams_sent.add(1);
        }
        if connection.write().is_err() {
            self.drop_connection(to);
        }
    }

    /// Closes connections on which no session ever spoke.
    pub(crate) fn sweep(&mut self, now: Instant) {
        let strangers: Vec<SocketAddr> = self
            .connections
            .iter()
            .filter(|(_, it)| !it.known && now.saturating_duration_since(it.since) > STRANGER_MAX)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in strangers {
            self.drop_connection(peer);
        }
    }

    pub(crate) fn drop_connection(&mut self, peer: SocketAddr) {
        if let Some(connection) = self.connections.remove(&peer) {
            self.by_token.remove(&connection.token);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.connections.len()
    }
}

impl Connection {
    fn read(
        &mut self,
        peer: SocketAddr,
        scratch: &mut [u8],
        arrivals: &mut Vec<Arrival>,
    ) -> io::Result<bool> {
        for _ in 0..READS_MAX {
            let count = match self.stream.read(scratch) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.incoming.push(&scratch[..count]);
            while let Some(packet) =
                self.incoming.next_packet().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?
            {
                arrivals.push(Arrival::Packet(peer, packet.to_vec()));
            }
        }
        Ok(true)
    }

    fn write(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            let (front, _) = self.outgoing.as_slices();
            match self.stream.write(front) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.outgoing.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
