//! What is asked after the sale, on the wire. Does not know what comes of it.

use super::MoneyWire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many units of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemUnitsWire {
    /// The item.
    pub item: u64,
    /// How many.
    pub units: u32,
}

/// Why something is to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReasonWire {
    /// For no reason that has to be said.
    NoReason,
    /// It is broken or flawed.
    Faulty,
    /// It is not what was ordered.
    WrongItem,
    /// It is not as it was described.
    NotAsDescribed,
    /// It came too late.
    Late,
    /// Something else.
    Other,
}

/// What a ticket is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TicketTopicWire {
    /// Where it is, and when it comes.
    Shipping,
    /// A return or an exchange.
    Return,
    /// Money that is to go back.
    Refund,
    /// The product and its use.
    Product,
    /// A complaint.
    Complaint,
    /// Something else.
    Other,
}

/// When people answer tickets, by the shop's own time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceHoursWire {
    /// From which minute of the day on.
    pub from_min: u16,
    /// Up to which minute of the day; at least an hour later, at most 1440.
    pub to_min: u16,
    /// On which days: bit 0 for Monday to bit 6 for Sunday.
    pub days: u8,
}

/// What the shop promises after the sale.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarePolicyWire {
    /// Up to this amount, money of a return goes back as soon as it is sent; none for never.
    pub instant: Option<MoneyWire>,
    /// Whether the shop bears the way back of a return without a reason.
    pub freight_by_shop: bool,
    /// Whether what was paid for delivery goes back with the last of the goods.
    pub delivery_back: bool,
    /// Days within which the shop decides about a return; after them it is approved.
    pub decide_days: u16,
    /// Days within which the buyer sends an approved return.
    pub send_days: u16,
    /// Days after which a return that was sent counts as received.
    pub receive_days: u16,
    /// Days for which a price is guaranteed; zero for none.
    pub guarantee_days: u16,
    /// Milliseconds of service within which a person answers a ticket first.
    pub answer_ms: u64,
    /// Milliseconds of service within which a ticket is solved.
    pub solve_ms: u64,
    /// When there is service; none for day and night.
    pub hours: Option<ServiceHoursWire>,
    /// Whether a ticket is answered at once by what is known of its order.
    pub auto_answer: bool,
}

/// A change asked after the sale. Ids are made at random by whoever asks: asking again with the same id gives the same
/// answer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CareAsk {
    /// Say what the shop promises from now on (operators).
    SetPolicy {
        /// The promises.
        policy: CarePolicyWire,
    },
    /// Confirm, before paying, that an excepted item of this order does not come back without a reason.
    ConfirmException {
        /// The order.
        order: String,
        /// The item.
        item: u64,
    },
    /// A parcel is on its way (operators).
    Ship {
        /// The order.
        order: String,
        /// 32 lower-case hexadecimal digits.
        parcel: String,
        /// What is in it; empty for all that is still to be shipped.
        #[serde(default)]
        contents: Vec<ItemUnitsWire>,
        /// With whom.
        carrier: String,
        /// Its number there.
        #[serde(default)]
        tracking: String,
    },
    /// A parcel waits to be picked up; the house makes a code that its buyer sees (operators).
    OfferPickUp {
        /// The order.
        order: String,
        /// 32 lower-case hexadecimal digits.
        parcel: String,
        /// What is in it; empty for all that is still to be shipped.
        #[serde(default)]
        contents: Vec<ItemUnitsWire>,
    },
    /// A parcel was delivered (operators).
    Deliver {
        /// The order.
        order: String,
        /// The parcel.
        parcel: String,
    },
    /// A parcel was picked up by whoever knew its code (operators).
    HandOver {
        /// The order.
        order: String,
        /// The parcel.
        parcel: String,
        /// The code.
        code: String,
    },
    /// Give up a paid order of which nothing was shipped.
    CancelPaid {
        /// The order.
        order: String,
    },
    /// Ask to bring something back.
    AskReturn {
        /// 32 lower-case hexadecimal digits.
        returning: String,
        /// The order.
        order: String,
        /// What of it.
        contents: Vec<ItemUnitsWire>,
        /// Why.
        reason: ReturnReasonWire,
        /// The item that shall come instead; none for the money.
        #[serde(default)]
        exchange: Option<u64>,
        /// More about it.
        #[serde(default)]
        note: String,
    },
    /// Agree to a return (operators).
    ApproveReturn {
        /// The return.
        returning: String,
    },
    /// Do not agree to a return (operators).
    RejectReturn {
        /// The return.
        returning: String,
        /// Why.
        why: String,
    },
    /// Keep the goods after all.
    WithdrawReturn {
        /// The return.
        returning: String,
    },
    /// A return is on its way.
    SendReturn {
        /// The return.
        returning: String,
        /// With whom.
        carrier: String,
        /// Its number there.
        #[serde(default)]
        tracking: String,
    },
    /// A return arrived (operators).
    ReceiveReturn {
        /// The return.
        returning: String,
        /// Whether its units can be sold again.
        restock: bool,
    },
    /// Ask for the difference to a price that fell within the guaranteed days.
    ClaimPrice {
        /// The order.
        order: String,
        /// The item.
        item: u64,
    },
    /// Give some of what was paid for an item back (operators).
    GiveBack {
        /// 32 lower-case hexadecimal digits.
        refund: String,
        /// The order.
        order: String,
        /// The item.
        item: u64,
        /// How much, minor units.
        amount_minor: i64,
    },
    /// The money of a refund went back another way (operators).
    SettleRefund {
        /// The refund.
        refund: String,
    },
    /// Ask the people of the shop about something.
    OpenTicket {
        /// 32 lower-case hexadecimal digits.
        ticket: String,
        /// The order it is about.
        #[serde(default)]
        order: Option<String>,
        /// What about.
        topic: TicketTopicWire,
        /// The text.
        text: String,
    },
    /// Write a line into a ticket.
    SayTicket {
        /// The ticket.
        ticket: String,
        /// A number made at random by the writer's device, at most 2⁵³ − 1.
        line: u64,
        /// The text.
        text: String,
    },
    /// Say who takes care of a ticket (staff).
    AssignTicket {
        /// The ticket.
        ticket: String,
        /// Who; nobody when absent.
        #[serde(default)]
        to: Option<String>,
    },
    /// A ticket is solved.
    SolveTicket {
        /// The ticket.
        ticket: String,
    },
    /// Open a solved ticket again.
    ReopenTicket {
        /// The ticket.
        ticket: String,
    },
    /// Rate what was delivered; once more renews it.
    Rate {
        /// 32 lower-case hexadecimal digits.
        rating: String,
        /// The order.
        order: String,
        /// The item.
        item: u64,
        /// One to five.
        stars: u8,
        /// A text.
        #[serde(default)]
        text: String,
    },
    /// Show a rating to nobody, or again (staff).
    HideRating {
        /// The order.
        order: String,
        /// The item.
        item: u64,
        /// Whether it is hidden.
        hidden: bool,
    },
}
