//! Owns the promises of the media plane, kept over real sockets on the loopback interface.
//!
//! It does not know the inside of the crate: what is tested is what the web edge can use.

mod support;

use std::net::UdpSocket;
use std::time::Duration;

use linger_media::peer::{Network, Peer, PeerFault, Picture, PublishOptions, WatchOptions};
use linger_media::{GoneReason, MediaConfig, MediaError, MediaEvent};
use support::{PATIENCE, Reel, Stage, connected, until};

#[tokio::test]
async fn a_viewer_gets_whole_frames_and_sound() {
    let mut stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let (viewer, answer) = stage.viewer("r").await;
    let seen = Reel::new()
        .play_until(&publisher, &viewer, |seen| seen.frames >= 30 && seen.audio_packets >= 30)
        .await;
    assert_eq!(seen.gaps, 0);
    assert!(seen.keyframes >= 1);
    assert!(stage.media.on_air("r"));
    let (room, resource) = ("r".to_owned(), answer.resource);
    let mut events = [stage.event().await, stage.event().await];
    events.sort_by_key(|event| matches!(event, MediaEvent::PublishStarted { .. }));
    let [connected, started] = events;
    assert_eq!(connected, MediaEvent::ViewerConnected { room: room.clone(), resource });
    assert_eq!(started, MediaEvent::PublishStarted { room });
}

#[tokio::test]
async fn a_viewer_who_came_first_gets_frames_once_the_publisher_is_there() {
    let stage = Stage::new();
    let (viewer, _) = stage.viewer("r").await;
    assert!(!stage.media.on_air("r"));
    let (publisher, _) = stage.publisher("r").await;
    let seen = Reel::new().play_until(&publisher, &viewer, |seen| seen.frames >= 10).await;
    assert_eq!(seen.gaps, 0);
}

#[tokio::test]
async fn vp8_and_h264_reach_a_viewer_who_offers_both_and_sound_one_who_lacks_the_picture() {
    let mut stage = Stage::new();
    let vp8 = PublishOptions { picture: Picture::Vp8, ..PublishOptions::default() };
    let (publisher, _) = stage.publisher_of("r", &vp8).await;
    let (both, _) = stage.viewer("r").await;
    let h264_alone = WatchOptions { pictures: vec![Picture::H264], ..WatchOptions::default() };
    let (lacking, answer) = stage.viewer_of("r", &h264_alone).await;
    let deaf_to_nothing = WatchOptions { pictures: vec![], ..WatchOptions::default() };
    let (listener, _) = stage.viewer_of("r", &deaf_to_nothing).await;
    let mut reel = VpReel(0);
    while both.seen().frames < 10 || lacking.seen().audio_packets < 10 || listener.seen().audio_packets < 10 {
        reel.send(&publisher);
        let before = both.seen();
        both.wait(Duration::from_millis(20), |seen| *seen != before).await;
    }
    assert_eq!((lacking.seen().frames, listener.seen().frames), (0, 0));
    let expected = MediaEvent::ViewerHasNoPicture { room: "r".into(), resource: answer.resource };
    while stage.event().await != expected {}
}

struct VpReel(u32);

impl VpReel {
    fn send(&mut self, publisher: &Peer) {
        use linger_media::peer::Frame;
        use str0m::media::MediaKind::{Audio, Video};
        let time = Duration::from_millis(33) * self.0;
        // The lowest bit of a VP8 frame's first byte is clear in keyframes.
        let data = vec![u8::from(!self.0.is_multiple_of(20)); 2_000].into();
        publisher.send(Frame { kind: Video, time, data }).expect("a crowd");
        publisher.send(Frame { kind: Audio, time, data: support::sound() }).expect("a crowd");
        self.0 += 1;
    }
}

#[tokio::test]
async fn viewers_carry_on_when_the_publisher_comes_back() {
    let mut stage = Stage::new();
    let (viewer, _) = stage.viewer("r").await;
    let (first, _) = stage.publisher("r").await;
    let before = Reel::new().play_until(&first, &viewer, |seen| seen.frames >= 30).await;
    let (second, _) = stage.publisher("r").await;
    let many = before.frames + 30;
    let after = Reel::new().play_until(&second, &viewer, |seen| seen.frames >= many).await;
    assert_eq!(after.gaps, 0, "sequence numbers go on without a hole");
    assert!(after.video_time_ticks > before.video_time_ticks, "time goes on");
    until(&first, "closed", |seen| seen.closed).await;
    assert!(stage.media.on_air("r"));
    let replaced = MediaEvent::PublishStopped { room: "r".into(), reason: GoneReason::Replaced };
    while stage.event().await != replaced {}
}

