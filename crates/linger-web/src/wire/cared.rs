//! What is shown of the time after the sale, on the wire: an order with everything about it, tickets, ratings, and the queues
//! of the staff. Does not know who is told.

use super::{ItemUnitsWire, MoneyWire, OrderWire};
use linger_catalogue::Returns;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How far an order has come, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderStageWire {
    /// It waits for its payment.
    Unpaid,
    /// Nobody paid in time.
    Lapsed,
    /// It was given up.
    Cancelled,
    /// It is paid, and something is still to be packed.
    Packing,
    /// It is on its way.
    OnTheWay,
    /// It waits to be picked up.
    PickUp,
    /// All of it is with the buyer.
    Delivered,
    /// Something of it is coming back.
    Returning,
    /// All of it came back.
    Returned,
}

/// Everything about an order, for its owner and for staff.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OrderPageWire {
    /// The order.
    #[serde(flatten)]
    pub order: OrderWire,
    /// How far it has come.
    pub stage: OrderStageWire,
    /// Its items as they stood on the shelf at the moment of the order.
    pub bought: Vec<BoughtWire>,
    /// Where it goes, for its buyer and for who ships; none when nothing was said or it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What was asked about it, the oldest first, each with its first line; in queues empty.
    pub tickets: Vec<TicketWire>,
    /// What came of it after it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care: Option<Box<OrderCareWire>>,
}

/// An item as it stood on the shelf at the moment of an order.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct BoughtWire {
    /// The item.
    pub item: u64,
    /// What it was called.
    pub title: String,
    /// What told it from the other variants; empty when it was the only one.
    pub variant: String,
    /// Who sold it.
    pub seller: String,
    /// A path or address of its picture; empty when there was none.
    pub image: String,
    /// What one cost outside the sale.
    pub list: MoneyWire,
    /// How it might come back.
    pub returns: Returns,
    /// Whether the buyer confirmed the exception for this very purchase.
    pub confirmed: bool,
}

/// What came of a paid order.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OrderCareWire {
    /// What was or is owed back in all.
    pub owed: MoneyWire,
    /// Its goods, replacements included.
    pub goods: Vec<GoodsWire>,
    /// Its parcels.
    pub parcels: Vec<ParcelWire>,
    /// Its returns, the oldest first.
    pub returns: Vec<ReturnWire>,
    /// Its refunds, the oldest first.
    pub refunds: Vec<RefundWire>,
}

/// The units of one item in an order.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GoodsWire {
    /// The item.
    pub item: u64,
    /// What it is called, as it stands on the shelf.
    pub title: String,
    /// Units bought, or due as a replacement.
    pub bought: u32,
    /// Of these, still to be shipped.
    pub to_ship: u32,
    /// Units that can be brought back.
    pub returnable: u32,
    /// Until when, exclusively, without a reason; none before delivery and where an exception was confirmed.
    pub returnable_until: Option<i64>,
    /// The exception that was confirmed for this purchase.
    pub excepted: Option<String>,
    /// What stands with the units that were not brought back.
    pub paid: MoneyWire,
    /// The buyer's rating of it.
    pub rating: Option<RatingWire>,
}

/// A parcel.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ParcelWire {
    /// Its id.
    pub parcel: String,
    /// What is in it.
    pub contents: Vec<ItemUnitsWire>,
    /// With whom; none when it is picked up.
    pub carrier: Option<String>,
    /// Its number there.
    pub tracking: Option<String>,
    /// The code of a pick-up, for the buyer alone.
    pub code: Option<String>,
    /// When it was shipped, or was ready.
    pub at: i64,
    /// When it was delivered, or picked up.
    pub delivered_at: Option<i64>,
}

/// A return.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReturnWire {
    /// Its id.
    pub returning: String,
    /// Of which order.
    pub order: String,
    /// Whose.
    pub person: String,
    /// What comes back.
    pub contents: Vec<ItemUnitsWire>,
    /// What stands with it.
    pub amount: MoneyWire,
    /// Why.
    pub reason: String,
    /// What comes instead.
    pub exchange: Option<u64>,
    /// More about it; empty when nothing was said or it was erased.
    pub note: String,
    /// Whether the shop bears the way back.
    pub freight_by_shop: bool,
    /// With whom it was sent.
    pub carrier: Option<String>,
    /// Its number there.
    pub tracking: Option<String>,
    /// Why it was rejected.
    pub why: String,
    /// Whether its money is owed or went back.
    pub refunded: bool,
    /// `asked`, `approved`, `sent`, `received`, `rejected`, `withdrawn` or `lapsed`.
    pub state: String,
    /// When it goes on by itself, or would have.
    pub until: i64,
}

