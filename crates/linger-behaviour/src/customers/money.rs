//! Sums of money by currency, and what winning a customer costs by source. It does not know rhythm.

use super::{Ask, Buyer, History, Value, day_of_date};
use crate::{Names, Text};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Sums in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// ISO 4217, or empty when none was told.
    pub currency: String,
    /// Digits after the point that minor units stand for.
    pub decimals: u8,
    /// Orders.
    pub orders: u64,
    /// Paid, in minor units.
    pub paid_minor: i64,
    /// Refunds and cancellations.
    pub refunds: u64,
    /// Gone back, in minor units.
    pub refunded_minor: i64,
}

/// What a source cost over some days.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The source, as in facts.
    pub source: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// ISO 4217.
    pub currency: String,
    /// In minor units.
    pub amount_minor: i64,
}

/// What winning a customer from one source costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The source.
    pub source: String,
    /// Customers whose first touch was this source and whose first purchase fell into the days that costs are told for.
    pub customers: u64,
    /// The cost, in minor units of the main currency.
    pub cost_minor: i64,
    /// Cost per customer, in major units; none without customers.
    pub per_customer: Option<f64>,
    /// What those customers are expected to spend over the horizon each, in major units; none without a model.
    pub expected: Option<f64>,
}

/// Digits after the point of a currency, by ISO 4217; 2 for those not named here.
pub fn decimals(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Totals by currency with the main one first, and the code of the main one; none without orders.
pub(super) fn totals(people: &[History], names: &dyn Names) -> Option<(Vec<Totals>, u32)> {
    let mut sums: BTreeMap<u32, Totals> = BTreeMap::new();
    let empty = |code: u32| {
        let currency = names.text(Text::Currency, code).to_owned();
        Totals {
            decimals: decimals(&currency),
            currency,
            orders: 0,
            paid_minor: 0,
            refunds: 0,
            refunded_minor: 0,
        }
    };
    for person in people {
        for order in &person.orders {
            let sum = sums.entry(order.currency).or_insert_with(|| empty(order.currency));
            sum.orders += 1;
            sum.paid_minor = sum.paid_minor.saturating_add(order.amount_minor);
        }
        for refund in &person.refunds {
            let sum = sums.entry(refund.currency).or_insert_with(|| empty(refund.currency));
            sum.refunds += 1;
            sum.refunded_minor = sum.refunded_minor.saturating_add(refund.amount_minor);
        }
    }
    let mut sums: Vec<(u32, Totals)> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.orders.cmp(&a.1.orders).then(a.1.currency.cmp(&b.1.currency)));
    let main = sums.first().filter(|it| it.1.orders > 0)?.0;
    Some((sums.into_iter().map(|it| it.1).collect(), main))
}

pub(super) fn sources(
    buyers: &[Buyer],
    value: &Value,
    names: &dyn Names,
    main: &Totals,
    ask: &Ask,
) -> Vec<Source> {
    let mut by_source: BTreeMap<&str, Vec<&Cost>> = BTreeMap::new();
    // Costs in another currency cannot be set against what customers spend in this one.
    for cost in ask.costs.iter().filter(|it| it.currency == main.currency) {
        by_source.entry(&cost.source).or_default().push(cost);
    }
    let unit = 10_f64.powi(i32::from(main.decimals));
    let found = by_source.into_iter().map(|(source, costs)| {
        let within =
            |day: i32| costs.iter().any(|it| (day_of_date(it.from)..=day_of_date(it.to)).contains(&day));
        let code = names.text_code(Text::Source, source);
        let won: Vec<usize> = (0..buyers.len())
            .filter(|it| Some(buyers[*it].source) == code && within(buyers[*it].first()))
            .collect();
        let cost_minor = costs.iter().fold(0_i64, |sum, it| sum.saturating_add(it.amount_minor));
        let n = won.len() as f64;
        let expected: f64 = won.iter().filter_map(|it| value.expected.get(*it)).sum();
        Source {
            source: source.to_owned(),
            customers: won.len() as u64,
            cost_minor,
            per_customer: (n > 0.0).then(|| cost_minor as f64 / unit / n),
            expected: (n > 0.0 && !value.expected.is_empty()).then(|| expected / n),
        }
    });
    found.collect()
}
