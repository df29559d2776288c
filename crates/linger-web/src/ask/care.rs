//! What an ask after the sale means to the room. It does not know whether the room agrees.

use super::{Asker, parse, sealed_text};
use crate::{
    error::ApiError,
    house::House,
    wire::{CareAsk, CarePolicyWire, ItemUnitsWire, ReturnReasonWire, TicketTopicWire},
};
use linger_protocol::{
    Act, CareAct, CarePolicy, Currency, ItemId, ItemUnits, Limits, Money, OrderId, ParcelId, RefundId,
    ReturnId, ReturnReason, RoomId, ServiceHours, Spoken, TicketId, TicketTopic, Way,
};

/// Bytes of a text before it is looked at further: four for every character that is allowed, and some for blanks.
const TEXT_BYTES_MAX: usize = Limits::CARE_CHARS * 4 + 256;

/// The act, with texts sealed under the asker's key.
pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    ask: CareAsk,
) -> Result<Act, ApiError> {
    Ok(Act::Care(match ask {
        CareAsk::AskReturn { returning, order, contents, reason, exchange, note } => CareAct::AskReturn {
            returning: parse(&returning, "returning")?,
            order: parse(&order, "order")?,
            contents: units(&contents),
            reason: reason_of(reason),
            exchange: exchange.map(ItemId),
            note: text(house, room, asker, note).await?,
        },
        CareAsk::RejectReturn { returning, why } => CareAct::RejectReturn {
            returning: parse(&returning, "returning")?,
            why: must(house, room, asker, why).await?,
        },
        CareAsk::OpenTicket { ticket, order, topic, text } => CareAct::OpenTicket {
            ticket: parse(&ticket, "ticket")?,
            order: order.map(|order| parse(&order, "order")).transpose()?,
            topic: topic_of(topic),
            text: must(house, room, asker, text).await?,
        },
        CareAsk::SayTicket { ticket, line, text } => CareAct::SayTicket {
            ticket: parse(&ticket, "ticket")?,
            line,
            text: must(house, room, asker, text).await?,
        },
        CareAsk::Rate { rating, order, item, stars, text: words } => CareAct::Rate {
            rating: parse(&rating, "rating")?,
            order: parse(&order, "order")?,
            item: ItemId(item),
            stars,
            text: text(house, room, asker, words).await?,
        },
        CareAsk::GiveBack { refund, order, item, amount_minor } => {
            let order: OrderId = parse(&order, "order")?;
            let amount = Money::new(amount_minor, currency_of(house, room, order).await?);
            CareAct::GiveBack { refund: parse(&refund, "refund")?, order, item: ItemId(item), amount }
        }
        CareAsk::SetPolicy { policy } => CareAct::SetPolicy(policy_of(house, policy)?),
        other => without_text(other)?,
    }))
}

/// What needs nothing but itself.
fn without_text(ask: CareAsk) -> Result<CareAct, ApiError> {
    let order_of = |order: String| parse::<OrderId>(&order, "order");
    let parcel_of = |parcel: String| parse::<ParcelId>(&parcel, "parcel");
    let return_of = |returning: String| parse::<ReturnId>(&returning, "returning");
    let ticket_of = |ticket: String| parse::<TicketId>(&ticket, "ticket");
    Ok(match ask {
        CareAsk::ConfirmException { order, item } => {
            CareAct::ConfirmException { order: order_of(order)?, item: ItemId(item) }
        }
        CareAsk::Ship { order, parcel, contents, carrier, tracking } => CareAct::Ship {
            order: order_of(order)?,
            parcel: parcel_of(parcel)?,
            contents: units(&contents),
            way: Way::Carrier { carrier, tracking },
        },
        CareAsk::OfferPickUp { order, parcel, contents } => CareAct::Ship {
            order: order_of(order)?,
            parcel: parcel_of(parcel)?,
            contents: units(&contents),
            way: Way::PickUp { code: new_code()? },
        },
        CareAsk::Deliver { order, parcel } => {
            CareAct::Deliver { order: order_of(order)?, parcel: parcel_of(parcel)? }
        }
        CareAsk::HandOver { order, parcel, code } => {
            CareAct::HandOver { order: order_of(order)?, parcel: parcel_of(parcel)?, code }
        }
        CareAsk::CancelPaid { order } => CareAct::CancelPaid { order: order_of(order)? },
        CareAsk::ApproveReturn { returning } => CareAct::ApproveReturn { returning: return_of(returning)? },
        CareAsk::WithdrawReturn { returning } => CareAct::WithdrawReturn { returning: return_of(returning)? },
        CareAsk::SendReturn { returning, carrier, tracking } => {
            CareAct::SendReturn { returning: return_of(returning)?, carrier, tracking }
        }
        CareAsk::ReceiveReturn { returning, restock } => {
            CareAct::ReceiveReturn { returning: return_of(returning)?, restock }
        }
        CareAsk::ClaimPrice { order, item } => {
            CareAct::ClaimPrice { order: order_of(order)?, item: ItemId(item) }
        }
        CareAsk::SettleRefund { refund } => {
            CareAct::SettleRefund { refund: parse::<RefundId>(&refund, "refund")? }
        }
        CareAsk::AssignTicket { ticket, to } => CareAct::AssignTicket {
            ticket: ticket_of(ticket)?,
            to: to.map(|person| parse(&person, "to")).transpose()?,
        },
        CareAsk::SolveTicket { ticket } => CareAct::SolveTicket { ticket: ticket_of(ticket)? },
        CareAsk::ReopenTicket { ticket } => CareAct::ReopenTicket { ticket: ticket_of(ticket)? },
        CareAsk::HideRating { order, item, hidden } => {
            CareAct::HideRating { order: order_of(order)?, item: ItemId(item), hidden }
        }
        CareAsk::AskReturn { .. }
        | CareAsk::RejectReturn { .. }
        | CareAsk::OpenTicket { .. }
        | CareAsk::SayTicket { .. }
        | CareAsk::Rate { .. }
        | CareAsk::GiveBack { .. }
        | CareAsk::SetPolicy { .. } => unreachable!("these have a text, an amount or a clock"),
    })
}

