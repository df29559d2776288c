//! Owns one peer's session: its WebRTC state machine, what that says, and the wall around it, so that a bug one peer
//! trips ends that peer's session and no other.
//!
//! It does not know sockets or rooms; what it has to say leaves as transmits and news.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use str0m::media::{KeyframeRequestKind, MediaKind, Rid};
use str0m::net::{Protocol, Transmit};
use str0m::rtp::RtpPacket;
use str0m::{Event, IceConnectionState, Input, Output, Rtc, RtcError};

use crate::fault::GoneReason;
use crate::packet::Packet;
use crate::publisher::Publisher;
use crate::slab::Key;
use crate::viewer::Viewer;

/// Source addresses remembered per session; a peer changes networks now and then, an attacker all the time.
pub(crate) const ADDRESSES_MAX: usize = 8;
/// Source addresses a session may go through in its whole life.
pub(crate) const ADDRESSES_EVER_MAX: usize = 200;
/// Deadlines that are already due are answered at once, so often; the next turn takes the rest.
const SETTLE_ROUNDS_MAX: usize = 8;

/// One end of a route: how and where a peer sends from.
pub(crate) type Source = (Protocol, SocketAddr);

/// What a session does here.
pub(crate) enum Role {
    Publisher(Publisher),
    Viewer(Viewer),
}

/// What a session has to tell.
pub(crate) enum News {
    Connected,
    Packet(Box<RtpPacket>),
    KeyframeWanted,
    Nacks { received: u64, sent: u64 },
    Gone(GoneReason),
}

/// One peer.
pub(crate) struct Session {
    pub(crate) rtc: Box<Rtc>,
    pub(crate) role: Role,
    pub(crate) room: Key,
    pub(crate) resource: String,
    pub(crate) ufrag: String,
    pub(crate) since: Instant,
    pub(crate) connected: bool,
    pub(crate) heard_at: Instant,
    pub(crate) addresses: VecDeque<Source>,
    pub(crate) addresses_ever: usize,
    /// When the state machine wants to hear that time passed.
    pub(crate) wakes_at: Instant,
    /// The earliest timer that is set for it.
    pub(crate) timer_at: Option<Instant>,
    nacks_received: u64,
    nacks_sent: u64,
}

/// What is needed to begin a session.
pub(crate) struct Opening {
    pub(crate) rtc: Box<Rtc>,
    pub(crate) role: Role,
    pub(crate) room: Key,
    pub(crate) resource: String,
    pub(crate) ufrag: String,
}

impl Session {
    pub(crate) fn new(opening: Opening, now: Instant) -> Self {
        let Opening { rtc, role, room, resource, ufrag } = opening;
        Session {
            rtc,
            role,
            room,
            resource,
            ufrag,
            since: now,
            connected: false,
            heard_at: now,
            addresses: VecDeque::new(),
            addresses_ever: 0,
            wakes_at: now,
            timer_at: None,
            nacks_received: 0,
            nacks_sent: 0,
        }
    }

    /// Feeds one input and takes out everything it causes.
    pub(crate) fn take_in(
        &mut self,
        input: Input<'_>,
        now: Instant,
        out: &mut Vec<Transmit>,
        news: &mut Vec<News>,
    ) {
        self.walled(news, |session, news| {
            session.rtc.handle_input(input)?;
            session.settle(now, out, news)
        });
    }

    /// Writes packets to a viewer and takes out everything that causes.
    pub(crate) fn write(
        &mut self,
        packets: &[Packet],
        now: Instant,
        out: &mut Vec<Transmit>,
        news: &mut Vec<News>,
    ) {
        self.walled(news, |session, news| {
            let Role::Viewer(viewer) = &mut session.role else { return Ok(0) };
            let written = viewer.write(&mut session.rtc, packets);
            session.flush_writes(written, now, out, news)
        });
    }

    /// Sends the next piece of a newcomer's catch-up.
    pub(crate) fn catch_up(&mut self, now: Instant, out: &mut Vec<Transmit>, news: &mut Vec<News>) {
        self.walled(news, |session, news| {
            let Role::Viewer(viewer) = &mut session.role else { return Ok(0) };
            let written = viewer.catch_up(&mut session.rtc);
            session.flush_writes(written, now, out, news)
        });
    }

