//! One room, many sockets, many messages a second: how many arrive, in which order, how late.
//!
//! It does not know the server's insides; it counts what its own sockets receive. Run it as a process of its own.

use super::dialect::{Dialect, Got, Linger, PeerKind, Reply};
use super::histogram::{Delays, Histogram};
use super::process::{Usage, raise_open_files};
use super::publish;
use super::raw::{Flow, RawSocket};
use super::tokens::Tokens;
use crate::door::Door;
use crate::fault::Fault;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};
use url::Url;

/// A fan-out to be measured.
#[derive(Clone, Debug)]
pub struct FanoutConfig {
    /// The server.
    pub base: Url,
    /// The room; it should be quiet otherwise.
    pub room: String,
    /// Sockets.
    pub sockets: usize,
    /// Messages a second into the room.
    pub danmu_per_s: f64,
    /// For how long.
    pub seconds: f64,
    /// Seconds between two messages of one sender, so that a server's limit per person is kept to.
    pub sender_gap_s: f64,
    /// Where tokens come from.
    pub tokens: Tokens,
    /// Seed of the texts.
    pub seed: u64,
    /// The server's process, to measure what it uses.
    pub server_pid: Option<u32>,
}

/// What a fan-out showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FanoutReport {
    /// `linger` or the peer's name.
    pub kind: String,
    /// Sockets that were in the room.
    pub sockets: usize,
    /// Seconds until all were.
    pub connect_s: f64,
    /// Messages sent.
    pub sent: u64,
    /// Messages accepted by the server.
    pub accepted: u64,
    /// Messages refused.
    pub refused: u64,
    /// Messages received, over all sockets.
    pub deliveries: u64,
    /// The same, a second, from the first message sent to the last received.
    pub deliveries_per_s: f64,
    /// From sending to receiving.
    pub delay: Delays,
    /// Messages that a socket should have received and did not: must be 0.
    pub lost: u64,
    /// Messages that came late or twice: must be 0.
    pub reordered: u64,
    /// Connections that the server ended and that were taken up again.
    pub resumed: u64,
    /// Of these, without what had been missed.
    pub anew: u64,
    /// Frames the generator could not read rightly: must be 0, or the figures mean nothing.
    pub misread: u64,
    /// CPU seconds of the server between first and last message.
    pub server_cpu_s: f64,
    /// The same per million deliveries.
    pub server_cpu_s_per_million: f64,
    /// Resident bytes of the server before the first socket.
    pub server_resident_before: u64,
    /// Resident bytes of the server a socket, all idle.
    pub server_bytes_per_socket: f64,
    /// CPU seconds of this process in the same time.
    pub client_cpu_s: f64,
}

#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) last: AtomicU64,
    received: AtomicU64,
}

/// What all sockets count together.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) places: Vec<Place>,
    ready: AtomicU64,
    pub(super) sent: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
    accepted_last: AtomicU64,
    gaps: AtomicU64,
    reordered: AtomicU64,
    resumed: AtomicU64,
    anew: AtomicU64,
    misread: AtomicU64,
    delays: Histogram,
    pub(super) sending: AtomicBool,
}

impl Counts {
    fn new(sockets: usize) -> Counts {
        Counts { places: (0..sockets).map(|_| Place::default()).collect(), ..Counts::default() }
    }

    fn add(count: &AtomicU64, n: u64) {
        count.fetch_add(n, Ordering::Relaxed);
    }

    fn read(count: &AtomicU64) -> u64 {
        count.load(Ordering::Relaxed)
    }

    fn deliveries(&self) -> u64 {
        self.places.iter().map(|place| Counts::read(&place.received)).sum()
    }

    /// A receiver found something out.
    fn take(&self, place: usize, got: Got, first: &mut bool) {
        let here = &self.places[place];
        match got {
            Got::Ready if *first => {
                *first = false;
                Counts::add(&self.ready, 1);
            }
            Got::Ready => {}
            Got::Anew { last } => {
                let known = here.last.swap(last, Ordering::Relaxed);
                if std::mem::take(first) {
                    Counts::add(&self.ready, 1);
                } else {
                    Counts::add(&self.anew, 1);
                    Counts::add(&self.gaps, last.saturating_sub(known));
                }
            }
            Got::Number(number) => {
                Counts::add(&here.received, 1);
                let last = Counts::read(&here.last);
                if number > last {
                    Counts::add(&self.gaps, number - last - 1);
                    here.last.store(number, Ordering::Relaxed);
                } else {
                    Counts::add(&self.reordered, 1);
                }
            }
            Got::Sent { us, .. } => self.delays.add(us),
            Got::Accepted(number) => {
                Counts::add(&self.accepted, 1);
                self.accepted_last.fetch_max(number, Ordering::Relaxed);
            }
            Got::Refused => Counts::add(&self.refused, 1),
            Got::Misread => Counts::add(&self.misread, 1),
            Got::Bye(_) | Got::Frame => {}
        }
    }
}