async fn must(house: &House, room: &RoomId, asker: &Asker, plain: String) -> Result<Spoken, ApiError> {
    sealed_text(house, room, asker, plain, TEXT_BYTES_MAX).await
}

/// A text that may be missing.
async fn text(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    plain: String,
) -> Result<Option<Spoken>, ApiError> {
    if plain.trim().is_empty() {
        return Ok(None);
    }
    must(house, room, asker, plain).await.map(Some)
}

fn units(contents: &[ItemUnitsWire]) -> Vec<ItemUnits> {
    // One more than is allowed is enough to be refused.
    let bounded = contents.iter().take(Limits::CARE_LINES_MAX + 1);
    bounded.map(|it| ItemUnits { item: ItemId(it.item), units: it.units }).collect()
}

/// Six digits: whoever guesses stands before somebody of the shop.
fn new_code() -> Result<String, ApiError> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|fault| ApiError::unavailable("making a code", &fault))?;
    Ok(format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000))
}

async fn currency_of(house: &House, room: &RoomId, order: OrderId) -> Result<Currency, ApiError> {
    let paid = house.engine.look(room, move |room| room.order(order).map(|it| it.amount.currency)).await?;
    paid.flatten().ok_or_else(|| ApiError::not_found("no-such-order"))
}

/// The promises, by the shop's own clock as it stands today.
fn policy_of(house: &House, policy: CarePolicyWire) -> Result<CarePolicy, ApiError> {
    let instant = match policy.instant {
        None => None,
        Some(most) => {
            let currency =
                Currency::new(&most.currency).ok_or_else(|| ApiError::field("bad-field", "currency"))?;
            Some(Money::new(most.minor, currency))
        }
    };
    let hours =
        policy.hours.map(|it| ServiceHours { from_min: it.from_min, to_min: it.to_min, days: it.days });
    Ok(CarePolicy {
        instant,
        freight_by_shop: policy.freight_by_shop,
        delivery_back: policy.delivery_back,
        decide_days: policy.decide_days,
        send_days: policy.send_days,
        receive_days: policy.receive_days,
        guarantee_days: policy.guarantee_days,
        answer_ms: policy.answer_ms,
        solve_ms: policy.solve_ms,
        hours,
        utc_offset_min: house.utc_offset_min(),
        auto_answer: policy.auto_answer,
    })
}

fn reason_of(reason: ReturnReasonWire) -> ReturnReason {
    match reason {
        ReturnReasonWire::NoReason => ReturnReason::NoReason,
        ReturnReasonWire::Faulty => ReturnReason::Faulty,
        ReturnReasonWire::WrongItem => ReturnReason::WrongItem,
        ReturnReasonWire::NotAsDescribed => ReturnReason::NotAsDescribed,
        ReturnReasonWire::Late => ReturnReason::Late,
        ReturnReasonWire::Other => ReturnReason::Other,
    }
}

fn topic_of(topic: TicketTopicWire) -> TicketTopic {
    match topic {
        TicketTopicWire::Shipping => TicketTopic::Shipping,
        TicketTopicWire::Return => TicketTopic::Return,
        TicketTopicWire::Refund => TicketTopic::Refund,
        TicketTopicWire::Product => TicketTopic::Product,
        TicketTopicWire::Complaint => TicketTopic::Complaint,
        TicketTopicWire::Other => TicketTopic::Other,
    }
}
