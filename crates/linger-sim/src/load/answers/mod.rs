//! How soon rules answer: somebody does something for the first time, a rule that waited for it tells everybody, and every
//! screen of the room notes when it heard. One such turn after another, in several rooms at once.
//!
//! It does not know how rules are evaluated, nor what else the server has to do meanwhile.

mod rules;
mod screen;
mod stage;

use super::{
    histogram::{Delays, Histogram},
    process::{Usage, raise_open_files},
};
use crate::{door::StaffSession, fault::Fault};
use serde::Serialize;
use stage::Stage;
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// What happens in a room for a rule to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    /// A viewer comments, over their socket.
    Comment,
    /// A shop's own server posts the order of a customer who watches.
    Order,
}

/// Turns to be taken.
#[derive(Clone, Debug)]
pub struct AnswersConfig {
    /// Who may keep rules and open rooms.
    pub staff: StaffSession,
    /// Rooms: comments trigger in every other one, orders in the rest.
    pub rooms: usize,
    /// Viewers of each room. Each is a screen, and triggers once; the first ones rehearse.
    pub viewers: usize,
    /// Rules at work in every room, the one that answers included.
    pub rules: usize,
    /// Seed of pauses and ids.
    pub seed: u64,
    /// The server's process, to measure what it uses.
    pub server_pid: Option<u32>,
}

/// What one kind of trigger showed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AnswersReport {
    /// Screens that heard of an answer, over all turns.
    pub heard: u64,
    /// Screens that did not: must be 0.
    pub lost: u64,
    /// From what happened to each screen.
    pub to_screen: Delays,
    /// From what happened to its durable acknowledgement.
    pub to_ack: Delays,
    /// From what happened to the moment in which the room decided the answer, by the server's clock of whole ms.
    pub to_deed: Delays,
    /// From there to each screen: made durable, encoded, sent.
    pub deed_to_screen: Delays,
}

/// What was measured, and what it cost.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Answered {
    /// Rooms.
    pub rooms: usize,
    /// Rules at work in each.
    pub rules: usize,
    /// Seconds that the turns took.
    pub seconds: f64,
    /// Where a viewer commented.
    pub comment: AnswersReport,
    /// Where a shop's server posted an order.
    pub order: AnswersReport,
    /// CPU seconds of the server in that time.
    pub server_cpu_s: f64,
    /// CPU seconds of this process.
    pub client_cpu_s: f64,
}

impl Answered {
    /// Whether every screen heard of every answer.
    pub fn is_good(&self) -> bool {
        let all = [&self.comment, &self.order];
        all.iter().all(|it| it.lost == 0) && all.iter().any(|it| it.heard > 0)
    }
}

/// What is counted of one kind of trigger, over all its rooms.
#[derive(Debug, Default)]
struct Counts {
    lost: std::sync::atomic::AtomicU64,
    to_screen: Histogram,
    to_ack: Histogram,
    to_deed: Histogram,
    deed_to_screen: Histogram,
}

impl Counts {
    fn report(&self) -> AnswersReport {
        let to_screen = self.to_screen.delays();
        AnswersReport {
            heard: to_screen.count,
            lost: self.lost.load(std::sync::atomic::Ordering::Relaxed),
            to_screen,
            to_ack: self.to_ack.delays(),
            to_deed: self.to_deed.delays(),
            deed_to_screen: self.deed_to_screen.delays(),
        }
    }
}

/// Rooms that are open and full, with their rules at work.
pub struct Answers {
    stages: Vec<Stage>,
    counts: [Arc<Counts>; 2],
    config: AnswersConfig,
}

impl Answers {
    /// Opens rooms, fills them, keeps the rules, and rehearses until they answer.
    ///
    /// # Errors
    /// [`Fault`] when the server does not do as it is asked, or no rule answers.
    pub async fn set_up(config: AnswersConfig) -> Result<Answers, Fault> {
        raise_open_files();
        let counts: [Arc<Counts>; 2] = Default::default();
        let mut stages = vec![];
        for place in 0..config.rooms {
            let trigger = [Trigger::Comment, Trigger::Order][place % 2];
            stages.push(Stage::fill(&config, place, trigger, counts[place % 2].clone()).await?);
        }
        rules::keep(&config.staff, &stages, config.rules).await?;
        for stage in &mut stages {
            stage.rehearse().await?;
        }
        Ok(Answers { stages, counts, config })
    }

    /// Lets everybody else do their thing, room beside room, and tells how soon it was answered.
    ///
    /// # Errors
    /// [`Fault`] when the server does not do as it is asked.
    pub async fn play(self) -> Result<Answered, Fault> {
        let Answers { stages, counts: [comment, order], config } = self;
        let usage = || {
            let server = config.server_pid.map(Usage::of).unwrap_or_default().cpu_s;
            (server, Usage::of(std::process::id()).cpu_s)
        };
        let (begun, (server_from, client_from)) = (Instant::now(), usage());
        let mut plays = JoinSet::new();
        for stage in stages {
            plays.spawn(stage.play());
        }
        while let Some(play) = plays.join_next().await {
            play.map_err(|why| Fault::strange("taking turns", why))??;
        }
        let (seconds, (server_to, client_to)) = (begun.elapsed().as_secs_f64(), usage());
        let server_cpu_s = (server_to - server_from).max(0.0);
        Ok(Answered {
            rooms: config.rooms,
            rules: config.rules,
            seconds,
            comment: comment.report(),
            order: order.report(),
            server_cpu_s,
            // The server is a child of this process, and counted with it.
            client_cpu_s: (client_to - client_from - server_cpu_s).max(0.0),
        })
    }
}
