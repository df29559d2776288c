//! Load on a room that is about to be killed: people who write, order, pay, give up and enter draws as fast as they
//! are answered, and write down every promise.
//!
//! It does not know when the blow comes.

use super::lock;
use super::promises::{OrderPromise, Promises};
use crate::dice::Dice;
use crate::door::{Door, StaffSession, Who, Wire};
use crate::fault::Fault;
use crate::wire::{Act, Answer, Event, Tell, Told};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The items of the crash room.
pub(super) const ITEMS: [u64; 3] = [1, 2, 3];
/// The word of its draws.
pub(super) const KEYWORD: &str = "好运来";

/// Somebody who comes back with the same token after every crash.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) token: String,
    pub(super) person: String,
}

/// What is shared by all who press.
#[derive(Clone, Debug)]
pub(super) struct Pressure {
    pub(super) door: Door,
    pub(super) room: Arc<str>,
    pub(super) promises: Arc<Mutex<Promises>>,
    /// Orders sent and not answered when the blow came.
    pub(super) unanswered: Arc<Mutex<Vec<(usize, String, u64)>>>,
    /// Milliseconds somebody waits between two asks.
    pub(super) gap_ms: u64,
}

impl Pressure {
    /// Presses until the server is gone, or until the set is dropped.
    pub(super) fn begin(&self, guests: &[Guest], host: &StaffSession, dice: &mut Dice) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for (place, guest) in guests.iter().enumerate() {
            let (pressure, guest, dice) = (self.clone(), guest.clone(), Dice::new(dice.bits()));
            tasks.spawn(async move {
                // The blow ends every connection: an error here is how a run ends.
                let _ended = pressure.press(place, guest, dice).await;
            });
        }
        let (pressure, host, dice) = (self.clone(), host.clone(), Dice::new(dice.bits()));
        tasks.spawn(async move {
            let _ended = pressure.hold_draws(&host, dice).await;
        });
        tasks
    }

    async fn press(&self, place: usize, guest: Guest, mut dice: Dice) -> Result<(), Fault> {
        let (mut wire, _) = self.door.enter(&self.room, &Who::Guest(guest.token.clone()), None).await?;
        let mut asks = 0;
        loop {
            asks += 1;
            match dice.below(10) {
                0..4 => {
                    self.say(
                        &mut wire,
                        asks,
                        &guest,
                        format!("第{asks}句 line {asks} {:08x}", dice.bits() as u32),
                    )
                    .await?
                }
                4..6 => self.say(&mut wire, asks, &guest, KEYWORD.to_owned()).await?,
                _ => self.buy(&mut wire, asks, place, &guest, &mut dice).await?,
            }
            sleep(Duration::from_millis(dice.below(self.gap_ms as usize * 2 + 1) as u64)).await;
        }
    }

    async fn say(&self, wire: &mut Wire, id: u32, guest: &Guest, text: String) -> Result<(), Fault> {
        let answer = self.ask(wire, id, guest, Act::Say { text, answers: None }).await?;
        if let Some(answer) = answer {
            let mut promises = lock(&self.promises);
            promises.saw(&answer.position);
            if let Some(comment) = answer.comment {
                promises.comments.insert(comment, guest.person.clone());
            }
            if let Some(draw) = answer.draw {
                promises.entries.push((draw, guest.person.clone()));
            }
        }
        Ok(())
    }

    async fn buy(
        &self,
        wire: &mut Wire,
        id: u32,
        place: usize,
        guest: &Guest,
        dice: &mut Dice,
    ) -> Result<(), Fault> {
        let order = format!("{:016x}{:016x}", dice.bits(), dice.bits());
        let item = ITEMS[dice.below(ITEMS.len())];
        lock(&self.unanswered).push((place, order.clone(), item));
        let answer =
            self.ask(wire, id, guest, Act::PlaceOrder { order: order.clone(), item, units: 1 }).await?;
        lock(&self.unanswered).retain(|(_, unanswered, _)| *unanswered != order);
        let Some(answer) = answer else { return Ok(()) };
        {
            let mut promises = lock(&self.promises);
            promises.saw(&answer.position);
            let promise = OrderPromise::of(&guest.person, item, 1);
            promises.orders.insert(order.clone(), promise);
        }
        match dice.below(10) {
            0 => {
                let answer = self.ask(wire, id, guest, Act::CancelOrder { order: order.clone() }).await?;
                if let Some(answer) = answer {
                    let mut promises = lock(&self.promises);
                    promises.saw(&answer.position);
                    promises.cancelled.push(order);
                }
            }
            1 | 2 => {}
            method => {
                let method = if method == 3 { "twice" } else { "now" };
                let payment = self.door.pay(&self.room, &guest.token, &order, method).await?;
                lock(&self.promises).payments.insert(payment, order);
            }
        }
        Ok(())
    }

    /// Asks and waits for the answer; a refusal is none. Takes in what else comes meanwhile.
    async fn ask(&self, wire: &mut Wire, id: u32, guest: &Guest, act: Act) -> Result<Option<Answer>, Fault> {
        wire.tell(&Tell::Ask { id, act }).await?;
        loop {
            match wire.hear().await? {
                Told::Answer { id: of, done, .. } if of == id => return Ok(done),
                Told::Events { position, .. } => lock(&self.promises).saw(&position),
                Told::Yours { events } => {
                    for event in events {
                        if let Event::Order(order) = event
                            && order.state == "paid"
                        {
                            lock(&self.promises).paid.insert(order.order, guest.person.clone());
                        }
                    }
                }
                Told::Bye { code, .. } => {
                    return Err(Fault::Refused { doing: "pressing", status: 0, code, retry_ms: None });
                }
                _ => {}
            }
        }
    }

    async fn hold_draws(&self, host: &StaffSession, mut dice: Dice) -> Result<(), Fault> {
        loop {
            let lasts_ms = 1_000 + dice.below(600) as u64;
            let (keyword, prize) = (KEYWORD.to_owned(), "奖品 prize".to_owned());
            match host.ask(&self.room, &Act::OpenDraw { keyword, prize, winners: 3, lasts_ms }).await {
                Ok(answer) => {
                    let mut promises = lock(&self.promises);
                    promises.saw(&answer.position);
                    promises.draws.extend(answer.draw);
                }
                // The one before is still running.
                Err(Fault::Refused { .. }) => {}
                Err(fault) => return Err(fault),
            }
            sleep(Duration::from_millis(300)).await;
        }
    }
}
