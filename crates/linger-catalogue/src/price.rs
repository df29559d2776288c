//! What may be said of a price: the lowest of the days before, and whether a struck price is honest. It does not know who
//! asks or where the history is kept.
//!
//! European Union: a reduction states the lowest price of at least the 30 days before it (Directive 98/6/EC, Article 6a).
//! China: where the base of a comparison is not stated it is the lowest deal of the 7 days before in the same shop
//! (Interim provisions on regulating promotion, State Administration for Market Regulation, Order 32, Article 21).

use crate::{Basis, Offer};

const DAY_MS: i64 = 86_400_000;

/// A step of the history of a variant's prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// From when on, ms since 1970.
    pub at_ms: i64,
    /// Where; empty for everywhere that has no price of its own.
    pub region: String,
    /// What one costs; `None` when the region has no price of its own any more.
    pub minor: Option<i64>,
    /// Of which currency.
    pub currency: String,
    /// For a passing offer, such as a flash price of a room: until when. Such a step does not end the standing price.
    pub until_ms: Option<i64>,
}

/// The lowest price of a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lowest {
    /// Minor units.
    pub minor: i64,
    /// Whether there was a price during the whole span.
    pub whole: bool,
}

/// A price and the time it stood.
struct Stretch {
    from_ms: i64,
    to_ms: i64,
    minor: i64,
}

/// The lowest price at which it was offered in a region in `[from_ms, to_ms)`, passing offers included. `None` when it was
/// not offered. Steps are in the order they were made.
pub fn lowest(steps: &[Step], region: &str, currency: &str, from_ms: i64, to_ms: i64) -> Option<Lowest> {
    let standing = stretches(steps, region, currency);
    let inside = |it: &Stretch| it.from_ms.max(from_ms) < it.to_ms.min(to_ms);
    let mut at_ms = from_ms;
    for it in standing.iter().filter(|it| inside(it)) {
        if it.from_ms <= at_ms {
            at_ms = at_ms.max(it.to_ms);
        }
    }
    let passing = steps.iter().filter(|it| it.region == region || it.region.is_empty()).filter_map(|it| {
        let to_ms = it.until_ms?;
        (it.currency == currency).then_some(Stretch { from_ms: it.at_ms, to_ms, minor: it.minor? })
    });
    let minor = standing.into_iter().chain(passing).filter(inside).map(|it| it.minor).min()?;
    Some(Lowest { minor, whole: at_ms >= to_ms })
}

/// The standing prices of a region one after the other: its own while it has one, else the general one. What is of another
/// currency cannot be compared, and counts as no price.
fn stretches(steps: &[Step], region: &str, currency: &str) -> Vec<Stretch> {
    let (mut general, mut own) = (None, None);
    let mut made: Vec<Stretch> = vec![];
    let mut now: Option<(i64, i64)> = None;
    for step in steps.iter().filter(|it| it.until_ms.is_none()) {
        let told = step.minor.map(|minor| (minor, step.currency.as_str()));
        match step.region.as_str() {
            it if it == region && !region.is_empty() => own = told,
            "" => general = told,
            _ => continue,
        }
        let next = own.or(general).filter(|it| it.1 == currency).map(|it| it.0);
        if now.map(|it| it.1) == next {
            continue;
        }
        if let Some((from_ms, minor)) = now {
            made.push(Stretch { from_ms, to_ms: step.at_ms, minor });
        }
        now = next.map(|minor| (step.at_ms, minor));
    }
    made.extend(now.map(|(from_ms, minor)| Stretch { from_ms, to_ms: i64::MAX, minor }));
    made
}

/// Why a struck price may not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dishonest {
    /// It does not say what it is.
    NoBasis,
    /// A basis without a struck price.
    NoStruckPrice,
    /// It is not above the price.
    NotAbove,
    /// A suggested price that does not say where it stands.
    NoEvidence,
    /// The region's law asks for the lowest of 30 days.
    BasisTooShort,
    /// It was not offered for as long as the basis looks back.
    HistoryTooShort {
        /// Days that the basis looks back.
        days: i64,
    },
    /// It was cheaper in the days before.
    AboveHistory {
        /// Days that the basis looks back.
        days: i64,
        /// The most that may be struck, minor units.
        lowest_minor: i64,
    },
}

impl Dishonest {
    /// The sentence.
    pub fn text(self) -> String {
        match self {
            Dishonest::NoBasis => "a struck price states its basis".to_owned(),
            Dishonest::NoStruckPrice => "a basis without a struck price".to_owned(),
            Dishonest::NotAbove => "a struck price is above the price".to_owned(),
            Dishonest::NoEvidence => "a suggested price says where it can be read up".to_owned(),
            Dishonest::BasisTooShort => {
                "in the European Economic Area the basis is the lowest of 30 days".to_owned()
            }
            Dishonest::HistoryTooShort { days } => format!("it was not on sale for {days} days before"),
            Dishonest::AboveHistory { days, lowest_minor } => {
                format!("the lowest price of the {days} days before was {lowest_minor} minor units")
            }
        }
    }
}

/// Whether the struck price of an offer that holds from `now_ms` on is honest, by the steps made before.
///
/// The days are counted back from when the price was reduced to what it is: a reduction that was honest stays honest
/// while it lasts, and none becomes honest by lasting.
///
/// # Errors
/// [`Dishonest`] says why not.
pub fn judge(steps: &[Step], offer: &Offer, now_ms: i64) -> Result<(), Dishonest> {
    let (was, basis) = match (offer.was_minor, offer.basis) {
        (None, None) => return Ok(()),
        (Some(_), None) => return Err(Dishonest::NoBasis),
        (None, Some(_)) => return Err(Dishonest::NoStruckPrice),
        (Some(was), Some(basis)) => (was, basis),
    };
    if was <= offer.minor {
        return Err(Dishonest::NotAbove);
    }
    let days = match basis {
        Basis::Suggested if offer.evidence.trim().is_empty() => return Err(Dishonest::NoEvidence),
        Basis::Suggested => return Ok(()),
        Basis::Lowest7Days if EEA.contains(&offer.region.as_str()) => return Err(Dishonest::BasisTooShort),
        Basis::Lowest7Days => 7,
        Basis::Lowest30Days => 30,
    };
    let reduced_ms = stretches(steps, &offer.region, &offer.currency)
        .last()
        .filter(|it| it.minor == offer.minor && it.to_ms == i64::MAX)
        .map_or(now_ms, |it| it.from_ms);
    let lowest =
        lowest(steps, &offer.region, &offer.currency, reduced_ms.saturating_sub(days * DAY_MS), reduced_ms);
    match lowest {
        Some(lowest) if lowest.minor < was => {
            Err(Dishonest::AboveHistory { days, lowest_minor: lowest.minor })
        }
        Some(lowest) if lowest.whole => Ok(()),
        _ => Err(Dishonest::HistoryTooShort { days }),
    }
}

/// The lowest prices of the last 7 and 30 days before `now_ms`, as pages show them.
pub fn lowest_7_30(
    steps: &[Step],
    region: &str,
    currency: &str,
    now_ms: i64,
) -> (Option<Lowest>, Option<Lowest>) {
    let of = |days: i64| lowest(steps, region, currency, now_ms.saturating_sub(days * DAY_MS), now_ms);
    (of(7), of(30))
}

/// The European Economic Area, ISO 3166.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

#[cfg(test)]
#[path = "price_tests.rs"]
mod tests;