    fn flush_writes(
        &mut self,
        written: usize,
        now: Instant,
        out: &mut Vec<Transmit>,
        news: &mut Vec<News>,
    ) -> Result<usize, RtcError> {
        if written == 0 {
            return Ok(0);
        }
        // Writing only queues; the packets leave when time is told.
        self.rtc.handle_input(Input::Timeout(now))?;
        self.settle(now, out, news)
    }

    /// Asks a publisher for a keyframe of one layer. False if it has not sent that layer yet.
    pub(crate) fn request_keyframe(
        &mut self,
        rid: Option<Rid>,
        now: Instant,
        out: &mut Vec<Transmit>,
        news: &mut Vec<News>,
    ) -> bool {
        let asked = self.walled(news, |session, news| {
            let Role::Publisher(publisher) = &session.role else { return Ok(0) };
            let Some(mid) = publisher.mid(MediaKind::Video) else { return Ok(0) };
            let mut direct = session.rtc.direct_api();
            let Some(stream) = direct.stream_rx_by_mid(mid, rid) else { return Ok(0) };
            stream.request_keyframe(KeyframeRequestKind::Pli);
            session.rtc.handle_input(Input::Timeout(now))?;
            session.settle(now, out, news)?;
            Ok(1)
        });
        asked == 1
    }

    /// Says goodbye to the peer.
    pub(crate) fn farewell(&mut self, now: Instant, out: &mut Vec<Transmit>) {
        let mut unheard = Vec::new();
        self.walled(&mut unheard, |session, news| {
            session.rtc.close()?;
            session.settle(now, out, news)
        });
        self.rtc.disconnect();
    }

    /// Takes out everything that waits. Invariant of the state machine: after every change it is drained up to its
    /// next deadline before the next change.
    fn settle(
        &mut self,
        now: Instant,
        out: &mut Vec<Transmit>,
        news: &mut Vec<News>,
    ) -> Result<usize, RtcError> {
        let mut rounds = 0;
        loop {
            match self.rtc.poll_output()? {
                Output::Transmit(transmit) => out.push(transmit),
                Output::Event(event) => self.note(event, news),
                Output::Timeout(at) if at <= now && rounds < SETTLE_ROUNDS_MAX && self.rtc.is_alive() => {
                    rounds += 1;
                    self.rtc.handle_input(Input::Timeout(now))?;
                }
                Output::Timeout(at) => {
                    self.wakes_at = at.max(now + Duration::from_millis(1));
                    return Ok(0);
                }
            }
        }
    }

    fn note(&mut self, event: Event, news: &mut Vec<News>) {
        match event {
            Event::Connected => {
                self.connected = true;
                news.push(News::Connected);
            }
            Event::RtpPacket(packet) => news.push(News::Packet(Box::new(packet))),
            Event::KeyframeRequest(_) => news.push(News::KeyframeWanted),
            Event::Closed => news.push(News::Gone(GoneReason::Left)),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) if self.connected => {
                news.push(News::Gone(GoneReason::TimedOut));
            }
            Event::MediaEgressStats(stats) => {
                // The counts are per media line; only video has retransmission.
                let received = stats.nacks.saturating_sub(self.nacks_received);
                self.nacks_received += received;
                news.push(News::Nacks { received, sent: 0 });
            }
            Event::MediaIngressStats(stats) => {
                let sent = stats.nacks.saturating_sub(self.nacks_sent);
                self.nacks_sent += sent;
                news.push(News::Nacks { received: 0, sent });
            }
            _ => {}
        }
    }

    /// Runs a piece of the state machine. Whatever goes wrong inside becomes the news that this session is gone.
    fn walled(
        &mut self,
        news: &mut Vec<News>,
        work: impl FnOnce(&mut Self, &mut Vec<News>) -> Result<usize, RtcError>,
    ) -> usize {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self, news)));
        match outcome {
            Ok(Ok(count)) => count,
            Ok(Err(_)) | Err(_) => {
                // Its state can no longer be trusted, not even to say goodbye.
                self.rtc.disconnect();
                news.push(News::Gone(GoneReason::Failed));
                0
            }
        }
    }
}
