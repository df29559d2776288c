//! What an order should cost, found again in another way than the room finds it: from what was asked and from the terms
//! that are public. It does not keep books.

use linger_protocol::*;
use std::collections::{BTreeMap, BTreeSet};

/// What is known about the sale of an item.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub price: i64,
    pub per_person: i64,
    pub hold_ms: u64,
    /// The terms of its own, and the number of the sale.
    pub own: Option<(u32, SaleTerms)>,
    pub unlocked: bool,
    pub buyers: BTreeSet<PersonId>,
    /// Orders placed in it whose price may still fall.
    pub orders: BTreeSet<OrderId>,
    /// Orders that live and have the first buyers' gift.
    pub gifts: BTreeSet<OrderId>,
}

/// What one costs: `gone` units are held or sold.
pub fn unit_price(terms: &Terms, flash: Option<(i64, Millis)>, now: Millis, gone: i64) -> i64 {
    let mut price = terms.price;
    if let Some((_, own)) = &terms.own {
        for step in &own.steps {
            if gone >= i64::from(step.from_units) {
                price = step.price.minor;
            }
        }
        if let (true, Some(unlock)) = (terms.unlocked, own.unlock) {
            price = price.min(unlock.price.minor);
        }
    }
    match flash {
        Some((less, until)) if until > now => price.min(less),
        _ => price,
    }
}

/// The place of a campaign in the stated order, as the documents say it.
fn stated_place(campaign: &Campaign) -> usize {
    let word = match campaign.kind.as_str() {
        "amount" if !campaign.items.is_empty() => "item amount",
        "percent" if !campaign.items.is_empty() => "item percent",
        word => word,
    };
    let stated = [
        "member-price",
        "buy-get",
        "item amount",
        "item percent",
        "threshold",
        "amount",
        "percent",
        "shipping",
        "gift",
    ];
    stated.iter().position(|it| *it == word).expect("every kind has a place")
}

pub struct Context<'a> {
    pub campaigns: &'a BTreeMap<CampaignId, Campaign>,
    pub level: u8,
    pub fee: Option<ShippingFee>,
    /// What a unit of the gift is worth.
    pub worth: &'a dyn Fn(ItemId) -> i64,
    /// What one of a line costs before anything is taken off.
    pub unit: &'a dyn Fn(ItemId) -> i64,
}

/// Goes through the cuts of an order, one after another, and finds its lines and its sum again.
pub fn check(cart: &CartOrder, context: &Context<'_>) {
    let bought = &cart.lines[..cart.lines.len() - cart.gifts as usize];
    let gifts = &cart.lines[bought.len()..];
    let mut amounts: Vec<i64> =
        bought.iter().map(|it| (context.unit)(it.item) * i64::from(it.units)).collect();
    let campaigns: Vec<&Campaign> = cart.cuts.iter().map(|cut| &context.campaigns[&cut.campaign]).collect();
    let places: Vec<usize> = campaigns.iter().map(|it| stated_place(it)).collect();
    assert!(places.is_sorted(), "not in the stated order: {places:?}");
    for (n, one) in campaigns.iter().enumerate() {
        for other in &campaigns[..n] {
            check_stacks(one, other);
        }
    }
    let mut fee = None;
    let mut given = vec![];
    for (cut, campaign) in cart.cuts.iter().zip(&campaigns) {
        assert!(context.level >= campaign.level_min);
        let eligible: Vec<bool> =
            bought.iter().map(|it| campaign.items.is_empty() || campaign.items.contains(&it.item)).collect();
        assert!(eligible.contains(&true), "nothing in the cart is for {}", cut.campaign);
        match campaign.kind {
            CouponKind::Shipping { most } => {
                let now = *fee.get_or_insert_with(|| full_fee(context.fee, &amounts));
                assert_eq!((cut.off, cut.spent), (now.min(most), cut.off));
                fee = Some(now - cut.off);
            }
            CouponKind::Gift { item, units } => {
                given.push((item, units));
                assert_eq!((cut.off, cut.spent), (0, (context.worth)(item) * i64::from(units)));
            }
            _ => check_off(cut, campaign, bought, &eligible, &mut amounts, context.level),
        }
    }
    let fee = fee.unwrap_or_else(|| full_fee(context.fee, &amounts));
    assert_eq!(cart.shipping, fee, "shipping");
    assert_eq!(bought.iter().map(|it| it.amount.minor).collect::<Vec<_>>(), amounts, "lines");
    assert!(gifts.iter().all(|it| it.amount.minor == 0), "a gift costs something");
    let of_campaigns = gifts.iter().filter(|it| given.contains(&(it.item, it.units))).count();
    assert_eq!(of_campaigns, given.len(), "a gift is not there");
    assert_eq!(cart.amount.minor, amounts.iter().sum::<i64>() + fee, "the sum");
    assert!(amounts.iter().sum::<i64>() > 0, "nothing is left to pay");
    let items: BTreeSet<ItemId> = cart.lines.iter().map(|it| it.item).collect();
    assert_eq!(items.len(), cart.lines.len(), "an item stands in an order twice");
}

