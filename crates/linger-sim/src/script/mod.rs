//! A scripted evening from the host's side, through the staff interface: for demonstrations and endurance runs.
//!
//! It does not know the crowd. It shows twelve products in turn, opens and closes their sales, holds a draw every few
//! minutes, and answers about half of what is asked, part of it only when a prompt reminds it.

mod details;
mod evening;
mod rehearsal;

pub use rehearsal::{lay_out, rehearse};

use crate::door::{StaffSession, Who};
use crate::fault::Fault;
use crate::goods::{self, Good, Product};
use crate::wire::{Act, SaleAct, Tell, Told, View};
use evening::Evening;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How a host behaves. Seconds are those of pace 1. All numbers are chosen, to show every part of the program within
/// a quarter of an hour.
#[derive(Clone, Debug)]
pub struct HostHabits {
    /// How much faster than real the evening goes.
    pub pace: f64,
    /// Seconds a card is up.
    pub card_s: f64,
    /// Seconds until its sale opens.
    pub sale_after_s: f64,
    /// Seconds between two cards.
    pub gap_s: f64,
    /// Seconds of the longer pause after every fourth card.
    pub long_gap_s: f64,
    /// Seconds from draw to draw.
    pub draw_every_s: f64,
    /// Seconds a draw is open.
    pub draw_lasts_s: f64,
    /// How long units are held for a buyer, ms; not shortened by the pace, since buyers are not hurried by it.
    pub hold_ms: u64,
    /// Share of questions answered without being reminded.
    pub answers_alone: f64,
    /// Median seconds until that.
    pub answers_after_s: f64,
    /// Share of prompts that lead to an answer.
    pub follows_prompt: f64,
    /// Share of the other prompts that are dismissed; the rest expire.
    pub dismisses_prompt: f64,
    /// Share of answers given aloud rather than in writing.
    pub answers_aloud: f64,
}

impl Default for HostHabits {
    fn default() -> HostHabits {
        HostHabits {
            pace: 1.0,
            card_s: 95.0,
            sale_after_s: 15.0,
            gap_s: 10.0,
            long_gap_s: 50.0,
            draw_every_s: 270.0,
            draw_lasts_s: 45.0,
            hold_ms: 60_000,
            answers_alone: 0.35,
            answers_after_s: 22.0,
            follows_prompt: 0.72,
            dismisses_prompt: 0.4,
            answers_aloud: 0.4,
        }
    }
}

/// An evening to be run.
#[derive(Clone, Debug)]
pub struct ScriptConfig {
    /// The room, which is open already.
    pub room: String,
    /// The same seed decides the same, as long as the room shows the same.
    pub seed: u64,
    /// How the host behaves.
    pub habits: HostHabits,
}

/// What a host did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScriptReport {
    /// Seconds it lasted.
    pub seconds: f64,
    /// Accepted acts by kind.
    pub done: BTreeMap<String, u64>,
    /// Refused acts by kind and code.
    pub refused: BTreeMap<String, u64>,
}

impl ScriptReport {
    fn count(&mut self, act: &Act, outcome: &Result<(), Fault>) {
        let kind = json!(act)["kind"].as_str().unwrap_or_default().to_owned();
        let (map, word) = match outcome {
            Ok(()) => (&mut self.done, kind),
            Err(fault) => (&mut self.refused, format!("{kind} {}", fault.word())),
        };
        if map.len() < 200 || map.contains_key(&word) {
            *map.entry(word).or_default() += 1;
        }
    }
}

/// How long the demo's coupons count: thirty days.
const COUPON_MS: i64 = 30 * 86_400_000;
/// Products of one call: well below the 500, and with their texts below the 1 MiB, that the interface takes.
const BATCH: usize = 100;

/// Puts the whole demo catalogue, with the twelve products of the evening, into the server's. Needs an operator or
/// admin.
pub async fn stock_catalogue(session: &StaffSession) -> Result<(), Fault> {
    for products in goods::catalogue().chunks(BATCH) {
        let products: Vec<Value> = products.iter().map(told).collect();
        let body = json!({"products": products});
        session.post::<Value>("filling the catalogue", "/api/catalogue", &body).await?;
    }
    details::tell(session).await
}

/// Lays out two coupons that viewers may take, unless they are there. Needs an operator or admin.
pub async fn offer_coupons(session: &StaffSession, room: &str, now_ms: i64) -> Result<(), Fault> {
    let known: Vec<Value> = session.get("reading campaigns", &format!("/api/rooms/{room}/campaigns")).await?;
    let coupon = |campaign: &str, title: &str, what: Value| {
        json!({
            "campaign": campaign, "title": title, "what": what, "from": now_ms,
            "until": now_ms + COUPON_MS, "currency": goods::CURRENCY, "uses_max": 10_000, "times": 1,
            "every": "show", "stacks": "other-kinds", "gives_back": true, "open_to": "claim",
        })
    };
    let amount = json!({"kind": "threshold", "from_minor": 3_000, "off_minor": 500});
    let percent = json!({"kind": "percent", "bps": 1_000, "most_minor": 1_000});
    for campaign in [
        coupon("tonight", "Tonight's five · 今晚满减", amount),
        coupon("tenth", "A tenth less · 九折", percent),
    ] {
        if !known.iter().any(|it| it["campaign"]["campaign"] == campaign["campaign"]) {
            session.ask(room, &Act::Sale(SaleAct::SetCampaign { campaign })).await?;
        }
    }
    Ok(())
}

