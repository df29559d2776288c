//! The state of sales and coupons in the canonical encoding. It does not know what the state means.

use super::Canonical;
use crate::{
    coupon::{Coupons, Running},
    orders::OrderTerms,
    sale::{
        Flash, Offer, Queue, SaleDue, Sales,
        lot::{Lot, LotProof},
    },
};
use linger_protocol::{
    Campaign, CouponKind, Cut, Delivery, FirstGift, OpenTo, Period, PriceStep, SaleMode, SaleTerms,
    ShippingFee, Stacks, Unlock, Wanted,
};
use sha2::Sha256;

canonical! {
    OrderTerms { gifts, shipping, cuts, first, holds, delivery, given_back }
    Cut { campaign, off, parts, spent, period, owned }
    Delivery { confirmed, household, to }
    Sales { last, offers, flashes, shipping, queues, waits, promised, transfers, proofs }
    Offer { sale, terms, unlocked, buyers, orders, gifts, lot }
    SaleTerms { price, per_person, per_household, hold_ms, mode, opens_at, closes_at, steps, unlock, gift }
    PriceStep { from_units, price }
    Unlock { buyers, price }
    FirstGift { first, item }
    Flash { price, until }
    ShippingFee { fee, free_from }
    Queue { next, people, places, sizes }
    Wanted { order, units, delivery }
    Lot { queue, digest }
    LotProof { item, sale, commit, seed, digest, people, order }
    Coupons { campaigns, automatic, codes, owned, counted, grants, shows }
    Running { campaign, given, spent, ended }
    Campaign { id, title, kind, items, from, until, currency, budget, uses_max, times, every, level_min, stacks, gives_back, open_to, code }
}

impl Canonical for SaleMode {
    fn feed(&self, to: &mut Sha256) {
        match self {
            SaleMode::FirstCome => 0u8.feed(to),
            SaleMode::Shuffle { bell, commit, sealed_seed } => {
                (1u8, *bell).feed(to);
                commit.feed(to);
                sealed_seed.to_vec().feed(to);
            }
            SaleMode::FirstPaid => 2u8.feed(to),
        }
    }
}

impl Canonical for SaleDue {
    fn feed(&self, to: &mut Sha256) {
        match self {
            SaleDue::Bell(item) => (0u8, *item).feed(to),
            SaleDue::Flash(item) => (1u8, *item).feed(to),
            SaleDue::Close(item) => (2u8, *item).feed(to),
        }
    }
}

impl Canonical for CouponKind {
    fn feed(&self, to: &mut Sha256) {
        match self {
            CouponKind::Amount { off } => (0u8, *off).feed(to),
            CouponKind::Percent { bps, most } => (1u8, *bps, *most).feed(to),
            CouponKind::Threshold { from, off } => (2u8, *from, *off).feed(to),
            CouponKind::Gift { item, units } => (3u8, *item, *units).feed(to),
            CouponKind::Shipping { most } => (4u8, *most).feed(to),
            CouponKind::BuyGet { buy, get } => (5u8, *buy, *get).feed(to),
            CouponKind::MemberPrice { level, price } => (6u8, *level, *price).feed(to),
        }
    }
}

impl Canonical for Period {
    fn feed(&self, to: &mut Sha256) {
        match self {
            Period::Ever => 0u8.feed(to),
            Period::Day { utc_offset_min } => (1u8, i64::from(*utc_offset_min)).feed(to),
            Period::Show => 2u8.feed(to),
        }
    }
}

impl Canonical for Stacks {
    fn feed(&self, to: &mut Sha256) {
        (*self as u8).feed(to);
    }
}

impl Canonical for OpenTo {
    fn feed(&self, to: &mut Sha256) {
        (*self as u8).feed(to);
    }
}
