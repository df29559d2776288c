//! Simulated viewers who come through the public door, for demonstrations and endurance runs.
//!
//! It does not know the server's insides, and nobody in it is told apart from a person by the server: guest tokens,
//! one socket each, and nothing but the interface. Who does what when is decided by [`Gathering`], which is pure and
//! seeded; connections carry it out.

mod body;
mod gathering;
mod habits;
pub mod lines;
mod stage;
mod talk;
mod tally;
#[cfg(test)]
mod tests;

pub use gathering::{Deed, Gathering};
pub use habits::{Habits, Source};
pub use tally::CrowdReport;

pub(crate) use lines::{Tongue, about_of, answers, danmu};

use crate::dice::Dice;
use crate::door::{Door, Who};
use crate::fault::Fault;
use crate::wire::{Act, Event, Tell, Told, View};
use body::{Body, Coming, Do, News};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tally::Tally;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use url::Url;

/// How often the crowd decides, ms.
const STEP_MS: u64 = 100;
/// Deeds one viewer may have waiting; more than that is not done.
const TODO_MAX: usize = 32;

/// A crowd to be run.
#[derive(Clone, Debug)]
pub struct CrowdConfig {
    /// The server, `http://host:port`.
    pub base: Url,
    /// The room.
    pub room: String,
    /// About how many people are to be there at once.
    pub people: usize,
    /// The same seed decides the same, as long as the room shows the same.
    pub seed: u64,
    /// How people behave.
    pub habits: Habits,
}

/// Runs a crowd until `stop`; then everybody leaves. Fails only when not even the first viewer can come in.
pub async fn run(config: CrowdConfig, stop: impl Future<Output = ()>) -> Result<CrowdReport, Fault> {
    let door = Door::new(&config.base)?;
    let tally = Arc::new(Tally::default());
    let (heard_in, heard) = mpsc::channel(1_024);
    // One of them listens for all: what everybody sees need not be read in full by everybody.
    let listener = listen(door.clone(), config.room.clone(), heard_in, tally.clone()).await?;
    let (news_in, news) = mpsc::unbounded_channel();
    let others = config.people.saturating_sub(1);
    let crowd = Crowd {
        gathering: Gathering::new(config.habits, others, config.seed),
        seats: BTreeMap::new(),
        tokens: BTreeMap::new(),
        seed: config.seed,
        orders: 0,
        door,
        room: config.room.into(),
        tally,
        news_in,
        peak: 0,
    };
    let report = crowd.run(heard, news, stop).await;
    listener.abort();
    Ok(report)
}

enum Heard {
    Anew(Box<View>),
    Event(Event),
}

struct Crowd {
    gathering: Gathering,
    seats: BTreeMap<usize, mpsc::Sender<Do>>,
    tokens: BTreeMap<usize, String>,
    seed: u64,
    orders: u64,
    door: Door,
    room: Arc<str>,
    tally: Arc<Tally>,
    news_in: mpsc::UnboundedSender<News>,
    peak: usize,
}

impl Crowd {
    async fn run(
        mut self,
        mut heard: mpsc::Receiver<Heard>,
        mut news: mpsc::UnboundedReceiver<News>,
        stop: impl Future<Output = ()>,
    ) -> CrowdReport {
        let began = Instant::now();
        let mut ticks = interval(Duration::from_millis(STEP_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(heard) = heard.recv() => match heard {
                    Heard::Anew(view) => self.gathering.look(&view),
                    Heard::Event(event) => self.gathering.hear(&event),
                },
                Some(news) = news.recv() => self.take_in(news),
                _ = ticks.tick() => {
                    let now = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    for deed in self.gathering.step(now) {
                        self.carry_out(deed);
                    }
                    self.peak = self.peak.max(self.gathering.size() + 1);
                }
            }
        }
        for (_, todo) in std::mem::take(&mut self.seats) {
            let _ = todo.try_send(Do::Go { silently: false });
        }
        sleep(Duration::from_millis(800)).await;
        self.tally.report(began.elapsed().as_secs_f64(), self.peak)
    }

    fn take_in(&mut self, news: News) {
        match news {
            News::Arrived { seat, person } => self.gathering.arrived(seat, &person),
            News::Token { seat, token } => {
                // Kept for those who come back; of a very long evening, not for ever.
                if self.tokens.len() > 20_000 {
                    self.tokens.pop_first();
                }
                self.tokens.insert(seat, token);
            }
            News::Held { seat, order } => self.gathering.held(seat, order),
            News::Lost { seat } => {
                self.seats.remove(&seat);
                self.gathering.lost(seat);
            }
        }
    }

