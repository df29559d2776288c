//! An independent reading of a room's log: keeps its own books over the dump, and holds it to what was promised.
//!
//! It does not know how the room decides, only what must never be.

use super::coupons::Coupons;
use super::promises::{OrderPromise, Promises, parse_position};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One line of `linger log dump`.
#[derive(Debug, Deserialize)]
struct Line {
    position: String,
    event: String,
    #[serde(default)]
    comment: Option<Value>,
    #[serde(default)]
    person: Option<Value>,
    #[serde(default)]
    order: Option<Value>,
    #[serde(default)]
    item: Option<Value>,
    #[serde(default)]
    units: Option<Value>,
    #[serde(default)]
    draw: Option<Value>,
    #[serde(default)]
    payment: Option<Value>,
    #[serde(default)]
    sale: Option<String>,
    #[serde(default)]
    coupon: Option<String>,
    #[serde(default)]
    lines: Vec<CartLine>,
    #[serde(default)]
    holds: Option<bool>,
    #[serde(flatten)]
    coupons: super::coupons::Said,
}

#[derive(Debug, Deserialize)]
struct CartLine {
    item: u64,
    units: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Held,
    Paid,
    Over,
}

#[derive(Debug)]
struct Order {
    promise: OrderPromise,
    state: State,
    /// Whether it takes its units before it is paid.
    holds: bool,
}

#[derive(Debug, Default)]
struct Stock {
    units: u64,
    held: u64,
    sold: u64,
}

/// The books kept over a log.
#[derive(Debug, Default)]
pub struct Audit {
    lines: u64,
    position: Option<(u64, u64)>,
    comments: BTreeMap<u64, String>,
    orders: BTreeMap<String, Order>,
    payments: BTreeSet<String>,
    refunds: BTreeSet<String>,
    stock: BTreeMap<u64, Stock>,
    coupons: Coupons,
    enlisted: BTreeMap<String, String>,
    entries: BTreeSet<(u32, String)>,
    draws: BTreeSet<u32>,
    frozen: BTreeSet<u32>,
    revealed: BTreeSet<u32>,
    oversold: u64,
    wrong: Vec<String>,
}

/// How many wrongs are described; all are counted.
const DESCRIBED_MAX: usize = 20;

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Promises that the log does not keep.
    pub lost: u64,
    /// Times more units of an item were held and sold than there were.
    pub oversold: u64,
    /// Everything else that must never be: ids twice or missing, entries after the freezing, a paid order that lapsed.
    pub wrong: u64,
    /// The first of all these, described.
    pub described: Vec<String>,
}

impl Audit {
    /// Reads one line of the dump.
    pub fn read(&mut self, line: &str) {
        self.lines += 1;
        match serde_json::from_str::<Line>(line) {
            Ok(line) => {
                self.check_position(&line.position);
                if let Some(what) = self.take_in(&line) {
                    self.wrong.push(format!("{} {}: {what}", line.position, line.event));
                }
            }
            Err(why) => self.wrong.push(format!("line {}: not a line of a dump: {why}", self.lines)),
        }
    }

    /// How many lines were read.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The draws whose winners are public.
    pub fn revealed(&self) -> &BTreeSet<u32> {
        &self.revealed
    }

    /// Whether a payment reached the room: it paid an order, or it goes back.
    pub fn knows_payment(&self, payment: &str) -> bool {
        self.payments.contains(payment) || self.refunds.contains(payment)
    }

    /// The number of the last comment.
    pub fn comment_last(&self) -> u64 {
        self.comments.last_key_value().map_or(0, |(id, _)| *id)
    }

    /// Units of an item that nobody holds or owns; `None` for an item without stock.
    pub fn left(&self, item: u64) -> Option<u64> {
        let stock = self.stock.get(&item)?;
        Some(stock.units.saturating_sub(stock.held + stock.sold))
    }

    /// Orders in the log that were never acknowledged.
    pub fn unpromised(&self, promises: &Promises) -> u64 {
        self.orders.keys().filter(|id| !promises.orders.contains_key(*id)).count() as u64
    }

    /// Units of all items that are held or sold, by the state in which the log leaves each order.
    pub fn units_taken(&self) -> u64 {
        self.stock.values().map(|stock| stock.held + stock.sold).sum()
    }