/// Measures Linger.
pub async fn fanout_clients(config: FanoutConfig) -> Result<FanoutReport, Fault> {
    raise_open_files();
    let door = Door::new(&config.base)?;
    let before = config.server_pid.map(Usage::of).unwrap_or_default();
    let tokens = config.tokens.for_guests(&door, &config.room, config.sockets).await?;
    let counts = Arc::new(Counts::new(config.sockets));
    let path = format!("/ws/rooms/{}", config.room);
    let dialects = tokens.into_iter().map(|token| Dialect::Linger(Linger::new(token)));
    let senders = (config.danmu_per_s * config.sender_gap_s).ceil().max(1.0) as usize;
    if senders > config.sockets {
        return Err(Fault::strange("setting up", "more senders are needed than there are sockets"));
    }
    let gap = Duration::from_secs_f64(senders as f64 / config.danmu_per_s.max(0.001));
    let speech =
        |place: usize| (place < senders).then(|| publish::Speech::new(config.seed, place, senders, gap));
    let (tasks, connect_s) = open_all(&counts, door.authority(), path, dialects, speech).await;
    let idle = config.server_pid.map(Usage::of).unwrap_or_default();
    let mut report = measure(&counts, config.seconds, config.server_pid, async {}).await;
    // The senders' own ends are inside the tasks.
    drop(tasks);
    report.kind = "linger".into();
    report.connect_s = connect_s;
    finish(&mut report, &counts, before, idle);
    Ok(report)
}

/// Measures a peer with the same sockets, rate and texts; one connection publishes all.
pub async fn fanout_peer(
    kind: PeerKind,
    publish_to: &Url,
    config: FanoutConfig,
) -> Result<FanoutReport, Fault> {
    raise_open_files();
    let door = Door::new(&config.base)?;
    let before = config.server_pid.map(Usage::of).unwrap_or_default();
    let counts = Arc::new(Counts::new(config.sockets));
    let dialects = (0..config.sockets).map(|_| Dialect::peer(kind));
    let (tasks, connect_s) =
        open_all(&counts, door.authority(), kind.path().into(), dialects, |_| None).await;
    let idle = config.server_pid.map(Usage::of).unwrap_or_default();
    let publisher = publish::Publisher::open(kind, &Door::new(publish_to)?.authority()).await?;
    let publishing = publisher.run(counts.clone(), config.danmu_per_s, config.seconds, config.seed);
    let mut report = measure(&counts, config.seconds, config.server_pid, publishing).await;
    drop(tasks);
    report.kind = format!("{kind:?}").to_lowercase();
    report.connect_s = connect_s;
    // A peer acknowledges nothing to a publisher: what was sent counts as accepted.
    report.accepted = report.sent;
    finish(&mut report, &counts, before, idle);
    Ok(report)
}

async fn open_all(
    counts: &Arc<Counts>,
    authority: String,
    path: String,
    dialects: impl Iterator<Item = Dialect>,
    speech: impl Fn(usize) -> Option<publish::Speech>,
) -> (JoinSet<()>, f64) {
    let began = Instant::now();
    let gate = Arc::new(Semaphore::new(64));
    let mut tasks = JoinSet::new();
    for (place, dialect) in dialects.enumerate() {
        let ear = Ear {
            counts: counts.clone(),
            place,
            dialect,
            authority: authority.clone(),
            path: path.clone(),
            first: true,
            speech: speech(place),
            gate: gate.clone(),
        };
        tasks.spawn(ear.live());
    }
    let sockets = counts.places.len() as u64;
    while Counts::read(&counts.ready) < sockets && began.elapsed() < Duration::from_secs(180) {
        sleep(Duration::from_millis(20)).await;
    }
    let connect_s = began.elapsed().as_secs_f64();
    // What connecting stirred up shall not be counted as idle use, or as fan-out.
    sleep(Duration::from_millis(1_500)).await;
    (tasks, connect_s)
}

async fn measure(
    counts: &Counts,
    seconds: f64,
    server: Option<u32>,
    publishing: impl Future<Output = ()>,
) -> FanoutReport {
    let usage = || (server.map(Usage::of).unwrap_or_default().cpu_s, Usage::of(std::process::id()).cpu_s);
    let (server_from, client_from) = usage();
    let began = Instant::now();
    counts.sending.store(true, Ordering::Relaxed);
    let (_, ()) = tokio::join!(sleep(Duration::from_secs_f64(seconds)), publishing);
    counts.sending.store(false, Ordering::Relaxed);
    let mut last_at = began.elapsed();
    let mut seen = counts.deliveries();
    // Until everything accepted has arrived everywhere, or nothing comes any more.
    let mut quiet = Instant::now();
    while quiet.elapsed() < Duration::from_secs(3) {
        sleep(Duration::from_millis(50)).await;
        let now_seen = counts.deliveries();
        if now_seen > seen {
            (seen, last_at, quiet) = (now_seen, began.elapsed(), Instant::now());
        } else if all_arrived(counts) {
            break;
        }
    }
    let (server_to, client_to) = usage();
    FanoutReport {
        sockets: usize::try_from(Counts::read(&counts.ready)).unwrap_or(0),
        deliveries: seen,
        deliveries_per_s: seen as f64 / last_at.as_secs_f64(),
        server_cpu_s: server_to - server_from,
        client_cpu_s: client_to - client_from,
        ..FanoutReport::default()
    }
}

