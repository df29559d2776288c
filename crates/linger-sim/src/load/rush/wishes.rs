//! Who wants what, before anything is asked. It does not know how it is asked.

use super::{Mix, RushConfig};
use crate::dice::Dice;
use crate::wire::{Act, CartLine, SaleAct};
use std::sync::Arc;

/// Price of every item, in minor units.
pub(super) const PRICE_MINOR: i64 = 100;
/// Of a hundred wishes of an evening, so many are carts, and so many orders are given up again.
const CARTS_OF_100: usize = 10;
const GIVEN_UP_OF_100: usize = 5;

/// One buyer's wish: a unit of each of some items.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The buyer, counted.
    pub(super) buyer: usize,
    /// Their room token; empty where a gateway speaks for them.
    pub(super) token: Arc<str>,
    pub(super) order: String,
    pub(super) items: Vec<u64>,
    /// Whether the order, once held, is given up.
    pub(super) gives_up: bool,
}

impl Wish {
    pub(super) fn act(&self) -> Act {
        if let [item] = self.items[..] {
            return Act::PlaceOrder { order: self.order.clone(), item, units: 1 };
        }
        let lines: Vec<CartLine> = self.items.iter().map(|item| CartLine { item: *item, units: 1 }).collect();
        let expected_minor = PRICE_MINOR * lines.len() as i64;
        Act::Sale(SaleAct::PlaceCart { order: self.order.clone(), lines, coupons: vec![], expected_minor })
    }
}

/// The wishes of each buyer.
pub(super) fn wishes(config: &RushConfig, tokens: Vec<String>) -> Vec<Vec<Wish>> {
    let mut dice = Dice::of(config.seed ^ super::super::stamp::now_us(), "rush");
    // Running sums of 1 / rank, to choose an item by one throw.
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=config.items.len())
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect();
    let item = |dice: &mut Dice| {
        let thrown = dice.unit() * sum;
        let place = sums.partition_point(|to| *to <= thrown).min(config.items.len() - 1);
        config.items[place]
    };
    let mut wish = |buyer: usize, token: &Arc<str>| {
        let mut items = vec![item(&mut dice)];
        let evening = config.mix == Mix::Evening;
        if evening && dice.below(100) < CARTS_OF_100 {
            let another = item(&mut dice);
            items.extend((another != items[0]).then_some(another));
        }
        let order = format!("{:016x}{:016x}", dice.bits(), dice.bits());
        let gives_up = evening && dice.below(100) < GIVEN_UP_OF_100;
        Wish { buyer, token: token.clone(), order, items, gives_up }
    };
    let nobody: Arc<str> = "".into();
    let tokens: Vec<Arc<str>> = tokens.into_iter().map(Into::into).collect();
    (0..config.buyers)
        .map(|buyer| {
            let token = tokens.get(buyer).unwrap_or(&nobody);
            (0..config.orders_each).map(|_| wish(buyer, token)).collect()
        })
        .collect()
}

/// Deals the wishes of all buyers to a few lanes, so that a buyer's own orders stay in order.
pub(super) fn shared_out(wishes: Vec<Vec<Wish>>, lanes: usize) -> Vec<Vec<Wish>> {
    let mut shared = vec![Vec::new(); lanes];
    for (place, mut of_one) in wishes.into_iter().enumerate() {
        shared[place % lanes].append(&mut of_one);
    }
    shared
}
