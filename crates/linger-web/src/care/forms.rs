//! How the room's care of orders looks on the wire, with texts opened through the vault. It does not know who may see it.

use crate::{
    error::ApiError,
    house::House,
    hub::{
        fold::{Plain, plain_form},
        forms::money_wire,
    },
    wire::{
        BoughtWire, CarePolicyWire, GoodsWire, ItemUnitsWire, OrderCareWire, OrderPageWire, OrderStageWire,
        OrderWire, ParcelWire, RatingWire, RefundWire, ReturnWire, ServiceHoursWire, TicketLineWire,
        TicketWire,
    },
};
use linger_catalogue::Returns;
use linger_protocol::{
    CarePolicy, Item, ItemId, ItemUnits, Money, OrderId, OrderStage, ParcelId, RefundId, ReturnId,
    ReturnRule, Role, RoomId, Sealed, TicketId, Way,
};
use linger_room::{
    Room,
    care::{Goods, OrderCare, Owed, OwedState, Parcel, Rating, Return, Ticket},
};

/// With whose eyes an order is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Eyes {
    /// Whether it is their own.
    pub(crate) is_buyer: bool,
    /// What they may do in the room.
    pub(crate) role: Role,
}

impl Eyes {
    /// Where an order goes is known to its buyer and to who ships.
    fn see_address(self) -> bool {
        self.is_buyer || self.role >= Role::Operator
    }
}

/// With what texts of a room are opened.
pub(super) struct Sealing<'a> {
    pub(super) house: &'a House,
    pub(super) room: &'a RoomId,
}

