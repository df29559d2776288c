//! One viewer's connection: carries out deeds through the public interface and checks what comes back.
//!
//! It does not know why something is done; that is decided in the gathering.

use super::tally::Tally;
use crate::door::{Door, Who, Wire};
use crate::fault::Fault;
use crate::wire::{Act, Skim, Tell, Told};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::time::{Instant, sleep, sleep_until};

/// What a viewer is to do.
#[derive(Clone, Debug)]
pub(super) enum Do {
    Ask(Act),
    Tell(Tell),
    Pay { order: String, method: String },
    Break { for_ms: u64 },
    Go { silently: bool },
}

/// What a viewer's connection tells the gathering.
#[derive(Clone, Debug)]
pub(super) enum News {
    Arrived { seat: usize, person: String },
    Token { seat: usize, token: String },
    Held { seat: usize, order: String },
    Lost { seat: usize },
}

/// How somebody comes to the door.
#[derive(Clone, Debug)]
pub(super) struct Coming {
    pub(super) seat: usize,
    pub(super) name: String,
    pub(super) source: &'static str,
    pub(super) again: Option<String>,
}

pub(super) struct Body {
    door: Door,
    room: Arc<str>,
    coming: Coming,
    tally: Arc<Tally>,
    news: UnboundedSender<News>,
    token: String,
    position: Option<String>,
    comment_last: u64,
    /// Comments that the room said it left out and whose numbers have not been missed yet.
    left_out: u64,
    asked: Vec<(u32, Act)>,
    asks: u32,
    heartbeat: Duration,
}

/// Why a stretch of connection ended.
enum End {
    Left,
    Broke { for_ms: u64 },
    Gone { retry_ms: Option<u64> },
}

impl Body {
    pub(super) fn new(
        door: Door,
        room: Arc<str>,
        coming: Coming,
        tally: Arc<Tally>,
        news: UnboundedSender<News>,
    ) -> Body {
        Body {
            door,
            room,
            coming,
            tally,
            news,
            token: String::new(),
            position: None,
            comment_last: 0,
            left_out: 0,
            asked: Vec::new(),
            asks: 0,
            heartbeat: Duration::from_secs(20),
        }
    }

    /// Comes, does what it is told until it is told to go, and comes back when the connection breaks.
    pub(super) async fn live(mut self, mut todo: Receiver<Do>) {
        let seat = self.coming.seat;
        if let Err(fault) = self.come(&mut todo).await {
            self.tally.fault(&fault);
            let _ = self.news.send(News::Lost { seat });
        }
    }

