//! What an ask about sales, carts and coupons means to the room. It does not know whether the room agrees.

use super::{Asker, clean, fresh_seed, item_of, parse};
use crate::{
    account::store_refused,
    error::ApiError,
    house::House,
    wire::{
        CampaignWire, CartAsk, CouponKindWire, DeliveryAsk, OpenToName, PeriodName, SaleAsk, SaleModeName,
        StacksName, TermsWire,
    },
};
use aws_lc_rs::hmac;
use axum::http::StatusCode;
use linger_engine::Refused;
use linger_protocol::{
    Act, Campaign, CampaignId, Cart, CartLine, CouponAct, CouponKind, Currency, Delivery, FirstGift,
    GrantCause, ItemId, Limits, Millis, Money, OpenTo, OrderId, Period, PriceStep, Request, RoomId, SaleAct,
    SaleMode, SaleTerms, ShippingFee, Stacks, Unlock, Wanted,
};
use linger_store::{StockAsked, StockMove, StoreError};

/// Characters of an address.
const ADDRESS_CHARS: usize = 400;

/// What an ask means, with prices, seeds and seals.
pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    ask: SaleAsk,
) -> Result<Act, ApiError> {
    Ok(Act::Sale(match ask {
        SaleAsk::Open { item, terms } => {
            let currency = currency_of(house, room, Some(item)).await?;
            SaleAct::Open { item: ItemId(item), terms: Box::new(terms_of(house, terms, currency)?) }
        }
        SaleAsk::Flash { item, price_minor, lasts_ms } => {
            let currency = currency_of(house, room, Some(item)).await?;
            SaleAct::Flash { item: ItemId(item), price: Money::new(price_minor, currency), lasts_ms }
        }
        SaleAsk::SetShipping { fee_minor, free_from_minor } => {
            let fee = Money::new(fee_minor, currency_of(house, room, None).await?);
            SaleAct::SetShipping { shipping: ShippingFee { fee, free_from: free_from_minor } }
        }
        SaleAsk::PlaceCart { order, lines, coupons, expected_minor, delivery } => {
            let cart = CartAsk { lines, coupons };
            let first = cart.lines.first().map(|line| line.item);
            let currency = currency_of(house, room, first).await?;
            SaleAct::PlaceCart {
                order: parse(&order, "order")?,
                cart: cart_of(&cart)?,
                expected: Money::new(expected_minor, currency),
                delivery: delivery_of(house, room, asker, delivery).await?,
            }
        }
        SaleAsk::JoinWait { item, order, units, delivery } => {
            let delivery = delivery_of(house, room, asker, delivery).await?;
            let wanted = Wanted { order: parse(&order, "order")?, units, delivery };
            SaleAct::JoinWait { item: ItemId(item), wanted }
        }
        SaleAsk::Enlist { item, order, units, delivery } => {
            let delivery = delivery_of(house, room, asker, delivery).await?;
            let wanted = Wanted { order: parse(&order, "order")?, units, delivery };
            SaleAct::Enlist { item: ItemId(item), wanted }
        }
        SaleAsk::LeaveWait { item } => SaleAct::LeaveWait { item: ItemId(item) },
        SaleAsk::AskExplain { item } => SaleAct::AskExplain { item: ItemId(item) },
        SaleAsk::Allot { transfer, item, units } => {
            SaleAct::Allot { transfer: parse(&transfer, "transfer")?, item: ItemId(item), units }
        }
        SaleAsk::GiveBack { transfer, item, units } => {
            SaleAct::GiveBack { transfer: parse(&transfer, "transfer")?, item: ItemId(item), units }
        }
        other => SaleAct::Coupon(coupon_meant(house, room, other).await?),
    }))
}

/// Takes units that a room is to get from what is free in the catalogue, before the room is asked: two rooms are never given
/// the same unit. Asked again under the same name, nothing is taken twice; what the room's log says later is known by the same
/// key. An item that the catalogue does not count is not bounded by it.
pub(super) async fn take_for_room(house: &House, room: &RoomId, request: &Request) -> Result<(), ApiError> {
    let Act::Sale(SaleAct::Allot { transfer, item, units }) = &request.act else { return Ok(()) };
    let (now, asked) = (house.now(), request.clone());
    // What the room would refuse takes nothing.
    if let Some(Err(refusal)) = house.engine.look(room, move |room| room.decide(now, &asked)).await? {
        return Err(Refused::Refusal(refusal).into());
    }
    let key = format!("allot:{room}:{transfer}");
    let asked = StockAsked::Allot((*units).into());
    let taken = StockMove { key: &key, item: item.0, asked, reason: "room", source: "room", now };
    match house.store.move_stock(taken).await {
        Ok(_) | Err(StoreError::NotCounted | StoreError::NotFound { .. }) => Ok(()),
        Err(why) => Err(store_refused("allotting stock")(why)),
    }
}

