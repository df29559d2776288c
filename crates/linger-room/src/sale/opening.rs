//! What staff ask of a sale: its terms, a lower price for a while, shipping, stock from the shop and back to it. It does
//! not know buyers.

use super::{Offer, Sales};
use crate::{
    Room,
    bounds::{SEALED_SEED_BYTES_MAX, TRANSFERS_MAX},
    shelf,
};
use linger_protocol::{
    ItemId, Limits, Millis, Money, Refusal, SaleEvent, SaleMode, SaleTerms, ShippingFee, TransferId,
};

type Decided = Result<Vec<SaleEvent>, Refusal>;

pub(super) fn decide_open(room: &Room, now: Millis, item: ItemId, terms: &SaleTerms) -> Decided {
    let line = room.shelf.line(item)?;
    if let Some(offer) = room.sales.offers.get(&item)
        && offer.terms.same(terms)
    {
        return Ok(vec![]);
    }
    if line.sale.is_some() {
        return Err(Refusal::SaleRunning);
    }
    // What was never stocked cannot be sold.
    if !line.stocked {
        return Err(Refusal::NotOnSale);
    }
    let currency = line.item.price.currency;
    shelf::checked(currency, terms.price, terms.per_person, terms.hold_ms)?;
    check_prices(terms)?;
    check_times(now, terms)?;
    if terms.per_household.is_some_and(|most| !(1..=Limits::ORDER_UNITS_MAX).contains(&most)) {
        return Err(Refusal::BadQuantity);
    }
    if let Some(gift) = terms.gift {
        room.shelf.line(gift.item)?;
        if gift.item == item || gift.first == 0 {
            return Err(Refusal::BadQuantity);
        }
    }
    if let SaleMode::Shuffle { sealed_seed, .. } = &terms.mode
        && sealed_seed.len() > SEALED_SEED_BYTES_MAX
    {
        return Err(Refusal::TextTooLong);
    }
    let sale = room.sales.last + 1;
    Ok(vec![SaleEvent::Opened { item, sale, terms: Box::new(terms.clone()) }])
}

fn check_prices(terms: &SaleTerms) -> Result<(), Refusal> {
    let fits = |price: Money| {
        price.currency == terms.price.currency && (1..=Limits::PRICE_MINOR_MAX).contains(&price.minor)
    };
    if !terms.steps.iter().all(|step| fits(step.price)) {
        return Err(Refusal::BadAmount);
    }
    let ascending = terms.steps.windows(2).all(|two| two[0].from_units < two[1].from_units);
    if terms.steps.len() > Limits::STEPS_OF_PRICE_MAX
        || !ascending
        || terms.steps.iter().any(|step| step.from_units == 0)
    {
        return Err(Refusal::BadQuantity);
    }
    if let Some(unlock) = terms.unlock {
        if !fits(unlock.price) || unlock.price.minor >= terms.price.minor {
            return Err(Refusal::BadAmount);
        }
        if !(1..=Limits::UNLOCK_BUYERS_MAX).contains(&unlock.buyers) {
            return Err(Refusal::BadQuantity);
        }
    }
    Ok(())
}

/// It opens before its bell, the bell rings before the end, and all of it soon.
fn check_times(now: Millis, terms: &SaleTerms) -> Result<(), Refusal> {
    let bell = match terms.mode {
        SaleMode::Shuffle { bell, .. } => Some(bell),
        _ => None,
    };
    let last = now.plus(Limits::SALE_MS_MAX);
    let mut before = terms.opens_at.unwrap_or(now);
    if before > last {
        return Err(Refusal::BadDuration);
    }
    for at in [bell, terms.closes_at].into_iter().flatten() {
        if at <= before || at <= now || at > last {
            return Err(Refusal::BadDuration);
        }
        before = at;
    }
    Ok(())
}