    async fn come(&mut self, todo: &mut Receiver<Do>) -> Result<(), Fault> {
        let Coming { seat, name, source, again } = self.coming.clone();
        let guest = self.door.guest(&self.room, &name, source, again.as_deref()).await?;
        self.token = guest.token;
        let _ = self.news.send(News::Token { seat, token: self.token.clone() });
        let mut tries = 0;
        loop {
            let (wire, welcome) = match self
                .door
                .enter(&self.room, &Who::Guest(self.token.clone()), self.position.clone())
                .await
            {
                Ok(entered) => entered,
                Err(Fault::Refused { status: 0, retry_ms: Some(retry_ms), .. }) if tries < 10 => {
                    tries += 1;
                    sleep(Duration::from_millis(retry_ms.clamp(50, 30_000))).await;
                    continue;
                }
                Err(fault) if tries < 10 && self.position.is_some() => {
                    self.tally.fault(&fault);
                    tries += 1;
                    sleep(Duration::from_millis(500)).await;
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            tries = 0;
            self.welcome(welcome);
            let wait_ms = match self.stay(wire, todo).await {
                Ok(End::Left) => return Ok(()),
                Ok(End::Broke { for_ms }) => for_ms,
                Ok(End::Gone { retry_ms: Some(retry_ms) }) => retry_ms.clamp(50, 30_000),
                Ok(End::Gone { retry_ms: None }) => {
                    let _ = self.news.send(News::Lost { seat });
                    return Ok(());
                }
                Err(fault) => {
                    self.tally.fault(&fault);
                    1_000
                }
            };
            sleep(Duration::from_millis(wait_ms)).await;
            self.tally.add(|it| &it.reconnects);
        }
    }

    fn welcome(&mut self, welcome: Told) {
        let Told::Welcome { person, position, recovered, heartbeat_s, .. } = welcome else { return };
        if self.position.is_some() {
            self.tally.add(if recovered { |it| &it.recovered } else { |it| &it.anew });
        } else {
            self.tally.add(|it| &it.stays);
            let _ = self.news.send(News::Arrived { seat: self.coming.seat, person });
        }
        if !recovered {
            // The newest comments of the view need not be the newest of the room: some may have been left out.
            (self.comment_last, self.left_out) = (0, 0);
        }
        self.position = Some(position);
        self.asked.clear();
        self.heartbeat = Duration::from_secs(u64::from(heartbeat_s.clamp(4, 60))) / 2;
    }

    async fn stay(&mut self, mut wire: Wire, todo: &mut Receiver<Do>) -> Result<End, Fault> {
        let mut ping_at = Instant::now() + self.heartbeat;
        loop {
            tokio::select! {
                text = wire.hear_text() => {
                    if let Some(end) = self.hear(&text?)? {
                        return Ok(end);
                    }
                }
                next = todo.recv() => {
                    ping_at = Instant::now() + self.heartbeat;
                    match next {
                        Some(Do::Go { silently: true }) => return Ok(End::Left),
                        None | Some(Do::Go { silently: false }) => {
                            wire.close().await;
                            return Ok(End::Left);
                        }
                        Some(Do::Break { for_ms }) => return Ok(End::Broke { for_ms }),
                        Some(todo) => self.act(&mut wire, todo).await?,
                    }
                }
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + self.heartbeat;
                    wire.tell(&Tell::Ping { n: 1 }).await?;
                }
            }
        }
    }

    async fn act(&mut self, wire: &mut Wire, todo: Do) -> Result<(), Fault> {
        match todo {
            Do::Ask(act) => {
                self.asks += 1;
                self.asked.push((self.asks, act.clone()));
                wire.tell(&Tell::Ask { id: self.asks, act }).await
            }
            Do::Tell(tell) => {
                match tell {
                    Tell::Likes { n } => self.tally.add_many(|it| &it.likes, u64::from(n)),
                    Tell::Clicked { .. } => self.tally.add(|it| &it.clicks),
                    Tell::Seen { .. } => self.tally.add(|it| &it.seen),
                    _ => {}
                }
                wire.tell(&tell).await
            }
            Do::Pay { order, method } => {
                // Not waited for here: who pays still watches.
                let (door, room, token) = (self.door.clone(), self.room.clone(), self.token.clone());
                let tally = self.tally.clone();
                tokio::spawn(async move {
                    match door.pay(&room, &token, &order, &method).await {
                        Ok(_) => tally.paid_by(&method),
                        // A payment that is declined is an answer, not a fault.
                        Err(Fault::Refused { code, .. }) => tally.refused("pay", &code),
                        Err(fault) => tally.fault(&fault),
                    }
                });
                Ok(())
            }
            Do::Break { .. } | Do::Go { .. } => Ok(()),
        }
    }

    fn hear(&mut self, text: &str) -> Result<Option<End>, Fault> {
        let doing = "listening to the room";
        let skim: Skim<'_> = serde_json::from_str(text).map_err(|why| Fault::strange(doing, why))?;
        if skim.t == "events" {
            let of = |kind: &'static str| skim.events.iter().filter(move |event| event.k == kind);
            self.left_out += of("thinned").filter_map(|event| event.n).sum::<u64>();
            of("comment").for_each(|event| self.hear_comment(event.id.unwrap_or(0)));
            if let Some(position) = skim.position {
                self.position = Some(position.into_owned());
            }
            return Ok(None);
        }
        if skim.t != "answer" && skim.t != "bye" && skim.t != "fault" {
            return Ok(None);
        }
        match serde_json::from_str(text).map_err(|why| Fault::strange(doing, why))? {
            Told::Answer { id, done, refusal, .. } => self.hear_answer(id, done, refusal),
            Told::Bye { code, retry_ms } => {
                self.tally.refused("bye", &code);
                return Ok(Some(End::Gone { retry_ms }));
            }
            Told::Fault { code } => self.tally.refused("fault", &code),
            _ => {}
        }
        Ok(None)
    }

    /// Invariant checked here: comments come in the order of their numbers, none twice, none missing but those that were
    /// said to be left out.
    fn hear_comment(&mut self, id: u64) {
        self.tally.add(|it| &it.comments_heard);
        if self.comment_last != 0 && id <= self.comment_last {
            self.tally.add(|it| &it.repeats);
        } else if self.comment_last != 0 {
            match self.left_out.checked_sub(id - self.comment_last - 1) {
                Some(rest) => self.left_out = rest,
                None => self.tally.add(|it| &it.gaps),
            }
        }
        self.comment_last = self.comment_last.max(id);
    }

    fn hear_answer(&mut self, id: u32, done: Option<crate::wire::Answer>, refusal: Option<String>) {
        let Some(place) = self.asked.iter().position(|(asked, _)| *asked == id) else { return };
        let (_, act) = self.asked.swap_remove(place);
        let kind = match &act {
            Act::Say { .. } => "say",
            Act::Follow => "follow",
            Act::PlaceOrder { .. } => "order",
            _ => "other",
        };
        if let Some(code) = refusal {
            self.tally.refused(kind, &code);
            return;
        }
        match act {
            Act::Say { .. } => self.tally.add(|it| &it.comments),
            Act::Follow => self.tally.add(|it| &it.follows),
            Act::PlaceOrder { order, .. } => {
                self.tally.add(|it| &it.orders);
                let _ = self.news.send(News::Held { seat: self.coming.seat, order });
            }
            _ => {}
        }
        if done.is_some_and(|done| done.draw.is_some()) {
            self.tally.add(|it| &it.draw_entries);
        }
    }
}
