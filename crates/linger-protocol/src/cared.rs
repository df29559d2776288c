//! What was decided after the sale. It does not know who reads it.
//!
//! Moments that decide something later stand in the event, because a room that takes events in is told no time.

use crate::{
    CarePolicy, ItemId, ItemUnits, Millis, Money, OrderId, OrderLine, OrderStage, ParcelId, PaymentId,
    PersonId, RatingId, RefundId, ReturnException, ReturnId, ReturnReason, Sealed, TicketId, TicketTopic,
    Way,
};
use minicbor::{Decode, Encode};

/// Why money of a paid order goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum OwedReason {
    /// The order was given up before anything of it was shipped.
    #[n(0)]
    Cancelled,
    /// Goods came back, or are sent back.
    #[n(1)]
    Returned {
        /// The return.
        #[n(0)]
        returning: ReturnId,
    },
    /// The price fell for everybody after the order was paid.
    #[n(2)]
    PriceFell {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// The price fell within the guaranteed days, and the buyer asked.
    #[n(3)]
    Guarantee {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// The people of the shop decided it.
    #[n(4)]
    ByHand {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
}

impl OwedReason {
    /// The word used over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            OwedReason::Cancelled => "cancelled",
            OwedReason::Returned { .. } => "returned",
            OwedReason::PriceFell { .. } => "price-fell",
            OwedReason::Guarantee { .. } => "guarantee",
            OwedReason::ByHand { .. } => "by-hand",
        }
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CareEvent {
    /// The shop promises this from now on.
    #[n(0)]
    PolicySet(#[n(0)] CarePolicy),
    /// The buyer confirmed, for this purchase, that the item does not come back without a reason.
    #[n(1)]
    ExceptionConfirmed {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// The item.
        #[n(1)]
        item: ItemId,
        /// The exception as it was stated.
        #[n(2)]
        why: ReturnException,
    },
    /// A parcel is on its way, or waits to be picked up.
    #[n(2)]
    Shipped {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// The parcel.
        #[n(1)]
        parcel: ParcelId,
        /// What is in it.
        #[n(2)]
        contents: Vec<ItemUnits>,
        /// How it gets to the buyer.
        #[n(3)]
        way: Way,
        /// When.
        #[n(4)]
        at: Millis,
    },
    /// A parcel was handed over.
    #[n(3)]
    Delivered {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// The parcel.
        #[n(1)]
        parcel: ParcelId,
        /// When: the days of a return count from then.
        #[n(2)]
        at: Millis,
    },
    /// A paid order was given up: its units are on the shelf again.
    #[n(4)]
    PaidCancelled {
        /// The order.
        #[n(0)]
        order: OrderId,
    },
    /// Somebody wants to bring something back.
    #[n(5)]
    ReturnAsked {
        /// The return.
        #[n(0)]
        returning: ReturnId,
        /// The order.
        #[n(1)]
        order: OrderId,
        /// What of it, with what was paid for it.
        #[n(2)]
        lines: Vec<OrderLine>,
        /// What was paid for delivery, when it goes back as well; minor units.
        #[n(3)]
        delivery_minor: i64,
        /// Why.
        #[n(4)]
        reason: ReturnReason,
        /// What shall come instead; its units are held from now on.
        #[n(5)]
        exchange: Option<ItemId>,
        /// More about it, under the buyer's key.
        #[n(6)]
        note: Option<Sealed>,
        /// Until when the shop decides.
        #[n(7)]
        until: Millis,
    },
    /// The shop agrees to a return, by its people, by its rules or by its silence.
    #[n(6)]
    ReturnApproved {
        /// The return.
        #[n(0)]
        returning: ReturnId,
        /// Whether the shop bears the way back.
        #[n(1)]
        freight_by_shop: bool,
        /// Until when it can be sent.
        #[n(2)]
        until: Millis,
    },
    /// The shop does not agree to a return.
    #[n(7)]
    ReturnRejected {
        /// The return.
        #[n(0)]
        returning: ReturnId,
        /// Why, under the key of whoever decided.
        #[n(1)]
        why: Sealed,
    },
    /// The buyer keeps the goods after all.
    #[n(8)]
    ReturnWithdrawn {
        /// The return.
        #[n(0)]
        returning: ReturnId,
    },
    /// A return was not sent in time.
    #[n(9)]
    ReturnLapsed {
        /// The return.
        #[n(0)]
        returning: ReturnId,
    },
    /// A return is on its way.
    #[n(10)]
    ReturnSent {
        /// The return.
        #[n(0)]
        returning: ReturnId,
        /// With whom.
        #[n(1)]
        carrier: String,
        /// Its number there.
        #[n(2)]
        tracking: String,
        /// When it counts as received, unless somebody says so before.
        #[n(3)]
        until: Millis,
    },
    /// A return has arrived, or counts as arrived. Its money is owed, or its replacement is to be shipped.
    #[n(11)]
    ReturnReceived {
        /// The return.
        #[n(0)]
        returning: ReturnId,
        /// Whether its units are on the shelf again.
        #[n(1)]
        restock: bool,
    },
    /// Money has to go back of what paid an order.
    #[n(12)]
    RefundOwed {
        /// Its name.
        #[n(0)]
        refund: RefundId,
        /// The order.
        #[n(1)]
        order: OrderId,
        /// The payment it is part of.
        #[n(2)]
        payment: PaymentId,
        /// How much.
        #[n(3)]
        amount: Money,
        /// Why.
        #[n(4)]
        reason: OwedReason,
    },
    /// The money went back.
    #[n(13)]
    RefundDone {
        /// The refund.
        #[n(0)]
        refund: RefundId,
    },
    /// The provider cannot give the money back: somebody has to look.
    #[n(14)]
    RefundFailed {
        /// The refund.
        #[n(0)]
        refund: RefundId,
    },
    /// Somebody asks the people of the shop about something.
    #[n(15)]
    TicketOpened {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// The order it is about.
        #[n(2)]
        order: Option<OrderId>,
        /// What about.
        #[n(3)]
        topic: TicketTopic,
        /// Name and text under the asker's key.
        #[n(4)]
        text: Sealed,
        /// When.
        #[n(5)]
        at: Millis,
        /// Until when a person is to have answered.
        #[n(6)]
        answer_by: Millis,
        /// Until when it is to be solved.
        #[n(7)]
        solve_by: Millis,
    },
    /// A ticket was answered at once by what is known of its order; the clock of the people goes on.
    #[n(16)]
    TicketAutoAnswered {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// How far the order has come; none for a ticket about no order.
        #[n(1)]
        stage: Option<OrderStage>,
    },
    /// A line was written into a ticket.
    #[n(17)]
    TicketSaid {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// The line, as its writer's device names it.
        #[n(1)]
        line: u64,
        /// Who.
        #[n(2)]
        person: PersonId,
        /// Whether for the shop.
        #[n(3)]
        staff: bool,
        /// Name and text under the writer's key.
        #[n(4)]
        text: Sealed,
        /// When.
        #[n(5)]
        at: Millis,
    },
    /// Somebody takes care of a ticket, or nobody does any more.
    #[n(18)]
    TicketAssigned {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// Who.
        #[n(1)]
        to: Option<PersonId>,
    },
    /// A ticket is solved.
    #[n(19)]
    TicketSolved {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
    },
    /// A solved ticket is open again.
    #[n(20)]
    TicketReopened {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// Until when a person is to have answered.
        #[n(1)]
        answer_by: Millis,
        /// Until when it is to be solved.
        #[n(2)]
        solve_by: Millis,
    },
    /// A ticket waited beyond what was promised.
    #[n(21)]
    TicketEscalated {
        /// The ticket.
        #[n(0)]
        ticket: TicketId,
        /// 1: nobody answered in time; 2: it was not solved in time.
        #[n(1)]
        level: u8,
    },
    /// Somebody rated what they bought, or renewed what they said.
    #[n(22)]
    Rated {
        /// The rating, as the buyer's device names it.
        #[n(0)]
        rating: RatingId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// The order.
        #[n(2)]
        order: OrderId,
        /// The item.
        #[n(3)]
        item: ItemId,
        /// One to five.
        #[n(4)]
        stars: u8,
        /// Name and text under the buyer's key; the text may be empty.
        #[n(5)]
        text: Option<Sealed>,
        /// When.
        #[n(6)]
        at: Millis,
    },
    /// A rating is shown to nobody, or again.
    #[n(23)]
    RatingHidden {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// The item.
        #[n(1)]
        item: ItemId,
        /// Whether it is hidden.
        #[n(2)]
        hidden: bool,
    },
}
