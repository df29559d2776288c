//! A rush on the room that is about to be killed: gateways with many orders at once for few units, carts with coupons, lists
//! for a shuffle. Every promise is written down, and what a blow cut off is kept to be asked again.
//!
//! It does not know when the blow comes.

use super::promises::{OrderPromise, Promises};
use super::{HOLD_MS, ROOM, lock};
use crate::dice::Dice;
use crate::door::{Door, StaffSession};
use crate::fault::Fault;
use crate::gateway::{GatewayAsk, Outcome};
use crate::wire::{Act, CartLine, SaleAct};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The items of the rush: the one all want, one that goes with it, and one whose units go out by chance.
pub(super) const ITEMS: [u64; 3] = [WANTED, BESIDE, BY_CHANCE];
const WANTED: u64 = 4;
const BESIDE: u64 = 5;
/// Its units may go out at any moment, to those on the list.
pub(super) const BY_CHANCE: u64 = 6;
/// Units of each that are added before every run.
const UNITS_A_RUN: [i64; 3] = [30, 20, 4];
/// Coupons that are added before every run; what each takes off, and what for each of them is in the budget: too little for
/// all.
const COUPONS_A_RUN: u32 = 8;
const OFF_MINOR: i64 = 40;
const BUDGET_A_COUPON: i64 = 30;
const CAMPAIGN: &str = "rush";
const PRICE_MINOR: i64 = 1_000;
/// Gateways, the most asks of one body, and the customers that they speak for.
const GATEWAYS: usize = 6;
const ASKS_MAX: usize = 64;
const CUSTOMERS: usize = 120;
/// Shuffles ring at the latest so long after a run began, ms.
const BELL_MS_MAX: usize = 900;

/// Bodies that were sent and not answered, by gateway and number.
type Unanswered = BTreeMap<(usize, u64), Vec<GatewayAsk>>;

/// The rush of a whole series of runs.
#[derive(Clone, Debug)]
pub(super) struct Rush {
    door: Door,
    key: Arc<str>,
    promises: Arc<Mutex<Promises>>,
    unanswered: Arc<Mutex<Unanswered>>,
}

impl Rush {
    /// Puts its items on the shelf and gets a key.
    pub(super) async fn set_up(host: &StaffSession, promises: Arc<Mutex<Promises>>) -> Result<Rush, Fault> {
        host.stock_plain(&ITEMS).await?;
        for item in ITEMS {
            host.ask(ROOM, &Act::ListItem { item }).await?;
        }
        let key = host.gateway_key(ROOM, "crash").await?.into();
        Ok(Rush { door: host.door().clone(), key, promises, unanswered: Arc::default() })
    }

    /// Before the run of this number: more units, more coupons, a new list.
    pub(super) async fn prepare(
        &self,
        host: &StaffSession,
        (run, begun): (u32, i64),
        dice: &mut Dice,
    ) -> Result<(), Fault> {
        for (item, units) in ITEMS.into_iter().zip(UNITS_A_RUN) {
            let units = units * i64::from(run);
            host.ask(ROOM, &Act::SetStock { item, units }).await?;
        }
        for item in [WANTED, BESIDE] {
            let price_minor = Some(PRICE_MINOR);
            let sale = Act::OpenSale { item, price_minor, per_person: 900, hold_ms: HOLD_MS };
            host.ask(ROOM, &sale).await?;
        }
        let coupons = COUPONS_A_RUN * run;
        let bounds = (coupons, BUDGET_A_COUPON * i64::from(coupons));
        let campaign = SaleAct::coupons(CAMPAIGN, OFF_MINOR, bounds, begun);
        host.ask(ROOM, &Act::Sale(campaign)).await?;
        // The list of the run before may still be open, or its sale closed already.
        match host.ask(ROOM, &Act::CloseSale { item: BY_CHANCE }).await {
            Ok(_) | Err(Fault::Refused { .. }) => {}
            Err(fault) => return Err(fault),
        }
        let bell = now_ms() + 300 + dice.below(BELL_MS_MAX) as i64;
        let shuffle = SaleAct::shuffle(BY_CHANCE, PRICE_MINOR, HOLD_MS, bell);
        host.ask(ROOM, &Act::Sale(shuffle)).await.map(|_| ())
    }

