//! What became of a paid order: its goods, the money that stands with them, and its parcels. It does not know why anything
//! comes back.

use super::{Care, clock::day_end};
use crate::{Order, shelf::Shelf};
use linger_protocol::{
    ItemId, ItemUnits, Millis, Money, OrderId, OrderStage, ParcelId, RefundId, ReturnException, ReturnId,
    ReturnRule, Way,
};
use std::collections::BTreeMap;

/// What became of a paid order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCare {
    /// The how-manyeth order of the room that was paid, from 1.
    pub nth: u64,
    /// What was paid.
    pub paid: Money,
    /// Its goods, replacements included.
    pub goods: BTreeMap<ItemId, Goods>,
    /// What was paid for delivery and has not gone back, minor units.
    pub delivery_minor: i64,
    /// What was or is owed back in all, minor units; never more than was paid.
    pub owed_minor: i64,
    /// Its parcels.
    pub parcels: BTreeMap<ParcelId, Parcel>,
    /// Its returns, the oldest first.
    pub returns: Vec<ReturnId>,
    /// Its refunds, the oldest first.
    pub refunds: Vec<RefundId>,
    /// Whether it was given up before anything was shipped.
    pub cancelled: bool,
}

/// The units of one item in an order. Invariant: `away <= delivered <= shipped <= bought`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// The rule it was bought under.
    pub rule: ReturnRule,
    /// The exception that the buyer confirmed for this purchase.
    pub confirmed: Option<ReturnException>,
    /// Units bought, or due as a replacement.
    pub bought: u32,
    /// Of these, gifts with the order that did not come back: no limit counts them.
    pub gifts: u32,
    /// Of these, in parcels.
    pub shipped: u32,
    /// Of these, with the buyer at some time.
    pub delivered: u32,
    /// Of these, in returns that run or that arrived.
    pub away: u32,
    /// Of these, in returns that arrived.
    pub back: u32,
    /// What stands with the units that are not away, minor units.
    pub money_minor: i64,
    /// When the last parcel with it was delivered.
    pub delivered_at: Option<Millis>,
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// What is in it.
    pub contents: Vec<ItemUnits>,
    /// How it gets to the buyer.
    pub way: Way,
    /// When it was shipped, or was ready.
    pub at: Millis,
    /// When it was delivered, or picked up.
    pub delivered_at: Option<Millis>,
}

impl Goods {
    /// None of an item that is bought under `rule`.
    pub(super) fn none_yet(rule: ReturnRule) -> Goods {
        Goods {
            rule,
            confirmed: None,
            bought: 0,
            gifts: 0,
            back: 0,
            shipped: 0,
            delivered: 0,
            away: 0,
            money_minor: 0,
            delivered_at: None,
        }
    }

    /// Units that can be brought back.
    pub fn returnable(&self) -> u32 {
        self.delivered.checked_sub(self.away).expect("more units are away than were delivered")
    }

    /// Units that are still to be shipped.
    pub fn to_ship(&self) -> u32 {
        self.bought.checked_sub(self.shipped).expect("more units were shipped than bought")
    }

    /// Units that are with the buyer or on their way to them.
    pub fn kept(&self) -> u32 {
        self.bought.checked_sub(self.away).expect("more units are away than were bought")
    }

    /// What `units` of those that are kept cost. Shares are rounded down, and the last unit takes what is left: however
    /// the units come back, they bring back what was paid, to the cent.
    pub fn share(&self, units: u32) -> i64 {
        let share = i128::from(self.money_minor) * i128::from(units) / i128::from(self.kept().max(1));
        i64::try_from(share).expect("a share is not more than the whole")
    }

