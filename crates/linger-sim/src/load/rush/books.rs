//! What was acknowledged, held against what the room shows in the end. It does not know the server's books.

use super::{RushConfig, RushReport};
use crate::crash::{OrderPromise, Promises};
use std::collections::{BTreeMap, BTreeSet};

/// One order and what came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) order: String,
    /// The items it was for, one unit of each.
    pub(super) items: Vec<u64>,
    pub(super) came: Came,
    /// Whether it was acknowledged that it is given up.
    pub(super) given_up: bool,
}

#[derive(Debug)]
pub(super) enum Came {
    /// It is held.
    Held {
        /// Where the log stood then.
        position: String,
        /// Whose it is, as the room knows them.
        person: String,
        /// The order as the answer shows it.
        shown: Option<crate::wire::Order>,
    },
    /// Why it is not.
    Refused(String),
}

impl Default for Came {
    fn default() -> Came {
        Came::Refused("none".into())
    }
}

/// Units left of each item, as the room shows them.
pub(super) type Left = BTreeMap<u64, u64>;

pub(super) fn keep_books(
    report: &mut RushReport,
    config: &RushConfig,
    outcomes: &[Outcome],
    (before, after): (&Left, &Left),
) {
    let mut seen = BTreeSet::new();
    let mut held: BTreeMap<u64, u64> = BTreeMap::new();
    for outcome in outcomes {
        match &outcome.came {
            Came::Held { shown, .. } => {
                let fits = shown.as_ref().is_none_or(|shown| {
                    shown.order == outcome.order && outcome.items.contains(&shown.item) && shown.units == 1
                });
                if !fits || !seen.insert(&outcome.order) {
                    report.doubled += 1;
                }
                report.given_up += u64::from(outcome.given_up);
                for item in outcome.items.iter().filter(|_| !outcome.given_up) {
                    *held.entry(*item).or_default() += 1;
                }
            }
            Came::Refused(code) => *report.refused.entry(code.clone()).or_default() += 1,
        }
    }
    report.held = held.values().sum();
    for item in config.items.iter().collect::<BTreeSet<_>>() {
        let there = before.get(item).copied().unwrap_or(config.units);
        let gone = there.saturating_sub(after.get(item).copied().unwrap_or(0));
        let acknowledged = held.get(item).copied().unwrap_or(0);
        report.oversold += acknowledged.saturating_sub(there);
        report.lost += acknowledged.saturating_sub(gone);
        report.unaccounted += gone.saturating_sub(acknowledged);
    }
}

/// The same as promises, for the reader of the log.
pub(super) fn promises(outcomes: &[Outcome]) -> Promises {
    let mut promises = Promises::default();
    for outcome in outcomes {
        let Came::Held { position, person, .. } = &outcome.came else { continue };
        promises.saw(position);
        let lines = outcome.items.iter().map(|item| (*item, 1)).collect();
        promises.orders.insert(outcome.order.clone(), OrderPromise { person: person.clone(), lines });
        if outcome.given_up {
            promises.cancelled.push(outcome.order.clone());
        }
    }
    promises
}

#[cfg(test)]
mod tests {
    use super::super::{Mix, RushMode, wishes};
    use super::*;
    use crate::load::Tokens;
    use crate::wire::Order;
    use url::Url;

    fn config() -> RushConfig {
        RushConfig {
            base: Url::parse("http://127.0.0.1:9").unwrap(),
            room: "r".into(),
            items: vec![1, 2],
            units: 2,
            buyers: 3,
            orders_each: 2,
            mix: Mix::Rush,
            mode: RushMode::Sockets,
            tokens: Tokens::Door,
            seed: 1,
            server_pid: None,
        }
    }

    fn held(order: &str, item: u64) -> Outcome {
        let shown = Order { order: order.into(), person: "a".into(), item, units: 1, state: "held".into() };
        let came = Came::Held { position: "7:1".into(), person: "a".into(), shown: Some(shown) };
        Outcome { order: order.into(), items: vec![item], came, given_up: false }
    }

    fn books(outcomes: &[Outcome], after: [(u64, u64); 2]) -> RushReport {
        let mut report = RushReport::default();
        let before = BTreeMap::from([(1, 2), (2, 2)]);
        keep_books(&mut report, &config(), outcomes, (&before, &BTreeMap::from(after)));
        report
    }

    #[test]
    fn books_that_agree_show_nothing() {
        let sold_out = Outcome { came: Came::Refused("sold-out".into()), ..held("d", 1) };
        let given_up = Outcome { given_up: true, ..held("e", 2) };
        let report = books(&[held("a", 1), held("b", 1), held("c", 2), sold_out, given_up], [(1, 0), (2, 1)]);
        assert_eq!(
            (report.held, report.oversold, report.doubled, report.lost, report.unaccounted),
            (3, 0, 0, 0, 0)
        );
        assert_eq!((report.refused["sold-out"], report.given_up), (1, 1));
    }

    #[test]
    fn every_kind_of_broken_promise_shows() {
        assert_eq!(books(&[held("a", 1), held("b", 1), held("c", 1)], [(1, 0), (2, 2)]).oversold, 1);
        assert_eq!(books(&[held("a", 1), held("a", 1)], [(1, 0), (2, 2)]).doubled, 1);
        assert_eq!(books(&[held("a", 1)], [(1, 2), (2, 2)]).lost, 1);
        assert_eq!(books(&[], [(1, 1), (2, 2)]).unaccounted, 1);
    }

    #[test]
    fn every_buyer_keeps_to_one_lane() {
        let tokens: Vec<String> = (0..3).map(|n| format!("t{n}")).collect();
        let wishes = wishes::wishes(&config(), tokens);
        assert_eq!(wishes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
        let lanes = wishes::shared_out(wishes, 2);
        assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [4, 2]);
        let ids: BTreeSet<&String> = lanes.iter().flatten().map(|wish| &wish.order).collect();
        assert_eq!(ids.len(), 6);
    }

    #[test]
    fn promises_are_what_was_acknowledged_and_nothing_else() {
        let sold_out = Outcome { came: Came::Refused("sold-out".into()), ..held("d", 1) };
        let promises = promises(&[held("a", 1), Outcome { given_up: true, ..held("e", 2) }, sold_out]);
        assert_eq!(promises.orders.keys().collect::<Vec<_>>(), ["a", "e"]);
        assert_eq!((promises.cancelled, promises.position), (vec!["e".to_owned()], (7, 1)));
    }
}
