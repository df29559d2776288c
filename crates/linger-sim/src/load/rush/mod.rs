//! Many buyers, few units: who got what, how fast, and whether anything was promised twice.
//!
//! It does not know the server's books; it keeps its own of every acknowledgement and compares them with what the room
//! shows in the end. What was acknowledged is handed out as well, for the reader of the log.

mod books;
mod lanes;
mod wishes;

use super::histogram::{Delays, Histogram};
use super::process::{Usage, raise_open_files};
use super::tokens::Tokens;
use crate::crash::Promises;
use crate::door::{Door, StaffSession};
use crate::fault::Fault;
use crate::wire::{Act, View};
use books::{Left, Outcome, keep_books};
use lanes::Lane;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use url::Url;

/// How orders reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RushMode {
    /// One socket a buyer, all orders at once.
    Sockets,
    /// A few kept connections, each buyer with a token and each order a request: `POST …/ask`.
    Http {
        /// Connections.
        connections: usize,
        /// Requests under way on each.
        pipeline: usize,
    },
    /// A few kept connections that carry many buyers in one body, as a shop's own servers do: `POST …/asks`.
    Gateways {
        /// Connections.
        connections: usize,
        /// Orders under way on each: those of one body.
        under_way: usize,
        /// The gateways' key.
        key: String,
    },
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Single units.
    Rush,
    /// Single units, some carts of two, and some orders that are given up again.
    Evening,
}

/// A rush to be made.
#[derive(Clone, Debug)]
pub struct RushConfig {
    /// The server.
    pub base: Url,
    /// The room.
    pub room: String,
    /// The items on sale; with more than one, orders fall on them unevenly (in proportion to 1 / rank).
    pub items: Vec<u64>,
    /// Units of each that nobody holds yet.
    pub units: u64,
    /// Buyers; each orders `orders_each` times.
    pub buyers: usize,
    /// Orders of one buyer, one after another.
    pub orders_each: usize,
    /// What they want.
    pub mix: Mix,
    /// How they reach the server.
    pub mode: RushMode,
    /// Where tokens come from; gateways need none.
    pub tokens: Tokens,
    /// Seed of ids and choices.
    pub seed: u64,
    /// The server's process, to measure what it uses.
    pub server_pid: Option<u32>,
}

/// What a rush showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RushReport {
    /// `sockets`, `http` or `gateways`.
    pub mode: &'static str,
    /// Connections.
    pub connections: usize,
    /// Orders under way on each at most.
    pub under_way: usize,
    /// Orders asked for.
    pub asked: u64,
    /// Orders answered, held or refused.
    pub answered: u64,
    /// Units held, as acknowledged, and not given up.
    pub held: u64,
    /// Orders given up, as acknowledged.
    pub given_up: u64,
    /// Refusals by code.
    pub refused: BTreeMap<String, u64>,
    /// Seconds from the first order to the last answer.
    pub seconds: f64,
    /// Answers a second.
    pub orders_per_s: f64,
    /// From order to answer.
    pub delay: Delays,
    /// Syncs of the log in that time, by how many entries at most shared one.
    pub batches: BTreeMap<String, u64>,
    /// Units acknowledged beyond the stock: must be 0.
    pub oversold: u64,
    /// Orders acknowledged twice or under another's id: must be 0.
    pub doubled: u64,
    /// Acknowledged units that the room does not show as held or sold in the end: must be 0.
    pub lost: u64,
    /// Units neither acknowledged nor left, with an order that was never answered: must be 0 when all were answered.
    pub unaccounted: u64,
    /// CPU seconds of the server.
    pub server_cpu_s: f64,
    /// CPU seconds of this process.
    pub client_cpu_s: f64,
}

/// Puts plain items into catalogue and room, gives each so many units and opens their sales. Needs an operator or admin.
pub async fn rush_prepare(host: &StaffSession, room: &str, items: &[u64], units: i64) -> Result<(), Fault> {
    host.stock_plain(items).await?;
    for &item in items {
        host.ask(room, &Act::ListItem { item }).await?;
        host.ask(room, &Act::SetStock { item, units }).await?;
        let price_minor = Some(wishes::PRICE_MINOR);
        let sale = Act::OpenSale { item, price_minor, per_person: 999, hold_ms: 3_600_000 };
        host.ask(room, &sale).await?;
    }
    Ok(())
}

