//! Write keys, and what is told with them, on the wire. It does not know how events are taken in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A write key to be made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWriteKey {
    /// What people call it, 1 to 100 bytes.
    pub name: String,
    /// The source of events that name none, 1 to 32 of a-z, 0-9 and `-`. Message ids count within a source.
    pub source: String,
    /// The currency of amounts that name none, such as `CNY`.
    #[serde(default)]
    pub currency: Option<String>,
    /// Whether a server of the shop's own has it, and not a page that anybody can read: only such a key may tell of
    /// orders, payments and after-sales, and say that two known people are one.
    #[serde(default)]
    pub trusted: bool,
    /// Events a second in the long run, 1 to 1,000,000; short bursts may be twice that.
    #[serde(default = "usual_rate")]
    pub per_second: u32,
}

fn usual_rate() -> u32 {
    5_000
}

/// A write key that was made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WriteKeyMade {
    /// Its number.
    pub id: u64,
    /// The key. It is shown this once.
    pub key: String,
}

/// A write key, without the key.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WriteKeyInfo {
    /// Its number.
    pub id: u64,
    /// The first letters of the key.
    pub hint: String,
    /// What people call it.
    pub name: String,
    /// The source of events that name none.
    pub source: String,
    /// The currency of amounts that name none.
    pub currency: Option<String>,
    /// Whether it may tell of orders and payments.
    pub trusted: bool,
    /// Events a second.
    pub per_second: u32,
    /// When it was made, ms.
    pub created_at: i64,
    /// When it was last used, ms, to the minute.
    pub last_used: Option<i64>,
    /// Since when it does not count any more, ms.
    pub revoked_at: Option<i64>,
}

/// What an event of one write key looks like.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EventSchema {
    /// The number of the write key.
    pub key: u64,
    /// The event's name.
    pub event: String,
    /// How often it was told.
    pub told: u64,
    /// When first, ms.
    pub first_at: i64,
    /// When last, ms.
    pub last_at: i64,
    /// Whether anything of it is not as expected.
    pub flagged: bool,
    /// Its fields by name; at most 200 are followed.
    pub fields: Vec<FieldSchema>,
}

/// A field of an event.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FieldSchema {
    /// Its name.
    pub field: String,
    /// The JSON types it had: `null`, `boolean`, `number`, `string`, `array`, `object`.
    pub types: Vec<String>,
    /// Whether it came after the event had been learnt, and nobody has accepted it.
    pub unexpected: bool,
    /// Those of its types that are not as expected.
    pub unexpected_types: Vec<String>,
    /// How often it was told.
    pub told: u64,
    /// When first, ms.
    pub first_at: i64,
    /// When last, ms.
    pub last_at: i64,
}

/// What is as expected from now on.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaAccepted {
    /// The number of the write key.
    pub key: u64,
    /// The event's name.
    pub event: String,
    /// The field; all of them when it is missing.
    #[serde(default)]
    pub field: Option<String>,
}
