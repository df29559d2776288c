//! Owns the handle by which the rest of the house uses the media plane, and what handle and media thread share.
//!
//! It does not know HTTP, tokens or who may publish; its callers have decided that.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

use mio::{Interest, Poll, Waker};
use str0m::Candidate;
use str0m::config::DtlsCert;
use str0m::net::TcpType;
use tokio::sync::{mpsc, oneshot};

use crate::config::MediaConfig;
use crate::event::MediaEvents;
use crate::fault::{MediaError, MediaFault};
use crate::negotiate::{Purpose, negotiate};
use crate::shard::{Command, Ports, Shard, TCP_FIRST, TCP_LISTENER, UDP, WAKE};
use crate::stats::{Counters, MediaStats};
use crate::tcp::TcpSide;
use crate::udp::UdpSide;

/// Callers waiting for the media thread; more of them wait in turn.
const COMMANDS_WAITING_MAX: usize = 256;
/// Bytes the system may hold for the socket each way: a keyframe to a thousand viewers, or a burst of small replies.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// The media plane. Cloning is cheap; when the last clone is gone the media thread ends.
#[derive(Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

/// An agreed session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Names the session for [`Media::close`]: 32 hexadecimal digits nobody can guess. Whoever knows it may close it.
    pub resource: String,
    /// The session description for the peer.
    pub sdp: String,
}

/// Where the media plane is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advertised {
    /// UDP addresses, as in every answer.
    pub udp: Vec<SocketAddr>,
    /// TCP addresses, as in every answer; empty when the fallback is off.
    pub tcp: Vec<SocketAddr>,
}

struct Inner {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
    cert: DtlsCert,
    candidates: Vec<Candidate>,
}

/// What the handle and the media thread both use.
pub(crate) struct Shared {
    pub(crate) counters: Counters,
    pub(crate) udp: Vec<SocketAddr>,
    pub(crate) tcp: Vec<SocketAddr>,
    on_air: RwLock<HashSet<String>>,
    waker: Waker,
}

impl Media {
    /// Opens the sockets and starts the media thread.
    ///
    /// # Errors
    /// [`MediaFault`] when a port is taken, nothing can be advertised, or the system gives no thread.
    pub fn start(config: MediaConfig) -> Result<(Media, MediaEvents), MediaFault> {
        let thread = |source| MediaFault::Thread { source };
        let provider = str0m::crypto::from_feature_flags();
        let cert = provider.dtls_provider.generate_certificate().ok_or(MediaFault::Certificate)?;
        let poll = Poll::new().map_err(thread)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(thread)?;
        let (udp_socket, udp_address) = open_udp(&config, &poll)?;
        let tcp_side = open_tcp(&config, &poll)?;
        let udp = advertised(&config.advertise, udp_address)?;
        let tcp = match &tcp_side {
            Some((_, address)) => advertised(&config.advertise, *address)?,
            None => Vec::new(),
        };
        let candidates = candidates(&udp, &tcp).ok_or(MediaFault::NothingToAdvertise)?;
        let on_air = RwLock::default();
        let shared = Arc::new(Shared { counters: Counters::default(), udp, tcp, on_air, waker });
        let (commands, commands_in) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (events, events_in) = mpsc::channel(config.events_waiting_max.max(1));
        let ports = Ports {
            poll,
            udp: udp_socket,
            tcp: tcp_side.map(|(side, _)| side),
            commands: commands_in,
            events,
            shared: shared.clone(),
        };
        let shard = Shard::new(config, ports);
        std::thread::Builder::new().name("media".into()).spawn(move || shard.run()).map_err(thread)?;
        let inner = Inner { commands, shared, cert, candidates };
        Ok((Media { inner: Arc::new(inner) }, events_in))
    }

    /// Answers a publisher's offer (WHIP). The newest publisher of a room to send media wins; the one before it is
    /// closed, and the viewers carry on.
    ///
    /// # Errors
    /// [`MediaError`]: the offer cannot be answered, a limit is reached, or the media plane has stopped.
    pub async fn publish(&self, room: &str, offer_sdp: &str) -> Result<Answer, MediaError> {
        self.admit(Purpose::Publish, room, offer_sdp).await
    }

    /// Answers a viewer's offer (WHEP). A viewer may come before the publisher.
    ///
    /// # Errors
    /// [`MediaError`]: the offer cannot be answered, a limit is reached, or the media plane has stopped.
    pub async fn watch(&self, room: &str, offer_sdp: &str) -> Result<Answer, MediaError> {
        self.admit(Purpose::Watch, room, offer_sdp).await
    }

    /// Ends a session. False if there is none of that name.
    pub async fn close(&self, resource: &str) -> bool {
        let (done, answer) = oneshot::channel();
        let sent = self.send(Command::Close { resource: resource.to_owned(), done }).await;
        sent.is_ok() && answer.await.unwrap_or(false)
    }

