//! One thing one person did, with the properties that questions are asked about. It does not know questions.

use serde::{Deserialize, Serialize};

/// A person, after identities have been merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonKey(pub u64);

/// The names of what Linger itself notes of people: the touch points of a room and a shop.
pub mod touch {
    /// Somebody came into a room.
    pub const ENTERED: &str = "room.entered";
    /// Somebody left it; `DurationMs` says how long they stayed, `Outcome` how it ended: `left`, `lost` or `sent`.
    pub const LEFT: &str = "room.left";
    /// Somebody commented, asked, liked, followed, voted or entered a draw; `Outcome` says which.
    pub const INTERACTED: &str = "room.interacted";
    /// A product card was on somebody's screen for a second or longer.
    pub const CARD_SEEN: &str = "card.seen";
    /// A product card was tapped.
    pub const CARD_CLICKED: &str = "card.clicked";
    /// Somebody took a coupon or was given one; `Outcome` names its campaign.
    pub const COUPON_HAD: &str = "coupon.had";
    /// An order used a coupon; `Outcome` names its campaign, `AmountMinor` is what it took off.
    pub const COUPON_USED: &str = "coupon.used";
    /// Somebody waits for an item that is sold out, or is on the list of a shuffle; `Outcome` says which.
    pub const WAITED: &str = "wait.joined";
    /// Something was put into a cart.
    pub const CART_ADDED: &str = "cart.added";
    /// Units are held for somebody.
    pub const ORDER_PLACED: &str = "order.placed";
    /// An order is paid; `AmountMinor` is what was paid.
    pub const ORDER_PAID: &str = "order.paid";
    /// Money went back; `AmountMinor` says how much.
    pub const ORDER_REFUNDED: &str = "order.refunded";
    /// Somebody asked for help after buying.
    pub const AFTER_SALES: &str = "aftersales.opened";
    /// Something was rated; `Score` is the rating, 1 to 5, or 0 to 10 for a recommendation.
    pub const RATED: &str = "rating.given";
    /// Somebody came back on a later day.
    pub const RETURNED: &str = "visit.returned";
}

/// Properties that are text. Their order is the order of the columns; new ones come at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// Where somebody came from, such as `direct`, `share`, `feed`.
    Source,
    /// The campaign that brought them.
    Campaign,
    /// The room.
    Room,
    /// The host.
    Host,
    /// The product.
    Item,
    /// The kind of product.
    Category,
    /// The order; the one text that has no dictionary, as it is new each time.
    Order,
    /// Age band of the person, such as `25-34`.
    AgeBand,
    /// City tier of the person, such as `1` or `new-1`.
    CityTier,
    /// Region of the person.
    Region,
    /// Currency of `AmountMinor`, ISO 4217.
    Currency,
    /// Kind of device.
    Device,
    /// How it ended, or which kind it was; depends on the event.
    Outcome,
    /// The page or screen.
    Page,
}

impl Text {
    /// How many there are.
    pub const COUNT: usize = 14;

    /// All, in the order of the columns.
    pub const ALL: [Text; Text::COUNT] = [
        Text::Source,
        Text::Campaign,
        Text::Room,
        Text::Host,
        Text::Item,
        Text::Category,
        Text::Order,
        Text::AgeBand,
        Text::CityTier,
        Text::Region,
        Text::Currency,
        Text::Device,
        Text::Outcome,
        Text::Page,
    ];

    /// Its place among the columns.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name of its column, the same as in JSON.
    pub const fn column(self) -> &'static str {
        match self {
            Text::Source => "source",
            Text::Campaign => "campaign",
            Text::Room => "room",
            Text::Host => "host",
            Text::Item => "item",
            Text::Category => "category",
            Text::Order => "order",
            Text::AgeBand => "age_band",
            Text::CityTier => "city_tier",
            Text::Region => "region",
            Text::Currency => "currency",
            Text::Device => "device",
            Text::Outcome => "outcome",
            Text::Page => "page",
        }
    }

    /// Whether its values come from a dictionary, so that a [`crate::Run`] has them as codes.
    pub const fn has_codes(self) -> bool {
        !matches!(self, Text::Order)
    }
}

/// Properties that are whole numbers. Their order is the order of the columns; new ones come at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// Money, in minor units of `Currency`.
    AmountMinor,
    /// Pieces.
    Units,
    /// A rating or recommendation.
    Score,
    /// A length of time, ms.
    DurationMs,
}

impl Number {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// All, in the order of the columns.
    pub const ALL: [Number; Number::COUNT] =
        [Number::AmountMinor, Number::Units, Number::Score, Number::DurationMs];

    /// Its place among the columns.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name of its column, the same as in JSON.
    pub const fn column(self) -> &'static str {
        match self {
            Number::AmountMinor => "amount_minor",
            Number::Units => "units",
            Number::Score => "score",
            Number::DurationMs => "duration_ms",
        }
    }
}

/// What kind of data a fact is, which decides how long it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// What people look at and do.
    #[default]
    Behaviour,
    /// Orders, payments, refunds, after-sales: kept longer, because law and accounts want it.
    Commerce,
    /// Who somebody is: traits told by `identify`.
    Profile,
}

/// One thing one person did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// Who.
    pub person: PersonKey,
    /// When, in ms since 1970, after correction of the sender's clock.
    pub at_ms: i64,
    /// When it was received, in ms since 1970.
    pub received_ms: i64,
    /// What: a name of [`touch`], or any other of at most 128 bytes.
    pub name: Box<str>,
    /// Digest of the sender and its message id: two facts with the same id are the same fact told twice.
    pub id: u128,
    /// What kind of data.
    pub class: Class,
    /// Text properties, by [`Text::index`].
    pub texts: [Option<Box<str>>; Text::COUNT],
    /// Number properties, by [`Number::index`].
    pub numbers: [Option<i64>; Number::COUNT],
    /// All other properties, as a JSON object; none when there are none.
    pub props: Option<Box<str>>,
}

impl Fact {
    /// A text property.
    pub fn text(&self, text: Text) -> Option<&str> {
        self.texts[text.index()].as_deref()
    }

    /// A number property.
    pub fn number(&self, number: Number) -> Option<i64> {
        self.numbers[number.index()]
    }

    /// The same with a text property.
    pub fn with(mut self, text: Text, value: &str) -> Fact {
        self.texts[text.index()] = Some(value.into());
        self
    }

    /// The same with a number property.
    pub fn with_number(mut self, number: Number, value: i64) -> Fact {
        self.numbers[number.index()] = Some(value);
        self
    }
}
