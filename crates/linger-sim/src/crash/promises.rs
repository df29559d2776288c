//! What a server acknowledged to us, as we heard it. It does not know whether it was kept.

use std::collections::{BTreeMap, BTreeSet};

/// An order that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPromise {
    /// Whose.
    pub person: String,
    /// What, each item with its units.
    pub lines: Vec<(u64, u32)>,
}

impl OrderPromise {
    /// An order of one item.
    pub fn of(person: &str, item: u64, units: u32) -> OrderPromise {
        OrderPromise { person: person.to_owned(), lines: vec![(item, units)] }
    }
}

/// Everything acknowledged so far, over all runs.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    /// Comments by number, with who wrote them.
    pub comments: BTreeMap<u64, String>,
    /// Orders by id.
    pub orders: BTreeMap<String, OrderPromise>,
    /// Orders we were told are paid, with whose they are.
    pub paid: BTreeMap<String, String>,
    /// Orders we were told are given up.
    pub cancelled: Vec<String>,
    /// Payments the provider took on, by their own name, with their orders.
    pub payments: BTreeMap<String, String>,
    /// Entries into draws: draw and person.
    pub entries: Vec<(u32, String)>,
    /// Coupons taken: campaign and person.
    pub claims: BTreeSet<(String, String)>,
    /// Entries on the list of a shuffle: the order that it becomes, with whose it is.
    pub enlisted: BTreeMap<String, String>,
    /// Draws that were opened.
    pub draws: Vec<u32>,
    /// Asks that were answered through gateways, whatever the answer.
    pub asked_together: u64,
    /// The furthest position we were told: epoch and offset.
    pub position: (u64, u64),
}

impl Promises {
    /// Takes in the position of an answer; one that cannot be read counts as none.
    pub fn saw(&mut self, position: &str) {
        if let Some(position) = parse_position(position) {
            self.position = self.position.max(position);
        }
    }
}

/// Reads `epoch:offset`.
pub fn parse_position(text: &str) -> Option<(u64, u64)> {
    let (epoch, offset) = text.split_once(':')?;
    Some((epoch.parse().ok()?, offset.parse().ok()?))
}