/// A refund of a paid order.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RefundWire {
    /// Its id.
    pub refund: String,
    /// Of which order.
    pub order: String,
    /// How much.
    pub amount: MoneyWire,
    /// `cancelled`, `returned`, `price-fell`, `guarantee` or `by-hand`.
    pub reason: String,
    /// `owed`, `failed` or `done`.
    pub state: String,
}

/// A ticket.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TicketWire {
    /// Its id.
    pub ticket: String,
    /// Who asks.
    pub person: String,
    /// The order it is about.
    pub order: Option<String>,
    /// What about.
    pub topic: String,
    /// Everything that was written, the oldest first; in queues the first line alone.
    pub lines: Vec<TicketLineWire>,
    /// What it was answered at once: how far the order had come, or `no-order`; none without such an answer.
    pub auto: Option<String>,
    /// Who takes care of it.
    pub assigned: Option<String>,
    /// Whether somebody of the shop has answered.
    pub answered: bool,
    /// Whether it is solved.
    pub solved: bool,
    /// 0; 1 when nobody answered in time; 2 when it was not solved in time.
    pub level: u8,
    /// Until when somebody is to answer.
    pub answer_by: i64,
    /// Until when it is to be solved.
    pub solve_by: i64,
}

/// A line of a ticket.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TicketLineWire {
    /// Whether for the shop.
    pub staff: bool,
    /// The writer's name; empty when erased.
    pub name: String,
    /// The text; empty when erased.
    pub text: String,
    /// When.
    pub at: i64,
}

/// A rating.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RatingWire {
    /// The rating's place, to go on from.
    pub n: u64,
    /// The item.
    pub item: u64,
    /// One to five.
    pub stars: u8,
    /// The buyer's name; empty when nothing was written or it was erased.
    pub name: String,
    /// The text; empty when nothing was written or it was erased.
    pub text: String,
    /// When it was given, or renewed.
    pub at: i64,
    /// Whether it was renewed.
    pub renewed: bool,
    /// Whether it is shown to nobody.
    pub hidden: bool,
    /// The order it stands for: for staff and the buyer alone.
    pub order: Option<String>,
}

/// How an item was rated by those who have it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RatingsWire {
    /// How often one star to five were given.
    pub stars: [u32; 5],
    /// The mean in hundredths of a star; none without a rating.
    pub mean_centi: Option<u32>,
    /// Ratings, the newest first.
    pub ratings: Vec<RatingWire>,
    /// Where to go on; none at the end.
    pub next: Option<u64>,
}

/// Where to go on in a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// What the list before said.
    pub after: Option<String>,
}

/// Orders of somebody across rooms, the newest first in each room.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct MyOrders {
    /// The orders.
    pub orders: Vec<MyOrderWire>,
}

/// An order of somebody in one of the rooms.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct MyOrderWire {
    /// The room.
    pub room: String,
    /// What it is called.
    pub title: String,
    /// How far it has come.
    pub stage: OrderStageWire,
    /// The order.
    pub order: OrderWire,
}

/// Which part of a queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueuePart {
    /// What the list before said.
    pub after: Option<String>,
    /// Of one room alone.
    pub room: Option<String>,
}

/// Which queue of the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CareQueue {
    /// Orders of which something is to be shipped, the first paid first.
    ToShip,
    /// Orders of which a parcel is not with its buyer yet, the first sent first.
    UnderWay,
    /// Returns that run, by when they go on by themselves.
    Returns,
    /// Refunds whose money has not gone back.
    Refunds,
    /// Tickets that are not solved, by when they are to be.
    Tickets,
    /// Ratings, the newest first.
    Ratings,
}

/// A queue across all rooms.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CareQueueWire {
    /// What waits.
    pub rows: Vec<CareRowWire>,
    /// Where to go on; none at the end.
    pub next: Option<String>,
}

/// What waits in a queue: one of the five, by the queue.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct CareRowWire {
    /// The room.
    pub room: String,
    /// An order to be shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Box<OrderPageWire>>,
    /// A return to be decided about or to be received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returning: Option<Box<ReturnWire>>,
    /// A refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundWire>,
    /// A ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Box<TicketWire>>,
    /// A rating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<RatingWire>,
}

/// What a carrier says.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarrierTold {
    /// The order.
    pub order: String,
    /// The parcel, as the house named it.
    pub parcel: String,
    /// When it was handed over; now when absent.
    #[serde(default)]
    pub delivered_at: Option<i64>,
}
