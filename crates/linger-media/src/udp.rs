//! Owns the UDP socket: datagrams are read many at a time, and what leaves is gathered over one turn of the loop.
//!
//! It does not know what is inside the datagrams. A burst to one viewer leaves in one system call (segmentation
//! offload) where the system can do that; single datagrams to many viewers share calls.

use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};

use crate::stats::Counters;

/// Datagrams per system call when they go to different places.
const BATCH: usize = 64;
/// Bytes of one burst; the system takes no more than 64 KiB at once.
const BURST_BYTES_MAX: usize = 60_000;
/// Datagrams that wait for a full socket; the oldest beyond that are dropped, as a network would.
const WAITING_MAX: usize = 8_192;
/// Room for what the system may hand over as one piece: several datagrams of one sender.
const PIECE_BYTES: usize = 65_536;
/// Datagrams longer than this are none of ours.
const DATAGRAM_BYTES_MAX: usize = 2_000;

/// The socket and the datagrams on their way out.
pub(crate) struct UdpSide {
    socket: UdpSocket,
    state: UdpSocketState,
    is_ipv6: bool,
    waiting: VecDeque<(SocketAddr, Vec<u8>)>,
    burst: Vec<u8>,
}

/// Buffers for reading; they live apart from the socket, so that it can be used while a datagram is looked at.
pub(crate) struct Inbox {
    pieces: Vec<Vec<u8>>,
    meta: Vec<RecvMeta>,
}

/// One datagram.
pub(crate) struct Datagram<'a> {
    pub(crate) from: SocketAddr,
    /// The address it was sent to, where the system tells.
    pub(crate) to: Option<IpAddr>,
    pub(crate) bytes: &'a [u8],
}

impl Default for Inbox {
    fn default() -> Self {
        Inbox { pieces: vec![vec![0; PIECE_BYTES]; BATCH_SIZE], meta: vec![RecvMeta::default(); BATCH_SIZE] }
    }
}

impl Inbox {
    /// The datagrams of the first `count` pieces, and how many were too long to be looked at.
    pub(crate) fn datagrams(&self, count: usize) -> impl Iterator<Item = Option<Datagram<'_>>> {
        self.meta.iter().zip(&self.pieces).take(count).flat_map(|(meta, piece)| {
            let from = plain(meta.addr);
            let to = meta.dst_ip.map(|ip| ip.to_canonical());
            // An empty datagram has no stride.
            piece[..meta.len]
                .chunks(meta.stride.max(1))
                .map(move |bytes| (bytes.len() <= DATAGRAM_BYTES_MAX).then_some(Datagram { from, to, bytes }))
        })
    }
}

impl UdpSide {
    /// Takes over a bound socket.
    ///
    /// # Errors
    /// What the system says when the socket cannot be prepared.
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let is_ipv6 = socket.local_addr()?.is_ipv6();
        Ok(UdpSide { socket, state, is_ipv6, waiting: VecDeque::new(), burst: Vec::new() })
    }

    /// Reads what waits, as far as one call goes. The number of pieces read; `None` when nothing waits.
    pub(crate) fn read(&self, inbox: &mut Inbox) -> Option<usize> {
        let mut slices: Vec<IoSliceMut<'_>> =
            inbox.pieces.iter_mut().map(|piece| IoSliceMut::new(piece)).collect();
        match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut inbox.meta) {
            Ok(count) => Some(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            // An ICMP message about an earlier datagram; the socket itself is well.
            Err(_) => Some(0),
        }
    }

    pub(crate) fn push(&mut self, to: SocketAddr, datagram: Vec<u8>) {
        self.waiting.push_back((for_socket(to, self.is_ipv6), datagram));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Sends what the socket takes. What it does not take waits for the next turn.
    pub(crate) fn flush(&mut self, counters: &Counters) {
        let mut sent = 0;
        let mut dropped = 0;
        while !self.waiting.is_empty() {
            match self.send_some() {
                Ok(count) => {
                    self.waiting.drain(..count);
                    sent += count;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A destination that cannot be reached must not hold up the others behind it.
                Err(_) => {
                    self.waiting.pop_front();
                    dropped += 1;
                }
            }
        }
        let excess = self.waiting.len().saturating_sub(WAITING_MAX);
        self.waiting.drain(..excess);
        counters.datagrams_sent.add(sent as u64);
        counters.datagrams_dropped.add((dropped + excess) as u64);
    }

    fn send_some(&mut self) -> io::Result<usize> {
        let segments_max = self.state.max_gso_segments();
        let burst = burst_length(self.waiting.iter().take(segments_max));
        if burst >= 2 {
            return self.send_burst(burst);
        }
        // Up to where the next burst begins, which goes by itself.
        let mut singles = 1;
        while singles < BATCH.min(self.waiting.len()) {
            let next = self.waiting.iter().skip(singles).take(2.min(segments_max));
            if burst_length(next) >= 2 {
                break;
            }
            singles += 1;
        }
        send_batch(&self.socket, self.waiting.iter().take(singles))
    }

    fn send_burst(&mut self, count: usize) -> io::Result<usize> {
        let Some((destination, first)) = self.waiting.front() else { return Ok(0) };
        let (destination, segment) = (*destination, first.len());
        self.burst.clear();
        for (_, bytes) in self.waiting.iter().take(count) {
            self.burst.extend_from_slice(bytes);
        }
        let contents = &self.burst[..];
        let transmit =
            Transmit { destination, ecn: None, contents, segment_size: Some(segment), src_ip: None };
        self.state.try_send(UdpSockRef::from(&self.socket), &transmit)?;
        Ok(count)
    }
}

/// How many datagrams from the first on can leave as one burst: the same destination and the same length, of which
/// only the last may be shorter.
fn burst_length<'a>(datagrams: impl Iterator<Item = &'a (SocketAddr, Vec<u8>)>) -> usize {
    let mut datagrams = datagrams;
    let Some((to, first)) = datagrams.next() else { return 0 };
    let mut count = 1;
    for (next_to, bytes) in datagrams {
        let fits = bytes.len() <= first.len() && (count + 1) * first.len() <= BURST_BYTES_MAX;
        if next_to != to || bytes.is_empty() || !fits {
            break;
        }
        count += 1;
        if bytes.len() < first.len() {
            break;
        }
    }
    count
}

