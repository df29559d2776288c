//! `linger bench recover`: a room with a long history, killed under load, and how long until it serves again. It does not
//! know how a room is rebuilt.

use super::{count, ground, number};
use anyhow::{Context, ensure};
use clap::ArgMatches;
use linger_engine::{Engine, EngineConfig, Seeds, SteadyClock};
use linger_log::{DiskConfig, DiskLog};
use linger_protocol::{Act, Actor, PersonId, Report, Request, RoomId, Spoken};
use linger_sim::{
    crash::Program,
    door::{Door, Who},
    wire::{Act as Said, Told},
};
use serde_json::json;
use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Asks under way while the history is made.
const UNDER_WAY: u64 = 2_048;
/// People who write the history.
const PEOPLE: u64 = 20_000;
/// Comments acknowledged before each blow.
const BEFORE_BLOW: u64 = 200;

struct NoSeeds;

impl Seeds for NoSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

/// Measures and prints.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let program = ground::program(&folder)?;
    let entries = number(matches, "entries");
    let written_s = write_history(&program, entries).await?;
    let mut listening = vec![];
    let mut serving = vec![];
    let mut lost = 0;
    let mut known = 0;
    for _ in 0..count(matches, "runs")? + 1 {
        let begun = Instant::now();
        let server = program.start().await?;
        listening.push(server.started_in_ms);
        let door = Door::new(&server.base)?;
        let guest = door.guest(ground::ROOM, "", "direct", None).await?;
        let (_, welcome) = door.enter(ground::ROOM, &Who::Guest(guest.token.clone()), None).await?;
        serving.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let Told::Welcome { view: Some(view), .. } = welcome else { anyhow::bail!("no view in the welcome") };
        let newest = view.comments.last().map_or(0, |comment| comment.id);
        lost += u64::from(newest < known);
        known = talk(&door, &guest.token).await?;
        server.kill().await?;
    }
    // The first start was on a log that had been closed politely.
    listening.remove(0);
    serving.remove(0);
    let middle = |figures: &mut Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    };
    println!(
        "{}",
        json!({
            "entries": entries, "written_s": written_s, "kills": serving.len(), "lost": lost,
            "listening_ms_p50": middle(&mut listening), "listening_ms_max": listening.last(),
            "serving_ms_p50": middle(&mut serving), "serving_ms_max": serving.last(),
        })
    );
    Ok(if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Many comments at once until the blow; gives the highest one that was acknowledged.
async fn talk(door: &Door, token: &str) -> anyhow::Result<u64> {
    let highest = Arc::new(AtomicU64::new(0));
    let lanes: Vec<_> = (0..8)
        .map(|_| {
            let (door, token, highest) = (door.clone(), token.to_owned(), highest.clone());
            tokio::spawn(async move {
                for n in 0..BEFORE_BLOW / 8 {
                    let said = Said::Say { text: format!("still here {n}"), answers: None };
                    let answer = door.ask(ground::ROOM, &token, &said).await?;
                    highest.fetch_max(answer.comment.unwrap_or(0), Ordering::SeqCst);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for lane in lanes {
        lane.await.context("a talker ended")??;
    }
    let highest = highest.load(Ordering::SeqCst);
    ensure!(highest > 0, "nothing was acknowledged");
    Ok(highest)
}

/// An evening's worth of comments and likes, written by the engine itself.
async fn write_history(program: &Program, entries: u64) -> anyhow::Result<f64> {
    let begun = Instant::now();
    std::fs::create_dir_all(&program.data)?;
    let (log, _) = DiskLog::open(program.data.join("log"), DiskConfig::default())?;
    let clock = Arc::new(SteadyClock::start());
    let (engine, _) = Engine::start(Arc::new(log), clock, Arc::new(NoSeeds), EngineConfig::default())?;
    let room = RoomId::new(ground::ROOM)?;
    let act = Act::OpenRoom { title: "Long".into(), host: PersonId(1), host_name: "Host".into() };
    engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await?;
    let lanes: Vec<_> = (0..UNDER_WAY)
        .map(|lane| {
            let (engine, room) = (engine.clone(), room.clone());
            tokio::spawn(async move {
                for n in (lane..entries).step_by(UNDER_WAY as usize) {
                    if n % 10 == 0 {
                        engine.report(&room, Report::LikesCame { likes: 7, people: 3 }).await?;
                        continue;
                    }
                    let act = Act::say(Spoken::unsealed("a line of usual length, about the pot"));
                    let by = Actor::viewer(PersonId(2 + n % PEOPLE));
                    engine.ask(&room, Request { by, act }, None).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for lane in lanes {
        lane.await.context("a writer ended")??;
    }
    engine.stop().await;
    Ok(begun.elapsed().as_secs_f64())
}
