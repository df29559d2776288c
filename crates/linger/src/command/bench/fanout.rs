//! `linger bench fanout`: at a steady pace, or as a flood. It does not know what a comment means.

use super::{
    count,
    ground::{Ground, ROOM},
    number,
};
use clap::ArgMatches;
use linger_sim::load::{FanoutConfig, Tokens, fanout_clients, flood_clients};
use std::process::ExitCode;

/// Seconds between two comments of one sender.
const SENDER_GAP_S: f64 = 0.25;

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let is_flood = matches.get_one::<String>("mix").is_some_and(|mix| mix == "flood");
    let ground = Ground::thinning(if is_flood { number(matches, "talk") } else { 0 }).await?;
    #[expect(clippy::cast_precision_loss, reason = "rates and seconds of a bench are small")]
    let config = FanoutConfig {
        base: ground.server.base.clone(),
        room: ROOM.to_owned(),
        sockets: count(matches, "sockets")?,
        danmu_per_s: number(matches, "rate") as f64,
        seconds: number(matches, "seconds") as f64,
        sender_gap_s: SENDER_GAP_S,
        tokens: Tokens::Door,
        seed: 1,
        server_pid: ground.server.pid(),
    };
    let (report, is_good) = if is_flood {
        let report = flood_clients(config, ground.staff.clone()).await?;
        (serde_json::to_string(&report)?, report.is_good())
    } else {
        let report = fanout_clients(config).await?;
        (serde_json::to_string(&report)?, report.lost + report.reordered == 0)
    };
    println!("{report}");
    ground.server.stop().await?;
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
