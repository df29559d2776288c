//! Many buyers, few units: who got what, how fast, and whether anything was promised twice.
//!
//! It does not know the server's books; it keeps its own of every acknowledgement and compares them with what the room
//! shows in the end.

use super::dialect::{Dialect, Got, Linger, Reply};
use super::histogram::{Delays, Histogram};
use super::http::Http;
use super::process::{Usage, raise_open_files};
use super::raw::{Flow, RawSocket};
use super::tokens::Tokens;
use crate::dice::Dice;
use crate::door::{Door, StaffSession};
use crate::fault::Fault;
use crate::wire::{Act, Answer, ErrorTold, Tell, Told, View};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use url::Url;

/// How orders reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RushMode {
    /// One socket a buyer, all orders at once.
    Sockets,
    /// A few kept connections that carry many buyers, as a shop's own servers would: `POST …/ask`.
    Gateways {
        /// Connections.
        connections: usize,
        /// Requests under way on each.
        pipeline: usize,
    },
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
    /// Buyers; each orders one unit, `orders_each` times.
    pub buyers: usize,
    /// Orders of one buyer, one after another.
    pub orders_each: usize,
    /// How they reach the server.
    pub mode: RushMode,
    /// Where tokens come from.
    pub tokens: Tokens,
    /// Seed of ids and choices.
    pub seed: u64,
    /// The server's process, to measure what it uses.
    pub server_pid: Option<u32>,
}

/// What a rush showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RushReport {
    /// `sockets` or `gateways`.
    pub mode: String,
    /// Connections.
    pub connections: usize,
    /// Orders asked for.
    pub asked: u64,
    /// Orders answered, held or refused.
    pub answered: u64,
    /// Units held, as acknowledged.
    pub held: u64,
    /// Refusals by code.
    pub refused: BTreeMap<String, u64>,
    /// Seconds from the first order to the last answer.
    pub seconds: f64,
    /// Answers a second.
    pub orders_per_s: f64,
    /// From order to answer.
    pub delay: Delays,
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
        let sale = Act::OpenSale { item, price_minor: Some(100), per_person: 999, hold_ms: 3_600_000 };
        host.ask(room, &sale).await?;
    }
    Ok(())
}

/// One order and what came of it.
#[derive(Debug)]
struct Outcome {
    order: String,
    item: u64,
    held: Result<Option<crate::wire::Order>, String>,
}

/// One buyer's wish.
#[derive(Clone, Debug)]
struct Wish {
    token: Arc<str>,
    order: String,
    item: u64,
}

impl Wish {
    fn act(&self) -> Act {
        Act::PlaceOrder { order: self.order.clone(), item: self.item, units: 1 }
    }
}

