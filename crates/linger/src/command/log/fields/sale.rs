//! What is dumped of sales, carts and coupons. It does not know what they cost whom beyond what stands in the event.

use linger_protocol::{CouponEvent, Cut, OrderLine, SaleEvent};
use serde_json::{Value, json};

pub(super) fn sale(event: &SaleEvent) -> Value {
    match event {
        SaleEvent::CartHeld(cart) => {
            let line =
                |it: &OrderLine| json!({ "item": it.item.0, "units": it.units, "minor": it.amount.minor });
            let cut = |it: &Cut| json!({ "campaign": it.campaign.as_str(), "off_minor": it.off, "owned": it.owned });
            json!({
                "sale": "cart-held", "order": cart.order.to_string(), "person": cart.person.to_string(),
                "lines": cart.lines.iter().map(line).collect::<Vec<_>>(),
                "cuts": cart.cuts.iter().map(cut).collect::<Vec<_>>(), "shipping_minor": cart.shipping,
                "amount_minor": cart.amount.minor, "until": cart.until.0, "holds": cart.holds,
            })
        }
        SaleEvent::WaitJoined { item, person, .. } => {
            json!({ "sale": "wait-joined", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::WaitLeft { item, person, .. } => {
            json!({ "sale": "wait-left", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::Enlisted { item, person, wanted } => json!({
            "sale": "enlisted", "item": item.0, "person": person.to_string(), "order": wanted.order.to_string(),
        }),
        SaleEvent::Allotted { transfer, item, units } => {
            json!({ "sale": "allotted", "transfer": transfer.as_str(), "item": item.0, "units": units })
        }
        SaleEvent::GaveBack { transfer, item, units } => {
            json!({ "sale": "gave-back", "transfer": transfer.as_str(), "item": item.0, "units": units })
        }
        SaleEvent::Opened { item, sale, .. } => json!({ "sale": "opened", "item": item.0, "number": sale }),
        SaleEvent::FlashOpened { item, price, until } => json!({
            "sale": "flash", "item": item.0, "price_minor": price.minor, "until": until.0,
        }),
        SaleEvent::ListFrozen { item, people, .. } => {
            json!({ "sale": "list-frozen", "item": item.0, "people": people })
        }
        SaleEvent::FlashEnded { item }
        | SaleEvent::Unlocked { item }
        | SaleEvent::ListShuffled { item, .. } => json!({ "item": item.0 }),
        SaleEvent::ShippingSet { shipping } => json!({ "sale": "shipping", "fee_minor": shipping.fee.minor }),
        SaleEvent::ExplainAsked { item, person } => {
            json!({ "sale": "explain-asked", "item": item.0, "person": person.to_string() })
        }
        SaleEvent::LookersCounted { lookers } => json!({ "sale": "lookers", "items": lookers.len() }),
        SaleEvent::Coupon(event) => coupon(event),
    }
}

fn coupon(event: &CouponEvent) -> Value {
    match event {
        CouponEvent::CampaignSet { campaign } => {
            json!({
                "coupon": "campaign-set", "campaign": campaign.id.as_str(), "uses_max": campaign.uses_max,
                "budget_minor": campaign.budget, "gives_back": campaign.gives_back,
            })
        }
        CouponEvent::CampaignEnded { campaign } => {
            json!({ "coupon": "campaign-ended", "campaign": campaign.as_str() })
        }
        CouponEvent::Claimed { campaign, person, .. } => {
            json!({ "coupon": "claimed", "campaign": campaign.as_str(), "person": person.to_string() })
        }
        CouponEvent::Granted { campaign, person, .. } => {
            json!({ "coupon": "granted", "campaign": campaign.as_str(), "person": person.to_string() })
        }
        CouponEvent::GivenBack { order } => json!({ "coupon": "given-back", "order": order.to_string() }),
    }
}