    /// Whether a publisher's media flows in the room.
    pub fn on_air(&self, room: &str) -> bool {
        self.inner.shared.on_air.read().unwrap_or_else(PoisonError::into_inner).contains(room)
    }

    /// The counters, as of the last turn of the media thread.
    pub fn stats(&self) -> MediaStats {
        self.inner.shared.counters.read()
    }

    /// The addresses written into every answer.
    pub fn advertised(&self) -> Advertised {
        let shared = &self.inner.shared;
        Advertised { udp: shared.udp.clone(), tcp: shared.tcp.clone() }
    }

    /// Says goodbye to every peer and ends the media thread. Later calls find it stopped.
    pub async fn stop(&self) {
        let (done, answer) = oneshot::channel();
        if self.send(Command::Stop { done }).await.is_ok() {
            // An error means that another caller stopped it first.
            let _ = answer.await;
        }
    }

    async fn admit(&self, purpose: Purpose, room: &str, offer: &str) -> Result<Answer, MediaError> {
        let negotiated = negotiate(purpose, offer, &self.inner.cert, &self.inner.candidates)?;
        let resource = new_resource().ok_or(MediaError::Stopped)?;
        let (done, answer) = oneshot::channel();
        let admission = crate::shard::Admission {
            purpose,
            room: room.to_owned(),
            resource: resource.clone(),
            negotiated,
            done,
        };
        self.send(Command::Admit(Box::new(admission))).await?;
        let sdp = answer.await.map_err(|_| MediaError::Stopped)??;
        Ok(Answer { resource, sdp })
    }

    async fn send(&self, command: Command) -> Result<(), MediaError> {
        self.inner.commands.send(command).await.map_err(|_| MediaError::Stopped)?;
        self.inner.shared.wake();
        Ok(())
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The thread finds the command channel closed on its next turn; this only brings the turn forward.
        self.shared.wake();
    }
}

impl Shared {
    /// Brings the media thread's next turn forward.
    pub(crate) fn wake(&self) {
        // It can fail only when the thread's queue is full of wake-ups already.
        let _ = self.waker.wake();
    }

    pub(crate) fn set_on_air(&self, room: &str, on_air: bool) {
        let mut rooms = self.on_air.write().unwrap_or_else(PoisonError::into_inner);
        if on_air {
            rooms.insert(room.to_owned());
        } else {
            rooms.remove(room);
        }
    }
}

fn open_udp(config: &MediaConfig, poll: &Poll) -> Result<(UdpSide, SocketAddr), MediaFault> {
    let open = || {
        let socket = std::net::UdpSocket::bind(config.udp_bind)?;
        socket.set_nonblocking(true)?;
        // Smaller buffers still work, so a system that refuses the size is left as it is.
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&socket, SOCKET_BUFFER_BYTES);
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BUFFER_BYTES);
        let address = socket.local_addr()?;
        let mut socket = mio::net::UdpSocket::from_std(socket);
        poll.registry().register(&mut socket, UDP, Interest::READABLE)?;
        Ok((UdpSide::new(socket)?, address))
    };
    open().map_err(|source| MediaFault::Bind { socket: "UDP", source })
}

fn open_tcp(config: &MediaConfig, poll: &Poll) -> Result<Option<(TcpSide, SocketAddr)>, MediaFault> {
    let Some(bind) = config.tcp_bind else { return Ok(None) };
    let open = || {
        let mut listener = mio::net::TcpListener::bind(bind)?;
        let address = listener.local_addr()?;
        poll.registry().register(&mut listener, TCP_LISTENER, Interest::READABLE)?;
        Ok(Some((TcpSide::new(listener, TCP_FIRST, config.tcp_connections_max), address)))
    };
    open().map_err(|source| MediaFault::Bind { socket: "TCP", source })
}

fn advertised(addresses: &[IpAddr], bound: SocketAddr) -> Result<Vec<SocketAddr>, MediaFault> {
    let here = [bound.ip()];
    let addresses = if addresses.is_empty() { &here[..] } else { addresses };
    if addresses.iter().any(IpAddr::is_unspecified) {
        return Err(MediaFault::NothingToAdvertise);
    }
    Ok(addresses.iter().map(|ip| SocketAddr::new(*ip, bound.port())).collect())
}

fn candidates(udp: &[SocketAddr], tcp: &[SocketAddr]) -> Option<Vec<Candidate>> {
    let over_udp = udp.iter().map(|address| Candidate::builder().udp().host(*address).build());
    let over_tcp =
        tcp.iter().map(|address| Candidate::builder().tcp().host(*address).tcptype(TcpType::Passive).build());
    over_udp.chain(over_tcp).collect::<Result<_, _>>().ok()
}

fn new_resource() -> Option<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
