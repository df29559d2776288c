//! Parcels: packed, handed over, picked up; and a paid order that is given up before anything was packed. It does not know
//! how a parcel travels.

use super::{
    Around, Care, CareEvent, Decided, OrderCare, Parcel, carriage, is_staff, joint, one, own, paid, refunds,
};
use crate::{Room, bounds::PARCELS_PER_ORDER_MAX, coupon, text::bounded};
use linger_protocol::{
    Actor, CareAct, Event, ItemUnits, Limits, Millis, OrderId, OwedReason, ParcelId, Refusal, Way,
};

pub(super) fn decide(room: &Room, now: Millis, by: Actor, act: &CareAct) -> Decided {
    match act {
        CareAct::Ship { order, parcel, contents, way } => {
            decide_ship(room, now, (*order, *parcel), contents, way)
        }
        CareAct::Deliver { order, parcel } => {
            let care = paid(room, *order)?;
            let known = care.parcels.get(parcel).ok_or(Refusal::NoSuchParcel)?;
            match known.way {
                // Nobody gets it but by the code.
                Way::PickUp { .. } if known.delivered_at.is_none() => Err(Refusal::WrongCode),
                _ => Ok(delivered(care, (*order, *parcel), now)),
            }
        }
        CareAct::HandOver { order, parcel, code } => {
            let care = paid(room, *order)?;
            match care.parcels.get(parcel).map(|it| &it.way) {
                Some(Way::PickUp { code: right }) if right == code.trim() => {
                    Ok(delivered(care, (*order, *parcel), now))
                }
                Some(Way::PickUp { .. }) => Err(Refusal::WrongCode),
                Some(Way::Carrier { .. }) | None => Err(Refusal::NoSuchParcel),
            }
        }
        CareAct::CancelPaid { order } => decide_cancel(room, by, *order),
        _ => unreachable!("not about parcels"),
    }
}

fn decide_ship(
    room: &Room,
    now: Millis,
    (order, parcel): (OrderId, ParcelId),
    contents: &[ItemUnits],
    way: &Way,
) -> Decided {
    let care = paid(room, order)?;
    let way = match way {
        Way::Carrier { carrier, tracking } => {
            let (carrier, tracking) = carriage(carrier, tracking)?;
            Way::Carrier { carrier, tracking }
        }
        Way::PickUp { code } => Way::PickUp { code: bounded(code, Limits::CARRIER_CHARS)?.to_owned() },
    };
    if let Some(known) = care.parcels.get(&parcel) {
        // A code made anew for the same parcel is the same wish.
        let same = match (&known.way, &way) {
            (Way::PickUp { .. }, Way::PickUp { .. }) => true,
            (one, other) => one == other,
        };
        let same = same && (contents.is_empty() || known.contents == contents);
        return if same { Ok(vec![]) } else { Err(Refusal::ParcelIdTaken) };
    }
    let contents = packed(care, contents)?;
    if care.parcels.len() >= PARCELS_PER_ORDER_MAX {
        return Err(Refusal::RoomFull);
    }
    Ok(one(CareEvent::Shipped { order, parcel, contents, way, at: now }))
}

/// What goes into a parcel: as stated, or all that is still to be shipped.
fn packed(care: &OrderCare, contents: &[ItemUnits]) -> Result<Vec<ItemUnits>, Refusal> {
    if contents.is_empty() {
        let rest = care.goods.iter().map(|(item, it)| ItemUnits { item: *item, units: it.to_ship() });
        let rest: Vec<ItemUnits> = rest.filter(|it| it.units > 0).collect();
        return if rest.is_empty() { Err(Refusal::AlreadyShipped) } else { Ok(rest) };
    }
    bounded_contents(contents)?;
    for ItemUnits { item, units } in contents {
        let goods = care.goods.get(item).ok_or(Refusal::NoSuchItem)?;
        if *units > goods.to_ship() {
            return Err(if goods.to_ship() == 0 { Refusal::AlreadyShipped } else { Refusal::BadQuantity });
        }
    }
    Ok(contents.to_vec())
}

