//! RFM: how recently, how often and for how much customers bought, in five grades each, and the tier that follows. It
//! does not know models.

use super::Buyer;

/// A tier of customers by the sum of their three grades: diamond from 13, platinum from 10, gold from 7, bronze below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// 13 to 15.
    Diamond,
    /// 10 to 12.
    Platinum,
    /// 7 to 9.
    Gold,
    /// 3 to 6.
    Bronze,
}

impl Tier {
    /// All, from the top.
    pub const ALL: [Tier; 4] = [Tier::Diamond, Tier::Platinum, Tier::Gold, Tier::Bronze];

    /// The tier of a sum of grades.
    pub fn of(sum: u8) -> Tier {
        match sum {
            13.. => Tier::Diamond,
            10..=12 => Tier::Platinum,
            7..=9 => Tier::Gold,
            _ => Tier::Bronze,
        }
    }
}

/// A customer's grades, 1 to 5, 5 the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores {
    /// How recently.
    pub recency: u8,
    /// How often.
    pub frequency: u8,
    /// For how much, net of refunds.
    pub money: u8,
}

impl Scores {
    /// The tier.
    pub fn tier(&self) -> Tier {
        Tier::of(self.recency + self.frequency + self.money)
    }
}

/// The four values between five grades: a value above the first is in the second grade, and so on. They are the 20th,
/// 40th, 60th and 80th percentile by nearest rank, so that equal values have equal grades.
pub type Cuts = [i64; 4];

/// Customers of a tier together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierSum {
    /// The tier.
    pub tier: Tier,
    /// How many customers.
    pub customers: u64,
    /// Their orders.
    pub orders: u64,
    /// What they paid, net of refunds, in minor units of the main currency.
    pub net_minor: i64,
}

/// All scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rfm {
    /// Cuts of days since the last purchase; here fewer is better.
    pub recency_days: Cuts,
    /// Cuts of the number of orders.
    pub orders: Cuts,
    /// Cuts of money, in minor units.
    pub net_minor: Cuts,
    /// Every tier, from the top.
    pub tiers: Vec<TierSum>,
    /// By buyer, in the order of person keys.
    pub(super) scores: Vec<Scores>,
}

fn cuts(mut values: Vec<i64>) -> Cuts {
    values.sort_unstable();
    [0.2, 0.4, 0.6, 0.8].map(|share: f64| {
        let rank = (share * values.len() as f64).ceil() as usize;
        values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    })
}

fn grade(value: i64, cuts: &Cuts) -> u8 {
    1 + cuts.iter().filter(|cut| value > **cut).count() as u8
}

pub(super) fn scores(buyers: &[Buyer], end: i32) -> Rfm {
    let since = |it: &Buyer| i64::from(end - it.last());
    let recency_days = cuts(buyers.iter().map(since).collect());
    let orders = cuts(buyers.iter().map(|it| i64::from(it.orders)).collect());
    let net_minor = cuts(buyers.iter().map(|it| it.net_minor).collect());
    let scores: Vec<Scores> = buyers
        .iter()
        .map(|it| Scores {
            recency: 6 - grade(since(it), &recency_days),
            frequency: grade(i64::from(it.orders), &orders),
            money: grade(it.net_minor, &net_minor),
        })
        .collect();
    let tiers = Tier::ALL.iter().map(|tier| {
        let mut sum = TierSum { tier: *tier, customers: 0, orders: 0, net_minor: 0 };
        for (buyer, _) in buyers.iter().zip(&scores).filter(|(_, it)| it.tier() == *tier) {
            sum.customers += 1;
            sum.orders += u64::from(buyer.orders);
            sum.net_minor = sum.net_minor.saturating_add(buyer.net_minor);
        }
        sum
    });
    Rfm { recency_days, orders, net_minor, tiers: tiers.collect(), scores }
}