    fn check_position(&mut self, text: &str) {
        let position = parse_position(text);
        if position.is_none() || position <= self.position {
            self.wrong.push(format!("position {text} does not follow {:?}", self.position));
        }
        self.position = position.max(self.position);
    }

    /// Keeps the books; says what is wrong with the line, if anything is.
    fn take_in(&mut self, line: &Line) -> Option<String> {
        match line.event.as_str() {
            "comment-made" => {
                let (id, last) = (number(&line.comment)?, self.comment_last());
                self.comments.insert(id, text(&line.person)?);
                (id != last + 1).then(|| format!("comment {id} after {last}"))
            }
            "stock-set" => {
                let (item, units) = (number(&line.item)?, number(&line.units)?);
                self.stock.entry(item).or_default().units = units;
                self.check_stock(item)
            }
            "units-held" => self.hold(line),
            "order-paid" => self.pay(line),
            "refund-due" => {
                self.refunds.insert(text(&line.payment)?);
                None
            }
            "order-lapsed" | "order-cancelled" => self.end(&text(&line.order)?),
            "sale" => self.take_in_sale(line),
            "draw-opened" => {
                let draw = u32::try_from(number(&line.draw)?).ok()?;
                (!self.draws.insert(draw)).then(|| format!("draw {draw} opened twice"))
            }
            "draw-entered" => {
                let (draw, person) = (u32::try_from(number(&line.draw)?).ok()?, text(&line.person)?);
                let late = self.frozen.contains(&draw);
                let twice = !self.entries.insert((draw, person));
                (late || twice)
                    .then(|| format!("draw {draw} entered {}", if late { "late" } else { "twice" }))
            }
            "draw-frozen" => {
                self.frozen.insert(u32::try_from(number(&line.draw)?).ok()?);
                None
            }
            "draw-revealed" => {
                let draw = u32::try_from(number(&line.draw)?).ok()?;
                let unfrozen = !self.frozen.contains(&draw);
                let twice = !self.revealed.insert(draw);
                (unfrozen || twice).then(|| format!("draw {draw} revealed unfrozen or twice"))
            }
            _ => None,
        }
    }

    fn take_in_sale(&mut self, line: &Line) -> Option<String> {
        match (line.sale.as_deref(), line.coupon.as_deref()) {
            (Some("cart-held"), _) => {
                let (order, person) = (text(&line.order)?, text(&line.person)?);
                let used = self.coupons.use_up(&order, &person, &line.coupons);
                let lines = line.lines.iter().map(|it| (it.item, it.units)).collect();
                let promise = OrderPromise { person, lines };
                self.keep(order, promise, line.holds.unwrap_or(true)).or(used)
            }
            (Some("enlisted"), _) => {
                self.enlisted.insert(text(&line.order)?, text(&line.person)?);
                None
            }
            (Some("allotted"), _) => {
                let (item, units) = (number(&line.item)?, number(&line.units)?);
                self.stock.entry(item).or_default().units += units;
                None
            }
            (Some("gave-back"), _) => {
                let (item, units) = (number(&line.item)?, number(&line.units)?);
                let stock = self.stock.entry(item).or_default();
                stock.units = stock.units.saturating_sub(units);
                self.check_stock(item)
            }
            (_, Some(coupon)) => {
                self.coupons.take_in(coupon, text(&line.person), text(&line.order), &line.coupons)
            }
            _ => None,
        }
    }

    fn hold(&mut self, line: &Line) -> Option<String> {
        let units = u32::try_from(number(&line.units)?).ok()?;
        let promise = OrderPromise::of(&text(&line.person)?, number(&line.item)?, units);
        self.keep(text(&line.order)?, promise, true)
    }

    fn keep(&mut self, id: String, promise: OrderPromise, holds: bool) -> Option<String> {
        let lines = promise.lines.clone();
        if self.orders.insert(id.clone(), Order { promise, state: State::Held, holds }).is_some() {
            return Some(format!("order {id} held twice"));
        }
        let taken = lines.iter().filter(|_| holds).map(|(item, units)| {
            self.stock.entry(*item).or_default().held += u64::from(*units);
            self.check_stock(*item)
        });
        // Each line counts, whatever an earlier one says.
        taken.collect::<Vec<_>>().into_iter().flatten().next()
    }

