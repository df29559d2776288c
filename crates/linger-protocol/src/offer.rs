//! On what terms an item is sold, when they go beyond price, limit and time to pay. It does not know what is asked of a
//! sale.

use crate::{ItemId, Millis, Money};
use minicbor::{Decode, Encode, bytes::ByteVec};

/// On what terms an item is sold. They are public and do not change while the sale is open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SaleTerms {
    /// Price of one unit.
    #[n(0)]
    pub price: Money,
    /// Units one person may have.
    #[n(1)]
    pub per_person: u32,
    /// Units that go to one address; none for any number.
    #[n(2)]
    pub per_household: Option<u32>,
    /// How long an order waits for its payment.
    #[n(3)]
    pub hold_ms: u64,
    /// Who gets the units when there are not enough.
    #[n(4)]
    pub mode: SaleMode,
    /// Nobody buys before then.
    #[n(5)]
    pub opens_at: Option<Millis>,
    /// Nobody buys from then on.
    #[n(6)]
    pub closes_at: Option<Millis>,
    /// Other prices, once so many units are gone; in ascending order of them, at most [`crate::Limits::STEPS_OF_PRICE_MAX`].
    #[n(7)]
    pub steps: Vec<PriceStep>,
    /// A lower price for all, once enough people bought.
    #[n(8)]
    pub unlock: Option<Unlock>,
    /// Something more for the first.
    #[n(9)]
    pub gift: Option<FirstGift>,
}

impl SaleTerms {
    /// First come, first served, with nothing more.
    pub fn plain(price: Money, per_person: u32, hold_ms: u64) -> SaleTerms {
        SaleTerms {
            price,
            per_person,
            per_household: None,
            hold_ms,
            mode: SaleMode::FirstCome,
            opens_at: None,
            closes_at: None,
            steps: vec![],
            unlock: None,
            gift: None,
        }
    }

    /// Whether these are the same terms, whatever the seed of a shuffle: who asks twice makes another one.
    pub fn same(&self, other: &SaleTerms) -> bool {
        let same_mode = match (&self.mode, &other.mode) {
            (SaleMode::Shuffle { bell, .. }, SaleMode::Shuffle { bell: other, .. }) => bell == other,
            (mode, other) => mode == other,
        };
        same_mode && SaleTerms { mode: other.mode.clone(), ..self.clone() } == *other
    }
}

/// Who gets the units when there are not enough.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum SaleMode {
    /// Who orders first.
    #[n(0)]
    FirstCome,
    /// People put themselves on a list until the bell; chance says in which order it is served.
    #[n(1)]
    Shuffle {
        /// Until when.
        #[n(0)]
        bell: Millis,
        /// SHA-256 of the seed.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        commit: [u8; 32],
        /// The seed under the house's own key.
        #[n(2)]
        sealed_seed: ByteVec,
    },
    /// Whoever's money comes first: an order holds nothing.
    #[n(2)]
    FirstPaid,
}

/// Another price, once so many units are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PriceStep {
    /// So many units of the item, held and sold in this room; an order costs what its first unit costs.
    #[n(0)]
    pub from_units: u32,
    /// Price of one from there on.
    #[n(1)]
    pub price: Money,
}

/// A lower price for all, once enough people bought. Who had paid more is owed the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Unlock {
    /// So many people have paid.
    #[n(0)]
    pub buyers: u32,
    /// Price of one from then on.
    #[n(1)]
    pub price: Money,
}

/// One unit of something more for the first orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FirstGift {
    /// For so many orders.
    #[n(0)]
    pub first: u32,
    /// What.
    #[n(1)]
    pub item: ItemId,
}