    /// Gateways that ask until the server is gone.
    pub(super) fn begin(&self, door: &Door, tasks: &mut JoinSet<()>, dice: &mut Dice) {
        for gateway in 0..GATEWAYS {
            let (rush, dice) = (Rush { door: door.clone(), ..self.clone() }, Dice::new(dice.bits()));
            tasks.spawn(async move {
                // The blow ends every connection: an error here is how a run ends.
                let _ended = rush.press(gateway, dice).await;
            });
        }
    }

    async fn press(&self, gateway: usize, mut dice: Dice) -> Result<(), Fault> {
        let mut bodies = 0;
        let mut given_up: Vec<GatewayAsk> = Vec::new();
        loop {
            let mut asks = std::mem::take(&mut given_up);
            let many = 1 + dice.below(ASKS_MAX);
            while asks.len() < many {
                asks.extend(wanted(&mut dice));
            }
            bodies += 1;
            lock(&self.unanswered).insert((gateway, bodies), asks.clone());
            let outcomes = self.door.ask_for_buyers(ROOM, &self.key, &asks).await?;
            lock(&self.unanswered).remove(&(gateway, bodies));
            self.note(&asks, &outcomes);
            for (ask, outcome) in asks.iter().zip(&outcomes) {
                if let (Act::PlaceOrder { order, .. }, None, 0) = (&ask.act, &outcome.refusal, dice.below(8))
                {
                    given_up.push(GatewayAsk {
                        buyer: ask.buyer.clone(),
                        act: Act::CancelOrder { order: order.clone() },
                    });
                }
            }
            sleep(Duration::from_millis(dice.below(15) as u64)).await;
        }
    }

    /// Writes down what was promised.
    fn note(&self, asks: &[GatewayAsk], outcomes: &[Outcome]) {
        let mut promises = lock(&self.promises);
        for (ask, outcome) in asks.iter().zip(outcomes) {
            promises.asked_together += 1;
            if outcome.refusal.is_some() {
                continue;
            }
            promises.saw(&outcome.position);
            let person = outcome.person.clone();
            match &ask.act {
                Act::PlaceOrder { order, item, units } => {
                    promises.orders.insert(order.clone(), OrderPromise::of(&person, *item, *units));
                }
                Act::Sale(SaleAct::PlaceCart { order, lines, .. }) => {
                    let lines = lines.iter().map(|line| (line.item, line.units)).collect();
                    promises.orders.insert(order.clone(), OrderPromise { person, lines });
                }
                Act::CancelOrder { order } => promises.cancelled.push(order.clone()),
                Act::Sale(SaleAct::Claim { campaign }) => {
                    promises.claims.insert((campaign.clone(), person));
                }
                Act::Sale(SaleAct::Enlist { order, .. }) => {
                    promises.enlisted.insert(order.clone(), person);
                }
                _ => {}
            }
        }
    }

    /// Asks again for what a blow cut off, as a shop's server does; the log shows whether anything was done twice.
    pub(super) async fn ask_again(&self, door: &Door) -> u64 {
        let unanswered = std::mem::take(&mut *lock(&self.unanswered));
        let mut asked = 0;
        for asks in unanswered.into_values() {
            if let Ok(outcomes) = door.ask_for_buyers(ROOM, &self.key, &asks).await {
                self.note(&asks, &outcomes);
            }
            asked += asks.len() as u64;
        }
        asked
    }
}

/// What one customer wants: mostly the one item; a cart with a coupon, which is taken first; or a place on the list.
fn wanted(dice: &mut Dice) -> Vec<GatewayAsk> {
    let order = format!("{:016x}{:016x}", dice.bits(), dice.bits());
    let buyer = format!("c{}", dice.below(CUSTOMERS));
    let ask = |act| GatewayAsk { buyer: buyer.clone(), act };
    match dice.below(20) {
        0..13 => vec![ask(Act::PlaceOrder { order, item: WANTED, units: 1 })],
        13..15 => vec![ask(Act::PlaceOrder { order, item: BESIDE, units: 1 })],
        15..18 => {
            let lines = [WANTED, BESIDE].map(|item| CartLine { item, units: 1 }).to_vec();
            let coupons = vec![CAMPAIGN.to_owned()];
            let expected_minor = 2 * PRICE_MINOR - OFF_MINOR;
            let cart = SaleAct::PlaceCart { order, lines, coupons, expected_minor };
            vec![ask(Act::Sale(SaleAct::Claim { campaign: CAMPAIGN.to_owned() })), ask(Act::Sale(cart))]
        }
        _ => vec![ask(Act::Sale(SaleAct::Enlist { item: BY_CHANCE, order, units: 1 }))],
    }
}

/// The wall clock, ms since 1970.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
