//! Owns the stage the tests play on: a media plane on loopback ports, a crowd of peers, and frames to send.
//!
//! It does not know what is tested. Nothing here sleeps; everything waits for something to happen, with a deadline.

use std::sync::Arc;
use std::time::Duration;

use linger_media::peer::{Crowd, Frame, Peer, PublishOptions, Seen, WatchOptions};
use linger_media::{Answer, Media, MediaConfig, MediaEvent, MediaEvents};
use str0m::media::MediaKind;

/// Far longer than anything here takes; only a failure waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// One frame in twenty is a keyframe.
pub const KEYFRAME_EVERY: u32 = 20;
const FRAME_STEP: Duration = Duration::from_millis(33);

pub struct Stage {
    pub media: Media,
    pub events: MediaEvents,
    pub crowd: Crowd,
}

impl Stage {
    pub fn new() -> Self {
        Stage::with(MediaConfig::loopback())
    }

    pub fn with(config: MediaConfig) -> Self {
        let (media, events) = Media::start(config).expect("loopback ports");
        Stage { media, events, crowd: Crowd::start().expect("a thread") }
    }

    pub async fn publisher(&self, room: &str) -> (Peer, Answer) {
        self.publisher_of(room, &PublishOptions::default()).await
    }

    pub async fn publisher_of(&self, room: &str, options: &PublishOptions) -> (Peer, Answer) {
        let peer = Peer::publish(&self.crowd, options).expect("a publisher");
        let answer = self.media.publish(room, peer.offer()).await.expect("an answer");
        peer.accept(&answer.sdp).expect("an answer that fits");
        connected(&peer).await;
        (peer, answer)
    }

    pub async fn viewer(&self, room: &str) -> (Peer, Answer) {
        self.viewer_of(room, &WatchOptions::default()).await
    }

    pub async fn viewer_of(&self, room: &str, options: &WatchOptions) -> (Peer, Answer) {
        let peer = Peer::watch(&self.crowd, options).expect("a viewer");
        let answer = self.media.watch(room, peer.offer()).await.expect("an answer");
        peer.accept(&answer.sdp).expect("an answer that fits");
        connected(&peer).await;
        (peer, answer)
    }

    pub async fn event(&mut self) -> MediaEvent {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an event in time").expect("an event")
    }
}

pub async fn connected(peer: &Peer) -> Seen {
    until(peer, "connected", |seen| seen.connected_after.is_some()).await
}

pub async fn until(peer: &Peer, what: &str, is_so: impl FnMut(&Seen) -> bool) -> Seen {
    let found = peer.wait(PATIENCE, is_so).await;
    found.unwrap_or_else(|| panic!("not {what}: {:?}", peer.seen()))
}

/// Sends frames one by one, each as soon as `peer` has seen the one before or something else changed there, until
/// `is_so`. The publisher's clock is its frame count, so nothing depends on how fast the machine is.
pub struct Reel {
    next: u32,
}

impl Reel {
    pub fn new() -> Self {
        Reel { next: 0 }
    }

    pub fn send(&mut self, publisher: &Peer) {
        let time = FRAME_STEP * self.next;
        let picture = picture(self.next.is_multiple_of(KEYFRAME_EVERY), 3_000);
        publisher.send(Frame { kind: MediaKind::Video, time, data: picture }).expect("a crowd");
        publisher.send(Frame { kind: MediaKind::Audio, time, data: sound() }).expect("a crowd");
        self.next += 1;
    }

    pub async fn play_until(&mut self, publisher: &Peer, peer: &Peer, is_so: impl Fn(&Seen) -> bool) -> Seen {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let before = peer.seen();
            if is_so(&before) {
                return before;
            }
            assert!(tokio::time::Instant::now() < deadline, "never so: {before:?}");
            self.send(publisher);
            // A frame in flight, or a fiftieth of a second, whichever ends first: the pace of a camera.
            peer.wait(Duration::from_millis(20), |seen| *seen != before).await;
        }
    }
}

/// An H.264 access unit that is well formed as far as packets go.
pub fn picture(is_keyframe: bool, bytes: usize) -> Arc<[u8]> {
    let mut data = Vec::new();
    if is_keyframe {
        data.extend([0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0x95, 0xa8]);
        data.extend([0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80]);
    }
    data.extend([0, 0, 0, 1, if is_keyframe { 0x65 } else { 0x41 }, 0x80]);
    data.resize(data.len() + bytes, 0x55);
    data.into()
}

/// An Opus packet of 20 ms.
pub fn sound() -> Arc<[u8]> {
    Arc::new([0x78; 80])
}
