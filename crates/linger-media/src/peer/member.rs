//! Owns one peer inside a crowd: its session, its socket, what it plays and what it sees.
//!
//! It does not know the other peers.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mio::Token;
use mio::event::Source;
use mio::net::{TcpStream, UdpSocket};
use str0m::format::Codec;
use str0m::media::{Frequency, KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive, Transmit};
use str0m::rtp::RtpPacket;
use str0m::{Event, IceConnectionState, Input, Output, Rtc};
use tokio::sync::watch;

use super::Frame;
use super::clip::Clip;
use super::network::{Network, Pipe};
use super::seen::Seen;
use crate::framing::{Deframer, PACKET_BYTES_MAX, frame as framed};
use crate::keyframe::starts_keyframe;

/// Marks the stamp in a frame: an identifier nobody else uses, as H.264 wants for user data.
const STAMP_ID: &[u8; 16] = b"linger-sent-at-1";
/// Digits of the stamp, nanoseconds since 1970 in hexadecimal: plain letters need no escaping inside H.264.
const STAMP_DIGITS: usize = 16;

/// The socket of a peer.
pub(super) enum Link {
    Udp {
        socket: UdpSocket,
        here: SocketAddr,
    },
    Tcp {
        stream: TcpStream,
        here: SocketAddr,
        server: SocketAddr,
        incoming: Deframer,
        outgoing: VecDeque<u8>,
    },
}

impl Link {
    pub(super) fn udp(socket: std::net::UdpSocket) -> io::Result<Link> {
        socket.set_nonblocking(true)?;
        let here = socket.local_addr()?;
        Ok(Link::Udp { socket: UdpSocket::from_std(socket), here })
    }

    pub(super) fn tcp(stream: std::net::TcpStream, server: SocketAddr) -> io::Result<Link> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let here = stream.local_addr()?;
        let (incoming, outgoing) = (Deframer::default(), VecDeque::new());
        Ok(Link::Tcp { stream: TcpStream::from_std(stream), here, server, incoming, outgoing })
    }

    pub(super) fn source(&mut self) -> &mut dyn Source {
        match self {
            Link::Udp { socket, .. } => socket,
            Link::Tcp { stream, .. } => stream,
        }
    }

    /// A full or broken socket loses the packet; retransmission is the session's business.
    fn post(&mut self, transmit: &Transmit) {
        match self {
            Link::Udp { socket, .. } => drop(socket.send_to(&transmit.contents, transmit.destination)),
            Link::Tcp { outgoing, .. } => {
                let mut bytes = Vec::new();
                if framed(&transmit.contents, &mut bytes) {
                    outgoing.extend(bytes);
                }
                self.write_out();
            }
        }
    }

    fn write_out(&mut self) {
        let Link::Tcp { stream, outgoing, .. } = self else { return };
        while !outgoing.is_empty() {
            match stream.write(outgoing.as_slices().0) {
                Ok(count) if count > 0 => drop(outgoing.drain(..count)),
                _ => return,
            }
        }
    }

    /// Everything that waits.
    fn read(&mut self, packets: &mut Vec<Incoming>) {
        self.write_out();
        let mut buffer = [0; PACKET_BYTES_MAX];
        match self {
            Link::Udp { socket, here } => {
                while let Ok((count, from)) = socket.recv_from(&mut buffer) {
                    let packet = buffer[..count].to_vec();
                    packets.push(Incoming { proto: Protocol::Udp, from, to: *here, packet });
                }
            }
            Link::Tcp { stream, here, server, incoming, .. } => {
                while let Ok(count) = stream.read(&mut buffer) {
                    if count == 0 {
                        return;
                    }
                    incoming.push(&buffer[..count]);
                    while let Ok(Some(packet)) = incoming.next_packet() {
                        let (from, to, packet) = (*server, *here, packet.to_vec());
                        packets.push(Incoming { proto: Protocol::Tcp, from, to, packet });
                    }
                }
            }
        }
    }
}

/// A packet that has come through a link.
struct Incoming {
    proto: Protocol,
    from: SocketAddr,
    to: SocketAddr,
    packet: Vec<u8>,
}

