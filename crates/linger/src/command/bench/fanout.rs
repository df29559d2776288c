//! `linger bench fanout`. It does not know what a comment means.

use super::{
    count,
    ground::{Ground, ROOM},
    number,
};
use clap::ArgMatches;
use linger_sim::load::{FanoutConfig, Tokens, fanout_clients};
use std::process::ExitCode;

/// Seconds between two comments of one sender.
const SENDER_GAP_S: f64 = 0.25;

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let ground = Ground::new().await?;
    #[expect(clippy::cast_precision_loss, reason = "rates and seconds of a bench are small")]
    let report = fanout_clients(FanoutConfig {
        base: ground.server.base.clone(),
        room: ROOM.to_owned(),
        sockets: count(matches, "sockets")?,
        danmu_per_s: number(matches, "rate") as f64,
        seconds: number(matches, "seconds") as f64,
        sender_gap_s: SENDER_GAP_S,
        tokens: Tokens::Door,
        seed: 1,
        server_pid: ground.server.pid(),
    })
    .await?;
    println!("{}", serde_json::to_string(&report)?);
    ground.server.stop().await?;
    Ok(if report.lost + report.reordered == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
