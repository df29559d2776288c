//! One connection and the orders that go over it: a buyer's own socket, requests with a token each, or a gateway's bodies. It
//! does not know what the other connections do.

use super::books::{Came, Outcome};
use super::wishes::Wish;
use crate::fault::Fault;
use crate::load::dialect::{Dialect, Got, Linger, Reply};
use crate::load::histogram::Histogram;
use crate::load::http::Http;
use crate::load::raw::{Flow, Kind, RawSocket};
use crate::wire::{Answer, ErrorTold, Tell, Told};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Barrier, Semaphore};

pub(super) struct Lane {
    pub(super) authority: String,
    pub(super) room: String,
    pub(super) wishes: Vec<Wish>,
    pub(super) start: Arc<Barrier>,
    pub(super) gate: Arc<Semaphore>,
    pub(super) delays: Arc<Histogram>,
}

/// What came of the orders, and what ended the connection before its time.
pub(super) type Done = (Vec<Outcome>, Option<Fault>);

impl Lane {
    /// Says that it is ready, and waits for the word to go.
    async fn wait(&self) {
        self.start.wait().await;
        self.start.wait().await;
    }

    fn took(&self, since: Instant, orders: usize) {
        let us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        (0..orders).for_each(|_| self.delays.add(us));
    }

    pub(super) async fn over_socket(self) -> Done {
        let mut outcomes = Vec::with_capacity(self.wishes.len());
        let fault = self.order_over_socket(&mut outcomes).await.err();
        (outcomes, fault)
    }

    async fn enter(&self) -> Result<RawSocket, Fault> {
        let token = self.wishes.first().map(|wish| wish.token.to_string()).unwrap_or_default();
        let mut dialect = Dialect::Linger(Linger::new(token));
        let _permit = self.gate.acquire().await;
        let mut socket = RawSocket::open(&self.authority, &format!("/ws/rooms/{}", self.room), "").await?;
        let (opening, _) = dialect.opening();
        for reply in opening {
            if let Reply::Text(text) = reply {
                socket.send_text(&text).await?;
            }
        }
        let mut ready = false;
        while !ready {
            let flow = socket
                .read(|kind, payload| {
                    dialect.take(kind, payload, &mut Vec::new(), &mut |got| {
                        ready |= matches!(got, Got::Ready | Got::Anew { .. });
                    });
                })
                .await?;
            if flow == Flow::Closed {
                return Err(Fault::strange("entering", "the connection ended"));
            }
        }
        Ok(socket)
    }

    async fn order_over_socket(&self, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
        let entered = self.enter().await;
        self.wait().await;
        let mut socket = entered?;
        for (place, wish) in self.wishes.iter().enumerate() {
            let id = place as u32 + 1;
            let asked_at = Instant::now();
            socket.send_text(&Tell::Ask { id, act: wish.act() }.to_text()).await?;
            let mut answer = None;
            while answer.is_none() {
                let mut ping = false;
                let flow = socket
                    .read(|kind, payload| {
                        ping |= kind == Kind::Ping;
                        answer = answer.take().or_else(|| answer_in(payload, id));
                    })
                    .await?;
                if ping {
                    socket.pong().await?;
                }
                if flow == Flow::Closed && answer.is_none() {
                    return Err(Fault::strange("rushing", "the connection ended"));
                }
            }
            self.took(asked_at, 1);
            let came = answer.unwrap_or_default();
            outcomes.push(Outcome { came, ..outcome_of(wish) });
        }
        Ok(())
    }

    pub(super) async fn over_http(self, pipeline: usize) -> Done {
        let mut outcomes = Vec::with_capacity(self.wishes.len());
        let fault = self.order_over_http(pipeline, &mut outcomes).await.err();
        (outcomes, fault)
    }

    async fn order_over_http(&self, pipeline: usize, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
        let opened = Http::open(&self.authority).await;
        self.wait().await;
        let mut http = opened?;
        let path = format!("/api/rooms/{}/ask", self.room);
        let mut under_way = VecDeque::with_capacity(pipeline);
        let mut wishes = self.wishes.iter();
        loop {
            while under_way.len() < pipeline
                && let Some(wish) = wishes.next()
            {
                let headers =
                    format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", wish.token);
                http.send("POST", &path, &headers, json!(wish.act()).to_string().as_bytes()).await?;
                under_way.push_back((wish, Instant::now()));
            }
            let Some((wish, asked_at)) = under_way.pop_front() else { return Ok(()) };
            let answer = http.receive().await?;
            self.took(asked_at, 1);
            let came = if answer.status == 200 {
                let told: Result<Answer, _> = serde_json::from_slice(&answer.body);
                held(told.map_err(|why| Fault::strange("rushing", why))?)
            } else {
                refused(answer.status, &answer.body)
            };
            outcomes.push(Outcome { came, ..outcome_of(wish) });
        }
    }

    pub(super) async fn through_gateway(self, under_way: usize, key: String) -> Done {
        let mut outcomes = Vec::with_capacity(self.wishes.len());
        let fault = self.order_through_gateway(under_way, &key, &mut outcomes).await.err();
        (outcomes, fault)
    }

