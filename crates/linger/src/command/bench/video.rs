//! `linger bench video`: one publisher and many receivers by WHIP and WHEP, first on a good network, then a few on a bad
//! one. It does not know how packets are forwarded.

use super::{
    count,
    ground::{Ground, ROOM},
    number,
};
use anyhow::Context;
use clap::ArgMatches;
use linger_media::peer::{Clip, Crowd, Network, Peer, PublishOptions, Seen, WatchOptions};
use linger_sim::load::Usage;
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// Receivers that one thread drives; more would measure the thread.
const PEERS_A_CROWD: usize = 200;
/// Receivers on the bad network.
const WEAK: usize = 4;
/// Filler after each picture: 30 a second of these and the clip itself make 1.5 Mbit/s.
const FILLER_BYTES: usize = 5_300;
const CONNECT_MAX: Duration = Duration::from_secs(20);

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let viewers = count(matches, "viewers")?;
    let seconds = Duration::from_secs(number(matches, "seconds"));
    let ground = Ground::new().await?;
    let crowd = Crowd::start()?;
    let host = Peer::publish(&crowd, &PublishOptions { stamp: true, ..PublishOptions::default() })?;
    host.accept(&ground.staff.whip(ROOM, host.offer()).await?)?;
    let clip = Clip::read(&at_full_rate(crate::command::demo::PICTURE), crate::command::demo::SOUND, 30)?;
    host.play(Arc::new(clip))?;
    let good = watch(&ground, viewers, &Network::default(), seconds, false).await?;
    let weak = Network { loss: 0.10, delay: Duration::from_millis(25), ..Network::default() };
    let weak = watch(&ground, WEAK, &weak, seconds, true).await?;
    drop(host);
    ground.server.stop().await?;
    println!("{}", json!({ "good_network": good, "loss_10_percent_delay_25_ms": weak }));
    Ok(ExitCode::SUCCESS)
}

/// The clip with filler data after every picture (H.264, NAL unit type 12), so that it is as heavy as a 720p stream of
/// 1.5 Mbit/s: players skip filler, the network does not.
fn at_full_rate(annex_b: &[u8]) -> Vec<u8> {
    let starts: Vec<usize> =
        annex_b.windows(3).enumerate().filter(|(_, it)| *it == [0, 0, 1]).map(|(at, _)| at).collect();
    let mut heavy = Vec::with_capacity(annex_b.len() + starts.len() * FILLER_BYTES);
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(annex_b.len());
        let unit = &annex_b[*start..end];
        heavy.push(0);
        heavy.extend_from_slice(unit.strip_suffix(&[0]).unwrap_or(unit));
        let kind = unit.get(3).map_or(0, |header| header & 0x1f);
        if matches!(kind, 1 | 5) {
            heavy.extend_from_slice(&[0, 0, 0, 1, 12]);
            heavy.resize(heavy.len() + FILLER_BYTES, 0xff);
            heavy.push(0x80);
        }
    }
    heavy
}

async fn watch(
    ground: &Ground,
    viewers: usize,
    network: &Network,
    seconds: Duration,
    whole_frames: bool,
) -> anyhow::Result<Value> {
    let token = ground.door.guest(ROOM, "", "direct", None).await?.token;
    let mut crowds = vec![];
    let mut peers: Vec<Peer> = vec![];
    for n in 0..viewers {
        if n % PEERS_A_CROWD == 0 {
            crowds.push(Crowd::start()?);
        }
        let crowd = crowds.last().context("a crowd")?;
        let network = Network { seed: n as u64 + 1, ..network.clone() };
        let peer = Peer::watch(crowd, &WatchOptions { network, whole_frames, ..WatchOptions::default() })?;
        peer.accept(&ground.door.whep(ROOM, &token, peer.offer()).await?)?;
        peers.push(peer);
    }
    for peer in &peers {
        peer.wait(CONNECT_MAX, |seen| seen.first_frame_after.is_some())
            .await
            .context("a viewer saw no picture")?;
    }
    let from: Vec<Seen> = peers.iter().map(Peer::seen).collect();
    let server = ground.server.pid().map(Usage::of).unwrap_or_default();
    tokio::time::sleep(seconds).await;
    let to: Vec<Seen> = peers.iter().map(Peer::seen).collect();
    let used_s = ground.server.pid().map(Usage::of).unwrap_or_default().cpu_s - server.cpu_s;
    // With a goodbye: a receiver that is only dropped is sent to until its silence has lasted long enough.
    for peer in &peers {
        peer.leave()?;
    }
    Ok(figures(&from, to, used_s, seconds))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
fn figures(from: &[Seen], to: Vec<Seen>, used_s: f64, seconds: Duration) -> Value {
    let sum = |of: fn(&Seen) -> u64| {
        to.iter().map(of).sum::<u64>().saturating_sub(from.iter().map(of).sum::<u64>()) as f64
    };
    let mut first: Vec<f64> =
        from.iter().filter_map(|seen| Some(seen.first_frame_after?.as_secs_f64() * 1_000.0)).collect();
    first.sort_by(f64::total_cmp);
    let viewers = to.len();
    let (bytes, frames, gaps) = (sum(|it| it.bytes), sum(|it| it.frames), sum(|it| it.gaps));
    let audio = sum(|it| it.audio_packets);
    let mut delays = Seen::default();
    for (mut seen, earlier) in to.into_iter().zip(from) {
        seen.forget_delays_of(earlier);
        delays.add_delays(&seen);
    }
    let delay_ms = |share| delays.delay(share).map(|delay| delay.as_secs_f64() * 1_000.0);
    let mbit = bytes * 8.0 / 1e6;
    let secs = seconds.as_secs_f64();
    json!({
        "viewers": viewers, "seconds": secs, "mbit_per_s": mbit / secs,
        "server_cores": used_s / secs, "server_cpu_ms_per_mbit": used_s * 1_000.0 / mbit.max(1e-9),
        "viewers_per_core_at_1_5_mbps": mbit / 1.5 / used_s.max(1e-9),
        "frames_per_viewer_s": frames / viewers as f64 / secs, "gaps": gaps,
        "audio_packets_per_viewer_s": audio / viewers as f64 / secs,
        "first_frame_ms_p50": first.get(first.len() / 2), "first_frame_ms_max": first.last(),
        "delay_ms_p50": delay_ms(0.5), "delay_ms_p95": delay_ms(0.95),
    })
}
