//! The scores that conditions may ask for, of everybody who ever bought, from the customer figures. It does not know which
//! segments ask for them, or how a figure is reckoned.

use linger_behaviour::customers::{Ask, Customers, CustomersFold, Tier};
use linger_events::{AskLimits, EventStore};
use linger_strategy::segment::{Mark, Marks};

/// Memory of one scoring.
const BYTES_MAX: u64 = 1 << 30;

/// Scores of every buyer at a moment, ms since 1970, by the days of a zone.
pub(super) fn of_all(events: &EventStore, zone: &str, now_ms: i64) -> Result<Marks, String> {
    let snapshot = events.snapshot();
    let names = snapshot.names();
    let limits = AskLimits { threads: 1, bytes_max: BYTES_MAX, ..AskLimits::default() };
    let fold = snapshot.fold(|| CustomersFold::new(names, now_ms.saturating_add(1)), &limits);
    let fold = fold.map_err(|fault| fault.to_string())?;
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let today = jiff::Timestamp::from_millisecond(now_ms).map_err(|error| error.to_string())?;
    let end = Some(zone.to_datetime(today).date());
    let mut marks = Marks::new();
    let Some(customers) = Customers::of(fold, names, &Ask { zone, end, listed_max: 0, ..Ask::default() })
    else {
        return Ok(marks);
    };
    for customer in &customers.each {
        let grades = customer.grades;
        let tier = match grades.tier() {
            Tier::Diamond => 4.0,
            Tier::Platinum => 3.0,
            Tier::Gold => 2.0,
            Tier::Bronze => 1.0,
        };
        let scores = [
            ("rfm_tier", Some(tier)),
            ("rfm_recency", Some(f64::from(grades.recency))),
            ("rfm_frequency", Some(f64::from(grades.frequency))),
            ("rfm_money", Some(f64::from(grades.money))),
            ("p_alive", customer.alive),
            ("ltv_minor", customer.expected_minor),
        ];
        for (name, value) in scores {
            marks.say(customer.person, Mark::Score(name, value));
        }
    }
    Ok(marks)
}