    /// Until when, exclusively, it can be brought back without a reason, whether or not an exception was confirmed.
    pub fn returnable_until(&self, utc_offset_min: i16) -> Option<Millis> {
        let days = match self.rule {
            ReturnRule::NoReason { days } => days,
            // Excepted and not confirmed: as if nothing had been said.
            ReturnRule::Excepted { .. } => match ReturnRule::default() {
                ReturnRule::NoReason { days } => days,
                ReturnRule::Excepted { .. } => 0,
            },
        };
        self.delivered_at.map(|at| day_end(at, days, utc_offset_min))
    }

    /// Units came back; how many of them a limit counted. Gifts come back last.
    pub(super) fn come_back(&mut self, units: u32) -> u32 {
        let counted = units.min(self.bought - self.back - self.gifts);
        self.gifts -= units - counted;
        self.back += units;
        counted
    }

    /// More of it is due to the buyer, and this much money stands with it.
    pub(super) fn add(&mut self, units: u32, money_minor: i64) {
        self.bought = self.bought.checked_add(units).expect("more units are due than can be counted");
        self.money_minor += money_minor;
    }
}

impl OrderCare {
    /// How far it has come; `returning` says whether a return runs.
    pub(super) fn stage(&self, returning: bool) -> OrderStage {
        let all = |of: fn(&Goods) -> u32| self.goods.values().all(|it| of(it) == 0);
        let waits = |it: &&Parcel| it.delivered_at.is_none();
        let is_pick_up = |it: &Parcel| matches!(it.way, Way::PickUp { .. });
        if self.cancelled {
            OrderStage::Cancelled
        } else if returning {
            OrderStage::Returning
        } else if all(Goods::kept) {
            OrderStage::Returned
        } else if !all(Goods::to_ship) {
            OrderStage::Packing
        } else if self.parcels.values().filter(waits).any(is_pick_up) {
            OrderStage::PickUp
        } else if self.parcels.values().any(|it| waits(&it)) {
            OrderStage::OnTheWay
        } else {
            OrderStage::Delivered
        }
    }

    /// What has not been owed back and is in no return, minor units.
    pub fn left_minor(&self) -> i64 {
        self.delivery_minor + self.goods.values().map(|it| it.money_minor).sum::<i64>()
    }

    pub(super) fn is_all_shipped(&self) -> bool {
        self.goods.values().all(|it| it.to_ship() == 0)
    }
}

impl Care {
    /// An order is paid: what holds for it after the sale is settled now.
    pub(crate) fn apply_paid(&mut self, order: OrderId, placed: &Order, shelf: &Shelf) {
        let nth = self.orders.len() as u64 + 1;
        let mut goods = BTreeMap::new();
        for (place, line) in placed.lines.iter().enumerate() {
            let rule = shelf.line(line.item).ok().and_then(|it| it.item.returns).unwrap_or_default();
            let of_item: &mut Goods = goods.entry(line.item).or_insert_with(|| Goods::none_yet(rule));
            of_item.add(line.units, line.amount.minor);
            if place >= placed.bought().len() {
                of_item.gifts += line.units;
            }
            let confirmed = self.confirmed.remove(&(order, line.item));
            of_item.confirmed = confirmed.or(of_item.confirmed).or_else(|| placed.confirmed(line.item, rule));
        }
        let of_goods: i64 = placed.lines.iter().map(|line| line.amount.minor).sum();
        let care = OrderCare {
            nth,
            paid: placed.amount,
            goods,
            delivery_minor: placed.amount.minor - of_goods,
            owed_minor: 0,
            parcels: BTreeMap::new(),
            returns: vec![],
            refunds: vec![],
            cancelled: false,
        };
        self.orders.insert(order, care);
        self.to_ship.insert((nth, order));
    }

    pub(super) fn of(&mut self, order: OrderId) -> &mut OrderCare {
        self.orders.get_mut(&order).expect("only what was paid comes to after-sales")
    }

    pub(super) fn goods(&mut self, order: OrderId, item: ItemId) -> &mut Goods {
        self.of(order).goods.get_mut(&item).expect("an item of the order")
    }
}