/// Not too many lines, some units of each, no item twice.
pub(super) fn bounded_contents(contents: &[ItemUnits]) -> Result<(), Refusal> {
    let named: std::collections::BTreeSet<_> = contents.iter().map(|it| it.item).collect();
    let sound = (1..=Limits::CARE_LINES_MAX).contains(&contents.len())
        && named.len() == contents.len()
        && contents.iter().all(|it| it.units > 0);
    if sound { Ok(()) } else { Err(Refusal::BadQuantity) }
}

/// What a carrier's word means: nothing new of a parcel that was handed over, and nothing at all of one that is not known.
/// A parcel was not handed over before it was packed, nor later than now.
pub(crate) fn note_delivered(
    room: &Room,
    now: Millis,
    order: OrderId,
    parcel: ParcelId,
    at: Millis,
) -> Vec<Event> {
    match room.care.orders.get(&order) {
        Some(care) if care.parcels.get(&parcel).is_some_and(|it| matches!(it.way, Way::Carrier { .. })) => {
            delivered(care, (order, parcel), at.min(now))
        }
        _ => vec![],
    }
}

fn delivered(care: &OrderCare, (order, parcel): (OrderId, ParcelId), at: Millis) -> Vec<Event> {
    match care.parcels.get(&parcel) {
        Some(Parcel { delivered_at: None, at: shipped, .. }) => {
            one(CareEvent::Delivered { order, parcel, at: at.max(*shipped) })
        }
        _ => vec![],
    }
}

fn decide_cancel(room: &Room, by: Actor, order: OrderId) -> Decided {
    let mine = room.order(order).is_some_and(|it| it.person == by.person);
    if room.care(order).is_some_and(|it| it.cancelled && (mine || is_staff(by))) {
        return Ok(vec![]);
    }
    let care = if is_staff(by) { paid(room, order)? } else { own(room, by.person, order)? };
    if !care.parcels.is_empty() {
        return Err(Refusal::AlreadyShipped);
    }
    let mut events = one(CareEvent::PaidCancelled { order });
    let refund = refunds::id(&format!("cancel-{order}"));
    events.extend(refunds::owed(room, order, refund, care.left_minor(), OwedReason::Cancelled));
    events.extend(coupon::given_back(room, order).map(joint::coupons));
    Ok(events)
}

impl Care {
    pub(super) fn apply_shipping(&mut self, around: &mut Around<'_>, event: &CareEvent) {
        match event {
            CareEvent::Shipped { order, parcel, contents, way, at } => {
                for ItemUnits { item, units } in contents {
                    let goods = self.goods(*order, *item);
                    goods.shipped += units;
                    goods.to_ship();
                }
                let packed =
                    Parcel { contents: contents.clone(), way: way.clone(), at: *at, delivered_at: None };
                let care = self.of(*order);
                assert!(care.parcels.insert(*parcel, packed).is_none(), "a parcel was shipped twice");
                if care.is_all_shipped() {
                    let place = (care.nth, *order);
                    self.to_ship.remove(&place);
                }
            }
            CareEvent::Delivered { order, parcel, at } => {
                let care = self.of(*order);
                let known = care.parcels.get_mut(parcel).expect("only what was shipped is delivered");
                assert!(known.delivered_at.replace(*at).is_none(), "a parcel was delivered twice");
                for ItemUnits { item, units } in known.contents.clone() {
                    let goods = self.goods(*order, item);
                    goods.delivered += units;
                    goods.delivered_at = goods.delivered_at.max(Some(*at));
                }
            }
            CareEvent::PaidCancelled { order } => {
                let care = self.of(*order);
                assert!(!care.cancelled && care.parcels.is_empty(), "an order was given up that cannot be");
                care.cancelled = true;
                let (place, goods) = ((care.nth, *order), care.goods.clone());
                self.to_ship.remove(&place);
                for (item, mut it) in goods {
                    around.shelf.take_back(item, it.bought);
                    around.orders.came_back(*order, item, it.come_back(it.bought));
                }
            }
            _ => unreachable!("not about parcels"),
        }
    }
}