    fn carry_out(&mut self, deed: Deed) {
        let (seat, todo) = match deed {
            Deed::Come { seat, source, name, again } => return self.come(seat, source, name, again),
            Deed::Go { seat, silently } => {
                if let Some(todo) = self.seats.remove(&seat) {
                    // A full list of things to do still ends: the list is dropped with its sender.
                    let _ = todo.try_send(Do::Go { silently });
                }
                return;
            }
            Deed::Say { seat, text } => (seat, Do::Ask(Act::Say { text, answers: None })),
            Deed::Like { seat, n } => (seat, Do::Tell(Tell::Likes { n })),
            Deed::Follow { seat } => (seat, Do::Ask(Act::Follow)),
            Deed::Seen { seat, item } => (seat, Do::Tell(Tell::Seen { item })),
            Deed::Click { seat, item } => (seat, Do::Tell(Tell::Clicked { item })),
            Deed::Order { seat, item, units } => {
                let order = self.order_id(seat);
                (seat, Do::Ask(Act::PlaceOrder { order, item, units }))
            }
            Deed::Pay { seat, order, method } => (seat, Do::Pay { order, method }),
            Deed::Break { seat, for_ms } => (seat, Do::Break { for_ms }),
        };
        if self.seats.get(&seat).is_none_or(|list| list.try_send(todo).is_err()) {
            self.tally.add(|it| &it.overlooked);
        }
    }

    fn come(&mut self, seat: usize, source: &'static str, name: String, again: bool) {
        let again = if again { self.tokens.get(&seat).cloned() } else { None };
        let (todo_in, todo) = mpsc::channel(TODO_MAX);
        self.seats.insert(seat, todo_in);
        let coming = Coming { seat, name, source, again };
        let body =
            Body::new(self.door.clone(), self.room.clone(), coming, self.tally.clone(), self.news_in.clone());
        tokio::spawn(body.live(todo));
    }

    /// An order id as a buyer's device makes it. The person's token is part of it: a second evening with the same seed
    /// has other people, so it has other orders.
    fn order_id(&mut self, seat: usize) -> String {
        self.orders += 1;
        let token = self.tokens.get(&seat).map_or("", String::as_str);
        let mut dice = Dice::of(self.seed ^ self.orders.rotate_left(32), token);
        format!("{:016x}{:016x}", dice.bits(), dice.bits())
    }
}

/// Comes in as a viewer who only watches, and passes on what everybody sees. Comes back when the connection breaks.
async fn listen(
    door: Door,
    room: String,
    heard: mpsc::Sender<Heard>,
    tally: Arc<Tally>,
) -> Result<tokio::task::JoinHandle<()>, Fault> {
    let guest = door.guest(&room, "安静的听众", "direct", None).await?;
    let who = Who::Guest(guest.token);
    let mut entered = Some(door.enter(&room, &who, None).await?);
    tally.add(|it| &it.stays);
    Ok(tokio::spawn(async move {
        let mut from = None;
        loop {
            let (wire, welcome) = match entered.take() {
                Some(entered) => entered,
                None => match door.enter(&room, &who, from.clone()).await {
                    Ok(entered) => entered,
                    Err(fault) => {
                        tally.fault(&fault);
                        sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                },
            };
            if listen_once(wire, welcome, &mut from, &heard).await.is_none() {
                return;
            }
            sleep(Duration::from_millis(500)).await;
        }
    }))
}

/// Until the connection ends; `None` when nobody listens any more.
async fn listen_once(
    mut wire: crate::door::Wire,
    welcome: Told,
    from: &mut Option<String>,
    heard: &mpsc::Sender<Heard>,
) -> Option<()> {
    if let Told::Welcome { position, view, .. } = welcome {
        *from = Some(position);
        if let Some(view) = view {
            heard.send(Heard::Anew(view)).await.ok()?;
        }
    }
    let mut pings = interval(Duration::from_secs(5));
    loop {
        let told = tokio::select! {
            told = wire.hear() => told,
            _ = pings.tick() => {
                if wire.tell(&Tell::Ping { n: 0 }).await.is_err() {
                    return Some(());
                }
                continue;
            }
        };
        match told {
            Ok(Told::Events { position, events }) => {
                *from = Some(position);
                for event in events {
                    heard.send(Heard::Event(event)).await.ok()?;
                }
            }
            Ok(Told::Bye { .. }) | Err(_) => return Some(()),
            Ok(_) => {}
        }
    }
}
