//! How one receiver's socket speaks: to Linger, and to the peers it is compared with.
//!
//! It does not know sockets or time; frames go in, replies and what was received come out.

use super::raw::Kind;
use super::stamp;
use crate::wire::{Skim, Tell, Told};
use memchr::memmem::Finder;
use serde::Deserialize;
use std::sync::LazyLock;

/// A server that fans out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeerKind {
    /// NATS over WebSocket: one subject.
    Nats,
    /// nchan in nginx: `/sub` and `/pub`.
    Nchan,
    /// Socket.IO: one room, event `danmu`.
    SocketIo,
}

impl PeerKind {
    /// Reads `nats`, `nchan` or `socket-io`.
    pub fn parse(word: &str) -> Option<PeerKind> {
        match word {
            "nats" => Some(PeerKind::Nats),
            "nchan" => Some(PeerKind::Nchan),
            "socket-io" => Some(PeerKind::SocketIo),
            _ => None,
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            PeerKind::Nats => "/",
            PeerKind::Nchan => "/sub/room",
            PeerKind::SocketIo => "/socket.io/?EIO=4&transport=websocket",
        }
    }
}

/// Something to be sent back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    Text(String),
    Bytes(Vec<u8>),
    Pong,
}

/// What a receiver found out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Got {
    /// It is in the room from now on.
    Ready,
    /// It is in the room anew: what it missed is not coming.
    Anew {
        last: u64,
    },
    /// A message: its number, in the order in which they must come.
    Number(u64),
    /// The message that its sender numbered so came so many µs after it was sent.
    Sent {
        number: u32,
        us: u64,
    },
    /// A frame of the room.
    Frame,
    /// One of its own was accepted under this number.
    Accepted(u64),
    Refused,
    /// The two ways of reading a frame disagree.
    Misread,
    /// The server ends the connection; come back after ms, if at all.
    Bye(Option<u64>),
}

static COMMENT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""k":"comment","id":"#));
static POSITION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""position":""#));

/// Every so manieth frame is read twice: in haste, and as JSON.
const CHECK_EVERY: u64 = 64;

/// A receiver of Linger's own socket.
#[derive(Debug)]
pub(super) struct Linger {
    token: String,
    position: Option<String>,
    frames: u64,
}

impl Linger {
    pub(super) fn new(token: String) -> Linger {
        Linger { token, position: None, frames: 0 }
    }

    pub(super) fn hello(&self) -> Reply {
        let (token, from) = (Some(self.token.clone()), self.position.clone());
        Reply::Text(Tell::Hello { token, from, quiet: false }.to_text())
    }

    fn take(&mut self, payload: &[u8], now_us: u64, got: &mut impl FnMut(Got)) {
        self.frames += 1;
        if payload.starts_with(br#"{"t":"events""#) {
            self.take_events(payload, now_us, got);
            return;
        }
        let Ok(text) = std::str::from_utf8(payload) else { return got(Got::Misread) };
        match serde_json::from_str(text) {
            Ok(Told::Welcome { position, recovered, view, .. }) => {
                self.position = Some(position);
                let last = view.and_then(|view| view.comments.last().map(|comment| comment.id)).unwrap_or(0);
                got(if recovered { Got::Ready } else { Got::Anew { last } });
            }
            Ok(Told::Events { .. }) => self.take_events(payload, now_us, got),
            Ok(Told::Answer { done, refusal, .. }) => match (done.and_then(|done| done.comment), refusal) {
                (Some(comment), _) => got(Got::Accepted(comment)),
                (None, Some(_)) => got(Got::Refused),
                (None, None) => {}
            },
            Ok(Told::Fault { .. }) => got(Got::Refused),
            Ok(Told::Bye { retry_ms, .. }) => got(Got::Bye(retry_ms)),
            Ok(_) => {}
            Err(_) => got(Got::Misread),
        }
    }

