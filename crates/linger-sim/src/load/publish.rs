//! Where the messages of a fan-out come from: texts of 40 to 200 bytes in two languages, at a steady rate whether or not
//! the server keeps up.
//!
//! It does not know who receives them.

use super::dialect::PeerKind;
use super::fanout::Counts;
use super::http::Http;
use super::raw::{Flow, RawSocket};
use super::stamp;
use crate::crowd::danmu;
use crate::dice::Dice;
use crate::fault::Fault;
use crate::wire::{Act, Tell};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// A text with a mark.
fn marked(dice: &mut Dice, number: u32) -> String {
    let bytes = 40 + dice.below(161) - stamp::LENGTH;
    format!("{}{}", danmu(dice, bytes), stamp::mark(number, stamp::now_us()))
}

/// One viewer's share of the messages, over their own socket.
#[derive(Debug)]
pub(super) struct Speech {
    dice: Dice,
    gap: Duration,
    offset: Duration,
    next_at: Option<Instant>,
    due_at: Instant,
    asks: u32,
}

/// How often a sender looks whether it has begun.
const LOOK: Duration = Duration::from_millis(50);

impl Speech {
    /// The `place`th of `senders`, who each say something every `gap`, evenly spread.
    pub(super) fn new(seed: u64, place: usize, senders: usize, gap: Duration) -> Speech {
        let offset = gap.mul_f64(place as f64 / senders.max(1) as f64);
        let dice = Dice::new(seed ^ (place as u64).rotate_left(24));
        Speech { dice, gap, offset, next_at: None, due_at: Instant::now() + LOOK, asks: 0 }
    }

    /// When to look here again.
    pub(super) fn due(&self) -> Instant {
        self.due_at
    }

    /// The next message, if it is time for one.
    pub(super) fn next(&mut self, counts: &Counts) -> Option<String> {
        let now = Instant::now();
        if !counts.sending.load(Ordering::Relaxed) {
            self.due_at = now + LOOK;
            return None;
        }
        let next_at = *self.next_at.get_or_insert(now + self.offset);
        if next_at > now {
            self.due_at = next_at;
            return None;
        }
        self.next_at = Some(next_at + self.gap);
        self.due_at = next_at + self.gap;
        self.asks += 1;
        counts.sent.fetch_add(1, Ordering::Relaxed);
        let text = marked(&mut self.dice, self.asks);
        Some(Tell::Ask { id: self.asks, act: Act::Say { text, answers: None } }.to_text())
    }
}

/// The one connection that publishes everything to a peer.
pub(super) enum Publisher {
    Socket(PeerKind, RawSocket),
    Http(Http),
}

impl Publisher {
    pub(super) async fn open(kind: PeerKind, authority: &str) -> Result<Publisher, Fault> {
        match kind {
            PeerKind::Nchan => Ok(Publisher::Http(Http::open(authority).await?)),
            PeerKind::Nats => {
                let mut socket = RawSocket::open(authority, kind.path(), "").await?;
                socket
                    .send_bytes(b"CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\n")
                    .await?;
                Ok(Publisher::Socket(kind, socket))
            }
            PeerKind::SocketIo => {
                let mut socket = RawSocket::open(authority, kind.path(), "").await?;
                socket.send_text("40").await?;
                Ok(Publisher::Socket(kind, socket))
            }
        }
    }

    /// Publishes for so many seconds.
    pub(super) async fn run(mut self, counts: Arc<Counts>, danmu_per_s: f64, seconds: f64, seed: u64) {
        let mut dice = Dice::of(seed, "publisher");
        let began = Instant::now();
        let end = began + Duration::from_secs_f64(seconds);
        let mut ticks = interval(Duration::from_millis(4));
        let mut number = 0u32;
        while Instant::now() < end {
            self.drain(ticks.tick()).await;
            let due = (began.elapsed().as_secs_f64() * danmu_per_s) as u32;
            while number < due {
                number += 1;
                let text = marked(&mut dice, number);
                if self.publish(&text).await.is_err() {
                    return;
                }
                counts.sent.fetch_add(1, Ordering::Relaxed);
            }
        }
        // A publisher that leaves at once may take its last messages with it; nobody waits for it, though.
        tokio::spawn(async move { self.drain(sleep_until(end + Duration::from_secs(2))).await });
    }

    /// Reads and drops what the server says, so that it never waits for this connection.
    async fn drain<T>(&mut self, until: impl Future<Output = T>) {
        let Publisher::Socket(kind, socket) = self else {
            until.await;
            return;
        };
        tokio::pin!(until);
        loop {
            let (mut nats_ping, mut io_ping, mut ping) = (false, false, false);
            tokio::select! {
                _ = &mut until => return,
                flow = socket.read(|of, payload| {
                    ping |= of == super::raw::Kind::Ping;
                    nats_ping |= payload.ends_with(b"PING\r\n");
                    io_ping |= payload == b"2";
                }) => if !matches!(flow, Ok(Flow::Open)) {
                    until.await;
                    return;
                },
            }
            let answered = match (ping, *kind) {
                (true, _) => socket.pong().await,
                (_, PeerKind::Nats) if nats_ping => socket.send_bytes(b"PONG\r\n").await,
                (_, PeerKind::SocketIo) if io_ping => socket.send_text("3").await,
                _ => Ok(()),
            };
            if answered.is_err() {
                until.await;
                return;
            }
        }
    }

    async fn publish(&mut self, text: &str) -> Result<(), Fault> {
        match self {
            Publisher::Socket(PeerKind::SocketIo, socket) => {
                let message = serde_json::json!(["danmu", text]);
                socket.send_text(&format!("42{message}")).await
            }
            Publisher::Socket(_, socket) => {
                socket.send_bytes(format!("PUB room {}\r\n{text}\r\n", text.len()).as_bytes()).await
            }
            Publisher::Http(http) => {
                http.send("POST", "/pub/room", "", text.as_bytes()).await?;
                http.receive().await.map(drop)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_of_40_to_200_bytes_and_carry_their_mark() {
        let mut dice = Dice::new(1);
        let mut lengths = Vec::new();
        for number in 0..2_000 {
            let text = marked(&mut dice, number);
            let mut seen = Vec::new();
            stamp::marks(text.as_bytes(), |number, _| seen.push(number));
            assert_eq!(seen, [number]);
            lengths.push(text.len());
        }
        lengths.sort_unstable();
        assert!(
            lengths[0] >= 37 && lengths[1_999] <= 200 && lengths[1_000] > 90,
            "{:?}",
            (lengths[0], lengths[1_999])
        );
    }
}
