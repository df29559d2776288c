//! Segments, the board, alarms and SQL as they go over the wire. It does not know how any of them is reckoned.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A segment of the shop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentInfo {
    /// Its id.
    pub id: String,
    /// Who belongs to it: a condition.
    pub when: serde_json::Value,
    /// How many belong to it now; absent while it is being built.
    pub people: Option<u64>,
    /// When it was changed last.
    pub changed_at: i64,
}

/// A segment ready to be taken over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadySegmentInfo {
    /// Its id.
    pub id: String,
    /// Who belongs to it: a condition.
    pub when: serde_json::Value,
    /// Who is in it, in English.
    pub says: String,
}

/// All segments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentList {
    /// Those of the shop.
    pub segments: Vec<SegmentInfo>,
    /// Those ready to be taken over.
    pub ready: Vec<ReadySegmentInfo>,
    /// People known in all; absent while segments are being built.
    pub known: Option<u64>,
}

/// Who belongs to a segment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentPut {
    /// A condition.
    pub when: serde_json::Value,
}

/// A tag put on people, or taken off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagPut {
    /// The tag, 1 to 64 bytes.
    pub tag: String,
    /// A person's key, as exports name it.
    pub person: String,
    /// On, or off.
    pub on: bool,
}

/// What a shop expects of an indicator.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AimWire {
    /// Below this it is worse than it should be.
    pub baseline: f64,
    /// From this on it is where it should go.
    pub target: f64,
}

/// A day beside an indicator.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SparkWire {
    /// The date.
    pub label: String,
    /// The day's figure; absent with too few people.
    pub value: Option<f64>,
    /// People behind it.
    pub people: Option<u64>,
    /// More may come of it.
    pub unfinished: bool,
}

/// An indicator.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KpiWire {
    /// `d1_return`, `d7_return`, `d30_return`, `watch_time`, `interaction_rate`, `answer_rate`, `conversion` or
    /// `repeat_purchase`.
    pub kpi: String,
    /// `share` or `seconds`.
    pub unit: String,
    /// Over all finished days; absent with too few people.
    pub value: Option<f64>,
    /// People behind it.
    pub people: u64,
    /// What the shop expects.
    pub aim: AimWire,
    /// `unknown`, `worse`, `at` or `better`.
    pub mood: String,
    /// Day by day, oldest first.
    pub days: Vec<SparkWire>,
    /// The questions behind it, for whoever wants to look closer.
    pub questions: serde_json::Value,
}

/// A new aim for one indicator.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AimPut {
    /// Which.
    pub kpi: String,
    /// What is expected of it.
    pub aim: AimWire,
}

/// A rule to be tried on the past.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmTry {
    /// The rule.
    pub rule: serde_json::Value,
}

/// A rule to be kept, by somebody who has seen what it would have done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmPut {
    /// The rule.
    pub rule: serde_json::Value,
    /// `seen` of its back-test.
    pub seen: String,
}

/// What a rule would have done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmTried {
    /// The rule with all its bounds filled in.
    pub rule: serde_json::Value,
    /// The moments at which it would have spoken, and how often it would have spoken of nothing.
    pub back_test: serde_json::Value,
    /// The periods it looked at.
    pub series: serde_json::Value,
    /// To be said when the rule is kept.
    pub seen: String,
}

/// An alarm of the shop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmInfo {
    /// Its number.
    pub id: u64,
    /// Its rule.
    pub rule: serde_json::Value,
    /// When it was made.
    pub made_at: i64,
}

/// Something an alarm said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmMoment {
    /// Its number: `after` of whoever reads on.
    pub id: u64,
    /// Which alarm.
    pub alarm: u64,
    /// What it said.
    pub moment: serde_json::Value,
    /// When it said so.
    pub told_at: i64,
}

/// The number of an alarm that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmMade {
    /// Its number.
    pub id: u64,
}

/// Somebody whom webhooks go to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookInfo {
    /// Its id.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// What it hears of.
    pub topics: Vec<String>,
    /// When it was entered.
    pub made_at: i64,
    /// Why nothing is sent any more: `gone` when it said 410.
    pub ended: Option<String>,
    /// When it last took a message.
    pub last_ok_at: Option<i64>,
    /// When it last did not.
    pub last_failed_at: Option<i64>,
    /// Messages that wait for it.
    pub waiting: u64,
}

/// Somebody to be told by webhook.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPut {
    /// Where messages go: HTTPS, to a public address.
    pub url: String,
    /// What it hears of: `alarm.spoke`, `alarm.drifted`, `alarm.cleared`, or `*` for everything.
    pub topics: Vec<String>,
}

/// A webhook that was entered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookMade {
    /// Its id.
    pub id: String,
    /// What its messages are signed with (`whsec_…`), told this once.
    pub secret: String,
}

/// A test message that is on its way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookTested {
    /// The message's id, as its tries name it.
    pub message: String,
}

/// A message tried on a webhook, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookTry {
    /// The message's id, the same at every try.
    pub message: String,
    /// What it was about.
    pub topic: String,
    /// When it was tried.
    pub at: i64,
    /// 1 for the first try of this message.
    pub number: u32,
    /// `arrived`, `again` (it will be tried again), `gone` or `given-up`.
    pub outcome: String,
    /// The status it was answered with; absent when nothing was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Whether the message is still there, so that it can be sent again.
    pub there: bool,
}

/// What a webhook shall be sent again: one message, or all since a time.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum WebhookAgain {
    /// One message.
    Message {
        /// Its id.
        message: String,
    },
    /// All that were made since a time, of the last 1,000.
    Since {
        /// That time, ms since 1970.
        since: i64,
        /// Only those that have not arrived.
        #[serde(default)]
        failed: bool,
    },
}

/// What is on its way again.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WebhookSentAgain {
    /// How many messages.
    pub messages: u64,
}

/// A query.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlAsked {
    /// One `SELECT`.
    pub sql: String,
    /// What it is asked of.
    #[serde(default)]
    pub of: SqlOf,
}

/// What SQL can be asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SqlOf {
    /// Summaries by day, in SQLite's words.
    #[default]
    Summaries,
    /// All events, in DataFusion's words, in a house that was built with it.
    Events,
}

/// The answer to a query.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SqlAnswered {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows: numbers, texts and nulls.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There was more.
    pub cut: bool,
}

/// What is wrong with a query, or with the request that should have brought it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SqlProblem {
    /// A code that has a sentence.
    pub code: String,
    /// The field: `sql`; absent where the request is no JSON at all.
    #[serde(default)]
    pub field: String,
    /// The data base's own words about the query, for who wrote it; absent where it was not asked.
    #[serde(default)]
    pub says: String,
}
