//! `linger bench ingest`: events over HTTP, each durable before it is acknowledged; with `--kill`, the server is killed
//! half-way and everything whose answer never came is told again. It does not know how events are stored.

use super::{count, ground, number};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_sim::{
    door::{Door, StaffSession},
    load::{IngestConfig, IngestReport, ingest_clients, visible_ms},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, process::ExitCode, sync::Arc, time::Duration};

/// Of a server that lives for one bench only.
const PASSWORD: &str = "only-for-this-bench-1";
const LOGIN: &str = "bench-admin";

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let program = ground::program(&folder)?;
    let mut server = program.start().await?;
    let token = server.invitation().await?;
    let staff = Door::new(&server.base)?.take_up(&token, LOGIN, "Bench", PASSWORD).await?;
    let asked = json!({"name": "Bench", "source": "bench", "per_second": 1_000_000});
    let made: Value = staff.post("making a write key", "/api/write-keys", &asked).await?;
    let mut config = IngestConfig {
        base: server.base.clone(),
        key: made["key"].as_str().context("no key was made")?.to_owned(),
        connections: count(matches, "connections")?,
        batch: count(matches, "batch")?,
        people: number(matches, "people"),
        seconds: number(matches, "seconds"),
        per_s: None,
        first_batch: 0,
        server_pid: server.pid(),
        over: Arc::default(),
    };
    let (mut killed, mut staff) = (None, staff);
    if matches.get_flag("kill") {
        let clients = tokio::spawn(ingest_clients(config.clone(), BTreeSet::new()));
        tokio::time::sleep(Duration::from_millis(config.seconds * 500)).await;
        server.kill().await?;
        let before = clients.await??;
        server = program.start().await?;
        staff = Door::new(&server.base)?.sign_in(LOGIN, PASSWORD).await?;
        let kept = facts(&staff).await?;
        ensure!(
            kept >= before.stored,
            "{kept} facts are there after the blow, and {} were acknowledged: some are lost",
            before.stored
        );
        config = IngestConfig {
            base: server.base.clone(),
            server_pid: server.pid(),
            first_batch: before.next_batch,
            over: Arc::default(),
            ..config
        };
        killed = Some(before);
    }
    let again = killed.as_ref().map(|it| it.unanswered.clone()).unwrap_or_default();
    let report = ingest_clients(config.clone(), again).await?;
    let visible = [visible_ms(&server.base, 0.5).await?, visible_ms(&server.base, 0.99).await?];
    let kept = facts(&staff).await?;
    let told = report.next_batch * config.batch as u64;
    tell(&report, killed.as_ref(), visible, told, kept);
    // Its files go with it: nobody waits for them to be written.
    server.kill().await?;
    Ok(if kept == told && report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &IngestReport, killed: Option<&IngestReport>, visible: [f64; 2], told: u64, kept: u64) {
    let lost = told.saturating_sub(kept);
    let doubled = kept.saturating_sub(told);
    println!(
        "{}",
        json!({
            "report": report, "before_the_blow": killed, "told": told, "kept": kept, "lost": lost,
            "doubled": doubled, "visible_p50_ms_at_most": visible[0], "visible_p99_ms_at_most": visible[1],
        })
    );
}

async fn facts(staff: &StaffSession) -> anyhow::Result<u64> {
    let figures: Value = staff.get("reading the figures", "/api/events/figures").await?;
    figures["facts"].as_u64().context("no figure of facts")
}
