//! Cohorts by the month of the first purchase. They do not know facts.

use super::{Buyer, date_of_day};

/// Customers whose first purchase was in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// The month, as months since the year 0: `year * 12 + month - 1`.
    pub month: i32,
    /// How many customers.
    pub customers: u64,
    /// What they did, from their first month on; up to the last month observed.
    pub months: Vec<CohortMonth>,
}

/// A month of a cohort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CohortMonth {
    /// How many of them bought in it.
    pub active: u64,
    /// What they paid in it, in minor units of the main currency; refunds are not taken off.
    pub paid_minor: i64,
    /// Whether observation ended before the month did.
    pub unfinished: bool,
}

/// A month as `2011-03`.
pub fn month_text(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

fn month_of(day: i32) -> i32 {
    let date = date_of_day(day);
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

pub(super) fn cohorts(buyers: &[Buyer], end: i32) -> Vec<Cohort> {
    let Some(first) = buyers.iter().map(|it| month_of(it.first())).min() else { return Vec::new() };
    let last = month_of(end);
    let unfinished = month_of(end + 1) == last;
    let mut found: Vec<Cohort> = (first..=last)
        .map(|month| Cohort {
            month,
            customers: 0,
            months: (month..=last)
                .map(|it| CohortMonth { unfinished: unfinished && it == last, ..CohortMonth::default() })
                .collect(),
        })
        .collect();
    for buyer in buyers {
        let start = month_of(buyer.first());
        let Some(cohort) = found.get_mut((start - first) as usize) else { continue };
        cohort.customers += 1;
        let mut before = None;
        for (day, amount) in &buyer.purchases {
            let month = month_of(*day);
            let Some(cell) = cohort.months.get_mut((month - start) as usize) else { continue };
            cell.active += u64::from(before != Some(month));
            cell.paid_minor = cell.paid_minor.saturating_add(*amount);
            before = Some(month);
        }
    }
    found.retain(|it| it.customers > 0);
    found
}