/// A weak network, both ways.
struct Weak {
    inward: Pipe<Incoming>,
    outward: Pipe<Transmit>,
}

/// What a peer does.
pub(super) enum Part {
    Publisher { audio: Option<Mid>, video: Option<Mid>, stamp: bool, playing: Option<Playing> },
    Viewer { video: Option<Mid>, keyframe_time: Option<u32> },
}

impl Part {
    pub(super) fn publisher(audio: Option<Mid>, video: Option<Mid>, stamp: bool) -> Part {
        Part::Publisher { audio, video, stamp, playing: None }
    }

    pub(super) fn viewer(video: Option<Mid>) -> Part {
        Part::Viewer { video, keyframe_time: None }
    }
}

/// A clip on its way.
pub(super) struct Playing {
    clip: Arc<Clip>,
    /// When the first frame was due; the clip waits for the connection, so that its first keyframe is not lost.
    from: Option<Instant>,
    round: u32,
    picture: usize,
    sound: usize,
}

impl Playing {
    fn round_start(&self) -> Duration {
        self.clip.length() * self.round
    }

    /// The frame that comes next.
    fn next(&self) -> Frame {
        let picture_at = self.clip.picture_step * u32::try_from(self.picture).unwrap_or(u32::MAX);
        let sound = self.clip.sounds.get(self.sound).filter(|(at, _)| *at <= picture_at);
        let picture = self.clip.pictures.get(self.picture);
        let (kind, at, data) = match (sound, picture) {
            (Some((at, data)), _) => (MediaKind::Audio, *at, data),
            (None, Some(data)) => (MediaKind::Video, picture_at, data),
            // A round always ends with its last picture or sound; see `step`.
            (None, None) => (MediaKind::Video, picture_at, &self.clip.pictures[0]),
        };
        Frame { kind, time: self.round_start() + at, data: data.clone() }
    }

    fn step(&mut self, kind: MediaKind) {
        match kind {
            MediaKind::Video => self.picture += 1,
            MediaKind::Audio => self.sound += 1,
        }
        if self.picture >= self.clip.pictures.len() && self.sound >= self.clip.sounds.len() {
            (self.picture, self.sound) = (0, 0);
            self.round += 1;
        }
    }
}

/// One peer.
pub(super) struct Member {
    rtc: Box<Rtc>,
    pub(super) link: Link,
    part: Part,
    weak: Option<Weak>,
    told: watch::Sender<Seen>,
    seen: Seen,
    since: Instant,
    pub(super) token: Option<Token>,
    pub(super) wakes_at: Instant,
    pub(super) timer_at: Option<Instant>,
}

impl Member {
    pub(super) fn new(
        rtc: Box<Rtc>,
        link: Link,
        part: Part,
        network: &Network,
        told: watch::Sender<Seen>,
    ) -> Self {
        let now = Instant::now();
        let weak = (!network.is_perfect())
            .then(|| Weak { inward: Pipe::new(network.clone(), 1), outward: Pipe::new(network.clone(), 2) });
        let seen = Seen::default();
        Member { rtc, link, part, weak, told, seen, since: now, token: None, wakes_at: now, timer_at: None }
    }

    pub(super) fn read(&mut self, now: Instant) {
        let mut packets = Vec::new();
        self.link.read(&mut packets);
        for incoming in packets {
            match &mut self.weak {
                Some(weak) => {
                    let bytes = incoming.packet.len();
                    weak.inward.push(incoming, bytes, now);
                }
                None => self.receive(&incoming, now),
            }
        }
        self.pass_through_weak(now);
        self.play_due(now);
        self.tell();
    }

    pub(super) fn note_time(&mut self, now: Instant) {
        self.take_in(Input::Timeout(now), now);
        self.pass_through_weak(now);
        self.play_due(now);
        self.tell();
    }

    fn receive(&mut self, incoming: &Incoming, now: Instant) {
        let Incoming { proto, from, to, packet } = incoming;
        if let Ok(receive) = Receive::new(*proto, *from, *to, packet) {
            self.take_in(Input::Receive(now, receive), now);
        }
    }

