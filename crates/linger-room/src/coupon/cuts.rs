//! What campaigns take off a cart, in the stated order. It does not know who gets the units.

use super::Running;
use crate::Room;
use linger_protocol::{
    CampaignId, CartLine, CouponKind, Currency, Cut, ItemId, Millis, OpenTo, PersonId, Refusal, Stacks,
};

/// A cart while campaigns take off it. Amounts are minor units.
pub(crate) struct Goods<'a> {
    pub(crate) room: &'a Room,
    pub(crate) now: Millis,
    pub(crate) person: PersonId,
    pub(crate) currency: Currency,
    pub(crate) lines: &'a [CartLine],
    /// What the lines cost so far.
    pub(crate) amounts: Vec<i64>,
    pub(crate) gifts: Vec<CartLine>,
    pub(crate) shipping: i64,
    pub(crate) cuts: Vec<Cut>,
}

/// The place of a campaign in the stated order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    MemberPrice,
    BuyGet,
    ItemAmount,
    ItemPercent,
    Threshold,
    Amount,
    Percent,
    Shipping,
    Gift,
}

impl Rank {
    const ALL: [Rank; 9] = [
        Rank::MemberPrice,
        Rank::BuyGet,
        Rank::ItemAmount,
        Rank::ItemPercent,
        Rank::Threshold,
        Rank::Amount,
        Rank::Percent,
        Rank::Shipping,
        Rank::Gift,
    ];

    fn of(running: &Running) -> Rank {
        let of_items = !running.campaign.items.is_empty();
        match running.campaign.kind {
            CouponKind::MemberPrice { .. } => Rank::MemberPrice,
            CouponKind::BuyGet { .. } => Rank::BuyGet,
            CouponKind::Amount { .. } if of_items => Rank::ItemAmount,
            CouponKind::Percent { .. } if of_items => Rank::ItemPercent,
            CouponKind::Threshold { .. } => Rank::Threshold,
            CouponKind::Amount { .. } => Rank::Amount,
            CouponKind::Percent { .. } => Rank::Percent,
            CouponKind::Shipping { .. } => Rank::Shipping,
            CouponKind::Gift { .. } => Rank::Gift,
        }
    }
}

/// What one campaign does to a cart.
struct Effect {
    off: i64,
    parts: Vec<i64>,
    gift: Option<CartLine>,
    spent: i64,
    period: i64,
}

/// Takes off what the buyer's coupons and those that everybody has take off, and returns what shipping costs before that.
///
/// # Errors
///
/// The refusal of the first of the buyer's coupons that cannot be used. What everybody has and does not fit takes nothing.
pub(crate) fn take_off(goods: &mut Goods<'_>, coupons: &[CampaignId]) -> Result<i64, Refusal> {
    let room = goods.room;
    let used = of_buyer(goods, coupons)?;
    let mut full = 0;
    for rank in Rank::ALL {
        if rank == Rank::Shipping {
            full = shipping_fee(goods);
            goods.shipping = full;
        }
        for running in used.iter().filter(|it| Rank::of(it) == rank) {
            let effect = effect(goods, running)?;
            take(goods, running, effect, true);
        }
        let mut others: Vec<&Running> = room
            .coupons
            .automatic
            .iter()
            .filter_map(|id| room.coupons.campaigns.get(id))
            .filter(|it| Rank::of(it) == rank)
            .collect();
        // The one that takes off most comes first; what it leaves may change what the next one takes off.
        loop {
            others.retain(|it| fits_beside(goods, &used, it));
            let mut best: Option<(usize, Effect)> = None;
            for (n, running) in others.iter().enumerate() {
                let Ok(effect) = effect(goods, running) else { continue };
                if best.as_ref().is_none_or(|(_, it)| effect.off > it.off) {
                    best = Some((n, effect));
                }
            }
            let Some((n, effect)) = best else { break };
            let running = others.remove(n);
            take(goods, running, effect, false);
        }
    }
    Ok(full)
}

/// The campaigns of the buyer's coupons, in the order of their names.
fn of_buyer<'a>(goods: &Goods<'a>, coupons: &[CampaignId]) -> Result<Vec<&'a Running>, Refusal> {
    let mut used: Vec<&Running> = vec![];
    for id in coupons {
        let running = goods.room.coupons.campaign(id)?;
        if !goods.room.coupons.owned.contains_key(&(goods.person, id.clone())) {
            return Err(Refusal::NoSuchCoupon);
        }
        if used.iter().any(|it| clash(it, running)) {
            return Err(Refusal::CouponsClash);
        }
        used.push(running);
    }
    used.sort_by(|a, b| a.campaign.id.cmp(&b.campaign.id));
    Ok(used)
}

