//! What customers are expected to spend, and who is slipping away. It does not know facts.

use super::{Ask, Buyer, Cycle, Rfm, Tier, Totals, percentile};
use crate::PersonKey;
use linger_stats::{BgNbd, DropOut, GammaGamma, Purchases, Spending, Unknown};

/// The models behind, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Models {
    /// How often customers buy.
    pub purchases: Result<BgNbd, Unknown>,
    /// What a purchase is worth, in major units of the main currency. Without this model the mean of all stands in.
    pub spending: Result<GammaGamma, Unknown>,
}

/// What customers are expected to spend over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The models.
    pub models: Models,
    /// Days in the models' unit of time.
    pub unit_days: f64,
    /// The horizon, days.
    pub horizon_days: f64,
    /// The share of what was paid that was not refunded: expected spending is reduced by it.
    pub kept: f64,
    /// Purchases expected of all.
    pub purchases: f64,
    /// Spending expected of all, in major units.
    pub total: f64,
    /// Customers and spending expected of each tier, from the top, in major units.
    pub tiers: Vec<(Tier, u64, f64)>,
    /// Customers expected to be still there.
    pub alive: f64,
    /// Customers who bought again before and are silent for longer than their rhythm explains.
    pub slipping: u64,
    /// What they spent before, in minor units.
    pub slipping_minor: i64,
    /// The most valuable of them first; not all.
    pub listed: Vec<Slipping>,
    /// By buyer, in major units; empty without a model.
    pub(super) expected: Vec<f64>,
    /// By buyer, the chance that they are still there; empty where the model cannot say.
    pub(super) alive_each: Vec<f64>,
}

/// Somebody who is slipping away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slipping {
    /// Who.
    pub person: PersonKey,
    /// Days since the last purchase.
    pub silent_days: i32,
    /// The silence that nine of ten times between purchases stay within: their own, or everybody's for those with fewer
    /// than five.
    pub usual_days: i32,
    /// Orders.
    pub orders: u32,
    /// Spent, net of refunds, in minor units.
    pub net_minor: i64,
    /// The chance that they are still there; none where the model cannot say: without a
    /// model, where the data do not determine drop-out, and where it is so rare that it explains nobody's silence.
    pub alive: Option<f64>,
    /// Their tier.
    pub tier: Tier,
}

/// Fewest times between purchases that make a rhythm of one's own.
const OWN_GAPS_MIN: usize = 5;
/// Chances of dropping out at a purchase below this explain nobody's silence: then silence alone decides.
const DROP_OUT_MIN: f64 = 0.01;
/// Above this chance of being still there nobody is called slipping.
const ALIVE_MAX: f64 = 0.5;

fn explains_silence(model: &BgNbd) -> bool {
    model.drop_out == DropOut::Identified && model.a / (model.a + model.b) >= DROP_OUT_MIN
}

fn seen(buyer: &Buyer, end: i32, unit_days: f64) -> Purchases {
    Purchases {
        repeats: (buyer.purchases.len() - 1).try_into().unwrap_or(u32::MAX),
        last: f64::from(buyer.last() - buyer.first()) / unit_days,
        observed: f64::from(end - buyer.first()) / unit_days,
    }
}

/// The mean of repeat purchases: the first one is known to be special, and says nothing of the rhythm either.
fn spending(buyer: &Buyer, unit: f64) -> Spending {
    let repeats = &buyer.purchases[1..];
    let sum: f64 = repeats.iter().map(|it| it.1 as f64 / unit).sum();
    let n = repeats.len();
    Spending { purchases: n.try_into().unwrap_or(u32::MAX), mean: if n == 0 { 0.0 } else { sum / n as f64 } }
}

pub(super) fn value(
    buyers: &[Buyer],
    rfm: &Rfm,
    cycle: &Cycle,
    end: i32,
    unit: f64,
    main: &Totals,
    ask: &Ask,
) -> Value {
    let rows: Vec<Purchases> = buyers.iter().map(|it| seen(it, end, ask.unit_days)).collect();
    let spent: Vec<Spending> = buyers.iter().map(|it| spending(it, unit)).collect();
    let models = Models { purchases: BgNbd::fit(&rows), spending: GammaGamma::fit(&spent) };
    let paid = main.paid_minor.max(1) as f64;
    let kept = ((paid - main.refunded_minor as f64) / paid).clamp(0.0, 1.0);
    let n: usize = buyers.iter().map(|it| it.purchases.len()).sum();
    let usual = paid / unit / n.max(1) as f64;
    let worth = |of: &Spending| match &models.spending {
        Ok(model) => model.expected(of).unwrap_or(usual),
        Err(_) => usual,
    };
    let ahead = ask.horizon_days / ask.unit_days;
    let counts: Vec<f64> = match &models.purchases {
        Ok(model) => rows.iter().map(|it| model.expected(it, ahead)).collect(),
        Err(_) => Vec::new(),
    };
    let expected: Vec<f64> = counts.iter().zip(&spent).map(|(n, it)| n * worth(it) * kept).collect();
    let alive: Vec<f64> = match &models.purchases {
        Ok(model) => rows.iter().map(|it| model.alive(it)).collect(),
        Err(_) => Vec::new(),
    };
    let explains = matches!(&models.purchases, Ok(model) if explains_silence(model));
    let chance = |at: usize| alive.get(at).copied().filter(|_| explains);
    let mut slipping: Vec<Slipping> = (0..buyers.len())
        .filter_map(|at| slipping(&buyers[at], rfm.scores[at].tier(), cycle, end, chance(at)))
        .collect();
    slipping.sort_by(|a, b| b.net_minor.cmp(&a.net_minor).then(a.person.cmp(&b.person)));
    let tiers = Tier::ALL.iter().map(|tier| {
        let members = || (0..buyers.len()).filter(|at| rfm.scores[*at].tier() == *tier);
        (*tier, members().count() as u64, members().filter_map(|at| expected.get(at)).sum())
    });
    Value {
        models,
        unit_days: ask.unit_days,
        horizon_days: ask.horizon_days,
        kept,
        purchases: counts.iter().sum(),
        total: expected.iter().sum(),
        tiers: tiers.collect(),
        alive: alive.iter().sum(),
        slipping: slipping.len() as u64,
        slipping_minor: slipping.iter().fold(0, |sum: i64, it| sum.saturating_add(it.net_minor)),
        listed: slipping.into_iter().take(ask.listed_max).collect(),
        expected,
        alive_each: if explains { alive } else { Vec::new() },
    }
}

fn slipping(buyer: &Buyer, tier: Tier, cycle: &Cycle, end: i32, alive: Option<f64>) -> Option<Slipping> {
    let mut own: Vec<i32> = buyer.gaps().collect();
    if own.is_empty() {
        return None;
    }
    own.sort_unstable();
    let usual_days = if own.len() >= OWN_GAPS_MIN { percentile(&own, 0.9)? } else { cycle.p90_days? };
    let silent_days = end - buyer.last();
    let gone = silent_days > usual_days && alive.is_none_or(|it| it < ALIVE_MAX);
    gone.then_some(Slipping {
        person: buyer.person,
        silent_days,
        usual_days,
        orders: buyer.orders,
        net_minor: buyer.net_minor,
        alive,
        tier,
    })
}
