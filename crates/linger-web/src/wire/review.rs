//! Shows looked back at, on the wire. Does not know how a moment or a cause is found: `linger-insight` does.

use super::{MoneyWire, SegmentWire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One show in one line.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ShowCard {
    /// Which of the room's shows, from 1.
    pub number: u32,
    /// When it began, ms since 1970.
    pub began_at: i64,
    /// How long it lasted, s.
    pub length_s: u32,
    /// Whether it is over.
    pub over: bool,
    /// Most people at once.
    pub peak: u32,
    /// Different people who came.
    pub people: u32,
    /// Stays begun.
    pub stays: u32,
    /// Average watch time within the first hour, s; absent while unknown.
    pub watch_mean_s: Option<f64>,
    /// Share of stays longer than a minute.
    pub stayed_1_min: Option<f64>,
    /// Share of stays longer than five minutes.
    pub stayed_5_min: Option<f64>,
    /// Share of stays longer than a quarter of an hour.
    pub stayed_15_min: Option<f64>,
    /// Share of people who did something.
    pub interaction_rate: Option<f64>,
    /// Comments.
    pub comments: u32,
    /// Comments for each hundred minutes that people were there.
    pub comments_per_100_min: Option<f64>,
    /// Questions asked.
    pub questions: u32,
    /// Share of questions that were answered.
    pub answer_rate: Option<f64>,
    /// Product cards clicked.
    pub clicks: u32,
    /// Orders placed.
    pub orders: u32,
    /// Orders paid.
    pub paid: u32,
    /// What was paid, one amount a currency.
    pub gmv: Vec<MoneyWire>,
    /// Share of watched time that was stalled.
    pub stall_share: Option<f64>,
    /// Time to first frame that 95 of 100 did not exceed, ms.
    pub first_frame_p95_ms: Option<u32>,
    /// Its worst moment, when one is beyond chance.
    pub worst: Option<WorstWire>,
}

/// The worst moment of a show, in short.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WorstWire {
    /// From second.
    pub from_s: u32,
    /// To second.
    pub to_s: u32,
    /// People lost beyond what was to be expected.
    pub excess: f64,
    /// Code of the likeliest cause.
    pub cause: String,
}

/// A show, looked back at.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ReviewWire {
    /// Its line in the list.
    pub show: ShowCard,
    /// The curves.
    pub timeline: TimelineWire,
    /// What was on stage: as in the live figures, `label` being a product's title for cards; also `sold-out`.
    pub segments: Vec<SegmentWire>,
    /// Moments in which people were lost: those beyond chance first, and of them the largest first.
    pub losses: Vec<LossWire>,
    /// Moments in which more people stayed than was to be expected.
    pub holds: Vec<MomentWire>,
    /// How many windows were looked at to find the moments.
    pub looks: u32,
    /// What was poor about the whole show, the strongest first.
    pub findings: Vec<FindingWire>,
    /// How many earlier shows of the room it was held against.
    pub held_against: u32,
}

/// The curves of a show, one figure for each row of each; all lists are of the same length.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct TimelineWire {
    /// Seconds in a row: 1 unless the show is very long.
    pub step_s: u32,
    /// People here at its end.
    pub here: Vec<u32>,
    /// Person-seconds at risk of leaving.
    pub at_risk_s: Vec<u32>,
    /// People who left.
    pub left: Vec<u32>,
    /// People who were to be expected to leave, from where those there came from and how long they had been there.
    pub expected: Vec<f32>,
    /// Comments.
    pub comments: Vec<u32>,
    /// Questions asked.
    pub asked: Vec<u32>,
    /// Questions answered.
    pub answered: Vec<u32>,
    /// Likes.
    pub likes: Vec<u32>,
    /// Cards clicked.
    pub clicks: Vec<u32>,
    /// Orders placed.
    pub orders: Vec<u32>,
    /// Orders paid.
    pub paid: Vec<u32>,
    /// Paid, in minor units of the first currency.
    pub gmv_minor: Vec<i64>,
    /// Stalls told by viewers.
    pub stalls: Vec<u32>,
    /// Share of watched time that was stalled.
    pub stalled: Vec<f32>,
}

/// A stretch of a show against what was to be expected.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct MomentWire {
    /// First second.
    pub from_s: u32,
    /// Last second.
    pub to_s: u32,
    /// People there, on average.
    pub people: f64,
    /// People who left.
    pub left: u64,
    /// People who were to be expected to leave.
    pub expected: f64,
    /// The first less the second.
    pub excess: f64,
    /// The first by the second.
    pub ratio: f64,
    /// Lower end of its exact 95 % interval, as for one look.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether this would be rare by chance even among all windows looked at.
    pub beyond_chance: bool,
}

/// A moment in which people were lost.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct LossWire {
    /// When, and how many.
    pub moment: MomentWire,
    /// Likely causes, the likeliest first.
    pub causes: Vec<CauseWire>,
    /// The leaving by source.
    pub by_source: Vec<PartWire>,
    /// The leaving by watch age.
    pub by_age: Vec<PartWire>,
}

/// A part of a moment's leaving.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct PartWire {
    /// The source; or the watch age in seconds from which on it counts.
    pub name: String,
    /// Share of the people who were there.
    pub people_share: f64,
    /// People who left.
    pub left: u64,
    /// People who were to be expected to leave.
    pub expected: f64,
}

/// A likely cause.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct CauseWire {
    /// Its code: `picture-stalled`, `picture-lost`, `opening`, `questions-ignored`, `silence`, `no-climax`, `product`,
    /// `sold-out`, `draw-over`, `source`, `unexplained`; for findings also `payment` and `offer`.
    pub cause: String,
    /// `strong`, `fair` or `weak`.
    pub strength: String,
    /// The item, for products.
    pub item: Option<u64>,
    /// The title of the item or the name of the source, for those.
    pub name: String,
    /// What speaks for it.
    pub figures: Vec<FigureWire>,
}

/// A figure that speaks for a cause.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct FigureWire {
    /// Its code; the unit comes last in it.
    pub what: String,
    /// In the moment, or in this show.
    pub here: f64,
    /// In the rest of the show, or in earlier ones.
    pub usual: Option<f64>,
}

/// Something poor about a whole show.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct FindingWire {
    /// Its code: `short-watch`, `early-leaving`, `few-comments`, `poor-answers`, `low-conversion`, `unpaid-orders`,
    /// `picture-trouble`.
    pub symptom: String,
    /// `strong`, `fair` or `weak`.
    pub strength: String,
    /// The figure it is about.
    pub figure: FigureWire,
    /// Likely causes that the show's own data speaks for.
    pub causes: Vec<CauseWire>,
}
