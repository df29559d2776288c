//! What a rule proposes and what came of it, on the wire; and rules as they are written, tried and kept. It does not know
//! what a rule says: that is a document of its own (`docs/rules.md`).

use super::{IntentWire, MoneyWire};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a rule does.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum DeedWire {
    /// Say something to the host alone.
    Prompt {
        /// What.
        text: String,
    },
    /// Tell everybody something.
    Announce {
        /// What.
        text: String,
    },
    /// Start an activity or a draw.
    StartActivity,
    /// Give the step that is on more time.
    ExtendStep {
        /// How much.
        ms: u64,
    },
    /// Put a card over the picture.
    PinCard {
        /// The item.
        item: u64,
    },
    /// Take the card away.
    UnpinCard,
    /// Sell an item for less for a while.
    FlashPrice {
        /// The item.
        item: u64,
        /// Price of one until then.
        price: MoneyWire,
        /// For how long.
        lasts_ms: u64,
    },
    /// Give the viewer a coupon.
    Grant {
        /// Of which campaign.
        campaign: String,
    },
    /// Let the step with this item be the next.
    NextUp {
        /// The item.
        item: u64,
    },
    /// Tell the world outside.
    CallWebhook {
        /// What it is called there.
        topic: String,
    },
}

/// One figure as it stood when a rule found its occasion.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SignWire {
    /// The metric.
    pub metric: String,
    /// Its value.
    pub value: f64,
}

/// What came of an intent that is no prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleEndWire {
    /// It was carried out.
    Done,
    /// It was held out.
    Withheld,
    /// It could not be carried out.
    Refused,
}

/// An intent of a rule, and what came of it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleActedWire {
    /// What and why.
    pub intent: IntentWire,
    /// What came of it.
    pub end: RuleEndWire,
    /// Why it could not be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A rule to be kept.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePut {
    /// The rule; see `docs/rules.md`.
    #[schema(value_type = Object)]
    pub rule: Value,
    /// The version it was made from; zero for a new one.
    pub after: u32,
}

/// A rule to be tried.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTry {
    /// The rule.
    #[schema(value_type = Object)]
    pub rule: Value,
}

/// One thing that is wrong with a rule.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleProblemWire {
    /// The field, such as `when.all.0.metric`.
    pub field: String,
    /// What is wrong with it, as a code with a sentence.
    pub code: String,
    /// The word, the number or the place that it is about.
    #[serde(default)]
    pub about: String,
}

/// A rule that was looked at.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleTried {
    /// What is wrong with it; nothing when it can be kept.
    pub problems: Vec<RuleProblemWire>,
    /// When it acts, in CEL, if it can be read.
    pub when_cel: Option<String>,
    /// When it is ready again, in CEL.
    pub until_cel: Option<String>,
    /// The condition as a form, where it fits one.
    #[schema(value_type = Option<Object>)]
    pub when_form: Option<Value>,
    /// The experiments there are, and whether they could draw its arms; for those who may write rules.
    #[serde(default)]
    pub experiments: Vec<RuleExperiment>,
}

/// An experiment that could draw the arms of a rule, or not.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleExperiment {
    /// Its key.
    pub key: String,
    /// `viewer`, `host`, `shop` or `room`.
    pub unit: String,
    /// `draft`, `running`, `paused` or `stopped`.
    pub status: String,
    /// Its arms; the first is what is there today.
    pub arms: Vec<String>,
    /// Why it cannot, as a code of a problem; none when it can.
    pub why: Option<String>,
}

/// A rule that is kept.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleInfo {
    /// Its code.
    pub code: String,
    /// Its version.
    pub version: u32,
    /// The rule.
    #[schema(value_type = Object)]
    pub rule: Value,
    /// When it acts, in CEL.
    pub when_cel: String,
    /// When it was changed last.
    pub changed_at: i64,
    /// By whom.
    pub changed_by: String,
}

/// A version of a rule.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleVersion {
    /// The version.
    pub version: u32,
    /// The rule; none where it was taken away.
    #[schema(value_type = Option<Object>)]
    pub rule: Option<Value>,
    /// When.
    pub changed_at: i64,
    /// By whom.
    pub changed_by: String,
}

/// A rule that was ready before anybody wrote one.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReadyRule {
    /// Its code.
    pub code: String,
    /// The rule.
    #[schema(value_type = Object)]
    pub rule: Value,
    /// When it acts, in CEL.
    pub when_cel: String,
}

/// A metric that conditions may name.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleMetric {
    /// Its name.
    pub name: String,
    /// What it is a number of.
    pub unit: String,
    /// The least it can be.
    pub least: f64,
    /// The most it can be.
    pub most: f64,
    /// Whether it is counted over the rule's window.
    pub windowed: bool,
    /// In which scopes it can be asked for.
    pub scopes: Vec<String>,
}

/// Rules, what is ready, and what they are made of.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleList {
    /// What is kept.
    pub rules: Vec<RuleInfo>,
    /// What is ready to be taken.
    pub ready: Vec<ReadyRule>,
    /// The metrics.
    pub metrics: Vec<RuleMetric>,
}

/// A rule to be tried on a show that was.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBackTest {
    /// The rule.
    #[schema(value_type = Object)]
    pub rule: Value,
    /// The room.
    pub room: String,
    /// The show, from 1; the last one when it is left out.
    #[serde(default)]
    pub show: Option<u32>,
}

/// A moment at which a rule would have spoken.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleMoment {
    /// When.
    pub at: i64,
    /// Seconds since the show began.
    pub show_s: u32,
    /// Whether it would have acted or been held out; none where it was passed over.
    pub arm: Option<RuleEndWire>,
    /// Why it was passed over, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// What it would have proposed, and why.
    pub intent: IntentWire,
}

/// What a rule would have done.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RuleBackTested {
    /// When the show began.
    pub show_began: Option<i64>,
    /// When it ended; none while it is on.
    pub show_ended: Option<i64>,
    /// How many shows the room had.
    pub shows: u32,
    /// The moments, in order; 1,000 at most.
    pub moments: Vec<RuleMoment>,
}