/// Sends the first few datagrams in one system call and says how many went.
#[cfg(target_os = "linux")]
fn send_batch<'a>(
    socket: &UdpSocket,
    datagrams: impl Iterator<Item = &'a (SocketAddr, Vec<u8>)>,
) -> io::Result<usize> {
    use io::IoSlice;
    use rustix::net::addr::SocketAddrArg;
    use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, sendmmsg};

    let parts: Vec<_> = datagrams.map(|(to, bytes)| (to.as_any(), [IoSlice::new(bytes)])).collect();
    let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> =
        std::iter::repeat_with(SendAncillaryBuffer::default).take(parts.len()).collect();
    let mut messages: Vec<MMsgHdr<'_>> = parts
        .iter()
        .zip(&mut controls)
        .map(|((to, slices), control)| MMsgHdr::new_with_addr(to, slices, control))
        .collect();
    Ok(sendmmsg(socket, &mut messages, SendFlags::empty())?)
}

#[cfg(not(target_os = "linux"))]
fn send_batch<'a>(
    socket: &UdpSocket,
    mut datagrams: impl Iterator<Item = &'a (SocketAddr, Vec<u8>)>,
) -> io::Result<usize> {
    match datagrams.next() {
        Some((to, bytes)) => socket.send_to(bytes, *to).map(|_| 1),
        None => Ok(0),
    }
}

/// An address in its plain form: IPv4 within IPv6, as a dual-stack socket tells it, becomes IPv4.
pub(crate) fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The form of an address that a socket of the given family can send to.
fn for_socket(address: SocketAddr, socket_is_ipv6: bool) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if socket_is_ipv6 => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst(datagrams: &[(u16, usize)]) -> usize {
        let datagrams: Vec<(SocketAddr, Vec<u8>)> = datagrams
            .iter()
            .map(|(port, length)| (SocketAddr::from(([127, 0, 0, 1], *port)), vec![0; *length]))
            .collect();
        burst_length(datagrams.iter())
    }

    #[test]
    fn a_burst_is_of_one_length_to_one_place_and_may_end_short() {
        assert_eq!(burst(&[]), 0);
        assert_eq!(burst(&[(1, 100), (1, 100), (2, 100)]), 2, "another place");
        assert_eq!(burst(&[(1, 100), (1, 60), (1, 60)]), 2, "a short one ends it");
        assert_eq!(burst(&[(1, 100), (1, 101)]), 1, "a longer one does not fit");
        assert_eq!(burst(&[(1, 100), (1, 0)]), 1, "an empty one would vanish");
        assert_eq!(burst(&[(1, 1_200); 64]), 50, "as much as the system takes");
    }

    #[test]
    fn every_datagram_arrives_whole_whether_sent_in_bursts_or_alone() {
        let receiver = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let other = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let to = receiver.local_addr().expect("an address");
        let elsewhere = other.local_addr().expect("an address");
        let socket = UdpSocket::bind(([127, 0, 0, 1], 0).into()).expect("a socket");
        let mut udp = UdpSide::new(socket).expect("a prepared socket");
        let lengths = [500, 500, 500, 200, 40, 700, 700, 1];
        for (index, length) in lengths.iter().enumerate() {
            udp.push(to, vec![index as u8; *length]);
            if index == 4 {
                udp.push(elsewhere, vec![99]);
            }
        }
        udp.flush(&Counters::default());
        assert!(udp.is_empty());
        let mut buffer = [0; 2_000];
        for (index, length) in lengths.iter().enumerate() {
            let count = receiver.recv(&mut buffer).expect("a datagram");
            assert_eq!(buffer[..count], vec![index as u8; *length][..]);
        }
        assert_eq!(other.recv(&mut buffer).expect("a datagram"), 1);
    }
}