    async fn order_through_gateway(
        &self,
        under_way: usize,
        key: &str,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), Fault> {
        let opened = Http::open(&self.authority).await;
        self.wait().await;
        let mut http = opened?;
        let path = format!("/api/rooms/{}/asks", self.room);
        let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
        for wishes in self.wishes.chunks(under_way) {
            let asked_at = Instant::now();
            http.send("POST", &path, &headers, body(wishes).as_bytes()).await?;
            let answer = http.receive().await?;
            self.took(asked_at, wishes.len());
            let from = outcomes.len();
            take_outcomes(wishes, &answer, outcomes)?;
            // Those who think better of it.
            let again: Vec<usize> = (0..wishes.len())
                .filter(|n| wishes[*n].gives_up && matches!(outcomes[from + n].came, Came::Held { .. }))
                .collect();
            if again.is_empty() {
                continue;
            }
            let acts = again
                .iter()
                .map(|n| (&wishes[*n], json!({"kind": "cancel-order", "order": wishes[*n].order})));
            let asks: Vec<_> =
                acts.map(|(wish, act)| json!({"buyer": format!("b{}", wish.buyer), "act": act})).collect();
            http.send("POST", &path, &headers, json!({"asks": asks}).to_string().as_bytes()).await?;
            let answer = http.receive().await?;
            for (n, told) in again.into_iter().zip(outcomes_in(&answer)?.outcomes) {
                outcomes[from + n].given_up = told.refusal.is_none();
            }
        }
        Ok(())
    }
}

fn outcome_of(wish: &Wish) -> Outcome {
    Outcome { order: wish.order.clone(), items: wish.items.clone(), ..Outcome::default() }
}

/// A body with these wishes, written without a detour: the generator shares the machine with the server.
fn body(wishes: &[Wish]) -> String {
    let mut body = String::with_capacity(wishes.len() * 144 + 16);
    body.push_str("{\"asks\":[");
    for (place, wish) in wishes.iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        body.push_str("{\"buyer\":\"b");
        body.push_str(&wish.buyer.to_string());
        body.push_str("\",\"act\":");
        match &wish.items[..] {
            [item] => {
                body.push_str("{\"kind\":\"place-order\",\"order\":\"");
                body.push_str(&wish.order);
                body.push_str("\",\"item\":");
                body.push_str(&item.to_string());
                body.push_str(",\"units\":1}");
            }
            _ => body.push_str(&json!(wish.act()).to_string()),
        }
        body.push('}');
    }
    body.push_str("]}");
    body
}

#[derive(Deserialize)]
struct Outcomes<'a> {
    #[serde(borrow)]
    outcomes: Vec<ToldOutcome<'a>>,
}

/// What became of one ask, read where it lies.
#[derive(Deserialize)]
struct ToldOutcome<'a> {
    position: Option<&'a str>,
    person: Option<&'a str>,
    #[serde(default)]
    held: Option<IgnoredAny>,
    order: Option<crate::wire::Order>,
    refusal: Option<&'a str>,
}

fn outcomes_in(answer: &crate::load::http::HttpAnswer) -> Result<Outcomes<'_>, Fault> {
    if answer.status != 200 {
        let told: ErrorTold = serde_json::from_slice(&answer.body).unwrap_or_default();
        return Err(Fault::strange("rushing", format!("{} {}", answer.status, told.code)));
    }
    serde_json::from_slice(&answer.body).map_err(|why| Fault::strange("rushing", why))
}

fn take_outcomes(
    wishes: &[Wish],
    answer: &crate::load::http::HttpAnswer,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Fault> {
    let told = outcomes_in(answer)?.outcomes;
    if told.len() != wishes.len() {
        return Err(Fault::strange("rushing", format!("{} outcomes of {}", told.len(), wishes.len())));
    }
    for (wish, told) in wishes.iter().zip(told) {
        let came = match (told.refusal, told.position) {
            (None, Some(position)) if told.held.is_some() || told.order.is_some() => Came::Held {
                position: position.to_owned(),
                person: told.person.unwrap_or_default().to_owned(),
                shown: told.order,
            },
            (refusal, _) => Came::Refused(refusal.unwrap_or("none").to_owned()),
        };
        outcomes.push(Outcome { came, ..outcome_of(wish) });
    }
    Ok(())
}

fn held(answer: Answer) -> Came {
    let person = answer.order.as_ref().map(|order| order.person.clone()).unwrap_or_default();
    Came::Held { position: answer.position, person, shown: answer.order }
}

fn refused(status: u16, body: &[u8]) -> Came {
    let told: ErrorTold = serde_json::from_slice(body).unwrap_or_default();
    Came::Refused(if told.code.is_empty() { format!("status {status}") } else { told.code })
}

/// The answer to ask `id`, if this frame is it.
fn answer_in(payload: &[u8], id: u32) -> Option<Came> {
    // Most frames are what everybody gets.
    if payload.starts_with(br#"{"t":"events""#) {
        return None;
    }
    match serde_json::from_slice(payload).ok()? {
        Told::Answer { id: of, done, refusal, .. } if of == id => Some(match (done, refusal) {
            (Some(done), _) => held(done),
            (None, refusal) => Came::Refused(refusal.unwrap_or_else(|| "none".into())),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_body_written_by_hand_is_the_one_that_would_be_written_by_machine() {
        let wish = |buyer, items: &[u64]| Wish {
            buyer,
            token: "".into(),
            order: format!("{buyer:032x}"),
            items: items.to_vec(),
            gives_up: false,
        };
        let wishes = [wish(1, &[7]), wish(22, &[7, 8])];
        let read: Value = serde_json::from_str(&body(&wishes)).unwrap();
        let ask = |wish: &Wish| json!({"buyer": format!("b{}", wish.buyer), "act": wish.act()});
        assert_eq!(read, json!({"asks": wishes.iter().map(ask).collect::<Vec<_>>()}));
    }
}