/// Makes the rush. What was acknowledged comes with the report.
pub async fn rush_clients(config: RushConfig) -> Result<(RushReport, Promises), Fault> {
    raise_open_files();
    let door = Door::new(&config.base)?;
    let tokens = match config.mode {
        RushMode::Gateways { .. } => vec![],
        _ => config.tokens.for_guests(&door, &config.room, config.buyers).await?,
    };
    let before = left(&door, &config).await?;
    let wishes = wishes::wishes(&config, tokens);
    let asked = wishes.iter().map(Vec::len).sum::<usize>() as u64;
    let (connections, mode, under_way) = match config.mode {
        RushMode::Sockets => (wishes.len(), "sockets", 1),
        RushMode::Http { connections, pipeline } => (connections.max(1), "http", pipeline),
        RushMode::Gateways { connections, under_way, .. } => (connections.max(1), "gateways", under_way),
    };
    let lanes = if mode == "sockets" { wishes } else { wishes::shared_out(wishes, connections) };
    let usage =
        || (config.server_pid.map(Usage::of).unwrap_or_default().cpu_s, Usage::of(std::process::id()).cpu_s);
    let ran = Running::start(&door, &config, lanes).await;
    let batches_from = door.log_batches().await?;
    let (server_from, client_from) = usage();
    let (seconds, delay, outcomes, faults) = ran.finish().await;
    let (server_to, client_to) = usage();
    let batches_to = door.log_batches().await?;
    let after = left(&door, &config).await?;
    let mut report = RushReport {
        mode,
        connections,
        under_way,
        asked,
        answered: outcomes.len() as u64,
        seconds,
        orders_per_s: outcomes.len() as f64 / seconds,
        delay,
        batches: more_than(&batches_to, &batches_from),
        server_cpu_s: server_to - server_from,
        client_cpu_s: client_to - client_from,
        ..RushReport::default()
    };
    for fault in faults {
        *report.refused.entry(format!("fault {}", fault.word())).or_default() += 1;
    }
    keep_books(&mut report, &config, &outcomes, (&before, &after));
    Ok((report, books::promises(&outcomes)))
}

/// Lanes that have opened their connections and wait for the word to go.
struct Running {
    tasks: JoinSet<lanes::Done>,
    start: Arc<Barrier>,
    delays: Arc<Histogram>,
}

impl Running {
    async fn start(door: &Door, config: &RushConfig, lanes: Vec<Vec<wishes::Wish>>) -> Running {
        // The lanes, and twice whoever lets them go: when all are ready, and when they shall.
        let start = Arc::new(Barrier::new(lanes.len() + 1));
        let gate = Arc::new(Semaphore::new(64));
        let delays = Arc::new(Histogram::default());
        let mut tasks = JoinSet::new();
        for wishes in lanes {
            let lane = Lane {
                authority: door.authority(),
                room: config.room.clone(),
                wishes,
                start: start.clone(),
                gate: gate.clone(),
                delays: delays.clone(),
            };
            match config.mode.clone() {
                RushMode::Sockets => tasks.spawn(lane.over_socket()),
                RushMode::Http { pipeline, .. } => tasks.spawn(lane.over_http(pipeline.max(1))),
                RushMode::Gateways { under_way, key, .. } => {
                    tasks.spawn(lane.through_gateway(under_way.max(1), key))
                }
            };
        }
        start.wait().await;
        Running { tasks, start, delays }
    }

    async fn finish(mut self) -> (f64, Delays, Vec<Outcome>, Vec<Fault>) {
        self.start.wait().await;
        let began = Instant::now();
        let (mut outcomes, mut faults) = (Vec::new(), Vec::new());
        while let Some(lane) = self.tasks.join_next().await {
            match lane {
                Ok((done, fault)) => {
                    outcomes.extend(done);
                    faults.extend(fault);
                }
                Err(why) => faults.push(Fault::strange("rushing", why)),
            }
        }
        (began.elapsed().as_secs_f64(), self.delays.delays(), outcomes, faults)
    }
}

fn more_than(now: &[(String, u64)], before: &[(String, u64)]) -> BTreeMap<String, u64> {
    let before: BTreeMap<&str, u64> = before.iter().map(|(at_most, n)| (at_most.as_str(), *n)).collect();
    let more = |(at_most, n): &(String, u64)| {
        (at_most.clone(), n - before.get(at_most.as_str()).copied().unwrap_or(0))
    };
    now.iter().map(more).filter(|(_, n)| *n > 0).collect()
}

/// Units left of each item, as the room shows them.
async fn left(door: &Door, config: &RushConfig) -> Result<Left, Fault> {
    // Let the last changes reach the screen.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let view: View = door.get("looking at the shelf", &format!("/api/rooms/{}", config.room), None).await?;
    Ok(view.shelf.iter().map(|entry| (entry.item.id, u64::from(entry.left))).collect())
}