fn clash(one: &Running, other: &Running) -> bool {
    let (one, other) = (&one.campaign, &other.campaign);
    let same_kind = std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind);
    let freely = one.stacks == Stacks::Freely && other.stacks == Stacks::Freely;
    one.id == other.id || one.stacks == Stacks::Alone || other.stacks == Stacks::Alone || same_kind && !freely
}

/// Whether it stacks with the buyer's coupons and with all that took something off already.
fn fits_beside(goods: &Goods<'_>, used: &[&Running], running: &Running) -> bool {
    let taken = goods.cuts.iter().filter_map(|cut| goods.room.coupons.campaigns.get(&cut.campaign));
    !used.iter().copied().chain(taken).any(|it| clash(it, running))
}

fn take(goods: &mut Goods<'_>, running: &Running, effect: Effect, owned: bool) {
    goods.amounts.iter_mut().zip(&effect.parts).for_each(|(amount, part)| *amount -= part);
    if matches!(running.campaign.kind, CouponKind::Shipping { .. }) {
        goods.shipping -= effect.off;
    }
    goods.gifts.extend(effect.gift);
    goods.cuts.push(Cut {
        campaign: running.campaign.id.clone(),
        off: effect.off,
        parts: effect.parts,
        spent: effect.spent,
        period: effect.period,
        owned,
    });
}

/// What a campaign does to the cart as it is now, if it may.
fn effect(goods: &Goods<'_>, running: &Running) -> Result<Effect, Refusal> {
    let coupons = &goods.room.coupons;
    let campaign = &running.campaign;
    let level = goods.room.level(goods.person);
    let period = if campaign.open_to == OpenTo::Everybody {
        coupons.check_counts(goods.now, running, goods.person, level)?
    } else if running.runs(goods.now) {
        0
    } else {
        return Err(Refusal::CampaignOver);
    };
    if level < campaign.level_min {
        return Err(Refusal::LevelTooLow);
    }
    let mut effect = what(goods, running, level)?;
    effect.period = period;
    if effect.off == 0 && effect.gift.is_none() {
        return Err(Refusal::CouponUnfit);
    }
    if effect.spent > running.budget_left() {
        return Err(Refusal::BudgetSpent);
    }
    Ok(effect)
}

fn what(goods: &Goods<'_>, running: &Running, level: u8) -> Result<Effect, Refusal> {
    let campaign = &running.campaign;
    if campaign.currency != goods.currency {
        return Err(Refusal::CouponUnfit);
    }
    let eligible = |item: ItemId| campaign.items.is_empty() || campaign.items.contains(&item);
    // What it can be taken off, line by line.
    let bases: Vec<i64> = goods
        .lines
        .iter()
        .zip(&goods.amounts)
        .map(|(line, it)| if eligible(line.item) { *it } else { 0 })
        .collect();
    let base: i64 = bases.iter().sum();
    if base == 0 {
        return Err(Refusal::CouponUnfit);
    }
    let of_units = |off: &dyn Fn(i64, i64) -> i64| {
        let each = goods.lines.iter().zip(&bases).map(|(line, base)| off(*base, i64::from(line.units)));
        by_lines(goods, each.collect())
    };
    Ok(match campaign.kind {
        CouponKind::Amount { off } => shared(goods, &bases, off),
        CouponKind::Percent { bps, most } => {
            let off = i128::from(base) * i128::from(bps) / 10_000;
            let off = i64::try_from(off).map_err(|_| Refusal::BadAmount)?;
            shared(goods, &bases, most.map_or(off, |most| off.min(most)))
        }
        CouponKind::Threshold { from, .. } if base < from => return Err(Refusal::CouponUnfit),
        CouponKind::Threshold { off, .. } => shared(goods, &bases, off),
        CouponKind::MemberPrice { level: from, .. } if level < from => return Err(Refusal::LevelTooLow),
        CouponKind::MemberPrice { price, .. } => of_units(&|base, units| (base - price * units).max(0)),
        CouponKind::BuyGet { buy, get } => {
            let (buy, get) = (i64::from(buy), i64::from(get));
            of_units(&|base, units| base / units * (units / (buy + get) * get))
        }
        CouponKind::Shipping { most } => {
            let off = goods.shipping.min(most);
            Effect { off, parts: vec![], gift: None, spent: off, period: 0 }
        }
        CouponKind::Gift { item, units } => {
            if !can_give(goods.room, goods.lines, &goods.gifts, item, units) {
                return Err(Refusal::SoldOut);
            }
            let worth = goods.room.shelf.line(item)?.item.price.times(units).ok_or(Refusal::BadAmount)?;
            let gift = Some(CartLine { item, units });
            Effect { off: 0, parts: vec![], gift, spent: worth.minor, period: 0 }
        }
    })
}