    fn take_events(&mut self, payload: &[u8], now_us: u64, got: &mut impl FnMut(Got)) {
        let mut seen = 0;
        for at in COMMENT.find_iter(payload) {
            let digits =
                payload[at + COMMENT.needle().len()..].iter().take_while(|byte| byte.is_ascii_digit());
            got(Got::Number(digits.fold(0, |n, digit| n * 10 + u64::from(digit - b'0'))));
            seen += 1;
        }
        stamp::marks(payload, |number, at_us| got(Got::Sent { number, us: now_us.saturating_sub(at_us) }));
        got(Got::Frame);
        if let Some(at) = POSITION.find(payload) {
            let rest = &payload[at + POSITION.needle().len()..];
            let text = rest.iter().take_while(|byte| **byte != b'"').copied().collect();
            // The old text's memory is not worth keeping: a position is about ten bytes.
            self.position = String::from_utf8(text).ok();
        }
        if self.frames % CHECK_EVERY == 1 {
            let skim: Result<Skim<'_>, _> = serde_json::from_slice(payload);
            let comments = skim.map(|skim| {
                let is = skim.events.iter().filter(|event| event.k == "comment").count();
                (is, skim.position.map(std::borrow::Cow::into_owned))
            });
            if comments.ok() != Some((seen, self.position.clone())) {
                got(Got::Misread);
            }
        }
    }
}

/// A receiver.
#[derive(Debug)]
pub(super) enum Dialect {
    Linger(Linger),
    Peer {
        kind: PeerKind,
        /// The beginning of a mark whose end has not come: NATS cuts where it likes.
        carry: Vec<u8>,
    },
}

impl Dialect {
    pub(super) fn peer(kind: PeerKind) -> Dialect {
        Dialect::Peer { kind, carry: Vec::new() }
    }

    /// What is said first, and whether one is in the room by that alone.
    pub(super) fn opening(&self) -> (Vec<Reply>, bool) {
        match self {
            Dialect::Linger(linger) => (vec![linger.hello()], false),
            Dialect::Peer { kind: PeerKind::Nats, .. } => {
                let connect =
                    "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true}\r\nSUB room 1\r\nPING\r\n";
                (vec![Reply::Bytes(connect.into())], false)
            }
            Dialect::Peer { kind: PeerKind::Nchan, .. } => (vec![], true),
            Dialect::Peer { kind: PeerKind::SocketIo, .. } => (vec![], false),
        }
    }

    /// Takes in one frame.
    pub(super) fn take(
        &mut self,
        kind: Kind,
        payload: &[u8],
        replies: &mut Vec<Reply>,
        got: &mut impl FnMut(Got),
    ) {
        match (kind, &mut *self) {
            (Kind::Ping, _) => replies.push(Reply::Pong),
            (Kind::Pong, _) => {}
            (Kind::Close, _) => got(Got::Bye(None)),
            (Kind::Data, Dialect::Linger(linger)) => linger.take(payload, stamp::now_us(), got),
            (Kind::Data, Dialect::Peer { kind, carry }) => take_peer(*kind, carry, payload, replies, got),
        }
    }
}