/// A product as the interface takes it.
fn told(product: &Product) -> Value {
    let mut facts = BTreeMap::from([("rating", product.rating.to_string())]);
    facts.extend(product.brand.clone().map(|brand| ("brand", brand)));
    json!({
        "id": product.id,
        "title": goods::by_id(product.id).map_or_else(|| product.title.clone(), Good::title),
        "description": product.description,
        "category": product.category,
        "price": {"minor": product.price_minor(), "currency": goods::CURRENCY},
        "seller": "Linger demo shop",
        "image": product.image(),
        "facts": facts,
    })
}

/// Runs the evening until `stop`. The catalogue must hold the products ([`stock_catalogue`]). Fails when the room
/// cannot be entered as staff.
pub async fn run(
    session: StaffSession,
    config: ScriptConfig,
    stop: impl Future<Output = ()>,
) -> Result<ScriptReport, Fault> {
    let door = session.door().clone();
    let who = Who::Staff(session.clone());
    let mut host = Host {
        evening: Evening::new(config.habits, config.seed),
        report: ScriptReport::default(),
        session,
        room: config.room,
        began: Instant::now(),
    };
    tokio::pin!(stop);
    let mut is_set_up = false;
    loop {
        let entered = door.enter(&host.room, &who, None).await;
        let (wire, welcome) = match entered {
            Ok(entered) => entered,
            Err(fault) if !is_set_up => return Err(fault),
            Err(_) => {
                tokio::select! {
                    () = &mut stop => break,
                    () = sleep(Duration::from_secs(1)) => continue,
                }
            }
        };
        if let Told::Welcome { view: Some(view), .. } = welcome {
            host.welcome(&view, !is_set_up).await;
            is_set_up = true;
        }
        let ended = tokio::select! {
            () = &mut stop => true,
            () = host.show(wire) => false,
        };
        if ended {
            break;
        }
    }
    host.report.seconds = host.began.elapsed().as_secs_f64();
    Ok(host.report)
}

struct Host {
    evening: Evening,
    report: ScriptReport,
    session: StaffSession,
    room: String,
    began: Instant,
}

impl Host {
    async fn welcome(&mut self, view: &View, set_up: bool) {
        if set_up {
            for act in self.evening.set_up(view) {
                self.ask(act).await;
            }
        }
        self.evening.look(view);
    }

    /// Until the connection ends.
    async fn show(&mut self, mut wire: crate::door::Wire) {
        let mut ticks = interval(Duration::from_millis(200));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pinged = Instant::now();
        loop {
            tokio::select! {
                told = wire.hear() => match told {
                    Ok(Told::Events { events, .. } | Told::Yours { events }) => {
                        events.iter().for_each(|event| self.evening.hear(event));
                    }
                    Ok(Told::Bye { .. }) | Err(_) => return,
                    Ok(_) => {}
                },
                _ = ticks.tick() => {
                    let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    for act in self.evening.step(now) {
                        self.ask(act).await;
                    }
                    if pinged.elapsed() > Duration::from_secs(5) {
                        pinged = Instant::now();
                        if wire.tell(&Tell::Ping { n: 0 }).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }

    async fn ask(&mut self, act: Act) {
        let outcome = self.session.ask(&self.room, &act).await.map(drop);
        self.report.count(&act, &outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_the_catalogue_keeps_the_bounds_of_the_interface() {
        let catalogue = goods::catalogue();
        for products in catalogue.chunks(BATCH) {
            let told: Vec<Value> = products.iter().map(told).collect();
            assert!(told.len() <= 500);
            assert!(json!({"products": told}).to_string().len() < 1 << 20);
            for product in told {
                let chars = |field: &str| product[field].as_str().map(|text| text.chars().count());
                assert!((1..=120).contains(&chars("title").unwrap()), "{product}");
                assert!(
                    chars("description").unwrap() <= 2_000 && chars("category").unwrap() <= 50,
                    "{product}"
                );
                let facts = product["facts"].as_object().unwrap();
                let longest =
                    facts.iter().map(|(name, value)| name.len() + 1 + value.as_str().unwrap().len());
                assert!(longest.max() <= Some(100), "{product}");
            }
        }
    }

    #[test]
    fn what_is_shown_is_told_in_both_languages_and_with_its_picture() {
        let catalogue = goods::catalogue();
        let pot = catalogue.iter().find(|product| product.id == 46).map(told).unwrap();
        assert_eq!(pot["title"], "绿植花盆 Plant Pot");
        assert_eq!(pot["price"], json!({"minor": 1_499, "currency": "USD"}));
        assert_eq!(pot["image"], "/goods/46.svg");
        assert_eq!(pot["facts"], json!({"rating": "3.01"}));
        let mascara = told(&catalogue[0]);
        assert_eq!(mascara["title"], "Essence Mascara Lash Princess");
        assert_eq!((&mascara["image"], &mascara["seller"]), (&json!(""), &json!("Linger demo shop")));
        assert_eq!(mascara["facts"]["brand"], "Essence");
    }
}
