//! Customers by their purchases: who buys again and how soon, what they are worth, who is slipping away.
//!
//! [`CustomersFold`] gathers purchases in one pass; [`Customers::of`] makes of them totals per currency, cohorts by the
//! month of the first purchase, the cycle of repeat purchases, RFM scores and tiers, lifetime values, costs of winning a
//! customer and the promoter score.
//!
//! What counts: every `order.paid` is one order. Orders of one person on one day are one *purchase* wherever rhythm is
//! measured, since two baskets an hour apart are not a repeat purchase. Money is never added across currencies: the
//! *main* currency is the one of most orders; money in others shows in the totals alone. Refunds are taken off what a
//! customer spent.
//!
//! It does not know how facts are stored or figures drawn.

mod cohorts;
mod cycle;
mod gather;
mod money;
mod rfm;
mod value;

pub use cohorts::{Cohort, CohortMonth, month_text};
pub use cycle::{Band, Cycle, Gap};
pub use gather::CustomersFold;
pub use money::{Cost, Source, Totals, decimals};
pub use rfm::{Cuts, Rfm, Scores, Tier, TierSum};
pub use value::{Models, Slipping, Value};

use crate::{Names, PersonKey};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use linger_stats::{Promoters, Score};

/// An order that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    at_ms: i64,
    amount_minor: i64,
    currency: u32,
}

/// Money that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    amount_minor: i64,
    currency: u32,
}

/// What one person bought, by time.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    person: PersonKey,
    source: u32,
    orders: Vec<Order>,
    refunds: Vec<Refund>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The zone that days and months are of.
    pub zone: TimeZone,
    /// Days in a unit of time of the purchase model; 7 for weeks.
    pub unit_days: f64,
    /// How far ahead values are expected, days.
    pub horizon_days: f64,
    /// The day up to which customers were observed; none for the day of the last order.
    pub end: Option<Date>,
    /// What sources cost.
    pub costs: Vec<Cost>,
    /// How many of those who slip away are listed.
    pub listed_max: usize,
}

impl Default for Ask {
    fn default() -> Ask {
        Ask {
            zone: TimeZone::UTC,
            unit_days: 7.0,
            horizon_days: 365.0,
            end: None,
            costs: Vec::new(),
            listed_max: 50,
        }
    }
}

/// All that purchases say of customers.
#[derive(Clone, Debug)]
pub struct Customers {
    /// People with any fact.
    pub known: u64,
    /// People with an order that was paid.
    pub buyers: u64,
    /// People with a refund and no order.
    pub refunded_only: u64,
    /// Orders.
    pub orders: u64,
    /// Lines of orders, where lines were told.
    pub lines: u64,
    /// Sums, by currency; the main one first.
    pub totals: Vec<Totals>,
    /// The first order's day.
    pub first_day: Date,
    /// The day up to which customers were observed.
    pub end_day: Date,
    /// Cohorts by the month of the first purchase, rising.
    pub cohorts: Vec<Cohort>,
    /// The rhythm of purchases.
    pub cycle: Cycle,
    /// Scores of every buyer.
    pub rfm: Rfm,
    /// Models of purchases and spending, and what they expect.
    pub value: Value,
    /// What winning a customer costs, by source; empty without costs.
    pub sources: Vec<Source>,
    /// Every buyer, by person key.
    pub each: Vec<Customer>,
    /// The promoter score; none without answers.
    pub promoters: Option<Score>,
    /// Answers behind it.
    pub answers: Promoters,
}

/// How one customer scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    /// Who.
    pub person: PersonKey,
    /// Their grades.
    pub grades: Scores,
    /// The chance that they are still there; none where the model cannot say.
    pub alive: Option<f64>,
    /// What they are expected to spend over the horizon, in minor units of the main currency; none without a model.
    pub expected_minor: Option<f64>,
}

/// A buyer's purchases by day: what all that follows is computed from.
#[derive(Clone, Debug)]
pub(crate) struct Buyer {
    person: PersonKey,
    source: u32,
    /// Days since 1970 of the purchases, rising, and what was paid on them in the main currency, in minor units.
    purchases: Vec<(i32, i64)>,
    orders: u32,
    /// Paid less refunded, in the main currency, in minor units.
    net_minor: i64,
}