fn take_peer(
    kind: PeerKind,
    carry: &mut Vec<u8>,
    payload: &[u8],
    replies: &mut Vec<Reply>,
    got: &mut impl FnMut(Got),
) {
    match kind {
        PeerKind::SocketIo if payload == b"2" => return replies.push(Reply::Text("3".into())),
        PeerKind::SocketIo if payload.starts_with(b"0") => return replies.push(Reply::Text("40".into())),
        PeerKind::SocketIo if payload.starts_with(b"40") => return got(Got::Ready),
        PeerKind::Nats if payload.ends_with(b"PONG\r\n") => got(Got::Ready),
        PeerKind::Nats if payload.ends_with(b"PING\r\n") => replies.push(Reply::Bytes(b"PONG\r\n".into())),
        _ => {}
    }
    let now_us = stamp::now_us();
    let mut each = |number, at_us| {
        got(Got::Number(u64::from(number)));
        got(Got::Sent { number, us: now_us.saturating_sub(at_us) });
    };
    if !carry.is_empty() {
        // As much as completes a mark that was cut; what lies beyond is read where it lies.
        let missing = payload.len().min(stamp::LENGTH - carry.len().min(stamp::LENGTH - 1));
        carry.extend_from_slice(&payload[..missing]);
        if carry.len() < stamp::LENGTH {
            return;
        }
        stamp::marks(carry, &mut each);
        carry.clear();
    }
    let cut = stamp::marks(payload, &mut each);
    if kind == PeerKind::Nats && cut > 0 {
        carry.extend_from_slice(&payload[payload.len() - cut..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(dialect: &mut Dialect, payload: &[u8]) -> (Vec<Got>, Vec<Reply>) {
        let (mut got, mut replies) = (Vec::new(), Vec::new());
        dialect.take(Kind::Data, payload, &mut replies, &mut |it| got.push(it));
        (got, replies)
    }

    #[test]
    fn comments_are_counted_by_their_numbers() {
        let mut dialect = Dialect::Linger(Linger::new("t".into()));
        let mark = stamp::mark(1, stamp::now_us());
        let text = format!(
            r#"{{"t":"events","position":"7:9","at":1,"events":[{{"k":"comment","id":41,"text":"a {mark}"}},{{"k":"likes","n":1}},{{"k":"comment","id":42,"text":"\"k\":\"comment\",\"id\":9"}}]}}"#
        );
        let (got, _) = taken(&mut dialect, text.as_bytes());
        assert_eq!(&got[..2], [Got::Number(41), Got::Number(42)]);
        assert!(matches!(got[2], Got::Sent { number: 1, us } if us < 1_000_000));
        assert_eq!(got[3..], [Got::Frame]);
        let Dialect::Linger(linger) = &dialect else { panic!() };
        assert_eq!(linger.position.as_deref(), Some("7:9"));
        assert!(matches!(linger.hello(), Reply::Text(text) if text.contains(r#""from":"7:9""#)));
    }

    #[test]
    fn another_order_of_fields_is_noticed_not_miscounted() {
        let mut dialect = Dialect::Linger(Linger::new("t".into()));
        let text = br#"{"t":"events","position":"7:9","events":[{"id":41,"k":"comment","text":"a"}]}"#;
        assert_eq!(taken(&mut dialect, text).0, [Got::Frame, Got::Misread]);
    }

    #[test]
    fn welcome_answers_and_farewell_are_understood() {
        let mut dialect = Dialect::Linger(Linger::new("t".into()));
        let welcome = br#"{"t":"welcome","person":"a","name":"n","role":"viewer","position":"7:1","recovered":true,"view":null,"server_time":1,"heartbeat_s":25}"#;
        assert_eq!(taken(&mut dialect, welcome).0, [Got::Ready]);
        let answer = br#"{"t":"answer","id":1,"done":{"position":"7:2","comment":5}}"#;
        assert_eq!(taken(&mut dialect, answer).0, [Got::Accepted(5)]);
        assert_eq!(taken(&mut dialect, br#"{"t":"answer","id":1,"refusal":"muted"}"#).0, [Got::Refused]);
        assert_eq!(
            taken(&mut dialect, br#"{"t":"bye","code":"slow","retry_ms":500}"#).0,
            [Got::Bye(Some(500))]
        );
    }

    #[test]
    fn nats_may_cut_a_mark_anywhere() {
        let whole = format!(
            "MSG room 1 30\r\nhi {}\r\nMSG room 1 30\r\n{}\r\n",
            stamp::mark(1, 5),
            stamp::mark(2, 6)
        );
        for cut in 1..whole.len() {
            let mut dialect = Dialect::peer(PeerKind::Nats);
            let mut numbers = Vec::new();
            for part in [&whole.as_bytes()[..cut], &whole.as_bytes()[cut..]] {
                numbers.extend(
                    taken(&mut dialect, part).0.into_iter().filter(|got| matches!(got, Got::Number(_))),
                );
            }
            assert_eq!(numbers, [Got::Number(1), Got::Number(2)], "cut at {cut}");
        }
    }

    #[test]
    fn socket_io_is_greeted_and_kept_alive() {
        let mut dialect = Dialect::peer(PeerKind::SocketIo);
        assert_eq!(taken(&mut dialect, br#"0{"sid":"x"}"#).1, [Reply::Text("40".into())]);
        assert_eq!(taken(&mut dialect, br#"40{"sid":"y"}"#).0, [Got::Ready]);
        assert_eq!(taken(&mut dialect, b"2").1, [Reply::Text("3".into())]);
        let message = format!(r#"42["danmu","a {}"]"#, stamp::mark(3, 4));
        assert_eq!(taken(&mut dialect, message.as_bytes()).0[0], Got::Number(3));
    }
}
