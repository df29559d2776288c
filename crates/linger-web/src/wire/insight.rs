//! Live figures on the wire. Does not know how they are reckoned: `linger-insight` does.

use super::MoneyWire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One second of the show.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct SecondWire {
    /// Seconds since the show began.
    pub s: u32,
    /// People here at its end.
    pub here: u32,
    /// Came.
    pub arrived: u32,
    /// Went.
    pub left: u32,
    /// Share of those here who left in this second.
    pub hazard: f64,
    /// Likes.
    pub likes: u32,
    /// Comments.
    pub comments: u32,
    /// Cards clicked.
    pub clicks: u32,
    /// Orders held.
    pub orders: u32,
    /// Orders paid.
    pub paid: u32,
    /// Paid, in minor units.
    pub gmv_minor: i64,
    /// Stalls told by viewers.
    pub stalls: u32,
}

/// A stretch or a moment of the show.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SegmentWire {
    /// From second.
    pub from_s: u32,
    /// To second; absent while it runs.
    pub to_s: Option<u32>,
    /// `card`, `draw`, `prompt`, `withheld`, `announcement`, `off-air`.
    pub kind: String,
    /// The item, for cards.
    pub item: Option<u64>,
    /// The number of the draw or question, for those.
    pub label: String,
    /// For a card: the people who had asked to have its item explained.
    #[serde(default, skip_serializing_if = "nobody")]
    pub asked: u32,
}

fn nobody(people: &u32) -> bool {
    *people == 0
}

/// A point of the survival curve of watch age.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct CurvePoint {
    /// Watch age in seconds.
    pub age_s: u32,
    /// Share of stays that last longer (Kaplan-Meier).
    pub survival: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Stays observed at that age.
    pub at_risk: u32,
}

/// The figures of the whole show.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct TotalsWire {
    /// People here now.
    pub here: u32,
    /// Most people at once.
    pub peak: u32,
    /// Stays begun.
    pub stays: u64,
    /// Average watch time in s, people still here taken as censored; absent while unknown.
    pub watch_mean_s: Option<f64>,
    /// Age in s that half of the stays reach; absent while unknown.
    pub watch_median_s: Option<f64>,
    /// Share of people who did something.
    pub interaction_rate: Option<f64>,
    /// Comments.
    pub comments: u64,
    /// Likes.
    pub likes: u64,
    /// Questions asked.
    pub questions: u64,
    /// Questions answered.
    pub answered: u64,
    /// Median seconds to an answer.
    pub answer_median_s: Option<f64>,
    /// Cards clicked.
    pub clicks: u64,
    /// Orders held.
    pub orders: u64,
    /// Orders paid.
    pub paid: u64,
    /// Paid in all, one amount a currency.
    pub gmv: Vec<MoneyWire>,
    /// Median time to first frame in ms.
    pub first_frame_p50_ms: Option<f64>,
    /// Share of watched time that was stalled.
    pub stall_share: Option<f64>,
}

/// One arm of the loop.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ArmWire {
    /// Occasions.
    pub occasions: u32,
    /// Of those, the ones about a question.
    #[serde(default)]
    pub questions: u32,
    /// Of those, the ones whose minutes before and after can be compared.
    #[serde(default)]
    pub compared: u32,
    /// Questions answered within two minutes.
    pub answered: u32,
    /// Share of them.
    pub answered_share: Option<f64>,
    /// Mean seconds to the answer, of those answered.
    pub answer_mean_s: Option<f64>,
    /// Leave hazard a second in the minute after.
    pub hazard_after: Option<f64>,
}

/// How much less, or more, people left where a rule acted: people per 100 people and minute, acting less holding out.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct LeavingWire {
    /// The difference of the changes from the minute before to the minute after.
    pub estimate: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How the prompts of a rule ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct EndsWire {
    /// The host did it.
    pub followed: u32,
    /// The host said no.
    pub dismissed: u32,
    /// The host put it off.
    pub later: u32,
    /// Nobody reacted.
    pub expired: u32,
}

/// A rule at work in the room: what it took of what it may in this show.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct RuleAtWork {
    /// Its code.
    pub rule: String,
    /// Its version.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// Why it is there.
    pub note: String,
    /// Whether it works here.
    pub on: bool,
    /// What it does, as a word.
    pub act: String,
    /// How often it acted or was held out in this show.
    pub times: u32,
    /// How often it may.
    pub times_max: u32,
    /// What that can have cost; absent when it gives nothing away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<MoneyWire>,
    /// What it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_max: Option<MoneyWire>,
    /// How often the host refused it in this show since taking it up last.
    pub noes: u32,
    /// Whether that was so often that it is quiet until the show ends.
    pub quiet: bool,
}

/// What followed the last prompt that the host took up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct SinceWire {
    /// The prompt.
    pub prompt: u32,
    /// When the host took it up, ms.
    pub at: i64,
    /// People who had asked and were here then; none when it was not about a question.
    pub askers: u32,
    /// Of them, those who are here now.
    pub askers_here: u32,
}

/// Both arms of one rule and their difference.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ArmsWire {
    /// The rule.
    pub rule: String,
    /// Prompted.
    pub acted: ArmWire,
    /// Held out.
    pub held_out: ArmWire,
    /// Difference of the answered shares.
    pub difference: Option<f64>,
    /// Its 95 % interval.
    pub low: Option<f64>,
    /// Its 95 % interval.
    pub high: Option<f64>,
    /// `more`, `less`, `no-detectable-effect` or `not-enough-yet`.
    pub verdict: String,
    /// What acting did to leaving; absent while there are too few occasions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<LeavingWire>,
    /// Occasions that each arm needs before a difference is told.
    #[serde(default)]
    pub needs: u32,
    /// How prompts ended.
    #[serde(default)]
    pub ends: EndsWire,
}

/// Everything the control room draws.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct InsightWire {
    /// When second 0 began, ms.
    pub began_at: i64,
    /// All seconds so far.
    pub seconds: Vec<SecondWire>,
    /// Stage, draws, prompts.
    pub segments: Vec<SegmentWire>,
    /// The survival curve of watch age.
    pub curve: Vec<CurvePoint>,
    /// Figures of the whole show.
    pub totals: TotalsWire,
    /// The loop's arms.
    pub arms: Vec<ArmsWire>,
    /// The rules at work, by code.
    #[serde(default)]
    pub rules: Vec<RuleAtWork>,
    /// What followed the last prompt that was taken up, for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<SinceWire>,
}

/// What one second added.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct StepWire {
    /// New seconds, and earlier ones of which something was learnt late: each replaces the row of the same second.
    pub seconds: Vec<SecondWire>,
    /// Segments begun, ended or changed, with their index in the list.
    pub segments: Vec<(u32, SegmentWire)>,
    /// The survival curve, every fifth second.
    pub curve: Option<Vec<CurvePoint>>,
    /// Figures of the whole show.
    pub totals: TotalsWire,
    /// The loop's arms.
    pub arms: Vec<ArmsWire>,
    /// The rules at work, when anything about them changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleAtWork>>,
    /// What followed the last prompt that was taken up, for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<SinceWire>,
    /// The server's clock when this was told, ms: whoever shows it knows how late it is.
    #[serde(default)]
    pub told_at: i64,
}