fn wanted_last(counts: &Counts) -> u64 {
    let furthest = counts.places.iter().map(|place| Counts::read(&place.last)).max().unwrap_or(0);
    furthest.max(Counts::read(&counts.accepted_last))
}

fn all_arrived(counts: &Counts) -> bool {
    let answered = Counts::read(&counts.accepted) + Counts::read(&counts.refused);
    let wanted = wanted_last(counts);
    answered >= Counts::read(&counts.sent)
        && counts.places.iter().all(|place| Counts::read(&place.last) >= wanted)
}

fn finish(report: &mut FanoutReport, counts: &Counts, before: Usage, idle: Usage) {
    let wanted = wanted_last(counts);
    let behind: u64 =
        counts.places.iter().map(|place| wanted.saturating_sub(Counts::read(&place.last))).sum();
    report.sent = Counts::read(&counts.sent);
    if report.accepted == 0 {
        report.accepted = Counts::read(&counts.accepted);
    }
    report.refused = Counts::read(&counts.refused);
    report.delay = counts.delays.delays();
    report.lost = Counts::read(&counts.gaps) + behind;
    report.reordered = Counts::read(&counts.reordered);
    report.resumed = Counts::read(&counts.resumed);
    report.anew = Counts::read(&counts.anew);
    report.misread = Counts::read(&counts.misread);
    report.server_cpu_s_per_million = report.server_cpu_s / (report.deliveries.max(1) as f64 / 1e6);
    report.server_resident_before = before.resident_bytes;
    let grown = idle.resident_bytes.saturating_sub(before.resident_bytes);
    report.server_bytes_per_socket = grown as f64 / report.sockets.max(1) as f64;
}

/// How often a socket says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// One socket.
struct Ear {
    counts: Arc<Counts>,
    place: usize,
    dialect: Dialect,
    authority: String,
    path: String,
    first: bool,
    speech: Option<publish::Speech>,
    gate: Arc<Semaphore>,
}

impl Ear {
    async fn live(mut self) {
        loop {
            let retry_ms = match self.once().await {
                Ok(Some(retry_ms)) => retry_ms.clamp(20, 10_000),
                // A connection that broke without a word is taken up again like any other.
                Ok(None) | Err(_) => 500,
            };
            sleep(Duration::from_millis(retry_ms)).await;
            Counts::add(&self.counts.resumed, u64::from(!self.first));
        }
    }

    /// Until the connection ends; gives after how long to come back.
    async fn once(&mut self) -> Result<Option<u64>, Fault> {
        // Given back once it is in the room: a server is not asked to greet thousands at once.
        let mut permit = self.gate.clone().acquire_owned().await.ok();
        let mut socket = RawSocket::open(&self.authority, &self.path, "").await?;
        let (mut replies, is_ready) = self.dialect.opening();
        if is_ready {
            self.counts.take(self.place, Got::Ready, &mut self.first);
            permit.take();
        }
        let mut beat_at = tokio::time::Instant::now() + HEARTBEAT;
        loop {
            for reply in replies.drain(..) {
                match reply {
                    Reply::Text(text) => socket.send_text(&text).await?,
                    Reply::Bytes(bytes) => socket.send_bytes(&bytes).await?,
                    Reply::Pong => socket.pong().await?,
                }
            }
            if !self.first {
                permit.take();
            }
            let wake_at = self.speech.as_ref().map_or(beat_at, |speech| speech.due().min(beat_at));
            let mut bye = None;
            tokio::select! {
                flow = socket.read(|kind, payload| {
                    self.dialect.take(kind, payload, &mut replies, &mut |got| {
                        if let Got::Bye(retry_ms) = got {
                            bye = Some(retry_ms);
                        }
                        self.counts.take(self.place, got, &mut self.first);
                    });
                }) => if flow? == Flow::Closed { return Ok(bye.flatten()) },
                () = sleep_until(wake_at) => {
                    let is_linger = matches!(self.dialect, Dialect::Linger(_));
                    let text = self.speech.as_mut().and_then(|speech| speech.next(&self.counts));
                    if text.is_some() || beat_at <= tokio::time::Instant::now() {
                        beat_at = tokio::time::Instant::now() + HEARTBEAT;
                    }
                    match text {
                        Some(text) => replies.push(Reply::Text(text)),
                        None if is_linger && self.speech.is_none() => replies.push(Reply::Text(r#"{"t":"ping","n":1}"#.into())),
                        None => {}
                    }
                }
            }
            if let Some(retry_ms) = bye {
                return Ok(retry_ms);
            }
        }
    }
}
