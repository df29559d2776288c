//! Words of the shop that its parts share: whether an item may come back, what an order
//! consists of, why money goes back. It does not know what is asked of a sale or of after-sales.

use crate::{ItemId, Money};
use minicbor::{Decode, Encode};

/// Whether an item may come back without a reason. Numbers stand in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ReturnRule {
    /// Within so many days of delivery, no reason asked.
    #[n(0)]
    NoReason {
        /// Days, 1 to [`crate::Limits::RETURN_DAYS_MAX`].
        #[n(0)]
        days: u16,
    },
    /// Only when something is wrong with it. This holds for a purchase whose buyer confirmed it for this very purchase,
    /// and for no other: there the default holds (consumer protection law of China, article 25).
    #[n(1)]
    Excepted {
        /// Why.
        #[n(0)]
        why: ReturnException,
    },
}

impl Default for ReturnRule {
    fn default() -> ReturnRule {
        ReturnRule::NoReason { days: 7 }
    }
}

/// Why an item does not come back without a reason. The first four need no more than to be marked; the others depend on the
/// kind of goods and on the buyer's word (State Administration for Market Regulation, order 90, articles 6 and 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ReturnException {
    /// Made to the buyer's order.
    #[n(0)]
    MadeToOrder,
    /// Fresh, and soon spoilt.
    #[n(1)]
    Perishable,
    /// Sound, pictures or software, downloaded or unsealed.
    #[n(2)]
    Unsealed,
    /// Newspapers and periodicals.
    #[n(3)]
    Press,
    /// What, once opened, is no longer safe or no longer the same.
    #[n(4)]
    Opened,
    /// What loses much of its worth once it is activated or tried.
    #[n(5)]
    Activated,
    /// Near its date or flawed, and sold as such.
    #[n(6)]
    Clearance,
}

impl ReturnException {
    /// Every exception, in the order of their numbers.
    pub const ALL: [ReturnException; 7] = [
        ReturnException::MadeToOrder,
        ReturnException::Perishable,
        ReturnException::Unsealed,
        ReturnException::Press,
        ReturnException::Opened,
        ReturnException::Activated,
        ReturnException::Clearance,
    ];

    /// The word used over the wire and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            ReturnException::MadeToOrder => "made-to-order",
            ReturnException::Perishable => "perishable",
            ReturnException::Unsealed => "unsealed",
            ReturnException::Press => "press",
            ReturnException::Opened => "opened",
            ReturnException::Activated => "activated",
            ReturnException::Clearance => "clearance",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<ReturnException> {
        ReturnException::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

/// So many units of one item in an order, and what is to be paid for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OrderLine {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How many.
    #[n(1)]
    pub units: u32,
    /// For all of them, after everything that was taken off. The lines of an order add up to what its goods cost.
    #[n(2)]
    pub amount: Money,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RefundReason {
    /// It came after the hold had lapsed or the order was cancelled.
    #[n(0)]
    TooLate,
    /// The order was paid already by another payment.
    #[n(1)]
    PaidTwice,
    /// It was not the amount asked for.
    #[n(2)]
    WrongAmount,
    /// No such order was ever placed.
    #[n(3)]
    UnknownOrder,
    /// Others paid first, and nothing is left.
    #[n(4)]
    SoldOut,
}
