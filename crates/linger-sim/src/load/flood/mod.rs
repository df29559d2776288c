//! One room, many sockets, far more talk than anybody can read: how soon what matters arrives all the same, what is lost of
//! it, and whether everybody sees the same.
//!
//! It does not know how the server thins. Run it as a process of its own.

mod ear;
mod speech;

use super::dialect::{Dialect, Linger};
use super::fanout::FanoutConfig;
use super::histogram::{Delays, Histogram};
use super::process::{Usage, raise_open_files};
use super::stamp;
use crate::door::{Door, StaffSession};
use crate::fault::Fault;
use crate::wire::Act;
use ear::Ear;
use serde::Serialize;
use speech::{Crowd, Kind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

/// Time between two announcements, and between two words of the host.
const CONTROL_EVERY: Duration = Duration::from_millis(400);
const HOST_EVERY: Duration = Duration::from_millis(700);

/// How one kind of message fared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LaneReport {
    /// Messages sent.
    pub sent: u64,
    /// Of these, shown to everybody, as the socket that saw most of them counts.
    pub shown: u64,
    /// Messages received, over all sockets.
    pub deliveries: u64,
    /// Messages that a socket did not receive: of talk and applause, those that another socket was shown.
    pub lost: u64,
    /// From sending to receiving.
    pub delay: Delays,
}

/// What a flood showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FloodReport {
    /// Sockets that were in the room.
    pub sockets: usize,
    /// Seconds until all were.
    pub connect_s: f64,
    /// Seconds of the flood.
    pub seconds: f64,
    /// Comments of viewers a second, on average and in the fullest second.
    pub comments_per_s: f64,
    /// In the fullest second.
    pub comments_per_s_max: u64,
    /// Announcements.
    pub control: LaneReport,
    /// What the host says.
    pub host: LaneReport,
    /// Questions.
    pub question: LaneReport,
    /// Other words.
    pub talk: LaneReport,
    /// Applause: one word, over and over.
    pub reaction: LaneReport,
    /// Share of talk and applause that was not shown to everybody.
    pub thinned_share: f64,
    /// Different streams that sockets saw, by the numbers of the comments in their order: must be 1.
    pub streams: usize,
    /// Frames received, over all sockets.
    pub frames: u64,
    /// Asks that were refused: must be 0, or the counts of what was sent mean nothing.
    pub refused: u64,
    /// Connections that the server ended and that were taken up again.
    pub resumed: u64,
    /// Of these, without what had been missed: must be 0.
    pub anew: u64,
    /// Frames the generator could not read rightly: must be 0.
    pub misread: u64,
    /// CPU seconds of the server during the flood.
    pub server_cpu_s: f64,
    /// CPU seconds of this process in the same time.
    pub client_cpu_s: f64,
}

impl FloodReport {
    /// Whether nothing was lost that must not be, and everybody saw the same.
    pub fn is_good(&self) -> bool {
        let lanes = [&self.control, &self.host, &self.question, &self.talk, &self.reaction];
        let lost: u64 = lanes.iter().map(|lane| lane.lost).sum();
        lost + self.refused + self.anew + self.misread == 0 && self.streams == 1 && self.question.shown > 0
    }
}

/// What one socket has seen.
#[derive(Debug, Default)]
struct Place {
    /// Over the numbers of comments, in their order.
    stream: AtomicU64,
    shown: [AtomicU64; Kind::ALL.len()],
}

/// What all count together.
#[derive(Debug, Default)]
struct Counts {
    places: Vec<Place>,
    ready: AtomicU64,
    sent: [AtomicU64; Kind::ALL.len()],
    delays: [Histogram; Kind::ALL.len()],
    frames: AtomicU64,
    answered: AtomicU64,
    refused: AtomicU64,
    resumed: AtomicU64,
    anew: AtomicU64,
    misread: AtomicU64,
}

impl Counts {
    fn sent(&self, kind: Kind) -> u64 {
        self.sent[kind as usize].load(Relaxed)
    }

    /// What sockets should have been shown and were not.
    fn lost(&self, kind: Kind) -> u64 {
        let most = self.shown(kind).max().unwrap_or(0);
        let owed = if kind.may_be_thinned() { most } else { self.sent(kind) };
        self.shown(kind).map(|shown| owed.saturating_sub(shown)).sum()
    }

    fn shown(&self, kind: Kind) -> impl Iterator<Item = u64> {
        self.places.iter().map(move |place| place.shown[kind as usize].load(Relaxed))
    }

    fn deliveries(&self) -> u64 {
        Kind::ALL.iter().flat_map(|kind| self.shown(*kind)).sum()
    }
}

