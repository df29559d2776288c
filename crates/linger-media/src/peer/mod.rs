//! The other end of the wire: publishers and viewers over the same WebRTC library, for tests, load generation and the
//! looping demo stream.
//!
//! A [`Crowd`] is one thread that drives any number of peers, each with a socket of its own as real ones have. It does
//! not know HTTP: whoever uses a [`Peer`] carries its offer to the server and the answer back.

mod clip;
mod crowd;
mod member;
mod network;
mod seen;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, TcpType};
use str0m::{Candidate, Rtc};
use thiserror::Error;
use tokio::sync::watch;

pub use clip::{Clip, ClipFault};
pub use crowd::Crowd;
pub use network::Network;
pub use seen::Seen;

use crowd::Command;
use member::{Link, Member, Part};

/// How long a TCP connection to the server may take.
const TCP_CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);

/// A codec for the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// H.264, as Annex B access units.
    H264,
    /// VP8 frames.
    Vp8,
}

/// How a publisher is set up.
#[derive(Clone, Debug)]
pub struct PublishOptions {
    /// The codec of the picture.
    pub picture: Picture,
    /// The address to send from.
    pub from: IpAddr,
    /// Marks every H.264 frame with the time it was sent, for [`Seen::delay`].
    pub stamp: bool,
}

/// How a viewer is set up.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// The codecs for the picture the viewer offers; none makes it a listener.
    pub pictures: Vec<Picture>,
    /// The address to receive at.
    pub from: IpAddr,
    /// Goes over TCP instead of UDP.
    pub tcp: bool,
    /// The network between the server and the viewer. UDP only.
    pub network: Network,
    /// Puts whole frames together, as a player would, instead of counting packets. Costs more.
    pub whole_frames: bool,
}

/// One frame to send.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Picture or sound.
    pub kind: MediaKind,
    /// Its time in the stream.
    pub time: Duration,
    /// The encoded frame: an Annex B access unit, a VP8 frame or an Opus packet.
    pub data: Arc<[u8]>,
}

/// Why a peer could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PeerFault {
    /// No socket, or no connection to the server.
    #[error("the peer has no socket")]
    Socket(#[from] std::io::Error),
    /// The offer could not be made or the answer not be taken.
    #[error("the session cannot be negotiated")]
    Negotiation,
    /// The answer was taken before.
    #[error("the peer is connected already")]
    Again,
    /// The answer has no TCP candidate.
    #[error("the server offers no TCP")]
    NoTcp,
    /// The crowd's thread has ended.
    #[error("the crowd is gone")]
    Gone,
}

impl Default for PublishOptions {
    fn default() -> Self {
        PublishOptions { picture: Picture::H264, from: Ipv4Addr::LOCALHOST.into(), stamp: false }
    }
}

impl Default for WatchOptions {
    fn default() -> Self {
        let pictures = vec![Picture::H264, Picture::Vp8];
        WatchOptions {
            pictures,
            from: Ipv4Addr::LOCALHOST.into(),
            tcp: false,
            network: Network::default(),
            whole_frames: true,
        }
    }
}

/// One publisher or viewer. Dropping it leaves the session without a goodbye, as a lost phone does.
#[derive(Debug)]
pub struct Peer {
    id: u64,
    offer: String,
    unborn: Mutex<Option<Unborn>>,
    crowd: Crowd,
    seen: watch::Receiver<Seen>,
}

/// A peer that waits for its answer.
struct Unborn {
    rtc: Box<Rtc>,
    pending: SdpPendingOffer,
    /// `None` for a peer that will go over TCP.
    udp: Option<std::net::UdpSocket>,
    part: Part,
    network: Network,
    seen: watch::Sender<Seen>,
}

/// What publishers and viewers are set up with alike.
struct Setup {
    from: IpAddr,
    tcp: bool,
    has_picture: bool,
    network: Network,
}

impl Peer {
    /// Prepares a publisher with one picture and one sound track.
    ///
    /// # Errors
    /// [`PeerFault`] when there is no socket or no offer can be made.
    pub fn publish(crowd: &Crowd, options: &PublishOptions) -> Result<Peer, PeerFault> {
        let config = Rtc::builder()
            .set_dtls_cert(crowd.cert())
            .clear_codecs()
            .enable_opus(true, false)
            .enable_h264(options.picture == Picture::H264)
            .enable_vp8(options.picture == Picture::Vp8);
        let rtc = config.build(std::time::Instant::now());
        let part = |audio, video| Part::publisher(audio, video, options.stamp);
        let setup = Setup { from: options.from, tcp: false, has_picture: true, network: Network::default() };
        Peer::prepare(crowd, rtc, setup, Direction::SendOnly, part)
    }

    /// Prepares a viewer.
    ///
    /// # Errors
    /// [`PeerFault`] when there is no socket or no offer can be made.
    pub fn watch(crowd: &Crowd, options: &WatchOptions) -> Result<Peer, PeerFault> {
        let config = Rtc::builder()
            .set_dtls_cert(crowd.cert())
            .clear_codecs()
            .set_rtp_mode(!options.whole_frames)
            .enable_opus(true, false)
            .enable_h264(options.pictures.contains(&Picture::H264))
            .enable_vp8(options.pictures.contains(&Picture::Vp8));
        let rtc = config.build(std::time::Instant::now());
        let setup = Setup {
            from: options.from,
            tcp: options.tcp,
            has_picture: !options.pictures.is_empty(),
            network: options.network.clone(),
        };
        Peer::prepare(crowd, rtc, setup, Direction::RecvOnly, |_, video| Part::viewer(video))
    }