async fn coupon_meant(house: &House, room: &RoomId, ask: SaleAsk) -> Result<CouponAct, ApiError> {
    Ok(match ask {
        SaleAsk::SetCampaign { campaign } => {
            let currency = match campaign.currency.as_deref().map(Currency::new) {
                Some(Some(currency)) => currency,
                Some(None) => return Err(ApiError::field("bad-field", "currency")),
                None => currency_of(house, room, None).await?,
            };
            CouponAct::SetCampaign { campaign: Box::new(campaign_of(house, *campaign, currency)?) }
        }
        SaleAsk::EndCampaign { campaign } => {
            CouponAct::EndCampaign { campaign: parse(&campaign, "campaign")? }
        }
        SaleAsk::Claim { campaign } => CouponAct::Claim { campaign: parse(&campaign, "campaign")? },
        SaleAsk::ClaimCode { code } => CouponAct::ClaimCode { code: clean(&code) },
        SaleAsk::Grant { grant, campaign, person } => CouponAct::Grant {
            grant: parse(&grant, "grant")?,
            campaign: parse(&campaign, "campaign")?,
            person: parse(&person, "person")?,
            cause: GrantCause::Hand,
        },
        SaleAsk::GiveBackCoupons { order } => CouponAct::GiveBack { order: parse(&order, "order")? },
        // The rest is no coupon's.
        _ => return Err(ApiError::new(StatusCode::BAD_REQUEST, "bad-body")),
    })
}

/// The order that an ask is about, to be shown in its answer.
pub(super) fn order_of(ask: &SaleAsk) -> Result<Option<OrderId>, ApiError> {
    match ask {
        SaleAsk::PlaceCart { order, .. } => parse(order, "order").map(Some),
        _ => Ok(None),
    }
}

/// A cart as the room wants it. One line more than is allowed is enough to be refused.
pub(crate) fn cart_of(cart: &CartAsk) -> Result<Cart, ApiError> {
    let line = |it: &crate::wire::CartLineWire| CartLine { item: ItemId(it.item), units: it.units };
    let lines = cart.lines.iter().take(Limits::CART_LINES_MAX + 1).map(line).collect();
    let coupons = cart.coupons.iter().take(Limits::CART_COUPONS_MAX + 1);
    let coupons = coupons.map(|it| parse::<CampaignId>(it, "coupons")).collect::<Result<_, _>>()?;
    Ok(Cart { lines, coupons })
}

/// Where an order goes: the address under the buyer's key, and of it a keyed hash that tells only whether two orders go to
/// one address.
async fn delivery_of(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    delivery: DeliveryAsk,
) -> Result<Delivery, ApiError> {
    if delivery.address.chars().nth(ADDRESS_CHARS).is_some() {
        return Err(ApiError::field("text-too-long", "delivery.address"));
    }
    let confirmed = delivery.confirmed.iter().take(Limits::CART_LINES_MAX + 1).map(|it| ItemId(*it));
    let confirmed = confirmed.collect();
    let address = clean(&delivery.address);
    if address.is_empty() {
        return Ok(Delivery { confirmed, household: 0, to: None });
    }
    let household = household(&house.vault.house_secret("household"), &address);
    let sealed = house.vault.seal(asker.actor.person, room.as_str().as_bytes(), address.as_bytes()).await;
    let to = sealed.map_err(|fault| ApiError::unavailable("sealing an address", &fault))?;
    Ok(Delivery { confirmed, household, to: Some(to) })
}

/// What stands for an address: the same for two that differ in case, width, blanks and punctuation alone.
fn household(key: &[u8; 32], address: &str) -> u64 {
    let narrowed = |c: char| match c {
        // The full-width forms repeat ASCII at a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let letters = address.chars().map(narrowed).filter(|c| c.is_alphanumeric());
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), plain.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&tag.as_ref()[..8]);
    // Zero says that no address is known.
    u64::from_be_bytes(first).max(1)
}

/// The currency of an item of the shelf or, where none is named, of the shelf.
async fn currency_of(house: &House, room: &RoomId, item: Option<u64>) -> Result<Currency, ApiError> {
    let look = move |room: &linger_room::Room| match item {
        Some(item) => room.item(ItemId(item)).map(|item| item.price.currency),
        None => room.items().next().map(|item| item.price.currency),
    };
    match (house.engine.look(room, look).await?.flatten(), item) {
        (Some(currency), _) => Ok(currency),
        (None, None) => Ok(Limits::CURRENCY),
        // What is not on the shelf is refused by the room; the catalogue may know it.
        (None, Some(item)) => Ok(item_of(house, item).await?.price.currency),
    }
}

