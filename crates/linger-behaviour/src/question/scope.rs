//! What all questions share: the range, the zone, which facts are meant, and how people are grouped. It does not know
//! any one question.

use crate::{Number, Text};
use serde::{Deserialize, Serialize};

/// Over what a question is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The beginning, ms since 1970, included.
    pub from_ms: i64,
    /// The end, ms since 1970, excluded. It is "now" too: a period that ends later is unfinished.
    pub to_ms: i64,
    /// The shop's time zone, an IANA name such as `Asia/Shanghai`.
    pub zone: String,
    /// Facts that do not meet all of these are as if they had not happened, in every part of the question.
    #[serde(default, rename = "where")]
    pub filters: Vec<Condition>,
    /// Groups of fewer people are not shown: their figures are absent and `hidden` is set. 1 shows everything.
    #[serde(default = "min_people")]
    pub min_people: u32,
}

fn min_people() -> u32 {
    5
}

/// Which facts are meant: an event's name and conditions on its properties, all of which hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct What {
    /// The name of the event; any event without it.
    #[serde(default)]
    pub event: Option<String>,
    /// Conditions, all of which hold.
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
}

impl What {
    /// Any event.
    pub fn any() -> What {
        What::default()
    }

    /// An event by name.
    pub fn event(name: &str) -> What {
        What { event: Some(name.to_owned()), conditions: vec![] }
    }

    /// The same under one more condition.
    pub fn when(mut self, condition: Condition) -> What {
        self.conditions.push(condition);
        self
    }

    /// Whether every fact is meant.
    pub fn is_any(&self) -> bool {
        self.event.is_none() && self.conditions.is_empty()
    }
}

/// A condition on one property of one fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The fact has this text, and it is one of the values.
    OneOf {
        /// The property; any but `order`.
        text: Text,
        /// The values, at least one. Letter case counts.
        values: Vec<String>,
    },
    /// The fact does not have this text, or it is none of the values.
    NoneOf {
        /// The property; any but `order`.
        text: Text,
        /// The values, at least one. Letter case counts.
        values: Vec<String>,
    },
    /// The fact has this number, and it lies between the bounds, both included; a bound that is absent does not bind.
    Between {
        /// The property.
        number: Number,
        /// The least.
        #[serde(default)]
        min: Option<i64>,
        /// The greatest.
        #[serde(default)]
        max: Option<i64>,
    },
}

/// A length of time on the calendar, or as so many hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// 3600 s, counted on from the hour on the zone's clock in which the range begins.
    Hour,
    /// From midnight to midnight in the zone (23 or 25 hours when clocks change); rolling: 24 hours.
    Day,
    /// From Monday to Monday; rolling: 7 times 24 hours.
    Week,
    /// A calendar month; rolling: 30 times 24 hours.
    Month,
}

impl Period {
    /// Its length when it is counted from a person's own start, in ms.
    pub const fn rolling_ms(self) -> i64 {
        match self {
            Period::Hour => 3_600_000,
            Period::Day => 86_400_000,
            Period::Week => 7 * 86_400_000,
            Period::Month => 30 * 86_400_000,
        }
    }
}

/// By what people or facts are grouped.
///
/// The `groups_max` groups with most people are told apart (equal ones by text, in byte order); all others are added
/// up as one group marked `rest`. Facts or people without the text form the group of the empty text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// The property; any but `order`.
    pub by: Text,
    /// Whose value of it.
    #[serde(default)]
    pub of: Of,
    /// How many groups are told apart, 1 to [`GROUPS_MAX`](super::GROUPS_MAX).
    #[serde(default = "groups_max")]
    pub groups_max: u32,
}

fn groups_max() -> u32 {
    20
}

impl Breakdown {
    /// By a person's first touch, 20 groups.
    pub fn first_touch(by: Text) -> Breakdown {
        Breakdown { by, of: Of::FirstTouch, groups_max: groups_max() }
    }

    /// By the value on the event that the question starts from, 20 groups.
    pub fn event(by: Text) -> Breakdown {
        Breakdown { by, of: Of::Event, groups_max: groups_max() }
    }
}

/// Whose value of a property puts somebody into a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The first one in the range: the value on the person's first fact from `from_ms` on and before `to_ms` that has
    /// the property at all and passes the filters.
    #[default]
    FirstTouch,
    /// The value on the fact that the question starts from, empty when that fact has none. Retention: the anchor.
    /// Funnel and sequence: the person's first fact in the range that meets the first step (any order: any step).
    /// Survival: the fact with the duration, or that of entering. Trend: each fact itself.
    Event,
}