/// So much off, shared by the lines by what they cost; no more than they cost, and one minor unit of the cart stays.
fn shared(goods: &Goods<'_>, bases: &[i64], off: i64) -> Effect {
    let most = bases.iter().sum::<i64>().min(goods.amounts.iter().sum::<i64>() - 1);
    let off = off.min(most).max(0);
    let parts = by_largest_remainder(off, bases);
    Effect { off, parts, gift: None, spent: off, period: 0 }
}

/// So much off each line. What would leave nothing to pay leaves one minor unit.
fn by_lines(goods: &Goods<'_>, mut parts: Vec<i64>) -> Effect {
    if parts.iter().sum::<i64>() >= goods.amounts.iter().sum::<i64>()
        && let Some(part) = parts.iter_mut().find(|part| **part > 0)
    {
        *part -= 1;
    }
    let off = parts.iter().sum();
    Effect { off, parts, gift: None, spent: off, period: 0 }
}

/// Shares `off` in proportion to `bases`: each part is rounded down, and what is left over goes, one minor unit each, to
/// those that lost most by rounding, the first of them first (Hamilton's method).
pub(crate) fn by_largest_remainder(off: i64, bases: &[i64]) -> Vec<i64> {
    let whole: i128 = bases.iter().map(|it| i128::from(*it)).sum();
    if whole == 0 {
        return vec![0; bases.len()];
    }
    let exact = |base: &i64| i128::from(off) * i128::from(*base);
    let mut parts: Vec<i64> = bases.iter().map(|it| (exact(it) / whole) as i64).collect();
    let mut by_loss: Vec<usize> = (0..bases.len()).collect();
    by_loss.sort_by_key(|n| std::cmp::Reverse(exact(&bases[*n]) % whole));
    let over = off - parts.iter().sum::<i64>();
    by_loss.into_iter().take(usize::try_from(over).unwrap_or(0)).for_each(|n| parts[n] += 1);
    parts
}

/// What shipping costs for what the goods cost now. Orders in another currency than the fee's are shipped for nothing.
fn shipping_fee(goods: &Goods<'_>) -> i64 {
    let Some(shipping) = goods.room.sales.shipping.filter(|it| it.fee.currency == goods.currency) else {
        return 0;
    };
    let cost: i64 = goods.amounts.iter().sum();
    if shipping.free_from.is_some_and(|from| cost >= from) { 0 } else { shipping.fee.minor }
}

/// Whether something can be given with a cart: it is there, and not in it already.
pub(crate) fn can_give(
    room: &Room,
    lines: &[CartLine],
    gifts: &[CartLine],
    item: ItemId,
    units: u32,
) -> bool {
    let is_there = room.shelf.lines.get(&item).is_some_and(|line| line.left() >= units);
    is_there && !lines.iter().chain(gifts).any(|it| it.item == item)
}

#[cfg(test)]
mod tests {
    use super::by_largest_remainder;

    #[test]
    fn what_is_shared_adds_up_and_no_line_gives_more_than_it_has() {
        assert_eq!(by_largest_remainder(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(by_largest_remainder(1, &[5, 90, 5]), [0, 1, 0]);
        assert_eq!(by_largest_remainder(99, &[0, 100]), [0, 99]);
        assert_eq!(by_largest_remainder(5, &[0, 0]), [0, 0]);
        let bases = [i64::MAX / 4, i64::MAX / 4, 7];
        let parts = by_largest_remainder(i64::MAX / 3, &bases);
        assert_eq!(parts.iter().sum::<i64>(), i64::MAX / 3);
        assert!(parts.iter().zip(bases).all(|(part, base)| *part <= base));
    }
}
