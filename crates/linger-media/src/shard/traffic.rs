//! Owns the way of packets in and out: whose datagram it is, and which socket an answer leaves by.
//!
//! It does not know what packets mean.

use std::net::{IpAddr, SocketAddr};

use mio::Token;
use str0m::Input;
use str0m::net::{Protocol, Receive, Transmit};

use super::{Shard, local_address};
use crate::demux::local_ufrag;
use crate::session::{ADDRESSES_EVER_MAX, ADDRESSES_MAX};
use crate::slab::Key;
use crate::tcp::Arrival;
use crate::udp::Datagram;

/// Reads per turn, of up to 32 datagrams each, before what they caused is sent on.
const READS_MAX: usize = 8;

impl Shard {
    /// Reads what waits. True: there may be more.
    pub(super) fn read_datagrams(&mut self) -> bool {
        let Some(mut inbox) = self.inbox.take() else { return false };
        let mut more = true;
        for _ in 0..READS_MAX {
            let Some(count) = self.ports.udp.read(&mut inbox) else {
                more = false;
                break;
            };
            for datagram in inbox.datagrams(count) {
                match datagram {
                    Some(Datagram { from, to, bytes }) => self.deliver(Protocol::Udp, from, to, bytes),
                    None => self.refuse(),
                }
            }
        }
        self.inbox = Some(inbox);
        more
    }

    /// Accepts what waits. True: there may be more.
    pub(super) fn accept_connections(&mut self) -> bool {
        let registry = self.ports.poll.registry();
        self.ports.tcp.as_mut().is_some_and(|tcp| tcp.accept(registry, self.now))
    }

    pub(super) fn read_connection(&mut self, token: Token) {
        let Some(tcp) = &mut self.ports.tcp else { return };
        let mut arrivals = std::mem::take(&mut self.scratch.arrivals);
        if tcp.turn(token, &mut arrivals) {
            self.scratch.unread.push(token);
        }
        for arrival in arrivals.drain(..) {
            match arrival {
                Arrival::Packet(from, packet) => self.deliver(Protocol::Tcp, from, None, &packet),
                Arrival::Closed(peer) => {
                    self.by_address.remove(&(Protocol::Tcp, peer));
                }
            }
        }
        self.scratch.arrivals = arrivals;
    }

    /// Hands a packet to the session it belongs to.
    fn deliver(&mut self, proto: Protocol, from: SocketAddr, to: Option<IpAddr>, packet: &[u8]) {
        let advertised = match proto {
            Protocol::Udp => &self.ports.shared.udp,
            _ => &self.ports.shared.tcp,
        };
        let Some(to) = local_address(advertised, to, from) else { return self.refuse() };
        // A known address may start over with another session, as a page does when it is loaded again.
        let named = local_ufrag(packet).and_then(|ufrag| self.by_ufrag.get(ufrag)).copied();
        let known = self.by_address.get(&(proto, from)).copied();
        let Some(key) = named.or(known) else { return self.refuse() };
        let Ok(receive) = Receive::new(proto, from, to, packet) else { return self.refuse() };
        let now = self.now;
        let input = Input::Receive(now, receive);
        if known != Some(key) && !self.welcome(key, proto, from, &input) {
            return self.refuse();
        }
        self.turn(key, |session, out, news| {
            session.heard_at = now;
            session.take_in(input, now, out, news);
        });
    }

    /// Lets a new address into a session if its first word proves that it belongs there.
    fn welcome(&mut self, key: Key, proto: Protocol, from: SocketAddr, first: &Input<'_>) -> bool {
        if !self.strangers.take(self.now) {
            return false;
        }
        let Some(session) = self.sessions.get_mut(key) else { return false };
        if session.addresses_ever >= ADDRESSES_EVER_MAX || !session.rtc.accepts(first) {
            return false;
        }
        let source = (proto, from);
        session.addresses_ever += 1;
        session.addresses.push_back(source);
        let crowded_out =
            if session.addresses.len() > ADDRESSES_MAX { session.addresses.pop_front() } else { None };
        if let Some(old) = crowded_out
            && self.by_address.get(&old) == Some(&key)
        {
            self.by_address.remove(&old);
        }
        self.by_address.insert(source, key);
        if let (Protocol::Tcp, Some(tcp)) = (proto, &mut self.ports.tcp) {
            tcp.note_known(from);
        }
        true
    }

    fn refuse(&self) {
        self.ports.shared.counters.datagrams_refused.add(1);
    }

    /// Puts what sessions want sent on its way.
    pub(super) fn post(&mut self, transmits: &mut Vec<Transmit>) {
        for transmit in transmits.drain(..) {
            match (transmit.proto, &mut self.ports.tcp) {
                (Protocol::Udp, _) => {
                    self.ports.udp.push(transmit.destination, transmit.contents.into());
                }
                (Protocol::Tcp, Some(tcp)) => {
                    tcp.send(transmit.destination, &transmit.contents, &self.ports.shared.counters);
                }
                _ => {}
            }
        }
    }
}
