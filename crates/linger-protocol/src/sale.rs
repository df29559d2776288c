//! Words of sales beyond the simplest: carts, waiting, shuffles, stock that comes and goes, coupons. It does not
//! know what anything costs in the end or who gets it.

use crate::{
    CampaignId, CouponAct, CouponEvent, ItemId, Limits, Lookers, Millis, Money, OrderId, OrderLine, PersonId,
    Role, SaleTerms, Sealed, TransferId,
};
use minicbor::{Decode, Encode};

/// So many units of an item, wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CartLine {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How many.
    #[n(1)]
    pub units: u32,
}

/// Several items, bought all or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Cart {
    /// What, at most [`Limits::CART_LINES_MAX`] lines, each item once.
    pub lines: Vec<CartLine>,
    /// The coupons to use, at most [`Limits::CART_COUPONS_MAX`]; those that everybody has come by themselves.
    pub coupons: Vec<CampaignId>,
}

/// Where an order goes, and what its buyer confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Delivery {
    /// The items that may not come back without a fault, which the buyer confirmed for this purchase.
    #[n(0)]
    pub confirmed: Vec<ItemId>,
    /// A keyed hash of the address, made at the edge; zero when it is not known.
    #[n(1)]
    pub household: u64,
    /// The address under the buyer's key.
    #[n(2)]
    pub to: Option<Sealed>,
}

/// Units somebody wants and cannot have yet: what stands on a waiting list, or on the list of a shuffle.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wanted {
    /// The id of the order that it becomes, made by the buyer's device.
    #[n(0)]
    pub order: OrderId,
    /// How many.
    #[n(1)]
    pub units: u32,
    /// Where it goes.
    #[n(2)]
    pub delivery: Delivery,
}

/// What a campaign took off an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cut {
    /// The campaign.
    #[n(0)]
    pub campaign: CampaignId,
    /// How much less is to be paid, in minor units.
    #[n(1)]
    pub off: i64,
    /// How it falls on the lines, in their order; empty when it is about shipping or a gift. It adds up to `off`.
    #[n(2)]
    pub parts: Vec<i64>,
    /// What the budget is debited: `off`, or what a gift is worth.
    #[n(3)]
    pub spent: i64,
    /// The how-manyeth period of the campaign it counts in.
    #[n(4)]
    pub period: i64,
    /// Whether a coupon of the buyer's was used; else everybody has it.
    #[n(5)]
    pub owned: bool,
}

/// What shipping costs in this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ShippingFee {
    /// For each order.
    #[n(0)]
    pub fee: Money,
    /// Nothing, when the goods cost so much; in minor units.
    #[n(1)]
    pub free_from: Option<i64>,
}

/// An order of several lines, or on terms of its own. `amount` is the sum of its lines and of `shipping`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CartOrder {
    /// The order.
    #[n(0)]
    pub order: OrderId,
    /// Whose.
    #[n(1)]
    pub person: PersonId,
    /// Of what, gifts last.
    #[n(2)]
    pub lines: Vec<OrderLine>,
    /// How many of the last lines are gifts.
    #[n(3)]
    pub gifts: u32,
    /// What shipping costs after what was taken off, in minor units.
    #[n(4)]
    pub shipping: i64,
    /// What was taken off, in the order in which it was.
    #[n(5)]
    pub cuts: Vec<Cut>,
    /// The items whose first buyers' gift is among the gifts.
    #[n(6)]
    pub first: Vec<ItemId>,
    /// What is to be paid.
    #[n(7)]
    pub amount: Money,
    /// Until when.
    #[n(8)]
    pub until: Millis,
    /// Whether its units are held; else whoever pays first gets them.
    #[n(9)]
    pub holds: bool,
    /// Where it goes.
    #[n(10)]
    pub delivery: Delivery,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum SaleAct {
    /// Put an item on sale on terms of its own.
    Open {
        /// The item.
        item: ItemId,
        /// The terms.
        terms: Box<SaleTerms>,
    },
    /// Sell an item for less for a while.
    Flash {
        /// The item.
        item: ItemId,
        /// Price of one until then; it has to be lower than the one before.
        price: Money,
        /// For how long.
        lasts_ms: u64,
    },
    /// Say what shipping costs.
    SetShipping {
        /// The fee.
        shipping: ShippingFee,
    },
    /// Order a cart, all or nothing. Asking again with the same id gives the same answer.
    PlaceCart {
        /// The id made by the buyer's device.
        order: OrderId,
        /// What.
        cart: Cart,
        /// What the buyer was told it costs.
        expected: Money,
        /// Where it goes.
        delivery: Delivery,
    },
    /// Be served when units come free. Asking again with the same id gives the same answer.
    JoinWait {
        /// Of which item.
        item: ItemId,
        /// What is wanted.
        wanted: Wanted,
    },
    /// Wait no longer, or come off the list of a shuffle.
    LeaveWait {
        /// For which item.
        item: ItemId,
    },
    /// Get on the list of a shuffle.
    Enlist {
        /// Of which item.
        item: ItemId,
        /// What is wanted.
        wanted: Wanted,
    },
    /// Units of the shop become this room's.
    Allot {
        /// The transfer: once by its id.
        transfer: TransferId,
        /// The item.
        item: ItemId,
        /// How many.
        units: u32,
    },
    /// Units of this room become the shop's again.
    GiveBack {
        /// The transfer: once by its id.
        transfer: TransferId,
        /// The item.
        item: ItemId,
        /// How many; none for all that are left.
        units: Option<u32>,
    },
    /// Something about coupons.
    Coupon(CouponAct),
    /// Wish that the host explains an item.
    AskExplain {
        /// The item.
        item: ItemId,
    },
}

