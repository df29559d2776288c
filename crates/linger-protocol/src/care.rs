//! What may be asked after the sale: shipping, returns, refunds, tickets and ratings, and the words they share. It does not
//! know what comes of it, how a parcel travels or how money goes back.

use crate::{
    CarePolicy, ItemId, Money, OrderId, ParcelId, PersonId, RatingId, RefundId, ReturnId, Role, Spoken,
    TicketId,
};
use minicbor::{Decode, Encode};

/// So many units of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ItemUnits {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How many.
    #[n(1)]
    pub units: u32,
}

/// How a parcel gets to its buyer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Way {
    /// A carrier brings it.
    #[n(0)]
    Carrier {
        /// Who, at most [`crate::Limits::CARRIER_CHARS`].
        #[n(0)]
        carrier: String,
        /// Its number there, at most [`crate::Limits::TRACKING_CHARS`].
        #[n(1)]
        tracking: String,
    },
    /// The buyer comes for it.
    #[n(1)]
    PickUp {
        /// What the buyer says to get it, at most [`crate::Limits::CARRIER_CHARS`]; made at random by the edge.
        #[n(0)]
        code: String,
    },
}

/// Why something is to come back. Numbers stand in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ReturnReason {
    /// For no reason that has to be said.
    #[n(0)]
    NoReason,
    /// It is broken or flawed.
    #[n(1)]
    Faulty,
    /// It is not what was ordered.
    #[n(2)]
    WrongItem,
    /// It is not as it was described.
    #[n(3)]
    NotAsDescribed,
    /// It came too late.
    #[n(4)]
    Late,
    /// Something else.
    #[n(5)]
    Other,
}

impl ReturnReason {
    /// Every reason, in the order of their numbers.
    pub const ALL: [ReturnReason; 6] = [
        ReturnReason::NoReason,
        ReturnReason::Faulty,
        ReturnReason::WrongItem,
        ReturnReason::NotAsDescribed,
        ReturnReason::Late,
        ReturnReason::Other,
    ];

