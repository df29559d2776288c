//! Whether a campaign can be kept to, and what of it may change. It does not know who uses it.

use super::Coupons;
use crate::{
    Room,
    bounds::AUTOMATIC_MAX,
    text::{bounded, folded},
};
use linger_protocol::{Campaign, CouponEvent, CouponKind, Limits, OpenTo, Period, Refusal};

/// Minutes by which a clock of this world can be away from Greenwich, most.
const OFFSET_MIN_MAX: u16 = 14 * 60;

pub(super) fn decide_set(room: &Room, campaign: &Campaign) -> Result<Option<CouponEvent>, Refusal> {
    check_terms(room, campaign)?;
    let coupons = &room.coupons;
    let title = bounded(&campaign.title, Limits::TITLE_CHARS)?.to_owned();
    let campaign = Campaign { title, ..campaign.clone() };
    match coupons.campaigns.get(&campaign.id) {
        Some(it) if it.campaign == campaign => return Ok(None),
        Some(it) if it.ended => return Err(Refusal::CampaignOver),
        Some(it) => {
            let changed = Campaign {
                title: campaign.title.clone(),
                until: campaign.until,
                budget: campaign.budget,
                uses_max: campaign.uses_max,
                ..it.campaign.clone()
            };
            if changed != campaign {
                return Err(Refusal::CampaignFixed);
            }
            if campaign.budget.is_some_and(|budget| budget < it.spent) {
                return Err(Refusal::BadAmount);
            }
            if campaign.uses_max.is_some_and(|most| most < it.given) {
                return Err(Refusal::BadQuantity);
            }
        }
        None if coupons.is_full() => return Err(Refusal::RoomFull),
        None if campaign.open_to == OpenTo::Everybody && coupons.automatic.len() >= AUTOMATIC_MAX => {
            return Err(Refusal::RoomFull);
        }
        None => {}
    }
    check_code(coupons, &campaign)?;
    Ok(Some(CouponEvent::CampaignSet { campaign: Box::new(campaign) }))
}

fn check_terms(room: &Room, campaign: &Campaign) -> Result<(), Refusal> {
    let known = |item| room.item(item).is_some();
    if campaign.items.len() > Limits::CAMPAIGN_ITEMS_MAX {
        return Err(Refusal::TooManyItems);
    }
    if !campaign.items.iter().all(|item| known(*item)) {
        return Err(Refusal::NoSuchItem);
    }
    if campaign.from >= campaign.until {
        return Err(Refusal::BadDuration);
    }
    if matches!(campaign.every, Period::Day { utc_offset_min } if utc_offset_min.unsigned_abs() > OFFSET_MIN_MAX)
    {
        return Err(Refusal::BadDuration);
    }
    if !(1..=Limits::COUPON_TIMES_MAX).contains(&campaign.times) || campaign.uses_max == Some(0) {
        return Err(Refusal::BadQuantity);
    }
    if campaign.budget.is_some_and(|budget| !(1..=i64::MAX / 2).contains(&budget)) {
        return Err(Refusal::BadAmount);
    }
    check_kind(room, campaign)
}

fn check_kind(room: &Room, campaign: &Campaign) -> Result<(), Refusal> {
    let amount = |minor: i64| (1..=Limits::PRICE_MINOR_MAX).contains(&minor);
    let units = |units: u32| (1..=Limits::ORDER_UNITS_MAX).contains(&units);
    let amounts = match campaign.kind {
        CouponKind::Amount { off } => amount(off),
        CouponKind::Percent { bps, most } => (1..=10_000).contains(&bps) && most.is_none_or(amount),
        CouponKind::Threshold { from, off } => amount(from) && amount(off),
        CouponKind::Shipping { most } => amount(most),
        CouponKind::MemberPrice { price, .. } => {
            if campaign.items.is_empty() || campaign.open_to != OpenTo::Everybody {
                return Err(Refusal::BadOption);
            }
            amount(price)
        }
        CouponKind::Gift { .. } | CouponKind::BuyGet { .. } => true,
    };
    let quantities = match campaign.kind {
        CouponKind::Gift { item, units: given } => {
            room.shelf.line(item)?;
            units(given)
        }
        CouponKind::BuyGet { buy, get } => units(buy) && units(get),
        _ => true,
    };
    match (amounts, quantities) {
        (false, _) => Err(Refusal::BadAmount),
        (_, false) => Err(Refusal::BadQuantity),
        _ => Ok(()),
    }
}

fn check_code(coupons: &Coupons, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(code) = &campaign.code else { return Ok(()) };
    bounded(code, Limits::KEYWORD_CHARS).map_err(|_| Refusal::BadKeyword)?;
    let taken = coupons.codes.get(&folded(code)).is_some_and(|it| *it != campaign.id);
    if taken || campaign.open_to != OpenTo::Claim { Err(Refusal::BadKeyword) } else { Ok(()) }
}