    /// Lets through what has got to either end of a weak network.
    fn pass_through_weak(&mut self, now: Instant) {
        while let Some(incoming) = self.weak.as_mut().and_then(|weak| weak.inward.pop(now)) {
            self.receive(&incoming, now);
        }
        let Some(weak) = &mut self.weak else { return };
        while let Some(transmit) = weak.outward.pop(now) {
            self.link.post(&transmit);
        }
        self.wake_for_weak();
    }

    fn wake_for_weak(&mut self) {
        let Some(weak) = &self.weak else { return };
        for next in [weak.inward.next_at(), weak.outward.next_at()].into_iter().flatten() {
            self.wakes_at = self.wakes_at.min(next);
        }
    }

    pub(super) fn play(&mut self, clip: Arc<Clip>, now: Instant) {
        if let Part::Publisher { playing, .. } = &mut self.part {
            *playing = Some(Playing { clip, from: None, round: 0, picture: 0, sound: 0 });
        }
        self.play_due(now);
        self.tell();
    }

    pub(super) fn send(&mut self, frame: &Frame, now: Instant) {
        self.write(frame, now);
        self.tell();
    }

    pub(super) fn request_keyframe(&mut self, now: Instant) {
        let Part::Viewer { video: Some(mid), .. } = self.part else { return };
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
        self.take_in(Input::Timeout(now), now);
    }

    pub(super) fn say_goodbye(&mut self, now: Instant) {
        if self.rtc.close().is_ok() {
            self.settle(now);
        }
    }

    pub(super) fn close(&mut self) {
        self.rtc.disconnect();
        self.seen.closed = true;
        self.tell();
    }

    fn tell(&mut self) {
        self.told.send_if_modified(|told| {
            let changed = *told != self.seen;
            if changed {
                told.clone_from(&self.seen);
            }
            changed
        });
    }

    fn take_in(&mut self, input: Input<'_>, now: Instant) {
        if self.rtc.handle_input(input).is_err() {
            self.seen.closed = true;
            self.rtc.disconnect();
        }
        self.settle(now);
    }