impl Sealing<'_> {
    /// Name and text; both empty when nothing was written or it was erased.
    async fn open(&self, sealed: Option<&Sealed>) -> Result<Plain, ApiError> {
        let Some(sealed) = sealed else { return Ok(Plain::default()) };
        let opened = self.house.vault.open(sealed, self.room.as_str().as_bytes()).await;
        Ok(plain_form(opened.map_err(|fault| ApiError::unavailable("opening a text", &fault))?))
    }

    /// A text without a name; none when it was erased.
    async fn open_whole(&self, sealed: &Sealed) -> Result<Option<String>, ApiError> {
        let opened = self.house.vault.open(sealed, self.room.as_str().as_bytes()).await;
        let opened = opened.map_err(|fault| ApiError::unavailable("opening a text", &fault))?;
        Ok(opened.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
}

/// What the room knows of an order, before texts are opened.
pub(super) struct Seen {
    id: OrderId,
    stage: OrderStage,
    to: Option<Sealed>,
    confirmed: Vec<ItemId>,
    care: Option<OrderCare>,
    titles: Vec<(ItemId, String)>,
    until: Vec<(ItemId, Option<i64>)>,
    ratings: Vec<(ItemId, Rating)>,
    returns: Vec<(ReturnId, Return)>,
    refunds: Vec<(RefundId, Owed)>,
}

pub(super) fn see(room: &Room, order: OrderId) -> Option<Seen> {
    let stage = room.order_stage(order)?;
    let care = room.care(order).cloned();
    let goods = || care.iter().flat_map(|it| it.goods.keys().copied());
    let title = |item: ItemId| room.item(item).map_or(String::new(), |it| it.title.clone());
    let returns = care.iter().flat_map(|it| &it.returns);
    let refunds = care.iter().flat_map(|it| &it.refunds);
    let placed = room.order(order)?;
    let items = placed.lines.iter().map(|line| line.item);
    Some(Seen {
        id: order,
        stage,
        to: placed.terms.as_ref().and_then(|it| it.delivery.to.clone()),
        confirmed: items.filter(|item| room.confirmed_exception(order, *item).is_some()).collect(),
        titles: goods().map(|item| (item, title(item))).collect(),
        until: goods().map(|item| (item, room.returnable_until(order, item).map(|at| at.0))).collect(),
        ratings: goods().filter_map(|item| Some((item, room.rating(order, item)?.clone()))).collect(),
        returns: returns.filter_map(|id| Some((*id, room.returning(*id)?.clone()))).collect(),
        refunds: refunds.filter_map(|id| Some((id.clone(), room.refund(id)?.clone()))).collect(),
        care,
    })
}

/// An order with everything about it; `None` when there is none. The code of a pick-up is for the buyer alone.
pub(crate) async fn order_page(
    house: &House,
    room: &RoomId,
    order: OrderWire,
    eyes: Eyes,
) -> Result<Option<OrderPageWire>, ApiError> {
    let Ok(id) = order.order.parse() else { return Ok(None) };
    let about = house.desk(room).map(|desk| desk.hub.tickets_about(id)).unwrap_or_default();
    let look = move |room: &Room| {
        let tickets: Vec<_> = about.iter().filter_map(|it| Some((*it, room.ticket(*it)?.clone()))).collect();
        Some((see(room, id)?, tickets))
    };
    let Some((seen, tickets)) = house.engine.look(room, look).await?.flatten() else { return Ok(None) };
    let sealing = Sealing { house, room };
    let mut page = page_of(&sealing, order, seen, eyes).await?;
    for (id, it) in &tickets {
        page.tickets.push(ticket_of(&sealing, *id, it, 1).await?);
    }
    Ok(Some(page))
}

pub(super) async fn page_of(
    sealing: &Sealing<'_>,
    order: OrderWire,
    seen: Seen,
    eyes: Eyes,
) -> Result<OrderPageWire, ApiError> {
    let listed = sealing.house.desk(sealing.room).map(|desk| desk.hub.listed(seen.id)).unwrap_or_default();
    let bought = listed.iter().map(|it| bought_wire(it, seen.confirmed.contains(&it.id))).collect();
    let to = match seen.to.as_ref().filter(|_| eyes.see_address()) {
        Some(to) => sealing.open_whole(to).await?,
        None => None,
    };
    let care = match &seen.care {
        Some(care) => Some(Box::new(care_of(sealing, &order, &seen, care, eyes).await?)),
        None => None,
    };
    Ok(OrderPageWire { order, stage: stage_wire(seen.stage), bought, to, tickets: vec![], care })
}

async fn care_of(
    sealing: &Sealing<'_>,
    order: &OrderWire,
    seen: &Seen,
    care: &OrderCare,
    eyes: Eyes,
) -> Result<OrderCareWire, ApiError> {
    let money = |minor| money_wire(Money::new(minor, care.paid.currency));
    let mut goods = vec![];
    for (item, it) in &care.goods {
        let rating = seen.ratings.iter().find(|(of, _)| of == item).map(|(_, it)| it);
        let rating = match rating {
            Some(it) => Some(rating_of(sealing, *item, it, Some(&order.order)).await?),
            None => None,
        };
        goods.push(goods_wire(seen, *item, it, money(it.money_minor), rating));
    }
    let mut returns = vec![];
    for (id, it) in &seen.returns {
        returns.push(return_of(sealing, *id, it).await?);
    }
    Ok(OrderCareWire {
        owed: money(care.owed_minor),
        goods,
        parcels: care.parcels.iter().map(|(id, it)| parcel_wire(*id, it, eyes.is_buyer)).collect(),
        returns,
        refunds: seen.refunds.iter().map(|(id, it)| refund_wire(id, it)).collect(),
    })
}

fn bought_wire(item: &Item, confirmed: bool) -> BoughtWire {
    BoughtWire {
        item: item.id.0,
        title: item.title.clone(),
        variant: item.variant.clone().unwrap_or_default(),
        seller: item.seller.clone(),
        image: item.image.clone(),
        list: money_wire(item.price),
        returns: match item.returns.unwrap_or_default() {
            ReturnRule::NoReason { days } => Returns::NoReason { days },
            ReturnRule::Excepted { why } => Returns::Excepted { why },
        },
        confirmed,
    }
}

fn goods_wire(
    seen: &Seen,
    item: ItemId,
    goods: &Goods,
    paid: crate::wire::MoneyWire,
    rating: Option<RatingWire>,
) -> GoodsWire {
    GoodsWire {
        item: item.0,
        title: seen.titles.iter().find(|it| it.0 == item).map_or(String::new(), |it| it.1.clone()),
        bought: goods.bought,
        to_ship: goods.to_ship(),
        returnable: goods.returnable(),
        returnable_until: seen.until.iter().find(|it| it.0 == item).and_then(|it| it.1),
        excepted: goods.confirmed.map(|why| why.as_str().to_owned()),
        paid,
        rating,
    }
}

fn units_wire(it: &ItemUnits) -> ItemUnitsWire {
    ItemUnitsWire { item: it.item.0, units: it.units }
}

fn parcel_wire(id: ParcelId, it: &Parcel, is_buyer: bool) -> ParcelWire {
    let (carrier, tracking, code) = match &it.way {
        Way::Carrier { carrier, tracking } => (Some(carrier.clone()), Some(tracking.clone()), None),
        Way::PickUp { code } => (None, None, is_buyer.then(|| code.clone())),
    };
    ParcelWire {
        parcel: id.to_string(),
        contents: it.contents.iter().map(units_wire).collect(),
        carrier,
        tracking,
        code,
        at: it.at.0,
        delivered_at: it.delivered_at.map(|at| at.0),
    }
}

pub(super) async fn return_of(
    sealing: &Sealing<'_>,
    id: ReturnId,
    it: &Return,
) -> Result<ReturnWire, ApiError> {
    let units = |line: &linger_protocol::OrderLine| ItemUnitsWire { item: line.item.0, units: line.units };
    let currency = it.lines.first().map_or(linger_protocol::Limits::CURRENCY, |line| line.amount.currency);
    let (carrier, tracking) = it.sent.clone().unzip();
    Ok(ReturnWire {
        returning: id.to_string(),
        order: it.order.to_string(),
        person: it.person.to_string(),
        contents: it.lines.iter().map(units).collect(),
        amount: money_wire(Money::new(it.minor(), currency)),
        reason: it.reason.as_str().to_owned(),
        exchange: it.exchange.map(|item| item.0),
        note: sealing.open(it.note.as_ref()).await?.text,
        freight_by_shop: it.freight_by_shop,
        carrier,
        tracking,
        why: sealing.open(it.why.as_ref()).await?.text,
        refunded: it.refunded,
        state: it.state.as_str().to_owned(),
        until: it.until.0,
    })
}

pub(super) fn refund_wire(id: &RefundId, it: &Owed) -> RefundWire {
    let state = match it.state {
        OwedState::Owed => "owed",
        OwedState::Failed => "failed",
        OwedState::Done => "done",
    };
    RefundWire {
        refund: id.to_string(),
        order: it.order.to_string(),
        amount: money_wire(it.amount),
        reason: it.reason.as_str().to_owned(),
        state: state.to_owned(),
    }
}

/// A ticket with its first `lines` lines.
pub(super) async fn ticket_of(
    sealing: &Sealing<'_>,
    id: TicketId,
    it: &Ticket,
    lines: usize,
) -> Result<TicketWire, ApiError> {
    let mut shown = vec![];
    for line in it.lines.iter().take(lines) {
        let Plain { name, text } = sealing.open(Some(&line.text)).await?;
        shown.push(TicketLineWire { staff: line.staff, name, text, at: line.at.0 });
    }
    let auto = it.auto.map(|stage| stage.map_or("no-order", OrderStage::as_str).to_owned());
    Ok(TicketWire {
        ticket: id.to_string(),
        person: it.person.to_string(),
        order: it.order.map(|order| order.to_string()),
        topic: it.topic.as_str().to_owned(),
        lines: shown,
        auto,
        assigned: it.assigned.map(|person| person.to_string()),
        answered: it.answered,
        solved: it.solved,
        level: it.level,
        answer_by: it.answer_by.0,
        solve_by: it.solve_by.0,
    })
}

pub(super) async fn rating_of(
    sealing: &Sealing<'_>,
    item: ItemId,
    it: &Rating,
    order: Option<&str>,
) -> Result<RatingWire, ApiError> {
    let Plain { name, text } = sealing.open(it.text.as_ref()).await?;
    Ok(RatingWire {
        n: it.nth,
        item: item.0,
        stars: it.stars,
        name,
        text,
        at: it.at.0,
        renewed: it.renewed.is_some(),
        hidden: it.hidden,
        order: order.map(str::to_owned),
    })
}

pub(crate) fn stage_wire(stage: OrderStage) -> OrderStageWire {
    match stage {
        OrderStage::Unpaid => OrderStageWire::Unpaid,
        OrderStage::Lapsed => OrderStageWire::Lapsed,
        OrderStage::Cancelled => OrderStageWire::Cancelled,
        OrderStage::Packing => OrderStageWire::Packing,
        OrderStage::OnTheWay => OrderStageWire::OnTheWay,
        OrderStage::PickUp => OrderStageWire::PickUp,
        OrderStage::Delivered => OrderStageWire::Delivered,
        OrderStage::Returning => OrderStageWire::Returning,
        OrderStage::Returned => OrderStageWire::Returned,
    }
}

pub(super) fn policy_wire(policy: &CarePolicy) -> CarePolicyWire {
    CarePolicyWire {
        instant: policy.instant.map(money_wire),
        freight_by_shop: policy.freight_by_shop,
        delivery_back: policy.delivery_back,
        decide_days: policy.decide_days,
        send_days: policy.send_days,
        receive_days: policy.receive_days,
        guarantee_days: policy.guarantee_days,
        answer_ms: policy.answer_ms,
        solve_ms: policy.solve_ms,
        hours: policy.hours.map(|it| ServiceHoursWire {
            from_min: it.from_min,
            to_min: it.to_min,
            days: it.days,
        }),
        auto_answer: policy.auto_answer,
    }
}
