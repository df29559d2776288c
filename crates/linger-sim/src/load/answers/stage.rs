//! One room with everybody in it: who does what next, and whether all screens heard the answer. It does not know how soon
//! is soon.

use super::{
    AnswersConfig, Counts, Trigger,
    screen::{Hall, watch},
};
use crate::{
    dice::Dice,
    door::{Door, StaffSession},
    fault::Fault,
    gateway::GatewayAsk,
    load::rush_prepare,
    wire::{Act, GuestToken, Tell},
};
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch::Sender},
    task::JoinSet,
    time::{sleep, timeout},
};

/// What the rule says to everybody.
pub(super) const ANSWER: &str = "Welcome, and thank you";
/// From the end of one turn to the next, at most, s: turns of different rooms shall not fall into step.
const PAUSE_S: f64 = 0.1;
/// What nobody heard within this is lost.
const PATIENCE: Duration = Duration::from_secs(5);
/// Until all screens are there.
const ALL_HERE: Duration = Duration::from_secs(60);
/// Turns that are not counted: rules that were kept just now may not work yet.
const REHEARSALS: usize = 3;

pub(super) struct Stage {
    pub room: String,
    pub trigger: Trigger,
    door: Door,
    hall: Arc<Hall>,
    mouths: Vec<mpsc::UnboundedSender<Tell>>,
    screens: JoinSet<Result<(), Fault>>,
    /// The key of the shop's gateway and what is bought, where it posts orders.
    key: String,
    item: u64,
    dice: Dice,
}

impl Stage {
    /// A room whose viewers are all there.
    pub async fn fill(
        config: &AnswersConfig,
        place: usize,
        trigger: Trigger,
        counts: Arc<Counts>,
    ) -> Result<Stage, Fault> {
        let (staff, room, item) = (&config.staff, format!("loop-{place}"), 1 + place as u64);
        let door = staff.door().clone();
        staff.open_room(&room, "Loop", "Loop").await?;
        let key = match trigger {
            Trigger::Comment => String::new(),
            Trigger::Order => open_shop(staff, &room, item, config.viewers).await?,
        };
        let hall = Arc::new(Hall::new(counts));
        let (mut mouths, mut screens) = (vec![], JoinSet::new());
        for viewer in 0..config.viewers {
            let token = match trigger {
                Trigger::Comment => door.guest(&room, &format!("g{viewer}"), "direct", None).await?.token,
                Trigger::Order => {
                    let customer = json!({ "buyer": buyer(viewer), "name": format!("c{viewer}") });
                    let path = format!("/api/rooms/{room}/buyers");
                    door.post::<GuestToken>("asking for a customer", &path, Some(&key), &customer)
                        .await?
                        .token
                }
            };
            let (mouth, says) = mpsc::unbounded_channel();
            mouths.push(mouth);
            screens.spawn(watch(hall.clone(), door.clone(), (room.clone(), token), says));
        }
        until(&hall.here, config.viewers, ALL_HERE).await.map_err(|()| Fault::Silent {
            doing: "filling a room",
            within_ms: ALL_HERE.as_millis() as u64,
        })?;
        let dice = Dice::of(config.seed, &room);
        Ok(Stage { room, trigger, door, hall, mouths, screens, key, item, dice })
    }

    /// Takes the first turns, of which the last has to be answered.
    pub async fn rehearse(&mut self) -> Result<(), Fault> {
        let mut lost = 0;
        for viewer in 0..REHEARSALS {
            lost = self.turn(viewer, false).await?;
        }
        match lost {
            0 => Ok(()),
            _ => Err(Fault::Silent { doing: "rehearsing", within_ms: PATIENCE.as_millis() as u64 }),
        }
    }

    /// Takes all the other turns.
    pub async fn play(mut self) -> Result<(), Fault> {
        for viewer in REHEARSALS..self.mouths.len() {
            let lost = self.turn(viewer, true).await?;
            self.hall.counts.lost.fetch_add(lost as u64, Relaxed);
            sleep(Duration::from_secs_f64(self.dice.between(0.0, PAUSE_S))).await;
        }
        self.mouths.clear();
        while let Some(screen) = self.screens.join_next().await {
            screen.map_err(|why| Fault::strange("watching", why))??;
        }
        Ok(())
    }

    /// Lets one viewer do their thing; gives how many screens did not hear of the answer.
    async fn turn(&mut self, viewer: usize, counted: bool) -> Result<usize, Fault> {
        let hall = self.hall.clone();
        match self.trigger {
            Trigger::Comment => {
                let act = Act::Say { text: format!("Hello from {viewer}"), answers: None };
                hall.begin(counted);
                // A screen that is gone is found missing among those that hear.
                let _gone = self.mouths[viewer].send(Tell::Ask { id: 1, act });
            }
            Trigger::Order => {
                let order = format!("{:016x}{:016x}", self.dice.bits(), self.dice.bits());
                let asks = [GatewayAsk {
                    buyer: buyer(viewer),
                    act: Act::PlaceOrder { order, item: self.item, units: 1 },
                }];
                hall.begin(counted);
                let outcomes = self.door.ask_for_buyers(&self.room, &self.key, &asks).await?;
                if let Some(code) = outcomes.iter().find_map(|it| it.refusal.clone()) {
                    return Err(Fault::strange("posting an order", code));
                }
                hall.acknowledge();
            }
        }
        let all = self.mouths.len();
        let heard = until(&hall.heard, all, PATIENCE).await;
        let acknowledged = until(&hall.acknowledged, 1, PATIENCE).await;
        Ok(match heard.and(acknowledged) {
            Ok(()) => 0,
            Err(()) => (all - *hall.heard.borrow()).max(1),
        })
    }
}

/// A shop with enough to sell; gives the key of its gateway.
async fn open_shop(staff: &StaffSession, room: &str, item: u64, viewers: usize) -> Result<String, Fault> {
    rush_prepare(staff, room, &[item], viewers as i64).await?;
    staff.gateway_key(room, "loop").await
}

/// What the shop calls a customer.
fn buyer(viewer: usize) -> String {
    format!("customer-{viewer}")
}

/// Waits until so many are counted.
async fn until(count: &Sender<usize>, wanted: usize, patience: Duration) -> Result<(), ()> {
    let mut watched = count.subscribe();
    match timeout(patience, watched.wait_for(|it| *it >= wanted)).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(()),
    }
}
