//! Events told by Segment's convention, batch after batch over kept connections, each under an id of its own, so that a
//! batch whose answer never came can be told again.
//!
//! It does not know how events are stored; it counts what was acknowledged.

use super::{
    histogram::{Delays, Histogram},
    http::Http,
    process::Usage,
};
use crate::fault::Fault;
use serde::Serialize;
use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep_until};
use url::Url;

/// Products that are looked at.
const PRODUCTS: u64 = 5_000;

/// Events to be told.
#[derive(Clone, Debug)]
pub struct IngestConfig {
    /// The server.
    pub base: Url,
    /// The write key.
    pub key: String,
    /// Connections, one batch under way on each.
    pub connections: usize,
    /// Events of one batch.
    pub batch: usize,
    /// People who do things.
    pub people: u64,
    /// For how long, s.
    pub seconds: u64,
    /// Events a second at most; as many as are taken, when none is said.
    pub per_s: Option<f64>,
    /// The number of the first batch; ids come of it.
    pub first_batch: u64,
    /// The server's process, to measure what it uses.
    pub server_pid: Option<u32>,
    /// Set by whoever wants it to end before its seconds are over; or by the generator once the server is gone.
    pub over: Arc<AtomicBool>,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IngestReport {
    /// Events acknowledged as stored.
    pub stored: u64,
    /// Events acknowledged as told before.
    pub duplicate: u64,
    /// Events refused: must be 0.
    pub refused: u64,
    /// From the first request to the last answer, s.
    pub seconds: f64,
    /// Events acknowledged a second.
    pub events_per_s: f64,
    /// From a batch to its durable answer.
    pub ack: Delays,
    /// Bytes of bodies a second.
    pub bytes_per_s: f64,
    /// CPU seconds of the server.
    pub server_cpu_s: f64,
    /// Events for each CPU second of the server.
    pub events_per_cpu_s: f64,
    /// CPU seconds of this process.
    pub client_cpu_s: f64,
    /// Resident bytes of the server at the end.
    pub server_bytes: u64,
    /// Batches that were sent and never answered.
    #[serde(skip)]
    pub unanswered: BTreeSet<u64>,
    /// The number after the last batch.
    #[serde(skip)]
    pub next_batch: u64,
}

struct Shared {
    config: IngestConfig,
    next: AtomicU64,
    begun: Instant,
    again: Mutex<BTreeSet<u64>>,
    unanswered: Mutex<BTreeSet<u64>>,
    counts: [AtomicU64; 3],
    bytes: AtomicU64,
    ack: Histogram,
}

/// Tells events until the time is over or the server is gone. `again` are batches to be told first.
///
/// # Errors
/// [`Fault`] when no connection can be opened, or an answer is none of ours.
pub async fn ingest_clients(config: IngestConfig, again: BTreeSet<u64>) -> Result<IngestReport, Fault> {
    let authority = authority(&config.base);
    let usage = |pid: Option<u32>| pid.map(Usage::of).unwrap_or_default();
    let (server_before, client_before) = (usage(config.server_pid), Usage::of(std::process::id()));
    let until = Duration::from_secs(config.seconds);
    let connections = config.connections;
    let begun = Instant::now();
    let shared = Arc::new(Shared {
        next: AtomicU64::new(config.first_batch),
        config,
        begun,
        again: Mutex::new(again),
        unanswered: Mutex::default(),
        counts: Default::default(),
        bytes: AtomicU64::new(0),
        ack: Histogram::default(),
    });
    let mut lanes = JoinSet::new();
    for _ in 0..connections {
        lanes.spawn(lane(shared.clone(), Http::open(&authority).await?, begun + until));
    }
    while let Some(lane) = lanes.join_next().await {
        lane.map_err(|why| Fault::strange("telling events", why))??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (server, client) = (usage(shared.config.server_pid), Usage::of(std::process::id()));
    let [stored, duplicate, refused] = [0, 1, 2].map(|at: usize| shared.counts[at].load(Ordering::Relaxed));
    let server_cpu_s = (server.cpu_s - server_before.cpu_s).max(0.0);
    let told = (stored + duplicate) as f64;
    Ok(IngestReport {
        stored,
        duplicate,
        refused,
        seconds,
        events_per_s: told / seconds,
        ack: shared.ack.delays(),
        bytes_per_s: shared.bytes.load(Ordering::Relaxed) as f64 / seconds,
        server_cpu_s,
        events_per_cpu_s: if server_cpu_s > 0.0 { told / server_cpu_s } else { 0.0 },
        // The server is a child of this process, and counted with it.
        client_cpu_s: (client.cpu_s - client_before.cpu_s - server_cpu_s).max(0.0),
        server_bytes: server.resident_bytes,
        unanswered: std::mem::take(&mut *lock(&shared.unanswered)),
        next_batch: shared.next.load(Ordering::Relaxed),
    })
}

impl Shared {
    /// When a batch is to be told, where there is a pace: what comes late takes nothing from the pace of those after it.
    fn due(&self, batch: u64) -> Option<Instant> {
        let events = (batch - self.config.first_batch.min(batch)) * self.config.batch as u64;
        self.config.per_s.map(|per_s| self.begun + Duration::from_secs_f64(events as f64 / per_s))
    }
}

fn lock(set: &Mutex<BTreeSet<u64>>) -> std::sync::MutexGuard<'_, BTreeSet<u64>> {
    set.lock().unwrap_or_else(|it| it.into_inner())
}

async fn lane(shared: Arc<Shared>, mut http: Http, until: Instant) -> Result<(), Fault> {
    let key = base64(format!("{}:", shared.config.key).as_bytes());
    let headers = format!("authorization: Basic {key}\r\ncontent-type: application/json\r\n");
    let mut body = String::new();
    while !shared.config.over.load(Ordering::Relaxed) {
        let again = lock(&shared.again).pop_first();
        if again.is_none() && Instant::now() >= until {
            return Ok(());
        }
        let batch = again.unwrap_or_else(|| shared.next.fetch_add(1, Ordering::Relaxed));
        write_batch(&mut body, &shared.config, batch);
        if let Some(due) = shared.due(batch) {
            sleep_until(due.into()).await;
        }
        let asked = Instant::now();
        let answer = match http.send("POST", "/v1/batch", &headers, body.as_bytes()).await {
            Ok(()) => http.receive().await,
            Err(fault) => Err(fault),
        };
        match answer {
            Ok(answer) if matches!(answer.status, 200 | 207) => {
                shared.ack.add(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                shared.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
                for (at, name) in ["\"stored\":", "\"duplicate\":", "\"refused\":"].into_iter().enumerate() {
                    shared.counts[at].fetch_add(count_of(&answer.body, name)?, Ordering::Relaxed);
                }
            }
            Ok(answer) => {
                return Err(Fault::strange("telling events", format!("the answer was {}", answer.status)));
            }
            // The server is gone: nobody knows what became of this batch.
            Err(_) => {
                lock(&shared.unanswered).insert(batch);
                shared.config.over.store(true, Ordering::Relaxed);
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The number after a name at the head of an answer.
fn count_of(body: &[u8], name: &str) -> Result<u64, Fault> {
    let strange = || Fault::strange("reading an answer", "it does not say how many were stored");
    let at = memchr::memmem::find(body, name.as_bytes()).ok_or_else(strange)? + name.len();
    let digits = body[at..].iter().take_while(|b| b.is_ascii_digit());
    Ok(digits.fold(0, |sum, b| sum * 10 + u64::from(b - b'0')))
}

/// Writes a batch as a library would send it. Its events, and their ids, come of its number alone.
fn write_batch(body: &mut String, config: &IngestConfig, batch: u64) {
    body.clear();
    body.push_str("{\"batch\":[");
    for at in 0..config.batch as u64 {
        let n = batch * config.batch as u64 + at;
        // A fixed mixing of the number (splitmix64), so that people and products come in no order.
        let mut mixed = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 27;
        let (person, product) = (mixed % config.people, (mixed >> 32) % PRODUCTS);
        let comma = if at > 0 { "," } else { "" };
        // Writing into a String has no way to fail.
        let _ = write!(
            body,
            "{comma}{{\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"user-{person:08}\",\
             \"messageId\":\"bench-{n:016x}\",\"timestamp\":\"2026-01-15T12:30:00.{:03}Z\",\"properties\":{{\
             \"product_id\":\"sku-{product}\",\"category\":\"c{}\",\"price\":19.99,\"currency\":\"CNY\",\
             \"position\":{}}},\"context\":{{\"library\":{{\"name\":\"bench\",\"version\":\"1\"}}}}}}",
            n % 1_000,
            product % 40,
            n % 20,
        );
    }
    body.push_str("],\"sentAt\":\"2026-01-15T12:30:01.000Z\"}");
}

/// What the server says of the time from receipt to being seen by those who follow: the bucket that holds this share of
/// all requests, as its upper bound in ms.
///
/// # Errors
/// [`Fault`] when the figures cannot be read.
pub async fn visible_ms(base: &Url, share: f64) -> Result<f64, Fault> {
    let mut http = Http::open(&authority(base)).await?;
    http.send("GET", "/metrics", "", b"").await?;
    let text = String::from_utf8_lossy(&http.receive().await?.body).into_owned();
    let buckets: Vec<(f64, f64)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("linger_facts_visible_seconds_bucket{le=\""))
        .filter_map(|line| line.split_once("\"} "))
        .filter_map(|(le, count)| Some((le.parse().unwrap_or(f64::INFINITY), count.parse().ok()?)))
        .collect();
    let all = buckets.last().map_or(0.0, |(_, count)| *count);
    let found = buckets.iter().find(|(_, count)| all > 0.0 && *count >= share * all);
    found.map(|(le, _)| le * 1_000.0).ok_or_else(|| Fault::strange("reading the figures", "none of facts"))
}

fn authority(base: &Url) -> String {
    base[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
}

/// Base64 as RFC 4648 has it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().fold(0u32, |word, b| word << 8 | u32::from(*b)) << (8 * (3 - part.len()));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= part.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_json_and_the_same_each_time() {
        let config = IngestConfig {
            base: Url::parse("http://127.0.0.1:1").unwrap(),
            key: String::new(),
            connections: 1,
            batch: 3,
            people: 10,
            seconds: 1,
            per_s: None,
            first_batch: 0,
            server_pid: None,
            over: Arc::default(),
        };
        let (mut one, mut two) = (String::new(), "before".to_owned());
        write_batch(&mut one, &config, 7);
        write_batch(&mut two, &config, 7);
        assert_eq!(one, two);
        let read: serde_json::Value = serde_json::from_str(&one).unwrap();
        assert_eq!(read["batch"][2]["messageId"], "bench-0000000000000017");
    }

    #[test]
    fn keys_are_written_as_the_standard_has_it() {
        for (plain, written) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("wk_a:", "d2tfYTo=")]
        {
            assert_eq!(base64(plain.as_bytes()), written);
        }
    }

    #[test]
    fn counts_are_read_off_the_head_of_an_answer() {
        let body = br#"{"success":true,"stored":250,"duplicate":0,"refused":1,"results":[]}"#;
        assert_eq!(count_of(body, "\"stored\":").unwrap(), 250);
        assert!(count_of(b"{}", "\"stored\":").is_err());
    }
}