pub(super) fn decide_flash(room: &Room, now: Millis, item: ItemId, price: Money, lasts_ms: u64) -> Decided {
    let line = room.shelf.line(item)?;
    let sale = line.sale.as_ref().ok_or(Refusal::NotOnSale)?;
    if !(Limits::HOLD_MS_MIN..=Limits::HOLD_MS_MAX).contains(&lasts_ms) {
        return Err(Refusal::BadDuration);
    }
    if price.currency != sale.price.currency || !(1..sale.price.minor).contains(&price.minor) {
        return Err(Refusal::BadAmount);
    }
    // It does not outlast its sale.
    let closes_at = room.sales.offers.get(&item).and_then(|it| it.terms.closes_at);
    let until = closes_at.map_or(now.plus(lasts_ms), |at| at.min(now.plus(lasts_ms)));
    if until <= now {
        return Err(Refusal::NotOnSale);
    }
    Ok(vec![SaleEvent::FlashOpened { item, price, until }])
}

pub(super) fn decide_shipping(sales: &Sales, shipping: &ShippingFee) -> Decided {
    let fits = |minor: &i64| (0..=Limits::PRICE_MINOR_MAX).contains(minor);
    if !fits(&shipping.fee.minor) || !shipping.free_from.iter().all(fits) {
        return Err(Refusal::BadAmount);
    }
    if sales.shipping.as_ref() == Some(shipping) {
        return Ok(vec![]);
    }
    Ok(vec![SaleEvent::ShippingSet { shipping: *shipping }])
}

pub(super) fn decide_allot(room: &Room, transfer: &TransferId, item: ItemId, units: u32) -> Decided {
    let line = room.shelf.line(item)?;
    if let Some(known) = room.sales.transfers.get(transfer) {
        return again(*known == (item, i64::from(units)));
    }
    if units == 0 || i64::from(line.units) + i64::from(units) > Limits::UNITS_MAX {
        return Err(Refusal::BadQuantity);
    }
    check_room_for_transfer(room)?;
    Ok(vec![SaleEvent::Allotted { transfer: transfer.clone(), item, units }])
}

pub(super) fn decide_give_back(
    room: &Room,
    transfer: &TransferId,
    item: ItemId,
    units: Option<u32>,
) -> Decided {
    let line = room.shelf.line(item)?;
    if let Some((of, moved)) = room.sales.transfers.get(transfer) {
        return again(*of == item && *moved < 0 && units.is_none_or(|it| i64::from(it) == -moved));
    }
    let units = units.unwrap_or(line.left());
    if units == 0 {
        return Err(Refusal::BadQuantity);
    }
    if units > line.left() {
        return Err(Refusal::StockBelowSold);
    }
    check_room_for_transfer(room)?;
    Ok(vec![SaleEvent::GaveBack { transfer: transfer.clone(), item, units }])
}

fn again(same: bool) -> Decided {
    if same { Ok(vec![]) } else { Err(Refusal::TransferIdTaken) }
}

fn check_room_for_transfer(room: &Room) -> Result<(), Refusal> {
    if room.sales.transfers.len() >= TRANSFERS_MAX { Err(Refusal::RoomFull) } else { Ok(()) }
}

/// Whether an item can be bought at `now`, and on which terms beyond the simple ones.
pub(super) fn open_offer(room: &Room, now: Millis, item: ItemId) -> Result<Option<&Offer>, Refusal> {
    let line = room.shelf.line(item)?;
    if line.sale.is_none() {
        return Err(Refusal::NotOnSale);
    }
    let Some(offer) = room.sales.offers.get(&item) else { return Ok(None) };
    if offer.terms.opens_at.is_some_and(|at| now < at) {
        return Err(Refusal::NotYetOnSale);
    }
    // Even when nobody said yet that time passed.
    if offer.terms.closes_at.is_some_and(|at| now >= at) {
        return Err(Refusal::NotOnSale);
    }
    Ok(Some(offer))
}