#[tokio::test]
async fn keyframe_requests_of_twenty_viewers_become_few() {
    let config = MediaConfig {
        keyframe_gap_min: Duration::from_secs(3_600),
        recent_video_bytes_max: 0,
        ..MediaConfig::loopback()
    };
    let stage = Stage::with(config);
    let (publisher, _) = stage.publisher("r").await;
    let mut viewers = Vec::new();
    for _ in 0..20 {
        viewers.push(stage.viewer("r").await.0);
    }
    let mut reel = Reel::new();
    for viewer in &viewers {
        reel.play_until(&publisher, viewer, |seen| seen.frames >= 2).await;
    }
    let wanted_before = stage.media.stats().keyframes_wanted;
    for viewer in &viewers {
        viewer.request_keyframe().expect("a crowd");
    }
    let last = &viewers[19];
    let wished = |_: &_| stage.media.stats().keyframes_wanted >= wanted_before + 20;
    reel.play_until(&publisher, last, wished).await;
    let stats = stage.media.stats();
    assert_eq!(stats.keyframes_requested, 1, "one request per gap, and the gap is an hour");
    assert!(stats.keyframes_coalesced >= 20);
    assert_eq!(until(&publisher, "asked", |seen| seen.keyframe_requests > 0).await.keyframe_requests, 1);
}

#[tokio::test]
async fn a_newcomer_is_shown_the_recent_video_without_waiting_for_a_keyframe() {
    let stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let (early, _) = stage.viewer("r").await;
    let mut reel = Reel::new();
    reel.play_until(&publisher, &early, |seen| seen.frames >= 5).await;
    let (late, _) = stage.viewer("r").await;
    // Nothing more is sent: what comes now was kept.
    let seen = until(&late, "shown a picture", |seen| seen.frames >= 4).await;
    assert_eq!((seen.keyframes, seen.gaps), (1, 0));
    assert_eq!(stage.media.stats().catch_ups, 1);
    let on = reel.play_until(&publisher, &late, |seen| seen.frames >= 15).await;
    assert_eq!((on.keyframes, on.gaps), (1, 0));
}

#[tokio::test]
async fn what_is_no_offer_is_refused() {
    let stage = Stage::new();
    for offer in ["", "hello", "v=0\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"] {
        for refusal in [stage.media.publish("r", offer).await, stage.media.watch("r", offer).await] {
            assert!(matches!(refusal, Err(MediaError::BadSdp { .. })), "{offer:?}: {refusal:?}");
        }
    }
    let viewer = Peer::watch(&stage.crowd, &WatchOptions::default()).expect("a viewer");
    let backwards = stage.media.publish("r", viewer.offer()).await;
    assert!(matches!(backwards, Err(MediaError::BadSdp { .. })), "a viewer's offer publishes nothing");
    let strange = viewer.offer().replace("opus", "mp4a-latm").replace("H264", "H999").replace("VP8", "VP7");
    assert_eq!(stage.media.watch("r", &strange).await, Err(MediaError::NoCodecInCommon));
    assert_eq!(stage.media.stats().rooms, 0);
}