impl Buyer {
    fn first(&self) -> i32 {
        self.purchases.first().map_or(0, |it| it.0)
    }

    fn last(&self) -> i32 {
        self.purchases.last().map_or(0, |it| it.0)
    }

    fn gaps(&self) -> impl Iterator<Item = i32> + '_ {
        self.purchases.windows(2).map(|pair| pair[1].0 - pair[0].0)
    }
}

impl Customers {
    /// What the purchases say; none when nobody bought anything.
    pub fn of(mut gathered: CustomersFold, names: &dyn Names, ask: &Ask) -> Option<Customers> {
        // Parts of the people come in any order.
        gathered.people.sort_by_key(|it| it.person);
        let (totals, main) = money::totals(&gathered.people, names)?;
        let buyers: Vec<Buyer> = gathered.people.iter().filter_map(|it| buyer(it, main, &ask.zone)).collect();
        let first = buyers.iter().map(Buyer::first).min()?;
        let last = buyers.iter().map(Buyer::last).max()?;
        let end = ask.end.map_or(last, |it| day_of_date(it).max(last));
        let unit = 10_f64.powi(i32::from(totals[0].decimals));
        let cycle = cycle::cycle(&buyers, end);
        let rfm = rfm::scores(&buyers, end);
        let value = value::value(&buyers, &rfm, &cycle, end, unit, &totals[0], ask);
        let each = (0..buyers.len()).map(|at| Customer {
            person: buyers[at].person,
            grades: rfm.scores[at],
            alive: value.alive_each.get(at).copied(),
            expected_minor: value.expected.get(at).map(|it| it * unit),
        });
        let each = each.collect();
        let sources = money::sources(&buyers, &value, names, &totals[0], ask);
        Some(Customers {
            known: gathered.known,
            buyers: buyers.len() as u64,
            refunded_only: gathered.people.len() as u64 - buyers.len() as u64,
            orders: buyers.iter().map(|it| u64::from(it.orders)).sum(),
            lines: gathered.lines,
            first_day: date_of_day(first),
            end_day: date_of_day(end),
            cohorts: cohorts::cohorts(&buyers, end),
            cycle,
            rfm,
            value,
            sources,
            each,
            promoters: gathered.promoters.score().ok(),
            answers: gathered.promoters,
            totals,
        })
    }
}

fn buyer(of: &History, main: u32, zone: &TimeZone) -> Option<Buyer> {
    let mut purchases: Vec<(i32, i64)> = Vec::with_capacity(of.orders.len());
    for order in &of.orders {
        let day = day_of_ms(order.at_ms, zone);
        let amount = if order.currency == main { order.amount_minor } else { 0 };
        match purchases.last_mut() {
            Some(last) if last.0 == day => last.1 = last.1.saturating_add(amount),
            _ => purchases.push((day, amount)),
        }
    }
    let paid = purchases.iter().fold(0_i64, |sum, it| sum.saturating_add(it.1));
    let refunds = of.refunds.iter().filter(|it| it.currency == main);
    let net_minor = refunds.fold(paid, |sum, it| sum.saturating_sub(it.amount_minor));
    (!purchases.is_empty()).then_some(Buyer {
        person: of.person,
        source: of.source,
        purchases,
        orders: of.orders.len().try_into().unwrap_or(u32::MAX),
        net_minor,
    })
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn day_of_ms(at_ms: i64, zone: &TimeZone) -> i32 {
    // Facts at times that no calendar has are refused where they come in.
    Timestamp::from_millisecond(at_ms).map_or(0, |it| day_of_date(zone.to_datetime(it).date()))
}

fn day_of_date(date: Date) -> i32 {
    (date.duration_since(EPOCH).as_hours() / 24).try_into().unwrap_or(0)
}

fn date_of_day(day: i32) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(day))
}

/// The value below which `share` of sorted values lie, by the nearest rank.
fn percentile(sorted: &[i32], share: f64) -> Option<i32> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}
