//! A WebSocket client as small and fast as a load generator needs: one connection, one read buffer for all connections
//! of a thread, frames read where they lie.
//!
//! It does not know what the frames say. It masks with zeros, which the standard allows a test tool, not a browser.

use crate::fault::Fault;
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

const READ_BYTES: usize = 64 * 1024;
/// A frame larger than this is not one of ours.
const FRAME_BYTES_MAX: usize = 16 << 20;
const OPEN_MAX: Duration = Duration::from_secs(30);

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Part of a text or of bytes.
    Data,
    Ping,
    Pong,
    Close,
}

/// Whether a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Open,
    Closed,
}

#[derive(Debug)]
pub(super) struct RawSocket {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come.
    pending: Vec<u8>,
}

impl RawSocket {
    /// Opens a WebSocket.
    pub(super) async fn open(authority: &str, path: &str, headers: &str) -> Result<RawSocket, Fault> {
        let doing = "opening a socket";
        let opening = RawSocket::open_now(authority, path, headers);
        timeout(OPEN_MAX, opening)
            .await
            .map_err(|_| Fault::Silent { doing, within_ms: OPEN_MAX.as_millis() as u64 })?
    }

    async fn open_now(authority: &str, path: &str, headers: &str) -> Result<RawSocket, Fault> {
        let doing = "opening a socket";
        let broke = |source| Fault::Unreachable { doing, source };
        let mut stream = TcpStream::connect(authority).await.map_err(broke)?;
        stream.set_nodelay(true).map_err(broke)?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.map_err(broke)?;
        let mut head = Vec::with_capacity(512);
        let end = loop {
            if let Some(at) = memchr::memmem::find(&head, b"\r\n\r\n") {
                break at + 4;
            }
            if head.len() > 16 * 1024 || stream.read_buf(&mut head).await.map_err(broke)? == 0 {
                return Err(Fault::strange(doing, "no end of the answer's head"));
            }
        };
        if !head.starts_with(b"HTTP/1.1 101") {
            let status =
                std::str::from_utf8(&head).ok().and_then(|head| head.get(9..12)?.parse().ok()).unwrap_or(0);
            return Err(Fault::Refused { doing, status, code: String::new(), retry_ms: None });
        }
        head.drain(..end);
        head.shrink_to_fit();
        Ok(RawSocket { stream, pending: head })
    }

    /// Sends one text.
    pub(super) async fn send_text(&mut self, text: &str) -> Result<(), Fault> {
        self.send(0x81, text.as_bytes()).await
    }

    /// Sends one message of bytes.
    pub(super) async fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.send(0x82, bytes).await
    }

    /// Answers a ping.
    pub(super) async fn pong(&mut self) -> Result<(), Fault> {
        self.send(0x8a, b"").await
    }

    async fn send(&mut self, first: u8, payload: &[u8]) -> Result<(), Fault> {
        let mut frame = Vec::with_capacity(payload.len() + 14);
        frame.push(first);
        match payload.len() {
            n @ 0..126 => frame.push(0x80 | n as u8),
            n @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend((n as u16).to_be_bytes());
            }
            n => {
                frame.push(0x80 | 127);
                frame.extend((n as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await.map_err(|source| Fault::Unreachable { doing: "sending", source })
    }

    /// Waits until something came and calls `each` with every whole frame of it. Safe to be dropped while it waits:
    /// what was read was also handed on.
    pub(super) async fn read(&mut self, mut each: impl FnMut(Kind, &[u8])) -> Result<Flow, Fault> {
        let RawSocket { stream, pending } = self;
        if whole(pending) {
            take(pending, &[], &mut each)?;
            return Ok(Flow::Open);
        }
        poll_fn(|context| {
            BUFFER.with_borrow_mut(|buffer| {
                let mut buffer = ReadBuf::new(buffer);
                let read = ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer));
                Poll::Ready(match read {
                    Ok(()) if buffer.filled().is_empty() => Ok(Flow::Closed),
                    Ok(()) => take(pending, buffer.filled(), &mut each).map(|()| Flow::Open),
                    Err(source) => Err(Fault::Unreachable { doing: "reading", source }),
                })
            })
        })
        .await
    }
}