/// Floods a room of Linger: `config.danmu_per_s` comments a second on average, ten times as many in bursts, while `host`
/// announces and talks at a steady pace.
pub async fn flood_clients(config: FanoutConfig, host: StaffSession) -> Result<FloodReport, Fault> {
    raise_open_files();
    let door = Door::new(&config.base)?;
    let tokens = config.tokens.for_guests(&door, &config.room, config.sockets).await?;
    let places = (0..config.sockets).map(|_| Place::default()).collect();
    let counts = Arc::new(Counts { places, ..Counts::default() });
    let began = Instant::now();
    let gate = Arc::new(Semaphore::new(64));
    let mut ears = JoinSet::new();
    let mut mouths = Vec::with_capacity(config.sockets);
    for (place, token) in tokens.into_iter().enumerate() {
        let (mouth, says) = mpsc::unbounded_channel();
        mouths.push(mouth);
        let dialect = Dialect::Linger(Linger::new(token));
        let ear = Ear::new(counts.clone(), place, dialect, says);
        ears.spawn(ear.live(door.authority(), format!("/ws/rooms/{}", config.room), gate.clone()));
    }
    while counts.ready.load(Relaxed) < config.sockets as u64 && began.elapsed() < Duration::from_secs(300) {
        sleep(Duration::from_millis(20)).await;
    }
    let connect_s = began.elapsed().as_secs_f64();
    // What connecting stirred up shall not be counted.
    sleep(Duration::from_millis(2_000)).await;
    let usage =
        || [config.server_pid.map(Usage::of).unwrap_or_default().cpu_s, Usage::of(std::process::id()).cpu_s];
    let before = usage();
    let length = Duration::from_secs_f64(config.seconds);
    let crowd = Crowd::new(config.seed, config.danmu_per_s, config.sockets);
    let (comments_per_s_max, control, spoken) = tokio::join!(
        crowd.speak(&counts, &mouths, length),
        pace(&counts, &host, &config.room, Kind::Control, CONTROL_EVERY, length),
        pace(&counts, &host, &config.room, Kind::Host, HOST_EVERY, length),
    );
    control.and(spoken)?;
    settle(&counts).await;
    let after = usage();
    let mut report = reported(&counts, config.seconds);
    report.comments_per_s_max = comments_per_s_max;
    report.connect_s = connect_s;
    [report.server_cpu_s, report.client_cpu_s] = [after[0] - before[0], after[1] - before[1]];
    Ok(report)
}

/// Says something as staff, again and again.
async fn pace(
    counts: &Counts,
    host: &StaffSession,
    room: &str,
    kind: Kind,
    every: Duration,
    length: Duration,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut ticks = interval(every);
    while began.elapsed() < length {
        ticks.tick().await;
        let number = counts.sent[kind as usize].fetch_add(1, Relaxed);
        let mark = stamp::mark(kind.number(number), stamp::now_us());
        let act = match kind {
            Kind::Control => Act::Announce { text: format!("今晚第{number}件，拍一发二 {mark}") },
            _ => Act::Say { text: format!("大家别急，慢慢来 take your time {mark}"), answers: None },
        };
        host.ask(room, &act).await?;
    }
    Ok(())
}

/// Until everything that was asked is answered and has arrived everywhere, or nothing comes any more.
async fn settle(counts: &Counts) {
    let (mut seen, mut quiet) = (counts.deliveries(), Instant::now());
    while quiet.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(100)).await;
        let asked: u64 = speech::OF_VIEWERS.iter().map(|kind| counts.sent(*kind)).sum();
        let is_answered = counts.answered.load(Relaxed) + counts.refused.load(Relaxed) >= asked;
        let now_seen = counts.deliveries();
        if now_seen > seen {
            (seen, quiet) = (now_seen, Instant::now());
        } else if is_answered && Kind::ALL.iter().all(|kind| counts.lost(*kind) == 0) {
            break;
        }
    }
}

fn reported(counts: &Counts, seconds: f64) -> FloodReport {
    let lane = |kind: Kind| LaneReport {
        sent: counts.sent(kind),
        shown: counts.shown(kind).max().unwrap_or(0),
        deliveries: counts.shown(kind).sum(),
        lost: counts.lost(kind),
        delay: counts.delays[kind as usize].delays(),
    };
    let (talk, reaction, question) = (lane(Kind::Talk), lane(Kind::Reaction), lane(Kind::Question));
    let may_be_thinned = (talk.sent + reaction.sent).max(1);
    let mut streams: Vec<u64> = counts.places.iter().map(|place| place.stream.load(Relaxed)).collect();
    streams.sort_unstable();
    streams.dedup();
    FloodReport {
        sockets: usize::try_from(counts.ready.load(Relaxed)).unwrap_or(0),
        seconds,
        comments_per_s: (talk.sent + reaction.sent + question.sent) as f64 / seconds,
        control: lane(Kind::Control),
        host: lane(Kind::Host),
        thinned_share: 1.0 - (talk.shown + reaction.shown) as f64 / may_be_thinned as f64,
        question,
        talk,
        reaction,
        streams: streams.len(),
        frames: counts.frames.load(Relaxed),
        refused: counts.refused.load(Relaxed),
        resumed: counts.resumed.load(Relaxed),
        anew: counts.anew.load(Relaxed),
        misread: counts.misread.load(Relaxed),
        ..FloodReport::default()
    }
}
