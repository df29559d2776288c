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
        let order = |person: &str| OrderPromise::of(person, 1, 1);
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

    const RUSH: &str = r#"
        {"position":"7:12","event":"stock-set","item":2,"units":1}
        {"position":"7:13","event":"sale","coupon":"campaign-set","campaign":"off","uses_max":2,"budget_minor":90,"gives_back":true}
        {"position":"7:14","event":"sale","coupon":"claimed","campaign":"off","person":"a"}
        {"position":"7:15","event":"sale","sale":"enlisted","item":2,"person":"b","order":"o9"}
        {"position":"7:16","event":"sale","sale":"cart-held","order":"c1","person":"a","lines":[{"item":2,"units":1,"minor":60}],"cuts":[{"campaign":"off","off_minor":40,"owned":true}],"holds":true}
        {"position":"7:17","event":"order-lapsed","order":"c1"}
        {"position":"7:18","event":"sale","sale":"cart-held","order":"c2","person":"a","lines":[{"item":2,"units":1,"minor":60}],"cuts":[{"campaign":"off","off_minor":40,"owned":true}],"holds":true}"#;

    #[test]
    fn carts_coupons_and_lists_are_in_the_books() {
        let read = audit(&format!("{GOOD}\n{RUSH}"));
        let cart = OrderPromise::of("a", 2, 1);
        let mut promised = Promises {
            orders: BTreeMap::from([("c1".to_owned(), cart.clone()), ("c2".to_owned(), cart)]),
            claims: BTreeSet::from([("off".to_owned(), "a".to_owned())]),
            enlisted: BTreeMap::from([("o9".to_owned(), "b".to_owned())]),
            ..Promises::default()
        };
        assert_eq!(read.findings(&promised), Findings::default());
        assert_eq!((read.left(2), read.unpromised(&promised), read.units_taken()), (Some(0), 2, 2));
        promised.claims.insert(("off".to_owned(), "b".to_owned()));
        promised.enlisted.insert("o8".to_owned(), "b".to_owned());
        assert_eq!(read.findings(&promised).lost, 2);
    }

    #[test]
    fn a_coupon_used_twice_a_coupon_too_many_and_a_budget_overspent_are_found_wrong() {
        let cart = |order: &str, off: i64| {
            format!(
                r#"{{"position":"7:19","event":"sale","sale":"cart-held","order":"{order}","person":"a","lines":[{{"item":1,"units":1,"minor":1}}],"cuts":[{{"campaign":"off","off_minor":{off},"owned":true}}],"holds":true}}"#
            )
        };
        let claimed = |person: &str| {
            format!(
                r#"{{"position":"7:19","event":"sale","coupon":"claimed","campaign":"off","person":"{person}"}}"#
            )
        };
        let more = |lines: &[String]| {
            audit(&format!("{GOOD}\n{RUSH}\n{}", lines.join("\n"))).findings(&Promises::default())
        };
        assert_eq!(more(&[cart("c3", 1)]).wrong, 1, "a has one coupon, and it is in c2");
        let twenty = |line: String| line.replace("7:19", "7:20");
        assert_eq!(
            more(&[claimed("a"), twenty(cart("c3", 51))]).wrong,
            1,
            "more was taken off than the budget has"
        );
        assert_eq!(more(&[claimed("b"), twenty(claimed("c"))]).wrong, 1, "there are two coupons");
        let lapsed = r#"{"position":"7:19","event":"order-lapsed","order":"c2"}"#.to_owned();
        assert_eq!(more(&[lapsed, twenty(cart("c3", 40))]).wrong, 0, "what lapsed gives its coupon back");
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