fn terms_of(house: &House, terms: TermsWire, currency: Currency) -> Result<SaleTerms, ApiError> {
    let money = |minor| Money::new(minor, currency);
    let mode = match (terms.mode, terms.bell) {
        (SaleModeName::Shuffle, Some(bell)) => {
            let (commit, sealed_seed) = fresh_seed(house)?;
            SaleMode::Shuffle { bell: Millis(bell), commit, sealed_seed: sealed_seed.into() }
        }
        (SaleModeName::FirstCome, None) => SaleMode::FirstCome,
        (SaleModeName::FirstPaid, None) => SaleMode::FirstPaid,
        (SaleModeName::Shuffle, None) | (_, Some(_)) => return Err(ApiError::field("bad-field", "bell")),
    };
    let steps = terms.steps.iter().take(Limits::STEPS_OF_PRICE_MAX + 1);
    let steps = steps.map(|it| PriceStep { from_units: it.from_units, price: money(it.price_minor) });
    Ok(SaleTerms {
        price: money(terms.price_minor),
        per_person: terms.per_person,
        per_household: terms.per_household,
        hold_ms: terms.hold_ms,
        mode,
        opens_at: terms.opens_at.map(Millis),
        closes_at: terms.closes_at.map(Millis),
        steps: steps.collect(),
        unlock: terms.unlock.map(|it| Unlock { buyers: it.buyers, price: money(it.price_minor) }),
        gift: terms.gift.map(|it| FirstGift { first: it.first, item: ItemId(it.item) }),
    })
}

fn campaign_of(house: &House, campaign: CampaignWire, currency: Currency) -> Result<Campaign, ApiError> {
    let kind = match campaign.what {
        CouponKindWire::Amount { off_minor } => CouponKind::Amount { off: off_minor },
        CouponKindWire::Percent { bps, most_minor } => CouponKind::Percent { bps, most: most_minor },
        CouponKindWire::Threshold { from_minor, off_minor } => {
            CouponKind::Threshold { from: from_minor, off: off_minor }
        }
        CouponKindWire::Gift { item, units } => CouponKind::Gift { item: ItemId(item), units },
        CouponKindWire::Shipping { most_minor } => CouponKind::Shipping { most: most_minor },
        CouponKindWire::BuyGet { buy, get } => CouponKind::BuyGet { buy, get },
        CouponKindWire::MemberPrice { level, price_minor } => {
            CouponKind::MemberPrice { level, price: price_minor }
        }
    };
    let every = match campaign.every {
        PeriodName::Ever => Period::Ever,
        PeriodName::Day => Period::Day { utc_offset_min: house.utc_offset_min() },
        PeriodName::Show => Period::Show,
    };
    let items = campaign.items.iter().take(Limits::CAMPAIGN_ITEMS_MAX + 1).map(|it| ItemId(*it));
    Ok(Campaign {
        id: parse(&campaign.campaign, "campaign")?,
        title: clean(&campaign.title),
        kind,
        items: items.collect(),
        from: Millis(campaign.from),
        until: Millis(campaign.until),
        currency,
        budget: campaign.budget_minor,
        uses_max: campaign.uses_max,
        times: campaign.times,
        every,
        level_min: campaign.level_min,
        stacks: match campaign.stacks {
            StacksName::Alone => Stacks::Alone,
            StacksName::OtherKinds => Stacks::OtherKinds,
            StacksName::Freely => Stacks::Freely,
        },
        gives_back: campaign.gives_back,
        open_to: match campaign.open_to {
            OpenToName::Everybody => OpenTo::Everybody,
            OpenToName::Claim => OpenTo::Claim,
            OpenToName::Grant => OpenTo::Grant,
        },
        code: campaign.code.map(|code| clean(&code)),
    })
}

#[cfg(test)]
mod tests {
    use super::household;

    #[test]
    fn one_address_is_one_household_however_it_is_typed_and_says_nothing_without_the_key() {
        let of = |address: &str| household(&[7; 32], address);
        assert_eq!(of("Tea Lane 5, 2nd floor"), of("TEA LANE ５ — 2nd  floor."));
        assert_eq!(of("杭州市 西湖区 茶路5号"), of("杭州市西湖区茶路５号"));
        assert_ne!(of("Tea Lane 5"), of("Tea Lane 6"));
        assert_ne!(of("Tea Lane 5"), household(&[8; 32], "Tea Lane 5"));
    }
}
