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
use linger_sim::{
    load::{RushConfig, RushMode, Tokens, rush_clients, rush_prepare},
    script,
};
use serde_json::json;
use std::{process::ExitCode, sync::Arc, time::Instant};

/// Orders under way at once at the engine alone.
const UNDER_WAY: usize = 4_096;

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let ground = Ground::new().await?;
    script::stock_catalogue(&ground.staff).await?;
    let items: Vec<u64> =
        linger_sim::goods::GOODS.iter().map(|good| good.id).take(count(matches, "items")?.max(1)).collect();
    let units = number(matches, "units");
    rush_prepare(&ground.staff, ROOM, &items, i64::try_from(units)?).await?;
    let mode = match count(matches, "gateways")? {
        0 => RushMode::Sockets,
        connections => RushMode::Gateways { connections, pipeline: count(matches, "pipeline")?.max(1) },
    };
    let report = rush_clients(RushConfig {
        base: ground.server.base.clone(),
        room: ROOM.to_owned(),
        items,
        units,
        buyers: count(matches, "buyers")?,
        orders_each: 1,
        mode,
        tokens: Tokens::Door,
        seed: 1,
        server_pid: ground.server.pid(),
    })
    .await?;
    ground.server.stop().await?;
    let engine = match number(matches, "engine-orders") {
        0 => None,
        orders => Some(engine_alone(orders, units).await?),
    };
    let good = report.oversold + report.doubled + report.lost + report.unaccounted == 0;
    println!("{}", json!({ "interface": report, "engine": engine }));
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