    /// Whether something is wrong with the goods: then no exception holds, and the shop bears the way back.
    pub fn is_fault(self) -> bool {
        matches!(self, ReturnReason::Faulty | ReturnReason::WrongItem | ReturnReason::NotAsDescribed)
    }

    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ReturnReason::NoReason => "no-reason",
            ReturnReason::Faulty => "faulty",
            ReturnReason::WrongItem => "wrong-item",
            ReturnReason::NotAsDescribed => "not-as-described",
            ReturnReason::Late => "late",
            ReturnReason::Other => "other",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<ReturnReason> {
        ReturnReason::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What a ticket is about. Numbers stand in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TicketTopic {
    /// Where it is, and when it comes.
    #[n(0)]
    Shipping,
    /// A return or an exchange.
    #[n(1)]
    Return,
    /// Money that is to go back.
    #[n(2)]
    Refund,
    /// The product and its use.
    #[n(3)]
    Product,
    /// A complaint.
    #[n(4)]
    Complaint,
    /// Something else.
    #[n(5)]
    Other,
}

impl TicketTopic {
    /// Every topic, in the order of their numbers.
    pub const ALL: [TicketTopic; 6] = [
        TicketTopic::Shipping,
        TicketTopic::Return,
        TicketTopic::Refund,
        TicketTopic::Product,
        TicketTopic::Complaint,
        TicketTopic::Other,
    ];

    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TicketTopic::Shipping => "shipping",
            TicketTopic::Return => "return",
            TicketTopic::Refund => "refund",
            TicketTopic::Product => "product",
            TicketTopic::Complaint => "complaint",
            TicketTopic::Other => "other",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<TicketTopic> {
        TicketTopic::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// How far an order has come, in one word: what its buyer wants to know first. Numbers stand in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum OrderStage {
    /// It waits for its payment.
    #[n(0)]
    Unpaid,
    /// Nobody paid in time.
    #[n(1)]
    Lapsed,
    /// It was given up.
    #[n(2)]
    Cancelled,
    /// It is paid, and something is still to be packed.
    #[n(3)]
    Packing,
    /// It is on its way.
    #[n(4)]
    OnTheWay,
    /// It waits to be picked up.
    #[n(5)]
    PickUp,
    /// All of it is with the buyer.
    #[n(6)]
    Delivered,
    /// Something of it is coming back.
    #[n(7)]
    Returning,
    /// All of it came back.
    #[n(8)]
    Returned,
}

impl OrderStage {
    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            OrderStage::Unpaid => "unpaid",
            OrderStage::Lapsed => "lapsed",
            OrderStage::Cancelled => "cancelled",
            OrderStage::Packing => "packing",
            OrderStage::OnTheWay => "on-the-way",
            OrderStage::PickUp => "pick-up",
            OrderStage::Delivered => "delivered",
            OrderStage::Returning => "returning",
            OrderStage::Returned => "returned",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum CareAct {
    /// Say what the shop promises after the sale. What was promised before stays as it was.
    SetPolicy(CarePolicy),
    /// Confirm, for this very purchase and before paying for it, that an excepted item does not come back without a reason.
    ConfirmException {
        /// The order.
        order: OrderId,
        /// The item.
        item: ItemId,
    },
    /// Say that a parcel is on its way, or waits to be picked up.
    Ship {
        /// The order.
        order: OrderId,
        /// The id made by whoever packs.
        parcel: ParcelId,
        /// What is in it; empty for all that is still to be shipped.
        contents: Vec<ItemUnits>,
        /// How it gets to the buyer.
        way: Way,
    },
    /// Say that a parcel was delivered.
    Deliver {
        /// The order.
        order: OrderId,
        /// The parcel.
        parcel: ParcelId,
    },
    /// Hand over what is picked up.
    HandOver {
        /// The order.
        order: OrderId,
        /// The parcel.
        parcel: ParcelId,
        /// The code the buyer says.
        code: String,
    },
    /// Give up a paid order of which nothing was shipped.
    CancelPaid {
        /// The order.
        order: OrderId,
    },
    /// Ask to bring something back.
    AskReturn {
        /// The id made by the buyer's device.
        returning: ReturnId,
        /// The order.
        order: OrderId,
        /// What of it.
        contents: Vec<ItemUnits>,
        /// Why.
        reason: ReturnReason,
        /// The item that shall come instead; none for the money.
        exchange: Option<ItemId>,
        /// More about it, at most [`crate::Limits::CARE_CHARS`].
        note: Option<Spoken>,
    },
    /// Agree to a return.
    ApproveReturn {
        /// The return.
        returning: ReturnId,
    },
    /// Do not agree to a return, or not to what arrived.
    RejectReturn {
        /// The return.
        returning: ReturnId,
        /// Why, at most [`crate::Limits::CARE_CHARS`].
        why: Spoken,
    },
    /// Keep the goods after all.
    WithdrawReturn {
        /// The return.
        returning: ReturnId,
    },
    /// Say that a return is on its way.
    SendReturn {
        /// The return.
        returning: ReturnId,
        /// With whom, at most [`crate::Limits::CARRIER_CHARS`].
        carrier: String,
        /// Its number there, at most [`crate::Limits::TRACKING_CHARS`].
        tracking: String,
    },
    /// Say that a return arrived.
    ReceiveReturn {
        /// The return.
        returning: ReturnId,
        /// Whether its units can be sold again.
        restock: bool,
    },
    /// Ask for the difference to a price that fell within the guaranteed days.
    ClaimPrice {
        /// The order.
        order: OrderId,
        /// The item.
        item: ItemId,
    },
    /// Give some of what was paid for an item back, for whatever reason.
    GiveBack {
        /// The id made by whoever decides it: 32 lower-case hexadecimal digits, so that it is none of the house's own.
        refund: RefundId,
        /// The order.
        order: OrderId,
        /// The item.
        item: ItemId,
        /// How much.
        amount: Money,
    },
    /// Say that the money of a refund went back another way.
    SettleRefund {
        /// The refund.
        refund: RefundId,
    },
    /// Ask the people of the shop about something.
    OpenTicket {
        /// The id made by the device of whoever asks.
        ticket: TicketId,
        /// The order it is about.
        order: Option<OrderId>,
        /// What about.
        topic: TicketTopic,
        /// The text, at most [`crate::Limits::CARE_CHARS`].
        text: Spoken,
    },
    /// Write a line into a ticket.
    SayTicket {
        /// The ticket.
        ticket: TicketId,
        /// A number made by the writer's device: the same line is written once.
        line: u64,
        /// The text, at most [`crate::Limits::CARE_CHARS`].
        text: Spoken,
    },
    /// Say who takes care of a ticket.
    AssignTicket {
        /// The ticket.
        ticket: TicketId,
        /// Who; nobody for everybody.
        to: Option<PersonId>,
    },
    /// Say that a ticket is solved.
    SolveTicket {
        /// The ticket.
        ticket: TicketId,
    },
    /// Open a solved ticket again.
    ReopenTicket {
        /// The ticket.
        ticket: TicketId,
    },
    /// Rate what was bought and delivered; once more renews it.
    Rate {
        /// The id made by the buyer's device.
        rating: RatingId,
        /// The order.
        order: OrderId,
        /// The item.
        item: ItemId,
        /// One to five.
        stars: u8,
        /// A text, at most [`crate::Limits::CARE_CHARS`].
        text: Option<Spoken>,
    },
    /// Show a rating to nobody, or again.
    HideRating {
        /// The order.
        order: OrderId,
        /// The item.
        item: ItemId,
        /// Whether it is hidden.
        hidden: bool,
    },
}

impl CareAct {
    /// Whether somebody in `role` may ask for this at all. Goods and money are moved by operators, who is in the talk all
    /// day may also answer tickets and hide ratings, and everybody may do what concerns their own order.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            CareAct::SetPolicy(_)
            | CareAct::Ship { .. }
            | CareAct::Deliver { .. }
            | CareAct::HandOver { .. }
            | CareAct::ApproveReturn { .. }
            | CareAct::RejectReturn { .. }
            | CareAct::ReceiveReturn { .. }
            | CareAct::GiveBack { .. }
            | CareAct::SettleRefund { .. } => role >= Role::Operator,
            CareAct::AssignTicket { .. } | CareAct::HideRating { .. } => role >= Role::Moderator,
            CareAct::ConfirmException { .. }
            | CareAct::CancelPaid { .. }
            | CareAct::AskReturn { .. }
            | CareAct::WithdrawReturn { .. }
            | CareAct::SendReturn { .. }
            | CareAct::ClaimPrice { .. }
            | CareAct::OpenTicket { .. }
            | CareAct::SayTicket { .. }
            | CareAct::SolveTicket { .. }
            | CareAct::ReopenTicket { .. }
            | CareAct::Rate { .. } => true,
        }
    }
}