    fn prepare(
        crowd: &Crowd,
        mut rtc: Rtc,
        setup: Setup,
        direction: Direction,
        part: impl FnOnce(Option<Mid>, Option<Mid>) -> Part,
    ) -> Result<Peer, PeerFault> {
        let Setup { from, tcp, has_picture, network } = setup;
        let udp = if tcp {
            None
        } else {
            let socket = std::net::UdpSocket::bind(SocketAddr::new(from, 0))?;
            let address = socket.local_addr()?;
            rtc.add_local_candidate(Candidate::host(address, "udp").map_err(|_| PeerFault::Negotiation)?);
            Some(socket)
        };
        let mut changes = rtc.sdp_api();
        let audio = changes.add_media(MediaKind::Audio, direction, None, None, None);
        let video = has_picture.then(|| changes.add_media(MediaKind::Video, direction, None, None, None));
        let (offer, pending) = changes.apply().ok_or(PeerFault::Negotiation)?;
        let (seen, seen_out) = watch::channel(Seen::default());
        let part = part(Some(audio), video);
        let unborn = Unborn { rtc: Box::new(rtc), pending, udp, part, network, seen };
        Ok(Peer {
            id: crowd.next_id(),
            offer: offer.to_sdp_string(),
            unborn: Mutex::new(Some(unborn)),
            crowd: crowd.clone(),
            seen: seen_out,
        })
    }

    /// The session description for the server.
    pub fn offer(&self) -> &str {
        &self.offer
    }

    /// Takes the server's answer and starts to connect.
    ///
    /// # Errors
    /// [`PeerFault`] when the answer does not fit, was taken before, or a TCP connection cannot be made.
    pub fn accept(&self, answer: &str) -> Result<(), PeerFault> {
        let mut waiting = self.unborn.lock().unwrap_or_else(PoisonError::into_inner);
        let Unborn { mut rtc, pending, udp, part, network, seen } = waiting.take().ok_or(PeerFault::Again)?;
        let parsed = SdpAnswer::from_sdp_string(answer).map_err(|_| PeerFault::Negotiation)?;
        rtc.sdp_api().accept_answer(pending, parsed).map_err(|_| PeerFault::Negotiation)?;
        let link = match udp {
            Some(socket) => Link::udp(socket)?,
            None => {
                let server = tcp_address(answer).ok_or(PeerFault::NoTcp)?;
                let stream = TcpStream::connect_timeout(&server, TCP_CONNECT_WAIT_MAX)?;
                let here = stream.local_addr()?;
                let candidate = Candidate::builder().tcp().host(here).tcptype(TcpType::Active).build();
                rtc.add_local_candidate(candidate.map_err(|_| PeerFault::Negotiation)?);
                Link::tcp(stream, server)?
            }
        };
        let member = Member::new(rtc, link, part, &network, seen);
        self.crowd.send(Command::Join { id: self.id, member: Box::new(member) })
    }

    /// What the peer has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until what the peer has seen satisfies `until`; `None` when `wait_max` passes first.
    pub async fn wait(&self, wait_max: Duration, until: impl FnMut(&Seen) -> bool) -> Option<Seen> {
        let mut seen = self.seen.clone();
        let found = tokio::time::timeout(wait_max, seen.wait_for(until)).await;
        found.ok()?.ok().map(|seen| seen.clone())
    }

    /// Sends one frame. It is lost when the peer is not connected.
    ///
    /// # Errors
    /// [`PeerFault::Gone`] when the crowd has ended.
    pub fn send(&self, frame: Frame) -> Result<(), PeerFault> {
        self.crowd.send(Command::Send { id: self.id, frame })
    }

    /// Sends a clip in real time, over and over, as soon as the peer is connected.
    ///
    /// # Errors
    /// [`PeerFault::Gone`] when the crowd has ended.
    pub fn play(&self, clip: Arc<Clip>) -> Result<(), PeerFault> {
        self.crowd.send(Command::Play { id: self.id, clip })
    }

    /// A viewer asks for a keyframe, as a player does that cannot decode.
    ///
    /// # Errors
    /// [`PeerFault::Gone`] when the crowd has ended.
    pub fn request_keyframe(&self) -> Result<(), PeerFault> {
        self.crowd.send(Command::RequestKeyframe { id: self.id })
    }

    /// Ends the session with a goodbye, as a closed page does.
    ///
    /// # Errors
    /// [`PeerFault::Gone`] when the crowd has ended.
    pub fn leave(&self) -> Result<(), PeerFault> {
        self.crowd.send(Command::Leave { id: self.id, goodbye: true })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // A crowd that is gone has no members left to drop.
        let _ = self.crowd.send(Command::Leave { id: self.id, goodbye: false });
    }
}

impl std::fmt::Debug for Unborn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unborn").finish_non_exhaustive()
    }
}

fn tcp_address(answer: &str) -> Option<SocketAddr> {
    let candidates = answer.lines().filter_map(|line| line.strip_prefix("a="));
    candidates
        .filter(|line| line.starts_with("candidate:"))
        .filter_map(|line| Candidate::from_sdp_string(line).ok())
        .find(|candidate| candidate.proto() == Protocol::Tcp)
        .map(|candidate| candidate.addr())
}
