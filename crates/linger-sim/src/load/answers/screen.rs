//! One viewer's screen: it hears what the room tells, and does what it is handed. It does not know whose turn it is.

use super::Counts;
use crate::{
    door::{Door, Who, Wire},
    fault::Fault,
    load::stamp::now_us,
    wire::Tell,
};
use serde::Deserialize;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};
use tokio::sync::{mpsc, watch};

/// What the screens of one room share.
pub(super) struct Hall {
    pub counts: Arc<Counts>,
    /// When what is to be answered happened, µs.
    pub since_us: AtomicU64,
    /// Whether this turn counts.
    pub counted: AtomicBool,
    /// Screens that are there; those that heard the answer of this turn; those to whom their own doing was acknowledged.
    pub here: watch::Sender<usize>,
    pub heard: watch::Sender<usize>,
    pub acknowledged: watch::Sender<usize>,
}

impl Hall {
    pub fn new(counts: Arc<Counts>) -> Hall {
        let count = || watch::Sender::new(0);
        let (here, heard, acknowledged) = (count(), count(), count());
        Hall {
            counts,
            since_us: AtomicU64::new(0),
            counted: AtomicBool::new(false),
            here,
            heard,
            acknowledged,
        }
    }

    /// A turn begins now.
    pub fn begin(&self, counted: bool) {
        self.heard.send_replace(0);
        self.acknowledged.send_replace(0);
        self.counted.store(counted, Relaxed);
        self.since_us.store(now_us(), Relaxed);
    }

    /// What somebody did was acknowledged as durable.
    pub fn acknowledge(&self) {
        if self.counted.load(Relaxed) {
            self.counts.to_ack.add(now_us().saturating_sub(self.since_us.load(Relaxed)));
        }
        self.acknowledged.send_modify(|it| *it += 1);
    }

    /// A screen heard the answer, which was decided at `at_ms`.
    fn hear(&self, at_ms: u64) {
        let (now, since, deed) = (now_us(), self.since_us.load(Relaxed), at_ms * 1_000);
        if self.counted.load(Relaxed) {
            self.counts.to_screen.add(now.saturating_sub(since));
            self.counts.deed_to_screen.add(now.saturating_sub(deed));
            // Once a turn: all screens hear of the same moment.
            if *self.heard.borrow() == 0 {
                self.counts.to_deed.add(deed.saturating_sub(since));
            }
        }
        self.heard.send_modify(|it| *it += 1);
    }
}

#[derive(Deserialize)]
struct Heard<'a> {
    #[serde(borrow)]
    t: &'a str,
    #[serde(default)]
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    k: std::borrow::Cow<'a, str>,
    #[serde(default)]
    at: Option<serde_json::Value>,
}

/// Watches until the other side of `says` is gone.
pub(super) async fn watch(
    hall: Arc<Hall>,
    door: Door,
    (room, token): (String, String),
    mut says: mpsc::UnboundedReceiver<Tell>,
) -> Result<(), Fault> {
    let (mut wire, _) = door.enter(&room, &Who::Guest(token), None).await?;
    hall.here.send_modify(|it| *it += 1);
    loop {
        tokio::select! {
            text = wire.hear_text() => take(&hall, &text?)?,
            tell = says.recv() => match tell {
                Some(tell) => wire.tell(&tell).await?,
                None => break,
            },
        }
    }
    Wire::close(wire).await;
    Ok(())
}

fn take(hall: &Hall, text: &str) -> Result<(), Fault> {
    if !text.contains("\"announced\"") && !text.starts_with("{\"t\":\"answer\"") {
        return Ok(());
    }
    let heard: Heard<'_> = serde_json::from_str(text).map_err(|why| Fault::strange("listening", why))?;
    if heard.t == "answer" {
        hall.acknowledge();
    }
    for event in heard.events.iter().filter(|it| it.k == "announced") {
        let at = event.at.as_ref().and_then(serde_json::Value::as_u64);
        hall.hear(at.ok_or_else(|| Fault::strange("listening", "an announcement without its time"))?);
    }
    Ok(())
}