    fn end(&mut self, id: &str) -> Option<String> {
        let Some(order) = self.orders.get_mut(id) else { return Some(format!("no order {id}")) };
        let before = std::mem::replace(&mut order.state, State::Over);
        if before != State::Held {
            return Some(format!("order {id} was {before:?}"));
        }
        for (item, units) in order.promise.lines.iter().filter(|_| order.holds) {
            let stock = self.stock.entry(*item).or_default();
            stock.held = stock.held.saturating_sub(u64::from(*units));
        }
        self.coupons.give_back(id);
        None
    }

    fn pay(&mut self, line: &Line) -> Option<String> {
        let (id, payment) = (text(&line.order)?, text(&line.payment)?);
        if !self.payments.insert(payment) {
            return Some(format!("order {id} paid by a payment that paid before"));
        }
        let Some(order) = self.orders.get_mut(&id) else { return Some(format!("no order {id}")) };
        if order.state != State::Held {
            return Some(format!("order {id} was {:?}", order.state));
        }
        order.state = State::Paid;
        let (lines, holds) = (order.promise.lines.clone(), order.holds);
        let sold = lines.iter().map(|(item, units)| {
            let stock = self.stock.entry(*item).or_default();
            stock.held = stock.held.saturating_sub(if holds { u64::from(*units) } else { 0 });
            stock.sold += u64::from(*units);
            self.check_stock(*item)
        });
        sold.collect::<Vec<_>>().into_iter().flatten().next()
    }

    fn check_stock(&mut self, item: u64) -> Option<String> {
        let stock = self.stock.get(&item)?;
        if stock.held + stock.sold <= stock.units {
            return None;
        }
        self.oversold += 1;
        Some(format!("item {item}: {} held, {} sold of {}", stock.held, stock.sold, stock.units))
    }

    /// Holds the log to what was promised.
    pub fn findings(&self, promises: &Promises) -> Findings {
        let mut lost = Vec::new();
        for (id, person) in &promises.comments {
            if self.comments.get(id) != Some(person) {
                lost.push(format!("comment {id} of {person} is not in the log"));
            }
        }
        for (id, promise) in &promises.orders {
            if self.orders.get(id).map(|order| &order.promise) != Some(promise) {
                lost.push(format!("order {id} is not in the log as acknowledged"));
            }
        }
        let is = |id: &String, state| self.orders.get(id).is_some_and(|order| order.state == state);
        lost.extend(
            promises
                .paid
                .keys()
                .filter(|id| !is(id, State::Paid))
                .map(|id| format!("order {id} is not paid")),
        );
        let open = promises.cancelled.iter().filter(|id| !is(id, State::Over));
        lost.extend(open.map(|id| format!("order {id} is not given up")));
        let missing = promises.enlisted.iter().filter(|(id, person)| self.enlisted.get(*id) != Some(*person));
        lost.extend(missing.map(|(id, person)| format!("{person} is on no list for order {id}")));
        lost.extend(self.coupons.lost(&promises.claims));
        let missing = promises.entries.iter().filter(|entry| !self.entries.contains(entry));
        lost.extend(
            missing.map(|(draw, person)| format!("the entry of {person} into draw {draw} is not in the log")),
        );
        let missing = promises.draws.iter().filter(|draw| !self.draws.contains(draw));
        lost.extend(missing.map(|draw| format!("draw {draw} is not in the log")));
        // A line stands at its own offset; what is promised is where the log stood after it.
        let end = self.position.map_or((0, 0), |(epoch, offset)| (epoch, offset + 1));
        if end < promises.position {
            lost.push(format!("the log ends at {end:?}, before {:?}", promises.position));
        }
        Findings {
            lost: lost.len() as u64,
            oversold: self.oversold,
            wrong: self.wrong.len() as u64 - self.oversold,
            described: lost.iter().chain(&self.wrong).take(DESCRIBED_MAX).cloned().collect(),
        }
    }
}

/// A number, however it is written.
fn number(value: &Option<Value>) -> Option<u64> {
    match value.as_ref()? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// An id, however it is written.
fn text(value: &Option<Value>) -> Option<String> {
    match value.as_ref()? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
