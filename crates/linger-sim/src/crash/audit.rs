//! An independent reading of a room's log: keeps its own books over the dump, and holds it to what was promised.
//!
//! It does not know how the room decides, only what must never be.

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
            "order-lapsed" | "order-cancelled" => {
                let id = text(&line.order)?;
                let Some(order) = self.orders.get_mut(&id) else { return Some(format!("no order {id}")) };
                let before = std::mem::replace(&mut order.state, State::Over);
                let (item, units) = (order.promise.item, u64::from(order.promise.units));
                if before != State::Held {
                    return Some(format!("order {id} was {before:?}"));
                }
                let stock = self.stock.entry(item).or_default();
                stock.held = stock.held.saturating_sub(units);
                None
            }
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

    fn hold(&mut self, line: &Line) -> Option<String> {
        let (id, item) = (text(&line.order)?, number(&line.item)?);
        let units = u32::try_from(number(&line.units)?).ok()?;
        let promise = OrderPromise { person: text(&line.person)?, item, units };
        if self.orders.insert(id.clone(), Order { promise, state: State::Held }).is_some() {
            return Some(format!("order {id} held twice"));
        }
        self.stock.entry(item).or_default().held += u64::from(units);
        self.check_stock(item)
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
        let units = u64::from(order.promise.units);
        let stock = self.stock.entry(order.promise.item).or_default();
        stock.held = stock.held.saturating_sub(units);
        stock.sold += units;
        None
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
mod tests {
    use super::*;

    const GOOD: &str = r#"
        {"position":"7:1","at":1,"by":"host","event":"room-opened"}
        {"position":"7:2","at":2,"by":"host","event":"stock-set","item":1,"units":2}
        {"position":"7:3","at":3,"by":"a","event":"comment-made","comment":1,"person":"a"}
        {"position":"7:4","at":3,"by":"a","event":"units-held","order":"o1","person":"a","item":1,"units":1}
        {"position":"7:5","at":4,"by":"b","event":"units-held","order":"o2","person":"b","item":1,"units":1}
        {"position":"7:6","at":5,"event":"order-paid","order":"o1","payment":"p1"}
        {"position":"7:7","at":6,"event":"order-lapsed","order":"o2"}
        {"position":"7:8","at":6,"event":"draw-opened","draw":1}
        {"position":"7:9","at":7,"event":"draw-entered","draw":1,"person":"a"}
        {"position":"7:10","at":8,"event":"draw-frozen","draw":1}
        {"position":"7:11","at":9,"event":"draw-revealed","draw":1}"#;

    fn audit(lines: &str) -> Audit {
        let mut audit = Audit::default();
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| audit.read(line));
        audit
    }

    fn promises() -> Promises {
        let order = |person: &str| OrderPromise { person: person.into(), item: 1, units: 1 };
        Promises {
            comments: BTreeMap::from([(1, "a".to_owned())]),
            orders: BTreeMap::from([("o1".to_owned(), order("a")), ("o2".to_owned(), order("b"))]),
            paid: BTreeMap::from([("o1".to_owned(), "a".to_owned())]),
            entries: vec![(1, "a".to_owned())],
            draws: vec![1],
            position: (7, 12),
            ..Promises::default()
        }
    }

    #[test]
    fn a_log_that_keeps_what_was_promised_is_found_good() {
        let audit = audit(GOOD);
        assert_eq!(audit.findings(&promises()), Findings::default());
        assert!(audit.knows_payment("p1") && !audit.knows_payment("p2"));
        assert_eq!((audit.left(1), audit.comment_last(), audit.lines()), (Some(1), 1, 11));
    }

    #[test]
    fn whatever_is_missing_is_found_lost() {
        for (missing, lost) in
            [("comment-made", 1), ("draw-entered", 1), ("order-paid", 1), ("draw-opened", 1)]
        {
            let less: String =
                GOOD.lines().filter(|line| !line.contains(missing)).map(|line| format!("{line}\n")).collect();
            assert_eq!(audit(&less).findings(&promises()).lost, lost, "{missing}");
        }
        let short: String = GOOD.lines().take(4).map(|line| format!("{line}\n")).collect();
        // Two orders, one paid, one entry, one draw and the position.
        assert_eq!(audit(&short).findings(&promises()).lost, 6);
    }

    #[test]
    fn a_unit_held_twice_is_found() {
        let third =
            r#"{"position":"7:12","at":9,"event":"units-held","order":"o3","person":"c","item":1,"units":2}"#;
        let found = audit(&format!("{GOOD}\n{third}")).findings(&promises());
        assert_eq!((found.lost, found.oversold, found.wrong), (0, 1, 0));
    }

    #[test]
    fn what_must_never_be_is_found_wrong() {
        for line in [
            r#"{"position":"7:12","event":"comment-made","comment":3,"person":"a"}"#,
            r#"{"position":"7:12","event":"comment-made","comment":1,"person":"a"}"#,
            r#"{"position":"7:11","event":"live"}"#,
            r#"{"position":"7:12","event":"order-lapsed","order":"o1"}"#,
            r#"{"position":"7:12","event":"order-paid","order":"o1","payment":"p2"}"#,
            r#"{"position":"7:12","event":"draw-entered","draw":1,"person":"b"}"#,
            r#"{"position":"7:12","event":"draw-revealed","draw":1}"#,
            "garbage",
        ] {
            let found = audit(&format!("{GOOD}\n{line}")).findings(&Promises::default());
            assert_eq!(found.wrong, 1, "{line}: {:?}", found.described);
        }
    }
}