fn check_stacks(one: &Campaign, other: &Campaign) {
    assert_ne!(one.id, other.id, "a campaign takes off twice");
    let alone = one.stacks == Stacks::Alone || other.stacks == Stacks::Alone;
    let freely = one.stacks == Stacks::Freely && other.stacks == Stacks::Freely;
    let same_kind = one.kind.as_str() == other.kind.as_str();
    assert!(!alone && (freely || !same_kind), "{} and {} do not stack", one.id, other.id);
}

/// What is taken off goods: how much by the kind, how it falls on lines by their shares.
fn check_off(
    cut: &Cut,
    campaign: &Campaign,
    bought: &[OrderLine],
    eligible: &[bool],
    amounts: &mut [i64],
    level: u8,
) {
    let base: i64 = amounts.iter().zip(eligible).filter(|(_, it)| **it).map(|(it, _)| it).sum();
    let whole: i64 = amounts.iter().sum();
    let wanted = match campaign.kind {
        CouponKind::Amount { off } => off,
        CouponKind::Percent { bps, most } => (base * i64::from(bps) / 10_000).min(most.unwrap_or(i64::MAX)),
        CouponKind::Threshold { from, off } => {
            assert!(base >= from, "a threshold that is not met");
            off
        }
        CouponKind::BuyGet { buy, get } => {
            let free = |units: u32| (0..units).filter(|n| n % (buy + get) >= buy).count() as i64;
            // A set that is not full gives nothing.
            let full = |units: u32| free(units - units % (buy + get));
            let each = bought.iter().zip(amounts.iter()).zip(eligible).filter(|(_, it)| **it);
            each.map(|((line, amount), _)| amount / i64::from(line.units) * full(line.units)).sum()
        }
        CouponKind::MemberPrice { level: from, price } => {
            assert!(level >= from, "a price for others");
            let each = bought.iter().zip(amounts.iter()).zip(eligible).filter(|(_, it)| **it);
            each.map(|((line, amount), _)| (amount - price * i64::from(line.units)).max(0)).sum()
        }
        CouponKind::Shipping { .. } | CouponKind::Gift { .. } => unreachable!("not off goods"),
    };
    assert_eq!(cut.off, wanted.min(base).min(whole - 1), "{} of {base} of {whole}", cut.campaign);
    assert_eq!(cut.spent, cut.off);
    assert!(cut.off > 0, "a coupon was used for nothing");
    assert_eq!(cut.parts.len(), amounts.len());
    assert_eq!(cut.parts.iter().sum::<i64>(), cut.off, "parts");
    let shared = matches!(
        campaign.kind,
        CouponKind::Amount { .. } | CouponKind::Percent { .. } | CouponKind::Threshold { .. }
    );
    for ((part, amount), eligible) in cut.parts.iter().zip(amounts.iter_mut()).zip(eligible) {
        assert!((0..=*amount).contains(part), "{part} off {amount}");
        assert!(*eligible || *part == 0, "taken off what it is not for");
        if shared && *eligible {
            // No further from the exact share than one minor unit.
            let distance = i128::from(*part) * i128::from(base) - i128::from(cut.off) * i128::from(*amount);
            assert!(distance.abs() < i128::from(base), "{part} is no fair share");
        }
        *amount -= part;
    }
}

fn full_fee(fee: Option<ShippingFee>, amounts: &[i64]) -> i64 {
    let goods: i64 = amounts.iter().sum();
    match fee {
        Some(fee) if fee.free_from.is_none_or(|from| goods < from) => fee.fee.minor,
        _ => 0,
    }
}