#[tokio::test]
async fn a_damaged_offer_is_answered_or_refused_and_never_trips_the_negotiation() {
    let stage = Stage::with(MediaConfig { rooms_max: 1, ..MediaConfig::loopback() });
    let offer = Peer::watch(&stage.crowd, &WatchOptions::default()).expect("a viewer").offer().to_owned();
    let lines: Vec<&str> = offer.split_inclusive("\r\n").collect();
    let mut outcomes = [0, 0];
    for (index, line) in lines.iter().enumerate() {
        let around = |middle: &str| [&lines[..index], &[middle], &lines[index + 1..]].concat().concat();
        let cut = &line[..line.len() / 2];
        let numbers_gone = line.replace(|c: char| c.is_ascii_digit(), "9");
        for damaged in [around(""), around(&line.repeat(2)), around(cut), around(&numbers_gone)] {
            match stage.media.watch("r", &damaged).await {
                Ok(answer) => {
                    assert!(stage.media.close(&answer.resource).await);
                    outcomes[0] += 1;
                }
                Err(MediaError::BadSdp { why }) => {
                    assert_ne!(why, "it breaks the negotiation", "{damaged}");
                    outcomes[1] += 1;
                }
                Err(other) => assert_eq!(other, MediaError::NoCodecInCommon),
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 10), "{outcomes:?}");
}

#[tokio::test]
async fn limits_hold_and_a_place_that_is_given_up_is_free_again() {
    let config =
        MediaConfig { rooms_max: 2, viewers_max_per_room: 2, viewers_max: 3, ..MediaConfig::loopback() };
    let stage = Stage::with(config);
    let peer = Peer::watch(&stage.crowd, &WatchOptions::default()).expect("a viewer");
    let watch = |room: &'static str| stage.media.watch(room, peer.offer());
    let first = watch("a").await.expect("the first");
    watch("a").await.expect("the second");
    assert_eq!(watch("a").await, Err(MediaError::TooManyViewers));
    watch("b").await.expect("another room");
    assert_eq!(watch("b").await, Err(MediaError::TooManyViewers), "three viewers in all");
    assert_eq!(watch("c").await, Err(MediaError::TooManyRooms));
    assert!(stage.media.close(&first.resource).await);
    assert!(!stage.media.close(&first.resource).await, "closed once");
    watch("a").await.expect("the place that was given up");
    assert_ne!(first.resource, watch("b").await.map(|answer| answer.resource).unwrap_or_default());
}

#[tokio::test]
async fn a_closed_viewer_gets_nothing_more_and_the_others_do() {
    let mut stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let (closed, answer) = stage.viewer("r").await;
    let (other, _) = stage.viewer("r").await;
    let mut reel = Reel::new();
    reel.play_until(&publisher, &closed, |seen| seen.frames >= 5).await;
    assert!(stage.media.close(&answer.resource).await);
    let at_close = until(&closed, "told goodbye", |seen| seen.closed).await;
    let more = other.seen().frames + 10;
    reel.play_until(&publisher, &other, |seen| seen.frames >= more).await;
    assert_eq!(closed.seen().frames, at_close.frames);
    let gone =
        MediaEvent::ViewerGone { room: "r".into(), resource: answer.resource, reason: GoneReason::Closed };
    while stage.event().await != gone {}
}

#[tokio::test]
async fn a_publisher_that_says_goodbye_takes_its_room_off_the_air() {
    let mut stage = Stage::new();
    let (viewer, _) = stage.viewer("r").await;
    let (publisher, _) = stage.publisher("r").await;
    Reel::new().play_until(&publisher, &viewer, |seen| seen.frames >= 2).await;
    publisher.leave().expect("a crowd");
    let left = MediaEvent::PublishStopped { room: "r".into(), reason: GoneReason::Left };
    while stage.event().await != left {}
    assert!(!stage.media.on_air("r"));
}

#[tokio::test]
async fn a_viewer_who_loses_packets_gets_them_again() {
    let stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let network = Network { loss: 0.05, delay: Duration::from_millis(5), seed: 7, ..Network::default() };
    let weak = WatchOptions { network, ..WatchOptions::default() };
    let (viewer, _) = stage.viewer_of("r", &weak).await;
    let seen = Reel::new().play_until(&publisher, &viewer, |seen| seen.frames >= 120).await;
    // 120 frames are some 360 packets; without retransmission a dozen frames would be missing or broken.
    assert!(seen.gaps <= 2, "{seen:?}");
}

#[tokio::test]
async fn a_viewer_without_udp_watches_over_tcp() {
    let stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let over_tcp = WatchOptions { tcp: true, ..WatchOptions::default() };
    let (viewer, _) = stage.viewer_of("r", &over_tcp).await;
    let seen = Reel::new().play_until(&publisher, &viewer, |seen| seen.frames >= 30).await;
    assert_eq!(seen.gaps, 0);
}

#[tokio::test]
async fn without_the_tcp_fallback_no_tcp_is_offered() {
    let stage = Stage::with(MediaConfig { tcp_bind: None, ..MediaConfig::loopback() });
    assert_eq!(stage.media.advertised().tcp, []);
    let over_tcp = WatchOptions { tcp: true, ..WatchOptions::default() };
    let peer = Peer::watch(&stage.crowd, &over_tcp).expect("a viewer");
    let answer = stage.media.watch("r", peer.offer()).await.expect("an answer");
    assert!(matches!(peer.accept(&answer.sdp), Err(PeerFault::NoTcp)));
}

#[tokio::test]
async fn garbage_does_not_disturb() {
    let stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let (viewer, _) = stage.viewer("r").await;
    let target = stage.media.advertised().udp[0];
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let mut garbage = |length: usize| -> Vec<u8> {
        let mut next = || {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise as u8
        };
        (0..length).map(|_| next()).collect()
    };
    let mut reel = Reel::new();
    let mut sent = 0;
    while viewer.seen().frames < 30 {
        for length in [0, 1, 2, 19, 20, 100, 1_200, 3_000] {
            // The first byte decides what a datagram is taken for: STUN, DTLS, RTP, RTCP, nothing.
            for first in [0x00, 0x01, 0x16, 0x80, 0x81, 0xff] {
                let mut bytes = garbage(length);
                if let Some(head) = bytes.first_mut() {
                    *head = first;
                }
                stranger.send_to(&bytes, target).expect("loopback");
                sent += 1;
            }
        }
        reel.send(&publisher);
        let before = viewer.seen();
        viewer.wait(Duration::from_millis(20), |seen| *seen != before).await;
    }
    let seen = viewer.seen();
    assert_eq!((seen.gaps, seen.closed), (0, false));
    let refused = stage.media.stats().datagrams_refused;
    assert!(refused > 0 && refused <= sent, "{refused} of {sent}");
    assert_eq!(stage.media.stats().sessions_failed, 0);
}

#[tokio::test]
async fn a_peer_that_never_connects_is_dropped() {
    let mut stage = Stage::with(MediaConfig { connect_wait_max: Duration::ZERO, ..MediaConfig::loopback() });
    let peer = Peer::watch(&stage.crowd, &WatchOptions::default()).expect("a viewer");
    let answer = stage.media.watch("r", peer.offer()).await.expect("an answer");
    let expected = MediaEvent::ViewerGone {
        room: "r".into(),
        resource: answer.resource,
        reason: GoneReason::NeverConnected,
    };
    assert_eq!(stage.event().await, expected);
    assert_eq!(stage.media.stats().viewers, 0);
}

#[tokio::test]
async fn a_peer_that_falls_silent_is_given_up() {
    let config = MediaConfig { silence_max: Duration::from_millis(200), ..MediaConfig::loopback() };
    let mut stage = Stage::with(config);
    let (viewer, answer) = stage.viewer("r").await;
    drop(viewer);
    let expected =
        MediaEvent::ViewerGone { room: "r".into(), resource: answer.resource, reason: GoneReason::TimedOut };
    while stage.event().await != expected {}
}

#[tokio::test]
async fn stopping_says_goodbye_to_everybody() {
    let stage = Stage::new();
    let (publisher, _) = stage.publisher("r").await;
    let (viewer, _) = stage.viewer("r").await;
    connected(&viewer).await;
    stage.media.stop().await;
    until(&publisher, "closed", |seen| seen.closed).await;
    until(&viewer, "closed", |seen| seen.closed).await;
    assert_eq!(stage.media.watch("r", viewer.offer()).await, Err(MediaError::Stopped));
    tokio::time::timeout(PATIENCE, stage.media.stop()).await.expect("stopping twice is no harm");
}

#[tokio::test]
async fn an_answer_keeps_picture_and_sound_in_one_stream() {
    let stage = Stage::new();
    let peer = Peer::watch(&stage.crowd, &WatchOptions::default()).expect("a viewer");
    let answer = stage.media.watch("r", peer.offer()).await.expect("an answer");
    let streams: Vec<&str> =
        answer.sdp.lines().filter_map(|line| line.strip_prefix("a=msid:")?.split(' ').next()).collect();
    assert_eq!(streams, ["linger", "linger"]);
    assert_eq!(answer.resource.len(), 32);
}
