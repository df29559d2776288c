//! Facts, people and kept questions on the wire. It does not know how any of it is found.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One thing one person did.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FactWire {
    /// The person's key among events: says nothing about who it is.
    pub person: String,
    /// When, ms, by our clock.
    pub at: i64,
    /// When it was received, ms.
    pub received_at: i64,
    /// What.
    pub name: String,
    /// `behaviour`, `commerce` or `profile`.
    pub class: String,
    /// Text properties by column.
    pub texts: BTreeMap<String, String>,
    /// Whole-number properties by column.
    pub numbers: BTreeMap<String, i64>,
    /// All other properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub props: Option<serde_json::Value>,
}

/// The people behind a figure.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PeopleFound {
    /// Their keys, those with the least keys first, as many as were asked for.
    pub people: Vec<String>,
    /// How many there are; absent when too few to be shown.
    pub count: Option<u64>,
}

/// How the store of events stands.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EventFigures {
    /// Facts.
    pub facts: u64,
    /// Of these, facts that are in the log and in memory alone.
    pub waiting: u64,
    /// Persons, after merging.
    pub persons: u64,
    /// Files.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// The window in which an event told again is not stored again, ms.
    pub dedupe_window_ms: i64,
    /// Message ids that are remembered.
    pub dedupe_ids: u64,
    /// Erased persons whom files may hold still; answers do not count them.
    pub erasing: u64,
    /// Whether files cannot be written at present; the server's log says why.
    pub in_trouble: bool,
    /// Whether SQL can be asked of all events (`of: events`).
    pub sql: bool,
}

/// Whom to erase among events; one of the three.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EraseFromEvents {
    /// The person's key among events.
    pub person: Option<String>,
    /// A `userId` of theirs.
    pub known: Option<String>,
    /// An `anonymousId` of theirs.
    pub anonymous: Option<String>,
}

/// A question that is kept.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SavedQuestionWire {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub name: String,
    /// The question.
    #[schema(value_type = Object)]
    pub question: serde_json::Value,
    /// Who changed it last.
    pub author: String,
    /// When, ms.
    pub changed_at: i64,
}