/// Hands on every whole frame of what is pending and of what came, and keeps the rest.
fn take(pending: &mut Vec<u8>, bytes: &[u8], each: &mut impl FnMut(Kind, &[u8])) -> Result<(), Fault> {
    if pending.is_empty() {
        let used = frames(bytes, each)?;
        pending.extend_from_slice(&bytes[used..]);
        return Ok(());
    }
    pending.extend_from_slice(bytes);
    let used = frames(pending, each)?;
    if used == pending.len() {
        // Given back: most connections have no half frame most of the time, and there are many.
        *pending = Vec::new();
    } else {
        pending.drain(..used);
    }
    Ok(())
}

/// Calls `each` with every whole frame at the beginning of `bytes`; gives how many bytes they take.
fn frames(bytes: &[u8], each: &mut impl FnMut(Kind, &[u8])) -> Result<usize, Fault> {
    let mut at = 0;
    while let Some((kind, from, to)) = frame(&bytes[at..])? {
        each(kind, &bytes[at + from..at + to]);
        at += to;
    }
    Ok(at)
}

fn whole(bytes: &[u8]) -> bool {
    matches!(frame(bytes), Ok(Some(_)) | Err(_))
}

/// The first frame: its kind and where its payload begins and ends; `None` when it is not whole.
fn frame(bytes: &[u8]) -> Result<Option<(Kind, usize, usize)>, Fault> {
    let doing = "reading a frame";
    let [first, second, ..] = bytes else { return Ok(None) };
    if second & 0x80 != 0 {
        return Err(Fault::strange(doing, "a masked frame from a server"));
    }
    let (from, length) = match second & 0x7f {
        126 => match bytes.get(2..4) {
            Some(two) => (4, usize::from(u16::from_be_bytes([two[0], two[1]]))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(eight) => (10, eight.iter().fold(0usize, |n, byte| n << 8 | usize::from(*byte))),
            None => return Ok(None),
        },
        n => (2, usize::from(n)),
    };
    if length > FRAME_BYTES_MAX {
        return Err(Fault::strange(doing, format!("a frame of {length} bytes")));
    }
    if bytes.len() < from + length {
        return Ok(None);
    }
    let kind = match first & 0x0f {
        0..=2 => Kind::Data,
        8 => Kind::Close,
        9 => Kind::Ping,
        10 => Kind::Pong,
        other => return Err(Fault::strange(doing, format!("a frame of kind {other}"))),
    };
    Ok(Some((kind, from, from + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match payload.len() {
            n @ 0..126 => bytes.push(n as u8),
            n @ 126..65_536 => {
                bytes.push(126);
                bytes.extend((n as u16).to_be_bytes());
            }
            n => {
                bytes.push(127);
                bytes.extend((n as u64).to_be_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn frames_of_every_length_are_read_whole_however_they_are_cut() {
        let payloads: Vec<Vec<u8>> = [0, 1, 125, 126, 65_535, 65_536].map(|n| vec![7u8; n]).into();
        let stream: Vec<u8> = payloads.iter().flat_map(|payload| encoded(payload)).collect();
        for cut in [1, 2, 3, 5, 127, 4_096, 70_000, stream.len()] {
            let (mut pending, mut seen) = (Vec::new(), Vec::new());
            for piece in stream.chunks(cut) {
                pending.extend_from_slice(piece);
                let used = frames(&pending, &mut |kind, payload: &[u8]| {
                    assert_eq!(kind, Kind::Data);
                    seen.push(payload.to_vec());
                })
                .unwrap();
                pending.drain(..used);
            }
            assert_eq!((seen == payloads, pending.len()), (true, 0), "cut every {cut}");
        }
    }

    #[test]
    fn what_no_server_may_send_is_a_fault() {
        for bytes in
            [vec![0x81, 0x81, 0, 0, 0, 0, 0], vec![0x83, 0], vec![0x82, 127, 255, 0, 0, 0, 0, 0, 0, 0]]
        {
            assert!(frames(&bytes, &mut |_, _: &[u8]| ()).is_err(), "{bytes:?}");
        }
    }
}
