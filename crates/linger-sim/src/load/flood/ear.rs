//! One socket of a flood: it listens, and says what it is handed. It does not know when or why.

use super::Counts;
use super::speech::Kind;
use crate::fault::Fault;
use crate::load::dialect::{Dialect, Got, Reply};
use crate::load::raw::{Flow, RawSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::sleep;

pub(super) struct Ear {
    counts: Arc<Counts>,
    place: usize,
    dialect: Dialect,
    says: mpsc::UnboundedReceiver<String>,
    first: bool,
}

impl Ear {
    pub(super) fn new(
        counts: Arc<Counts>,
        place: usize,
        dialect: Dialect,
        says: mpsc::UnboundedReceiver<String>,
    ) -> Ear {
        Ear { counts, place, dialect, says, first: true }
    }

    pub(super) async fn live(mut self, authority: String, path: String, gate: Arc<Semaphore>) {
        loop {
            // A connection that broke without a word is taken up again like any other.
            let retry_ms = self.once(&authority, &path, &gate).await.ok().flatten().unwrap_or(500);
            sleep(Duration::from_millis(retry_ms.clamp(20, 10_000))).await;
            self.counts.resumed.fetch_add(u64::from(!self.first), Relaxed);
        }
    }

    /// Until the connection ends; gives after how long to come back.
    async fn once(
        &mut self,
        authority: &str,
        path: &str,
        gate: &Arc<Semaphore>,
    ) -> Result<Option<u64>, Fault> {
        // Given back once it is in the room: a server is not asked to greet thousands at once.
        let mut permit = gate.clone().acquire_owned().await.ok();
        let mut socket = RawSocket::open(authority, path, "").await?;
        let (mut replies, _) = self.dialect.opening();
        loop {
            for reply in replies.drain(..) {
                match reply {
                    Reply::Text(text) => socket.send_text(&text).await?,
                    Reply::Bytes(bytes) => socket.send_bytes(&bytes).await?,
                    Reply::Pong => socket.pong().await?,
                }
            }
            let (mut bye, mut is_in) = (None, false);
            let Ear { counts, place, dialect, says, first } = self;
            tokio::select! {
                flow = socket.read(|kind, payload| {
                    dialect.take(kind, payload, &mut replies, &mut |got| {
                        match got {
                            Got::Bye(retry_ms) => bye = Some(retry_ms),
                            Got::Ready | Got::Anew { .. } => is_in = true,
                            _ => {}
                        }
                        counts.take(*place, got, first);
                    });
                }) => if flow? == Flow::Closed { return Ok(bye.flatten()) },
                Some(text) = says.recv(), if permit.is_none() => replies.push(Reply::Text(text)),
            }
            if is_in {
                permit.take();
            }
            if let Some(retry_ms) = bye {
                return Ok(retry_ms);
            }
        }
    }
}

impl Counts {
    fn take(&self, place: usize, got: Got, first: &mut bool) {
        let here = &self.places[place];
        let one = match got {
            Got::Ready | Got::Anew { .. } if std::mem::take(first) => &self.ready,
            Got::Ready => return,
            Got::Anew { .. } => &self.anew,
            Got::Number(number) => {
                // Whoever saw other numbers, or the same in another order, has another one of these.
                let mixed = (here.stream.load(Relaxed) ^ number).wrapping_mul(0x0000_0100_0000_01b3);
                return here.stream.store(mixed.rotate_left(23), Relaxed);
            }
            Got::Sent { number, us } => {
                let Some(kind) = Kind::of_number(number) else { return };
                self.delays[kind as usize].add(us);
                &here.shown[kind as usize]
            }
            Got::Frame => &self.frames,
            Got::Accepted(_) => &self.answered,
            Got::Refused => &self.refused,
            Got::Misread => &self.misread,
            Got::Bye(_) => return,
        };
        one.fetch_add(1, Relaxed);
    }
}