    /// Drains the session up to its next deadline.
    fn settle(&mut self, now: Instant) {
        for _ in 0..10_000 {
            match self.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => match &mut self.weak {
                    Some(weak) => {
                        let bytes = transmit.contents.len();
                        weak.outward.push(transmit, bytes, now);
                    }
                    None => self.link.post(&transmit),
                },
                Ok(Output::Event(event)) => self.note(event),
                Ok(Output::Timeout(at)) if at <= now && self.rtc.is_alive() => {
                    if self.rtc.handle_input(Input::Timeout(now)).is_err() {
                        break;
                    }
                }
                Ok(Output::Timeout(at)) => {
                    self.wakes_at = at.max(now + Duration::from_millis(1));
                    self.wake_for_weak();
                    return self.wake_for_playing();
                }
                Err(_) => break,
            }
        }
        self.seen.closed = true;
        self.rtc.disconnect();
        self.wakes_at = now + Duration::from_secs(3_600);
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Connected => self.seen.connected_after = Some(self.since.elapsed()),
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.seen.closed = true;
            }
            Event::KeyframeRequest(_) => self.seen.keyframe_requests += 1,
            Event::MediaData(data) => self.note_frame(&data),
            Event::RtpPacket(packet) => self.note_packet(&packet),
            _ => {}
        }
    }

    fn note_frame(&mut self, data: &MediaData) {
        self.seen.bytes += data.data.len() as u64;
        if data.params.spec().codec == Codec::Opus {
            self.seen.audio_packets += 1;
            return;
        }
        self.seen.video_packets += **data.seq_range.end() - **data.seq_range.start() + 1;
        self.seen.frames += 1;
        self.seen.keyframes += u64::from(data.is_keyframe());
        self.seen.gaps += u64::from(!data.contiguous);
        self.seen.video_time_ticks = data.time.numer();
        self.seen.first_frame_after.get_or_insert_with(|| self.since.elapsed());
        self.note_stamp(&data.data);
    }

    fn note_packet(&mut self, packet: &RtpPacket) {
        self.seen.bytes += packet.payload.len() as u64;
        let Part::Viewer { video, keyframe_time } = &mut self.part else { return };
        let pt = packet.header.payload_type;
        let params = self.rtc.codec_config().params().iter().find(|params| params.pt() == pt);
        let Some(codec) = params.map(|params| params.spec().codec) else { return };
        if codec == Codec::Opus || video.is_none() {
            self.seen.audio_packets += 1;
            return;
        }
        self.seen.video_packets += 1;
        self.seen.video_time_ticks = packet.time.numer();
        let time = packet.header.timestamp;
        if starts_keyframe(codec, &packet.payload) && *keyframe_time != Some(time) {
            *keyframe_time = Some(time);
            self.seen.keyframes += 1;
        }
        if packet.header.marker {
            self.seen.frames += 1;
            self.seen.first_frame_after.get_or_insert_with(|| self.since.elapsed());
        }
        self.note_stamp(&packet.payload);
    }

    fn note_stamp(&mut self, data: &[u8]) {
        let head = &data[..data.len().min(200)];
        let Some(at) = head.windows(STAMP_ID.len()).position(|bytes| bytes == STAMP_ID) else { return };
        let digits = data.get(at + STAMP_ID.len()..at + STAMP_ID.len() + STAMP_DIGITS);
        let sent = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(sent) = sent.and_then(|digits| u64::from_str_radix(digits, 16).ok()) else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.seen.note_delay(now.saturating_sub(Duration::from_nanos(sent)));
    }

    fn play_due(&mut self, now: Instant) {
        // At most a second of frames at once, should the thread have been held up.
        for _ in 0..200 {
            let Part::Publisher { playing: Some(playing), .. } = &mut self.part else { return };
            if self.seen.connected_after.is_none() {
                return;
            }
            let frame = playing.next();
            if *playing.from.get_or_insert(now) + frame.time > now {
                break;
            }
            playing.step(frame.kind);
            self.write(&frame, now);
        }
        self.wake_for_playing();
    }

    fn wake_for_playing(&mut self) {
        if let Part::Publisher { playing: Some(playing), .. } = &self.part
            && let Some(from) = playing.from
        {
            self.wakes_at = self.wakes_at.min(from + playing.next().time);
        }
    }

    fn write(&mut self, frame: &Frame, now: Instant) {
        let Part::Publisher { audio, video, stamp, .. } = &self.part else { return };
        if self.seen.connected_after.is_none() || self.seen.closed {
            return;
        }
        let (mid, hz) = match frame.kind {
            MediaKind::Audio => (*audio, Frequency::FORTY_EIGHT_KHZ),
            MediaKind::Video => (*video, Frequency::NINETY_KHZ),
        };
        let Some(writer) = mid.and_then(|mid| self.rtc.writer(mid)) else { return };
        let Some(params) = writer.payload_params().next().copied() else { return };
        let ticks = (frame.time.as_nanos() * u128::from(hz.get()) / 1_000_000_000) as u64;
        let time = MediaTime::new(ticks, hz);
        let is_stamped = *stamp && params.spec().codec == Codec::H264;
        let data = if is_stamped { stamped(&frame.data) } else { frame.data.clone() };
        if writer.write(params.pt(), now, time, data).is_ok() {
            self.seen.frames_sent += u64::from(frame.kind == MediaKind::Video);
        }
        self.take_in(Input::Timeout(now), now);
    }
}

/// Puts the time in front of an access unit, as user data that decoders skip (H.264 annex D, SEI type 5).
fn stamped(frame: &[u8]) -> Arc<[u8]> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let digits = format!("{:0STAMP_DIGITS$x}", now.as_nanos() as u64);
    let length = (STAMP_ID.len() + STAMP_DIGITS) as u8;
    let mut data = vec![0, 0, 0, 1, 0x06, 5, length];
    data.extend_from_slice(STAMP_ID);
    data.extend_from_slice(digits.as_bytes());
    data.push(0x80);
    data.extend_from_slice(frame);
    data.into()
}
