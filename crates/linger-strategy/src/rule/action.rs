//! What a rule does, as it is written. It does not know when.

use super::{
    metric::{Metric, ScopeKind},
    problem::{self, Problem},
};
use linger_protocol::{CampaignId, Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a rule does. Texts may have places to fill in: the name of any metric of the rule's scope (`{stock_left}`), and
/// `{source}`, `{item}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Ask the host to answer the question; for rules about questions alone.
    AnswerQuestion,
    /// Say something to the host alone.
    PromptHost {
        /// What, 1 to 280 characters.
        text: String,
    },
    /// Tell everybody something.
    Announce {
        /// What, 1 to 280 characters.
        text: String,
    },
    /// Start an activity or a draw.
    StartActivity {
        /// An ask as it goes over the wire, of 2,000 bytes at most.
        ask: Value,
    },
    /// Give the step of the run of show that is on more time.
    ExtendStep {
        /// Seconds, 10 to 3,600.
        s: u32,
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
        /// The item; the one whose card is over the picture when none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u64>,
        /// How much less, in percent of the price of its sale, 1 to 90.
        off_percent: u8,
        /// Not below this, in minor units.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor_minor: Option<i64>,
        /// For how many seconds, 10 to 3,600.
        lasts_s: u32,
    },
    /// Give the viewer a coupon; for rules about each viewer alone.
    GrantBenefit {
        /// Of which campaign.
        campaign: String,
        /// The most that one is worth, in minor units: what the budget is charged. The room refuses a coupon that can be
        /// worth more.
        worth_minor: i64,
    },
    /// Let the next step of the run of show be the one with this item.
    NextUp {
        /// The item.
        item: u64,
    },
    /// Tell the world outside.
    CallWebhook {
        /// What it is called there: `rule.` and 1 to 40 of a-z, 0-9 and `-`.
        topic: String,
    },
}

impl Action {
    /// Whether it gives something away that costs money.
    pub fn gives(&self) -> bool {
        matches!(self, Action::FlashPrice { .. } | Action::GrantBenefit { .. })
    }

    /// Its text, if it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Action::PromptHost { text } | Action::Announce { text } => Some(text),
            _ => None,
        }
    }

    pub(super) fn check(&self, scope: ScopeKind, problems: &mut Vec<Problem>) {
        let mut need = |holds: bool, field: &str, code: &'static str, about: &str| {
            if !holds {
                problems.push(Problem::new(format!("do{field}"), code, about));
            }
        };
        let question = scope == ScopeKind::Question;
        need(question == (*self == Action::AnswerQuestion), "", problem::SCOPE_ACTION, scope.as_str());
        if let Some(text) = self.text() {
            let chars = text.trim().chars().count();
            need((1..=Limits::ANNOUNCEMENT_CHARS).contains(&chars), ".text", problem::RANGE, "1..280");
            if let Some(place) = places(text).into_iter().find(|it| !fits(it, scope)) {
                need(false, ".text", problem::PLACE, place);
            }
        }
        match self {
            Action::StartActivity { ask } => {
                let bytes = ask.to_string().len();
                let kind = ask.get("kind").and_then(Value::as_str);
                need(bytes <= Limits::ACTIVITY_BYTES, ".ask", problem::TOO_LONG, "2000");
                need(matches!(kind, Some("activity" | "open-draw")), ".ask.kind", problem::BAD_VALUE, "");
            }
            Action::ExtendStep { s } | Action::FlashPrice { lasts_s: s, .. } => {
                let field = if matches!(self, Action::ExtendStep { .. }) { ".s" } else { ".lasts_s" };
                need((10..=3_600).contains(s), field, problem::RANGE, "10..3600");
            }
            Action::GrantBenefit { campaign, worth_minor } => {
                need(scope == ScopeKind::Viewer, "", problem::SCOPE_ACTION, scope.as_str());
                need(CampaignId::new(campaign).is_ok(), ".campaign", problem::BAD_VALUE, "");
                let worth = (1..=Limits::PRICE_MINOR_MAX).contains(worth_minor);
                need(worth, ".worth_minor", problem::RANGE, "1..10000000000");
            }
            Action::CallWebhook { topic } => {
                let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                let rest = topic.strip_prefix("rule.");
                let fits = rest.is_some_and(|it| (1..=40).contains(&it.len()) && it.bytes().all(word));
                need(fits, ".topic", problem::BAD_VALUE, "rule.…");
            }
            _ => {}
        }
        if let Action::FlashPrice { off_percent, floor_minor, .. } = self {
            need((1..=90).contains(off_percent), ".off_percent", problem::RANGE, "1..90");
            let floor = floor_minor.is_none_or(|it| (1..=Limits::PRICE_MINOR_MAX).contains(&it));
            need(floor, ".floor_minor", problem::RANGE, "1..10000000000");
        }
    }
}

/// The names in curly brackets.
fn places(text: &str) -> Vec<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}

fn fits(place: &str, scope: ScopeKind) -> bool {
    match place {
        "source" => scope == ScopeKind::Source,
        "item" => scope != ScopeKind::Question,
        name => Metric::parse(name).is_some_and(|it| it.fits(scope)),
    }
}

/// The text with its places filled in; what is unknown is a dash.
pub(crate) fn filled(text: &str, fill: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (place, more) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(&fill(place).unwrap_or_else(|| "–".to_owned()));
        rest = more;
    }
    out.push_str(rest);
    match out.char_indices().nth(Limits::ANNOUNCEMENT_CHARS) {
        Some((end, _)) => out[..end].to_owned(),
        None => out,
    }
}
