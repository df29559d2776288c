//! Measures the fan-out on one machine: one publisher, N viewers over loopback, and what the media thread costs.
//!
//! `cargo run --release -p linger-media --features peer --example fanout -- <h264> <opus> <viewers> <seconds>`.
//! The viewers count packets only, in a thread of their own. Reads Linux's `/proc`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linger_media::peer::{Clip, Crowd, Peer, PublishOptions, Seen, WatchOptions};
use linger_media::{Media, MediaConfig};

const TICKS_PER_SECOND: f64 = 100.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [h264, opus, viewers, seconds] = &arguments[..] else {
        return Err("usage: fanout <h264> <opus> <viewers> <seconds>".into());
    };
    let (viewers, seconds): (usize, u64) = (viewers.parse()?, seconds.parse()?);
    let clip = Clip::read(&std::fs::read(h264)?, &std::fs::read(opus)?, 30)?;
    let (media, mut events) = Media::start(MediaConfig::loopback())?;
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let (stage, hall) = (Crowd::start()?, Crowd::start()?);
    let publisher = Peer::publish(&stage, &PublishOptions { stamp: true, ..PublishOptions::default() })?;
    publisher.accept(&media.publish("r", publisher.offer()).await?.sdp)?;
    publisher.play(Arc::new(clip))?;
    publisher.wait(Duration::from_secs(10), |seen| seen.frames_sent > 0).await.ok_or("no publisher")?;

    let (joins_from, cpu_before_joins) = (Instant::now(), cpu_seconds("media"));
    let mut audience = Vec::new();
    for _ in 0..viewers {
        let options = WatchOptions { whole_frames: false, ..WatchOptions::default() };
        let viewer = Peer::watch(&hall, &options)?;
        viewer.accept(&media.watch("r", viewer.offer()).await?.sdp)?;
        audience.push(viewer);
    }
    for viewer in &audience {
        viewer
            .wait(Duration::from_secs(60), |seen| seen.first_frame_after.is_some())
            .await
            .ok_or("no picture")?;
    }
    let joined = joins_from.elapsed();
    println!(
        "joined          {viewers} in {:.2} s, media thread {:.2} s CPU",
        joined.as_secs_f64(),
        cpu_seconds("media") - cpu_before_joins
    );
    let mut firsts: Vec<_> = audience.iter().filter_map(|viewer| viewer.seen().first_frame_after).collect();
    firsts.sort();
    println!("first frame     p50 {:?}  p95 {:?}", firsts[viewers / 2], firsts[viewers * 95 / 100]);

    let seen_before: Vec<Seen> = audience.iter().map(Peer::seen).collect();
    let (before, cpu_before) = (media.stats(), cpu_seconds("media"));
    let from = Instant::now();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (after, cpu, took) = (media.stats(), cpu_seconds("media") - cpu_before, from.elapsed().as_secs_f64());
    let packets = (after.packets_forwarded - before.packets_forwarded) as f64;
    let bits = (after.bytes_forwarded - before.bytes_forwarded) as f64 * 8.0;
    println!("forwarded       {:.0} packets/s, {:.1} Mbit/s", packets / took, bits / took / 1e6);
    println!("media thread    {:.1} % of a core, {:.2} us a packet", cpu / took * 100.0, cpu / packets * 1e6);
    println!("at one core     {:.0} Mbit/s", bits / 1e6 / cpu);
    let mut all = Seen::default();
    for (viewer, before) in audience.iter().zip(&seen_before) {
        let mut seen = viewer.seen();
        seen.forget_delays_of(before);
        all.add_delays(&seen);
    }
    println!("delay below     p50 {:?}  p99 {:?}", all.delay(0.5), all.delay(0.99));
    println!("dropped         {}", after.datagrams_dropped);
    Ok(())
}

/// CPU time of the threads of that name, from the system's own account.
fn cpu_seconds(name: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let ticks: u64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok())
        .filter(|stat| stat.contains(&format!("({name})")))
        .filter_map(|stat| {
            let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
        })
        .sum();
    ticks as f64 / TICKS_PER_SECOND
}
