//! `linger bench rush`: over the public interface, and the engine alone. It does not know the room's books; it keeps its
//! own.

use super::{
    count,
    ground::{Ground, ROOM},
    number,
};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_engine::{Engine, EngineConfig, Seeds, SteadyClock};
use linger_log::{DiskConfig, DiskLog};
use linger_protocol::{
    Act, Actor, Currency, Item, ItemId, Limits, Money, OrderId, PersonId, Refusal, Request, RoomId,
};
use linger_sim::load::{Mix, RushConfig, RushMode, RushReport, Tokens, rush_clients, rush_prepare};
use serde::Serialize;
use serde_json::json;
use std::{process::ExitCode, sync::Arc, time::Instant};

/// Orders under way at once at the engine alone.
const UNDER_WAY: usize = 4_096;

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let text = |name| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let mut rushes = Vec::new();
    for under_way in text("under-way").split(',') {
        let under_way =
            under_way.trim().parse().context("--under-way takes numbers, with commas between them")?;
        rushes.push(one(matches, text("how"), under_way).await?);
    }
    let engine = match number(matches, "engine-orders") {
        0 => None,
        orders => Some(engine_alone(orders, number(matches, "units")).await?),
    };
    let good = rushes.iter().all(Rushed::is_good);
    let rushes: Vec<_> = rushes.iter().map(|it| json!({ "report": it.report, "log": it.log })).collect();
    println!("{}", json!({ "interface": rushes, "engine": engine }));
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A rush, and what an independent reader of the log makes of it.
struct Rushed {
    report: RushReport,
    log: Read,
}

/// The log held to everything that was acknowledged; all but the first two must be 0.
#[derive(Serialize)]
struct Read {
    entries: u64,
    units_taken: u64,
    /// Acknowledged, and not in the log as it was.
    lost: u64,
    oversold: u64,
    wrong: u64,
    /// In the log, and never acknowledged.
    unpromised: u64,
    /// By how much the units that the log says are taken differ from those acknowledged.
    units_apart: u64,
}

impl Rushed {
    fn is_good(&self) -> bool {
        let Rushed { report, log } = self;
        let books = report.oversold + report.doubled + report.lost + report.unaccounted;
        books + log.lost + log.oversold + log.wrong + log.unpromised + log.units_apart == 0
    }
}

/// A server of its own, and a rush on it.
async fn one(matches: &ArgMatches, how: &str, under_way: usize) -> anyhow::Result<Rushed> {
    let ground = Ground::new().await?;
    let items: Vec<u64> = (1..=number(matches, "items").max(1)).collect();
    let units = number(matches, "units");
    rush_prepare(&ground.staff, ROOM, &items, i64::try_from(units)?).await?;
    let connections = count(matches, "gateways")?.max(1);
    let mode = match how {
        "sockets" => RushMode::Sockets,
        "http" => RushMode::Http { connections, pipeline: under_way },
        _ => {
            let key = ground.staff.gateway_key(ROOM, "bench").await?;
            RushMode::Gateways { connections, under_way, key }
        }
    };
    let evening = matches.get_one::<String>("mix").is_some_and(|mix| mix == "evening");
    let (report, promises) = rush_clients(RushConfig {
        base: ground.server.base.clone(),
        room: ROOM.to_owned(),
        items,
        units,
        buyers: count(matches, "buyers")?,
        orders_each: count(matches, "orders-each")?.max(1),
        mix: if evening { Mix::Evening } else { Mix::Rush },
        mode,
        tokens: Tokens::Door,
        seed: 1,
        server_pid: ground.server.pid(),
    })
    .await?;
    let Ground { server, program, _folder, .. } = ground;
    server.stop().await?;
    let audit = program.audit(ROOM).await?;
    let found = audit.findings(&promises);
    for what in &found.described {
        eprintln!("{what}");
    }
    let log = Read {
        entries: audit.lines(),
        units_taken: audit.units_taken(),
        lost: found.lost,
        oversold: found.oversold,
        wrong: found.wrong,
        unpromised: audit.unpromised(&promises),
        units_apart: audit.units_taken().abs_diff(report.held),
    };
    Ok(Rushed { report, log })
}

/// No draw is held here.
struct NoSeeds;

impl Seeds for NoSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

/// The same race without sockets: the log on the disk, a sync before every answer.
async fn engine_alone(orders: u64, units: u64) -> anyhow::Result<serde_json::Value> {
    let folder = tempfile::tempdir()?;
    let (log, _) = DiskLog::open(folder.path().join("log"), DiskConfig::default())?;
    let clock = Arc::new(SteadyClock::start());
    let (engine, _) = Engine::start(Arc::new(log), clock, Arc::new(NoSeeds), EngineConfig::default())?;
    let room = RoomId::new(ROOM)?;
    let price = Money::new(100, Currency::CNY);
    let id = ItemId(1);
    let item = Item::new(id, "Pot", price, "Shop");
    let host = PersonId(1);
    for act in [
        Act::OpenRoom { title: "Rush".into(), host, host_name: "Host".into() },
        Act::ListItem { item },
        Act::SetStock { item: id, units: i64::try_from(units)? },
        Act::OpenSale { item: id, price, per_person: Limits::ORDER_UNITS_MAX, hold_ms: Limits::HOLD_MS_MAX },
    ] {
        engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await?;
    }
    let begun = Instant::now();
    let lanes: Vec<_> = (0..UNDER_WAY as u64)
        .map(|lane| {
            let (engine, room) = (engine.clone(), room.clone());
            tokio::spawn(async move {
                let mut held = 0u64;
                let mut slowest = std::time::Duration::ZERO;
                for n in (lane..orders).step_by(UNDER_WAY) {
                    let act = Act::PlaceOrder { order: OrderId(u128::from(n) + 1), item: id, units: 1 };
                    let asked = Instant::now();
                    match engine.ask(&room, Request { by: Actor::viewer(PersonId(n + 2)), act }, None).await {
                        Ok(_) => held += 1,
                        Err(linger_engine::Refused::Refusal(Refusal::SoldOut)) => {}
                        Err(other) => anyhow::bail!("an order was answered {other}"),
                    }
                    slowest = slowest.max(asked.elapsed());
                }
                Ok((held, slowest))
            })
        })
        .collect();
    let mut held = 0;
    let mut slowest = std::time::Duration::ZERO;
    for lane in lanes {
        let (units, wait) = lane.await.context("a lane ended")??;
        held += units;
        slowest = slowest.max(wait);
    }
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(held == units.min(orders), "{held} held of {units}: the engine broke its word");
    engine.stop().await;
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
    let per_s = orders as f64 / seconds;
    Ok(json!({
        "orders": orders, "held": held, "seconds": seconds, "orders_per_s": per_s, "under_way": UNDER_WAY,
        "slowest_ms": slowest.as_secs_f64() * 1_000.0,
    }))
}