impl SaleAct {
    /// Whether somebody in `role` may ask for this at all.
    pub fn allowed(&self, role: Role) -> bool {
        match self {
            SaleAct::PlaceCart { .. }
            | SaleAct::JoinWait { .. }
            | SaleAct::LeaveWait { .. }
            | SaleAct::Enlist { .. }
            | SaleAct::AskExplain { .. } => true,
            SaleAct::Open { .. } | SaleAct::Flash { .. } => role >= Role::Host,
            SaleAct::SetShipping { .. } | SaleAct::Allot { .. } | SaleAct::GiveBack { .. } => {
                role >= Role::Operator
            }
            SaleAct::Coupon(act) => act.allowed(role),
        }
    }
}

/// Why somebody no longer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum WaitEnd {
    /// They did not want to.
    #[n(0)]
    Left,
    /// Their turn came, and they have as many as one person or one address may.
    #[n(1)]
    OverLimit,
    /// Their turn came, and the room takes no more orders.
    #[n(2)]
    RoomFull,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum SaleEvent {
    /// An item is on sale on terms of its own.
    #[n(0)]
    Opened {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// The sale: the how-manyeth on such terms in this room, from 1.
        #[n(1)]
        sale: u32,
        /// The terms.
        #[n(2)]
        terms: Box<SaleTerms>,
    },
    /// An item costs less for a while.
    #[n(1)]
    FlashOpened {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Price of one.
        #[n(1)]
        price: Money,
        /// Until when.
        #[n(2)]
        until: Millis,
    },
    /// It costs less no longer.
    #[n(2)]
    FlashEnded {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// Shipping costs this.
    #[n(3)]
    ShippingSet {
        /// The fee.
        #[n(0)]
        shipping: ShippingFee,
    },
    /// An order of several lines, or on terms of its own, waits for its payment.
    #[n(4)]
    CartHeld(#[n(0)] Box<CartOrder>),
    /// Enough people bought: the item costs less for all from here on.
    #[n(5)]
    Unlocked {
        /// The item.
        #[n(0)]
        item: ItemId,
    },
    /// Somebody waits for units.
    #[n(7)]
    WaitJoined {
        /// Of which item.
        #[n(0)]
        item: ItemId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// What is wanted.
        #[n(2)]
        wanted: Wanted,
    },
    /// Somebody waits no longer, or is off the list of a shuffle. Who is served has an order instead.
    #[n(8)]
    WaitLeft {
        /// For which item.
        #[n(0)]
        item: ItemId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// Why.
        #[n(2)]
        end: WaitEnd,
    },
    /// Somebody is on the list of a shuffle.
    #[n(9)]
    Enlisted {
        /// Of which item.
        #[n(0)]
        item: ItemId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// What is wanted.
        #[n(2)]
        wanted: Wanted,
    },
    /// The bell rang: the list, in order of entry, is what this digest says.
    #[n(10)]
    ListFrozen {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// How many are on it.
        #[n(1)]
        people: u32,
        /// SHA-256 over their ids, 8 bytes big-endian each, in order of entry.
        #[n(2)]
        #[cbor(with = "minicbor::bytes")]
        digest: [u8; 32],
    },
    /// The seed is public, and with it the order in which the list is served: it became the waiting list.
    #[n(11)]
    ListShuffled {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// The seed.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        seed: [u8; 32],
    },
    /// Units of the shop became this room's.
    #[n(12)]
    Allotted {
        /// The transfer.
        #[n(0)]
        transfer: TransferId,
        /// The item.
        #[n(1)]
        item: ItemId,
        /// How many.
        #[n(2)]
        units: u32,
    },
    /// Units of this room became the shop's again.
    #[n(13)]
    GaveBack {
        /// The transfer.
        #[n(0)]
        transfer: TransferId,
        /// The item.
        #[n(1)]
        item: ItemId,
        /// How many.
        #[n(2)]
        units: u32,
    },
    /// Something about coupons.
    #[n(14)]
    Coupon(#[n(0)] CouponEvent),
    /// Somebody wishes that the host explains an item; once a person until its card is shown.
    #[n(15)]
    ExplainAsked {
        /// The item.
        #[n(0)]
        item: ItemId,
        /// Who.
        #[n(1)]
        person: PersonId,
    },
    /// So many people look at items now; of an item that is not named as many as before.
    #[n(16)]
    LookersCounted {
        /// One for each item.
        #[n(0)]
        lookers: Vec<Lookers>,
    },
}

impl Cart {
    /// A cart of one item and no coupon.
    pub fn of(item: ItemId, units: u32) -> Cart {
        Cart { lines: vec![CartLine { item, units }], coupons: vec![] }
    }

    /// Whether it has no more lines and coupons than any cart may.
    pub fn fits(&self) -> bool {
        self.lines.len() <= Limits::CART_LINES_MAX && self.coupons.len() <= Limits::CART_COUPONS_MAX
    }
}
