//! `linger bench loop`: something happens in a room, a rule answers, and every screen hears of it; beside it, events come in
//! over HTTP at a steady pace. It does not know how rules are evaluated or events stored.

use super::{count, ground::Ground, number};
use anyhow::Context;
use clap::ArgMatches;
use linger_sim::load::{Answers, AnswersConfig, IngestConfig, IngestReport, ingest_clients};
use serde_json::{Value, json};
use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Until the background has its pace.
const WARM_UP: Duration = Duration::from_secs(3);
/// Longer than any run.
const DAY_S: u64 = 86_400;

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let ground = Ground::new().await?;
    let answers = Answers::set_up(AnswersConfig {
        staff: ground.staff.clone(),
        rooms: count(matches, "rooms")?,
        viewers: count(matches, "viewers")?,
        rules: count(matches, "rules")?,
        seed: 1,
        server_pid: ground.server.pid(),
    })
    .await?;
    let over = Arc::new(AtomicBool::new(false));
    let background = tokio::spawn(background(background_config(matches, &ground, over.clone()).await?));
    tokio::time::sleep(WARM_UP).await;
    let answered = answers.play().await?;
    over.store(true, Ordering::Relaxed);
    let background = background.await??;
    println!("{}", json!({ "answers": answered, "background": background }));
    ground.server.stop().await?;
    let refused = background.as_ref().map_or(0, |it| it.refused);
    Ok(if answered.is_good() && refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn background(config: Option<IngestConfig>) -> anyhow::Result<Option<IngestReport>> {
    let Some(config) = config else { return Ok(None) };
    Ok(Some(ingest_clients(config, Default::default()).await?))
}

async fn background_config(
    matches: &ArgMatches,
    ground: &Ground,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Option<IngestConfig>> {
    let per_s = number(matches, "background");
    if per_s == 0 {
        return Ok(None);
    }
    let asked = json!({"name": "Bench", "source": "bench", "per_second": 1_000_000});
    let made: Value = ground.staff.post("making a write key", "/api/write-keys", &asked).await?;
    #[expect(clippy::cast_precision_loss, reason = "the rate of a bench is small")]
    let per_s = Some(per_s as f64);
    Ok(Some(IngestConfig {
        base: ground.server.base.clone(),
        key: made["key"].as_str().context("no key was made")?.to_owned(),
        connections: count(matches, "connections")?,
        batch: count(matches, "batch")?,
        people: 100_000,
        seconds: DAY_S,
        per_s,
        first_batch: 0,
        server_pid: ground.server.pid(),
        over,
    }))
}
