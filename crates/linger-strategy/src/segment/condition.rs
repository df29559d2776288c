//! What a segment asks of a person, as operators write it. It does not know how it is answered.

use linger_behaviour::{Number, Text};
use serde::{Deserialize, Serialize};

/// Conditions one segment may have, groups included.
pub const CONDITIONS_MAX: usize = 50;
/// The longest window, days.
pub const DAYS_MAX: u16 = 180;

/// A segment as it is written and kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentDef {
    /// What it is called in facts and in the API: 1 to 64 of `a-z`, `0-9`, `-`, `_`.
    pub id: Box<str>,
    /// Who belongs to it.
    pub when: Condition,
}

/// A condition on one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "if", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// All of these hold.
    All {
        /// At least one.
        of: Vec<Condition>,
    },
    /// At least one of these holds.
    Any {
        /// At least one.
        of: Vec<Condition>,
    },
    /// This does not hold.
    Not {
        /// Which.
        of: Box<Condition>,
    },
    /// Somebody did something so many times; "did not" is `at_most: 0`.
    Did {
        /// The event's name; any sign of life when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<str>>,
        /// Only events with these properties; all of them.
        #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
        filters: Vec<Filter>,
        /// What is counted.
        #[serde(default)]
        count: CountOf,
        /// At least so many; 1 when neither bound is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u32>,
        /// At most so many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
        /// Today and the days before, so many together; ever when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_days: Option<u16>,
    },
    /// The first time they ever did it lies so many days back (0 = today).
    First {
        /// The event's name; any sign of life when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<str>>,
        /// Only events with these properties; all of them.
        #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
        filters: Vec<Filter>,
        /// At least so many days ago.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_ago_at_least: Option<u16>,
        /// At most so many days ago.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_ago_at_most: Option<u16>,
    },
    /// The last time they did it lies so many days back (0 = today).
    Last {
        /// The event's name; any sign of life when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<str>>,
        /// Only events with these properties; all of them.
        #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
        filters: Vec<Filter>,
        /// At least so many days ago.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_ago_at_least: Option<u16>,
        /// At most so many days ago.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_ago_at_most: Option<u16>,
    },
    /// The latest value of a text property is one of these.
    Property {
        /// Which.
        text: Text,
        /// The values; at least one.
        is: Vec<Box<str>>,
    },
    /// The latest value of a number property lies between these, bounds included.
    Figure {
        /// Which.
        number: Number,
        /// Not less than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<i64>,
        /// Not more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<i64>,
    },
    /// A score computed elsewhere lies between these, bounds included; who has no such score does not belong.
    Score {
        /// Its name, such as `p_alive`, `ltv_minor` or `rfm_tier` (4 diamond, 3 platinum, 2 gold, 1 bronze).
        score: Box<str>,
        /// Not less than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<f64>,
        /// Not more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<f64>,
    },
    /// Where in their life with the shop they stand.
    Stage {
        /// One of these.
        is: Vec<Stage>,
    },
    /// Which kind of content fits them.
    Content {
        /// One of these.
        is: Vec<ContentTier>,
    },
    /// Somebody of the staff put this tag on them.
    Tag {
        /// The tag.
        tag: Box<str>,
    },
}

/// A condition on one event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Filter {
    /// A text property is one of these.
    Text {
        /// Which.
        text: Text,
        /// The values; at least one.
        is: Vec<Box<str>>,
    },
    /// A number property lies between these, bounds included; an event without it does not count.
    Number {
        /// Which.
        number: Number,
        /// Not less than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<i64>,
        /// Not more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<i64>,
    },
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// Every time.
    #[default]
    Times,
    /// Days on which it happened; needs a window.
    Days,
}

/// Where somebody stands in their life with the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// First seen lately.
    New,
    /// Seen lately.
    Active,
    /// Not seen lately, but not long gone either.
    Slipping,
    /// Long gone.
    Dormant,
    /// Back lately, after having been long gone.
    WonBack,
}

/// Which kind of content fits somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentTier {
    /// Still finding out what this is: explain.
    Discover,
    /// Comes back or takes part: go deeper.
    Interest,
    /// Buys again or comes most days: exclusives.
    Loyal,
}

/// Where stages begin and end, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StageRule {
    /// New: first seen within these days.
    pub new_days: u16,
    /// Active: seen within these days.
    pub active_days: u16,
    /// Dormant: not seen within these days; in between, slipping.
    pub dormant_days: u16,
    /// Won back: came back within these days, from having been dormant.
    pub won_back_days: u16,
}

impl Default for StageRule {
    /// 7, 14, 45 and 14 days: together under 64, so that a person's days of presence are one word.
    fn default() -> StageRule {
        StageRule { new_days: 7, active_days: 14, dormant_days: 45, won_back_days: 14 }
    }
}