/// Makes the rush.
pub async fn rush_clients(config: RushConfig) -> Result<RushReport, Fault> {
    raise_open_files();
    let door = Door::new(&config.base)?;
    let tokens = config.tokens.for_guests(&door, &config.room, config.buyers).await?;
    let before = left(&door, &config).await?;
    let wishes = wishes(&config, tokens);
    let asked = wishes.iter().map(Vec::len).sum::<usize>() as u64;
    let delays = Arc::new(Histogram::default());
    let usage =
        || (config.server_pid.map(Usage::of).unwrap_or_default().cpu_s, Usage::of(std::process::id()).cpu_s);
    let lanes = match config.mode {
        RushMode::Sockets => wishes,
        RushMode::Gateways { connections, .. } => shared_out(wishes, connections.max(1)),
    };
    let connections = lanes.len();
    let start = Arc::new(Barrier::new(connections + 1));
    let gate = Arc::new(Semaphore::new(64));
    let mut tasks = JoinSet::new();
    for lane in lanes {
        let lane = Lane {
            authority: door.authority(),
            room: config.room.clone(),
            wishes: lane,
            start: start.clone(),
            gate: gate.clone(),
            delays: delays.clone(),
        };
        match config.mode {
            RushMode::Sockets => tasks.spawn(lane.over_socket()),
            RushMode::Gateways { pipeline, .. } => tasks.spawn(lane.over_http(pipeline.max(1))),
        };
    }
    start.wait().await;
    let (server_from, client_from) = usage();
    let began = Instant::now();
    let mut outcomes = Vec::with_capacity(usize::try_from(asked).unwrap_or(0));
    let mut faults = Vec::new();
    while let Some(lane) = tasks.join_next().await {
        match lane {
            Ok((done, fault)) => {
                outcomes.extend(done);
                faults.extend(fault);
            }
            Err(why) => faults.push(Fault::strange("rushing", why)),
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let (server_to, client_to) = usage();
    let after = left(&door, &config).await?;
    let mut report = RushReport {
        mode: if config.mode == RushMode::Sockets { "sockets" } else { "gateways" }.into(),
        connections,
        asked,
        answered: outcomes.len() as u64,
        seconds,
        orders_per_s: outcomes.len() as f64 / seconds,
        delay: delays.delays(),
        server_cpu_s: server_to - server_from,
        client_cpu_s: client_to - client_from,
        ..RushReport::default()
    };
    for fault in faults {
        *report.refused.entry(format!("fault {}", fault.word())).or_default() += 1;
    }
    keep_books(&mut report, &config, &outcomes, &before, &after);
    Ok(report)
}

fn wishes(config: &RushConfig, tokens: Vec<String>) -> Vec<Vec<Wish>> {
    let mut dice = Dice::of(config.seed ^ super::stamp::now_us(), "rush");
    let ranks: Vec<f64> = (1..=config.items.len()).map(|rank| 1.0 / rank as f64).collect();
    let mut wish = |token: &Arc<str>| {
        let place = dice.weighted(ranks.iter().copied()).unwrap_or(0);
        let order = format!("{:016x}{:016x}", dice.bits(), dice.bits());
        Wish { token: token.clone(), order, item: config.items.get(place).copied().unwrap_or(0) }
    };
    let mut all = Vec::with_capacity(tokens.len());
    for token in tokens {
        let token: Arc<str> = token.into();
        all.push((0..config.orders_each).map(|_| wish(&token)).collect());
    }
    all
}

/// Deals the wishes of all buyers to a few lanes, so that a buyer's own orders stay in order.
fn shared_out(wishes: Vec<Vec<Wish>>, lanes: usize) -> Vec<Vec<Wish>> {
    let mut shared = vec![Vec::new(); lanes];
    for (place, mut of_one) in wishes.into_iter().enumerate() {
        shared[place % lanes].append(&mut of_one);
    }
    shared
}

/// Units left of each item, as the room shows them.
async fn left(door: &Door, config: &RushConfig) -> Result<BTreeMap<u64, u64>, Fault> {
    // Let the last changes reach the screen.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let view: View = door.get("looking at the shelf", &format!("/api/rooms/{}", config.room), None).await?;
    Ok(view.shelf.iter().map(|entry| (entry.item.id, u64::from(entry.left))).collect())
}

fn keep_books(
    report: &mut RushReport,
    config: &RushConfig,
    outcomes: &[Outcome],
    before: &BTreeMap<u64, u64>,
    after: &BTreeMap<u64, u64>,
) {
    let mut seen = BTreeSet::new();
    let mut held: BTreeMap<u64, u64> = BTreeMap::new();
    for outcome in outcomes {
        match &outcome.held {
            Ok(order) => {
                let fits = order.as_ref().is_none_or(|order| {
                    order.order == outcome.order && order.item == outcome.item && order.units == 1
                });
                if !fits || !seen.insert(&outcome.order) {
                    report.doubled += 1;
                }
                *held.entry(outcome.item).or_default() += 1;
            }
            Err(code) => *report.refused.entry(code.clone()).or_default() += 1,
        }
    }
    report.held = held.values().sum();
    for item in config.items.iter().collect::<BTreeSet<_>>() {
        let there = before.get(item).copied().unwrap_or(config.units);
        let gone = there.saturating_sub(after.get(item).copied().unwrap_or(0));
        let acknowledged = held.get(item).copied().unwrap_or(0);
        report.oversold += acknowledged.saturating_sub(there);
        report.lost += acknowledged.saturating_sub(gone);
        report.unaccounted += gone.saturating_sub(acknowledged);
    }
}

/// One connection and the orders that go over it.
struct Lane {
    authority: String,
    room: String,
    wishes: Vec<Wish>,
    start: Arc<Barrier>,
    gate: Arc<Semaphore>,
    delays: Arc<Histogram>,
}

type Done = (Vec<Outcome>, Option<Fault>);

impl Lane {
    async fn over_socket(self) -> Done {
        let mut outcomes = Vec::with_capacity(self.wishes.len());
        let fault = self.order_over_socket(&mut outcomes).await.err();
        (outcomes, fault)
    }

    async fn enter(&self) -> Result<(RawSocket, Dialect), Fault> {
        let token = self.wishes.first().map(|wish| wish.token.to_string()).unwrap_or_default();
        let mut dialect = Dialect::Linger(Linger::new(token));
        let _permit = self.gate.acquire().await;
        let mut socket = RawSocket::open(&self.authority, &format!("/ws/rooms/{}", self.room), "").await?;
        let (opening, _) = dialect.opening();
        for reply in opening {
            if let Reply::Text(text) = reply {
                socket.send_text(&text).await?;
            }
        }
        let mut ready = false;
        while !ready {
            let flow = socket
                .read(|kind, payload| {
                    dialect.take(kind, payload, &mut Vec::new(), &mut |got| {
                        ready |= matches!(got, Got::Ready | Got::Anew { .. });
                    });
                })
                .await?;
            if flow == Flow::Closed {
                return Err(Fault::strange("entering", "the connection ended"));
            }
        }
        Ok((socket, dialect))
    }

    async fn order_over_socket(&self, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
        let entered = self.enter().await;
        self.start.wait().await;
        let (mut socket, _) = entered?;
        for (place, wish) in self.wishes.iter().enumerate() {
            let id = place as u32 + 1;
            let asked_at = Instant::now();
            socket.send_text(&Tell::Ask { id, act: wish.act() }.to_text()).await?;
            let mut answer = None;
            while answer.is_none() {
                let mut ping = false;
                let flow = socket
                    .read(|kind, payload| {
                        ping |= kind == super::raw::Kind::Ping;
                        answer = answer.take().or_else(|| answer_in(payload, id));
                    })
                    .await?;
                if ping {
                    socket.pong().await?;
                }
                if flow == Flow::Closed && answer.is_none() {
                    return Err(Fault::strange("rushing", "the connection ended"));
                }
            }
            self.delays.add(u64::try_from(asked_at.elapsed().as_micros()).unwrap_or(u64::MAX));
            let held = answer.unwrap_or_else(|| Err("none".into()));
            outcomes.push(Outcome { order: wish.order.clone(), item: wish.item, held });
        }
        Ok(())
    }

    async fn over_http(self, pipeline: usize) -> Done {
        let mut outcomes = Vec::with_capacity(self.wishes.len());
        let fault = self.order_over_http(pipeline, &mut outcomes).await.err();
        (outcomes, fault)
    }

    async fn order_over_http(&self, pipeline: usize, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
        let opened = Http::open(&self.authority).await;
        self.start.wait().await;
        let mut http = opened?;
        let path = format!("/api/rooms/{}/ask", self.room);
        let mut under_way = VecDeque::with_capacity(pipeline);
        let mut wishes = self.wishes.iter();
        loop {
            while under_way.len() < pipeline
                && let Some(wish) = wishes.next()
            {
                let headers =
                    format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", wish.token);
                http.send("POST", &path, &headers, json!(wish.act()).to_string().as_bytes()).await?;
                under_way.push_back((wish, Instant::now()));
            }
            let Some((wish, asked_at)) = under_way.pop_front() else { return Ok(()) };
            let answer = http.receive().await?;
            self.delays.add(u64::try_from(asked_at.elapsed().as_micros()).unwrap_or(u64::MAX));
            let held = if answer.status == 200 {
                let told: Result<Answer, _> = serde_json::from_slice(&answer.body);
                Ok(told.map_err(|why| Fault::strange("rushing", why))?.order)
            } else {
                let told: ErrorTold = serde_json::from_slice(&answer.body).unwrap_or_default();
                Err(if told.code.is_empty() { format!("status {}", answer.status) } else { told.code })
            };
            outcomes.push(Outcome { order: wish.order.clone(), item: wish.item, held });
        }
    }
}

/// The answer to ask `id`, if this frame is it.
fn answer_in(payload: &[u8], id: u32) -> Option<Result<Option<crate::wire::Order>, String>> {
    // Most frames are what everybody gets.
    if payload.starts_with(br#"{"t":"events""#) {
        return None;
    }
    match serde_json::from_slice(payload).ok()? {
        Told::Answer { id: of, done, refusal, .. } if of == id => Some(match (done, refusal) {
            (Some(done), _) => Ok(done.order),
            (None, refusal) => Err(refusal.unwrap_or_else(|| "none".into())),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Order;

    fn config() -> RushConfig {
        RushConfig {
            base: Url::parse("http://127.0.0.1:9").unwrap(),
            room: "r".into(),
            items: vec![1, 2],
            units: 2,
            buyers: 3,
            orders_each: 2,
            mode: RushMode::Sockets,
            tokens: Tokens::Door,
            seed: 1,
            server_pid: None,
        }
    }

    fn held(order: &str, item: u64) -> Outcome {
        let told = Order { order: order.into(), person: String::new(), item, units: 1, state: "held".into() };
        Outcome { order: order.into(), item, held: Ok(Some(told)) }
    }

    fn books(outcomes: &[Outcome], after: [(u64, u64); 2]) -> RushReport {
        let mut report = RushReport::default();
        let before = BTreeMap::from([(1, 2), (2, 2)]);
        keep_books(&mut report, &config(), outcomes, &before, &BTreeMap::from(after));
        report
    }

    #[test]
    fn books_that_agree_show_nothing() {
        let sold_out = Outcome { order: "d".into(), item: 1, held: Err("sold-out".into()) };
        let report = books(&[held("a", 1), held("b", 1), held("c", 2), sold_out], [(1, 0), (2, 1)]);
        assert_eq!(
            (report.held, report.oversold, report.doubled, report.lost, report.unaccounted),
            (3, 0, 0, 0, 0)
        );
        assert_eq!(report.refused["sold-out"], 1);
    }

    #[test]
    fn every_kind_of_broken_promise_shows() {
        assert_eq!(books(&[held("a", 1), held("b", 1), held("c", 1)], [(1, 0), (2, 2)]).oversold, 1);
        assert_eq!(books(&[held("a", 1), held("a", 1)], [(1, 0), (2, 2)]).doubled, 1);
        assert_eq!(books(&[held("a", 1)], [(1, 2), (2, 2)]).lost, 1);
        assert_eq!(books(&[], [(1, 1), (2, 2)]).unaccounted, 1);
    }

    #[test]
    fn every_buyer_keeps_to_one_lane() {
        let tokens: Vec<String> = (0..3).map(|n| format!("t{n}")).collect();
        let wishes = wishes(&config(), tokens);
        assert_eq!(wishes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
        let lanes = shared_out(wishes, 2);
        assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [4, 2]);
        let ids: BTreeSet<&String> = lanes.iter().flatten().map(|wish| &wish.order).collect();
        assert_eq!(ids.len(), 6);
    }
}
